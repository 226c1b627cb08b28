import pytest
import torch
from torch import nn

from cnnbook.models import alexnet


def test_stage_shapes(meta, stage_shapes):
    """The sizes of the notes: 55 x 55 x 96, 27 x 27 x 96, 27 x 27 x 256, 13 x 13 x 256, 13 x 13 x 384, 6 x 6 x 256."""
    shapes = stage_shapes(meta("alexnet"), 227)
    assert list(shapes.items()) == [
        ("conv1", (96, 55, 55)), ("norm1", (96, 55, 55)), ("pool1", (96, 27, 27)),
        ("conv2", (256, 27, 27)), ("norm2", (256, 27, 27)), ("pool2", (256, 13, 13)),
        ("conv3", (384, 13, 13)), ("conv4", (384, 13, 13)), ("conv5", (256, 13, 13)), ("pool5", (256, 6, 6)),
    ]  # fmt: skip
    assert meta("alexnet").classifier.fc6.in_features == 9216


def test_224_does_not_come_out_at_55(meta, stage_shapes):
    assert stage_shapes(meta("alexnet"), 224)["conv1"] == (96, 54, 54)


def test_normalisation_is_the_papers_formula(meta):
    """Section 3.3: over (k + alpha * sum of squares of n neighbours) ** beta; k 2, n 5, alpha 1e-4, beta 0.75."""
    torch.manual_seed(0)
    x = 30 * torch.randn(1, 96, 2, 3, dtype=torch.float64)
    channel = 40
    sums = (x[0, channel - 2 : channel + 3] ** 2).sum(0)
    expected = x[0, channel] / (2 + 1e-4 * sums) ** 0.75
    torch.testing.assert_close(meta("alexnet").features.norm1(x)[0, channel], expected)


def test_split_in_two(meta):
    features = meta("alexnet", groups=2).features
    groups = {name: layer.conv.groups for name, layer in features.named_children() if "conv" in name}
    assert groups == {"conv1": 1, "conv2": 2, "conv3": 1, "conv4": 2, "conv5": 2}
    assert all(layer.groups == 1 for layer in meta("alexnet").modules() if isinstance(layer, nn.Conv2d))
    with pytest.raises(ValueError, match="groups 3 is not an AlexNet: use 1 for one tower or 2"):
        alexnet(groups=3)


def test_initialisation_is_the_papers():
    torch.manual_seed(0)
    network = alexnet(num_classes=10)
    biases = {name.split(".")[1]: set(p.tolist()) for name, p in network.named_parameters() if name.endswith("bias")}
    assert biases == {
        "conv1": {0}, "conv2": {1}, "conv3": {0}, "conv4": {1}, "conv5": {1}, "fc6": {1}, "fc7": {1}, "fc8": {0}
    }  # fmt: skip
    for layer in (network.features.conv2.conv, network.classifier.fc7):
        assert float(layer.weight.detach().std()) == pytest.approx(0.01, rel=0.01)


def test_dropout_after_both_hidden_layers(meta):
    names = [name for name, _ in meta("alexnet", dropout=0.3).classifier.named_children()]
    assert names == ["pool", "flatten", "fc6", "relu6", "dropout6", "fc7", "relu7", "dropout7", "fc8"]
    assert meta("alexnet", dropout=0.3).classifier.dropout7.p == 0.3
