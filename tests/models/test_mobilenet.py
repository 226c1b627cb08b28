import pytest
import torch
from torch import nn

from cnnbook.models import mobilenet_v1, mobilenet_v2
from cnnbook.models.mobilenet import InvertedResidual, multiple_of_8


def test_stage_shapes_v1(meta, stage_shapes):
    sizes = [(64, 112), (128, 56), (128, 56), (256, 28), (256, 28), *[(512, 14)] * 6, (1024, 7), (1024, 7)]
    shapes = stage_shapes(meta("mobilenet_v1"), 224)
    assert shapes.pop("conv1") == (32, 112, 112)
    assert list(shapes.values()) == [(c, size, size) for c, size in sizes]


def test_stage_shapes_v2(meta, stage_shapes):
    sizes = [(16, 112), *[(24, 56)] * 2, *[(32, 28)] * 3, *[(64, 14)] * 4, *[(96, 14)] * 3, *[(160, 7)] * 3, (320, 7)]
    shapes = stage_shapes(meta("mobilenet_v2"), 224)
    assert shapes.pop("conv1") == (32, 112, 112)
    assert shapes.pop("conv2") == (1280, 7, 7)
    assert list(shapes.values()) == [(c, size, size) for c, size in sizes]


def test_separable_convolution(meta):
    separable = meta("mobilenet_v1").features.separable2
    assert separable.depthwise.conv.groups == separable.depthwise.conv.in_channels == 64
    assert separable.depthwise.conv.stride == (2, 2)
    assert separable.pointwise.conv.kernel_size == (1, 1)
    assert [type(layer) for layer in separable.modules() if not list(layer.children())] == [
        nn.Conv2d, nn.BatchNorm2d, nn.ReLU
    ] * 2  # fmt: skip


def test_inverted_residual():
    """Linear at its narrow ends; a shortcut only where nothing changes."""
    torch.manual_seed(0)
    block, x = InvertedResidual(8, 8, stride=1, expansion=6).eval(), torch.randn(2, 8, 5, 7)
    torch.testing.assert_close(block(x), x + block.layers(x))
    assert (block.layers(x) < 0).any()
    assert [type(layer).__name__ for layer in block.layers.modules() if not list(layer.children())] == [
        "Conv2d", "BatchNorm2d", "ReLU6", "Conv2d", "BatchNorm2d", "ReLU6", "Conv2d", "BatchNorm2d"
    ]  # fmt: skip
    assert not InvertedResidual(8, 8, stride=2, expansion=6).shortcut
    assert not InvertedResidual(8, 16, stride=1, expansion=6).shortcut


@pytest.mark.parametrize(
    ("channels", "expected"),
    [(32 * 0.75, 24), (24 * 0.75, 24), (16 * 1.4, 24), (3, 8), (36, 40), (35, 32), (1792.0, 1792)],
)
def test_multiples_of_8(channels, expected):
    assert multiple_of_8(channels) == expected


def test_width(meta):
    assert meta("mobilenet_v2", width=0.5).features.conv2.conv.out_channels == 1280
    assert meta("mobilenet_v2", width=1.4).features.conv2.conv.out_channels == 1792
    assert meta("mobilenet_v1", width=0.1).features.conv1.conv.out_channels == 8
    for factory in (mobilenet_v1, mobilenet_v2):
        for width in (0, -1, float("nan"), float("inf")):
            with pytest.raises(ValueError, match="is no multiplier: use a positive number"):
                factory(width=width)
