"""What each operation of PyTorch costs, and what the units of its output see.

An operation that is in none of these tables is one that we know nothing about; the recorder makes a note of it.
"""

from math import prod

import torch
from torch.utils._pytree import tree_leaves

from ..arithmetic import conv_macs
from . import fields

# A unit sees what the units at its place in the arguments see; PyTorch itself marks most of these as pointwise.
_POINTWISE = {
    "native_batch_norm", "_native_batch_norm_legit", "_native_batch_norm_legit_no_training", "cudnn_batch_norm",
    "native_layer_norm", "native_group_norm", "_fused_rms_norm", "_prelu_kernel", "native_dropout", "_to_copy",
    "copy_", "fill_", "zero_",
}  # fmt: skip
_POOL = {"max_pool2d_with_indices", "max_pool3d_with_indices", "avg_pool2d", "avg_pool3d"}
_ADAPTIVE = {"_adaptive_avg_pool2d", "_adaptive_avg_pool3d", "adaptive_max_pool2d", "adaptive_max_pool3d"}
_PAD = {"constant_pad_nd", *(f"{kind}_pad{n}d" for kind in ("reflection", "replication") for n in (1, 2, 3))}
_TAPS = {"upsample_nearest": 1, "_upsample_nearest_exact": 1, "upsample_linear": 2, "upsample_bilinear": 2,
         "upsample_trilinear": 2, "upsample_bicubic": 4}  # fmt: skip
_REDUCE = {"mean", "sum", "amax", "amin", "max", "min", "prod", "var", "std", "var_mean", "std_mean", "logsumexp"}
_SOFTMAX = {"_softmax", "_log_softmax", "_safe_softmax"}
_REARRANGE = {
    "view", "_unsafe_view", "permute", "transpose", "t", "unsqueeze", "squeeze", "expand", "slice", "select", "split",
    "split_with_sizes", "unbind", "alias", "detach", "flip", "roll", "pixel_shuffle", "pixel_unshuffle", "unfold",
    "repeat",
}  # fmt: skip
_CONSTANT = {"new_zeros", "new_ones", "new_full", "new_empty", "zeros_like", "ones_like", "full_like", "empty_like"}
# Matrix products: which arguments are multiplied
_PRODUCT = {"mm": ("self", "mat2"), "bmm": ("self", "mat2"), "addmm": ("mat1", "mat2"), "baddbmm": ("batch1", "batch2"),
            "mv": ("self", "vec"), "addmv": ("mat", "vec"), "dot": ("self", "tensor")}  # fmt: skip


class Unknown(Exception):
    """An operation that we know nothing about."""


def name_of(func):
    """The plain name of an operation, such as ``convolution``."""
    return func.overloadpacket.__name__


def arguments(func, args, kwargs):
    """Arguments of a call by name, defaults included."""
    names = [argument.name for argument in func._schema.arguments]
    defaults = {argument.name: argument.default_value for argument in func._schema.arguments}
    return {**defaults, **dict(zip(names, args, strict=False)), **kwargs}


def macs(func, given, output):
    """Multiply-accumulates of one operation: convolutions and matrix products; everything else counts as none."""
    name = name_of(func)
    if name == "convolution":
        N, c_in, *size = given["input"].shape
        _, c_out, *output_size = output.shape
        kernel, groups = tuple(given["weight"].shape[2:]), given["groups"]
        if given["transposed"]:  # the products of the convolution that leads the other way
            return N * conv_macs(c_out, c_in, kernel, tuple(size), groups=groups)
        return N * conv_macs(c_in, c_out, kernel, tuple(output_size), groups=groups)
    if name in _PRODUCT:
        return output.numel() * given[_PRODUCT[name][0]].shape[-1]
    if name.startswith("_scaled_dot_product"):  # every query with every key, then with every value
        *batch, queries, width = given["query"].shape
        return prod(batch) * queries * given["key"].shape[-2] * (width + given["value"].shape[-1])
    return 0


