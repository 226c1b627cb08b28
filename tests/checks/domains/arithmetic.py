"""Cases of each question's whole domain, drawn evenly: other ones than the questions draw themselves."""


def _layer(rng):
    """A layer, its options at their defaults now and then."""
    layer = {"size": (1, 25), "kernel": (1, 10), "stride": (1, 8), "padding": (0, 7), "dilation": (1, 5)}
    drawn = {name: int(rng.integers(*limits)) for name, limits in layer.items()}
    return {
        name: {"stride": 1, "padding": 0, "dilation": 1}.get(name, value) if rng.random() < 0.3 else value
        for name, value in drawn.items()
    }


def span(kernel, dilation=1):
    return dilation * (kernel - 1) + 1


def room(size, kernel, padding=0, dilation=1, **_):
    return size + 2 * padding - span(kernel, dilation)


def _fitting(rng):
    layer = _layer(rng)
    return layer if room(**layer) >= 0 else None


def _dropping(rng):
    layer = _fitting(rng)
    return layer if layer and layer["padding"] < span(layer["kernel"], layer["dilation"]) else None


def _same(rng):
    layer = _layer(rng)
    del layer["padding"]
    return layer | {"extra": str(rng.choice(["before", "after"]))}


def _finding(rng):
    layer = _fitting(rng)
    if layer is None:
        return None
    output = room(**layer) // layer["stride"] + 1 + int(rng.choice([-1, 0, 0, 1]))
    del layer["padding"]
    return layer | {"output": output} if output > 0 else None


def _inverse(rng):
    layer = _fitting(rng)
    if layer is None:
        return None
    layer["output"] = room(**layer) // layer["stride"] + 1
    del layer["size"]
    return layer


def _pooling(rng):
    layer = _layer(rng)
    del layer["dilation"]
    layer["padding"] = min(layer["padding"], layer["kernel"] // 2)
    return layer if room(**layer) >= 0 else None


DOMAINS = {
    "output_size": _fitting,
    "dropped_pixels": _dropping,
    "same_padding": _same,
    "find_padding": _finding,
    "input_sizes": _inverse,
    "ceil_output_size": _pooling,
}
