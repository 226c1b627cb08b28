"""Explorers in a static page: no kernel, no require.js, no html-manager. The page's part is book/_assets/widgets.js.

A stored notebook holds what explorers were set to and a picture of each (tests/notebooks/stills.py). While it is read,
this drops what a page cannot show without a kernel, and puts in what the package has now: the core once, the module,
rules and words of each kind of explorer once, in the language of the page. What is large, such as the weights of a
network, is in a file of its own, which all pages share and load when its explorer comes near the screen.
"""

import base64
import hashlib
import html
import json
import sys
from functools import partial
from pathlib import Path

from docutils import nodes
from sphinx.util.logging import getLogger
from sphinx.util.osutil import relative_uri

from .words import table

LOGGER = getLogger(__name__)
LARGE = 100_000  # characters of a trait as JSON; a network's weights have more
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
PROGRESS = {"ProgressView", "HTMLView", "LabelView", "HBoxView", "VBoxView"}  # a bar, and what stands beside it
OPEN, CLOSE = f'<script type="{VIEW}">', "</script>"  # what myst-nb puts around a view


def as_widgets(notebook):
    """Make widgets again of the explorers that a notebook (changed in place) stores as pictures with their states."""
    from cnnbook.widgets import _HOMES

    states = {}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if stored := output.get("metadata", {}).pop("cnnbook", None):
                model_id = f"{len(states) + 1:032x}"
                name = f"cnnbook.widgets.{_HOMES[stored['explorer']]}.{stored['explorer']}"
                states[model_id] = {"state": {"_anywidget_id": name, **json.loads(stored["state"])}}
                output["data"][VIEW] = {"model_id": model_id}
    if states:
        notebook["metadata"].setdefault("widgets", {}).setdefault(STATE, {}).setdefault("state", {}).update(states)


def explorers_of(notebook, language):
    """The states of a notebook's explorers, by model id, for a page in `language`.

    Each names its kind under ``_stem``; the words on screen are those of the page, whatever was stored.
    """
    stored = notebook["metadata"].get("widgets", {}).get(STATE, {}).get("state", {})
    explorers = {}
    for model_id, record in stored.items():
        package, _, name = record["state"].get("_anywidget_id", "").partition(".widgets.")
        if package == "cnnbook":
            traits = {key: value for key, value in record["state"].items() if key[0] != "_" and key != "layout"}
            explorers[model_id] = {**traits, "language": language, "_stem": name.split(".")[0]}
    return explorers


def shipment(explorers, language, save):
    """What the page's script needs for these explorers: each text once, however many there are of a kind.

    Their large traits stand there as names of files under ``_later``; `save` writes one and gives its name.
    """
    from cnnbook.widgets import _bundle  # here: most pages have no explorer

    def kind(stem):
        words = _bundle.words(stem, _bundle.spoken(stem, language))
        return {"module": _bundle.own_module(stem), "style": _bundle.own_style(stem), "words": words}

    def record(traits):
        large = {name: value for name, value in traits.items() if len(json.dumps(value)) > LARGE}
        kept = {name: value for name, value in traits.items() if name not in large}
        return {"state": {**kept, "_later": save(traits["_stem"], large)} if large else kept}

    return {
        "state": {model_id: record(traits) for model_id, traits in explorers.items()},
        "core": {"module": _bundle.core_module(), "style": _bundle.core_style()},
        "explorers": {stem: kind(stem) for stem in sorted({traits["_stem"] for traits in explorers.values()})},
        "address": _bundle.CORE,
        "words": table("widgets", language.replace("-", "_")),
    }


