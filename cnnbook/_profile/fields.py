"""Which pixels of the input does each unit of a tensor see? Followed through a model, operation by operation.

What a tensor's units see is a dict, one :class:`Axis` for each spatial axis of each input; None stands for "not known".
Pixels in the padding count, as in :func:`cnnbook.arithmetic.receptive_field`, so that every unit of a layer sees as
many. Normalisation layers count as looking at one position. All channels at one position count as one unit, which sees
what any of them sees: after `unfold`, a whole window.
"""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
import torch

_NOTHING = np.array([2**40])  # from here to minus here: a unit that sees no pixel, and changes no union


class Axis(NamedTuple):
    """What a tensor's units see of one axis of the input."""

    dim: int | None  # the tensor's axis along which this changes, from the end (-1 is the last); None: all see the same
    low: np.ndarray  # first pixel that each unit along `dim` sees
    high: np.ndarray  # last pixel
    jump: Fraction  # pixels between neighbouring units

    def at(self, index):
        """What units see by number; numbers outside the tensor are in the padding, and extrapolated."""
        inside = np.clip(index, 0, len(self.low) - 1)
        over = (index - inside) * self.jump.numerator // self.jump.denominator
        return self.low[inside] + over, self.high[inside] + over

    def gather(self, index, jump):
        """New units, each of which sees what a row of `index` (units, taps) names."""
        low, high = self.at(index)
        return Axis(self.dim, low.min(axis=1), high.max(axis=1), jump)

    def together(self):
        """One unit that sees all."""
        return Axis(None, self.low.min(keepdims=True), self.high.max(keepdims=True), self.jump)


def start(number, tensor):
    """An input tensor (N, C, ...): along each axis after the channels, each unit sees its own pixel."""
    pixels = {dim: np.arange(tensor.shape[dim]) for dim in range(2 - tensor.ndim, 0)}
    return {(number, dim): Axis(dim, own, own, Fraction(1)) for dim, own in pixels.items()}


def sizes(seen):
    """Pixels seen, one number an axis (the largest over units and inputs); () where nothing or not known."""
    found = {}
    for (_, dim), axis in (seen or {}).items():
        found[dim] = max(found.get(dim, 0), int((axis.high - axis.low).max()) + 1)
    return tuple(found[dim] for dim in sorted(found))


def jumps(seen):
    """Pixels between neighbouring units, one number an axis, as in :func:`sizes`."""
    found = {}
    for (_, dim), axis in (seen or {}).items():
        found[dim] = max(found.get(dim, 0), axis.jump)
    return tuple(found[dim] for dim in sorted(found))


def merge(*all_seen):
    """Units that see what units of several tensors see: sums, products, concatenations along channels."""
    merged = {}
    for seen in all_seen:
        for key, axis in seen.items():
            other = merged.get(key, axis)
            if None not in (axis.dim, other.dim) and axis.dim != other.dim:  # one axis in two places: too much to tell
                axis, other = axis.together(), other.together()
            dim = axis.dim if other.dim is None else other.dim
            low, high = np.minimum(axis.low, other.low), np.maximum(axis.high, other.high)
            merged[key] = Axis(dim, low, high, max(axis.jump, other.jump))
    return merged


def change(seen, function):
    """Apply `function` to every axis that changes along the tensor."""
    return {key: axis if axis.dim is None else function(axis) for key, axis in seen.items()}


def together(seen):
    """One unit that sees all: sums over every position, whichever axis that is."""
    return {key: axis.together() for key, axis in seen.items()}


