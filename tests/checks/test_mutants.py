"""No answer passes that is right but for one place: mutants of every reference, ``if condition: mistake else: right``.

There are hundreds of thousands, so they are not run one by one: what each mistake answers is judged once for each case,
and a mutant survives where its mistake is right in every public case that its condition covers. A sample is run, to see
that the check says the same.
"""

import runpy
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from cnnbook import checks

QUESTIONS = checks.questions()
SEEDS = [None, 1]  # the public cases, and fresh ones
DOMAIN = 2000  # cases of the independent sample: a mistake that is right in all of them is none
SURVIVE = 0.005
FOLDER = Path(__file__).parent / "domains"

each_question = pytest.mark.parametrize("name", QUESTIONS)


def conditions(question, cases):
    """What holds for which cases: comparisons of arguments with each other and with small numbers, parity,
    divisibility, options given, the question's regions; the contraries; everything."""
    arguments = [question.collection.arguments(case) for case in cases]
    numbers = {
        name: np.array([each[name] for each in arguments])
        for name in question.signature.parameters
        if isinstance(arguments[0][name], int)
    }
    held = {"everywhere": np.ones(len(cases), bool)}
    for name, values in numbers.items():
        held |= {f"{name} == {constant}": values == constant for constant in range(5)}
        held |= {f"{name} > {constant}": values > constant for constant in range(5)}
        held |= {f"{name} % {divisor} == 0": values % divisor == 0 for divisor in (2, 3)}
    for (first, one), (second, other) in combinations(numbers.items(), 2):
        held |= {f"{first} < {second}": one < other, f"{first} > {second}": one > other}
        held |= {f"{first} == {second}": one == other, f"{first} % {second} == 0": one % np.maximum(other, 1) == 0}
    for name in question.collection.options:
        held[f"{name} given"] = np.array([question.collection.gives(each, name) for each in arguments])
    for region in question.collection.regions:
        held[region.code] = np.array([bool(region.holds(each)) for each in arguments])
    return held | {f"not {name}": ~mask for name, mask in held.items()}


def changed(change):
    """A mistake that changes every number of the right answer."""

    def mistake(answer):
        return tuple(map(change, answer)) if isinstance(answer, tuple) else change(answer)

    return mistake


GENERIC = {
    "one more": changed(lambda number: (number or 0) + 1),
    "one less": changed(lambda number: (number or 0) - 1),
    "twice": changed(lambda number: 2 * (number or 0)),
    "zero": changed(lambda number: 0),
    "one": changed(lambda number: 1),
    "nothing": lambda answer: None,
}
OF_PAIRS = {
    "swapped": lambda answer: answer[::-1],
    "first one more": lambda answer: (answer[0] + 1, answer[1]),
    "last one more": lambda answer: (answer[0], answer[1] + 1),
    "first one less": lambda answer: (answer[0] - 1, answer[1]),
    "last one less": lambda answer: (answer[0], answer[1] - 1),
}


def mistakes(question):
    """Wrong answers by name: of a case, as an answer."""
    generic = GENERIC | (OF_PAIRS if question.outputs else {})
    found = {name: lambda case, change=change: change(question.answer(case)) for name, change in generic.items()}
    return found | {m.code: lambda case, m=m: m.function(*case.args, **case.options) for m in question.known}


def wrong(question, cases):
    """Whether each mistake is wrong in each case, by the check's own judgement."""
    return np.array(
        [
            [
                question.complaint(case, checks.Outcome(value=mistake(case)), question.answer(case)) is not None
                for case in cases
            ]
            for mistake in mistakes(question).values()
        ]
    )


def sample(question):
    """Cases of the whole domain, drawn in another way than the question draws them."""
    rng, draw = (
        np.random.default_rng(8),
        runpy.run_path(str(FOLDER / f"{question.chapter}.py"))["DOMAINS"][question.name],
    )
    drawn = (draw(rng) for _ in iter(int, 1))
    fitting = (question.collection.make(arguments) for arguments in drawn if arguments is not None)
    return [next(fitting) for _ in range(DOMAIN)]


def covered(held, wrong):
    """In how many cases each two conditions hold and a mistake is wrong: of shape (pairs of conditions, mistakes)."""
    first, second = np.triu_indices(len(held))
    blocks = np.array_split(np.arange(len(first)), 1 + len(first) // 4000)
    wrong = wrong.T.astype(np.float32)
    return np.concatenate(
        [(held[first[block]] & held[second[block]]).astype(np.float32) @ wrong > 0 for block in blocks]
    )


@cache
def mutants(name, seed):
    """Which mutants there are, and which of them survive: arrays of bool, of shape (pairs of conditions, mistakes)."""
    question = QUESTIONS[name]
    asked, domain = question.draw(seed), sample(question)
    real, killed = (
        covered(np.array(list(conditions(question, cases).values())), wrong(question, cases))
        for cases in (domain, asked)
    )
    return real, real & ~killed


@each_question
@pytest.mark.parametrize("seed", SEEDS)
def test_few_mutants_survive(name, seed):
    real, survive = mutants(name, seed)
    assert real.sum() > 50_000
    assert survive.sum() / real.sum() < SURVIVE


@each_question
def test_no_plain_mutant_survives(name):
    """A mistake that is made everywhere, or under one condition alone that holds for a hundredth of all cases."""
    question, (_, survive) = QUESTIONS[name], mutants(name, None)
    told = conditions(question, sample(question))
    first, second = np.triu_indices(len(told))
    names, often = list(told), np.array([mask.mean() >= 0.01 for mask in told.values()])
    alone = (first == second) & often[first]
    found = [
        (names[first[pair]], list(mistakes(question))[mistake])
        for pair, mistake in np.argwhere(survive & alone[:, None])
    ]
    assert not found


@each_question
def test_the_check_itself_says_the_same_of_a_sample(name):
    question, rng = QUESTIONS[name], np.random.default_rng(6)
    real, survive = mutants(name, None)
    told, known = conditions(question, question.draw()), list(mistakes(question).values())
    masks = list(told.values())
    first, second = np.triu_indices(len(masks))
    places = {case.key(): number for number, case in enumerate(question.draw())}
    chosen = [*rng.permutation(np.argwhere(real & ~survive))[:12], *rng.permutation(np.argwhere(survive))[:4]]
    for pair, mistake in chosen:
        mask = masks[first[pair]] & masks[second[pair]]

        def mutant(*args, mask=mask, mistake=known[mistake], **options):
            case = checks.Case(*args, **options)
            return mistake(case) if mask[places[case.key()]] else question.reference(*args, **options)

        assert question.run(mutant).status == ("passed" if survive[pair, mistake] else "failed")
