"""Poolings on maps that are as small as their kernel, or smaller: PyTorch says which of them there are."""

from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as T

from cnnbook import functional as F
from cnnbook.functional.max_pool2d import max_pool2d_direct, max_pool2d_direct_backward

POOLS = {
    "max_pool2d": (F.max_pool2d, F.max_pool2d_backward, T.max_pool2d),
    "max_pool2d_direct": (max_pool2d_direct, max_pool2d_direct_backward, T.max_pool2d),
    "avg_pool2d": (F.avg_pool2d, F.avg_pool2d_backward, T.avg_pool2d),
}


@pytest.mark.torch
@pytest.mark.parametrize("name", POOLS)
@pytest.mark.parametrize("ceil_mode", [False, True])
def test_every_small_pooling_is_torchs_or_refused_as_torch_does(assert_close, name, ceil_mode):
    forward, backward, reference = POOLS[name]
    rng, larger, refused = np.random.default_rng(0), 0, 0
    for size, kernel, stride in product(range(1, 6), range(1, 7), range(1, 6)):
        for padding in range(kernel // 2 + 1):
            x = rng.standard_normal((1, 1, size, 3))
            options = {"stride": (stride, 1), "padding": (padding, 0), "ceil_mode": ceil_mode}
            tensor = torch.tensor(x, requires_grad=True)
            try:
                expected = reference(tensor, (kernel, 2), **options)
            except RuntimeError:
                with pytest.raises(ValueError, match="does not fit"):
                    forward(x, (kernel, 2), **options)
                refused += 1
                continue
            grad_output = rng.standard_normal(expected.shape)
            expected.backward(torch.tensor(grad_output))
            assert_close(forward(x, (kernel, 2), **options), expected.detach().numpy())
            assert_close(backward(grad_output, x, (kernel, 2), **options)[0], tensor.grad.numpy())
            larger += kernel > size + 2 * padding
    assert refused > 0
    assert (larger > 0) == ceil_mode


def test_a_window_larger_than_the_map_by_hand():
    x = np.array([[[[1.0, 5], [3, 7]]]])
    np.testing.assert_array_equal(F.max_pool2d(x, 3, stride=2, ceil_mode=True), [[[[7]]]])
    np.testing.assert_array_equal(F.avg_pool2d(x, 3, stride=2, ceil_mode=True), [[[[4]]]])  # of the 4 pixels there are
    for name, expected in (("max_pool2d", [[0, 0], [0, 8]]), ("avg_pool2d", [[2, 2], [2, 2]])):
        (grad_x,) = POOLS[name][1](np.full((1, 1, 1, 1), 8.0), x, 3, stride=2, ceil_mode=True)
        np.testing.assert_array_equal(grad_x, [[expected]])


def test_ceil_mode_and_one_sided_padding_together():
    """No window starts in the padding after the input, and what hangs over that padding does not count."""
    x = np.full((1, 1, 1, 4), 6.0)
    # Windows of 3 at columns 0, 2 and, as 4 is padding, no more; the second is 6 + 6 + 0 over 3.
    y = F.avg_pool2d(x, (1, 3), stride=(1, 2), padding=(0, (0, 1)), ceil_mode=True)
    np.testing.assert_array_equal(y, [[[[6, 4]]]])
    x = np.full((1, 1, 1, 5), 6.0)
    # Windows at columns -1, 1, 3: 0 + 6 + 6 over 3; 6 + 6 + 6 over 3; and 6 + 6 over the two pixels that there are.
    y = F.avg_pool2d(x, (1, 3), stride=(1, 2), padding=(0, (1, 0)), ceil_mode=True)
    np.testing.assert_array_equal(y, [[[[4, 6, 6]]]])
    np.testing.assert_array_equal(
        F.max_pool2d(-x, (1, 3), stride=(1, 2), padding=(0, (1, 0)), ceil_mode=True), [[[[-6, -6, -6]]]]
    )


@pytest.mark.parametrize("name", POOLS)
def test_padding_of_more_than_half_a_window_is_refused_on_either_side(name):
    for padding in ((0, (2, 0)), (0, (0, 2)), 2):
        with pytest.raises(ValueError, match="padding 2 is more than half of kernel 3"):
            POOLS[name][0](np.zeros((1, 1, 5, 7)), 3, padding=padding)
