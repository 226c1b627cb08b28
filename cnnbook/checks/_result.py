"""What a check says: the result of asking a question, and the exceptions that carry it."""

import textwrap
from dataclasses import dataclass, field

from ._show import show

_PRINTED = 300  # characters of what a function printed
_WIDTH = 100  # characters a line


@dataclass(frozen=True)
class Result:
    """The result of checking a function. Its text is what the student reads.

    Attributes
    ----------
    name : str
        Name of the question.
    status : str
        "passed", "failed" or "not answered".
    cases, failed : int
        Cases tried, and cases answered wrongly.
    public : bool
        Whether the cases are the ones that every student sees, rather than freshly drawn ones.
    call : str
        The smallest failing call, as the student would write it.
    expected, got : str
        The right answer to it and the given one; empty where a problem kept the function from answering.
    reason : str
        What is wrong with the answer, beyond its value; may be empty.
    misconception : str
        Name of the known mistake whose answers are the same in every case; empty where there is none.
    advice : str
        The sentence that helps against it.
    printed : str
        What the function printed in this case.
    """

    name: str
    status: str
    cases: int = 0
    failed: int = 0
    public: bool = True
    call: str = ""
    expected: str = ""
    got: str = ""
    reason: str = ""
    misconception: str = ""
    advice: str = field(default="", repr=False)
    printed: str = field(default="", repr=False)

    def __str__(self):
        if self.status == "passed":
            return f"{self.name}: {'public' if self.public else 'fresh'} cases passed: {self.cases} cases"
        if not self.call:
            return f"{self.name}: {self.status}. {self.reason}"
        count = f"on {self.failed} of {self.cases} cases. The smallest" if self.cases > 1 else "here"
        lines = [f"{self.name}: wrong {count}:", *self._values()]
        if self.reason:
            lines.append(self.reason)
        if self.misconception:
            lines.append(textwrap.fill(f'This is a known mistake, "{self.misconception}". {self.advice}', _WIDTH))
        if self.printed.strip():
            lines += ["It printed:", textwrap.indent(self.printed.strip()[:_PRINTED], "    ")]
        return "\n".join(lines)

    def _values(self):
        yield textwrap.indent(self.call, "    ")
        for label, text in (("expected", self.expected), ("got", self.got)):
            if text:
                yield textwrap.indent(f"{label + ':':<10}{text}" if "\n" not in text else f"{label}: {text}", "    ")


class CheckFailed(AssertionError):
    """Raised where a check fails, so that a notebook's cell, nbgrader and pytest all see it.

    Attributes
    ----------
    result : Result
        Its text is the whole message: Jupyter shows that alone, without the lines of this package.
    """

    def __init__(self, result):
        super().__init__(str(result))
        self.result = result

    def _render_traceback_(self):
        """The lines that IPython shows instead of a traceback."""
        return str(self).splitlines()


class NotAnswered(CheckFailed):
    """Raised where the function is still the exercise's stub, which returns ``...``."""


def write_call(name, parameters, args, options):
    """Write a call as a student would, with arrays under it by name.

    Examples
    --------
    >>> import numpy as np
    >>> write_call("output_size", ["size", "kernel"], (8, 3), {"stride": 2})
    'output_size(8, 3, stride=2)'
    >>> print(write_call("relu", ["x"], (np.array([[1, -2]]),), {}))
    relu(x) with
    x, array of shape (1, 2), int64:
    [[ 1 -2]]
    """
    written, below = [], []
    for parameter, value in [*zip(parameters, args, strict=False), *options.items()]:
        text = show(value)
        if "\n" in text:
            below.append(f"{parameter}, {text}")
            text = parameter
        written.append(f"{parameter}={text}" if parameter in options else text)
    return "\n".join([f"{name}({', '.join(written)}){' with' if below else ''}", *below])
