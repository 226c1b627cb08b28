"""A student's whole notebook, run and checked."""

import contextlib
import subprocess
from pathlib import Path
from typing import NamedTuple

_FAILURES = {"CheckFailed": "failed", "NotAnswered": "not answered"}  # exceptions of cnnbook.checks


class Verdict(NamedTuple):
    """How one check of a notebook went.

    Attributes
    ----------
    question : str
        Its id, the ``grade_id`` of the cell.
    status : str
        "passed", "failed", "not answered", or "did not run" where the check could not be reached.
    detail : str
        What the student would read.
    """

    question: str
    status: str
    detail: str


def check_notebook(path, *, seconds=60):
    """Run a notebook in a kernel of its own and read how its checks went. The file stays as it is.

    This is for your own notebook: its code runs with all the rights that you have.

    Parameters
    ----------
    path : path
        An exercise, filled in.
    seconds : float
        Time limit of each cell.

    Returns
    -------
    list of Verdict
        One for each check cell, in order.

    Raises
    ------
    FileNotFoundError, ValueError
        For a file that is not there, is no notebook, or has no check cells.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no file {path}")
    try:
        notebook = nbformat.read(path, as_version=4)
    except (ValueError, AttributeError, nbformat.ValidationError) as error:
        raise ValueError(f"{path} is not a notebook: use an .ipynb file") from error
    if not any(map(_is_check, notebook.cells)):
        raise ValueError(f"{path} has no check cells: use one of the notebooks in exercises/")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=seconds,
        interrupt_on_timeout=True,
        allow_errors=True,
        resources={"metadata": {"path": str(Path(path).parent)}},
    )
    # A kernel that dies leaves the cells after it without output: they did not run.
    with contextlib.suppress(CellTimeoutError, DeadKernelError):
        client.execute(stderr=subprocess.DEVNULL)
    return list(_read_verdicts(notebook.cells))


def _is_check(cell):
    marks = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and marks.get("grade", False) and not marks.get("solution", False)


def _read_verdicts(cells):
    trouble = ""  # the first error since the last check: it explains why the next one does not run
    for cell in cells:
        if cell.cell_type != "code":
            continue
        errors = [output for output in cell.outputs if output.output_type == "error"]
        told = f"{errors[0].ename}: {errors[0].evalue}" if errors else ""
        if not _is_check(cell):
            trouble = trouble or told
            continue
        name = cell.metadata.nbgrader.grade_id
        printed = "".join(output.get("text", "") for output in cell.outputs)
        if errors and errors[0].ename in _FAILURES:
            yield Verdict(name, _FAILURES[errors[0].ename], errors[0].evalue)
        elif not errors and "public cases passed" in printed:
            yield Verdict(name, "passed", printed.strip())
        else:
            yield Verdict(name, "did not run", trouble or told or "its cell says nothing: is the check still in it?")
        trouble = ""
