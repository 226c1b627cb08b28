"""The questions of the chapter on GoogLeNet: its module, what that costs, a budget, losses, and maps of classes."""

import numpy as np

from .. import datasets
from ._cases import Case
from ._compare import compare, is_integer
from ._findings import Finding
from ._inception import (
    branches,
    chosen,
    convolve,
    cost,
    draw_losses,
    draw_module,
    draw_widths,
    faulty,
    losses,
    maps_of,
    module,
    pool,
    prices,
    relu,
    same,
)
from ._layers import either
from ._pixels import numbers
from ._question import question

# The inception module

WEIGHTS = {
    "w1": "n_1 C", "w3_reduce": "r_3 C", "w3": "n_3 r_3", "w5_reduce": "r_5 C", "w5": "n_5 r_5", "w_pool": "n_pool C",
}  # fmt: skip


@question(
    points=3, minutes=20, difficulty=2, count=64, axes={"x": "N C H W", **WEIGHTS, "answer": "N C_out H W"},
)  # fmt: skip
def inception_block(x, w1, w3_reduce, w3, w5_reduce, w5, w_pool):
    """The inception module with reductions: four branches, a ReLU behind every convolution, channels in one row."""
    return module(x, w1, w3_reduce, w3, w5_reduce, w5, w_pool)


X = numbers(1, 2, 2, 3)
SHAPES = [(2, 2, 1, 1), (2, 2, 1, 1), (1, 2, 3, 3), (2, 2, 1, 1), (1, 2, 5, 5), (2, 2, 1, 1)]
MODULE = [numbers(*shape)[:, ::-1] * sign for shape, sign in zip(SHAPES, (1, 1, -1, -1, 1, 1), strict=True)]
ONES = [np.ones((1, 1, size, size)) for size in (1, 1, 3, 1, 5, 1)]
inception_block.cases(
    Case(np.array([[[[1.0, 2], [3, 4]]]]), *ONES),
    Case(X, *MODULE),
    Case(-X, *MODULE),
    *(Case(X, *MODULE[:n], array[:, ::-1] + 1, *MODULE[n + 1 :]) for n, array in enumerate(MODULE)),
    Case(X - 9, *MODULE[:5], -MODULE[5]),
    Case(numbers(2, 2, 3, 2), *MODULE),
)


@inception_block.draws
def _(rng):
    return Case(*draw_module(rng))


inception_block.regions(
    one_image=lambda N: N == 1,
    one_row=lambda H: H == 1,
    one_column=lambda W: W == 1,
    higher_image=lambda H, W: H > W,
    one_channel_in=lambda C: C == 1,
    nothing_positive=lambda x: x.max() < 0,
    reductions_alike=lambda r_3, r_5: r_3 == r_5,
)


def made_otherwise(**changes):
    """A mistake in the module: of its inputs alone."""
    return lambda x, w1, w3_reduce, w3, w5_reduce, w5, w_pool: module(
        x, w1, w3_reduce, w3, w5_reduce, w5, w_pool, **changes
    )


inception_block.misconceptions(
    no_relu_behind_reductions=made_otherwise(reduced=same),
    no_relu_at_the_end=made_otherwise(last=same, projected=same),
    no_relu_behind_the_pool=made_otherwise(projected=same),
    no_relu_at_all=made_otherwise(reduced=same, last=same, projected=same),
    relu_before_not_behind=lambda x, w1, w3_reduce, w3, w5_reduce, w5, w_pool: module(
        relu(x), w1, w3_reduce, w3, w5_reduce, w5, w_pool, last=same, projected=same
    ),
    projected_before_the_pool=made_otherwise(project_first=True),
    pool_padded_with_zeros=made_otherwise(pooled=lambda x: pool(x, outside=0.0)),
    mean_for_maximum=made_otherwise(pooled=lambda x: pool(x, outside=0.0, of=np.mean)),
    pool_left_out=made_otherwise(pooled=same),
    reductions_exchanged=lambda x, w1, w3_reduce, w3, w5_reduce, w5, w_pool: module(
        x, w1, w5_reduce, w3, w3_reduce, w5, w_pool
    ),
    larger_kernels_exchanged=made_otherwise(order=(0, 2, 1, 3)),
    pool_comes_first=made_otherwise(order=(3, 0, 1, 2)),
    reductions_passed_on=lambda x, w1, w3_reduce, w3, w5_reduce, w5, w_pool: np.concatenate(
        [relu(convolve(x, w3_reduce)), relu(convolve(x, w5_reduce)), *branches(
            x, w1, w3_reduce, w3, w5_reduce, w5, w_pool)], 1,
    ),
    pool_passed_on_whole=lambda x, w1, w3_reduce, w3, w5_reduce, w5, w_pool: np.concatenate(
        [*branches(x, w1, w3_reduce, w3, w5_reduce, w5, w_pool)[:3], pool(x)], 1
    ),
    kernels_turned=lambda x, w1, w3_reduce, w3, w5_reduce, w5, w_pool: module(
        x, w1, w3_reduce, w3[..., ::-1, ::-1], w5_reduce, w5[..., ::-1, ::-1], w_pool
    ),
)  # fmt: skip


