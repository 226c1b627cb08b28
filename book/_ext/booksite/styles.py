"""One style sheet in place of six: what the theme and the extensions bring, in a cascade layer below the book's own.

A rule outside every layer wins over any rule in one, however specific: book.css can say what it means in plain words.
"""

import re
from pathlib import Path

import myst_nb
import pydata_sphinx_theme
import sphinx_book_theme
import sphinx_copybutton
import sphinx_design

from . import icons

SOURCES = {
    pydata_sphinx_theme: "theme/pydata_sphinx_theme/static/styles/pydata-sphinx-theme.css",
    sphinx_book_theme: "theme/sphinx_book_theme/static/styles/sphinx-book-theme.css",
    sphinx_design: "static/sphinx-design.min.css",
    sphinx_copybutton: "_static/copybutton.css",
    myst_nb: "static/mystnb.css",
}
# The links that it replaces, by the start of the file's name; sphinx-togglebutton's job is done by <details>.
REPLACED = ("mystnb", "sphinx-book-theme", "sphinx-design", "copybutton", "togglebutton")

RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
FONT_AWESOME = re.compile(r"\s*\.fa[a-z]?[-.,:{ ]")
DRAWN_HERE = re.compile(r"admonition|sd-dropdown|sd-card|sd-summary|sd-shadow")
COMPOSED = ("bs-tooltip",)  # names that a script puts together
ICON_CHARACTER = re.compile(r'"(?:[\ue000-\uf8ff]|\\f[0-9a-f]{3})"')
UNWANTED = re.compile(r'@charset "[^"]*";?|/\*.*?\*/', re.DOTALL)


def keep(rule):
    """A rule of the sources as the bundle has it: nothing where it is about Font Awesome.

    In a layer ``!important`` wins over everything outside, so what book.css draws itself must not be important here.
    """
    selector, declarations = rule[1], rule[2]
    if FONT_AWESOME.match(selector + "{") or "@font-face" in selector:
        return ""
    if DRAWN_HERE.search(selector):
        declarations = declarations.replace("!important", "")
    declarations = ICON_CHARACTER.sub('""', declarations)  # the site has no icon font to draw it
    return f"{selector}{{{declarations}}}"


def style_sheet():
    """The bundle: every source without comments, fonts and icons, then the icons in use."""
    paths = [Path(module.__file__).parent / name for module, name in SOURCES.items()]
    css = UNWANTED.sub("", "\n".join(path.read_text(encoding="utf-8") for path in paths))
    return f"@layer theme{{\n{RULE.sub(keep, css)}\n{icons.style_sheet()}}}\n"


def write(app):
    if app.builder.format == "html":
        static = Path(app.outdir, "_static")
        static.mkdir(parents=True, exist_ok=True)
        (static / "theme.css").write_text(style_sheet(), encoding="utf-8")


def is_used(selector, words):
    """Whether a selector, or one of a list, can match: all classes and ids in it occur somewhere on the site."""
    for part in re.split(r",(?![^(]*\))", selector):
        if ":is(" in part or ":where(" in part:
            return True
        names = re.findall(r"[.#]([a-zA-Z_-][\w-]*)", re.sub(r":not\([^)]*\)", "", part))
        if all(name in words or name.startswith(COMPOSED) for name in names):
            return True
    return False


def purge(app, exception):
    """Drop the rules that no page and no script of the site has a word for: three quarters of the bundle."""
    if exception or app.builder.format != "html":
        return
    words, site = set(), Path(app.outdir)
    for path in [*site.rglob("*.html"), *site.glob("_static/**/*.js")]:
        words.update(re.findall(r"[\w-]+", path.read_text(encoding="utf-8")))
    sheet = site / "_static" / "theme.css"
    css = RULE.sub(lambda rule: rule[0] if is_used(rule[1], words) else "", sheet.read_text(encoding="utf-8"))
    sheet.write_text(css, encoding="utf-8")


def drop_replaced(app, pagename, templatename, context, doctree):
    files = context["css_files"]
    files[:] = [file for file in files if not Path(file.filename).name.startswith(REPLACED)]


def setup(app):
    app.add_css_file("theme.css", priority=100)  # before every other
    app.connect("builder-inited", write)
    app.connect("html-page-context", drop_replaced, priority=900)
    app.connect("build-finished", purge, priority=600)  # after unused scripts are gone
