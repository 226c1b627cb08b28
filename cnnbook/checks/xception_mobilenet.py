"""The questions of the chapter on networks for a small budget: their blocks as functions, their costs, and a design."""

import numpy as np

from .. import datasets
from ._cases import Case
from ._compare import compare, is_number
from ._findings import Finding
from ._layers import either
from ._mobile import (
    LEAST,
    MOST,
    TABLE,
    WIDTHS,
    cost,
    design,
    designs,
    left,
    linear,
    middle,
    relu,
    residual,
)
from ._question import question
from ._statistics import symmetric_at_times


def whole(rng, *shape, low=-3, high=4):
    return rng.integers(low, high, shape).astype(float)


def thinned(rng, *shape):
    """Small weights, many of them zero, so that sums stay in the reach of a ReLU6."""
    return symmetric_at_times(rng, rng.choice([-1.0, 0.0, 0.0, 1.0, 2.0], shape))


def draw_image(rng, C, *sides):
    return symmetric_at_times(rng, whole(rng, C, *sides))


def draw_side(rng):
    return either(rng, (1, 3), (2, 7))


# What comes through a ReLU


@question(points=2, minutes=15, difficulty=1, count=130, axes={"x": "C H W", "weight": "n C", "answer": "H W"})
def dimensions_left(x, weight):
    """How many of the C numbers of each pixel can be told from what a 1x1 convolution and a ReLU let through."""
    return left(x, weight)


X = np.array([[[1, -1, 2], [0, 3, -2]], [[2, 1, -1], [0, -1, -3]]], float)
FAN = np.array([[1, 0], [0, 1], [-1, 1], [2, 0]], float)
dimensions_left.cases(
    Case(X, FAN[:3]),
    Case(X, FAN),  # a multiple of a row
    Case(X, -FAN[:3]),
    Case(-X, FAN[:3]),
    Case(X, FAN[:1]),
    Case(X[:, :1], FAN),
    Case(np.concatenate([X, 1 - X[:1]]), np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1], [-1, 0, -1]], float)),
)


@dimensions_left.draws
def _(rng):
    C = either(rng, (1, 3), (2, 5))
    weight = whole(rng, either(rng, (1, 3), (2, 7)), C, low=-2, high=3)
    if len(weight) > 1 and rng.random() < 0.4:
        weight[-1] = rng.choice([1.0, 2.0, -1.0]) * weight[0]
    if len(weight) > 2 and rng.random() < 0.3:
        weight[-1] = weight[0] + weight[1]
    x = draw_image(rng, C, draw_side(rng), draw_side(rng))
    return {"x": x, "weight": symmetric_at_times(rng, weight)}


@dimensions_left.example
def _():
    """A colour image, its numbers from -1 to 1, through six channels that look for red, green, blue and their lack."""
    image = datasets.load("shapes", "train").images[2861] / 127.5 - 1
    return Case(image, np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, -1, 0], [0, -1, -1], [1, -1, 0]], float))


dimensions_left.regions(
    one_number=lambda C: C == 1,
    fewer_channels_than_numbers=lambda C, n: n < C,
    as_many_channels_as_numbers=lambda C, n: n == C,
    parallel=lambda weight, n: n > 1 and np.linalg.matrix_rank(weight) < min(weight.shape),
    one_channel=lambda n: n == 1,
    a_channel_at_zero=lambda x, weight: bool((np.einsum("nc,cij->nij", weight, x) == 0).any()),
    a_pixel_lost=lambda answer: bool((answer == 0).any()),
    all_left=lambda C, answer: bool((answer == C).all()),
    higher=lambda H, W: H > W,
)
dimensions_left.misconceptions(
    channels_counted=lambda x, weight: left(x, weight, rank=len),
    channels_counted_up_to_the_numbers=lambda x, weight, C: left(x, weight, rank=lambda on: min(len(on), C)),
    zeros_let_through=lambda x, weight: left(x, weight, passes=lambda y: y >= 0),
    relu_forgotten=lambda x, weight: left(x, weight, passes=lambda y: y != 0),
    rank_of_the_whole_matrix=lambda weight, answer: np.full_like(answer, np.linalg.matrix_rank(weight)),
    lost_for_left=lambda answer, C: C - answer,
    all_or_nothing=lambda answer, C: np.where(answer == C, C, 0),
    whether_all=lambda answer, C: (answer == C).astype(int),
    channels_that_are_off=lambda x, weight: left(x, weight, passes=lambda y: y <= 0),
)


