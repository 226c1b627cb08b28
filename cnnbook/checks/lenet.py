"""The questions of the chapter on LeNet-5: a table of connections, subsampling that learns, distances to drawings."""

import numpy as np

from . import _tables as tables
from ._cases import Case
from ._findings import Finding
from ._layers import either
from ._question import question
from ._tables import PAPER, squash, subsampled, tabled

RING = ((0, 1), (1, 2), (0, 2))
TABLES = {
    "one_output_map": lambda table: len(table) == 1,
    "each_sees_one": lambda table: max(map(len, table)) == 1,
    "unequal_rows": lambda table: tables.unequal(table),
}


# Count it


@question(points=1, minutes=10, difficulty=1, count=120, outputs=("parameters", "connections"))
def table_counts(table, height, width, *, kernel=5):
    """What a convolution under a table learns, and how many connections it has."""
    places = (height - kernel + 1) * (width - kernel + 1)
    return tables.counts(tables.kernels_of(table) * kernel**2, len(table), places)


table_counts.cases(
    Case(RING, 6, 7),
    Case(RING, 6, 7, kernel=2),
    Case(RING, 5, 7),
    Case(RING, 6, 8),
    Case(RING[:2], 6, 7),
    Case(((0, 1, 2), (1,)), 5, 5),
    Case(((2,), (0, 3)), 3, 4, kernel=3),
    Case(PAPER, 14, 14),
)


@table_counts.draws
def _(rng):
    kernel = either(rng, (1, 4), (2, 8))
    height, width = (kernel + either(rng, (0, 2), (0, 10), rare=(10, 40)) for _ in range(2))
    table = tables.draw_table(rng, either(rng, (1, 4), (3, 8)), either(rng, (1, 3), (1, 9)))
    return {"table": table, "height": height, "width": width, "kernel": kernel}


table_counts.regions(
    **TABLES,
    one_tap=lambda kernel: kernel == 1,
    one_place=lambda height, width, kernel: height == width == kernel,
    higher_maps=lambda height, width: height > width,
)


def counting(formula):
    """A mistake in weights, biases or places."""

    def answer(table, height, width, kernel):
        places = (height - kernel + 1) * (width - kernel + 1)
        return formula(table, kernel, tables.kernels_of(table) * kernel**2, places, height, width)

    return answer


