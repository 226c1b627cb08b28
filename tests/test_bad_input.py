"""Every public function of arithmetic and functional, with everything that people hand over by mistake.

Each value is one of two kinds. Either it means the same as a plain one, and then the answer must be the same; or it
means nothing, and then this package says so itself, naming the argument: no error out of NumPy, and no number.
"""

import importlib
import linecache
import traceback
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import torch

from cnnbook import arithmetic as A
from cnnbook import functional as F

pools = importlib.import_module("cnnbook.functional.max_pool2d")
deformable = importlib.import_module("cnnbook.functional.deform_conv2d")
random = np.random.default_rng(0).standard_normal

X, BIAS = random((2, 4, 5, 7)), random(6)
STEPS = {"stride": 1, "padding": 0, "dilation": 1}
CONV2D = {"x": X, "weight": random((6, 2, 3, 2)), "bias": BIAS, **STEPS, "groups": 2}
TRANSPOSED = {**CONV2D, "weight": random((4, 3, 3, 2)), "stride": 2, "output_padding": 0}
DEFORMABLE = {
    "x": random((1, 2, 3, 4)), "offset": random((1, 8, 2, 3)), "weight": random((2, 2, 2, 2)), "bias": random(2),
    **STEPS, "mask": random((1, 4, 2, 3)),
}  # fmt: skip
POOL = {"x": X, "kernel": 3, "stride": 2, "padding": 0, "ceil_mode": False}
CHANNELS = {"running_mean": random(4), "running_var": np.ones(4), "weight": random(4), "bias": random(4)}
NORM = {"x": X, **CHANNELS, "training": True, "momentum": 0.1, "eps": 1e-5}
LAYER = {"c_in": 4, "c_out": 6, "kernel": 3, "groups": 2}

CALLS = [
    (A.output_size, {"size": 7, "kernel": 3, **STEPS, "ceil_mode": False}),
    (A.transposed_output_size, {"size": 7, "kernel": 3, **STEPS, "output_padding": 0}),
    (A.same_padding, {"size": 7, "kernel": 3, "stride": 1, "dilation": 1}),
    (A.Geometry, {"size": 7, "kernel": 3, **STEPS, "groups": 1, "ceil_mode": False}),
    (A.conv_parameters, {**LAYER, "bias": True}),
    (A.conv_macs, {**LAYER, "output": 5}),
    (A.receptive_field, {"layers": [(3, 1, 0, 1)]}),
    (F.conv1d, {**CONV2D, "x": random((2, 4, 7)), "weight": random((6, 2, 3))}),
    (F.conv3d, {**CONV2D, "x": random((2, 4, 3, 5, 4)), "weight": random((6, 2, 2, 3, 2))}),
    *((function, CONV2D) for function in (F.conv2d, F.conv2d_direct, F.conv2d_im2col)),
    (F.conv2d_winograd, {"x": X, "weight": random((6, 4, 3, 3)), "bias": BIAS, "padding": 0, "tile": 4}),
    *((function, TRANSPOSED) for function in (F.conv_transpose2d, F.conv_transpose2d_direct)),
    *((function, DEFORMABLE) for function in (F.deform_conv2d, F.deform_conv2d_direct)),
    (F.im2col, {"x": X, "kernel": (3, 2), **STEPS, "layout": "NCHW"}),
    (F.col2im, {"columns": random((36, 24)), "input_shape": X.shape, "kernel": (3, 2), **STEPS, "layout": "NCHW"}),
    *((function, POOL) for function in (F.max_pool2d, F.max_pool2d_direct, F.avg_pool2d, pools.max_pool2d_argmax)),
    *((function, NORM) for function in (F.batch_norm, F.batch_norm_direct)),
    (F.local_response_norm, {"x": X, "size": 3, "alpha": 1e-4, "beta": 0.75, "k": 1.0}),
    (F.linear, {"x": random((2, 4)), "weight": random((6, 4)), "bias": BIAS}),
    (F.dropout, {"x": X, "p": 0.5, "training": False, "rng": None}),
    (F.dropout_backward, {"grad_output": X, "mask": np.ones(X.shape)}),
    *((function, {"x": X}) for function in (F.global_avg_pool2d, F.relu, F.sigmoid, F.tanh)),
    (F.leaky_relu, {"x": X, "negative_slope": 0.1}),
    (F.elu, {"x": X, "alpha": 1.5}),
    *((function, {"x": X, "axis": 1}) for function in (F.softmax, F.log_softmax)),
    (F.cross_entropy, {"logits": random((4, 3)), "labels": np.array([0, 1, 2, 1])}),
    (deformable.bilinear, {"image": X[0, 0], "y": 1.5, "x": 2.5}),
]  # fmt: skip


