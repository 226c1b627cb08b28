"""Cases of the whole domain of the questions on 1x1 convolutions, drawn evenly."""

import numpy as np


def array(rng, *shape):
    return np.round(rng.normal(0, 3, shape))


def convolution(rng):
    N, C_in, C_out, H, W = rng.integers(1, 5, 5)
    return {"x": array(rng, N, C_in, H, W), "weight": array(rng, C_out, C_in), "bias": array(rng, C_out)}


def backward(rng):
    N, C_in, C_out, H, W = rng.integers(1, 5, 5)
    gradient, x = array(rng, N, C_out, H, W), array(rng, N, C_in, H, W)
    return {"grad_output": gradient, "x": x, "weight": array(rng, C_out, C_in)}


def network(rng):
    N, C_in, C_mid, C_out, H, W = rng.integers(1, 5, 6)
    arrays = {"x": array(rng, N, C_in, H, W), "down": array(rng, C_mid, C_in), "up": array(rng, C_out, C_mid)}
    return {name: abs(each) for name, each in arrays.items()} if rng.random() < 0.2 else arrays


def bottleneck(rng):
    limits = {"size": 30, "c_in": 40, "c_out": 40, "width": 30, "kernel": 8}
    drawn = {name: int(rng.integers(1, limit)) for name, limit in limits.items()}
    return drawn | {"kernel": 3} if rng.random() < 0.3 else drawn


def budget(rng):
    layer = bottleneck(rng)
    width, size, kernel = layer.pop("width"), layer["size"], layer["kernel"]
    cost = size**2 * (layer["c_in"] * width + kernel**2 * width**2 + width * layer["c_out"])
    return layer | {"budget": max(1, int(rng.choice([cost - 1, cost, cost + 1, rng.integers(2 * cost), size**2])))}


def image(rng):
    C, H, W = rng.integers(1, 5, 3)
    drawn = array(rng, C, H, W) + array(rng, C, 1, 1)
    pixels = (drawn - drawn.mean(axis=(1, 2), keepdims=True)).reshape(C, -1)
    values, width = np.linalg.eigvalsh(pixels @ pixels.T / (H * W)), int(rng.integers(1, C + 1))
    unclear = width < C and values[-width] - values[-width - 1] <= max(0.01, 0.05 * values[-1])
    return None if unclear else {"image": drawn, "width": width}


DOMAINS = {
    "pointwise_conv": convolution,
    "bottleneck_macs": bottleneck,
    "widest_bottleneck": budget,
    "pointwise_backward": backward,
    "pixel_network": network,
    "squeeze": image,
}