# The inverted residual

BLOCK = {"x": "C_in H W", "expand": "C_mid C_in", "expand_bias": "C_mid", "depthwise": "C_mid kH kW",
         "depthwise_bias": "C_mid", "project": "C_out C_mid", "project_bias": "C_out"}  # fmt: skip


@question(points=3, minutes=25, difficulty=2, count=130, axes=BLOCK | {"answer": "C_out H_out W_out"})
def inverted_residual(x, expand, expand_bias, depthwise, depthwise_bias, project, project_bias, *, stride=1):
    """The block of MobileNet v2, with batch norm folded into weights and biases."""
    return residual(x, expand, expand_bias, depthwise, depthwise_bias, project, project_bias, stride)


EXPAND, EXPAND_BIAS = np.array([[1, 0], [0, 1], [2, -1]], float), np.array([1.0, 0.0, -1.0])
CROSS = np.array([[0, 1, 0], [1, 2, -1], [0, -1, 1]], float)
DEPTHWISE, DEPTHWISE_BIAS = np.stack([CROSS, CROSS.T - 1, 1 - CROSS]), np.array([0.0, 2.0, -1.0])
PROJECT, PROJECT_BIAS = np.array([[1, -1, 0], [0, 1, -2]], float), np.array([0.0, 1.0])
ARRAYS = X, EXPAND, EXPAND_BIAS, DEPTHWISE, DEPTHWISE_BIAS, PROJECT, PROJECT_BIAS
inverted_residual.cases(
    Case(*ARRAYS),
    Case(*ARRAYS, stride=2),
    *(Case(*(a[::-1] if n == place else a for n, a in enumerate(ARRAYS))) for place in range(7)),
    Case(X, *ARRAYS[1:5], PROJECT[:1], PROJECT_BIAS[:1]),
    Case(X[:1], EXPAND[:, :1], *ARRAYS[2:]),  # one channel in, two out
    Case(X[:, :1, :1], *ARRAYS[1:], stride=2),  # the shape does not change
    Case(X[:, :1, :1], *(a[:1] for a in ARRAYS[1:5]), PROJECT[:, :1], PROJECT_BIAS, stride=2),
    Case(np.arange(35.0).reshape(1, 5, 7) % 7 - 3, EXPAND[:, :1], *ARRAYS[2:], stride=2),
    Case(np.arange(70.0).reshape(2, 5, 7) % 7 - 3, *ARRAYS[1:], stride=2),
)


@inverted_residual.draws
def _(rng):
    C_in, C_mid = either(rng, (1, 4), (2, 5)), either(rng, (1, 3), (2, 6))
    C_out = C_in if rng.random() < 0.6 else either(rng, (1, 4), (2, 5))
    sides = (1, 1) if rng.random() < 0.15 else (draw_side(rng), draw_side(rng))
    return {
        "x": draw_image(rng, C_in, *sides),
        "expand": thinned(rng, C_mid, C_in), "expand_bias": whole(rng, C_mid, low=-1, high=4),
        "depthwise": thinned(rng, C_mid, 3, 3), "depthwise_bias": whole(rng, C_mid, low=-2, high=3),
        "project": symmetric_at_times(rng, whole(rng, C_out, C_mid, low=-2, high=3)), "project_bias": whole(rng, C_out),
        "stride": int(rng.integers(1, 3)),
    }  # fmt: skip


@inverted_residual.example
def _():
    """A colour image, sharpened: the depthwise part finds edges of both signs, the projection subtracts."""
    image = datasets.load("shapes", "train").images[2861] / 255
    twice, bend = np.repeat(np.eye(3), 2, axis=0), np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]], float)
    zeros = np.zeros(6)
    return Case(image, twice, zeros, np.stack([bend, -bend] * 3), zeros, np.kron(np.eye(3), [[1, -1]]), np.zeros(3))


inverted_residual.regions(
    shortcut=lambda stride, C_in, C_out: stride == 1 and C_in == C_out,
    other_channels_at_stride_1=lambda stride, C_in, C_out: stride == 1 and C_in != C_out,
    one_channel_in=lambda C_in: C_in == 1,
    one_channel_out=lambda C_out: C_out == 1,
    as_wide_as_the_input=lambda C_mid, C_in: C_mid == C_in,
    one_row=lambda H: H == 1,
    one_column=lambda W: W == 1,
    one_pixel_at_stride_2=lambda H, W, stride: H == W == 1 and stride == 2,
    higher=lambda H, W: H > W,
)


