"""What the lab on degradation claims about its networks and its measures."""

from dataclasses import replace
from math import ceil

import numpy as np
import pytest
import torch
from torch import nn

from cnnbook import labs
from cnnbook.labs.degradation import (
    IMAGES,
    RATES,
    Rounded,
    after_training,
    before_training,
    branches,
    deepened,
    kept,
    narrow,
    of_kind,
    rounded,
)
from cnnbook.models.cifar_resnet import cifar_network
from cnnbook.training import load_record

LAB = labs.load("degradation")
SHAPE = {"num_classes": 10, "in_channels": 3}


@pytest.fixture(scope="module")
def train():
    return LAB.load("smoke")[0]


def built(variant, train):
    return LAB.build(variant, train, LAB.config("smoke", variant)).eval()


def test_a_deeper_plain_network_can_compute_what_a_trained_shallow_one_does():
    shallow = cifar_network(8, residual=False, width=4)
    images = torch.randn(7, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    shallow.train()(images)  # moves the running means and variances
    with torch.no_grad():
        for norm in of_kind(shallow, nn.BatchNorm2d):
            norm.weight.uniform_(-2, 2)
            norm.bias.uniform_(-1, 1)
    deep = deepened(shallow.eval(), 56)
    assert len(of_kind(deep, nn.Conv2d)) == 55
    assert torch.allclose(deep(images), shallow(images), rtol=1e-4, atol=1e-5)


def test_gradients_without_norm_are_those_of_the_network_that_has_none(train):
    variant = "narrow ResNet-8, rate 0.1"
    network, bare = built(variant, train), built(variant, train)
    for layer in bare.modules():
        if hasattr(layer, "norm"):
            layer.norm = nn.Identity()
    measured = before_training(network, train, None)["first_without_norm"]
    few = torch.from_numpy(train.images[:IMAGES]), torch.from_numpy(train.labels[:IMAGES])
    nn.functional.cross_entropy(bare(few[0]), few[1]).backward()
    expected = [conv.weight.grad.norm() / conv.weight.detach().norm() for conv in of_kind(bare, nn.Conv2d)]
    assert torch.allclose(torch.stack(measured), torch.stack(expected), rtol=1e-3)


def test_halves_that_are_the_same_agree_and_their_gradient_is_the_one_that_training_takes(train):
    half = slice(IMAGES // 2)
    images, labels = train.images[half], train.labels[half]
    twice = replace(train, images=np.concatenate([images, images]), labels=np.concatenate([labels, labels]))
    network = built("narrow plain-8, rate 0.1", train)
    measured = before_training(network, twice, None)
    assert measured["first_agreement"] == pytest.approx([1] * 7, abs=1e-5)
    assert measured["first_branch"] == [], "a plain network has no shortcuts"
    network.train().zero_grad()
    nn.functional.cross_entropy(network(torch.from_numpy(images)), torch.from_numpy(labels)).backward()
    expected = [(conv.weight.grad.norm() / conv.weight.detach().norm()).item() for conv in of_kind(network, nn.Conv2d)]
    assert [value.item() for value in measured["first_gradient"]] == pytest.approx(expected, rel=1e-4)


def test_branches_are_measured_against_their_shortcuts():
    network = narrow(8, residual=True, **SHAPE).eval()
    images = torch.randn(5, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    first, *_ = branches(network, images)
    block = network[1].features.stage1[0]
    with torch.no_grad():
        x = network[1].features.conv1(network[0](images))
        assert first.item() == pytest.approx((block.conv2(block.conv1(x)).norm() / x.norm()).item())
        block.conv2.norm.weight.zero_()
    assert branches(network, images)[0] == 0
    assert not block._forward_hooks


def test_rounding_is_that_of_the_formats_and_leaves_little_of_a_deep_plain_gradient(train):
    values = torch.randn(1000, generator=torch.Generator().manual_seed(0))
    assert torch.equal(rounded(values, 8), values.bfloat16().float())
    assert torch.equal(rounded(values, 24), values)
    images, labels = torch.from_numpy(train.images[:64]), torch.from_numpy(train.labels[:64])
    left = {
        name: kept(built(f"narrow {name}, rate 0.1", train), images, labels, (8, 24))
        for name in ("plain-8", "plain-56")
    }
    assert left["plain-8"] == [pytest.approx(1, abs=0.05), pytest.approx(1, abs=1e-4)]
    few, all_digits = left["plain-56"]
    assert few < 0.3
    assert all_digits > 0.9
    with Rounded(8):  # both factors, and the gradient that comes back
        x = torch.tensor([[[[1.0]]]], requires_grad=True)
        kernel = torch.full((1, 1, 1, 1), 1 + 2**-9)
        out = nn.functional.conv2d(x, kernel)
    out.backward(torch.full_like(out, 1 + 2**-9))
    assert out.item() == x.grad.item() == 1


def test_training_error_is_that_of_the_last_weights_in_evaluation_mode(train):
    network = built("narrow plain-8, rate 0.1", train)
    network(torch.from_numpy(train.images))
    with torch.no_grad():
        said = network.eval()(torch.from_numpy(train.images)).argmax(1).numpy()
    network.train()
    measured = after_training(network, train, None)
    assert measured["train_error"] == pytest.approx((said != train.labels).mean())
    assert not network.training


@pytest.mark.parametrize(("variant", "steps"), [("plain-20", 64_000), ("ResNet-56, 13,000 steps", 13_000)])
def test_full_scale_takes_the_steps_of_the_paper(variant, steps):
    config = LAB.config("full", variant)
    assert config.epochs * ceil(45_000 / config.batch_size) == pytest.approx(steps, rel=0.003)
    assert [drop * 64_000 for drop in config.drops] == [32_000, 48_000]
    assert (config.learning_rate, config.weight_decay, config.shift, config.flip) == (0.1, 1e-4, 4, True)
    assert config.exact, "the paper's GPUs knew no TF32"


def test_on_record_depth_costs_training_error_only_without_shortcuts():
    record = load_record("degradation", "laptop")

    def least(name):
        """Training error of each seed at the rate that is best for the network."""
        rates = [record.measured(f"narrow {name}, rate {rate}", "train_error") for rate in RATES]
        return np.array(min(rates, key=np.mean))

    assert (least("plain-20") > least("plain-8") + 0.05).all()
    assert (least("plain-56") > least("plain-20") + 0.05).all()
    assert least("ResNet-56").mean() < least("ResNet-8").mean() + 0.05
