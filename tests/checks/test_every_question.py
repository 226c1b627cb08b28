"""What holds for every question of the book: right answers pass, known mistakes fail and are named, cases cover it."""

import runpy
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from answering import at_once, made

from cnnbook import checks
from cnnbook.checks import _words
from cnnbook.checks._cases import SHARE, key
from cnnbook.checks._clauses import clauses
from cnnbook.checks._compare import compare
from cnnbook.checks._misconceptions import STILL_BROKEN

QUESTIONS = checks.questions()
ALL = pytest.mark.questions  # `make test` takes the public cases, and every other known mistake
SEEDS = [None, pytest.param(1, marks=ALL)]  # the public cases, and fresh ones
ALTERNATIVES = defaultdict(dict)  # by chapter and name, from one file or several: <chapter>.py, <chapter>_more.py
for question in QUESTIONS.values():
    for path in sorted((Path(__file__).parent / "alternatives").glob(f"{question.chapter}*.py")):
        ALTERNATIVES[question.chapter] |= runpy.run_path(str(path))["ALTERNATIVES"]

each_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)

@each_question
@pytest.mark.parametrize("seed", SEEDS)
def test_the_reference_passes(question, seed):
    assert question.run(question.reference, seed=seed).status == "passed"


@each_question
def test_the_reference_passes_in_float32_too(question):
    if question.comparing["keeps_dtype"]:
        return  # an answer in float32 to a question in float64 is then none

    def in_float32(*args, **options):
        def lower(value):
            return value.astype(np.float32) if getattr(value, "dtype", None) == np.float64 else value

        return question.reference(*map(lower, args), **{name: lower(value) for name, value in options.items()})

    assert question.run(in_float32).status == "passed"


@each_question
@pytest.mark.parametrize("seed", SEEDS)
def test_other_right_answers_pass(question, seed):
    asking = {"caller": at_once} if seed else {}  # the public cases as in a notebook, with a time limit
    told = f"{question.name}: {'fresh' if seed else 'public'} cases passed"
    others = ALTERNATIVES[question.chapter].get(question.name, [])
    said = [str(question.run(answer, seed=seed, **asking)) for answer in others]
    assert [text for text in said if not text.startswith(told)] == []


@each_question
def test_there_are_enough_ways_to_be_right_and_wrong(question):
    others = ALTERNATIVES[question.chapter].get(question.name, [])
    assert len(others) >= 2, f"put two into tests/checks/alternatives/{question.chapter}.py"
    assert len(question.declared) >= 3, f"declare three mistakes in cnnbook/checks/{question.chapter}.py"
    assert len({mistake.code for mistake in question.known}) == len(question.known)
    assert question.__doc__
    assert question.minutes > 0
    assert question.difficulty in (1, 2, 3)


@each_question
def test_everything_that_is_declared_has_its_words(question):
    words = _words.words(question.id, "en")
    named = [mistake.code for mistake in question.declared if mistake.code != STILL_BROKEN]
    declared = [f"{code}{part}" for code in named for part in ("", ".name")]
    regions = [f"region.{side}{region.code}" for region in question.collection.regions for side in ("", "not_")]
    assert not {*declared, *regions, *filter(None, [question.note])} - {*words}
    advices = [words[code] for code in named]
    assert not [advice for advice in advices if " you " in advice.lower() or advice.startswith("You ")]


@each_question
@pytest.mark.parametrize(("seed", "step"), [(None, 2), pytest.param(None, 1, marks=ALL), pytest.param(1, 1, marks=ALL)])
def test_a_known_mistake_is_rejected_and_named(question, seed, step):
    known = {mistake.code: mistake for mistake in question.known}
    for code, mistake in [*known.items()][::step]:
        if mistake.ignored and _is_right(question, mistake, seed):
            continue  # options that change no answer
        result = question.run(mistake.function, seed=seed, caller=at_once)
        assert (result.status, result.misconception in known) == ("failed", True), code
        named = known[result.misconception]
        assert named is mistake or (mistake.ignored and _answers_alike(question, named, mistake, seed)), code


def _is_right(question, mistake, seed):
    cases = question.draw(seed)
    return all(compare(made(mistake, case), question.answer(case)) is None for case in cases)


def _answers_alike(question, first, second, seed):
    cases = [*question.draw(seed), *question.draw_more(200, seed)]
    return all(compare(made(first, case), made(second, case)) is None for case in cases)


@each_question
def test_an_answer_is_told_from_every_declared_mistake(question):
    """Otherwise the first would be named where the second is made."""
    for first, second in combinations(question.declared, 2):
        assert not _answers_alike(question, first, second, None), f"{first.code} and {second.code} answer alike"


@each_question
def test_sentences_on_a_mistake_are_about_the_answers_and_no_clause_of_a_pair_has_an_or(question):
    words = _words.words(question.id, "en")
    stated = [words[mistake.code] for mistake in question.declared if mistake.code != STILL_BROKEN]
    assert not [text for text in stated if not text.startswith(("They ", "Some of them ", "Your answers "))]
    for region in question.collection.regions:
        assert region.both == (" or " in words[f"region.not_{region.code}"].replace("1 or above", ""))


# The cases


@each_question
@pytest.mark.parametrize("seed", SEEDS)
def test_cases_cover_every_region_and_option(question, seed):
    drawn = [case for case in question.draw(seed) if case not in question.collection.fixed]
    for clause, holds in clauses(question.collection, [question.collection.arguments(case) for case in drawn]):
        if clause.is_stratum:
            least = max(3, SHARE * len(drawn))
            assert least <= holds.sum() <= len(drawn) - least, f"{clause} holds in {holds.sum()} of {len(drawn)} cases"


# Parameters that the sizes of the others leave no choice: H + 2 * padding - kH + 1 rows come back.
# A crop has as many numbers as the weights of a class.
SAID_BY_SIZES = {"backpropagation-conv_backward": "padding", "alexnet-ten_crops": "size"}


@each_question
def test_two_public_cases_differ_in_each_parameter_alone(question):
    """An answer that is kept between calls under a key that lacks one parameter is then wrong."""
    for name in question.signature.parameters:
        if name == SAID_BY_SIZES.get(question.id):
            continue  # a key without it is as good
        answers = {}
        for case in question.draw():
            others = {key: value for key, value in question.collection.arguments(case).items() if key != name}
            answers.setdefault(key(others), []).append(question.answer(case))
        assert any(len(set(map(repr, each))) > 1 for each in answers.values()), f"no two cases differ in {name} alone"


def test_no_two_questions_of_a_part_share_a_name():
    for part, chapters in checks.PARTS.items():
        names = [name for chapter in chapters for name in checks.in_chapter(chapter)]
        assert sorted({*names}) == sorted(names), part


@each_question
def test_no_case_is_asked_twice(question):
    assert len({case.key() for case in question.draw()}) == question.count


@each_question
def test_public_answers_learned_by_heart_fail_on_fresh_cases(question):
    known = {case.key(): question.answer(case) for case in question.draw()}

    def by_heart(*args, **options):
        return known.get(checks.Case(*args, **options).key())

    assert question.run(by_heart, caller=at_once).status == "passed"
    assert question.run(by_heart, seed=1, cases=20, caller=at_once).status == "failed"  # to draw more takes longer


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


def test_a_file_that_no_part_names_is_told_so(monkeypatch, tmp_path):
    (tmp_path / "patches.py").touch()
    monkeypatch.setattr(checks, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(AttributeError, match=r"no attribute 'patches': its file is there, enter it in PARTS of .*init"):
        checks.patches  # noqa: B018
