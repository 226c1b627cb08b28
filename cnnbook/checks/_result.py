"""The result of asking a question: facts alone. ``_words.py`` puts them into words, of any language."""

import sys
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

from . import _words
from ._findings import Finding
from ._show import shown

FACTS = "application/vnd.cnnbook.check+json"  # type of the facts among a cell's outputs


@dataclass(frozen=True)
class Result:
    """The result of checking a function. Its text is what the student reads.

    Attributes
    ----------
    question : str
        Id of the question, ``"arithmetic-output_size"``.
    status : str
        "passed", "failed" or "not answered".
    cases, failed : int
        Cases tried, and cases answered wrongly.
    public : bool
        Whether the cases are the ones that every student sees, rather than freshly drawn ones.
    seed : int or None
        Of the fresh cases.
    number : int
        Which of the wrong cases is shown, counted from the smallest.
    call : dict or None
        The smallest failing call, as :func:`written_call` gives it; None where the failure is of no single call.
    expected, got : dict or None
        The right answer to it and the given one, as :func:`cnnbook.checks._show.shown` gives values; None where a
        problem kept the function from answering.
    note : str
        Code of a remark on the right answer, such as that it is not the only one.
    findings : tuple of Finding
        What is wrong, in the order in which it is read.
    misconception : str
        Code of the known mistake whose answers are the same in every case; empty where there is none.
    printed : str
        What the function printed in this case.

    Examples
    --------
    >>> result = Result("arithmetic-output_size", "passed", cases=24)
    >>> print(result)
    output_size: public cases passed: 24 cases
    >>> Result.from_json(result.to_json()) == result
    True
    """

    question: str
    status: str
    cases: int = 0
    failed: int = 0
    number: int = 1
    public: bool = True
    seed: int | None = None
    call: dict | None = None
    expected: dict | None = None
    got: dict | None = None
    note: str = ""
    findings: tuple[Finding, ...] = ()
    misconception: str = ""
    printed: str = field(default="", repr=False)

    @property
    def chapter(self) -> str:
        """The chapter that asks."""
        return self.question.partition("-")[0]

    @property
    def name(self) -> str:
        """Name of the question: the function that it asks for."""
        return self.question.partition("-")[2] or self.question

    def __str__(self):
        return _words.text(self)

    def to_json(self) -> dict[str, Any]:
        """Return the facts as dicts, lists, strings and numbers."""
        return {entry.name: getattr(self, entry.name) for entry in fields(self)} | {
            "findings": [finding.to_json() for finding in self.findings]
        }

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> Self:
        """Read what :meth:`to_json` wrote. ValueError for anything else: a notebook's outputs may hold anything."""
        try:
            result = replace(cls(**facts), findings=tuple(map(Finding.from_json, facts["findings"])))
            _words.html(result)
        except Exception as error:
            raise ValueError("these are not the facts of a check") from error
        return result


class CheckFailed(AssertionError):
    """Raised where a check fails, so that a notebook's cell, nbgrader and pytest all see it.

    Attributes
    ----------
    result : Result
        Its text is the whole message.
    published : bool
        Whether the result already stands above, where a notebook shows it: then one line is enough.
    """

    def __init__(self, result, published=False):
        super().__init__(str(result))
        self.result, self.published = result, published

    def _render_traceback_(self):
        """The lines that IPython shows instead of a traceback."""
        return [_words.headline(self.result)] if self.published else str(self).splitlines()


class NotAnswered(CheckFailed):
    """Raised where the function is still the exercise's stub, which returns ``...``."""


def publish(result):
    """Show a result where IPython displays: one bundle of text, HTML and the facts as JSON.

    Returns
    -------
    bool
        Whether it was displayed.
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None:
        return False
    bundle = {"text/plain": str(result), "text/html": _words.html(result), FACTS: result.to_json()}
    shell.display_pub.publish(data=bundle, metadata={})
    return True


def written_call(name, parameters, args, options):
    """Return a call as facts: the name of the function and each argument as it is shown.

    Examples
    --------
    >>> facts = written_call("output_size", ["size", "kernel"], (8, 3), {"stride": 2})
    >>> [argument["name"] for argument in facts["arguments"]]
    ['size', 'kernel', 'stride']
    >>> _words.write_call(facts)
    'output_size(8, 3, stride=2)'
    """
    pairs = [*zip(parameters, args, strict=False), *options.items()]
    arguments = [{"name": name, "by_name": name in options, "value": shown(value)} for name, value in pairs]
    return {"function": name, "arguments": arguments}
