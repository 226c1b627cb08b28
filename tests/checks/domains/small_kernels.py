"""Cases of the whole domain of the questions on small kernels, drawn evenly."""


def layer(rng):
    return tuple(int(rng.integers(low, high)) for low, high in ((1, 6), (1, 4), (0, 3), (1, 4)))


def stack(rng, most=4):
    return [layer(rng) for _ in range(rng.integers(1, most + 1))]


def one_unit(rng):
    """A unit that depends on both ends of its field, clipped to the image: the text promises it."""
    layers, sizes = stack(rng, 3), [int(rng.integers(6, 30))]
    for kernel, stride, padding, dilation in layers:
        sizes.append((sizes[-1] + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1)
    if min(sizes) < 1:
        return None
    unit = int(rng.integers(sizes[-1]))
    first = last = unit
    seen = {unit}
    for (kernel, stride, padding, dilation), below in zip(layers[::-1], sizes[-2::-1], strict=True):
        first, last = first * stride - padding, last * stride - padding + dilation * (kernel - 1)
        seen = {u * stride - padding + tap * dilation for u in seen for tap in range(kernel)} & {*range(below)}
    promised = {max(first, 0), min(last, sizes[0] - 1)} <= seen
    return {"layers": layers, "unit": unit, "size": sizes[0]} if promised else None


def several_units(rng):
    return {"layers": stack(rng), "units": int(rng.integers(1, 8))}


def cost(rng):
    depth = int(rng.integers(1, 4))
    channels = [int(number) for number in rng.integers(1, 9, depth + 1)]
    if rng.random() < 0.3:
        channels = [channels[0]] * (depth + 1)
    kernels = [int(number) for number in rng.integers(1, 8, depth)]
    return {"kernels": kernels, "channels": channels, "size": int(rng.integers(1, 10))}


def cheapest(rng):
    c = int(rng.integers(1, 129))
    c_in = max(1, int(c / rng.choice([1, 2, 3, 4, 6, 10, 20]))) if rng.random() < 0.7 else int(rng.integers(1, 129))
    return {"field": 2 * int(rng.integers(1, 13)) + 1, "c_in": c_in, "c": c}


DOMAINS = {
    "receptive_field": lambda rng: {"layers": stack(rng)},
    "seen_pixels": one_unit,
    "seen_together": several_units,
    "stack_cost": cost,
    "cheapest_stack": cheapest,
    "influence": lambda rng: {"layers": stack(rng)},
}
