import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cnnbook.functional import sigmoid, sigmoid_backward


def test_by_hand():
    x = np.array([-np.log(3), 0, np.log(3)])
    np.testing.assert_allclose(sigmoid(x), [1 / 4, 1 / 2, 3 / 4], rtol=1e-15)
    np.testing.assert_allclose(sigmoid_backward(np.full(3, 16.0), x)[0], [3, 4, 3], rtol=1e-15)


@pytest.mark.torch
@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=4), seed=st.integers(0, 99))
def test_agrees_with_torch(assert_like_torch, shape, seed):
    x = 5 * np.random.default_rng(seed).standard_normal(shape)
    assert_like_torch(sigmoid, sigmoid_backward, torch.sigmoid, x)


def test_agrees_with_differences(assert_like_differences):
    x = np.random.default_rng(0).standard_normal((2, 3, 5))
    assert_like_differences(sigmoid, sigmoid_backward, x)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_out_nothing_overflows_and_nan_stays_nan(dtype):
    x = np.array([-1000, 1000, -np.inf, np.inf, np.nan], dtype)
    np.testing.assert_array_equal(sigmoid(x), np.array([0, 1, 0, 1, np.nan], dtype))
    np.testing.assert_array_equal(sigmoid_backward(np.ones(5, dtype), x)[0], np.array([0, 0, 0, 0, np.nan], dtype))


def test_small_probabilities_and_slopes_keep_their_digits():
    np.testing.assert_allclose(sigmoid(np.array([-100.0])), np.exp([-100.0]), rtol=1e-15)
    np.testing.assert_allclose(sigmoid_backward(np.ones(1), np.array([100.0]))[0], np.exp([-100.0]), rtol=1e-15)


def test_float32_stays_float32_and_empty_stays_empty():
    x = np.array([-1.0, 2], np.float32)
    assert sigmoid(x).dtype == sigmoid_backward(x, x)[0].dtype == np.float32
    assert sigmoid(x[:0]).shape == sigmoid_backward(x[:0], x[:0])[0].shape == (0,)


def test_bad_input_is_refused():
    with pytest.raises(TypeError, match="x has dtype object"):
        sigmoid(np.array([1.0, None]))
    with pytest.raises(TypeError, match="x must be a NumPy array, got Tensor"):
        sigmoid(torch.ones(2))
    with pytest.raises(ValueError, match=r"grad_output has shape \(1,\), but needs \(2,\)"):
        sigmoid_backward(np.ones(1), np.ones(2))
