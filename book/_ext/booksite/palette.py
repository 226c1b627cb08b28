"""One palette for text, figures and explorers: `cnnbook/palette.json` as CSS variables, classes and roles.

For the role `kernel` a page has the variables `--c-kernel` (line and text) and `--c-kernel-fill`, and the class
`c-kernel`. In a notebook write `<span class="c-kernel">kernel</span>`, which every notebook viewer accepts; in
Markdown pages {kernel}`kernel` says the same; in maths `\\class{c-kernel}{k}` does.
"""

import json
from pathlib import Path

from docutils import nodes


def variables(colours):
    """The CSS declarations of one theme, e.g. ``--c-kernel:#a85400;--c-kernel-fill:#ffdca8``."""
    pairs = {}
    for role, colour in colours.items():
        pairs[f"--c-{role}"] = colour["line"]
        pairs[f"--c-{role}-fill"] = colour["fill"]
    return ";".join(f"{name}:{value}" for name, value in pairs.items())


def style_sheet(palette):
    """CSS of the whole palette: both themes, and a class for each role."""
    rules = [f"html{{{variables(palette['light'])}}}", f"html[data-theme=dark]{{{variables(palette['dark'])}}}"]
    rules += [f".c-{role}{{color:var(--c-{role})}}" for role in palette["light"] if role != "page"]
    return "\n".join(rules) + "\n"


def coloured(name, rawtext, text, lineno, inliner, options=None, content=None):
    """The role {kernel}`text`: the text in the colour of the kernel."""
    return [nodes.inline(rawtext, text, classes=[f"c-{name}"])], []


def write(app):
    """Put palette.css where Sphinx looks for the site's own files, before it stamps them with a checksum."""
    if app.builder.format == "html":
        static = Path(app.outdir, "_static")
        static.mkdir(parents=True, exist_ok=True)
        (static / "palette.css").write_text(style_sheet(read(app)), encoding="utf-8")


def read(app):
    return json.loads(Path(app.srcdir, "cnnbook", "palette.json").read_text(encoding="utf-8"))


def setup(app):
    for role in read(app)["light"]:
        if role != "page":
            app.add_role(role, coloured)
    app.connect("builder-inited", write)
