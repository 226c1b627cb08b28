import numpy as np
import pytest

from cnnbook.checks._show import describe, show


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "None"), (True, "True"), (np.bool_(False), "False"), (np.int32(5), "5"), (np.float64(0.5), "0.5"),
     (..., "..."), ((), "()"), ((3,), "(3,)"), ([1, (2, "a")], "[1, (2, 'a')]"),
     ("x" * 300, "'" + "x" * 199 + "..."),
     (object(), "an object of type object"), (int, "the class int"), (show, "the function show"),
     (list(range(99)), "[" + "".join(f"{n}, " for n in range(60)) + "...]"),
     (np.array([[1, 2], [3, 4]]), "array of shape (2, 2), int64:\n[[1 2]\n [3 4]]"),
     (np.zeros((10, 10), np.float32),
      "array of shape (10, 10), float32:\n[[0. 0. ... 0. 0.]\n [0. 0. ... 0. 0.]\n ...\n"
      " [0. 0. ... 0. 0.]\n [0. 0. ... 0. 0.]]"),
     ((np.arange(2), None), "output 1: array of shape (2,), int64:\n[0 1]\noutput 2: None")],
)  # fmt: skip
def test_values_are_shown_short(value, text):
    assert show(value) == text


def test_a_number_too_long_to_write_is_said_to_be_one():
    assert show(10**5000) == "a number too long to write"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "None"), (True, "the bool True"), (5, "the integer 5"), (np.float32(0.5), "the float 0.5"),
     ("5", "the string '5'"), ((1, 2), "a tuple of 2"), (np.zeros(()), "an array of shape ()"),
     (describe, "the function describe"), (1j, "an object of type complex")],
)  # fmt: skip
def test_values_are_named_by_kind(value, text):
    assert describe(value) == text
