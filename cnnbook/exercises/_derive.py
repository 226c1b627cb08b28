"""Exercises from their solutions, for students and for a course on nbgrader."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from .._types import AnyPath
from ._files import write_all

if TYPE_CHECKING:
    from nbformat import NotebookNode

# nbgrader clears answers to the same words, where its configuration says so.
CODE_STUB = "return ..."  # what the checks know as "not answered yet"
TEXT_STUB = "*Write your answer here.*"

_CONFIG = f"""\
# nbgrader's own words for "no answer yet" are no words of this book: its checks know these.
c = get_config()
c.ClearSolutions.code_stub = {{"python": "{CODE_STUB}"}}
c.ClearSolutions.text_stub = "{TEXT_STUB}"
"""
_RECORD = ".written.json"  # beside the exercises: the checksum of each as it was written
_SEED = re.compile(r"(?<=\bseed=)\d+")


def derive(solution: NotebookNode) -> NotebookNode:
    """Derive the student's notebook from its solution, with nbgrader's own steps.

    Regions between ``### BEGIN SOLUTION`` and ``### END SOLUTION`` become ``return ...``, whole text answers become an
    invitation to write, and regions between ``### BEGIN HIDDEN TESTS`` and ``### END HIDDEN TESTS`` go; so do outputs.
    Check cells are locked, and cells get the checksums that nbgrader compares. The result is what
    ``nbgrader generate_assignment`` makes of the solution in a course that :func:`course` wrote.

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
        For a region that does not end or is in a cell of another kind, and for metadata that nbgrader would refuse.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> marks = {"grade_id": "double", "solution": True, "grade": False, "locked": False, "task": False}
    >>> answer = "def double(x):\\n    ### BEGIN SOLUTION\\n    return 2 * x\\n    ### END SOLUTION"
    >>> cell = new_code_cell(answer, metadata={"nbgrader": marks | {"schema_version": 3}})
    >>> print(derive(new_notebook(cells=[cell])).cells[0].source)
    def double(x):
        return ...
    """
    from nbgrader import preprocessors as steps
    from nbgrader.nbgraderformat import MetadataValidator

    exercise, resources = copy.deepcopy(solution), {}
    for step in (
        steps.LockCells(),
        steps.ClearSolutions(code_stub={"python": CODE_STUB}, text_stub=TEXT_STUB),
        steps.ClearOutput(),
        steps.ClearHiddenTests(),
        steps.ClearMarkScheme(),
        steps.ComputeChecksums(),
    ):
        exercise, resources = step.preprocess(exercise, resources)
    MetadataValidator().validate_nb(exercise)
    return exercise


def build(solutions: AnyPath = "solutions", exercises: AnyPath = "exercises") -> list[Path]:
    """Derive every exercise anew: one notebook in `exercises` for each in `solutions`.

    Only what this function wrote is overwritten or, where its solution is gone, removed: it keeps the checksums of its
    files beside them. Every other file stays as it is.

    Parameters
    ----------
    solutions, exercises : path
        Folders.

    Returns
    -------
    list of Path
        The notebooks written.

    Raises
    ------
    FileNotFoundError
        Where there are no solutions.
    FileExistsError, ValueError
        Before anything is changed: where an exercise was changed after it was written, and for a solution that
        cannot be derived from.

    Examples
    --------
    >>> build("nowhere", "exercises")
    Traceback (most recent call last):
    FileNotFoundError: no notebooks in nowhere/: run this in the root of a clone of the repository, ...
    """
    folder = Path(exercises)
    if folder.resolve() == Path(solutions).resolve():
        raise ValueError(f"{solutions}/ holds the solutions: name another folder for the exercises")
    texts = {folder / source.name: _derived(source) for source in _find(solutions)}
    record = _read_record(folder)
    written = {folder / name for name in record if _checksum(_text_of(folder / name)) == record[name]}
    for path, text in texts.items():
        if os.path.lexists(path) and path not in written and _text_of(path) != text:
            raise FileExistsError(
                f"{path} is not as this command wrote it: move it away and run this again (nothing was changed)"
            )
    record = {path.name: _checksum(text) for path, text in texts.items()}
    write_all(texts | {folder / _RECORD: json.dumps(record, indent=1) + "\n"})
    for stale in written - texts.keys():
        stale.unlink()
    return list(texts)


def course(folder: AnyPath, *, solutions: AnyPath = "solutions") -> list[Path]:
    """Write a course for nbgrader: an assignment for each solution, and the configuration that they need.

    In the hidden tests every seed becomes a fresh one, which nobody but the owner of the course knows.

    Parameters
    ----------
    folder : path
        The root of the course. What is there stays as it is.
    solutions : path
        Folder of the solutions.

    Returns
    -------
    list of Path
        The files written: ``nbgrader_config.py`` and ``source/<name>/<name>.ipynb``.

    Raises
    ------
    FileNotFoundError, FileExistsError, ValueError
        Before anything is written: where there are no solutions, where a file is there already, and for a solution
        that no exercise can be derived from.

    Examples
    --------
    >>> course("course", solutions="nowhere")
    Traceback (most recent call last):
    FileNotFoundError: no notebooks in nowhere/: run this in the root of a clone of the repository, ...
    """
    folder = Path(folder)
    texts = {folder / "nbgrader_config.py": _CONFIG}
    for source in _find(solutions):
        _derived(source)
        texts[folder / "source" / source.stem / source.name] = _with_fresh_seeds(source)
    there = [path for path in texts if os.path.lexists(path)]
    if there:
        raise FileExistsError(f"{there[0]} is there already: name a new folder (nothing was written)")
    write_all(texts)
    return list(texts)


def _find(solutions):
    sources = sorted(Path(solutions).glob("*.ipynb"))
    if not sources:
        raise FileNotFoundError(
            f"no notebooks in {solutions}/: run this in the root of a clone of the repository, "
            "or name their folder, solutions=... (--solutions)"
        )
    return sources


def _read(source):
    import nbformat

    try:
        return nbformat.read(source, as_version=4)
    except (ValueError, AttributeError, nbformat.ValidationError) as error:
        raise ValueError(f"{source} is not a notebook: mend it or move it away (nothing was changed)") from error


def _derived(source):
    from nbgrader.nbgraderformat.common import SchemaMismatchError, ValidationError

    try:
        return _text(derive(_read(source)))
    except (RuntimeError, SchemaMismatchError, ValidationError) as error:
        told = str(error).rstrip(".")
        raise ValueError(f"no exercise can be derived from {source}: {told} (nothing was changed)") from error


def _with_fresh_seeds(source):
    notebook = _read(source)
    for cell in notebook.cells:
        parts = re.split(r"(?s)(### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS)", cell.source)
        parts[1::2] = [_SEED.sub(lambda _: str(secrets.randbelow(10**9)), part) for part in parts[1::2]]
        cell.source = "".join(parts)
    return _text(notebook)


def _text(notebook):
    import nbformat

    return nbformat.writes(notebook).rstrip("\n") + "\n"


def _read_record(folder):
    """The checksums by the names of the files, which are beside the record and nowhere else."""
    try:
        record = json.loads(_text_of(folder / _RECORD) or "{}")
    except ValueError:
        return {}
    pairs = record.items() if isinstance(record, dict) else ()
    return {name: checksum for name, checksum in pairs if Path(name).name == name and isinstance(checksum, str)}


def _text_of(path):
    """The text of a file, so that a checkout with other line ends counts as the same; None where there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _checksum(text):
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()
