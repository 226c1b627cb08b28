import gzip
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from accessibility import violations
from explorer_page import draw_all

from cnnbook.arithmetic import output_size

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
CHAPTER = "book/convolution/arithmetic"
_TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
HEAVY = ["book/labs/lenet_mnist", "book/appendix/explorers"]


def visit(context, url, theme="light", page=None):
    """Open an address in one of the two themes and wait until its explorers stand."""
    # axe opens an empty frame, which has no storage
    context.add_init_script(f"if (location.protocol !== 'about:') localStorage.setItem('mode', '{theme}')")
    page = page or context.new_page()
    page.goto(url)
    draw_all(page)
    page.evaluate("document.fonts.ready")
    return page


def test_names_hold_what_is_shown(context, address):
    """So that the search is found by who says "click search, control K". axe takes this rule for an experiment."""
    page = visit(context, f"{address('server')}/{CHAPTER}.html")
    assert page.locator(".search-button__button:visible").count() > 0
    assert violations(page, ["label-content-name-mismatch"]) == ""


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (".formula", "o = n − k + 1"),
        (".math:has(> .formula)", "o = n − k + 1"),
        (".formula .c-output", "o = n − k + 1"),  # half of one is copied whole
        ("p:has(.katex)", "have n pixels and the kernel k taps"),
    ],
)
def test_a_copied_formula_is_its_text_once(context, address, place, text):
    page = visit(context, f"{address('server')}/{CHAPTER}.html")
    page.evaluate("addEventListener('copy', (event) => { window.copied = event.clipboardData.getData('text/plain') })")
    page.locator(place).first.evaluate("part => getSelection().selectAllChildren(part)")
    page.keyboard.press("Control+C")
    copied = page.evaluate("window.copied")
    assert text in copied
    assert copied.count(text[:5]) == 1
    assert "\n" not in copied.strip()
    assert "#" not in copied


def test_the_list_of_pages_shows_the_page_that_is_open(context, address):
    """Also where the theme scrolls it to where it was, as after a find of the search."""
    page = visit(context, f"{address('server')}/{_TOC['root']}.html")
    page.goto(f"{address('server')}/book/appendix/glossary.html")
    here = page.locator(".bd-sidebar-primary a[aria-current=page]")
    for name, title in ((CHAPTER, "How large"), ("book/appendix/glossary", "glossary")):
        page.goto(f"{address('server')}/{name}.html")
        page.wait_for_load_state()
        assert title in here.inner_text()
        box = here.bounding_box()
        assert 0 <= box["y"] <= 720 - box["height"]


def read_explorer(page):
    """The settings that the first explorer shows, and the output size that it states."""
    settings = page.locator(".cnnx").first.locator("input[type=range]").evaluate_all("all => all.map((i) => +i.value)")
    stated = page.locator(".cnnx .cnnx-live").first.inner_text()
    return settings, int(stated.removeprefix("Output size ").split(".")[0])


