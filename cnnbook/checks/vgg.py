"""The questions of the chapter on VGG: stages of 3x3 convolutions, what they give, cost, keep and see.

Numbers of the cases are whole, as floats, so that every way to sum them up gives the same.
"""

from itertools import pairwise

import numpy as np

from . import _stages as vgg
from ._cases import Case
from ._compare import is_integer
from ._findings import Finding
from ._layers import either
from ._pools import digit
from ._question import question
from ._stages import COLUMNS, PAPER, arrays, deepened, equally_deep, layer, numbers, total

# A stage


@question(points=3, minutes=20, difficulty=2, count=80, axes={"x": "N C_in H W", "answer": "N C H_out W_out"})
def vgg_stage(x, layers):
    """A stage of VGG: 3x3 convolutions that keep the size, a ReLU behind each, then 2x2 max pooling with stride 2."""
    return vgg.stage(x, layers)


X, ONE, TWO = numbers(1, 2, 4, 5), layer(2, 2), layer(2, 2, -1.0)
CENTRE = np.eye(9)[4].reshape(1, 1, 3, 3)  # a kernel that hands each number on
vgg_stage.cases(
    Case(np.array([[[[1, -5], [-2, -3]]]], float), ((CENTRE, np.zeros(1)), (-CENTRE, np.ones(1)))),
    Case(X, (ONE,)),
    Case(X[..., ::-1], (ONE,)),
    Case(X, (TWO,)),
    Case(X, (ONE, TWO)),
    Case(X, (TWO, ONE)),
    Case(numbers(2, 3, 5, 4), (layer(2, 3), ONE, TWO)),
)


@vgg_stage.draws
def _(rng):
    N, C_in, C = either(rng, (1, 3)), either(rng, (1, 3), (1, 5)), either(rng, (1, 4))
    depth = int(rng.choice([1, 2, 2, 3]))
    H, W = rng.integers(2, 7, 2) if rng.random() < 0.6 else rng.integers(4, 10, 2)
    channels = [C_in, *[C] * depth]
    layers = tuple(
        (rng.integers(-2, 3, (c, before, 3, 3)) * 1.0, rng.integers(-3, 8, c) * 1.0) for before, c in pairwise(channels)
    )
    return {"x": rng.integers(-3, 4, (N, C_in, H, W)).astype(float), "layers": layers}


@vgg_stage.example
def _():
    """A digit in a stage of two convolutions: edges of two directions, each smoothed."""
    edges = np.array([[[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]], [[[-1, -2, -1], [0, 0, 0], [1, 2, 1]]]], float)
    smooth = np.eye(2)[:, :, None, None] * np.ones((3, 3))
    return Case(digit(), ((edges, np.zeros(2)), (smooth, np.zeros(2))))


vgg_stage.regions(
    one_image=lambda N: N == 1,
    one_channel_in=lambda C_in: C_in == 1,
    one_filter=lambda layers: len(layers[0][1]) == 1,
    one_convolution=lambda layers: len(layers) == 1,
    three_convolutions=lambda layers: len(layers) == 3,
    row_left_over=lambda H: H % 2 == 1,
    column_left_over=lambda W: W % 2 == 1,
    higher_image=lambda H, W: H > W,
    one_window=lambda H, W: max(H, W) < 4,
    some_zero_comes_out=lambda answer: bool((answer == 0).any()),
)


def staged(**mistakes):
    return lambda x, layers: vgg.stage(x, layers, **mistakes)