# What a module costs


@question(points=2, minutes=15, difficulty=1, count=120, outputs=("channels", "parameters", "macs"))
def module_cost(c_in, side, n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj, *, reduced=True):
    """What comes out of a module of the table, its parameters with biases, and its MACs; or of the naive module."""
    return cost(c_in, side, n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj, reduced)


ROW = (3, 2, 4, 2, 5, 1, 6, 7)
ROW_3A = (192, 28, 64, 96, 128, 16, 32, 32)
module_cost.cases(
    Case(1, 1, 1, 1, 1, 1, 1, 1),
    Case(*ROW),
    *(Case(*ROW[:n], number + 1, *ROW[n + 1 :]) for n, number in enumerate(ROW)),
    Case(*ROW, reduced=False),
    Case(*ROW_3A),
    Case(*ROW_3A, reduced=False),
)


@module_cost.draws
def _(rng):
    return draw_widths(rng) | {"reduced": bool(rng.random() < 0.65)}


module_cost.regions(
    one_pixel=lambda side: side == 1,
    one_channel_in=lambda c_in: c_in == 1,
    wider_than_the_input=lambda c_in, n3x3_reduce, n5x5_reduce: max(n3x3_reduce, n5x5_reduce) > c_in,
    real_size=lambda c_in: c_in > 60,
)


def counting(change):
    """A mistake that is a formula of the answer, the weights, and all arguments."""

    def answer(c_in, side, n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj, reduced, answer):
        row = (n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj)
        return change(c_in, side, row, reduced, *answer)

    return answer


def costing(**changes):
    """A mistake in the taps or in what a kernel reads."""
    return lambda c_in, side, n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj, reduced: cost(
        c_in, side, n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj, reduced, **changes
    )


