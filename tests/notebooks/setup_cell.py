"""The first code cell of every notebook, and the command that writes it (`make setup-cells`).

The repository's address stands in pyproject.toml; this copies it into the notebooks, as text that Colab can run.
"""

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = {"book": "notebooks", "solutions": ""}  # which extra each needs, if any; where torch is used, it is "labs"

FOLDED = "hide-cell"  # on a page the cell is one line to unfold


def notebooks():
    """Yield every notebook that is edited by hand, with the extra that it needs."""
    for path in sorted([*ROOT.glob("book/*/*.ipynb"), *ROOT.glob("solutions/*.ipynb")]):
        text = path.read_text()
        asks = r'^ *"(from|import) (torch|cnnbook import .*(training|labs))\b|^ *".*\b(Architecture|LeNet)Explorer\('
        uses_torch = re.search(asks, text, re.MULTILINE)
        uses_data = re.search(r'^ *"from cnnbook.datasets import', text, re.MULTILINE)
        yield path, "labs" if uses_torch else "notebooks" if uses_data else FOLDERS[path.relative_to(ROOT).parts[0]]


def setup_cell(extra):
    """Return the text of the cell, which asks for nothing that its notebook does not use."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    address, version = project["urls"]["Repository"], project["version"].rpartition(".")[0]
    package, asked = (f"cnnbook[{extra}]", f', "{extra}"') if extra else ("cnnbook", "")
    return f'''\
# Set-up: install the companion package where it is missing, check the versions.
try:
    import cnnbook
except ModuleNotFoundError:
    %pip install --quiet "{package} @ git+{address}"
    import cnnbook
cnnbook.environment.require("{version}"{asked})'''


def first_code_cell(notebook):
    """Return the first code cell of a notebook, which must be the set-up cell."""
    return next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")


if __name__ == "__main__":
    for path, extra in notebooks():
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cell = first_code_cell(notebook)
        cell["source"] = setup_cell(extra).splitlines(keepends=True)
        cell["metadata"]["tags"] = sorted({*cell["metadata"].get("tags", []), FOLDED})
        path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(path.relative_to(ROOT))
