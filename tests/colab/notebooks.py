"""Exercises, as solved, and labs at smoke scale run from top to bottom, as "Run all" does in Colab; explorers show up.

`make colab` runs this in an environment with Colab's versions, the weekly workflow in Colab's own image. It is no test
of `make test`, which compares these notebooks' outputs already; here old packages count, not numbers.
"""

import os
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
NOTEBOOKS = [*sorted(ROOT.glob("solutions/*.ipynb")), *sorted(ROOT.glob("book/labs/*.ipynb"))]


def test_there_are_notebooks():
    assert len(NOTEBOOKS) > 30


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_it_runs(path, tmp_path, monkeypatch):
    for name, value in {"CNNBOOK_SCALE": "smoke", "CNNBOOK_PROGRESS": "", "OMP_NUM_THREADS": "1"}.items():
        monkeypatch.setitem(os.environ, name, value)
    if path.parent.name == "solutions":  # one of them takes functions from others that lie beside it
        for other in path.parent.glob("*.ipynb"):
            shutil.copy(other, tmp_path)
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()  # raises at the first cell that ends badly


def test_explorers_are_shown_with_their_text():
    """Old ipywidgets display themselves in another way; without a kernel the text is what is left of an explorer."""
    notebook = nbformat.read(ROOT / "book/appendix/explorers.ipynb", as_version=4)
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    cells = [cell for cell in notebook.cells if cell.source.startswith("widgets.")]
    assert len(cells) > 10
    for cell in cells:
        [output] = cell.outputs
        assert "application/vnd.jupyter.widget-view+json" in output.data, cell.source
        shown, _ = output.data["text/plain"].splitlines()
        assert shown.startswith(cell.source.removeprefix("widgets.").rstrip(")")), cell.source
