"""The built site as one text: its articles in the book's order, their links leading to each other.

What only a screen can do goes: buttons, scripts, what is fetched. An explorer is its still. PDF and EPUB are made of
this.
"""

import re
import subprocess
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

import yaml
from bs4 import BeautifulSoup, Tag

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "html"
ON_SCREEN_ONLY = (
    "script, style:not(svg style), button, form, input, a.headerlink, .copybtn, .commit-again, .proven-popup, "
    ".toctree-wrapper"
)
INSIDE = re.compile(r"url\(#([^)]+)\)")
POINTING = ("aria-labelledby", "aria-describedby", "aria-controls", "for", "headers")  # attributes that hold ids


class Chapter(NamedTuple):
    """A page of the book: its name in the table of contents, the caption of its part, its title and its article."""

    name: str
    part: str
    title: str
    article: Tag

    @property
    def slug(self):
        """What the ids of the page begin with, so that no two pages share one."""
        return slug(self.name)


def slug(name):
    """The name of a page as an id.

    >>> slug("book/layers/pooling")
    'book-layers-pooling'
    """
    return name.replace("/", "-")


def contents(toc):
    """Yield (caption of its part, name) of each page, in the order of the table of contents; exercises need a kernel.

    >>> parts = [{"caption": "A", "chapters": [{"file": "b"}, {"file": "exercises/c"}]}]
    >>> list(contents({"root": "index", "parts": parts}))
    [('', 'index'), ('A', 'b')]
    """
    yield "", toc["root"]
    for part in toc["parts"]:
        for chapter in part["chapters"]:
            if not chapter["file"].startswith("exercises/"):
                yield part["caption"], chapter["file"]


def chapters(site=SITE, toc=ROOT / "_toc.yml"):
    """Read the pages of the built site.

    Parameters
    ----------
    site : Path
        Folder of the built pages.
    toc : Path
        The table of contents.

    Returns
    -------
    list of Chapter
        The ids of each begin with its slug; a link to another page leads to its place in this text, or, where it is not
        in it, to the published site.

    Raises
    ------
    SystemExit
        Where the site is not built.
    """
    pages = list(contents(yaml.safe_load(toc.read_text(encoding="utf-8"))))
    if missing := [name for _, name in pages if not (site / f"{name}.html").exists()]:
        raise SystemExit(f"{missing[0]}.html is not in {site}: run make book")
    names = {name for _, name in pages}
    return [_chapter(site, part, name, names) for part, name in pages]


def _chapter(site, part, name, names):
    page = BeautifulSoup((site / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    published = page.select_one('link[rel="canonical"]')["href"]
    article = page.select_one("article.bd-article > section")
    whole = article.wrap(page.new_tag("div", id=slug(name)))
    show_stills(article)
    for unwanted in article.select(ON_SCREEN_ONLY):
        unwanted.decompose()
    unfold(article)
    move_ids(whole, slug(name))
    for link in article.select("a[href]"):
        move_link(link, name, names, published)
    for image in article.select("img[src]"):
        path = PurePosixPath(name).parent / unquote(urlsplit(image["src"]).path)
        image["src"] = str((site / path).resolve())
    return Chapter(name, part, article.h1.get_text(" ", strip=True), whole)


def show_stills(article):
    """Put the still of each explorer, which stands in a noscript, in the place of its script."""
    for noscript in article.select("noscript"):
        if image := noscript.find("img"):
            image["class"] = "still"
            noscript.replace_with(image)
        else:
            noscript.decompose()


def unfold(article):
    """Show what is folded: paper cannot open it. A choice of a question keeps its words, a fold of code its code."""
    for cell in article.select("div.cell"):
        inside = cell.find_all(True, recursive=False)
        # Folded as a whole and named by no number: the set-up of a notebook.
        if [tag.name for tag in inside] == ["details"] and not cell.get("id"):
            cell.decompose()
    for summary in article.select("details > summary"):
        if summary.find_parent("div", class_="commit"):
            summary.name, summary["class"] = "p", "choice"
        else:
            summary.decompose()
    for details in article.select("details"):
        details.name = "div"


def move_ids(article, prefix):
    """Give the ids of an article, and what points at them by name, a prefix."""
    for tag in article.find_all(True):
        for name, value in tag.attrs.items():
            if name == "id":
                tag[name] = f"{prefix}--{value}"
            elif name in POINTING:
                words = value if isinstance(value, list) else value.split()
                tag[name] = " ".join(f"{prefix}--{word}" for word in words)
            elif isinstance(value, str) and "url(#" in value:
                tag[name] = INSIDE.sub(rf"url(#{prefix}--\1)", value)


def move_link(link, name, names, published):
    """Let a link lead to the place in this text; one to a page or file that is not in it, to the published site."""
    url = urlsplit(link["href"])
    if url.scheme or url.netloc:
        return
    path = PurePosixPath(name).parent / unquote(url.path) if url.path else PurePosixPath(f"{name}.html")
    target = str(PurePosixPath(*_resolved(path.parts))).removesuffix(".html")
    if target not in names:
        link["href"] = urljoin(published, link["href"])
        return
    link["href"] = f"#{slug(target)}--{unquote(url.fragment)}" if url.fragment else f"#{slug(target)}"


def _resolved(parts):
    kept = []
    for part in parts:
        kept = kept[:-1] if part == ".." else [*kept, part]
    return kept


def in_parts(chapters):
    """Chapters by the caption of their part."""
    return [(caption, [*found]) for caption, found in groupby(chapters, key=lambda chapter: chapter.part)]


def last_change():
    """The day of the last commit, "2026-11-20"; of a copy that is no checkout, that of the table of contents.

    >>> len(last_change())
    10
    """
    done = subprocess.run(["git", "log", "-1", "--format=%cs"], cwd=ROOT, capture_output=True, text=True)
    stamp = (ROOT / "_toc.yml").stat().st_mtime
    return done.stdout.strip() or datetime.fromtimestamp(stamp, UTC).date().isoformat()


def lost(all_chapters):
    """The links inside that lead nowhere, as (page, link)."""
    ids = {tag["id"] for chapter in all_chapters for tag in (chapter.article, *chapter.article.select("[id]"))}
    links = [(chapter.name, a["href"]) for chapter in all_chapters for a in chapter.article.select('a[href^="#"]')]
    return [(name, href) for name, href in links if href[1:] not in ids]
