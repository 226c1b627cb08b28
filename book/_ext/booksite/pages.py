"""Light and accessible pages: what a page does not need is not loaded, roles that axe-core rejects are put right.

What an option of docutils, Sphinx or pandas cannot do is done to the nodes of a page, before they become HTML.
"""

import itertools
import re
import shutil
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup
from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode, depart_HideCellInput
from pygments.formatters import HtmlFormatter
from pygments.token import Name, Punctuation, Whitespace
from sphinx.highlighting import PygmentsBridge
from sphinx.writers.html5 import HTML5Translator
from sphinx_design.dropdown import dropdown_main

from .words import table

# Part of an asset's file name or inline text, and the markup without which a page does not load it (None: never).
NEEDED_FOR = {
    "katex": re.compile('class="katex'),
    "toggle": None,  # sphinx-togglebutton: {dropdown} folds without a script
    "design-tabs": re.compile("sd-tab-set"),
    "copybutton": re.compile('class="[^"]*highlight'),
    "clipboard": re.compile('class="[^"]*highlight'),
    "thebe": None,
    "THEBE": None,
    "DOCUMENTATION_OPTIONS.": None,  # for a switcher of versions and a search as you type
}

# What the theme or an extension puts on the site, and no page loads.
UNUSED = (
    "locales", "vendor", "styles", "*webpack-macros.html", "scripts/fontawesome.*", "scripts/*.map", "scripts/*.txt",
    "sphinx-thebe.*", "mystnb.*", "sphinx-design.*", "copybutton.css", "togglebutton.*", "basic.css",
    "file.png", "plus.png", "minus.png", "play-solid.svg",
)  # fmt: skip

NUMBER = re.compile(r"[-−+\d.,eE% ]*( to [\d.,]+)?( ?(%|s|ms|min|KB|MB|GB|KiB|MiB|GiB|M|G))?|nan|NaN|None")


def is_needed(asset, body):
    """Whether a page with this body needs a style sheet or script of Sphinx's page context."""
    if asset.attributes.get("type", "").startswith("application/"):
        return True  # data of the page, not a script
    text = f"{asset.filename} {asset.attributes.get('body', '')}"
    patterns = [pattern for part, pattern in NEEDED_FOR.items() if part in text]
    return all(pattern and pattern.search(body) for pattern in patterns)


def deferred(script):
    """The same script, run once the page is read and not before anything is shown."""
    attributes = script.attributes | {"defer": "defer"}
    return type(script)(script.filename, priority=script.priority, **attributes) if script.filename else script


def lighten(app, pagename, templatename, context, doctree):
    """Leave on a page's lists of style sheets and scripts what it needs, each once; no script holds up a page."""
    body = context.get("body", "")
    if pagename != "search":  # whose scripts count on those before them
        context["script_files"][:] = map(deferred, context["script_files"])
    for kind in ("css_files", "script_files"):
        seen = []
        for asset in context[kind]:
            if is_needed(asset, body) and asset not in seen:
                seen.append(asset)
        context[kind][:] = seen


class FewSpans(HtmlFormatter):
    """Code in colours, without elements for what has the colour of text: more than half of those of code."""

    made = None

    def _get_css_class(self, token):
        return "" if token in (Name, Name.Namespace, Punctuation, Whitespace) else super()._get_css_class(token)

    def _create_stylesheet(self):  # for each block of code
        if type(self).made is None:
            super()._create_stylesheet()
            type(self).made = self.ttype2class, self.class2style
        self.ttype2class, self.class2style = self.made


class part_name(nodes.Element):
    """The name of the part that a chapter belongs to; no text of the page, and so no find of the search."""


def name_part(app, doctree, docname):
    """Open a chapter with the name of its part, as _toc.yml has it."""
    for part in app.env.external_site_map.root.subtrees:
        if docname in part.items and part.caption:
            title = next(iter(doctree.findall(nodes.title)))
            title.parent.insert(title.parent.index(title), part_name(caption=part.caption))


def visit_part_name(translator, node):
    translator.body.append(f'<p class="part">{escape(node["caption"])}</p>\n')


