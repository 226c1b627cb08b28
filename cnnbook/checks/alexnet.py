"""The questions of the chapter on AlexNet: a table counted, layers on two cards, ten crops, a budget for the wire."""

import numpy as np

from . import _cards as cards
from ._cards import block, counted, on_two_cards
from ._cases import Case
from ._compare import compare, is_integer
from ._findings import Finding
from ._layers import either
from ._question import question


def numbered(*shape, most=7):
    """Whole numbers in no order, as floats."""
    return (np.arange(np.prod(shape)) * 5 % most - most // 2).astype(float).reshape(shape)


def draw_numbers(rng, *shape, low=-3, high=4):
    return rng.integers(low, high, shape).astype(float)


# Count a table


@question(points=2, minutes=15, difficulty=2, count=280, outputs=("parameters", "macs"))
def table_cost(table, size, *, channels=3, groups=1):
    """Parameters and MACs of convolutions in a row, of which some stand in groups and some are pooled behind."""
    return counted(table, size, channels, groups)


CONV1, CONV2 = (96, 11, 4, 0, False, True), (256, 5, 1, 2, True, True)
REST = [(384, 3, 1, 1, False, False), (384, 3, 1, 1, True, False), (256, 3, 1, 1, True, True)]
TWO = [(4, 3, 1, 0, False, True), (6, 3, 1, 1, True, False)]
table_cost.cases(
    Case([(4, 3, 1, 0, False, False)], 7),
    Case([(4, 3, 1, 0, False, False)], 8),
    Case([(4, 3, 1, 0, False, False)], 7, channels=2),
    Case([(4, 3, 2, 1, False, False)], 7, channels=2),
    Case([(4, 3, 2, 1, True, False)], 7, channels=2, groups=2),
    Case(TWO, 9),
    Case(TWO, 9, groups=2),
    Case(TWO, 10, channels=4, groups=2),
    Case([(12, 2, 1, 0, False, True), (4, 1, 1, 0, False, False)], 9),  # windows of two would make four places
    Case([CONV1], 227),
    Case([CONV1, CONV2, *REST], 227),
    Case([CONV1, CONV2, *REST], 227, groups=2),
)


@table_cost.draws
def _(rng):
    channels = int(rng.choice([1, 2, 3, 4, 6]))
    table, width = [], channels
    for _ in range(either(rng, (1, 2), (2, 4), (2, 4))):
        kernel = either(rng, (1, 4), (2, 6))
        row = 2 * either(rng, (1, 3), (2, 6)), kernel, either(rng, (1, 2), (1, 4)), either(rng, (0, 1), (0, 3))
        table.append((*row, width % 2 == 0 and bool(rng.random() < 0.6), bool(rng.random() < 0.5)))
        width = row[0]
    size = either(rng, (7, 12), (7, 30), rare=(30, 240))
    drawn = {"table": table, "size": size, "channels": channels, "groups": either(rng, (1, 3))}
    return drawn if cards.fits(table, size) else None


def any_row(holds):
    return lambda table: any(holds(*row) for row in table)


table_cost.regions(
    several_rows=lambda table: len(table) > 1,
    a_row_in_two_groups=lambda table, groups: groups == 2 and any(row[4] for row in table),
    a_whole_row=any_row(lambda c, k, s, p, split, pool: not split),
    pooled_before_a_row=lambda table: any(row[5] for row in table[:-1]),
    pooled_at_the_end=lambda table: table[-1][5],
    with_stride=any_row(lambda c, k, s, p, split, pool: s > 1),
    with_padding=any_row(lambda c, k, s, p, split, pool: p > 0),
    one_tap=any_row(lambda c, k, s, p, split, pool: k == 1),
)


def miscounted(**mistake):
    return lambda table, size, channels, groups: counted(table, size, channels, groups, **mistake)


def divided_twice(table, size, channels, groups):
    """As if a split layer made half of the channels from half of the channels."""
    parameters, macs = counted(table, size, channels, groups)
    for row in range(len(table)):
        if table[row][4] and groups == 2:
            with_row, without = (
                counted(part, size, channels, groups, bias=0) for part in (table[: row + 1], table[:row])
            )
            parameters -= (with_row[0] - without[0]) // 2
            macs -= (with_row[1] - without[1]) // 2
    return parameters, macs


table_cost.misconceptions(
    groups_in_every_layer=miscounted(every=True),
    groups_forgotten=lambda table, size, channels: counted(table, size, channels, 1),
    divided_twice=divided_twice,
    biases_forgotten=miscounted(bias=0),
    biases_multiplied=miscounted(bias_macs=1),
    pools_forgotten=miscounted(pool=(1, 1)),
    pools_side_by_side=miscounted(pool=(2, 2)),
    stride_forgotten=miscounted(strided=False),
    padding_on_one_side=miscounted(sides=1),
    places_of_the_input=miscounted(of_input=True),
    last_row_alone=lambda table, size, channels, groups, answer: tuple(
        whole - part for whole, part in zip(answer, counted(table[:-1], size, channels, groups), strict=True)
    ),
    exchanged=lambda answer: answer[::-1],
)  # fmt: skip


# A layer on two cards


@question(
    points=2, minutes=10, difficulty=1, count=110,
    axes={"x": "N C_in H W", "weight": "C_out C_half kH kW", "bias": "C_out", "answer": "N C_out H_out W_out"},
)  # fmt: skip
def split_conv(x, weight, bias):
    """A convolution in two groups: each card makes its half of the outputs from its half of the channels."""
    return on_two_cards(x, weight, bias)


X, WEIGHT, BIAS = numbered(2, 4, 2, 3), numbered(4, 2, 1, 2), np.array([1.0, -2, 0, 5])
split_conv.cases(
    Case(X, WEIGHT, BIAS),
    Case(X, WEIGHT, BIAS[::-1]),
    Case(X, WEIGHT[::-1], BIAS),
    Case(X[:, ::-1], WEIGHT, BIAS),
    Case(X[:1], WEIGHT, BIAS),
    Case(X[:, :2], WEIGHT[:, :1], BIAS),
    Case(numbered(1, 4, 5, 7), numbered(6, 2, 3, 2), numbered(6)),
)


@split_conv.draws
def _(rng):
    N, C_half, out, kH, kW = (either(rng, (1, 3), (1, 4)) for _ in range(5))
    H, W = kH + either(rng, (0, 3), (0, 4)), kW + either(rng, (0, 3), (0, 4))
    x, weight = draw_numbers(rng, N, 2 * C_half, H, W), draw_numbers(rng, 2 * out, C_half, kH, kW)
    x = x + x[..., ::-1, ::-1] if rng.random() < 0.1 else x  # the same turned by half a turn
    return {"x": x, "weight": weight, "bias": draw_numbers(rng, 2 * out)}


split_conv.regions(
    several_images=lambda N: N > 1,
    one_channel_each=lambda C_half: C_half == 1,
    one_output_each=lambda C_out: C_out == 2,
    as_many_out_as_in=lambda C_in, C_out: C_in == C_out,
    one_place=lambda answer: answer[0, 0].size == 1,
    one_tap=lambda kH, kW: kH * kW == 1,
    higher_image=lambda H, W: H > W,
    two_images=lambda N: N == 2,
)


def carded(**mistake):
    return lambda x, weight, bias: on_two_cards(x, weight, bias, **mistake)


split_conv.misconceptions(
    first_half_for_both=carded(inputs=(0, 0)),
    each_reads_the_other_half=carded(inputs=(1, 0)),
    inputs_by_turns=lambda x, weight, bias: on_two_cards(cards.by_turns(x, 1), weight, bias),
    outputs_by_turns=carded(join=cards.interleaved),
    cards_exchanged=carded(join=lambda first, second: np.concatenate([second, first], axis=1)),
    joined_along_the_images=carded(join=lambda first, second: np.concatenate([first, second])),
    cards_added=carded(join=lambda first, second: first + second),
    first_filters_for_both=carded(filters=(0, 0)),
    first_biases_for_both=carded(biases=(0, 0)),
    biases_forgotten=lambda x, weight, bias: on_two_cards(x, weight, 0 * bias),
    kernel_turned=lambda x, weight, bias: on_two_cards(x, weight[..., ::-1, ::-1], bias),
)


# A broken block


@question(
    points=3, minutes=25, difficulty=3, count=130,
    axes={"x": "N C_in H W", "weight": "C_out C_in kH kW", "bias": "C_out", "answer": "N C_out H_out W_out"},
)  # fmt: skip
def first_block(x, weight, bias, *, alpha=1e-4):
    """AlexNet's first block on two cards: convolution, ReLU, normalization of each card's channels, pooling."""
    return block(x, weight, bias, alpha)


# One number of the picture, so that the channels of an output are easy to read.
SPOT, EIGHT, NONE = np.pad(np.ones((1, 1, 1, 1)), ((0, 0), (0, 0), (1, 1), (1, 1))), np.arange(1.0, 9), np.zeros(8)
SIGNS = np.array([1, -1, 1, 1, -1, 1, 1, -1])
PHOTO, KERNELS = numbered(1, 2, 5, 6, most=11), numbered(6, 2, 1, 2)
first_block.cases(
    Case(SPOT, EIGHT.reshape(8, 1, 1, 1), NONE, alpha=1.0),
    Case(SPOT, EIGHT[::-1].reshape(8, 1, 1, 1), NONE, alpha=1.0),
    Case(SPOT, (SIGNS * EIGHT).reshape(8, 1, 1, 1), NONE, alpha=1.0),
    Case(SPOT, (SIGNS * EIGHT).reshape(8, 1, 1, 1), NONE, alpha=0.25),
    Case(SPOT, (SIGNS * EIGHT).reshape(8, 1, 1, 1), NONE),
    Case(SPOT, (SIGNS * EIGHT).reshape(8, 1, 1, 1), NONE + 2, alpha=1.0),
    Case(2 * SPOT, (SIGNS * EIGHT).reshape(8, 1, 1, 1), NONE, alpha=1.0),
    Case(PHOTO, KERNELS, numbered(6), alpha=1.0),
    Case(PHOTO, KERNELS, numbered(6)[::-1], alpha=1.0),
    Case(numbered(2, 1, 7, 6), numbered(4, 1, 2, 3), numbered(4), alpha=1.0),
)


@first_block.draws
def _(rng):
    N, C_in, kH, kW = (either(rng, (1, 3)) for _ in range(4))
    half = either(rng, (1, 3), (3, 8))
    H, W = (side + 2 + either(rng, (0, 3), (0, 5)) for side in (kH, kW))
    low = 0 if rng.random() < 0.15 else -3
    x, weight = draw_numbers(rng, N, C_in, H, W, low=low), draw_numbers(rng, 2 * half, C_in, kH, kW, low=low)
    alpha = {} if rng.random() < 0.2 else {"alpha": float(rng.choice([0.25, 0.5, 1, 2]))}
    return {"x": x, "weight": weight, "bias": draw_numbers(rng, 2 * half, low=low)} | alpha


first_block.broken(cards.broken_block)
first_block.regions(
    several_images=lambda N: N > 1,
    one_channel_in=lambda C_in: C_in == 1,
    one_map_each=lambda C_out: C_out == 2,
    windows_inside_a_half=lambda C_out: C_out >= 10,
    one_place=lambda answer: answer[0, 0].size == 1,
    rows_left_over=lambda H, kH: (H - kH) % 2 == 1,
    columns_left_over=lambda W, kW: (W - kW) % 2 == 1,
    higher_image=lambda H, W: H > W,
    one_tap=lambda kH, kW: kH * kW == 1,
    something_negative=lambda x, weight, bias: cards.conv(x, weight, bias).min() < 0,
)
LATE, SHORT, ACROSS = {"late_relu": True}, {"reach": (2, 1)}, {"halves": False}
first_block.misconceptions(
    relu_still_late=cards.faulty(**LATE),
    window_still_short=cards.faulty(**SHORT),
    halves_still_meet=cards.faulty(**ACROSS),
    only_the_relu_mended=cards.faulty(**SHORT, **ACROSS),
    only_the_window_mended=cards.faulty(**LATE, **ACROSS),
    only_the_halves_mended=cards.faulty(**LATE, **SHORT),
    relu_left_out=lambda x, weight, bias, alpha: cards.pooled(cards.normalised(cards.conv(x, weight, bias), alpha)),
    alpha_divided_by_five=lambda x, weight, bias, alpha: block(x, weight, bias, alpha / 5),
    window_of_seven=cards.faulty(reach=(3, 3)),
    channels_in_a_circle=cards.faulty(wrapped=True),
    root_for_the_power=cards.faulty(beta=0.5),
    pooled_side_by_side=cards.faulty(pool=lambda maps: cards.pooled(maps, 2)),
    normalised_behind_the_pool=lambda x, weight, bias, alpha: cards.normalised(
        cards.pooled(np.maximum(cards.conv(x, weight, bias), 0)), alpha
    ),
    mean_for_maximum=cards.faulty(pool=lambda maps: cards.pooled(maps, reduce=np.mean)),
)


# Ten crops


@question(
    points=3, minutes=20, difficulty=2, count=80,
    axes={"images": "N C H W", "weight": "K inputs", "answer": "N K"},
)  # fmt: skip
def ten_crops(images, size, weight):
    """Probabilities of a linear network, averaged over four corners, the centre, and these five mirrored."""
    return cards.voted(cards.ten(images, size), weight)


SHADES, WAYS = numbered(2, 1, 3, 4), numbered(3, 4) / 4
ten_crops.cases(
    Case(SHADES, 2, WAYS),
    Case(SHADES, 2, WAYS[::-1]),
    Case(SHADES[:, :, ::-1], 2, WAYS),
    Case(SHADES[:1], 2, WAYS),
    Case(SHADES[:, :, :2, :2], 2, WAYS),
    Case(numbered(1, 2, 6, 5), 3, numbered(2, 18) / 8),
    Case(numbered(2, 2, 5, 6), 3, numbered(2, 18) / 8),
    Case(numbered(1, 1, 6, 5), 3, numbered(2, 9) / 8),
    Case(numbered(1, 1, 6, 5), 2, numbered(2, 9)[:, :4] / 8),
)


@ten_crops.draws
def _(rng):
    N, C, size = either(rng, (1, 3), (1, 4)), either(rng, (1, 3), (2, 4)), either(rng, (1, 3), (2, 4))
    H, W = (size + either(rng, (0, 3), (1, 5)) for _ in "HW")
    weight = draw_numbers(rng, either(rng, (2, 4), (2, 5)), C * size**2) / 4
    return {"images": draw_numbers(rng, N, C, H, W, low=0, high=5), "size": size, "weight": weight}


ten_crops.regions(
    several_images=lambda N: N > 1,
    grey=lambda C: C == 1,
    no_room=lambda H, W, size: H == W == size,
    odd_room_down=lambda H, size: (H - size) % 2 == 1,
    odd_room_across=lambda W, size: (W - size) % 2 == 1,
    higher_image=lambda H, W: H > W,
    one_pixel=lambda size: size == 1,
)


def cropped(make):
    """A mistake in the crops."""
    return lambda images, size, weight: cards.voted(make(images, size), weight)


def corners(images, size):
    crops = cards.five(images, size)[:4]
    return np.concatenate([crops, cards.mirrored(crops)])


def mirrored_before(images, size):
    return np.concatenate([cards.five(images, size), cards.five(images[..., ::-1], size)])


def short_of_the_last(images, size):
    """As if the last place were one earlier, where there is one."""
    H, W = images.shape[2:]
    return cards.ten(images[:, :, : max(size, H - 1), : max(size, W - 1)], size)


ten_crops.misconceptions(
    corners_without_the_centre=cropped(corners),
    nothing_mirrored=cropped(cards.five),
    centre_alone=cropped(lambda images, size: cards.five(images, size)[4:]),
    centre_and_its_mirror=cropped(lambda images, size: cards.ten(images, size)[4::5]),
    mirrored_top_to_bottom=cropped(lambda images, size: cards.ten(images, size, (-2,))),
    turned_by_half_a_turn=cropped(lambda images, size: cards.ten(images, size, (-1, -2))),
    channels_mirrored=cropped(lambda images, size: cards.ten(images, size, (2,))),
    mirrored_before_the_cut=cropped(mirrored_before),
    last_place_missed=cropped(short_of_the_last),
    scores_averaged=lambda images, size, weight: cards.softmax(cards.scores(cards.ten(images, size), weight).mean(0)),
    probabilities_added=lambda answer: 10 * answer,
    images_averaged=lambda answer: 0 * answer + answer.mean(0),
    scores_without_softmax=lambda images, size, weight: cards.scores(cards.ten(images, size), weight).mean(0),
)  # fmt: skip


# A budget for the wire

LAYERS = ("conv2", "conv3", "conv4", "conv5")


@question(points=3, minutes=20, difficulty=3, count=260, outputs=LAYERS)
def choose_groups(inputs, budget, *, batch=128):
    """Groups, 1 or 2, of four convolutions: one card receives at most `budget` bytes, and no three in a row have 2."""
    return cards.most(inputs, budget, batch)


ALEXNET = [69984, 43264, 64896, 64896]
choose_groups.cases(
    Case([8, 6, 4, 10], 16, batch=1),
    Case([8, 6, 4, 10], 24, batch=1),
    Case([8, 6, 4, 10], 48, batch=2),
    Case([8, 6, 4, 10], 48, batch=3),
    Case([2, 10, 10, 2], 16, batch=1),  # the two at the ends are cheaper than one in the middle
    Case([2, 10, 10, 2], 95, batch=1),
    Case([6, 6, 6, 6], 24, batch=1),
    Case([8, 6, 4, 10], 1_000_000),
    Case(ALEXNET, 25_000_000),
    Case(ALEXNET, 60_000_000),
    Case(ALEXNET, 25_000_000, batch=64),
)


@choose_groups.draws
def _(rng):
    largest = either(rng, (2, 7), (2, 30), rare=(1000, 50_000))
    inputs = [2 * int(rng.integers(1, largest)) for _ in LAYERS]
    batch = 128 if rng.random() < 0.3 else either(rng, (1, 4), (1, 40))
    unlike = rng.random()
    if unlike < 0.25:
        inputs[0], inputs[3] = 2, 2 * either(rng, (1, 3))
    elif unlike < 0.5:
        inputs[3 * int(rng.integers(2))] *= 10
        batch = int(rng.integers(1, 3))
    costs = sorted({cards.received(inputs, groups, batch) for groups in cards.designs()})
    place = either(rng, (0, 1), (0, 3), (0, len(costs)))
    least = costs[min(place, len(costs) - 1)]
    more = costs[place + 1] - least if place + 1 < len(costs) else least
    return {"inputs": inputs, "budget": least + either(rng, (0, 1), (0, 1), (0, max(1, more))), "batch": batch}


choose_groups.regions(
    batch_of_one=lambda batch: batch == 1,
    one_design=lambda inputs, budget, batch: sum(
        cards.received(inputs, groups, batch) <= budget for groups in cards.designs()
    ) == 1,
    every_design=lambda inputs, budget, batch: cards.received(inputs, (1, 1, 1, 1), batch) <= budget,
    ends_are_cheapest=lambda inputs: inputs[0] + inputs[3] < min(inputs[1:3]),
    budget_spent=lambda inputs, budget, batch, answer: cards.received(inputs, answer, batch) == budget,
    published_too_dear=lambda inputs, budget, batch: cards.received(inputs, (2, 1, 2, 2), batch) > budget,
)  # fmt: skip


@choose_groups.judge
def _(got, expected, inputs, budget, batch):
    if not isinstance(got, list | tuple) or len(got) != 4 or not all(map(is_integer, got)):
        return compare(got, expected, LAYERS)
    for layer, groups in zip(LAYERS, got, strict=True):
        if groups not in (1, 2):
            return Finding("no_such_groups", {"layer": layer, "groups": groups})
    if not cards.meets(got):
        return Finding("never_meet", {"layers": ", ".join(LAYERS[1:] if 1 in got[:3] else LAYERS[:3])})
    sent = cards.received(inputs, got, batch)
    return Finding("over_budget", {"bytes": f"{sent:,}", "budget": f"{budget:,}"}) if sent > budget else None


def choosing(**mistake):
    return lambda inputs, budget, batch: cards.most(inputs, budget, batch, **mistake)


def cheapest_alone(inputs):
    """One layer reads both halves: the one with the smallest input, wherever it stands."""
    return tuple(1 if place == inputs.index(min(inputs)) else 2 for place in range(4))


choose_groups.misconceptions(
    all_in_two_groups=lambda: (2, 2, 2, 2),
    none_in_two_groups=lambda: (1, 1, 1, 1),
    as_published=lambda: (2, 1, 2, 2),
    cheapest_layer_alone=cheapest_alone,
    one_and_two_exchanged=lambda answer: tuple(3 - groups for groups in answer),
    way_back_forgotten=choosing(back=1),
    one_image_counted=lambda inputs, budget, batch: cards.most(inputs, budget, 1),
    numbers_counted=choosing(size=1),
    rule_forgotten=choosing(rule=lambda groups: 1 in groups),
    ones_and_zeros=lambda answer: tuple(2 - groups for groups in answer),
)
