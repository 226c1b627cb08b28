"""Every page on every screen: light and dark, wide and narrow, and on paper. A new page is looked at unasked."""

import base64
import io
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from accessibility import contrasts, violations
from explorer_page import draw_all
from letters import TOUCHING
from PIL import Image

pytestmark = pytest.mark.browser

PALETTE = Path(__file__).parents[2] / "cnnbook" / "palette.json"
GALLERY = "book/appendix/explorers.html"
CHAPTER = "book/convolution/arithmetic.html"
WHOLE = (CHAPTER, GALLERY)  # of which everything is looked at in both themes

SIDES = "all => all.map((part) => part.getBoundingClientRect()).map((box) => [box.left, box.right])"
FORMULAS = f"""all => all.map((row) => [row, row.querySelector('.katex-html'), row.lastElementChild])
  .map({SIDES})"""
STARTS = """all => all.map((row) => [row, row.querySelector('.katex-html .base')])
  .map((both) => both.map((part) => part.getBoundingClientRect().left))
  .map(([row, formula], index) => [all[index].scrollLeft, formula - row])"""

WIDTHS = "all => all.map((image) => [image.width, image.naturalWidth])"

# The button goes round three themes: the system's, light, dark.
MAKE_DARK = """() => {
  const page = document.documentElement, button = document.querySelector('.theme-switch-button');
  for (let press = 0; press < 2 && page.dataset.mode !== 'dark'; press += 1) button.click();
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""

# Boxes that scroll and do not show it, boxes that cut something off, and what sticks out of the page.
WIDE = """() => {
  const seen = [...document.querySelectorAll('.bd-article *')].filter((part) => part.checkVisibility());
  const style = (part) => getComputedStyle(part), tooWide = (part) => part.scrollWidth > part.clientWidth + 1;
  const scrolls = (part) => ['auto', 'scroll'].includes(style(part).overflowX);
  const inside = (part) => part && (scrolls(part) || inside(part.parentElement));
  const name = (part) => `${part.tagName}.${part.className?.baseVal ?? part.className}`;
  const drawn = seen.filter((part) => !part.closest('.katex-mathml, .visually-hidden, .cnnx-heard, svg'));
  const shows = (part) => style(part).backgroundImage.includes('gradient');
  return {
    sideways: document.documentElement.scrollWidth,
    silent: drawn.filter((part) => scrolls(part) && tooWide(part) && !shows(part)).map(name),
    cut: drawn.filter((part) => style(part).overflowX === 'hidden' && tooWide(part)).map(name),
    out: drawn.filter((part) => part.getBoundingClientRect().right > innerWidth + 1 && !inside(part)).map(name),
  };
}"""

# On paper: what cannot be broken over two pages and is higher than half of one (an explorer, whose letters must be
# read: than two thirds), lines that do not wrap, what is there twice, pixels of the smallest letters of explorers.
PAPER = """() => {
  const seen = [...document.querySelectorAll('body *')].filter((part) => part.checkVisibility());
  const style = (part) => getComputedStyle(part), clips = ['auto', 'scroll', 'hidden'];
  const name = (part) => `${part.tagName}.${part.className?.baseVal ?? part.className}`;
  const drawn = (part) => part.closest('.bd-article') && !part.closest('.katex, .visually-hidden, .cnnx svg *');
  const whole = (part) => part.matches('img, svg') || style(part).breakInside === 'avoid'
    || clips.includes(style(part).overflowY);
  const high = (part) => part.getBoundingClientRect().height > (part.closest('.cell_output:has(.cnnx)') ? 660 : 560);
  const heard = '.cnnx-heard, .visually-hidden', says = (part) => part.matches(`.cnnx *:not(${heard})`)
    && [...part.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  return {
    letters: Math.min(...seen.filter(says).map((part) => parseFloat(style(part).fontSize) * part.currentCSSZoom)),
    unbreakable: seen.filter((part) => drawn(part) && whole(part) && high(part)).map(name),
    unwrapped: seen.filter((part) => part.matches('pre') && style(part).whiteSpace !== 'pre-wrap').map(name),
    titles: seen.filter((part) => part.matches('h1')).length,
    contents: seen.filter((part) => part.matches('#jb-print-toc, .bd-toc-nav, nav.bd-links')).length,
  };
}"""


@pytest.fixture(scope="module")
def names(site):
    """Addresses of all pages, but for the first, which leads on to book/index.html at once."""
    return [path.relative_to(site).as_posix() for path in sorted(site.glob("*/**/*.html"))] + ["search.html"]


@pytest.fixture(scope="module")
def browser_page(chromium, watched):
    """Make a browser page of a width, in a theme."""
    contexts = []

    def make(width, height, theme="light", **options):
        size = {"width": width, "height": height}
        context = watched(chromium, viewport=size, reduced_motion="reduce", **options)
        # axe opens an empty frame, which has no storage
        context.add_init_script(f"if (location.protocol !== 'about:') localStorage.setItem('mode', '{theme}')")
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def open_page(page, url):
    """Open a page, with everything that folds unfolded."""
    page.goto(url)
    draw_all(page)
    page.evaluate("document.querySelectorAll('details').forEach((part) => part.open = true)")


@pytest.fixture(scope="module")
def visits(browser_page, address, names):
    """Open all pages one after the other in one browser page."""

    def visit(*look, **options):
        page = browser_page(*look, **options)
        for name in names:
            open_page(page, f"{address('server')}/{name}")
            yield name, page

    return visit


# Light and dark


def luminance(pixels):
    """Relative luminance of colours in the last axis, plus WCAG's 0.05."""
    scaled = np.asarray(pixels, float) / 255
    linear = np.where(scaled <= 0.04045, scaled / 12.92, ((scaled + 0.055) / 1.055) ** 2.4)
    return linear @ (0.2126, 0.7152, 0.0722) + 0.05


def pixels_of(image, browser):
    """What the browser shows of an image, a pixel for a pixel, without round corners."""
    before, clip = image.evaluate("""image => {
      const before = [image, image.closest(".cell")].map((part) => part.style.cssText);
      image.style.cssText = 'max-width: none; width: auto; height: auto';
      image.closest(".cell").style.overflow = "visible";
      image.scrollIntoView({ behavior: "instant", block: "center" });
      const { left, top, width, height } = image.getBoundingClientRect();
      return [before, { x: Math.round(left + scrollX), y: Math.round(top + scrollY), width, height, scale: 1 }];
    }""")
    # Half the time of Playwright's own, which packs a picture as small as it can.
    shot = browser.send("Page.captureScreenshot", {"clip": clip, "optimizeForSpeed": True})
    picture = Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")
    image.evaluate(
        "(image, before) => [image, image.closest('.cell')].forEach((part, at) => part.style.cssText = before[at])",
        before,
    )
    return np.array(picture)[8:-8, 8:-8]


class Seen(NamedTuple):
    """What was seen on all pages in one theme, in a wide window."""

    paper: list  # colour of the page
    texts: dict  # page -> its texts, see contrast.js
    images: list  # (page, file, kind, pixels) of what cells put out; the light theme shows it as it is stored
    columns: dict  # page -> (left, right) of its blocks
    formulas: list  # (page, sides of a row, of its formula, of its last part)
    printed: dict  # page -> PAPER; light, as paper is
    broken: dict  # page -> what breaks a rule of accessibility, in words, but for colours; of WHOLE, in light
    noise: list  # requests to other hosts, errors


def look(name, page, theme, found):
    """Look at a page as it is and write into `found` what is seen."""
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    found.paper[:] = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    found.texts[name] = contrasts(page)
    if theme == "light" and name in WHOLE:  # contrast.js has looked at all colours; the others: on a phone
        found.broken[name] = violations(page, contrast=False)
    blocks = page.locator(".bd-article :is(section, .commit-fold) > :is(p, .cell, .admonition, div.math, h2)")
    found.columns[name] = {(round(left), round(right)) for left, right in blocks.evaluate_all(SIDES)}
    found.formulas.extend((name, *parts) for parts in page.locator("div.math").evaluate_all(FORMULAS))
    if theme == "light" or name in WHOLE:
        page.emulate_media(media="print")
        found.printed[name] = page.evaluate(PAPER)
        page.emulate_media(media="screen")
    browser = page.context.new_cdp_session(page)
    for image in page.locator(".cell_output img").all() if theme == "dark" or name in WHOLE else []:
        file, kind = Path(image.get_attribute("src")).name, image.get_attribute("class")
        found.images.append((name, file, kind, pixels_of(image, browser)))
    browser.detach()


@pytest.fixture(scope="module")
def looks(visits):
    """Theme -> what was seen. A page is opened in light and made dark by its button: to open it is half the work."""
    found = {theme: Seen([], {}, [], {}, [], {}, {}, []) for theme in ("light", "dark")}
    for name, page in visits(1280, 900):
        look(name, page, "light", found["light"])
        page.evaluate(MAKE_DARK)
        look(name, page, "dark", found["dark"])
        for seen in found.values():
            seen.noise[:] = page.context.blocked + page.context.errors
    return found


@pytest.fixture(scope="module", params=["light", "dark"])
def seen(request, looks):
    found = looks[request.param]
    paper = json.loads(PALETTE.read_text(encoding="utf-8"))[request.param]["page"]["fill"]
    assert found.paper == [int(paper[i : i + 2], 16) for i in (1, 3, 5)]
    return found


@pytest.fixture(scope="module")
def narrow(visits):
    """On all pages, what sticks out at two widths, what breaks a rule of accessibility, where formulas begin (their
    scroll, their place in the row), and how wide images are shown and drawn."""
    faults, starts, images = {}, [], []
    for name, page in visits(320, 844, is_mobile=True, has_touch=True):
        starts += page.locator("div.math").evaluate_all(STARTS)
        for width in (320, 390):
            page.set_viewport_size({"width": width, "height": 844})
            page.evaluate("new Promise(requestAnimationFrame)")  # explorers draw themselves anew
            page.evaluate("new Promise(requestAnimationFrame)")
            found = page.evaluate(WIDE)
            found["sideways"] = max(found["sideways"] - width, 0)
            found["broken"] = violations(page, contrast=False) if width == 390 else ""
            if any(found.values()):
                faults[name, width] = found
        images += [(name, *widths) for widths in page.locator(".cell_output img").evaluate_all(WIDTHS)]
    return faults, starts, images


def test_a_wide_page_is_accessible(looks):
    """Each of them on a phone, see `narrow`; two in a wide window too, where lists of pages and headings are shown."""
    broken = looks["light"].broken
    assert broken.keys() == {*WHOLE}
    assert {name: report for name, report in broken.items() if report} == {}


def test_every_page_is_quiet(seen):
    assert seen.noise == []


def test_every_text_can_be_read(seen):
    assert min(map(len, seen.texts.values())) > 10
    assert {name: faint for name, found in seen.texts.items() if (faint := [t for t in found if t[2] < t[3]])} == {}


@pytest.mark.parametrize("name", [CHAPTER, GALLERY])
def test_a_page_that_is_opened_in_dark_looks_like_one_that_is_made_dark(browser_page, looks, address, name):
    page = browser_page(1280, 900, "dark")
    open_page(page, f"{address('server')}/{name}")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    # where a reader is in a page is marked, by the scroll, in its table of contents
    opened, made = (
        [text for text in texts if "nav-link" not in text[1]]
        for texts in (contrasts(page), looks["dark"].texts[name])
    )
    assert opened == made


def test_every_image_is_a_chart_or_a_photo(seen):
    assert {kind for _, _, kind, _ in seen.images} == {"chart", "photo"}


def test_photos_stay_as_they_are(seen, site):
    for name, file, kind, pixels in seen.images:
        if kind == "photo":
            stored = np.array(Image.open(site / "_images" / file).convert("RGB"))[8:-8, 8:-8]
            assert pixels.mean() == pytest.approx(stored.mean(), abs=5), name


def test_charts_stand_on_the_page_s_own_ground_and_can_be_read(seen):
    for name, _, kind, pixels in seen.images:
        if kind != "chart":
            continue
        ground = np.abs(pixels.astype(int) - seen.paper).max(-1) <= 2
        assert ground.mean() > 0.1, f"{name}: a box of another colour than the page"
        one, two = luminance(pixels), luminance(seen.paper)
        far = np.maximum(one, two) / np.minimum(one, two)
        assert (far > 7).mean() > 0.002, f"{name}: letters"
        assert (far > 3).mean() > 0.005, f"{name}: lines"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_letters_of_formulas_have_the_colours_of_their_roles(browser_page, address, theme):
    page = browser_page(1280, 900, theme)
    page.goto(f"{address('server')}/{CHAPTER}")
    for role in ("input", "kernel", "output"):
        text, letter = page.evaluate(
            f"""['.c-{role}:not(.katex *)', 'div.math .c-{role} .mathnormal'].map((place) =>
              getComputedStyle(document.querySelector(place)).color)"""
        )
        assert text == letter


# Wide and narrow


def test_prose_code_and_figures_share_one_column(seen):
    assert {name: sides for name, sides in seen.columns.items() if len(sides) > 1} == {}


def test_a_formula_is_in_the_middle_and_its_number_on_the_right(seen):
    assert len(seen.formulas) > 3
    for name, row, formula, last in seen.formulas:
        assert sum(formula) == pytest.approx(sum(row), abs=4), name
        assert last[1] == pytest.approx(row[1], abs=1), name


def test_nothing_sticks_out_on_a_phone_and_all_is_accessible(narrow):
    faults, _, _ = narrow
    assert faults == {}


def test_formulas_start_at_their_head_on_a_phone(narrow):
    _, starts, _ = narrow
    assert len(starts) > 3
    assert all(scrolled == 0 and place >= 0 for scrolled, place in starts)


def test_figures_are_nearly_as_large_as_they_are_drawn_on_a_phone(narrow):
    _, _, images = narrow
    assert len(images) > 30
    small = [(name, shown, drawn) for name, shown, drawn in images if shown < 0.6 * drawn]
    assert small == [], "letters too small: draw no wider than cnnbook.plotting.style.WIDTH, or put parts in rows"


def test_each_value_of_the_ledger_has_its_word_on_a_phone(browser_page, address):
    page = browser_page(390, 844, is_mobile=True, has_touch=True)
    page.goto(f"{address('server')}/book/appendix/ledger.html")
    row = page.locator("table.claims tbody tr", has_text="An image of 6 x 6 pixels and a filter of 3 x 3")
    assert not page.locator("table.claims thead").first.is_visible()
    assert [cell.split() for cell in row.locator("td:has(.column-name)").all_inner_texts()] == [
        ["computed", "4", "x", "4"],
        ["verdict", "Right."],
    ]
    page.set_viewport_size({"width": 1280, "height": 844})
    assert page.locator("table.claims thead").first.is_visible()
    assert not page.locator("table.claims .column-name").first.is_visible()


def test_a_caption_stays_in_sight_while_its_table_scrolls(browser_page, address):
    page = browser_page(390, 844, is_mobile=True, has_touch=True)
    page.goto(f"{address('server')}/book/labs/lenet_mnist.html")
    page.evaluate("document.querySelectorAll('details').forEach((part) => part.open = true)")
    box = page.locator(".output.text_html:has(caption)").first
    before = box.locator("caption").evaluate_all(SIDES)
    assert box.evaluate("box => { box.scrollLeft = 1000; return box.scrollLeft }") > 50
    assert box.locator("caption").evaluate_all(SIDES)[0] == pytest.approx(before[0], abs=1)
    assert before[0][1] < 390


def test_controls_are_under_the_picture_and_in_sight_with_it_on_a_phone(browser_page, address):
    page = browser_page(390, 844, is_mobile=True, has_touch=True)
    page.goto(f"{address('server')}/{GALLERY}")
    draw_all(page)
    page.evaluate("document.fonts.ready")
    explorers = page.locator(".cnnx:has(> .cnnx-controls)").all()
    assert len(explorers) > 8
    for explorer in explorers:
        picture, controls = explorer.locator(".cnnx-picture"), explorer.locator("> .cnnx-controls")
        picture.evaluate("part => scrollTo(0, scrollY + part.getBoundingClientRect().top - 100)")
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        box, under = picture.bounding_box(), controls.bounding_box()
        assert under["y"] + under["height"] <= 845
        assert under["y"] - box["y"] >= min(box["height"], 400), "room for the picture above the controls"


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_letters_of_the_explorers_do_not_touch(browser_page, address, width):
    page = browser_page(width, 844)
    page.goto(f"{address('server')}/{GALLERY}")
    draw_all(page)
    page.locator(".cnnx[aria-label^=Deformable], .cnnx:has([aria-label^=Deformable])").evaluate_all(
        "all => all.forEach((explorer) => explorer.remove())"  # its points lie on the pixels
    )
    page.evaluate("new Promise(requestAnimationFrame)")
    assert page.evaluate(TOUCHING) == []


# On paper


def test_pages_are_printed_whole(seen):
    for name, found in seen.printed.items():
        assert (found["unbreakable"], found["unwrapped"]) == ([], []), name
        assert (found["titles"], found["contents"]) <= (1, 1), name
        assert found["letters"] >= 10, f"{name}: letters of an explorer smaller than 7.5 points"
    assert seen.printed[GALLERY]["letters"] < 20


def test_a_dark_page_is_printed_in_light(browser_page, address):
    page = browser_page(1280, 900, "dark")
    page.goto(f"{address('server')}/{CHAPTER}")
    page.evaluate("""addEventListener('beforeprint', () => {
      const look = (place) => getComputedStyle(document.querySelector(place));
      window.printed = [document.documentElement.dataset.theme, look('.bd-article h2').color, look('img.chart').filter];
    })""")
    assert page.pdf(format="A4").startswith(b"%PDF")
    theme, ink, chart = page.evaluate("window.printed")
    assert (theme, chart) == ("light", "none")
    assert sum(map(int, ink.removeprefix("rgb(").rstrip(")").split(","))) < 200
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


# Search


@pytest.mark.parametrize(
    ("query", "text"),
    [("感受野", "感受野"), ("卷积", "卷积"), ("核", "核"), ("k_H", "k_H"), ("brackets", "⌊x⌋ round down")],
)
def test_the_search_finds_chinese_words_and_shows_formulas_as_text(browser_page, address, query, text):
    page = browser_page(1280, 900)
    page.goto(f"{address('server')}/search.html?q={query}")
    result = page.locator("#search-results li", has=page.locator("a[href*='glossary']")).first
    result.locator(".context").wait_for()
    said = result.inner_text()
    assert text in said
    assert "\\" not in said
    assert "NN" not in said
