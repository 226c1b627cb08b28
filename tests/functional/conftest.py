"""Tools that the tests of the operations share, as fixtures: a comparison, PyTorch's gradients, finite differences."""

import numpy as np
import pytest
from hypothesis import settings

# PyTorch's first call takes longer than the usual deadline; and the same cases in every run: no test fails by luck.
settings.register_profile("cnnbook", deadline=None, derandomize=True)
settings.load_profile("cnnbook")


def _assert_close(actual, expected, tolerance=1e-9):
    """Same shape and dtype, and no number off by more than `tolerance` of the largest one (of 1, if that is more)."""
    if expected is None:
        assert actual is None
        return
    expected = np.asarray(expected)
    assert isinstance(actual, np.ndarray)
    assert actual.shape == expected.shape
    assert actual.dtype == expected.dtype
    scale = np.maximum(1, np.abs(expected).max(initial=0))
    np.testing.assert_allclose(actual, expected, rtol=0, atol=tolerance * scale)


def _numeric_gradient(function, arrays, index, grad_output, step=1e-5):
    """Central differences of ``sum(function(*arrays) * grad_output)`` with respect to ``arrays[index]``, in float64."""
    arrays = [None if array is None else array.copy() for array in arrays]
    moved = arrays[index]
    gradient = np.empty_like(moved)
    for at in np.ndindex(moved.shape):
        here = moved[at]
        moved[at] = here + step
        above = np.sum(function(*arrays) * grad_output)
        moved[at] = here - step
        below = np.sum(function(*arrays) * grad_output)
        moved[at] = here
        gradient[at] = (above - below) / (2 * step)
    return gradient


def _torch_reference(function, arrays, grad_output=None):
    """Output of a PyTorch function as an array, and its gradients for `grad_output`: one an array, None for None."""
    torch = pytest.importorskip("torch")
    tensors = [None if array is None else torch.tensor(array, requires_grad=True) for array in arrays]
    output = function(*tensors)
    if grad_output is None:
        return output.detach().numpy()
    output.backward(torch.tensor(grad_output))
    return output.detach().numpy(), [None if tensor is None else tensor.grad.numpy() for tensor in tensors]


@pytest.fixture(scope="session")
def assert_close():
    return _assert_close


@pytest.fixture(scope="session")
def numeric_gradient():
    return _numeric_gradient


@pytest.fixture(scope="session")
def torch_reference():
    return _torch_reference


def _assert_like_torch(forward, backward, reference, *arrays, seed=0):
    """Output and all gradients are those of `reference`, a PyTorch function, and no array is changed."""
    copies = [None if array is None else array.copy() for array in arrays]
    output = forward(*arrays)
    grad_output = np.random.default_rng(seed).standard_normal(output.shape)
    grads = backward(grad_output, *arrays)
    expected, expected_grads = _torch_reference(reference, arrays, grad_output)
    _assert_close(output, expected)
    assert isinstance(grads, tuple)
    for grad, expected_grad in zip(grads, expected_grads, strict=True):
        _assert_close(grad, expected_grad)
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def _assert_like_differences(forward, backward, *arrays, seed=0):
    """All gradients are those of central differences, which know nothing of any formula."""
    grad_output = np.random.default_rng(seed).standard_normal(forward(*arrays).shape)
    for index, grad in enumerate(backward(grad_output, *arrays)):
        _assert_close(grad, _numeric_gradient(forward, arrays, index, grad_output), tolerance=1e-8)


@pytest.fixture(scope="session")
def assert_like_torch():
    return _assert_like_torch


@pytest.fixture(scope="session")
def assert_like_differences():
    return _assert_like_differences


def _convolution_arguments(seed, axes, most=6):
    """Arrays and options of a random convolution over `axes` axes in float64: odd sizes, unequal strides, groups."""
    rng = np.random.default_rng(seed)
    kernel, stride, dilation = (tuple(int(n) for n in rng.integers(1, 4, axes)) for _ in range(3))
    padding = tuple(int(n) for n in rng.integers(0, 3, axes))
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    size = [int(rng.integers(max(1, span - 2 * p), most + span)) for span, p in zip(spans, padding, strict=True)]
    groups, c_in, c_out, n = rng.integers(1, 4, 4)
    x = rng.standard_normal((n, c_in * groups, *size))
    weight = rng.standard_normal((c_out * groups, c_in, *kernel))
    bias = rng.standard_normal(c_out * groups) if rng.random() < 0.5 else None
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": int(groups)}
    return (x, weight, bias), options


@pytest.fixture(scope="session")
def convolution_arguments():
    return _convolution_arguments
