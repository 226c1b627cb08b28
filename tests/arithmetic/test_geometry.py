import pickle
import re
from dataclasses import FrozenInstanceError
from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from cnnbook.arithmetic import (
    Geometry,
    Padding,
    output_size,
    receptive_field,
    same_padding,
    transposed_output_size,
)

# What is given for an input of two axes, and for one of one axis, and what it means: (before, after) for each axis.
TWO_AXES = [
    (0, ((0, 0), (0, 0))), (1, ((1, 1), (1, 1))), (np.int8(1), ((1, 1), (1, 1))),
    ((1, 2), ((1, 1), (2, 2))), ([1, 2], ((1, 1), (2, 2))), ((np.uint8(1), 2), ((1, 1), (2, 2))),
    (Padding(0, 1), ((0, 1), (0, 1))), (same_padding(5, 4), ((1, 2), (1, 2))),
    (((0, 1), (1, 0)), ((0, 1), (1, 0))), ([[0, 1], [1, 0]], ((0, 1), (1, 0))),
    ((1, (0, 1)), ((1, 1), (0, 1))), ([(2, 0), 1], ((2, 0), (1, 1))),
    ((Padding(0, 1), 2), ((0, 1), (2, 2))), (same_padding((5, 7), (3, 2)), ((1, 1), (0, 1))),
    (((np.int64(0), 1), (1, np.uint16(0))), ((0, 1), (1, 0))),
]  # fmt: skip
ONE_AXIS = [
    (1, (1, 1)), ((1,), (1, 1)), ((0, 1), (0, 1)), ([0, 1], (0, 1)), (Padding(0, 1), (0, 1)), (((0, 1),), (0, 1)),
    ((Padding(2, 1),), (2, 1)), (same_padding((5,), (4,)), (1, 2)), ((np.int16(0), np.int64(3)), (0, 3)),
]  # fmt: skip
WRONG = [
    (1, 2, 3), (1, 2, 3, 4), (1,), (), ((1, 2, 3), 1), ((1,), 1), ((), 1), ((((0, 1), 1)), 0, 0), ((0, (0, 1)), 0),
    -1, (0, -1), ((0, -1), 0), Padding(-1, 0), 1.0, (1.0, 1), ((0, 1.0), 0), Padding(0, 0.5), True, (True, 1),
    ((0, False), 0), np.bool_(True), "same", ("same", 1), (("0", 1), 0), None, (None, 1), Padding((0, 1), (1, 0)),
    np.array([1, 2]), np.array(1), {1, 2}, 1 + 0j, b"1", range(2), float("nan"),
]  # fmt: skip


@pytest.mark.parametrize(("padding", "meaning"), TWO_AXES)
def test_padding_of_two_axes_means_one_thing(padding, meaning):
    geometry = Geometry((5, 7), (3, 2), padding=padding)
    assert geometry.padding == meaning
    assert all(isinstance(sides, Padding) for sides in geometry.padding)
    assert output_size((5, 7), (3, 2), padding=padding) == tuple(
        n + sum(sides) - k + 1 for n, k, sides in zip((5, 7), (3, 2), meaning, strict=True)
    )
    assert transposed_output_size((5, 7), (4, 6), padding=padding) == tuple(
        n + k - 1 - sum(sides) for n, k, sides in zip((5, 7), (4, 6), meaning, strict=True)
    )
    assert receptive_field([((3, 2), 1, padding)]).start == tuple(-before for before, _ in meaning)


@pytest.mark.parametrize(("padding", "meaning"), ONE_AXIS)
@pytest.mark.parametrize("wrap", [int, lambda n: (n,)], ids=["plain", "tuple"])
def test_padding_of_one_axis_means_one_thing(padding, meaning, wrap):
    def value(n):
        return n if isinstance(n, int) else n[0]

    geometry = Geometry(wrap(5), 3, padding=padding)
    assert geometry.padding in (meaning, (meaning,))
    assert value(geometry.output) == value(output_size(5, wrap(3), padding=padding)) == 3 + sum(meaning)
    assert value(transposed_output_size(5, wrap(5), padding=padding)) == 9 - sum(meaning)
    assert value(receptive_field([(wrap(3), 1, padding)]).start) == -meaning[0]


