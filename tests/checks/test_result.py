import textwrap

import numpy as np
import pytest

from cnnbook.checks import CheckFailed, NotAnswered, Result
from cnnbook.checks._result import write_call


def dedent(text):
    return textwrap.dedent(text).strip()


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (Result("f", "passed", cases=24), "f: public cases passed: 24 cases"),
        (Result("f", "passed", cases=24, public=False), "f: fresh cases passed: 24 cases"),
        (Result("f", "not answered", reason="Why."), "f: not answered. Why."),
        (
            Result("f", "failed", cases=24, failed=3, call="f(8)", expected="3", got="4"),
            """
            f: wrong on 3 of 24 cases. The smallest:
                f(8)
                expected: 3
                got:      4
            """,
        ),
        (
            Result("f", "failed", cases=1, failed=1, call="f(8)",
                   reason="It raised KeyError: 1\n    in f, line 2: x[1]"),
            """
            f: wrong here:
                f(8)
            It raised KeyError: 1
                in f, line 2: x[1]
            """,
        ),
        (
            Result("f", "failed", cases=2, failed=1, call="f(x) with\nx, array of shape (1,), int64:\n[1]",
                   expected="1", got="array of shape (1,), int64:\n[1]", misconception="sum forgotten",
                   advice="Add them " * 15, printed="  hello\nworld\n"),
            """
            f: wrong on 1 of 2 cases. The smallest:
                f(x) with
                x, array of shape (1,), int64:
                [1]
                expected: 1
                got: array of shape (1,), int64:
                [1]
            This is a known mistake, "sum forgotten". Add them Add them Add them Add them Add them Add them Add
            them Add them Add them Add them Add them Add them Add them Add them Add them
            It printed:
                hello
                world
            """,
        ),
    ],
)  # fmt: skip
def test_what_the_student_reads(result, text):
    assert str(result) == dedent(text)


def test_jupyter_shows_the_text_alone():
    result = Result("f", "failed", cases=24, failed=3, call="f(8)", expected="3", got="4")
    assert CheckFailed(result)._render_traceback_() == str(result).splitlines()
    assert issubclass(NotAnswered, CheckFailed)
    assert issubclass(CheckFailed, AssertionError)


def test_calls_are_written_with_arrays_below():
    text = write_call("conv", ["x", "stride", "bias"], (np.array([[1.5]]), 2), {"bias": np.zeros(1), "mode": "same"})
    assert text == dedent("""
        conv(x, 2, bias=bias, mode='same') with
        x, array of shape (1, 1), float64:
        [[1.5]]
        bias, array of shape (1,), float64:
        [0.]
    """)
