import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnnbook.models.googlenet import AUXILIARY, AuxiliaryPool, GoogLeNetOutput

# Table 1, output sizes
SHAPES = {
    "conv1": (64, 112, 112), "pool1": (64, 56, 56), "norm1": (64, 56, 56), "conv2_reduce": (64, 56, 56),
    "conv2": (192, 56, 56), "norm2": (192, 56, 56), "pool2": (192, 28, 28), "3a": (256, 28, 28), "3b": (480, 28, 28),
    "pool3": (480, 14, 14), "4a": (512, 14, 14), "4b": (512, 14, 14), "4c": (512, 14, 14), "4d": (528, 14, 14),
    "4e": (832, 14, 14), "pool4": (832, 7, 7), "5a": (832, 7, 7), "5b": (1024, 7, 7),
}  # fmt: skip


def test_stage_shapes(meta, stage_shapes):
    assert list(stage_shapes(meta("googlenet"), 224).items()) == list(SHAPES.items())


def test_parameters_of_the_first_module(meta):
    """Its row of Table 1, filled in by hand; the paper prints 159K."""
    one_by_one = 193 * (64 + 96 + 16 + 32)  # 192 channels and a bias: 1x1, the two reductions, after the pool
    by_hand = one_by_one + (96 * 9 + 1) * 128 + (16 * 25 + 1) * 32
    assert sum(p.numel() for p in meta("googlenet").features.get_submodule("3a").parameters()) == by_hand == 163_696


def test_branches_in_the_papers_order(meta):
    """1x1, 3x3, 5x5, pool; the 5x5 is a 5x5; ReLU after every convolution."""
    module = meta("googlenet").features.get_submodule("3a")
    assert list(module) == ["1x1", "3x3", "5x5", "pool"]
    assert module["5x5"][1].conv.kernel_size == (5, 5)
    convolutions = [layer for layer in module.modules() if isinstance(layer, nn.Conv2d)]
    assert len(convolutions) == sum(isinstance(layer, nn.ReLU) for layer in module.modules()) == 6
    assert all(layer.bias is not None for layer in convolutions)


def test_normalisation_divides_alpha(meta):
    norm = meta("googlenet").features.norm1
    assert (norm.size, norm.alpha, norm.beta, norm.k) == (5, 1e-4, 0.75, 1.0)


def test_auxiliary_outputs_have_names(hollow):
    network, x = hollow("googlenet", num_classes=7), torch.zeros(2, 3, 64, 64)
    assert network(x).shape == (2, 7)
    output = network.train()(x)
    assert isinstance(output, GoogLeNetOutput)
    assert output._fields == ("logits", "aux1", "aux2")
    assert hollow("googlenet", num_classes=7, aux_logits=False).train()(x).shape == (2, 7)


@pytest.mark.parametrize(("name", "after", "channels"), [("aux1", "4a", 512), ("aux2", "4d", 528)])
def test_auxiliary_classifiers_look_at_their_module(name, after, channels, meta):
    """Each output comes from its own head: a hook sees what goes in, and another what comes out."""
    network = meta("googlenet").train()
    seen = {}
    network.features.get_submodule(after).register_forward_hook(lambda _, __, out: seen.update(module=out))
    network.auxiliary[name].register_forward_hook(lambda _, args, out: seen.update(into=args[0], out=out))
    output = network(torch.zeros(2, 3, 224, 224, device="meta"))
    assert seen["into"] is seen["module"]
    assert seen["into"].shape == (2, channels, 14, 14)
    assert getattr(output, name) is seen["out"]
    assert AUXILIARY[name] == after


def test_auxiliary_pool():
    """As published on 14 x 14, and 4 x 4 from every other grid."""
    torch.manual_seed(0)
    pool, x = AuxiliaryPool(), torch.randn(1, 2, 14, 14)
    torch.testing.assert_close(pool(x), F.avg_pool2d(x, 5, stride=3))
    assert pool(torch.randn(1, 2, 3, 20)).shape == (1, 2, 4, 4)


def test_dropout(meta):
    network = meta("googlenet")
    assert network.classifier.dropout.p == 0.4
    assert [head.dropout.p for head in network.auxiliary.values()] == [0.7, 0.7]
