"""Right answers to the questions on arithmetic that go other ways than the reference: a check must accept them all.

By loops, search, recursion, floats where they are exact; as functions, lambdas, objects; in NumPy's own types. Those of
the questions on padding and on inputs are in ``arithmetic_inverse.py``.
"""

import bisect
import functools
import math
from fractions import Fraction

import numpy as np
from answering import keeping, through


def windows(size, kernel, stride, padding, dilation):
    """First and last pixel of every window that lies in the padded input; pixel 0 is the first of the input."""
    start = -padding
    while (last := start + dilation * (kernel - 1)) < size + padding:
        yield start, last
        start += stride


class Layer:
    """A layer that knows its span."""

    def __init__(self, kernel, stride=1, padding=0, dilation=1):
        self.stride, self.padding, self.span = stride, padding, kernel + (kernel - 1) * (dilation - 1)

    def last_start(self, size):
        start = -self.padding
        while start + self.stride + self.span <= size + self.padding:
            start += self.stride
        return start

    def output(self, size):
        return (self.last_start(size) + self.padding) // self.stride + 1


def span(kernel, dilation):
    return (kernel - 1) * dilation + 1


LAYER = {"stride": 1, "padding": 0, "dilation": 1}


# Output size


def output_size_by_counting(size, kernel, *, stride=1, padding=0, dilation=1):
    return sum(1 for _ in windows(size, kernel, stride, padding, dilation))


def output_size_by_range(n, k, *, stride=1, padding=0, dilation=1):
    return len(range(0, n + 2 * padding - dilation * (k - 1), stride))


def output_size_in_numpy(size, kernel, **options):
    room = size + 2 * options.get("padding", 0) - options.get("dilation", 1) * (kernel - 1) - 1
    return np.floor_divide(room, options.get("stride", 1)) + np.int64(1)


def output_size_by_recursion(size, kernel, *, stride=1, padding=0, dilation=1):
    if padding:
        return output_size_by_recursion(size + 2 * padding, kernel, stride=stride, dilation=dilation)
    last = dilation * (kernel - 1)
    return 0 if last >= size else 1 + output_size_by_recursion(size - stride, kernel, stride=stride, dilation=dilation)


def output_size_by_while(size, kernel, *, stride=1, padding=0, dilation=1):
    count, end = 0, span(kernel, dilation)
    while end <= size + 2 * padding:
        count, end = count + 1, end + stride
    return count


def output_size_by_arange(size, kernel, *, stride=1, padding=0, dilation=1):
    return len(np.arange(size + 2 * padding)[: size + 2 * padding - dilation * (kernel - 1) : stride])


def output_size_by_bisect(size, kernel, *, stride=1, padding=0, dilation=1):
    return bisect.bisect_right(range(span(kernel, dilation), 10**6, stride), size + 2 * padding)


def output_size_in_exact_fractions(size, kernel, *, stride=1, padding=0, dilation=1):
    return math.floor(Fraction(size + 2 * padding - span(kernel, dilation), stride)) + 1


def output_size_by_divmod(size, kernel, stride=1, padding=0, dilation=1):
    whole, _ = divmod(size + padding + padding - 1 - dilation * kernel + dilation, stride)
    return whole + 1


def output_size_of_a_layer(size, kernel, **options):
    return Layer(kernel, **options).output(size)


def output_size_on_a_tape(size, kernel, *, stride=1, padding=0, dilation=1):
    tape = [0] * padding + [1] * size + [0] * padding
    return len([at for at in range(0, len(tape), stride) if at + dilation * (kernel - 1) < len(tape)])


