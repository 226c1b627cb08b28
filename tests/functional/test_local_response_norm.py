import numpy as np
import pytest
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnbook.functional import local_response_norm, local_response_norm_backward


def test_by_hand():
    x = np.array([1.0, 2, 2]).reshape(1, 3, 1, 1)
    # Sums of squares: 1 + 4, 1 + 4 + 4, 4 + 4; divided by size 3 and multiplied by alpha 3; plus k 1.
    y = local_response_norm(x, size=3, alpha=3.0, beta=1.0, k=1.0)
    np.testing.assert_allclose(y.reshape(3), [1 / 6, 2 / 10, 2 / 9], rtol=1e-15)


def test_an_even_window_looks_one_channel_further_back_than_ahead():
    x = np.array([1.0, 2, 4]).reshape(1, 3, 1, 1)
    y = local_response_norm(x, size=2, alpha=2.0, beta=1.0, k=0.0)  # sums of squares: 1, 1 + 4, 4 + 16
    np.testing.assert_allclose(y.reshape(3), [1, 2 / 5, 4 / 20], rtol=1e-15)


@pytest.mark.torch
@settings(max_examples=200)
@given(
    shape=st.tuples(st.integers(1, 2), st.integers(1, 7), st.integers(1, 4), st.integers(1, 4)),
    size=st.integers(1, 9),
    alpha=st.floats(0, 5),
    beta=st.floats(0, 2),
    k=st.floats(0.5, 3),
    seed=st.integers(0, 99),
)
def test_agrees_with_torch(assert_like_torch, shape, size, alpha, beta, k, seed):
    options = {"size": size, "alpha": alpha, "beta": beta, "k": k}
    assert_like_torch(
        lambda x: local_response_norm(x, **options),
        lambda grad_output, x: local_response_norm_backward(grad_output, x, **options),
        lambda x: F.local_response_norm(x, **options),
        np.random.default_rng(seed).standard_normal(shape),
    )


def test_agrees_with_differences(assert_like_differences):
    options = {"size": 4, "alpha": 2.0, "beta": 0.75, "k": 1.5}
    assert_like_differences(
        lambda x: local_response_norm(x, **options),
        lambda grad_output, x: local_response_norm_backward(grad_output, x, **options),
        np.random.default_rng(0).standard_normal((2, 6, 2, 3)),
    )


@pytest.mark.torch
def test_the_defaults_are_torchs(assert_like_torch):
    assert_like_torch(
        lambda x: local_response_norm(x, size=5),
        lambda grad_output, x: local_response_norm_backward(grad_output, x, size=5),
        lambda x: F.local_response_norm(x, 5),
        100 * np.random.default_rng(0).standard_normal((2, 8, 3, 4)),
    )


def test_nan_spreads_to_the_channels_that_see_it():
    x = np.ones((1, 6, 1, 1))
    x[0, 2] = np.nan
    np.testing.assert_array_equal(np.isnan(local_response_norm(x, size=3)).reshape(6), [0, 1, 1, 1, 0, 0])


def test_float32_stays_float32_and_an_empty_batch_is_empty():
    x = np.ones((2, 3, 4, 5), np.float32)
    assert local_response_norm(x, size=5).dtype == np.float32
    assert local_response_norm_backward(x, x, size=5)[0].dtype == np.float32
    assert local_response_norm(x[:0], size=5).shape == local_response_norm_backward(x[:0], x[:0], size=5)[0].shape


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": np.ones((2, 3))}, ValueError, r"x has shape \(2, 3\), 2 axes, but needs 4"),
        ({"x": np.ones((1, 3, 2, 2), int)}, TypeError, "x has dtype int64"),
        ({"size": 0}, ValueError, "size 0 is too small: use size >= 1"),
        ({"size": 5.0}, TypeError, "size must be an integer, got 5.0 .*use 5"),
        ({"alpha": -1.0}, ValueError, "alpha -1.0 is out of range: use alpha from 0"),
        ({"k": -1}, ValueError, "k -1 is out of range"),
        ({"beta": "0.75"}, TypeError, "beta must be a number"),
    ],
)
def test_bad_input_is_refused(change, error, message):
    arguments = {"x": np.ones((1, 3, 2, 2)), "size": 5} | change
    with pytest.raises(error, match=message):
        local_response_norm(**arguments)
    with pytest.raises(error, match=message):
        local_response_norm_backward(np.ones((1, 3, 2, 2)), **arguments)


def test_a_wrong_gradient_is_refused():
    with pytest.raises(ValueError, match=r"grad_output has shape \(1, 3, 2, 1\), but needs \(1, 3, 2, 2\)"):
        local_response_norm_backward(np.ones((1, 3, 2, 1)), np.ones((1, 3, 2, 2)), size=5)
