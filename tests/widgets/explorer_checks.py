"""What several explorers are compared with, or all must pass."""

import re

from explorer_page import change

UNWRITTEN = "NaN|undefined|Infinity|null"
# In the browser: letters of drawings that lie over others, or stick out of the screen.
TOUCHING = """() => [...document.querySelectorAll('.cnnx svg')].flatMap((drawing) => {
  const seen = [...drawing.querySelectorAll('text')].filter((text) => text.checkVisibility());
  const texts = seen.map((text) => [text.textContent, text.getBoundingClientRect()]);
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
  return [
    ...texts.filter(([, box]) => box.left < 0 || box.right > innerWidth).map(([text]) => text),
    ...texts.flatMap(([one, a], at) =>
      texts.slice(at + 1).filter(([, b]) => over(a, b)).map(([two]) => `${one} ${two}`)),
  ];
})"""


def reach(settings):
    """Limits of the sliders, from the SETTINGS of an explorer in JavaScript."""
    return {name: (s["min"], s["max"]) for name, s in settings.items() if "letter" in s}


def limits(cls, names):
    """Limits of the traits in Python."""
    traits = cls.class_traits()
    return {name: (traits[name].low, traits[name].high) for name in names}


def plain(text):
    """A text of the browser, in the signs of an error message in Python."""
    return text.replace("×", "x").replace("≤", "<=").replace("≥", ">=").rstrip(".").lower()


def assert_written(text):
    """No gap in it is open or filled with nothing."""
    assert not re.search(rf"[{{}}]|{UNWRITTEN}", text)


def assert_drawn_within(page, states, targets):
    """Each state is drawn, and no wider than the page; what can be hit is then large enough for a finger."""
    for settings in states:
        change(page, settings)
        assert not re.search(UNWRITTEN, page.locator(".cnnx").first.evaluate("(e) => e.outerHTML")), settings
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], settings
    sizes = "(all) => all.map((e) => e.getBoundingClientRect()).map((box) => Math.min(box.width, box.height))"
    for target in targets:
        assert min(page.locator(f".cnnx {target}").evaluate_all(sizes)) >= 24, target
