"""Cases of the whole domain of the questions on transposed, dilated and deformable kernels, drawn evenly."""

import numpy as np


def matrix(rng, rows, columns):
    return np.round(rng.normal(0, 3, (rows, columns)))


def layer(rng):
    size, kernel, stride, padding, dilation = (
        int(rng.integers(*ends)) for ends in [(1, 12), (1, 9), (1, 7), (0, 5), (1, 5)]
    )
    extra = int(rng.integers(stride))
    if stride * (size - 1) + dilation * (kernel - 1) + 1 + extra <= 2 * padding:
        return None
    return {
        "size": size, "kernel": kernel, "stride": stride, "padding": padding, "output_padding": extra,
        "dilation": dilation,
    }  # fmt: skip


def stamps(rng):
    x, kernel = rng.integers(1, 6, (2, 2))
    return {"x": matrix(rng, *x), "kernel": matrix(rng, *kernel), "stride": int(rng.integers(1, 6))}


def dilated(rng):
    dilation, kernel, image = int(rng.integers(1, 5)), rng.integers(1, 5, 2), rng.integers(1, 13, 2)
    if (dilation * (kernel - 1) >= image).any():
        return None
    return {"image": matrix(rng, *image), "kernel": matrix(rng, *kernel), "dilation": dilation}


def point(rng):
    H, W = rng.integers(1, 6, 2)
    down, right = (int(rng.integers(-8, 4 * size + 5)) / 4 for size in (H, W))
    return {"image": matrix(rng, H, W), "down": down, "right": right}


def padded_stamps(rng):
    drawn = stamps(rng) | {"padding": int(rng.integers(4))}
    sizes = drawn["stride"] * np.subtract(drawn["x"].shape, 1) + drawn["kernel"].shape
    return drawn if (sizes > 2 * drawn["padding"]).all() else None


def picture(rng):
    drawn = matrix(rng, *rng.integers(1, 8, 2))
    kind = rng.integers(5)
    return {"image": drawn[:1] + 0 * drawn if kind == 0 else drawn[:, :1] + 0 * drawn if kind == 1 else drawn}


DOMAINS = {
    "transposed_size": layer,
    "stamp": stamps,
    "dilated_correlate": dilated,
    "bilinear": point,
    "transposed_conv": padded_stamps,
    "enlarge": picture,
}
