import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnbook.functional import dropout, dropout_backward


def rng(seed=0):
    return np.random.default_rng(seed)


@given(shape=st.lists(st.integers(1, 5), min_size=1, max_size=4), p=st.floats(0, 0.99), seed=st.integers(0, 99))
def test_numbers_are_dropped_or_scaled(shape, p, seed):
    x = rng(seed).standard_normal(shape)
    before = x.copy()
    output, mask = dropout(x, p=p, training=True, rng=rng(seed))
    assert np.all((mask == 0) | (mask == 1 / (1 - p)))
    np.testing.assert_array_equal(output, x * mask)
    np.testing.assert_array_equal(x, before)
    (grad_x,) = dropout_backward(x, mask)
    np.testing.assert_array_equal(grad_x, output)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_a_share_of_p_is_dropped_and_the_mean_stays(p):
    output, mask = dropout(np.ones(100_000), p=p, training=True, rng=rng())
    assert abs((mask == 0).mean() - p) < 0.005  # three standard deviations
    assert abs(output.mean() - 1) < 0.03


def test_the_generator_decides_the_same_for_both_dtypes():
    masks = [dropout(np.ones((3, 5), dtype), p=0.4, training=True, rng=rng(7))[1] for dtype in (np.float32, np.float64)]
    np.testing.assert_array_equal(masks[0] == 0, masks[1] == 0)
    other = dropout(np.ones((3, 5)), p=0.4, training=True, rng=rng(8))[1]
    assert (masks[1] != other).any()


def test_a_generator_moves_on():
    generator = rng()
    first, second = (dropout(np.ones(50), p=0.5, training=True, rng=generator)[1] for _ in range(2))
    assert (first != second).any()


@pytest.mark.parametrize(("p", "training"), [(0.5, False), (0, True), (1, False)])
def test_where_nothing_is_dropped_the_output_is_a_copy(p, training):
    x = np.array([1.0, np.nan])
    output, mask = dropout(x, p=p, training=training, rng=None)
    np.testing.assert_array_equal(output, x)
    np.testing.assert_array_equal(mask, [1, 1])
    assert not np.shares_memory(output, x)


def test_with_p_1_all_is_dropped():
    output, mask = dropout(np.ones(4), p=1, training=True, rng=rng())
    np.testing.assert_array_equal(output, np.zeros(4))
    np.testing.assert_array_equal(dropout_backward(np.ones(4), mask)[0], np.zeros(4))


def test_float32_stays_float32_and_empty_stays_empty():
    x = np.ones((2, 3), np.float32)
    output, mask = dropout(x, p=0.3, training=True, rng=rng())
    assert output.dtype == mask.dtype == dropout_backward(x, mask)[0].dtype == np.float32
    assert dropout(x[:0], p=0.3, training=True, rng=rng())[0].shape == (0, 3)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": np.array([1, 2])}, TypeError, "x has dtype int64"),
        ({"p": 1.5}, ValueError, "p 1.5 is out of range: use p from 0 to 1"),
        ({"p": -0.1}, ValueError, "p -0.1 is out of range"),
        ({"p": True}, TypeError, "p must be a number"),
        ({"training": 1}, TypeError, "training must be True or False, got 1"),
        ({"rng": None}, TypeError, r"rng must be a numpy.random.Generator, got NoneType: use numpy.random.default_rng"),
        ({"rng": 0}, TypeError, "rng must be a numpy.random.Generator, got int"),
    ],
)
def test_bad_input_is_refused(change, error, message):
    with pytest.raises(error, match=message):
        dropout(**({"x": np.ones(2), "p": 0.5, "training": True, "rng": rng()} | change))


def test_a_gradient_that_does_not_fit_the_mask_is_refused():
    with pytest.raises(ValueError, match=r"mask has shape \(3,\), but needs \(2,\)"):
        dropout_backward(np.ones(2), np.ones(3))
    with pytest.raises(TypeError, match="mask has dtype bool"):
        dropout_backward(np.ones(2), np.ones(2, bool))