def faulty(**faults):
    """The block with faults, as a mistake."""
    names = "expand", "expand_bias", "depthwise", "depthwise_bias", "project", "project_bias", "stride"
    return lambda x, **case: residual(x, *(case[name] for name in names), **faults)


def without(name):
    """The block without one of its biases."""
    return lambda **case: inverted_residual.reference(
        *((0 * case[each] if each == name else case[each]) for each in BLOCK), stride=case["stride"]
    )


inverted_residual.misconceptions(
    relu_behind_the_projection=faulty(narrow=relu),
    relu_behind_the_addition=faulty(end=relu),
    relu_for_relu6=faulty(wide=relu, between=relu),
    no_activation_behind_the_depthwise_part=faulty(between=linear),
    no_activation_behind_the_expansion=faulty(wide=linear),
    no_activation=faulty(wide=linear, between=linear),
    shortcut_forgotten=faulty(joined="never"),
    shortcut_at_every_stride_1=faulty(joined="stride 1"),
    shortcut_wherever_channels_agree=faulty(joined="channels"),
    shortcut_wherever_shapes_agree=faulty(joined="shape"),
    padded_before_the_expansion=faulty(pad_early=True),
    stride_in_the_expansion=faulty(early=True),
    stride_from_the_second_pixel=faulty(first=1),
    expansion_bias_forgotten=without("expand_bias"),
    depthwise_bias_forgotten=without("depthwise_bias"),
    projection_bias_forgotten=without("project_bias"),
    kernel_turned=lambda **case: inverted_residual.reference(
        *((case[each][:, ::-1, ::-1] if each == "depthwise" else case[each]) for each in BLOCK), stride=case["stride"]
    ),
)  # fmt: skip


# A block to mend


@question(
    points=2, minutes=20, difficulty=2, count=110,
    axes={"x": "C H W", "depthwise": "R C kH kW", "pointwise": "R C_to C", "bias": "R C", "answer": "C H W"},
)  # fmt: skip
def middle_block(x, depthwise, pointwise, bias):
    """A block of Xception's middle flow: R times ReLU and a separable layer, and a shortcut around all."""
    return middle(x, depthwise, pointwise, bias)


middle_block.broken(lambda *args: middle(*args, cut=True, between=True, late=True))
KERNELS = np.stack([np.stack([CROSS, CROSS.T]), np.stack([1 - CROSS, CROSS[::-1]])])
MATRICES, SHIFTS = np.array([[[1, -1], [0, 2]], [[1, 0], [-1, 1]]], float), np.array([[1, -2], [0, 3]], float)
middle_block.cases(
    Case(X, KERNELS[:1], MATRICES[:1], SHIFTS[:1]),
    Case(X, KERNELS, MATRICES, SHIFTS),
    Case(-X, KERNELS, MATRICES, SHIFTS),
    Case(X, KERNELS[::-1], MATRICES, SHIFTS),
    Case(X, KERNELS, MATRICES[::-1], SHIFTS),
    Case(X, KERNELS, MATRICES, SHIFTS[::-1]),
    Case(X[:1], KERNELS[:, :1], MATRICES[:, :1, :1], SHIFTS[:, :1]),
)


@middle_block.draws
def _(rng):
    R, C = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    sides = draw_side(rng), draw_side(rng)
    return {"x": draw_image(rng, C, *sides), "depthwise": thinned(rng, R, C, 3, 3),
            "pointwise": symmetric_at_times(rng, whole(rng, R, C, C, low=-1, high=3)),
            "bias": symmetric_at_times(rng, whole(rng, R, C))}  # fmt: skip


middle_block.regions(
    one_layer=lambda R: R == 1,
    three_layers=lambda R: R == 3,
    one_channel=lambda C: C == 1,
    negative_input=lambda x: bool((x < 0).any()),
    higher=lambda H, W: H > W,
    one_row=lambda H: H == 1,
)


def mended(**faults):
    return lambda x, depthwise, pointwise, bias: middle(x, depthwise, pointwise, bias, **faults)