vgg_stage.misconceptions(
    no_relu_behind_the_last=staged(relus="between"),
    relu_behind_the_last_alone=staged(relus="last"),
    no_relu=staged(relus=""),
    pool_of_stride_one=staged(pool=vgg.of_stride_one),
    pool_behind_each=staged(each=vgg.largest),
    pool_forgotten=staged(pool=lambda x: x),
    pool_rounded_up=staged(pool=vgg.rounded_up),
    mean_for_maximum=staged(pool=lambda x: vgg.halves(x).mean((3, 5))),
    windows_far_apart=staged(pool=vgg.far_apart),
    padding_of_zero=staged(conv=lambda x, w, b: vgg.same_conv(x, w, b, padding=0)),
    edge_repeated=staged(conv=lambda x, w, b: vgg.same_conv(x, w, b, mode="edge")),
    kernels_turned=staged(conv=lambda x, w, b: vgg.same_conv(x, w[..., ::-1, ::-1], b)),
    filters_and_channels_exchanged=staged(conv=vgg.exchanged),
    bias_forgotten=staged(conv=lambda x, w, b: vgg.same_conv(x, w, 0 * b)),
    bias_behind_the_relu=staged(conv=lambda x, w, b: vgg.relu(vgg.same_conv(x, w, 0 * b)) + b[:, None, None], relus=""),
    first_convolution_alone=lambda x, layers: vgg.stage(x, layers[:1]),
)


# Any column of the table


@question(points=3, minutes=20, difficulty=1, count=120, outputs=("parameters", "macs", "outputs"))
def vgg_counts(stages, channels, side, *, head=(4096, 4096, 1000)):
    """Parameters, MACs and outputs of a VGG for an image of `side` x `side` pixels in three colours."""
    return vgg.totals(vgg.layers_of(stages, channels, side, head))


vgg_counts.cases(
    Case([[3]], [2], 4, head=()),
    Case([[3]], [2], 4, head=(5,)),
    Case([[3]], [2], 4, head=(5, 7)),
    Case([[1]], [2], 4, head=(5,)),
    Case([[3]], [4], 4, head=(5,)),
    Case([[3]], [2], 6, head=(5,)),
    Case([[3], [3, 1]], [2, 4], 7, head=(5,)),
    *(Case(stages, PAPER, 224) for stages in COLUMNS.values()),
)


@vgg_counts.draws
def _(rng):
    count = int(rng.choice([1, 2, 2, 3]))
    stages = [[int(k) for k in rng.choice([3, 3, 1], either(rng, (1, 3), (1, 4)))] for _ in range(count)]
    channels = [either(rng, (1, 4), (1, 9)) for _ in stages]
    if rng.random() < 0.3:
        channels = sorted(channels)
    drawn = {"stages": stages, "channels": channels, "side": either(rng, (1, 4), (1, 9)) + 2**count - 1}
    if rng.random() < 0.1:
        return drawn
    return drawn | {"head": tuple(either(rng, (1, 4), (1, 12)) for _ in range(rng.integers(4)))}


vgg_counts.regions(
    one_stage=lambda stages: len(stages) == 1,
    several_convolutions=lambda stages: max(map(len, stages)) > 1,
    some_1x1=lambda stages: any(1 in kernels for kernels in stages),
    a_row_left_over=lambda stages, side: side % 2 ** len(stages) > 0,
    no_head=lambda head: not head,
    several_in_the_head=lambda head: len(head) > 1,
    one_place_left=lambda stages, side: side < 2 ** (len(stages) + 1),
    equal_stages=lambda channels: len({*channels}) < len(channels),
)


def counted(**mistakes):
    return lambda stages, channels, side, head: vgg.totals(vgg.layers_of(stages, channels, side, head, **mistakes))


def each(count):
    """A mistake in the three counts, from the layers and the right ones."""
    return lambda stages, channels, side, head, answer: count(vgg.layers_of(stages, channels, side, head), *answer)


