"""A student's whole notebook, run, and compared with what its chapter asks."""

import ast
import contextlib
import re
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from .. import checks, language
from .._types import AnyPath
from ..checks import Result
from ..checks._result import FACTS
from ..checks._wrap import pad, width, wrap
from ._derive import TEXT_STUB
from ._run import run

_WORDS = Path(__file__).with_name("exercises")
_WIDTH, _INDENT = 80, "    "
_HIDDEN = re.compile(r"(?s)### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS")
_FATAL = ("killed", "died")  # after these no cell ran


class Verdict(NamedTuple):
    """How one question of a notebook went: facts; ``str`` puts them into words.

    Attributes
    ----------
    question : str
        Its id, the ``grade_id`` of the check cell.
    status : str
        "passed", "failed", "not answered"; "did not run" where the check could not be reached, "check changed" where
        its cell is not as the exercise has it.
    code : str
        Names the sentence that says more, where there is one.
    slots : dict
        What that sentence names.
    result : Result or None
        What the check found, where it ran.
    """

    question: str
    status: str
    code: str = ""
    slots: dict = {}  # noqa: RUF012 (never changed)
    result: Result | None = None

    def __str__(self):
        told = wrap(_say(self.code, **self.slots), _WIDTH - len(_INDENT)) if self.code else []
        return "\n".join([*told, str(self.result)] if self.status == "failed" else told)


