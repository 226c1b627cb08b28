import pytest
from torch import nn

from cnnbook.labs import Lab, Scale, Variant
from cnnbook.training import Config

from ..training.conftest import one_thread  # noqa: F401


def linear(num_classes, in_channels):
    return nn.Sequential(nn.Flatten(), nn.Dropout(0.1), nn.Linear(64 * in_channels, num_classes))


def weight_norm(network, train, test):
    return {"weight_norm": network[1][2].weight.detach().norm()}


def toy_lab():
    """A lab that takes a moment: two linear networks on 8 x 8 digits."""
    size = Scale("digits", Config(epochs=3, batch_size=64, learning_rate=0.05, device="cpu"), seeds=2)
    return Lab(
        name="toy",
        question="Does moving the images help?",
        scales={"smoke": size, "laptop": size, "full": size},
        variants={"plain": Variant(linear), "shifted": Variant(linear, {"shift": 1})},
        kept="shifted",
        at_start=lambda network, train, test: {"first_norm": weight_norm(network, train, test)["weight_norm"]},
        each_epoch=weight_norm,
        at_end=lambda network, train, test: {"images": [len(train), len(test)]},
    )


@pytest.fixture
def toy():
    return toy_lab()


@pytest.fixture
def told():
    return []
