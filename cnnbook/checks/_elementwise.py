"""What questions on functions of single numbers are about: arrays in which plain, tiny and very large numbers meet."""

import functools

import numpy as np

# Numbers that formulas fail on. None is so far left that its exponential is a denormal number, which has few digits.
RIGHT, LEFT = (120, 800), (-120, -800)
MIDDLE = (-8, -20, -40, -80, 20, 40)
TINY = (3e-6, -3e-6, 3e-13, -3e-13, 1e-18)
SMALLER = (0.1, -0.05, 6e-4, -1e-4, 3e-5)  # than a quarter; between them rounding decides about the fifth digit

FLOATS = {"float32": lambda x: x.dtype == np.float32}
LARGE = {
    "some_large_right": lambda x: x.max() > 90,
    "some_large_left": lambda x: x.min() < -90,
}


def draw_numbers(rng, *, quarters=False, **special):
    """An array of two axes of whole numbers, or of quarters; of each kind of special ones, some or none."""
    shape = rng.integers(1, 6, 2)
    x = rng.integers(-10, 11, shape) / 4 if quarters else rng.integers(-5, 6, shape).astype(float)
    for numbers in special.values():
        if rng.random() < 0.4:
            places = rng.random(shape) < 0.3
            x[places] = rng.choice(numbers, places.sum())
    x, place = rarely_turned(rng, x), rng.integers(x.size)
    if not ((np.abs(x) > 0.2) & (np.abs(x) < 6)).any():  # beside a plain number, what the special ones lose is small
        x.flat[place] = x.flat[-1 - place] = rng.choice([-1, 1])
    return x.astype(rng.choice([np.float32, np.float64]))


def rarely_turned(rng, array):
    """As it is, or now and then such that it is the same turned by half a turn."""
    if (half := array.size // 2) and rng.random() < 0.12:
        array.flat[-half:] = array.flat[:half][::-1]
    return array


def sigmoid(x):
    """Without an overflow."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)


def quietly(formula):
    """A mistake that overflows, without the warnings."""

    @functools.wraps(formula)
    def answer(*args, **options):
        with np.errstate(all="ignore"):
            return formula(*args, **options)

    return answer