middle_block.misconceptions(
    shortcut_still_behind_the_relu=mended(cut=True),
    relu_still_between_the_parts=mended(between=True),
    relu_still_behind_each_layer=mended(late=True),
    only_the_shortcut_mended=mended(between=True, late=True),
    only_between_the_parts_mended=mended(cut=True, late=True),
    only_the_order_mended=mended(cut=True, between=True),
    relu_before_the_first_layer_alone=mended(once=True),
    shortcut_lost=mended(joined=False),
    relu_behind_the_addition=lambda answer: relu(answer),
)


# What it costs


@question(points=3, minutes=25, difficulty=3, count=180)
def v2_macs(stages, side, *, width=1.0):
    """MACs of a MobileNet v2 with these stages, for a square image."""
    return cost(stages, side, width)


ONE, TWO = ((6, 24, 2, 2),), ((1, 16, 1, 1), (6, 24, 2, 2))
v2_macs.cases(
    Case(((1, 16, 1, 1),), 2),
    Case(ONE, 2),
    Case(ONE, 8),
    Case(ONE, 8, width=0.75),
    Case(TWO, 8),
    Case(TWO, 7),
    Case(((6, 24, 2, 1),), 8),
    Case(((2, 24, 1, 2),), 8, width=1.5),
    Case(TABLE, 224),
    Case(TABLE, 224, width=0.75),
    Case(TABLE, 224, width=1.4),
)


@v2_macs.draws
def _(rng):
    def stage():
        return (either(rng, (1, 2), (2, 7)), either(rng, (4, 14), (8, 60)), either(rng, (1, 2), (2, 5)),
                int(rng.integers(1, 3)))  # fmt: skip

    stages = tuple(stage() for _ in range(int(rng.integers(1, 4))))
    side = 32 * int(rng.integers(1, 8)) if rng.random() < 0.2 else either(rng, (1, 6), (4, 20), (8, 80))
    return {"stages": stages, "side": side, "width": float(rng.choice([1.0, 0.25, 0.35, 0.5, 0.75, 1.1, 1.3, 1.4]))}


def numbers_of_channels(stages, width):
    return [32 * width, *(channels * width for _, channels, _, _ in stages), 1280 * max(1, width)]


