import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cnnbook.functional import relu, relu_backward


def test_by_hand():
    x = np.array([[-2.0, 0, 3]])
    np.testing.assert_array_equal(relu(x), [[0, 0, 3]])
    np.testing.assert_array_equal(relu_backward(np.array([[5.0, 6, 7]]), x)[0], [[0, 0, 7]])


@pytest.mark.torch
@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=4), seed=st.integers(0, 99))
def test_agrees_with_torch(assert_like_torch, shape, seed):
    x = np.random.default_rng(seed).integers(-2, 3, shape).astype(float)  # zeros too
    assert_like_torch(relu, relu_backward, torch.relu, x)


def test_agrees_with_differences(assert_like_differences):
    x = np.random.default_rng(0).standard_normal((2, 3, 5))
    assert_like_differences(relu, relu_backward, x)


def test_nan_and_infinities_are_torchs():
    x = np.array([np.nan, np.inf, -np.inf])
    tensor = torch.tensor(x, requires_grad=True)
    torch.relu(tensor).backward(torch.full((3,), 2.0, dtype=torch.float64))
    np.testing.assert_array_equal(relu(x), [np.nan, np.inf, 0])
    np.testing.assert_array_equal(relu_backward(np.full(3, 2.0), x)[0], tensor.grad.numpy())


def test_a_stopped_gradient_is_zero_even_if_it_was_infinite():
    np.testing.assert_array_equal(relu_backward(np.array([np.inf, np.nan]), np.array([-1.0, -1.0]))[0], [0, 0])


def test_float32_stays_float32_and_empty_stays_empty():
    x = np.array([-1.0, 2], np.float32)
    assert relu(x).dtype == relu_backward(x, x)[0].dtype == np.float32
    assert relu(x[:0]).shape == relu_backward(x[:0], x[:0])[0].shape == (0,)


def test_bad_input_is_refused():
    with pytest.raises(TypeError, match=r"x has dtype int64, but needs float32 or float64: use x.astype"):
        relu(np.array([1, 2]))
    with pytest.raises(TypeError, match="x must be a NumPy array, got float"):
        relu(1.0)
    with pytest.raises(ValueError, match=r"grad_output has shape \(1,\), but needs \(2,\)"):
        relu_backward(np.ones(1), np.ones(2))
