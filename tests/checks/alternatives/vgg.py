"""Right answers to the questions on VGG that go other ways than the reference: a check must accept them all."""

from itertools import accumulate, product

import numpy as np

from cnnbook import functional

# A stage


def stage_by_the_package(x, layers):
    for weight, bias in layers:
        x = functional.relu(functional.conv2d(x, weight, bias, padding=1))
    return functional.max_pool2d(x, 2)


def stage_with_the_pool_in_front_of_the_last_relu(x, layers):
    """A ReLU keeps the order of numbers, so it makes no difference which comes first."""
    for number, (weight, bias) in enumerate(layers, 1):
        x = functional.conv2d(x, weight, bias, padding=1)
        x = x if number == len(layers) else np.maximum(x, 0)
    return np.maximum(functional.max_pool2d(x, 2), 0)


def stage_number_by_number(x, layers):
    for weight, bias in layers:
        N, C, H, W = x.shape
        frame = np.zeros((N, C, H + 2, W + 2))
        frame[:, :, 1:-1, 1:-1] = x
        x = np.zeros((N, len(weight), H, W))
        for o, i, j in np.ndindex(len(weight), H, W):
            x[:, o, i, j] = (frame[:, :, i : i + 3, j : j + 3] * weight[o]).sum((1, 2, 3)) + bias[o]
        x = x * (x > 0)
    rows = [[x[:, :, i : i + 2, j : j + 2].max((2, 3)) for j in range(0, x.shape[3] - 1, 2)]
            for i in range(0, x.shape[2] - 1, 2)]  # fmt: skip
    return np.moveaxis(np.array(rows), (0, 1), (2, 3))


# Counts


def counts_layer_by_layer(stages, channels, side, *, head=(4096, 4096, 1000)):
    before = [3, *channels]
    sides = [side // 2**n for n in range(len(stages) + 1)]
    convs = [
        (k * k * (before[n + 1] if place else before[n]), channels[n], sides[n] ** 2)
        for n, kernels in enumerate(stages) for place, k in enumerate(kernels)
    ]  # fmt: skip
    reads = [channels[-1] * sides[-1] ** 2, *head]
    linear = [(n, width, 1) for n, width in zip(reads, head, strict=False)]
    pools = sum(c * s * s for c, s in zip(channels, sides[1:], strict=True))
    return (
        sum(n * c + c for n, c, _ in convs + linear),
        sum(n * c * p for n, c, p in convs + linear),
        sum(c * p for _, c, p in convs + linear) + pools,
    )


def counts_without_strings(stages, channels, side, head=(4096, 4096, 1000)):
    """With numpy's integers, as a list."""
    total, c_in = np.zeros(3, np.int64), 3
    for kernels, c in zip(stages, channels, strict=True):
        for k in kernels:
            total += [(k * k * c_in + 1) * c, k * k * c_in * c * side * side, c * side * side]
            c_in = c
        side //= 2
        total[2] += c * side * side
    n = c_in * side * side
    for width in head:
        total += [(n + 1) * width, n * width, width]
        n = width
    return tuple(int(number) for number in total)


def memory_in_one_walk(depths, channels, side, *, batch=1):
    now, worst, kept = 3 * side * side, 0, 3 * side * side * 4
    for depth, c in zip(depths, channels, strict=True):
        for _ in range(depth):
            worst, now = max(worst, now + c * side * side), c * side * side
            kept += 4 * now
        side //= 2
        worst, now = max(worst, now + c * side * side), c * side * side
        kept += 12 * now
    return 4 * worst * batch, kept * batch


def memory_of_a_list(depths, channels, side, batch=1):
    sides = list(accumulate([side] * (len(depths) + 1), lambda s, _: s // 2))
    convs = [[c * s * s] * d for d, c, s in zip(depths, channels, sides, strict=False)]
    pools = [c * s * s for c, s in zip(channels, sides[1:], strict=True)]
    row = [3 * side * side, *(n for stage, pool in zip(convs, pools, strict=True) for n in [*stage, pool])]
    return 4 * batch * max(np.add(row[1:], row[:-1]).tolist()), batch * (4 * sum(row) + 8 * sum(pools))


# Dense evaluation


def dense_by_the_package(maps, fc1, fc2):
    side = round((fc1.shape[1] / len(maps)) ** 0.5)
    weight = fc1.reshape(len(fc1), len(maps), side, side)
    hidden = functional.relu(functional.conv2d(maps[None], weight))
    return functional.conv2d(hidden, fc2[:, :, None, None])[0].mean((1, 2))


def dense_place_by_place(maps, fc1, fc2):
    side = next(n for n in range(1, 99) if len(maps) * n * n == fc1.shape[1])
    H, W = maps.shape[1:]
    answers = [
        fc2 @ np.maximum(fc1 @ maps[:, i : i + side, j : j + side].ravel(), 0)
        for i in range(H - side + 1) for j in range(W - side + 1)
    ]  # fmt: skip
    return np.mean(answers, axis=0)


# Designs


def _cost(depths, channels, side):
    return counts_layer_by_layer([[3] * d for d in depths], channels, side, head=())[1]


def _sees(depths):
    sees, jump = 1, 1
    for number, depth in enumerate(depths):
        jump = 2**number
        sees += (2 * depth + 1) * jump
    return sees - jump


def design_first_stage_deepest(side, channels, budget):
    """Another design than the solution's: the last one in reading order that fits."""
    found = [d for d in product(range(1, 9), repeat=len(channels)) if len(d) < 5 and _sees(d) >= side]
    if len(channels) == 5:
        found = [(1, 1, 1, n, 5) for n in (1, 2, 3, 4)]
    return next(
        list(d) for d in reversed(found) if _sees(d) >= side and _cost(d, channels, side) <= budget
    )  # fmt: skip


def design_with_the_least_macs(side, channels, budget):
    """Pixel by pixel: for each that may be missing, the convolutions that add it for the fewest MACs."""
    missing = max(0, side - _sees([1] * len(channels)))
    prices = [9 * c * c * (side // 2**n) ** 2 for n, c in enumerate(channels)]
    best = [(0, [1] * len(channels))]
    for pixels in range(1, missing + 1):
        ways = []
        for n, price in enumerate(prices):
            cost, depths = best[max(0, pixels - 2 * 2**n)]
            ways.append((cost + price, [d + (m == n) for m, d in enumerate(depths)]))
        best.append(min(ways))
    return tuple(best[missing][1])


ALTERNATIVES = {
    "vgg_stage": [stage_by_the_package, stage_with_the_pool_in_front_of_the_last_relu, stage_number_by_number],
    "vgg_counts": [counts_layer_by_layer, counts_without_strings],
    "vgg_memory": [memory_in_one_walk, memory_of_a_list],
    "dense_scores": [dense_by_the_package, dense_place_by_place],
    "vgg_design": [design_first_stage_deepest, design_with_the_least_macs],
}
