"""torchinfo and the profile, layer by layer: the same shapes, parameters and, without biases, the same MACs."""

from math import prod

import pytest
import torch
import torchinfo
from torch import nn

from cnnbook.models import build, list_models
from cnnbook.profile import profile

SIZE = {"lenet5": (1, 32, 32), "nin_cifar": (3, 32, 32)}
LAYERS = nn.Conv2d, nn.Linear


@pytest.mark.parametrize("name", list_models())
def test_layers_agree_with_torchinfo(name, meta):
    network = build(name).eval() if name == "lenet5" else meta(name)
    shape = SIZE.get(name, (3, 32, 32) if name.startswith("cifar") else (3, 299, 299))
    x = torch.zeros(1, *shape, device=next(network.parameters()).device)
    seen = torchinfo.summary(network, input_data=x, verbose=0, depth=99)
    paths = {module: path for path, module in network.named_modules() if isinstance(module, LAYERS)}
    theirs = {}
    for layer in seen.summary_list:
        if isinstance(layer.module, LAYERS) and layer.executed:
            bias = 0 if layer.module.bias is None else layer.module.bias.numel()
            macs = layer.macs - bias * prod(layer.output_size[2:])
            theirs[paths[layer.module]] = tuple(layer.output_size[1:]), layer.num_params, macs
    result = profile(network, shape)
    ours = {
        row.name: (row.output_shape, row.parameters, row.macs)
        for row in result
        if row.name in paths.values()
    }
    assert ours == theirs
    assert len(ours) >= 4
    assert seen.total_params == result.totals.parameters
