"""The operations of a convolutional network in NumPy, each with its backward: what the book explains, to be read.

Every operation is stateless: arrays in, then keyword-only options, a new array out. `X_backward` takes the gradient of
the loss with respect to the output, then exactly what `X` takes, and returns a tuple with one gradient per array
argument, in order (None for an absent bias). float32 in, float32 out; float64 likewise; inputs are never changed.
Images are ``(N, C, H, W)``, weights ``(C_out, C_in // groups, kH, kW)``.

One operation a file, its backward right under it:

>>> from cnnbook.functional import conv2d, conv2d_backward     # both in cnnbook/functional/conv2d.py
"""

# Imported at once, not on first use: importing a file binds its name to the module, and here it must be the function.
from .avg_pool2d import avg_pool2d, avg_pool2d_backward, global_avg_pool2d, global_avg_pool2d_backward
from .batch_norm import batch_norm, batch_norm_backward, batch_norm_direct, batch_norm_direct_backward
from .conv1d import conv1d, conv1d_backward
from .conv2d import (
    conv2d,
    conv2d_backward,
    conv2d_direct,
    conv2d_direct_backward,
    conv2d_im2col,
    conv2d_im2col_backward,
)
from .conv3d import conv3d, conv3d_backward
from .conv_transpose2d import (
    conv_transpose2d,
    conv_transpose2d_backward,
    conv_transpose2d_direct,
    conv_transpose2d_direct_backward,
)
from .cross_entropy import cross_entropy, cross_entropy_backward
from .deform_conv2d import (
    deform_conv2d,
    deform_conv2d_backward,
    deform_conv2d_direct,
    deform_conv2d_direct_backward,
)
from .dropout import dropout, dropout_backward
from .elu import elu, elu_backward
from .im2col import col2im, im2col
from .leaky_relu import leaky_relu, leaky_relu_backward
from .linear import linear, linear_backward
from .local_response_norm import local_response_norm, local_response_norm_backward
from .max_pool2d import max_pool2d, max_pool2d_backward, max_pool2d_direct, max_pool2d_direct_backward
from .relu import relu, relu_backward
from .sigmoid import sigmoid, sigmoid_backward
from .softmax import log_softmax, log_softmax_backward, softmax, softmax_backward
from .tanh import tanh, tanh_backward
from .winograd import conv2d_winograd, conv2d_winograd_backward

__all__ = [
    "avg_pool2d",
    "avg_pool2d_backward",
    "batch_norm",
    "batch_norm_backward",
    "batch_norm_direct",
    "batch_norm_direct_backward",
    "col2im",
    "conv1d",
    "conv1d_backward",
    "conv2d",
    "conv2d_backward",
    "conv2d_direct",
    "conv2d_direct_backward",
    "conv2d_im2col",
    "conv2d_im2col_backward",
    "conv2d_winograd",
    "conv2d_winograd_backward",
    "conv3d",
    "conv3d_backward",
    "conv_transpose2d",
    "conv_transpose2d_backward",
    "conv_transpose2d_direct",
    "conv_transpose2d_direct_backward",
    "cross_entropy",
    "cross_entropy_backward",
    "deform_conv2d",
    "deform_conv2d_backward",
    "deform_conv2d_direct",
    "deform_conv2d_direct_backward",
    "dropout",
    "dropout_backward",
    "elu",
    "elu_backward",
    "global_avg_pool2d",
    "global_avg_pool2d_backward",
    "im2col",
    "leaky_relu",
    "leaky_relu_backward",
    "linear",
    "linear_backward",
    "local_response_norm",
    "local_response_norm_backward",
    "log_softmax",
    "log_softmax_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "max_pool2d_direct",
    "max_pool2d_direct_backward",
    "relu",
    "relu_backward",
    "sigmoid",
    "sigmoid_backward",
    "softmax",
    "softmax_backward",
    "tanh",
    "tanh_backward",
]
