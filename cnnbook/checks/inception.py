"""The questions of the chapter on Inception v2 to v4: pairs of kernels, a grid halved, smooth labels, a design.

Numbers of the cases are whole, as floats, or quarters where they are logits.
"""

import numpy as np

from . import _factorised as parts
from ._cases import Case
from ._compare import is_integer
from ._factorised import halved, relu, same, smoothed, weights_of
from ._findings import Finding
from ._layers import either
from ._pixels import numbers
from ._pools import digit
from ._question import question

# What a pair costs


@question(points=2, minutes=12, difficulty=1, count=150, outputs=("weights", "macs", "saved"))
def pair_cost(height, width, c_in, c_out, n, between):
    """Weights and MACs of 1xn and nx1, one behind the other, and how many MACs they save of an nxn."""
    weights = n * between * (c_in + c_out)
    return weights, height * width * weights, height * width * (n * n * c_in * c_out - weights)


pair_cost.cases(
    Case(1, 1, 1, 1, 3, 1),
    Case(2, 3, 4, 5, 3, 6),
    Case(3, 3, 4, 5, 3, 6),
    Case(2, 4, 4, 5, 3, 6),
    Case(2, 3, 7, 5, 3, 6),
    Case(2, 3, 4, 9, 3, 6),
    Case(2, 3, 4, 5, 7, 6),
    Case(2, 3, 4, 5, 3, 2),
    Case(2, 3, 4, 5, 3, 20),  # costs more than the 3x3
    Case(17, 17, 128, 192, 7, 128),  # 6b of Inception v3
)


@pair_cost.draws
def _(rng):
    c_in, c_out = (either(rng, (1, 4), (1, 12), rare=(12, 400)) for _ in range(2))
    between = (c_in, c_out, either(rng, (1, 4), (1, 12), (12, 60)))[int(rng.choice([0, 1, 2, 2, 2]))]
    height, width = (either(rng, (1, 3), (1, 9)) for _ in range(2))
    return {
        "height": height, "width": width, "c_in": c_in, "c_out": c_out, "n": either(rng, (1, 4), (2, 8)),
        "between": between,
    }  # fmt: skip


pair_cost.regions(
    one_pixel=lambda height, width: height * width == 1,
    higher_image=lambda height, width: height > width,
    one_tap=lambda n: n == 1,
    even_n=lambda n: n % 2 == 0,
    dearer_than_one_kernel=lambda answer: answer[2] < 0,
    equally_dear=lambda answer: answer[2] == 0,
    as_many_between_as_in=lambda c_in, between: between == c_in,
    as_many_between_as_out=lambda c_out, between: between == c_out,
    as_many_out_as_in=lambda c_in, c_out: c_in == c_out,
)


def costing(count):
    """A mistake in the weights of the pair, and so in what follows from them."""

    def answer(height, width, c_in, c_out, n, between):
        weights, places = count(c_in, c_out, n, between), height * width
        return weights, places * weights, places * (n * n * c_in * c_out - weights)

    return answer


