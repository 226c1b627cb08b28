"""The few icons that the pages use, of those that the theme's Font Awesome script knows (1.5 MB, 1,900 icons).

Each becomes a CSS mask, so that the theme's markup stays as it is: `<i class="fa-solid fa-bars">`.
"""

import json
import re
import subprocess
from pathlib import Path
from urllib.parse import quote

import pydata_sphinx_theme
from sphinx.util.logging import getLogger

from .maths import node_program

LOGGER = getLogger(__name__)
SCRIPT = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static/scripts/fontawesome.js"

# fmt: off
ICONS = [
    "angle-left", "angle-right", "arrow-up", "bars", "chevron-down", "circle-half-stroke", "download", "file",
    "file-pdf", "github", "list", "magnifying-glass", "moon", "rocket", "sun",
]
# fmt: on
NOT_ICONS = {"solid", "regular", "brands", "lg"}  # fa-solid names a style, fa-lg a size
SAFE = " =:/'"  # need no escape inside url("...")

MASK = """\
.fa,.fas,.fab,.far,.fa-solid,.fa-regular,.fa-brands{display:inline-block;width:1em;height:1em;vertical-align:-.125em;
background:currentColor;-webkit-mask:var(--icon) center/contain no-repeat;mask:var(--icon) center/contain no-repeat}
.fa-lg{font-size:1.25em;vertical-align:-.2em}
"""


def drawings():
    """The icons of ICONS as SVG, by name; of one in several styles the solid one."""
    command = [node_program(), str(Path(__file__).with_suffix(".js")), str(SCRIPT)]
    styles = json.loads(subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout)
    known = {**styles["fab"], **styles["far"], **styles["fas"]}

    def svg(width, height, others, code, outline):
        return f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'><path d='{outline}'/></svg>"

    return {name: svg(*known[name]) for name in ICONS}


def style_sheet():
    """CSS that draws every icon of ICONS."""
    masks = {name: f"data:image/svg+xml,{quote(svg, safe=SAFE)}" for name, svg in drawings().items()}
    return MASK + "".join(f'.fa-{name}{{--icon:url("{mask}")}}\n' for name, mask in masks.items())


def check(app, exception):
    """Warn of a page with an icon that ICONS does not name: it would show as a coloured square."""
    if exception or app.builder.format != "html":
        return
    for page in sorted(Path(app.outdir).rglob("*.html")):
        for classes in re.findall(r'class="([^"]*\bfa-[^"]*)"', page.read_text(encoding="utf-8")):
            unknown = set(re.findall(r"\bfa-([a-z0-9-]+)", classes)) - NOT_ICONS - set(ICONS)
            if unknown:
                LOGGER.warning(f"{page.name} uses the icon {min(unknown)!r}: name it in ICONS of {__name__}")


def setup(app):
    app.connect("build-finished", check)
