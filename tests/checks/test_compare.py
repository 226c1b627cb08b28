import numpy as np
import pytest

from cnnbook.checks._compare import compare, same

ARRAY = np.array([[1.0, 2, 3], [4, 5, 6]])
NAN = float("nan")


class EqualToAll(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


@pytest.mark.parametrize(
    ("got", "expected"),
    [(3, 3), (np.int64(3), 3), (np.uint8(3), 3), (3, np.int64(3)), (2.0 + 1e-12, 2.0), (2, 2.0), (np.float32(2), 2.0),
     (NAN, NAN), (2.0, np.float32(2)), (np.bool_(True), True), ("same", "same"), (None, None), ((1, 2), (1, 2)),
     ([1, 2], (1, 2)), ((ARRAY, None), (ARRAY, None)), (ARRAY + 1e-10, ARRAY),
     (ARRAY.astype(np.float32) * np.float32(1.00001), ARRAY),
     (ARRAY.astype(int), ARRAY.astype(np.uint8)), (np.zeros((0, 3)), np.zeros((0, 3))), (ARRAY == 1, ARRAY == 1),
     (np.array([NAN, np.inf]), np.array([NAN, np.inf])), (1e-30 * ARRAY, 1e-30 * ARRAY)],
)  # fmt: skip
def test_right_answers(got, expected):
    assert compare(got, expected) is None


@pytest.mark.parametrize(
    ("got", "expected", "text"),
    [
        # plain wrong values need no words
        (4, 3, ""), (2.1, 2.0, ""), ("a", "b", ""), (False, True, ""), ((2, 1), (1, 2), ""),
        # what is no integer
        (5.0, 5, "An integer is asked, and this is the float 5.0: divide with // instead of /."),
        (np.float64(2.5), 2, "An integer is asked, and this is the float 2.5: divide with // instead of /."),
        (NAN, 5, "An integer is asked, and this is the float nan."),
        (True, 1, "An integer is asked, and this is the bool True."),
        ("5", 5, "An integer is asked, and this is the string '5': leave out the quotes."),
        ([5], 5, "An integer is asked, and this is a list of 1: return the value alone."),
        (np.array(5), 5, "An integer is asked, and this is an array of shape (): return the value alone."),
        (None, 5, "An integer is asked, and this is None."),
        (max, 5, "An integer is asked, and this is the function max."),
        (EqualToAll(0), 5, "An integer is asked, and this is an object of type EqualToAll."),
        # what is no number, no truth value, no string, not None
        ("x", 2.0, "A number is asked, and this is the string 'x': leave out the quotes."),
        (NAN, 2.0, "A number is asked, and this is nan: did it overflow, or divide by 0?"),
        (np.float32(-np.inf), 2.0, "A number is asked, and this is -inf: did it overflow, or divide by 0?"),
        (True, 2.0, "A number is asked, and this is the bool True."),
        (1, True, "True or False is asked, and this is the integer 1."),
        (1, "one", "A string is asked, and this is the integer 1."),
        (2, None, "None is asked, and this is the integer 2."),
        # what is no array like the one asked
        (0.0, ARRAY, "An array of shape (2, 3) is asked, and this is the float 0.0: one number for every place is not "
         "accepted."),
        ([[1.0]], ARRAY, "An array of shape (2, 3) is asked, and this is a list of 1: make it an array with np.array."),
        (None, ARRAY, "An array of shape (2, 3) is asked, and this is None."),
        (ARRAY.T, ARRAY, "An array of shape (2, 3) is asked, and this is an array of shape (3, 2)."),
        (ARRAY[None], ARRAY, "An array of shape (2, 3) is asked, and this is an array of shape (1, 2, 3)."),
        (ARRAY[:, :1], ARRAY, "An array of shape (2, 3) is asked, and this is an array of shape (2, 1)."),
        (ARRAY.astype(int), ARRAY, "An array of dtype float64 is asked, and this has dtype int64."),
        (ARRAY.astype(object), ARRAY, "An array of dtype float64 is asked, and this has dtype object."),
        (ARRAY, ARRAY.astype(int), "An array of dtype int64 is asked, and this has dtype float64."),
        (ARRAY * [1, NAN, 1], ARRAY, "2 of 6 numbers are NaN or infinite, the first at [0, 1]."),
        (ARRAY * [1, 2, 1], ARRAY, "2 of 6 numbers are wrong, the first at [0, 1]: 2.0 expected, 4.0 returned."),
        (ARRAY + 1e-7, ARRAY, "6 of 6 numbers are wrong, the first at [0, 0]: 1.0 expected, 1.0000001 returned."),
        (2e-30 * ARRAY, 1e-30 * ARRAY,
         "6 of 6 numbers are wrong, the first at [0, 0]: 1e-30 expected, 2e-30 returned."),
        (ARRAY > 1, ARRAY > 2, "1 of 6 numbers are wrong, the first at [0, 1]: False expected, True returned."),
        # a wrong number of outputs, and wrong ones among them
        (3, (1, 2), "2 outputs are asked (1, 2), and this is the integer 3: return them all, with a comma between."),
        (np.array([1, 2]), (1, 2), "2 outputs are asked (1, 2), and this is an array of shape (2,): return them all, "
         "with a comma between."),
        ((1, 2, 3), (1, 2), "2 outputs are asked (1, 2), and this has 3."),
        ((0, 2.0), (1, 2), "Output 2: An integer is asked, and this is the float 2.0: divide with // instead of /."),
    ],
)  # fmt: skip
def test_wrong_answers_and_what_helps(got, expected, text):
    assert compare(got, expected) == text


def test_a_number_too_long_to_write_is_a_wrong_value():
    assert compare(10**5000, 3) == ""
    assert compare(10**5000, 3.0) == ""


def test_outputs_are_named():
    assert compare((1,), (1, 2), ("before", "after")) == "2 outputs are asked (before, after), and this has 1."
    assert compare((1, None), (1, 2), ("before", "after")) == "Output after: An integer is asked, and this is None."


def test_the_numbers_of_an_array_subclass_are_what_counts():
    class Sly(np.ndarray):
        def __array_ufunc__(self, ufunc, method, *inputs, **options):
            return np.zeros(self.shape, bool)

    assert "6 of 6 numbers are wrong" in compare((ARRAY + 1).view(Sly), ARRAY)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_tolerance_follows_the_coarser_dtype(dtype):
    rounding, mistake = np.finfo(dtype).eps * 4, np.finfo(dtype).eps ** 0.5 * 4
    for got, expected in ((ARRAY.astype(dtype), ARRAY), (ARRAY, ARRAY.astype(dtype))):
        assert compare(got * dtype(1 + rounding), expected) is None
        assert compare(got * dtype(1 + mistake), expected) is not None


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [(ARRAY, ARRAY.copy(), True), (ARRAY, ARRAY.astype(np.float32), False), (ARRAY, ARRAY.reshape(3, 2), False),
     (ARRAY, ARRAY + 1e-15, False), (NAN, NAN, True), (1, 1.0, False), ((1, [2]), (1, [2]), True),
     ((1,), (1, 2), False), ([ARRAY], [ARRAY * 2], False), (object(), object(), True), (None, None, True),
     ("a", "b", False)],
)  # fmt: skip
def test_sameness_is_exact_for_what_is_known(first, second, expected):
    assert same(first, second) is expected