pair_cost.misconceptions(
    between_forgotten=costing(lambda c, o, n, m: 2 * n * c * o),
    second_reads_the_input=costing(lambda c, o, n, m: n * c * m + n * c * o),
    first_half_alone=costing(lambda c, o, n, m: n * c * m),
    second_half_alone=costing(lambda c, o, n, m: n * m * o),
    kernels_squared=costing(lambda c, o, n, m: n * n * m * (c + o)),
    two_of_n_by_n=costing(lambda c, o, n, m: n * n * m * c * o),
    taps_multiplied=costing(lambda c, o, n, m: n * c * m * n * m * o),
    biases_counted=costing(lambda c, o, n, m: n * m * (c + o) + m + o),
    one_axis_alone=lambda height, answer, width: (answer[0], answer[1] // width, answer[2] // width),
    places_in_the_weights=lambda answer: (answer[1], answer[1], answer[2]),
    saved_weights=lambda answer, height, width: (*answer[:2], answer[2] // (height * width)),
    saved_never_negative=lambda answer: (*answer[:2], max(0, answer[2])),
    saved_without_sign=lambda answer: (*answer[:2], abs(answer[2])),
    saved_the_other_way_round=lambda answer: (*answer[:2], -answer[2]),
    flops_counted=lambda answer: (answer[0], 2 * answer[1], 2 * answer[2]),
)


# A grid, halved


@question(
    points=3, minutes=20, difficulty=2, count=140,
    axes={"x": "N C_in H W", "weight": "C_conv C_in k k", "answer": "N C_out H_out W_out"},
)  # fmt: skip
def halve_grid(x, weight):
    """Grid reduction: a convolution of stride 2 and its ReLU, beside a max pool of the same windows."""
    return halved(x, weight)


SMALL, TWO = numbers(1, 1, 3, 5), numbers(1, 2, 5, 6)
KERNELS = numbers(3, 2, 3, 3)[:, ::-1]
halve_grid.cases(
    Case(np.array([[[[-1.0, -5], [-3, -2]]]]), np.array([[[[1.0, 0], [0, -1]]]])),
    Case(SMALL, numbers(2, 1, 2, 2)),
    Case(SMALL[..., ::-1], numbers(2, 1, 2, 2)),
    Case(TWO, KERNELS),
    Case(TWO - 9, KERNELS),
    Case(TWO, -KERNELS),
    Case(numbers(2, 2, 6, 5), KERNELS[:2]),
)


@halve_grid.draws
def _(rng):
    N, C, C_conv = either(rng, (1, 3), (1, 5)), either(rng, (1, 3), (1, 5)), either(rng, (1, 5))
    k = int(rng.choice([2, 3, 3, 4]))
    H, W = k + rng.integers(0, 6, 2)
    W = H if rng.random() < 0.3 else W
    x = rng.integers(-4, 5, (N, C, H, W)).astype(float) - (5 if rng.random() < 0.15 else 0)
    return {"x": x, "weight": rng.integers(-2, 3, (C_conv, C, k, k)).astype(float)}


@halve_grid.example
def _():
    """A digit, and the edges of two directions."""
    edge = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    return Case(digit(), np.stack([edge, edge.T])[:, None])


halve_grid.regions(
    one_image=lambda N: N == 1,
    one_channel_in=lambda C_in: C_in == 1,
    one_filter=lambda C_conv: C_conv == 1,
    as_many_filters_as_channels=lambda C_in, C_conv: C_in == C_conv,
    windows_side_by_side=lambda k: k == 2,
    even_kernel=lambda k: k % 2 == 0,
    rows_left_over=lambda H, k: (H - k) % 2 == 1,
    columns_left_over=lambda W, k: (W - k) % 2 == 1,
    one_window=lambda H, W, k: max(H, W) - k < 2,
    higher_image=lambda H, W: H > W,
    all_negative=lambda x: x.max() < 0,
)


def reducing(**changes):
    return lambda x, weight: halved(x, weight, **changes)


halve_grid.misconceptions(
    relu_forgotten=reducing(behind=same),
    relu_on_the_pool_too=reducing(passed=relu),
    relu_on_the_pool_alone=reducing(behind=same, passed=relu),
    relu_before_the_convolution=reducing(before=relu, behind=same),
    pool_comes_first=reducing(order=(1, 0)),
    pool_before_the_convolution=parts.pooled_first,
    mean_for_maximum=reducing(pooled=lambda x, size: parts.windows(x, size).mean((4, 5))),
    pool_of_two=reducing(pooled=lambda x, size: parts.largest(x, 2)),
    pixel_for_maximum=reducing(pooled=lambda x, size: parts.windows(x, size)[..., 0, 0]),
    kernels_turned=lambda x, weight: halved(x, weight[..., ::-1, ::-1]),
    kernels_transposed=lambda x, weight: halved(x, weight.swapaxes(2, 3)),
    pool_left_out=lambda x, weight: relu(parts.convolved(x, weight)),
    stride_of_one=lambda x, weight: np.concatenate(
        [relu(parts.convolved(x, weight, 1)), parts.windows(x, weight.shape[-1], 1).max((4, 5))], 1
    ),
    pool_without_its_stride=reducing(pooled=lambda x, size: parts.windows(x, size, size).max((4, 5))),
    stride_of_the_kernel=lambda x, weight, k: np.concatenate(
        [relu(parts.convolved(x, weight, k)), parts.windows(x, k, k).max((4, 5))], 1
    ),
)


# A smooth loss to mend


@question(
    points=3, minutes=20, difficulty=3, count=100, outputs=("loss", "gradient"), atol=1e-13,
    axes={"logits": "N K", "labels": "N", "gradient": "N K"},
)  # fmt: skip
def smooth_loss(logits, labels, smoothing):
    """The mean cross-entropy with smooth labels, and its gradient by the logits."""
    return smoothed(logits, labels, smoothing)


LOGITS, LABELS = np.array([[1.0, 0, -1], [0.5, 2, 0]]), np.array([2, 1])
smooth_loss.cases(
    Case(np.zeros((1, 2)), np.array([0]), 0.5),
    Case(LOGITS[:1], LABELS[:1], 0.0),
    Case(LOGITS, LABELS, 0.0),
    Case(LOGITS[:1], LABELS[:1], 0.5),
    Case(LOGITS, LABELS, 0.5),
    Case(LOGITS[::-1], LABELS, 0.5),
    Case(LOGITS, LABELS[::-1], 0.5),
    Case(np.array([[5.0, 0, 0, 0]]), np.array([0]), 0.1),  # the chapter's
)


@smooth_loss.draws
def _(rng):
    N, K = either(rng, (1, 3), (1, 6)), either(rng, (2, 4), (2, 7))
    logits = rng.integers(-12, 13, (N, K)) / 4
    smoothing = 0.0 if rng.random() < 0.2 else float(rng.integers(1, 10)) / 10
    return {"logits": logits, "labels": rng.integers(K, size=N), "smoothing": smoothing}


smooth_loss.regions(
    one_image=lambda N: N == 1,
    two_classes=lambda K: K == 2,
    as_many_images_as_classes=lambda N, K: N == K,
    hard_labels=lambda smoothing: smoothing == 0,
    one_class_in_the_batch=lambda labels: len({*labels.tolist()}) == 1,
    all_answers_right=lambda logits, labels: bool((logits.argmax(1) == labels).all()),
    all_answers_wrong=lambda logits, labels: bool((logits.argmax(1) != labels).all()),
)


def losing(**mistakes):
    return lambda logits, labels, smoothing: smoothed(logits, labels, smoothing, **mistakes)


TWICE = parts.counted_twice
smooth_loss.broken(losing(own=TWICE, hard=True, summed=True))
smooth_loss.misconceptions(
    right_class_still_counted_twice=losing(own=TWICE),
    loss_still_of_hard_labels=losing(hard=True),
    gradient_still_summed=losing(summed=True),
    only_the_targets_mended=losing(hard=True, summed=True),
    only_the_loss_mended=losing(own=TWICE, summed=True),
    only_the_gradient_mended=losing(own=TWICE, hard=True),
    right_class_without_its_share=losing(own=lambda eps, K: 1 - eps),
    right_class_left_at_its_share=losing(own=lambda eps, K: eps / K),
    spread_over_the_wrong_classes=losing(own=lambda eps, K: 1 - eps, other=lambda eps, K: eps / (K - 1)),
    smoothing_given_to_each=losing(own=lambda eps, K: 1 - eps, other=lambda eps, K: eps),
    gradient_divided_by_the_classes=losing(by=lambda N, K: K),
    gradient_divided_by_all=losing(by=lambda N, K: N * K),
    sign_of_a_step=lambda answer: (answer[0], -answer[1]),
    loss_summed=lambda answer, N: (answer[0] * N, answer[1]),
    loss_divided_by_the_classes_too=lambda answer, K: (answer[0] / K, answer[1]),
)


# A design


@question(points=3, minutes=20, difficulty=3, count=140, uses=("pair_cost",), note="every_factorisation")
def factorise(n, c_in, c_out, least, budget):
    """Layers that together see n by n pixels, end with c_out channels, squeeze nothing, and keep to the budget."""
    return parts.first_within(n, c_in, c_out, least, budget)


def best(n, c_in, c_out, least):
    return weights_of(parts.cheapest(n, c_in, c_out, least), c_in)


def priced(n, c_in, c_out, least, spare=0):
    return Case(n, c_in, c_out, least, best(n, c_in, c_out, least) + spare)


@factorise.judge
def _(got, _, n, c_in, c_out, least, budget):
    if not isinstance(got, list | tuple | np.ndarray) or not len(got):
        return Finding("no_layers")
    layers = []
    for layer in got:
        if not isinstance(layer, list | tuple | np.ndarray) or len(layer) != 3 or not all(map(is_integer, layer)):
            return Finding("no_triple", {"layer": str(layer)})
        layers.append(tuple(map(int, layer)))
    if min(map(min, layers)) < 1:
        return Finding("less_than_one", {"layers": str(layers)})
    if layers[-1][2] != c_out:
        return Finding("other_end", {"layers": str(layers), "channels": layers[-1][2], "c_out": c_out})
    if len(layers) > 1 and (fewest := min(layer[2] for layer in layers[:-1])) < least:
        return Finding("squeezed", {"layers": str(layers), "fewest": fewest, "least": least})
    rows, columns = (1 + sum(layer[axis] - 1 for layer in layers) for axis in (0, 1))
    if (rows, columns) != (n, n):
        return Finding("other_window", {"layers": str(layers), "rows": rows, "columns": columns, "n": n})
    if (weights := weights_of(layers, c_in)) > budget:
        return Finding("over_budget", {"layers": str(layers), "weights": weights, "budget": budget})
    return None


factorise.cases(
    Case(3, 2, 2, 2, 24),  # the pair; the 3x3 has 36
    Case(3, 2, 2, 2, 36),
    Case(3, 3, 2, 2, 36),
    Case(3, 2, 2, 4, 40),  # the 3x3; the pair would have 48
    priced(3, 2, 2, 9),
    priced(5, 2, 2, 2),
    priced(5, 6, 2, 2),
    priced(5, 2, 6, 2),
    Case(5, 2, 6, 2, 90),
    Case(3, 2, 6, 2, 90),
    Case(5, 3, 6, 2, 90),
    Case(5, 2, 7, 2, 90),
    Case(5, 2, 6, 1, 90),
    priced(1, 3, 4, 2),
    priced(7, 128, 192, 128),  # 6b of Inception v3
)


@factorise.draws
def _(rng):
    n = either(rng, (1, 4), (2, 8), rare=(8, 16))
    c_in, c_out = (either(rng, (1, 5), (1, 20)) for _ in range(2))
    even = n * c_in * c_out / (c_in + c_out)  # so many channels between make both cost the same
    least = either(rng, (1, 6), (max(1, int(even / 2)), int(2 * even) + 3))
    highest = max(weights_of(layers, c_in) for layers in parts.designs(n, c_in, c_out, least))
    lowest = best(n, c_in, c_out, least)
    spare = either(rng, (0, 1), (0, 1), (0, max(1, highest - lowest)))
    return {"n": n, "c_in": c_in, "c_out": c_out, "least": least, "budget": lowest + spare}


def prices(n, c_in, c_out, least):
    return [weights_of(layers, c_in) for layers in parts.designs(n, c_in, c_out, least)]


factorise.regions(
    pair_over_budget=lambda n, c_in, c_out, least, budget: prices(n, c_in, c_out, least)[1] > budget,
    one_kernel_over_budget=lambda n, c_in, c_out, least, budget: prices(n, c_in, c_out, least)[0] > budget,
    nothing_to_spare=lambda n, c_in, c_out, least, budget: best(n, c_in, c_out, least) == budget,
    one_tap=lambda n: n == 1,
    even_n=lambda n: n % 2 == 0,
    more_between_than_in=lambda least, c_in: least > c_in,
    more_between_than_out=lambda least, c_out: least > c_out,
)


factorise.misconceptions(
    always_the_pair=lambda n, c_out, least: [(1, n, least), (n, 1, c_out)],
    always_one_kernel=lambda n, c_out: [(n, n, c_out)],
    dearer_one_chosen=lambda n, c_in, c_out, least: max(
        parts.designs(n, c_in, c_out, least), key=lambda layers: weights_of(layers, c_in)
    ),
    as_many_between_as_out=lambda n, c_out: [(1, n, c_out), (n, 1, c_out)],
    as_many_between_as_in=lambda n, c_in, c_out: [(1, n, c_in), (n, 1, c_out)],
    one_channel_between=lambda n, c_out: [(1, n, 1), (n, 1, c_out)],
    ends_with_the_least=lambda n, least: [(1, n, least), (n, 1, least)],
    two_rows=lambda n, c_out, least: [(1, n, least), (1, n, c_out)],
    two_of_n_by_n=lambda n, c_out, least: [(n, n, least), (n, n, c_out)],
    two_squares=lambda n, c_out, least: [((n + 1) // 2,) * 2 + (least,), (n // 2 + 1,) * 2 + (c_out,)],
    halves_add_up_to_n=lambda n, c_out, least: [((n + 1) // 2,) * 2 + (least,), (max(1, n // 2),) * 2 + (c_out,)],
)
