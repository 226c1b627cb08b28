from unittest import mock

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnbook.functional import max_pool2d, max_pool2d_backward
from cnnbook.functional.max_pool2d import (
    max_pool2d_argmax,
    max_pool2d_direct,
    max_pool2d_direct_backward,
    max_pool2d_scatter,
    max_pool2d_with_index,
)

TWINS = [(max_pool2d, max_pool2d_backward), (max_pool2d_direct, max_pool2d_direct_backward)]
NAMES = ["fast", "direct"]
nan, inf = np.nan, np.inf


@st.composite
def poolings(draw):
    """(N, C, H, W) and options that fit; kernels and strides differ by axis."""
    shape = tuple(draw(st.integers(1, most)) for most in (3, 3, 9, 9))
    kernel = tuple(draw(st.integers(1, 5)) for _ in "HW")
    padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    stride = draw(st.none() | st.tuples(st.integers(1, 4), st.integers(1, 4)))
    assume(all(k <= size + 2 * p for k, size, p in zip(kernel, shape[2:], padding, strict=True)))
    return shape, kernel, {"stride": stride, "padding": padding, "ceil_mode": draw(st.booleans())}


@pytest.mark.parametrize(("forward", "backward"), TWINS, ids=NAMES)
def test_by_hand(forward, backward):
    x = np.array([[[[1.0, 5, 2], [3, 4, 6], [9, 7, 8]]]])
    options = {"kernel": (2, 2), "stride": 1}
    np.testing.assert_array_equal(forward(x, **options), [[[[5, 6], [9, 8]]]])
    (grad_x,) = backward(np.array([[[[1.0, 10], [100, 1000]]]]), x, **options)
    np.testing.assert_array_equal(grad_x, [[[[0, 1, 0], [0, 0, 10], [100, 0, 1000]]]])


@pytest.mark.parametrize(("forward", "backward"), TWINS, ids=NAMES)
def test_a_pixel_that_wins_twice_gets_both_gradients(forward, backward):
    x = np.array([[[[1.0, 5, 2]]]])
    (grad_x,) = backward(np.array([[[[1.0, 10]]]]), x, (1, 2), stride=1)
    np.testing.assert_array_equal(grad_x, [[[[0, 11, 0]]]])


@pytest.mark.parametrize(("forward", "backward"), TWINS, ids=NAMES)
def test_of_equal_numbers_the_first_in_reading_order_gets_the_gradient(forward, backward):
    x = np.array([[[[0.0, 7], [7, 7]]]])
    (grad_x,) = backward(np.ones((1, 1, 1, 1)), x, 2)
    np.testing.assert_array_equal(grad_x, [[[[0, 1], [0, 0]]]])


@pytest.mark.torch
@pytest.mark.parametrize(("forward", "backward"), TWINS, ids=NAMES)
@settings(max_examples=150)
@given(case=poolings(), few_values=st.booleans(), block=st.integers(1, 4000), seed=st.integers(0, 99))
def test_agrees_with_torch(assert_like_torch, forward, backward, case, few_values, block, seed):
    shape, kernel, options = case
    rng = np.random.default_rng(seed)
    x = rng.integers(-2, 2, shape).astype(float) if few_values else rng.standard_normal(shape)  # few: many ties
    with mock.patch("cnnbook.functional._pooling.BLOCK_BYTES", block):
        assert_like_torch(
            lambda x: forward(x, kernel, **options),
            lambda grad_output, x: backward(grad_output, x, kernel, **options),
            lambda x: F.max_pool2d(x, kernel, **options),
            x,
        )


@given(case=poolings(), seed=st.integers(0, 99))
def test_argmax_is_torchs_even_for_infinities_and_nan(case, seed):
    shape, kernel, options = case
    x = np.random.default_rng(seed).choice([-inf, -1, 0, inf, nan], p=[0.6, 0.1, 0.1, 0.1, 0.1], size=shape)
    output, index = F.max_pool2d(torch.from_numpy(x), kernel, **options, return_indices=True)
    np.testing.assert_array_equal(max_pool2d(x, kernel, **options), output.numpy())
    np.testing.assert_array_equal(max_pool2d_direct(x, kernel, **options), output.numpy())
    np.testing.assert_array_equal(max_pool2d_argmax(x, kernel, **options), index.numpy())


