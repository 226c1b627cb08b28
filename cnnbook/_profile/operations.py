"""What each operation of PyTorch costs, and what the units of its output see.

"Free", "counted" and "unknown" are three things. An operation that is in none of these tables is one that we know
nothing about, and the recorder makes a note of it: it may hide any number of products.
"""

from math import prod

import torch
from torch.utils._pytree import tree_leaves

from ..arithmetic import conv_macs
from . import fields

# A unit sees what the units at its place in the arguments see; PyTorch itself marks most of these as pointwise.
_POINTWISE = {
    "native_batch_norm", "_native_batch_norm_legit", "_native_batch_norm_legit_no_training", "cudnn_batch_norm",
    "miopen_batch_norm", "_batch_norm_no_update", "_batch_norm_with_update", "native_layer_norm", "native_group_norm",
    "_fused_rms_norm", "_prelu_kernel", "native_dropout", "_to_copy", "clone", "copy", "copy_", "fill", "fill_",
    "zero_", "bernoulli", "bernoulli_", "rrelu_with_noise", "lift", "lift_fresh", "_pin_memory", "_conj", "complex",
    "polar", "bucketize", "isin", "hardswish", "log_sigmoid_forward", "floor_divide", "rsub", "_add_relu",
}  # fmt: skip
_POOL = {"max_pool2d_with_indices", "max_pool3d_with_indices", "avg_pool2d", "avg_pool3d"}
_ADAPTIVE = {"_adaptive_avg_pool2d", "_adaptive_avg_pool3d", "adaptive_max_pool2d", "adaptive_max_pool3d"}
_PAD = {"constant_pad_nd", *(f"{kind}_pad{n}d" for kind in ("reflection", "replication") for n in (1, 2, 3))}
_TAPS = {"upsample_nearest": 1, "_upsample_nearest_exact": 1, "upsample_linear": 2, "upsample_bilinear": 2,
         "upsample_trilinear": 2, "upsample_bicubic": 4}  # fmt: skip
_REDUCE = {"mean", "sum", "amax", "amin", "max", "min", "prod", "var", "std", "var_mean", "std_mean", "logsumexp",
           "argmax", "argmin", "all", "any", "norm", "linalg_vector_norm", "median", "nanmedian"}  # fmt: skip
_SOFTMAX = {"_softmax", "_log_softmax", "_safe_softmax", "cumsum", "cumprod", "logcumsumexp", "cummax", "cummin",
            "sort", "topk"}  # fmt: skip
_REARRANGE = {
    "view", "_unsafe_view", "permute", "transpose", "t", "unsqueeze", "squeeze", "expand", "slice", "select", "split",
    "split_with_sizes", "unsafe_split", "unsafe_split_with_sizes", "unbind", "alias", "detach", "flip", "roll", "rot90",
    "pixel_shuffle", "channel_shuffle", "native_channel_shuffle", "unfold", "repeat", "diagonal",
}  # fmt: skip
_CONSTANT = {"new_zeros", "new_ones", "new_full", "new_empty", "new_empty_strided", "zeros_like", "ones_like",
             "full_like", "empty_like", "rand_like", "randn_like", "randint_like", "normal_", "uniform_"}  # fmt: skip
# Matrix products: which arguments are multiplied
_PRODUCT = {"mm": ("self", "mat2"), "bmm": ("self", "mat2"), "addmm": ("mat1", "mat2"), "baddbmm": ("batch1", "batch2"),
            "_addmm_activation": ("mat1", "mat2"), "_int_mm": ("self", "mat2"), "mv": ("self", "vec"),
            "addmv": ("mat", "vec"), "dot": ("self", "tensor"), "vdot": ("self", "other")}  # fmt: skip
