"""Right answers to the questions on pooling that go other ways than the reference: a check must accept them all."""

import math

import numpy as np
from answering import keeping

from cnnbook import functional
from cnnbook.arithmetic import output_size
from cnnbook.functional.max_pool2d import max_pool2d_argmax

# How many windows?


def size_by_the_package(size, kernel, *, stride=None, padding=0, ceil_mode=False):
    return output_size(size, kernel, stride=stride or kernel, padding=padding, ceil_mode=ceil_mode)


def size_by_counting(size, kernel, stride=None, padding=0, ceil_mode=False):
    """Windows that fit, or that hang over the end and start before the padding there."""
    stride = kernel if stride is None else stride
    end = size + 2 * padding
    starts = [0, *range(stride, end, stride)]
    return sum(start + kernel <= end or (ceil_mode and start < size + padding and previous + kernel < end)
               for previous, start in zip([-kernel, *starts], starts, strict=False))  # fmt: skip


def size_by_rounding(size, kernel, *, stride=None, padding=0, ceil_mode=False):
    stride = stride or kernel
    windows = (math.ceil if ceil_mode else math.floor)((size + 2 * padding - kernel) / stride) + 1
    return windows - 1 if (windows - 1) * stride >= size + padding else windows


# Forward


def max_by_the_package(x, kernel, *, stride, padding=0):
    return functional.max_pool2d(x, kernel, stride=stride, padding=padding)


def max_by_taps(x, kernel, *, stride, padding=0):
    """A running maximum over the numbers of the kernel, all windows at once."""
    frame = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)], constant_values=-np.inf)
    down, across = ((n - kernel) // stride + 1 for n in frame.shape[2:])
    best = np.full((*x.shape[:2], down, across), -np.inf, x.dtype)
    for a, b in np.ndindex(kernel, kernel):
        best = np.maximum(best, frame[:, :, a::stride, b::stride][:, :, :down, :across])
    return best


def max_of_the_repeated_edge(x, kernel, stride, padding=0):
    """Padding that repeats the edge wins nothing that the edge does not win: each window holds it too."""
    frame = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)], "edge")
    seen = np.lib.stride_tricks.sliding_window_view(frame, (kernel, kernel), (2, 3))
    return seen[:, :, ::stride, ::stride].max((-2, -1))


@keeping
def _max_kept(shape, dtype, data, kernel, stride, padding):
    return functional.max_pool2d(np.frombuffer(data, dtype).reshape(shape), kernel, stride=stride, padding=padding)


def max_kept(x, kernel, *, stride, padding=0):
    return _max_kept(x.shape, str(x.dtype), x.tobytes(), kernel, stride, padding)


def _reals(x, kernel, stride, padding):
    return functional.avg_pool2d(np.ones_like(x), kernel, stride=stride, padding=padding)


def avg_by_the_package(x, kernel, *, stride, padding=0, count_include_pad=True):
    mean = functional.avg_pool2d(x, kernel, stride=stride, padding=padding)
    return mean if count_include_pad else mean / _reals(x, kernel, stride, padding)


def avg_of_what_is_there(x, kernel, *, stride, padding=0, count_include_pad=True):
    """The padding is not-a-number, or zero."""
    fill = 0 if count_include_pad else np.nan
    frame = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)], constant_values=fill)
    seen = np.lib.stride_tricks.sliding_window_view(frame, (kernel, kernel), (2, 3))
    return np.nanmean(seen[:, :, ::stride, ::stride], (-2, -1))


def avg_by_running_sums(x, kernel, stride, padding=0, count_include_pad=True):
    """Every sum of a window from four corners of the sums from the top left."""

    def sums(array):
        frame = np.pad(array, [(0, 0), (0, 0), (padding + 1, padding), (padding + 1, padding)])
        total = frame.astype(np.float64).cumsum(2).cumsum(3)
        k = kernel
        boxes = total[:, :, k:, k:] - total[:, :, :-k, k:] - total[:, :, k:, :-k] + total[:, :, :-k, :-k]
        return boxes[:, :, ::stride, ::stride]

    return (sums(x) / (kernel**2 if count_include_pad else sums(np.ones_like(x)))).astype(x.dtype)


# Back


def backward_by_the_package(grad_output, x, kernel, *, stride, padding=0):
    return functional.max_pool2d_backward(grad_output, x, kernel, stride=stride, padding=padding)[0]


