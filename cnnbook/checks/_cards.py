"""What the questions on AlexNet are made of: layers on two cards, ten crops, and what travels between the cards."""

from itertools import product

import numpy as np

# A table of convolutions


def counted(table, size, channels, groups, *, bias=1, every=False, pool=(3, 2), strided=True, sides=2, bias_macs=0,
            of_input=False):  # fmt: skip
    """Parameters and MACs; the options are mistakes."""
    parameters = products = 0
    for out, kernel, stride, padding, split, pooled in table:
        before = size
        depth = channels // (groups if split or (every and channels % groups == 0) else 1)
        size = (size + sides * padding - kernel) // (stride if strided else 1) + 1
        weights = out * depth * kernel**2
        parameters += weights + out * bias
        products += (weights + out * bias_macs) * (before if of_input else size) ** 2
        if pooled:
            size = (size - pool[0]) // pool[1] + 1
        channels = out
    return parameters, products


def fits(table, size):
    """Whether each kernel and each window of three fits."""
    for _, kernel, stride, padding, _, pooled in table:
        if size + 2 * padding < kernel:
            return False
        size = (size + 2 * padding - kernel) // stride + 1
        if pooled and size < 3:
            return False
        size = (size - 3) // 2 + 1 if pooled else size
    return True


# Convolutions on two cards


def conv(x, weight, bias):
    """Of a batch, by all channels of it."""
    seen = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    return np.einsum("ncijkl,ockl->noij", seen, weight, optimize=True) + bias[:, None, None]


def on_two_cards(x, weight, bias, *, inputs=(0, 1), filters=(0, 1), biases=(0, 1), join=None):
    """Each card's half of the outputs from its half of the channels; the options say whose halves a card takes."""
    halves, theirs, added = np.split(x, 2, axis=1), np.split(weight, 2), np.split(bias, 2)
    cards = [conv(halves[i], theirs[f], added[b]) for i, f, b in zip(inputs, filters, biases, strict=True)]
    return join(*cards) if join else np.concatenate(cards, axis=1)


def by_turns(x, axis):
    """Even places first, then odd ones."""
    order = np.arange(x.shape[axis])
    return x.take([*order[::2], *order[1::2]], axis)


def interleaved(first, second):
    return np.stack([first, second], axis=2).reshape(len(first), -1, *first.shape[2:])


# The first block


def normalised(maps, alpha, *, reach=(2, 2), halves=True, wrapped=False, k=2, beta=0.75):
    """Local response normalization over five channels, of each half by itself; the options are mistakes."""
    parts = np.split(maps, 2, axis=1) if halves else [maps]
    done = []
    for part in parts:
        C = part.shape[1]
        near = np.arange(C)[:, None] - np.arange(C)
        band = (near <= reach[0]) & (-near <= reach[1])
        if wrapped:
            band |= (near - C >= -reach[1]) | (near + C <= reach[0])
        done.append(part / (k + alpha * np.einsum("oc,ncij->noij", band.astype(float), part**2)) ** beta)
    return np.concatenate(done, axis=1)


def pooled(maps, window=3, stride=2, reduce=np.max):
    seen = np.lib.stride_tricks.sliding_window_view(maps, (window, window), axis=(2, 3))[:, :, ::stride, ::stride]
    return reduce(seen, axis=(4, 5))


def block(x, weight, bias, alpha, *, late_relu=False, pool=pooled, **mistakes):
    maps = conv(x, weight, bias)
    if not late_relu:
        maps = np.maximum(maps, 0)
    maps = normalised(maps, alpha, **mistakes)
    return pool(np.maximum(maps, 0) if late_relu else maps)


def faulty(**faults):
    """A mistake: the block with some of its faults."""
    return lambda x, weight, bias, alpha: block(x, weight, bias, alpha, **faults)


def broken_block(x, weight, bias, *, alpha=1e-4):
    return block(x, weight, bias, alpha, late_relu=True, reach=(2, 1), halves=False)


# Ten crops


def five(images, size):
    """Four corners, then the centre: (5, N, C, size, size)."""
    bottom, right = (each - size for each in images.shape[2:])
    places = [(0, 0), (0, right), (bottom, 0), (bottom, right), (bottom // 2, right // 2)]
    return np.stack([images[:, :, i : i + size, j : j + size] for i, j in places])


def mirrored(crops, axes=(-1,)):
    return np.flip(crops, axes)


def softmax(logits):
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def scores(crops, weight):
    """Of crops (places, N, C, size, size): (places, N, K)."""
    return crops.reshape(*crops.shape[:2], -1) @ weight.T


def voted(crops, weight):
    return softmax(scores(crops, weight)).mean(0)


def ten(images, size, axes=(-1,)):
    crops = five(images, size)
    return np.concatenate([crops, mirrored(crops, axes)])


# What travels


def received(inputs, groups, batch, *, share=2, back=2, size=4):
    """Bytes that one card receives in a step."""
    return sum(number // share * back * batch * size for number, g in zip(inputs, groups, strict=True) if g == 1)


def meets(groups):
    """Whether of any three layers in a row at least one reads both halves."""
    return all(1 in groups[first : first + 3] for first in range(len(groups) - 2))


def designs(rule=meets):
    return [groups for groups in product((1, 2), repeat=4) if rule(groups)]


def most(inputs, budget, batch, *, rule=meets, **mistakes):
    """The design that sends most, of those that obey the rule and keep the budget; the first of equal ones."""
    costs = {groups: received(inputs, groups, batch, **mistakes) for groups in designs(rule)}
    fitting = [groups for groups in costs if costs[groups] <= budget]
    return max(fitting, key=costs.get, default=(2, 2, 2, 2))