def unshowable(notebook, explorers):
    """Yield (number of the cell, what is wrong) of the widgets that a page without a kernel cannot show.

    An explorer stands in a cell by itself; progress bars leave their text. Anything else, such as an explorer in a box
    or under ``interact``, would be dead or missing on the page.
    """
    stored = notebook["metadata"].get("widgets", {}).get(STATE, {}).get("state", {})

    def kinds(model_id):
        state = stored.get(model_id, {"state": {"_view_name": "nothing"}})["state"]
        children = [child.removeprefix("IPY_MODEL_") for child in state.get("children", [])]
        return {state.get("_view_name", "")}.union(*map(kinds, children))

    for number, cell in enumerate(notebook["cells"], start=1):
        for output in cell.get("outputs", []):
            model_id = output.get("data", {}).get(VIEW, {}).get("model_id")
            if model_id is None or model_id in explorers:
                continue
            if model_id not in stored:
                yield number, "its widget is stored without a state: run the notebook with `make run`"
            elif found := kinds(model_id) - PROGRESS:
                yield (
                    number,
                    f"a page cannot show its widget ({min(found)}): let an explorer be the cell's last line, alone",
                )


def keep_explorers(notebook, explorers, save_still, save_later, language):
    """Leave in a notebook (changed in place) the given explorers and no other widget.

    The view of an explorer learns the name of its still image and its text; the view of any other widget goes, so
    that the output's own text or image is shown.
    """
    notebook["metadata"].pop("widgets", None)
    if explorers:
        notebook["metadata"]["widgets"] = {STATE: shipment(explorers, language, save_later)}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if VIEW not in data:
                continue
            if data[VIEW]["model_id"] not in explorers:
                del data[VIEW]
                continue
            view = {"model_id": data[VIEW]["model_id"], "text": "".join(data.get("text/plain", ""))}
            if "image/png" in data:
                view["still"] = save_still("".join(data["image/png"]))
            data[VIEW] = view


def save_still(app, png):
    """Write an image, PNG in base64, into the site; return its name there."""
    image = base64.b64decode(png)
    name = f"stills/{hashlib.sha256(image).hexdigest()[:16]}.png"
    path = Path(app.outdir, "_static", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(image)
    return name


def save_later(app, name, given):
    """Write what a page loads when it is needed into the site; return the file's name there.

    It is a script, since a page that is opened as a file can read nothing else.
    """
    text = f"document.currentScript.given = {json.dumps(given, ensure_ascii=False)};"
    name = f"later/{name}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.js"
    path = Path(app.outdir, "_static", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return name


def find_package(app):
    """The book is built beside the package, which need not be installed."""
    if str(app.srcdir) not in sys.path:
        sys.path.insert(0, str(app.srcdir))


def refresh(app, docname, source):
    """Sphinx's source-read hook: change a notebook's text on its way to the parser."""
    kept = VIEW in source[0] or '"explorer": "' in source[0]
    if not kept or Path(app.env.doc2path(docname)).suffix != ".ipynb":
        return
    notebook = json.loads(source[0])
    language = app.config.language.replace("_", "-")
    as_widgets(notebook)
    explorers = explorers_of(notebook, language)
    for number, wrong in unshowable(notebook, explorers):
        LOGGER.warning(f"cell {number}: {wrong}", location=app.env.doc2path(docname))
    keep_explorers(notebook, explorers, partial(save_still, app), partial(save_later, app), language)
    source[0] = json.dumps(notebook)


def views(doctree):
    """The nodes that hold the view of an explorer."""
    return doctree.findall(lambda node: isinstance(node, nodes.raw) and node.astext().startswith(OPEN))


def add_stills(app, doctree, docname):
    """Give each explorer its still image where no script runs."""
    for node in list(views(doctree)):
        view = json.loads(node.astext().removeprefix(OPEN).removesuffix(CLOSE))
        if "still" in view:
            source = relative_uri(app.builder.get_target_uri(docname), f"_static/{view['still']}")
            image = f'<noscript><img src="{source}" alt="{html.escape(view["text"])}"></noscript>'
            node.parent.insert(node.parent.index(node) + 1, nodes.raw("", image, format="html"))


def add_script(app, pagename, templatename, context, doctree):
    """Give the page of an explorer the script that wakes it."""
    if doctree and any(True for _ in views(doctree)):
        app.add_js_file("widgets.js", loading_method="defer")


def setup(app):
    app.connect("builder-inited", find_package)
    app.connect("source-read", refresh)
    app.connect("doctree-resolved", add_stills)
    app.connect("html-page-context", add_script, priority=400)
