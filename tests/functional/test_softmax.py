import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cnnbook.functional import log_softmax, log_softmax_backward, softmax, softmax_backward

nan, inf = np.nan, np.inf
BOTH = pytest.mark.parametrize(
    ("forward", "backward", "reference"),
    [(softmax, softmax_backward, torch.softmax), (log_softmax, log_softmax_backward, torch.log_softmax)],
    ids=["softmax", "log_softmax"],
)


def test_by_hand():
    x = np.log([[1.0, 3, 4]])
    np.testing.assert_allclose(softmax(x), [[1 / 8, 3 / 8, 1 / 2]], rtol=1e-14)
    np.testing.assert_allclose(log_softmax(x), np.log([[1 / 8, 3 / 8, 1 / 2]]), rtol=1e-14)
    # y * (g - sum of g * y), with sum of g * y = 1 for g = 8, 0, 0
    np.testing.assert_allclose(softmax_backward(np.array([[8.0, 0, 0]]), x)[0], [[7 / 8, -3 / 8, -1 / 2]], rtol=1e-14)
    np.testing.assert_allclose(log_softmax_backward(np.array([[8.0, 0, 0]]), x)[0], [[7, -3, -4]], rtol=1e-14)


@pytest.mark.torch
@BOTH
@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=4), seed=st.integers(0, 99), data=st.data())
def test_agrees_with_torch(assert_like_torch, forward, backward, reference, shape, seed, data):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    x = 5 * np.random.default_rng(seed).standard_normal(shape)
    assert_like_torch(
        lambda x: forward(x, axis=axis),
        lambda grad_output, x: backward(grad_output, x, axis=axis),
        lambda x: reference(x, axis),
        x,
    )


@BOTH
@pytest.mark.parametrize(
    "scores",
    [[1e4, 0, -1e4], [1e308, -1e308, 0], [-1e4, -1e4, -1e4], [0, -inf, 1], [-inf] * 3, [inf, 0, 0], [nan, 0, 0]],
)
def test_extremes_are_torchs(forward, backward, reference, scores):
    x = np.array([scores])
    np.testing.assert_allclose(forward(x), reference(torch.from_numpy(x), 1).numpy(), rtol=1e-12)


def test_float32_stays_float32_and_does_not_overflow():
    x = np.array([[1000, 0]], np.float32)
    np.testing.assert_array_equal(softmax(x), [[1, 0]])
    np.testing.assert_array_equal(log_softmax(x), [[0, -1000]])
    functions = softmax(x), log_softmax(x), softmax_backward(x, x)[0], log_softmax_backward(x, x)[0]
    assert {y.dtype for y in functions} == {np.dtype(np.float32)}


@BOTH
def test_an_empty_batch_is_empty(forward, backward, reference):
    x = np.zeros((0, 3))
    assert forward(x).shape == backward(x, x)[0].shape == (0, 3)


@BOTH
def test_bad_input_is_refused(forward, backward, reference):
    with pytest.raises(TypeError, match="x has dtype int64"):
        forward(np.array([[1, 2]]))
    with pytest.raises(ValueError, match=r"axis 1 does not exist in x of shape \(3,\): use axis <= 0"):
        forward(np.zeros(3))
    with pytest.raises(ValueError, match="axis -3 is too small"):
        forward(np.zeros((2, 2)), axis=-3)
    with pytest.raises(ValueError, match=r"x has shape \(2, 0\), nothing along axis 1"):
        forward(np.zeros((2, 0)))
    with pytest.raises(ValueError, match=r"grad_output has shape \(2, 3\), but needs \(2, 2\)"):
        backward(np.zeros((2, 3)), np.zeros((2, 2)))