_RECURRENT = {"mkldnn_rnn_layer", "_cudnn_rnn", "miopen_rnn", "_lstm_mps"}
# They multiply nothing, and it would take too much to tell what their units see.
_FREE = {
    "index", "index_select", "index_add", "index_copy", "index_fill", "index_put", "_unsafe_index",
    "_unsafe_index_put", "_index_put_impl", "gather", "take", "scatter", "scatter_add", "scatter_reduce",
    "masked_select", "masked_scatter", "select_scatter", "slice_scatter", "diagonal_scatter", "as_strided_scatter",
    "diag_embed", "tril", "triu", "_upsample_bilinear2d_aa", "_upsample_bicubic2d_aa", "_upsample_lanczos2d_aa",
    "grid_sampler_2d", "grid_sampler_3d", "max_unpool2d", "max_unpool3d", "fractional_max_pool2d",
    "fractional_max_pool3d", "_embedding_bag", "_embedding_bag_forward_only", "nonzero", "kthvalue", "mode",
    "repeat_interleave", "multinomial", "bincount", "searchsorted", "_unique2", "unique_dim", "unique_consecutive",
    "block_diag", "_thnn_fused_lstm_cell", "_thnn_fused_gru_cell", "_weight_norm_interface", "glu", "mse_loss",
    "smooth_l1_loss", "huber_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits", "nll_loss_forward",
    "nll_loss2d_forward", "_local_scalar_dense", "stack", "cat", "col2im", "im2col", "embedding", "pixel_unshuffle",
    "_pack_padded_sequence", "_to_sparse", "_to_dense", "_assert_async", "_assert_tensor_metadata",
}  # fmt: skip


class Unknown(Exception):
    """It cannot be said."""


def name_of(func):
    """The plain name of an operation, such as ``convolution``; of another library, such as ``quantized.linear``."""
    name = func.overloadpacket.__name__
    return name if func.namespace == "aten" else f"{func.namespace}.{name}"


def arguments(func, args, kwargs):
    """Arguments of a call by name, defaults included."""
    names = [argument.name for argument in func._schema.arguments]
    defaults = {argument.name: argument.default_value for argument in func._schema.arguments}
    return {**defaults, **dict(zip(names, args, strict=False)), **kwargs}


def macs(func, given, results):
    """Multiply-accumulates of one operation: convolutions, matrix products and layers made of them.

    Raises
    ------
    Unknown
        For an operation that is in none of the tables, and for complex numbers.
    """
    name = name_of(func)
    if _is_free(func, name):
        return 0
    tensors = [value for value in tree_leaves(given) if isinstance(value, torch.Tensor)]
    if not results:
        return 0
    if any(tensor.is_complex() for tensor in tensors):
        raise Unknown(name)
    output = results[0]
    if name == "convolution":
        N, c_in, *size = given["input"].shape
        _, c_out, *output_size = output.shape
        kernel, groups = tuple(given["weight"].shape[2:]), given["groups"]
        if given["transposed"]:  # the products of the convolution that leads the other way
            return N * conv_macs(c_out, c_in, kernel, tuple(size), groups=groups)
        return N * conv_macs(c_in, c_out, kernel, tuple(output_size), groups=groups)
    if name in _PRODUCT:
        return output.numel() * given[_PRODUCT[name][0]].shape[-1]
    if name == "addbmm":
        return given["batch1"].numel() * given["batch2"].shape[-1]
    if name == "_trilinear":  # nn.Bilinear: the outer product of the two inputs, times the weights
        return output.numel() * prod(given["i2"].shape[1:])
    if name in _RECURRENT:  # every step multiplies with every weight matrix
        steps = prod(given["input"].shape[:-1])
        return steps * sum(tensor.numel() for tensor in _weights(given) if tensor.ndim > 1)
    if name.startswith("_scaled_dot_product"):  # every query with every key, then with every value
        *batch, queries, width = given["query"].shape
        return prod(batch) * queries * given["key"].shape[-2] * (width + given["value"].shape[-1])
    raise Unknown(name)


def _is_free(func, name):
    """Whether an operation multiplies no matrices: it looks on, moves, chooses, compares, adds up or works by place."""
    tables = (_POINTWISE, _POOL, _ADAPTIVE, _PAD, _REDUCE, _SOFTMAX, _REARRANGE, _CONSTANT, _FREE)
    if name.partition(".")[2]:  # of another library
        return False
    views = any(result.alias_info and not result.alias_info.is_write for result in func._schema.returns)
    known = any(plain in table for plain in (name, name.removesuffix("_")) for table in tables)
    return views or known or name[:-2] in _TAPS or torch.Tag.pointwise in func.tags


