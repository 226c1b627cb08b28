import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from cnnbook.arithmetic import output_size, same_padding, transposed_output_size

sizes, kernels, small = st.integers(1, 40), st.integers(1, 9), st.integers(1, 4)


def windows(size, kernel, stride, padding, dilation):
    """Count the windows by sliding one along the padded input."""
    end = size + padding
    return [p for p in range(-padding, end, stride) if p + dilation * (kernel - 1) < end]


@pytest.mark.parametrize(
    ("size", "kernel", "options", "expected"),
    [
        (6, 3, {}, 4),                                          # the notes' edge detector: 6x6 with 3x3 gives 4x4
        (6, 3, {"padding": 1}, 6),
        ((28, 31), (5, 5), {"padding": 2, "stride": 3}, (10, 11)),  # the notes' exercise
        (227, 11, {"stride": 4}, 55),                           # AlexNet
        (224, 7, {"stride": 2, "padding": 3}, 112),             # ResNet's stem
        (7, 3, {"dilation": 2}, 3),
        (7, 7, {}, 1),
        (1, 1, {}, 1),
        (112, 3, {"stride": 2}, 55),                            # GoogLeNet's pool: floor ...
        (112, 3, {"stride": 2, "ceil_mode": True}, 56),         # ... and ceil
        (5, 1, {"stride": 4, "padding": 1, "ceil_mode": True}, 2),  # a third window would start in the padding after it
    ],
)  # fmt: skip
def test_output_size_by_hand(size, kernel, options, expected):
    assert output_size(size, kernel, **options) == expected


@given(sizes, kernels, small, st.integers(0, 4), small)
def test_output_size_counts_the_windows(size, kernel, stride, padding, dilation):
    found = windows(size, kernel, stride, padding, dilation)
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    if found:
        assert output_size(size, kernel, **options) == len(found)
    else:
        with pytest.raises(ValueError, match="does not fit"):
            output_size(size, kernel, **options)


@given(sizes, kernels, small, st.integers(0, 4), small, st.booleans())
def test_output_size_is_torchs(size, kernel, stride, padding, dilation, ceil_mode):
    if dilation * (kernel - 1) + 1 > size + 2 * padding or padding > kernel // 2:  # torch refuses these in a pooling
        return
    x = torch.empty(1, 1, size, device="meta")
    pooled = F.max_pool1d(x, kernel, stride, padding, dilation, ceil_mode=ceil_mode)
    options = {"stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": ceil_mode}
    assert output_size(size, kernel, **options) == pooled.shape[-1]


@given(sizes, kernels, small, st.integers(0, 4), st.integers(0, 3), small)
def test_transposed_output_size_is_torchs(size, kernel, stride, padding, output_padding, dilation):
    options = {"stride": stride, "padding": padding, "output_padding": output_padding, "dilation": dilation}
    x, weight = torch.zeros(1, 1, size), torch.zeros(1, 1, kernel)  # the meta device does not check options
    try:
        expected = F.conv_transpose1d(x, weight, **options).shape[-1]
    except RuntimeError:
        with pytest.raises(ValueError, match=r"output_padding|leaves nothing"):
            transposed_output_size(size, kernel, **options)
    else:
        assert transposed_output_size(size, kernel, **options) == expected


@given(sizes, kernels, small, st.integers(0, 2), small)
def test_transposed_undoes_output_size(size, kernel, stride, padding, dilation):
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    try:
        out = output_size(size, kernel, **options)
        lost = (size + 2 * padding - dilation * (kernel - 1) - 1) % stride
        back = transposed_output_size(out, kernel, output_padding=lost, **options)
    except ValueError:
        return
    assert back == size