vgg_counts.misconceptions(
    biases_forgotten=each(lambda layers, p, m, o: (p - sum(x.channels for x in layers if x.reads), m, o)),
    biases_in_the_macs=each(lambda layers, p, m, o: (p, m + total(layers, "outputs", "conv", "linear"), o)),
    every_kernel_3x3=counted(taps=lambda kernel: 9),
    kernel_not_squared=counted(taps=lambda kernel: kernel),
    grey_image=counted(image=1),
    stage_reads_its_own_channels=counted(own=True),
    pools_not_counted=each(lambda layers, p, m, o: (p, m, o - total(layers, "outputs", "pool"))),
    head_forgotten=lambda stages, channels, side: vgg.totals(vgg.layers_of(stages, channels, side, ())),
    head_reads_one_place=counted(flat=lambda c, side: c),
    head_reads_one_channel=counted(flat=lambda c, side: side**2),
    head_before_the_last_pool=lambda stages, channels, side, head: vgg.totals(
        vgg.layers_of(stages, channels, side, head, flat=lambda c, s: c * (side // 2 ** (len(stages) - 1)) ** 2)
    ),
    head_without_macs=each(lambda layers, p, m, o: (p, m - total(layers, "macs", "linear"), o)),
    relus_counted=each(lambda layers, p, m, o: (p, m, o + total(layers, "outputs", "conv"))),
    image_counted=lambda side, answer: (*answer[:2], answer[2] + 3 * side**2),
    flops_for_macs=lambda answer: (answer[0], 2 * answer[1], answer[2]),
    pooled_too_early=counted(early=True),
)


# What must be kept


@question(points=2, minutes=15, difficulty=2, count=110, outputs=("to_answer", "to_learn"))
def vgg_memory(depths, channels, side, *, batch=1):
    """Bytes that the convolutions and pools of a VGG need at a time to answer, and keep to learn."""
    sizes, pooled = arrays(depths, channels, side)
    return 4 * batch * max(map(sum, pairwise(sizes))), batch * (4 * sum(sizes) + 8 * pooled)


vgg_memory.cases(
    Case([1], [2], 4),
    Case([1], [2], 4, batch=3),
    Case([2], [2], 4),
    Case([1], [8], 4),
    Case([1], [2], 5),
    Case([1, 2], [4, 16], 4),
    Case([2, 1], [2, 20], 6, batch=2),
    Case([2, 2, 3, 3, 3], PAPER, 224),  # VGG-16
)


@vgg_memory.draws
def _(rng):
    count = int(rng.choice([1, 2, 2, 3]))
    drawn = {
        "depths": [either(rng, (1, 3), (1, 4)) for _ in range(count)],
        "channels": [either(rng, (1, 5), (1, 9), (1, 30)) for _ in range(count)],
        "side": either(rng, (1, 4), (1, 9)) + 2**count - 1,
    }
    return drawn if rng.random() < 0.4 else drawn | {"batch": either(rng, (2, 4), (2, 9))}


vgg_memory.regions(
    one_stage=lambda depths: len(depths) == 1,
    one_convolution_each=lambda depths: max(depths) == 1,
    a_row_left_over=lambda depths, side: side % 2 ** len(depths) > 0,
    equal_neighbours=lambda depths, channels, side, batch, answer: (
        answer[0] == 8 * batch * max(arrays(depths, channels, side)[0])
    ),
    the_image_is_largest=lambda depths, channels, side: (
        arrays(depths, channels, side)[0][0] == max(arrays(depths, channels, side)[0])
    ),
    most_behind_the_first_stage=lambda depths, channels, side: (
        max(arrays(depths, channels, side)[0][1 : 2 + depths[0]])
        < max(arrays(depths, channels, side)[0][2 + depths[0] :], default=0)
    ),
)


def sized(change):
    """A mistake in both numbers, from the sizes, what the pools put out, and the right bytes of one image."""

    def answer(depths, channels, side, batch):
        right = vgg_memory.reference(depths, channels, side)
        return tuple(batch * bytes_ for bytes_ in change(*arrays(depths, channels, side), *right))

    return answer


vgg_memory.misconceptions(
    places_of_maxima_forgotten=sized(lambda sizes, pooled, a, l: (a, l - 8 * pooled)),
    places_in_four_bytes=sized(lambda sizes, pooled, a, l: (a, l - 4 * pooled)),
    image_not_kept=sized(lambda sizes, pooled, a, l: (a, l - 4 * sizes[0])),
    pools_not_kept=sized(lambda sizes, pooled, a, l: (a, l - 12 * pooled)),
    last_pool_not_kept=sized(lambda sizes, pooled, a, l: (a, l - 4 * sizes[-1])),
    relus_kept_beside=sized(lambda sizes, pooled, a, l: (a, l + 4 * (sum(sizes[1:]) - pooled))),
    largest_alone=sized(lambda sizes, pooled, a, l: (4 * max(sizes), l)),
    twice_the_largest=sized(lambda sizes, pooled, a, l: (8 * max(sizes), l)),
    all_kept_to_answer=sized(lambda sizes, pooled, a, l: (4 * sum(sizes), l)),
    numbers_for_bytes=sized(lambda sizes, pooled, a, l: (a // 4, sum(sizes) + pooled)),
    batch_left_out_to_answer=lambda answer, batch: (answer[0] // batch, answer[1]),
)


# A head to mend


@question(
    points=3, minutes=25, difficulty=3, count=110,
    axes={"maps": "C H W", "fc1": "hidden inputs", "fc2": "classes hidden", "answer": "classes"},
)  # fmt: skip
def dense_scores(maps, fc1, fc2):
    """Dense evaluation: the mean over all places of what two fully connected layers, made for maps of `side` x `side`,
    answer there."""
    return vgg.scores(maps, fc1, fc2)


MAPS = numbers(2, 3, 4)
FC1, FC2 = numbers(3, 8), numbers(2, 3)[:, ::-1]
dense_scores.cases(
    Case(np.array([[[-4, 2]]], float), np.array([[3]], float), np.array([[5]], float)),
    Case(MAPS, FC1, FC2),
    Case(MAPS[::-1], FC1, FC2),
    Case(MAPS, FC1[::-1], FC2),
    Case(MAPS, FC1, FC2[::-1]),
    Case(numbers(8, 2, 2)[:, :, ::-1], FC1, FC2),
    Case(numbers(2, 4, 6), numbers(3, 18), FC2),
)


@dense_scores.draws
def _(rng):
    C, side, hidden, classes = (either(rng, (1, 4), (1, 5)) for _ in range(4))
    H, W = side + rng.integers(0, 4, 2) * (rng.random() < 0.9)

    def whole(*shape):
        return rng.integers(-3, 4, shape).astype(float)

    return {"maps": whole(C, H, W), "fc1": whole(hidden, C * side**2), "fc2": whole(classes, hidden)}


dense_scores.regions(
    one_place=lambda maps, fc1: maps[0].size * len(maps) == fc1.shape[1],
    one_channel=lambda C: C == 1,
    kernel_of_one=lambda maps, fc1: vgg.side_of(maps, fc1) == 1,
    one_class=lambda classes: classes == 1,
    one_hidden_unit=lambda hidden: hidden == 1,
    higher_maps=lambda H, W: H > W,
    room_for_two=lambda maps, fc1, H, W: max(H, W) >= 2 * vgg.side_of(maps, fc1),
    nothing_cut=lambda maps, fc1, fc2, answer: bool(
        np.allclose(vgg.scores(maps, fc1, fc2, hidden=lambda units: units), answer)
    ),
)


def scored(**mistakes):
    return lambda maps, fc1, fc2: vgg.scores(maps, fc1, fc2, **mistakes)


dense_scores.broken(scored(order=True, tiles=True, early=True))
dense_scores.misconceptions(
    order_still_wrong=scored(order=True),
    places_still_left_out=scored(tiles=True),
    mean_still_before_the_relu=scored(early=True),
    only_the_order_mended=scored(tiles=True, early=True),
    only_the_places_mended=scored(order=True, early=True),
    only_the_mean_mended=scored(order=True, tiles=True),
    no_relu=scored(hidden=lambda units: units),
    relu_on_the_scores=scored(final=vgg.relu),
    sum_for_mean=scored(mean=np.sum),
    maximum_for_mean=scored(mean=np.max),
    last_places_forgotten=lambda maps, fc1, fc2: vgg.scores(
        maps[:, : max((side := vgg.side_of(maps, fc1)), len(maps[0]) - 1), : max(side, len(maps[0, 0]) - 1)], fc1, fc2
    ),
    scores_of_each_place=lambda maps, fc1, fc2: vgg.scores(maps, fc1, fc2, mean=lambda a, axis: a),
)


# A design


@question(points=3, minutes=25, difficulty=3, count=120, uses=("vgg_counts",), note="every_design")
def vgg_design(side, channels, budget):
    """How many 3x3 each stage has, so that the last convolution sees `side` pixels for at most `budget` MACs."""
    return vgg.first_within(side, channels, budget)


vgg_design.cases(
    Case(12, [2, 2], 4_000_000),
    Case(14, [2, 2], vgg.macs_of([1, 3], [2, 2], 14)),
    Case(14, [2, 8], vgg.macs_of([4, 1], [2, 8], 14)),
    Case(14, [2, 8], 4_000_000),
    Case(14, [2, 4], vgg.macs_of([4, 1], [2, 8], 14)),
    Case(8, [2, 2], 4_000_000),
    Case(12, [8, 2], vgg.macs_of([1, 2], [8, 2], 12)),
    Case(12, [8, 8], vgg.macs_of([1, 2], [8, 8], 12)),
    Case(30, [2, 4, 8], vgg.macs_of([1, 1, 3], [2, 4, 8], 30)),
    Case(224, PAPER, 15_346_630_656),  # what the convolutions of VGG-16 cost
)


@vgg_design.draws
def _(rng):
    count = int(rng.choice([2, 2, 3, 3, 3]))
    channels = [int(rng.integers(55, 81))]
    for _ in range(count - 1):
        channels.append(int(channels[-1] * rng.choice([1, 1.5, 2, 2, 3, 4])))
    least = vgg.field([1] * count)
    side = either(rng, (least - 1, least + 1), (least + 1, least + 7 * 2 ** (count - 1)), (least + 1, 3 * least))
    best = vgg.macs_of(vgg.cheapest(side, channels), channels, side)
    spare = rng.choice([0, 0, 0.02, 0.1, 0.5])
    return {"side": side, "channels": channels, "budget": best + int(best * spare)}


@vgg_design.judge
def _(got, _, side, channels, budget):
    if not isinstance(got, list | tuple | np.ndarray) or not all(map(is_integer, got)):
        return Finding("no_depths", {"stages": len(channels)})
    if len(got) != len(channels):
        return Finding("other_stages", {"got": len(got), "stages": len(channels)})
    depths = [int(depth) for depth in got]
    if min(depths) < 1:
        return Finding("empty_stage")
    if (sees := vgg.field(depths)) < side:
        return Finding("sees_less", {"depths": str(depths), "sees": sees, "side": side})
    macs = vgg.macs_of(depths, channels, side)
    return Finding("too_dear", {"depths": str(depths), "macs": macs, "budget": budget}) if macs > budget else None


def designed(price=None, **mistakes):
    return lambda side, channels: vgg.cheapest(side, channels, price=price and price(channels, side), **mistakes)


vgg_design.regions(
    three_stages=lambda channels: len(channels) == 3,
    one_each_is_enough=lambda side, channels: vgg.field([1] * len(channels)) >= side,
    last_stage_not_the_cheapest=lambda side, channels: vgg.cheapest(side, channels) != deepened(-1)(side, channels),
    first_stage_not_the_cheapest=lambda side, channels: vgg.cheapest(side, channels) != deepened(0)(side, channels),
    nothing_to_spare=lambda side, channels, budget: budget == vgg.macs_of(vgg.cheapest(side, channels), channels, side),
    more_channels_at_the_end=lambda channels: channels[-1] > channels[0],
    a_row_left_over=lambda channels, side: side % 2 ** (len(channels) - 1) > 0,
)
vgg_design.misconceptions(
    one_in_each_stage=lambda channels: [1] * len(channels),
    pools_see_nothing=designed(pools=False),
    every_3x3_sees_two_more=designed(jumps=False),
    jump_doubled_too_early=designed(first=2),
    last_pool_counted=lambda side, channels: vgg.cheapest(side, channels, sees=side - 2 ** (len(channels) - 1)),
    one_pixel_short=lambda side, channels: vgg.cheapest(side, channels, sees=side - 1),
    parameters_for_macs=designed(lambda channels, side: vgg.prices(channels, side, shrinks=False)),
    all_in_the_last_stage=deepened(-1),
    all_in_the_first_stage=deepened(0),
    equally_deep=equally_deep,
)
