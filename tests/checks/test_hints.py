import re

import numpy as np
import pytest

from cnnbook import checks, functional
from cnnbook.checks import _hints, _progress, _question
from cnnbook.checks._result import Result

QUESTION = checks.convolution.output_size
each_question = pytest.mark.parametrize("question", checks.questions().values(), ids=str)


@pytest.fixture(autouse=True)
def newcomer(monkeypatch):
    """In a notebook, with nothing tried before."""
    monkeypatch.setattr(_progress, "_session", {})
    monkeypatch.setattr(_hints, "in_notebook", lambda: True)
    _hints._given.clear()


def attempt(number, status="failed", question=QUESTION):
    """What a check tells after a try that differs from the others by a number."""
    result = Result(question.id, status, cases=24, failed=3)
    return _hints.offer(question, result, eval(f"lambda size: size + {number}"))


def codes(result):
    return [finding.code for finding in result.findings]


def test_hints_come_one_after_the_other():
    first, second = _hints.hints(QUESTION)
    told = [" ".join(str(QUESTION.hint()).split()) for _ in "123"]
    assert told[0].startswith(first)
    assert "(Hint 1 of 2. For the next one, run checks.convolution.output_size.hint() again.)" in told[0]
    assert told[1].startswith(second)
    assert told[1].endswith("(Hint 2 of 2, the last.)")
    assert first in told[2]
    assert second in told[2]


def test_a_hint_suggests_itself_after_three_wrong_tries():
    told = [attempt(number) for number in range(4)]
    assert [codes(result) for result in told] == [[], [], ["offer_hint"], ["offer_hint"]]
    assert "3 wrong tries: a hint is there: checks.convolution.output_size.hint()" in str(told[2])


def test_the_same_function_again_is_no_try():
    assert [codes(attempt(0)) for _ in range(9)] == [[]] * 9


def test_the_solution_comes_after_five_tries():
    for number in range(4):
        attempt(number)
    told = " ".join(str(QUESTION.solution()).split())
    assert "after a pass, or after 5 tries that differ; so far there are 4." in told
    assert "checks.convolution.output_size.hint()" in told
    assert codes(attempt(4)) == ["offer_solution"]
    assert str(QUESTION.solution()).startswith("def output_size(")


def test_the_solution_comes_after_a_pass():
    assert codes(attempt(0, "passed")) == ["offer_why"]
    assert str(attempt(0, "passed")).splitlines()[1:] == [
        "A solution, and why it is right: checks.convolution.output_size.solution()"
    ]
    assert str(QUESTION.solution()).startswith("def output_size(")
    assert codes(attempt(1)) == []  # it passed once: whoever plays on needs no help


def test_an_unanswered_question_is_no_try():
    for number in range(9):
        assert codes(attempt(number, "not answered")) == []


def test_outside_of_a_notebook_nothing_is_added(monkeypatch):
    monkeypatch.setattr(_hints, "in_notebook", lambda: False)
    assert codes(attempt(0, "passed")) == []
    assert not _progress.entry(QUESTION.id).tries


@each_question
def test_every_question_has_hints_and_a_solution_that_is_explained(question):
    assert len(_hints.hints(question)) >= 2
    assert all(len(text) > 40 for text in [*_hints.hints(question), *_hints.why(question)])
    scope = {"np": np, "F": functional}
    exec("\n".join(map(_hints.code, checks.in_chapter(question.chapter).values())), scope)
    assert question.run(scope[question.name]).status == "passed"


@each_question
def test_a_hint_does_not_give_the_answer_away(question):
    """No line of the code of the solution stands in a hint."""
    code = [line.strip() for line in _hints.code(question).splitlines() if "=" in line or "return" in line][1:]
    for hint in _hints.hints(question):
        assert not any(line.partition("  #")[0] in hint for line in code)


def test_help_shows_as_html_in_notebooks():
    shown = _hints.Help(["where `a < b`"], "if a < b:\n    b")
    assert re.search(r"<pre[^>]*>if a &lt; b:\n    b</pre><p>where <code>a &lt; b</code></p>", shown._repr_html_())
    assert str(shown) == "if a < b:\n    b\n\nwhere `a < b`"


@pytest.fixture
def shown(monkeypatch):
    """What a notebook shows, from its first result."""
    results = []
    monkeypatch.setattr(_question, "publish", lambda result: results.append(result) or True)
    return results


def stub(*args, **options):
    return ...


def test_in_a_notebook_an_unanswered_question_stops_nothing(shown):
    QUESTION(stub)
    assert [result.status for result in shown] == ["not answered"]


def test_to_a_grader_an_unanswered_question_is_an_error(shown, monkeypatch):
    """With fresh cases, as a hidden test asks them; and in nbgrader in any case, where a hidden test may be missing."""
    with pytest.raises(checks.NotAnswered):
        QUESTION(stub, seed=1)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(checks.NotAnswered):
        QUESTION(stub)


def test_nbgrader_counts_a_wrong_answer_once(shown, monkeypatch):
    """An answer that builds on a wrong one is checked with the right one in its place."""
    scope = {"__name__": "notebook"}
    exec("\n".join(map(_hints.code, checks.in_chapter("arithmetic").values())), scope)
    exec("def output_size(*args, **options):\n    return 1", scope)
    with pytest.raises(checks.CheckFailed):
        checks.convolution.find_padding(scope["find_padding"])
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    checks.convolution.find_padding(scope["find_padding"])
    assert [result.status for result in shown] == ["failed", "passed"]


def test_outside_of_a_notebook_the_solution_says_where_tries_are_counted(monkeypatch):
    monkeypatch.setattr(_hints, "in_notebook", lambda: False)
    assert "tries are counted in notebooks only" in " ".join(str(QUESTION.solution()).split())
