"""Tensors of PyTorch as NumPy arrays, without an import of PyTorch: where it is not imported, nothing is a tensor."""

import sys

import numpy as np


def is_tensor(value):
    """Whether a value is a tensor of PyTorch.

    >>> is_tensor(np.zeros(2))
    False
    """
    kind = getattr(sys.modules.get("torch"), "Tensor", None)
    return isinstance(kind, type) and issubclass(type(value), kind)


def plain(tensor):
    """Return a copy of a tensor without a gradient or a subclass: what a later step of a training leaves alone."""
    torch = sys.modules["torch"]
    with torch._C.DisableTorchFunctionSubclass():
        copy = torch.Tensor.detach(tensor).clone().as_subclass(torch.Tensor)
    numbers(copy)  # raises for one that has none to look at: on the device "meta", sparse, quantised
    return copy


def numbers(value):
    """Return the numbers of a tensor as an array, and an array as it is. What NumPy has no dtype for is widened."""
    if not is_tensor(value):
        return value
    torch = sys.modules["torch"]
    value = value.detach().cpu().resolve_conj().resolve_neg()
    try:
        return value.numpy()
    except TypeError:  # bfloat16, float8
        return value.to(torch.complex128 if value.is_complex() else torch.float64).numpy()


def dtype_name(dtype):
    """Name of a dtype, NumPy's or PyTorch's.

    >>> dtype_name(np.zeros(2).dtype)
    'float64'
    """
    return str(dtype).removeprefix("torch.")


def epsilon(value):
    """Distance from 1 to the next larger number of the dtype; 0 where it is no float's.

    >>> epsilon(np.float16(5)), epsilon(7)
    (0.0009765625, 0.0)
    """
    if is_tensor(value):
        floats = value.is_floating_point() or value.is_complex()
        return float(sys.modules["torch"].finfo(value.dtype).eps) if floats else 0.0
    own = np.asarray(value).dtype
    return float(np.finfo(own).eps) if own.kind in "fc" else 0.0
