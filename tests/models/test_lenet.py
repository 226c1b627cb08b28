import pytest
import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from cnnbook.models.lenet import C3_TABLE, ScaledTanh, Subsample, TableConv2d, initialise, lenet5

BOTH = pytest.mark.parametrize("original", [False, True])


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def parameters(module):
    return sum(parameter.numel() for parameter in module.parameters())


# The numbers of the paper, section II-B: C1 156, S2 12, C3 1,516, S4 32, C5 48,120, F6 10,164.
@pytest.mark.parametrize(
    ("original", "expected"),
    [(False, {"C1": 156, "S2": 0, "C3": 2416, "S4": 0, "C5": 48120, "F6": 10164, "output": 850}),
     (True, {"C1": 156, "S2": 12, "C3": 1516, "S4": 32, "C5": 48120, "F6": 10164, "output": 850})],
)  # fmt: skip
def test_parameters_layer_by_layer(original, expected):
    network = lenet5(original=original)
    assert {name: parameters(network.get_submodule(name)) for name in expected} == expected
    assert parameters(network) == sum(expected.values()) == (60_850 if original else 61_706)


@pytest.mark.parametrize(("original", "macs"), [(False, 416_520), (True, 326_520)])
def test_multiply_accumulates(original, macs):
    with FlopCounterMode(display=False) as counter:
        lenet5(original=original)(torch.zeros(1, 1, 32, 32))
    assert counter.get_total_flops() == 2 * macs


@BOTH
def test_stage_shapes(original):
    shapes, x = {}, torch.zeros(3, 1, 32, 32)
    for name, layer in lenet5(original=original).named_children():
        x = layer(x)
        shapes[name] = tuple(x.shape[1:])
    expected = {"C1": (6, 28, 28), "S2": (6, 14, 14), "C3": (16, 10, 10), "S4": (16, 5, 5), "C5": (120, 1, 1)}
    assert {name: shapes[name] for name in expected} == expected
    assert shapes["F6"] == (84,)
    assert shapes["output"] == (10,)


def test_table_i_of_the_paper():
    assert [len(row) for row in C3_TABLE] == [3] * 6 + [4] * 9 + [6]
    assert len(set(C3_TABLE)) == 16
    uses = [sum(seen in row for row in C3_TABLE) for seen in range(6)]
    assert uses == [10] * 6
    # The first six take three neighbours, the next six four neighbours: each the one before, moved on by one.
    for block, width in ((C3_TABLE[:6], 3), (C3_TABLE[6:12], 4)):
        assert block == tuple(tuple(sorted((first + k) % 6 for k in range(width))) for first in range(6))


def test_table_conv_is_a_convolution_with_missing_connections():
    layer, x = TableConv2d(C3_TABLE, 5).double(), torch.randn(2, 6, 14, 14, dtype=torch.float64)
    with torch.no_grad():
        layer.bias.uniform_(-1, 1)
    weight, seen_by = torch.zeros(16, 6, 5, 5, dtype=torch.float64), iter(layer.kernels.weight)
    for seen in range(6):
        for row in (row for row, maps in enumerate(C3_TABLE) if seen in maps):
            weight[row, seen] = next(seen_by)[0]
    torch.testing.assert_close(layer(x), F.conv2d(x, weight, layer.bias))
    assert layer.fan_in().tolist() == [25 * len(C3_TABLE[row]) for row in layer.row.tolist()]


def test_a_table_that_uses_maps_unequally_is_refused():
    with pytest.raises(ValueError, match="uses some input maps more often than others: use each equally often"):
        TableConv2d(((0, 1), (1,)), 5)


def test_subsample_by_hand():
    layer = Subsample(1)
    with torch.no_grad():
        layer.coefficient.fill_(0.5)
        layer.bias.fill_(-1.0)
    x = torch.tensor([[[[1.0, 2.0, 9.0], [0.0, 1.0, 9.0]]]])  # the last column has no partner
    torch.testing.assert_close(layer(x), ScaledTanh()(torch.tensor([[[[4 * 0.5 - 1.0]]]])))


def test_scaled_tanh_maps_one_to_one():
    x = torch.tensor([-1.0, 0.0, 1.0])
    torch.testing.assert_close(ScaledTanh()(x), x, atol=1e-4, rtol=0)


def test_first_weights():
    published = lenet5(original=True)
    for layer, fan_in in ((published.C1, 25), (published.C5, 400), (published.F6, 120), (published.output, 84)):
        assert layer.weight.abs().max() <= 2.4 / fan_in < 1.1 * layer.weight.abs().max()
        assert not layer.bias.any()
    sizes = published.C3.kernels.weight.abs().amax((1, 2, 3)) * published.C3.fan_in() / 2.4
    assert sizes.max() <= 1 < 1.5 * sizes.min()
    taught = lenet5()
    mixed = lenet5(original=True).apply(initialise)
    for network in (taught, mixed):
        assert 0.9 < network.C5.weight.abs().max() / (6 / (400 + 3000)) ** 0.5 <= 1  # Glorot's bound, fan-out 120 x 25
    # A map of S2 has 10 connections, so its fan-out is 10 x 25.
    sizes = mixed.C3.kernels.weight.abs().amax((1, 2, 3)) * ((mixed.C3.fan_in() + 250) / 6).sqrt()
    assert sizes.max() <= 1 < 1.5 * sizes.min()


@BOTH
def test_one_by_one_is_the_same_as_a_batch(original):
    network, x = lenet5(original=original, num_classes=7, in_channels=3).eval(), torch.randn(4, 3, 32, 32)
    torch.testing.assert_close(network(x), torch.cat([network(one) for one in x.split(1)]))
    assert network(x).shape == (4, 7)


@BOTH
def test_one_step_moves_every_parameter(original):
    network = lenet5(original=original)
    before = [parameter.clone() for parameter in network.parameters()]
    F.cross_entropy(network(torch.randn(8, 1, 32, 32)), torch.arange(8)).backward()
    torch.optim.SGD(network.parameters(), 0.1).step()
    for old, new in zip(before, network.parameters(), strict=True):
        assert new.isfinite().all()
        assert not torch.equal(old, new)


@BOTH
def test_state_dict_and_export(original):
    network, x = lenet5(original=original), torch.randn(2, 1, 32, 32)
    other = lenet5(original=original)
    other.load_state_dict(network.state_dict())
    torch.testing.assert_close(other(x), network(x))
    torch.testing.assert_close(torch.export.export(network, (x,)).module()(x), network(x))


@pytest.mark.parametrize("shape", [(2, 1, 28, 28), (2, 3, 32, 32), (1, 32, 32), (2, 1, 32, 33)])
def test_images_that_do_not_fit_are_refused(shape):
    with pytest.raises(ValueError, match=r"does not fit lenet5: it needs \(N, 1, 32, 32\); pad 28 x 28 digits by 2"):
        lenet5()(torch.zeros(shape))


@pytest.mark.parametrize("option", ["num_classes", "in_channels"])
def test_options_that_cannot_be_meant_are_refused(option):
    with pytest.raises(ValueError, match=f"{option} 0 is too small: use {option} >= 1"):
        lenet5(**{option: 0})