def _weights(given):
    """The weights of a recurrent layer, whose names differ from one library to the next."""
    named = [value for name, value in given.items() if name.startswith(("weight", "params")) and name != "weight_buf"]
    return [value for value in tree_leaves(named) if isinstance(value, torch.Tensor)]


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
        found = fields.window(seen(given["self"]), options, first.shape)
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
    elif name in ("index_add", "glu"):  # adds or multiplies units that differ along one axis only
        found = fields.merge(*map(seen, tensors))
        dim = given["dim"] % first.ndim - first.ndim
        found = None if any(axis.dim == dim for axis in found.values()) else found
    elif name in ("im2col", "col2im"):
        options = {"kernel": given["kernel_size"], **{key: given[key] for key in ("stride", "padding", "dilation")}}
        look, shape = (fields.unfold, given["self"].shape) if name == "im2col" else (fields.fold, first.shape)
        found = look(seen(given["self"]), options, shape)
    elif name == "pixel_unshuffle":  # the channels at one place hold a square of pixels
        side = [given["downscale_factor"]] * 2
        options = {"kernel": side, "stride": side, "padding": [0, 0], "dilation": [1, 1]}
        across = fields.reduce(seen(given["self"]), [-3], True, first.ndim)
        found = fields.window(across, options, first.shape)
    elif name in ("index", "index_select"):
        found = _choose(func, args, given, seen)
    elif name == "embedding":
        return fields.rearrange(seen(given["indices"]), lambda x: x.unsqueeze(-1), given["indices"].shape)
    elif name == "_trilinear":
        sides = [fields.reduce(seen(given[side]), [-1], True, given[side].ndim) for side in ("i1", "i3")]
        found = fields.merge(*sides, fields.together(seen(given["i2"])))
    elif name in _RECURRENT:  # some step sees every other
        found = fields.merge(*(fields.together(seen(tensor)) for tensor in tensors))
        return [found] * len(tree_leaves(output))
    elif name.startswith("_scaled_dot_product"):
        found = fields.merge(*(fields.together(seen(given[part])) for part in ("query", "key", "value")))
    elif name in _POINTWISE or torch.Tag.pointwise in func.tags:
        found = fields.merge(*map(seen, tensors))
    else:
        found = None
    return [found, *(found if other.shape == first.shape else None for other in others)]


def _convolution(given, output, seen):
    kernel = given["weight"].shape[2:]
    options = {"kernel": kernel, **{name: given[name] for name in ("stride", "padding", "dilation")}}
    x = given["input"]
    across = fields.reduce(seen(x), [1], True, x.ndim)  # a sum over channels
    found = fields.window(across, options, output.shape, transposed=given["transposed"])
    return fields.merge(found, fields.together(seen(given["weight"])))  # weights that were themselves computed


def _choose(func, args, given, seen):
    """Rows by number: followed where the numbers are known, or where no position is along their axis."""
    x, chosen = given["self"], given.get("indices", [given.get("index")])
    dims = [given.get("dim", place) % x.ndim - x.ndim for place, index in enumerate(chosen) if index is not None]
    numbers = [index for index in chosen if index is not None]
    if any(seen(index) for index in numbers):
        return None
    if len(numbers) == 1 and numbers[0].ndim == 1 and not any(axis.dim in dims for axis in seen(x).values()):
        return seen(x)
    if any(index.is_meta for index in numbers):
        return None
    return fields.rearrange(seen(x), lambda own: func(own, *args[1:]), x.shape)[0]


def _product(name, given, seen):
    left, right = (given[argument] for argument in _PRODUCT[name])
    rows = fields.reduce(seen(left), [-1], right.ndim > 1, left.ndim)
    columns = fields.reduce(seen(right), [-2 if right.ndim > 1 else -1], True, right.ndim)
    added = seen(given["self"]) if name.startswith(("add", "badd")) else {}
    return fields.merge(rows, columns, added)
