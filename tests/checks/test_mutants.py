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
from answering import at_once, made

from cnnbook import checks
from cnnbook.checks._clauses import clauses, numbers

QUESTIONS = checks.questions()
SEEDS = [None, 1]  # the public cases, and fresh ones
DOMAIN = 2000  # cases of the independent sample: a mistake that is right in all of them is none
ARRAYS = 500  # the same, for questions on arrays, whose mistakes take longer to judge
SURVIVE = 0.005
FOLDER = Path(__file__).parent / "domains"

pytestmark = pytest.mark.questions
each_question = pytest.mark.parametrize("name", QUESTIONS)


def conditions(question, cases):
    """What holds for which cases: comparisons of integers and sizes with each other and with small numbers, parity,
    divisibility, options given, the question's regions, symmetry; the contraries; everything."""
    arguments = [question.collection.arguments(case) for case in cases]
    values = numbers(arguments)
    held = {"everywhere": np.ones(len(cases), bool)}
    for clause, holds in clauses(question.collection, arguments):
        if clause.is_stratum or clause.code == "symmetric":
            held[f"{clause.code} {clause.slots}"] = holds
    for name, column in values.items():
        held |= {f"{name} == {constant}": column == constant for constant in range(5)}
        held |= {f"{name} > {constant}": column > constant for constant in range(5)}
        held |= {f"{name} % {divisor} == 0": column % divisor == 0 for divisor in (2, 3)}
    for (first, one), (second, other) in combinations(values.items(), 2):
        held |= {f"{first} < {second}": one < other, f"{first} > {second}": one > other}
        held |= {f"{first} == {second}": one == other, f"{first} % {second} == 0": one % np.maximum(other, 1) == 0}
    return held | {f"not {name}": ~mask for name, mask in held.items()}


def on_numbers(change):
    return lambda answer: change(answer or 0) if answer is None or isinstance(answer, int | float) else answer


NUMBERS = {
    "one more": on_numbers(lambda number: number + 1),
    "one less": on_numbers(lambda number: number - 1),
    "twice": on_numbers(lambda number: 2 * number),
    "zero": on_numbers(lambda number: 0),
    "one": on_numbers(lambda number: 1),
}


def on_arrays(change, axes=1):
    """A mistake in arrays of so many axes or more."""
    return lambda answer: change(answer.copy()) if isinstance(answer, np.ndarray) and answer.ndim >= axes else answer


def put(place, value):
    def change(array):
        array[place] = value(array[place])
        return array

    return change


def only(axis, place):
    """Right at one index of an axis alone."""

    def change(array):
        right = array.take([place], axis)
        array[:] = 0
        np.moveaxis(array, axis, 0)[place] = np.moveaxis(right, axis, 0)[0]
        return array

    return change


def more(number):
    return number + 1


def nil(number):
    return 0 * number


ON_ARRAYS = {
    "all zero": on_arrays(nil),
    "all one more": on_arrays(more),
    "twice": on_arrays(lambda array: 2 * array),
    "negated": on_arrays(np.negative),
    "no negative": on_arrays(lambda array: np.maximum(array, 0)),
    "sorted": on_arrays(lambda array: np.sort(array, axis=None).reshape(array.shape)),
    "the mean everywhere": on_arrays(lambda array: np.full_like(array, array.mean())),
    "transposed": on_arrays(lambda array: array.swapaxes(-1, -2), 2),
    "transposed in its shape": on_arrays(lambda array: array.swapaxes(-1, -2).reshape(array.shape), 2),
    "channels exchanged": on_arrays(lambda array: array.swapaxes(-3, -2), 3),
    "images exchanged with channels": on_arrays(lambda array: array.swapaxes(-4, -3), 4),
    "summed over channels": on_arrays(lambda array: array.sum(-3, keepdims=True) + 0 * array, 3),
    "turned": on_arrays(lambda array: np.flip(array, (-1, -2)), 2),
    "border zero": on_arrays(lambda array: array - put((..., slice(1, -1), slice(1, -1)), nil)(array.copy()), 2),
    "first entry": on_arrays(lambda array: put((0,) * array.ndim, more)(array)),
    "last entry": on_arrays(lambda array: put((-1,) * array.ndim, more)(array)),
    "an axis too many": on_arrays(lambda array: array[None]),
    "one more row and column": on_arrays(lambda array: np.pad(array, [(0, 1)] * array.ndim)),
}  # fmt: skip
for axis in (-1, -2, -3, -4):
    ON_ARRAYS |= {
        f"flipped along {axis}": on_arrays(lambda array, axis=axis: np.flip(array, axis), -axis),
        f"late along {axis}": on_arrays(lambda array, axis=axis: np.roll(array, 1, axis), -axis),
        f"early along {axis}": on_arrays(lambda array, axis=axis: np.roll(array, -1, axis), -axis),
        f"summed up along {axis}": on_arrays(lambda array, axis=axis: array.cumsum(axis), -axis),
        f"last missing along {axis}": on_arrays(lambda array, axis=axis: np.delete(array, -1, axis), -axis),
        f"last zero along {axis}": on_arrays(put((..., -1, *[slice(None)] * (-1 - axis)), nil), -axis),
        f"first zero along {axis}": on_arrays(put((..., 0, *[slice(None)] * (-1 - axis)), nil), -axis),
        f"only the first along {axis}": on_arrays(only(axis, 0), -axis),
        f"only the last along {axis}": on_arrays(only(axis, -1), -axis),
    }