def backward_by_adding_at(grad_output, x, kernel, *, stride, padding=0):
    places = max_pool2d_argmax(x, kernel, stride=stride, padding=padding)
    N, C, H, W = x.shape
    grad = np.zeros((N * C, H * W), x.dtype)
    planes = np.arange(N * C)[:, None]
    np.add.at(grad, (planes, places.reshape(N * C, -1)), grad_output.reshape(N * C, -1))
    return grad.reshape(x.shape)


def backward_number_by_number(grad_output, x, kernel, stride, padding=0):
    """A strict comparison keeps the first of equal numbers."""
    grad = np.zeros(x.shape, x.dtype)
    for n, c, i, j in np.ndindex(grad_output.shape):
        winner = None
        for a, b in np.ndindex(kernel, kernel):
            row, column = i * stride + a - padding, j * stride + b - padding
            if not (0 <= row < x.shape[2] and 0 <= column < x.shape[3]):
                continue
            if winner is None or x[n, c, row, column] > x[(n, c, *winner)]:
                winner = row, column
        grad[(n, c, *winner)] += grad_output[n, c, i, j]
    return grad


def backward_map_by_map(grad_output, x, kernel, *, stride, padding=0):
    """As one writes it at first, and too slow to train with."""
    H, W = x.shape[2:]
    frame = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)], constant_values=-np.inf)
    grad = np.zeros_like(frame)
    for n, c, i, j in np.ndindex(grad_output.shape):
        top, left = i * stride, j * stride
        a, b = divmod(frame[n, c, top : top + kernel, left : left + kernel].argmax(), kernel)
        grad[n, c, top + a, left + b] += grad_output[n, c, i, j]
    return grad[:, :, padding : padding + H, padding : padding + W]


# Rounded up


def ceil_by_the_package(x, kernel, *, stride, padding=0):
    return functional.max_pool2d(x, kernel, stride=stride, padding=padding, ceil_mode=True)


def ceil_of_a_larger_frame(x, kernel, *, stride, padding=0):
    """With so much minus infinity at the end that all windows are whole; those that start in it are cut off."""
    frame = np.pad(x, [(0, 0), (0, 0), (padding, padding + stride), (padding, padding + stride)],
                   constant_values=-np.inf)  # fmt: skip
    down, across = (size_by_the_package(n, kernel, stride=stride, padding=padding, ceil_mode=True) for n in x.shape[2:])
    seen = np.lib.stride_tricks.sliding_window_view(frame, (kernel, kernel), (2, 3))[:, :, ::stride, ::stride]
    return seen.max((4, 5))[:, :, :down, :across]


def ceil_by_starts(x, kernel, stride, padding=0):
    def starts(size):
        return [stride * i for i in range(size_by_counting(size, kernel, stride, padding, True))]

    rows = [[x[:, :, max(0, t - padding) : t - padding + kernel, max(0, a - padding) : a - padding + kernel].max((2, 3))
             for a in starts(x.shape[3])] for t in starts(x.shape[2])]  # fmt: skip
    return np.moveaxis(np.array(rows), (0, 1), (2, 3))


# A digit moves


def moved_by_padding(x, shift, *, kernel=2):
    def move(batch, places):
        return np.pad(batch, [(0, 0), (0, 0), (0, 0), (places, 0)])[..., : batch.shape[3]]

    first = functional.max_pool2d(move(x, shift), kernel)
    second = move(functional.max_pool2d(x, kernel), shift // kernel)
    return first - second


def moved_by_rolling(x, shift, kernel=2):
    def move(batch, places):
        rolled = np.roll(batch, places, -1)
        rolled[..., :places] = 0
        return rolled

    first, second = (
        functional.max_pool2d(move(x, shift), kernel),
        move(functional.max_pool2d(x, kernel), shift // kernel),
    )
    return np.subtract(first, second)


ALTERNATIVES = {
    "pooled_size": [size_by_the_package, size_by_counting, size_by_rounding],
    "max_pool": [max_by_the_package, max_by_taps, max_of_the_repeated_edge, max_kept],
    "avg_pool": [avg_by_the_package, avg_of_what_is_there, avg_by_running_sums],
    "max_pool_backward": [
        backward_by_the_package,
        backward_by_adding_at,
        backward_number_by_number,
        backward_map_by_map,
    ],
    "max_pool_ceil": [ceil_by_the_package, ceil_of_a_larger_frame, ceil_by_starts],
    "shift_rest": [moved_by_padding, moved_by_rolling],
}
