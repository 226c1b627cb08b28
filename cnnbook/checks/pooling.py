"""The questions of the chapter on pooling: batches (N, C, H, W), square kernels, padding of at most half the kernel.

Numbers of the cases are whole, so that every way to sum them up gives the same.
"""

import numpy as np

from . import _pools as pools
from ._cases import Case
from ._layers import ceil, either
from ._pools import SHAPES, SMALL, TWO, numbered
from ._question import question

BATCH = {"x": "N C H W", "answer": "N C H_out W_out"}
WINDOWS = {
    "windows_overlap": lambda kernel, stride: stride < kernel,
    "gaps_between": lambda kernel, stride: stride > kernel,
    "pixels_left_over": lambda H, W, kernel, stride, padding: any(
        (size + 2 * padding - kernel) % stride for size in (H, W)
    ),
    "one_window": lambda H, W, kernel, stride, padding: max(H, W) + 2 * padding - kernel < stride,
}
SIGNS = {"all_negative": lambda x: x.max() < 0}


# How many windows?


@question(points=1, minutes=10, difficulty=1, count=260)
def pooled_size(size, kernel, *, stride=None, padding=0, ceil_mode=False):
    """How many windows of a pooling stand along an axis of `size` numbers? Without a stride, it is the kernel."""
    return pools.pooled_length(size, kernel, stride or kernel, padding, ceil_mode)


pooled_size.cases(
    Case(6, 2),
    Case(7, 2),
    Case(7, 3),
    Case(7, 3, stride=2),
    Case(8, 3, stride=2),
    Case(8, 3, stride=2, ceil_mode=True),
    Case(8, 3, stride=2, padding=1),
    Case(8, 3, stride=2, padding=1, ceil_mode=True),
    Case(3, 2, padding=1),
    Case(3, 2, padding=1, ceil_mode=True),  # the third window would start in the padding
    Case(1, 4, stride=2, padding=2),
    Case(1, 4, stride=2, padding=2, ceil_mode=True),
    Case(112, 3, stride=2, padding=1),  # ResNet
    Case(112, 3, stride=2, ceil_mode=True),  # GoogLeNet
)


