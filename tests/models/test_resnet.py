import pytest
import torch
from torch import nn

from cnnbook.models import resnet50
from cnnbook.models.resnet import BasicBlock, Bottleneck

# Table 1: layers with weights, and what each stage puts out
LAYERS = {"resnet10": 10, "resnet18": 18, "resnet34": 34, "resnet50": 50, "resnet101": 101, "resnet152": 152,
          "plain18": 18, "plain34": 34}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_table_1(name, meta, stage_shapes):
    network = meta(name)
    wide = 4 if LAYERS[name] >= 50 else 1
    assert stage_shapes(network, 224) == {
        "conv1": (64, 112, 112), "pool1": (64, 56, 56), "conv2_x": (64 * wide, 56, 56), "conv3_x": (128 * wide, 28, 28),
        "conv4_x": (256 * wide, 14, 14), "conv5_x": (512 * wide, 7, 7),
    }  # fmt: skip
    weighted = [layer for name, layer in network.named_modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    projections = sum("shortcut.conv" in where for where, _ in network.named_modules())
    assert len(weighted) - projections == LAYERS[name]
    assert projections == (0 if name.startswith("plain") else 4 if wide == 4 else 3)


def test_basic_block():
    """ReLU after the addition, not before; without a shortcut nothing is added."""
    torch.manual_seed(0)
    block, x = BasicBlock(4, 4, stride=1, shortcut=nn.Identity()).eval(), torch.randn(2, 4, 5, 7)
    residual = block.conv2(block.conv1(x))
    torch.testing.assert_close(block(x), (residual + x).clamp(min=0))
    block.shortcut = None
    torch.testing.assert_close(block(x), residual.clamp(min=0))
    assert (residual < 0).any()


def test_zero_residual_is_identity():
    """The point of the paper: with a residual of zero, a block passes on what comes in (here: after a ReLU)."""
    block = Bottleneck(8, 8, stride=1, shortcut=nn.Identity()).eval()
    nn.init.zeros_(block.conv3.norm.weight)
    x = torch.rand(2, 8, 5, 7)
    assert torch.equal(block(x), x)


def test_stride_of_the_bottleneck(meta):
    for options, strides in (({}, (1, 2)), ({"stride_in_1x1": True}, (2, 1))):
        block = meta("resnet50", **options).features.conv4_x[0]
        assert (block.conv1.conv.stride[0], block.conv2.conv.stride[0]) == strides
        assert block.shortcut.conv.stride == (2, 2)
    with pytest.raises(TypeError, match="positional"):
        resnet50(True)


def test_projections_only_where_the_shape_changes(meta):
    features = meta("resnet18").features
    assert isinstance(features.conv2_x[0].shortcut, nn.Identity)
    assert not isinstance(features.conv3_x[0].shortcut, nn.Identity)
    assert all(isinstance(block.shortcut, nn.Identity) for block in features.conv3_x[1:])
