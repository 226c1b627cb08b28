"""Right answers to the questions that ask for a padding or an input, as in ``arithmetic.py``."""

import functools
import math

import numpy as np
from answering import keeping, through


def windows(size, kernel, stride, padding, dilation):
    """First and last pixel of every window that lies in the padded input; pixel 0 is the first of the input."""
    start = -padding
    while (last := start + dilation * (kernel - 1)) < size + padding:
        yield start, last
        start += stride


def _positions(size, kernel, padding, stride, dilation):
    return sum(1 for _ in windows(size, kernel, stride, padding, dilation))


def span(kernel, dilation):
    return (kernel - 1) * dilation + 1


LAYER = {"stride": 1, "padding": 0, "dilation": 1}


# Same padding


def same_padding_by_search(size, kernel, *, stride=1, dilation=1, extra="after"):
    wanted = (size + stride - 1) // stride
    total = 0
    while len(range(0, size + total - dilation * (kernel - 1), stride)) < wanted:
        total += 1
    halves = [total // 2, total // 2]
    halves[extra == "after"] += total % 2
    return tuple(halves)


def same_padding_as_a_list(size, kernel, *, stride=1, dilation=1, extra="after"):
    seen_by_the_last = size % stride or stride  # pixels from the last start to the end of the input
    total = max(dilation * (kernel - 1) + 1 - seen_by_the_last, 0)
    before = total // 2 if extra == "after" else -(-total // 2)
    return [before, total - before]


def same_padding_in_numpy(size, kernel, *, stride=1, dilation=1, extra="after"):
    output = int(np.ceil(size / stride))
    total = np.maximum(0, (output - 1) * stride + dilation * (kernel - 1) + 1 - size)
    small, large = np.floor_divide(total, 2), np.floor_divide(total + 1, 2)
    return {"after": (small, large), "before": (large, small)}[extra]


def same_padding_pixel_by_pixel(size, kernel, *, stride=1, dilation=1, extra="after"):
    sides, turn = [0, 0], extra == "after"
    while len(range(0, size + sum(sides) - dilation * (kernel - 1), stride)) * stride < size:
        sides[turn] += 1
        turn = not turn
    return tuple(sides)


def same_padding_brute_force(size, kernel, *, stride=1, dilation=1, extra="after"):
    for total in range(1000):
        if (size + total - span(kernel, dilation)) // stride + 1 == math.ceil(size / stride):
            more = total - total // 2
            return (total - more, more) if extra == "after" else (more, total - more)


def same_padding_by_remainder(size, kernel, *, stride=1, dilation=1, extra="after"):
    rest = size % stride
    total = max(span(kernel, dilation) - (rest if rest else stride), 0)
    pair = [total // 2, (total + 1) // 2]
    return tuple(pair if extra == "after" else reversed(pair))


def same_padding_as_an_array(size, kernel, *, stride=1, dilation=1, extra="after"):
    total = max(0, (-(-size // stride) - 1) * stride + span(kernel, dilation) - size)
    pair = np.array([total // 2, total - total // 2])
    before, after = pair if extra == "after" else pair[::-1]
    return before, after


def same_padding_by_shift(size, kernel, stride=1, dilation=1, extra="after"):
    total = max(0, (size - 1) // stride * stride + span(kernel, dilation) - size)
    return (total + (extra == "before") >> 1, total + (extra == "after") >> 1)


def same_padding_by_match(size, kernel, *, stride=1, dilation=1, extra="after"):
    total = (math.ceil(size / stride) - 1) * stride + span(kernel, dilation) - size
    if total < 0:
        total = 0
    match extra, total % 2:
        case "before", 1:
            return total // 2 + 1, total // 2
        case _, odd:
            return total // 2, total // 2 + odd


def same_padding_by_unpacking(size, kernel, *, stride=1, dilation=1, extra="after"):
    starts = range(0, size, stride)
    missing = max(0, starts[-1] + span(kernel, dilation) - size)
    halves = sorted([missing // 2, missing - missing // 2], reverse=extra == "before")
    return halves[0], halves[1]


class SamePadding:
    def __call__(self, size, kernel, *, stride=1, dilation=1, extra="after"):
        return list(same_padding_by_shift(size, kernel, stride, dilation, extra))


MORE_SAME_PADDINGS = [
    same_padding_pixel_by_pixel, same_padding_brute_force, same_padding_by_remainder, same_padding_as_an_array,
    same_padding_by_shift, same_padding_by_match, same_padding_by_unpacking, SamePadding(),
    lambda n, k, *, stride=1, dilation=1, extra="after": (
        t := max(0, (n - 1) // stride * stride + span(k, dilation) - n),
        ((t // 2, -(-t // 2)) if extra == "after" else (-(-t // 2), t // 2)),
    )[1],
    functools.partial(same_padding_by_shift),
    functools.lru_cache(same_padding_by_search),
    keeping(same_padding_by_remainder),
    through(lambda n, k, s, d, e: same_padding_by_shift(n, k, s, d, e), stride=1, dilation=1, extra="after"),
]  # fmt: skip


# Find a padding


def find_padding_smallest(size, kernel, output, *, stride=1, dilation=1):
    for padding in range(size + kernel * dilation + output * stride):
        if _positions(size, kernel, padding, stride, dilation) == output:
            return padding


def find_padding_largest(size, kernel, output, *, stride=1, dilation=1):
    padding = (output * stride - 1 + dilation * (kernel - 1) + 1 - size) // 2
    if padding >= 0 and _positions(size, kernel, padding, stride, dilation) == output:
        return padding
    return None


def find_padding_any(size, kernel, output, *, stride=1, dilation=1):
    limit = size + kernel * dilation + output * stride
    found = [p for p in range(limit) if _positions(size, kernel, p, stride, dilation) == output]
    return found[len(found) // 2] if found else None


def find_padding_by_recursion(size, kernel, output, *, stride=1, dilation=1, padding=0):
    room = size + 2 * padding - span(kernel, dilation)
    if room >= 0 and room // stride + 1 >= output:
        return padding if room // stride + 1 == output else None
    return find_padding_by_recursion(size, kernel, output, stride=stride, dilation=dilation, padding=padding + 1)


def find_padding_by_while(size, kernel, output, *, stride=1, dilation=1):
    padding = 0
    while len(range(0, size + 2 * padding - dilation * (kernel - 1), stride)) < output:
        padding += 1
    return padding if len(range(0, size + 2 * padding - dilation * (kernel - 1), stride)) == output else None


def find_padding_by_next(size, kernel, output, *, stride=1, dilation=1):
    room = ((p, size + 2 * p - span(kernel, dilation)) for p in range(10_000))
    return next((p for p, left in room if left >= 0 and left // stride + 1 == output), None)


def find_padding_from_above(size, kernel, output, *, stride=1, dilation=1):
    padding = ((output - 1) * stride + stride - 1 + span(kernel, dilation) - size) // 2
    room = size + 2 * padding - span(kernel, dilation)
    return padding if padding >= 0 and room >= 0 and room // stride == output - 1 else None


def find_padding_by_interval(size, kernel, output, *, stride=1, dilation=1):
    least = (output - 1) * stride + span(kernel, dilation) - size
    choices = [p for p in range(max(0, least // 2), (least + stride) // 2 + 1) if least <= 2 * p < least + stride]
    return choices[-1] if choices else None


def find_padding_in_numpy(size, kernel, output, *, stride=1, dilation=1):
    paddings = np.arange(5000)
    room = size + 2 * paddings - span(kernel, dilation)
    found = paddings[(room >= 0) & (room // stride + 1 == output)]
    return found[0] if found.size else None


def find_padding_by_bisect(size, kernel, output, *, stride=1, dilation=1):
    def positions(padding):
        return max(0, (size + 2 * padding - span(kernel, dilation)) // stride + 1)

    low, high = 0, size + kernel * dilation + output * stride
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if positions(middle) < output else (low, middle)
    return low if positions(low) == output else None


class FindPadding:
    def __call__(self, size, kernel, output, *, stride=1, dilation=1):
        least = max(0, (output - 1) * stride + span(kernel, dilation) - size)
        padding = np.int64((least + 1) // 2)
        return padding if _positions(size, kernel, padding, stride, dilation) == output else None


MORE_FIND_PADDINGS = [
    find_padding_by_recursion, find_padding_by_while, find_padding_by_next, find_padding_from_above,
    find_padding_by_interval, find_padding_in_numpy, find_padding_by_bisect, FindPadding(),
    lambda n, k, o, *, stride=1, dilation=1: (
        {(n + 2 * p - span(k, dilation)) // stride + 1: p for p in range(2000) if n + 2 * p >= span(k, dilation)}
    ).get(o),
    functools.partial(find_padding_smallest),
    functools.lru_cache(find_padding_by_bisect),
    keeping(find_padding_by_while),
    through(lambda n, k, o, s, d: find_padding_by_interval(n, k, o, stride=s, dilation=d), stride=1, dilation=1),
]  # fmt: skip


# Input sizes


def input_sizes_by_search(output, kernel, *, stride=1, padding=0, dilation=1):
    limit = output * stride + dilation * kernel
    sizes = [n for n in range(1, limit) if _positions(n, kernel, padding, stride, dilation) == output]
    return min(sizes), max(sizes)


def input_sizes_from_the_next(output, kernel, *, stride=1, padding=0, dilation=1):
    def exact(windows):
        return (windows - 1) * stride + dilation * (kernel - 1) + 1 - 2 * padding

    return max(exact(output), 1), exact(output + 1) - 1


def input_sizes_in_numpy(output, kernel, *, stride=1, padding=0, dilation=1):
    smallest = np.int64((output - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1)
    return np.clip(smallest, 1, None), smallest + stride - 1


def input_sizes_by_while(output, kernel, *, stride=1, padding=0, dilation=1):
    def positions(size):
        return len(range(0, size + 2 * padding - dilation * (kernel - 1), stride))

    smallest = 1
    while positions(smallest) < output:
        smallest += 1
    largest = smallest
    while positions(largest + 1) == output:
        largest += 1
    return smallest, largest


def input_sizes_transposed(output, kernel, *, stride=1, padding=0, dilation=1):
    smallest = stride * (output - 1) + dilation * (kernel - 1) + 1 - 2 * padding
    return max(smallest, 1), smallest + (stride - 1)


def input_sizes_as_a_list(output, kernel, stride=1, padding=0, dilation=1):
    least = output * stride - stride + span(kernel, dilation) - 2 * padding
    works = [least + more for more in range(stride) if least + more >= 1]
    return [works[0], works[-1]]


def input_sizes_of_a_range(output, kernel, *, stride=1, padding=0, dilation=1):
    least = (output - 1) * stride + span(kernel, dilation) - 2 * padding
    works = range(least, least + stride)[max(0, 1 - least) :]
    return works[0], works[-1]


def input_sizes_by_numpy_search(output, kernel, *, stride=1, padding=0, dilation=1):
    sizes = np.arange(1, output * stride + kernel * dilation + 1)
    room = sizes + 2 * padding - span(kernel, dilation)
    works = sizes[(room >= 0) & (room // stride + 1 == output)]
    return works.min(), works.max()


def input_sizes_by_if(output, kernel, *, stride=1, padding=0, dilation=1):
    smallest = (output - 1) * stride + span(kernel, dilation) - padding - padding
    largest = smallest + stride - 1
    if smallest < 1:
        smallest = 1
    return (smallest, largest)


def input_sizes_by_filter(output, kernel, *, stride=1, padding=0, dilation=1):
    found = list(
        filter(
            lambda size: _positions(size, kernel, padding, stride, dilation) == output,
            range(1, output * stride + dilation * kernel),
        )
    )
    return found[0], found[-1]


class InputSizes:
    def __call__(self, output, kernel, **options):
        return input_sizes_by_if(output, kernel, **options)


MORE_INPUT_SIZES = [
    input_sizes_by_while, input_sizes_transposed, input_sizes_as_a_list, input_sizes_of_a_range,
    input_sizes_by_numpy_search, input_sizes_by_if, input_sizes_by_filter, InputSizes(),
    lambda o, k, *, stride=1, padding=0, dilation=1: (
        max(1, (o - 1) * stride + span(k, dilation) - 2 * padding), o * stride + span(k, dilation) - 2 * padding - 1,
    ),
    functools.partial(input_sizes_as_a_list),
    functools.lru_cache(input_sizes_by_search),
    keeping(input_sizes_by_while),
    through(lambda o, k, s, p, d: input_sizes_transposed(o, k, stride=s, padding=p, dilation=d), **LAYER),
]  # fmt: skip


ALTERNATIVES = {
    "same_padding": [same_padding_by_search, same_padding_as_a_list, same_padding_in_numpy, *MORE_SAME_PADDINGS],
    "find_padding": [find_padding_smallest, find_padding_largest, find_padding_any, *MORE_FIND_PADDINGS],
    "input_sizes": [input_sizes_by_search, input_sizes_from_the_next, input_sizes_in_numpy, *MORE_INPUT_SIZES],
}