@pooled_size.draws
def _(rng):
    kernel = either(rng, (1, 4), (2, 6), rare=(6, 12))
    padding = int(rng.integers(kernel // 2 + 1))
    layer = {
        "size": max(1, kernel - 2 * padding) + either(rng, (0, 5), (0, 15), rare=(15, 300)),
        "kernel": kernel, "padding": padding, "ceil_mode": bool(rng.random() < 0.6),
    }  # fmt: skip
    return layer if rng.random() < 0.3 else layer | {"stride": either(rng, (1, 4), (1, 9))}


pooled_size.regions(
    "last_one_dropped",
    one_tap=lambda kernel: kernel == 1,
    one_window=lambda answer: answer == 1,
    numbers_left_over=lambda size, kernel, stride, padding: pools.left_over(size, kernel, stride or kernel, padding),
    windows_overlap=lambda kernel, stride: (stride or kernel) < kernel,
    gaps_between=lambda kernel, stride: (stride or kernel) > kernel,
    one_more_rounded_up=lambda size, kernel, stride, padding: (
        pools.left_over(size, kernel, stride or kernel, padding)
        and not pools.dropped(size, kernel, stride or kernel, padding)
    ),
    last_one_dropped=lambda size, kernel, stride, padding, ceil_mode: (
        ceil_mode and pools.dropped(size, kernel, stride or kernel, padding)
    ),
    last_one_starts_late=lambda size, kernel, stride, padding: (
        size <= pools.last_start(size, kernel, stride or kernel, padding) < size + padding
    ),
)
pooled_size.misconceptions(
    none_left_out=pools.dropping(lambda size, padding: np.inf),
    padding_at_the_end_counted=pools.dropping(lambda size, padding: size + 2 * padding),
    padding_before_not_counted=pools.dropping(lambda size, padding: size),
    stride_taken_for_one=pools.dropping(lambda size, padding: size + padding, 1),
    always_rounded_up=lambda size, kernel, stride, padding: pools.pooled_length(
        size, kernel, stride or kernel, padding, True
    ),
    always_one_more=lambda size, kernel, stride, padding, ceil_mode: (
        pools.pooled_length(size, kernel, stride or kernel, padding) + ceil_mode
    ),
    padding_on_one_side=lambda size, kernel, stride, padding, ceil_mode: pools.pooled_length(
        size + padding, kernel, stride or kernel, 0, ceil_mode
    ),
    first_window_forgotten=lambda answer: answer - 1,
    size_divided_by_stride=lambda size, kernel, stride, ceil_mode: (
        ceil(size, stride or kernel) if ceil_mode else size // (stride or kernel)
    ),
)


# Forward


@question(points=2, minutes=15, difficulty=2, count=150, axes=BATCH, keeps_dtype=True)
def max_pool(x, kernel, *, stride, padding=0):
    """The largest number of each window of a batch; padding never wins."""
    return pools.maxima(x, kernel, stride, padding)


max_pool.cases(
    Case(-1 - pools.FEW, 2, stride=2, padding=1),
    Case(numbered(1, 1, 1, 5), 4, stride=1, padding=2),
    Case(SMALL, 2, stride=2),
    Case(SMALL, 2, stride=1),
    Case(SMALL, 3, stride=1),
    Case(SMALL, 3, stride=2),
    Case(SMALL, 3, stride=2, padding=1),
    Case(SMALL[:, :, ::-1], 2, stride=2),
    Case(TWO, 2, stride=1),
    Case(TWO, 2, stride=2, padding=1),
    Case(numbered(1, 2, 5, 7), 2, stride=3),
    Case(numbered(1, 1, 6, 4), 5, stride=2, padding=2),
    Case(numbered(1, 1, 6, 10), 2, stride=4),
)
max_pool.draws(pools.draw_batch)
max_pool.regions(**SHAPES, **WINDOWS, **SIGNS)
max_pool.misconceptions(
    zeros_for_padding=lambda x, kernel, stride, padding: pools.windows(x, kernel, stride, padding, 0).max((4, 5)),
    maximum_begun_at_zero=lambda answer: np.maximum(answer, 0),
    mean_for_maximum=lambda x, kernel, stride, padding: pools.means(x, kernel, stride, padding),
    largest_without_sign=lambda x, kernel, stride, padding: pools.maxima(np.abs(x), kernel, stride, padding),
    stride_taken_for_one=lambda x, kernel, padding: pools.maxima(x, kernel, 1, padding),
    stride_taken_for_kernel=lambda x, kernel, padding: pools.maxima(x, kernel, kernel, padding),
    padding_before_alone=pools.padded_before,
    last_window_forgotten=pools.loops(pools.one_window_short, np.max, -np.inf),
    loop_ends_a_pixel_early=pools.loops(pools.one_pixel_short, np.max, -np.inf),
    channels_meet=lambda answer: 0 * answer + answer.max(1, keepdims=True),
)


@question(points=2, minutes=15, difficulty=2, count=150, axes=BATCH, keeps_dtype=True)
def avg_pool(x, kernel, *, stride, padding=0, count_include_pad=True):
    """The mean of each window of a batch; padding counts as zeros, or not at all."""
    return pools.means(x, kernel, stride, padding, count_include_pad)


avg_pool.cases(
    Case(4 * pools.FEW, 2, stride=2, padding=1),
    Case(4 * pools.FEW, 2, stride=2, padding=1, count_include_pad=False),
    Case(4 * SMALL, 2, stride=2),
    Case(4 * SMALL, 2, stride=1),
    Case(36 * SMALL, 3, stride=1),
    Case(36 * SMALL, 2, stride=1),
    Case(36 * SMALL, 3, stride=2, padding=1),
    Case(36 * SMALL, 3, stride=2, padding=1, count_include_pad=False),
    Case(36 * SMALL, 3, stride=2),
    Case(4 * SMALL[:, :, ::-1], 2, stride=2),
    Case(4 * TWO, 2, stride=1),
    Case(4 * TWO, 2, stride=2, padding=1, count_include_pad=False),
    Case(4 * numbered(1, 3, 3, 2), 2, stride=2, padding=1),
    Case(4 * numbered(1, 2, 5, 7), 2, stride=3),
)


@avg_pool.draws
def _(rng):
    shape, kernel, stride, padding = pools.draw_pooling(rng)
    if rng.random() < 0.3 and not padding:
        return None  # most of what can go wrong here needs padding
    x = pools.draw_numbers(rng, shape)
    count = bool(rng.random() < 0.5)
    return {"x": x * 4, "kernel": kernel, "stride": stride, "padding": padding, "count_include_pad": count}


avg_pool.regions(
    "padded_and_not_counted", **SHAPES, **WINDOWS,
    padded_and_not_counted=lambda padding, count_include_pad: padding > 0 and not count_include_pad,
    some_zeros=lambda x: not x.all(),
)  # fmt: skip
avg_pool.misconceptions(
    padding_never_counted=pools.divided(lambda x, kernel, stride, padding, _: pools.real(x, kernel, stride, padding)),
    counting_the_other_way_round=lambda x, kernel, stride, padding, count_include_pad: pools.means(
        x, kernel, stride, padding, not count_include_pad
    ),
    zeros_of_the_image_left_out=pools.divided(pools.not_zero),
    sum_for_mean=pools.divided(lambda x, *_: x.dtype.type(1)),
    divided_by_the_side=pools.divided(lambda x, kernel, *_: kernel),
    maximum_for_mean=lambda x, kernel, stride, padding: pools.maxima(x, kernel, stride, padding),
    edge_repeated_for_zeros=lambda x, kernel, stride, padding, count_include_pad: pools.means(
        np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2), "edge") if count_include_pad else x,
        kernel, stride, 0 if count_include_pad else padding, count_include_pad,
    ),
    stride_taken_for_one=lambda x, kernel, padding, count_include_pad: pools.means(
        x, kernel, 1, padding, count_include_pad
    ),
    stride_taken_for_kernel=lambda x, kernel, padding, count_include_pad: pools.means(
        x, kernel, kernel, padding, count_include_pad
    ),
    channels_meet=lambda answer: 0 * answer + answer.mean(1, keepdims=True),
)  # fmt: skip


