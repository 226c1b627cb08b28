import functools
import gzip
import json
import re
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
import tinycss2
import yaml
from sphinx.errors import ExtensionError

from cnnbook.widgets import _bundle

ROOT = Path(__file__).parents[2]
CHAPTER = "book/convolution/arithmetic"
sys.path.insert(0, str(ROOT / "book" / "_ext"))
from booksite import icons, later, maths, pages, palette, reference, styles, widgets  # noqa: E402


class Page(HTMLParser):
    """The anchors of a page, where it links to, and what it loads."""

    def __init__(self, path):
        super().__init__()
        self.anchors, self.links, self.loads = set(), [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.anchors.add(attrs.get("id"))
        if tag == "a" and attrs.get("href"):
            self.links.append(attrs["href"])
        if tag == "link" and not {"next", "prev", "index", "search", "canonical"} & set(attrs.get("rel", "").split()):
            self.loads.append(attrs["href"])
        if tag in ("script", "img", "iframe", "source", "video", "audio", "object", "embed"):
            self.loads += [attrs[name] for name in ("src", "data", "srcset") if attrs.get(name)]


@pytest.fixture(scope="module")
def parsed(site):
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def test_every_link_inside_the_book_leads_somewhere(site, parsed):
    broken = []
    for path, page in parsed.items():
        for link in page.links + page.loads:
            address, anchor = urldefrag(link)
            if urlsplit(link).scheme:
                continue
            target = (path.parent / unquote(address.split("?")[0])).resolve() if address else path
            if not target.is_file() or (anchor and target in parsed and unquote(anchor) not in parsed[target].anchors):
                broken.append(f"{path.relative_to(site)}: {link}")
    assert not broken


def test_nothing_is_loaded_from_another_host(site, parsed):
    outside = [f"{path.name}: {url}" for path, page in parsed.items() for url in page.loads if urlsplit(url).netloc]
    for sheet in site.rglob("*.css"):
        found = re.findall(r"@import[^;]*|url\(\s*['\"]?(?!['\"]?data:)[^)]*", sheet.read_text(encoding="utf-8"))
        outside += [f"{sheet.name}: {use}" for use in found if "//" in use]
    assert not outside


def test_no_file_is_on_the_site_for_nothing(site):
    names = {path.name for path in (site / "_static").rglob("*")}
    assert not names & {"fontawesome.js", "require.js", "sphinx-thebe.js", "locales", "fa-solid-900.woff2"}
    assert sum(path.stat().st_size for path in (site / "_static").rglob("*") if path.suffix != ".png") < 1.5e6


def brought(site, path):
    """The files that a page or script loads when they are needed, and what these load in turn."""
    names = set(re.findall(r"later/[\w-]+\.js", path.read_text(encoding="utf-8")))
    files = {site / "_static" / name for name in names}
    return files.union(*(brought(site, file) for file in files))


def test_every_page_is_light(site, parsed):
    """Compressed, with style sheet, scripts and what it loads later, a page has 400 KB at most; images aside."""
    kilobytes = functools.cache(lambda path: len(gzip.compress(path.read_bytes(), 6)) / 1000)
    pages = {}
    for path, page in parsed.items():
        files = {(path.parent / load.split("?")[0]).resolve() for load in page.loads if not urlsplit(load).scheme}
        files |= brought(site, path)
        pages[path.name] = sum(kilobytes(file) for file in {path, *files} if file.suffix in (".html", ".css", ".js"))
    largest = sorted(pages, key=pages.get)[-5:]
    later = brought(site, site / "book" / "index.html")
    assert {path.name.partition("-")[0] for path in later} == {"LeNetExplorer", "lenet"}
    assert 200 < pages[largest[-1]] <= 400, {name: f"{pages[name]:.0f} KB" for name in largest}


def test_two_builds_agree(site, build_book, tmp_path):
    def contents(folder):
        return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    first, second = contents(site), contents(build_book(tmp_path))
    assert sorted(first) == sorted(second)
    assert [path for path in first if first[path] != second[path]] == []


def test_the_configuration_agrees_with_the_package():
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert config["repository"]["url"] == project["urls"]["Repository"]
    assert config["execute"]["execute_notebooks"] == "off"


def test_the_launch_buttons_open_the_page_s_own_notebook(site, parsed):
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    repository = config["repository"]["url"].removeprefix("https://github.com/")
    links = parsed[site / f"{CHAPTER}.html"].links
    assert f"https://colab.research.google.com/github/{repository}/blob/main/{CHAPTER}.ipynb" in links
    assert f"../../_sources/{CHAPTER}.ipynb" in links
    assert (site / f"_sources/{CHAPTER}.ipynb").read_bytes() == (ROOT / f"{CHAPTER}.ipynb").read_bytes()


# Explorers


def notebook(**outputs):
    name = "cnnbook.widgets.arithmetic.ArithmeticExplorer"
    stored = {"_anywidget_id": name, "_esm": "stale", "_css": "stale", "layout": "IPY_MODEL_x", "size": 7}
    states = {"one": {"state": stored}, "two": {"state": stored}}
    states["bar"] = {"state": {"_view_name": "ProgressView", "value": 3}}
    cells = [{"outputs": [{"data": {widgets.VIEW: {"model_id": key}, **data}}]} for key, data in outputs.items()]
    return {"metadata": {"widgets": {widgets.STATE: {"state": states}}}, "cells": cells}


def test_explorers_speak_the_language_of_the_page():
    found = widgets.explorers_of(notebook(), "zh")
    assert found == {key: {"size": 7, "language": "zh", "_stem": "arithmetic"} for key in ("one", "two")}


def test_a_page_carries_each_text_once(monkeypatch):
    monkeypatch.setattr(_bundle, "spoken", lambda stem, language: language)
    monkeypatch.setattr(_bundle, "words", lambda stem, language: {"title": f"{stem} in {language}"})
    given = widgets.shipment(widgets.explorers_of(notebook(), "zh"), "zh", None)
    assert given["core"] == {"module": _bundle.core_module(), "style": _bundle.core_style()}
    assert given["explorers"] == {
        "arithmetic": {
            "module": _bundle.own_module("arithmetic"),
            "style": _bundle.own_style("arithmetic"),
            "words": {"title": "arithmetic in zh"},
        }
    }
    assert sorted(given["state"]) == ["one", "two"]
    assert "stale" not in json.dumps(given)


def test_what_is_large_is_named_and_stands_in_a_file():
    weights = "A" * widgets.LARGE
    explorers = {"one": {"network": weights, "row": 2, "_stem": "lenet"}}
    files = {}
    given = widgets.shipment(explorers, "en", lambda name, large: files.update({name: large}) or "later/lenet-1.js")
    assert given["state"] == {"one": {"state": {"row": 2, "_stem": "lenet", "_later": "later/lenet-1.js"}}}
    assert files == {"lenet": {"network": weights}}


def test_explorers_that_are_stored_as_pictures_become_widgets_again():
    stored = {"explorer": "ArithmeticExplorer", "state": '{"size":7}'}
    output = {"data": {"text/plain": "An explorer"}, "metadata": {"cnnbook": stored}}
    book = {"metadata": {}, "cells": [{}, {"outputs": [output]}]}
    widgets.as_widgets(book)
    [(model_id, traits)] = widgets.explorers_of(book, "en").items()
    assert traits == {"size": 7, "language": "en", "_stem": "arithmetic"}
    assert output["data"][widgets.VIEW] == {"model_id": model_id}


def test_widgets_that_need_a_kernel_leave_their_text():
    book = notebook(one={"text/plain": "An explorer", "image/png": "UE5H"}, bar={"text/plain": "100%"})
    widgets.keep_explorers(book, {"one": {"size": 7, "_stem": "arithmetic"}}, lambda png: f"stills/{png}", None, "en")
    first, second = (cell["outputs"][0]["data"] for cell in book["cells"])
    assert first[widgets.VIEW] == {"model_id": "one", "text": "An explorer", "still": "stills/UE5H"}
    assert second == {"text/plain": "100%"}
    assert book["metadata"]["widgets"][widgets.STATE]["state"] == {"one": {"state": {"size": 7, "_stem": "arithmetic"}}}


def test_a_notebook_without_explorers_keeps_no_widget_state():
    book = notebook()
    widgets.keep_explorers(book, {}, None, None, "en")
    assert book["metadata"] == {}


def test_another_page_shows_an_explorer_by_its_name():
    book = notebook(one={"text/plain": ["ArithmeticExplorer(7)\n", "Output size 5."], "image/png": "UE5H"}, two={})
    view, given = later.explorer(book, "ArithmeticExplorer", SimpleNamespace(language="en"), None)
    assert view == {"model_id": "one", "text": "ArithmeticExplorer(7)\nOutput size 5.", "png": "UE5H"}
    assert given["state"] == {"one": {"state": {"size": 7, "language": "en", "_stem": "arithmetic"}}}
    with pytest.raises(StopIteration):
        later.explorer(notebook(), "ArithmeticExplorer", SimpleNamespace(language="en"), None)


def test_the_chapter_carries_the_present_code_and_a_still(site):
    text = (site / f"{CHAPTER}.html").read_text(encoding="utf-8")
    given = json.loads(re.search(r'widget-state\+json">(.*?)</script>', text, re.DOTALL)[1])
    assert given["core"]["module"] == _bundle.core_module()
    assert {stem: kind["module"] for stem, kind in given["explorers"].items()} == {
        "arithmetic": _bundle.own_module("arithmetic")
    }
    assert {record["state"]["language"] for record in given["state"].values()} == {"en"}
    still = re.search(r'<noscript><img [^>]*src="([^"]+)" alt="([^"]+)"', text)
    assert ((site / CHAPTER).parent / still[1]).read_bytes().startswith(b"\x89PNG")
    assert still[2].startswith("ArithmeticExplorer(")


# Maths, icons, colours, tables


@pytest.fixture(scope="module", autouse=True)
def end_renderer():
    yield
    maths.end_renderer(None, None)


def test_maths_is_set_with_mathml_and_colours():
    html = maths.render(r"\class{c-kernel}{k} - 1", display=False).html
    assert "<math" in html
    assert "annotation" not in html
    assert re.search(r'class="[^"]*c-kernel', html)


def test_maths_that_cannot_be_set_stops_the_build():
    with pytest.raises(ExtensionError, match=r"formula .*frac\{1.* cannot be set: KaTeX parse error"):
        maths.render(r"\frac{1", display=True)


def test_a_missing_package_is_named_with_its_remedy():
    with pytest.raises(ExtensionError, match="package 'no_such_package' is missing: run `pip install --no-deps it`"):
        maths.package_folder("no_such_package", "--no-deps it")


def test_the_style_sheet_holds_the_icons_in_use_and_no_others():
    css = styles.layer(styles.theme())
    assert set(re.findall(r"\.fa-([a-z-]+)\{--icon", css)) == set(icons.ICONS)
    assert "fa-zhihu" not in css
    assert "@font-face" not in css
    assert css.count("{") == css.count("}")


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_of_meaning_can_be_read_as_text(theme):
    colours = json.loads((ROOT / "cnnbook" / "palette.json").read_text(encoding="utf-8"))
    paper = luminance(colours[theme]["page"]["fill"])
    for role, colour in colours[theme].items():
        darker, lighter = sorted([paper, luminance(colour["line"])])
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, role
    assert ".c-kernel{color:var(--c-kernel)}" in palette.style_sheet(colours)


def test_tables_of_data_have_words_left_and_numbers_right():
    head, row = "<th></th><th scope='col'>layer</th><th>size</th>", "<th>0</th><td>C1</td><td>-1,024</td>"
    table = f"<p>1 &lt; 2</p><table><tr>{head}</tr>\n<tr>{row}</tr></table>"
    assert pages.align_columns(table) == (
        '<p>1 &lt; 2</p><table class="dataframe"><tr><td></td>'
        '<th class="words" scope="col">layer</th><th>size</th></tr>\n'
        '<tr><th>0</th><td class="words">C1</td><td>-1,024</td></tr></table>'
    )
    other = '<table class="table"><tr><th></th></tr><tr><td>C1</td></tr></table>'
    assert pages.align_columns(other) == other


def test_columns_are_told_apart_below_a_cell_of_two_rows():
    rows = ["<th rowspan='2'>VGG</th><td>1%</td><td>a</td>", "<td>2%</td><td>b</td>"]
    head = "<th></th><th>share</th><th>of</th>"
    table = pages.align_columns(f"<table><tr>{'</tr><tr>'.join([head, *rows])}</tr></table>")
    left = re.findall(r'<t[hd] class="words"[^>]*>([^<]*)<', table)
    assert left == ["", "of", "VGG", "a", "b"]


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        (
            '.fa-bars::before, .fas{content:"\\f0c9"}.sr-only,.fa-sr-only{clip:auto}',
            [".sr-only,.fa-sr-only{clip:auto}"],
        ),
        ("@charset 'x';@font-face{font-family:A}/* a{} */b{c:d}", ["b{c:d}"]),
        (".sd-card{top:0!important}.row{top:0 !important}", [".sd-card{top:0}", ".row{top:0 !important}"]),
        ('a[href="}{"]::after{content:"{;}" "\\f054"}', ['a[href="}{"]::after{content:"{;}" ""}']),
        ("@media print{.fas{a:b}.row{c:d}}", ["@media print{.row{c:d}}"]),
        ("@keyframes turn{from{top:0}50%{top:1px}}", ["@keyframes turn{from{top:0}50%{top:1px}}"]),
    ],
)
def test_a_rule_is_kept_whole_or_not_at_all(source, kept):
    assert [rule.text() for rule in styles.rules_of(tinycss2.parse_stylesheet(source, **styles.NO_NODES))] == kept


