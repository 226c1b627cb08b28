"""Plausible wrong answers are rejected, and none is called a mistake that it is not."""

import runpy
from pathlib import Path

import pytest
from answering import at_once

from cnnbook import checks

QUESTIONS = checks.questions()
WRONG = {
    chapter: runpy.run_path(str(Path(__file__).parent / "wrong_answers" / f"{chapter}.py"))["WRONG"]
    for chapter in {question.chapter for question in QUESTIONS.values()}
}


def wrong_answers(question):
    take, answers = WRONG[question.chapter][question.name]
    return {name: (take(answer), mistake) for name, (answer, mistake) in answers.items()}


each_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)


@each_question
def test_there_are_many(question):
    assert len(wrong_answers(question)) >= 30


@each_question
@pytest.mark.parametrize("seed", [None, pytest.param(1, marks=pytest.mark.fresh)])
def test_they_are_rejected_and_nothing_is_said_that_is_not_so(question, seed):
    found, wanted = {}, {}
    asked = [*wrong_answers(question).items()][:: 6 if seed else 1]  # mutants are asked on fresh cases too
    for name, (answer, mistake) in asked:
        result = question.run(answer, seed=seed, caller=at_once)
        found[name], wanted[name] = (result.status, result.misconception), ("failed", mistake)
    assert found == wanted
