"""One style sheet for all pages. First, in a cascade layer below the book's own, what theme and extensions bring.

A rule outside every layer wins over any rule in one, however specific: book.css can say what it means in plain words.
"""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import myst_nb
import pydata_sphinx_theme
import sphinx_book_theme
import sphinx_copybutton
import sphinx_design
import tinycss2

from . import icons

SOURCES = {
    pydata_sphinx_theme: "theme/pydata_sphinx_theme/static/styles/pydata-sphinx-theme.css",
    sphinx_book_theme: "theme/sphinx_book_theme/static/styles/sphinx-book-theme.css",
    sphinx_design: "static/sphinx-design.min.css",
    sphinx_copybutton: "_static/copybutton.css",
    myst_nb: "static/mystnb.css",
}
# What follows them, in order. Each as a link of its own would be one more file to wait for before anything is shown.
SHEETS = ("pygments", "katex/katex.min", "chapter", "commit", "proven", "palette", "book")

DRAWN_HERE = ("admonition", "sd-dropdown", "sd-card", "sd-summary", "sd-shadow")  # by book.css: parts of class names
FONT_AWESOME = {"fa", "fas", "far", "fab", "fal", "fad"}
COMPOSED = ("bs-tooltip",)  # names that a script puts together
NO_NODES = {"skip_comments": True, "skip_whitespace": True}


class Rule(NamedTuple):
    """A rule of a style sheet: what stands before its braces, and in them text or, in ``@media``, other rules.

    `needs` holds a set for each selector of its list, of the classes and ids without which it matches nothing.
    """

    head: str
    body: object
    needs: tuple = (frozenset(),)

    def text(self):
        body = self.body if isinstance(self.body, str) else "".join(rule.text() for rule in self.body)
        return f"{self.head}{{{body}}}"


def selectors(tokens):
    """The selectors of a list, each as the list of its tokens."""
    parts = [[]]
    for token in tokens:
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def names(selector):
    """The classes and ids that an element needs for a selector to match it. Those in ``:not()`` do not count.

    >>> sorted(names(tinycss2.parse_component_value_list("#top > a.row:not(.old) b.last")))
    ['last', 'row', 'top']
    """
    ids = {token.value for token in selector if token.type == "hash"}
    return frozenset(ids | {name.value for dot, name in pairwise(selector) if dot == "." and name.type == "ident"})


def is_font_awesome(selector):
    """Whether a selector begins with an icon, such as ``.fa-bars::before`` or ``.fas``.

    >>> [is_font_awesome(tinycss2.parse_component_value_list(text)) for text in (".fas", " .fa-bars a", ".faq", "a.fa")]
    [True, True, False, False]
    """
    dot, name, *_ = [*(token for token in selector if token.type != "whitespace"), None, None]
    return dot == "." and name.value.partition("-")[0] in FONT_AWESOME


def declarations(tokens, important):
    """What stands in the braces of a rule. The site has no icon font: a content that is one of its signs is empty."""
    found = [one for one in tinycss2.parse_declaration_list(tokens, **NO_NODES) if one.type == "declaration"]
    for one in found:
        one.important = one.important and important
        for place, value in enumerate(one.value):
            if value.type == "string" and len(value.value) == 1 and "\ue000" <= value.value <= "\uf8ff":
                one.value[place] = tinycss2.ast.StringToken(value.source_line, value.source_column, "", '""')
    return ";".join(one.serialize() for one in found)


def rules_of(nodes):
    """Yield the rules of the sources that the bundle has: no fonts, and nothing about Font Awesome.

    In a layer ``!important`` wins over everything outside, so what book.css draws itself must not be important here.
    """
    for node in nodes:
        if node.type == "error":
            raise ValueError(f"a style sheet of the theme cannot be read: {node.message} (line {node.source_line})")
        head = tinycss2.serialize(node.prelude).strip()
        if node.type == "at-rule":
            if node.lower_at_keyword in ("media", "supports"):
                inside = tinycss2.parse_rule_list(node.content, **NO_NODES)
                yield Rule(f"@{node.at_keyword} {head}", list(rules_of(inside)))
            elif node.lower_at_keyword == "keyframes":
                yield Rule(f"@{node.at_keyword} {head}", tinycss2.serialize(node.content))
        elif not all(map(is_font_awesome, found := selectors(node.prelude))):
            important = not any(part in head for part in DRAWN_HERE)
            yield Rule(head, declarations(node.content, important), tuple(map(names, found)))


@cache
def theme():
    """The rules of all sources, in order."""
    paths = [Path(module.__file__).parent / name for module, name in SOURCES.items()]
    sheets = [tinycss2.parse_stylesheet(path.read_text(encoding="utf-8"), **NO_NODES) for path in paths]
    return [rule for sheet in sheets for rule in rules_of(sheet)]


def layer(rules):
    """The rules and the icons in use, in one layer."""
    text = "\n".join(rule.text() for rule in rules)
    return f"@layer theme{{\n{text}\n{icons.style_sheet()}}}\n"


def write(static, rules):
    """Write the one sheet into the folder of the others."""
    sheets = [(static / f"{name}.css").read_text(encoding="utf-8") for name in SHEETS]
    sheets = [sheet.replace("url(fonts/", "url(katex/fonts/") for sheet in sheets]
    (static / "site.css").write_text("\n".join([layer(rules), *sheets]), encoding="utf-8")


def used(rules, words):
    """Yield the rules that can match: what one of its selectors needs is all among the words of the site."""
    for rule in rules:
        if not isinstance(rule.body, str):
            inside = list(used(rule.body, words))
            if inside:
                yield rule._replace(body=inside)
        elif any(all(name in words or name.startswith(COMPOSED) for name in needed) for needed in rule.needs):
            yield rule


def purge(app, exception):
    """Drop the rules that no page and no script of the site has a word for: three quarters of the theme's."""
    if exception or not hasattr(app, "booksite_sheet"):  # no page was written
        return
    words, site = set(), Path(app.outdir)
    for path in [*site.rglob("*.html"), *site.glob("_static/**/*.js")]:
        words.update(re.findall(r"[\w-]+", path.read_text(encoding="utf-8")))
    write(site / "_static", list(used(theme(), words)))


def link(app, pagename, templatename, context, doctree):
    """Let a page name that sheet alone. Before the first one does, it stands: Sphinx stamps it with a checksum."""
    if not hasattr(app, "booksite_sheet"):
        app.booksite_sheet = True
        write(Path(app.outdir, "_static"), theme())
    context["css_files"][:] = [file for file in context["css_files"] if file.filename == "_static/site.css"]


def setup(app):
    app.add_css_file("site.css")
    app.connect("html-page-context", link, priority=900)
    app.connect("build-finished", purge, priority=600)  # after unused scripts are gone
