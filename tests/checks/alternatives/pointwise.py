"""Right answers to the questions on 1x1 convolutions that go other ways than the reference."""

import numpy as np
from answering import keeping

from cnnbook.functional import conv2d, conv2d_backward

# One matrix at every pixel


def by_loops(x, weight, bias):
    N, C_in, H, W = x.shape
    output = np.zeros((N, len(weight), H, W))
    for n, o, i, j in np.ndindex(*output.shape):
        output[n, o, i, j] = sum(weight[o, c] * x[n, c, i, j] for c in range(C_in)) + bias[o]
    return output


def by_convolution(x, weight, bias):
    return conv2d(x, weight[:, :, None, None], bias)


def channels_last(x, weight, bias):
    return np.moveaxis(np.moveaxis(x, 1, -1) @ weight.T + bias, -1, 1)


def in_one_product(images, matrix, offset):
    N, C, H, W = images.shape
    flat = images.swapaxes(0, 1).reshape(C, -1)
    return (matrix @ flat + offset[:, np.newaxis]).reshape(-1, N, H, W).swapaxes(0, 1)


def by_tensordot(x, weight, bias):
    return np.tensordot(x, weight, axes=([1], [1])).transpose(0, 3, 1, 2) + bias.reshape(1, -1, 1, 1)


def channel_after_channel(x, weight, bias):
    return sum(weight[:, c, None, None] * x[:, c, None] for c in range(x.shape[1])) + bias[:, None, None]


# What a bottleneck costs


def layer(size, read, made, kernel):
    return size * size * read * made * kernel * kernel


def macs_by_layers(size, c_in, c_out, width, *, kernel=3):
    layers = [(c_in, width, 1), (width, width, kernel), (width, c_out, 1)]
    return sum(layer(size, *each) for each in layers)


def macs_factored(n, i, o, w, *, kernel=3):
    return n * n * w * (i + kernel * kernel * w + o)


def macs_in_numpy(size, c_in, c_out, width, **options):
    taps = np.array([1, options.get("kernel", 3), 1]) ** 2
    return np.int64(size) ** 2 * (taps * np.array([c_in, width, width]) * np.array([width, width, c_out])).sum()


# The widest one


def widest_by_halving(size, c_in, c_out, budget, *, kernel=3):
    low, high = 0, budget + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (
            (middle, high) if macs_factored(size, c_in, c_out, middle, kernel=kernel) <= budget else (low, middle)
        )
    return low


def widest_by_counting(size, c_in, c_out, budget, *, kernel=3):
    width = 1
    while macs_by_layers(size, c_in, c_out, width, kernel=kernel) <= budget:
        width += 1
    return width - 1


def widest_by_the_equation(size, c_in, c_out, budget, *, kernel=3):
    """The root of the quadratic, mended for rounding."""
    a, b = kernel * kernel, c_in + c_out
    width = int((-b + (b * b + 4 * a * (budget // size**2)) ** 0.5) / (2 * a))
    while macs_factored(size, c_in, c_out, width, kernel=kernel) > budget:
        width -= 1
    return width + (macs_factored(size, c_in, c_out, width + 1, kernel=kernel) <= budget)


# The backward pass


def backward_by_convolution(grad_output, x, weight):
    grad_x, grad_weight, grad_bias = conv2d_backward(grad_output, x, weight[:, :, None, None], np.zeros(len(weight)))
    return grad_x, grad_weight[:, :, 0, 0], grad_bias


def backward_by_loops(grad_output, x, weight):
    grad_x, grad_weight, grad_bias = np.zeros(x.shape), np.zeros(weight.shape), np.zeros(len(weight))
    for n, o, i, j in np.ndindex(grad_output.shape):
        g = grad_output[n, o, i, j]
        grad_x[n, :, i, j] += g * weight[o]
        grad_weight[o] += g * x[n, :, i, j]
        grad_bias[o] += g
    return grad_x, grad_weight, grad_bias


def backward_in_one_product(g, x, w):
    G, X = (np.moveaxis(array, 1, 0).reshape(array.shape[1], -1) for array in (g, x))
    return [np.moveaxis(np.tensordot(w, g, ([0], [1])), 0, 1), G @ X.T, G.sum(1)]


# The network at every pixel


def network_of(convolution):
    def answer(x, down, up):
        between = convolution(x, down, np.zeros(len(down)))
        return convolution(np.where(between > 0, between, 0), up, np.zeros(len(up)))

    return answer


# Squeezing


def squeeze_by_svd(image, width):
    C, H, W = image.shape
    pixels = image.reshape(C, H * W)
    mean = pixels.mean(1, keepdims=True)
    u, s, v = np.linalg.svd(pixels - mean, full_matrices=False)
    return (u[:, :width] * s[:width] @ v[:width] + mean).reshape(C, H, W)


def squeeze_by_removing(image, width):
    """Take away what lies in the worst directions."""
    mean = image.mean(axis=(1, 2), keepdims=True)
    pixels = (image - mean).reshape(len(image), -1)
    worst = np.linalg.eigh(np.atleast_2d(np.cov(pixels, ddof=0)))[1][:, : len(image) - width]
    return image - (worst @ (worst.T @ pixels)).reshape(image.shape)


WAYS = [by_loops, by_convolution, channels_last, in_one_product, by_tensordot, channel_after_channel]
ALTERNATIVES = {
    "pointwise_conv": WAYS,
    "bottleneck_macs": [macs_by_layers, macs_factored, macs_in_numpy, keeping(macs_by_layers)],
    "widest_bottleneck": [widest_by_halving, widest_by_counting, widest_by_the_equation],
    "pointwise_backward": [backward_by_convolution, backward_by_loops, backward_in_one_product],
    "pixel_network": [network_of(way) for way in WAYS],
    "squeeze": [squeeze_by_svd, squeeze_by_removing],
}
