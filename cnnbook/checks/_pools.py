"""What the questions on pooling are made of: windows of a batch (N, C, H, W), and gradients on their way back."""

from math import prod

import numpy as np

from ..datasets import load
from ._layers import ceil, either

LOWEST = -np.inf


def pooled_length(size, kernel, stride, padding=0, ceil_mode=False):
    """How many windows stand along an axis: PyTorch's rule."""
    room = size + 2 * padding - kernel
    steps = ceil(room, stride) if ceil_mode else room // stride
    return steps + 1 - bool(ceil_mode and steps * stride >= size + padding)


def framed(x, before, after, fill=LOWEST):
    """With so many rows above and below, and as many columns on the left and on the right."""
    N, C, H, W = x.shape
    frame = np.full((N, C, before + H + after, before + W + after), fill, x.dtype)
    frame[:, :, before : before + H, before : before + W] = x
    return frame


def windows(x, kernel, stride, padding=0, fill=LOWEST, ceil_mode=False):
    """All windows of a batch, an array (N, C, H_out, W_out, kernel, kernel)."""
    more = stride if ceil_mode else 0
    frame = framed(x, padding, padding + more, fill) if padding + more else x
    seen = np.lib.stride_tricks.sliding_window_view(frame, (kernel, kernel), axis=(2, 3))[:, :, ::stride, ::stride]
    H_out, W_out = (pooled_length(size, kernel, stride, padding, ceil_mode) for size in x.shape[2:])
    return seen[:, :, :H_out, :W_out]


def maxima(x, kernel, stride, padding=0, ceil_mode=False):
    return windows(x, kernel, stride, padding, ceil_mode=ceil_mode).max((4, 5))


def means(x, kernel, stride, padding=0, count_include_pad=True):
    total = windows(x, kernel, stride, padding, 0).sum((4, 5))
    return total / (kernel**2 if count_include_pad else real(x, kernel, stride, padding))


def real(x, kernel, stride, padding):
    """How many numbers of each window are no padding."""
    return windows(np.ones_like(x), kernel, stride, padding, 0).sum((4, 5))


def loops(starts, reduce, fill):
    """A mistake in the loops over the windows: where they start, by the padded size, the kernel and the stride."""

    def answer(x, kernel, stride, padding, **_):
        frame = framed(x, padding, padding, fill)
        tops, lefts = (starts(size, kernel, stride) for size in frame.shape[2:])
        output = np.zeros((*x.shape[:2], len(tops), len(lefts)), x.dtype)
        for (i, top), (j, left) in ((a, b) for a in enumerate(tops) for b in enumerate(lefts)):
            output[:, :, i, j] = reduce(frame[:, :, top : top + kernel, left : left + kernel], (2, 3))
        return output

    return answer


def padded_before(x, kernel, stride, padding):
    """No padding below and on the right: the kernel may then not fit."""
    frame = framed(x, padding, 0)
    if min(frame.shape[2:]) < kernel:
        raise ValueError("negative dimensions are not allowed")
    return maxima(frame, kernel, stride)


