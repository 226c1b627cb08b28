"""Plausible wrong answers are rejected, and none is called a mistake that it is not."""

import runpy
from pathlib import Path

import pytest
from answering import at_once

from cnnbook import checks

QUESTIONS = checks.questions()
ALL = pytest.mark.questions  # `make test` tries every fourth, on the public cases
WRONG = {
    chapter: runpy.run_path(str(Path(__file__).parent / "wrong_answers" / f"{chapter}.py"))["WRONG"]
    for chapter in {question.chapter for question in QUESTIONS.values()}
}


def wrong_answers(question):
    take, answers = WRONG[question.chapter].get(question.name, (None, {}))
    return {name: (take(answer), mistake) for name, (answer, mistake) in answers.items()}


each_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)


@each_question
def test_there_are_many(question):
    assert len(wrong_answers(question)) >= 30, f"put them into tests/checks/wrong_answers/{question.chapter}.py"


@each_question
@pytest.mark.parametrize(("seed", "step"), [(None, 4), pytest.param(None, 1, marks=ALL), pytest.param(1, 6, marks=ALL)])
def test_they_are_rejected_and_nothing_is_said_that_is_not_so(question, seed, step):
    found, wanted = {}, {}
    for name, (answer, mistake) in [*wrong_answers(question).items()][::step]:
        result = question.run(answer, seed=seed, caller=at_once)
        found[name], wanted[name] = (result.status, result.misconception), ("failed", mistake)
    assert found == wanted
