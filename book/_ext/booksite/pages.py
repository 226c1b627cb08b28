"""Light and accessible pages: what a page does not need is not loaded, roles that axe-core rejects are put right."""

import re
import shutil
from html import escape
from pathlib import Path

# Part of an asset's file name or inline text, and the markup without which a page does not load it (None: never).
NEEDED_FOR = {
    "katex": re.compile('class="katex'),
    "toggle": None,  # sphinx-togglebutton: {dropdown} folds without a script
    "design-tabs": re.compile("sd-tab-set"),
    "copybutton": re.compile('class="[^"]*highlight'),
    "clipboard": re.compile('class="[^"]*highlight'),
    "thebe": None,
    "THEBE": None,
}

# What the theme or an extension puts on the site, and no page loads.
UNUSED = (
    "locales", "vendor", "styles", "*webpack-macros.html", "scripts/fontawesome.*", "scripts/*.map", "scripts/*.txt",
    "sphinx-thebe.*", "mystnb.*", "sphinx-design.*", "copybutton.css", "togglebutton.*", "basic.css",
    "file.png", "plus.png", "minus.png", "play-solid.svg",
)  # fmt: skip

REPLACEMENTS = (
    # docutils gives a bibliography list items without a list, or roles that ARIA 1.2 withdrew
    (' role="doc-biblioentry"', ""),
    ('<div role="list" class="citation-list">', '<div class="citation-list">'),
    ('<aside class="footnote-list brackets">', '<aside class="footnote-list brackets" aria-label="Footnotes">'),
    (' sd-card sd-mb-3">', '">'),  # a {dropdown} is a line in a list of questions, not a card
    ("<th></th>", "<td></td>"),  # pandas leaves corners empty, and a heading must say something
    # the label of a folded cell must contain the words on it
    ('<summary aria-label="Toggle hidden content">', "<summary>"),
)

THEBE = re.compile(r'<script type="text/x-thebe-config">.*?</script>\s*<script>kernelName = .*?</script>', re.DOTALL)
# A table of pandas, or a bare one that an object of the package shows; those of docutils have other classes.
DATAFRAME = re.compile(r'<table(?:>| [^>]*class="dataframe).*?</table>', re.DOTALL)
NUMBER = re.compile(r"[-−+\d.,eE% ]*( to [\d.,]+)?( ?(%|s|ms|min|KB|MB|GB|KiB|MiB|GiB|M|G))?|nan|NaN|None")


def is_needed(asset, body):
    """Whether a page with this body needs a style sheet or script of Sphinx's page context."""
    if asset.attributes.get("type", "").startswith("application/"):
        return True  # data of the page, not a script
    text = f"{asset.filename} {asset.attributes.get('body', '')}"
    patterns = [pattern for part, pattern in NEEDED_FOR.items() if part in text]
    return all(pattern and pattern.search(body) for pattern in patterns)


def lighten(app, pagename, templatename, context, doctree):
    """Leave on a page's lists of style sheets and scripts what it needs, each once."""
    body = context.get("body", "")
    for kind in ("css_files", "script_files"):
        seen = []
        for asset in context[kind]:
            if is_needed(asset, body) and asset not in seen:
                seen.append(asset)
        context[kind][:] = seen


def name_part(app, pagename, templatename, context, doctree):
    """Open a chapter with the name of its part, as _toc.yml has it."""
    for part in app.env.external_site_map.root.subtrees:
        if pagename in part.items and part.caption:
            opening = f'<p class="part">{escape(part.caption)}</p>\n<h1>'
            context["body"] = context["body"].replace("<h1>", opening, 1)


def align_columns(table):
    """A table of data with its words on the left and its numbers on the right; pandas puts all on the right."""
    table = table.replace("<table>", '<table class="dataframe">')
    rows = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in table.split("<tr")[1:]]
    body = rows[1:]
    words = {i for row in body for i, cell in enumerate(row) if not NUMBER.fullmatch(cell)}

    def align(row):
        mark = (' class="words"' if cell in words else "" for cell in range(len(row)))
        return re.sub(r"<t[dh](?: scope=[^>\s]+)?(?=>)", lambda cell: cell[0] + next(mark), row)

    return "<tr".join(map(align, table.split("<tr")))


def mend(app, pagename, templatename, context, doctree):
    """Put right, in the HTML of a page, what no option of docutils, Sphinx or pandas does."""
    body = THEBE.sub("", context.get("body", ""))
    for wrong, right in REPLACEMENTS:
        body = body.replace(wrong, right)
    context["body"] = DATAFRAME.sub(lambda table: align_columns(table[0]), body)


def tidy(app, exception):
    """Take from the site what no page loads: two thirds of its bytes."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    for pattern in UNUSED:
        for path in static.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def setup(app):
    app.connect("html-page-context", lighten, priority=900)  # after every extension has added its own
    app.connect("html-page-context", name_part, priority=900)
    app.connect("html-page-context", mend, priority=900)
    app.connect("build-finished", tidy)
