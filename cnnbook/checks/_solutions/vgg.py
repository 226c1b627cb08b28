"""Solutions of the questions on VGG, as `solutions/vgg.ipynb` has them."""

import numpy as np


def vgg_stage(x, layers):
    """3x3 convolutions with padding 1, a ReLU behind each, then a 2x2 max pool.

    vgg_stage(np.ones((1, 1, 2, 2)), [(np.ones((1, 1, 3, 3)), np.ones(1))]) is [[[[5]]]].
    """

    def convolve(x, weight, bias):
        H, W = x.shape[2:]
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        output = bias[:, None, None]
        for a, b in np.ndindex(3, 3):
            seen = padded[:, :, a : a + H, b : b + W]
            output = output + np.einsum("oc,nchw->nohw", weight[:, :, a, b], seen)
        return output

    for weight, bias in layers:
        x = np.maximum(convolve(x, weight, bias), 0)
    H, W = x.shape[2] // 2 * 2, x.shape[3] // 2 * 2
    parts = [x[:, :, a:H:2, b:W:2] for a, b in np.ndindex(2, 2)]
    return np.max(parts, axis=0)


def vgg_counts(stages, channels, side, *, head=(4096, 4096, 1000)):
    """Parameters, MACs and outputs of a VGG.

    vgg_counts([[3, 1]], [2], 4, head=(5,))[1] is 968.
    """
    parameters = macs = outputs = 0
    c_in = 3
    for kernels, c in zip(stages, channels, strict=True):
        for kernel in kernels:
            reads = kernel**2 * c_in
            parameters += (reads + 1) * c
            macs += reads * c * side**2
            outputs += c * side**2
            c_in = c
        side //= 2
        outputs += c * side**2
    reads = c_in * side**2
    for width in head:
        parameters += (reads + 1) * width
        macs += reads * width
        outputs += width
        reads = width
    return parameters, macs, outputs


def vgg_memory(depths, channels, side, *, batch=1):
    """Bytes at a time to answer, and bytes kept to learn.

    vgg_memory([1], [2], 4) is (320, 416).
    """
    sizes, places = [3 * side**2], 0
    for depth, c in zip(depths, channels, strict=True):
        sizes += depth * [c * side**2]
        side //= 2
        sizes.append(c * side**2)
        places += c * side**2
    to_answer = max(sizes[i] + sizes[i + 1] for i in range(len(sizes) - 1))
    return 4 * batch * to_answer, batch * (4 * sum(sizes) + 8 * places)


def dense_scores(maps, fc1, fc2):
    """Mean over all places of two fully connected layers' scores.

    dense_scores(np.array([[[1, -3]]]), np.array([[2]]), np.array([[5]]))[0] is 5.
    """
    C = len(maps)
    side = round((fc1.shape[1] // C) ** 0.5)
    kernels = fc1.reshape(-1, C, side, side)
    windows = np.lib.stride_tricks.sliding_window_view(maps, (side, side), (1, 2))
    hidden = np.einsum("ocij,chwij->ohw", kernels, windows)
    hidden = np.maximum(hidden, 0).mean((1, 2))
    return fc2 @ hidden


def vgg_design(side, channels, budget):
    """How many 3x3 each stage has: a list, one number for each stage.

    vgg_design(8, [2, 2], 10_000)[0] is 1.
    """
    for extra in np.ndindex(*[8] * len(channels)):
        depths = [1 + more for more in extra]
        sees = jump = 1
        for depth in depths:
            sees += 2 * depth * jump + jump  # the convolutions, and the pool
            jump *= 2
        sees -= jump // 2  # the last pool does not count
        if sees >= side:
            stages = [[3] * depth for depth in depths]
            if vgg_counts(stages, channels, side, head=())[1] <= budget:
                return depths
