"""Whatever a function returns, raises or is: a check ends with a result that can be told, and runs none of it again."""

import collections
import datetime
import decimal
import enum
import fractions
import json
import pathlib
import sys
import types
from contextlib import suppress

import hypothesis
import hypothesis.extra.numpy as arrays
import hypothesis.strategies as st
import numpy as np
import pytest
import torch

from cnnbook import checks
from cnnbook.checks import Result, _words
from cnnbook.checks._call import call
from cnnbook.checks._compare import alike, compare, same
from cnnbook.checks._freeze import freeze
from cnnbook.checks._result import written_call
from cnnbook.checks._show import shown

pytestmark = pytest.mark.filterwarnings("ignore")  # PyTorch warns of its rarer dtypes


class Lies(BaseException):
    """No Exception, so that nothing but a bare ``except`` would stop it."""


def lie(*_, **__):
    raise Lies


METHODS = ["eq", "ne", "lt", "hash", "repr", "str", "format", "bool", "len", "iter", "next", "contains", "getitem",
           "int", "float", "index", "complex", "abs", "neg", "add", "radd", "call", "deepcopy", "copy", "reduce_ex",
           "getattr", "getattribute", "array", "array_ufunc", "array_function", "dir", "sizeof"]  # fmt: skip
LIES = {f"__{name}__": lie for name in METHODS}


def liar(base):
    """An object of a class made for it, every method of which raises."""
    return base.__new__(type("Liar", (base,), LIES))


class Meta(type):
    __instancecheck__ = __subclasscheck__ = __eq__ = __call__ = __getattribute__ = lie
    __hash__ = type.__hash__


class Pretends:
    __class__ = np.ndarray
    shape, dtype = (2, 3), np.dtype(float)


class Colour(enum.IntEnum):
    RED = 1


class LongName:
    pass


LongName.__name__ = LongName.__qualname__ = "passed: 24 cases\n\x1b[32m" * 1000
Pair = collections.namedtuple("Pair", "before after")


def cyclic():
    value = [1]
    value.append(value)
    return value


def cyclic_dict():
    value = {}
    value["self"] = (value,)
    return value


def filled(item):
    value = np.empty(1, object)
    value[0] = value if item is ... else item
    return value


