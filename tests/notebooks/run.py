"""Run notebooks and store their outputs (`make run NOTEBOOK=...`). A run that finds the same numbers changes no line.

    python tests/notebooks/run.py book/convolution/arithmetic.ipynb
"""

import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")  # sums of floats in one order
os.environ.setdefault("CNNBOOK_SCALE", "smoke")
os.environ["CNNBOOK_PROGRESS"] = ""  # what is stored depends on no learner

import nbformat
import stills
from nbclient import NotebookClient


def run(path):
    """Run a notebook from top to bottom, in its own folder, and write it back."""
    notebook = nbformat.read(path, as_version=4)
    known = stills.stills(notebook)
    notebook.metadata.pop("widgets", None)
    folder = {"metadata": {"path": os.path.dirname(path) or "."}}
    NotebookClient(notebook, timeout=600, resources=folder, store_widget_state=True, coalesce_streams=True).execute()
    notebook.metadata["language_info"] = {"name": "python"}  # the rest depends on the machine
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # times
        for output in cell.get("outputs", []):
            if output.output_type == "error":  # the message alone: a traceback names files of this machine
                output.traceback = [f"{output.ename}: {output.evalue}"]
    stills.store(notebook)
    if stills.explorers(notebook):
        with stills.artist() as draw:
            missing = stills.add_stills(notebook, known, draw)
        if draw is None:
            print(f"{path}: {stills.MISSING} ({missing} missing now)")
    text = nbformat.writes(notebook)
    models = notebook.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {}).get("state", {})
    for number, model in enumerate(models, start=1):  # random names otherwise
        text = text.replace(model, f"{number:032x}")
    nbformat.write(nbformat.reads(text, as_version=4), path)  # which sorts the models by their new names


if __name__ == "__main__":
    for name in sys.argv[1:]:
        run(name)
        print(f"{name}: run, outputs stored")