def one_window_short(size, kernel, stride):
    return range(0, (size - kernel) // stride * stride, stride)


def one_pixel_short(size, kernel, stride):
    return range(0, size - kernel, stride)


# Mistakes


def left_over(size, kernel, stride, padding):
    """Whether numbers are left over after the last window that fits whole."""
    return (size + 2 * padding - kernel) % stride > 0


def last_start(size, kernel, stride, padding):
    """Where the last window starts, counted from the first padded number, if the size is rounded up."""
    return ceil(size + 2 * padding - kernel, stride) * stride


def dropped(size, kernel, stride, padding):
    """Whether that window is left out, because it would start behind the input."""
    return last_start(size, kernel, stride, padding) >= size + padding


def dropping(limit, default=None):
    """Rounded up, and a last window left out that starts at some place or later; another default of the stride."""

    def answer(size, kernel, stride, padding, ceil_mode):
        step = stride or default or kernel
        room = size + 2 * padding - kernel
        steps = ceil(room, step) if ceil_mode else room // step
        return steps + 1 - bool(ceil_mode and steps * step >= limit(size, padding))

    return answer


def divided(by):
    """The sums of the windows over another number."""

    def answer(x, kernel, stride, padding, count_include_pad):
        total = windows(x, kernel, stride, padding, 0).sum((4, 5))
        return total / by(x, kernel, stride, padding, count_include_pad)

    return answer


def not_zero(x, kernel, stride, padding, count_include_pad):
    seen = windows(x, kernel, stride, padding, 0)
    return kernel**2 if count_include_pad else np.maximum(1, (seen != 0).sum((4, 5))).astype(x.dtype)


def faulty(*, zeros=False, in_the_padding=False, square=False):
    """The function with some of its faults."""

    def answer(x, kernel, *, stride, padding=0):
        N, C, H, W = x.shape
        count = (lambda n: ceil(n + 2 * padding - kernel, stride) + 1) if in_the_padding else (
            lambda n: pooled_length(n, kernel, stride, padding, True)
        )  # fmt: skip
        H_out, W_out = count(H), count(H if square else W)
        padded = framed(x, padding, padding, 0 if zeros else -np.inf)
        output = np.zeros((N, C, H_out, W_out), x.dtype)
        for i, j in np.ndindex(H_out, W_out):
            top, left = i * stride, j * stride
            output[:, :, i, j] = padded[:, :, top : top + kernel, left : left + kernel].max((2, 3))
        return output

    return answer


def mistaken(**faults):
    answer = faulty(**faults)
    return lambda x, kernel, stride, padding: answer(x, kernel, stride=stride, padding=padding)


# Back


def first_largest(seen):
    """1 at the first largest number of each window, in reading order, and 0 elsewhere."""
    flat = seen.reshape(*seen.shape[:4], -1)
    share = np.zeros(flat.shape, seen.dtype)
    np.put_along_axis(share, flat.argmax(-1, keepdims=True), 1, -1)
    return share.reshape(seen.shape)


def last_largest(seen):
    return first_largest(seen[..., ::-1, ::-1])[..., ::-1, ::-1]


def largest_of_columns(seen):
    """The first of equal ones when a window is read column by column."""
    return first_largest(seen.swapaxes(4, 5)).swapaxes(4, 5)


def every_largest(seen):
    return (seen == seen.max((4, 5), keepdims=True)).astype(seen.dtype)


def shared_by_largest(seen):
    winners = every_largest(seen)
    return winners / winners.sum((4, 5), keepdims=True)


def has_ties(seen):
    """Whether a window holds its largest number several times."""
    return every_largest(seen).sum((4, 5)).max() > 1


def has_ties_across_rows(seen):
    """Whether the first largest number of a window is another one when it is read column by column."""
    return (first_largest(seen) != largest_of_columns(seen)).any()


def added(grads, shape, stride, before):
    """What each window hands to its places, (N, C, H_out, W_out, k, k), added up in a batch with a frame `before`."""
    N, C, H, W = shape
    (H_out, W_out), kernel = grads.shape[2:4], grads.shape[4]
    reach = [max(size + 2 * before, (out - 1) * stride + kernel) for size, out in ((H, H_out), (W, W_out))]
    frame = np.zeros((N, C, *reach), grads.dtype)
    for a, b in np.ndindex(kernel, kernel):
        rows, columns = slice(a, a + stride * H_out, stride), slice(b, b + stride * W_out, stride)
        frame[:, :, rows, columns][:, :, :H_out, :W_out] += grads[..., a, b]
    return frame[:, :, before : before + H, before : before + W]


def routed(grad_output, x, kernel, stride, padding=0, share=first_largest, fill=LOWEST):
    """The gradient of a pooling by its input: each window hands shares of its own to its places."""
    shares = share(windows(x, kernel, stride, padding, fill)) * grad_output[..., None, None]
    return added(shares, x.shape, stride, padding)


def routed_by(share=first_largest, fill=LOWEST):
    return lambda grad_output, x, kernel, stride, padding: routed(
        grad_output, x, kernel, stride, padding, share, fill
    )  # fmt: skip


def ones_routed(grad_output, x, kernel, stride, padding):
    return routed(np.ones_like(grad_output), x, kernel, stride, padding)


def overwritten(grad_output, x, kernel, stride, padding):
    """Where a number wins several windows, the last one counts."""
    H, W = x.shape[2:]
    frame = np.zeros((*x.shape[:2], H + 2 * padding, W + 2 * padding), x.dtype)
    shares = first_largest(windows(x, kernel, stride, padding))
    for n, c, i, j in np.ndindex(grad_output.shape):
        a, b = np.argwhere(shares[n, c, i, j])[0]
        frame[n, c, i * stride + a, j * stride + b] = grad_output[n, c, i, j]
    return frame[:, :, padding : padding + H, padding : padding + W]


def at_all_winners(grad_output, x, kernel, stride, padding):
    """Added in all images and channels at once, at the winners of each: an index for two axes of four."""
    frame, seen = framed(np.zeros_like(x), padding, padding, 0), windows(x, kernel, stride, padding)
    winners = seen.reshape(*grad_output.shape, -1).argmax(-1)
    for i, j in np.ndindex(grad_output.shape[2:]):
        a, b = divmod(winners[:, :, i, j], kernel)
        frame[:, :, i * stride + a, j * stride + b] += grad_output[:, :, i, j]
    return frame[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]]