module_cost.misconceptions(
    biases_forgotten=counting(lambda c, s, row, reduced, out, p, macs: (out, macs // s**2, macs)),
    biases_of_reductions_forgotten=counting(
        lambda c, s, row, reduced, out, p, macs: (out, p - reduced * (row[1] + row[3]), macs)
    ),
    biases_multiplied=counting(lambda c, s, row, reduced, out, p, macs: (out, p, p * s**2)),
    one_pixel_counted=counting(lambda c, s, row, reduced, out, p, macs: (out, p, macs // s**2)),
    one_axis_alone=counting(lambda c, s, row, reduced, out, p, macs: (out, p, macs // s)),
    flops_counted=counting(lambda c, s, row, reduced, out, p, macs: (out, p, 2 * macs)),
    pool_counted=counting(lambda c, s, row, reduced, out, p, macs: (out, p, macs + 9 * c * s**2)),
    kernels_not_squared=costing(nine=3, twenty_five=5),
    five_as_three=costing(twenty_five=9),
    kernels_read_the_input=costing(reads_all=True),
    reductions_passed_on=counting(
        lambda c, s, row, reduced, out, p, macs: (out + reduced * (row[1] + row[3]), p, macs)
    ),
    pool_passes_all=counting(
        lambda c, s, row, reduced, out, p, macs: (out + reduced * (c - row[5]), p, macs)
    ),
    naive_pool_projected=lambda c_in, side, n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj, reduced: cost(
        c_in, side, n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj, reduced, proj=pool_proj
    ),
    naive_loses_the_pool=counting(lambda c, s, row, reduced, out, p, macs: (out - (not reduced) * c, p, macs)),
    modules_exchanged=lambda c_in, side, n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj, reduced: cost(
        c_in, side, n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj, not reduced
    ),
)  # fmt: skip


# Reductions for a budget


@question(points=3, minutes=20, difficulty=3, count=220, uses=("module_cost",), note="one_of_several")
def choose_reductions(c_in, side, n1x1, n3x3, n5x5, pool_proj, budget):
    """Reductions that keep a module's MACs within the budget, with no channel more to buy; None where none do."""
    return chosen(*prices(c_in, side, n1x1, n3x3, n5x5, pool_proj), budget)


choose_reductions.cases(
    Case(1, 1, 1, 1, 1, 1, 38),  # spent to the last MAC
    Case(1, 1, 1, 1, 1, 1, 37),
    Case(1, 1, 1, 1, 1, 1, 60),
    Case(2, 1, 1, 1, 1, 1, 60),
    Case(1, 2, 1, 1, 1, 1, 160),
    Case(1, 1, 1, 1, 1, 1, 160),
    Case(1, 1, 9, 1, 1, 1, 60),
    Case(1, 1, 1, 3, 1, 1, 60),
    Case(1, 1, 1, 1, 2, 1, 100),
    Case(1, 1, 1, 1, 1, 1, 100),
    Case(1, 1, 1, 1, 1, 9, 60),
    Case(256, 28, 128, 192, 96, 64, 303_464_448),  # 3b, whose reductions are 128 and 32
)


@choose_reductions.draws
def _(rng):
    row = draw_widths(rng)
    n3, n5 = row.pop("n3x3_reduce"), row.pop("n5x5_reduce")
    if rng.random() < 0.5:  # then the rest of the money often buys channels before the 5x5
        row["n5x5"] = either(rng, (1, 2), (1, 6))
        row["n3x3"] += 3 * row["n5x5"] - 1
    fixed, price3, price5 = prices(**row)
    if rng.random() < 0.15:
        return row | {"budget": either(rng, (1, 6), (1, fixed + 1), (fixed, fixed + price3 + price5))}
    slack = either(rng, (0, 1), (0, 1), (-1, 0), (0, max(price3, price5)))
    return row | {"budget": fixed + n3 * price3 + n5 * price5 + slack}


choose_reductions.regions(
    nothing_fits=lambda answer: answer is None,
    one_pixel=lambda side: side == 1,
    dearer_five=lambda n3x3, n5x5: 25 * n5x5 > 9 * n3x3,
    budget_spent=lambda answer, budget, **row: answer is not None and spent(answer, row) == budget,
    rest_buys_more=lambda answer: answer is not None and answer[1] > 1,
    one_channel_before_three=lambda answer: answer is not None and answer[0] == 1,
)


def spent(pair, row):
    """MACs of a module with these reductions."""
    fixed, price3, price5 = prices(**row)
    return fixed + pair[0] * price3 + pair[1] * price5


@choose_reductions.judge
def _(got, expected, budget, **row):
    fixed, price3, price5 = prices(**row)
    if got is None:
        return None if expected is None else Finding("affordable", {"macs": fixed + price3 + price5, "budget": budget})
    pair = tuple(got) if isinstance(got, tuple | list | np.ndarray) and np.ndim(got) == 1 else ()
    if len(pair) != 2 or not all(map(is_integer, pair)):
        return compare(got, (1, 1) if expected is None else expected)
    if wrong_type := compare(got, pair):
        return wrong_type
    pair = tuple(map(int, pair))
    if min(pair) < 1:
        return Finding("less_than_one", {"pair": str(pair)})
    macs = spent(pair, row)
    if macs > budget:
        return Finding("over_budget", {"pair": str(pair), "macs": macs, "budget": budget})
    for name, price in (("3x3", price3), ("5x5", price5)):
        if macs + price <= budget:
            return Finding("money_left", {"pair": str(pair), "left": budget - macs, "kernel": name, "price": price})
    return None


def buying(change):
    """A mistake in the prices: of fixed cost, of the two prices and of the arguments."""

    def answer(c_in, side, n1x1, n3x3, n5x5, pool_proj, budget):
        row = {"c_in": c_in, "side": side, "n1x1": n1x1, "n3x3": n3x3, "n5x5": n5x5, "pool_proj": pool_proj}
        return chosen(*change(*prices(**row), **row), budget)

    return answer


choose_reductions.misconceptions(
    one_channel_each=lambda answer: answer and (1, 1),
    first_that_is_too_wide=lambda answer: answer and (answer[0] + 1, answer[1]),
    second_not_widened=lambda answer: answer and (answer[0], 1),
    budget_not_to_be_reached=lambda budget, **row: chosen(*prices(**row), budget - 1),
    fixed_branches_forgotten=buying(lambda fixed, p3, p5, **row: (0, p3, p5)),
    only_the_first_branch_fixed=buying(
        lambda fixed, p3, p5, **row: (row["side"] ** 2 * row["c_in"] * row["n1x1"], p3, p5)
    ),
    reductions_for_nothing=buying(
        lambda fixed, p3, p5, **row: (
            fixed, p3 - row["side"] ** 2 * row["c_in"], p5 - row["side"] ** 2 * row["c_in"]
        )
    ),
    one_pixel_counted=buying(lambda fixed, p3, p5, **row: [each // row["side"] ** 2 for each in (fixed, p3, p5)]),
    none_for_nothing=lambda answer: answer or (0, 0),
    larger_kernel_first=lambda answer: answer and answer[::-1],
)  # fmt: skip


# The loss with helpers


@question(
    points=3, minutes=20, difficulty=2, count=90, rtol=1e-4, atol=1e-6,
    axes={"x": "N C", "stages": "S C C", "heads": "S K C", "labels": "N"},
)  # fmt: skip
def loss_with_helpers(x, stages, heads, labels, *, training=True):
    """The training loss of a network of three stages with two helpers; in evaluation that of the end alone."""
    return faulty()(x, stages, heads, labels, training=training)


FEATURES = np.array([[1.0, 2], [2, 0], [0, 1]])
STAGES = np.array([[[2.0, -1], [1, 1]], [[1, 2], [-1, 1]], [[0, 1], [2, -1]]]) / 2
HEADS = np.array([[[1.0, 0], [0, 1], [-1, 2]], [[2, -1], [1, 1], [0, 0]], [[0, 1], [-1, -1], [1, 2]]]) / 2
LABELS = np.array([0, 2, 1])
loss_with_helpers.cases(
    Case(FEATURES, STAGES, HEADS, LABELS),
    Case(FEATURES, STAGES, HEADS, LABELS, training=False),
    Case(FEATURES[::-1], STAGES, HEADS, LABELS),
    Case(FEATURES, STAGES[::-1], HEADS, LABELS),
    Case(FEATURES, STAGES, HEADS[::-1], LABELS),
    Case(FEATURES, STAGES, HEADS, LABELS[::-1]),
    Case(FEATURES[:1], STAGES, HEADS, LABELS[:1]),
)


@loss_with_helpers.draws
def _(rng):
    return draw_losses(rng) | {"training": bool(rng.random() < 0.7)}


loss_with_helpers.broken(faulty(exchanged=True, whole=True, always=True))
loss_with_helpers.regions(
    one_image=lambda N: N == 1,
    two_classes=lambda K: K == 2,
    as_many_classes_as_features=lambda C, K: C == K,
    one_feature=lambda C: C == 1,
    one_label=lambda labels: len({*labels.tolist()}) == 1,
)


def in_training(change):
    """A mistake in training alone: a formula of the three losses and the number of images."""

    def answer(x, stages, heads, labels, training, answer):
        return change(*losses(x, stages, heads, labels), len(x)) if training else answer

    return answer


loss_with_helpers.misconceptions(
    heads_still_exchanged=faulty(exchanged=True),
    factor_still_on_the_end=faulty(whole=True),
    helpers_still_in_evaluation=faulty(always=True),
    only_the_heads_mended=faulty(whole=True, always=True),
    only_the_factor_mended=faulty(exchanged=True, always=True),
    only_the_evaluation_mended=faulty(exchanged=True, whole=True),
    factor_on_the_end_in_evaluation=lambda x, stages, heads, labels, training, answer: (
        faulty(whole=True)(x, stages, heads, labels) if training else 0.3 * answer
    ),
    factor_left_out=in_training(lambda end, first, second, n: end + first + second),
    factor_on_the_first_helper_alone=in_training(lambda end, first, second, n: end + 0.3 * first + second),
    mean_of_the_helpers=in_training(lambda end, first, second, n: end + 0.3 * (first + second) / 2),
    mean_of_three=in_training(lambda end, first, second, n: (end + first + second) / 3),
    weights_add_up_to_one=in_training(lambda end, first, second, n: (end + 0.3 * (first + second)) / 1.6),
    helpers_left_out=lambda x, stages, heads, labels: losses(x, stages, heads, labels)[0],
    sum_over_images=lambda answer, N: N * answer,
    helpers_one_stage_late=lambda x, stages, heads, labels, training, answer: (
        (found := losses(x, stages, heads, labels, order=(2, 1, 2)))[0] + 0.3 * (found[1] + found[2])
        if training else answer
    ),
)  # fmt: skip


# Maps of classes


@question(
    points=2, minutes=10, difficulty=2, count=80, outputs=("maps", "logits"),
    axes={"features": "C H W", "weight": "K C", "bias": "K", "maps": "K H W", "logits": "K"},
)  # fmt: skip
def class_maps(features, weight, bias):
    """A map for each class by the last layer's weights, and the logits, which are the means of these maps."""
    maps = maps_of(features, weight, bias)
    return maps, maps.mean((1, 2))


HEAD = numbers(2, 3)
class_maps.cases(
    Case(numbers(3, 2, 2), HEAD, np.array([1.0, -2])),
    Case(numbers(3, 2, 2)[::-1], HEAD, np.array([1.0, -2])),
    Case(numbers(3, 2, 2), HEAD[::-1], np.array([1.0, -2])),
    Case(numbers(3, 2, 2), HEAD, np.array([3.0, -2])),
    Case(numbers(2, 3, 2), numbers(2, 2), np.array([1.0, -2])),
)


@class_maps.draws
def _(rng):
    C, H, W, K = (either(rng, (1, 3), (1, 6)) for _ in range(4))
    features = rng.integers(-2, 6, (C, H, W)).astype(float)
    if rng.random() < 0.1:
        features = features + features[:, ::-1, ::-1]
    return {"features": features, "weight": rng.integers(-3, 4, (K, C)) * 1.0, "bias": rng.integers(-4, 5, K) * 1.0}


@class_maps.example
def _():
    """A green circle on purple, its colours as features: one class is green, the other blue."""
    image = datasets.load("shapes", "train").images[0] / 255
    return Case(image, np.array([[-1.0, 2, -1], [-1, -1, 2]]), np.zeros(2))


class_maps.regions(
    one_feature=lambda C: C == 1,
    one_class=lambda K: K == 1,
    one_pixel=lambda H, W: H * W == 1,
    higher_map=lambda H, W: H > W,
    square_weight=lambda C, K: C == K,
)
class_maps.misconceptions(
    bias_forgotten=lambda features, weight, bias: (
        (maps := maps_of(features, weight, 0 * bias)), maps.mean((1, 2))
    ),
    bias_in_the_logits_alone=lambda features, weight, bias, answer: (
        maps_of(features, weight, 0 * bias), answer[1]
    ),
    bias_shared_by_the_places=lambda features, weight, bias, answer, H, W: (
        maps_of(features, weight, bias / (H * W)), answer[1]
    ),
    bias_twice=lambda bias, answer: (answer[0], answer[1] + bias),
    sum_for_mean=lambda answer, H, W: (answer[0], answer[1] * H * W),
    largest_for_mean=lambda answer: (answer[0], answer[0].max((1, 2))),
    relu_behind_the_maps=lambda answer: ((maps := relu(answer[0])), maps.mean((1, 2))),
    relu_on_the_logits=lambda answer: (answer[0], relu(answer[1])),
    weight_in_the_wrong_order=lambda features, weight, bias, C, K: (
        (maps := maps_of(features, weight.reshape(C, K).T, bias)), maps.mean((1, 2))
    ),
    means_of_the_features=lambda features, answer: (answer[0], features.mean((1, 2))),
    maps_divided_by_the_places=lambda answer, H, W: (answer[0] / (H * W), answer[1]),
)  # fmt: skip
