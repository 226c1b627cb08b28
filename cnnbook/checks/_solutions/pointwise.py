"""Solutions of the questions on 1x1 convolutions, as `solutions/pointwise.ipynb` has them."""

import numpy as np


def pointwise_conv(x, weight, bias):
    """1x1 convolution of x (N, C_in, H, W): weight (C_out, C_in), bias (C_out,).

    pointwise_conv(np.ones((1, 2, 1, 1)), np.array([[3, 4]]), np.ones(1)) is [[[[8]]]].
    """
    N, C_in, H, W = x.shape
    pixels = x.reshape(N, C_in, H * W)
    output = weight @ pixels + bias[:, None]  # (N, C_out, H * W)
    return output.reshape(N, -1, H, W)


def bottleneck_macs(size, c_in, c_out, width, *, kernel=3):
    """MACs of 1x1 down to `width` channels, kernel x kernel, and 1x1 up to c_out.

    bottleneck_macs(2, 4, 6, 2) is 224.
    """
    down = c_in * width
    middle = kernel**2 * width * width
    up = width * c_out
    return size**2 * (down + middle + up)


def widest_bottleneck(size, c_in, c_out, budget, *, kernel=3):
    """The largest width whose MACs are at most `budget`, or 0.

    widest_bottleneck(2, 4, 6, 230) is 2.
    """
    width = 0
    while bottleneck_macs(size, c_in, c_out, width + 1, kernel=kernel) <= budget:
        width += 1
    return width


def pointwise_backward(grad_output, x, weight):
    """Gradients of x (N, C_in, H, W), of weight (C_out, C_in), of the bias (C_out,).

    pointwise_backward(*np.ones((2, 1, 1, 1, 7)), np.array([[3]]))[1] is [[7]].
    """
    N, C_in, H, W = x.shape
    G, X = grad_output.reshape(N, -1, H * W), x.reshape(N, C_in, H * W)
    grad_x = (weight.T @ G).reshape(N, C_in, H, W)
    grad_weight = (G @ X.transpose(0, 2, 1)).sum(axis=0)
    return grad_x, grad_weight, G.sum(axis=(0, 2))


def pixel_network(x, down, up):
    """A matrix, a ReLU and another matrix at every pixel of images (N, C_in, H, W).

    pixel_network(np.array([[[[-3]]]]), np.array([[-2]]), np.array([[5]])) is [[[[30]]]].
    """
    N, C_in, H, W = x.shape
    pixels = x.transpose(1, 0, 2, 3).reshape(C_in, N * H * W)
    output = up @ np.maximum(down @ pixels, 0)
    return output.reshape(-1, N, H, W).transpose(1, 0, 2, 3)


def squeeze(image, width):
    """An image (C, H, W) through its `width` best channels, and back.

    squeeze(np.array([[[1, 3]]]), 1) is [[[1, 3]]].
    """
    C = len(image)
    mean = image.reshape(C, -1).mean(axis=1)
    centred = image - mean[:, None, None]
    pixels = centred.reshape(C, -1)
    vectors = np.linalg.eigh(pixels @ pixels.T)[1]  # as columns, the best last
    down = vectors[:, -width:].T  # (width, C)
    few = pointwise_conv(centred[None], down, np.zeros(width))
    return pointwise_conv(few, down.T, mean)[0]