def visit_citation(translator, node):
    """As docutils has it, without the roles: they give a list items without a list, and ARIA 1.2 withdrew them."""
    if not isinstance(node.previous_sibling(), nodes.citation):
        translator.body.append('<div class="citation-list">\n')
    translator.body.append(translator.starttag(node, "div", classes=["citation"]))


def visit_footnote(translator, node):
    """As docutils has it, with a name for the group of footnotes."""
    if not isinstance(node.previous_sibling(), nodes.footnote):
        name = table("pages", translator.config.language)["footnotes"]
        translator.body.append(f'<aside class="footnote-list brackets" aria-label="{escape(name)}">\n')
    classes = ["footnote", translator.settings.footnote_references]
    translator.body.append(translator.starttag(node, "aside", classes=classes, role="doc-footnote"))


def visit_folded(translator, node):
    """As myst-nb has it, but the words on a folded cell are its name."""
    shown, hidden = (escape(node[f"prompt_{what}"]) for what in ("show", "hide"))
    translator.body.append(
        f'<details class="admonition hide {" ".join(node["classes"])}">\n<summary>\n'
        f'<p class="collapsed admonition-title">{shown}</p>\n<p class="expanded admonition-title">{hidden}</p>\n'
        "</summary>\n"
    )


def in_columns(rows):
    """The cells of each row with their columns, past those that a cell of a row above reaches down to."""
    taken = set()
    for down, row in enumerate(rows):
        column, found = 0, []
        for cell in row.find_all(["th", "td"]):
            while (down, column) in taken:
                column += 1
            found.append((column, cell))
            below, beside = (range(int(cell.get(span, 1))) for span in ("rowspan", "colspan"))
            taken |= {(down + y, column + x) for y in below for x in beside}
        yield found


def align_columns(html):
    """Tables of data with their words on the left and their numbers on the right; pandas puts all on the right.

    A table of data is one of pandas, or a bare one that an object of the package shows. An empty heading becomes a
    cell, as a heading must say something: pandas leaves corners empty.
    """
    soup = BeautifulSoup(html, "html.parser")
    for data in soup.select("table.dataframe, table:not([class])"):
        data["class"] = data.get("class", ["dataframe"])
        rows = list(in_columns(data.find_all("tr")))
        body = itertools.chain(*rows[1:])
        words = {column for column, cell in body if not NUMBER.fullmatch(cell.decode_contents())}
        for column, cell in itertools.chain(*rows):
            if cell.name == "th" and not cell.contents:
                cell.name = "td"
            if column in words:
                cell["class"] = [*cell.get("class", []), "words"]
    return str(soup)


def mend(app, doctree, docname):
    """Put right, in the nodes of a page, what no option of an extension does."""
    for raw in list(doctree.findall(nodes.raw)):
        if "text/x-thebe-config" in raw.astext() or raw.astext().startswith("<script>kernelName"):
            raw.parent.remove(raw)  # for running cells in the page, which this book does not do
        elif "<table" in raw.astext() and raw["format"] == "html":
            raw.replace_self(nodes.raw("", align_columns(raw.astext()), format="html"))
    for line in doctree.findall(dropdown_main):  # it is a line in a list of questions, not a card
        line["classes"] = [name for name in line["classes"] if name not in ("sd-card", "sd-mb-3")]


def tidy(app, exception):
    """Take from the site what no page loads: two thirds of its bytes."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    for pattern in UNUSED:
        for path in static.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def setup(app):
    PygmentsBridge.html_formatter = FewSpans
    app.add_node(part_name, html=(visit_part_name, lambda translator, node: None))
    app.add_node(nodes.citation, override=True, html=(visit_citation, HTML5Translator.depart_citation))
    app.add_node(nodes.footnote, override=True, html=(visit_footnote, HTML5Translator.depart_footnote))
    app.add_node(HideCodeCellNode, override=True, html=(visit_folded, depart_HideCellInput))
    app.connect("html-page-context", lighten, priority=900)  # after every extension has added its own
    app.connect("doctree-resolved", name_part)
    app.connect("doctree-resolved", mend, priority=900)
    app.connect("build-finished", tidy)