@dataclass(frozen=True)
class Report:
    """How a notebook went: facts; ``str`` puts them into words.

    Attributes
    ----------
    verdicts : tuple of Verdict
        One for each question that the chapter declares, in its order, and one for each text answer that is missing.
    troubles : tuple of (code, slots)
        Cells that were too slow, or at which the kernel ended: each is said once.

    Examples
    --------
    >>> report = Report((Verdict("pooling-size", "passed"), Verdict("pooling-maximum", "not answered")))
    >>> print(report)
    size     passed
    maximum  not answered
    2 questions: 1 passed, 1 not answered
    >>> report.passed
    False
    """

    verdicts: tuple[Verdict, ...]
    troubles: tuple[tuple[str, dict], ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every question is answered rightly, and every cell ran to its end."""
        return not self.troubles and all(verdict.status == "passed" for verdict in self.verdicts)

    def __str__(self):
        names = [verdict.question.partition("-")[2] for verdict in self.verdicts]
        columns = max(map(width, names))
        lines = []
        for name, verdict in zip(names, self.verdicts, strict=True):
            lines.append(f"{pad(name, columns)}  {_say(verdict.status)}")
            lines += [_INDENT + line for line in str(verdict).splitlines()]
        lines += [line for code, slots in self.troubles for line in wrap(_say(code, **slots), _WIDTH)]
        counts = Counter(verdict.status for verdict in self.verdicts)
        parts = ", ".join(f"{count} {_say(status)}" for status, count in counts.items())
        lines.append(_say("summary", questions=len(self.verdicts), parts=parts))
        return "\n".join(lines)


def check_notebook(path: AnyPath, *, seconds: float = 60) -> Report:
    """Run a notebook in a kernel of its own and compare it with what its chapter asks. The file stays as it is.

    This is for your own notebook: its code runs with all the rights that you have.

    Parameters
    ----------
    path : path
        An exercise, filled in.
    seconds : float
        Time limit of each cell.

    Returns
    -------
    Report

    Raises
    ------
    FileNotFoundError, ValueError
        For a file that is not there, is no notebook, or is no exercise of the book.
    ModuleNotFoundError, OSError
        Where no kernel is installed, or none starts.

    Examples
    --------
    >>> check_notebook("missing.ipynb")
    Traceback (most recent call last):
    FileNotFoundError: there is no file missing.ipynb
    """
    import nbformat

    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no file {path}")
    if not seconds > 0:
        raise ValueError(f"seconds is {seconds:g}: use a number above 0")
    try:
        with warnings.catch_warnings(action="ignore"):  # of cells without an id, or with one twice: it is mended
            notebook = nbformat.read(path, as_version=4)
    except (ValueError, AttributeError, nbformat.ValidationError) as error:
        raise ValueError(f"{path} is not a notebook: use an .ipynb file") from error
    questions = checks.questions()
    chapter = _chapter(notebook.cells, questions.values(), Path(path).stem)
    if chapter is None:
        raise ValueError(
            f"{path} is no exercise of this book: use one of the notebooks in exercises/ "
            "(your_lenet.ipynb has a check of its own, at its end)"
        )
    ends = run(notebook, folder=Path(path).resolve().parent, seconds=seconds)
    ran = _Ran(notebook.cells, ends)
    asked = [question for question in questions.values() if question.chapter == chapter]
    verdicts = [*(_judge(question, ran) for question in asked), *_missing_texts(notebook.cells)]
    troubles = [(end, ran.place(index) | {"seconds": f"{seconds:g}"}) for index, end in ends.items()]
    return Report(tuple(verdicts), tuple(troubles))


def _chapter(cells, questions, stem):
    """The chapter that most of the notebook speaks of: its marks, its functions, its checks, or its name alone."""
    found = Counter()
    for question in questions:
        found[question.chapter] += question.chapter == stem
        for cell in cells:
            named = _mark(cell, "grade_id") in (question.id, question.name)
            written = re.search(rf"\bdef {question.name}\(|\bchecks\.\w+\.{question.name}\(", cell.source)
            found[question.chapter] += named + bool(written)
    chapter, count = found.most_common(1)[0]
    return chapter if count else None


class _Ran:
    """The cells of a notebook that has run."""

    def __init__(self, cells, ends):
        self.cells, self.ends = cells, ends
        code = [index for index, cell in enumerate(cells) if cell.cell_type == "code" and cell.source.strip()]
        self._numbers = {index: number for number, index in enumerate(code, 1)}
        self._last = next((index for index, end in ends.items() if end in _FATAL), len(cells))

    def place(self, index):
        """The number of a cell as the notebook counts, and how its code begins."""
        first = self.cells[index].source.strip().partition("\n")[0]
        return {"number": self._numbers.get(index, 0), "line": first if len(first) <= 40 else f"{first[:40]}..."}

    def result(self, index, question):
        """The result of a question among the outputs of a cell; None where there is none."""
        for output in reversed(self.cells[index].outputs):
            with contextlib.suppress(AttributeError, KeyError, TypeError, ValueError):  # facts of another form
                result = Result.from_json(output["data"][FACTS])
                if result.question == question.id and result.status in ("passed", "failed", "not answered"):
                    return result
        return None

    def why_not(self, index):
        """Why a check came to nothing, as a code and its slots: the first error since the check before it.

        The code is empty where a trouble says it.
        """
        before = [number for number in range(index) if _is_check(self.cells[number])]
        since = before[-1] + 1 if before else 0
        if index >= self._last or any(number in self.ends for number in range(since, index + 1)):
            return "", {}
        for number in range(since, index + 1):
            for output in self.cells[number].get("outputs", []):
                if output.output_type == "error":
                    told = f"{output.ename}: {output.evalue}".strip()
                    return "error", {"error": " ".join(told.split())[:300]} | self.place(number)
        return "silent", {}


def _judge(question, ran):
    marked = [index for index, cell in enumerate(ran.cells) if _mark(cell, "grade_id") == question.id]
    if not marked:
        copies = [index for index, cell in enumerate(ran.cells) if _state(cell, question) == ""]
        return Verdict(question.id, "check changed", "unmarked" if copies else "missing", {"call": _call(question)})
    cell = ran.cells[marked[0]]
    state = "twice" if len(marked) > 1 else _state(cell, question) or ("" if _is_check(cell) else "unmarked")
    if state:
        return Verdict(question.id, "check changed", state, {"call": _call(question)})
    result = ran.result(marked[0], question)
    if result is None:
        return Verdict(question.id, "did not run", *ran.why_not(marked[0]))
    return Verdict(question.id, result.status, result=result)


def _call(question):
    return f"{question.address}({question.name})"


def _state(cell, question):
    """What became of the cell of a check, as a code: empty where it is as the exercise has it, whitespace apart."""
    if cell.cell_type != "code":
        return "as_text"
    source = _HIDDEN.sub("", cell.source)
    if not source.strip():
        return "emptied"
    try:
        code = ast.unparse(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "edited"
    if not code:
        return "commented_out"
    return "" if re.fullmatch(rf"checks\.\w+\.{question.name}\({question.name}\)", code) else "edited"


def _missing_texts(cells):
    for cell in cells:
        asked = cell.cell_type == "markdown" and _mark(cell, "grade") and _mark(cell, "solution")
        if asked and cell.source.strip() in ("", TEXT_STUB):
            yield Verdict(_mark(cell, "grade_id"), "not answered")


def _is_check(cell):
    return cell.cell_type == "code" and bool(_mark(cell, "grade")) and not _mark(cell, "solution")


def _mark(cell, name):
    marks = cell.metadata.get("nbgrader", {})
    return marks.get(name) if isinstance(marks, dict) else None


def _say(code, **slots):
    return language.words(_WORDS)[code].format(**slots)
