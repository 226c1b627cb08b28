from unittest import mock

import numpy as np
import pytest
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnbook.functional import avg_pool2d, avg_pool2d_backward, global_avg_pool2d, global_avg_pool2d_backward


@st.composite
def poolings(draw):
    """(N, C, H, W) and options that fit; kernels and strides differ by axis."""
    shape = tuple(draw(st.integers(1, most)) for most in (3, 3, 9, 9))
    kernel = tuple(draw(st.integers(1, 5)) for _ in "HW")
    padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    stride = draw(st.none() | st.tuples(st.integers(1, 4), st.integers(1, 4)))
    assume(all(k <= size + 2 * p for k, size, p in zip(kernel, shape[2:], padding, strict=True)))
    return shape, kernel, {"stride": stride, "padding": padding, "ceil_mode": draw(st.booleans())}


def test_by_hand():
    x = np.array([[[[1.0, 5, 2], [3, 7, 6], [9, 1, 8]]]])
    np.testing.assert_array_equal(avg_pool2d(x, 2, stride=1), [[[[4, 5], [5, 5.5]]]])
    (grad_x,) = avg_pool2d_backward(np.array([[[[4.0, 40], [400, 4000]]]]), x, 2, stride=1)
    np.testing.assert_array_equal(grad_x, [[[[1, 11, 10], [101, 1111, 1010], [100, 1100, 1000]]]])


def test_padding_counts_as_zeros_but_what_hangs_over_its_end_does_not_count():
    x = np.full((1, 1, 1, 4), 6.0)
    # Windows of 3 at columns -1, 1, 3: 0+6+6 over 3; 6+6+6 over 3; 6+0 over 2, its third pixel is beyond the padding.
    y = avg_pool2d(x, (1, 3), stride=(1, 2), padding=(0, 1), ceil_mode=True)
    np.testing.assert_array_equal(y, [[[[4, 6, 3]]]])


@pytest.mark.torch
@settings(max_examples=300)
@given(case=poolings(), block=st.integers(1, 4000), seed=st.integers(0, 99))
def test_agrees_with_torch(assert_like_torch, case, block, seed):
    shape, kernel, options = case
    with mock.patch("cnnbook.functional._pooling.BLOCK_BYTES", block):
        assert_like_torch(
            lambda x: avg_pool2d(x, kernel, **options),
            lambda grad_output, x: avg_pool2d_backward(grad_output, x, kernel, **options),
            lambda x: F.avg_pool2d(x, kernel, **options),
            np.random.default_rng(seed).standard_normal(shape),
        )


@pytest.mark.torch
@given(shape=st.tuples(*(st.integers(1, most) for most in (3, 3, 9, 9))), seed=st.integers(0, 99))
def test_global_agrees_with_torch(assert_like_torch, shape, seed):
    assert_like_torch(
        global_avg_pool2d,
        global_avg_pool2d_backward,
        lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1),
        np.random.default_rng(seed).standard_normal(shape),
    )


def test_agrees_with_differences(assert_like_differences):
    options = {"kernel": (3, 2), "stride": (1, 2), "padding": 1}
    x = np.random.default_rng(0).standard_normal((2, 3, 5, 7))
    assert_like_differences(lambda x: avg_pool2d(x, **options), lambda g, x: avg_pool2d_backward(g, x, **options), x)
    assert_like_differences(global_avg_pool2d, global_avg_pool2d_backward, x)


def test_global_is_a_window_as_large_as_the_image():
    x = np.arange(70.0).reshape(1, 2, 5, 7)
    np.testing.assert_array_equal(global_avg_pool2d(x), avg_pool2d(x, (5, 7))[:, :, 0, 0])


def test_float32_stays_float32_views_work_and_an_empty_batch_is_empty():
    x = np.arange(2 * 4 * 5 * 3, dtype=np.float32).reshape(2, 4, 5, 3).transpose(0, 3, 1, 2)  # NHWC seen as NCHW
    output = avg_pool2d(x, 2)
    np.testing.assert_array_equal(output, avg_pool2d(x.copy(), 2))
    (grad_x,) = avg_pool2d_backward(np.ones_like(output), x, 2)
    pooled = global_avg_pool2d(x)
    (grad_plane,) = global_avg_pool2d_backward(np.ones_like(pooled), x)
    assert {a.dtype for a in (output, grad_x, pooled, grad_plane)} == {np.dtype(np.float32)}
    assert avg_pool2d(x[:0], 2).shape == (0, 3, 2, 2)
    assert avg_pool2d_backward(output[:0], x[:0], 2)[0].shape == (0, 3, 4, 5)
    assert global_avg_pool2d(x[:0]).shape == (0, 3)
    assert global_avg_pool2d_backward(pooled[:0], x[:0])[0].shape == (0, 3, 4, 5)


def test_nan_spreads_to_every_window_that_holds_it_and_no_further():
    x = np.zeros((1, 1, 4, 4))
    x[0, 0, 1, 1] = np.nan
    np.testing.assert_array_equal(np.isnan(avg_pool2d(x, 2)), [[[[True, False], [False, False]]]])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": np.zeros((3, 5, 7))}, ValueError, r"x has shape \(3, 5, 7\), 3 axes, but needs 4 \(N, C, H, W\)"),
        ({"x": np.zeros((1, 1, 5, 7), int)}, TypeError, r"x has dtype int64.*use x.astype\(numpy.float32\)"),
        ({"kernel": 6}, ValueError, "kernel 6 does not fit in padded input 5"),
        ({"kernel": 2.5}, TypeError, "kernel must be an integer, got 2.5"),
        ({"stride": (1, 0)}, ValueError, "stride 0 is too small"),
        ({"padding": (0, 2)}, ValueError, "padding 2 is more than half of kernel 3.*use padding <= 1"),
        ({"ceil_mode": 1}, TypeError, "ceil_mode must be True or False, got 1"),
    ],
)
def test_bad_input_is_refused(change, error, message):
    with pytest.raises(error, match=message):
        avg_pool2d(**({"x": np.zeros((1, 1, 5, 7)), "kernel": 3} | change))


def test_a_wrong_gradient_is_refused():
    x = np.zeros((1, 2, 4, 4))
    with pytest.raises(ValueError, match=r"grad_output has shape \(1, 2, 2, 3\), but needs \(1, 2, 2, 2\)"):
        avg_pool2d_backward(np.zeros((1, 2, 2, 3)), x, 2)
    with pytest.raises(ValueError, match=r"grad_output has shape \(1, 2, 1, 1\), but needs \(1, 2\)"):
        global_avg_pool2d_backward(np.zeros((1, 2, 1, 1)), x)
    with pytest.raises(ValueError, match="x has shape"):
        global_avg_pool2d(np.zeros((2, 3)))