def has_arrays(question):
    answer = question.answer(question.draw()[0])
    return any(isinstance(part, np.ndarray) for part in (answer if isinstance(answer, tuple) else (answer,)))


def has_numbers(question):
    """Whether any answer has a number or is nothing: what changes of numbers change."""
    answers = [question.answer(case) for case in question.draw()]
    parts = [part for answer in answers for part in (answer if isinstance(answer, tuple) else (answer,))]
    return any(part is None or isinstance(part, int | float) for part in parts)


def in_parts(question, changes):
    """Mistakes in the answer, or in each of its outputs; those of arrays, of which there are many, by turns."""
    if not question.outputs:
        return changes
    count, found = len(question.outputs), {}
    for number, (name, change) in enumerate(changes.items()):
        places = [number % count] if has_arrays(question) else range(count)
        for place in places:
            found[f"{name} in {question.outputs[place]}"] = lambda answer, change=change, place=place: (
                *answer[:place], change(answer[place]), *answer[place + 1 :],
            )  # fmt: skip
    return found


def mistakes(question):
    """Wrong answers by name, of a case and its right answer. Those that are never wrong are no mistakes here."""
    changes = ON_ARRAYS if has_arrays(question) else NUMBERS if has_numbers(question) else {}
    changes = in_parts(question, changes)
    changes = {"nothing": lambda answer: None, **changes}
    if question.outputs:
        changes["swapped"] = lambda answer: answer[::-1]
    found = {name: lambda case, right, change=change: change(right) for name, change in changes.items()}
    return found | {m.code: lambda case, right, m=m: made(m, case) for m in question.known}


def obviously(answer, right):
    """Whether an answer is wrong, where no tolerance matters; None where the check has to say."""
    if isinstance(right, tuple) and isinstance(answer, tuple) and len(answer) == len(right):
        told = [obviously(*pair) for pair in zip(answer, right, strict=True)]
        return True if True in told else None if None in told else False
    if type(answer) is type(right) is int:
        return answer != right
    if not all(isinstance(value, np.ndarray) for value in (answer, right)) or answer.dtype != right.dtype:
        return None
    if answer.shape != right.shape:
        return True
    off = np.abs(answer - right).max(initial=0)
    return bool(off) if off == 0 or off > 0.001 * max(1, np.abs(right).max(initial=0)) else None


def wrong(question, cases):
    """Whether each mistake is wrong in each case, by the check's own judgement."""

    def judged(answer, case, right):
        told = None if question._judge else obviously(answer, right)
        return question.complaint(case, checks.Outcome(value=answer), right) is not None if told is None else told

    asked = [(case, question.answer(case)) for case in cases]
    return np.array([[judged(mistake(*pair), *pair) for pair in asked] for mistake in mistakes(question).values()])


@cache
def sample(question):
    """Cases of the whole domain, drawn in another way than the question draws them."""
    rng, draw = (
        np.random.default_rng(8),
        runpy.run_path(str(FOLDER / f"{question.chapter}.py"))["DOMAINS"][question.name],
    )
    drawn = (draw(rng) for _ in iter(int, 1))
    fitting = (question.collection.make(arguments) for arguments in drawn if arguments is not None)
    return [next(fitting) for _ in range(ARRAYS if has_arrays(question) else DOMAIN)]


def covered(held, wrong):
    """In how many cases each two conditions hold and a mistake is wrong: of shape (pairs of conditions, mistakes)."""
    first, second = np.triu_indices(len(held))
    blocks = np.array_split(np.arange(len(first)), 1 + len(first) // 4000)
    wrong = wrong.T.astype(np.float32)
    return np.concatenate(
        [(held[first[block]] & held[second[block]]).astype(np.float32) @ wrong > 0 for block in blocks]
    )


def of(question, cases):
    return covered(np.array(list(conditions(question, cases).values())), wrong(question, cases))


@cache
def real(name):
    """Which mutants there are: an array of bool, of shape (pairs of conditions, mistakes)."""
    return of(QUESTIONS[name], sample(QUESTIONS[name]))


@cache
def mutants(name, seed):
    """Which mutants there are, and which of them survive."""
    return real(name), real(name) & ~of(QUESTIONS[name], QUESTIONS[name].draw(seed))


@each_question
@pytest.mark.parametrize("seed", SEEDS)
def test_few_mutants_survive(name, seed):
    mutant, survive = mutants(name, seed)
    assert mutant.sum() > 50_000
    assert survive.sum() / mutant.sum() < SURVIVE


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
    mutant, survive = mutants(name, None)
    told, known = conditions(question, question.draw()), list(mistakes(question).values())
    masks = list(told.values())
    first, second = np.triu_indices(len(masks))
    drawn = {case.key(): (number, case) for number, case in enumerate(question.draw())}
    dead, alive = np.flatnonzero(mutant & ~survive), np.flatnonzero(survive)
    for place in [*rng.choice(dead, 4), *(rng.choice(alive, 1) if len(alive) else [])]:
        pair, mistake = np.unravel_index(place, mutant.shape)
        mask = masks[first[pair]] & masks[second[pair]]

        def partly(*args, mask=mask, mistake=known[mistake], **options):
            number, case = drawn[checks.Case(*args, **options).key()]
            return mistake(case, question.answer(case)) if mask[number] else question.answer(case)

        run = question._run(partly, None, None, at_once)  # what is said of a failure takes longer than to find it
        assert run.failed if not survive[pair, mistake] else run.result().status == "passed"
