import re
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnbook.functional import conv2d, conv3d, conv3d_backward


@pytest.mark.torch
@given(seed=st.integers(0, 2**32), workspace=st.sampled_from([1 << 20, 1000, 1]))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_agrees_with_pytorch(convolution_arguments, torch_reference, assert_close, seed, workspace):
    import torch

    arrays, options = convolution_arguments(seed, axes=3)
    copies = [None if array is None else array.copy() for array in arrays]
    with mock.patch("cnnbook.functional._convolve._WORKSPACE_BYTES", workspace):
        output = conv3d(*arrays, **options)
        grad_output = np.random.default_rng(0).standard_normal(output.shape)
        gradients = conv3d_backward(grad_output, *arrays, **options)
    expected, expected_gradients = torch_reference(
        lambda *tensors: torch.nn.functional.conv3d(*tensors, **options), arrays, grad_output
    )
    assert_close(output, expected)
    for actual, gradient in zip(gradients, expected_gradients, strict=True):
        assert_close(actual, gradient)
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_by_hand():
    x = np.arange(1.0, 9).reshape(1, 1, 2, 2, 2)  # frames 1 2 / 3 4 and 5 6 / 7 8
    weight = np.array([1.0, 10, 100, 1000, 0, 0, 0, 1]).reshape(1, 1, 2, 2, 2)
    assert conv3d(x, weight, np.array([0.5])).ravel().tolist() == [1 + 20 + 300 + 4000 + 8 + 0.5]
    grad_x, grad_weight, grad_bias = conv3d_backward(np.full((1, 1, 1, 1, 1), 2.0), x, weight, np.zeros(1))
    assert grad_x.ravel().tolist() == [2, 20, 200, 2000, 0, 0, 0, 2]
    assert grad_weight.ravel().tolist() == [2, 4, 6, 8, 10, 12, 14, 16]
    assert grad_bias.tolist() == [2]


def test_one_frame_is_conv2d(assert_close):
    rng = np.random.default_rng(4)
    x, weight = rng.standard_normal((2, 4, 5, 7)), rng.standard_normal((6, 4, 3, 2))
    assert_close(conv3d(x[:, :, None], weight[:, :, None])[:, :, 0], conv2d(x, weight))


def test_backward_by_finite_differences(numeric_gradient, assert_close):
    rng = np.random.default_rng(5)
    arrays = rng.standard_normal((2, 4, 3, 4, 5)), rng.standard_normal((6, 2, 2, 3, 2)), rng.standard_normal(6)
    options = {"stride": (1, 2, 1), "padding": (1, 1, 0), "dilation": (1, 1, 2), "groups": 2}
    grad_output = rng.standard_normal(conv3d(*arrays, **options).shape)
    gradients = conv3d_backward(grad_output, *arrays, **options)
    for index, gradient in enumerate(gradients):
        numeric = numeric_gradient(lambda *moved: conv3d(*moved, **options), arrays, index, grad_output)
        assert_close(gradient, numeric, 1e-7)


def test_float32_stays_float32_and_an_empty_batch_stays_empty():
    weight, bias = np.ones((6, 2, 2, 3, 2), np.float32), np.ones(6, np.float32)
    for n in (2, 0):
        x = np.ones((n, *(2, 4, 3, 4, 5)[1:]), np.float32)
        output = conv3d(x, weight, bias, groups=2)
        assert output.shape == (n, 6, *(2, 2, 4))
        gradients = conv3d_backward(output, x, weight, bias, groups=2)
        assert [gradient.shape for gradient in gradients] == [x.shape, weight.shape, bias.shape]
        assert {output.dtype, *(gradient.dtype for gradient in gradients)} == {np.dtype(np.float32)}


X, W = np.ones((2, 4, 3, 4, 5)), np.ones((6, 2, 2, 3, 2))


@pytest.mark.parametrize(
    ("arrays", "options", "error", "message"),
    [((X[0], W), {}, ValueError, "x has shape (4, 3, 4, 5), 4 axes, but needs 5 (N, C_in, D, H, W)"),
     ((X, W[0]), {}, ValueError, "but needs 5 (C_out, C_in // groups, kD, kH, kW)"),
     ((X, W), {}, ValueError, "so it takes 2 x 1 groups = 2 channels, but x has 4"),
     ((X, W), {"groups": 2, "stride": (1, 2, 3, 4)}, ValueError, "stride (1, 2, 3, 4) has 4 entries, but needs 3"),
     ((X, W), {"groups": 2, "dilation": 9}, ValueError, "with dilation 9 spans"),
     ((X.astype(int), W), {}, TypeError, "x has dtype int64, but needs float32 or float64")],
)  # fmt: skip
def test_bad_input_is_refused(arrays, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        conv3d(*arrays, **options)


def test_a_gradient_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=re.escape("grad_output has shape (2, 4, 3, 4, 5), but needs (2, 6, 2, 2, 4)")):
        conv3d_backward(X, X, W, groups=2)
