"""What the questions on 1x1 convolutions are about: matrices at every pixel, bottlenecks, best channels of an image."""

import numpy as np

from ._layers import either

# Arrays of whole numbers, as floats


def draw_array(rng, *shape):
    return rng.integers(-4, 5, shape).astype(float)


def draw_sizes(rng, count):
    return [either(rng, (1, 3), (1, 5)) for _ in range(count)]


def numbers(*shape):
    """Some array of this shape in which no two neighbours are alike."""
    return (np.arange(np.prod(shape)) * 7 % 11 - 5.0).reshape(shape)


# One matrix at every pixel


def mix(x, weight):
    return np.einsum("oc,nchw->nohw", weight, x)


def gradients(grad_output, x, weight):
    """Of x, of the weight and of the bias."""
    return mix(grad_output, weight.T), np.einsum("nohw,nchw->oc", grad_output, x), grad_output.sum(axis=(0, 2, 3))


def faulty(*, columns=False, relu=False, images=False):
    """Two matrices and a ReLU, with faults: images mixed with channels on the way in or out, the ReLU at the end."""

    def answer(x, down, up):
        N, C_in, H, W = x.shape
        C_out = up.shape[0]
        flat = (x if columns else x.swapaxes(0, 1)).reshape(C_in, -1)
        output = np.maximum(up @ (down @ flat), 0) if relu else up @ np.maximum(down @ flat, 0)
        return output.reshape(N, C_out, H, W) if images else output.reshape(C_out, N, H, W).swapaxes(0, 1)

    return answer


# Bottlenecks


def parts_of(size, c_in, c_out, width, kernel):
    """MACs of the way down, of the middle and of the way up."""
    return [size**2 * macs for macs in (c_in * width, kernel**2 * width**2, width * c_out)]


def widest(budget, cost):
    """The largest width whose cost is within the budget; 0 where none is."""
    width = 0
    while cost(width + 1) <= budget:
        width += 1
    return width


def draw_layer(rng):
    """A bottleneck without its width."""
    c_in, c_out = (either(rng, (1, 4), (1, 12), (4, 65)) for _ in range(2))
    if rng.random() < 0.2:
        c_out = c_in
    size, kernel = either(rng, (1, 3), (1, 30)), either(rng, (1, 4), (1, 8))
    return {"size": size, "c_in": c_in, "c_out": c_out, "kernel": kernel}


# The best channels of an image


def directions(image):
    """The mean colour, (C, 1, 1), and the eigenvectors of the covariance of the channels as columns, the best last."""
    pixels = image.reshape(len(image), -1)
    mean = pixels.mean(axis=1, keepdims=True)
    return mean[:, :, None], np.linalg.eigh((pixels - mean) @ (pixels - mean).T)[1]


def uncentred(image):
    """The eigenvectors without the mean taken away: towards the mean colour first, mostly."""
    pixels = image.reshape(len(image), -1)
    return np.linalg.eigh(pixels @ pixels.T)[1]


def project(image, vectors, mean, added=None):
    """What the columns of `vectors` keep of an image: down to one channel each, and back."""
    return np.einsum("cd,dhw->chw", vectors @ vectors.T, image - mean) + (mean if added is None else added)


def is_clear(image, width):
    """Whether the direction that is kept last is better than the first one that is not, by far."""
    pixels = image.reshape(len(image), -1)
    values = np.linalg.eigvalsh(np.atleast_2d(np.cov(pixels, ddof=0)))
    return width == len(values) or values[-width] - values[-width - 1] > max(0.01, 0.05 * values[-1])
