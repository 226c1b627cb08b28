"""Plausible wrong answers to the questions on networks for a small budget, and which known mistake each may be called.

About half of them are right but for one region. A check must reject them all, and accuse nobody of a mistake that is
not theirs.
"""

import numpy as np
from array_mistakes import CHANGES, partly, shortened

from cnnbook.checks import xception_mobilenet as questions
from cnnbook.checks._mobile import TABLE, cost, design, designs, left, middle, relu, relu6, residual

through = shortened(questions)
ALL = {name: (lambda right, *_, change=change: change(right), "") for name, change in CHANGES.items()}
PLAIN = {name: pair for name, pair in ALL.items() if name not in ("the first channel is missing", "a list")}
MORE, FEWER = (lambda right, *_: right + 1), (lambda right, *_: right - 1)


# What is left

LEFT = PLAIN | {
    "channels counted": (lambda right, x, w: left(x, w, rank=len), "channels_counted"),
    "zeros let through": (lambda right, x, w: left(x, w, passes=lambda y: y >= 0), "zeros_let_through"),
    "no ReLU": (lambda right, x, w: left(x, w, passes=lambda y: y != 0), "relu_forgotten"),
    "the other sign": (lambda right, x, w: left(x, w, passes=lambda y: y < 0), ""),
    "from 1 upwards": (lambda right, x, w: left(x, w, passes=lambda y: y >= 1.5), ""),
    "what is lost": (lambda right, x, w: len(x) - right, "lost_for_left"),
    "less than the numbers": (lambda right, x, w: np.minimum(right, len(x) - 1), ""),
    "less than the channels": (lambda right, x, w: np.minimum(right, len(w) - 1), ""),
    "at least one": (lambda right, x, w: np.maximum(right, 1), ""),
    "two at most": (lambda right, x, w: np.minimum(right, 2), ""),
    "as floats of a part": (lambda right, x, w: right / len(x), ""),
    "for the whole image": (lambda right, x, w: np.full_like(right, right.max()), ""),
    "of the mean pixel": (lambda right, x, w: np.full_like(right, left(x.mean((1, 2), keepdims=True), w)[0, 0]), ""),
    **partly(
        {
            "for one channel": lambda x, w: len(w) == 1,
            "for one number": lambda x, w: len(x) == 1,
            "for fewer channels than numbers": lambda x, w: len(w) < len(x),
            "in higher images": lambda x, w: x.shape[1] > x.shape[2],
        },
        {"one more": MORE},
    ),
}  # fmt: skip


# The inverted residual


def block(**faults):
    return lambda right, *case: residual(*case[:7], case[7] or 1, **faults)


def odd(change):
    """The block of changed arguments."""
    return lambda right, *case: residual(*change(*case[:7]), case[7] or 1)


RESIDUAL = PLAIN | {
    "ReLU behind the projection": (block(narrow=relu), "relu_behind_the_projection"),
    "ReLU6 behind the projection": (block(narrow=relu6), ""),
    "ReLU6 at the end": (block(end=relu6), ""),
    "ReLU for ReLU6": (block(wide=relu, between=relu), "relu_for_relu6"),
    "ReLU for ReLU6 in the wide part": (block(wide=relu), ""),
    "ReLU for ReLU6 behind the depthwise part": (block(between=relu), ""),
    "no second ReLU6": (block(between=lambda y: y), "no_activation_behind_the_depthwise_part"),
    "no shortcut": (block(joined="never"), "shortcut_forgotten"),
    "shortcut with stride 2": (block(joined="channels"), "shortcut_wherever_channels_agree"),
    "shortcut of one pixel": (block(joined="shape"), "shortcut_wherever_shapes_agree"),
    "padded first": (block(pad_early=True), "padded_before_the_expansion"),
    "stride first": (block(early=True), "stride_in_the_expansion"),
    "kernel transposed": (
        odd(lambda x, e, a, d, b, p, c: (x, e, a, d.swapaxes(1, 2), b, p, c)), "",
    ),
    "shortcut twice": (
        lambda right, x, *case: right + x * (case[6] != 2) if len(x) == len(right) and case[6] != 2 else right, "",
    ),
    **partly(
        {
            "for stride 2": lambda *case: case[7] == 2,
            "for one row": lambda x, *_: x.shape[1] == 1,
            "for one channel in": lambda x, *_: len(x) == 1,
        },
        {"one more": MORE},
    ),
}  # fmt: skip


# The block of Xception


