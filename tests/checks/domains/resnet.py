"""Cases of each question's whole domain, drawn evenly: other ones than the questions draw themselves."""

import numpy as np

SINGLE = 0.3  # how often all arrays are float32


def _array(rng, *shape):
    return np.round(rng.uniform(-3, 3, shape))


def _sizes(rng, *most):
    return [int(rng.integers(1, limit)) for limit in most]


def _dtype(rng, drawn):
    if rng.random() > SINGLE:
        return drawn
    return {name: a.astype(np.float32) if isinstance(a, np.ndarray) else a for name, a in drawn.items()}


def _shortcut(rng):
    N, C, H, W, stride = _sizes(rng, 5, 6, 9, 9, 4)
    return _dtype(rng, {"x": _array(rng, N, C, H, W), "channels": C + int(rng.integers(0, C + 3)), "stride": stride})


def _norm(rng, count, number=""):
    scale = np.where(rng.random(count) < 0.3, -1.5, rng.integers(1, 4, count))
    return {f"scale{number}": scale, f"shift{number}": _array(rng, count)}


def _basic(rng):
    N, C, H, W, stride = _sizes(rng, 4, 4, 7, 7, 3)
    C_out = C + int(rng.integers(0, C + 2))
    first = {"x": _array(rng, N, C, H, W), "weight1": _array(rng, C_out, C, 3, 3)} | _norm(rng, C_out, 1)
    second = {"weight2": _array(rng, C_out, C_out, 3, 3)} | _norm(rng, C_out, 2)
    return _dtype(rng, first | second | {"stride": stride})


def _bottleneck(rng):
    N, C, C_mid, C_out, H, W, stride = _sizes(rng, 4, 4, 4, 5, 7, 7, 3)
    drawn = {"x": _array(rng, N, C, H, W), "down": _array(rng, C_mid, C), "middle": _array(rng, C_mid, C_mid, 3, 3)}
    drawn |= {"up": _array(rng, C_out, C_mid)} | _norm(rng, C_out) | {"projection": _array(rng, C_out, C)}
    return _dtype(rng, drawn | {"stride": stride})


def _image(rng):
    drawn = {"side": 32 * int(rng.integers(1, 13)), "classes": int(rng.integers(1, 1500))}
    return {name: value for name, value in drawn.items() if rng.random() < 0.6}


def _block(rng):
    return "basic" if rng.random() < 0.5 else "bottleneck"


def _count(rng):
    blocks = tuple(_sizes(rng, 6, 8, 12, 5)) if rng.random() < 0.8 else (int(rng.integers(1, 4)),) * 4
    return {"block": _block(rng), "blocks": blocks} | _image(rng)


def _deepest(rng):
    """Prices of the smallest network and of a block, roughly: on either side of where one block more fits."""
    image, block = _image(rng), _block(rng)
    pixels = (image.get("side", 224) / 4) ** 2
    blocks = max(0, rng.integers(-2, 20))
    price = (73_728 if block == "basic" else 69_632) * pixels
    budget = (0.25 if rng.random() < 0.1 else 1) * (blocks + rng.uniform(3.5, 5.5)) * price
    return {"block": block, "budget": int(budget)} | image


DOMAINS = {
    "padded_shortcut": _shortcut,
    "basic_block": _basic,
    "resnet_count": _count,
    "bottleneck_block": _bottleneck,
    "deepest_resnet": _deepest,
}