@given(case=poolings(), few=st.sampled_from([0, 16]), seed=st.integers(0, 99))
def test_both_forms_choose_torchs_winner_for_every_pattern_of_nan_and_ties(case, few, seed):
    shape, kernel, options = case
    rng = np.random.default_rng(seed)
    x = rng.choice([-inf, 0, 1, nan], p=[0.3, 0.3, 0.2, 0.2], size=shape)
    tensor = torch.from_numpy(x).requires_grad_()
    output = F.max_pool2d(tensor, kernel, **options)
    grad_output = rng.standard_normal(output.shape)
    (expected,) = torch.autograd.grad(output, tensor, torch.from_numpy(grad_output))
    with mock.patch("cnnbook.functional._pooling.FEW", few):  # 0: window by window where there are fewer windows
        for _, backward in TWINS:
            (grad_x,) = backward(grad_output, x, kernel, **options)
            np.testing.assert_allclose(grad_x, expected.numpy(), rtol=1e-12)


@pytest.mark.parametrize(
    ("size", "kernel", "options"),
    [
        ((40, 52), (40, 52), {}),
        ((40, 52), (33, 3), {"stride": (7, 2), "padding": (16, 1)}),
        ((60, 45), (20, 44), {"stride": (13, 1), "ceil_mode": True}),
    ],
)
@pytest.mark.parametrize("values", [[-inf, 0, 1, nan], [0.0, 1.0], None], ids=["nan", "ties", "distinct"])
def test_large_windows(size, kernel, options, values):
    rng = np.random.default_rng(0)
    shape = (2, 3, *size)
    x = rng.standard_normal(shape) if values is None else rng.choice(values, size=shape)
    expected = F.max_pool2d(torch.from_numpy(x), kernel, **options, return_indices=True)
    for actual, truth in zip(max_pool2d_with_index(x, kernel, **options), expected, strict=True):
        np.testing.assert_array_equal(actual, truth.numpy())
    np.testing.assert_array_equal(max_pool2d(x, kernel, **options), expected[0].numpy())


def test_padding_never_wins_and_nan_always_does():
    x = np.array([[[[-3.0, -inf], [-5, nan]]]])
    np.testing.assert_array_equal(max_pool2d(x, 2, stride=2, padding=1), [[[[-3, -inf], [-5, nan]]]])


def test_the_index_kept_from_the_forward_pass_gives_the_same_gradient():
    rng = np.random.default_rng(0)
    x, grad_output = rng.standard_normal((2, 3, 6, 7)), rng.standard_normal((2, 3, 3, 4))
    options = {"stride": 2, "padding": 1}
    output, index = max_pool2d_with_index(x, 3, **options)
    np.testing.assert_array_equal(output, max_pool2d(x, 3, **options))
    kept = max_pool2d_scatter(grad_output, index, x.shape)
    np.testing.assert_array_equal(kept, max_pool2d_backward(grad_output, x, 3, **options)[0])


def test_many_planes_and_a_window_of_more_than_255_pixels():
    x = np.random.default_rng(0).permutation(3 * 200 * 20 * 21).reshape(3, 200, 20, 21).astype(np.float32)
    output, index = F.max_pool2d(torch.from_numpy(x), (17, 16), stride=3, return_indices=True)
    np.testing.assert_array_equal(max_pool2d(x, (17, 16), stride=3), output.numpy())
    np.testing.assert_array_equal(max_pool2d_argmax(x, (17, 16), stride=3), index.numpy())


