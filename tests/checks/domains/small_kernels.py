"""Cases of the whole domain of the questions on small kernels, drawn evenly."""


def layer(rng):
    return tuple(int(rng.integers(low, high)) for low, high in ((1, 6), (1, 4), (0, 3), (1, 4)))


def stack(rng, most=4):
    return [layer(rng) for _ in range(rng.integers(1, most + 1))]


def units(layers, size):
    for kernel, stride, padding, dilation in layers:
        size = (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
        if size < 1:
            return 0
    return size


def one_unit(rng):
    layers, size = stack(rng, 3), int(rng.integers(6, 30))
    count = units(layers, size)
    if not count:
        return None
    unit, start, field, jump = int(rng.integers(count)), 0, 1, 1
    for kernel, stride, padding, dilation in layers:
        start, field, jump = start - padding * jump, field + dilation * (kernel - 1) * jump, jump * stride
    start += unit * jump
    return {"layers": layers, "unit": unit, "size": size} if start < size and start + field > 0 else None


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
