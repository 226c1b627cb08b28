"""Two tables of the appendix, made from the sources while the book is built: the operations, and what was measured.

The sources are read as text: building the book needs no numpy.
"""

import ast
import json
import re
import sys
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective


def operations(root):
    """Yield (name, first line of its docstring, file, line, line of its backward) of every operation of the package."""
    exported = set(re.findall(r'^    "(\w+)",$', (root / "cnnbook/functional/__init__.py").read_text("utf-8"), re.M))
    for path in sorted((root / "cnnbook/functional").glob("[a-z]*.py")):
        functions = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]
        lines = {function.name: function.lineno for function in functions}
        for function in functions:
            name = function.name
            if name in exported and not name.endswith("_backward"):
                says = ast.get_docstring(function).splitlines()[0].partition(": ")[0].rstrip(".:")
                says = re.sub(r":func:(`\w+`)|`(`[^`]+`)`", r"\1\2", says)  # Sphinx's marks as Markdown's
                yield name, says, path, lines[name], lines.get(f"{name}_backward")


def chapters_that_use(root, documents):
    """Map each name that the code of some notebooks takes from cnnbook.functional to the notebooks that do."""
    found = {}
    for document in documents:
        cells = json.loads((root / f"{document}.ipynb").read_text("utf-8"))["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        imported = re.findall(r"from cnnbook\.functional import \(?([\w,\s]+?)(?:\)|\n\S|$)", code)
        for name in {*re.findall(r"\w+", " ".join(imported)), *re.findall(r"\bfunctional\.(\w+)", code)}:
            found.setdefault(name, []).append(document)
    return found


class Table(SphinxDirective):
    """A directive whose content is Markdown that `lines` makes."""

    def run(self):
        self.root, node = Path(self.env.srcdir), nodes.container()
        self.state.nested_parse(StringList(list(self.lines()), source=""), 0, node)
        for child in node.children:
            child["classes"].append("made-from-data")  # its numbers are nobody's prose
        return node.children

    def depends_on(self, path):
        self.env.note_dependency(str(path))


class Operations(Table):
    """``{operations}``: where each operation and its backward are, its proof, and the chapters that use it."""

    def lines(self):
        notebooks = [name for name in self.env.external_site_map if (self.root / f"{name}.ipynb").is_file()]
        for name in notebooks:
            self.depends_on(self.root / f"{name}.ipynb")
        used = chapters_that_use(self.root, notebooks)
        address = self.config.html_theme_options["repository_url"] + "/blob/main/"
        yield "| operation | backward | proof | chapters |"
        yield "|---|---|---|---|"
        for name, says, path, line, backward in operations(self.root):
            self.depends_on(path)
            here = f"{address}{path.relative_to(self.root).as_posix()}"
            proof = f"test_{path.stem}.py"
            cells = [
                f"[`{name}`]({here}#L{line}): {says}",
                f"[line {backward}]({here}#L{backward})" if backward else "the other one",  # im2col and col2im
                f"[`{proof}`]({address}tests/functional/{proof})",
                ", ".join(f"{{doc}}`/{document}`" for document in used.get(name, [])),
            ]
            yield f"| {' | '.join(cells)} |"


class Measured(Table):
    """``{measured} functional``: what a benchmark measured, as its report words it."""

    required_arguments = 1

    def lines(self):
        sys.path.insert(0, str(self.root / "benchmarks"))
        try:
            import report
        finally:
            sys.path.pop(0)
        (name,) = self.arguments
        self.depends_on(report.RESULTS / f"{name}.json")
        self.depends_on(report.__file__)
        return getattr(report, name)(report.read(name)).splitlines()


def setup(app):
    app.add_directive("operations", Operations)
    app.add_directive("measured", Measured)
