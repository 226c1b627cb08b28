"""`make epub`: the built site as an EPUB 3: one file a page, formulas as MathML, explorers as stills."""

import zipfile
from html import escape
from pathlib import Path

import one
import yaml

OUT = one.ROOT / "_build" / "epub" / "convolutional-networks.epub"
TIME = (1980, 1, 1, 0, 0, 0)  # of each file, so that the same book is the same bytes
TYPES = {".png": "image/png", ".svg": "image/svg+xml", ".jpg": "image/jpeg"}
KEPT = {"id", "class", "href", "src", "alt", "title", "lang", "colspan", "rowspan", "scope", "open", "start"}
CONTAINER = """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>
"""
PAGE = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">
<head><title>{title}</title><link rel="stylesheet" type="text/css" href="book.css"/></head>
<body>{body}</body></html>
"""
PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">{address}</dc:identifier><dc:title>{title}</dc:title><dc:language>en</dc:language>
<dc:creator>{author}</dc:creator><dc:rights>CC BY 4.0</dc:rights>
<meta property="dcterms:modified">{date}T00:00:00Z</meta>
</metadata><manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="css" href="book.css" media-type="text/css"/>
{items}
</manifest><spine>{spine}</spine></package>
"""


def set_formulas(article):
    """Each formula as the MathML that stands beside KaTeX's HTML."""
    for formula in article.select(".katex"):
        formula.replace_with(formula.select_one("math").extract())
    for leaf in article.select("mi, mo, mn, mtext"):
        if leaf.find(True):  # KaTeX puts an operator with limits into a letter
            leaf.name = "mrow"


def prepare(chapter, names, images):
    """Make a chapter fit for XHTML, in place: its formulas, the files of its images, its links to other files."""
    article = chapter.article
    set_formulas(article)
    for image in article.select("img[src]"):
        path = Path(image["src"])
        image["src"] = images.setdefault(path, f"images/{len(images)}{path.suffix}")
    files = sorted(names, key=len, reverse=True)
    for link in article.select('a[href^="#"]'):
        place = link["href"][1:]
        home = next(name for name in files if place == name or place.startswith(f"{name}--"))
        link["href"] = f"{home}.xhtml" if place == home else f"{home}.xhtml#{place}"
    for tag in article.find_all(True):
        if tag.find_parent(["math", "svg"]) is None and tag.name not in ("math", "svg"):
            tag.attrs = {name: value for name, value in tag.attrs.items() if name in KEPT and value != []}
    for svg in article.select("svg"):
        svg["xmlns"] = "http://www.w3.org/2000/svg"
        for tag in (svg, *svg.find_all(True)):
            for name in [name for name in tag.attrs if name.startswith(("data-", "tabindex", "role", "aria-"))]:
                del tag[name]
    for math in article.select("math"):
        math["xmlns"] = "http://www.w3.org/1998/Math/MathML"


def files_of(site=one.SITE, toc=one.ROOT / "_toc.yml"):
    """The files of the book, as a dict of path to text or bytes."""
    settings = yaml.safe_load((one.ROOT / "_config.yml").read_text(encoding="utf-8"))
    chapters, images = one.chapters(site, toc), {}
    names = [chapter.slug for chapter in chapters]
    for chapter in chapters:
        prepare(chapter, names, images)
    palette = (site / "_static" / "palette.css").read_text(encoding="utf-8")
    found = {"EPUB/book.css": palette + Path(__file__).with_suffix(".css").read_text(encoding="utf-8")}
    items = []
    for chapter in chapters:
        found[f"EPUB/{chapter.slug}.xhtml"] = PAGE.format(title=escape(chapter.title), body=chapter.article.decode())
        holds = [name for tag, name in {"math": "mathml", "svg": "svg"}.items() if chapter.article.find(tag)]
        extra = f' properties="{" ".join(holds)}"' if holds else ""
        items.append(
            f'<item id="{chapter.slug}" href="{chapter.slug}.xhtml" media-type="application/xhtml+xml"{extra}/>'
        )
    for number, (path, name) in enumerate(images.items()):
        found[f"EPUB/{name}"] = path.read_bytes()
        items.append(f'<item id="image-{number}" href="{name}" media-type="{TYPES[path.suffix]}"/>')
    found["EPUB/nav.xhtml"] = PAGE.format(title="Contents", body=navigation(chapters))
    found["EPUB/package.opf"] = PACKAGE.format(
        address=escape(settings["repository"]["url"]), title=escape(settings["title"]), author=settings["author"],
        date=one.last_change(), items="\n".join(items), spine="".join(f'<itemref idref="{name}"/>' for name in names),
    )  # fmt: skip
    return {"META-INF/container.xml": CONTAINER, **found}


def navigation(chapters):
    """The contents of an EPUB: parts, and the chapters in them."""
    lines = ""
    for part, found in one.in_parts(chapters):
        entries = "".join(f'<li><a href="{page.slug}.xhtml">{escape(page.title)}</a></li>' for page in found)
        lines += f"<li><span>{escape(part)}</span><ol>{entries}</ol></li>" if part else entries
    return f'<nav epub:type="toc"><h1>Contents</h1><ol>{lines}</ol></nav>'


def make(site=one.SITE, toc=one.ROOT / "_toc.yml", out=OUT):
    """Write the EPUB, and return its path."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out, "w") as book:
        book.writestr(zipfile.ZipInfo("mimetype", TIME), "application/epub+zip")  # first, and not compressed
        for name, content in files_of(site, toc).items():
            book.writestr(zipfile.ZipInfo(name, TIME), content, zipfile.ZIP_DEFLATED)
    return out


if __name__ == "__main__":
    written = make()
    print(f"{written.relative_to(one.ROOT)}: {written.stat().st_size / 1e6:.1f} MB")
