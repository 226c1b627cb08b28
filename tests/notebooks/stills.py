"""Stills: explorers as their JavaScript draws them, for where none runs: on paper, on GitHub, in a notebook just read.

    python tests/notebooks/stills.py    # draws those of all stored notebooks anew and runs none (`make stills`)
"""

import json
import sys
from base64 import b64decode, b64encode
from contextlib import contextmanager
from importlib import import_module
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import nbformat
from chromium import OPTIONS, find_chromium
from PIL import Image, ImageChops

from cnnbook import widgets
from cnnbook.widgets._bundle import module_text, style_text, words

ROOT = Path(__file__).parents[2]
WIDTH, SCALE, COLOURS = 640, 2, 96  # few colours are in a still, and their edges blend
SHADE = 32  # of 256
KEY = "cnnbook"  # in an output's metadata: name and state of the explorer that it shows
VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
_SITE = "http://stills.invalid/"  # no host: pages and fonts are answered here
MISSING = "no Chromium found, so stills are not drawn: install one, or set CNNBOOK_CHROMIUM to its path"

# The same letters on every machine: those of the book's figures and of its formulas, which its environment has.
_FONTS = {
    "DejaVu Sans": ("matplotlib", "mpl-data/fonts/ttf/DejaVuSans{}.ttf", {"normal": "", "bold": "-Bold"}),
    "KaTeX_Main": ("djangocms_katex", "static/djangocms_katex/vendor/katex/fonts/KaTeX_Main-{}.woff2",
                   {"normal": "Regular", "bold": "Bold"}),
    "KaTeX_Math": ("djangocms_katex", "static/djangocms_katex/vendor/katex/fonts/KaTeX_Math-{}.woff2",
                   {"normal": "Italic", "bold": "BoldItalic"}),
}  # fmt: skip

# The picture and what is said of it; what only a hand needs is left out.
_STYLE = f"""
body {{ margin: 0; }}
#still {{ width: {WIDTH}px; padding: 4px; background: white; }}
.cnnx, .cnnx-label, .cnnx .cnnx-grid > * {{ font-family: "DejaVu Sans" !important; }}
.cnnx :has(input, select, button):not(:has(svg, canvas, .cnnx-live)), .cnnx :is(input, select, button),
.cnnx .cnnx-hint, .cnnx .cnnx-aim {{ display: none !important; }}
.cnnx .cnnx-live {{ min-height: 0; }}
.cnnx .cnnx-note {{ margin-top: .5rem; color: var(--padding-line); font-size: 12px; }}
"""
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Stills</title><style>{fonts}</style>
<style id="look"></style><body></body></html>"""
_DRAW = """async ({ code, look, state, note }) => {
  document.getElementById("look").textContent = look;
  document.body.innerHTML = '<div id="still"><div></div></div>';
  const el = document.querySelector("#still > div");
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const { default: widget } = await import(url);
  const model = { get: (name) => state[name], set() {}, on() {}, off() {}, save_changes() {}, send() {} };
  await widget.render({ model, el });
  const said = Object.assign(document.createElement("p"), { className: "cnnx-note", textContent: note });
  el.querySelector(".cnnx").append(said);
  await document.fonts.ready;
  for (let seen, same = 0; same < 5; seen = el.innerHTML) { // it is drawn anew once its width is known
    await new Promise((next) => requestAnimationFrame(next));
    same = el.innerHTML === seen ? same + 1 : 0;
  }
}"""


@contextmanager
def artist():
    """Yield the function that :func:`drawing` makes; None where there is no Chromium."""
    path = find_chromium()
    if path is None:
        yield
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield drawing(browser)
        browser.close()


def drawing(browser):
    """A function that draws the still, an image, of an explorer, such as ``"ArithmeticExplorer"``, in a state."""
    page = browser.new_page(
        viewport={"width": WIDTH, "height": 800}, device_scale_factor=SCALE, color_scheme="light",
        reduced_motion="reduce",
    )  # fmt: skip
    fonts, rules = {}, ""
    for family, (package, path, names) in _FONTS.items():
        for weight, name in names.items():
            url = f"{_SITE}{family.replace(' ', '')}-{weight}"
            fonts[url] = files(package) / path.format(name)
            rules += f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url("{url}"); }}\n'
    page.route(f"{_SITE}**", lambda route: route.fulfill(body=fonts[route.request.url].read_bytes()))
    page.route(_SITE, lambda route: route.fulfill(body=_PAGE.format(fonts=rules), content_type="text/html"))
    page.goto(_SITE)

    def draw(explorer, state):
        stem = widgets._HOMES[explorer]
        page.evaluate(_DRAW, {
            "code": module_text(stem), "look": style_text(stem) + _STYLE,
            "state": {**state, "_stem": stem, "_words": words(stem, state["language"])},
            "note": words(stem, state["language"])["still"],
        })  # fmt: skip
        shot = Image.open(BytesIO(page.locator("#still").screenshot(animations="disabled"))).convert("RGB")
        # A third of the bytes. "Maximum coverage" keeps the colours of small things too: a thin frame, one arrow.
        return shot.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)

    return draw


def encode(image):
    """An image as a notebook stores it: PNG in base64."""
    png = BytesIO()
    image.save(png, "png", optimize=True)
    return b64encode(png.getvalue()).decode("ascii")


def decode(png):
    """An image that a notebook stores."""
    return Image.open(BytesIO(b64decode(png)))


def alike(one, other):
    """Whether two images look the same: on squares of four pixels of the page they differ by a shade at most."""
    if one.size != other.size:
        return False
    difference = ImageChops.difference(*(image.convert("RGB").reduce(8) for image in (one, other)))
    return max(high for _, high in difference.getextrema()) < SHADE


def settings(explorer):
    """Names of an explorer's traits that make its state."""
    cls = getattr(widgets, explorer)
    every_widget = import_module("anywidget").AnyWidget.class_traits()
    return sorted(name for name in cls.class_traits(sync=True) if name not in every_widget and name[0] != "_")


