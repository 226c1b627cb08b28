import pytest
import torch
from torch import nn

from cnnbook.models import inception_v3
from cnnbook.models.inception_v3 import AuxiliaryPool, InceptionV3Output


def test_stage_shapes(meta, stage_shapes):
    """Table 1: 149, 147, 147, 73, 71, 35, then 35 x 35 x 288, 17 x 17 x 768, 8 x 8 x 1280, 8 x 8 x 2048."""
    assert stage_shapes(meta("inception_v3"), 299) == {
        "conv1": (32, 149, 149), "conv2": (32, 147, 147), "conv3": (64, 147, 147), "pool1": (64, 73, 73),
        "conv4": (80, 73, 73), "conv5": (192, 71, 71), "pool2": (192, 35, 35), "5b": (256, 35, 35),
        "5c": (288, 35, 35), "5d": (288, 35, 35), "6a": (768, 17, 17), "6b": (768, 17, 17), "6c": (768, 17, 17),
        "6d": (768, 17, 17), "6e": (768, 17, 17), "7a": (1280, 8, 8), "7b": (2048, 8, 8), "7c": (2048, 8, 8),
    }  # fmt: skip


def test_widths_of_the_7x7_branches(meta):
    features = meta("inception_v3").features
    modules = [features.get_submodule(name) for name in ("6b", "6c", "6d", "6e")]
    assert [module["7x7"][0].conv.out_channels for module in modules] == [128, 160, 160, 192]


def test_padding_counts_in_the_average(meta):
    """In a corner 4 of 9 numbers are real."""
    pool = meta("inception_v3").features.get_submodule("5b")["pool"][0]
    assert float(pool(torch.ones(1, 1, 5, 5))[0, 0, 0, 0]) == pytest.approx(4 / 9)


def test_batch_norm_eps(meta):
    norms = [layer for layer in meta("inception_v3").modules() if isinstance(layer, nn.BatchNorm2d)]
    assert len(norms) == 96
    assert {norm.eps for norm in norms} == {1e-3}


def test_auxiliary_output(meta):
    network, x = meta("inception_v3", num_classes=7).train(), torch.zeros(2, 3, 299, 299, device="meta")
    seen = {}
    network.features.get_submodule("6e").register_forward_hook(lambda _, __, out: seen.update(module=out))
    network.auxiliary.register_forward_hook(lambda _, args, out: seen.update(into=args[0], out=out))
    output = network(x)
    assert isinstance(output, InceptionV3Output)
    assert output._fields == ("logits", "aux")
    assert seen["into"] is seen["module"]
    assert output.aux is seen["out"]
    assert network.eval()(x).shape == (2, 7)
    assert inception_v3(aux_logits=False).auxiliary is None


def test_auxiliary_pool():
    assert AuxiliaryPool()(torch.zeros(1, 1, 17, 20)).shape == (1, 1, 5, 6)
    assert AuxiliaryPool()(torch.zeros(1, 1, 3, 20)).shape == (1, 1, 5, 5)


def test_transform_input(hollow):
    """A pixel 0.5 stands for 0 afterwards, whichever channel it is in."""
    network = hollow("inception_v3", transform_input=True)
    seen = []
    network.features.conv1.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    pixels = torch.tensor([0.5, 1.0, 0.0])  # of red, green and blue
    network(((pixels - mean) / std)[None, :, None, None].expand(1, 3, 75, 75))
    torch.testing.assert_close(seen[0][0, :, 4, 5], torch.tensor([0.0, 1.0, -1.0]), rtol=0, atol=1e-6)
    with pytest.raises(ValueError, match="use in_channels 3, not 1"):
        inception_v3(transform_input=True, in_channels=1)