@pytest.mark.parametrize("how", ["file", "server", "subpath"])
def test_the_explorer_follows_mouse_and_keyboard(context, address, how):
    page = visit(context, f"{address(how)}/{CHAPTER}.html")

    def check():
        (size, kernel, padding, stride, dilation), stated = read_explorer(page)
        assert stated == output_size(size, kernel, padding=padding, stride=stride, dilation=dilation)
        return size, kernel, stride, stated

    size, kernel, stride, stated = check()
    grip = page.locator("[data-grip=size] circle").first
    grip.scroll_into_view_if_needed()
    box, cell = grip.bounding_box(), page.locator(".cnnx-cell").first.bounding_box()["width"]
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 2 * cell, y, steps=5)
    page.mouse.up()
    assert check() == (size + 2, kernel, stride, stated + 2 // stride)

    page.get_by_label("Stride s").first.focus()
    page.keyboard.press("ArrowRight")
    after = check()
    assert after[:3] == (size + 2, kernel, stride + 1)
    assert after[3] < stated + 2 // stride
    assert (context.blocked, context.errors) == ([], [])


@pytest.mark.parametrize("name", [CHAPTER, *HEAVY])
def test_a_page_is_light_with_its_fonts(context, address, site, name):
    requests = []
    context.on("request", lambda request: requests.append(request))
    visit(context, f"{address('server')}/{name}.html").wait_for_load_state("networkidle")
    files = {site / urlsplit(request.url).path[1:] for request in requests if urlsplit(request.url).scheme == "http"}
    assert any(file.suffix == ".woff2" for file in files)
    weights = {
        file.name: len(file.read_bytes() if file.suffix == ".woff2" else gzip.compress(file.read_bytes(), 6))
        for file in files
        if file.suffix not in (".png", ".svg")
    }
    assert 30_000 < sum(weights.values()) <= 400_000, weights


@pytest.mark.parametrize("how", ["file", "subpath"])
def test_the_front_page_loads_its_explorer_when_asked(new_context, address, site, how):
    """With it, the page still weighs no more than others may."""
    context, requests = new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True), []
    context.on("request", lambda request: requests.append(request.url))
    page = visit(context, f"{address(how)}/{_TOC['root']}.html")
    assert not [url for url in requests if "/later/" in url]
    assert page.locator(".later img").get_attribute("alt")
    page.get_by_role("button", name="Draw a digit").tap()
    page.locator(".later .cnnx-pad").wait_for()
    asked = [url for url in requests if "/later/" in url]
    assert len(asked) == 2  # the explorer, and the weights of its network
    names = {urlsplit(url).path.rpartition("/_static/")[2] for url in requests if "/_static/" in url}
    assert all(any(url.endswith(name) for name in names) for url in asked)
    files = [site / f"{_TOC['root']}.html", *(site / "_static" / name for name in names)]
    weights = {file.name: len(gzip.compress(file.read_bytes(), 6)) for file in files}
    assert sum(weights.values()) <= 400_000, weights
    assert page.evaluate("document.activeElement.matches('.cnnx-pad')")
    assert page.locator(".later img, .later button[data-later]").count() == 0
    page.get_by_role("button", name="Clear").tap()
    assert "It reads a 1 (81.5%)" in page.locator("figure.later").text_content()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".later .cnnx-pad").evaluate("(e) => e.scrollIntoView()")  # its controls stand at the screen's foot
    assert (context.blocked, context.errors) == ([], [])
    if how != "file":  # axe asks for the style sheets, which a file may not
        assert violations(page) == ""


def test_without_scripts_the_front_page_shows_a_picture_and_no_button(new_context, address):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{address('server')}/{_TOC['root']}.html")
    assert page.locator(".later img").is_visible()
    assert not page.locator(".later button").is_visible()


def test_a_chapter_settles_within_a_second(new_context, address):
    """From the request to drawn explorers and fonts, in time of the page's own thread: other work does not count."""
    busy = []
    for _ in range(3):
        context = new_context()
        watch = context.new_cdp_session(context.new_page())
        watch.send("Performance.enable", {"timeDomain": "threadTicks"})
        visit(context, f"{address('server')}/{CHAPTER}.html", page=context.pages[0])
        metrics = {metric["name"]: metric["value"] for metric in watch.send("Performance.getMetrics")["metrics"]}
        busy.append(metrics["TaskDuration"])
    assert 0 < min(busy) < 1, busy


def test_maths_needs_no_script(context, address):
    page = visit(context, f"{address('server')}/{CHAPTER}.html")
    assert page.locator(".katex-mathml math").count() > 20
    assert page.locator(".katex-error").count() == 0
    assert page.evaluate("document.fonts.check('1em KaTeX_Main')")
    scripts = page.locator("script[src]").evaluate_all("all => all.map((s) => s.src)")
    assert not [url for url in scripts if "katex" in url.lower() or "mathjax" in url.lower()]
    early = page.evaluate("""[...document.querySelectorAll("head link[rel=preload]")].map(({ href }) =>
        [href.split("/").at(-1), performance.getEntriesByName(href)[0].responseStatus])""")
    assert early == [["KaTeX_Main-Regular.woff2", 200], ["KaTeX_Math-Italic.woff2", 200]]


def test_code_has_elements_for_what_has_a_colour_of_its_own(site):
    code = (site / f"{CHAPTER}.html").read_text(encoding="utf-8").partition('<div class="highlight">')[2]
    classes = set(re.findall(r'<span class="(\w+)">', code.partition("</pre>")[0]))
    assert {"kn", "o"} <= classes
    assert not classes & {"n", "nn", "p", "w"}


