"""The questions of the chapter on residual networks: blocks as functions of small arrays, counts, and a budget."""

import numpy as np

from . import _residual as r
from ._backward import SINGLE
from ._cases import Case
from ._compare import compare, is_integer
from ._depths import (
    EXPANSION,
    NETWORKS,
    budgeting,
    costs,
    counted,
    counting,
    deepest,
    draw_block,
    draw_image,
    layers_and_macs,
    layers_of,
    of_the_table,
    only_macs,
    outside,
    spare,
    with_rows,
)
from ._findings import Finding
from ._layers import either
from ._pools import digit
from ._question import question
from ._residual import SHAPES, X, block_of, draw_norm, in_one_dtype, numbers, parts_of, small
from ._statistics import whole

# A shortcut without parameters


@question(points=1, minutes=5, difficulty=1, count=110, keeps_dtype=True,
          axes={"x": "N C H W", "answer": "N channels H_out W_out"})  # fmt: skip
def padded_shortcut(x, channels, *, stride=1):
    """Option A: every `stride`-th pixel, and channels of zeros, half before and half after; an odd one after."""
    return r.padded(x, channels, stride)


padded_shortcut.cases(
    Case(X, 4, stride=2),
    Case(X, 4),
    Case(X, 2),
    Case(X, 2, stride=2),
    Case(X, 5, stride=2),
    Case(X + 1, 5, stride=2),
    Case(numbers(2, 1, 5, 3), 2, stride=2),
    Case(numbers(1, 3, 4, 7), 6, stride=3),
    Case(X.astype(SINGLE), 3, stride=2),
)


@padded_shortcut.draws
def _(rng):
    N, C, H, W = (either(rng, (1, 3), (1, most)) for most in (6, 8, 9, 9))
    channels = C + either(rng, (0, 2), (0, 4), (C, C + 1), rare=(4, 10))
    x = whole(rng, N, C, H, W)
    if rng.random() < 0.1:
        x = x + x[..., ::-1, ::-1]
    return in_one_dtype(rng, {"x": x, "channels": channels, "stride": int(rng.choice([1, 2, 2, 3]))})


