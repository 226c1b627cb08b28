"""`make pdf`: the built site as one PDF, by Chromium: contents with page numbers, outline, links, running titles.

It is printed at least twice: where a chapter begins is known once it is printed, and then stands in the contents; so is
which explorer left the page before it half empty, and it is then moved, or made smaller and cut. A drawing higher than
half a page is cut between its boxes from the first.
"""

import copy
import sys
import tempfile
from html import escape
from itertools import pairwise, takewhile
from pathlib import Path

import numpy as np
import one
import pikepdf
import yaml
from PIL import Image
from playwright.sync_api import sync_playwright

sys.path.append(str(one.ROOT / "tests" / "notebooks"))

from chromium import OPTIONS, find_chromium

OUT = one.ROOT / "_build" / "pdf" / "convolutional-networks.pdf"
STILL = 1296  # pixels: the width of an explorer's still, see tests/notebooks/stills.py
PASSES = 6
WIDTH = 567  # pixels between the margins of pdf.css: where anything is wider, Chromium prints all pages smaller
SMALLER = "margin: 0 auto; max-width: 80%; max-height: none"  # of a still whose letters of 10 points are then 8
BLANK = 16  # rows of a picture without anything, between which a page may end
PIECE = 300  # rows that are at least on either page, 35 mm
HALF = 530  # pixels of a drawing that are half a page, at the zoom of pdf.css
FOOT = 45  # points: where the number of a page stands, see pdf.css
HEADINGS = ("h5", "h4", "h3", "h2", "h1")  # each one step down: a part stands above its chapters


def document(chapters, site, title, numbers):
    """The whole book as one HTML page; `numbers` are those of the pages on which chapters begin, by slug."""
    sheet = f'<link rel="stylesheet" href="{(site / "_static" / "site.css").as_uri()}">'
    style = Path(__file__).with_name("pdf.css").read_text(encoding="utf-8") + "".join(map(running, chapters))
    parts = "".join(
        (f'<section class="opening"><h1>{escape(caption)}</h1></section>' if caption else "")
        + "".join(str(chapter.article) for chapter in found)
        for caption, found in one.in_parts(chapters)
    )
    return (
        f'<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'{sheet}<style>{style}</style></head><body><div class="bd-main"><div class="bd-content">'
        f'<div class="bd-article-container"><article class="bd-article"><div class="cover"><p>{escape(title)}</p></div>'
        f"{table_of_contents(chapters, numbers)}{parts}</article></div></div></div></body></html>"
    )


def running(chapter):
    """The style of a chapter's pages: its title above the text."""
    text = chapter.title.replace("\\", "\\\\").replace('"', '\\"')
    return (
        f"#{chapter.slug} {{ page: {chapter.slug}; break-before: page; }}\n"
        f'@page {chapter.slug} {{ @top-center {{ content: "{text}"; }} }}\n'
    )


def table_of_contents(chapters, numbers):
    """Parts and chapters, each a link, and the numbers of their pages."""
    lines = []
    for caption, found in one.in_parts(chapters):
        entries = "".join(
            f'<li><a href="#{chapter.slug}"><span>{escape(chapter.title)}</span>'
            f"<span>{numbers.get(chapter.slug, '000')}</span></a></li>"
            for chapter in found
        )
        lines.append(f"<p>{escape(caption)}</p><ul>{entries}</ul>")
    return f'<nav class="contents"><h1>Contents</h1>{"".join(lines)}</nav>'


def demote(chapters):
    """Headings one step down, since the title of a part stands above that of a chapter."""
    for chapter in chapters:
        for level, name in enumerate(HEADINGS):
            for heading in chapter.article.select(name):
                heading.name = f"h{6 - level}"


