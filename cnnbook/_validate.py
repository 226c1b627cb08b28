"""What every public function checks before it computes: options, and the arrays that go with them.

Options are integers within limits, one for all axes or one an axis; numbers; and flags. Arrays are NumPy arrays of
float32 or float64, all of one dtype, so that float32 in gives float32 out. NaN and infinity are numbers here: they are
let through and spread to every output that depends on them, as in PyTorch. An empty batch (N = 0) is let through too
and gives an empty output; no other axis may be empty.
"""

from numbers import Integral
from reprlib import repr as shortened

import numpy as np

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def got(value):
    """Say what was given instead of what is needed, in few words even for a large array.

    >>> got("3"), got(1.5)
    ("got '3' (str)", 'got 1.5 (float)')
    """
    return f"got {shortened(value)} ({type(value).__name__})"


def integer(name, value, minimum):
    """Return `value` as an int of at least `minimum`, or say what is wrong with it.

    Floats are refused, whole ones too: a size that comes out as 3.5 is a mistake that rounding would hide.

    >>> integer("stride", 0, 1)
    Traceback (most recent call last):
    ValueError: stride 0 is too small: use stride >= 1
    """
    if type(value) is not int and (not isinstance(value, Integral) or isinstance(value, bool)):
        whole = isinstance(value, float | np.floating) and float(value).is_integer()
        raise TypeError(f"{name} must be an integer, {got(value)}: use {int(value) if whole else 'a whole number'}")
    number = int(value)  # of any width: in NumPy's own int8, 100 + 100 would be -56
    if number < minimum:
        raise ValueError(f"{name} {number} is too small: use {name} >= {minimum}")
    return number


