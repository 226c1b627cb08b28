"""Plausible wrong answers to the questions on residual networks, and which known mistake each may be called.

About half of them are right but for one region. A check must reject them all, and accuse nobody of a mistake that is
not theirs.
"""

import numpy as np
from array_mistakes import CHANGES, put

from cnnbook import functional as F
from cnnbook.checks import resnet as questions


def as_it_is(answer):
    return answer


def of(name):
    """From a change of the right answer, and where it is made, a wrong answer."""
    right = getattr(questions, name).reference

    def making(change, where=None):
        def answer(*args, **options):
            found = right(*args, **options)
            return change(found) if where is None or where(*args, **options) else found

        return answer

    return making


def changed(name, wheres):
    """Mistakes in the arrays of all cases, and one in each of these regions."""
    everywhere = {text: (of(name)(CHANGES[text]), "") for text in SOME}
    return everywhere | {f"one more, {w.__name__}": (of(name)(lambda a: a + 1, w), "") for w in wheres}


SOME = [
    "the first entry is one more",
    "the last row is missing",
    "all columns summed up",
    "an axis too many",
    "strings",
]


def several_images(x, *_, **__):
    return len(x) > 1


def one_channel(x, *_, **__):
    return x.shape[1] == 1


def higher(x, *_, **__):
    return x.shape[2] > x.shape[3]


def square(x, *_, **__):
    return x.shape[2] == x.shape[3]


def single(x, *_, **__):
    return x.dtype == np.float32


def strided(*_, stride=1, **__):
    return stride > 1


def one_row(x, *_, **__):
    return x.shape[2] == 1


def odd_height(x, *_, **__):
    return x.shape[2] % 2 == 1


REGIONS = [
    several_images, one_channel, higher, square, single, strided, one_row, odd_height,
]  # fmt: skip


# The shortcut


def channels_grow(x, channels, **_):
    return channels > x.shape[1]


def many_more(x, channels, **_):
    return channels > 2 * x.shape[1]


def odd_missing(x, channels, **_):
    return (channels - x.shape[1]) % 2 == 1


def padded(x, channels, before, stride=1):
    missing = channels - x.shape[1]
    return np.pad(x[:, :, ::stride, ::stride], ((0, 0), (before, missing - before), (0, 0), (0, 0)))


