import json
import textwrap

import numpy as np
import pytest

from cnnbook.checks import CheckFailed, NotAnswered, Result, _words
from cnnbook.checks._findings import Finding
from cnnbook.checks._result import FACTS, publish, written_call
from cnnbook.checks._show import shown
from cnnbook.checks._words import write_call

RAISED = Finding("raised_at", {"error": "KeyError: 1", "function": "f", "line": 2, "source": "x[1]"})


def dedent(text):
    return textwrap.dedent(text).strip()


def facts(*args, **options):
    return written_call("f", ["x", "y"], args, options)


def wrong(**options):
    values = {"call": facts(8), "expected": shown(3), "got": shown(4)} | options
    return Result("a-f", "failed", **{"cases": 24, "failed": 3} | values)


RESULTS = [
    (Result("a-f", "passed", cases=24), "f: public cases passed: 24 cases"),
    (Result("a-f", "passed", cases=24, public=False, seed=5), "f: fresh cases passed: 24 cases (seed=5)"),
    (
        Result("a-f", "not answered", findings=(Finding("stub"),)),
        """
        f: not answered.
        It has no answer yet: write yours into it.
        """,
    ),
    (
        wrong(findings=(Finding("value"),)),
        """
        f: wrong on 3 of 24 cases. The smallest:
            f(8)
            expected: 3
            got:      4
        """,
    ),
    (
        wrong(cases=1, failed=1, expected=None, got=None, findings=(RAISED,)),
        """
        f: wrong here:
            f(8)
        It raised KeyError: 1
            in f, line 2: x[1]
        """,
    ),
    (
        wrong(
            call=facts(np.zeros(1, int)),
            got=shown(np.zeros(1, int)),
            findings=(Finding("asked_integer", {"got": shown(np.zeros(1, int))}), Finding("time", {"seconds": 5.0})),
            printed="  hello\n\tworld " + "and more " * 15 + "\n",
        ),
        """
        f: wrong on 3 of 24 cases. The smallest:
            f(x) with
            x, array of shape (1,), int64:
            [0]
            expected: 3
            got: array of shape (1,), int64:
            [0]
        An integer is asked, and this is an array of shape (1,).
        It was still running after 5 seconds: too slow, or a loop that never ends.
        It printed:
              hello
                    world and more and more and more and more and more and more and more
                    and more and more and more and more and more and more and more and
                    more
        """,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("result", "text"), RESULTS)
def test_what_the_student_reads(result, text):
    assert str(result) == dedent(text)


@pytest.mark.parametrize(("result", "_"), RESULTS)
def test_facts_survive_json(result, _):
    read = Result.from_json(json.loads(json.dumps(result.to_json())))
    assert read == result
    assert (str(read), _words.html(read)) == (str(result), _words.html(result))


@pytest.mark.parametrize(
    "spoil",
    [{"status": "great"}, {"cases": "24"}, {"findings": 5}, {"findings": [{"code": "time", "slots": {}}]}, {"name": 1},
     {"question": None}, {"call": {"function": "f"}}, {"got": {"kind": "array"}}, {"printed": 5}],
)  # fmt: skip
def test_what_are_no_facts_of_a_check_is_refused(spoil):
    with pytest.raises(ValueError, match="these are not the facts of a check"):
        Result.from_json(wrong(findings=(Finding("value"),)).to_json() | spoil)
    for other in (None, [], "passed", {}):
        with pytest.raises(ValueError):
            Result.from_json(other)


def test_the_id_holds_chapter_and_name():
    assert (Result("a-f", "passed").chapter, Result("a-f", "passed").name) == ("a", "f")


def test_without_a_notebook_the_exception_has_the_whole_text():
    error = CheckFailed(wrong())
    assert str(error) == str(wrong())
    assert error._render_traceback_() == str(wrong()).splitlines()
    assert issubclass(NotAnswered, CheckFailed)
    assert issubclass(CheckFailed, AssertionError)
    assert publish(wrong()) is False


def test_in_a_notebook_the_result_is_displayed_and_the_exception_is_one_line(monkeypatch):
    IPython = pytest.importorskip("IPython")
    shown_there = []
    publisher = type("Publisher", (), {"publish": lambda self, data, metadata: shown_there.append(data)})()
    monkeypatch.setattr(IPython, "get_ipython", lambda: type("Shell", (), {"display_pub": publisher})())
    assert publish(wrong()) is True
    [bundle] = shown_there
    assert bundle["text/plain"] == str(wrong())
    assert bundle["text/html"].startswith("<div")
    assert Result.from_json(json.loads(json.dumps(bundle[FACTS]))) == wrong()
    assert CheckFailed(wrong(), published=True)._render_traceback_() == ["f: wrong. What was found stands above."]
    unanswered = NotAnswered(Result("a-f", "not answered"), published=True)
    assert unanswered._render_traceback_() == ["f: not answered yet."]


def test_calls_are_written_with_arrays_below():
    text = write_call(
        written_call("conv", ["x", "stride", "bias"], (np.array([[1.5]]), 2), {"bias": np.zeros(1), "mode": "same"})
    )
    assert text == dedent("""
        conv(x, 2, bias=bias, mode='same') with
        x, array of shape (1, 1), float64:
        [[1.5]]
        bias, array of shape (1,), float64:
        [0.]
    """)
