"""Solutions of the questions on networks for a small budget, as `solutions/xception_mobilenet.ipynb` has them."""

import numpy as np


def dimensions_left(x, weight):
    """How many of the C numbers of each pixel of x (C, H, W) are left: (H, W).

    dimensions_left(np.ones((2, 1, 1)), np.array([[1, 0], [2, 0]])) is [[1]].
    """
    H, W = x.shape[1:]
    left = np.zeros((H, W), int)
    for i in range(H):
        for j in range(W):
            on = weight @ x[:, i, j] > 0
            if on.any():
                left[i, j] = np.linalg.matrix_rank(weight[on])
    return left


def inverted_residual(
    x,
    expand,
    expand_bias,
    depthwise,
    depthwise_bias,
    project,
    project_bias,
    *,
    stride=1,
):
    """The block of MobileNet v2 on x (C_in, H, W): (C_out, H_out, W_out).

    inverted_residual(*map(np.ones, [(1, 1, 1), (1, 1), 1, (1, 3, 3), 1, (1, 1), 1])) is [[[5]]].
    """
    wide = np.einsum("mc,chw->mhw", expand, x) + expand_bias[:, None, None]
    wide = np.pad(np.clip(wide, 0, 6), ((0, 0), (1, 1), (1, 1)))
    (C_in, H, W), C_mid = x.shape, len(expand)
    out = np.zeros((C_mid, -(-H // stride), -(-W // stride)))
    for a in range(3):
        for b in range(3):
            seen = wide[:, a : a + H : stride, b : b + W : stride]
            out += depthwise[:, a, b, None, None] * seen
    out = np.clip(out + depthwise_bias[:, None, None], 0, 6)
    out = np.einsum("om,mhw->ohw", project, out) + project_bias[:, None, None]
    return x + out if stride == 1 and len(project) == C_in else out


def middle_block(x, depthwise, pointwise, bias):
    """R times ReLU and a separable layer, and a shortcut around all: (C, H, W).

    middle_block(-np.ones((1, 1, 1)), *map(np.ones, [(1, 1, 3, 3), (1, 1, 1), (1, 1)])) is [[[0]]].
    """
    C, H, W = x.shape
    y = x
    for kernels, matrix, shift in zip(depthwise, pointwise, bias, strict=True):
        padded = np.pad(np.maximum(y, 0), ((0, 0), (1, 1), (1, 1)))
        y = np.zeros((C, H, W))
        for a in range(3):
            for b in range(3):
                y += kernels[:, a, b, None, None] * padded[:, a : a + H, b : b + W]
        y = np.einsum("oc,chw->ohw", matrix, y) + shift[:, None, None]
    return x + y


def v2_macs(stages, side, *, width=1.0):
    """MACs of a MobileNet v2 for an image of side x side.

    v2_macs([(1, 16, 1, 1)], 2) is 1302144.
    """

    def channels(number):
        wanted = number * width
        eights = max(8, int(wanted + 4) // 8 * 8)
        return eights + 8 if eights < 0.9 * wanted else eights

    c, size = channels(32), -(-side // 2)
    macs = 3 * 9 * c * size**2
    for t, number, repeats, stride in stages:
        for step in [stride] + [1] * (repeats - 1):
            wide, c_out = t * c, channels(number)
            macs += c * wide * size**2 if t > 1 else 0
            size = -(-size // step)
            macs += (9 + c_out) * wide * size**2
            c = c_out
    last = channels(1280) if width > 1 else 1280
    return macs + c * last * size**2 + 1000 * last


def v2_design(sides, budget, least, largest_map):
    """A width and a side that meet the demands: (width, side).

    v2_design((224,), 300774272, 300774272, 1204224) is (1, 224).
    """
    first = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2))
    stages = (*first, (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))  # TABLE
    for step in range(7, 29):
        width = step / 20
        narrow = max(8, int(16 * width + 4) // 8 * 8)
        narrow += 8 if narrow < 0.9 * 16 * width else 0
        for side in sides:
            numbers = 6 * narrow * (side // 2) ** 2
            macs = v2_macs(stages, side, width=width)
            if least <= macs <= budget and numbers <= largest_map:
                return width, side
