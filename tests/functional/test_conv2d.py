import re
import tracemalloc
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnbook import functional as F

FORMS = ["conv2d", "conv2d_direct", "conv2d_im2col"]


@st.composite
def convolutions(draw, most=7):
    """Arguments of a random convolution in float64: odd sizes, unequal strides, padding, dilation, groups."""
    pair = st.tuples(st.integers(1, 3), st.integers(1, 3))
    groups, kernel, stride, dilation = draw(st.integers(1, 3)), draw(pair), draw(pair), draw(pair)
    padding = draw(st.tuples(st.integers(0, 3), st.integers(0, 3)))
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    size = [draw(st.integers(max(1, span - 2 * p), most + span)) for span, p in zip(spans, padding, strict=True)]
    c_in, c_out, n = (draw(st.integers(1, 3)) for _ in range(3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x = rng.standard_normal((n, c_in * groups, *size))
    weight = rng.standard_normal((c_out * groups, c_in, *kernel))
    bias = rng.standard_normal(c_out * groups) if draw(st.booleans()) else None
    return (x, weight, bias), {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}


def both_ways(name, arrays, options, torch_reference, assert_close):
    """Forward and backward of one form against torch.nn.functional.conv2d, and the inputs unchanged."""
    import torch

    copies = [None if array is None else array.copy() for array in arrays]
    output = getattr(F, name)(*arrays, **options)
    grad_output = np.random.default_rng(0).standard_normal(output.shape)
    expected, gradients = torch_reference(
        lambda *tensors: torch.nn.functional.conv2d(*tensors, **options), arrays, grad_output
    )
    assert_close(output, expected)
    for actual, gradient in zip(
        getattr(F, f"{name}_backward")(grad_output, *arrays, **options), gradients, strict=True
    ):
        assert_close(actual, gradient)
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.torch
@given(convolutions(most=24))
@settings(max_examples=500, deadline=None, derandomize=True)
def test_agrees_with_pytorch(torch_reference, assert_close, arguments):
    both_ways("conv2d", *arguments, torch_reference, assert_close)


@pytest.mark.torch
@pytest.mark.parametrize("name", FORMS[1:])
@given(arguments=convolutions(most=3))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_the_twins_agree_with_pytorch(torch_reference, assert_close, name, arguments):
    both_ways(name, *arguments, torch_reference, assert_close)


@pytest.mark.torch
@given(arguments=convolutions(most=12), workspace=st.integers(1, 2000))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_any_cut_into_blocks_gives_the_same(torch_reference, assert_close, arguments, workspace):
    with mock.patch("cnnbook.functional._convolve._WORKSPACE_BYTES", workspace):
        both_ways("conv2d", *arguments, torch_reference, assert_close)


@pytest.mark.parametrize("name", FORMS)
def test_vertical_edge_by_hand(name):
    image = [[3, 0, 1, 2, 7, 4], [1, 5, 8, 9, 3, 1], [2, 7, 2, 5, 1, 3],
             [0, 1, 3, 1, 7, 8], [4, 2, 1, 6, 2, 8], [2, 4, 5, 2, 3, 9]]  # fmt: skip
    x = np.array(image, np.float32)[None, None]
    edge = np.array([[1, 0, -1]] * 3, np.float32)[None, None]
    expected = [[-5, -4, 0, 8], [-10, -2, 2, 3], [0, -2, -4, -7], [-3, -2, -3, -16]]
    assert getattr(F, name)(x, edge)[0, 0].tolist() == expected


@pytest.mark.parametrize("name", FORMS)
def test_channels_are_summed_and_groups_kept_apart(name):
    x = np.array([1.0, 10, 100, 1000]).reshape(1, 4, 1, 1)
    weight, bias = np.array([[1.0, 2], [3, 4], [5, 6], [7, 8]]), np.array([0.5, 0, 0, 0])
    convolve = getattr(F, name)
    grouped = convolve(x, weight[:, :, None, None], bias, groups=2)
    assert grouped[0, :, 0, 0].tolist() == [21.5, 43, 6500, 8700]  # 1*1 + 10*2 + 0.5, 1*3 + 10*4, 100*5 + 1000*6, ...
    whole = convolve(x, np.hstack([weight, weight])[:, :, None, None])
    assert whole[0, :, 0, 0].tolist() == [2121, 4343, 6565, 8787]


@pytest.mark.parametrize("name", FORMS)
def test_backward_by_hand(name):
    x, weight = np.array([[[[1.0, 2, 3]]]]), np.array([[[[10.0, 20]]]])  # out = [10 + 40, 20 + 60]
    gradients = getattr(F, f"{name}_backward")(np.array([[[[1.0, 100]]]]), x, weight, np.zeros(1))
    grad_x, grad_weight, grad_bias = (gradient.ravel().tolist() for gradient in gradients)
    assert grad_x == [10, 20 + 1000, 2000]
    assert grad_weight == [1 + 200, 2 + 300]
    assert grad_bias == [101]


@pytest.mark.parametrize("name", FORMS)
def test_backward_by_finite_differences(name, numeric_gradient, assert_close):
    rng = np.random.default_rng(5)
    arrays = rng.standard_normal((2, 4, 3, 4)), rng.standard_normal((2, 2, 3, 2)), rng.standard_normal(2)
    options = {"stride": (2, 1), "padding": (1, 1), "dilation": (1, 2), "groups": 2}
    convolve = getattr(F, name)
    grad_output = rng.standard_normal(convolve(*arrays, **options).shape)
    gradients = getattr(F, f"{name}_backward")(grad_output, *arrays, **options)
    for index, gradient in enumerate(gradients):
        numeric = numeric_gradient(lambda *moved: convolve(*moved, **options), arrays, index, grad_output)
        assert_close(gradient, numeric, 1e-7)


@pytest.mark.torch
@pytest.mark.parametrize(
    ("shape", "weight_shape", "options"),
    [((3, 1, 28, 28), (6, 1, 5, 5), {"padding": 2}), ((1, 3, 67, 67), (16, 3, 11, 11), {"stride": 4}),
     ((2, 64, 30, 40), (96, 64, 3, 3), {"padding": 1}), ((2, 48, 20, 21), (24, 48, 1, 1), {}),
     ((2, 48, 20, 21), (24, 48, 1, 1), {"stride": 2}), ((2, 72, 28, 29), (72, 1, 3, 3), {"padding": 1, "groups": 72})],
)  # fmt: skip
def test_float32_stays_float32(shape, weight_shape, options, torch_reference, assert_close):
    import torch

    rng = np.random.default_rng(1)
    arrays = [rng.standard_normal(s, dtype=np.float32) for s in (shape, weight_shape, weight_shape[:1])]
    grad_output = rng.standard_normal(F.conv2d(*arrays, **options).shape, dtype=np.float32)
    expected, gradients = torch_reference(
        lambda *tensors: torch.nn.functional.conv2d(*tensors, **options), arrays, grad_output
    )
    assert_close(F.conv2d(*arrays, **options), expected, 1e-5)
    for actual, gradient in zip(F.conv2d_backward(grad_output, *arrays, **options), gradients, strict=True):
        assert_close(actual, gradient, 1e-5)


def test_memory_of_the_layout_does_not_matter(assert_close):
    rng = np.random.default_rng(2)
    x, weight = rng.standard_normal((2, 4, 6, 7)), rng.standard_normal((6, 2, 3, 2))
    grad_output = rng.standard_normal((2, 6, 4, 6))
    expected = F.conv2d(x, weight, groups=2), *F.conv2d_backward(grad_output, x, weight, groups=2)[:2]
    x, weight, grad_output = (np.asfortranarray(array) for array in (x, weight, grad_output))
    actual = F.conv2d(x, weight, groups=2), *F.conv2d_backward(grad_output, x, weight, groups=2)[:2]
    for one, other in zip(actual, expected, strict=True):
        assert_close(one, other)
        assert one.flags.c_contiguous


@pytest.mark.parametrize(
    ("shape", "weight_shape", "options", "most"),
    [((4, 64, 56, 56), (64, 64, 3, 3), {"padding": 1}, 0.5),  # of the column matrix of one image
     ((4, 144, 56, 56), (144, 1, 3, 3), {"padding": 1, "groups": 144}, 0.1),
     ((4, 3, 227, 227), (96, 3, 11, 11), {"stride": 4}, 0.5), ((8, 1, 96, 96), (6, 1, 5, 5), {}, 1.5),
     ((8, 3, 64, 64), (64, 3, 3, 3), {"padding": 1}, 1.5), ((8, 64, 28, 28), (128, 64, 2, 2), {"stride": 2}, 1.5)],
)  # fmt: skip
def test_extra_memory_is_little(shape, weight_shape, options, most):
    x, weight = np.ones(shape, np.float32), np.ones(weight_shape, np.float32)
    bias = np.ones(len(weight), np.float32)
    F.conv2d(x[:1], weight, bias, **options)
    tracemalloc.start()
    output = F.conv2d(x, weight, bias, **options)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    one_image = shape[1] * weight_shape[2] * weight_shape[3] * output[0, 0].nbytes
    assert peak - output.nbytes < most * one_image


@pytest.mark.parametrize("name", FORMS)
def test_empty_batch_gives_an_empty_output(name):
    x, weight, bias = np.empty((0, 4, 5, 7), np.float32), np.ones((6, 2, 3, 2), np.float32), np.ones(6, np.float32)
    output = getattr(F, name)(x, weight, bias, groups=2)
    assert output.shape == (0, 6, 3, 6)
    assert output.dtype == np.float32
    gradients = getattr(F, f"{name}_backward")(output, x, weight, bias, groups=2)
    assert [gradient.shape for gradient in gradients] == [x.shape, weight.shape, bias.shape]
    assert not gradients[1].any()
    assert not gradients[2].any()


@pytest.mark.parametrize("name", FORMS)
def test_nan_spreads_to_the_windows_that_hold_it_and_no_further(name):
    x, weight = np.ones((1, 1, 5, 7)), np.ones((1, 1, 3, 2))
    x[0, 0, 0, 0] = np.nan
    output = getattr(F, name)(x, weight)
    assert np.isnan(output[0, 0, 0, 0])
    assert np.isnan(output).sum() == 1


X, W, B = np.ones((2, 4, 5, 7)), np.ones((6, 2, 3, 2)), np.ones(6)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    ("arrays", "options", "error", "message"),
    [((X.tolist(), W), {}, TypeError, "x must be a NumPy array, got list: use numpy.asarray(x, dtype=numpy.float32)"),
     ((None, W), {}, TypeError, "x must be a NumPy array, got NoneType"),
     ((X.astype(int), W), {}, TypeError,
      "x has dtype int64, but needs float32 or float64: use x.astype(numpy.float32)"),
     ((X.astype(object), W), {}, TypeError, "x has dtype object, but needs float32 or float64"),
     ((X, W.astype(np.float16)), {}, TypeError, "weight has dtype float16, but needs float32 or float64"),
     ((X.astype(np.float32), W), {}, TypeError,
      "x is float32 but weight is float64: give both one dtype, such as weight.astype(numpy.float32)"),
     ((X, W, B.astype(np.float32)), {}, TypeError, "x is float64 but bias is float32: give both one dtype"),
     ((X[0], W), {}, ValueError,
      "x has shape (4, 5, 7), 3 axes, but needs 4 (N, C_in, H, W): use x.reshape or x[None]"),
     ((X, W[0]), {}, ValueError, "weight has shape (2, 3, 2), 3 axes, but needs 4 (C_out, C_in // groups, kH, kW)"),
     ((X, W, np.ones((6, 1))), {"groups": 2}, ValueError, "bias has shape (6, 1), 2 axes, but needs 1 (C_out)"),
     ((X, W, np.ones(1)), {"groups": 2}, ValueError,
      "bias has shape (1,), but needs (6,) (one number an output channel)"),
     ((X, W), {}, ValueError,
      "weight has shape (6, 2, 3, 2), so it takes 2 x 1 groups = 2 channels, but x has 4: "
      "use a weight of shape (6, 4, 3, 2) or other groups"),
     ((X, W), {"groups": 3}, ValueError, "groups 3 does not divide C_in 4: use a divisor of 4"),
     ((X, W[:5]), {"groups": 2}, ValueError, "groups 2 does not divide C_out 5: use a divisor of 5"),
     ((X, W), {"groups": 0}, ValueError, "groups 0 is too small: use groups >= 1"),
     ((X, W), {"groups": 2, "stride": 0}, ValueError, "stride 0 is too small: use stride >= 1"),
     ((X, W), {"groups": 2, "padding": -1}, ValueError, "padding -1 is too small: use padding >= 0"),
     ((X, W), {"groups": 2, "padding": 1.0}, TypeError, "padding must be an integer, got 1.0 (float): use 1"),
     ((X, W), {"groups": 2, "padding": "same"}, TypeError,
      "padding 'same' is a word: use the numbers that cnnbook.arithmetic.same_padding returns"),
     ((X, W), {"groups": 2, "dilation": (1, 2, 3)}, ValueError, "dilation (1, 2, 3) has 3 entries, but needs 2"),
     ((X, W), {"groups": 2, "dilation": 3}, ValueError,
      "kernel 3 with dilation 3 spans 7 and does not fit in padded input 5"),
     ((X[:, :, :0], W), {"groups": 2}, ValueError, "x has shape (2, 4, 0, 7): only the batch may be empty")],
)  # fmt: skip
def test_bad_input_is_refused(name, arrays, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        getattr(F, name)(*arrays, **options)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    ("grad_output", "error", "message"),
    [(np.ones((2, 6, 3, 5)), ValueError,
      "grad_output has shape (2, 6, 3, 5), but needs (2, 6, 3, 6) (the shape of the output)"),
     (np.ones(1), ValueError, "grad_output has shape (1,), but needs (2, 6, 3, 6) (the shape of the output)"),
     (np.ones((2, 6, 3, 6), np.float32), TypeError, "input is float64 but grad_output is float32: give both one dtype"),
     (1.0, TypeError, "grad_output must be a NumPy array, got float")],
)  # fmt: skip
def test_bad_gradients_are_refused(name, grad_output, error, message):
    with pytest.raises(error, match=re.escape(message)):
        getattr(F, f"{name}_backward")(grad_output, X, W, B, groups=2)