v2_macs.regions(
    narrower=lambda width: width < 1,
    wider=lambda width: width > 1,
    odd_side=lambda side: side % 2 == 1,
    not_expanded=lambda stages: any(t == 1 for t, *_ in stages),
    repeated=lambda stages: any(n > 1 for _, _, n, _ in stages),
    halved=lambda stages: any(s == 2 for *_, s in stages),
    repeated_and_halved=lambda stages: any(n > 1 and s == 2 for _, _, n, s in stages),
    several_stages=lambda stages: len(stages) > 1,
    rounded_up_against_the_tenth=lambda stages, width: any(
        max(8, int(c + 4) // 8 * 8) < 0.9 * c for c in numbers_of_channels(stages, width)
    ),
    eight_at_least=lambda stages, width: any(c < 4 for c in numbers_of_channels(stages, width)),
)


def counted(**faults):
    return lambda stages, side, width: cost(stages, side, width, **faults)


def nearest(channels):
    return max(8, int(channels + 4) // 8 * 8)


v2_macs.misconceptions(
    cut_off=counted(rounded=int),
    rounded_to_the_nearest_eight_alone=counted(rounded=nearest),
    rounded_down_to_eights=counted(rounded=lambda channels: max(8, int(channels) // 8 * 8)),
    rounded_up_to_eights=counted(rounded=lambda channels: max(8, -int(-channels // 8) * 8)),
    last_1x1_narrowed=counted(last=lambda width: width),
    last_1x1_never_widened=counted(last=lambda width: 1),
    stride_before_the_expansion=counted(late=True),
    stride_in_every_block=counted(every=True),
    expansion_of_the_output=counted(of_output=True),
    expansion_by_1_counted=counted(expands_first=True),
    odd_sizes_rounded_down=counted(halved=lambda size: size // 2),
    first_convolution_forgotten=counted(parts="epdlf"),
    last_1x1_forgotten=counted(parts="cepdf"),
    linear_layer_forgotten=counted(parts="cepdl"),
    depthwise_part_forgotten=counted(parts="ceplf"),
    projection_forgotten=counted(parts="cedlf"),
    expansion_forgotten=counted(parts="cpdlf"),
    depthwise_as_an_ordinary_convolution=counted(ordinary=True),
    kernel_not_squared=counted(taps=3),
    flops_counted=lambda answer: 2 * answer,
)  # fmt: skip


# A design


def middle_one(found, otherwise=(LEAST, 0)):
    return found[len(found) // 2] if found else otherwise


@question(points=2, minutes=15, difficulty=2, count=150, outputs=("width", "side"), note="every_design",
          uses=("v2_macs",))  # fmt: skip
def v2_design(sides, budget, least, largest_map):
    """A width and a side for which MobileNet v2 needs at least `least` and at most `budget` MACs, with small maps."""
    return middle_one(designs(sides, budget, least, largest_map))


SIDES = (224, 192, 160, 128)
v2_design.cases(
    Case(SIDES, 300_774_272, 290_000_000, 1_300_000),
    Case(SIDES, 100_000_000, 90_000_000, 1_300_000),
    Case(SIDES, 100_000_000, 90_000_000, 400_000),
    Case(SIDES, 100_000_000, 98_500_000, 400_000),
    Case((96, 128), 100_000_000, 90_000_000, 1_300_000),
    Case(SIDES, 100_000_000, 80_000_000, 1_300_000),
    Case(SIDES, 120_000_000, 80_000_000, 1_300_000),
    Case((320,), 160_000_000, 100_000_000, 1_300_000),
)


@v2_design.draws
def _(rng):
    sides = tuple(32 * int(n) for n in rng.permutation(np.arange(3, 11))[: int(rng.integers(1, 5))])
    macs, largest = design(float(rng.choice(WIDTHS)), int(rng.choice(sides)))
    budget = macs + int(rng.choice([0, macs // 50, macs // 12]))
    return {"sides": sides, "budget": budget, "least": macs - int(rng.choice([0, macs // 50, macs // 10])),
            "largest_map": largest + int(rng.choice([0, largest // 20, largest]))}  # fmt: skip


@v2_design.judge
def _(got, expected, sides, budget, least, largest_map):
    if not (isinstance(got, tuple | list) and len(got) == 2 and all(map(is_number, got))):
        return compare(got, expected, v2_design.outputs)
    width, side = got
    if side not in sides:
        return Finding("no_such_side", {"side": f"{side:g}", "sides": str(sides)})
    if not LEAST - 1e-9 <= width <= MOST + 1e-9:
        return Finding("no_such_width", {"width": f"{width:g}"})
    macs, largest = design(float(width), int(side))
    if macs > budget:
        return Finding("costs_too_much", {"macs": f"{macs:,}", "budget": f"{budget:,}"})
    if macs < least:
        return Finding("spends_too_little", {"macs": f"{macs:,}", "least": f"{least:,}"})
    if largest > largest_map:
        return Finding("map_too_large", {"numbers": f"{largest:,}", "largest": f"{largest_map:,}"})
    return None


v2_design.regions(
    one_side=lambda sides: len(sides) == 1,
    narrow_window=lambda budget, least: budget - least < 0.03 * budget,
    map_decides=lambda sides, budget, least, largest_map: (
        len(designs(sides, budget, least)) > len(designs(sides, budget, least, largest_map))
    ),
    one_design=lambda sides, budget, least, largest_map: len(designs(sides, budget, least, largest_map)) == 1,
    wider_than_published=lambda answer: answer[0] > 1,
    largest_side_taken=lambda sides, answer: answer[1] == max(sides),
)


v2_design.misconceptions(
    map_forgotten=lambda sides, budget, least: middle_one(designs(sides, budget, least)),
    least_forgotten=lambda sides, budget, largest_map: designs(sides, budget, 0, largest_map)[-1],
    budget_passed=lambda sides, budget: designs(sides, np.inf, 0, np.inf)[0],
    largest_image_kept=lambda sides, budget: [*designs([max(sides)], budget), (LEAST, max(sides))][0],
    full_width_kept=lambda sides, budget: [*designs(sides, budget, widths=[1.0]), (1.0, min(sides))][0],
    square_law=lambda sides, budget: (
        float(np.clip(round((budget / 300_774_272) ** 0.5 * 224 / max(sides), 2), LEAST, MOST)), max(sides)
    ),
    side_before_width=lambda answer: answer[::-1],
)  # fmt: skip
