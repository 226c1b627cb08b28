"""What the lab on activations claims about its networks and its measures."""

import numpy as np
import pytest
import torch
from torch import nn

from cnnbook import datasets, labs
from cnnbook.labs.activations import ACTIVATIONS, BUILDS, RATES, deep, inside, layers_with_weights

LAB = labs.load("activations")
SHAPE = {"num_classes": 10, "in_channels": 3}


def built(name, seed=0):
    torch.manual_seed(seed)
    return BUILDS[name](**SHAPE)


@pytest.fixture(scope="module")
def train():
    return LAB.load("smoke")[0]


def test_sigmoids_that_start_as_tanh_compute_what_tanh_computes():
    images = torch.randn(5, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    twin, tanh, sigmoid = (built(name)(images) for name in ("sigmoid as tanh", "tanh", "sigmoid"))
    assert torch.allclose(twin, tanh, atol=1e-5)
    assert not torch.allclose(sigmoid, tanh, atol=0.1)
    assert not any(isinstance(layer, nn.Tanh) for layer in built("sigmoid as tanh"))


@pytest.mark.parametrize("name", BUILDS)
def test_all_networks_have_the_same_parameters(name):
    layers = layers_with_weights(built(name))
    assert len(layers) == 9
    assert sum(parameter.numel() for parameter in built(name).parameters()) == (27 + 7 * 144 + 8 + 10) * 16 + 10


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_first_weights_have_the_variance_of_their_rule(name):
    *convolutions, last = layers_with_weights(built(name))
    for layer in convolutions[1:]:
        assert layer.weight.var().item() * 16 * 9 == pytest.approx(ACTIVATIONS[name][1], rel=0.1)
    assert last.weight.var().item() * 16 == pytest.approx(1, rel=0.3)


@pytest.mark.parametrize(
    ("name", "largest"), [("sigmoid", 0.25), ("tanh", 1), ("ReLU", 1), ("leaky ReLU", 1), ("ELU", 1)]
)
def test_measures_are_one_number_a_convolution(name, largest, train):
    variant = f"{name}, rate 0.05"
    network = LAB.build(variant, train, LAB.config("smoke", variant)).eval()
    measured = inside(network, train, None)
    assert {len(numbers) for numbers in measured.values()} == {8}
    assert 0 < min(measured["slope"]) <= max(measured["slope"]) <= largest
    assert min(measured["gradient"]) > 0
    assert name == "ReLU" or not any(measured["dead"]), "only a ReLU has a slope of 0"


def test_gradient_is_the_one_that_training_takes(train):
    """Against finite differences along the gradient itself, in float64."""
    variant = "tanh, rate 0.05"
    network = LAB.build(variant, train, LAB.config("smoke", variant)).double()
    few = datasets.Images(train.images[:500], train.labels[:500], train.classes)
    measured = inside(network, few, None)["gradient"][3]
    weight = layers_with_weights(network[1])[3].weight
    direction = weight.grad / weight.grad.norm()

    def loss(step):
        with torch.no_grad():
            weight.add_(step * direction)
            x = network[0](torch.from_numpy(few.images)).double()
            value = nn.functional.cross_entropy(network[1](x), torch.from_numpy(few.labels))
            weight.sub_(step * direction)
        return value.item()

    slope = (loss(1e-5) - loss(-1e-5)) / 2e-5
    assert measured.item() == pytest.approx(slope / weight.detach().norm().item(), rel=1e-4)


def test_dead_maps_are_counted_in_their_layer(train):
    network = LAB.build("ReLU, rate 0.05", train, LAB.config("smoke", "ReLU, rate 0.05")).eval()
    with torch.no_grad():
        layers_with_weights(network[1])[2].bias[:3] = -1e6
    dead = inside(network, train, None)["dead"]
    assert [int(count) for count in dead[:4]] == [0, 0, 3, 0]
    leaky = deep(*ACTIVATIONS["leaky ReLU"], **SHAPE)
    assert np.isclose(leaky[1].negative_slope, 0.01)


def test_on_record_sigmoids_learn_only_where_they_start_as_tanh():
    record = LAB.record()
    best = {name: max(100 - min(record.test_errors(f"{name}, rate {rate}")) for rate in RATES) for name in BUILDS}
    assert best["sigmoid"] < 12
    assert min(best[name] for name in BUILDS if name != "sigmoid") > 25
