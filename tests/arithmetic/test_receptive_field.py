import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnbook.arithmetic import ReceptiveField, receptive_field

VGG_BLOCK = {2: [(3, 1, 1, 1)] * 2 + [(2, 2, 0, 1)], 3: [(3, 1, 1, 1)] * 3 + [(2, 2, 0, 1)]}


def pixels_seen(layers, unit):
    """Which input pixels reach a unit, by following every tap of every layer down."""
    units = {unit}
    for kernel, stride, padding, dilation in reversed(layers):
        units = {u * stride - padding + tap * dilation for u in units for tap in range(kernel)}
    return units


@pytest.mark.parametrize(
    ("layers", "expected"),
    [([], (1, 1, 0)), ([(3, 1, 1, 1)] * 2, (5, 1, -2)), ([(3, 1, 1, 1)] * 3, (7, 1, -3)), ([(3, 1, 0, 2)], (5, 1, 0)),
     ([(7, 2, 3, 1), (3, 2, 1, 1)], (11, 4, -5)),                             # ResNet's stem
     ([(5, 1, 0, 1), (2, 2, 0, 1), (5, 1, 0, 1), (2, 2, 0, 1)], (16, 4, 0))],  # LeNet-5 up to S4
)  # fmt: skip
def test_by_hand(layers, expected):
    assert receptive_field(layers) == expected


def test_vgg16_sees_196_pixels_before_its_last_pool():
    layers = VGG_BLOCK[2] * 2 + VGG_BLOCK[3] * 3
    assert receptive_field(layers[:-1]).size == 196
    assert receptive_field(layers) == (212, 32, -90)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 3)), max_size=4))
def test_it_spans_the_pixels_that_reach_a_unit(layers):
    field = receptive_field(layers)
    for unit in (0, 1, 5):
        seen = pixels_seen(layers, unit)
        assert min(seen) == field.start + unit * field.jump
        assert max(seen) - min(seen) + 1 == field.size


def test_axes_centre_and_defaults():
    assert receptive_field([((3, 2), (1, 2))]) == ((3, 2), (1, 2), (0, 0))
    assert receptive_field([(3,), ((5, 7), 2)]) == ((7, 9), (2, 2), (0, 0))
    assert ReceptiveField(4, 1, 0).centre == 1.5
    assert ReceptiveField((3, 4), (1, 1), (-1, 0)).centre == (0.0, 1.5)
    assert receptive_field(iter([(np.int64(3), 2)])).jump == 2


@pytest.mark.parametrize(
    ("layers", "error", "message"),
    [([3], TypeError, "layer 0 is 3: use a tuple (kernel, stride, padding, dilation), such as (3, 1, 1, 1)"),
     ([(3, 1), (3, 1, 0, 1, 1)], TypeError, "layer 1 is (3, 1, 0, 1, 1): use a tuple"),
     ([(3, 1), (3, 0)], ValueError, "layer 1: stride 0 is too small: use stride >= 1"),
     ([(3.5,)], TypeError, "layer 0: kernel must be an integer, got 3.5 (float): use a whole number"),
     ([((3, 3),), ((3, 3, 3),)], ValueError, "layers have different numbers of axes ([2, 3]): give each the same")],
)  # fmt: skip
def test_bad_layers_are_refused(layers, error, message):
    with pytest.raises(error, match=re.escape(message)):
        receptive_field(layers)
