"""Right answers to the questions on arithmetic that go other ways than the reference: a check must accept them all."""

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


ALTERNATIVES = {
    "output_size": [output_size_by_counting, output_size_by_range, output_size_in_numpy],
    "dropped_pixels": [dropped_pixels_by_counting, dropped_pixels_from_output, dropped_pixels_step_by_step],
    "same_padding": [same_padding_by_search, same_padding_as_a_list, same_padding_in_numpy],
    "find_padding": [find_padding_smallest, find_padding_largest, find_padding_any],
    "input_sizes": [input_sizes_by_search, input_sizes_from_the_next, input_sizes_in_numpy],
    "ceil_output_size": [ceil_output_size_by_counting, ceil_output_size_by_remainder, ceil_output_size_in_floats],
}