def test_a_pair_means_height_and_width_only_where_something_else_has_two_axes():
    assert output_size((5, 5), 3, padding=(0, 1)) == output_size(5, (3, 3), padding=(0, 1)) == (3, 5)
    assert output_size(5, 3, stride=(1, 1), padding=(0, 1)) == (3, 5)
    assert output_size(5, 3, padding=(0, 1)) == 4
    assert output_size(5, 3, padding=(0, 1, 2)) == (3, 5, 7)  # three axes of 5
    assert output_size(5, 3, padding=((0, 1), (1, 2))) == (4, 6)


@pytest.mark.parametrize("padding", WRONG, ids=repr)
@pytest.mark.parametrize(
    "call",
    [lambda padding: Geometry((5, 7), 3, padding=padding), lambda padding: output_size((5, 7), 3, padding=padding),
     lambda padding: transposed_output_size((5, 7), 3, padding=padding),
     lambda padding: receptive_field([((3, 3), 1, padding)])],
)  # fmt: skip
def test_any_other_padding_is_refused_by_name(call, padding):
    with pytest.raises((TypeError, ValueError), match="padding"):
        call(padding)


@pytest.mark.parametrize(
    ("padding", "message"),
    [((1, 2, 3, 4), "padding (1, 2, 3, 4) has 4 entries, but needs 2: give each axis an integer or (before, after)"),
     (((1, 2, 3), 1), "padding (1, 2, 3) of an axis has 3 entries: use (before, after)"),
     ("same", "padding 'same' is a word: use the numbers that cnnbook.arithmetic.same_padding returns"),
     ((0, 2.0), "padding must be an integer, got 2.0 (float): use 2"),
     (np.float32(1), "padding must be an integer, got np.float32(1.0) (float32): use 1"),
     (True, "padding must be an integer, got True (bool): use a whole number")],
)  # fmt: skip
def test_what_is_wrong_with_a_padding_is_said(padding, message):
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        output_size((5, 7), 3, padding=padding)


def test_messages_count_both_sides():
    message = "kernel 7 does not fit in padded input 6 (size 5 + 0 + 1): use 2 pixels of padding or a smaller kernel"
    with pytest.raises(ValueError, match=re.escape(message)):
        output_size(5, 7, padding=(0, 1))
    message = "padding (1, 2) leaves nothing of output 3 (3 - 1 - 2 = 0): use less of it"
    with pytest.raises(ValueError, match=re.escape(message)):
        transposed_output_size(1, 3, padding=(1, 2))


small = st.integers(1, 4)


@given(*[st.tuples(*[numbers] * 2) for numbers in (st.integers(1, 30), st.integers(1, 7), small, small)])
def test_what_same_padding_returns_is_taken_as_it_is(size, kernel, stride, dilation):
    options = {"stride": stride, "dilation": dilation}
    expected = tuple(-(-n // s) for n, s in zip(size, stride, strict=True))
    same = same_padding(size, kernel, **options)
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    if all(span >= s for span, s in zip(spans, stride, strict=True)):  # else windows skip pixels, also at the end
        assert output_size(size, kernel, padding=same, **options) == expected
        one = {name: value[0] for name, value in options.items()}
        padding = same_padding(size[0], kernel[0], **one)
        assert output_size(size[0], kernel[0], padding=padding, **one) == expected[0]
        assert output_size((size[0],) * 2, kernel[0], padding=padding, **one) == (expected[0],) * 2
    back = transposed_output_size(output_size(size, kernel, padding=same, **options), kernel, padding=same, **options)
    lost = [(n + sum(p) - span) % s for n, p, span, s in zip(size, same, spans, stride, strict=True)]
    assert tuple(n + rest for n, rest in zip(back, lost, strict=True)) == size


def test_the_issues_pair_is_no_longer_read_as_height_and_width():
    assert output_size(384, 7, stride=2, padding=same_padding(384, 7, stride=2)) == 192


def test_a_padding_is_a_pair_too():
    padding = same_padding(5, 4)
    before, after = padding
    assert (before, after) == padding == (1, 2) == tuple(padding)
    assert hash(padding) == hash((1, 2))
    assert (padding.before, padding.after, type(before)) == (1, 2, int)
    assert repr(padding) == "Padding(before=1, after=2)"
    assert isinstance(pickle.loads(pickle.dumps(padding)), Padding)
    assert same_padding((5, 7), (4, 2)) == ((1, 2), (0, 1))


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(1, 3), st.tuples(st.integers(0, 2), st.integers(0, 2)), small),
        min_size=1, max_size=3,
    )
)  # fmt: skip
def test_one_sided_padding_moves_the_receptive_field_as_counting_says(layers):
    """Walk down from unit 0: it sees pixels -before, -before + dilation, ... of the layer below."""
    seen = {0}
    for kernel, stride, (before, _), dilation in reversed(layers):
        seen = {unit * stride - before + tap * dilation for unit in seen for tap in range(kernel)}
    field = receptive_field(layers)
    assert (field.start, field.size) == (min(seen), max(seen) - min(seen) + 1)
    geometries = [Geometry(99, k, stride=s, padding=p, dilation=d) for k, s, p, d in layers]
    assert receptive_field(geometries) == field


