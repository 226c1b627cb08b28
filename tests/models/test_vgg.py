import math

import pytest
import torch
from torch import nn

from cnnbook.models import vgg11

LAYERS = {"vgg11": 11, "vgg13": 13, "vgg16": 16, "vgg19": 19}


@pytest.mark.parametrize("name", LAYERS)
def test_stage_shapes(name, meta, stage_shapes):
    network = meta(name)
    assert stage_shapes(network, 224) == {
        "stage1": (64, 112, 112), "stage2": (128, 56, 56), "stage3": (256, 28, 28), "stage4": (512, 14, 14),
        "stage5": (512, 7, 7),
    }  # fmt: skip
    weighted = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    assert len(weighted) == LAYERS[name]
    assert all(layer.kernel_size == (3, 3) for layer in weighted[:-3])


def test_batch_norm_keeps_the_bias(meta):
    stage = meta("vgg13", batch_norm=True).features.stage2
    assert [type(layer).__name__ for layer in stage] == ["Conv2d", "BatchNorm2d", "ReLU"] * 2 + ["MaxPool2d"]
    assert stage.conv2.bias is not None


def test_initialisation_is_glorots():
    torch.manual_seed(0)
    network = vgg11(num_classes=10)
    for layer, fans in ((network.features.stage5.conv2, 512 * 9 + 512 * 9), (network.classifier.fc2, 4096 + 4096)):
        limit = math.sqrt(6 / fans)
        assert limit * 0.99 < float(layer.weight.detach().abs().max()) <= limit * 1.0001
        assert not layer.bias.any()


def test_dropout(meta):
    classifier = meta("vgg16", dropout=0.3).classifier
    assert [layer.p for layer in classifier if isinstance(layer, nn.Dropout)] == [0.3, 0.3]
    assert classifier.fc1.in_features == 7 * 7 * 512
