import pytest
import torch
from torch import nn

from cnnbook.models.cifar_resnet import PadShortcut


@pytest.mark.parametrize("depth", [20, 32, 44, 56, 110])
@pytest.mark.parametrize("kind", ["resnet", "plain"])
def test_stage_shapes(depth, kind, meta, stage_shapes):
    network = meta(f"cifar_{kind}{depth}")
    assert stage_shapes(network, 32) == {
        "conv1": (16, 32, 32), "stage1": (16, 32, 32), "stage2": (32, 16, 16), "stage3": (64, 8, 8)
    }  # fmt: skip
    assert sum(isinstance(layer, nn.Conv2d | nn.Linear) for layer in network.modules()) == depth


def test_shortcut_pads_with_zero_channels():
    x = torch.arange(2.0 * 2 * 3 * 5).reshape(2, 2, 3, 5) + 1
    shortcut = PadShortcut(2, 5, stride=2)(x)
    assert shortcut.shape == (2, 5, 2, 3)
    assert torch.equal(shortcut[:, 1:3], x[:, :, ::2, ::2])
    assert not shortcut[:, [0, 3, 4]].any()


def test_plain_networks_have_no_shortcuts(meta):
    assert all(block.shortcut is None for stage in meta("cifar_plain20").features[1:] for block in stage)
    kinds = [type(block.shortcut).__name__ for stage in meta("cifar_resnet20").features[1:] for block in stage]
    assert kinds == ["Identity"] * 3 + ["PadShortcut", "Identity", "Identity"] * 2
