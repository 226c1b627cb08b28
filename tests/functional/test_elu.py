import numpy as np
import pytest
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from cnnbook.functional import elu, elu_backward


def test_by_hand():
    x = np.array([-np.log(4), 0, 3])  # exp(x) is 1/4
    np.testing.assert_allclose(elu(x, alpha=4), [-3, 0, 3], rtol=1e-15)
    np.testing.assert_allclose(elu_backward(np.full(3, 10.0), x, alpha=4)[0], [10, 40, 10], rtol=1e-15)


@pytest.mark.torch
@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=4), alpha=st.floats(0.1, 3), seed=st.integers(0, 99))
def test_agrees_with_torch(assert_like_torch, shape, alpha, seed):
    x = np.random.default_rng(seed).integers(-3, 4, shape) / 2  # zeros too
    assert_like_torch(
        lambda x: elu(x, alpha=alpha),
        lambda grad_output, x: elu_backward(grad_output, x, alpha=alpha),
        lambda x: F.elu(x, alpha),
        x,
    )


def test_agrees_with_differences(assert_like_differences):
    x = np.random.default_rng(0).standard_normal((2, 3, 5))
    assert_like_differences(elu, elu_backward, x)


def test_extremes():
    x = np.array([1000.0, -1000, -1e-20, np.nan, np.inf, -np.inf])
    np.testing.assert_allclose(elu(x, alpha=2.0), [1000, -2, -2e-20, np.nan, np.inf, -2], rtol=1e-12, atol=0)
    np.testing.assert_array_equal(elu_backward(np.ones(6), x, alpha=2.0)[0], [1, 0, 2, np.nan, 1, 0])


def test_float32_stays_float32_and_empty_stays_empty():
    x = np.array([-1.0, 2], np.float32)
    assert elu(x).dtype == elu_backward(x, x)[0].dtype == np.float32
    assert elu(x[:0]).shape == elu_backward(x[:0], x[:0])[0].shape == (0,)


def test_bad_input_is_refused():
    with pytest.raises(TypeError, match="x has dtype int64"):
        elu(np.array([1, 2]))
    with pytest.raises(TypeError, match="alpha must be a number, got None"):
        elu(np.ones(2), alpha=None)
    with pytest.raises(TypeError, match="grad_output is float32"):
        elu_backward(np.ones(2, np.float32), np.ones(2))
