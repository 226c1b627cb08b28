"""Questions on arrays: axes by their letters, what wrong arrays have in common, and values that nobody can change."""

import json

import numpy as np
import pytest

from cnnbook.checks import Case, Question
from cnnbook.checks._clauses import clauses
from cnnbook.checks._compare import compare
from cnnbook.checks._patterns import marks, pattern
from cnnbook.checks._words import html

AXES = {"image": "H W", "kernel": "kH kW", "answer": "H_out W_out"}


def correlate(image, kernel, *, bias=0.0):
    """Cross-correlation, as the sum of a window's products."""
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel) + bias


def asked(reference=correlate, **options):
    question = Question(reference, points=1, count=60, axes=AXES, **options)
    question.cases(Case(np.arange(12.0).reshape(3, 4), np.array([[1.0, 2.0], [3.0, 4.0]])))

    @question.draws
    def _(rng):
        kernel = rng.integers(1, 4, 2)
        image = kernel + rng.integers(1, 4, 2)
        numbers = [rng.integers(-3, 4, size).astype(float) for size in (image, kernel)]
        return {"image": numbers[0], "kernel": numbers[1], "bias": float(rng.integers(2))}

    return question


QUESTION = asked()


def changed(change):
    return lambda image, kernel, *, bias=0.0: change(correlate(image, kernel, bias=bias))


def with_entry(array, place, value):
    array[place] = value
    return array


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (np.transpose, "All wrong answers are the right ones transposed: their axes are `W_out` and `H_out`."),
        (lambda a: a[:, ::-1], "All wrong answers are the right ones, flipped along `W_out`."),
        (lambda a: a[::-1, ::-1], "flipped along `H_out` and `W_out`."),
        (lambda a: -a, "All wrong answers are the right ones with the opposite sign."),
        (lambda a: a / 4, "All wrong answers are 0.25 times the right ones."),
        (lambda a: a + 2, "All wrong answers differ from the right ones by +2, in every place."),
        (lambda a: 0 * a, "All wrong answers are 0 in every place."),
        (lambda a: np.roll(a, 1, 0), "moved along `H_out`: what belongs at index 0 stands at index 1"),
        (lambda a: np.roll(a, -1, 1), "moved along `W_out`: what belongs at index 1 stands at index 0"),
        (lambda a: with_entry(a, (slice(None), -1), 99), "are wrong at the last index of `W_out` alone."),
        (lambda a: with_entry(a, 0, 99), "are wrong at index 0 of `H_out` alone."),
        (
            lambda a: with_entry(with_entry(a, -1, 99), (slice(None), -1), 99),
            "are wrong at the last indices of `H_out` and `W_out` alone, and right before them.",
        ),
        (lambda a: with_entry(a, slice(1, None), 99), "At index 0 of `H_out` every answer is right"),
        (lambda a: np.pad(a, 1), "All wrong answers are too large: the right one stands in each of them"),
        (lambda a: a[:-1], "All wrong answers are a part of the right ones"),
        (np.ravel, "All wrong answers have the right numbers in the right order, but another shape"),
        (lambda a: a[None], "All wrong answers have the right numbers in the right order, but another shape"),
    ],
)
def test_what_wrong_arrays_have_in_common_is_said(change, said):
    result = QUESTION.run(changed(change))
    assert result.status == "failed"
    assert said in " ".join(str(result).split())
    json.dumps(result.to_json())
    html(result)


def test_nothing_is_said_of_all_where_one_differs():
    def sometimes(array):
        return array.T if array.sum() > 0 else array + 1

    assert "All wrong answers" not in str(QUESTION.run(changed(sometimes)))


def test_a_pattern_must_show_three_times():
    pairs = [(np.arange(6.0).reshape(2, 3) + number + 1, np.arange(6.0).reshape(2, 3) + number) for number in range(3)]
    assert pattern(pairs).slots == {"more": 1.0}
    assert pattern(pairs[:2]) is None
    single = [(np.array([[5.0 + number]]), np.array([[4.0]])) for number in range(9)]
    assert pattern(single) is None  # of one number everything is true


def test_of_several_outputs_the_wrong_one_is_told():
    right = [(np.arange(6.0).reshape(2, 3) + number, np.ones((2, 2))) for number in range(3)]
    pairs = [((first[::-1], second), (first, second)) for first, second in right]
    found = pattern(pairs, ("image", "kernel"), {"image": "H W"})
    assert found.slots["output"] == "image"
    assert found.slots["finding"].slots == {"axes": ["H"]}


