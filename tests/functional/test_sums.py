"""Long sums in float32: right in seven digits, however the numbers lie in memory."""

import numpy as np
import pytest

from cnnbook import functional as F
from cnnbook import nn
from cnnbook.functional.batch_norm import batch_norm_direct, batch_norm_direct_backward
from cnnbook.functional.max_pool2d import max_pool2d_with_index


def reordered(x, order):
    """The same numbers, lying in memory in the order of these axes."""
    return np.ascontiguousarray(x.transpose(order)).transpose(np.argsort(order))


LAYOUTS = {
    "C order": np.ascontiguousarray,
    "Fortran order": np.asfortranarray,
    "channels last": lambda x: reordered(x, (0, *range(2, x.ndim), 1)),
    "batch last": lambda x: reordered(x, (*range(1, x.ndim), 0)),
    "every other number": lambda x: np.repeat(x, 2, axis=-1)[..., ::2],
    "every other row": lambda x: np.repeat(x, 2, axis=0)[::2],
    "backwards": lambda x: np.ascontiguousarray(x[::-1, ..., ::-1])[::-1, ..., ::-1],
    "read only": lambda x: np.broadcast_to(x, x.shape),
}


def long(*shape, period=7):
    """Numbers of one sign, so that nothing cancels, and few different ones, so that rounding errors do not either."""
    return 0.1 + (np.arange(np.prod(shape)) % period).reshape(shape)


def per_channel(C, dtype):
    return [np.linspace(0.5, 1, C).astype(dtype)] * 4


def batch_norm(x):
    return F.batch_norm(x, *per_channel(x.shape[1], x.dtype), training=True)


def batch_norm_backward(g, x):
    return [a for a in F.batch_norm_backward(g, x, *per_channel(x.shape[1], x.dtype), training=True) if a is not None]


def direct_batch_norm(x):
    return batch_norm_direct(x, *per_channel(x.shape[1], x.dtype), training=True)


def direct_batch_norm_backward(g, x):
    options = per_channel(x.shape[1], x.dtype)
    return [a for a in batch_norm_direct_backward(g, x, *options, training=True) if a is not None]


def bias_gradient(name, weight):
    def gradient(g, x):
        w = np.full(weight, 0.1, x.dtype)
        c_out = weight[1] if "transpose" in name else weight[0]
        return getattr(F, f"{name}_backward")(g, x, w, np.zeros(c_out, x.dtype))[2]

    return gradient


def deformable_bias_gradient(g, x):
    offset, weight = np.zeros((len(x), 2, *x.shape[2:]), x.dtype), np.ones((3, 2, 1, 1), x.dtype)
    return F.deform_conv2d_backward(g, x, offset, weight, np.zeros(3, x.dtype))[3]


def loss(logits):
    return F.cross_entropy(logits, np.arange(len(logits)) % logits.shape[1])


def loss_gradient(logits):
    return F.cross_entropy_backward(1.0, logits, np.arange(len(logits)) % logits.shape[1])[0]


def layer_norms(network):
    return lambda x: network(x.dtype.type).forward(x, training=False)