def kept(x, channels, stride=1):
    return padded(x, channels, (channels - x.shape[1]) // 2, stride)


SHORTCUT = changed("padded_shortcut", [*REGIONS, channels_grow, many_more, odd_missing]) | {
    "behind": (lambda x, channels, *, stride=1: padded(x, channels, 0, stride), "zeros_all_after"),
    "before": (lambda x, channels, *, stride=1: padded(x, channels, channels - x.shape[1], stride), "zeros_all_before"),
    "the larger half before": (
        lambda x, channels, *, stride=1: padded(x, channels, -(-(channels - x.shape[1]) // 2), stride),
        "odd_one_before",
    ),
    "behind where odd": (
        lambda x, channels, *, stride=1: (
            padded(x, channels, 0, stride) if (channels - x.shape[1]) % 2 else kept(x, channels, stride)
        ),
        "",
    ),
    "rows alone": (lambda x, channels, *, stride=1: kept(x[:, :, ::stride], channels), "rows_alone"),
    "columns alone": (lambda x, channels, *, stride=1: kept(x[..., ::stride], channels), "columns_alone"),
    "always two": (lambda x, channels, *, stride=1: kept(x, channels, 2), ""),
    "two at most": (lambda x, channels, *, stride=1: kept(x, channels, min(stride, 2)), ""),
    "never": (lambda x, channels, *, stride=1: kept(x, channels), "not_subsampled"),
    "twice as many": (
        lambda x, channels, *, stride=1: kept(x, 2 * x.shape[1], stride), "channels_doubled_whatever_is_asked",
    ),
    "added": (lambda x, channels, *, stride=1: kept(x, channels, stride) + 1, ""),
    "at least one more": (lambda x, channels, *, stride=1: kept(x, max(channels, x.shape[1] + 1), stride), ""),
    "ones for zeros": (
        lambda x, channels, *, stride=1: (
            kept(x, channels, stride) + 1 - kept(np.ones_like(x), channels, stride)
        ).astype(x.dtype),
        "",
    ),
    "in float64": (lambda x, channels, *, stride=1: kept(x, channels, stride).astype(float), ""),
}  # fmt: skip


# The basic block


def relu(x):
    return np.maximum(x, 0)


def beside(a):
    return a[:, None, None]


def steps(x, w1, s1, b1, w2, s2, b2, stride=1):
    """What the first ReLU gives, what the branch ends with, and the shortcut."""
    middle = relu(beside(s1) * F.conv2d(x, w1, stride=stride, padding=1) + beside(b1))
    branch = beside(s2) * F.conv2d(middle, w2, padding=1) + beside(b2)
    return middle, branch, kept(x, len(w1), stride)


def ended(end):
    return lambda *block, stride=1: end(*steps(*block, stride=stride))


def shortcut_at_times(where):
    """Plain blocks in one region, residual ones elsewhere."""

    def answer(*block, stride=1):
        _, branch, shortcut = steps(*block, stride=stride)
        return relu(branch) if where(*block, stride=stride) else relu(branch + shortcut)

    return answer


def wider(x, w1, *_, **__):
    return len(w1) > x.shape[1]


def other_block(change):
    """The right block of other arrays."""
    return lambda *block, stride=1: questions.basic_block.reference(*change(*block), stride=stride)


def negative_scale(x, w1, s1, *_, **__):
    return (s1 < 0).any()


BASIC = changed("basic_block", [*REGIONS, wider, negative_scale]) | {
    "relu before": (ended(lambda m, f, s: relu(f) + s), "relu_before_the_sum"),
    "relu before, and after": (ended(lambda m, f, s: relu(relu(f) + s)), "relu_before_and_after"),
    "no relu": (ended(lambda m, f, s: f + s), "no_last_relu"),
    "twice the shortcut": (ended(lambda m, f, s: relu(f + 2 * s)), "shortcut_added_twice"),
    "plain": (ended(lambda m, f, s: relu(f)), "shortcut_forgotten"),
    "plain, strided": (shortcut_at_times(strided), ""),
    "plain, wider": (shortcut_at_times(wider), ""),
    "middle added": (ended(lambda m, f, s: relu(f + m)), "shortcut_from_the_middle"),
    "subtracted": (ended(lambda m, f, s: relu(f - s)), ""),
    "shortcut cut": (ended(lambda m, f, s: relu(f + relu(s))), "shortcut_cut_at_zero"),
    "norms exchanged": (other_block(lambda x, w1, s1, b1, w2, s2, b2: (x, w1, s2, b2, w2, s1, b1)), ""),
    "no shifts": (other_block(lambda x, w1, s1, b1, w2, s2, b2: (x, w1, s1, 0 * b1, w2, s2, 0 * b2)), ""),
    "positive scales": (other_block(lambda x, w1, s1, b1, w2, s2, b2: (x, w1, abs(s1), b1, w2, abs(s2), b2)), ""),
    "weights transposed": (
        other_block(lambda x, w1, s1, b1, w2, s2, b2: (x, w1, s1, b1, w2.swapaxes(0, 1), s2, b2)), "",
    ),
    "in float64": (ended(lambda m, f, s: relu(f + s).astype(float)), ""),
}  # fmt: skip


# Counts


def counts(change, where=None):
    """A change of layers, parameters and MACs, of the arguments."""

    def answer(block, blocks, *, side=224, classes=1000):
        right = questions.resnet_count.reference(block, blocks, side=side, classes=classes)
        if where and not where(block, blocks, side, classes):
            return right
        return change(*right, block, blocks, side, classes)

    return answer


def of_bottlenecks(block, blocks, side, classes):
    return block == "bottleneck"


def of_basic_blocks(block, blocks, side, classes):
    return block == "basic"


def many_in_the_third(block, blocks, side, classes):
    return blocks[2] > 4


def one_block_first(block, blocks, side, classes):
    return blocks[0] == 1


def small_image(block, blocks, side, classes):
    return side < 64


def few_classes(block, blocks, side, classes):
    return classes < 10


def more_classes(block, blocks, side, classes):
    return classes > 1000


WHERE = [of_bottlenecks, of_basic_blocks, many_in_the_third, one_block_first, small_image, few_classes, more_classes]
INPUTS = {"basic": 512, "bottleneck": 2048}
COUNT = {
    "no linear layer": (counts(lambda n, p, m, *_: (n - 1, p, m)), "one_layer_short"),
    "no first, no last": (counts(lambda n, p, m, *_: (n - 2, p, m)), ""),
    "blocks": (counts(lambda n, p, m, b, blocks, *_: (sum(blocks), p, m)), ""),
    "blocks and two": (counts(lambda n, p, m, b, blocks, *_: (sum(blocks) + 2, p, m)), "blocks_counted"),
    "projections": (
        counts(lambda n, p, m, block, *_: (n + (3 if block == "basic" else 4), p, m)), "projections_counted",
    ),
    "brackets": (
        counts(lambda n, p, m, b, blocks, *_: (
            sum(blocks[:3]) + (2 if b == "basic" else 3) * blocks[3] + 2, p, m
        )), "brackets_missing",
    ),
    "two for each": (counts(lambda n, p, m, b, blocks, *_: (2 * sum(blocks) + 2, p, m)), ""),
    "bias left out": (counts(lambda n, p, m, b, bs, s, classes: (n, p - classes, m)), "bias_of_the_classes_forgotten"),
    "bias has MACs": (counts(lambda n, p, m, b, bs, s, classes: (n, p, m + classes)), ""),
    "linear layer without MACs": (
        counts(lambda n, p, m, b, bs, s, classes: (n, p, m - INPUTS[b] * classes)), "classes_without_macs",
    ),
    "linear layer left out": (
        counts(lambda n, p, m, b, bs, s, classes: (
            n, p - (INPUTS[b] + 1) * classes, m - INPUTS[b] * classes
        )), "",
    ),
    "FLOPs": (counts(lambda n, p, m, *_: (n, p, 2 * m)), "flops_counted"),
    "millions": (counts(lambda n, p, m, *_: (n, p // 10**6, m // 10**6)), ""),
    "exchanged": (counts(lambda n, p, m, *_: (n, m, p)), ""),
    "MACs at one place": (counts(lambda n, p, m, b, bs, side, c: (n, p, m // side**2)), ""),
    "twice the last stage": (counts(lambda n, p, m, b, blocks, *_: (n + blocks[3], p, m)), ""),
    **{f"a layer more, {w.__name__}": (counts(lambda n, p, m, *_: (n + 1, p, m), w), "") for w in WHERE},
    **{f"parameters, {w.__name__}": (counts(lambda n, p, m, *_: (n, p + 2, m), w), "") for w in WHERE[:3]},
    **{f"MACs, {w.__name__}": (counts(lambda n, p, m, *_: (n, p, m - 1), w), "") for w in WHERE[2:6]},
}  # fmt: skip


# The bottleneck


def bottleneck(end=lambda f, s: relu(f + s), *, inner=relu, outer=relu):
    def answer(x, down, middle, up, scale, shift, projection, *, stride=1):
        h = inner(F.conv2d(x, down[:, :, None, None]))
        h = outer(F.conv2d(h, middle, stride=stride, padding=1))
        h = beside(scale) * F.conv2d(h, up[:, :, None, None]) + beside(shift)
        return end(h, F.conv2d(x, projection[:, :, None, None], stride=stride))

    return answer


def other_bottleneck(change):
    return lambda *parts, stride=1: questions.bottleneck_block.reference(*change(*parts), stride=stride)


def same(x):
    return x


def still(**faults):
    """Some of the three faults."""

    def answer(x, down, middle, up, scale, shift, projection, *, stride=1):
        first, second = (stride, 1) if faults.get("early") else (1, stride)
        h = relu(F.conv2d(x, down[:, :, None, None], stride=first))
        h = F.conv2d(h, middle, stride=second, padding=1)
        h = F.conv2d(h if faults.get("bare") else relu(h), up[:, :, None, None])
        shortcut = F.conv2d(x, projection[:, :, None, None], stride=stride)
        if faults.get("after"):
            return relu(beside(scale) * (h + shortcut) + beside(shift))
        return relu(beside(scale) * h + beside(shift) + shortcut)

    return answer


BOTTLENECK = changed("bottleneck_block", REGIONS) | {
    "as it was": (still(early=True, after=True, bare=True), "still_broken"),
    "stride": (still(early=True), "stride_still_in_the_1x1"),
    "norm": (still(after=True), "norm_still_after_the_sum"),
    "relu": (still(bare=True), "relu_still_missing"),
    "stride and norm": (still(early=True, after=True), "only_the_relu_mended"),
    "stride and relu": (still(early=True, bare=True), "only_the_norm_mended"),
    "norm and relu": (still(after=True, bare=True), "only_the_stride_mended"),
    "no last relu": (bottleneck(lambda f, s: f + s), "relu_moved_from_the_end"),
    "relu before": (bottleneck(lambda f, s: relu(f) + s), "relu_before_the_sum"),
    "relu before, and after": (bottleneck(lambda f, s: relu(relu(f) + s)), ""),
    "shortcut cut": (bottleneck(lambda f, s: relu(f + relu(s))), ""),
    "no shortcut": (bottleneck(lambda f, s: relu(f)), ""),
    "first relu lost": (bottleneck(inner=same), ""),
    "no shift": (other_bottleneck(lambda x, d, m, u, s, b, p: (x, d, m, u, s, 0 * b, p)), ""),
    "positive scale": (other_bottleneck(lambda x, d, m, u, s, b, p: (x, d, m, u, abs(s), b, p)), ""),
    "kernel turned": (other_bottleneck(lambda x, d, m, u, s, b, p: (x, d, m[..., ::-1, ::-1], u, s, b, p)), ""),
    "middle alone": (other_bottleneck(lambda x, d, m, u, s, b, p: (x, d, put(0 * m, (..., 1, 1), m[..., 1, 1]), u, s,
                                                                   b, p)), ""),
}  # fmt: skip


# The budget


def designed(change, where=None):
    """A change of the right number of further blocks: None where nothing fits, at its end a tuple of blocks."""

    def answer(block, budget, *, side=224, classes=1000):
        right = questions.deepest_resnet.reference(block, budget, side=side, classes=classes)
        if where and not where(block, right, side, classes):
            return right
        return change(None if right is None else sum(right) - 4)

    return answer


def fits(change):
    return lambda more: None if more is None else change(more)


def nothing_fits(block, right, side, classes):
    return right is None


def something_fits(block, right, side, classes):
    return right is not None


def deep(block, right, side, classes):
    return right is not None and sum(right) > 10


def only_the_smallest(block, right, side, classes):
    return right == (1, 1, 1, 1)


def bottlenecks(block, right, side, classes):
    return block == "bottleneck"


PLACES = [bottlenecks, small_image, few_classes, more_classes, deep, only_the_smallest, something_fits]
BUDGET = {
    "one more": (designed(fits(lambda more: (1, 1, 2 + more, 1))), "one_block_too_many"),
    "one more, elsewhere": (designed(fits(lambda more: (2 + more, 1, 1, 1))), ""),
    "one less": (designed(fits(lambda more: (1, 1, more, 1) if more else None)), "one_block_too_few"),
    "one less, or the smallest": (designed(fits(lambda more: (1, 1, max(1, more), 1))), ""),
    "the smallest": (designed(fits(lambda more: (1, 1, 1, 1))), ""),
    "always something": (designed(lambda more: (1, 1, 1 + (more or 0), 1)), "never_none"),
    "never anything": (designed(lambda more: None), ""),
    "zeros for none": (designed(lambda more: (0, 0, 0, 0), nothing_fits), ""),
    "an empty tuple for none": (designed(lambda more: (), nothing_fits), ""),
    "equal": (designed(fits(lambda more: (1 + more // 4,) * 4)), "as_many_in_each_stage"),
    "equal, rounded up": (designed(fits(lambda more: (1 - (-more // 4),) * 4)), ""),
    "in two stages": (designed(fits(lambda more: (1, 1 + more // 2, 1 + more // 2, 1))), ""),
    "a stage left out": (designed(fits(lambda more: (1, 1, 2 + more, 0))), ""),
    "three stages": (designed(fits(lambda more: (1, 1, 2 + more))), ""),
    "sum": (designed(fits(lambda more: 4 + more)), "number_of_blocks"),
    "floats": (designed(fits(lambda more: (1.0, 1.0, 1.0 + more, 1.0))), ""),
    "a string": (designed(fits(lambda more: f"1, 1, {1 + more}, 1")), ""),
    **{f"one less, {w.__name__}": (designed(lambda more: (1, 1, more or 0, 1), w), "") for w in PLACES},
    **{f"one more, {w.__name__}": (designed(lambda more: (2 + (more or 0), 1, 1, 1), w), "") for w in PLACES[:6]},
}  # fmt: skip


WRONG = {
    name: (as_it_is, answers)
    for name, answers in {
        "padded_shortcut": SHORTCUT,
        "basic_block": BASIC,
        "resnet_count": COUNT,
        "bottleneck_block": BOTTLENECK,
        "deepest_resnet": BUDGET,
    }.items()
}
