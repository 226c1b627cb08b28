"""A tour of the book by the keyboard alone: whoever has no mouse gets everywhere, and sees where they are."""

import pytest
from playwright.sync_api import TimeoutError

pytestmark = pytest.mark.browser

PARTS = 80  # stops of Tab after which a reader gives up

# What has the focus, a sign in it or its frame has a ring, in a drawing a thick line, and comes onto the screen.
SEEN = """() => {
  const part = document.activeElement, inside = part instanceof SVGElement ? part.querySelectorAll("*") : part.children;
  return [part, part.parentElement, ...inside].some((sign) => {
    const look = getComputedStyle(sign), box = sign.getBoundingClientRect();
    return (look.outlineStyle !== "none" || look.boxShadow !== "none" || parseFloat(look.strokeWidth) > 3)
      && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  });
}"""


def tab_to(page, place, key="Tab"):
    """Press Tab until the focus is on a part that fits a selector. On the way each stop is seen."""
    for _ in range(PARTS):
        page.keyboard.press(key)
        try:
            page.wait_for_function(SEEN, timeout=2000)
        except TimeoutError:
            stop = page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
            raise AssertionError(f"who comes here by {key} does not see it: {stop}") from None
        if page.evaluate("place => document.activeElement.matches(place)", place):
            return
    raise AssertionError(f"{PARTS} times {key}, and no {place}")


def test_a_tour_by_keyboard(context, address):
    page = context.new_page()
    page.goto(f"{address('server')}/book/index.html")
    tab_to(page, ".search-button-field")
    page.keyboard.press("Enter")
    page.keyboard.type("how large is the output")
    page.keyboard.press("Enter")
    chapter = "#search-results a[href*='convolution/arithmetic.html']"
    page.locator(chapter).first.wait_for()
    tab_to(page, chapter)
    page.keyboard.press("Enter")
    page.wait_for_url("**/arithmetic.html*")

    tab_to(page, "#pst-skip-link a")
    page.keyboard.press("Enter")

    tab_to(page, ".commit input")
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    question = page.locator(".commit", has_text="Your answer: 4")
    assert question.locator(".commit-answer").is_visible()

    tab_to(page, ".cnnx input[type=range]")
    said = page.locator(".cnnx:focus-within .cnnx-live")
    before = said.inner_text()
    page.keyboard.press("ArrowRight")
    assert said.inner_text() != before
    assert (context.blocked, context.errors) == ([], [])
