"""Layers: an operation of `cnnbook.functional`, the numbers it has learned, and a memory for the backward pass.

Every operation has the same form, so one class serves nearly all: `X(x, *parameters, **options)`, and
`X_backward(grad_output, x, *parameters, **options)`, which returns one gradient for x and each of the parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from .. import functional as F
from .._types import Float, NDArray, Pad, Size
from .._validate import flag, float_dtype, floats, generator, got, grouped_channels, integer, pair, shape
from ..functional.max_pool2d import max_pool2d_scatter, max_pool2d_with_index
from .initialise import he_normal


class Layer:
    """An operation with its options and parameters. `operation` is a pair: the function and its backward.

    Attributes
    ----------
    parameters : dict of str to ndarray
        What training changes, in the order in which the operation takes them.
    gradients : dict of str to ndarray
        Of the loss, one for each parameter; set by :meth:`backward`. A layer that a network uses twice goes backward
        twice, and these are the sums over both.
    memory : object
        What the last forward pass has kept for :meth:`backward`, or None. A network takes it away and brings it back
        in time, so one layer can stand in several places.
    """

    operation = None

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.parameters: dict[str, NDArray[Any]] = {}
        self.gradients: dict[str, NDArray[Any]] = {}
        self.memory, self.went_back = None, False

    def forward(self, x: NDArray[Float], *, training: bool) -> NDArray[Float]:
        """Output for the batch `x`, kept for :meth:`backward`. Most layers do the same in training and after it."""
        self.memory, self.went_back = None, False  # what an error leaves behind is no forward pass
        with self._named():
            output, self.memory = self._forward(x, flag("training", training))
        return output

    def backward(self, grad_output: NDArray[Float]) -> NDArray[Float]:
        """Gradient of the loss with respect to `x`, from that with respect to the output; sets `gradients` too.

        Once for each forward pass: by the next time an optimiser may have moved the parameters.
        """
        memory, self.memory = self.memory, None
        if memory is None:
            self._refuse_backward()
        with self._named():
            grad_x, *grads = self._backward(grad_output, memory)
        if grads:
            named = dict(zip(self.parameters, grads, strict=False))  # no parameter, no name: an absent bias
            self.gradients = {name: self.gradients[name] + g for name, g in named.items()} if self.went_back else named
        self.went_back = True
        return grad_x

    def _forward(self, x, training):
        """Output, and what backward needs."""
        function, _ = self.operation
        return function(x, *self.parameters.values(), **self.options), x

    def _backward(self, grad_output, memory):
        """Gradients of x and of the parameters, in the order of `parameters`."""
        _, backward = self.operation
        return backward(grad_output, memory, *self.parameters.values(), **self.options)

    def _refuse_backward(self):
        name = type(self).__name__
        if not self.went_back:
            raise RuntimeError(f"{name}.backward came before forward: call forward first")
        raise RuntimeError(
            f"{name}.backward has been here since the last forward: call forward again; and put a layer that is used "
            "twice into a Sequential or Residual, which keep what each use needs"
        )

    def _named(self):
        return named(f"{type(self).__name__}: ")

    def _try(self, *size):
        """Let the operation refuse bad options now, on a batch of no images, and not in the first forward pass."""
        dtypes = [array.dtype for array in self.parameters.values()]
        with self._named():
            self._forward(np.zeros((0, *size), dtypes[0] if dtypes else np.float32), True)


@contextmanager
def named(layer):
    """Say in an error which layer it comes from."""
    try:
        yield
    except (TypeError, ValueError) as error:
        error.args = (f"{layer}{error}",)
        raise


def a_layer(name, value):
    """Refuse all but a layer: its class is none yet.

    >>> a_layer("body", Layer)
    Traceback (most recent call last):
    TypeError: body must be a layer, got the class Layer: use Layer(...)
    """
    if isinstance(value, type) and issubclass(value, Layer):
        raise TypeError(f"{name} must be a layer, got the class {value.__name__}: use {value.__name__}(...)")
    if not isinstance(value, Layer):
        raise TypeError(f"{name} must be a layer, {got(value)}: use an object of a class derived from nn.Layer")
    return value


class Conv2d(Layer):
    """Convolution with a weight (c_out, c_in // groups, kH, kW) and a bias (c_out,), at first zero.

    Parameters
    ----------
    c_in, c_out : int
        Channels.
    kernel : int or tuple of int
        Size of the window.
    rng : numpy.random.Generator
        Draws the first weights.
    stride, padding, dilation
        As in :func:`cnnbook.functional.conv2d`.
    groups : int
        Divides the channels into groups that do not see each other.
    bias : bool
        False where a batch normalisation follows: it would take the bias away again.
    initialise : callable
        :func:`cnnbook.nn.he_normal`, or another with its arguments.
    dtype : numpy.float32 or numpy.float64

    Raises
    ------
    TypeError, ValueError
        For options that the operation would refuse.
    """

    operation = (F.conv2d, F.conv2d_backward)

    def __init__(
        self, c_in: int, c_out: int, kernel: Size,
        *, rng: np.random.Generator, stride: Size = 1, padding: Pad = 0, dilation: Size = 1, groups: int = 1,
        bias: bool = True, initialise: Callable[..., NDArray[Any]] = he_normal, dtype: DTypeLike = np.float32,
    ) -> None:  # fmt: skip
        super().__init__(stride=stride, padding=padding, dilation=dilation, groups=groups)
        with self._named():
            c_in, c_out, groups = grouped_channels(c_in, c_out, groups)
            kernel, dilation = pair("kernel", kernel, 1), pair("dilation", dilation, 1)
            weights = c_out, c_in // groups, *kernel
            self.parameters = _first_parameters(weights, flag("bias", bias), rng, initialise, dtype)
        self._try(c_in, *(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)))


class Linear(Layer):
    """Fully connected layer with a weight (c_out, c_in) and a bias (c_out,), at first zero.

    Parameters
    ----------
    c_in, c_out : int
        Numbers an image, before and after.
    rng, initialise, dtype
        As in :class:`Conv2d`.
    """

    operation = (F.linear, F.linear_backward)

    def __init__(
        self, c_in: int, c_out: int,
        *, rng: np.random.Generator, initialise: Callable[..., NDArray[Any]] = he_normal,
        dtype: DTypeLike = np.float32,
    ) -> None:  # fmt: skip
        super().__init__()
        with self._named():
            weights = integer("c_out", c_out, 1), integer("c_in", c_in, 1)
            self.parameters = _first_parameters(weights, True, rng, initialise, dtype)


def _first_parameters(weights, bias, rng, initialise, dtype):
    """A weight of the shape `weights`, as `initialise` draws it, and perhaps a bias of zeros."""
    dtype, rng = float_dtype("dtype", dtype), generator("rng", rng)
    if not callable(initialise):
        raise TypeError(f"initialise must be a function, {got(initialise)}: use cnnbook.nn.he_normal")
    weight = initialise(weights, rng=rng, dtype=dtype)
    floats("initialise's result", weight)
    shape("initialise's result", weight, weights, "the shape that it was asked for")
    return {"weight": weight.astype(dtype, copy=False)} | ({"bias": np.zeros(weights[0], dtype)} if bias else {})


class ReLU(Layer):
    """``max(x, 0)``."""

    operation = (F.relu, F.relu_backward)

    def __init__(self) -> None:
        super().__init__()


class LeakyReLU(Layer):
    """Like :class:`ReLU`, with a slope below zero."""

    operation = (F.leaky_relu, F.leaky_relu_backward)

    def __init__(self, *, negative_slope: float = 0.01) -> None:
        super().__init__(negative_slope=negative_slope)
        self._try(1)


class ELU(Layer):
    """Like :class:`ReLU`, with a curve below zero that levels off at -alpha."""

    operation = (F.elu, F.elu_backward)

    def __init__(self, *, alpha: float = 1.0) -> None:
        super().__init__(alpha=alpha)
        self._try(1)


class Sigmoid(Layer):
    """An S-curve from 0 to 1."""

    operation = (F.sigmoid, F.sigmoid_backward)

    def __init__(self) -> None:
        super().__init__()


class Tanh(Layer):
    """An S-curve from -1 to 1."""

    operation = (F.tanh, F.tanh_backward)

    def __init__(self) -> None:
        super().__init__()


class _Pool2d(Layer):
    def __init__(self, kernel: Size, *, stride: Size | None = None, padding: Pad = 0, ceil_mode: bool = False) -> None:
        super().__init__(kernel=kernel, stride=stride, padding=padding, ceil_mode=ceil_mode)
        with self._named():
            size = pair("kernel", kernel, 1)
        self._try(1, *size)


class AvgPool2d(_Pool2d):
    """Mean of each window; options as in :func:`cnnbook.functional.avg_pool2d`."""

    operation = (F.avg_pool2d, F.avg_pool2d_backward)


class MaxPool2d(_Pool2d):
    """Largest number in each window; options as in :func:`cnnbook.functional.max_pool2d`."""

    operation = (F.max_pool2d, F.max_pool2d_backward)

    def _forward(self, x, training):
        if not training:  # hardly ever goes backward, and without the index it is several times faster
            return super()._forward(x, training)
        output, index = max_pool2d_with_index(x, **self.options)
        return output, (index, x.shape)

    def _backward(self, grad_output, memory):
        if isinstance(memory, np.ndarray):
            return super()._backward(grad_output, memory)
        return (max_pool2d_scatter(grad_output, *memory),)


class GlobalAvgPool2d(Layer):
    """Mean of each plane: (N, C, H, W) -> (N, C)."""

    operation = (F.global_avg_pool2d, F.global_avg_pool2d_backward)

    def __init__(self) -> None:
        super().__init__()


class LocalResponseNorm(Layer):
    """Damps a channel where the channels beside it are strong, as :func:`cnnbook.functional.local_response_norm`."""

    operation = (F.local_response_norm, F.local_response_norm_backward)

    def __init__(self, *, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__(size=size, alpha=alpha, beta=beta, k=k)
        self._try(1, 1, 1)


class Flatten(Layer):
    """(N, C, H, W) -> (N, C * H * W)."""

    def __init__(self) -> None:
        super().__init__()

    def _forward(self, x, training):
        floats("x", x)
        return x.reshape(len(x), prod(x.shape[1:])), x.shape

    def _backward(self, grad_output, memory):
        N, *rest = memory
        floats("grad_output", grad_output)
        shape("grad_output", grad_output, (N, prod(rest)), "the shape of the output")
        return (grad_output.reshape(memory),)


class BatchNorm(Layer):
    """Batch normalisation with a weight, at first one, a bias, at first zero, and running statistics.

    Parameters
    ----------
    channels : int
    momentum, eps
        As in :func:`cnnbook.functional.batch_norm`.
    dtype : numpy.float32 or numpy.float64
    """

    def __init__(
        self, channels: int, *, momentum: float = 0.1, eps: float = 1e-5, dtype: DTypeLike = np.float32
    ) -> None:
        super().__init__(momentum=momentum, eps=eps)
        with self._named():
            channels, dtype = integer("channels", channels, 1), float_dtype("dtype", dtype)
        self.parameters = {"weight": np.ones(channels, dtype), "bias": np.zeros(channels, dtype)}
        self.running_mean, self.running_var = np.zeros(channels, dtype), np.ones(channels, dtype)
        self._try(channels)

    def _forward(self, x, training):
        running = self.running_mean, self.running_var
        output, self.running_mean, self.running_var = F.batch_norm(
            x, *running, **self.parameters, training=training, **self.options
        )
        return output, (x, running, training)

    def _backward(self, grad_output, memory):
        x, running, training = memory
        grad_x, _, _, *grads = F.batch_norm_backward(
            grad_output, x, *running, **self.parameters, training=training, **self.options
        )
        return grad_x, *grads


class Dropout(Layer):
    """Dropout with probability `p`; `rng` decides, anew in each forward pass."""

    def __init__(self, *, p: float, rng: np.random.Generator) -> None:
        super().__init__(p=p, rng=rng)
        with self._named():
            generator("rng", rng)
        self._try(1)

    def _forward(self, x, training):
        return F.dropout(x, training=training, **self.options)  # the mask is what backward needs

    def _backward(self, grad_output, memory):
        return F.dropout_backward(grad_output, memory)
