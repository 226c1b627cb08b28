"""What the lab on small kernels claims about its blocks and its measures."""

import numpy as np
import pytest
import torch
from torch import nn

from cnnbook import labs
from cnnbook.arithmetic import receptive_field
from cnnbook.labs.small_kernels import (
    BLOCKS,
    FIELD,
    Block,
    as_one_kernel,
    influence,
    kernels,
    multiplied_out,
    network,
    times,
)
from cnnbook.profile import profile

LAB = labs.load("small_kernels")
SHAPE = {"num_classes": 10, "in_channels": 3}


@pytest.fixture(scope="module")
def images():
    return LAB.load("smoke")


def built(name, train):
    variant = f"{name}, rate 0.1"
    net = LAB.build(variant, train, LAB.config("smoke", variant))
    with torch.no_grad():
        net(torch.from_numpy(train.images[:200]))  # gives batch norm running statistics
    return net.eval()


@pytest.mark.parametrize("name", BLOCKS)
def test_every_block_sees_seven_by_seven_and_keeps_the_size_of_its_maps(name):
    block = BLOCKS[name]
    field = receptive_field([(kernel,) for kernel in block.kernels])
    assert tuple(np.broadcast_to(field.size, 2)) == (FIELD, FIELD)
    maps = torch.randn(2, block.width, 15, 13, requires_grad=True)
    out = block.layers().eval()(maps)
    assert out.shape == maps.shape
    out[:, :, 7, 6].square().sum().backward()
    rows, columns = maps.grad.abs().sum((0, 1)).nonzero(as_tuple=True)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (4, 10, 3, 9)


@pytest.mark.parametrize(
    ("name", "weights", "relus"),
    [
        ("one 7x7", 49 * 16**2, 0),
        ("three 3x3", 27 * 16**2, 2),
        ("three 3x3, no ReLU between", 27 * 16**2, 0),
        ("1x7 and 7x1", 14 * 16**2, 1),
        ("one 7x7, narrow", 49 * 12**2, 0),
        ("three 3x3, wide", 27 * 22**2, 2),
    ],
)
def test_blocks_have_the_weights_and_the_relus_that_their_names_say(name, weights, relus):
    layers = BLOCKS[name].layers()
    assert sum(layer.weight.numel() for layer in layers if isinstance(layer, nn.Conv2d)) == weights
    assert sum(isinstance(layer, nn.ReLU) for layer in layers) == relus
    assert isinstance(layers[-1], nn.BatchNorm2d), "the ReLU behind is the network's"


@pytest.mark.parametrize(("one", "other"), [("one 7x7, narrow", "three 3x3"), ("three 3x3, wide", "one 7x7")])
def test_equal_budgets_differ_by_little(one, other):
    totals = [profile(network(BLOCKS[name], **SHAPE), (3, 32, 32)).totals for name in (one, other)]
    assert totals[0].parameters == pytest.approx(totals[1].parameters, rel=0.06)
    assert totals[0].macs == pytest.approx(totals[1].macs, rel=0.06)


def test_with_and_without_relus_the_first_weights_are_the_same():
    states = []
    for name in ("three 3x3", "three 3x3, no ReLU between"):
        torch.manual_seed(5)
        states.append([weight for weight in network(BLOCKS[name], **SHAPE).parameters() if weight.ndim == 4])
    assert all(torch.equal(one, other) for one, other in zip(*states, strict=True))


def test_kernels_of_one_convolution_are_its_weights():
    block = Block(((7, 7),), width=3).layers().eval()
    measured = kernels(block, torch.randn(2, 3, 9, 12))
    scale = 1 / (1 + block[1].eps) ** 0.5  # batch norm before any batch
    assert torch.allclose(measured, scale * block[0].weight.detach()[:, None].expand(3, 2, 3, 7, 7), atol=1e-6)


def test_one_kernel_does_what_the_block_does_away_from_the_edges():
    torch.manual_seed(0)
    block = BLOCKS["three 3x3, no ReLU between"].layers()
    block(3 + torch.randn(8, 16, 9, 9))  # means that are not 0: the bias has work to do
    maps, block = torch.randn(2, 16, 12, 11), block.eval()
    differ = (as_one_kernel(block)(maps) - block(maps)).abs()
    assert differ[:, :, 2:-2, 2:-2].max() < 1e-4
    assert differ.max() > 1e-2


def test_influence_is_a_share_and_follows_the_number_of_paths(images):
    paths = np.convolve(np.convolve([1, 1, 1], [1, 1, 1]), [1, 1, 1])
    expected = np.outer(paths, paths) / paths.sum() ** 2
    measured = influence(built("three 3x3, no ReLU between", images[0]), *images)["influence"]
    assert measured.sum().item() == pytest.approx(1)
    assert np.abs(measured.numpy().reshape(FIELD, FIELD) - expected).max() < 0.02
    flat = influence(built("one 7x7", images[0]), *images)["influence"]
    assert 0.01 < flat.min() < flat.max() < 0.04


def test_what_is_multiplied_out_has_no_relus_inside(images):
    assert multiplied_out(built("three 3x3", images[0]), images[1]) == {}
    assert multiplied_out(built("one 7x7", images[0]), images[1])["said_the_same"] == 1
    assert 0 < multiplied_out(built("three 3x3, no ReLU between", images[0]), images[1])["said_the_same"] < 1


def test_times_are_measured_in_turns_with_a_7x7(images):
    measured = times(built("1x7 and 7x1", images[0]), *images)
    assert measured.keys() == {"infer", "infer_7x7", "step", "step_7x7"}
    assert all(0 < milliseconds < 10_000 for milliseconds in measured.values())
