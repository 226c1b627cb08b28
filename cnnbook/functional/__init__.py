"""The operations of a convolutional network in NumPy, each with its backward: what the book explains, to be read.

Every operation is stateless: arrays in, then keyword-only options, a new array out. `X_backward` takes the gradient of
the loss with respect to the output, then exactly what `X` takes, and returns a tuple with one gradient per array
argument, in order (None for an absent bias). float32 in, float32 out; float64 likewise; inputs are never changed.
Images are ``(N, C, H, W)``, weights ``(C_out, C_in // groups, kH, kW)``.

One operation a file, its backward right under it:

>>> from cnnbook.functional import conv2d, conv2d_backward     # both in cnnbook/functional/conv2d.py
"""

from importlib import import_module

# Bound at once, not on first use: the import of a file binds its name to the module, and here it must mean the function.
_FILES = {
    "conv1d": ["conv1d", "conv1d_backward"],
    "conv2d": [
        "conv2d", "conv2d_backward",
        "conv2d_direct", "conv2d_direct_backward",
        "conv2d_im2col", "conv2d_im2col_backward",
    ],
    "conv3d": ["conv3d", "conv3d_backward"],
    "im2col": ["im2col", "col2im"],
    "winograd": ["conv2d_winograd", "conv2d_winograd_backward"],
    "conv_transpose2d": ["conv_transpose2d", "conv_transpose2d_backward", "conv_transpose2d_direct"],
    "deform_conv2d": ["deform_conv2d", "deform_conv2d_backward", "deform_conv2d_direct"],
    "max_pool2d": ["max_pool2d", "max_pool2d_backward"],
    "avg_pool2d": ["avg_pool2d", "avg_pool2d_backward", "global_avg_pool2d", "global_avg_pool2d_backward"],
    "relu": ["relu", "relu_backward"],
    "leaky_relu": ["leaky_relu", "leaky_relu_backward"],
    "elu": ["elu", "elu_backward"],
    "sigmoid": ["sigmoid", "sigmoid_backward"],
    "tanh": ["tanh", "tanh_backward"],
    "softmax": ["softmax", "softmax_backward", "log_softmax", "log_softmax_backward"],
    "linear": ["linear", "linear_backward"],
    "cross_entropy": ["cross_entropy", "cross_entropy_backward"],
    "batch_norm": ["batch_norm", "batch_norm_backward"],
    "local_response_norm": ["local_response_norm", "local_response_norm_backward"],
    "dropout": ["dropout", "dropout_backward"],
}  # fmt: skip

for _file, _names in _FILES.items():
    try:
        _module = import_module(f"{__name__}.{_file}")
    except ModuleNotFoundError:
        continue
    globals().update({_name: getattr(_module, _name) for _name in _names if hasattr(_module, _name)})

__all__ = sorted(_name for _names in _FILES.values() for _name in _names)
