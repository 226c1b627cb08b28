"""Right answers to the questions on arithmetic that go other ways than the reference: a check must accept them all."""

import bisect
import functools
import math
from fractions import Fraction

import numpy as np


def windows(size, kernel, stride, padding, dilation):
    """First and last pixel of every window that lies in the padded input; pixel 0 is the first of the input."""
    start = -padding
    while (last := start + dilation * (kernel - 1)) < size + padding:
        yield start, last
        start += stride


def output_size_by_counting(size, kernel, *, stride=1, padding=0, dilation=1):
    return sum(1 for _ in windows(size, kernel, stride, padding, dilation))


def output_size_by_range(n, k, *, stride=1, padding=0, dilation=1):
    return len(range(0, n + 2 * padding - dilation * (k - 1), stride))


def output_size_in_numpy(size, kernel, **options):
    room = size + 2 * options.get("padding", 0) - options.get("dilation", 1) * (kernel - 1) - 1
    return np.floor_divide(room, options.get("stride", 1)) + np.int64(1)


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


def _positions(size, kernel, padding, stride, dilation):
    return sum(1 for _ in windows(size, kernel, stride, padding, dilation))


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


# By other means of the language: recursion, lambda, partial, a class, a decorator, a cache, NumPy's own types


def keeping(function):
    """A decorator as students write it: the wrapper takes anything."""
    kept = {}

    @functools.wraps(function)
    def wrapper(*args, **options):
        key = args, tuple(sorted(options.items()))
        if key not in kept:
            kept[key] = function(*args, **options)
        return kept[key]

    return wrapper


def through(formula, **names):
    """An answer of a formula that takes all its arguments by position, options at their defaults included."""

    def answer(*args, **options):
        return formula(*args, *(options.get(name, default) for name, default in names.items()))

    return answer


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


# Same padding


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
        return padding if Layer(kernel, stride, padding, dilation).output(size) == output else None


MORE_FIND_PADDINGS = [
    find_padding_by_recursion, find_padding_by_while, find_padding_by_next, find_padding_from_above,
    find_padding_by_interval, find_padding_in_numpy, find_padding_by_bisect, FindPadding(),
    lambda n, k, o, *, stride=1, dilation=1: (
        {output_size_by_divmod(n, k, stride, p, dilation): p for p in range(2000) if n + 2 * p >= span(k, dilation)}
    ).get(o),
    functools.partial(find_padding_smallest),
    functools.lru_cache(find_padding_by_bisect),
    keeping(find_padding_by_while),
    through(lambda n, k, o, s, d: find_padding_by_interval(n, k, o, stride=s, dilation=d), stride=1, dilation=1),
]  # fmt: skip


# Input sizes


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


# Rounding up


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
        dropped_pixels_by_counting,
        dropped_pixels_from_output,
        dropped_pixels_step_by_step,
        *MORE_DROPPED_PIXELS,
    ],
    "same_padding": [same_padding_by_search, same_padding_as_a_list, same_padding_in_numpy, *MORE_SAME_PADDINGS],
    "find_padding": [find_padding_smallest, find_padding_largest, find_padding_any, *MORE_FIND_PADDINGS],
    "input_sizes": [input_sizes_by_search, input_sizes_from_the_next, input_sizes_in_numpy, *MORE_INPUT_SIZES],
    "ceil_output_size": [
        ceil_output_size_by_counting,
        ceil_output_size_by_remainder,
        ceil_output_size_in_floats,
        *MORE_CEIL_OUTPUT_SIZES,
    ],
}