def with_backwards(calls):
    for function, arguments in calls:
        yield function, arguments
        backward = getattr(importlib.import_module(function.__module__), f"{function.__name__}_backward", None)
        if backward and function is not F.dropout:
            output = function(**arguments)
            output = output[0] if isinstance(output, tuple) else output
            grad = np.ones_like(output) if isinstance(output, np.ndarray) else 2.0
            yield backward, {"grad" if function is deformable.bilinear else "grad_output": grad, **arguments}


CALLS = [*with_backwards(CALLS)]

ANYTHING = [object(), {}, (), set(), len, ..., b"2", 1 + 0j, np.ma.masked, Decimal(2), torch.tensor(2), np.array(2)]
NO_INTEGER = [
    *ANYTHING, None, True, np.True_, "2", 2.0, 2.5, np.float32(2), np.float64("nan"), float("inf"), Fraction(2), -9,
    np.array([1, 2]), torch.tensor([1, 2]), range(2), (True, 1), (1.0, 1), ("1", 1), [None, 1], "same",
]  # fmt: skip
NO_NUMBER = [*ANYTHING, None, True, np.True_, "2", [1.0], 10**400, np.array([2.0])]
NO_FLAG = [*ANYTHING, None, "False", "", 0, 1, 1.0, [], np.array([True]), np.array(True)]
NO_ORDER = {
    "layers": [object(), {}, set(), len, ..., b"2", 2, "ab", None, np.array(2), torch.tensor(2), [3], [(3, 1), 2], [()],
               [(3, 1, 0, 1, 1)], [(3.0,)]],
    "layout": [*ANYTHING, None, "NHCW", "nchw", ["NCHW"], 4],
    "input_shape": [*ANYTHING, None, 7, "2457", (4, 5, 7), (2, 4, 5, 7, 1), (2, 4, 5.0, 7), (2, 4, 5, -7)],
    "rng": [*ANYTHING, None, 0, np.random.RandomState(0)],
    "labels": [*ANYTHING, None, [0, 1, 2, 1], np.array([0.0, 1, 2, 1]), np.eye(4, 3, dtype=int), np.array([0, 1, 2, 3]),
               np.array([0, 1, 2, -1]), np.array(["0", "1", "2", "1"]), np.array([True, False, True, True]),
               np.ma.array([0, 1, 2, 1]), np.array([[0], [1], [2], [1]]), np.array([[0, 1, 2, 1]]).view(np.matrix)],
}  # fmt: skip


def no_array(good):
    """What is no array of floats, or one of another shape."""
    dtypes = object, complex, int, bool, str, np.float16, np.longdouble, ">f8", "M8[s]"
    other = [*ANYTHING, 2.0, "2", good.tolist(), torch.tensor(good), np.ma.masked_less(good, 0), np.ma.array(good)]
    other += [np.zeros(good.shape).astype(dtype) for dtype in dtypes] + [np.zeros(good.shape, [("a", float)])]
    return other + ([good.view(np.matrix)] if good.ndim == 2 else []) + [np.float64(2), np.array(2.0)]


def wrong_values(function, name, good):
    if name in NO_ORDER:
        return NO_ORDER[name]
    if isinstance(good, np.ndarray):
        optional = name in ("bias", "mask") and function is not F.dropout_backward and "norm" not in function.__name__
        return no_array(good) + ([] if optional else [None])
    if isinstance(good, bool):
        return NO_FLAG
    if isinstance(good, float):
        return NO_NUMBER
    unset = None if name == "stride" and "pool" in function.__name__ else ...  # which means: as the kernel
    return [value for value in NO_INTEGER if value is not unset or value is ...]


def same_values(good):
    """What means the same as `good`."""
    if isinstance(good, np.ndarray) and good.ndim:
        unaligned = np.frombuffer(b"0" + good.tobytes(), good.dtype, offset=1).reshape(good.shape)
        fixed = good.copy()
        fixed.flags.writeable = False
        every_second = np.repeat(good, 2, axis=-1)[..., ::2]
        return [np.asfortranarray(good), np.flip(np.flip(good).copy()), every_second, unaligned, fixed]
    if isinstance(good, bool):
        return [np.bool_(good)]
    if isinstance(good, float):
        return [np.float64(good)]
    if isinstance(good, int):
        return [kind(good) for kind in (np.int8, np.uint8, np.int16, np.int64, np.uint64)]
    return [[np.int8(entry) for entry in good]] if isinstance(good, tuple) else []


