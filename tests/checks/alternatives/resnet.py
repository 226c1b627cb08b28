"""Right answers to the questions on residual networks that go other ways than the reference."""

import numpy as np
import torch
from torch.nn import functional as T

from cnnbook import functional as F
from cnnbook.models.cifar_resnet import PadShortcut
from cnnbook.models.resnet import CHANNELS

# The shortcut


def shortcut_in_zeros(x, channels, *, stride=1):
    N, C, H, W = x.shape
    output = np.zeros((N, channels, -(-H // stride), -(-W // stride)), x.dtype)
    start = (channels - C) // 2
    output[:, start : start + C] = x[:, :, ::stride, ::stride]
    return output


def shortcut_of_three_parts(x, channels, stride=1):
    kept = x[..., ::stride, ::stride]
    N, C, H, W = kept.shape
    before = (channels - C) // 2
    zeros = np.zeros((N, channels - C, H, W), x.dtype)
    return np.concatenate([zeros[:, :before], kept, zeros[:, before:]], axis=1)


def shortcut_by_the_module(x, channels, *, stride=1):
    module = PadShortcut(x.shape[1], channels, stride)
    return module(torch.tensor(x)).numpy()


# The basic block


def block_by_torch(x, weight1, scale1, shift1, weight2, scale2, shift2, *, stride=1):
    x, weight1, scale1, shift1, weight2, scale2, shift2 = map(
        torch.tensor, (x, weight1, scale1, shift1, weight2, scale2, shift2)
    )
    h = T.relu(T.conv2d(x, weight1, None, stride, 1) * scale1.view(-1, 1, 1) + shift1.view(-1, 1, 1))
    h = T.conv2d(h, weight2, None, 1, 1) * scale2.view(-1, 1, 1) + shift2.view(-1, 1, 1)
    return T.relu(h + torch.tensor(shortcut_in_zeros(x.numpy(), len(weight1), stride=stride))).numpy()


def block_with_folded_norms(x, weight1, scale1, shift1, weight2, scale2, shift2, stride=1):
    first, second = (w * scale[:, None, None, None] for w, scale in ((weight1, scale1), (weight2, scale2)))
    h = F.conv2d(x, first, shift1, stride=stride, padding=1).clip(0)
    h = F.conv2d(h, second, shift2, padding=1)
    start = (len(h[0]) - x.shape[1]) // 2
    h[:, start : start + x.shape[1]] += x[:, :, ::stride, ::stride]
    return np.where(h > 0, h, 0).astype(x.dtype)


# Counts


def count_block_by_block(block, blocks, *, side=224, classes=1000):
    """Each block adds its own; a row of its convolutions says (inputs, outputs, kernel, side)."""
    layers, parameters, macs = 2, 64 * 147 + 128, 64 * 147 * (side // 2) ** 2
    c_in, size = 64, side // 4
    for stage in range(4):
        w = CHANNELS[stage]
        c_out = {"basic": w, "bottleneck": 4 * w}[block]
        for number in range(blocks[stage]):
            before, size = size, size // 2 if stage > 0 and number == 0 else size
            if block == "basic":
                rows = [(c_in, w, 3, size), (w, w, 3, size)]
            else:
                rows = [(c_in, w, 1, before), (w, w, 3, size), (w, c_out, 1, size)]
            layers += len(rows)
            rows += [(c_in, c_out, 1, size)] if c_in != c_out else []
            parameters += sum(i * o * k**2 + 2 * o for i, o, k, _ in rows)
            macs += sum(i * o * k**2 * s**2 for i, o, k, s in rows)
            c_in = c_out
    return layers, parameters + c_in * classes + classes, macs + c_in * classes


def count_in_formulas(block, blocks, side=224, classes=1000):
    """A stage after the other, each in one formula."""
    places, c_in = (side // 4) ** 2, 64
    parameters, macs = 64 * 147 + 128, 64 * 147 * places * 4
    for stage, (n, w) in enumerate(zip(blocks, (64, 128, 256, 512), strict=True)):
        smaller = places // 4 if stage else places
        if block == "basic":
            weights = 9 * w * (c_in + (2 * n - 1) * w)
            projection = c_in * w if stage else 0
            parameters += weights + 4 * w * n + projection + (2 * w if stage else 0)
            macs += (weights + projection) * smaller
            c_in = w
        else:
            first, rest, projection = c_in * w, 9 * w * w * n + 4 * w * w * (2 * n - 1), 4 * c_in * w
            parameters += first + rest + projection + n * (4 * w + 8 * w) + 8 * w
            macs += first * places + (rest + projection) * smaller
            c_in = 4 * w
        places = smaller
    layers = sum(blocks) * (2 if block == "basic" else 3) + 2
    return layers, parameters + c_in * classes + classes, macs + c_in * classes


# The bottleneck


def bottleneck_by_matrices(x, down, middle, up, scale, shift, projection, *, stride=1):
    def mix(matrix, h):
        return np.einsum("oc,nchw->nohw", matrix, h)

    h = mix(down, x).clip(0)
    h = F.conv2d(np.ascontiguousarray(h), middle, stride=stride, padding=1).clip(0)
    h = mix(up * scale[:, None], h) + shift.reshape(-1, 1, 1) + mix(projection, x[:, :, ::stride, ::stride])
    return h.clip(0).astype(x.dtype)


def bottleneck_strided_in_the_last_1x1(x, down, middle, up, scale, shift, projection, stride=1):
    """The same numbers for four times the MACs: what is not read is not missed."""
    h = np.maximum(F.conv2d(x, down[:, :, None, None]), 0)
    h = np.maximum(F.conv2d(h, middle, padding=1), 0)
    h = F.conv2d(h, up[:, :, None, None], stride=stride) * scale[:, None, None] + shift[:, None, None]
    return np.maximum(h + F.conv2d(x, projection[:, :, None, None], stride=stride), 0)


# The budget


def deepest_at_the_end(block, budget, *, side=224, classes=1000):
    """All further blocks in the last stage, one by one."""
    blocks, best = [1, 1, 1, 1], None
    while count_in_formulas(block, blocks, side, classes)[2] <= budget:
        best = list(blocks)
        blocks[3] += 1
    return best


def deepest_in_turn(block, budget, side=224, classes=1000):
    """Further blocks go to the stages in turn."""
    blocks, number = [1, 1, 1, 1], 0
    if count_in_formulas(block, blocks, side, classes)[2] > budget:
        return None
    while True:
        more = [n + (number % 4 == stage) for stage, n in enumerate(blocks)]
        if count_in_formulas(block, more, side, classes)[2] > budget:
            return tuple(blocks)
        blocks, number = more, number + 1


def deepest_like_the_paper(block, budget, *, side=224, classes=1000):
    """Half of the further blocks in the third stage, where ResNets have most."""
    found = deepest_in_turn(block, budget, side, classes)
    if found is None:
        return None
    more = sum(found) - 4
    return 1 + more - more // 2 - more // 4, 1 + more // 4, 1 + more // 2, 1


ALTERNATIVES = {
    "padded_shortcut": [shortcut_in_zeros, shortcut_of_three_parts, shortcut_by_the_module],
    "basic_block": [block_by_torch, block_with_folded_norms],
    "resnet_count": [count_block_by_block, count_in_formulas],
    "bottleneck_block": [bottleneck_by_matrices, bottleneck_strided_in_the_last_1x1],
    "deepest_resnet": [deepest_at_the_end, deepest_in_turn, deepest_like_the_paper],
}
