"""Layers: an operation of `cnnbook.functional`, the numbers it has learned, and a memory for the backward pass.

Every operation has the same form, so one class serves nearly all: `X(x, *parameters, **options)`, and
`X_backward(grad_output, x, *parameters, **options)`, which returns one gradient for x and each of the parameters.
"""

from math import prod

import numpy as np

from .. import functional as F
from .._validate import grouped_channels, pair
from .initialise import he_normal


class Layer:
    """An operation with its options and parameters. `operation` is a pair: the function and its backward.

    Attributes
    ----------
    parameters : dict of str to ndarray
        What training changes, in the order in which the operation takes them.
    gradients : dict of str to ndarray
        Of the loss, one for each parameter; set by :meth:`backward`.
    """

    operation = None

    def __init__(self, **options):
        self.options, self.parameters, self.gradients = options, {}, {}
        self.x = None

    def forward(self, x, *, training):
        """Output for the batch `x`, kept for :meth:`backward`. Most layers do the same in training and after it."""
        self.x = x
        function, _ = self.operation
        return function(x, *self.parameters.values(), **self.options)

    def backward(self, grad_output):
        """Gradient of the loss with respect to `x`, from that with respect to the output; sets `gradients` too."""
        _, backward = self.operation
        arrays = self.remembered("x"), *self.parameters.values()
        grad_x, *grads = backward(grad_output, *arrays, **self.options)
        self.gradients = dict(zip(self.parameters, grads, strict=False))  # no parameter, no name: an absent bias
        return grad_x

    def remembered(self, name):
        """What forward has kept; without a forward pass there is nothing to go back through."""
        kept = getattr(self, name)
        if kept is None:
            raise RuntimeError(f"{type(self).__name__}.backward came before forward: call forward first")
        return kept


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
    bias : bool
        False where a batch normalisation follows: it would take the bias away again.
    groups : int
        Divides the channels into groups that do not see each other.
    initialise : callable
        :func:`cnnbook.nn.he_normal`, or another with its arguments.
    dtype : numpy.float32 or numpy.float64
    **options
        `stride`, `padding`, `dilation`.
    """

    operation = (F.conv2d, F.conv2d_backward)

    def __init__(
        self, c_in, c_out, kernel, *, rng, bias=True, groups=1, initialise=he_normal, dtype=np.float32, **options
    ):
        super().__init__(groups=groups, **options)
        c_in, c_out, groups = grouped_channels(c_in, c_out, groups)
        shape = c_out, c_in // groups, *pair("kernel", kernel, 1)
        self.parameters["weight"] = initialise(shape, rng=rng, dtype=dtype)
        if bias:
            self.parameters["bias"] = np.zeros(c_out, dtype)


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

    def __init__(self, c_in, c_out, *, rng, initialise=he_normal, dtype=np.float32):
        super().__init__()
        self.parameters["weight"] = initialise((c_out, c_in), rng=rng, dtype=dtype)
        self.parameters["bias"] = np.zeros(c_out, dtype)


class ReLU(Layer):
    """``max(x, 0)``."""

    operation = (F.relu, F.relu_backward)


class LeakyReLU(Layer):
    """Like :class:`ReLU`, with a slope below zero. Option: `negative_slope`."""

    operation = (F.leaky_relu, F.leaky_relu_backward)


class ELU(Layer):
    """Like :class:`ReLU`, with a curve below zero that levels off at -alpha. Option: `alpha`."""

    operation = (F.elu, F.elu_backward)


class Sigmoid(Layer):
    """An S-curve from 0 to 1."""

    operation = (F.sigmoid, F.sigmoid_backward)


class Tanh(Layer):
    """An S-curve from -1 to 1."""

    operation = (F.tanh, F.tanh_backward)


class MaxPool2d(Layer):
    """Largest number in each window. Options: `kernel`, `stride`, `padding`, `ceil_mode`."""

    operation = (F.max_pool2d, F.max_pool2d_backward)


class AvgPool2d(Layer):
    """Mean of each window. Options: `kernel`, `stride`, `padding`, `ceil_mode`."""

    operation = (F.avg_pool2d, F.avg_pool2d_backward)


class GlobalAvgPool2d(Layer):
    """Mean of each plane: (N, C, H, W) -> (N, C)."""

    operation = (F.global_avg_pool2d, F.global_avg_pool2d_backward)


class LocalResponseNorm(Layer):
    """Damps a channel where the channels beside it are strong. Options: `size`, `alpha`, `beta`, `k`."""

    operation = (F.local_response_norm, F.local_response_norm_backward)


def _flatten(x):
    return x.reshape(len(x), prod(x.shape[1:]))


def _flatten_backward(grad_output, x):
    return (grad_output.reshape(x.shape),)


class Flatten(Layer):
    """(N, C, H, W) -> (N, C * H * W)."""

    operation = (_flatten, _flatten_backward)


class BatchNorm(Layer):
    """Batch normalisation with a weight, at first one, a bias, at first zero, and running statistics.

    Parameters
    ----------
    channels : int
    dtype : numpy.float32 or numpy.float64
    **options
        `momentum`, `eps`.
    """

    def __init__(self, channels, *, dtype=np.float32, **options):
        super().__init__(**options)
        self.parameters = {"weight": np.ones(channels, dtype), "bias": np.zeros(channels, dtype)}
        self.running_mean, self.running_var = np.zeros(channels, dtype), np.ones(channels, dtype)
        self.training = None

    def forward(self, x, *, training):
        self.x, self.training = x, training
        output, self.running_mean, self.running_var = F.batch_norm(
            x, self.running_mean, self.running_var, **self.parameters, training=training, **self.options
        )
        return output

    def backward(self, grad_output):
        # The running statistics have moved since, but in training the gradient does not depend on them.
        grad_x, _, _, *grads = F.batch_norm_backward(
            grad_output,
            self.remembered("x"),
            self.running_mean,
            self.running_var,
            **self.parameters,
            training=self.training,
            **self.options,
        )
        self.gradients = dict(zip(self.parameters, grads, strict=True))
        return grad_x


class Dropout(Layer):
    """Dropout with probability `p`; `rng` decides, anew in each forward pass."""

    def __init__(self, *, p, rng):
        super().__init__(p=p, rng=rng)
        self.mask = None

    def forward(self, x, *, training):
        output, self.mask = F.dropout(x, training=training, **self.options)
        return output

    def backward(self, grad_output):
        (grad_x,) = F.dropout_backward(grad_output, self.remembered("mask"))
        return grad_x
