import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from cnnbook.functional import leaky_relu, leaky_relu_backward


def test_by_hand():
    x = np.array([-8.0, 0, 3])
    np.testing.assert_array_equal(leaky_relu(x, negative_slope=0.25), [-2, 0, 3])
    np.testing.assert_array_equal(leaky_relu_backward(np.full(3, 4.0), x, negative_slope=0.25)[0], [1, 1, 4])
    np.testing.assert_array_equal(leaky_relu(np.array([-100.0])), [-1])  # the slope is 0.01 unless said otherwise


@pytest.mark.torch
@given(
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    slope=st.floats(-1, 2, allow_subnormal=False),
    seed=st.integers(0, 99),
)
def test_agrees_with_torch(assert_like_torch, shape, slope, seed):
    x = np.random.default_rng(seed).integers(-2, 3, shape).astype(float)  # zeros too
    assert_like_torch(
        lambda x: leaky_relu(x, negative_slope=slope),
        lambda grad_output, x: leaky_relu_backward(grad_output, x, negative_slope=slope),
        lambda x: F.leaky_relu(x, slope),
        x,
    )


def test_agrees_with_differences(assert_like_differences):
    x = np.random.default_rng(0).standard_normal((2, 3, 5))
    assert_like_differences(leaky_relu, leaky_relu_backward, x)


def test_nan_and_infinities_are_torchs():
    x = np.array([np.nan, np.inf, -np.inf])
    tensor = torch.tensor(x, requires_grad=True)
    F.leaky_relu(tensor).sum().backward()
    np.testing.assert_array_equal(leaky_relu(x), x)
    np.testing.assert_allclose(leaky_relu_backward(np.ones(3), x)[0], tensor.grad.numpy(), rtol=1e-12)


def test_float32_stays_float32_and_empty_stays_empty():
    x = np.array([-1.0, 2], np.float32)
    assert leaky_relu(x).dtype == leaky_relu_backward(x, x)[0].dtype == np.float32
    assert leaky_relu(x[:0]).shape == leaky_relu_backward(x[:0], x[:0])[0].shape == (0,)


def test_bad_input_is_refused():
    with pytest.raises(TypeError, match="x has dtype int64"):
        leaky_relu(np.array([1, 2]))
    with pytest.raises(TypeError, match=r"negative_slope must be a number, got '0\.1'"):
        leaky_relu(np.ones(2), negative_slope="0.1")
    with pytest.raises(ValueError, match="negative_slope nan is out of range: use negative_slope that is no NaN"):
        leaky_relu(np.ones(2), negative_slope=np.nan)
    with pytest.raises(ValueError, match=r"grad_output has shape \(1,\), but needs \(2,\)"):
        leaky_relu_backward(np.ones(1), np.ones(2))