def test_a_page_loads_only_what_it_needs(site):
    text = (site / f"{_TOC['root']}.html").read_text(encoding="utf-8")
    for unneeded in ("katex", "searchindex", "copybutton", "design-tabs", "thebe", "togglebutton"):
        assert unneeded not in text


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("dilation", "book/appendix/glossary.html#term-dilation"),
        ("VGG", "book/architectures/vgg.html"),  # not its exercise
        ("kernels that write spread and move", "book/convolution/transposed_dilated_deformable.html"),
    ],
)
def test_the_search_finds_a_page(context, address, query, first):
    page = visit(context, f"{address('server')}/search.html?q={query}")
    page.wait_for_selector("#search-results li a")
    assert first in page.locator("#search-results li a").first.get_attribute("href")
    if "#term" in first:
        page.get_by_text("The distance between neighbouring taps").wait_for()  # the meaning, not the word alone
    assert context.errors == []


def test_the_search_of_files_asks_for_no_page(context, address):
    page = visit(context, f"{address('file')}/search.html?q=VGG")
    page.wait_for_selector("#search-results li + li a")
    assert context.errors == []


# The runtime of the explorers, on a page of its own

STILL = {"model_id": "broken", "still": "stills/a.png", "text": "An explorer of nothing"}
CORE = """export const times = 2
  * 1;

export const loaded = (globalThis.loaded = (globalThis.loaded ?? 0) + 1);"""
MODULE = """import { times } from "./_core.js";
export default {
  initialize({ model }) { model.on("change:count", () => model.set("twice", times * model.get("count"))); },
  render({ model, el }) {
    const button = document.createElement("button");
    const { of } = model.get("_words");
    const show = () => { button.textContent = `${of} ${model.get("count")} ${model.get("twice")}`; };
    button.onclick = () => { model.set("count", model.get("count") + 1); model.save_changes(); };
    model.on("change:twice", show);
    el.append(button);
    show();
  },
};"""


def bare_page(folder, states, views, module=MODULE):
    code = (ROOT / "book" / "_assets" / "widgets.js").read_text(encoding="utf-8")
    kind = "application/vnd.jupyter.widget"
    stems = {traits["_stem"] for traits in states.values()}
    given = {
        "state": {key: {"state": traits} for key, traits in states.items()},
        "core": {"module": CORE, "style": "button { color: rgb(1, 2, 3); }"},
        "explorers": {stem: {"module": module, "style": f".x-{stem} b {{}}", "words": {"of": stem}} for stem in stems},
        "address": '"./_core.js"',
        "words": {"failed": "Not here ({reason})."},
    }
    places = "".join(f'<script type="{kind}-view+json">{json.dumps(view)}</script>' for view in views)
    path = folder / "page.html"
    path.write_text(
        f'<!doctype html><html data-content_root="./"><script type="{kind}-state+json">{json.dumps(given)}</script>'
        f"<body>{places}<script>{code}</script></body></html>",
        encoding="utf-8",
    )
    return path.as_uri()


def test_two_views_of_a_model_stay_in_step(context, tmp_path):
    states = {"a": {"count": 1, "twice": 2, "_stem": "x"}, "b": {"count": 5, "twice": 10, "_stem": "x"}}
    states["c"] = {"count": 7, "twice": 14, "_stem": "y"}
    page = context.new_page()
    page.goto(bare_page(tmp_path, states, [{"model_id": key} for key in "aabc"]))
    page.wait_for_selector(".explorer button >> nth=3")
    page.locator("button").first.click()
    assert page.locator("button").all_inner_texts() == ["x 2 4", "x 2 4", "x 5 10", "y 7 14"]
    assert page.evaluate("loaded") == 1  # all explorers import one core
    assert page.locator("button").first.evaluate("b => getComputedStyle(b).color") == "rgb(1, 2, 3)"
    assert page.locator("head style").count() == 3
    assert context.errors == []


def test_an_explorer_that_fails_leaves_its_still_and_says_why(context, tmp_path):
    page = context.new_page()
    page.goto(bare_page(tmp_path, {"broken": {"_stem": "x"}}, [STILL], module="throw new Error('no luck')"))
    page.wait_for_selector(".explorer-failed")
    assert page.locator(".explorer-failed").inner_text() == "Not here (no luck)."
    image = page.locator(".explorer img")
    assert image.get_attribute("src") == "./_static/stills/a.png"
    assert image.get_attribute("alt") == STILL["text"]
    assert any("explorer broken: Error: no luck" in error for error in context.errors)


def test_without_scripts_the_still_is_shown(new_context, address):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{address('server')}/{CHAPTER}.html")
    still = page.locator(".cell_output noscript img").first
    assert still.get_attribute("src")
    assert still.is_visible()
