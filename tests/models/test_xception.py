import torch
from torch import nn

from cnnbook.models.xception import Block, XceptionBlock


def test_stage_shapes(meta, stage_shapes):
    """Figure 5 gives 299 x 299 x 3 at the start, 19 x 19 x 728 in the middle and 2048 numbers at the end."""
    assert stage_shapes(meta("xception"), 299) == {
        "conv1": (32, 149, 149), "conv2": (64, 147, 147), "entry1": (128, 74, 74), "entry2": (256, 37, 37),
        "entry3": (728, 19, 19), **{f"middle{n}": (728, 19, 19) for n in range(1, 9)}, "exit1": (1024, 10, 10),
        "exit2": (1536, 10, 10), "exit3": (2048, 10, 10),
    }  # fmt: skip


def test_where_the_relus_are(meta):
    features = meta("xception").features
    kinds = [type(layer).__name__ for layer in features.entry1.layers]
    assert kinds == ["Sequential", "ReLU", "Sequential", "MaxPoolSame"]  # none before the first
    kinds = [type(layer).__name__ for layer in features.middle1.layers]
    assert kinds == ["ReLU", "Sequential"] * 3
    separable = features.middle1.layers.separable1
    assert [type(layer).__name__ for layer in separable.modules() if not isinstance(layer, nn.Sequential)] == [
        "Conv2d", "Conv2d", "BatchNorm2d"
    ]  # fmt: skip


def test_block_adds_its_shortcut():
    torch.manual_seed(0)
    same = XceptionBlock(4, Block("middle", (4, 4, 4), True, False)).eval()
    x = torch.randn(2, 4, 5, 7)
    torch.testing.assert_close(same(x), same.layers(x) + x)
    down = XceptionBlock(4, Block("entry", (6, 6), False, True)).eval()
    torch.testing.assert_close(down(x), down.layers(x) + down.shortcut(x))
    assert down(x).shape == (2, 6, 3, 4)


def test_details(meta):
    network = meta("xception")
    assert network.classifier.dropout.p == 0.5
    assert {layer.eps for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)} == {1e-3}
