"""Plausible wrong answers on pooling, and which known mistake each may be called: none, mostly.

Half of them are right but for one region: ``where`` and ``changed(..., condition)`` make an answer wrong there alone.
"""

import numpy as np
from answering import through
from array_mistakes import changed

from cnnbook import functional
from cnnbook.arithmetic import output_size
from cnnbook.functional.max_pool2d import max_pool2d_argmax


def as_it_is(answer):
    return answer


def where(condition, wrong, right):
    return lambda *args, **options: (wrong if condition(*args, **options) else right)(*args, **options)


def frame(x, padding, fill=-np.inf, mode="constant"):
    more = {"constant_values": fill} if mode == "constant" else {}
    return np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)], mode, **more)


# How many windows? Of short names: numbers, kernel, stride, padding, ceil mode


def length(n, k, s, p, up):
    return output_size(n, k, stride=s or k, padding=p, ceil_mode=up)


def up_to(limit):
    """Rounded up, without windows that start at a limit or later."""

    def answer(n, k, s, p, up):
        s = s or k
        steps = -((k - n - 2 * p) // s) if up else (n + 2 * p - k) // s
        return steps + 1 - (up and steps * s >= limit(n, k, s, p))

    return answer


def one_sided(n, k, s, p, up):
    s, room = s or k, n + p - k
    steps = -(-room // s) if up else room // s
    return steps + 1 - (up and steps * s >= n + p)


def sized(wrong, condition=None):
    return wrong if condition is None else where(condition, wrong, length)


POOLED_SIZE = {
    "nothing left out": (sized(up_to(lambda n, k, s, p: 10**9)), "none_left_out"),
    "left out behind the padding": (sized(up_to(lambda n, k, s, p: n + 2 * p)), "padding_at_the_end_counted"),
    "left out behind the input, as counted": (sized(up_to(lambda n, k, s, p: n)), "padding_before_not_counted"),
    "left out one later": (sized(up_to(lambda n, k, s, p: n + p + 1)), ""),
    "left out one earlier": (sized(up_to(lambda n, k, s, p: n + p - 1)), ""),
    "stride 1": (sized(lambda n, k, s, p, up: length(n, k, s or 1, p, up)), "stride_taken_for_one"),
    "stride 2": (sized(lambda n, k, s, p, up: length(n, k, s or 2, p, up)), ""),
    "always up": (sized(lambda n, k, s, p, up: length(n, k, s, p, True)), "always_rounded_up"),
    "never up": (sized(lambda n, k, s, p, up: length(n, k, s, p, False)), "ignores_ceil_mode"),
    "up and down exchanged": (sized(lambda n, k, s, p, up: length(n, k, s, p, not up)), ""),
    "one more": (sized(lambda n, k, s, p, up: length(n, k, s, p, False) + up), "always_one_more"),
    "no padding": (sized(lambda n, k, s, p, up: length(n, k, s, 0, up) if n >= k else 1), ""),
    "padding once": (sized(one_sided), "padding_on_one_side"),
    "padding twice": (sized(lambda n, k, s, p, up: length(n + 2 * p, k, s, p, up)), ""),
    "no stride": (sized(lambda n, k, s, p, up: length(n, k, None, p, up)), "ignores_stride"),
    "steps": (sized(lambda *g: length(*g) - 1), "first_window_forgotten"),
    "one too many": (sized(lambda *g: length(*g) + 1), ""),
    "size over stride": (
        sized(lambda n, k, s, p, up: -(-n // (s or k)) if up else n // (s or k)), "size_divided_by_stride",
    ),
    "size over kernel": (sized(lambda n, k, s, p, up: n // k), "ignores_stride_and_padding_and_ceil_mode"),
    "half": (sized(lambda n, k, s, p, up: n // 2), ""),
    "at least two": (sized(lambda *g: max(2, length(*g))), ""),
    "a float": (sized(lambda *g: float(length(*g))), ""),
    "a pair": (sized(lambda *g: (length(*g), length(*g))), ""),
    "python's round": (
        sized(lambda n, k, s, p, up: round((n + 2 * p - k) / (s or k)) + 1 if up else length(n, k, s, p, up)), "",
    ),
} | {
    f"{text} {name}": (sized(wrong, condition), "")
    for name, condition in {
        "with padding": lambda n, k, s, p, up: p > 0,
        "where windows overlap": lambda n, k, s, p, up: (s or k) < k,
        "for even kernels": lambda n, k, s, p, up: k % 2 == 0,
        "without a stride": lambda n, k, s, p, up: s is None,
    }.items()
    for text, wrong in {
        "nothing left out, one more,": lambda n, k, s, p, up: up_to(lambda *_: 10**9)(n, k, s, p, True),
        "one more": lambda *g: length(*g) + 1,
        "padding once more": lambda n, k, s, p, up: length(n + p + 1, k, s, p, up),
    }.items()
}  # fmt: skip


# Forward


def top(x, kernel, *, stride, padding=0):
    return functional.max_pool2d(x, kernel, stride=stride, padding=padding)


def mean(x, kernel, *, stride, padding=0, count_include_pad=True):
    total = functional.avg_pool2d(x, kernel, stride=stride, padding=padding)
    return total if count_include_pad else total / functional.avg_pool2d(
        np.ones_like(x), kernel, stride=stride, padding=padding
    )  # fmt: skip


def with_negative_numbers(x, *_, **__):
    return x.max() < 0


def with_padding(*_, padding=0, **__):
    return padding > 0


def with_overlap(*args, stride, **_):
    return stride < args[-1]


def of_several_images(*args, **_):
    return len(args[-2]) > 1


def zero_framed(x, kernel, *, stride, padding=0):
    return top(frame(x, padding, 0), kernel, stride=stride)


def begun_at(start):
    return lambda *args, **options: np.maximum(top(*args, **options), top(*args, **options).dtype.type(start))


MAX_POOL = changed(top, with_padding) | {
    "zeros": (zero_framed, "zeros_for_padding"),
    "zeros in several images": (where(of_several_images, zero_framed, top), ""),
    "minus one": (lambda x, k, *, stride, padding=0: top(frame(x, padding, -1), k, stride=stride), ""),
    "begun at zero": (begun_at(0), "maximum_begun_at_zero"),
    "begun at minus one": (begun_at(-1), ""),
    "mean": (lambda *a, **o: mean(*a, **o), "mean_for_maximum"),
    "mean where windows overlap": (where(with_overlap, mean, top), ""),
    "smallest": (lambda x, k, **o: -top(-x, k, **o), ""),
    "no signs": (lambda x, k, **o: top(abs(x), k, **o), "largest_without_sign"),
    "stride 1": (lambda x, k, *, stride, padding=0: top(x, k, stride=1, padding=padding), "stride_taken_for_one"),
    "side by side": (
        lambda x, k, *, stride, padding=0: top(x, k, stride=k, padding=padding), "stride_taken_for_kernel",
    ),
    "no padding": (
        lambda x, k, *, stride, padding=0: top(x, k, stride=stride) if min(x.shape[2:]) >= k else None, "",
    ),
    "over channels": (
        lambda *a, **o: np.broadcast_to(top(*a, **o).max(1, keepdims=True), top(*a, **o).shape).copy(), "channels_meet",
    ),
    "over images": (lambda *a, **o: np.broadcast_to(top(*a, **o).max(0), top(*a, **o).shape).copy(), ""),
    "in float64": (lambda *a, **o: top(*a, **o).astype(float), ""),
    "in float32": (lambda *a, **o: top(*a, **o).astype(np.float32), ""),
    "rounded up": (lambda x, k, **o: functional.max_pool2d(x, k, ceil_mode=True, **o), ""),
    "rows alone": (
        lambda x, k, *, stride, padding=0: frame(x, padding)[:, :, ::stride, ::stride][
            :, :, : top(x, k, stride=stride, padding=padding).shape[2],
            : top(x, k, stride=stride, padding=padding).shape[3],
        ], "",
    ),
}  # fmt: skip


def shares(x, kernel, *, stride, padding=0):
    """Which part of each window is no padding."""
    return functional.avg_pool2d(np.ones_like(x), kernel, stride=stride, padding=padding)


AVG_POOL = changed(mean, with_padding) | {
    "never counted": (lambda *a, count_include_pad=True, **o: mean(*a, **o) / shares(*a, **o), "padding_never_counted"),
    "always counted": (lambda *a, count_include_pad=True, **o: mean(*a, **o), "ignores_count_include_pad"),
    "the other way round": (
        lambda *a, count_include_pad=True, **o: mean(*a, **o, count_include_pad=not count_include_pad),
        "counting_the_other_way_round",
    ),
    "twice divided": (
        lambda *a, count_include_pad=True, **o: mean(*a, **o, count_include_pad=False) / shares(*a, **o), "",
    ),
    "sum": (
        lambda x, k, *, stride, padding=0, count_include_pad=True: mean(x, k, stride=stride, padding=padding) * k**2,
        "sum_for_mean",
    ),
    "by the side": (
        lambda x, k, *, stride, padding=0, count_include_pad=True: mean(x, k, stride=stride, padding=padding) * k,
        "divided_by_the_side",
    ),
    "by the stride": (
        lambda x, k, *, stride, padding=0, count_include_pad=True: (
            mean(x, k, stride=stride, padding=padding) * (k / stride) ** 2
        ), "",
    ),
    "maximum": (lambda *a, count_include_pad=True, **o: top(*a, **o), "maximum_for_mean"),
    "maximum where windows overlap": (
        where(with_overlap, lambda *a, count_include_pad=True, **o: top(*a, **o), mean), "",
    ),
    "edge repeated": (
        lambda x, k, *, stride, padding=0, count_include_pad=True: (
            mean(frame(x, padding, mode="edge"), k, stride=stride) if count_include_pad
            else mean(x, k, stride=stride, padding=padding, count_include_pad=False)
        ), "edge_repeated_for_zeros",
    ),
    "edge always repeated": (
        lambda x, k, *, stride, padding=0, **_: mean(frame(x, padding, mode="edge"), k, stride=stride),
        "",
    ),
    "side by side": (
        lambda x, k, *, stride, padding=0, count_include_pad=True: mean(
            x, k, stride=k, padding=padding, count_include_pad=count_include_pad
        ), "stride_taken_for_kernel",
    ),
    "stride 1": (
        lambda x, k, *, stride, padding=0, count_include_pad=True: mean(
            x, k, stride=1, padding=padding, count_include_pad=count_include_pad
        ), "stride_taken_for_one",
    ),
    "over channels": (
        lambda *a, **o: 0 * mean(*a, **o) + mean(*a, **o).mean(1, keepdims=True), "channels_meet",
    ),
    "whole numbers": (lambda *a, **o: np.floor(mean(*a, **o)), ""),
    "in float64": (lambda *a, **o: mean(*a, **o).astype(float), ""),
    "of the whole image": (lambda *a, **o: 0 * mean(*a, **o) + a[0].mean((2, 3), keepdims=True), ""),
    "never counted in several images": (
        where(of_several_images, lambda *a, count_include_pad=True, **o: mean(*a, **o) / shares(*a, **o), mean), "",
    ),
}  # fmt: skip


# Back


def back(grad, x, kernel, *, stride, padding=0):
    return functional.max_pool2d_backward(grad, x, kernel, stride=stride, padding=padding)[0]


def by_window(put, fill=-np.inf):
    """Window by window: put(frame of gradients, window, gradient) changes the gradients."""

    def answer(grad, x, kernel, *, stride, padding=0):
        padded = frame(x, padding, fill)
        sums = np.zeros(padded.shape, x.dtype)
        for n, c, i, j in np.ndindex(grad.shape):
            there = n, c, slice(i * stride, i * stride + kernel), slice(j * stride, j * stride + kernel)
            put(sums[there], padded[there], grad[n, c, i, j])
        return sums[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]]

    return answer


def to_all_ties(sums, window, grad):
    sums += (window == window.max()) * grad


def in_parts(sums, window, grad):
    ties = window == window.max()
    sums += ties * grad / ties.sum()


def to_the_last(sums, window, grad):
    sums[tuple(np.argwhere(window == window.max())[-1])] += grad


def by_columns(sums, window, grad):
    b, a = np.argwhere(window.max() == window.T)[0]
    sums[a, b] += grad


def overwriting(sums, window, grad):
    sums[tuple(np.argwhere(window == window.max())[0])] = grad


def to_the_first(sums, window, grad):
    sums[tuple(np.argwhere(window == window.max())[0])] += grad


def to_the_smallest(sums, window, grad):
    sums[tuple(np.argwhere(window == window.min())[0])] += grad


def to_the_corner(sums, window, grad):
    sums[0, 0] += grad


def to_all(sums, window, grad):
    sums += grad / sums.size


def keeping_zero(sums, window, grad):
    """No gradient for a maximum of zero: a ReLU that nobody asked for."""
    if window.max() > 0:
        to_the_first(sums, window, grad)


def with_ties(grad, x, kernel, *, stride, padding=0):
    places = [max_pool2d_argmax(a, kernel, stride=stride, padding=padding) for a in (x, x[..., ::-1, ::-1])]
    return (places[0] + places[1][..., ::-1, ::-1] != x[0, 0].size - 1).any()


def in_every_map(g, x, kernel, *, stride, padding=0):
    """Two axes of four are indexed."""
    (N, C, H, W), padded = x.shape, frame(x, padding)
    back = np.zeros_like(padded)
    for i, j in np.ndindex(g.shape[2:]):
        t, s = i * stride, j * stride
        a, b = divmod(padded[:, :, t : t + kernel, s : s + kernel].reshape(N, C, -1).argmax(2), kernel)
        back[:, :, t + a, s + b] += g[:, :, i, j]
    return back[:, :, padding : padding + H, padding : padding + W]


MAX_POOL_BACKWARD = changed(back, with_padding) | {
    "all ties": (by_window(to_all_ties), "every_tie_gets_it"),
    "all ties where windows overlap": (where(with_overlap, by_window(to_all_ties), back), ""),
    "ties share": (by_window(in_parts), "tie_shared"),
    "the last": (by_window(to_the_last), "last_of_a_tie"),
    "the last in several images": (where(of_several_images, by_window(to_the_last), back), ""),
    "by columns": (by_window(by_columns), "tie_read_by_columns"),
    "overwritten": (by_window(overwriting), "overlaps_overwritten"),
    "overwritten with padding": (where(with_padding, by_window(overwriting), back), ""),
    "in every map": (in_every_map, "winners_of_all_maps"),
    "in every map where windows overlap": (where(with_overlap, in_every_map, back), ""),
    "zeros": (by_window(to_the_first, 0), "zeros_for_padding"),
    "zeros and all ties": (by_window(to_all_ties, 0), ""),
    "smallest": (by_window(to_the_smallest, np.inf), ""),
    "corner": (by_window(to_the_corner), ""),
    "shared by all": (by_window(to_all), "shared_by_all"),
    "none for zero": (by_window(keeping_zero), ""),
    "ones": (lambda g, x, k, **o: back(np.ones_like(g), x, k, **o), "ones_for_the_gradient"),
    "ones where there are ties": (
        where(with_ties, lambda g, x, k, **o: back(np.ones_like(g), x, k, **o), back), "",
    ),
    "times the number": (lambda g, x, k, **o: back(g * top(x, k, **o), x, k, **o), "times_the_largest"),
    "the input times the gradient": (lambda g, x, k, **o: back(g, x, k, **o) * x, "times_the_largest"),
    "a mask alone": (lambda g, x, k, **o: (back(abs(g) + 1, x, k, **o) > 0).astype(x.dtype), ""),
    "step": (lambda *a, **o: -back(*a, **o), "sign_of_a_step"),
    "frame left": (lambda *a, padding=0, **o: frame(back(*a, padding=padding, **o), padding, 0), "frame_left_on"),
    "in float64": (lambda *a, **o: back(*a, **o).astype(float), ""),
    "in a tuple": (lambda *a, **o: (back(*a, **o),), ""),
}  # fmt: skip


# Rounded up


def rounded_up(x, kernel, *, stride, padding=0):
    return functional.max_pool2d(x, kernel, stride=stride, padding=padding, ceil_mode=True)


def higher(x, *_, **__):
    return x.shape[2] > x.shape[3]


def mended(fill=-np.inf, leave_out=True, square=False):
    """Loops over slices, as the broken function has them."""

    def answer(x, kernel, *, stride, padding=0):
        padded = frame(x, padding, fill)
        sizes = [
            output_size(n, kernel, stride=stride, padding=padding, ceil_mode=True) if leave_out
            else -((kernel - n - 2 * padding) // stride) + 1
            for n in (x.shape[2], x.shape[2] if square else x.shape[3])
        ]  # fmt: skip
        output = np.zeros((*x.shape[:2], *sizes), x.dtype)
        for i, j in np.ndindex(*sizes):
            window = padded[:, :, i * stride : i * stride + kernel, j * stride : j * stride + kernel]
            output[:, :, i, j] = window.max((2, 3))
        return output

    return answer


MAX_POOL_CEIL = changed(rounded_up, higher) | {
    "as it was": (mended(0, False, True), "still_broken"),
    "zeros left": (mended(0), "zeros_still_in_the_padding"),
    "windows left": (mended(leave_out=False), "windows_still_start_in_the_padding"),
    "width left": (mended(square=True), "width_still_that_of_the_height"),
    "zeros mended": (mended(leave_out=False, square=True), "only_the_zeros_mended"),
    "windows mended": (mended(0, square=True), "only_the_windows_mended"),
    "width mended": (mended(0, leave_out=False), "only_the_width_mended"),
    "minus one": (mended(-1), ""),
    "zeros left in several images": (where(of_several_images, mended(0), rounded_up), ""),
    "down": (top, "rounded_down"),
    "down with padding": (where(with_padding, top, rounded_up), ""),
    "down where windows overlap": (where(with_overlap, top, rounded_up), ""),
    "zeros at the end": (
        lambda x, k, *, stride, padding=0: np.maximum(
            rounded_up(x, k, stride=stride, padding=padding),
            np.pad(np.full_like(top(x, k, stride=stride, padding=padding), -np.inf),
                   [(0, 0), (0, 0), *((0, rounded_up(x, k, stride=stride, padding=padding).shape[a]
                                       - top(x, k, stride=stride, padding=padding).shape[a]) for a in (2, 3))]),
        ), "",
    ),
    "begun at zero": (lambda *a, **o: np.maximum(rounded_up(*a, **o), 0), ""),
    "in float64": (lambda *a, **o: rounded_up(*a, **o).astype(float), ""),
    "over channels": (lambda *a, **o: 0 * rounded_up(*a, **o) + rounded_up(*a, **o).max(1, keepdims=True), ""),
}  # fmt: skip


# A digit moves


def slide(x, shift, axis=3):
    shift = min(shift, x.shape[axis])
    zeros = np.zeros_like(x.take(range(shift), axis))
    return np.concatenate([zeros, x.take(range(x.shape[axis] - shift), axis)], axis)


def both(x, shift, *, kernel=2, move=slide, pool=top, places=None):
    first = pool(move(x, shift), kernel, stride=kernel)
    return first - move(pool(x, kernel, stride=kernel), shift // kernel if places is None else places(shift, kernel))


def moving(**ways):
    return lambda x, shift, *, kernel=2: both(x, shift, kernel=kernel, **ways)


def after(change):
    return lambda x, shift, *, kernel=2: change(both(x, shift, kernel=kernel))


def by_no_multiple(x, shift, *, kernel=2):
    return shift % kernel > 0


def rolled(x, shift):
    return np.roll(x, shift, 3)


def of_several_channels(x, *_, **__):
    return x.shape[1] > 1


SHIFT_REST = changed(both, by_no_multiple) | {
    "rolled": (moving(move=rolled), "wrapped_around"),
    "rolled channels": (where(of_several_channels, moving(move=rolled), both), ""),
    "left": (moving(move=lambda x, s: slide(x[..., ::-1], s)[..., ::-1]), "moved_to_the_left"),
    "down": (moving(move=lambda x, s: slide(x, s, 2)), "moved_down"),
    "over channels": (moving(move=lambda x, s: slide(x, s, 1)), ""),
    "edge repeated": (moving(move=lambda x, s: np.pad(x, [(0, 0)] * 3 + [(s, 0)], "edge")[..., : x.shape[3]]), ""),
    "by pixels": (moving(places=lambda s, k: s), "pooled_moved_by_pixels"),
    "by pixels for 3": (where(lambda x, s, *, kernel=2: kernel == 3, moving(places=lambda s, k: s), both), ""),
    "by pixels in several channels": (where(of_several_channels, moving(places=lambda s, k: s), both), ""),
    "up": (moving(places=lambda s, k: -(-s // k)), "places_rounded_up"),
    "nearest": (moving(places=lambda s, k: round(s / k)), "places_rounded_to_the_nearest"),
    "half": (moving(places=lambda s, k: s // 2), ""),
    "not": (moving(places=lambda s, k: 0), "pooled_not_moved"),
    "neither": (moving(move=lambda x, s: x), ""),
    "mean": (moving(pool=mean), "mean_for_maximum"),
    "mean of a higher image": (where(higher, moving(pool=mean), both), ""),
    "exchanged": (after(lambda rest: -rest), "taken_the_other_way"),
    "exchanged in several images": (where(of_several_images, after(lambda rest: -rest - 1), both), ""),
    "no signs": (after(abs), "without_signs"),
    "squares": (after(lambda rest: rest**2), ""),
    "where they differ": (after(lambda rest: (rest != 0).astype(rest.dtype)), ""),
    "sum": (after(lambda rest: float(abs(rest).sum())), ""),
    "in float64": (after(lambda rest: rest.astype(float)), ""),
    "for a pair": (after(lambda rest: (rest, rest)), ""),
}  # fmt: skip

WRONG = {
    "pooled_size": (lambda answer: through(answer, stride=None, padding=0, ceil_mode=False), POOLED_SIZE),
    "max_pool": (as_it_is, MAX_POOL),
    "avg_pool": (as_it_is, AVG_POOL),
    "max_pool_backward": (as_it_is, MAX_POOL_BACKWARD),
    "max_pool_ceil": (as_it_is, MAX_POOL_CEIL),
    "shift_rest": (as_it_is, SHIFT_REST),
}
