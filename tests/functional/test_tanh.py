import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cnnbook.functional import tanh, tanh_backward


def test_by_hand():
    x = np.array([0.0, np.log(3)])  # (3 - 1/3) / (3 + 1/3) = 4/5, and the slope there is 1 - 16/25
    np.testing.assert_allclose(tanh(x), [0, 0.8], rtol=1e-15)
    np.testing.assert_allclose(tanh_backward(np.array([2.0, 25.0]), x)[0], [2, 9], rtol=1e-14)


@pytest.mark.torch
@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=4), seed=st.integers(0, 99))
def test_agrees_with_torch(assert_like_torch, shape, seed):
    x = 3 * np.random.default_rng(seed).standard_normal(shape)
    assert_like_torch(tanh, tanh_backward, torch.tanh, x)


def test_agrees_with_differences(assert_like_differences):
    x = np.random.default_rng(0).standard_normal((2, 3, 5))
    assert_like_differences(tanh, tanh_backward, x)


def test_far_out_it_is_flat_and_nan_stays_nan():
    x = np.array([-1000.0, 1000, -np.inf, np.inf, np.nan])
    np.testing.assert_array_equal(tanh(x), [-1, 1, -1, 1, np.nan])
    np.testing.assert_array_equal(tanh_backward(np.ones(5), x)[0], [0, 0, 0, 0, np.nan])


def test_float32_stays_float32_and_empty_stays_empty():
    x = np.array([-1.0, 2], np.float32)
    assert tanh(x).dtype == tanh_backward(x, x)[0].dtype == np.float32
    assert tanh(x[:0]).shape == tanh_backward(x[:0], x[:0])[0].shape == (0,)


def test_bad_input_is_refused():
    with pytest.raises(TypeError, match="x has dtype int64"):
        tanh(np.array([1, 2]))
    with pytest.raises(TypeError, match="x must be a NumPy array, got NoneType"):
        tanh(None)
    with pytest.raises(TypeError, match="grad_output is float32"):
        tanh_backward(np.ones(2, np.float32), np.ones(2))
