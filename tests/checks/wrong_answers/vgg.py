"""Plausible wrong answers on VGG, and which known mistake each may be called: none, mostly.

Half of them are right but for one region. An answer takes the right one first, then all arguments by position.
"""

import numpy as np
from array_mistakes import CHANGES, partly, shortened

from cnnbook.checks import _stages as vgg
from cnnbook.checks import vgg as questions

through = shortened(questions)


def plainly(changes):
    return {name: (lambda right, *_, change=change: change(right), "") for name, change in changes.items()}


def on_right(changes):
    return {name: lambda right, *_, change=change: change(right) for name, change in changes.items()}


FEW = {name: CHANGES[name] for name in ("the first entry is one more", "columns the wrong way round", "cut at zero")}

# A stage


def staged(**mistakes):
    return lambda right, x, layers: vgg.stage(x, layers, **mistakes)


STAGE = {
    "no ReLU behind the last": (staged(relus="between"), "no_relu_behind_the_last"),
    "no ReLU": (staged(relus=""), "no_relu"),
    "one ReLU": (staged(relus="last"), "relu_behind_the_last_alone"),
    "absolute": (lambda right, x, layers: vgg.largest(abs(vgg.same_conv(x, *layers[0]))), ""),
    "stride 1": (staged(pool=vgg.of_stride_one), "pool_of_stride_one"),
    "no pool": (staged(pool=lambda x: x), "pool_forgotten"),
    "every second place": (staged(pool=lambda x: x[:, :, : x.shape[2] // 2 * 2 : 2, : x.shape[3] // 2 * 2 : 2]), ""),
    "sums": (staged(pool=lambda x: vgg.halves(x).sum((3, 5))), ""),
    "smallest": (staged(pool=lambda x: vgg.halves(x).min((3, 5))), ""),
    "means": (staged(pool=lambda x: vgg.halves(x).mean((3, 5))), "mean_for_maximum"),
    "no padding": (staged(conv=lambda x, w, b: vgg.same_conv(x, w, b, padding=0)), "padding_of_zero"),
    "padding of two": (staged(conv=lambda x, w, b: vgg.same_conv(x, w, b, padding=2)), ""),
    "mirrored padding": (staged(conv=lambda x, w, b: vgg.same_conv(x, w, b, mode="symmetric")), "edge_repeated"),
    "wrapped around": (staged(conv=lambda x, w, b: vgg.same_conv(x, w, b, mode="wrap")), ""),
    "kernels transposed": (staged(conv=lambda x, w, b: vgg.same_conv(x, w.swapaxes(2, 3), b)), ""),
    "filters the wrong way round": (staged(conv=lambda x, w, b: vgg.same_conv(x, w[::-1], b)), ""),
    "no bias": (staged(conv=lambda x, w, b: vgg.same_conv(x, w, 0 * b)), "bias_forgotten"),
    "the first layer": (lambda right, x, layers: vgg.stage(x, layers[:1]), "first_convolution_alone"),
    "the last layer twice": (lambda right, x, layers: vgg.stage(x, (*layers, layers[-1])), ""),
    "exchanged": (staged(conv=vgg.exchanged), "filters_and_channels_exchanged"),
    **plainly(FEW | {"a row too many": CHANGES["a row of zeros too many"], "a list": CHANGES["a list"]}),
} | partly(
    {
        "of several convolutions": lambda x, layers: len(layers) > 1,
        "with a row left over": lambda x, layers: x.shape[2] % 2,
        "of several images": lambda x, layers: len(x) > 1,
    },
    {
        "no ReLU": staged(relus=""), "the first entry one more": on_right(FEW)["the first entry is one more"],
        "means": staged(pool=lambda x: vgg.halves(x).mean((3, 5))), "no bias": staged(
            conv=lambda x, w, b: vgg.same_conv(x, w, 0 * b)
        ),
    },
)  # fmt: skip


# Counts


def counted(**mistakes):
    return lambda right, *case: vgg.totals(vgg.layers_of(*case, **mistakes))


def one_more(place):
    return lambda right, *_: tuple(number + (n == place) for n, number in enumerate(right))


def times(place, factor):
    return lambda right, *_: tuple(number * (factor if n == place else 1) for n, number in enumerate(right))


def no_first_bias(right, stages, channels, *_):
    return (right[0] - channels[0], *right[1:])


COUNTS = {
    "every kernel 3x3": (counted(taps=lambda k: 9), "every_kernel_3x3"),
    "every kernel 1x1": (counted(taps=lambda k: 1), ""),
    "kernel not squared": (counted(taps=lambda k: k), "kernel_not_squared"),
    "grey": (counted(image=1), "grey_image"),
    "four channels": (counted(image=4), ""),
    "own channels": (counted(own=True), "stage_reads_its_own_channels"),
    "early pools": (counted(early=True), "pooled_too_early"),
    "one place": (counted(flat=lambda c, s: c), "head_reads_one_place"),
    "one channel": (counted(flat=lambda c, s: s * s), "head_reads_one_channel"),
    "one row": (counted(flat=lambda c, s: c * s), ""),
    "no head": (lambda right, stages, channels, side, head: vgg.totals(
        vgg.layers_of(stages, channels, side, ())), "head_forgotten"),
    "one layer of the head": (lambda right, stages, channels, side, head: vgg.totals(
        vgg.layers_of(stages, channels, side, head[:1])), ""),
    "no last layer": (lambda right, stages, channels, side, head: vgg.totals(
        vgg.layers_of(stages, channels, side, head[:-1])), ""),
    "one stage less": (lambda right, stages, channels, side, head: vgg.totals(
        vgg.layers_of(stages[:-1] or stages * 2, channels[:-1] or channels * 2, side, head)), ""),
    "image counted": (lambda right, s, c, side, h: (*right[:2], right[2] + 3 * side**2), "image_counted"),
    "FLOPs": (times(1, 2), "flops_for_macs"),
    "a bias missing": (no_first_bias, ""),
    "swapped": (lambda right, *_: right[::-1], ""),
    "two of three": (lambda right, *_: right[:2], ""),
    "floats": (lambda right, *_: tuple(n + 0.5 for n in right), ""),
    "a sum": (lambda right, *_: sum(right), ""),
    **{f"one more in {n}": (one_more(n), "") for n in range(3)},
} | partly(
    {
        "with 1x1": lambda stages, c, s, h: any(1 in kernels for kernels in stages),
        "of several stages": lambda stages, c, s, h: len(stages) > 1,
        "with a head": lambda stages, c, s, h: len(h) > 0,
    },
    {"own channels": counted(own=True), "one more parameter": one_more(0), "three times the outputs": times(2, 3)},
)  # fmt: skip


# Memory


def sized(change):
    def answer(right, depths, channels, side, batch):
        return tuple(batch * n for n in change(*vgg.arrays(depths, channels, side), *(n // batch for n in right)))

    return answer


MEMORY = {
    "no places": (sized(lambda sizes, pooled, a, k: (a, k - 8 * pooled)), "places_of_maxima_forgotten"),
    "places of four bytes": (sized(lambda sizes, pooled, a, k: (a, k - 4 * pooled)), "places_in_four_bytes"),
    "places of one byte": (sized(lambda sizes, pooled, a, k: (a, k - 7 * pooled)), ""),
    "no image": (sized(lambda sizes, pooled, a, k: (a, k - 4 * sizes[0])), "image_not_kept"),
    "image of one channel": (sized(lambda sizes, pooled, a, k: (a, k - 8 * sizes[0] // 3)), ""),
    "nothing of the last pool": (sized(lambda sizes, pooled, a, k: (a, k - 12 * sizes[-1])), ""),
    "ReLUs": (sized(lambda sizes, pooled, a, k: (a, k + 4 * (sum(sizes[1:]) - pooled))), "relus_kept_beside"),
    "doubles": (sized(lambda sizes, pooled, a, k: (2 * a, 8 * sum(sizes) + 8 * pooled)), ""),
    "twice, for gradients": (sized(lambda sizes, pooled, a, k: (a, 2 * k)), ""),
    "largest": (sized(lambda sizes, pooled, a, k: (4 * max(sizes), k)), "largest_alone"),
    "twice the largest": (sized(lambda sizes, pooled, a, k: (8 * max(sizes), k)), "twice_the_largest"),
    "the first two": (sized(lambda sizes, pooled, a, k: (4 * sum(sizes[:2]), k)), ""),
    "three neighbours": (sized(
        lambda sizes, pooled, a, k: (4 * max(map(sum, zip(sizes, sizes[1:], [*sizes[2:], 0], strict=False))), k)), ""),
    "everything": (sized(lambda sizes, pooled, a, k: (4 * sum(sizes), k)), "all_kept_to_answer"),
    "numbers": (sized(lambda sizes, pooled, a, k: (a // 4, sum(sizes) + pooled)), "numbers_for_bytes"),
    "no batch": (lambda right, d, c, s, batch: tuple(n // batch for n in right), "ignores_batch"),
    "batch squared": (lambda right, d, c, s, batch: tuple(n * batch for n in right), ""),
    "swapped": (lambda right, *_: right[::-1], ""),
    "kilobytes": (lambda right, *_: tuple(n / 1024 for n in right), ""),
    "one of two": (lambda right, *_: right[0], ""),
    **{f"one more in {n}": (one_more(n), "") for n in range(2)},
} | partly(
    {
        "in batches": lambda d, c, s, batch: batch > 1,
        "of several stages": lambda d, c, s, batch: len(d) > 1,
        "of deep stages": lambda d, c, s, batch: max(d) > 1,
    },
    {
        "one more": one_more(1), "no places": sized(lambda sizes, pooled, a, k: (a, k - 8 * pooled)),
        "the largest": sized(lambda sizes, pooled, a, k: (4 * max(sizes), k)),
    },
)  # fmt: skip


# Dense evaluation


def scored(**mistakes):
    return lambda right, *case: vgg.scores(*case, **mistakes)


def at_one(place):
    def answer(right, maps, fc1, fc2):
        windows = vgg.windows_of(maps, vgg.side_of(maps, fc1))[:, place, place]
        return fc2 @ np.maximum(fc1 @ windows.ravel(), 0)

    return answer


DENSE = {
    "still broken": (scored(order=True, tiles=True, early=True), "still_broken"),
    "order": (scored(order=True), "order_still_wrong"),
    "tiles": (scored(tiles=True), "places_still_left_out"),
    "early": (scored(early=True), "mean_still_before_the_relu"),
    "order mended": (scored(tiles=True, early=True), "only_the_order_mended"),
    "places mended": (scored(order=True, early=True), "only_the_places_mended"),
    "mean mended": (scored(order=True, tiles=True), "only_the_mean_mended"),
    "no ReLU": (scored(hidden=lambda units: units), "no_relu"),
    "absolute": (scored(hidden=abs), ""),
    "ReLU at the end": (scored(final=vgg.relu), "relu_on_the_scores"),
    "sum": (scored(mean=np.sum), "sum_for_mean"),
    "median": (scored(mean=np.median), ""),
    "maximum": (scored(mean=np.max), "maximum_for_mean"),
    "first place": (at_one(slice(None, 1)), ""),
    "last place": (at_one(slice(-1, None)), ""),
    "mirrored": (lambda right, maps, fc1, fc2: vgg.scores(maps[:, :, ::-1], fc1, fc2), ""),
    "rows for columns": (lambda right, maps, fc1, fc2: vgg.scores(maps.swapaxes(1, 2), fc1, fc2), ""),
    "channels the wrong way round": (lambda right, maps, *rest: vgg.scores(maps[::-1], *rest), ""),
    "hidden units the wrong way round": (
        lambda right, maps, fc1, fc2: vgg.scores(maps, fc1[::-1], fc2), "",
    ),
    "each place": (scored(mean=lambda a, axis: a), "scores_of_each_place"),
    **plainly({name: CHANGES[name] for name in (
        "the first entry is one more", "the last entry is one less", "the first channel is missing", "cut at zero",
        "an axis too many", "one number", "strings")}),
} | partly(
    {
        "of several channels": lambda maps, fc1, fc2: len(maps) > 1,
        "of large kernels": lambda maps, fc1, fc2: vgg.side_of(maps, fc1) > 1,
        "of several classes": lambda maps, fc1, fc2: len(fc2) > 1,
    },
    {
        "no ReLU": scored(hidden=lambda units: units), "sum": scored(mean=np.sum),
        "the first entry one more": on_right(CHANGES)["the first entry is one more"],
    },
)  # fmt: skip


# Designs


def designed(price=None, **mistakes):
    return lambda right, side, channels, budget: vgg.cheapest(
        side, channels, price=price and price(channels, side), **mistakes
    )


def deeper(place):
    return lambda right, *_: [depth + (n == place % len(right)) for n, depth in enumerate(right)]


def flatter(right, *_):
    return [max(1, depth - 1) for depth in right]


DESIGN = {
    "ones": (lambda right, side, channels, budget: [1] * len(channels), "one_in_each_stage"),
    "twos": (lambda right, side, channels, budget: [2] * len(channels), ""),
    "zeros": (lambda right, side, channels, budget: [0] * len(channels), ""),
    "eights": (lambda right, side, channels, budget: [8] * len(channels), ""),
    "nothing in the first": (lambda right, *_: [0, *right[1:]], ""),
    "no pools": (designed(pools=False), "pools_see_nothing"),
    "two more each": (designed(jumps=False), "every_3x3_sees_two_more"),
    "jump first": (designed(first=2), "jump_doubled_too_early"),
    "behind the last pool": (
        lambda right, side, channels, budget: vgg.cheapest(side, channels, sees=side - 2 ** (len(channels) - 1)),
        "last_pool_counted",
    ),
    "one short": (lambda right, side, channels, budget: vgg.cheapest(side, channels, sees=side - 1), "one_pixel_short"),
    "two short": (lambda right, side, channels, budget: vgg.cheapest(side, channels, sees=side - 2), ""),
    "half": (lambda right, side, channels, budget: vgg.cheapest(side, channels, sees=side // 2), ""),
    "three more": (lambda right, side, channels, budget: vgg.cheapest(side, channels, sees=side + 3), ""),
    "parameters": (designed(lambda c, s: vgg.prices(c, s, shrinks=False)), "parameters_for_macs"),
    "places alone": (designed(lambda c, s: [s**2 // 4**n for n in range(len(c))]), "all_in_the_last_stage"),
    "last": (lambda right, side, channels, budget: vgg.deepened(-1)(side, channels), "all_in_the_last_stage"),
    "second": (lambda right, side, channels, budget: vgg.deepened(1)(side, channels), ""),
    "first": (lambda right, side, channels, budget: vgg.deepened(0)(side, channels), "all_in_the_first_stage"),
    "equal": (lambda right, side, channels, budget: vgg.equally_deep(side, channels), "equally_deep"),
    "the wrong way round": (lambda right, *_: right[::-1], ""),
    "one deeper at the end": (deeper(-1), ""),
    "one deeper at the start": (deeper(0), ""),
    "one less deep": (flatter, ""),
    "a stage too many": (lambda right, *_: [*right, 1], ""),
    "a stage too few": (lambda right, *_: right[:-1], ""),
    "their sum": (lambda right, *_: sum(right), ""),
    "floats": (lambda right, *_: [depth + 0.5 for depth in right], ""),
    "nothing": (lambda right, *_: None, ""),
    "a text": (lambda right, *_: str(right), ""),
    "stages of kernels": (lambda right, *_: [[3] * depth for depth in right], ""),
} | partly(
    {
        "of several stages": lambda side, channels, budget: len(channels) > 1,
        "of large images": lambda side, channels, budget: side > 12,
    },
    {"one less": lambda right, *_: [*right[:-1], right[-1] - 1], "one deeper": deeper(0)},
)  # fmt: skip


WRONG = {
    "vgg_stage": (through("vgg_stage"), STAGE),
    "vgg_counts": (through("vgg_counts", ("head", (4096, 4096, 1000))), COUNTS),
    "vgg_memory": (through("vgg_memory", ("batch", 1)), MEMORY),
    "dense_scores": (through("dense_scores"), DENSE),
    "vgg_design": (through("vgg_design"), DESIGN),
}
