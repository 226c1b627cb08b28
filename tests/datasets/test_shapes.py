import numpy as np
import pytest
import torch
from torch import nn

from cnnbook.datasets import available, load
from cnnbook.training import Config, Standardise, fit


@pytest.fixture(scope="module")
def splits():
    return load("shapes", "train"), load("shapes", "test")


def accuracy(network, splits, **knobs):
    """On the test images, after training."""
    network = nn.Sequential(Standardise(splits[0]), *network)
    return fit(network, *splits, Config(batch_size=50, device="cpu", **knobs))[-1].test_accuracy


def test_they_are_the_same_everywhere():
    assert load("shapes", "train").sha256().startswith("5830aa5d4574bf6f")
    assert load("shapes", "test").sha256().startswith("4efd37fb1e873165")


def test_classes_are_balanced():
    shapes = load("shapes", "train")
    assert shapes.images.shape == (4000, 3, 32, 32)
    assert np.bincount(shapes.labels).tolist() == [400] * 10
    assert len(set(shapes.classes)) == 10
    assert available("shapes")


def test_every_shape_stands_out_from_its_ground():
    images = load("shapes", "test").images.astype(int)
    corner, middle = images[:, :, :4, :4].mean((2, 3)), images[:, :, 10:22, 10:22]
    contrast = np.abs(middle - corner[:, :, None, None]).max(axis=(1, 2, 3))
    assert contrast.min() > 60


def test_a_linear_network_cannot_tell_them_apart(splits):
    torch.manual_seed(0)
    network = [nn.Flatten(), nn.Linear(3 * 32 * 32, 10)]
    assert accuracy(network, splits, epochs=3, learning_rate=0.003) < 0.3


def test_a_small_convolutional_network_can(splits):
    torch.manual_seed(0)

    def layer(C, maps, stride=1):
        return [nn.Conv2d(C, maps, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(maps), nn.ReLU()]

    first = [*layer(3, 16, stride=2), *layer(16, 16), nn.MaxPool2d(2)]
    second = [*layer(16, 32), *layer(32, 32), nn.MaxPool2d(2)]
    network = [*first, *second, nn.Flatten(), nn.Linear(32 * 4 * 4, 10)]
    assert accuracy(network, splits, epochs=8, learning_rate=0.05, flip=True) > 0.95
