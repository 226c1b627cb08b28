import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnbook.functional import col2im, im2col


def test_the_notes_example_row_for_row():
    """A 1x4x4x2 tensor (NHWC), channel 0 holds 1..16 and channel 1 holds 17..32; kernel 2x2, stride 2."""
    x = np.stack([np.arange(1.0, 17).reshape(4, 4), np.arange(17.0, 33).reshape(4, 4)], axis=-1)[None]
    assert im2col(x, 2, stride=2, layout="NHWC").tolist() == [
        [1, 17, 2, 18, 5, 21, 6, 22],
        [3, 19, 4, 20, 7, 23, 8, 24],
        [9, 25, 10, 26, 13, 29, 14, 30],
        [11, 27, 12, 28, 15, 31, 16, 32],
    ]
    assert im2col(x.transpose(0, 3, 1, 2), 2, stride=2)[0].tolist() == [1, 2, 5, 6, 17, 18, 21, 22]


def test_padding_dilation_and_strides_by_hand():
    x = np.arange(1.0, 7).reshape(1, 1, 2, 3)  # 1 2 3 / 4 5 6, and zeros around in rows
    columns = im2col(x, (2, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2))
    assert columns.tolist() == [[0, 0, 1, 3], [4, 6, 0, 0]]
    assert col2im(columns, x.shape, (2, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2)).tolist() == [
        [[[1, 0, 3], [4, 0, 6]]]
    ]


def test_col2im_adds_where_windows_overlap():
    assert col2im(np.array([[1.0, 2], [10, 20]]), (1, 1, 1, 3), (1, 2)).tolist() == [[[[1, 12, 20]]]]


@st.composite
def cases(draw):
    pair = st.tuples(st.integers(1, 3), st.integers(1, 3))
    kernel, stride, dilation = draw(pair), draw(pair), draw(pair)
    padding = draw(st.tuples(st.integers(0, 2), st.integers(0, 2)))
    size = [d * (k - 1) + 1 + draw(st.integers(0, 8)) for k, d in zip(kernel, dilation, strict=True)]
    shape = (draw(st.integers(0, 3)), draw(st.integers(1, 3)), *size)
    x = np.random.default_rng(draw(st.integers(0, 2**32))).standard_normal(shape)
    return x, kernel, {"stride": stride, "padding": padding, "dilation": dilation}


@pytest.mark.torch
@given(cases())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_agrees_with_pytorchs_unfold_and_fold(case):
    import torch

    x, kernel, options = case
    columns = im2col(x, kernel, **options)
    if len(x) == 0:  # PyTorch's unfold refuses an empty batch
        assert len(columns) == 0
        return
    unfolded = torch.nn.functional.unfold(torch.tensor(x), kernel, **options)  # (N, C * kH * kW, positions)
    rows = unfolded.numpy().transpose(0, 2, 1).reshape(columns.shape)
    np.testing.assert_array_equal(columns, rows)
    folded = torch.nn.functional.fold(unfolded, x.shape[2:], kernel, **options).numpy()
    np.testing.assert_allclose(col2im(columns, x.shape, kernel, **options), folded, rtol=1e-12)


@given(cases())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_nhwc_is_nchw_in_another_order(case):
    x, kernel, options = case
    columns, nhwc = im2col(x, kernel, **options), x.transpose(0, 2, 3, 1)
    rows = im2col(nhwc, kernel, layout="NHWC", **options)
    C, kernel_size = x.shape[1], kernel[0] * kernel[1]
    reordered = columns.reshape(len(columns), C, kernel_size).transpose(0, 2, 1).reshape(rows.shape)
    np.testing.assert_array_equal(rows, reordered)
    back = col2im(rows, nhwc.shape, kernel, layout="NHWC", **options)
    np.testing.assert_array_equal(back, col2im(columns, x.shape, kernel, **options).transpose(0, 2, 3, 1))


@given(cases(), st.integers(0, 2**32))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_col2im_is_the_transpose_of_im2col(case, seed):
    x, kernel, options = case
    columns = im2col(x, kernel, **options)
    other = np.random.default_rng(seed).standard_normal(columns.shape)
    image = col2im(other, x.shape, kernel, **options)
    np.testing.assert_allclose(np.sum(columns * other), np.sum(x * image), atol=1e-9)


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
def test_the_result_is_new_and_of_the_same_dtype(layout):
    x = np.ones((2, 3, 4, 5), np.float32)
    columns = im2col(x, 1, layout=layout)
    columns[...] = 7
    assert (x == 1).all()
    assert columns.dtype == np.float32
    image = col2im(columns, x.shape, 1, layout=layout)
    image[...] = 8
    assert (columns == 7).all()
    assert image.dtype == np.float32


ONES = np.ones((1, 1, 3, 3))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [(lambda: im2col(ONES, 2, layout="CHWN"), ValueError, "layout 'CHWN' is unknown: use 'NCHW' or 'NHWC'"),
     (lambda: im2col(ONES.astype(int), 2), TypeError, "x has dtype int64, but needs float32 or float64"),
     (lambda: im2col(ONES[0], 2, layout="NHWC"), ValueError,
      "x has shape (1, 3, 3), 3 axes, but needs 4 (N, H, W, C)"),
     (lambda: im2col(ONES, 4), ValueError, "kernel 4 does not fit in padded input 3"),
     (lambda: im2col(ONES, (2, 0)), ValueError, "kernel 0 is too small: use kernel >= 1"),
     (lambda: col2im(np.ones((4, 4)), (1, 1, 3, 4), 2), ValueError,
      "columns has shape (4, 4), but needs (6, 4) (what input_shape (1, 1, 3, 4) and kernel (2, 2) give)"),
     (lambda: col2im(np.ones((4, 4)), (3, 3), 2), ValueError, "input_shape (3, 3) has 2 entries, but needs 4"),
     (lambda: col2im(np.ones((2, 2, 4)), (1, 1, 3, 3), 2), ValueError,
      "columns has shape (2, 2, 4), 3 axes, but needs 2")],
)  # fmt: skip
def test_bad_input_is_refused(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()
