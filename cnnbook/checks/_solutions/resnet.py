"""Solutions of the questions on residual networks, as `solutions/resnet.ipynb` has them."""

import numpy as np

from ... import functional as F


def padded_shortcut(x, channels, *, stride=1):
    """Shortcut of option A: from a batch (N, C, H, W) to `channels` channels, in the dtype of x.

    padded_shortcut(np.array([[[[1.0, 2, 3]]]]), 2, stride=2) is [[[[1, 3]], [[0, 0]]]].
    """
    missing = channels - x.shape[1]
    before = missing // 2
    sides = ((0, 0), (before, missing - before), (0, 0), (0, 0))
    return np.pad(x[:, :, ::stride, ::stride], sides)


def basic_block(x, weight1, scale1, shift1, weight2, scale2, shift2, *, stride=1):
    """Basic block of a batch (N, C, H, W), in the dtype of x.

    basic_block(np.ones((1, 1, 1, 1)), *[np.ones((1, 1, 3, 3)), *np.ones((2, 1))] * 2) is [[[[4]]]].
    """

    def norm(h, scale, shift):
        return scale[:, None, None] * h + shift[:, None, None]

    h = F.conv2d(x, weight1, stride=stride, padding=1)
    h = np.maximum(norm(h, scale1, shift1), 0)
    h = norm(F.conv2d(h, weight2, padding=1), scale2, shift2)
    shortcut = padded_shortcut(x, len(weight1), stride=stride)
    return np.maximum(h + shortcut, 0)


def resnet_count(block, blocks, *, side=224, classes=1000):
    """Count layers as in the name, parameters, and MACs.

    resnet_count("basic", (2, 2, 2, 2))[0] is 18.
    """
    expansion = 4 if block == "bottleneck" else 1
    main = [(3, 64, 7, side // 2)]  # c_in, c_out, kernel, side of the output
    projections = []
    c_in, size = 64, side // 4
    for stage, count in enumerate(blocks):
        width = 64 * 2**stage
        c_out = expansion * width
        for number in range(count):
            out = size // 2 if stage and number == 0 else size
            if block == "bottleneck":
                main.append((c_in, width, 1, size))
                main.append((width, width, 3, out))
                main.append((width, c_out, 1, out))
            else:
                main.append((c_in, width, 3, out))
                main.append((width, c_out, 3, out))
            if c_in != c_out:
                projections.append((c_in, c_out, 1, out))
            c_in, size = c_out, out
    parameters = (c_in + 1) * classes
    macs = c_in * classes
    for inputs, outputs, kernel, out in main + projections:
        weights = inputs * outputs * kernel**2
        parameters += weights + 2 * outputs
        macs += weights * out**2
    return len(main) + 1, parameters, macs


def bottleneck_block(x, down, middle, up, scale, shift, projection, *, stride=1):
    """Bottleneck with a projection, of a batch (N, C, H, W), in the dtype of x.

    bottleneck_block(*map(np.ones, ((1,) * 4, (1, 1), (1, 1, 3, 3), (1, 1), 1, 1, (1, 1)))) is [[[[3]]]].
    """

    def conv1(h, matrix, stride=1):
        return F.conv2d(h, matrix[:, :, None, None], stride=stride)

    h = np.maximum(conv1(x, down), 0)
    h = np.maximum(F.conv2d(h, middle, stride=stride, padding=1), 0)
    h = scale[:, None, None] * conv1(h, up) + shift[:, None, None]
    return np.maximum(h + conv1(x, projection, stride), 0)


def deepest_resnet(block, budget, *, side=224, classes=1000):
    """Blocks of a network that is as deep as `budget` MACs allow, or None.

    deepest_resnet("basic", 500_000_000) is None.
    """

    def macs(blocks):
        return resnet_count(block, blocks, side=side, classes=classes)[2]

    smallest = macs((1, 1, 1, 1))
    if smallest > budget:
        return None
    one_more = macs((2, 1, 1, 1)) - smallest
    return (1 + (budget - smallest) // one_more, 1, 1, 1)