def deep(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


def laughs():
    """A list of a list of a list ..., each twice: 2 ** 60 items on a few lines."""
    value = [0]
    for _ in range(60):
        value = [value, value]
    return value


async def later():
    return 3


NASTY = {
    "liar": lambda: liar(object),
    "liar_list": lambda: liar(list),
    "liar_tuple": lambda: liar(tuple),
    "liar_dict": lambda: liar(dict),
    "liar_int": lambda: liar(int),
    "liar_str": lambda: liar(str),
    "liar_set": lambda: {type("Liar", (), {**LIES, "__hash__": object.__hash__})()},
    "liar_array": lambda: np.zeros((2, 3)).view(type("Liar", (np.ndarray,), {"__repr__": lie, "dtype": property(lie)})),
    "liar_in_an_array": lambda: filled(liar(object)),
    "liar_as_key": lambda: {type("Liar", (), {**LIES, "__hash__": object.__hash__})(): 1},
    "metaclass": lambda: types.new_class("Made", (), {"metaclass": Meta}),
    "pretends_to_be_an_array": Pretends,
    "long_name": LongName,
    "enum": lambda: Colour.RED,
    "named_tuple": lambda: Pair(1, 2),
    "cyclic": cyclic,
    "cyclic_dict": cyclic_dict,
    "cyclic_array": lambda: filled(...),
    "deep": lambda: deep(2_000),
    "laughs": laughs,
    "long_list": lambda: list(range(200_000)),
    "huge_integer": lambda: 10**10_000,
    "minus_huge_integer": lambda: [-(10**10_000)],
    "long_string": lambda: "x" * 10**7,
    "control_characters": lambda: "\x1b[31m\r\n\x00\u202e\ud800 passed",
    "surrogate_bytes": lambda: b"\xff\x00" * 10**6,
    "huge_view": lambda: np.broadcast_to(0.5, (10**6, 10**6)),
    "many_axes": lambda: np.zeros((1,) * 40 + (5,) * 8),
    "many_long_axes": lambda: np.broadcast_to(np.zeros(1), (6,) * 20),
    "empty_array": lambda: np.zeros((0, 3, 0)),
    "scalar_array": lambda: np.array(5),
    "masked": lambda: np.ma.masked,
    "masked_array": lambda: np.ma.array([1.0, 2.0], mask=[True, False]),
    "matrix": lambda: np.zeros((2, 3)).view(np.matrix),
    "recarray": lambda: np.rec.array([(1, "a")], dtype=[("x", int), ("y", "U1")]),
    "structured_with_objects": lambda: np.array([(liar(object),)], [("x", object)]),
    "void": lambda: np.void(b"abc"),
    "datetimes": lambda: np.array(["NaT", "2020-01-01"], "M8[D]"),
    "long_double": lambda: np.longdouble("1e4000"),
    "strings": lambda: np.array(["x" * 10_000]),
    "memmap_like": lambda: np.frombuffer(b"12345678" * 2),
    "random_generator": lambda: np.random.default_rng(0),
    "dtype": lambda: np.dtype(float),
    "ufunc": lambda: np.add,
    "module": lambda: sys,
    "path": lambda: pathlib.Path("/"),
    "fraction": lambda: fractions.Fraction(1, 3),
    "decimal": lambda: decimal.Decimal("sNaN"),
    "date": lambda: datetime.date(2020, 1, 1),
    "exception": lambda: Lies(),
    "stop": lambda: StopIteration,
    "generator": lambda: (n for n in range(3)),
    "coroutine": later,
    "iterator": lambda: iter([]),
    "dict_views": lambda: {1: 2}.keys(),
    "default_dict": lambda: collections.defaultdict(lie),
    "counter": lambda: collections.Counter("aab"),
    "deque": lambda: collections.deque([1]),
    "memory": lambda: memoryview(b"abc"),
    "slice": lambda: slice(liar(object), None),
    "ellipsis_inside": lambda: (..., 1),
    "not_implemented": lambda: NotImplemented,
    "parameter": lambda: torch.nn.Parameter(torch.zeros(2, 3)),
    "with_gradient": lambda: torch.zeros(2, requires_grad=True) * 2,
    "sparse": lambda: torch.zeros(2, 3).to_sparse(),
    "meta": lambda: torch.zeros(2, 3, device="meta"),
    "quantised": lambda: torch.quantize_per_tensor(torch.zeros(3), 0.1, 0, torch.quint8),
    "float8": lambda: torch.zeros(3).to(torch.float8_e4m3fn),
    "half_complex": lambda: torch.zeros(3, dtype=torch.float16).to(torch.complex32),
    "conjugate": lambda: torch.zeros(3, dtype=torch.complex64).conj(),
    "huge_tensor": lambda: torch.zeros(1).expand(10**6, 10**6),
    "size": lambda: torch.Size([2, 3]),
    "torch_dtype": lambda: torch.float32,
    "layer": lambda: torch.nn.Linear(1, 1),
    "class_with_bad_name": lambda: type("\x1b[31m\n", (), {})(),
}  # fmt: skip
RIGHT = [3, 2.5, True, None, "x", b"x", 1j, (1, 2), [1.0, 2.0], {"a": 1}, {1, 2}, range(3), np.zeros((2, 3)),
         np.array([1, 2]), np.array(["a"]), np.array([None, 1], object), torch.zeros(2, 3), torch.tensor([1]),
         (np.zeros(2), 3)]  # fmt: skip
each_value = pytest.mark.parametrize("make", NASTY.values(), ids=NASTY)


def tell(value, rights=RIGHT):
    """All that is told of a value, in text, in HTML and as JSON."""
    call = written_call("f", ["x"], (value,), {})
    findings = tuple(filter(None, (compare(value, right) for right in rights)))
    result = Result("a-f", "failed", 2, 1, call=call, expected=shown(3), got=shown(value), findings=findings)
    facts = json.loads(json.dumps(result.to_json()))
    assert Result.from_json(facts) == result
    text = str(result)
    assert text.isascii() or text.encode("utf-8")
    assert not [line for line in text.splitlines() if len(line) > 1200]
    assert all(character.isprintable() or character == "\n" for character in text)
    assert len(text) < 40_000
    assert _words.html(result)
    return text


@each_value
def test_any_answer_can_be_compared_shown_and_told(make):
    outcome = call(lambda: make(), (), {}, seconds=60)
    assert outcome.ended == ""
    tell(outcome.value)
    for right in RIGHT:
        alike(outcome.value, right)
        same(outcome.value, right)
    assert alike(outcome.value, outcome.value) or make in (NASTY["decimal"],)


@each_value
def test_any_value_can_be_shown_and_compared_as_it_is(make):
    tell(make(), RIGHT[:2])
    compare(make(), 3)
    same(make(), make())


@each_value
def test_what_is_frozen_stays_as_it_is(make):
    frozen = freeze(make())
    assert same(frozen, freeze(frozen))
    assert "0x" not in json.dumps(shown(frozen)) or make in (NASTY["void"], NASTY["surrogate_bytes"])


@pytest.mark.parametrize(
    "error",
    [Lies, StopIteration, GeneratorExit, KeyboardInterrupt, SystemExit, MemoryError, RecursionError, AssertionError,
     NotImplementedError, type("Own", (Lies,), LIES)],
)  # fmt: skip
def test_any_exception_ends_the_call_alone(error):
    def student(x):
        raise error

    outcome = call(student, (1,), {}, seconds=60)
    assert outcome.ended in ("raised", "unanswered")
    assert json.dumps(outcome.problem.to_json())
    assert _words.say(outcome.problem)


@pytest.mark.parametrize("method", ["__init__", "__call__", "__signature__", "__wrapped__", "__name__"])
def test_any_callable_can_be_called(method):
    with suppress(Lies):
        function = type("Sly", (), {"__call__": lambda self, x: x, method: property(lie)})()
        assert call(function, (1,), {}, seconds=60).ended in ("", "raised", "misfit")


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers()
NUMBERS = arrays.arrays(
    st.sampled_from([np.int8, np.uint64, np.float16, np.float32, np.float64, np.complex64, bool, "U3", "M8[s]"]),
    arrays.array_shapes(min_dims=0, min_side=0, max_side=3),
)
VALUES = st.recursive(
    PLAIN | NUMBERS | st.sampled_from(RIGHT),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=2), inner,
                                                                                          max_size=2),
    max_leaves=4,
)  # fmt: skip


