import pytest
import torch
from torch import nn

from cnnbook.models.cifar_resnet import PadShortcut, cifar_network


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


@pytest.mark.parametrize("width", [1, 3, 16])
@pytest.mark.parametrize("depth", [8, 14])
def test_other_depths_and_widths(depth, width, stage_shapes):
    network = cifar_network(depth, residual=True, width=width)
    assert stage_shapes(network, 32) == {
        "conv1": (width, 32, 32), "stage1": (width, 32, 32), "stage2": (2 * width, 16, 16), "stage3": (4 * width, 8, 8)
    }  # fmt: skip
    assert sum(isinstance(layer, nn.Conv2d | nn.Linear) for layer in network.modules()) == depth


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"depth": 18}, "depth 18 is not 6n \\+ 2: use one such as 14 or 20"),
        ({"depth": 2}, "depth 2 is too small: use depth >= 8"),
        ({"depth": 8, "width": 0}, "width 0 is too small: use width >= 1"),
        ({"depth": 8, "num_classes": 0}, "num_classes 0 is too small"),
    ],
)
def test_depths_and_widths_that_cannot_be_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        cifar_network(**options, residual=False)
