import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from cnnbook.arithmetic import conv_macs, conv_parameters


@pytest.mark.parametrize(
    ("arguments", "options", "expected"),
    [((1, 6, 5), {}, 156),                                       # LeNet-5's C1: 6 x 25 + 6
     ((3, 96, 11), {"bias": False}, 34848),                      # AlexNet's first layer
     ((16, 32, 3), {"bias": False}, 4608),                       # the notes' standard convolution ...
     ((16, 16, 3), {"bias": False, "groups": 16}, 144),          # ... its depthwise part ...
     ((16, 32, 1), {"bias": False}, 512),                        # ... and its pointwise part: 656 together
     ((192, 32, 1), {"bias": False}, 6144), ((2, 3, (5,)), {}, 33), ((2, 3, (1, 2, 3)), {}, 39)],
)  # fmt: skip
def test_parameters_by_hand(arguments, options, expected):
    assert conv_parameters(*arguments, **options) == expected


@pytest.mark.parametrize(
    ("arguments", "options", "expected"),
    [((1, 6, 5, 28), {}, 117_600), ((3, 96, 11, 55), {}, 105_415_200), ((8, 8, (3, 2), (4, 5)), {"groups": 4}, 1920)],
)
def test_macs_by_hand(arguments, options, expected):
    assert conv_macs(*arguments, **options) == expected


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.booleans())
def test_costs_are_torchs(a, b, groups, k_height, k_width, bias):
    c_in, c_out = a * groups, b * groups
    layer = torch.nn.Conv2d(c_in, c_out, (k_height, k_width), groups=groups, bias=bias, device="meta")
    options = {"groups": groups}
    counted = conv_parameters(c_in, c_out, (k_height, k_width), bias=bias, **options)
    assert counted == sum(p.numel() for p in layer.parameters())
    with FlopCounterMode(display=False) as counter:
        output = layer(torch.empty(1, c_in, 5, 7, device="meta"))
    macs = conv_macs(c_in, c_out, (k_height, k_width), tuple(output.shape[2:]), **options)
    assert 2 * macs == counter.get_total_flops()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [(lambda: conv_parameters(6, 4, 3, groups=4), ValueError, "groups 4 does not divide c_in 6: use a divisor of 6"),
     (lambda: conv_parameters(4, 6, 3, groups=4), ValueError, "groups 4 does not divide c_out 6: use a divisor of 6"),
     (lambda: conv_parameters(0, 6, 3), ValueError, "c_in 0 is too small: use c_in >= 1"),
     (lambda: conv_parameters(3, 6.0, 3), TypeError, "c_out must be an integer, got 6.0 (float): use 6"),
     (lambda: conv_parameters(3, 6, (3, 0)), ValueError, "kernel 0 is too small: use kernel >= 1"),
     (lambda: conv_parameters(3, 6, 3, groups=0), ValueError, "groups 0 is too small: use groups >= 1"),
     (lambda: conv_macs(3, 6, 3, 0), ValueError, "output 0 is too small: use output >= 1"),
     (lambda: conv_macs(3, 6, 3, (4, 5, 6)), ValueError,
      "kernel (3, 3) and output (4, 5, 6) have different numbers of axes: give each the same")],
)  # fmt: skip
def test_impossible_layers_are_refused(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()