# Back


@question(
    points=3, minutes=25, difficulty=3, count=150, keeps_dtype=True,
    axes={"grad_output": "N C H_out W_out", "x": "N C H W", "answer": "N C H W"},
)  # fmt: skip
def max_pool_backward(grad_output, x, kernel, *, stride, padding=0):
    """The gradient of max pooling by its input: all of a window's goes to its first largest number."""
    return pools.routed(grad_output, x, kernel, stride, padding)


FOUR = np.array([[[[10, 20], [30, 40]]]], float)
ROUTED = numbered(1, 1, 5, 7) % 3
max_pool_backward.cases(
    Case(np.array([[[[10, 20]]]], float), np.array([[[[1, 4, 2], [3, 0, 1]]]], float), 2, stride=1),
    Case(FOUR, np.array([[[[1, 3, 2, 0], [5, 3, 4, 2], [0, 0, 7, 1], [0, 0, 1, 3]]]], float), 2, stride=2),  # chapter
    Case(FOUR, SMALL, 2, stride=2),
    Case(FOUR[..., ::-1], SMALL, 2, stride=2),
    Case(FOUR, SMALL[:, :, ::-1], 2, stride=2),
    Case(numbered(1, 1, 2, 3), SMALL, 3, stride=1),
    Case(numbered(1, 1, 2, 3), ROUTED, 2, stride=2),
    Case(numbered(1, 1, 2, 3), ROUTED, 3, stride=2),
    Case(numbered(1, 1, 2, 1), np.arange(24.0).reshape(1, 1, 6, 4), 3, stride=2),
    Case(numbered(1, 1, 2, 1), np.arange(24.0).reshape(1, 1, 6, 4), 3, stride=3),
    Case(numbered(1, 1, 2, 3), numbered(1, 1, 5, 8), 2, stride=3),
    Case(numbered(1, 1, 2, 3), numbered(1, 1, 5, 8), 2, stride=3, padding=1),
    Case(numbered(2, 2, 2, 3).astype(np.float32), TWO, 2, stride=1),
    Case(numbered(2, 2, 2, 3).astype(np.float32), TWO, 2, stride=2, padding=1),
)