def refused(function, arguments):
    """None if this package refuses the arguments itself, naming one; else what happened instead."""
    try:
        output = function(**arguments)
    except (TypeError, ValueError) as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        if "cnnbook" not in frame.filename or not linecache.getline(frame.filename, frame.lineno).strip().startswith(
            "raise "
        ):
            return f"raw error {error!r} in {frame.filename}:{frame.lineno}"
        named = any(name in str(error) for name in (*arguments, "layer", "input", "C_in"))
        return None if named else f"names no argument: {error}"
    except Exception as error:
        return f"raw error {error!r}"
    return f"answered {output!r}"


IDS = [function.__name__ for function, _ in CALLS]


def test_no_function_is_left_out():
    assert {*F.__all__, *A.__all__} - {"Padding", "ReceptiveField"} <= {*IDS}


@pytest.mark.parametrize(("function", "arguments"), CALLS, ids=IDS)
def test_what_means_nothing_is_refused_by_name(function, arguments):
    trying = {"training": True} if function is F.dropout else {}  # without training it needs no generator
    for name, good in (arguments | trying).items():
        for value in wrong_values(function, name, good):
            happened = refused(function, arguments | trying | {name: value})
            assert happened is None, f"{name}={value!r}: {happened}"


@pytest.mark.parametrize(("function", "arguments"), CALLS, ids=IDS)
def test_two_mistakes_at_once_are_refused_too(function, arguments):
    rng = np.random.default_rng(len(function.__name__))
    for _ in range(40 if len(arguments) > 1 else 0):
        names = [str(name) for name in rng.choice([*arguments], 2, replace=False)]
        values = {}
        for name in names:
            wrong = wrong_values(function, name, arguments[name])
            values[name] = wrong[rng.integers(len(wrong))]
        if function is F.dropout and not {"x", "p", "training"} & {*names}:
            continue
        happened = refused(function, arguments | values)
        assert happened is None, f"{values!r}: {happened}"


@pytest.mark.parametrize(("function", "arguments"), CALLS, ids=IDS)
def test_what_means_the_same_gives_the_same(function, arguments):
    expected = function(**arguments)
    for name, good in arguments.items():
        for value in same_values(good):
            found = function(**arguments | {name: value})
            for one, other in zip(numbers(found), numbers(expected), strict=True):
                np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12, err_msg=f"{name}={value!r}")


def numbers(output):
    """The arrays and numbers of an output, one after the other."""
    if isinstance(output, A.Geometry):
        return [output.size, output.kernel, output.stride, output.padding, output.output]
    return [part for part in (output if isinstance(output, tuple) else (output,)) if part is not None]


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [(F.conv2d, {**CONV2D, "padding": 10**30}, "planes of .* pixels, padding included, are too large: use less than"),
     (F.conv1d, {**CONV2D, "x": X[:, :, 0], "weight": CONV2D["weight"][..., 0], "padding": 2**62}, "padding"),
     (F.im2col, {"x": X, "kernel": 3, "padding": 2**31}, "padding"),
     (F.conv_transpose2d, {**TRANSPOSED, "stride": 2**62}, "stride"),
     (F.conv_transpose2d_direct, {**TRANSPOSED, "dilation": 10**30}, "dilation"),
     (F.conv2d, {**CONV2D, "dilation": 10**30}, "kernel 3 with dilation 10+ spans 20+1 and does not fit")],
)  # fmt: skip
def test_options_that_no_memory_holds_are_refused(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(**arguments)


def test_options_that_are_far_too_large_for_an_image_but_harmless_count():
    np.testing.assert_allclose(F.conv2d(**CONV2D | {"stride": 10**30}), F.conv2d(**CONV2D)[:, :, :1, :1])
    for pool in (F.max_pool2d, F.max_pool2d_direct, F.avg_pool2d):
        whole = X.max((2, 3)) if pool is not F.avg_pool2d else X.mean((2, 3))
        np.testing.assert_allclose(pool(X, 10**30, ceil_mode=True)[:, :, 0, 0], whole)
        np.testing.assert_array_equal(pool(X, 3, stride=10**30), pool(X, 3, stride=99))
    np.testing.assert_allclose(
        F.local_response_norm(X, size=10**30, alpha=1e30), F.local_response_norm(X, size=9, alpha=9.0)
    )
