import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnbook.functional import batch_norm, batch_norm_backward
from cnnbook.functional.batch_norm import batch_norm_direct, batch_norm_direct_backward

TWINS = pytest.mark.parametrize(
    ("forward", "backward"),
    [(batch_norm, batch_norm_backward), (batch_norm_direct, batch_norm_direct_backward)],
    ids=["fast", "direct"],
)


def arguments(shape, dtype=np.float64, seed=0, x_mean=0.0):
    rng = np.random.default_rng(seed)
    C = shape[1]
    x = (3 * rng.standard_normal(shape) + x_mean).astype(dtype)
    running_var = rng.uniform(0.5, 2, C).astype(dtype)
    running_mean, weight, bias = (rng.standard_normal(C).astype(dtype) for _ in range(3))
    return x, running_mean, running_var, weight, bias


@TWINS
def test_by_hand_in_training(forward, backward):
    x = np.array([1.0, 3, 5, 7]).reshape(2, 1, 2, 1)  # mean 4, variance 20/4 = 5, unbiased 20/3
    weight, bias = np.array([3.0]), np.array([10.0])
    options = {"training": True, "momentum": 0.5, "eps": 4.0}
    output, mean, var = forward(x, np.zeros(1), np.ones(1), weight, bias, **options)
    np.testing.assert_allclose(output.reshape(4), [7, 9, 11, 13], rtol=1e-15)
    np.testing.assert_allclose(mean, [2], rtol=1e-15)
    np.testing.assert_allclose(var, [0.5 + 10 / 3], rtol=1e-15)

    grad_output = np.array([0.0, 0, 0, 12]).reshape(x.shape)
    grads = backward(grad_output, x, np.zeros(1), np.ones(1), weight, bias, **options)
    np.testing.assert_allclose(grads[0].reshape(4), [0, -2, -4, 6], atol=1e-14)
    assert grads[1:3] == (None, None)
    np.testing.assert_allclose(grads[3:], [[12], [12]], rtol=1e-15)


@TWINS
def test_by_hand_in_evaluation(forward, backward):
    x = np.array([[1.0], [5.0]])
    numbers = [np.array([3.0]), np.array([3.0]), np.array([4.0]), np.array([10.0])]  # mean, variance, weight, bias
    output, mean, var = forward(x, *numbers, training=False, eps=1.0)
    np.testing.assert_array_equal(output, [[6], [14]])
    np.testing.assert_array_equal([mean, var], numbers[:2])
    grad_x, _, _, grad_weight, grad_bias = backward(np.array([[1.0], [10.0]]), x, *numbers, training=False, eps=1.0)
    np.testing.assert_array_equal(grad_x, [[2], [20]])
    np.testing.assert_array_equal([grad_weight, grad_bias], [[9], [11]])


@pytest.mark.torch
@TWINS
@settings(max_examples=150)
@given(
    shape=st.lists(st.integers(1, 4), min_size=2, max_size=5),
    training=st.booleans(),
    momentum=st.floats(0, 1),
    eps=st.sampled_from([1e-5, 1e-3, 1.0]),
    seed=st.integers(0, 99),
)
def test_agrees_with_torch(forward, backward, shape, training, momentum, eps, seed):
    assume(not training or np.prod(shape) > shape[1])
    arrays = arguments(shape, seed=seed)
    copies = [a.copy() for a in arrays]
    options = {"training": training, "momentum": momentum, "eps": eps}
    output, mean, var = forward(*arrays, **options)
    grad_output = np.random.default_rng(seed + 1).standard_normal(shape)
    grads = backward(grad_output, *arrays, **options)

    x, running_mean, running_var, weight, bias = (torch.tensor(a) for a in arrays)
    learned = [tensor.requires_grad_() for tensor in (x, weight, bias)]
    expected = F.batch_norm(x, running_mean, running_var, weight, bias, **options)
    expected.backward(torch.from_numpy(grad_output))

    close = {"rtol": 1e-9, "atol": 1e-9}
    for ours, theirs in ((output, expected.detach()), (mean, running_mean), (var, running_var)):
        np.testing.assert_allclose(ours, theirs.numpy(), **close)
    assert grads[1] is grads[2] is None
    for ours, theirs in zip((grads[0], *grads[3:]), learned, strict=True):
        np.testing.assert_allclose(ours, theirs.grad.numpy(), **close)
    for a, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(a, copy)
    assert not any(np.shares_memory(mean, a) or np.shares_memory(var, a) for a in arrays)


@pytest.mark.parametrize("training", [True, False])
def test_twins_agree_on_many_blocks(training):
    arrays = arguments((50, 7, 40, 30))
    grad_output = np.random.default_rng(1).standard_normal(arrays[0].shape)
    for ours, twins in zip(
        (*batch_norm(*arrays, training=training), *batch_norm_backward(grad_output, *arrays, training=training)),
        (
            *batch_norm_direct(*arrays, training=training),
            *batch_norm_direct_backward(grad_output, *arrays, training=training),
        ),
        strict=True,
    ):
        assert ours is twins is None or np.allclose(ours, twins, rtol=1e-12, atol=1e-12)


