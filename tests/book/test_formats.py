"""PDF, EPUB and archive, from a small site; how the book's own pages are printed is tested in test_screens."""

import base64
import importlib
import re
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
import pytest
from bs4 import BeautifulSoup
from PIL import Image

FORMATS = Path(__file__).parents[2] / "book" / "_formats"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PAGE = """<html><head><link rel="canonical" href="https://x.github.io/y/{name}.html"></head><body>
<article class="bd-article"><section id="top">
<h1>{title}<a class="headerlink" href="#top">#</a></h1>{body}</section></article>
</body></html>"""
BODIES = {
    "index": """<p><a href="book/a.html#number">a number</a>, <a href="book/a.html">a page</a>,
      <a href="exercises/a.html">an exercise</a></p>""",
    "book/a": """<p id="number">Here: <a href="#top">up</a>, <a href="../index.html">home</a></p>
      <script type="widget">{"still": 1}</script><noscript><img src="../_static/still.png" alt="a < b"></noscript>
      <button class="copybtn">copy</button>
      <details class="hide"><summary><p>Show the code</p></summary><pre>x = 1</pre></details>
      <div class="commit"><details><summary>forty</summary><p>No.</p></details></div>
      <span class="katex"><span class="katex-mathml"><math><mi><munder><mo>Y</mo><mn>2</mn></munder></mi></math></span>
      <span class="katex-html" aria-hidden="true">Y2</span></span>
      <div class="cell"><details><summary>Show</summary><pre>set up</pre></details></div>
      <div class="cell" id="proof"><details><summary>Show</summary><pre>1 + 1</pre></details></div>
      <style>td {color: red}</style>
      <svg role="img"><style>rect {fill: none}</style>
      <defs><path id="p"></path></defs><path fill="url(#p)" data-x="1"></path></svg>""",
}
TOC = """root: index
parts:
  - caption: First & last
    chapters:
      - file: book/a
      - file: exercises/a
"""


@pytest.fixture(scope="module")
def formats():
    """The scripts, as modules that know each other."""
    sys.path.insert(0, str(FORMATS))
    names = ["one", "epub", "archive", "pdf"]
    yield {name: importlib.import_module(name) for name in names}
    sys.path.remove(str(FORMATS))
    for name in names:
        del sys.modules[name]


@pytest.fixture
def small(tmp_path):
    """A site of two pages, and its table of contents."""
    for name, body in BODIES.items():
        path = tmp_path / "site" / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE.format(name=name, title=f"On {name}", body=body), encoding="utf-8")
    static = tmp_path / "site" / "_static"
    static.mkdir()
    (static / "still.png").write_bytes(PIXEL)
    (static / "palette.css").write_text("html{--c-input:#0b5fa5}", encoding="utf-8")
    (tmp_path / "toc.yml").write_text(TOC, encoding="utf-8")
    return tmp_path / "site", tmp_path / "toc.yml"


def test_pages_become_one_text(formats, small):
    front, chapter = formats["one"].chapters(*small)
    assert (front.name, chapter.part, chapter.title) == ("index", "First & last", "On book/a")
    links = [link["href"] for link in (*front.article.select("a"), *chapter.article.select("a"))]
    published = "https://x.github.io/y/exercises/a.html"
    assert links == ["#book-a--number", "#book-a", published, "#book-a--top", "#index"]
    assert formats["one"].lost([front, chapter]) == []
    text = chapter.article.get_text(" ", strip=True)
    assert "x = 1" in text
    assert "1 + 1" in text, "a number may lead to this cell"
    assert "set up" not in text
    assert [style.string for style in chapter.article.select("style")] == ["rect {fill: none}"], "else drawn black"
    assert "forty" in text
    assert "Show the code" not in text
    assert not chapter.article.select("script, noscript, button, details, .headerlink")
    assert chapter.article.select_one("img.still")["src"] == str(small[0] / "_static" / "still.png")
    assert chapter.article.select_one("svg > path")["fill"] == "url(#book-a--p)"


def test_a_link_into_nothing_is_found(formats, small):
    (small[0] / "index.html").write_text(
        PAGE.format(name="index", title="", body='<a href="#no">x</a>'), encoding="utf-8"
    )
    assert formats["one"].lost(formats["one"].chapters(*small)) == [("index", "#index--no")]


def test_a_site_that_is_not_built_is_named(formats, small):
    (small[0] / "book" / "a.html").unlink()
    with pytest.raises(SystemExit, match=r"book/a.html is not in .*: run make book"):
        formats["one"].chapters(*small)


def test_an_epub_is_well_formed_and_its_links_stay_inside(formats, small, tmp_path):
    with zipfile.ZipFile(formats["epub"].make(*small, tmp_path / "book.epub")) as book:
        first = book.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        trees = {
            name: ElementTree.fromstring(book.read(name)) for name in book.namelist() if name[-3:] in ("tml", "opf")
        }
        names = set(book.namelist())
    listed = {item.get("href") for item in trees["EPUB/package.opf"].iter() if item.tag.endswith("}item")}
    assert {f"EPUB/{name}" for name in listed} | {"mimetype", "META-INF/container.xml", "EPUB/package.opf"} == names
    chapter = trees["EPUB/book-a.xhtml"]
    tags = [tag.tag.rpartition("}")[2] for tag in chapter.iter()]
    assert tags.count("math") == 1
    assert tags.count("munder") == tags.count("mrow") == 1  # no letter holds an operator
    hrefs = [tag.get("href") for tag in trees["EPUB/index.xhtml"].iter() if tag.tag.endswith("}a")]
    assert hrefs[:2] == ["book-a.xhtml#book-a--number", "book-a.xhtml"]