table_counts.misconceptions(
    bias_of_each_kernel=counting(lambda t, k, weights, places, *_: tables.counts(weights, weights // k**2, places)),
    biases_left_out=counting(lambda t, k, weights, places, *_: tables.counts(weights, 0, places)),
    connections_without_bias=counting(lambda t, k, weights, places, *_: (weights + len(t), weights * places)),
    every_map_seen=counting(lambda t, k, weights, places, *_: tables.counts(
        len(t) * (1 + max(map(max, t))) * k**2, len(t), places
    )),
    one_kernel_for_all_it_sees=counting(lambda t, k, weights, places, *_: tables.counts(
        len(t) * k**2, len(t), places
    )),
    kernel_not_squared=counting(lambda t, k, weights, places, *_: tables.counts(weights // k, len(t), places)),
    every_pixel_a_place=counting(lambda t, k, weights, places, h, w: tables.counts(weights, len(t), h * w)),
    last_place_forgotten=counting(lambda t, k, weights, places, h, w: tables.counts(
        weights, len(t), (h - k) * (w - k)
    )),
    one_axis_alone=counting(lambda t, k, weights, places, h, w: tables.counts(weights, len(t), h - k + 1)),
)  # fmt: skip


# Build it


@question(
    points=3, minutes=20, difficulty=2, count=130, keeps_dtype=True,
    axes={"x": "N C_in H W", "kernels": "K kH kW", "bias": "C_out", "answer": "N C_out H_out W_out"},
)  # fmt: skip
def table_conv(x, kernels, bias, table):
    """A convolution of which each output map sees the input maps that a table names; without padding, stride 1."""
    return tables.convolve(x, tables.dense(kernels, table, x.shape[1]), bias)


X = np.array([[[[1, 2, 0], [0, 1, 3]], [[2, 0, 1], [1, 1, 0]], [[0, 3, 1], [2, 0, 1]]]], float)
KERNELS = np.array([[[1, 2]], [[0, 1]], [[3, 0]], [[1, 1]], [[0, 2]], [[1, 0]]], float)
BIAS = np.array([10, 20, 30], float)
BATCH = (np.arange(96.0).reshape(2, 3, 4, 4) * 7) % 11 - 4
TALL = (np.arange(24.0).reshape(4, 3, 2) * 5) % 7 - 3
table_conv.cases(
    Case(X, KERNELS, BIAS, RING),
    Case(X[:, ::-1], KERNELS, BIAS, RING),
    Case(X, KERNELS[::-1], BIAS, RING),
    Case(X, KERNELS, BIAS[::-1], RING),
    Case(X, KERNELS, BIAS, ((0, 1, 2), (1,), (0, 2))),
    Case(X, KERNELS[:3], BIAS, ((2,), (0,), (1,))),
    Case(BATCH, TALL, BIAS[:2], ((0, 2), (0, 1))),
    Case(BATCH[:, :2], TALL[:3], BIAS[:2], ((0, 1), (1,))),
    Case(BATCH.astype(np.float32), TALL.astype(np.float32), BIAS[:2].astype(np.float32), ((0, 2), (1, 2))),
)


@table_conv.draws
def _(rng):
    N, maps_in, maps_out = either(rng, (1, 2), (1, 5), (3, 5)), either(rng, (1, 4), (2, 7)), either(rng, (1, 3), (1, 7))
    kH, kW = either(rng, (1, 4), (3, 5)), either(rng, (1, 4), (3, 5))
    H, W = (k + either(rng, (0, 2), (0, 4)) for k in (kH, kW))
    table = tables.draw_table(rng, maps_in, maps_out)
    dtype = np.float32 if rng.random() < 0.3 else np.float64
    x = rng.integers(-4, 5, (N, maps_in, H, W))
    if rng.random() < 0.1:
        x = x + x[..., ::-1, ::-1]  # the same turned by half a turn
    return {
        "x": x.astype(dtype),
        "kernels": rng.integers(-4, 5, (tables.kernels_of(table), kH, kW)).astype(dtype),
        "bias": rng.integers(-9, 10, maps_out).astype(dtype),
        "table": table,
    }


table_conv.regions(
    **TABLES,
    one_image=lambda N: N == 1,
    one_input_map=lambda C_in: C_in == 1,
    higher_kernel=lambda kH, kW: kH > kW,
    one_place=lambda H, W, kH, kW: kH == H and kW == W,
    a_map_unseen=lambda table, C_in: len(set().union(*table)) < C_in,
    in_float32=lambda x: x.dtype == np.float32,
)
table_conv.misconceptions(
    kernels_by_input_map=tabled(order=lambda table: sorted(tables.in_order(table), key=lambda pair: pair[::-1])),
    kernels_begun_again=tabled(of_kernels=tables.by_places(
        lambda table: [n for maps in table for n in range(len(maps))]
    )),
    one_kernel_for_all_it_sees=tabled(of_kernels=tables.by_places(tables.first_of_the_row)),
    first_maps_for_those_named=tabled(order=lambda table: [
        (row, place) for row, maps in enumerate(table) for place in range(len(maps))
    ]),
    bias_of_each_kernel=tabled(of_biases=tables.lengths),
    bias_left_out=tabled(of_biases=lambda bias, table: 0 * bias),
    kernels_flipped=tabled(of_kernels=lambda kernels, table: kernels[:, ::-1, ::-1]),
    mean_of_the_maps=lambda answer, bias, table: (
        (answer - bias[:, None, None]) / tables.lengths(np.ones_like(bias), table)[:, None, None]
        + bias[:, None, None]
    ),
)  # fmt: skip


# Subsampling that learns


@question(
    points=2, minutes=12, difficulty=1, count=80, keeps_dtype=True,
    axes={"x": "N C H W", "coefficient": "C", "bias": "C", "answer": "N C H_out W_out"},
)  # fmt: skip
def subsample(x, coefficient, bias):
    """The subsampling of 1998: sums of 2 x 2 neighbours, times a coefficient, plus a bias, through the scaled tanh."""
    return subsampled(lambda s, a, b, x: squash(a * s + b))(x, coefficient, bias)


A, B = np.array([0.25, -0.5, 0.125]), np.array([-0.5, 1, 0.5])
PIXELS = np.array([[[[1, 0, 3], [2, 1, -1], [1, 2, 0]]]], float)
MAPS = (np.arange(120.0).reshape(2, 3, 4, 5) * 7) % 6 - 2
subsample.cases(
    Case(PIXELS[:, :, :2, :2], A[:1], B[:1]),  # the chapter's
    Case(PIXELS, A[:1], B[:1]),
    Case(PIXELS[..., ::-1, ::-1], A[:1], B[:1]),
    Case(MAPS, A, B),
    Case(MAPS[:, ::-1], A, B),
    Case(MAPS, A[::-1], B),
    Case(MAPS, A, B[::-1]),
    Case(MAPS[:1, :2, :, :4], A[:2], B[:2]),
    Case(MAPS[:1, :2, :, :2], A[:2], B[:2]),
    Case(MAPS.astype(np.float32), A.astype(np.float32), B.astype(np.float32)),
)


@subsample.draws
def _(rng):
    N, C, H, W = either(rng, (1, 2), (1, 4)), either(rng, (1, 3), (1, 5)), *rng.integers(2, 7, 2)
    dtype = np.float32 if rng.random() < 0.3 else np.float64
    return {
        "x": rng.integers(-3, 4, (N, C, H, W)).astype(dtype),
        "coefficient": rng.choice([-0.5, -0.25, -0.125, 0.125, 0.25, 0.5], C).astype(dtype),
        "bias": rng.choice([-1, -0.5, 0.5, 1], C).astype(dtype),
    }


@subsample.example
def _():
    """A seven through a blur, an "or" and an "and"."""
    return Case(*tables.digit_three_times())


subsample.regions(
    one_image=lambda N: N == 1,
    one_map=lambda C: C == 1,
    higher_maps=lambda H, W: H > W,
    odd_height=lambda H: H % 2 == 1,
    odd_width=lambda W: W % 2 == 1,
    one_window=lambda H, W: max(H, W) < 4,
    in_float32=lambda x: x.dtype == np.float32,
)
subsample.misconceptions(
    mean_for_the_sum=subsampled(lambda s, a, b, x: squash(a * s / 4 + b)),
    maximum_for_the_sum=lambda x, coefficient, bias: squash(
        coefficient[:, None, None] * np.lib.stride_tricks.sliding_window_view(x, (2, 2), axis=(2, 3))[
            :, :, ::2, ::2
        ].max((4, 5)) + bias[:, None, None]
    ).astype(x.dtype),
    not_squashed=subsampled(lambda s, a, b, x: a * s + b),
    plain_tanh=subsampled(lambda s, a, b, x: np.tanh(a * s + b)),
    slope_left_out=subsampled(lambda s, a, b, x: 1.7159 * np.tanh(a * s + b)),
    height_left_out=subsampled(lambda s, a, b, x: np.tanh(2 / 3 * (a * s + b))),
    squashed_before_the_sum=subsampled(lambda s, a, b, x: a * tables.sums(squash(x)) + b),
    bias_behind_the_squashing=subsampled(lambda s, a, b, x: squash(a * s) + b),
    bias_times_the_coefficient=subsampled(lambda s, a, b, x: squash(a * (s + b))),
    first_map_for_all=subsampled(lambda s, a, b, x: squash(a[0] * s + b[0])),
    a_column_for_a_map=subsampled(lambda s, a, b, x: squash(a[:, 0, 0] * s + b[:, 0, 0])),
    windows_overlap=subsampled(lambda s, a, b, x: squash(a * tables.sums(x, 1) + b)),
)  # fmt: skip


# The nearest drawing: a broken one


@question(
    points=2, minutes=13, difficulty=2, count=80, outputs=("distances", "winners"),
    axes={"x": "N D", "drawings": "K D", "distances": "N K", "winners": "N"},
)  # fmt: skip
def nearest_drawing(x, drawings):
    """The squared distances of F6's outputs to the drawings of the classes, and which drawing is nearest."""
    return tables.judged_by_drawings()(x, drawings)


F6 = np.array([[1, 0.5, -1, 0], [-1, 1, -0.5, 2], [0, 0, 1.5, -1]])
DRAWINGS = np.array([[1, 1, 0, 0], [0, 1, 0, 1], [1, 0, 1, 0]])
nearest_drawing.cases(
    Case(F6[:1, :2], DRAWINGS[:2, :2]),
    Case(F6[:1], DRAWINGS),
    Case(F6, DRAWINGS),
    Case(F6[::-1], DRAWINGS),
    Case(F6, DRAWINGS[::-1]),
    Case(F6[:2], DRAWINGS[:2]),
    Case(F6[:, :3], DRAWINGS[1:, :3]),
)


@nearest_drawing.draws
def _(rng):
    N, K, D = either(rng, (1, 2), (1, 5)), either(rng, (1, 4), (2, 6)), either(rng, (1, 5), (2, 8))
    x, drawings = rng.integers(-4, 5, (N, D)) / 2, rng.integers(0, 2, (K, D))
    if rng.random() < 0.12:  # the same turned by half a turn
        x, drawings = x + x[::-1, ::-1], drawings | drawings[::-1, ::-1]
    return {"x": x, "drawings": drawings}


nearest_drawing.broken(tables.judged_by_drawings(exchanged=True, whole_batch=True, farthest=True))
nearest_drawing.regions(
    one_image=lambda N: N == 1,
    one_drawing=lambda K: K == 1,
    as_many_images_as_drawings=lambda N, K: N == K,
    as_many_pixels_as_drawings=lambda D, K: D == K,
    a_tie=lambda answer: any((row == row.min()).sum() > 1 for row in answer[0]),
)
nearest_drawing.misconceptions(
    ink_still_exchanged=tables.judged_by_drawings(exchanged=True),
    whole_batch_still_summed=tables.judged_by_drawings(whole_batch=True),
    farthest_still_wins=tables.judged_by_drawings(farthest=True),
    only_the_ink_mended=tables.judged_by_drawings(whole_batch=True, farthest=True),
    only_the_batch_mended=tables.judged_by_drawings(exchanged=True, farthest=True),
    only_the_winner_mended=tables.judged_by_drawings(exchanged=True, whole_batch=True),
    ground_of_zero=lambda x, drawings: (
        found := ((x[:, None] - drawings) ** 2).sum(2), found.argmin(1),
    ),
    root_taken=tables.by_distance(lambda differences: np.sqrt((differences**2).sum(2))),
    not_squared=tables.by_distance(lambda differences: np.abs(differences).sum(2)),
    mean_for_the_sum=tables.by_distance(lambda differences: (differences**2).mean(2)),
)  # fmt: skip


# A table of one's own


@question(points=3, minutes=20, difficulty=3, count=200, note="every_table", uses=("table_counts",))
def design_table(maps_in, maps_out, budget, *, kernel=5):
    """A table that spends a budget of parameters, uses all input maps alike, and has no two rows alike."""
    kernels = tables.affordable(maps_out, budget, kernel)
    return tables.balanced(maps_in, tables.row_lengths(maps_out, min(kernels, maps_in * maps_out)))


@design_table.judge
def _(got, expected, maps_in, maps_out, budget, kernel):
    """What a table breaks, the first thing of all; None where it meets every condition."""
    if got is None:
        return Finding("returned_nothing")
    if not isinstance(got, list | tuple | np.ndarray) or getattr(got, "ndim", 2) < 1:
        return Finding("no_table")
    if len(got) != maps_out:
        return Finding("count_rows", {"count": len(got), "maps_out": maps_out})
    rows = [tables.input_maps(row, maps_in) for row in got]
    if None in rows:
        return Finding("no_row", {"row": rows.index(None), "last": maps_in - 1})
    if frozenset() in rows:
        return Finding("sees_nothing", {"row": rows.index(frozenset())})
    count = tables.kernels_of(rows)
    cost = {"kernels": count, "parameters": count * kernel**2 + maps_out, "budget": budget}
    if cost["parameters"] > budget:
        return Finding("too_dear", cost)
    if cost["parameters"] + kernel**2 <= budget:
        return Finding("not_spent", cost | {"more": kernel**2})
    for row, maps in enumerate(rows):
        if maps in rows[:row]:
            return Finding("alike", {"first": rows.index(maps), "second": row})
    used = tables.uses(rows, maps_in)
    if max(used) - min(used) > 1:
        most, least = used.index(max(used)), used.index(min(used))
        return Finding("uneven", {"most": most, "often": max(used), "least": least, "seldom": min(used)})
    return None


design_table.cases(
    Case(3, 3, 9, kernel=1),
    Case(3, 3, 27, kernel=2),
    Case(3, 3, 28, kernel=2),
    Case(3, 3, 31, kernel=2),
    Case(3, 3, 31, kernel=3),
    Case(4, 3, 31, kernel=2),
    Case(4, 4, 31, kernel=2),
    Case(3, 3, 153),
    Case(3, 3, 180),
    Case(4, 5, 17, kernel=1),  # a map that sees what was seen least is left without a choice
    Case(6, 6, 60, kernel=2),
    Case(6, 16, 1516),  # the paper's C3
)


@design_table.draws
def _(rng):
    maps_in, maps_out, kernel = either(rng, (2, 5), (3, 9)), either(rng, (2, 4), (2, 15)), either(rng, (1, 3), (1, 6))
    maps_out = kernel if kernel > 1 and rng.random() < 0.15 else maps_out
    kernels = either(rng, (maps_out, maps_in * maps_out + 1), (maps_out, 2 * maps_out))
    slack = either(rng, (0, 1), (0, kernel**2), (kernel**2 - 1, kernel**2))
    if not tables.fits(maps_in, maps_out, kernels):
        return None
    budget = maps_out + kernels * kernel**2 + slack
    return {"maps_in": maps_in, "maps_out": maps_out, "budget": budget, "kernel": kernel}


def kernels(maps_out, budget, kernel, **_):
    return tables.affordable(maps_out, budget, kernel)


design_table.regions(
    budget_met_exactly=lambda **layer: (layer["budget"] - layer["maps_out"]) % layer["kernel"] ** 2 == 0,
    rows_of_one_length=lambda **layer: kernels(**layer) % layer["maps_out"] == 0,
    all_maps_used_alike=lambda **layer: kernels(**layer) % layer["maps_in"] == 0,
    one_map_each=lambda **layer: kernels(**layer) < 2 * layer["maps_out"],
    more_out_than_in=lambda maps_in, maps_out: maps_out > maps_in,
)
design_table.misconceptions(
    first_combinations=tables.affording(tables.affordable, tables.first_choices),
    dealt_in_turn=tables.affording(tables.affordable, tables.dealt),
    ring=tables.affording(
        tables.affordable, lambda maps_in, lengths: tables.dealt(maps_in, lengths, lambda row, _: row)
    ),
    equal_rows_alone=tables.affording(lambda *layer: tables.affordable(*layer) // layer[0] * layer[0]),
    bias_forgotten=tables.affording(lambda maps_out, budget, kernel: budget // kernel**2),
    bias_of_each_kernel=tables.affording(lambda maps_out, budget, kernel: budget // (kernel**2 + 1)),
    every_map_seen=tables.affording(lambda maps_out, budget, kernel: 10**6),
)
