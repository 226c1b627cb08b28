import textwrap

import numpy as np
import pytest

from cnnbook.checks import Case, CheckFailed, NotAnswered, Outcome, question


@question(points=2, outputs=("shifted", "total"))
def shift(x, amount, *, scale=1.0):
    """Add to an array, and sum it."""
    return x * x.dtype.type(scale) + x.dtype.type(amount), x.sum()


@shift.cases
def _(rng):
    yield Case(np.array([[1.0, 2, 3]]), 2)
    yield Case(np.array([[1, 2]], np.float32), 2, scale=3.0)
    while True:
        yield Case(rng.normal(size=(2, int(rng.integers(2, 4)))), int(rng.integers(1, 9)))


@shift.misconception("scale ignored", "You left out the scale.")
def _(x, amount, scale):
    return x + x.dtype.type(amount), x.sum()


shift.misconception("always fails", "You divided by zero.", lambda x, amount, scale: 1 / 0)


@question(points=1)
def root(square):
    """A number whose square this is."""
    return round(square**0.5)


@root.cases
def _(rng):
    while True:
        yield Case(int(rng.integers(1, 9)) ** 2)


@root.judge
def _(got, expected, square):
    return None if got * got == square else f"Its square is {got * got}."


def right(x, amount, *, scale=1.0):
    return x * x.dtype.type(scale) + x.dtype.type(amount), x.sum()


def test_a_question_knows_itself():
    assert (shift.id, shift.points, shift.chapter) == ("test_question-shift", 2, "test_question")
    assert repr(shift) == "<question test_question-shift, 2 points>"
    assert shift.__doc__ == "Add to an array, and sum it."


def test_a_pass_prints_one_line_and_returns_nothing(capsys):
    assert shift(right) is None
    assert capsys.readouterr().out == "shift: public cases passed: 24 cases\n"


def test_run_neither_prints_nor_raises(capsys):
    result = shift.run(lambda x, amount, scale=1.0: print("here"), seed=3, cases=5)
    assert (result.status, result.cases, result.failed, result.public) == ("failed", 5, 5, False)
    assert capsys.readouterr() == ("", "")


def test_a_failure_shows_the_smallest_case_and_names_the_mistake():
    with pytest.raises(CheckFailed) as caught:
        shift(lambda x, amount, *, scale=1.0: (x + x.dtype.type(amount), x.sum()))
    expected = textwrap.dedent("""
        shift: wrong on 1 of 24 cases. The smallest:
            shift(x, 2, scale=3.0) with
            x, array of shape (1, 2), float32:
            [[1. 2.]]
            expected: output 1: array of shape (1, 2), float32:
            [[5. 8.]]
            output 2: 3.0
            got: output 1: array of shape (1, 2), float32:
            [[3. 4.]]
            output 2: 3.0
        Output shifted: 2 of 2 numbers are wrong, the first at [0, 0]: 5.0 expected, 3.0 returned.
        This is a known mistake, "scale ignored". You left out the scale.
    """)
    assert str(caught.value) == expected.strip()


def test_a_mistake_is_named_only_where_every_answer_is_its_own():
    def almost(x, amount, *, scale=1.0):
        return x + x.dtype.type(amount) + (x.size == 3), x.sum()

    assert shift.run(almost).misconception == ""


def test_a_mistake_may_be_an_error():
    assert shift.run(lambda x, amount, scale=1.0: 1 // 0).misconception == "always fails"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda x, amount, **_: None, "It returned nothing (None): is the return missing?"),
        (
            lambda x, amount, **_: print(x),
            "It printed something and returned nothing (None): print only shows, return gives the answer.",
        ),
        (
            lambda x, amount, **_: x,
            "2 outputs are asked (shifted, total), and this is an array of shape (1, 3): return them all, "
            "with a comma between.",
        ),
        (lambda x, amount, **_: (x, 1.0, 2.0), "2 outputs are asked (shifted, total), and this has 3."),
        (
            lambda x, amount, **_: (amount, x.sum()),
            "Output shifted: An array of shape (1, 3) is asked, and this is the integer 2: one number for every place "
            "is not accepted.",
        ),
        (
            lambda x, amount, **_: (x.T, x.sum()),
            "Output shifted: An array of shape (1, 3) is asked, and this is an array of shape (3, 1).",
        ),
        (
            lambda x, amount, **_: (x.astype(int), x.sum()),
            "Output shifted: An array of dtype float64 is asked, and this has dtype int64.",
        ),
        (
            lambda x, amount, **_: (x * np.nan, x.sum()),
            "Output shifted: 3 of 3 numbers are NaN or infinite, the first at [0, 0].",
        ),
        (
            lambda x, amount: right(x, amount),
            "It cannot be called like this: got an unexpected keyword argument 'scale'. "
            "Asked is shift(x, amount, *, scale=1.0).",
        ),
        (
            lambda x, amount, *, scale: right(x, amount, scale=scale),
            "It cannot be called like this: missing a required argument: 'scale'. "
            "Asked is shift(x, amount, *, scale=1.0).",
        ),
    ],
)
def test_each_accident_has_its_message(answer, reason):
    result = shift.run(answer)
    assert (result.status, result.reason) == ("failed", reason)


