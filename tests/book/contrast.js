// Each text that is seen, with its contrast to what lies under it (WCAG 2.2, 1.4.3) and the contrast that it needs.
// The colours of all its ancestors are laid over each other. SVG is left out: tests of the explorers look at it.
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
  function opacity(element) {
    return element ? getComputedStyle(element).opacity * opacity(element.parentElement) : 1;
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
    const needed = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    found.push([text.data.trim().slice(0, 40), element.className || element.tagName, Math.max(one, two) / Math.min(one, two), needed]);
  }
  return found;
}