def window(seen, options, shape, *, transposed=False):
    """Convolution and pooling; `options` holds kernel, stride, padding and dilation, each a list of one or one an axis.

    `shape` is that of the output; only its last axes count, one for each number of the kernel.

    A transposed convolution looks the other way: output o sees the inputs i with
    ``o = i * stride - padding + tap * dilation``.
    """
    axes = len(options["kernel"])

    def look(axis):
        place = axis.dim + axes  # which of the kernel's axes
        if place < 0:
            return axis
        kernel, stride, padding, dilation = (
            options[name][place % len(options[name])] for name in ("kernel", "stride", "padding", "dilation")
        )
        units = np.arange(shape[axis.dim])[:, None]
        if not transposed:
            return axis.gather(units * stride - padding + np.arange(kernel) * dilation, axis.jump * stride)
        # The inputs of an output lie side by side: look down from the last one, and take those that a tap meets.
        reach = (kernel - 1) * dilation
        inputs = np.clip((units + padding) // stride - np.arange(reach // stride + 1), 0, len(axis.low) - 1)
        tap = units + padding - inputs * stride
        met = (tap >= 0) & (tap <= reach) & (tap % dilation == 0)
        one = np.take_along_axis(inputs, met.argmax(axis=1)[:, None], axis=1)  # stands in for those that are not met
        return axis.gather(np.where(met, inputs, one), axis.jump / stride)

    return change(seen, look)


def adaptive(seen, axes, output):
    """Adaptive pooling over the last `axes` axes: output i covers inputs from floor(i n / m) to ceil((i + 1) n / m)."""

    def look(axis):
        if axis.dim < -axes:
            return axis
        n, m = len(axis.low), output.shape[axis.dim]
        first, end = np.arange(m) * n // m, -(-np.arange(1, m + 1) * n // m)
        return axis.gather(np.stack([first, end - 1], axis=1), axis.jump * n / m)

    return change(seen, look)


def resize(seen, taps, align_corners, axes, output):
    """Interpolation: 1 tap is nearest, 2 linear, 4 cubic."""

    def look(axis):
        n, m = len(axis.low), output.shape[axis.dim]
        if axis.dim < -axes or n == m:
            return axis
        if align_corners:
            first = np.arange(m) * (n - 1) // max(1, m - 1)
        elif taps == 1:
            first = np.arange(m) * n // m
        else:
            first = ((2 * np.arange(m) + 1) * n - m) // (2 * m)  # floor((i + 1/2) n / m - 1/2)
        units = first[:, None] + np.arange(taps) - (taps - 1) // 2
        return axis.gather(np.clip(units, 0, n - 1), axis.jump * n / m)

    return change(seen, look)


def pad(seen, amounts):
    """Padding of any kind; `amounts` are (before, after) for the last axis, then for the one before it, ..."""

    def look(axis):
        place = 2 * (-axis.dim - 1)
        before, after = amounts[place : place + 2] or (0, 0)
        return axis.gather(np.arange(-before, len(axis.low) + after)[:, None], axis.jump)

    return change(seen, look)


def reduce(seen, dims, keepdim, ndim):
    """Sums, means and maxima over `dims` (None or empty: all)."""
    gone = {dim % ndim - ndim for dim in dims} if dims else set(range(-ndim, 0))

    def look(axis):
        if axis.dim in gone:
            return axis.together()
        left_of_it = 0 if keepdim else sum(dim > axis.dim for dim in gone)
        return axis._replace(dim=axis.dim + left_of_it)

    return change(seen, look)


def concatenate(all_seen, lengths, dim):
    """Concatenation along `dim` (from the end) of tensors that are `lengths` long there."""
    along = {key: axis for seen in all_seen for key, axis in seen.items() if axis.dim == dim}
    joined = merge(*({key: axis for key, axis in seen.items() if key not in along} for seen in all_seen))
    for key, one in along.items():
        parts = [seen.get(key, one._replace(low=_NOTHING, high=-_NOTHING)) for seen in all_seen]
        low, high = (
            np.concatenate([np.broadcast_to(part[end], length) for part, length in zip(parts, lengths, strict=True)])
            for end in (1, 2)
        )
        joined[key] = Axis(dim, low, high, one.jump)
    return joined


def rearrange(seen, operation, shape):
    """Views, permutations, slices, shuffles: let the operation move the numbers of the units, and look where they are.

    Parameters
    ----------
    seen : dict
    operation : function
        From a tensor of `shape` to a tensor, or to several.
    shape : tuple

    Returns
    -------
    list of dict or None
        One for each tensor that comes out.
    """
    moved = {}
    for key, axis in seen.items():
        # Units that see the same have the same number: the first unit that sees it stands for them.
        _, first, same = np.unique(np.stack([axis.low, axis.high]), axis=1, return_index=True, return_inverse=True)
        source = torch.from_numpy(first[same.reshape(-1)].astype(np.int32))
        if axis.dim is not None:
            source = source.reshape(-1, *[1] * (-axis.dim - 1))
        results = operation(source.expand(shape))
        for place, numbers in enumerate(results if isinstance(results, tuple | list) else [results]):
            moved.setdefault(place, {})[key] = _find(axis, numbers, source)
    return [None if None in found.values() else found for _, found in sorted(moved.items())]


def _find(axis, numbers, source):
    """The axis of `numbers` along which they change; None where that is more than one."""
    if not numbers.numel():
        return axis.together()
    dims = [dim for dim in range(-numbers.ndim, 0) if numbers.shape[dim] > 1]
    if numbers.untyped_storage().data_ptr() == source.untyped_storage().data_ptr():  # a view: the strides tell
        dims = [dim for dim in dims if numbers.stride(dim)]
        few = len(dims) < 2
    else:
        few = False
    if not few:
        dims = [dim for dim in dims if bool((numbers != numbers.narrow(dim, 0, 1)).any())]
    if len(dims) > 1:
        return None
    line = numbers.movedim(dims[0], 0) if dims else numbers[None]
    index = line[(slice(None), *[0] * (line.ndim - 1))].numpy()
    found = axis.gather(index[:, None], axis.jump * _apart(index))
    return found._replace(dim=dims[0] if dims else None)


def _apart(index):
    """How far neighbours are apart, most of them: one and a half of three, if rows of two see the same.

    >>> _apart(np.array([0, 2, 4])), _apart(np.array([0, 0, 3, 3, 6, 6])), _apart(np.array([4, 0, 1, 2, 3]))
    (Fraction(2, 1), Fraction(3, 2), Fraction(1, 1))
    """
    steps = np.diff(index)
    changes = np.flatnonzero(steps)
    if not len(changes):
        return Fraction(1)
    runs = np.diff(changes) if len(changes) > 1 else changes + 1
    middle = [int(np.sort(abs(numbers))[len(numbers) // 2]) for numbers in (steps[changes], runs)]
    return Fraction(*middle)


def places(part, whole):
    """Where the units of a view lie in a tensor: a slice for each axis; None where it is no part cut straight."""
    if part.ndim != whole.ndim or not whole.is_contiguous():
        return None
    offset, found = part.storage_offset() - whole.storage_offset(), []
    for size, own, stride in zip(part.shape, part.stride(), whole.stride(), strict=True):
        first, offset = divmod(offset, stride)
        if own % stride and size > 1:
            return None
        step = max(1, own // stride)
        found.append(slice(first, first + (size - 1) * step + 1, step))
    return found


def write(seen, written, places, shape):
    """Units of a tensor of this shape, after its part at `places` was written: what they saw, and what is new."""
    added = {}
    for key, axis in written.items():
        dim = seen[key].dim if axis.dim is None and key in seen else axis.dim
        if dim is not None:
            low = np.full(shape[dim], _NOTHING)
            high = -low
            low[places[dim]], high[places[dim]] = axis.low, axis.high
            axis = Axis(dim, low, high, axis.jump)
        added[key] = axis
    return merge(seen, added)


def unfold(seen, options, before):
    """Windows side by side: (N, C, H, W) to (N, C x kH x kW, L); each of the L sees its whole window.

    `before` is the shape (N, C, H, W). :func:`fold` goes back to it.
    """
    grid = _grid(options, before)
    found = window(reduce(seen, [-3], True, len(before)), options, grid)
    return rearrange(found, lambda x: x.flatten(-2), (*before[:-2], *grid))[0]


def fold(seen, options, after):
    """Windows laid over each other: each pixel of the shape `after`, (N, C, H, W), sees what those over it see."""
    grid = _grid(options, after)
    across = reduce(seen, [-2], True, len(after) - 1)
    apart = rearrange(across, lambda x: x.unflatten(-1, grid), (*after[:-2], grid[0] * grid[1]))
    return None if None in apart else window(apart[0], options, after, transposed=True) if apart else {}


def _grid(options, shape):
    """How many windows there are along height and width."""
    numbers = zip(shape[-2:], *(options[name] for name in ("kernel", "stride", "padding", "dilation")), strict=True)
    return tuple((size + 2 * padding - (kernel - 1) * dilation - 1) // stride + 1
                 for size, kernel, stride, padding, dilation in numbers)  # fmt: skip