def flow(**faults):
    return lambda right, *case: middle(*case, **faults)


MIDDLE = PLAIN | {
    "broken": (flow(cut=True, between=True, late=True), "still_broken"),
    "shortcut left": (flow(cut=True), "shortcut_still_behind_the_relu"),
    "between left": (flow(between=True), "relu_still_between_the_parts"),
    "late left": (flow(late=True), "relu_still_behind_each_layer"),
    "shortcut mended": (flow(between=True, late=True), "only_the_shortcut_mended"),
    "order mended": (flow(cut=True, between=True), "only_the_order_mended"),
    "between mended": (flow(cut=True, late=True), "only_between_the_parts_mended"),
    "no shortcut": (flow(joined=False), "shortcut_lost"),
    "no bias": (lambda right, x, d, p, b: middle(x, d, p, 0 * b), ""),
    "one layer alone": (lambda right, x, d, p, b: middle(x, d[:1], p[:1], b[:1]), ""),
    "layers in reverse": (lambda right, x, d, p, b: middle(x, d[::-1], p[::-1], b[::-1]), ""),
    "matrix transposed": (lambda right, x, d, p, b: middle(x, d, p.swapaxes(1, 2), b), ""),
    "kernel turned": (lambda right, x, d, p, b: middle(x, d[..., ::-1, ::-1], p, b), ""),
    "bias once": (lambda right, x, d, p, b: middle(x, d, p, np.concatenate([b[:1], 0 * b[1:]])), ""),
    **partly(
        {"for one layer": lambda x, d, *_: len(d) == 1, "for three layers": lambda x, d, *_: len(d) == 3},
        {"one more": MORE, "one less": FEWER},
    ),
}  # fmt: skip


# What it costs


def counted(**faults):
    return lambda right, stages, side, width: cost(stages, side, width or 1.0, **faults)


def without(parts):
    return counted(parts="".join(letter for letter in "cepdlf" if letter not in parts))


