"""Stages of VGG: 3x3 convolutions and a pool, what they give, what they cost, and how both go wrong."""

import math
from functools import cache
from typing import NamedTuple

import numpy as np

RGB = 3  # channels of the image

# On arrays


def relu(x):
    return np.maximum(x, 0)


def same_conv(x, weight, bias, *, padding=1, mode="constant"):
    """A 3x3 convolution of a batch; with padding 1 the maps keep their size."""
    if mode == "constant":  # faster than np.pad, and this runs often
        N, C, H, W = x.shape
        frame = np.zeros((N, C, H + 2 * padding, W + 2 * padding))
        frame[:, :, padding : padding + H, padding : padding + W] = x
    else:
        frame = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)], mode)
    windows = np.lib.stride_tricks.sliding_window_view(frame, (3, 3), (2, 3))
    return np.einsum("nchwij,ocij->nohw", windows, weight) + bias[:, None, None]


def halves(x):
    """The whole windows of 2x2, as two more axes, the third and the fifth."""
    N, C, H, W = x.shape
    return x[:, :, : H // 2 * 2, : W // 2 * 2].reshape(N, C, H // 2, 2, W // 2, 2)


def largest(x):
    return halves(x).max((3, 5))


def far_apart(x):
    """The largest of four numbers that lie half an image apart: a reshape in the wrong order."""
    N, C, H, W = x.shape
    return x[:, :, : H // 2 * 2, : W // 2 * 2].reshape(N, C, 2, H // 2, 2, W // 2).max((2, 4))


def of_stride_one(x):
    return np.lib.stride_tricks.sliding_window_view(x, (2, 2), (2, 3)).max((4, 5))


def rounded_up(x):
    odd = [(0, size % 2) for size in x.shape[2:]]
    return largest(np.pad(x, [(0, 0), (0, 0), *odd], constant_values=-np.inf))


def stage(x, layers, *, conv=same_conv, relus="all", pool=largest, each=lambda x: x):
    """The stage, or one with a mistake: another convolution, ReLUs elsewhere, another pool, `each` behind each ReLU."""
    for weight, bias in layers[:-1]:
        x = conv(x, weight, bias)
        x = each(relu(x) if relus in ("all", "between") else x)
    x = conv(x, *layers[-1])
    return pool(relu(x) if relus in ("all", "last") else x)


def exchanged(x, weight, bias):
    """Filters and channels exchanged, where no shape shows it."""
    return same_conv(x, weight.swapaxes(0, 1) if len(weight) == weight.shape[1] else weight, bias)


def windows_of(maps, side):
    """Every place of a square window: (C, H_out, W_out, side, side)."""
    return np.lib.stride_tricks.sliding_window_view(maps, (side, side), (1, 2))


def side_of(maps, fc1):
    return math.isqrt(fc1.shape[1] // len(maps))


def scores(maps, fc1, fc2, *, order=False, tiles=False, early=False, hidden=relu, final=None, mean=np.mean):
    """The mean answer of two fully connected layers at every place of larger maps, or one with mistakes."""
    C, side = len(maps), side_of(maps, fc1)
    kernels = fc1.reshape(-1, side, side, C).transpose(0, 3, 1, 2) if order else fc1.reshape(-1, C, side, side)
    windows = windows_of(maps, side)[:, :: side if tiles else 1, :: side if tiles else 1]
    units = np.einsum("chwij,ocij->ohw", windows, kernels)
    units = mean(units, axis=(1, 2)) if early else units
    answers = np.einsum("ko,o...->k...", fc2, hidden(units))
    answers = final(answers) if final else answers
    return answers if early else mean(answers, axis=(1, 2))


def numbers(*shape):
    """Whole numbers from -3 to 3 in no obvious order."""
    return (np.arange(float(np.prod(shape))) * 5 % 7 - 3).reshape(shape)


def layer(C, C_in, bias=1.0):
    return numbers(C, C_in, 3, 3), np.arange(C) * 2.0 - bias


# On counts


class Layer(NamedTuple):
    """A layer by its counts: what kind it is, how many numbers each output reads, its channels and its places."""

    kind: str
    reads: int
    channels: int
    places: int

    @property
    def parameters(self):
        return (self.reads + 1) * self.channels if self.reads else 0

    @property
    def macs(self):
        return self.reads * self.channels * self.places

    @property
    def outputs(self):
        return self.channels * self.places


def layers_of(stages, channels, side, head, *, image=RGB, own=False, taps=lambda kernel: kernel**2, flat=None,
              early=False):  # fmt: skip
    """The layers of a network; the options are mistakes: the channels of the image, a stage that reads its own
    channels, how many taps a kernel has, what the head reads, of the channels and the side that are left, and a pool in
    front of its convolutions."""
    found, c_in = [], image
    for kernels, c in zip(stages, channels, strict=True):
        c_in = c if own else c_in
        for kernel in kernels:
            found.append(Layer("conv", taps(kernel) * c_in, c, (side // 2 if early else side) ** 2))
            c_in = c
        side //= 2
        found.append(Layer("pool", 0, c, side**2))
    reads = flat(c_in, side) if flat else c_in * side**2
    for width in head:
        found.append(Layer("linear", reads, width, 1))
        reads = width
    return found


def totals(layers):
    return tuple(sum(getattr(layer, what) for layer in layers) for what in ("parameters", "macs", "outputs"))


def plain(depths):
    """The stages of so many 3x3 each."""
    return [[3] * depth for depth in depths]


PAPER = [64, 128, 256, 512, 512]
COLUMNS = {
    "A": plain([1, 1, 2, 2, 2]),
    "B": plain([2, 2, 2, 2, 2]),
    "C": [[3, 3], [3, 3], [3, 3, 1], [3, 3, 1], [3, 3, 1]],
    "D": plain([2, 2, 3, 3, 3]),
    "E": plain([2, 2, 4, 4, 4]),
}


def total(layers, what, *kinds):
    return sum(getattr(layer, what) for layer in layers if layer.kind in kinds)


def conv_layers(depths, channels, side):
    return layers_of(plain(depths), channels, side, ())


def arrays(depths, channels, side):
    """The sizes of the image and of what each layer puts out, and of all that the pools put out."""
    layers = conv_layers(depths, channels, side)
    return [RGB * side**2, *(x.outputs for x in layers)], total(layers, "outputs", "pool")


def field(depths, *, pools=True, jumps=True, first=1):
    """How many pixels the last convolution sees; the options are mistakes."""
    sees, jump = 1, first
    for number, depth in enumerate(depths):
        sees += 2 * depth * jump
        if number < len(depths) - 1:
            sees += jump * pools
            jump *= 2 if jumps else 1
    return sees


MOST = 8  # convolutions that a stage needs at most


@cache
def _depths(stages):
    return np.indices((MOST,) * stages).reshape(stages, -1).T + 1


def prices(channels, side, *, shrinks=True):
    """MACs of one more convolution in each stage."""
    sides = [side // 2**number if shrinks else 1 for number in range(len(channels))]
    return [9 * c**2 * s**2 for c, s in zip(channels, sides, strict=True)]


def all_designs(side, channels, *, price=None, sees=None, **mistakes):
    """All designs in reading order, their MACs, and whether they see the whole image; the options are mistakes."""
    designs, one = _depths(len(channels)), [1] * len(channels)
    least, jumps = field(one, **mistakes), [field([*one[:n], 2, *one[n + 1 :]], **mistakes) for n in range(len(one))]
    seen = least + (designs - 1) @ (np.array(jumps) - least)
    macs = macs_of(one, channels, side) + (designs - 1) @ np.array(price or prices(channels, side))
    return designs, macs, seen >= min(sees or side, seen.max())


def cheapest(side, channels, **mistakes):
    """The design that sees the whole image for the fewest MACs; the options are mistakes."""
    if not mistakes:
        return [*_best(side, tuple(channels))]
    designs, macs, enough = all_designs(side, channels, **mistakes)
    return designs[enough][macs[enough].argmin()].tolist()


@cache
def _best(side, channels):
    designs, macs, enough = all_designs(side, channels)
    return designs[enough][macs[enough].argmin()].tolist()


def first_within(side, channels, budget):
    """The first design, in reading order, that sees the whole image within the budget."""
    designs, macs, enough = all_designs(side, channels)
    return designs[(enough & (macs <= budget)).argmax()].tolist()


def macs_of(depths, channels, side):
    """MACs of the convolutions, for depths of any size."""
    first = totals(conv_layers([1] * len(depths), channels, side))[1]
    return first + sum((depth - 1) * price for depth, price in zip(depths, prices(channels, side), strict=True))


def deepened(place):
    """One convolution in each stage, and all others that are needed in one stage."""

    def answer(side, channels):
        depths = [1] * len(channels)
        while field(depths) < side:
            depths[place] += 1
        return depths

    return answer


def equally_deep(side, channels):
    depth = 1
    while field([depth] * len(channels)) < side:
        depth += 1
    return [depth] * len(channels)
