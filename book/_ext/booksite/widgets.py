"""Explorers in a static page: no kernel, no require.js, no html-manager. The page's part is book/_assets/widgets.js.

A stored notebook holds what explorers were set to and a picture of each (tests/notebooks/stills.py). While it is read,
this puts the package's present JavaScript and CSS in, once for all widgets of a kind, and drops what a page cannot
show without a kernel.
"""

import base64
import hashlib
import html
import json
import re
import sys
from pathlib import Path

from sphinx.util.logging import getLogger

LOGGER = getLogger(__name__)
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
PROGRESS = {"ProgressView", "HTMLView", "LabelView", "HBoxView", "VBoxView"}  # a bar, and what stands beside it
SCRIPT = re.compile(rf'<script type="{re.escape(VIEW)}">(.*?)</script>', re.DOTALL)


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


def explorers_of(notebook, module_text, style_text):
    """The states of a notebook's explorers, each with the package's present JavaScript and CSS.

    Parameters
    ----------
    notebook : dict
        A parsed notebook.
    module_text, style_text : callable
        Give the JavaScript and the CSS of a stem, such as ``arithmetic``.

    Returns
    -------
    dict
        The state by model id. The first widget of a stem carries the texts under ``_esm`` and ``_css``; each later
        one names that widget under ``_same_as``.
    """
    stored = notebook["metadata"].get("widgets", {}).get(STATE, {}).get("state", {})
    explorers, first = {}, {}
    for model_id, record in stored.items():
        package, _, name = record["state"].get("_anywidget_id", "").partition(".widgets.")
        if package != "cnnbook":
            continue
        stem = name.split(".")[0]
        traits = {key: value for key, value in record["state"].items() if key[0] != "_" and key != "layout"}
        if stem in first:
            traits["_same_as"] = first[stem]
        else:
            first[stem] = model_id
            traits |= {"_esm": module_text(stem), "_css": style_text(stem)}
        explorers[model_id] = traits
    return explorers


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


def keep_explorers(notebook, explorers, save_still):
    """Leave in a notebook (changed in place) the given explorers and no other widget.

    The view of an explorer learns the name of its still image and its text; the view of any other widget goes, so
    that the output's own text or image is shown.
    """
    notebook["metadata"].pop("widgets", None)
    if explorers:
        state = {model_id: {"state": traits} for model_id, traits in explorers.items()}
        notebook["metadata"]["widgets"] = {STATE: {"state": state}}
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


def refresh(app, docname, source):
    """Sphinx's source-read hook: change a notebook's text on its way to the parser."""
    kept = VIEW in source[0] or '"explorer": "' in source[0]
    if not kept or Path(app.env.doc2path(docname)).suffix != ".ipynb":
        return
    if app.srcdir not in map(Path, sys.path):
        sys.path.insert(0, str(app.srcdir))
    from cnnbook.widgets._bundle import module_text, style_text  # here: most pages have no explorer

    def save_still(png):
        image = base64.b64decode(png)
        name = f"stills/{hashlib.sha256(image).hexdigest()[:16]}.png"
        path = Path(app.outdir, "_static", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(image)
        return name

    notebook = json.loads(source[0])
    as_widgets(notebook)
    explorers = explorers_of(notebook, module_text, style_text)
    for number, wrong in unshowable(notebook, explorers):
        LOGGER.warning(f"cell {number}: {wrong}", location=app.env.doc2path(docname))
    keep_explorers(notebook, explorers, save_still)
    source[0] = json.dumps(notebook)


def add_stills(app, pagename, templatename, context, doctree):
    """Give each explorer its still image where no script runs, and the page the script that wakes explorers."""

    def with_still(match):
        view = json.loads(match[1])
        if "still" not in view:
            return match[0]
        source = context["pathto"](f"_static/{view['still']}", resource=True)
        image = f'<img src="{source}" alt="{html.escape(view["text"])}">'
        return f"{match[0]}<noscript>{image}</noscript>"

    body, explorers = SCRIPT.subn(with_still, context.get("body", ""))
    if explorers:
        context["body"] = body
        app.add_js_file("widgets.js", loading_method="defer")


def setup(app):
    app.connect("source-read", refresh)
    app.connect("html-page-context", add_stills, priority=400)
