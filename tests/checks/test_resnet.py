"""The blocks and counts of the exercise are those of the book's own networks, weights copied in."""

import numpy as np
import pytest
import torch

from cnnbook import checks, models
from cnnbook.models.cifar_resnet import PadShortcut
from cnnbook.models.resnet import TABLE_1, BasicBlock, Bottleneck
from cnnbook.profile import profile

questions = checks.resnet


def put(layer, weight, scale=1.0, shift=0.0):
    """Copy weights into a convolution, scale and shift into the batch norm behind it."""
    with torch.no_grad():
        layer.conv.weight.copy_(torch.tensor(weight).reshape(layer.conv.weight.shape))
        layer.norm.weight.copy_(torch.tensor(scale))
        layer.norm.bias.copy_(torch.tensor(shift))
        layer.norm.eps = 0.0  # with a mean of 0 and a variance of 1


def answer(block, x):
    with torch.no_grad():
        return block.double().eval()(torch.tensor(x)).numpy()


@pytest.mark.parametrize("stride", [1, 2])
def test_the_basic_block_is_that_of_the_networks_for_cifar(stride):
    x, parts = np.random.default_rng(0).normal(size=(2, 2, 5, 7)), checks.resnet.block_of(2, 5)
    block = BasicBlock(2, 5, stride=stride, shortcut=PadShortcut(2, 5, stride)).double()
    put(block.conv1, *parts[:3])
    put(block.conv2, *parts[3:])
    assert answer(block, x) == pytest.approx(questions.basic_block.reference(x, *parts, stride=stride))


def test_the_bottleneck_is_todays_and_its_broken_one_is_no_older_one():
    x, parts = np.random.default_rng(0).normal(size=(2, 3, 5, 7)), checks.resnet.parts_of(3, 2, 8)
    down, middle, up, scale, shift, projection = parts
    for early in (False, True):
        shortcut = torch.nn.Conv2d(3, 8, 1, stride=2, bias=False).double()
        block = Bottleneck(3, 8, stride=2, shortcut=shortcut, stride_in_1x1=early).double()
        put(block.conv1, down)
        put(block.conv2, middle)
        put(block.conv3, up, scale, shift)
        shortcut.weight.data[...] = torch.tensor(projection)[..., None, None]
        mistake = next(m for m in questions.bottleneck_block.declared if m.code == "stride_still_in_the_1x1")
        right = mistake.function if early else questions.bottleneck_block.reference
        assert answer(block, x) == pytest.approx(right(x, *parts, stride=2))


@pytest.mark.parametrize("name", ["resnet10", "resnet18", "resnet34", "resnet50", "resnet101", "resnet152"])
def test_the_counts_are_those_of_the_networks(name):
    with torch.device("meta"):
        network = models.build(name, num_classes=10)
    row, totals = TABLE_1[name], profile(network, (3, 64, 64)).totals
    layers, parameters, macs = questions.resnet_count.reference(row.block, row.blocks, side=64, classes=10)
    assert (f"resnet{layers}", parameters, macs) == (name, totals.parameters, totals.macs)


@pytest.mark.parametrize("block", ["basic", "bottleneck"])
def test_one_block_more_costs_the_same_in_every_stage(block):
    """So that the deepest network does not depend on where the blocks go."""
    macs = {questions.resnet_count.reference(block, blocks)[2] for blocks in ((2, 1, 1, 1), (1, 2, 1, 1), (1, 1, 1, 2))}
    assert len(macs) == 1
