import re

import numpy as np
import pytest

from cnnbook import _validate


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_arrays_of_the_right_rank_pass(dtype):
    _validate.array("x", np.ones((2, 3), dtype), 2, axes="N, C")
    _validate.array("x", np.ones((2, 3), dtype), (2, 4), axes="N, C or N, C, H, W")
    _validate.array("x", np.ones((0, 3), dtype), 2, axes="N, C")  # an empty batch
    _validate.same_dtype(x=np.ones(1, dtype), bias=None, weight=np.zeros(2, dtype))


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [([[1.0]], TypeError, "x must be a NumPy array, got list: use numpy.asarray(x, dtype=numpy.float32)"),
     (1.0, TypeError, "x must be a NumPy array, got float"),
     (np.float32(1), TypeError, "x must be a NumPy array, got float32"),
     (np.ma.masked_less(np.ones((2, 2)), 0), TypeError, "x must be a NumPy array, got MaskedArray"),
     (np.ones((2, 2), int), TypeError, "x has dtype int64, but needs float32 or float64: use x.astype(numpy.float32)"),
     (np.ones((2, 2), bool), TypeError, "x has dtype bool"),
     (np.ones((2, 2), complex), TypeError, "x has dtype complex128"),
     (np.ones((2, 2), np.float16), TypeError, "x has dtype float16"),
     (np.ones((2, 2), ">f4"), TypeError, "x has dtype >f4"),
     (np.array([["1"]]), TypeError, "x has dtype <U1"), (np.array([[None]]), TypeError, "x has dtype object"),
     (np.ones(2), ValueError, "x has shape (2,), 1 axes, but needs 2 (N, C): use x.reshape or x[None] to add axes"),
     (np.ones((2, 2, 2)), ValueError, "x has shape (2, 2, 2), 3 axes, but needs 2 (N, C): reshape x"),
     (np.ones((2, 0)), ValueError, "x has shape (2, 0): only the batch may be empty")],
)  # fmt: skip
def test_everything_else_is_refused(x, error, message):
    with pytest.raises(error, match=re.escape(message)):
        _validate.array("x", x, 2, axes="N, C")


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [((1, 2, 3), ValueError, "stride (1, 2, 3) has 3 entries, but needs 2: give one an axis"),
     (0, ValueError, "stride 0 is too small: use stride >= 1"), ((1, -1), ValueError, "stride -1 is too small"),
     (1.5, TypeError, "stride must be an integer, got 1.5 (float): use a whole number"),
     (True, TypeError, "stride must be an integer, got True (bool)"),
     (np.float32(2), TypeError, "stride must be an integer, got np.float32(2.0) (float32): use 2"),
     (np.float32("inf"), TypeError, "stride must be an integer, got np.float32(inf) (float32): use a whole number"),
     (None, TypeError, "stride must be an integer, got None"),
     ("same", TypeError, "stride must be an integer, got 'same' (str): use a whole number"),
     (np.array([1, 2]), TypeError, "stride must be an integer, got array([1, 2]) (ndarray)"),
     (np.array(2), TypeError, "stride must be an integer, got array(2) (ndarray): use a whole number")],
)  # fmt: skip
def test_options_that_are_no_integers_an_axis_are_refused(value, error, message):
    with pytest.raises(error, match=re.escape(message)):
        _validate.pair("stride", value, 1)


def test_an_integer_counts_for_every_axis_and_numpys_integers_are_integers():
    assert _validate.per_axis("stride", np.int64(2), 3, 1) == (2, 2, 2)
    assert _validate.pair("stride", [1, np.int8(3)], 1) == (1, 3)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [("0.5", TypeError, "p must be a number, got '0.5' (str)"),
     (True, TypeError, "p must be a number, got True (bool)"),
     (-0.1, ValueError, "p -0.1 is out of range: use p from 0 to 1"), (1.1, ValueError, "p 1.1 is out of range"),
     (float("nan"), ValueError, "p nan is out of range")],
)  # fmt: skip
def test_numbers_out_of_range_are_refused(value, error, message):
    with pytest.raises(error, match=re.escape(message)):
        _validate.number("p", value, 0, 1)