def explorers(notebook):
    """The outputs of a stored notebook that show an explorer."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return [output for output in outputs if KEY in output.get("metadata", {})]


def told(explorer, state):
    """What an output's metadata say. The state is a text: as numbers it would take some thousand lines."""
    return {"explorer": explorer, "state": json.dumps(state, sort_keys=True, separators=(",", ":"))}


def store(notebook):
    """Turn the explorers of a notebook that was run into pictures with their states, which need no kernel to be shown.

    A view of a widget would win over the picture in JupyterLab, and say there that its model was not found.
    """
    kept = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    left = False
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if VIEW not in output.get("data", {}):
                continue
            state = kept[output.data[VIEW]["model_id"]]["state"]
            package, _, explorer = state.get("_anywidget_id", "").rpartition(".")
            if not package.startswith("cnnbook.widgets."):
                left = True
                continue
            del output.data[VIEW]
            output.metadata[KEY] = told(explorer, {name: state[name] for name in settings(explorer)})
    if not left:
        notebook.metadata.pop("widgets", None)


def add_stills(notebook, known, draw):
    """Give each explorer its still: the one that is `known`, where it looks the same or nothing can be drawn.

    Returns how many are missing then.
    """
    missing = 0
    for output in explorers(notebook):
        stored = output.metadata[KEY]
        png = known.get(key(output))
        if draw is not None:
            image = draw(stored["explorer"], json.loads(stored["state"]))
            if png is None or not alike(image, decode(png)):
                png = encode(image)
        if png is None:
            missing += 1
            continue
        width, height = decode(png).size
        output.data["image/png"] = png
        output.metadata["image/png"] = {"width": width // SCALE, "height": height // SCALE}
    return missing


def key(output):
    """What a still depends on, but for the code that draws it."""
    return json.dumps(output.metadata[KEY], sort_keys=True)


def stills(notebook):
    """The stills of a stored notebook, by what they depend on."""
    return {key(output): output.data["image/png"] for output in explorers(notebook) if "image/png" in output.data}


def redraw(path, draw):
    """Draw the stills of a stored notebook, whose explorers may have got new traits; return whether one changed."""
    notebook = nbformat.read(path, as_version=4)
    before = nbformat.writes(notebook)
    known = {}
    for output in explorers(notebook):
        png, explorer = output.data.get("image/png"), output.metadata[KEY]["explorer"]
        state, names = json.loads(output.metadata[KEY]["state"]), settings(explorer)
        if sorted(state) != names:
            defaults = getattr(widgets, explorer)().get_state(names)
            output.metadata[KEY] = told(explorer, {name: state.get(name, defaults[name]) for name in names})
        known[key(output)] = png
    add_stills(notebook, known, draw)
    after = nbformat.writes(notebook)
    if after != before:
        path.write_text(after + "\n", encoding="utf-8")
    return after != before


if __name__ == "__main__":
    with artist() as draw:
        if draw is None:
            sys.exit(MISSING)
        for path in sorted(ROOT.glob("book/*/*.ipynb")):
            if redraw(path, draw):
                print(f"{path.relative_to(ROOT)}: stills drawn anew")