def test_outputs_in_another_order_are_told():
    right = [(np.ones((2, 3)) + number, np.arange(6.0), np.eye(2)) for number in range(3)]
    found = pattern([(answer[::-1], answer) for answer in right], ("x", "weight", "bias"))
    assert found.slots == {"outputs": ["bias", "weight", "x"]}
    assert pattern([(answer[::-1], answer) for answer in right[:2]], ("x", "weight", "bias")) is None


def test_what_shows_little_is_not_shown_first():
    dull = [np.ones((1, 1)), np.zeros((2, 2)), np.ones((1, 4))]
    question = asked()
    question.cases(*(Case(array, np.ones((1, 1))) for array in dull), Case(np.eye(3), np.eye(2)))
    assert question.draw(count=4)[0].args[0].shape == (3, 3)


def test_the_places_that_are_wrong_are_marked():
    right = np.arange(6.0).reshape(2, 3)
    assert marks(with_entry(with_entry(right.copy(), (0, 2), 9), (1, 0), 9), right) == [". . x", "x . ."]
    for other in (right + 1, right, np.ones(3), "no array"):
        assert marks(other, right) == []


def test_shapes_are_told_by_their_letters():
    result = QUESTION.run(changed(lambda a: np.pad(a, 1)))
    expected = result.expected["shape"]
    assert f"An array of shape (H_out={expected[0]}, W_out={expected[1]}) is asked" in str(result)


def test_what_failures_share_is_said_by_letters():
    def only_narrow(image, kernel, *, bias=0.0):
        return correlate(image, kernel, bias=bias) + (kernel.shape[1] == 3)

    assert "where kW is more than 2" in " ".join(str(QUESTION.run(only_narrow)).split())


def test_a_kernel_that_is_the_same_upside_down_hides_a_flip():
    told = clauses(QUESTION.collection, [QUESTION.collection.arguments(case) for case in QUESTION.draw()])
    symmetric = {clause.slots["name"]: holds for clause, holds in told if clause.code == "symmetric"}
    for case, holds in zip(QUESTION.draw(), symmetric["kernel"], strict=True):
        assert holds == np.array_equal(case.args[1], case.args[1][::-1, ::-1])


def test_regions_and_mistakes_get_sizes_by_letter():
    question = asked()
    question.regions(tall=lambda H, W: H > W)
    question.misconceptions(mean=lambda answer, kH, kW: answer / (kH * kW))
    arguments = question.collection.arguments(question.draw()[-1])
    assert arguments["H"] == arguments["image"].shape[0]
    assert [*arguments] == ["image", "kernel", "bias"]
    assert question.run(lambda i, k, *, bias=0.0: correlate(i, k, bias=bias) / k.size).misconception == "mean"


def test_nobody_changes_the_arrays_of_a_case():
    case = QUESTION.draw()[0]
    with pytest.raises(ValueError, match="read-only"):
        case.args[0][0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        QUESTION.answer(case)[0, 0] = 1

    def in_place(image, kernel, *, bias=0.0):
        image *= 2
        return correlate(image / 2, kernel, bias=bias)

    assert "It changed its input image" in str(QUESTION.run(in_place))


def test_a_view_and_the_input_itself_are_answers_like_others():
    question = Question(lambda image: image[:, ::-1], points=1, count=3)
    question.cases(*(Case(np.arange(6.0).reshape(2, 3) + number) for number in range(3)))
    assert question.run(lambda image: image[:, ::-1]).status == "passed"
    assert question.run(lambda image: image).status == "failed"


def test_a_dtype_is_kept_only_where_it_is_asked():
    single, double = np.ones(2, np.float32), np.ones(2)
    assert compare(single, double) is None
    assert compare(single, double, keeps_dtype=True).code == "type_dtype"
    assert compare(single + 1, double, keeps_dtype=True).code == "dtype"
    assert compare(double, double, keeps_dtype=True) is None


def test_an_answer_that_is_still_the_broken_one_is_told_so():
    question = asked()

    @question.broken
    def _(image, kernel, *, bias=0.0):
        return correlate(image, kernel[::-1], bias=bias)

    result = question.run(lambda image, kernel, *, bias=0.0: correlate(image, kernel[::-1], bias=bias))
    assert result.misconception == "still_broken"
    assert "In every case it still answers what the broken one answers." in str(result)
    assert question.run(correlate).status == "passed"