CASES = {
    "global_avg_pool2d": (F.global_avg_pool2d, [long(2, 3, 300, 200)]),
    "avg_pool2d, one window": (lambda x: F.avg_pool2d(x, (300, 200)), [long(2, 3, 300, 200)]),
    "avg_pool2d": (lambda x: F.avg_pool2d(x, (30, 9), stride=(10, 9), padding=(15, 0)), [long(2, 3, 90, 60)]),
    "avg_pool2d_backward": (
        lambda g, x: F.avg_pool2d_backward(g, x, (30, 9), stride=(1, 2))[0], [long(2, 3, 61, 26), long(2, 3, 90, 60)]
    ),
    "max_pool2d": (lambda x: max_pool2d_with_index(x, (30, 9))[0], [long(2, 3, 90, 60)]),
    "batch_norm of planes": (batch_norm, [long(2, 3, 300, 200)]),
    "batch_norm of rows": (batch_norm, [long(200_000, 3)]),
    "batch_norm_backward of planes": (batch_norm_backward, [long(2, 3, 300, 200) ** 2, long(2, 3, 300, 200)]),
    "batch_norm_backward of rows": (batch_norm_backward, [long(200_000, 3) ** 2, long(200_000, 3)]),
    "batch_norm_direct": (direct_batch_norm, [long(2, 3, 300, 200)]),
    "batch_norm_direct_backward": (direct_batch_norm_backward, [long(2, 3, 300, 200) ** 2, long(2, 3, 300, 200)]),
    "linear": (bias_gradient("linear", (2, 3)), [long(1_000_000, 2), long(1_000_000, 3)]),
    "conv1d": (bias_gradient("conv1d", (3, 2, 1)), [long(2, 3, 200_000), long(2, 2, 200_000)]),
    "conv2d": (bias_gradient("conv2d", (3, 2, 2, 1)), [long(2, 3, 300, 299), long(2, 2, 301, 299)]),
    "conv2d_im2col": (bias_gradient("conv2d_im2col", (3, 2, 1, 1)), [long(2, 3, 300, 299), long(2, 2, 300, 299)]),
    "conv2d_winograd": (bias_gradient("conv2d_winograd", (3, 2, 3, 3)), [long(2, 3, 98, 119), long(2, 2, 100, 121)]),
    "conv3d": (bias_gradient("conv3d", (3, 2, 1, 1, 1)), [long(2, 3, 60, 61, 62), long(2, 2, 60, 61, 62)]),
    "conv_transpose2d": (
        bias_gradient("conv_transpose2d", (2, 3, 1, 1)), [long(2, 3, 300, 299), long(2, 2, 300, 299)]
    ),
    "deform_conv2d": (deformable_bias_gradient, [long(2, 3, 150, 149), long(2, 2, 150, 149)]),
    "softmax": (F.softmax, [long(2, 300_000)]),
    "softmax over rows": (lambda x: F.softmax(x, axis=0), [long(300_000, 2)]),
    "softmax_backward": (
        lambda g, x: F.softmax_backward(g, x, axis=0)[0], [long(300_000, 2, period=5), long(300_000, 2)]
    ),
    "log_softmax": (lambda x: F.log_softmax(x, axis=0), [long(300_000, 2)]),
    "log_softmax_backward": (
        lambda g, x: F.log_softmax_backward(g, x, axis=0)[0], [long(300_000, 2), long(300_000, 2)]
    ),
    "cross_entropy": (loss, [long(200_000, 3)]),
    "cross_entropy_backward": (loss_gradient, [long(200_000, 3)]),
    "local_response_norm": (lambda x: F.local_response_norm(x, size=99, alpha=1.0), [long(2, 200, 9, 5)]),
    "local_response_norm_backward": (
        lambda g, x: F.local_response_norm_backward(g, x, size=99, alpha=1.0)[0], [long(2, 200, 9, 5)] * 2
    ),
    "a network": (layer_norms(lambda t: nn.small_resnet(rng=np.random.default_rng(0), dtype=t)), [long(3, 1, 60, 45)]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_every_layout_gives_the_same_in_float32_as_in_float64(name):
    function, arrays = CASES[name]
    arrays = [array.astype(np.float32) for array in arrays]
    expected = function(*[array.astype(np.float64) for array in arrays])
    for layout, lay in LAYOUTS.items():
        actual = function(*map(lay, arrays))
        for found, truth in zip(*(a if isinstance(a, tuple | list) else [a] for a in (actual, expected)), strict=True):
            assert found.dtype == np.float32, layout
            error = np.abs(found - truth).max() / np.abs(truth).max()
            assert error < (2e-5 if "batch_norm" in name else 5e-6), f"{layout}: {error:.1e}"  # it divides differences


def test_broadcast_views():
    x = np.broadcast_to(np.float32(0.1), (1_000_000, 3))
    exact = 1e6 * float(np.float32(0.1))
    np.testing.assert_allclose(F.linear_backward(x, x, np.ones((3, 3), np.float32), x[0])[2], exact, rtol=1e-7)
    x = np.broadcast_to(np.float32(0.1), (2, 3, 1000, 500))
    np.testing.assert_allclose(F.global_avg_pool2d(x), np.float32(0.1), rtol=1e-7)
    np.testing.assert_allclose(F.avg_pool2d(x, (1000, 500)), np.full((2, 3, 1, 1), np.float32(0.1)), rtol=1e-6)
    np.testing.assert_allclose(F.batch_norm(x, *[x[0, :, 0, 0]] * 4, training=True)[1], 0.1, rtol=1e-5)  # running_mean


def test_the_weights_of_a_million_rows():
    """A sum inside of a matrix product is BLAS's own, in blocks: five digits are left of seven."""
    g, x = long(1_000_000, 2).astype(np.float32), long(1_000_000, 3).astype(np.float32)
    expected = g.T.astype(np.float64) @ x.astype(np.float64)
    for layout, lay in LAYOUTS.items():
        _, grad_weight, _ = F.linear_backward(lay(g), lay(x), np.ones((2, 3), np.float32))
        np.testing.assert_allclose(grad_weight, expected, rtol=3e-5, err_msg=layout)