def follow(func, args, kwargs, output, seen):
    """What the units of the output see.

    Parameters
    ----------
    func, args, kwargs : operation and its arguments
    output : tensor, or tuple or list of tensors
    seen : function
        From a tensor to what its units see; ``{}`` for one that does not depend on the input.

    Returns
    -------
    list of (dict or None)
        One for each tensor of the output; None where it cannot be said.

    Raises
    ------
    Unknown
        For an operation that is in none of the tables.
    """
    name, given = name_of(func), arguments(func, args, kwargs)
    first, *others = output if isinstance(output, tuple | list) else [output]
    tensors = [value for value in tree_leaves(given) if isinstance(value, torch.Tensor)]
    if name in _REARRANGE:
        views = {"view", "_unsafe_view"}  # the numbers may have to be copied for the same shape
        move = (lambda x: x.reshape(first.shape)) if name in views else (lambda x: func(x, *args[1:], **kwargs))
        return fields.rearrange(seen(tensors[0]), move, tensors[0].shape)
    if name in _CONSTANT:
        found = {}
    elif name == "convolution":
        found = _convolution(given, first, seen)
    elif name in _POOL:
        options = {"kernel": given["kernel_size"], "stride": given["stride"] or given["kernel_size"],
                   "padding": given["padding"], "dilation": given.get("dilation", [1])}  # fmt: skip
        axes = int(name[-2]) if name.startswith("avg") else int(name[8])
        options["kernel"] = [options["kernel"][place % len(options["kernel"])] for place in range(axes)]
        found = fields.window(seen(given["self"]), options, first)
    elif name in _ADAPTIVE:
        found = fields.adaptive(seen(given["self"]), int(name[-2]), first)
    elif name in _PAD:
        found = fields.pad(seen(given["self"]), given["pad" if name == "constant_pad_nd" else "padding"])
    elif name[:-2] in _TAPS:
        found = fields.resize(
            seen(given["self"]), _TAPS[name[:-2]], given.get("align_corners", False), int(name[-2]), first
        )
    elif name in _REDUCE:
        dims = given.get("dim")
        dims = [dims] if isinstance(dims, int) else dims
        found = fields.reduce(seen(given["self"]), dims, given.get("keepdim", False), given["self"].ndim)
    elif name in _SOFTMAX:
        found = fields.reduce(seen(given["self"]), [given["dim"]], True, given["self"].ndim)
    elif name in _PRODUCT:
        found = _product(name, given, seen)
    elif name == "cat":
        dim = given["dim"] % first.ndim - first.ndim
        found = fields.concatenate([seen(tensor) for tensor in tensors], [tensor.shape[dim] for tensor in tensors], dim)
    elif name == "stack":
        apart = [fields.rearrange(seen(x), lambda n: n.unsqueeze(given["dim"]), x.shape) for x in tensors]
        found = None if [None] in apart else fields.merge(*(one for found in apart for one in found))
    elif name == "index_add":
        found = fields.merge(*map(seen, tensors))
        dim = given["dim"] % first.ndim - first.ndim
        found = None if any(axis.dim == dim for axis in found.values()) else found
    elif name.startswith("_scaled_dot_product"):
        found = fields.merge(*(fields.together(seen(given[part])) for part in ("query", "key", "value")))
    elif name in _POINTWISE or torch.Tag.pointwise in func.tags:
        found = fields.merge(*map(seen, tensors))
    else:
        raise Unknown(name)
    return [found, *(found if other.shape == first.shape else None for other in others)]


def _convolution(given, output, seen):
    kernel = given["weight"].shape[2:]
    options = {"kernel": kernel, **{name: given[name] for name in ("stride", "padding", "dilation")}}
    x = given["input"]
    across = fields.reduce(seen(x), [1], True, x.ndim)  # a sum over channels
    found = fields.window(across, options, output, transposed=given["transposed"])
    return fields.merge(found, fields.together(seen(given["weight"])))  # weights that were themselves computed


def _product(name, given, seen):
    left, right = (given[argument] for argument in _PRODUCT[name])
    rows = fields.reduce(seen(left), [-1], right.ndim > 1, left.ndim)
    columns = fields.reduce(seen(right), [-2 if right.ndim > 1 else -1], True, right.ndim)
    added = seen(given["self"]) if name.startswith(("add", "badd")) else {}
    return fields.merge(rows, columns, added)
