"""3x3 convolution with fewer multiplications, after Winograd: a tile of outputs at a time.

In one dimension two outputs of a kernel of three take 6 multiplications. With inputs d0 d1 d2 d3 and a kernel g0 g1 g2
four are enough:

    m1 = (d0 - d2) g0                       m2 = (d1 + d2) (g0 + g1 + g2) / 2
    m4 = (d1 - d3) g2                       m3 = (d2 - d1) (g0 - g1 + g2) / 2

    out0 = m1 + m2 + m3                     out1 = m2 - m3 - m4

That is F(2, 3). The sums of g are made once for a filter, the sums of d once for all filters, the sums of m once for
all input channels: so in a layer with many channels they cost little beside the multiplications. As matrices,
``out = A (G g * B d)``, where * multiplies number by number. In two dimensions each matrix is applied to rows and to
columns: F(2x2, 3x3) takes 16 multiplications for 4 outputs instead of 36, F(4x4, 3x3) takes 36 for 16 instead of 144.

What it costs is accuracy. With larger tiles the matrices hold larger numbers, so what is added and subtracted again is
larger than the result. Against float64, with 64 channels of random numbers in float32, and as a power of ten of the
largest output:

>>> from cnnbook.functional import conv2d
>>> rng = np.random.default_rng(0)
>>> x, weight = rng.standard_normal((1, 64, 14, 14)), rng.standard_normal((16, 64, 3, 3))
>>> exact, single = conv2d(x, weight), (x.astype(np.float32), weight.astype(np.float32))
>>> def digits(out):
...     return int(np.floor(np.log10(np.abs(out - exact).max() / np.abs(exact).max())))
>>> digits(conv2d(*single)), digits(conv2d_winograd(*single, tile=2)), digits(conv2d_winograd(*single, tile=4))
(-7, -7, -6)

Tiles of 4 lose a digit. That does no harm to a network, but a comparison that allows for rounding errors of 1e-7 fails.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from .._types import Float, Gradients, NDArray, Pad
from .._validate import gradient, integer
from ..arithmetic import Geometry
from ._check import convolution
from ._sums import channel_total
from ._windows import unpad, windows

# For a tile of m outputs of a kernel of 3: B (m + 2, m + 2), G (m + 2, 3) and A (m, m + 2).
_MATRICES = {
    2: (
        [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]],
        [[1, 0, 0], [1 / 2, 1 / 2, 1 / 2], [1 / 2, -1 / 2, 1 / 2], [0, 0, 1]],
        [[1, 1, 1, 0], [0, 1, -1, -1]],
    ),
    4: (
        [[4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0],
         [0, -2, -1, 2, 1, 0], [0, 2, -1, -2, 1, 0], [0, 4, 0, -5, 0, 1]],
        [[1 / 4, 0, 0], [-1 / 6, -1 / 6, -1 / 6], [-1 / 6, 1 / 6, -1 / 6],
         [1 / 24, 1 / 12, 1 / 6], [1 / 24, -1 / 12, 1 / 6], [0, 0, 1]],
        [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]],
    ),
}  # fmt: skip
_TILES_AT_ONCE = 128  # enough of them for a fast matrix product, few enough to stay near the processor


def conv2d_winograd(
    x: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None,
    *, padding: Pad = 0, tile: Literal[2, 4] = 4,
) -> NDArray[Float]:  # fmt: skip
    """:func:`conv2d` for 3x3 kernels with stride 1, by Winograd's algorithm.

    Parameters
    ----------
    x : ndarray of shape (N, C_in, H, W)
        float32 or float64, not changed. A NaN or an infinity spreads as NaN over every tile that it touches, so a
        little further than in :func:`conv2d`.
    weight : ndarray of shape (C_out, C_in, 3, 3)
    bias : ndarray of shape (C_out,), optional
    padding : int or tuple
        As in :func:`conv2d`.
    tile : {2, 4}
        Height and width of the tiles of the output: 4 is faster, 2 is more accurate in float32.

    Returns
    -------
    ndarray of shape (N, C_out, H + 2 * padding - 2, W + 2 * padding - 2)
        Of the dtype of `x`.

    Raises
    ------
    TypeError, ValueError
        As :func:`conv2d`, and for another kernel than 3x3 or another tile than 2 or 4.

    References
    ----------
    Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016: algorithm 1 and the matrices.

    Examples
    --------
    >>> x, weight = np.arange(35.0).reshape(1, 1, 5, 7), np.ones((1, 1, 3, 3))
    >>> conv2d_winograd(x, weight, tile=2)[0, 0].round(9)
    array([[ 72.,  81.,  90.,  99., 108.],
           [135., 144., 153., 162., 171.],
           [198., 207., 216., 225., 234.]])
    """
    padding, output, tile = _check(x, weight, bias, padding, tile)
    return _convolve(x, weight, bias, padding, tile, output)


def conv2d_winograd_backward(
    grad_output: NDArray[Float], x: NDArray[Float], weight: NDArray[Float], bias: NDArray[Float] | None = None,
    *, padding: Pad = 0, tile: Literal[2, 4] = 4,
) -> Gradients[Float]:  # fmt: skip
    """Gradients of :func:`conv2d_winograd`, from the gradient of the loss with respect to its output.

    The gradient of `x` is a convolution too, of `grad_output` with the flipped filters. The gradient of `weight` takes
    the way of the forward pass backwards, each matrix transposed: ``G.T (A.T grad * B x)``.

    Parameters
    ----------
    grad_output : ndarray of shape (N, C_out, H_out, W_out)
    x, weight, bias, padding, tile
        As :func:`conv2d_winograd` took them.

    Returns
    -------
    grad_x, grad_weight, grad_bias : tuple of ndarray
        With the shapes of `x`, `weight` and `bias`; `grad_bias` is None where there is no bias.

    Raises
    ------
    TypeError, ValueError
        As :func:`conv2d_winograd`, and for a `grad_output` that has not the shape and dtype of the output.

    Examples
    --------
    >>> x, weight = np.arange(35.0).reshape(1, 1, 5, 7), np.ones((1, 1, 3, 3))
    >>> grad_x, grad_weight, _ = conv2d_winograd_backward(np.ones((1, 1, 3, 5)), x, weight, tile=2)
    >>> grad_weight[0, 0].round(9)
    array([[135., 150., 165.],
           [240., 255., 270.],
           [345., 360., 375.]])
    >>> grad_x[0, 0, 1].round(9)                          # in how many windows each pixel of the second row lies
    array([2., 4., 6., 6., 6., 4., 2.])
    """
    padding, output, tile = _check(x, weight, bias, padding, tile)
    gradient(grad_output, (len(x), len(weight), *output), x)
    flipped = weight.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1]  # (C_in, C_out, 3, 3)
    blind = [[max(0, side - 2) for side in sides] for sides in padding]  # outputs that see nothing but padding
    seen = unpad(grad_output, blind)
    grad_x = _convolve(seen, flipped, None, [(max(0, 2 - before), 0) for before, _ in padding], tile, x.shape[2:])

    B, G, A = _matrices(tile, x.dtype)
    grad_filters = np.zeros((len(B) ** 2, *weight.shape[:2]), x.dtype)
    for (*_, tiles), (*_, grads) in zip(
        _tiles(x, tile + 2, tile, padding, output), _tiles(grad_output, tile, tile, [(0, 0)] * 2, output), strict=True
    ):
        grad_filters += _apply(A.T, grads) @ _apply(B, tiles).swapaxes(1, 2)
    grad_weight = _apply(G.T, grad_filters).reshape(3, 3, *weight.shape[:2]).transpose(2, 3, 0, 1)
    grad_bias = None if bias is None else channel_total(grad_output)
    return grad_x, np.ascontiguousarray(grad_weight), grad_bias


def _convolve(x, weight, bias, padding, tile, output):
    B, G, A = _matrices(tile, x.dtype)
    (C_out, C_in), (H_out, W_out) = weight.shape[:2], output
    filters = _apply(G, weight.transpose(2, 3, 0, 1).reshape(9, C_out, C_in))  # (36, C_out, C_in) where tile is 4
    out = np.empty((len(x), C_out, H_out, W_out), x.dtype)
    for n, rows, tiles in _tiles(x, tile + 2, tile, padding, output):
        products = filters @ _apply(B, tiles)  # (36, C_out, tiles)
        if bias is not None:  # the second column of A is all ones: place (1, 1) goes to every output of its tile
            products[len(B) + 1] += bias[:, None]
        results = _apply(A, products).reshape(tile, tile, C_out, -1, -(-W_out // tile))
        for i, j in np.ndindex(tile, tile):  # the same place in all tiles at once; the last tiles may hang over
            place = out[n, :, rows][:, i::tile, j::tile]
            place[...] = results[i, j, :, : place.shape[1], : place.shape[2]]
    return out


def _tiles(x, size, step, padding, output):
    """Yield (image number, slice of output rows, tiles), a few rows of tiles at a time.

    Tiles are (size * size, C, number of tiles): the same place in all tiles lies together, `step` pixels apart in `x`.
    """
    (N, C, H, W), ((top, _), (left, _)) = x.shape, padding
    down, across = (-(-n // step) for n in output)
    rest = size - step
    padded = np.zeros((C, down * step + rest, across * step + rest), x.dtype)
    image = padded[:, top : top + H, left : left + W]
    seen = windows(padded, Geometry(padded.shape[1:], size, stride=step))  # (C, down, across, size, size)
    seen = seen.transpose(3, 4, 0, 1, 2)
    rows_at_once = -(-down // -(-down * across // _TILES_AT_ONCE))
    for n in range(N):
        image[...] = x[n, :, : image.shape[1], : image.shape[2]]
        for first in range(0, down, rows_at_once):
            tiles = seen[:, :, :, first : first + rows_at_once]
            yield n, slice(first * step, (first + rows_at_once) * step), tiles.reshape(size * size, C, -1)


def _apply(matrix, tiles):
    """Apply the matrix to rows and columns of each tile: one product with the matrix of both, its Kronecker square."""
    return (np.kron(matrix, matrix) @ tiles.reshape(len(tiles), -1)).reshape(-1, *tiles.shape[1:])


def _matrices(tile, dtype):
    return [np.array(matrix, dtype) for matrix in _MATRICES[tile]]


def _check(x, weight, bias, padding, tile):
    geometry = convolution(x, weight, bias, letters="HW", stride=1, padding=padding, dilation=1, groups=1)
    if weight.shape[2:] != (3, 3):
        raise ValueError(f"weight has a kernel of {weight.shape[2:]}, but these tiles are for (3, 3): use conv2d")
    tile = integer("tile", tile, 2)
    if tile not in _MATRICES:
        raise ValueError(f"tile {tile} is unknown: use 2 or 4")
    return geometry.padding, geometry.output, tile
