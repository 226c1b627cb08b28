import numpy as np
import pytest
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from cnnbook.functional import linear, linear_backward


def test_by_hand():
    x = np.array([[1.0, 2, 3], [0, 1, 0]])
    weight, bias = np.array([[1.0, 0, 0], [1, 10, 100]]), np.array([5.0, 0])
    np.testing.assert_array_equal(linear(x, weight, bias), [[6, 321], [5, 10]])
    grad_x, grad_weight, grad_bias = linear_backward(np.array([[1.0, 2], [3, 0]]), x, weight, bias)
    np.testing.assert_array_equal(grad_x, [[3, 20, 200], [3, 0, 0]])
    np.testing.assert_array_equal(grad_weight, [[1, 5, 3], [2, 4, 6]])
    np.testing.assert_array_equal(grad_bias, [4, 2])


@pytest.mark.torch
@given(sizes=st.tuples(*[st.integers(1, 6)] * 3), with_bias=st.booleans(), seed=st.integers(0, 99))
def test_agrees_with_torch(assert_like_torch, sizes, with_bias, seed):
    N, C_in, C_out = sizes
    rng = np.random.default_rng(seed)
    x, weight, bias = (rng.standard_normal(shape) for shape in ((N, C_in), (C_out, C_in), (C_out,)))
    assert_like_torch(linear, linear_backward, F.linear, x, weight, bias if with_bias else None)


def test_agrees_with_differences(assert_like_differences):
    rng = np.random.default_rng(0)
    x, weight, bias = (rng.standard_normal(shape) for shape in ((3, 5), (2, 5), (2,)))
    assert_like_differences(linear, linear_backward, x, weight, bias)


def test_float32_stays_float32_and_an_empty_batch_gives_zero_gradients():
    x, weight, bias = np.ones((2, 3), np.float32), np.ones((4, 3), np.float32), np.ones(4, np.float32)
    assert linear(x, weight, bias).dtype == np.float32
    assert linear(x[:0], weight, bias).shape == (0, 4)
    grads = linear_backward(np.ones((0, 4), np.float32), x[:0], weight, bias)
    assert [grad.dtype for grad in grads] == [np.float32] * 3
    assert [grad.shape for grad in grads] == [(0, 3), (4, 3), (4,)]
    assert not grads[1].any()
    assert not grads[2].any()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": np.zeros((2, 3, 1, 1))}, ValueError, r"x has shape \(2, 3, 1, 1\), 4 axes, but needs 2 \(N, C_in\)"),
        ({"x": np.zeros((2, 4))}, ValueError, r"x has shape \(2, 4\), but needs \(2, 3\) \(one number for each column"),
        ({"x": np.zeros((2, 3), int)}, TypeError, "x has dtype int64"),
        ({"weight": np.zeros(3)}, ValueError, "weight has shape .* needs 2"),
        ({"weight": np.zeros((4, 3), np.float32)}, TypeError, "x is float64 but weight is float32"),
        ({"bias": np.zeros(1)}, ValueError, r"bias has shape \(1,\), but needs \(4,\)"),
        ({"bias": np.zeros((4, 1))}, ValueError, "bias has shape .* needs 1"),
        ({"bias": 0.0}, TypeError, "bias must be a NumPy array, got float"),
    ],
)
def test_bad_input_is_refused(change, error, message):
    arguments = {"x": np.zeros((2, 3)), "weight": np.zeros((4, 3)), "bias": np.zeros(4)} | change
    with pytest.raises(error, match=message):
        linear(**arguments)
    with pytest.raises(error, match=message):
        linear_backward(np.zeros((2, 4)), **arguments)


def test_a_wrong_gradient_is_refused():
    with pytest.raises(ValueError, match=r"grad_output has shape \(2, 3\), but needs \(2, 4\)"):
        linear_backward(np.zeros((2, 3)), np.zeros((2, 3)), np.zeros((4, 3)))
