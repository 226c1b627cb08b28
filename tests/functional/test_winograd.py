import re
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnbook.functional import conv2d, conv2d_backward, conv2d_winograd, conv2d_winograd_backward


@st.composite
def convolutions(draw):
    padding = draw(st.tuples(st.integers(0, 4), st.integers(0, 4)))
    size = [draw(st.integers(max(1, 3 - 2 * p), 12)) for p in padding]
    n, c_in, c_out = (draw(st.integers(1, 3)) for _ in range(3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    bias = rng.standard_normal(c_out) if draw(st.booleans()) else None
    return (rng.standard_normal((n, c_in, *size)), rng.standard_normal((c_out, c_in, 3, 3)), bias), padding


@pytest.mark.torch
@given(arguments=convolutions(), tile=st.sampled_from([2, 4]), at_once=st.sampled_from([1, 5, 128]))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_agrees_with_pytorch(torch_reference, assert_close, arguments, tile, at_once):
    import torch

    arrays, padding = arguments
    copies = [None if array is None else array.copy() for array in arrays]
    with mock.patch.dict(conv2d_winograd.__globals__, _TILES_AT_ONCE=at_once):
        output = conv2d_winograd(*arrays, padding=padding, tile=tile)
        grad_output = np.random.default_rng(0).standard_normal(output.shape)
        gradients = conv2d_winograd_backward(grad_output, *arrays, padding=padding, tile=tile)
    expected, expected_gradients = torch_reference(
        lambda *tensors: torch.nn.functional.conv2d(*tensors, padding=padding), arrays, grad_output
    )
    assert_close(output, expected)
    for actual, gradient in zip(gradients, expected_gradients, strict=True):
        assert_close(actual, gradient)
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("tile", [2, 4])
def test_one_tile_by_hand(tile):
    x, weight = np.zeros((1, 1, tile + 2, tile + 2)), np.arange(1.0, 10).reshape(1, 1, 3, 3)
    x[0, 0, 2, 2] = 1.0  # one pixel: the output is the kernel, turned by half a turn, as far as it reaches
    turned = np.zeros((tile + 2, tile + 2))
    turned[:3, :3] = [[9, 8, 7], [6, 5, 4], [3, 2, 1]]
    np.testing.assert_allclose(conv2d_winograd(x, weight, tile=tile)[0, 0], turned[:tile, :tile], atol=1e-12)


@pytest.mark.parametrize("tile", [2, 4])
def test_backward_by_finite_differences(tile, numeric_gradient, assert_close):
    rng = np.random.default_rng(5)
    arrays = rng.standard_normal((2, 2, 5, 7)), rng.standard_normal((3, 2, 3, 3)), rng.standard_normal(3)
    options = {"padding": (1, 0), "tile": tile}
    grad_output = rng.standard_normal((2, 3, 5, 5))
    gradients = conv2d_winograd_backward(grad_output, *arrays, **options)
    for index, gradient in enumerate(gradients):
        numeric = numeric_gradient(lambda *moved: conv2d_winograd(*moved, **options), arrays, index, grad_output)
        assert_close(gradient, numeric, 1e-7)


def test_float32_loses_what_the_lesson_says(assert_close):
    rng = np.random.default_rng(0)
    arrays = rng.standard_normal((1, 64, 14, 14)), rng.standard_normal((16, 64, 3, 3)), rng.standard_normal(16)
    grad_output = rng.standard_normal((1, 16, 14, 14))
    exact = conv2d(*arrays, padding=1), *conv2d_backward(grad_output, *arrays, padding=1)
    single = [array.astype(np.float32) for array in arrays]
    for tile, least, most in ((2, 1e-8, 3e-6), (4, 1e-6, 3e-5)):
        output = conv2d_winograd(*single, padding=1, tile=tile)
        gradients = conv2d_winograd_backward(grad_output.astype(np.float32), *single, padding=1, tile=tile)
        for actual, expected in zip((output, *gradients), exact, strict=True):
            assert_close(actual, expected.astype(np.float32), most)
        assert np.abs(output - exact[0]).max() / np.abs(exact[0]).max() > least


def test_an_empty_batch_stays_empty():
    x, weight, bias = np.empty((0, 2, 5, 7), np.float32), np.ones((3, 2, 3, 3), np.float32), np.ones(3, np.float32)
    output = conv2d_winograd(x, weight, bias)
    assert output.shape == (0, 3, 3, 5)
    gradients = conv2d_winograd_backward(output, x, weight, bias)
    assert [gradient.shape for gradient in gradients] == [x.shape, weight.shape, bias.shape]
    assert not gradients[1].any()


def test_nan_spreads_over_its_tiles_and_no_further():
    x = np.ones((1, 1, 10, 10))
    x[0, 0, 9, 9] = np.nan  # seen by the last tile of 2x2 alone
    output = conv2d_winograd(x, np.ones((1, 1, 3, 3)), tile=2)[0, 0]
    assert np.isnan(output[6:, 6:]).any()
    assert not np.isnan(output[:6]).any()
    assert not np.isnan(output[:, :6]).any()


X, W = np.ones((2, 4, 5, 7)), np.ones((6, 4, 3, 3))


@pytest.mark.parametrize(
    ("arrays", "options", "error", "message"),
    [((X, W[..., :2]), {}, ValueError, "weight has a kernel of (3, 2), but these tiles are for (3, 3): use conv2d"),
     ((X, W), {"tile": 6}, ValueError, "tile 6 is unknown: use 2 or 4"),
     ((X, W), {"padding": -1}, ValueError, "padding -1 is too small"),
     ((X, W[:, :2]), {}, ValueError, "so it takes 2 x 1 groups = 2 channels, but x has 4"),
     ((X, W.astype(np.float32)), {}, TypeError, "x is float64 but weight is float32")],
)  # fmt: skip
def test_bad_input_is_refused(arrays, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        conv2d_winograd(*arrays, **options)


def test_a_gradient_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=re.escape("grad_output has shape (2, 4, 5, 7), but needs (2, 6, 3, 5)")):
        conv2d_winograd_backward(X, X, W)
