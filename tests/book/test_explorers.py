"""Every explorer in the built book: by keyboard, by mouse and by touch it comes to the state that Python knows too."""

import re

import pytest
from explorer_page import drag, draw_all, part
from explorer_scripts import SCRIPTS

from cnnbook import widgets

pytestmark = pytest.mark.browser

GALLERY = "book/appendix/explorers.html"
# Contrast of the colour of a text with the paper, by WCAG's formula; None for a text that is not seen.
CONTRAST = """text => {
  const style = getComputedStyle(text), paper = getComputedStyle(text.closest(".cnnx")).backgroundColor;
  if (!text.textContent.trim() || style.opacity < 0.5 || !text.getClientRects().length) return null;
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const [a, b] = [light(style.fill), light(paper)];
  return [text.textContent, Math.max(a, b) / Math.min(a, b)];
}"""

# Where nothing is drawn yet, what stands there. Found and read in one step: in two, it may be drawn between them.
LEFT = "[...document.querySelectorAll('.explorer:empty')].map((place) => place.previousElementSibling.textContent)"

# How far what follows an explorer moves on the screen while it is drawn right above the screen: for three of them.
MOVED = """async () => {
  const moved = [];
  for (const explorer of [...document.querySelectorAll(".explorer:empty")].slice(-4, -1).reverse()) {
    scrollTo({ top: scrollY + explorer.getBoundingClientRect().bottom + 50, behavior: "instant" });
    const before = explorer.getBoundingClientRect().bottom;
    while (!explorer.firstChild) await new Promise((go) => setTimeout(go, 20));
    await new Promise((go) => setTimeout(go, 300));
    moved.push(explorer.getBoundingClientRect().bottom - before);
  }
  return moved;
}"""


@pytest.fixture(scope="module")
def gallery(chromium, address):
    """The page with all explorers, opened in a browser that also takes touches."""
    page = chromium.new_context(viewport={"width": 1280, "height": 900}, has_touch=True).new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto(f"{address('server')}/{GALLERY}")
    draw_all(page)
    yield page
    page.context.close()


def picture(view):
    """All that is drawn, written and set."""
    controls = view.locator("input, select").evaluate_all("all => all.map((c) => [c.value, c.checked])")
    return f"{view.inner_html()}{controls}"


@pytest.mark.parametrize("name", SCRIPTS)
def test_keyboard_mouse_and_touch(gallery, name):
    view, script = gallery.locator(f".x-{widgets._HOMES[name]}"), SCRIPTS[name]
    assert view.count() == 1
    pictures = {picture(view)}
    (where, key), (what, right, down) = script.keyboard, script.mouse
    part(view, where).press(key)
    pictures.add(picture(view))
    drag(gallery, part(view, what), right, down)
    pictures.add(picture(view))
    part(view, script.touch).tap()
    pictures.add(picture(view))
    assert len(pictures) == 4, "keyboard, mouse and touch each change something"
    expected = getattr(widgets, name)()
    with expected.hold_trait_notifications():
        for pair in script.traits.items():
            setattr(expected, *pair)
    said = view.text_content()
    if name == "ChannelsExplorer":  # whose sizes stand in the drawing and in formulas
        assert set(re.findall(r"\d+", expected.summary())) <= set(re.findall(r"\d+", said))
    else:
        assert expected.summary() in said
    assert gallery.errors == []


@pytest.mark.parametrize("how", ["a scroll", "the keyboard", "paper"])
def test_an_explorer_far_from_the_screen_waits(context, address, how):
    context.add_init_script("window.loaded = 0; URL.revokeObjectURL = () => { loaded += 1; }")  # after each module
    page = context.new_page()
    page.goto(f"{address('server')}/{GALLERY}")
    page.locator(".cnnx").first.wait_for()
    empty = page.locator(".explorer:empty")
    assert empty.count() > 10
    if how == "a scroll":
        page.locator(".explorer").last.scroll_into_view_if_needed()
        page.locator(".explorer").last.locator(".cnnx").wait_for()
        assert empty.count() > 5
    else:
        page.wait_for_function("loaded === document.querySelectorAll('.explorer').length - 1")  # all but that below
        _ = page.keyboard.press("Tab") if how == "the keyboard" else page.pdf()
        left = page.evaluate(LEFT)
        assert [text[:10] for text in left] in ([], ["It reads a"])  # the one that waits for its file, with its words
        page.wait_for_function("!document.querySelector('.explorer:empty, .explorer-said')")
    assert context.errors == []


@pytest.mark.parametrize("how", ["file", "subpath"])
def test_weights_are_loaded_when_their_explorer_comes_near(context, address, how):
    page, requests = context.new_page(), []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{address(how)}/{GALLERY}")
    page.locator(".cnnx").first.wait_for()
    assert not [url for url in requests if "/later/" in url]
    page.locator(".explorer-said", has_text="It reads a 3").locator("+ .explorer").scroll_into_view_if_needed()
    page.locator(".x-lenet .cnnx-pad").wait_for()
    assert len([url for url in requests if "/later/" in url]) == 1
    assert (context.blocked, context.errors) == ([], [])


def test_words_of_an_explorer_that_waits_are_found(context, address):
    """The browser's search on the page shows the place, and the explorer is drawn there."""
    page = context.new_page()
    page.goto(f"{address('server')}/{GALLERY}")
    page.locator(".cnnx").first.wait_for()
    assert page.evaluate("window.find('Rank correlation of MACs and ms')")
    page.locator(".x-networks").wait_for()
    assert page.locator(".explorer-said", has_text="Rank correlation").count() == 0


@pytest.mark.parametrize("width", [1280, 320])
def test_drawing_an_explorer_above_the_screen_moves_nothing(new_context, address, width):
    """In a browser that does not anchor what is seen, such as Safari."""
    context = new_context(viewport={"width": width, "height": 800})
    context.add_init_script("CSS.supports = () => false")
    page = context.new_page()
    page.goto(f"{address('server')}/{GALLERY}")
    page.add_style_tag(content="* { overflow-anchor: none !important; }")
    page.locator(".cnnx").first.wait_for()
    moved = page.evaluate(MOVED)
    assert len(moved) == 3
    assert max(map(abs, moved)) <= 1, moved


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_can_be_read(new_context, address, theme):
    """Those of the drawings, which axe does not look at. White ones stand on something dark."""
    context = new_context(color_scheme=theme)
    page = context.new_page()
    page.goto(f"{address('server')}/{GALLERY}")
    draw_all(page)
    found = page.locator(".cnnx svg text").evaluate_all(f"all => all.map({CONTRAST}).filter((pair) => pair)")
    assert len(found) > 300
    assert [pair for pair in found if 1.2 < pair[1] < 4.4] == []
