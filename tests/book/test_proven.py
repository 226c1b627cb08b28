"""The popups of proven numbers, by mouse, keyboard and touch."""

import pytest
from accessibility import violations
from explorer_page import draw_all

pytestmark = pytest.mark.browser

CHAPTER = "book/convolution/arithmetic.html"
POPUP = "#proven-popup"
LAST = "exercise-28-31"  # the last link of its paragraph


@pytest.fixture
def opened(new_context, address):
    """The chapter in a browser: a function of the context's options and the theme."""

    contexts = []

    def open_page(theme="light", **options):
        context = new_context(**options)
        context.add_init_script(f"if (location.protocol !== 'about:') localStorage.setItem('mode', '{theme}')")
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{address('server')}/{CHAPTER}")
        draw_all(page)
        return page

    yield open_page
    assert [context.errors + context.blocked for context in contexts] == [[]] * len(contexts)


def link(page, label="chain"):
    found = page.locator(f'a.proven[href="#{label}"]', has_text="9,216" if label == "chain" else "").first
    found.scroll_into_view_if_needed()
    return found


def scrolled_to(page, label):
    page.wait_for_function(f"Math.abs(document.getElementById('{label}').getBoundingClientRect().top) < 200")


def test_pointing_shows_code_and_output_and_leaving_hides_them(opened):
    page = opened()
    assert "underline" in link(page).evaluate("a => getComputedStyle(a).textDecoration")
    link(page).hover()
    popup = page.locator(POPUP)
    popup.wait_for()
    assert "at the end: 6 x 6 x 256 = 9,216" in popup.inner_text()
    assert "sizes.append(output_size" in popup.inner_text()
    assert popup.locator("mark").inner_text() == "9,216"
    popup.hover()  # the pointer may go into the popup
    page.wait_for_timeout(500)
    assert popup.is_visible()
    page.mouse.move(2, 2)
    popup.wait_for(state="detached")


def test_a_click_goes_to_the_cell_and_unfolds_it(opened):
    page = opened()
    box = page.locator(".commit", has_text="Which input sizes")
    box.locator("summary", has_text="13 and 14").click()
    details = page.locator("#self-check details.hide")
    assert details.get_attribute("open") is None
    page.locator('.right a.proven[href="#self-check"]', has_text="13").click()
    scrolled_to(page, "self-check")
    assert details.get_attribute("open") is not None
    assert page.locator(POPUP).count() == 0


def test_an_address_with_a_label_unfolds_its_cell(opened):
    page = opened()
    page.goto(page.url + "#self-check")
    page.wait_for_selector("#self-check details.hide[open]")


def test_the_keyboard_shows_goes_in_and_closes(opened):
    page = opened()
    link(page, LAST).evaluate(
        "a => { const before = document.createElement('a'); before.href = '#'; a.before(before); before.focus(); }"
    )
    page.keyboard.press("Tab")
    popup = page.locator(POPUP)
    popup.wait_for()
    assert link(page, LAST).get_attribute("aria-expanded") == "true"
    assert link(page, LAST).get_attribute("aria-controls") == popup.get_attribute("id")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "proven-go"
    page.keyboard.press("Escape")
    popup.wait_for(state="detached")
    assert page.evaluate("document.activeElement.getAttribute('href')") == f"#{LAST}"
    page.keyboard.press("Tab")
    assert page.locator(POPUP).count() == 0
    page.keyboard.press("Shift+Tab")
    popup.wait_for()
    page.keyboard.press("Enter")
    scrolled_to(page, LAST)
    popup.wait_for(state="detached")


@pytest.mark.parametrize("width", [320, 390])
def test_a_tap_shows_and_a_second_one_goes(opened, width):
    page = opened(viewport={"width": width, "height": 700}, is_mobile=True, has_touch=True)
    before, wide = page.evaluate("scrollY"), page.evaluate("document.documentElement.scrollWidth")
    link(page).tap()
    popup = page.locator(POPUP)
    popup.wait_for()
    assert page.evaluate("location.hash") == "", "the first tap goes nowhere"
    box = popup.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 700
    assert page.evaluate("document.documentElement.scrollWidth") == wide, "nothing grows sideways"
    page.locator("h2").first.dispatch_event("pointerdown")  # somewhere else
    popup.wait_for(state="detached")
    link(page).tap()
    popup.locator(".proven-go").tap()
    scrolled_to(page, "chain")
    assert page.evaluate("scrollY") != before


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_popups_are_accessible(opened, theme, width):
    page = opened(theme, viewport={"width": width, "height": 800})
    link(page).hover()
    page.locator(POPUP).wait_for()
    assert violations(page) == ""


def test_a_popup_is_a_copy_of_the_page_s_own_cell(opened, site):
    text = (site / CHAPTER).read_text(encoding="utf-8")
    assert text.count("at the end: 6 x 6 x 256 = 9,216") == 1
    page = opened()
    link(page).hover()
    page.locator(POPUP).wait_for()
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert len(ids) == len(set(ids))


def test_a_number_of_another_page_shows_that_page_s_cell(new_context, address, site):
    context = new_context()
    page = context.new_page()
    page.goto(f"{address('server')}/book/appendix/ledger.html")
    page.locator("a.proven", has_text="9,216").hover()
    page.locator(f"{POPUP} mark", has_text="9,216").wait_for()
    assert "Computed on another page: How large is the output?" in page.locator(POPUP).inner_text()
    page.locator(f"{POPUP} .proven-go").click()
    page.wait_for_url("**/arithmetic.html#chain")
    assert (context.blocked, context.errors) == ([], [])


def test_in_a_book_opened_from_files_the_popup_says_where(new_context, address):
    page = new_context().new_page()
    page.goto(f"{address('file')}/book/appendix/ledger.html")
    page.locator("a.proven", has_text="9,216").hover()
    page.locator(f"{POPUP} .proven-go").wait_for()
    assert "Computed on another page: How large is the output?" in page.locator(POPUP).inner_text()