@max_pool_backward.draws
def _(rng):
    shape, kernel, stride, padding = pools.draw_pooling(rng)
    x = pools.draw_numbers(rng, shape, -2, 3)
    out = [pools.pooled_length(size, kernel, stride, padding) for size in shape[2:]]
    grad_output = rng.integers(-4, 5, (*shape[:2], *out)).astype(x.dtype)
    return {"grad_output": grad_output, "x": x, "kernel": kernel, "stride": stride, "padding": padding}


@max_pool_backward.example
def _():
    """A digit, and a gradient of one for each of its windows."""
    return Case(np.ones((1, 1, 16, 16)), pools.digit(), 2, stride=2)


max_pool_backward.regions(
    **SHAPES, **WINDOWS, **SIGNS,
    ties=lambda x, kernel, stride, padding: pools.has_ties(pools.windows(x, kernel, stride, padding)),
    ties_across_rows=lambda x, kernel, stride, padding: pools.has_ties_across_rows(
        pools.windows(x, kernel, stride, padding)
    ),
    wins_twice=lambda grad_output, x, kernel, stride, padding: (
        pools.routed(np.ones_like(grad_output), x, kernel, stride, padding).max() > 1
    ),
)  # fmt: skip
max_pool_backward.misconceptions(
    every_tie_gets_it=pools.routed_by(pools.every_largest),
    tie_shared=pools.routed_by(pools.shared_by_largest),
    last_of_a_tie=pools.routed_by(pools.last_largest),
    tie_read_by_columns=pools.routed_by(pools.largest_of_columns),
    overlaps_overwritten=pools.overwritten,
    winners_of_all_maps=pools.at_all_winners,
    zeros_for_padding=pools.routed_by(fill=0),
    shared_by_all=pools.routed_by(lambda seen: np.full(seen.shape, 1 / seen.shape[-1] ** 2, seen.dtype)),
    ones_for_the_gradient=pools.ones_routed,
    times_the_largest=lambda grad_output, x, kernel, stride, padding: pools.routed(
        grad_output * pools.maxima(x, kernel, stride, padding), x, kernel, stride, padding
    ),
    frame_left_on=pools.with_frame(0, 2),
    frame_cut_at_the_end=pools.with_frame(0, 0),
    sign_of_a_step=lambda answer: -answer,
)


# Rounded up: a broken one


@question(points=3, minutes=25, difficulty=3, count=140, axes=BATCH, keeps_dtype=True, uses=("pooled_size",))
def max_pool_ceil(x, kernel, *, stride, padding=0):
    """Max pooling that rounds the output size up, as PyTorch does with `ceil_mode=True`."""
    return pools.maxima(x, kernel, stride, padding, ceil_mode=True)


max_pool_ceil.cases(
    Case(SMALL[:, :, :, :4], 2, stride=2),
    Case(SMALL, 2, stride=2),
    Case(SMALL, 3, stride=2),
    Case(SMALL, 3, stride=3),
    Case(SMALL, 2, stride=2, padding=1),
    Case(SMALL[:, :, ::-1], 2, stride=2),
    Case(numbered(1, 1, 3, 5), 2, stride=2, padding=1),
    Case(TWO, 2, stride=2),
    Case(TWO, 2, stride=2, padding=1),
    Case(TWO, 3, stride=2),
    Case(numbered(1, 3, 3, 4), 2, stride=2),
    Case(numbered(1, 2, 4, 2)[..., ::-1], 4, stride=3, padding=2),
    Case(numbered(1, 1, 6, 4), 5, stride=2, padding=2),
    Case(numbered(1, 2, 6, 4), 2, stride=3),
)


@max_pool_ceil.draws
def _(rng):
    drawn = pools.draw_batch(rng)
    H, W = drawn["x"].shape[2:]
    return drawn if H != W or rng.random() < 0.5 else None


