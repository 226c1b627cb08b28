"""The control of the lab on batch norm is batch norm at its first batch, and does not look at the later ones."""

import torch
from torch import nn

from cnnbook.labs.normalisation import NormOnce


def test_norm_once_is_batch_norm_with_the_statistics_of_the_first_batch():
    generator = torch.Generator().manual_seed(0)
    first, later = (torch.randn(6, 3, 5, 7, generator=generator) * scale + scale for scale in (2, 9))
    once, always = NormOnce(3), nn.BatchNorm2d(3)
    torch.testing.assert_close(once(first), always(first))
    assert not torch.allclose(once(later), always(later), atol=0.1)
    mean, variance = first.mean((0, 2, 3), keepdim=True), first.var((0, 2, 3), unbiased=False, keepdim=True)
    expected = (later - mean) / (variance + once.eps).sqrt()
    torch.testing.assert_close(once(later), expected)
    torch.testing.assert_close(once.eval()(later), expected)


def test_norm_once_survives_a_checkpoint():
    once, again = NormOnce(2), NormOnce(2)
    x = torch.arange(8.0).reshape(2, 2, 2, 1)
    y = once(x)
    again.load_state_dict(once.state_dict())
    torch.testing.assert_close(again(10 * x), once(10 * x))
    torch.testing.assert_close(again(x), y)
