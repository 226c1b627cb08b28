import json

import numpy as np
import pytest
import torch

from cnnbook.checks._show import quote, shown
from cnnbook.checks._words import describe, write


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "None"), (True, "True"), (np.bool_(False), "False"), (np.int32(5), "5"), (np.float64(0.5), "0.5"),
     (..., "..."), ((), "()"), ((3,), "(3,)"), ([1, (2, "a")], "[1, (2, 'a')]"), ({"a": [1]}, "{'a': [1]}"),
     (set(), "set()"), ({"b", "a"}, "{'a', 'b'}"), (frozenset({1}), "{1}"), ({}, "{}"), (range(3), "range(0, 3)"),
     (b"\n", "b'\\n'"), ("x" * 500, "'" + "x" * 399 + "..."), (torch.Size([2, 3]), "(2, 3)"),
     ([[[[[1]]]]], "[[[[[...]]]]]"), ([object()], "[<object>]"),
     (object(), "an object of type object"), (int, "the class int"), (quote, "the function quote"),
     (list(range(99)), "[" + "".join(f"{n}, " for n in range(60)) + "...]"),
     (np.array([[1, 2], [3, 4]]), "array of shape (2, 2), int64:\n[[1 2]\n [3 4]]"),
     (torch.tensor([[1.0, 2], [3, 4]]), "tensor of shape (2, 2), float32:\n[[1. 2.]\n [3. 4.]]"),
     (torch.tensor([1.5], dtype=torch.bfloat16), "tensor of shape (1,), bfloat16:\n[1.5]"),
     (np.zeros((10, 10), np.float32),
      "array of shape (10, 10), float32:\n[[0. 0. ... 0. 0.]\n [0. 0. ... 0. 0.]\n ...\n"
      " [0. 0. ... 0. 0.]\n [0. 0. ... 0. 0.]]"),
     (np.array([1, 3e-11]), "array of shape (2,), float64:\n[1.e+00 3.e-11]"),
     (np.array([None, "a"], object), "array of shape (2,), object:\n[None 'a']"),
     ({"a": np.arange(2)}, "output 'a': array of shape (2,), int64:\n[0 1]"),
     ((np.arange(2), None), "output 1: array of shape (2,), int64:\n[0 1]\noutput 2: None")],
)  # fmt: skip
def test_values_are_shown_short(value, text):
    assert write(shown(value)) == text
    assert json.loads(json.dumps(shown(value))) == shown(value)


def test_a_number_too_long_to_write_is_estimated():
    assert [write(shown(sign * 10**5000)) for sign in (1, -1)] == ["~2**16609", "~-2**16609"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "None"), (True, "the bool True"), (5, "the integer 5"), (np.float32(0.5), "the float 0.5"),
     ("5", "the string '5'"), ((1, 2), "a tuple of 2"), (np.zeros(()), "an array of shape ()"),
     ({"a": 1}, "a dict of 1"), ({1, 2}, "a set of 2"), (torch.zeros(2), "a tensor of shape (2,)"),
     (describe, "the function describe"), (1j, "the complex number 1j"), (range(2), "the range range(0, 2)"),
     (b"x", "the bytes b'x'"), (..., "..."), (np.random.default_rng(0), "an object of type Generator")],
)  # fmt: skip
def test_values_are_named_by_kind(value, text):
    assert describe(shown(value)) == text


def test_a_value_that_holds_itself():
    value = [1]
    value.append(value)
    assert write(shown(value)) == "[1, [...]]"


def test_no_setting_of_a_students_changes_how_arrays_are_shown():
    with np.printoptions(precision=1, threshold=1, formatter={"all": lambda _: "passed"}, sign="+", nanstr="passed"):
        text = write(shown(np.array([1.25, np.nan, -3])))
    assert text == "array of shape (3,), float64:\n[ 1.25   nan -3.  ]"


def test_lines_of_arrays_are_short_and_few():
    lines = write(shown(np.random.default_rng(0).normal(size=(40, 40, 3)))).split("\n")
    assert max(map(len, lines)) <= 76
    assert len(lines) < 70


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("plain", "plain"), ("größe 卷积", "größe 卷积"), ("a\nb\r\t", r"a\nb\r\t"), ("\x1b[31m", r"\x1b[31m"),
     ("\u202eabc\u200b", r"\u202eabc\u200b"), ("\ud800", r"\ud800"), ("x" * 500, "x" * 400 + "...")],
)  # fmt: skip
def test_a_students_text_is_quoted_as_data(text, quoted):
    assert quote(text) == quoted
