"""No text of an explorer lies over another one, and no number is cut off in its field, at the ends of all settings."""

import pytest
from explorer_states import states

from cnnbook.widgets._bundle import stems

pytestmark = pytest.mark.hands

# In each state, texts that lie over each other by more than a pixel, and numbers wider than their fields. A text counts
# with what it paints, not with the room that its font keeps above and below.
OVERLAPS = """async (states) => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const el = document.querySelector("main").appendChild(document.createElement("div"));
  const values = { ...window.saved };
  const hears = new Set();
  const [get, on, none] = [(name) => values[name], (_, call) => hears.add(call), () => {}];
  window.explorer.render({ model: { get, on, set: none, off: none, save_changes: none }, el });
  await frame();
  await frame(); // it has been drawn at the width of the page
  const [pen, sizes] = [document.createElement("canvas").getContext("2d"), new Map()];
  const painted = (text, { font }) => {
    if (!sizes.has(font + text)) {
      pen.font = font;
      const size = pen.measureText(text);
      sizes.set(font + text, [size.fontBoundingBoxAscent - size.actualBoundingBoxAscent,
        size.fontBoundingBoxDescent - size.actualBoundingBoxDescent]);
    }
    return sizes.get(font + text);
  };
  const within = (text, box, style, upright = true) => {
    const [above, below] = upright ? painted(text, style) : [0, 0];
    return { text, left: box.left, right: box.right, top: box.top + above, bottom: box.bottom - below };
  };
  const seen = (part) => part.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && !part.closest("option, title, .visually-hidden, .cnnx-aloud, .cnnx-heard");
  const drawn = () => [...el.querySelectorAll("svg text")].filter((part) => part.textContent.trim() && seen(part))
    .map((part) => within(part.textContent, part.getBoundingClientRect(), getComputedStyle(part),
      !part.getScreenCTM().b));
  const written = () => {
    const [found, walker, range] = [[], document.createTreeWalker(el, NodeFilter.SHOW_TEXT), document.createRange()];
    while (walker.nextNode()) {
      const [node, parent] = [walker.currentNode, walker.currentNode.parentElement];
      if (!node.data.trim() || parent.closest("svg") || !seen(parent)) continue;
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) found.push(within(node.data.trim(), box, getComputedStyle(parent)));
    }
    return found;
  };
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  const overlaps = states.map((state) => {
    Object.assign(values, state);
    hears.forEach((call) => call());
    const texts = [...drawn(), ...written()].sort((a, b) => a.top - b.top);
    const pairs = texts.flatMap((one, at) => {
      const found = [];
      for (let next = at + 1; texts[next]?.top < one.bottom - 1; next += 1) {
        if (over(one, texts[next])) found.push(`${one.text} | ${texts[next].text}`);
      }
      return found;
    });
    const fields = [...el.querySelectorAll("input[type=number]")].filter(seen);
    const cut = fields.filter((field) => field.scrollWidth > field.clientWidth);
    return [...pairs, ...cut.map((field) => `cut off: ${field.value}`)];
  });
  el.remove();
  return overlaps;
}"""


@pytest.mark.parametrize("stem", stems())
def test_no_text_lies_over_another(show, stem):
    start, found = states(stem, 25)
    page = show(stem, start, reduced_motion="reduce")  # no part is on its way
    page.add_style_tag(content=".cnnx .cnnx-controls { position: static !important; }")
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for state, over in zip(found, page.evaluate(OVERLAPS, found), strict=True):
            assert over == [], (width, state)