max_pool_ceil.broken(pools.faulty(zeros=True, in_the_padding=True, square=True))
max_pool_ceil.regions(
    **SHAPES, **WINDOWS, **SIGNS,
    square_image=lambda H, W: H == W,
    last_one_dropped_in_rows=lambda H, kernel, stride, padding: pools.dropped(H, kernel, stride, padding),
    last_one_dropped_in_columns=lambda W, kernel, stride, padding: pools.dropped(W, kernel, stride, padding),
)  # fmt: skip
max_pool_ceil.misconceptions(
    zeros_still_in_the_padding=pools.mistaken(zeros=True),
    windows_still_start_in_the_padding=pools.mistaken(in_the_padding=True),
    width_still_that_of_the_height=pools.mistaken(square=True),
    only_the_zeros_mended=pools.mistaken(in_the_padding=True, square=True),
    only_the_windows_mended=pools.mistaken(zeros=True, square=True),
    only_the_width_mended=pools.mistaken(zeros=True, in_the_padding=True),
    rounded_down=lambda x, kernel, stride, padding: pools.maxima(x, kernel, stride, padding),
)


# A digit moves


@question(points=2, minutes=15, difficulty=2, count=200, axes=BATCH, keeps_dtype=True, uses=("max_pool",))
def shift_rest(x, shift, *, kernel=2):
    """Max pooling of a moved batch, less the pooled batch that was moved along."""
    return pools.rest(x, shift, kernel)


shift_rest.cases(
    Case(np.array([[[[0, 0, 1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0, 0, 0]]]], float), 1),  # the chapter's line
    Case(np.array([[[[0, 0, 1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0, 0, 0]]]], float), 2),
    Case(SMALL, 0),
    Case(SMALL, 1),
    Case(SMALL, 2),
    Case(SMALL[:, :, ::-1], 2),
    Case(SMALL, 2, kernel=3),
    Case(SMALL, 2, kernel=4),
    Case(TWO, 1),
    Case(TWO, 2, kernel=3),
    Case(numbered(1, 3, 2, 6), 3),
    Case(numbered(1, 2, 8, 5), 1),
    Case(numbered(2, 1, 6, 4), 1),
    Case(numbered(1, 2, 4, 8), 4, kernel=3),
    Case(numbered(1, 1, 6, 9), 4, kernel=3),
)


@shift_rest.draws
def _(rng):
    kernel = either(rng, (2, 4), (1, 5))
    H, W = (kernel + either(rng, (0, 3), (0, 7), (kernel, limit)) for limit in (kernel + 4, 3 * kernel + 4))
    x, shift = pools.draw_numbers(rng, (*map(int, rng.integers(1, [3, 4])), H, W)), int(rng.integers(W // 2 + 1))
    if W == 1 or (shift % kernel == 0 and rng.random() < 0.75):
        return None  # nothing but zeros is left
    return {"x": x, "shift": shift, "kernel": kernel}


@shift_rest.example
def _():
    """A digit, and one pixel."""
    return Case(pools.digit(), 1)


shift_rest.regions(
    **SHAPES,
    does_not_move=lambda shift: shift == 0,
    whole_places=lambda shift, kernel: shift % kernel == 0,
    further_than_the_output=lambda W, shift, kernel: shift >= W // kernel,
    nearer_to_the_next_place=lambda shift, kernel: 2 * (shift % kernel) > kernel,
    differ=lambda answer: answer.any(),
    one_row=lambda H, kernel: H // kernel == 1,
    columns_left_over=lambda W, kernel: W % kernel > 0,
)
shift_rest.misconceptions(
    wrapped_around=pools.rest_with(move=lambda x, shift: np.roll(x, shift, 3)),
    moved_to_the_left=pools.rest_with(move=lambda x, shift: pools.moved(x[..., ::-1], shift)[..., ::-1]),
    moved_down=pools.rest_with(move=lambda x, shift: pools.moved(x, shift, 2)),
    pooled_moved_by_pixels=lambda x, shift, kernel: pools.rest(x, shift, kernel, places=shift),
    places_rounded_up=lambda x, shift, kernel: pools.rest(x, shift, kernel, places=ceil(shift, kernel)),
    places_rounded_to_the_nearest=lambda x, shift, kernel: pools.rest(x, shift, kernel, places=round(shift / kernel)),
    pooled_not_moved=lambda x, shift, kernel: pools.rest(x, shift, kernel, places=0),
    slice_to_minus_zero=pools.to_minus_zero,
    taken_the_other_way=lambda answer: -answer,
    without_signs=lambda answer: np.abs(answer),
    mean_for_maximum=pools.rest_with(pool=pools.means),
)
