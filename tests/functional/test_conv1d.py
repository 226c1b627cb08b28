import re
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnbook.functional import conv1d, conv1d_backward


@pytest.mark.torch
@given(seed=st.integers(0, 2**32), workspace=st.sampled_from([1 << 20, 1000, 1]))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_agrees_with_pytorch(convolution_arguments, torch_reference, assert_close, seed, workspace):
    import torch

    arrays, options = convolution_arguments(seed, axes=1)
    copies = [None if array is None else array.copy() for array in arrays]
    with mock.patch("cnnbook.functional._convolve._WORKSPACE_BYTES", workspace):
        output = conv1d(*arrays, **options)
        grad_output = np.random.default_rng(0).standard_normal(output.shape)
        gradients = conv1d_backward(grad_output, *arrays, **options)
    expected, expected_gradients = torch_reference(
        lambda *tensors: torch.nn.functional.conv1d(*tensors, **options), arrays, grad_output
    )
    assert_close(output, expected)
    for actual, gradient in zip(gradients, expected_gradients, strict=True):
        assert_close(actual, gradient)
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_by_hand():
    x, weight, bias = np.array([[[1.0, 2, 4, 8, 16]]]), np.array([[[1.0, 10]]]), np.array([0.5])
    assert conv1d(x, weight, bias).tolist() == [[[21.5, 42.5, 84.5, 168.5]]]
    assert conv1d(x, weight, stride=2, padding=1).tolist() == [[[10, 42, 168]]]
    assert conv1d(x, weight, dilation=3).tolist() == [[[81, 162]]]
    grad_x, grad_weight, grad_bias = conv1d_backward(np.array([[[1.0, 100]]]), x, weight, bias, dilation=3)
    assert grad_x.tolist() == [[[1, 100, 0, 10, 1000]]]
    assert grad_weight.tolist() == [[[201, 1608]]]
    assert grad_bias.tolist() == [101]


def test_backward_by_finite_differences(numeric_gradient, assert_close):
    rng = np.random.default_rng(5)
    arrays = rng.standard_normal((2, 4, 7)), rng.standard_normal((6, 2, 3)), rng.standard_normal(6)
    options = {"stride": 2, "padding": 1, "dilation": 2, "groups": 2}
    grad_output = rng.standard_normal(conv1d(*arrays, **options).shape)
    gradients = conv1d_backward(grad_output, *arrays, **options)
    for index, gradient in enumerate(gradients):
        numeric = numeric_gradient(lambda *moved: conv1d(*moved, **options), arrays, index, grad_output)
        assert_close(gradient, numeric, 1e-7)


def test_float32_stays_float32_and_an_empty_batch_stays_empty():
    weight, bias = np.ones((6, 2, 3), np.float32), np.ones(6, np.float32)
    for n in (2, 0):
        x = np.ones((n, *(2, 4, 7)[1:]), np.float32)
        output = conv1d(x, weight, bias, groups=2)
        assert output.shape == (n, 6, *(5,))
        gradients = conv1d_backward(output, x, weight, bias, groups=2)
        assert [gradient.shape for gradient in gradients] == [x.shape, weight.shape, bias.shape]
        assert {output.dtype, *(gradient.dtype for gradient in gradients)} == {np.dtype(np.float32)}


X, W = np.ones((2, 4, 7)), np.ones((6, 2, 3))


@pytest.mark.parametrize(
    ("arrays", "options", "error", "message"),
    [((X[0], W), {}, ValueError, "x has shape (4, 7), 2 axes, but needs 3 (N, C_in, L)"),
     ((X, W[0]), {}, ValueError, "but needs 3 (C_out, C_in // groups, kL)"),
     ((X, W), {}, ValueError, "so it takes 2 x 1 groups = 2 channels, but x has 4"),
     ((X, W), {"groups": 2, "stride": (1, 2, 3, 4)}, ValueError, "stride (1, 2, 3, 4) has 4 entries, but needs 1"),
     ((X, W), {"groups": 2, "dilation": 9}, ValueError, "with dilation 9 spans"),
     ((X.astype(int), W), {}, TypeError, "x has dtype int64, but needs float32 or float64")],
)  # fmt: skip
def test_bad_input_is_refused(arrays, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        conv1d(*arrays, **options)


def test_a_gradient_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=re.escape("grad_output has shape (2, 4, 7), but needs (2, 6, 5)")):
        conv1d_backward(X, X, W, groups=2)