@pytest.mark.parametrize(("forward", "backward"), TWINS, ids=NAMES)
def test_float32_stays_float32_views_work_and_an_empty_batch_is_empty(forward, backward):
    x = np.arange(2 * 4 * 5 * 3, dtype=np.float32).reshape(2, 4, 5, 3).transpose(0, 3, 1, 2)  # NHWC seen as NCHW
    output = forward(x, 2)
    assert output.dtype == np.float32
    np.testing.assert_array_equal(output, forward(x.copy(), 2))
    (grad_x,) = backward(np.ones_like(output), x, 2)
    assert grad_x.dtype == np.float32
    assert forward(x[:0], 2).shape == (0, 3, 2, 2)
    assert backward(output[:0], x[:0], 2)[0].shape == (0, 3, 4, 5)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": np.zeros((3, 5, 7))}, ValueError, r"x has shape \(3, 5, 7\), 3 axes, but needs 4 \(N, C, H, W\)"),
        ({"x": np.zeros((1, 1, 5, 7), int)}, TypeError, r"x has dtype int64.*use x.astype\(numpy.float32\)"),
        ({"x": np.zeros((1, 1, 5, 7), object)}, TypeError, "x has dtype object"),
        ({"x": [[1.0]]}, TypeError, "x must be a NumPy array, got list"),
        ({"x": np.zeros((1, 0, 5, 7))}, ValueError, "only the batch may be empty"),
        ({"kernel": 6}, ValueError, "kernel 6 does not fit in padded input 5"),
        ({"kernel": 0}, ValueError, "kernel 0 is too small: use kernel >= 1"),
        ({"kernel": 2.0}, TypeError, "kernel must be an integer, got 2.0 .*use 2"),
        ({"kernel": (2, 2, 2)}, ValueError, "kernel .* has 3 entries, but needs 2"),
        ({"stride": 0}, ValueError, "stride 0 is too small"),
        ({"padding": 2}, ValueError, "padding 2 is more than half of kernel 3.*use padding <= 1 or a larger kernel"),
        ({"ceil_mode": "False"}, TypeError, "ceil_mode must be True or False, got 'False'"),
    ],
)
def test_bad_input_is_refused(change, error, message):
    arguments = {"x": np.zeros((1, 1, 5, 7)), "kernel": 3} | change
    for function in (max_pool2d, max_pool2d_direct, max_pool2d_argmax):
        with pytest.raises(error, match=message):
            function(**arguments)


def test_a_wrong_gradient_is_refused():
    x = np.zeros((1, 1, 4, 4))
    with pytest.raises(ValueError, match=r"grad_output has shape \(1, 1, 2, 3\), but needs \(1, 1, 2, 2\)"):
        max_pool2d_backward(np.zeros((1, 1, 2, 3)), x, 2)
    with pytest.raises(TypeError, match="grad_output is float32"):
        max_pool2d_backward(np.zeros((1, 1, 2, 2), np.float32), x, 2)
    with pytest.raises(ValueError, match=r"grad_output has shape \(1, 1, 2, 2\), but needs \(1, 1, 1, 1\)"):
        max_pool2d_scatter(np.zeros((1, 1, 2, 2)), np.zeros((1, 1, 1, 1), int), x.shape)


@pytest.mark.parametrize(
    ("index", "input_shape", "error", "message"),
    [
        ([[[[3]]]], (1, 1, 2, 2), TypeError, "index must be a NumPy array of integers, got .* use max_pool2d_with"),
        (np.array([[[[1.0]]]]), (1, 1, 2, 2), TypeError, "index must be a NumPy array of integers"),
        (np.array([[[[4]]]]), (1, 1, 2, 2), ValueError, "index goes from 4 to 4, but .* have pixels 0 to 3"),
        (np.array([[[[-1]]]]), (1, 1, 2, 2), ValueError, "index goes from -1 to -1"),
        (np.array([[[[0]]]]), (1, 2, 2, 2), ValueError, r"index has shape \(1, 1, 1, 1\), but needs \(1, 2, 1, 1\)"),
        (np.array([[[[0]]]]), (2, 2), ValueError, r"input_shape \(2, 2\) has 2 entries, but needs 4"),
    ],
)
def test_an_index_of_another_input_is_refused(index, input_shape, error, message):
    with pytest.raises(error, match=message):
        max_pool2d_scatter(np.ones((1, 1, 1, 1)), index, input_shape)