@hypothesis.settings(max_examples=150, deadline=None, derandomize=True, database=None,
                     suppress_health_check=[*hypothesis.HealthCheck])  # fmt: skip
@hypothesis.given(st.sampled_from([*NASTY.values()]) | VALUES.map(lambda value: lambda: value), VALUES)
def test_anything_against_anything(make, expected):
    got = make()
    finding = compare(got, expected)
    if finding:
        assert json.dumps(finding.to_json())
        _words.say(finding)
    assert compare(expected, expected) is None
    assert isinstance(same(got, expected), bool)


QUESTIONS = checks.questions()


@each_value
def test_any_answer_to_any_question_is_just_wrong(make):
    for name in ("output_size", "same_padding", "find_padding"):  # a number, two outputs, a judge
        result = QUESTIONS[f"arithmetic-{name}"].run(lambda *_, **__: make(), cases=1)
        assert result.status in ("failed", "not answered")
        assert str(result)
        assert json.dumps(result.to_json())


VALUES_OF_MANY_KINDS = [None, ..., "x", float("nan"), float("inf"), -1, 10**5000, True, np.zeros(2), (1, 2), (1.5, "a"),
                        np.uint8(255), -(10**400), 1e308, (10**5000, -(10**5000)), (True, None)]  # fmt: skip


@pytest.mark.parametrize("number", range(len(VALUES_OF_MANY_KINDS)))
def test_a_judge_meets_any_kind_of_answer(number):
    for question in QUESTIONS.values():
        result = question.run(lambda *_, **__: VALUES_OF_MANY_KINDS[number], seed=3, cases=20)
        assert json.dumps(result.to_json())
        assert str(result)
