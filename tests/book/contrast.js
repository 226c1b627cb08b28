// Each text that is seen, with its contrast to what lies under it (WCAG 2.2, 1.4.3) and the contrast that it needs.
// The colours of all its ancestors are laid over each other. SVG is left out: tests of the explorers look at it.
// A link among other words that has no line below it gets no contrast at all (1.4.1). That is more than axe asks, which
// allows a colour that is far from the text's, and takes longer to compare colours than for all its other rules.
// All of it as one text: Playwright takes longer to hand over thousands of numbers than it takes to find them.
() => {
  const UNSEEN = "script, style, noscript, svg, .katex-mathml, .headerlink, .visually-hidden, [aria-disabled=true]";
  const SEEN = { opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true };

  function parse(colour) {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return colour.startsWith("color(") ? [255 * r, 255 * g, 255 * b, a] : [r, g, b, a];
  }
  const over = ([r, g, b, a], under) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a));
  function luminance(colour) {
    const [r, g, b] = colour.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  }
  const grounds = new Map([[null, [255, 255, 255]]]);
  function ground(element) {
    if (!grounds.has(element)) {
      grounds.set(element, over(parse(getComputedStyle(element).backgroundColor), ground(element.parentElement)));
    }
    return grounds.get(element);
  }
  const opacities = new Map([[null, 1]]);
  function opacity(element) {
    if (!opacities.has(element)) {
      opacities.set(element, getComputedStyle(element).opacity * opacity(element.parentElement));
    }
    return opacities.get(element);
  }
  // Whether a text is a link that nothing but its colour tells from the words around it.
  const blocks = new Map();
  function words(block) {
    if (!blocks.has(block)) {
      const others = [...block.querySelectorAll("a[href], button, script, style, .katex-mathml")].map((e) => e.textContent);
      blocks.set(block, /[\p{L}\p{N}]/u.test(others.reduce((text, other) => text.replace(other, ""), block.textContent)));
    }
    return blocks.get(block);
  }
  function hidden(link) {
    if (!link || getComputedStyle(link).textDecorationLine.includes("underline")) return false;
    let block = link;
    while (getComputedStyle(block).display.startsWith("inline")) block = block.parentElement;
    return block !== link && words(block);
  }

  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, element = text.parentElement;
    if (!text.data.trim() || element.closest(UNSEEN) || !element.checkVisibility(SEEN)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    if (![...range.getClientRects()].some((box) => box.width > 1 && box.height > 1)) continue;
    const style = getComputedStyle(element), under = ground(element), size = parseFloat(style.fontSize);
    const [r, g, b, a] = parse(style.color);
    const [one, two] = [luminance(over([r, g, b, a * opacity(element)], under)), luminance(under)];
    const told = !hidden(element.closest("a[href]"));
    const needed = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    found.push([text.data.trim().slice(0, 40), element.className || element.tagName, told ? Math.max(one, two) / Math.min(one, two) : 0, needed]);
  }
  return JSON.stringify(found);
}