def test_geometry_keeps_what_it_was_given_checked():
    geometry = Geometry((11, np.int8(7)), 3, stride=[2, 1], padding=(1, (0, 2)), dilation=2, groups=np.int64(4))
    assert geometry.kernel == (3, 3)
    assert geometry.stride == (2, 1)
    assert geometry.padding == ((1, 1), (0, 2))
    assert (geometry.span, geometry.padded, geometry.output) == ((5, 5), (13, 9), (5, 5))
    assert (geometry.groups, type(geometry.size[1]), type(geometry.groups)) == (4, int, int)
    assert geometry == Geometry((11, 7), (3, 3), stride=(2, 1), padding=((1, 1), (0, 2)), dilation=(2, 2), groups=4)
    assert geometry != Geometry((11, 7), 3, stride=(2, 1), padding=(1, (2, 0)), dilation=2, groups=4)
    with pytest.raises(FrozenInstanceError):
        geometry.stride = 3
    plain = Geometry(7, 3, stride=2)
    assert (plain.size, plain.span, plain.padded, plain.output, plain.padding) == (7, 3, 7, 3, (0, 0))
    with pytest.raises(ValueError, match="groups 0 is too small"):
        Geometry(7, 3, groups=0)


def test_ceil_mode_takes_and_refuses_what_torch_does():
    """Every small pooling, also with a kernel larger than the input."""
    answers = []
    for size, kernel, stride, dilation in product(range(1, 8), range(1, 8), range(1, 6), range(1, 4)):
        for padding, ceil_mode in product(range(kernel // 2 + 1), (False, True)):
            options = {"stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": ceil_mode}
            x = torch.empty(1, 1, size, device="meta")
            try:
                expected = F.max_pool1d(x, kernel, **options).shape[-1]
            except RuntimeError:
                expected = None
            try:
                answer = output_size(size, kernel, **options)
            except ValueError:
                answer = None
            assert answer == expected, (size, kernel, options)
            answers.append((answer, size + 2 * padding < dilation * (kernel - 1) + 1))
    assert {(None, True), (1, True)} <= set(answers)  # a kernel that is too large: refused, and taken
    assert output_size(2, 3, stride=2, ceil_mode=True) == 1


@pytest.mark.parametrize("ceil_mode", ["False", "", 1, 0, None, [], np.array([True]), np.int64(1)])
def test_ceil_mode_is_a_flag(ceil_mode):
    with pytest.raises(TypeError, match="ceil_mode must be True or False"):
        output_size(7, 3, ceil_mode=ceil_mode)


def test_numpys_flags_and_integers_of_any_width_count():
    assert output_size(8, 3, stride=2, ceil_mode=np.True_) == 4
    for kind in (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint64):
        hundred, two = kind(100), kind(2)
        assert output_size(hundred, two, padding=hundred) == 299  # 300 is beyond int8 and uint8
        assert transposed_output_size(hundred, hundred, stride=hundred) == 10_000
        assert sum(same_padding(hundred, hundred, dilation=two)) == 198
        assert receptive_field([(hundred, hundred), (hundred, hundred)]).size == 10_000
        for number in (output_size(hundred, two), *same_padding(hundred, two), *receptive_field([(hundred,)])):
            assert type(number) is int