def test_the_document_that_is_printed_has_contents_and_running_titles(formats, small):
    chapters = formats["one"].chapters(*small)
    formats["pdf"].demote(chapters)
    text = formats["pdf"].document(chapters, small[0], "A book", {"book-a": 7})
    assert '<a href="#book-a"><span>On book/a</span><span>7</span></a>' in text
    assert '@page book-a { @top-center { content: "On book/a"; } }' in text
    assert "<h1>First &amp; last</h1>" in text
    assert "<h2>On book/a</h2>" in text


def test_a_page_whose_lower_half_is_empty_is_found(formats, tmp_path):
    with pikepdf.new() as pdf:
        for height in (100, 500, 100, 100, 500, 500):  # of the only line; the chapter ends on page 5
            page = pdf.add_blank_page(page_size=(500, 720))
            page.Contents = pdf.make_stream(f"q 1 0 0 1 0 20 cm BT 1 0 0 1 9 {height} Tm (x) Tj ET Q".encode())
            page.contents_add(b"BT 1 0 0 1 9 20 Tm (1) Tj ET")
        pdf.save(tmp_path / "small.pdf")
    assert formats["pdf"].half_empty(tmp_path / "small.pdf", {1, 6}) == [2]


def test_what_is_said_after_an_explorer_fills_the_gap_before_it(formats, small):
    cell = '<div class="cell"><noscript><img src="_static/still.png" alt="a still"></noscript></div>'
    (small[0] / "index.html").write_text(
        PAGE.format(name="index", title="", body=f"{cell}<p>try</p><ol></ol><h2>next</h2>{cell}<p>end</p>"),
        encoding="utf-8",
    )
    picture = Image.new("L", (40, 1000), 255)
    for top in (100, 500, 520, 700, 790):  # too near to the top, 10 rows apart, 170, too near to the foot
        picture.paste(0, (10, top, 30, top + 10))
    picture.save(small[0] / "_static" / "still.png")
    front, *_ = chapters = formats["one"].chapters(*small)
    pages = [3, 5, 9]  # of the stills; one more is in the chapter
    assert not formats["pdf"].fill([3, 7], chapters, pages)
    assert formats["pdf"].fill([2], chapters, pages)
    names = [tag.name for tag in front.article.section.find_all(recursive=False)]
    assert names == ["h1", "p", "ol", "div", "h2", "div", "p"]
    assert formats["pdf"].fill([2], chapters, pages)  # no text is left
    pieces = front.article.section.div.find_all("img")
    assert [(piece["alt"], piece["style"].partition("inset")[2]) for piece in pieces] == [
        ("a still", "(0.000% 0 69.600%)"),
        ("", "(30.400% 0 38.600%)"),
        ("", "(61.400% 0 0.000%)"),
    ]
    assert not formats["pdf"].fill([2], chapters, [3, 3, 3, 5, 9])


def test_a_high_drawing_is_cut_between_its_boxes(formats):
    boxes = "".join(f'<rect class="box" x="9" y="{top}" width="50" height="44"></rect>' for top in range(12, 800, 66))
    for height, expected in (
        (500, ["0 0 90 500"]),
        (860, ["0 0 90 198", "0 198 90 198", "0 396 90 198", "0 594 90 266"]),
    ):
        svg = f'<svg class="cnnd" viewBox="0 0 90 {height}" width="90" height="{height}"><desc>x</desc>{boxes}</svg>'
        page = BeautifulSoup(svg, "html.parser")
        formats["pdf"].cut_drawing(page.svg)
        found = page.select("svg")
        assert [piece["viewbox"] for piece in found] == expected
        assert [piece.get("aria-hidden") for piece in found] == [None] + ["true"] * (len(expected) - 1)


def test_an_archive_has_site_notebooks_and_wheel(formats, small, tmp_path):
    with zipfile.ZipFile(formats["archive"].make(small[0], tmp_path / "book.zip")) as archive:
        names = [name.partition("/")[2] for name in archive.namelist()]
        (mode,) = {entry.external_attr >> 16 for entry in archive.infolist()}
        pins = archive.read(f"{formats['archive'].TOP}/constraints.txt").decode()
        steps = archive.read(f"{formats['archive'].TOP}/README.md").decode().splitlines()
    assert {"site/index.html", "book/layers/pooling.ipynb", "exercises/pooling.ipynb", "constraints.txt"} <= {*names}
    assert mode & 0o044, "other accounts of a machine can read it"
    assert re.search(r"^numpy==[\d.]+\n(.*\n)*torch==[\d.]+\n", pins, re.MULTILINE)
    (wheel,) = [name for name in names if name.endswith(".whl")]
    assert "\n".join(steps).count(f'"./{wheel}[labs]"') == 2  # a name with a star and [...] fits no file
    assert len([line for line in steps if line[:2] in ("1.", "2.", "3.", "4.", "5.")]) == 5
