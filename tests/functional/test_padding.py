"""Padding that differs before and after: every operation against PyTorch on an input that is padded beforehand."""

import numpy as np
import pytest
import torch
import torch.nn.functional as T

from cnnbook import functional as F
from cnnbook.arithmetic import Padding, same_padding
from cnnbook.functional.max_pool2d import max_pool2d_direct, max_pool2d_direct_backward


def flat(padding):
    """In PyTorch's order: the last axis first."""
    return [side for sides in reversed(padding) for side in sides]


def on_padded(operation, value=0.0):
    """A PyTorch operation without padding, on an input with explicit numbers around it."""
    return lambda x, *rest, padding, **options: operation(T.pad(x, flat(padding), value=value), *rest, **options)


def cropped(operation):
    """The transposed operation: padding is what is cut off its output."""
    return lambda x, *rest, padding, **options: T.pad(operation(x, *rest, **options), [-side for side in flat(padding)])


def integers(rng, low, high, count):
    return tuple(int(n) for n in rng.integers(low, high, count))


def convolution(axes, kernel=None, **fixed):
    """Return what draws arrays and options; a form that takes no stride, dilation and groups fixes its kernel."""

    def draw(rng):
        options = {"stride": integers(rng, 1, 4, axes), "dilation": integers(rng, 1, 3, axes), "groups": 2}
        options = {} if kernel else options
        x = rng.standard_normal((2, 4, *rng.integers(5, 9, axes)))
        weight = rng.standard_normal((4, 4 // options.get("groups", 1), *(kernel or rng.integers(1, 4, axes))))
        return (x, weight, rng.standard_normal(4)), options

    return draw


def transposed(rng):
    options = {"stride": integers(rng, 1, 4, 2), "dilation": integers(rng, 1, 4, 2), "groups": 2}
    extra = tuple(int(rng.integers(0, max(both))) for both in zip(options["stride"], options["dilation"], strict=True))
    x, weight = rng.standard_normal((2, 4, *rng.integers(4, 7, 2))), rng.standard_normal((4, 3, *rng.integers(2, 4, 2)))
    return (x, weight, rng.standard_normal(6)), options | {"output_padding": extra}


def pooling(rng):
    x = rng.standard_normal((2, 2, *rng.integers(5, 9, 2)))
    return (x,), {"kernel": integers(rng, 4, 6, 2), "stride": integers(rng, 1, 6, 2)}


def torch_pool(operation):
    return lambda x, kernel, stride: operation(x, kernel, stride)


CASES = {  # name: number of axes, what draws arrays and options, PyTorch's operation
    "conv1d": (1, convolution(1), on_padded(T.conv1d)),
    "conv2d": (2, convolution(2), on_padded(T.conv2d)),
    "conv2d_direct": (2, convolution(2), on_padded(T.conv2d)),
    "conv2d_im2col": (2, convolution(2), on_padded(T.conv2d)),
    "conv2d_winograd": (2, convolution(2, kernel=(3, 3)), on_padded(T.conv2d)),
    "conv3d": (3, convolution(3), on_padded(T.conv3d)),
    "conv_transpose2d": (2, transposed, cropped(T.conv_transpose2d)),
    "conv_transpose2d_direct": (2, transposed, cropped(T.conv_transpose2d)),
    "max_pool2d": (2, pooling, on_padded(torch_pool(T.max_pool2d), value=-torch.inf)),
    "max_pool2d_direct": (2, pooling, on_padded(torch_pool(T.max_pool2d), value=-torch.inf)),
    "avg_pool2d": (2, pooling, on_padded(torch_pool(T.avg_pool2d))),
}
DIRECT = {"max_pool2d_direct": (max_pool2d_direct, max_pool2d_direct_backward)}


def operations(name):
    return DIRECT.get(name) or (getattr(F, name), getattr(F, f"{name}_backward"))


def draw(name, seed):
    rng = np.random.default_rng(seed)
    axes, case, _ = CASES[name]
    arrays, options = case(rng)
    return arrays, options | {"padding": [integers(rng, 0, 3, 2) for _ in range(axes)]}


@pytest.mark.torch
@pytest.mark.parametrize("name", CASES)
def test_agrees_with_torch_on_a_padded_input(assert_like_torch, name):
    forward, backward = operations(name)
    for seed in range(2 if "direct" in name else 12):
        arrays, options = draw(name, seed)
        assert_like_torch(
            lambda *arrays, options=options: forward(*arrays, **options),
            lambda grad, *arrays, options=options: backward(grad, *arrays, **options),
            lambda *tensors, options=options: CASES[name][2](*tensors, **options),
            *arrays,
        )


@pytest.mark.parametrize("name", [name for name in CASES if "direct" not in name])
def test_agrees_with_differences(assert_like_differences, name):
    forward, backward = operations(name)
    arrays, options = draw(name, 5)
    assert_like_differences(
        lambda *arrays: forward(*arrays, **options), lambda grad, *arrays: backward(grad, *arrays, **options), *arrays
    )


@pytest.mark.torch
@pytest.mark.parametrize("seed", range(8))
def test_im2col_and_col2im_agree_with_torch_on_a_padded_input(seed):
    rng = np.random.default_rng(seed)
    padding, kernel = [integers(rng, 0, 3, 2) for _ in "HW"], integers(rng, 1, 4, 2)
    x, options = rng.standard_normal((2, 3, 8, 9)), {name: integers(rng, 1, 4, 2) for name in ("stride", "dilation")}
    columns, padded = F.im2col(x, kernel, padding=padding, **options), T.pad(torch.tensor(x), flat(padding))
    unfolded = T.unfold(padded, kernel, **options)
    np.testing.assert_array_equal(columns, unfolded.permute(0, 2, 1).reshape(columns.shape))
    folded = T.pad(T.fold(unfolded, padded.shape[2:], kernel, **options), [-side for side in flat(padding)])
    np.testing.assert_allclose(F.col2im(columns, x.shape, kernel, padding=padding, **options), folded, atol=1e-12)


# Two axes, whatever the operation: 5 rows, 7 columns, a kernel of 3, and offsets of zero.

X, WEIGHT = (np.random.default_rng(0).standard_normal(shape) for shape in ((1, 1, 5, 7), (1, 1, 3, 3)))
TWO_AXES = {
    "deform_conv2d": lambda size: (np.zeros((1, 18, *size)), WEIGHT),
    "deform_conv2d_direct": lambda size: (np.zeros((1, 18, *size)), WEIGHT),
    **{name: lambda size: (WEIGHT,) for name, (axes, *_) in CASES.items() if axes == 2},
    **{name: lambda size: (3, ) for name in CASES if "pool" in name},
}  # fmt: skip


def both_ways(name, padding, size=(5, 7)):
    forward, backward = operations(name)
    options = {"stride": 1} if "pool" in name else {}
    output = forward(X, *TWO_AXES[name](size), padding=padding, **options)
    return output, *backward(np.ones_like(output), X, *TWO_AXES[name](size), padding=padding, **options)


@pytest.mark.parametrize("name", TWO_AXES)
def test_same_padding_is_taken_as_it_is(name):
    for padding in (same_padding((5, 7), (3, 3)), same_padding(5, 3)):
        output, grad_x, *_ = both_ways(name, padding)
        assert output.shape == grad_x.shape == X.shape
        np.testing.assert_array_equal(output, both_ways(name, 1)[0])


def test_the_issues_call_keeps_the_size():
    x, weight = np.ones((1, 1, 5, 5)), np.ones((1, 1, 4, 4))
    assert F.conv2d(x, weight, padding=same_padding(5, 4)).shape == (1, 1, 5, 5)
    assert F.conv2d(x, weight, padding=(1, 2)).shape == (1, 1, 4, 6)  # as in PyTorch: 1 row and 2 columns on each side
    assert F.max_pool2d(x, 2, stride=1, padding=same_padding(5, 2)).shape == (1, 1, 5, 5)
    sequence, volume = np.ones((1, 1, 5)), np.ones((1, 1, 5, 5, 5))
    assert F.conv1d(sequence, np.ones((1, 1, 4)), padding=same_padding(5, 4)).shape == (1, 1, 5)
    assert F.conv1d(sequence, np.ones((1, 1, 4)), padding=(1, 2)).shape == (1, 1, 5)  # one axis: nothing else is meant
    assert F.conv3d(volume, np.ones((1, 1, 4, 4, 4)), padding=same_padding(5, 4)).shape == (1, 1, 5, 5, 5)


@pytest.mark.parametrize("name", TWO_AXES)
@pytest.mark.parametrize(
    ("padding", "like", "size"),
    [(1, ((1, 1), (1, 1)), (5, 7)), (np.int8(1), ((1, 1), (1, 1)), (5, 7)), ((1, 0), ((1, 1), (0, 0)), (5, 5)),
     ([0, 1], ((0, 0), (1, 1)), (3, 7)), (Padding(0, 1), ((0, 1), (0, 1)), (4, 6)),
     ([[0, 1], (1, 0)], ((0, 1), (1, 0)), (4, 6)), (((0, np.uint8(1)), 1), ((0, 1), (1, 1)), (4, 7))],
    ids=str,
)  # fmt: skip
def test_every_form_of_padding_means_the_same_everywhere(name, padding, like, size):
    for found, expected in zip(both_ways(name, padding, size), both_ways(name, like, size), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", TWO_AXES)
@pytest.mark.parametrize(
    "padding",
    [(1, 1, 1), (0, 1, 0, 1), ((0, 1),), ((0, 1, 1), 0), -1, (0, -1), ((0, -1), 0), 1.0, ((0, 1.0), 0), True,
     ((0, True), 0), "same", ("same", "same"), None, np.array([1, 1]), ()],
    ids=str,
)  # fmt: skip
def test_any_other_padding_is_refused_by_name(name, padding):
    forward, backward = operations(name)
    arguments = X, *TWO_AXES[name]((5, 7))
    calls = [(forward, arguments), (backward, (X, *arguments)), (F.im2col, (X, 3)), (F.col2im, (X[0, 0], X.shape, 3))]
    for function, arguments in calls:
        with pytest.raises((TypeError, ValueError), match="padding"):
            function(*arguments, padding=padding)