def number(name, value, minimum=None, maximum=None, *, nan=False):
    """Return an option as a float within limits; booleans and everything that is no number are refused, so is NaN.

    >>> number("p", 1.5, 0, 1)
    Traceback (most recent call last):
    ValueError: p 1.5 is out of range: use p from 0 to 1
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name} must be a number, {got(value)}: use a float")
    try:
        number = float(value)
    except OverflowError:  # an integer of more than 308 digits
        raise ValueError(f"{name} {shortened(value)} is out of range: use a float") from None
    low, high = minimum is None or number >= minimum, maximum is None or number <= maximum
    if not (low and high) or (number != number and not nan):
        limits = (f"from {minimum}" if minimum is not None else "") + (f" to {maximum}" if maximum is not None else "")
        raise ValueError(f"{name} {value} is out of range: use {name} {limits.strip() or 'that is no NaN'}")
    return number


def flag(name, value):
    """Return an option that is True or False; 0, 1 and words are refused, because "False" would count as true.

    >>> flag("training", "False")
    Traceback (most recent call last):
    TypeError: training must be True or False, got 'False' (str): use a bool
    """
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, {got(value)}: use a bool")
    return bool(value)


def per_axis(name, value, count, minimum):
    """Return an option as a tuple of `count` integers, one an axis; an integer counts for every axis.

    >>> per_axis("stride", 2, 3, 1)
    (2, 2, 2)
    >>> per_axis("stride", (2, 1), 3, 1)
    Traceback (most recent call last):
    ValueError: stride (2, 1) has 2 entries, but needs 3: give one an axis
    """
    if not isinstance(value, tuple | list):
        return (integer(name, value, minimum),) * count
    if len(value) != count:
        raise ValueError(f"{name} {tuple(value)} has {len(value)} entries, but needs {count}: give one an axis")
    return tuple(integer(name, entry, minimum) for entry in value)


def pair(name, value, minimum):
    """Return an option as two integers, for (H, W).

    >>> pair("kernel", (3, 2), 1)
    (3, 2)
    """
    return per_axis(name, value, 2, minimum)


def grouped_channels(c_in, c_out, groups):
    """Return the checked channel counts; groups must divide both."""
    c_in, c_out, groups = integer("c_in", c_in, 1), integer("c_out", c_out, 1), integer("groups", groups, 1)
    for name, channels in (("c_in", c_in), ("c_out", c_out)):
        if channels % groups:
            raise ValueError(f"groups {groups} does not divide {name} {channels}: use a divisor of {channels}")
    return c_in, c_out, groups


def floats(name, x):
    """Refuse all but a NumPy array of float32 or float64; any shape with an axis will do, an empty one too.

    >>> floats("x", np.arange(3))
    Traceback (most recent call last):
    TypeError: x has dtype int64, but needs float32 or float64: use x.astype(numpy.float32)
    """
    if not isinstance(x, np.ndarray) or isinstance(x, np.ma.MaskedArray | np.matrix):
        kind = type(x).__name__
        raise TypeError(f"{name} must be a NumPy array, got {kind}: use numpy.asarray({name}, dtype=numpy.float32)")
    if x.dtype not in FLOATS:
        remedy = f"use {name}.astype(numpy.float32)"
        raise TypeError(f"{name} has dtype {x.dtype}, but needs float32 or float64: {remedy}")
    if x.ndim == 0:
        raise ValueError(f"{name} has shape (), no axis: use {name}[None]")


def array(name, x, ndim, *, axes):
    """Refuse all but a float array of `ndim` axes (an int, or a tuple of those allowed), which `axes` names.

    >>> array("x", np.zeros((5, 7), np.float32), 4, axes="N, C, H, W")
    Traceback (most recent call last):
    ValueError: x has shape (5, 7), 2 axes, but needs 4 (N, C, H, W): use x.reshape or x[None] to add axes
    """
    floats(name, x)
    allowed = ndim if isinstance(ndim, tuple) else (ndim,)
    if x.ndim not in allowed:
        needed = " or ".join(map(str, allowed))
        remedy = f"use {name}.reshape or {name}[None] to add axes" if x.ndim < min(allowed) else f"reshape {name}"
        raise ValueError(f"{name} has shape {x.shape}, {x.ndim} axes, but needs {needed} ({axes}): {remedy}")
    first = 1 if axes.startswith("N") else 0  # only the batch may be empty
    if 0 in x.shape[first:]:
        raise ValueError(f"{name} has shape {x.shape}: only the batch may be empty: use 1 or more along the other axes")


def same_dtype(**arrays):
    """Refuse arrays of different dtypes; None stands for an absent array.

    >>> same_dtype(x=np.zeros(1, np.float32), weight=np.zeros(1), bias=None)
    Traceback (most recent call last):
    TypeError: x is float32 but weight is float64: give both one dtype, such as weight.astype(numpy.float32)
    """
    (first, reference), *others = ((name, x) for name, x in arrays.items() if x is not None)
    for name, x in others:
        if x.dtype != reference.dtype:
            raise TypeError(
                f"{first} is {reference.dtype} but {name} is {x.dtype}: "
                f"give both one dtype, such as {name}.astype(numpy.{reference.dtype})"
            )


def shape(name, x, expected, why):
    """Refuse an array of another shape than `expected`; `why` says where the expectation comes from.

    >>> shape("bias", np.zeros(3), (4,), "one number an output channel")
    Traceback (most recent call last):
    ValueError: bias has shape (3,), but needs (4,) (one number an output channel): give it that shape
    """
    if x.shape != tuple(expected):
        raise ValueError(f"{name} has shape {x.shape}, but needs {tuple(expected)} ({why}): give it that shape")


def gradient(grad_output, expected, like):
    """Refuse a gradient that has not the shape of the output, or not the dtype of the input `like`."""
    floats("grad_output", grad_output)
    shape("grad_output", grad_output, expected, "the shape of the output")
    same_dtype(input=like, grad_output=grad_output)


def float_dtype(name, value):
    """Return `value` as numpy.dtype float32 or float64.

    >>> float_dtype("dtype", int)
    Traceback (most recent call last):
    TypeError: dtype must be numpy.float32 or numpy.float64, got <class 'int'> (type): use numpy.float32
    """
    try:
        found = np.dtype(value)
    except (TypeError, ValueError):
        found = np.dtype(object)
    if value is None or found not in FLOATS:  # NumPy takes None for float64
        raise TypeError(f"{name} must be numpy.float32 or numpy.float64, {got(value)}: use numpy.float32")
    return found


def generator(name, value):
    """Return `value` if it is a numpy.random.Generator; a seed is none.

    >>> generator("rng", 0)
    Traceback (most recent call last):
    TypeError: rng must be a numpy.random.Generator, got int: use numpy.random.default_rng(0)
    """
    if not isinstance(value, np.random.Generator):
        kind = type(value).__name__
        raise TypeError(f"{name} must be a numpy.random.Generator, got {kind}: use numpy.random.default_rng(0)")
    return value


def class_labels(labels, count, classes=None):
    """Refuse all but the numbers of right classes, one for each of `count` images, below `classes` where it is known.

    >>> class_labels(np.array([[3], [1]]), 2)
    Traceback (most recent call last):
    ValueError: labels have shape (2, 1), but need one for each of 2 images: use labels.reshape(-1)
    """
    if not isinstance(labels, np.ndarray) or isinstance(labels, np.ma.MaskedArray | np.matrix):
        raise TypeError(f"labels must be a NumPy array, got {type(labels).__name__}: use numpy.asarray(labels)")
    if not np.issubdtype(labels.dtype, np.integer):
        raise TypeError(f"labels have dtype {labels.dtype}, but need integers: use labels.astype(numpy.int64)")
    if labels.shape != (count,):
        remedy = f"use labels of shape {(count,)}"
        if labels.size == count:
            remedy = "use labels.reshape(-1)"
        elif labels.ndim == 2 and len(labels) == count:
            remedy = "use labels.argmax(axis=1) if they are one-hot"
        raise ValueError(f"labels have shape {labels.shape}, but need one for each of {count} images: {remedy}")
    wrong = (labels < 0) | (labels >= (np.inf if classes is None else classes))
    if wrong.any():
        image, last = int(wrong.argmax()), "" if classes is None else f" to {classes - 1}"
        raise ValueError(f"labels[{image}] is {labels[image]}, but classes go from 0{last}: use labels from 0{last}")