def test_a_rule_that_can_match_is_kept():
    source = (
        ".a .b,#c.d{}.a:not(.x){}.x,.y{}@media print{.x{}}@media print{.a{}.x{}}"
        'a[href=".x"]{}:is(.x,.a) p{}.bs-tooltip-top{}'
    )
    rules = list(styles.rules_of(tinycss2.parse_stylesheet(source, **styles.NO_NODES)))
    kept = [rule.text() for rule in styles.used(rules, {"a", "b", "c"})]
    assert kept == [
        ".a .b,#c.d{}", ".a:not(.x){}", "@media print{.a{}}", 'a[href=".x"]{}', ":is(.x,.a) p{}", ".bs-tooltip-top{}",
    ]  # fmt: skip


@pytest.mark.parametrize("cell", ["0.03 %", "0.72 to 0.79 %", "183 s", "1,024", "-3.5e-4", "nan", "95%", ""])
def test_a_number_may_have_a_unit(cell):
    assert pages.NUMBER.fullmatch(cell)
    assert not pages.NUMBER.fullmatch(f"C1 {cell}")


def test_every_operation_is_in_the_table_with_its_own_lines(site):
    from cnnbook import functional

    found = {name: (path, line, backward) for name, _, path, line, backward in reference.operations(ROOT)}
    assert sorted(found) == sorted(name for name in functional.__all__ if not name.endswith("_backward"))
    for name, (path, line, backward) in found.items():
        source = path.read_text(encoding="utf-8").splitlines()
        assert source[line - 1].startswith(f"def {name}(")
        assert name in ("im2col", "col2im") or source[backward - 1].startswith(f"def {name}_backward(")
        assert (ROOT / "tests" / "functional" / f"test_{path.stem}.py").is_file()
    page = (site / "book/appendix/operations.html").read_text(encoding="utf-8")
    assert all(f"/blob/main/cnnbook/functional/conv2d.py#L{line}" in page for line in found["conv2d"][1:])


def test_chapters_are_found_by_what_they_import(tmp_path):
    cells = [
        "from cnnbook.functional import conv2d, im2col\nx = relu",
        "from cnnbook.functional import (\n tanh,\n)\nelu",
        "cnnbook.functional.linear(x)",
    ]
    cells = [{"cell_type": "code", "source": [cell]} for cell in cells]
    (tmp_path / "page.ipynb").write_text(json.dumps({"cells": cells}))
    found = reference.chapters_that_use(tmp_path, ["page"])
    assert found == {name: ["page"] for name in ("conv2d", "im2col", "tanh", "linear")}