def make(site=one.SITE, toc=one.ROOT / "_toc.yml", out=OUT):
    """Write the PDF; return its path, the numbers of half empty pages, and whether it had to be made smaller."""
    program = find_chromium()
    if program is None:
        raise SystemExit("no Chromium found: install one, or set CNNBOOK_CHROMIUM to its path")
    chapters = one.chapters(site, toc)
    demote(chapters)
    for chapter in chapters:
        for drawing in chapter.article.select("svg.cnnd"):
            cut_drawing(drawing)
    title = yaml.safe_load((one.ROOT / "_config.yml").read_text(encoding="utf-8"))["title"]
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        page = browser.new_page(viewport={"width": WIDTH, "height": WIDTH})
        page.emulate_media(media="print")
        source, numbers = Path(folder, "book.html"), {}
        for attempt in range(PASSES):
            source.write_text(document(chapters, site, title, numbers), encoding="utf-8")
            page.goto(source.as_uri())
            page.evaluate("document.fonts.ready")
            wide = page.evaluate("document.documentElement.scrollWidth") > WIDTH
            page.pdf(path=out, prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
            before, numbers = numbers, page_numbers(out, chapters)
            gaps = half_empty(out, set(numbers.values()))
            moved = attempt < PASSES - 2 and fill(gaps, chapters, still_pages(out))
            if numbers == before and not moved:
                break
        browser.close()
    with pikepdf.open(out, allow_overwriting_input=True) as pdf:  # the tags for screen readers take half of the bytes
        pdf.save(object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out, gaps, wide


def still_pages(path):
    """The numbers of the pages on which stills of explorers are, in the order of the book."""
    with pikepdf.open(path) as pdf:
        pages = [page.get_images(recursive=False).values() for page in pdf.pages]
        images = [(number, image) for number, found in enumerate(pages, 1) for image in found]
        return [number for number, image in images if image.Width == STILL]


def fill(gaps, chapters, pages):
    """Mend gaps before explorers; whether anything has changed.

    The text after the explorer, up to a heading or code, comes before it. Where there is none, the still is made
    smaller, and a page may end within it.
    """
    stills = [still for chapter in chapters for still in chapter.article.select("img.still, .later img")]
    cells = [still.find_parent(class_="cell") for still in stills]
    found = [(still, cell) for still, cell, page in zip(stills, cells, pages, strict=True) if cell and page - 1 in gaps]
    before = [str(cell.parent) for _, cell in found]
    for still, cell in found:
        after = takewhile(lambda part: part.name in ("p", "ul", "ol"), cell.find_next_siblings())
        if texts := [*after]:
            cell.insert_before(*(text.extract() for text in texts))
        elif "style" not in still.attrs:
            cut(still)
    return before != [str(cell.parent) for _, cell in found]


def cut(still):
    """Put smaller pieces of a still in its place: a page may end between them, where nothing is drawn."""
    picture = np.asarray(Image.open(still["src"]).convert("L"))
    for top, foot in pieces(picture.min(axis=1) < 255, BLANK, PIECE):
        piece = copy.copy(still)
        piece["style"] = f"{SMALLER}; object-view-box: inset({top / len(picture):.3%} 0 {1 - foot / len(picture):.3%})"
        piece["alt"] = "" if top else still["alt"]
        still.insert_before(piece)
    still.decompose()


def cut_drawing(drawing):
    """Put pieces of a high drawing in its place: a page may end between them, where arrows alone are drawn."""
    width, height = int(drawing["width"]), int(drawing["height"])
    if height <= HALF:
        return
    drawn = np.zeros(height, dtype=bool)
    drawn[[0, -1]] = True
    for box in drawing.select("rect.box"):
        top = round(float(box["y"]))
        drawn[top : top + int(box["height"])] = True
    for sign in drawing.select("circle, text"):  # half a line around the middle of a circle, the foot of a text
        middle = round(float(sign.get("cy") or sign["y"]))
        drawn[middle - 12 : middle + 12] = True
    for top, foot in pieces(drawn, BLANK, HALF // 3):
        piece = copy.copy(drawing)
        piece["viewbox"], piece["height"] = f"0 {top} {width} {foot - top}", foot - top
        if top:
            piece["aria-hidden"] = "true"
        drawing.insert_before(piece)
    drawing.decompose()


def pieces(drawn, blank, least):
    """Pairs of rows between which a picture is cut: amid more than `blank` rows not `drawn`, `least` rows apart."""
    cuts = [0]
    for above, below in pairwise(np.flatnonzero(drawn)):
        middle = int(above + below) // 2
        if below - above > blank and cuts[-1] + least <= middle <= len(drawn) - least:
            cuts.append(middle)
    return pairwise([*cuts, len(drawn)])


def half_empty(path, starts):
    """The numbers of pages whose lower half is empty though their chapter goes on; at `starts` a chapter begins."""
    with pikepdf.open(path) as pdf:
        lows = [lowest(page) / float(page.mediabox[3]) for page in pdf.pages]
    ends = {start - before for start in starts for before in (1, 2)}  # the title of a part may stand between chapters
    return [number for number in range(min(starts), len(lows)) if lows[number - 1] > 0.5 and number not in ends]


def lowest(page):
    """How far above the foot of a page, in points, the lowest text or picture stands; its number does not count."""
    now, kept, text, found = pikepdf.Matrix(), [], pikepdf.Matrix(), [float(page.mediabox[3])]
    for values, operator in pikepdf.parse_content_stream(page, "q Q cm BT Tm Td Tj TJ Do"):
        match str(operator):
            case "q":
                kept.append(now)
            case "Q":
                now = kept.pop()
            case "cm":
                now = pikepdf.Matrix(*map(float, values)) @ now
            case "BT":
                text = pikepdf.Matrix()
            case "Tm":
                text = pikepdf.Matrix(*map(float, values))
            case "Td":
                text = pikepdf.Matrix(1, 0, 0, 1, *map(float, values)) @ text
            case "Do":
                found.append(min(now.f, now.f + now.d))
            case _:
                found.append((text @ now).f)
    return min(height for height in found if height > FOOT)


def page_numbers(path, chapters):
    """The number of the page on which each chapter begins, by slug."""
    with pikepdf.open(path) as pdf:
        numbers = {page.objgen: number for number, page in enumerate(pdf.pages, start=1)}
        return {chapter.slug: numbers[pdf.Root.Dests[f"/{chapter.slug}"][0].objgen] for chapter in chapters}


if __name__ == "__main__":
    written, gaps, wide = make()
    print(f"{written.relative_to(one.ROOT)}: {written.stat().st_size / 1e6:.1f} MB")
    if wide:
        print("Something is wider than a page, so all pages are printed smaller: see WIDTH in book/_formats/pdf.py")
    if gaps:
        print(f"Half empty, before something that fits no more: {', '.join(map(str, gaps))}")
