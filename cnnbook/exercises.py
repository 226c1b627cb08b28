"""Exercises: derived from their solutions, and checked as a student's whole notebook."""

import contextlib
import copy
import subprocess
from pathlib import Path
from typing import NamedTuple

_STUB = "return ..."  # what the checks know as "not answered yet"
_FAILURES = {"CheckFailed": "failed", "NotAnswered": "not answered"}  # exceptions of cnnbook.checks
_TEXT_STUB = "*Write your answer here.*"


def derive(solution):
    """Derive the student's notebook from its solution, with nbgrader's own steps.

    Regions between ``### BEGIN SOLUTION`` and ``### END SOLUTION`` become ``return ...``, whole text answers become an
    invitation to write; outputs go; check cells are locked, and cells get the checksums that nbgrader compares.

    Parameters
    ----------
    solution : nbformat.NotebookNode
        The notebook with answers and nbgrader's cell metadata. It stays as it is.

    Returns
    -------
    nbformat.NotebookNode

    Raises
    ------
    RuntimeError, nbgrader.nbgraderformat.ValidationError
        For a solution region that does not end or is in a cell that is no answer, and for metadata that nbgrader
        would refuse.
    """
    from nbgrader.preprocessors import CheckCellMetadata, ClearOutput, ClearSolutions, ComputeChecksums, LockCells

    clear = ClearSolutions(code_stub={"python": _STUB}, text_stub=_TEXT_STUB)
    exercise, resources = copy.deepcopy(solution), {}
    for step in (LockCells(), clear, ClearOutput(), CheckCellMetadata(), ComputeChecksums()):
        exercise, resources = step.preprocess(exercise, resources)
    return exercise


def build(solutions="solutions", exercises="exercises"):
    """Derive every exercise anew: one notebook in `exercises` for each in `solutions`.

    Parameters
    ----------
    solutions, exercises : path
        Folders. Notebooks in `exercises` are overwritten, and those without a solution removed.

    Returns
    -------
    list of Path
        The notebooks written.

    Raises
    ------
    FileNotFoundError
        Where there are no solutions.
    """
    import nbformat

    sources = sorted(Path(solutions).glob("*.ipynb"))
    if not sources:
        raise FileNotFoundError(f"no notebooks in {solutions}/: run this in the root of the repository")
    targets = [Path(exercises) / source.name for source in sources]
    Path(exercises).mkdir(exist_ok=True)
    for stale in set(Path(exercises).glob("*.ipynb")) - set(targets):
        stale.unlink()
    for source, target in zip(sources, targets, strict=True):
        nbformat.write(derive(nbformat.read(source, as_version=4)), target)
    return targets


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
