import re
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnbook.functional import (
    conv2d,
    conv2d_backward,
    deform_conv2d,
    deform_conv2d_backward,
    deform_conv2d_direct,
    deform_conv2d_direct_backward,
)

FORMS = [deform_conv2d, deform_conv2d_direct]


@st.composite
def cases(draw, most=5):
    """Arguments of a random deformable convolution in float64, with groups and offset groups, with and without mask."""
    pair = st.tuples(st.integers(1, 3), st.integers(1, 3))
    kernel, stride, dilation = draw(pair), draw(st.tuples(st.integers(1, 2), st.integers(1, 3))), draw(pair)
    padding = draw(st.tuples(*[st.tuples(st.integers(0, 2), st.integers(0, 2))] * 2))  # (before, after) for H and W
    size = [d * (k - 1) + 1 + draw(st.integers(0, most)) for k, d in zip(kernel, dilation, strict=True)]
    groups, offset_groups, per_group = draw(st.integers(1, 2)), draw(st.integers(1, 3)), draw(st.integers(1, 2))
    c_in, taps, n = groups * offset_groups * per_group, kernel[0] * kernel[1], draw(st.integers(1, 2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x, weight = rng.standard_normal((n, c_in, *size)), rng.standard_normal((2 * groups, c_in // groups, *kernel))
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    output = conv2d(x, weight, groups=groups, **options).shape[2:]
    offset = 2 * rng.standard_normal((n, 2 * offset_groups * taps, *output))
    bias = rng.standard_normal(2 * groups) if draw(st.booleans()) else None
    factor = rng.standard_normal((n, offset_groups * taps, *output)) if draw(st.booleans()) else None
    return [x, offset, weight, bias, factor], options


def from_grid_sample(x, offset, weight, bias, factor, stride, padding, dilation):
    """The same operation from PyTorch's grid_sample: a sampled image for each number of the kernel, then a product."""
    import torch

    (N, C_in, H, W), (C_out, per_group, kH, kW), output = x.shape, weight.shape, offset.shape[2:]
    groups, offset_groups = C_in // per_group, offset.shape[1] // (2 * kH * kW)
    x = x.reshape(N * offset_groups, -1, H, W)
    offset = offset.reshape(N * offset_groups, kH, kW, 2, *output)
    sampled = []
    for i, j in np.ndindex(kH, kW):
        rows = torch.arange(output[0])[:, None] * stride[0] - padding[0][0] + i * dilation[0] + offset[:, i, j, 0]
        columns = torch.arange(output[1]) * stride[1] - padding[1][0] + j * dilation[1] + offset[:, i, j, 1]
        grid = torch.stack([(2 * columns + 1) / W - 1, (2 * rows + 1) / H - 1], dim=-1)  # -1 and 1 are the edges
        values = torch.nn.functional.grid_sample(x, grid, align_corners=False).reshape(N, offset_groups, -1, *output)
        if factor is not None:
            values = values * factor.reshape(N, offset_groups, kH, kW, 1, *output)[:, :, i, j]
        sampled.append(values.reshape(N, groups, per_group, *output))
    columns = torch.stack(sampled, dim=3)  # (N, groups, C_in // groups, taps, H_out, W_out)
    weight = weight.reshape(groups, C_out // groups, per_group, kH * kW)
    out = torch.einsum("ngcthw,gdct->ngdhw", columns, weight).reshape(N, C_out, *output)
    return out if bias is None else out + bias[:, None, None]


@pytest.mark.torch
@given(case=cases(), column_bytes=st.sampled_from([1 << 19, 500, 1]))
@settings(max_examples=120, deadline=None, derandomize=True)
def test_agrees_with_pytorchs_grid_sample(torch_reference, assert_close, case, column_bytes):
    arrays, options = case
    copies = [None if array is None else array.copy() for array in arrays]
    *leading, factor = arrays
    with mock.patch.dict(deform_conv2d.__globals__, _COLUMN_BYTES=column_bytes):
        output = deform_conv2d(*leading, mask=factor, **options)
        grad_output = np.random.default_rng(0).standard_normal(output.shape)
        gradients = deform_conv2d_backward(grad_output, *leading, mask=factor, **options)
    expected, expected_gradients = torch_reference(
        lambda *tensors: from_grid_sample(*tensors, **options), arrays, grad_output
    )
    assert_close(output, expected)
    assert len(gradients) == (4 if factor is None else 5)
    for actual, gradient in zip(gradients, expected_gradients, strict=False):
        assert_close(actual, gradient)
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@given(case=cases(most=1))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_the_loops_agree_with_the_fast_form(assert_close, case):
    (*arrays, factor), options = case
    expected = deform_conv2d_direct(*arrays, mask=factor, **options)
    assert_close(deform_conv2d(*arrays, mask=factor, **options), expected)
    grad_output = np.random.default_rng(0).standard_normal(expected.shape)
    expected = deform_conv2d_backward(grad_output, *arrays, mask=factor, **options)
    gradients = deform_conv2d_direct_backward(grad_output, *arrays, mask=factor, **options)
    for actual, gradient in zip(gradients, expected, strict=True):
        assert_close(actual, gradient)


@given(case=cases())
@settings(max_examples=50, deadline=None, derandomize=True)
def test_without_offsets_it_is_conv2d(assert_close, case):
    (x, offset, weight, bias, _), options = case
    groups = x.shape[1] // weight.shape[1]
    output = conv2d(x, weight, bias, groups=groups, **options)
    assert_close(deform_conv2d(x, 0 * offset, weight, bias, **options), output)
    grad_output = np.random.default_rng(0).standard_normal(output.shape)
    grad_x, _, grad_weight, grad_bias = deform_conv2d_backward(grad_output, x, 0 * offset, weight, bias, **options)
    expected = conv2d_backward(grad_output, x, weight, bias, groups=groups, **options)
    for actual, gradient in zip((grad_x, grad_weight, grad_bias), expected, strict=True):
        assert_close(actual, gradient)


@pytest.mark.parametrize("offset_groups", [1, 2])
def test_backward_by_finite_differences(offset_groups, numeric_gradient, assert_close):
    rng = np.random.default_rng(5)
    x, weight, bias = rng.standard_normal((2, 4, 3, 4)), rng.standard_normal((4, 2, 3, 2)), rng.standard_normal(4)
    offset = rng.uniform(-3, 3, (2, 12 * offset_groups, 2, 3))
    offset += 0.01 * (np.abs(offset - offset.round()) < 0.01)  # away from the kinks of the interpolation
    arrays = x, offset, weight, bias, rng.standard_normal((2, 6 * offset_groups, 2, 3))
    options = {"stride": (2, 1), "padding": (1, 0)}

    def function(*arrays):
        return deform_conv2d(*arrays[:4], mask=arrays[4], **options)

    grad_output = rng.standard_normal(function(*arrays).shape)
    gradients = deform_conv2d_backward(grad_output, *arrays[:4], mask=arrays[4], **options)
    for index, gradient in enumerate(gradients):
        assert_close(gradient, numeric_gradient(function, arrays, index, grad_output), 1e-7)


@pytest.mark.parametrize("form", FORMS)
def test_one_point_by_hand(form):
    x = np.array([[0.0, 10, 20], [40, 50, 60]]).reshape(1, 1, 2, 3)
    weight = np.full((1, 1, 1, 1), 2.0)

    def read(down, right):
        offset = np.zeros((1, 2, 2, 3))
        offset[0, :, 0, 0] = down, right  # the first position alone
        return form(x, offset, weight, np.array([1.0]))[0, 0].ravel().tolist()

    assert read(0, 0) == [1, 21, 41, 81, 101, 121]
    assert read(1, 2)[0] == 121  # rows first, then columns
    assert read(0.5, 0.25)[0] == 1 + 2 * 22.5  # between 0 and 10 it is 2.5, between 40 and 50 it is 42.5
    assert read(1.75, 1)[0] == 1 + 2 * 12.5  # a quarter of 50, the rest is outside
    assert read(-0.5, 2.5)[0] == 1 + 2 * 5.0  # a quarter of 20
    assert read(-1, 0)[0] == read(2, 0)[0] == read(1e9, -1e9)[0] == read(np.inf, -np.inf)[0] == 1


def test_gradients_by_hand():
    x = np.array([[0.0, 10], [40, 50]]).reshape(1, 1, 2, 2)
    offset, factor = np.zeros((1, 2, 2, 2)), np.full((1, 1, 2, 2), 3.0)
    offset[0, :, 0, 0] = 0.5, 0.25  # reads 22.5
    grad_output = np.array([1.0, 0, 0, 0]).reshape(1, 1, 2, 2)
    grad_x, grad_offset, grad_weight, grad_bias, grad_mask = deform_conv2d_backward(
        grad_output, x, offset, np.full((1, 1, 1, 1), 2.0), np.zeros(1), mask=factor
    )
    assert grad_x.ravel().tolist() == [6 * 0.375, 6 * 0.125, 6 * 0.375, 6 * 0.125]
    assert grad_offset[0, :, 0, 0].tolist() == [6 * 40, 6 * 10]
    assert grad_weight.item() == 3 * 22.5
    assert grad_bias.item() == 1
    assert grad_mask.ravel().tolist() == [2 * 22.5, 0, 0, 0]


def test_nan_in_an_offset_makes_its_output_nan_and_no_other():
    offset = np.zeros((1, 2, 2, 3))
    offset[0, 1, 0, 0] = np.nan
    for form in FORMS:
        output = form(np.ones((1, 1, 2, 3)), offset, np.ones((1, 1, 1, 1)))
        assert np.isnan(output).ravel().tolist() == [True] + [False] * 5


@pytest.mark.parametrize("n", [2, 0])
def test_float32_stays_float32_and_an_empty_batch_stays_empty(n, assert_close):
    rng = np.random.default_rng(7)
    shapes = (n, 4, 5, 7), (n, 12, 3, 6), (6, 4, 3, 2), (6,), (n, 6, 3, 6)
    double = [rng.standard_normal(shape) for shape in shapes]
    single = [array.astype(np.float32) for array in double]
    output = deform_conv2d(*single[:4], mask=single[4])
    assert_close(output, deform_conv2d(*double[:4], mask=double[4]).astype(np.float32), 1e-5)
    gradients = deform_conv2d_backward(output, *single[:4], mask=single[4])
    expected = deform_conv2d_backward(output.astype(float), *double[:4], mask=double[4])
    for actual, gradient in zip(gradients, expected, strict=True):
        assert_close(actual, gradient.astype(np.float32), 1e-4)


X, OFFSET, W = np.ones((2, 4, 5, 7)), np.ones((2, 12, 3, 6)), np.ones((6, 2, 3, 2))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("arrays", "options", "error", "message"),
    [((X, OFFSET[:, :9], W), {}, ValueError,
      "offset has 9 planes, but needs 2 x 3 x 2 = 12 (a way down and a way right for each number of the kernel)"),
     ((X, OFFSET[:, :, :2], W), {}, ValueError, "offset has shape (2, 12, 2, 6), but needs (2, 12, 3, 6)"),
     ((X, np.ones((2, 36, 3, 6)), W), {}, ValueError, "or that times a divisor of the 4 channels"),
     ((X, OFFSET, np.ones((6, 3, 3, 2))), {}, ValueError,
      "weight has shape (6, 3, 3, 2), so it takes 3 channels a group, which does not divide the 4 channels of x"),
     ((X, OFFSET, W[:5]), {}, ValueError, "groups 2 does not divide C_out 5"),
     ((X, OFFSET, W), {"mask": np.ones((2, 12, 3, 6))}, ValueError,
      "mask has shape (2, 12, 3, 6), but needs (2, 6, 3, 6) (half as many planes as offset)"),
     ((X, OFFSET.astype(np.float32), W), {}, TypeError, "x is float64 but offset is float32"),
     ((X, OFFSET.astype(int), W), {}, TypeError, "offset has dtype int64, but needs float32 or float64"),
     ((X, OFFSET, W, np.ones(4)), {}, ValueError, "bias has shape (4,), but needs (6,)"),
     ((X, OFFSET, W), {"padding": "same"}, TypeError, "padding 'same' is a word")],
)  # fmt: skip
def test_bad_input_is_refused(form, arrays, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        form(*arrays, **options)


@pytest.mark.parametrize("backward", [deform_conv2d_backward, deform_conv2d_direct_backward])
def test_a_gradient_of_another_shape_is_refused(backward):
    with pytest.raises(ValueError, match=re.escape("grad_output has shape (2, 4, 5, 7), but needs (2, 6, 3, 6)")):
        backward(X, X, OFFSET, W)
