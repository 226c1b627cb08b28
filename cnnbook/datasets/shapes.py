"""Coloured shapes on coloured ground, drawn here: an offline stand-in for CIFAR, of the same size.

Ten classes, at any place, size, angle and colours, with noise: a linear network cannot tell them apart, a small
convolutional one can. Every pixel comes from seeded uniform numbers through + - * / and square roots alone, which round
alike everywhere.
"""

import numpy as np

from .images import Images

COUNTS = {"train": 4000, "test": 1000}
SEEDS = {"train": 1998, "test": 2012}
SIZE = 32  # pixels


def load_shapes(split):
    """Return one split; each class in turn, each image with its own place, size, angle, colours and noise."""
    N, rng = COUNTS[split], np.random.default_rng(SEEDS[split])

    def uniform(low, high, *shape):
        return low + (high - low) * rng.random((N, *shape))

    labels = np.arange(N) % len(SHAPES)
    x, y = _turned_grid(centre=uniform(12, 20, 2), t=uniform(-1, 1), radius=uniform(6, 10))  # (N, H, W) each
    outside = np.empty((N, SIZE, SIZE))
    for label, distance in enumerate(SHAPES.values()):
        outside[labels == label] = distance(x[labels == label], y[labels == label])
    ink = np.clip(0.5 - 8 * outside, 0, 1)[:, None]  # 1 inside, 0 outside, soft at the edge
    ground = uniform(0, 255, 3)
    colour = (ground + uniform(70, 185, 3)) % 255  # at least 70 away from the ground, around the circle of 255
    pixels = ground[..., None, None] * (1 - ink) + colour[..., None, None] * ink + uniform(-20, 20, 3, SIZE, SIZE)
    return Images(np.clip(np.round(pixels), 0, 255).astype(np.uint8), labels.astype(np.int64), tuple(SHAPES))


def _turned_grid(centre, t, radius):
    """Coordinates of every pixel in the frame of its shape: centred, turned, in units of the radius.

    The angle comes from ``t`` as cos = (1 - t^2) / (1 + t^2), sin = 2 t / (1 + t^2): -90 to 90 degrees for |t| <= 1.
    """
    rows, columns = np.mgrid[:SIZE, :SIZE] + 0.5
    cos, sin = ((1 - t**2) / (1 + t**2))[:, None, None], (2 * t / (1 + t**2))[:, None, None]
    dx, dy = columns - centre[:, 0, None, None], rows - centre[:, 1, None, None]
    return (cos * dx + sin * dy) / radius[:, None, None], (cos * dy - sin * dx) / radius[:, None, None]


# How far outside a shape of radius 1 a point lies; negative inside. (Not to scale everywhere: only the edge counts.)
def _circle(x, y):
    return np.sqrt(x * x + y * y) - 1


def _ring(x, y):
    return np.abs(np.sqrt(x * x + y * y) - 0.8) - 0.2


def _square(x, y):
    return np.maximum(np.abs(x), np.abs(y)) - 0.8


def _triangle(x, y):
    half_root_3 = np.sqrt(0.75)
    return np.maximum(y, np.maximum(half_root_3 * x - y / 2, -half_root_3 * x - y / 2)) - 0.5


def _cross(x, y):
    return np.minimum(_bar(x, y), _bar(y, x))


def _bar(x, y):
    return np.maximum(np.abs(x) - 1, np.abs(y) - 0.3)


def _frame(x, y):
    return np.abs(np.maximum(np.abs(x), np.abs(y)) - 0.7) - 0.15


def _half(x, y):
    return np.maximum(_circle(x, y), y - 0.1)


def _crescent(x, y):
    return np.maximum(_circle(x, y), -0.25 - _circle(x - 0.5, y))


def _corner(x, y):
    legs = np.maximum(np.abs(x) - 0.9, np.abs(y - 0.6) - 0.3), np.maximum(np.abs(x + 0.6) - 0.3, np.abs(y) - 0.9)
    return np.minimum(*legs)


SHAPES = {
    "circle": _circle,
    "ring": _ring,
    "square": _square,
    "triangle": _triangle,
    "cross": _cross,
    "bar": _bar,
    "frame": _frame,
    "half": _half,
    "crescent": _crescent,
    "corner": _corner,
}
