"""What holds for every question of the book: right answers pass, known mistakes fail and are named."""

import runpy
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from cnnbook import checks
from cnnbook.checks._compare import compare

QUESTIONS = checks.questions()
SEEDS = [None, 1, 2, 3]  # the public cases, and some fresh ones
ALTERNATIVES = {
    chapter: runpy.run_path(str(Path(__file__).parent / "alternatives" / f"{chapter}.py"))["ALTERNATIVES"]
    for chapter in {question.chapter for question in QUESTIONS.values()}
}

each_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
each_mistake = pytest.mark.parametrize(
    ("question", "mistake"),
    [pytest.param(q, m, id=f"{q.id}-{m.name}") for q in QUESTIONS.values() for m in q.misconceptions],
)
each_alternative = pytest.mark.parametrize(
    ("question", "answer"),
    [pytest.param(q, f, id=f.__name__) for q in QUESTIONS.values() for f in ALTERNATIVES[q.chapter][q.name]],
)


@each_question
@pytest.mark.parametrize("seed", SEEDS)
def test_the_reference_passes(question, seed):
    assert question.run(question.reference, seed=seed).status == "passed"


@each_question
def test_the_reference_passes_in_float32_too(question):
    def in_float32(*args, **options):
        def lower(value):
            return value.astype(np.float32) if getattr(value, "dtype", None) == np.float64 else value

        return question.reference(*map(lower, args), **{name: lower(value) for name, value in options.items()})

    assert question.run(in_float32).status == "passed"


@each_alternative
@pytest.mark.parametrize("seed", SEEDS)
def test_other_right_answers_pass(question, answer, seed):
    assert str(question.run(answer, seed=seed, cases=60)).endswith("cases passed: 60 cases")


@each_question
def test_there_are_enough_ways_to_be_right_and_wrong(question):
    assert len(ALTERNATIVES[question.chapter][question.name]) >= 2
    assert len(question.misconceptions) >= 3
    assert len({mistake.name for mistake in question.misconceptions}) == len(question.misconceptions)
    assert question.__doc__


@each_mistake
@pytest.mark.parametrize("seed", SEEDS)
def test_a_known_mistake_is_rejected_and_named(question, mistake, seed):
    result = question.run(mistake.function, seed=seed)
    assert (result.status, result.misconception, result.advice) == ("failed", mistake.name, mistake.advice)


@each_question
@pytest.mark.parametrize("seed", SEEDS)
def test_no_two_mistakes_answer_alike(question, seed):
    """Otherwise the first would be named where the second is made."""
    cases = question.draw(seed)
    answers = {m.name: [m.function(*case.args, **case.options) for case in cases] for m in question.misconceptions}
    for first, second in combinations(answers, 2):
        pairs = zip(answers[first], answers[second], strict=True)
        assert any(compare(*pair) is not None for pair in pairs), f"{first!r} and {second!r} give the same answers"


@each_question
def test_public_answers_learned_by_heart_fail_on_fresh_cases(question):
    known = {repr(case): question.reference(*case.args, **case.options) for case in question.draw()}

    def by_heart(*args, **options):
        return known.get(repr(checks.Case(*args, **options)))

    assert question.run(by_heart).status == "passed"
    assert question.run(by_heart, seed=1).status == "failed"


def test_questions_are_where_a_notebook_looks_for_them():
    assert QUESTIONS["arithmetic-output_size"] is checks.arithmetic.output_size
    assert checks.convolution.output_size is checks.arithmetic.output_size
    for name in checks.convolution.__all__:
        assert getattr(checks.convolution, name).name == name
    arithmetic = {question.name for question in QUESTIONS.values() if question.chapter == "arithmetic"}
    assert arithmetic <= set(checks.convolution.__all__)


def test_an_unknown_chapter_is_refused_by_name():
    with pytest.raises(AttributeError, match="has no attribute 'aritmetic': it has Case, CheckFailed"):
        checks.aritmetic  # noqa: B018
    assert "convolution" in dir(checks)
