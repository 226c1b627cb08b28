"""Solutions of the questions on pooling, as `solutions/pooling.ipynb` has them."""

import numpy as np


def pooled_size(size, kernel, *, stride=None, padding=0, ceil_mode=False):
    """How many windows stand along an axis of `size` numbers.

    pooled_size(8, 3, stride=2, ceil_mode=True) is 4.
    """
    stride = stride or kernel
    steps, left_over = divmod(size + 2 * padding - kernel, stride)
    if ceil_mode and left_over:
        steps += 1  # one more window, which hangs over the end
        if steps * stride >= size + padding:
            steps -= 1  # it would start in the padding
    return steps + 1


def max_pool(x, kernel, *, stride, padding=0):
    """Largest number of each window of a batch (N, C, H, W), in the dtype of x.

    max_pool(np.array([[[[1.0, 4.0], [3.0, 2.0]]]]), 2, stride=1) is [[[[4.0]]]].
    """
    sides = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    padded = np.pad(x, sides, constant_values=-np.inf)
    H_out = (padded.shape[2] - kernel) // stride + 1
    W_out = (padded.shape[3] - kernel) // stride + 1
    output = np.empty((*x.shape[:2], H_out, W_out), x.dtype)
    for i, j in np.ndindex(H_out, W_out):
        top, left = i * stride, j * stride
        window = padded[:, :, top : top + kernel, left : left + kernel]
        output[:, :, i, j] = window.max((2, 3))
    return output


def avg_pool(x, kernel, *, stride, padding=0, count_include_pad=True):
    """Mean of each window of a batch (N, C, H, W), in the dtype of x.

    avg_pool(np.array([[[[1.0, 4.0], [3.0, 2.0]]]]), 2, stride=1) is [[[[2.5]]]].
    """
    H, W = x.shape[2:]
    H_out = (H + 2 * padding - kernel) // stride + 1
    W_out = (W + 2 * padding - kernel) // stride + 1
    output = np.empty((*x.shape[:2], H_out, W_out), x.dtype)
    for i, j in np.ndindex(H_out, W_out):
        top, left = i * stride - padding, j * stride - padding
        rows = slice(max(top, 0), top + kernel)
        columns = slice(max(left, 0), left + kernel)
        window = x[:, :, rows, columns]
        real = window.shape[2] * window.shape[3]
        count = kernel * kernel if count_include_pad else real
        output[:, :, i, j] = window.sum((2, 3)) / count
    return output


def max_pool_backward(grad_output, x, kernel, *, stride, padding=0):
    """Gradient of max_pool by x: an array of the shape and the dtype of x.

    max_pool_backward(np.ones((1, 1, 1, 1)), np.ones((1, 1, 2, 2)), 2, stride=1) is [[[[1, 0], [0, 0]]]].
    """
    N, C, H, W = x.shape
    sides = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    padded = np.pad(x, sides, constant_values=-np.inf)
    grad = np.zeros_like(padded)
    n, c = np.ogrid[:N, :C]  # of shapes (N, 1) and (1, C)
    for i, j in np.ndindex(grad_output.shape[2:]):
        top, left = i * stride, j * stride
        window = padded[:, :, top : top + kernel, left : left + kernel]
        winner = window.reshape(N, C, -1).argmax(2)
        a, b = divmod(winner, kernel)  # all of shape (N, C)
        grad[n, c, top + a, left + b] += grad_output[:, :, i, j]
    return grad[:, :, padding : padding + H, padding : padding + W]


def max_pool_ceil(x, kernel, *, stride, padding=0):
    """Max pooling with the output size rounded up, as PyTorch does it.

    max_pool_ceil(np.array([[[[1.0, 4.0, 2.0]]]]), 1, stride=2) is [[[[1.0, 2.0]]]].
    """
    N, C, H, W = x.shape
    layer = {"stride": stride, "padding": padding, "ceil_mode": True}
    H_out, W_out = pooled_size(H, kernel, **layer), pooled_size(W, kernel, **layer)
    sides = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    padded = np.pad(x, sides, constant_values=-np.inf)
    output = np.zeros((N, C, H_out, W_out), x.dtype)
    for i, j in np.ndindex(H_out, W_out):
        top, left = i * stride, j * stride
        window = padded[:, :, top : top + kernel, left : left + kernel]
        output[:, :, i, j] = window.max((2, 3))
    return output


def shift_rest(x, shift, *, kernel=2):
    """Max pooling after a move to the right, less the same move after max pooling.

    shift_rest(np.array([[[[0.0, 3, 0, 0], [0, 0, 0, 0]]]]), 1) is [[[[-3, 3]]]].
    """

    def moved(x, shift):
        output = np.zeros_like(x)
        output[..., shift:] = x[..., : x.shape[3] - shift]
        return output

    moved_first = max_pool(moved(x, shift), kernel, stride=kernel)
    pooled_first = moved(max_pool(x, kernel, stride=kernel), shift // kernel)
    return moved_first - pooled_first
