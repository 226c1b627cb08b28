"""What the tests of the networks share: networks without numbers in them, and the shapes that their stages put out."""

import pytest
import torch

from cnnbook.models import build


@pytest.fixture
def meta():
    """Build a network on the meta device, where tensors have shapes and no numbers: no memory, no arithmetic."""

    def make(name, **options):
        with torch.device("meta"):
            return build(name, **options).eval()

    return make


@pytest.fixture
def hollow(meta):
    """Build a network whose numbers are whatever was in memory: enough to see which images it takes, and fast."""
    return lambda name, **options: meta(name, **options).to_empty(device="cpu")


@pytest.fixture
def stage_shapes():
    """Shapes (C, H, W) after each named part of a network's features, for one image of `size` pixels a side."""

    def shapes(network, size):
        device = next(network.parameters()).device
        x, found = torch.zeros(1, network.in_channels, size, size, device=device), {}
        with torch.no_grad():
            for name, layer in network.features.named_children():
                x = layer(x)
                found[name] = tuple(x.shape[1:])
        return found

    return shapes