MACS = {
    "cut off": (counted(rounded=int), "cut_off"),
    "rounded": (counted(rounded=round), ""),
    "multiples of 4": (counted(rounded=lambda c: max(4, int(c + 2) // 4 * 4)), ""),
    "multiples of 16": (counted(rounded=lambda c: max(16, int(c + 8) // 16 * 16)), ""),
    "nearest eight": (
        counted(rounded=lambda c: max(8, int(c + 4) // 8 * 8)), "rounded_to_the_nearest_eight_alone",
    ),
    "a twentieth": (
        counted(rounded=lambda c: (r := max(8, int(c + 4) // 8 * 8)) + 8 * (r < 0.95 * c)), "",
    ),
    "no least number": (
        counted(rounded=lambda c: (r := int(c + 4) // 8 * 8) + 8 * (0 < r < 0.9 * c)), "",
    ),
    "last narrowed": (counted(last=lambda width: width), "last_1x1_narrowed"),
    "last never widened": (counted(last=lambda width: 1), "last_1x1_never_widened"),
    "stride first": (counted(late=True), "stride_before_the_expansion"),
    "stride in all": (counted(every=True), "stride_in_every_block"),
    "output expanded": (counted(of_output=True), "expansion_of_the_output"),
    "expanded by 1": (counted(expands_first=True), "expansion_by_1_counted"),
    "odd sizes down": (counted(halved=lambda n: n // 2), "odd_sizes_rounded_down"),
    "odd sizes down, at least 1": (counted(halved=lambda n: max(1, n // 2)), ""),
    "no padding": (counted(halved=lambda n: max(1, (n - 1) // 2)), ""),
    "without the ends": (without("clf"), ""),
    "without the first": (without("c"), "first_convolution_forgotten"),
    "without linear": (without("f"), "linear_layer_forgotten"),
    "without last and linear": (without("lf"), ""),
    "only 1x1": (without("cdf"), ""),
    "ordinary": (counted(ordinary=True), "depthwise_as_an_ordinary_convolution"),
    "twice": (lambda right, *_: 2 * right, "flops_counted"),
    "linear biases": (lambda right, *_: right + 1000, ""),
    "as text": (lambda right, *_: str(right), ""),
    "in millions": (lambda right, *_: right / 1e6, ""),
    "width ignored": (lambda right, stages, side, width: cost(stages, side), "ignores_width"),
    "one block a stage": (
        lambda right, stages, side, width: cost([(t, c, 1, s) for t, c, _, s in stages], side, width or 1.0), "",
    ),
    "no stride in stages": (
        lambda right, stages, side, width: cost([(t, c, n, 1) for t, c, n, _ in stages], side, width or 1.0), "",
    ),
    "expansion 6": (
        lambda right, stages, side, width: cost([(6, c, n, s) for _, c, n, s in stages], side, width or 1.0), "",
    ),
    "published": (lambda right, stages, side, width: cost(TABLE, side, width or 1.0), ""),
    **partly(
        {
            "for one stage": lambda stages, *_: len(stages) == 1,
            "for odd sides": lambda stages, side, _: side % 2 == 1,
            "for stride 2 at the start": lambda stages, *_: stages[0][3] == 2,
        },
        {"one more": MORE},
    ),
}  # fmt: skip


# A design


def searched(right, sides, budget=np.inf, least=0, largest=np.inf, **options):
    return questions.middle_one(designs(sides, budget, least, largest, **options))


def when(condition, wrong=(1.0, 224)):
    return lambda right, *demands: wrong if condition(right, *demands) else right


DESIGN = {
    "map forgotten": (lambda right, s, b, m, x: searched(right, s, b, m), "map_forgotten"),
    "no budget": (lambda right, s, b, m, x: designs(s)[0], "budget_passed"),
    "no demands": (lambda right, s, b, m, x: searched(right, s), ""),
    "budget forgotten": (lambda right, s, b, m, x: searched(right, s, np.inf, m, x), ""),
    "least forgotten": (lambda right, s, b, m, x: designs(s, b, 0, x)[-1], "least_forgotten"),
    "budget and least exchanged": (lambda right, s, b, m, x: searched(right, s, m, 0, x), ""),
    "side first": (lambda right, *_: right[::-1], "side_before_width"),
    "MACs for a pair": (lambda right, *_: design(*right), ""),
    "width alone": (lambda right, *_: right[0], ""),
    "side alone": (lambda right, *_: right[1], ""),
    "three numbers": (lambda right, *_: (*right, 0), ""),
    "text": (lambda right, *_: "1.0, 224", ""),
    "None": (lambda right, *_: None, ""),
    "published": (lambda right, *_: (1.0, 224), ""),
    "smallest": (lambda right, s, *_: (0.35, min(s)), "least_forgotten"),
    "largest": (lambda right, s, *_: (1.4, max(s)), "budget_passed"),
    "a side between": (lambda right, *_: (right[0], right[1] + 16), ""),
    "a width too many": (lambda right, *_: (right[0] + 1.4, right[1]), ""),
    "a wider one": (lambda right, *_: (right[0] + 0.2, right[1]), ""),
    "a narrower one": (lambda right, *_: (right[0] - 0.15, right[1]), ""),
    "one width up": (lambda right, *_: (right[0] * 1.1, right[1]), ""),
    "first side": (lambda right, s, b, m, x: searched(right, s[:1], b, m, x), ""),
    "last side": (lambda right, s, b, m, x: searched(right, s[-1:], b, m, x), ""),
    "narrow networks": (
        lambda right, s, b, m, x: searched(right, s, b, m, x, widths=[0.35, 0.5, 0.75, 1.0]), "",
    ),
    "percent": (lambda right, *_: (100 * right[0], right[1]), ""),
    "half the map": (lambda right, s, b, m, x: searched(right, s, b, m, x // 2), ""),
    "four times the map": (lambda right, s, b, m, x: searched(right, s, b, m, 4 * x), "map_forgotten"),
    "twice the budget": (lambda right, s, b, m, x: searched(right, s, 2 * b, m, x), ""),
    "wrong for one side": (when(lambda right, s, *_: len(s) == 1, (0.35, 64)), ""),
    "wrong for two sides": (when(lambda right, s, *_: len(s) == 2, (0.35, 64)), ""),
    "wrong above 1": (when(lambda right, *_: right[0] > 1, (2.0, 96)), ""),
    "wrong for exact budgets": (when(lambda right, s, b, *_: design(*right)[0] == b, (0.35, 64)), ""),
}  # fmt: skip


WRONG = {
    "dimensions_left": (through("dimensions_left"), LEFT),
    "inverted_residual": (through("inverted_residual", ("stride", None)), RESIDUAL),
    "middle_block": (through("middle_block"), MIDDLE),
    "v2_macs": (through("v2_macs", ("width", None)), MACS),
    "v2_design": (through("v2_design"), DESIGN),
}
