"""`{later}`: an explorer of a notebook elsewhere, which loads when a reader asks for it and weighs nothing before.

```
:::{later} appendix/explorers LeNetExplorer
:alt: a 3 drawn by hand, and ten bars
Draw a digit
:::
```

The page shows the top of the explorer's still and, over it, a button with the text. What the explorer needs is in a
file of its own.
"""

import html
import json
from functools import partial
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from . import widgets


class Later(SphinxDirective):
    has_content = True
    required_arguments = 2
    option_spec: ClassVar = {"alt": directives.unchanged_required}

    def run(self):
        path = Path(self.env.doc2path(self.env.docname)).parent / f"{self.arguments[0]}.ipynb"
        self.env.note_dependency(str(path))
        try:
            notebook, save = json.loads(path.read_text(encoding="utf-8")), partial(widgets.save_later, self.env.app)
            view, given = explorer(notebook, self.arguments[1], self.config, save)
        except (OSError, StopIteration):
            raise self.error(f"{{later}}: {path.name} shows no {self.arguments[1]}") from None
        still = widgets.save_still(self.env.app, view.pop("png"))
        script = save(self.arguments[1], given)
        target = self.env.app.builder.get_target_uri(self.env.docname)
        image, source = (html.escape(relative_uri(target, f"_static/{name}")) for name in (still, script))
        alt, button = html.escape(self.options["alt"]), html.escape(" ".join(self.content))
        figure = (
            f'<figure class="later"><img class="chart" src="{image}" alt="{alt}">'
            f"{widgets.OPEN}{json.dumps(view)}{widgets.CLOSE}"
            f'<button type="button" data-later="{source}" hidden><span>{button}</span></button></figure>'
        )
        return [nodes.raw("", figure, format="html", later=True)]


def explorer(notebook, name, config, save):
    """The view of the first explorer of a name in a notebook, with its still, and what its script needs."""
    widgets.as_widgets(notebook)
    language = config.language.replace("_", "-")
    known = widgets.explorers_of(notebook, language)
    shown = (output["data"] for cell in notebook["cells"] for output in cell.get("outputs", []) if "data" in output)
    data = next(one for one in shown if widgets.VIEW in one and "".join(one["text/plain"]).startswith(f"{name}("))
    model_id = data[widgets.VIEW]["model_id"]
    view = {"model_id": model_id, "text": "".join(data["text/plain"]), "png": "".join(data["image/png"])}
    return view, widgets.shipment({model_id: known[model_id]}, language, save)


def add_script(app, pagename, templatename, context, doctree):
    """Give the page the script that wakes explorers."""
    if doctree and any(node.get("later") for node in doctree.findall(nodes.raw)):
        app.add_js_file("widgets.js", loading_method="defer")


def setup(app):
    app.add_directive("later", Later)
    app.connect("html-page-context", add_script, priority=400)
