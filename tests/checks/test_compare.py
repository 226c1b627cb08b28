import numpy as np
import pytest
import torch

from cnnbook.checks._compare import alike, compare, is_integer, is_number, same
from cnnbook.checks._findings import Finding
from cnnbook.checks._words import say

ARRAY = np.array([[1.0, 2, 3], [4, 5, 6]])
TENSOR = torch.from_numpy(ARRAY)
NAN = float("nan")


class EqualToAll(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


def structured(*rows):
    return np.array(list(rows), [("row", int), ("weight", float)])


@pytest.mark.parametrize(
    ("got", "expected"),
    [(3, 3), (np.int64(3), 3), (np.uint8(3), 3), (3, np.int64(3)), (2.0 + 1e-12, 2.0), (2, 2.0), (np.float32(2), 2.0),
     (NAN, NAN), (2.0, np.float32(2)), (np.bool_(True), True), ("same", "same"), (np.str_("same"), "same"),
     (None, None), ((1, 2), (1, 2)), ([1, 2], (1, 2)), ((ARRAY, None), (ARRAY, None)), (ARRAY + 1e-10, ARRAY),
     (ARRAY.astype(np.float32) * np.float32(1.00001), ARRAY),
     (ARRAY.astype(int), ARRAY.astype(np.uint8)), (np.zeros((0, 3)), np.zeros((0, 3))), (ARRAY == 1, ARRAY == 1),
     (np.array([NAN, np.inf]), np.array([NAN, np.inf])), (1e-30 * ARRAY, 1e-30 * ARRAY), (b"x", b"x"), (1j, 1j),
     (2, 2 + 0j), (range(3), range(3)), (ARRAY * (1 + 1e-12j), ARRAY * (1 + 0j)), (np.array(2.0), np.array(2.0)),
     # containers
     ([1, [2.0 + 1e-12, "a"]], [1, [2.0, "a"]]), ((1, 2), [1, 2]), ({"a": 1.0, "b": [2]}, {"b": [2], "a": 1.0 + 1e-12}),
     ({1, 2}, {2, 1}), (frozenset({1}), {1}), ({0.1 + 0.2}, {0.3}), (set(), set()), ({}, {}), ([], []),
     ({(1, 2): ARRAY}, {(1, 2): ARRAY}),
     # tensors
     (TENSOR + 1e-10, TENSOR), (TENSOR.float(), TENSOR), (TENSOR.bfloat16(), TENSOR), (TENSOR.int(), TENSOR.long()),
     (torch.nn.Parameter(TENSOR), TENSOR), (torch.tensor(2.0), torch.tensor(2.0)), ([TENSOR], [TENSOR]),
     (TENSOR.to(torch.complex64), TENSOR.to(torch.complex128)), (TENSOR.mT.mT, TENSOR), (TENSOR > 1, TENSOR > 1),
     # shapes
     (torch.Size([2, 3]), (2, 3)), ([2, 3], torch.Size([2, 3])), (ARRAY.shape, TENSOR.shape),
     # less common arrays
     (np.ma.array(ARRAY), ARRAY), (ARRAY.view(np.matrix), ARRAY), (ARRAY.astype(">f8"), ARRAY),
     (np.array(["a", "b"]), np.array(["a", "b"])), (np.array([1, None], object), np.array([1, None], object)),
     (structured((1, 2.0)), structured((1, 2.0 + 1e-12))),
     (np.array("2020-01-01", "M8[D]"), np.array("2020-01-01", "M8[s]"))],
)  # fmt: skip
def test_right_answers(got, expected):
    assert compare(got, expected) is None


@pytest.mark.parametrize(
    ("got", "expected", "code", "text"),
    [
        # plain wrong values need no words
        *[(got, expected, "value", "") for got, expected in [
            (4, 3), (2.1, 2.0), ("a", "b"), (False, True), ((2, 1), (1, 2)), ([1, [2]], [1, [3]]), (1e-9, 1e-10),
            (np.array(2.0), np.array(3.0)), (1j, 2j), (b"a", b"b"), ({0.1}, {0.2})]],
        # the value is right, and its type is not: the remedy
        (5.0, 5, "type_integer", "The value is right, its type is float: wrap it in int()."),
        (np.float32(5), 5, "type_integer", "The value is right, its type is float: wrap it in int()."),
        (True, 1, "type_integer", "The value is right, its type is bool: wrap it in int()."),
        (True, 1.0, "type_number", "The value is right, its type is bool: wrap it in float()."),
        (1, True, "type_bool", "The value is right, its type is integer: wrap it in bool()."),
        ("5", 5, "type_quotes", "The value is right, but it is a string: leave out the quotes."),
        ([5], 5, "type_alone", "The value is right, but it stands in a list of 1: return the value alone."),
        (np.array(5), 5, "type_alone",
         "The value is right, but it stands in an array of shape (): return the value alone."),
        (torch.tensor([2.0]), 2.0, "type_alone",
         "The value is right, but it stands in a tensor of shape (1,): return the value alone."),
        (ARRAY.tolist(), ARRAY, "type_array",
         "The numbers are right, but this is a list of 2: make it an array with np.array()."),
        (TENSOR, ARRAY, "type_array",
         "The numbers are right, but this is a tensor of shape (2, 3): make it an array with np.array()."),
        (ARRAY, TENSOR, "type_tensor",
         "The numbers are right, but this is an array of shape (2, 3): make it a tensor with torch.tensor()."),
        (ARRAY.astype(int), ARRAY, "type_dtype",
         "The numbers are right, their dtype is int64: convert them to float64."),
        (TENSOR, TENSOR.long(), "type_dtype", "The numbers are right, their dtype is float64: convert them to int64."),
        (np.array([1, 2]), (1, 2), "type_shape",
         "The values are right, but this is an array of shape (2,): make it a tuple with tuple()."),
        ({1, 2}, [1, 2], "type_list", "The values are right, but this is a set of 2: make it a list with list()."),
        ([1, 1, 2], {1, 2}, "type_set", "The values are right, but this is a list of 3: make it a set with set()."),
        # the value is wrong too: no remedy, which could lead from ceil to floor
        (2.5, 3, "asked_integer", "An integer is asked, and this is the float 2.5."),
        (np.float64(2.5), 2, "asked_integer", "An integer is asked, and this is the float 2.5."),
        (5 - 1e-12, 5, "asked_integer", "An integer is asked, and this is the float 4.999999999999."),
        (NAN, 5, "asked_integer", "An integer is asked, and this is the float nan."),
        (False, 1, "asked_integer", "An integer is asked, and this is the bool False."),
        ("4", 5, "asked_integer", "An integer is asked, and this is the string '4'."),
        ([4], 5, "asked_integer", "An integer is asked, and this is a list of 1."),
        (np.array(4), 5, "asked_integer", "An integer is asked, and this is an array of shape ()."),
        (None, 5, "asked_integer", "An integer is asked, and this is None."),
        (max, 5, "asked_integer", "An integer is asked, and this is the function max."),
        (EqualToAll(0), 5, "asked_integer", "An integer is asked, and this is an object of type EqualToAll."),
        ([[1.0]], ARRAY, "asked_array", "An array of shape (2, 3) is asked, and this is a list of 1."),
        ([[1.5, 2], [3]], ARRAY, "asked_array", "An array of shape (2, 3) is asked, and this is a list of 2."),
        ([1.9, 2.0], np.array([1, 2]), "asked_array", "An array of shape (2,) is asked, and this is a list of 2."),
        (TENSOR + 1, ARRAY, "asked_array", "An array of shape (2, 3) is asked, and this is a tensor of shape (2, 3)."),
        (ARRAY + 1, TENSOR, "asked_tensor", "A tensor of shape (2, 3) is asked, and this is an array of shape (2, 3)."),
        (ARRAY.astype(int) + 1, ARRAY, "dtype", "Numbers of dtype float64 are asked, and these are int64."),
        (ARRAY, ARRAY.astype(int) + 1, "dtype", "Numbers of dtype int64 are asked, and these are float64."),
        (ARRAY.astype(object), ARRAY, "dtype", "Numbers of dtype float64 are asked, and these are object."),
        # what is no number, no truth value, no string, not None
        ("x", 2.0, "asked_number", "A number is asked, and this is the string 'x'."),
        (NAN, 2.0, "lost", "A number is asked, and this is nan: did it overflow, or divide by 0?"),
        (np.float32(-np.inf), 2.0, "lost", "A number is asked, and this is -inf: did it overflow, or divide by 0?"),
        (True, 2.0, "asked_number", "A number is asked, and this is the bool True."),
        (0, True, "asked_bool", "True or False is asked, and this is the integer 0."),
        (1, "one", "asked_string", "A string is asked, and this is the integer 1."),
        (2, None, "asked_none", "None is asked, and this is the integer 2."),
        ("x", 1j, "asked_complex", "A complex number is asked, and this is the string 'x'."),
        # what is no array like the one asked
        (0.0, ARRAY, "number_for_array", "An array of shape (2, 3) is asked, and this is the float 0.0: one number for "
         "every place is not accepted."),
        (0, TENSOR, "number_for_tensor", "A tensor of shape (2, 3) is asked, and this is the integer 0: one number for "
         "every place is not accepted."),
        (None, ARRAY, "asked_array", "An array of shape (2, 3) is asked, and this is None."),
        (np.ma.array(ARRAY, mask=ARRAY > 1), ARRAY, "asked_array",
         "An array of shape (2, 3) is asked, and this is an object of type MaskedArray."),
        (ARRAY.T, ARRAY, "shape_array", "An array of shape (2, 3) is asked, and this has shape (3, 2)."),
        (ARRAY[None], ARRAY, "shape_array", "An array of shape (2, 3) is asked, and this has shape (1, 2, 3)."),
        (TENSOR[:, :1], TENSOR, "shape_tensor", "A tensor of shape (2, 3) is asked, and this has shape (2, 1)."),
        (ARRAY * [1, NAN, 1], ARRAY, "places_lost", "NaN or infinite in 2 of 6 places, the first at [0, 1]."),
        (ARRAY * [1, 2, 1], ARRAY, "places",
         "Wrong in 2 of 6 places, the first at [0, 1]: 2.0 expected, 4.0 returned."),
        (ARRAY + 1e-7, ARRAY, "places",
         "Wrong in 6 of 6 places, the first at [0, 0]: 1.0 expected, 1.0000001 returned."),
        (2e-30 * ARRAY, 1e-30 * ARRAY, "places",
         "Wrong in 6 of 6 places, the first at [0, 0]: 1e-30 expected, 2e-30 returned."),
        (ARRAY > 1, ARRAY > 2, "places",
         "Wrong in 1 of 6 places, the first at [0, 1]: False expected, True returned."),
        (TENSOR * 2, TENSOR, "places", "Wrong in 6 of 6 places, the first at [0, 0]: 1.0 expected, 2.0 returned."),
        (np.array([np.inf]), np.array([-np.inf]), "places",
         "Wrong in 1 of 1 places, the first at [0]: -inf expected, inf returned."),
        (np.array([2.0]), np.array([np.inf]), "places",
         "Wrong in 1 of 1 places, the first at [0]: inf expected, 2.0 returned."),
        (structured((1, 2.0)), structured((1, 3.0)), "in_item",
         "Item ['weight']: Wrong in 1 of 1 places, the first at [0]: 3.0 expected, 2.0 returned."),
        # containers
        ([1.0, 2.5], [1.0, 2.0], "places",
         "Wrong in 1 of 2 places, the first at [1]: 2.0 expected, 2.5 returned."),
        ({"a": 1.5}, {"a": 1.0}, "places",
         "Wrong in 1 of 1 places, the first at ['a']: 1.0 expected, 1.5 returned."),
        ([1, "a"], [1, 2], "in_item", "Item [1]: An integer is asked, and this is the string 'a'."),
        ([ARRAY], [ARRAY.T], "in_item", "Item [0]: An array of shape (3, 2) is asked, and this has shape (2, 3)."),
        ([1.0, 3.5], [1, 3], "in_item", "Item [1]: An integer is asked, and this is the float 3.5."),
        ({"a": 1}, {"a": 1, "b": 2, "c": 3}, "keys_missing", "Keys that are missing: 'b', 'c'."),
        ({"a": 1, "b": 2}, {"a": 1}, "keys_more", "Keys that are not asked: 'b'."),
        ({1}, {1, 2}, "items_missing", "Items that are missing: 2."),
        ({1, "x"}, {1}, "items_more", "Items that are not asked: 'x'."),
        ([1, 2], ["a"], "count_items", "Number of items asked: 1; in this answer: 2."),
        (5, [1], "asked_list", "A list is asked, and this is the integer 5."),
        ([1], {"a": 1}, "asked_dict", "A dict is asked, and this is a list of 1."),
        (None, {1}, "asked_set", "A set is asked, and this is None."),
        # shapes
        ((8, 26, 26), (1, 8, 26, 26), "count_shape", "Number of axes in the shape that is asked: 4; in this one: 3."),
        (torch.Size([8]), torch.Size([1, 8]), "count_shape",
         "Number of axes in the shape that is asked: 2; in this one: 1."),
        (3, (3, 4), "asked_shape", "A shape is asked, such as (3, 4), and this is the integer 3."),
    ],
)  # fmt: skip
def test_wrong_answers_and_what_helps(got, expected, code, text):
    finding = compare(got, expected)
    assert (finding.code, say(finding)) == (code, text)
    assert finding.value_is_right == code.startswith("type_")
    assert Finding.from_json(finding.to_json()) == finding


def test_a_number_too_long_to_write_is_a_wrong_value():
    assert [compare(10**5000, expected).code for expected in (3, 3.0)] == ["value", "value"]


@pytest.mark.parametrize(
    ("got", "code", "text"),
    [
        (3, "asked_outputs", "2 outputs are asked (before, after), and this is the integer 3: return them all, with a "
         "comma between."),
        (np.array([1, 2]), "type_shape", "The values are right, but this is an array of shape (2,): make it a tuple "
         "with tuple()."),
        (np.array([1, 3]), "asked_outputs", "2 outputs are asked (before, after), and this is an array of shape (2,): "
         "return them all, with a comma between."),
        ((1,), "count_outputs", "2 outputs are asked (before, after), and this has 1."),
        ((1, None), "in_output", "Output after: An integer is asked, and this is None."),
        ((1, 2.0), "in_output", "Output after: The value is right, its type is float: wrap it in int()."),
        ((1.0, 2.5), "in_output", "Output after: An integer is asked, and this is the float 2.5."),
        ((1.0, 3), "value", ""),
    ],
)  # fmt: skip
def test_several_outputs_have_names(got, code, text):
    finding = compare(got, (1, 2), ("before", "after"))
    assert (finding.code, say(finding)) == (code, text)


def test_outputs_stacked_into_one_array_are_told_so():
    right, names = (np.ones((2, 3)), np.zeros((2, 3))), ("vertical", "horizontal")
    finding = compare(np.stack(right), right, names)
    assert finding.value_is_right
    assert say(finding) == (
        "The numbers are right, but this is an array of shape (2, 2, 3): return 2 outputs (vertical, horizontal), with "
        "a comma between."
    )
    assert compare(np.stack(right[::-1]), right, names).code == "asked_outputs"


def test_a_finding_about_the_type_of_one_output_is_about_type_alone():
    assert compare((1, 2.0), (1, 2), ("before", "after")).value_is_right
    assert not compare((1.0, 2.5), (1, 2), ("before", "after")).value_is_right


def test_a_right_answer_that_nothing_compares_is_the_authors_mistake():
    with pytest.raises(TypeError, match=r"a right answer <object> cannot be compared: declare a judge"):
        compare(1, object())


def test_the_numbers_of_an_array_subclass_are_what_counts():
    class Sly(np.ndarray):
        def __array_ufunc__(self, ufunc, method, *inputs, **options):
            return np.zeros(self.shape, bool)

        shape = dtype = property(lambda self: 1 / 0)

    assert compare((ARRAY + 1).view(Sly), ARRAY).slots["wrong"] == 6
    assert compare(ARRAY.view(Sly), ARRAY) is None


# How exact floats must be


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_tolerance_follows_the_coarser_dtype(dtype):
    rounding, mistake = np.finfo(dtype).eps * 4, np.finfo(dtype).eps ** 0.5 * 4
    for got, expected in ((ARRAY.astype(dtype), ARRAY), (ARRAY, ARRAY.astype(dtype))):
        assert compare(got * dtype(1 + rounding), expected) is None
        assert compare(got * dtype(1 + mistake), expected) is not None


@pytest.mark.parametrize("make", [np.array, list, tuple, torch.DoubleTensor, lambda values: dict(enumerate(values))])
def test_small_numbers_beside_large_ones_count(make):
    finding = compare(make([1.0, 0.0, 0.0]), make([1.0, 3e-11, 1e-12]))
    assert (finding.code, finding.slots["wrong"]) == ("places", 2)


def test_outputs_have_scales_of_their_own():
    assert compare((1e6, 0.0), (1e6, 1e-12), ("large", "small")).code == "value"


def loops(x, kernel):
    rows, columns = (n - k + 1 for n, k in zip(x.shape[1:], kernel.shape[1:], strict=True))
    out = np.zeros((rows, columns), x.dtype)
    for row, column in np.ndindex(rows, columns):
        total = x.dtype.type(0)
        for place in np.ndindex(kernel.shape):
            total += x[place[0], row + place[1], column + place[2]] * kernel[place]
        out[row, column] = total
    return out


def at_once(x, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[1:], axis=(1, 2))
    return np.tensordot(windows, kernel, axes=((0, 3, 4), (0, 1, 2)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("seed", range(5))
def test_sums_in_another_order_pass_although_terms_cancel(dtype, seed):
    rng = np.random.default_rng(seed)
    x, kernel = rng.normal(size=(16, 8, 7)).astype(dtype), rng.normal(size=(16, 3, 2)).astype(dtype)
    kernel -= kernel.mean()  # an edge filter: most of each sum cancels
    for got, expected in [(loops, at_once), (at_once, loops)]:
        assert compare(got(x, kernel), at_once(x.astype(float), kernel.astype(float))) is None
        assert compare(got(x + 1, kernel), expected(x + 1, kernel)) is None


@pytest.mark.parametrize(("dtype", "noise"), [(np.float32, 1e-6), (np.float64, 1e-15)])
def test_where_everything_cancels_a_question_says_how_large_the_terms_were(dtype, noise):
    left, nothing = np.array([noise, -noise, 0], dtype), np.array([-noise / 2, 0, noise / 3], dtype)
    assert compare(left, nothing) is not None
    assert compare(left, nothing, atol=64 * np.finfo(float).eps) is None
    assert compare(left, np.zeros(3, dtype)) is None  # beside an exact 0, terms of size 1 are taken for granted


def test_a_question_can_ask_for_more_or_less():
    assert compare([1.0, 1e-14], [1.0, 0.9e-14]) is None
    assert compare([1.0, 1e-14], [1.0, 0.9e-14], atol=0).slots["wrong"] == 1
    assert compare(1.001, 1.0, rtol=1e-2) is None
    assert compare(1.0 + 1e-12, 1.0, rtol=1e-13, atol=0) is not None


# Sameness


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [(ARRAY, ARRAY.copy(), True), (ARRAY, ARRAY.astype(np.float32), False), (ARRAY, ARRAY.reshape(3, 2), False),
     (ARRAY, ARRAY + 1e-15, False), (NAN, NAN, True), (1, 1.0, False), ((1, [2]), (1, [2]), True),
     ((1,), (1, 2), False), ([ARRAY], [ARRAY * 2], False), (object(), object(), True), (None, None, True),
     ("a", "b", False), (TENSOR, TENSOR.clone(), True), (TENSOR, TENSOR * 2, False), (TENSOR, TENSOR.float(), False),
     (TENSOR.bfloat16(), TENSOR.bfloat16(), True), ({"a": ARRAY}, {"a": ARRAY}, True), ({"a": 1}, {"a": 2}, False),
     ({"a": 1}, {"b": 1}, False), ({1}, {1}, True), ({1}, {2}, False), (object(), lambda: 0, False),
     (np.array([1, "a"], object), np.array([1, "b"], object), False)],
)  # fmt: skip
def test_sameness_is_exact_for_what_is_known(first, second, expected):
    assert same(first, second) is expected


def test_being_alike_allows_for_rounding_and_never_raises():
    assert alike(0.1 + 0.2, 0.3)
    assert not alike([1], [2])
    assert alike(object(), object())
    assert not alike(3, object())
    assert not alike(object(), EqualToAll(3))


def test_numbers_are_known_by_their_type():
    assert [is_integer(value) for value in (3, np.uint8(3), True, 3.0, EqualToAll(3))] == [True, True, *[False] * 3]
    assert [is_number(value) for value in (3, np.float16(3), 3.5, False, "3")] == [True, True, True, False, False]
