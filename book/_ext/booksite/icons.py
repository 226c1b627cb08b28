"""The few icons that the pages use, cut out of the theme's Font Awesome script (1.5 MB, 1,900 icons).

Each becomes a CSS mask, so that the theme's markup stays as it is: `<i class="fa-solid fa-bars">`.
"""

import re
from pathlib import Path
from urllib.parse import quote

import pydata_sphinx_theme
from sphinx.util.logging import getLogger

LOGGER = getLogger(__name__)
SCRIPT = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static/scripts/fontawesome.js"

# fmt: off
ICONS = [
    "angle-left", "angle-right", "arrow-up", "bars", "chevron-down", "circle-half-stroke", "code", "download", "file",
    "file-pdf", "github", "list", "magnifying-glass", "moon", "rocket", "sun",
]
# fmt: on
NOT_ICONS = {"solid", "regular", "brands", "lg"}  # fa-solid names a style, fa-lg a size
SAFE = " =:/'"  # need no escape inside url("...")

# The script defines an icon as name:[width,height,[other names],"code point","outline"].
DEFINITION = re.compile(r'[{,]"?([a-z][a-z0-9-]*)"?:\[(\d+),(\d+),\[([^\]]*)\],"[0-9a-f]+","([^"]+)"\]')

MASK = """\
.fa,.fas,.fab,.far,.fa-solid,.fa-regular,.fa-brands{display:inline-block;width:1em;height:1em;vertical-align:-.125em;
background:currentColor;-webkit-mask:var(--icon) center/contain no-repeat;mask:var(--icon) center/contain no-repeat}
.fa-lg{font-size:1.25em;vertical-align:-.2em}
"""


def drawings():
    """Each icon of the theme as SVG, under all its names. The script gives the solid style of an icon last."""
    found = {}
    for name, width, height, others, outline in DEFINITION.findall(SCRIPT.read_text(encoding="utf-8")):
        svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'><path d='{outline}'/></svg>"
        for known in [name, *re.findall(r'"([a-z0-9-]+)"', others)]:
            found[known] = svg
    return found


def style_sheet():
    """CSS that draws every icon of ICONS."""
    known = drawings()
    masks = {name: f"data:image/svg+xml,{quote(known[name], safe=SAFE)}" for name in ICONS}
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
