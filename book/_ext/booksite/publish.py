"""What makes pages a site: its address, previews where a link to a page is shared, sitemap and 404 page.

The address follows from that of the repository: GitHub Pages gives out github.com/owner/name at owner.github.io/name.
"""

import re
from html import escape
from pathlib import Path
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape as xml

from docutils import nodes

from .history import changed
from .words import table

SHORT = 200  # characters of a description: what a search engine or a messenger shows
PICTURE = "preview.png"  # drawn by `make preview`
VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1" />'  # docutils'; the theme has its own
NOT_READ = (nodes.math, nodes.raw, nodes.footnote_reference)


def site_of(repository):
    """Where GitHub Pages gives out a repository.

    >>> site_of("https://github.com/Owner/book")
    'https://owner.github.io/book/'
    >>> site_of("https://github.com/owner/owner.github.io")
    'https://owner.github.io/'
    """
    owner, _, name = urlsplit(repository).path.strip("/").partition("/")
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"


def set_address(app, config):
    """Sphinx's config-inited hook: knowing the site's address, the theme writes a canonical one on each page."""
    config.html_baseurl = config.html_baseurl or site_of(config.html_theme_options["repository_url"])


def description(doctree):
    """The first paragraph of a page that says something, cut behind a word."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section) and not any(
            paragraph.findall(lambda n: isinstance(n, NOT_READ))
        ):
            text = re.sub(r"\s+", " ", paragraph.astext()).strip()
            if len(text) > 40:
                return text if len(text) <= SHORT else text[:SHORT].rpartition(" ")[0].rstrip(",;:") + " …"
    return ""


def add_preview(app, pagename, templatename, context, doctree):
    """Open Graph: title, description and address of a page, and a picture, for whoever shows a link to it."""
    if doctree is None:
        return
    site, about = app.config.html_baseurl, description(doctree)
    title = re.sub(r"<[^>]*>", "", context["title"])
    tags = {"og:type": "article", "og:title": title, "og:site_name": app.config.html_title or app.config.project}
    tags |= {"og:url": f"{site}{pagename}.html", "og:description": about, "og:locale": app.config.language}
    tags |= {"og:image": f"{site}_static/{PICTURE}", "og:image:alt": table("publish", app.config.language)["picture"]}
    tags |= {"og:image:width": "1200", "og:image:height": "630"}
    lines = ['<meta name="twitter:card" content="summary_large_image">']  # it reads the rest from Open Graph
    lines += [f'<meta property="{name}" content="{escape(text)}">' for name, text in tags.items() if text]
    lines += [f'<meta name="description" content="{escape(about)}">'] if about else []
    given = context.get("metatags", "").replace(VIEWPORT, "")
    context["metatags"] = given + "\n" + "\n".join(lines)


def not_found(app):
    """A page for addresses that do not exist. It is shown at any of them, so that all its links are whole addresses."""
    given = {"site": app.config.html_baseurl, "front": app.config.root_doc}
    given["icon"] = "data:image/svg+xml," + quote(Path(app.srcdir, app.config.html_favicon).read_text(encoding="utf-8"))
    yield "404", {**given, "words": table("publish", app.config.language)}, "not-found.html"


def write_sitemap(app, exception):
    """List the pages for search engines, each with the day on which it changed."""
    if exception or app.builder.format != "html":
        return
    lines = []
    for page in sorted(app.env.found_docs):
        day = changed(app.srcdir, Path(app.env.doc2path(page)).relative_to(app.srcdir).as_posix())
        date = f"<lastmod>{day}</lastmod>" if day else ""
        lines.append(f"<url><loc>{xml(f'{app.config.html_baseurl}{page}.html')}</loc>{date}</url>")
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
        *lines,
        "</urlset>",
    ]
    Path(app.outdir, "sitemap.xml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def setup(app):
    app.connect("config-inited", set_address, priority=100)
    app.connect("html-page-context", add_preview)
    app.connect("html-collect-pages", not_found)
    app.connect("build-finished", write_sitemap)
