"""The parts that networks share."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnnbook.arithmetic import same_padding
from cnnbook.models._blocks import Branches, MaxPoolSame, conv_norm, conv_relu, global_classifier, initialise


@pytest.mark.parametrize("size", [(1, 2), (2, 1), (5, 7), (6, 8), (5, 8), (74, 37)])
def test_max_pool_same_is_tensorflows(size):
    """Padding as the arithmetic says, before and after."""
    x = torch.randn(2, 3, *size)
    (top, bottom), (left, right) = same_padding(size, 3, stride=2)
    expected = F.max_pool2d(F.pad(x, (left, right, top, bottom), value=-torch.inf), 3, stride=2)
    torch.testing.assert_close(MaxPoolSame()(x), expected, rtol=0, atol=0)
    assert expected.shape[2:] == tuple(-(-n // 2) for n in size)


def test_branches_run_side_by_side_in_order():
    torch.manual_seed(0)
    table = {
        "1x1": [(4, 1)],
        "5x5": [(2, 1), (3, 5, {"stride": 1})],
        "fork": [(5, 3), {"1x3": [(2, (1, 3))], "3x1": [(1, (3, 1))]}],
        "pool": [nn.Identity],
    }
    module, x = Branches(8, table, conv_relu), torch.randn(2, 8, 5, 7)
    wide = module["fork"][0](x)
    expected = [
        module["1x1"][0](x),
        module["5x5"][1](module["5x5"][0](x)),
        module["fork"][1]["1x3"][0](wide),
        module["fork"][1]["3x1"][0](wide),
        x,
    ]
    assert [part.shape[1] for part in expected] == [4, 3, 2, 1, 8]
    torch.testing.assert_close(module(x), torch.cat(expected, dim=1))
    assert module.c_out == 18


def test_convolution_blocks():
    plain, normed = conv_relu(4, 6, (1, 7), groups=2), conv_norm(4, 6, 3, stride=2, padding=0, eps=1e-3)
    assert plain.conv.padding == (0, 3)
    assert plain.conv.bias is not None
    assert normed.conv.bias is None
    assert (normed.norm.eps, normed.norm.momentum) == (1e-3, 0.1)
    assert list(dict(conv_norm(4, 6, 1, activation=None).named_children())) == ["conv", "norm"]


def test_global_classifier_takes_any_size():
    head = nn.Sequential(*global_classifier(6, 3, dropout=0.5).values()).eval()
    x = torch.randn(2, 6, 5, 7)
    torch.testing.assert_close(head(x), head[-1](x.mean((2, 3))))
    assert "dropout" not in global_classifier(6, 3)


def test_initialisation_is_he():
    """Standard deviation sqrt(2 / fan-in), and a depthwise layer's fan-in is its own kernel."""
    torch.manual_seed(0)
    for layer, fan_in in (
        (nn.Conv2d(64, 128, 3), 576),
        (nn.Conv2d(900, 900, 3, groups=900), 9),
        (nn.Linear(500, 90), 500),
    ):
        initialise(layer)
        assert float(layer.weight.detach().std()) == pytest.approx((2 / fan_in) ** 0.5, rel=0.03)
        assert not layer.bias.any()