@given(sizes, kernels, small, small)
def test_same_padding_gives_ceil_of_size_over_stride_and_no_smaller_one_does(size, kernel, stride, dilation):
    before, after = same_padding(size, kernel, stride=stride, dilation=dilation)
    total, span = before + after, dilation * (kernel - 1) + 1

    def out(total):
        return (size + total - span) // stride + 1

    assert out(total) == -(-size // stride) or (total == 0 and out(0) >= -(-size // stride))
    assert total == 0 or out(total - 1) < out(total)
    assert 0 <= after - before <= 1


@pytest.mark.parametrize(
    ("size", "kernel", "options", "expected"),
    [(5, 3, {}, (1, 1)), (5, 2, {}, (0, 1)), (6, 3, {"stride": 2}, (0, 1)), (7, 3, {"dilation": 2}, (2, 2)),
     (4, 1, {"stride": 3}, (0, 0)), (224, 7, {"stride": 2}, (2, 3))],
)  # fmt: skip
def test_same_padding_by_hand(size, kernel, options, expected):
    assert same_padding(size, kernel, **options) == expected


def test_tuples_and_integers_mix_and_numpy_integers_count():
    assert output_size((5, 7), 3, stride=(1, 2)) == (3, 3)
    assert output_size(7, (3, 2), padding=(1, 0)) == (7, 6)
    assert same_padding((5, 6), (3, 2)) == ((1, 1), (0, 1))
    assert transposed_output_size((2, 3), 2, stride=2) == (4, 6)
    result = output_size(np.int64(7), np.int32(3))
    assert result == 5
    assert type(result) is int


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: output_size(5, 7), "kernel 7 does not fit in padded input 5 (size 5 + 2 x 0): "
                                    "use padding >= 1 or a smaller kernel"),
        (lambda: output_size(5, 3, dilation=4, padding=1), "kernel 3 with dilation 4 spans 9 and does not fit "
                                    "in padded input 7 (size 5 + 2 x 1): use padding >= 2 or a smaller kernel or "
                                    "dilation"),
        (lambda: output_size((9, 5), 7), "kernel 7 does not fit in padded input 5"),
        (lambda: output_size(0, 1), "size 0 is too small: use size >= 1"),
        (lambda: output_size(5, 0), "kernel 0 is too small: use kernel >= 1"),
        (lambda: output_size(5, 3, stride=0), "stride 0 is too small: use stride >= 1"),
        (lambda: output_size(5, 3, padding=-1), "padding -1 is too small: use padding >= 0"),
        (lambda: output_size(5, 3, dilation=0), "dilation 0 is too small: use dilation >= 1"),
        (lambda: output_size((5, 7), (3, 3, 3)), "options have different numbers of axes: size (5, 7), "
                                    "kernel (3, 3, 3): give each one entry an axis"),
        (lambda: output_size((), 3), "size () is empty: give it one entry an axis, such as (3, 3)"),
        (lambda: same_padding(5, -3), "kernel -3 is too small: use kernel >= 1"),
        (lambda: transposed_output_size(5, 3, output_padding=1),
         "output_padding 1 is too large: use less than stride 1 or dilation 1, so at most 0"),
        (lambda: transposed_output_size(1, 3, padding=2),
         "padding 2 leaves nothing of output 3 (3 - 2 x 2 = -1): use padding <= 1"),
    ],
)  # fmt: skip
def test_impossible_settings_are_refused(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


@pytest.mark.parametrize(
    ("value", "message"),
    [(3.0, "kernel must be an integer, got 3.0 (float): use 3"),
     (2.5, "kernel must be an integer, got 2.5 (float): use a whole number"),
     (True, "kernel must be an integer, got True (bool)"), (None, "kernel must be an integer, got None (NoneType)"),
     ("3", "kernel must be an integer, got '3' (str)"),
     (np.float32(3), "kernel must be an integer, got np.float32(3.0) (float32)"),
     (float("nan"), "kernel must be an integer, got nan (float): use a whole number")],
)  # fmt: skip
def test_anything_but_an_integer_is_refused(value, message):
    with pytest.raises(TypeError, match=re.escape(message)):
        output_size(7, value)
