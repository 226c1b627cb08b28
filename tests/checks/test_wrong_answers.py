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


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_there_are_many(question):
    assert len(wrong_answers(question)) >= 30


def asked(question):
    """Each wrong answer on the public cases, and every sixth on fresh ones too: mutants are tried on both."""
    for number, (name, (answer, mistake)) in enumerate(wrong_answers(question).items()):
        yield pytest.param(question, answer, mistake, None, id=f"{question.id}-{name}")
        if number % 6 == 0:
            yield pytest.param(question, answer, mistake, 1, id=f"{question.id}-{name}-fresh")


@pytest.mark.parametrize(
    ("question", "answer", "mistake", "seed"), [param for question in QUESTIONS.values() for param in asked(question)]
)
def test_a_wrong_answer_is_rejected_and_nothing_said_that_is_not_so(question, answer, mistake, seed):
    result = question.run(answer, seed=seed, caller=at_once)
    assert (result.status, result.misconception) == ("failed", mistake)