padded_shortcut.regions(
    **SHAPES,
    channels_fit=lambda C, channels: channels == C,
    doubled=lambda C, channels: channels == 2 * C,
    odd_number_missing=lambda C, channels: (channels - C) % 2 == 1,
    rows_left_over=lambda H, stride: (H - 1) % stride > 0,
    columns_left_over=lambda W, stride: (W - 1) % stride > 0,
)
padded_shortcut.misconceptions(
    zeros_all_after=lambda x, channels, stride: r.padded(x, channels, stride, before=0),
    zeros_all_before=lambda x, C, channels, stride: r.padded(x, channels, stride, before=channels - C),
    odd_one_before=lambda x, C, channels, stride: r.padded(x, channels, stride, before=-(-(channels - C) // 2)),
    starts_at_the_second_pixel=lambda x, channels, stride: r.padded(
        np.roll(x, (1 - stride, 1 - stride), (2, 3)), channels, stride
    ),
    size_rounded_down=lambda answer, H, W, stride: answer[:, :, : H // stride, : W // stride],
    rows_alone=lambda x, channels, stride: r.padded(x[:, :, ::stride], channels),
    columns_alone=lambda x, channels, stride: r.padded(x[:, :, :, ::stride], channels),
    not_subsampled=lambda x, channels: r.padded(x, channels),
    channels_doubled_whatever_is_asked=lambda x, C, stride: r.padded(x, 2 * C, stride),
    channels_repeated=lambda x, channels, stride: x[:, np.arange(channels) % x.shape[1], ::stride, ::stride],
    channels_not_padded=lambda x, stride: x[:, :, ::stride, ::stride],
)


# The basic block

BLOCK = {
    "x": "N C H W", "weight1": "C_out C kH kW", "weight2": "C_out C_out kH kW", "answer": "N C_out H_out W_out",
} | dict.fromkeys(("scale1", "shift1", "scale2", "shift2"), "C_out")  # fmt: skip


@question(points=3, minutes=20, difficulty=2, count=90, axes=BLOCK, keeps_dtype=True, uses=("padded_shortcut",))
def basic_block(x, weight1, scale1, shift1, weight2, scale2, shift2, *, stride=1):
    """A basic block: two 3x3 convolutions with folded batch norms, around them the shortcut without parameters."""
    return r.basic(x, weight1, scale1, shift1, weight2, scale2, shift2, stride)


SAME = block_of(2, 2)


def with_another(place, value):
    """The first public block, with another array at a place."""
    return Case(X, *SAME[:place], value, *SAME[place + 1 :])


basic_block.cases(
    Case(X, *SAME),
    Case(X, *SAME, stride=2),
    Case(X[..., ::-1], *SAME),
    *(with_another(place, value) for place, value in enumerate(
        (SAME[0][::-1], SAME[1] + 1, SAME[2] + 2, SAME[3][::-1], -SAME[4] - 1, SAME[5] - 3)
    )),
    Case(X, *block_of(2, 3), stride=2),
    Case(numbers(2, 1, 5, 3), *block_of(1, 2), stride=2),
    Case(*(a.astype(SINGLE) for a in (X, *SAME))),
)  # fmt: skip


@basic_block.draws
def _(rng):
    N, C, H, W = (either(rng, (1, 3), (1, most)) for most in (5, 4, 7, 7))
    C_out = C + either(rng, (0, 1), (0, 3), (C, C + 1))
    x = small(rng, N, C, H, W)
    drawn = {"x": x + x[..., ::-1, ::-1] if rng.random() < 0.1 else x}
    drawn |= {"weight1": small(rng, C_out, C, 3, 3)} | draw_norm(rng, C_out, 1)
    drawn |= {"weight2": small(rng, C_out, C_out, 3, 3)} | draw_norm(rng, C_out, 2)
    return in_one_dtype(rng, drawn | {"stride": int(rng.choice([1, 2]))})


@basic_block.example
def _():
    """A digit, and a block whose layers compute what sharpens it: four times the pixel less its neighbours."""
    same, edges = np.zeros((1, 1, 3, 3)), np.array([[[[0, -1, 0], [-1, 4, -1], [0, -1, 0]]]], float)
    same[0, 0, 1, 1] = 1
    return Case(digit(), same, np.ones(1), np.zeros(1), edges, np.ones(1), np.zeros(1))


basic_block.regions(
    **SHAPES,
    channels_fit=lambda C, C_out: C_out == C,
    something_cut_at_the_end=lambda answer: not answer.all(),
)
basic_block.misconceptions(
    relu_before_the_sum=r.ending(lambda branch, shortcut, _: r.relu(branch) + shortcut),
    relu_before_and_after=r.ending(lambda branch, shortcut, _: r.relu(r.relu(branch) + shortcut)),
    norm_after_the_sum=r.with_faults(
        end=lambda branch, shortcut, scale, shift, middle: r.relu(r.normed(branch + shortcut, scale, shift))
    ),
    no_last_relu=r.ending(lambda branch, shortcut, _: branch + shortcut),
    shortcut_added_twice=r.ending(lambda branch, shortcut, _: r.relu(branch + 2 * shortcut)),
    shortcut_around_each=lambda **block: r.basic(
        **block, around_each=True,
        end=lambda branch, shortcut, scale, shift, middle: r.relu(r.normed(branch, scale, shift) + middle),
    ),
    shortcut_forgotten=r.ending(lambda branch, *_: r.relu(branch)),
    shortcut_from_the_middle=r.ending(lambda branch, _, middle: r.relu(branch + middle)),
    shortcut_cut_at_zero=r.ending(lambda branch, shortcut, _: r.relu(branch + r.relu(shortcut))),
    stride_in_the_second=r.with_faults(late=True),
    first_relu_forgotten=r.with_faults(between=r.as_it_is),
    relu_before_the_norm=r.with_faults(
        norm=lambda x, scale, shift: r.normed(r.relu(x), scale, shift), between=r.as_it_is
    ),
    norms_forgotten=r.normed_by(lambda x, *_: x),
    kernels_turned=lambda weight1, weight2, **block: r.basic(
        weight1=weight1[..., ::-1, ::-1], weight2=weight2[..., ::-1, ::-1], **block
    ),
)  # fmt: skip


# Counts


@question(points=3, minutes=20, difficulty=2, count=150, outputs=("layers", "parameters", "macs"))
def resnet_count(block, blocks, *, side=224, classes=1000):
    """Layers as the name counts them, parameters and MACs of a ResNet for ImageNet, by Table 1."""
    return counted(block, blocks, side, classes)


resnet_count.cases(
    Case("basic", (1, 1, 1, 1), side=32, classes=10),
    Case("bottleneck", (1, 1, 1, 1), side=32, classes=10),
    Case("basic", (2, 1, 1, 1), side=32, classes=10),
    Case("basic", (1, 2, 1, 1), side=32, classes=10),
    Case("basic", (2, 2, 2, 2)),  # ResNet-18
    Case("basic", (2, 2, 2, 2), classes=10),
    Case("basic", (3, 4, 6, 3)),
    Case("bottleneck", (3, 4, 6, 3)),
    Case("bottleneck", (3, 4, 6, 3), side=64),
    Case("bottleneck", (3, 4, 23, 3)),
    Case("bottleneck", (3, 8, 36, 3)),
)


@resnet_count.draws
def _(rng):
    blocks = tuple(either(rng, (1, 3), (1, 6), rare=(6, 40)) for _ in range(4))
    return {"block": draw_block(rng), "blocks": blocks} | draw_image(rng)


resnet_count.regions(
    **NETWORKS,
    one_block_in_the_first=lambda blocks: blocks[0] == 1,
    one_block_in_the_last=lambda blocks: blocks[3] == 1,
    as_many_in_all=lambda blocks: len({*blocks}) == 1,
    most_in_the_third=lambda blocks: max(blocks) == blocks[2],
    few_layers=lambda answer: answer[0] < 18,
)


resnet_count.misconceptions(
    one_layer_short=layers_of(lambda each, blocks: each * sum(blocks) + 1),
    projections_counted=lambda block, answer: (answer[0] + (3 if block == "basic" else 4), *answer[1:]),
    blocks_counted=layers_of(lambda each, blocks: sum(blocks) + 2),
    brackets_missing=layers_of(lambda each, blocks: sum(blocks[:3]) + each * blocks[3] + 2),
    norms_forgotten=counting(each=0, of_projections=0),
    running_statistics_counted=counting(each=4, of_projections=4),
    biases_counted=counting(each=3, of_projections=3),
    projections_forgotten=with_rows(lambda times, part, *row: None if part[0] == "p" else (times, part, *row)),
    projections_without_norm=counting(of_projections=0),
    first_projection_forgotten=with_rows(
        lambda times, part, *row: None if part == "projection 0" else (times, part, *row)
    ),
    bias_of_the_classes_forgotten=counting(bias=0),
    inputs_of_the_classes_not_expanded=counting(inputs=512),
    stride_in_the_1x1=only_macs(
        lambda times, part, i, o, k, out: (times, part, i, o, k, out // 2 if part == "before a stride" else out)
    ),
    pool_forgotten=only_macs(
        lambda times, part, i, o, k, out: (times, part, i, o, k, out if part == "first" else 2 * out)
    ),
    classes_without_macs=lambda block, classes, answer: (
        *answer[:2], answer[2] - 512 * EXPANSION[block] * classes
    ),
    flops_counted=lambda answer: (*answer[:2], 2 * answer[2]),
)  # fmt: skip


# A bottleneck to mend


@question(
    points=3, minutes=15, difficulty=3, count=100, keeps_dtype=True,
    axes={
        "x": "N C H W", "down": "C_mid C", "middle": "C_mid C_mid kH kW", "up": "C_out C_mid", "scale": "C_out",
        "shift": "C_out", "projection": "C_out C", "answer": "N C_out H_out W_out",
    },
)  # fmt: skip
def bottleneck_block(x, down, middle, up, scale, shift, projection, *, stride=1):
    """A bottleneck that begins a stage, as the book has it: stride in the 3x3, batch norm before the sum."""
    return r.bottleneck(x, down, middle, up, scale, shift, projection, stride)


PARTS = parts_of(2, 2, 3)
bottleneck_block.cases(
    Case(X, *PARTS, stride=2),
    Case(X, *PARTS),
    Case(X[..., ::-1], *PARTS),
    *(Case(X, *PARTS[:place], array, *PARTS[place + 1 :]) for place, array in enumerate(
        (-PARTS[0], PARTS[1][::-1], -PARTS[2], PARTS[3] + 1, PARTS[4] + 3, -PARTS[5])
    )),
    Case(numbers(2, 1, 5, 3), *parts_of(1, 1, 2), stride=2),
    Case(numbers(1, 2, 4, 2), *parts_of(2, 4, 3)),
    Case(numbers(1, 4, 3, 5), *parts_of(4, 2, 3)),
    Case(*(a.astype(SINGLE) for a in (X, *PARTS)), stride=2),
)  # fmt: skip


@bottleneck_block.draws
def _(rng):
    N, C, C_mid, C_out, H, W = (either(rng, (1, 4), (2, most)) for most in (6, 5, 5, 5, 6, 7))
    x = small(rng, N, C, H, W)
    drawn = {"x": x + x[..., ::-1, ::-1] if rng.random() < 0.1 else x, "down": small(rng, C_mid, C)}
    drawn |= {"middle": small(rng, C_mid, C_mid, 3, 3), "up": small(rng, C_out, C_mid)} | draw_norm(rng, C_out)
    return in_one_dtype(rng, drawn | {"projection": small(rng, C_out, C), "stride": int(rng.choice([1, 2, 2]))})


bottleneck_block.broken(r.faulty(early=True, after=True, bare=True))
bottleneck_block.regions(
    **SHAPES,
    one_channel_between=lambda C_mid: C_mid == 1,
    something_cut_at_the_end=lambda answer: not answer.all(),
)
bottleneck_block.misconceptions(
    stride_still_in_the_1x1=r.faulty(early=True),
    norm_still_after_the_sum=r.faulty(after=True),
    relu_still_missing=r.faulty(bare=True),
    only_the_stride_mended=r.faulty(after=True, bare=True),
    only_the_norm_mended=r.faulty(early=True, bare=True),
    only_the_relu_mended=r.faulty(early=True, after=True),
    relu_moved_from_the_end=r.faulty(end=r.as_it_is),
    relu_before_the_sum=r.faulty(cut=r.relu, end=r.as_it_is),
)


# The deepest network of a budget


@question(points=2, minutes=15, difficulty=2, count=150, uses=("resnet_count",), note="every_deepest")
def deepest_resnet(block, budget, *, side=224, classes=1000):
    """Blocks of the four stages of a network with as many layers as `budget` MACs allow; None where none does."""
    return deepest(block, budget, side, classes)


deepest_resnet.cases(
    Case("basic", 20_000_000, side=32, classes=10),
    Case("basic", 50_000_000, side=32, classes=10),
    Case("bottleneck", 50_000_000, side=32, classes=10),
    Case("basic", sum(costs("basic", 32, 10)), side=32, classes=10),  # one block more, to the last MAC
    Case("basic", sum(costs("basic", 32, 10)) - 1, side=32, classes=10),
    Case("basic", sum(costs("basic", 32, 10)), side=32, classes=11),
    Case("bottleneck", 1_000_000_000),
    Case("bottleneck", 1_000_000_000, side=64),
    Case("bottleneck", 4_089_184_256),  # of ResNet-50
    Case("bottleneck", 11_513_626_624),  # of ResNet-152
    Case("basic", 3_663_761_408),  # of ResNet-34
)


@deepest_resnet.draws
def _(rng):
    image, block = draw_image(rng), draw_block(rng)
    base, more = costs(block, image.get("side", 224), image.get("classes", 1000))
    slack = either(rng, (0, 1), (1, 4), (more - 1, more), (0, more))
    budget = base + more * either(rng, (-1, 1), (0, 5), (0, 14), rare=(14, 60)) + slack
    return {"block": block, "budget": max(1, budget)} | image


@deepest_resnet.judge
def _(got, expected, block, budget, side, classes):
    network = {"block": block, "side": side, "classes": classes}
    if got is None or not isinstance(got, tuple | list) or not all(map(is_integer, got)):
        none = {"blocks": repr(expected)} if got is None and expected else None
        return Finding("none_found", none) if none else compare(got, expected)
    if len(got) != 4 or min(got) < 1:
        return Finding("four_stages", {"blocks": repr(tuple(map(int, got)))})
    layers, macs = layers_and_macs(blocks=got, **network)
    if macs > budget:
        return Finding("over_budget", {"macs": f"{macs:,}", "budget": f"{budget:,}"})
    best, _ = layers_and_macs(blocks=expected, **network)
    return Finding("not_the_deepest", {"layers": layers, "best": best}) if layers < best else None


deepest_resnet.regions(
    **NETWORKS,
    nothing_fits=lambda answer: answer is None,
    only_the_smallest_fits=lambda answer: answer == (1, 1, 1, 1),
    budget_spent=lambda answer, **asked: answer is not None and spare(answer, **asked) == 0,
    one_mac_missing=lambda answer, block, side, classes, **asked: (
        answer is not None
        and spare(answer, block=block, side=side, classes=classes, **asked) + 1 == costs(block, side, classes)[1]
    ),
    above_ten_blocks=lambda answer: answer is not None and sum(answer) > 10,
)


deepest_resnet.misconceptions(
    budget_not_to_be_reached=lambda block, budget, side, classes: deepest(block, budget - 1, side, classes),
    one_block_too_many=lambda answer: answer and (1, 1, answer[2] + 1, 1),
    one_block_too_few=budgeting(extra=-1),
    never_none=lambda answer: answer or (1, 1, 1, 1),
    as_many_in_each_stage=lambda answer: answer and (1 + (answer[2] - 1) // 4,) * 4,
    a_network_of_the_table=of_the_table,
    flops_counted=lambda block, budget, side, classes: deepest(block, budget // 2, side, classes),
    blocks_alone_counted=lambda block, budget, side, classes: deepest(
        block, budget, side, classes, base=4 * costs(block, side, classes)[1]
    ),
    first_blocks_like_the_others=lambda block, budget, side, classes: deepest(
        block, budget, side, classes, base=outside(block, side, classes) + 4 * costs(block, side, classes)[1]
    ),
    number_of_blocks=lambda answer: answer and sum(answer),
)