@TWINS
def test_float32_keeps_its_digits_where_the_mean_is_far_above_the_deviation(forward, backward):
    x, *numbers = arguments((8, 3, 20, 20), np.float32, x_mean=3000)
    exact = forward(x.astype(np.float64), *(a.astype(np.float64) for a in numbers), training=True)
    results = forward(x, *numbers, training=True)
    assert {result.dtype for result in results} == {np.dtype(np.float32)}
    for result, truth in zip(results, exact, strict=True):
        np.testing.assert_allclose(result, truth, rtol=1e-3, atol=1e-3)
    assert all(grad is None or grad.dtype == np.float32 for grad in backward(x, x, *numbers, training=True))


@TWINS
def test_views_work(forward, backward):
    x, *numbers = arguments((2, 5, 7, 3))
    view = np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)  # NHWC seen as NCHW
    for training in (True, False):
        expected = forward(x, *numbers, training=training)[0]
        np.testing.assert_allclose(forward(view, *numbers, training=training)[0], expected, rtol=1e-12)
        expected = backward(x, x, *numbers, training=training)[0]
        grad_x = backward(view, view, *numbers, training=training)[0]
        np.testing.assert_allclose(grad_x, expected, rtol=1e-12, atol=1e-12)


@TWINS
@pytest.mark.parametrize("training", [True, False])
def test_an_empty_batch_is_empty_and_moves_no_statistics(forward, backward, training):
    x, *numbers = arguments((0, 3, 4, 5))
    output, mean, var = forward(x, *numbers, training=training)
    assert output.shape == x.shape
    np.testing.assert_array_equal([mean, var], numbers[:2])
    grads = backward(x, x, *numbers, training=training)
    assert grads[0].shape == x.shape
    np.testing.assert_array_equal(grads[3:], np.zeros((2, 3)))


@TWINS
def test_nan_stays_in_its_channel(forward, backward):
    x, *numbers = arguments((2, 3, 2, 2))
    x[1, 1, 0, 0] = np.nan
    output, mean, var = forward(x, *numbers, training=True)
    np.testing.assert_array_equal(np.isnan(output).all(axis=(0, 2, 3)), [False, True, False])
    np.testing.assert_array_equal(np.isnan(output).any(axis=(0, 2, 3)), [False, True, False])
    np.testing.assert_array_equal(np.isnan([mean, var]), [[False, True, False]] * 2)
    grads = backward(np.ones_like(x), x, *numbers, training=True)
    np.testing.assert_array_equal(np.isnan(grads[0]).any(axis=(0, 2, 3)), [False, True, False])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": np.zeros((1, 3, 1, 1))}, ValueError, r"x has shape \(1, 3, 1, 1\), one number a channel.*larger batch"),
        ({"x": np.zeros(3)}, ValueError, "x has shape .* 1 axes, but needs 2 or 3 or 4 or 5"),
        ({"x": np.zeros((2, 3, 4, 5), int)}, TypeError, "x has dtype int64"),
        ({"weight": np.ones(4)}, ValueError, r"weight has shape \(4,\), but needs \(3,\) \(one number a"),
        ({"weight": None}, TypeError, "weight must be a NumPy array, got NoneType"),
        ({"bias": np.ones((3, 1))}, ValueError, "bias has shape .* needs 1"),
        ({"running_mean": np.zeros(3, np.float32)}, TypeError, "x is float64 but running_mean is float32"),
        ({"running_var": np.array([1.0, -1, 1])}, ValueError, "running_var -1.0 is negative"),
        ({"training": 1}, TypeError, "training must be True or False, got 1"),
        ({"momentum": 1.5}, ValueError, "momentum 1.5 is out of range: use momentum from 0 to 1"),
        ({"eps": -1e-5}, ValueError, "eps -1e-05 is out of range"),
    ],
)
def test_bad_input_is_refused(change, error, message):
    names = ("x", "running_mean", "running_var", "weight", "bias")
    good = dict(zip(names, arguments((2, 3, 4, 5)), strict=True)) | {"training": True}
    for function in (batch_norm, batch_norm_direct):
        with pytest.raises(error, match=message):
            function(**(good | change))
    for function in (batch_norm_backward, batch_norm_direct_backward):
        with pytest.raises(error, match=message):
            function(np.zeros((2, 3, 4, 5)), **(good | change))


def test_one_number_a_channel_will_do_in_evaluation():
    x, *numbers = arguments((1, 3, 1, 1))
    assert batch_norm(x, *numbers, training=False)[0].shape == (1, 3, 1, 1)


def test_a_wrong_gradient_is_refused():
    x, *numbers = arguments((2, 3, 4, 5))
    with pytest.raises(ValueError, match=r"grad_output has shape \(2, 3, 4, 4\), but needs \(2, 3, 4, 5\)"):
        batch_norm_backward(np.zeros((2, 3, 4, 4)), x, *numbers, training=True)
