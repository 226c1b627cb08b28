import re
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnbook import functional as F

FORMS = ["conv_transpose2d", "conv_transpose2d_direct"]


@st.composite
def transposed_convolutions(draw, most=6):
    """Arguments of a random transposed convolution in float64, with some output left after the padding is cut off."""
    pair = st.tuples(st.integers(1, 3), st.integers(1, 3))
    groups, kernel, stride, dilation, size = draw(st.integers(1, 3)), draw(pair), draw(pair), draw(pair), []
    padding, extra = [], []
    for k, s, d in zip(kernel, stride, dilation, strict=True):
        size.append(draw(st.integers(1, most)))
        extra.append(draw(st.integers(0, max(s, d) - 1)))
        full = (size[-1] - 1) * s + d * (k - 1) + 1 + extra[-1]
        padding.append(draw(st.integers(0, min(3, (full - 1) // 2))))
    c_in, c_out, n = (draw(st.integers(1, 3)) for _ in range(3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x = rng.standard_normal((n, c_in * groups, *size))
    weight = rng.standard_normal((c_in * groups, c_out, *kernel))
    bias = rng.standard_normal(c_out * groups) if draw(st.booleans()) else None
    options = {"stride": stride, "padding": tuple(padding), "output_padding": tuple(extra)}
    return (x, weight, bias), {**options, "dilation": dilation, "groups": groups}


@pytest.mark.torch
@given(
    arguments=transposed_convolutions(most=12),
    workspace=st.sampled_from([1 << 20, 1000, 1]),
)
@settings(max_examples=250, deadline=None, derandomize=True)
def test_agrees_with_pytorch(torch_reference, assert_close, arguments, workspace):
    import torch

    arrays, options = arguments
    copies = [None if array is None else array.copy() for array in arrays]
    with mock.patch("cnnbook.functional._convolve._WORKSPACE_BYTES", workspace):
        output = F.conv_transpose2d(*arrays, **options)
        grad_output = np.random.default_rng(0).standard_normal(output.shape)
        gradients = F.conv_transpose2d_backward(grad_output, *arrays, **options)
    expected, expected_gradients = torch_reference(
        lambda *tensors: torch.nn.functional.conv_transpose2d(*tensors, **options), arrays, grad_output
    )
    assert_close(output, expected)
    for actual, gradient in zip(gradients, expected_gradients, strict=True):
        assert_close(actual, gradient)
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@given(arguments=transposed_convolutions(most=4))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_the_loops_agree_with_the_fast_form(assert_close, arguments):
    arrays, options = arguments
    output = F.conv_transpose2d_direct(*arrays, **options)
    assert_close(F.conv_transpose2d(*arrays, **options), output)
    grad_output = np.random.default_rng(0).standard_normal(output.shape)
    expected = F.conv_transpose2d_backward(grad_output, *arrays, **options)
    for actual, gradient in zip(
        F.conv_transpose2d_direct_backward(grad_output, *arrays, **options), expected, strict=True
    ):
        assert_close(actual, gradient)


@pytest.mark.parametrize("name", FORMS)
def test_spread_by_hand(name):
    x, weight = np.array([[[[1.0, 10, 100]]]]), np.array([[[[1.0, 2, 3]]]])
    spread = getattr(F, name)
    assert spread(x, weight).tolist() == [[[[1, 12, 123, 230, 300]]]]
    assert spread(x, weight, stride=(1, 2)).tolist() == [[[[1, 2, 3 + 10, 20, 30 + 100, 200, 300]]]]
    assert spread(x, weight, stride=(1, 2), padding=(0, 1)).tolist() == [[[[2, 13, 20, 130, 200]]]]
    assert spread(x, weight, np.array([0.5]), stride=(1, 3), output_padding=(0, 1)).tolist() == [
        [[[1.5, 2.5, 3.5, 10.5, 20.5, 30.5, 100.5, 200.5, 300.5, 0.5]]]
    ]


@pytest.mark.parametrize("name", FORMS)
def test_groups_are_kept_apart(name):
    x = np.array([1.0, 10, 100, 1000]).reshape(1, 4, 1, 1)
    weight = np.array([[1.0, 2], [3, 4], [5, 6], [7, 8]]).reshape(4, 2, 1, 1)
    assert getattr(F, name)(x, weight, groups=2)[0, :, 0, 0].tolist() == [31, 42, 7500, 8600]


def test_it_is_the_transpose_of_conv2d():
    rng = np.random.default_rng(3)
    x, weight = rng.standard_normal((2, 4, 9, 8)), rng.standard_normal((6, 2, 3, 2))
    options = {"stride": (2, 3), "padding": (1, 0), "groups": 2}
    y = rng.standard_normal(F.conv2d(x, weight, **options).shape)
    back = F.conv_transpose2d(y, weight, output_padding=(0, 0), **options)
    assert back.shape == x.shape
    np.testing.assert_allclose(np.sum(F.conv2d(x, weight, **options) * y), np.sum(x * back))


def test_backward_by_finite_differences(numeric_gradient, assert_close):
    rng = np.random.default_rng(5)
    arrays = rng.standard_normal((2, 4, 3, 4)), rng.standard_normal((4, 3, 3, 2)), rng.standard_normal(6)
    options = {"stride": (2, 1), "padding": (1, 2), "output_padding": (1, 1), "dilation": (1, 2), "groups": 2}
    grad_output = rng.standard_normal(F.conv_transpose2d(*arrays, **options).shape)
    gradients = F.conv_transpose2d_backward(grad_output, *arrays, **options)
    for index, gradient in enumerate(gradients):
        numeric = numeric_gradient(
            lambda *moved: F.conv_transpose2d(*moved, **options), arrays, index, grad_output
        )
        assert_close(gradient, numeric, 1e-7)


def test_float32_stays_float32_and_an_empty_batch_stays_empty():
    weight, bias = np.ones((4, 3, 3, 2), np.float32), np.ones(3, np.float32)
    for n in (2, 0):
        x = np.ones((n, 4, 5, 7), np.float32)
        output = F.conv_transpose2d(x, weight, bias, stride=2)
        assert output.shape == (n, 3, 11, 14)
        gradients = F.conv_transpose2d_backward(output, x, weight, bias, stride=2)
        assert [gradient.shape for gradient in gradients] == [x.shape, weight.shape, bias.shape]
        assert {output.dtype, *(gradient.dtype for gradient in gradients)} == {np.dtype(np.float32)}


X, W = np.ones((2, 4, 5, 7)), np.ones((4, 3, 3, 2))


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    ("arrays", "options", "error", "message"),
    [((X, W.transpose(1, 0, 2, 3)), {}, ValueError,
      "weight has shape (3, 4, 3, 2), so it takes 3 channels, but x has 4: "
      "use a weight of shape (4, 4, 3, 2) (C_in comes first in a transposed convolution)"),
     ((X, W), {"groups": 3}, ValueError, "groups 3 does not divide C_in 4: use a divisor of 4"),
     ((X, W, np.ones(4)), {}, ValueError, "bias has shape (4,), but needs (3,) (one number an output channel)"),
     ((X, W), {"output_padding": 1}, ValueError, "output_padding 1 is too large: use less than stride 1"),
     ((X, W), {"padding": 4}, ValueError, "padding 4 leaves nothing of output 7"),
     ((X, W), {"padding": "same"}, TypeError, "padding 'same' is a word"),
     ((X, W.astype(int)), {}, TypeError, "weight has dtype int64, but needs float32 or float64"),
     ((X[0], W), {}, ValueError, "x has shape (4, 5, 7), 3 axes, but needs 4 (N, C_in, H, W)")],
)  # fmt: skip
def test_bad_input_is_refused(name, arrays, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        getattr(F, name)(*arrays, **options)


@pytest.mark.parametrize("name", FORMS)
def test_a_gradient_of_another_shape_is_refused(name):
    with pytest.raises(ValueError, match=re.escape("grad_output has shape (2, 4, 5, 7), but needs (2, 3, 7, 8)")):
        getattr(F, f"{name}_backward")(X, X, W)