def test_a_right_answer_that_changes_its_input_does_not_pass():
    def careless(x, amount, *, scale=1.0):
        total = x.sum()
        x *= x.dtype.type(scale)
        x += x.dtype.type(amount)
        return x, total

    result = shift.run(careless)
    assert (result.failed, result.reason) == (24, "It changed its input x: work on a copy of it.")


def test_the_smallest_case_is_asked_twice():
    calls = []

    def wavering(x, amount, *, scale=1.0):
        calls.append(0)
        return (x, 0.0) if len(calls) > 24 else right(x, amount, scale=scale)

    result = shift.run(wavering)
    assert (result.status, result.failed) == ("failed", 1)
    told = "Called again with the same inputs, it answers otherwise: it keeps something between calls, or draws."
    assert result.reason == told
    assert root.run(lambda square: calls.append(0) or len(calls)).reason == f"{told} It gives 50."

    def breaking(x, amount, *, scale=1.0):
        calls.append(0)
        return right(x, amount, scale=scale) if len(calls) < 75 else 1 / 0

    assert shift.run(breaking).reason.startswith(f"{told} It raised ZeroDivisionError: division by zero\n")


def test_a_loop_without_an_end_stops_the_check(monkeypatch):
    monkeypatch.setattr(shift, "seconds", 0.3)

    def loop(x, amount, *, scale=1.0):
        while x.ndim:
            pass

    result = shift.run(loop)
    assert (result.cases, result.failed, result.expected, result.got) == (1, 1, "", "")
    assert result.reason == "It was still running after 0.3 seconds: does a loop never end?"


def in_part(x, amount, *, scale=1.0):
    return right(x, amount) if scale == 1 else ...


@pytest.mark.parametrize("stub", [lambda x, amount, *, scale=1.0: ..., in_part])
def test_an_unanswered_question_is_said_to_be_one(stub):
    with pytest.raises(NotAnswered) as caught:
        shift(stub)
    assert str(caught.value) == "shift: not answered. It still returns `...`: write your answer in its place."


@pytest.mark.parametrize(
    ("argument", "kind"),
    [(5, "the integer 5"), (None, "None"), (np.zeros(2), "an array of shape (2,)"), ("shift", "the string 'shift'")],
)
def test_what_is_no_function_is_refused(argument, kind):
    reason = f"It takes the function itself, and this is {kind}: pass it without parentheses."
    assert str(shift.run(argument)) == f"shift: failed. {reason}"


def test_several_answers_may_be_right():
    assert root.run(lambda square: -round(square**0.5)).status == "passed"
    assert root.run(lambda square: 2).reason == "Its square is 4."


def test_public_cases_are_the_same_for_everyone_and_fresh_ones_are_not():
    def drawn(**options):
        return list(map(repr, shift.draw(**options)))

    assert drawn() == drawn()
    assert drawn(seed=1) == drawn(seed=1)
    assert drawn(seed=1) != drawn(seed=2)
    assert len(drawn(seed=1, cases=7)) == 7
    weights = [case.weight for case in shift.draw(seed=1)]
    assert weights == sorted(weights)


def test_a_grader_can_call_somewhere_else():
    asked = []

    def elsewhere(function, args, options, *, seconds):
        asked.append((function, seconds))
        return Outcome(value=right(*args, **options))

    assert shift.run(max, seed=1, cases=5, caller=elsewhere).status == "passed"
    assert asked == [(max, 5.0)] * 6