def with_frame(start, stop):
    """The gradient with a frame around it, cut in some way: of the padding, where the rows kept start and stop."""

    def answer(grad_output, x, kernel, stride, padding):
        H, W = x.shape[2:]
        whole = framed(routed(grad_output, x, kernel, stride, padding), padding, padding, 0)
        return whole[:, :, start * padding : H + stop * padding, start * padding : W + stop * padding]

    return answer


# Moving


def moved(x, shift, axis=3):
    """To the right; zeros come in, and what leaves is lost."""
    output, shift = np.zeros_like(x), min(shift, x.shape[axis])
    there, here = [slice(None)] * 4, [slice(None)] * 4
    there[axis], here[axis] = slice(shift, None), slice(x.shape[axis] - shift)
    output[tuple(there)] = x[tuple(here)]
    return output


def rest(x, shift, kernel, *, move=moved, pool=maxima, places=None):
    """Moved and pooled, less pooled and moved."""
    places = shift // kernel if places is None else places
    return pool(move(x, shift), kernel, kernel) - move(pool(x, kernel, kernel), places)


def rest_with(**ways):
    return lambda x, shift, kernel: rest(x, shift, kernel, **ways)


def to_minus_zero(x, shift, kernel):
    """``output[..., shift:] = x[..., :-shift]``, which is empty where nothing moves."""
    if shift // kernel == 0:
        raise ValueError("could not broadcast input array")
    return rest(x, shift, kernel)


# What is drawn


def draw_numbers(rng, shape, low=-4, high=5):
    """Whole numbers in float32 or float64; now and then of one sign, or the same when turned by half a turn."""
    numbers, kind = rng.integers(low, high, shape), rng.random()
    if kind < 0.15:
        numbers = (-1 - np.abs(numbers)) * (2.0**40 if kind < 0.05 else 1)  # no finite number is small enough to pad
    elif kind < 0.25:
        numbers = np.abs(numbers)
    elif kind < 0.35:
        numbers += numbers[..., ::-1, ::-1]
    return numbers.astype(rng.choice([np.float32, np.float64]))


def draw_pooling(rng):
    """Kernel, stride, padding of at most half the kernel, and the sizes of a batch that the kernel fits into."""
    kernel, stride = either(rng, (1, 4), (2, 6), (4, 8), rare=(8, 10)), either(rng, (1, 4), (1, 6))
    padding = int(rng.choice([0, kernel // 2, rng.integers(kernel // 2 + 1)]))
    H, W = (max(1, kernel - 2 * padding) + either(rng, (0, 3), (0, 7), (stride, 2 * stride + 2)) for _ in range(2))
    return (int(rng.integers(1, 3)), int(rng.integers(1, 4)), H, W), kernel, stride, padding


def draw_batch(rng):
    """All arguments of a max pooling."""
    shape, kernel, stride, padding = draw_pooling(rng)
    return {"x": draw_numbers(rng, shape), "kernel": kernel, "stride": stride, "padding": padding}


def digit():
    """A handwritten seven, a batch of one image of one channel, one pixel further from the edges than it was."""
    images, labels, _ = load("mnist_sample", "train")
    return np.pad(images[labels == 7][:1] / 255, ((0, 0), (0, 0), (2, 2), (2, 2)))


SHAPES = {
    "one_image": lambda N: N == 1,
    "one_channel": lambda C: C == 1,
    "higher_image": lambda H, W: H > W,
    "in_float32": lambda x: x.dtype == np.float32,
}
SMALL = np.array([[[[1, 3, 2, 0, -1], [5, 3, 4, 2, 6], [0, 0, 7, 1, 2], [-3, -1, -2, -2, -4]]]], float)
FEW = np.array([[[[1, 3], [2, 0]]]], float)
TWO = np.array([
    [[[1, 2, 0, 3], [4, 1, -1, 2], [0, 5, 2, 1]], [[-3, 0, 1, 2], [2, 2, 0, -1], [1, -2, 3, 0]]],
    [[[0, -1, 4, 4], [3, 3, 1, 0], [2, -5, 0, 6]], [[-1, -4, -2, -3], [-6, -1, -1, -9], [-2, -2, -7, -5]]],
], np.float32)  # fmt: skip


def numbered(*shape):
    """Whole numbers of which neighbours differ, positive and negative."""
    return (np.arange(prod(shape)) * 7 % 23 - 9.0).reshape(shape)
