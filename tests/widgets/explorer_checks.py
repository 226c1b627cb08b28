"""What several explorers are compared with, or all must pass."""

import re

from explorer_page import change

UNWRITTEN = "NaN|undefined|Infinity|null"


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


# Each slider goes to one end and to the other; there its buttons are pressed: those that are grey and did something, or
# are not and did nothing.
_WRONGLY_GREY = """() => [...document.querySelector(".cnnx").querySelectorAll(".cnnx-slider")].flatMap((slider) => {
  const [less, input, more] = slider.querySelector(".cnnx-run").children;
  const isWrong = (button) => {
    const [before, isGrey] = [input.value, button.getAttribute("aria-disabled") === "true"];
    button.click();
    return isGrey !== (input.value === before);
  };
  const wrong = (end) => {
    input.value = input[end];
    input.dispatchEvent(new Event("input", { bubbles: true }));
    const buttons = end === "max" ? [more, less, more] : [less, more, less];
    return buttons.filter(isWrong).map((button) => `${button.getAttribute("aria-label")} (${end})`);
  };
  return ["max", "min"].flatMap(wrong);
})"""


def assert_grey_where_it_ends(page):
    """A button beside a slider is grey exactly where it does nothing."""
    assert page.evaluate(_WRONGLY_GREY) == []