class OutputSize:
    def __call__(self, size, kernel, *, stride=1, padding=0, dilation=1):
        return np.int32((size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1)


MORE_OUTPUT_SIZES = [
    output_size_by_recursion, output_size_by_while, output_size_by_arange, output_size_by_bisect,
    output_size_in_exact_fractions, output_size_by_divmod, output_size_of_a_layer, output_size_on_a_tape, OutputSize(),
    lambda n, k, *, stride=1, padding=0, dilation=1: (n + 2 * padding - dilation * (k - 1) - 1 + stride) // stride,
    lambda n, k, *, stride=1, padding=0, dilation=1: math.floor((n + 2 * padding - span(k, dilation)) / stride + 1),
    lambda n, k, *, stride=1, padding=0, dilation=1: -((span(k, dilation) - n - 2 * padding) // -stride * -1) + 1
    if (n + 2 * padding - span(k, dilation)) % stride == 0
    else (n + 2 * padding - span(k, dilation)) // stride + 1,
    functools.partial(output_size_by_divmod),
    functools.lru_cache(output_size_by_counting),
    keeping(output_size_by_range),
    through(lambda n, k, s, p, d: int(np.floor((n + 2 * p - span(k, d)) / s)) + 1, **LAYER),
]  # fmt: skip


# Dropped pixels


def dropped_pixels_by_counting(size, kernel, *, stride=1, padding=0, dilation=1):
    *_, (_, last) = windows(size, kernel, stride, padding, dilation)
    return len([pixel for pixel in range(size) if pixel > last])


def dropped_pixels_from_output(size, kernel, stride=1, padding=0, dilation=1):
    positions = output_size_by_range(size, kernel, stride=stride, padding=padding, dilation=dilation)
    seen = (positions - 1) * stride + dilation * (kernel - 1) + 1 - padding
    return size - seen if seen < size else 0


def dropped_pixels_step_by_step(size, kernel, *, stride=1, padding=0, dilation=1):
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    while room >= stride:
        room -= stride
    return (room > padding) * (room - padding)


def dropped_pixels_on_a_tape(size, kernel, *, stride=1, padding=0, dilation=1):
    starts = [at for at in range(-padding, size + padding, stride) if at + span(kernel, dilation) <= size + padding]
    return max(0, size - (starts[-1] + span(kernel, dilation)))


def dropped_pixels_by_recursion(size, kernel, *, stride=1, padding=0, dilation=1):
    if size + 2 * padding - stride >= span(kernel, dilation):
        return dropped_pixels_by_recursion(size - stride, kernel, stride=stride, padding=padding, dilation=dilation)
    left = size + 2 * padding - span(kernel, dilation)
    return left - padding if left > padding else 0


def dropped_pixels_of_a_layer(size, kernel, **options):
    layer = Layer(kernel, **options)
    return len(range(max(0, layer.last_start(size) + layer.span), size))


def dropped_pixels_by_sets(size, kernel, *, stride=1, padding=0, dilation=1):
    last = max(last for _, last in windows(size, kernel, stride, padding, dilation))
    return len({*range(size)} - {*range(last + 1)})


def dropped_pixels_in_numpy(size, kernel, *, stride=1, padding=0, dilation=1):
    left = np.mod(size + 2 * padding - dilation * (kernel - 1) - 1, stride)
    return np.maximum(left - padding, 0)


def dropped_pixels_by_if(size, kernel, *, stride=1, padding=0, dilation=1):
    if stride == 1:
        return 0
    left = (size + 2 * padding - span(kernel, dilation)) % stride
    if left <= padding:
        return 0
    return left - padding


def dropped_pixels_by_divmod(size, kernel, stride=1, padding=0, dilation=1):
    steps, _ = divmod(size + 2 * padding - span(kernel, dilation), stride)
    return max(size + padding - steps * stride - span(kernel, dilation), 0)


class DroppedPixels:
    def count(self, size, kernel, *, stride=1, padding=0, dilation=1):
        return dropped_pixels_from_output(size, kernel, stride, padding, dilation)


MORE_DROPPED_PIXELS = [
    dropped_pixels_on_a_tape, dropped_pixels_by_recursion, dropped_pixels_of_a_layer, dropped_pixels_by_sets,
    dropped_pixels_in_numpy, dropped_pixels_by_if, dropped_pixels_by_divmod, DroppedPixels().count,
    lambda n, k, *, stride=1, padding=0, dilation=1: max(0, (n + 2 * padding - span(k, dilation)) % stride - padding),
    lambda n, k, *, stride=1, padding=0, dilation=1: sorted(
        [0, (n + 2 * padding - span(k, dilation)) % stride - padding]
    )[1],
    lambda n, k, *, stride=1, padding=0, dilation=1: np.int64(
        dropped_pixels_by_divmod(n, k, stride, padding, dilation)
    ),
    functools.partial(dropped_pixels_from_output),
    functools.lru_cache(dropped_pixels_by_counting),
    keeping(dropped_pixels_step_by_step),
    through(lambda n, k, s, p, d: max((n + 2 * p - span(k, d)) % s, p) - p, **LAYER),
]  # fmt: skip


# Rounding up


def ceil_output_size_by_counting(size, kernel, *, stride=1, padding=0):
    count, start = 1, -padding
    while start + kernel < size + padding and start + stride < size:
        count, start = count + 1, start + stride
    return count


def ceil_output_size_by_remainder(size, kernel, *, stride=1, padding=0):
    whole, rest = divmod(size + 2 * padding - kernel, stride)
    hangs_over = rest > 0 and (whole + 1) * stride < size + padding
    return whole + 1 + int(hangs_over)


def ceil_output_size_in_floats(size, kernel, *, stride=1, padding=0):
    output = int(np.ceil((size + 2 * padding - kernel) / stride)) + 1
    return min(output, int(np.ceil((size + padding) / stride)))


def ceil_output_size_by_starts(size, kernel, *, stride=1, padding=0):
    starts = [0]
    while starts[-1] + kernel < size + 2 * padding:
        starts.append(starts[-1] + stride)
    return sum(start < size + padding for start in starts)


def ceil_output_size_as_pytorch(size, kernel, *, stride=1, padding=0):
    output = (size + 2 * padding - kernel + stride - 1) // stride + 1
    if (output - 1) * stride >= size + padding:
        output -= 1
    return output


def ceil_output_size_by_recursion(size, kernel, *, stride=1, padding=0):
    left = size + padding  # from the first start to the end of the input
    if left + padding <= kernel or left <= stride:
        return 1
    return 1 + ceil_output_size_by_recursion(left - stride - padding, kernel, stride=stride, padding=padding)


def ceil_output_size_by_range(size, kernel, *, stride=1, padding=0):
    needed = size + 2 * padding - kernel
    starts = [at for at in range(-padding, size, stride) if at + padding < needed + stride]
    return len(starts)


def ceil_output_size_in_fractions(size, kernel, *, stride=1, padding=0):
    output = math.ceil(Fraction(size + 2 * padding - kernel, stride)) + 1
    return output - 1 if (output - 1) * stride - padding > size - 1 else output


def ceil_output_size_by_two(size, kernel, stride=1, padding=0):
    return min(-(-(size + 2 * padding - kernel) // stride) + 1, (size + padding - 1) // stride + 1)


def ceil_output_size_in_numpy(size, kernel, *, stride=1, padding=0):
    output = np.ceil((size + 2 * padding - kernel) / stride).astype(int) + 1
    return np.where((output - 1) * stride >= size + padding, output - 1, output)[()]


class CeilOutputSize:
    def __call__(self, size, kernel, *, stride=1, padding=0):
        return ceil_output_size_by_two(size, kernel, stride, padding)


MORE_CEIL_OUTPUT_SIZES = [
    ceil_output_size_by_starts, ceil_output_size_as_pytorch, ceil_output_size_by_recursion, ceil_output_size_by_range,
    ceil_output_size_in_fractions, ceil_output_size_by_two, ceil_output_size_in_numpy, CeilOutputSize(),
    lambda n, k, *, stride=1, padding=0: (
        (n + 2 * padding - k) // stride + 1
        + ((n + 2 * padding - k) % stride > 0 and ((n + 2 * padding - k) // stride + 1) * stride < n + padding)
    ),
    functools.partial(ceil_output_size_by_two),
    functools.lru_cache(ceil_output_size_by_counting),
    keeping(ceil_output_size_as_pytorch),
    through(lambda n, k, s, p: ceil_output_size_by_two(n, k, s, p), stride=1, padding=0),
]  # fmt: skip


ALTERNATIVES = {
    "output_size": [output_size_by_counting, output_size_by_range, output_size_in_numpy, *MORE_OUTPUT_SIZES],
    "dropped_pixels": [
        dropped_pixels_by_counting, dropped_pixels_from_output, dropped_pixels_step_by_step, *MORE_DROPPED_PIXELS,
    ],
    "ceil_output_size": [
        ceil_output_size_by_counting, ceil_output_size_by_remainder, ceil_output_size_in_floats,
        *MORE_CEIL_OUTPUT_SIZES,
    ],
}  # fmt: skip
