import torch
from torch import nn


def test_stage_shapes(meta, stage_shapes):
    shapes = stage_shapes(meta("inception_v4"), 299)
    assert {name: shapes.pop(name) for name in ("conv1", "conv2", "conv3", "mixed1", "mixed2", "mixed3")} == {
        "conv1": (32, 149, 149), "conv2": (32, 147, 147), "conv3": (64, 147, 147), "mixed1": (160, 73, 73),
        "mixed2": (192, 71, 71), "mixed3": (384, 35, 35),
    }  # fmt: skip
    assert list(shapes.items()) == [
        *((f"A{number}", (384, 35, 35)) for number in range(1, 5)),
        ("reduction_a", (1024, 17, 17)),
        *((f"B{number}", (1024, 17, 17)) for number in range(1, 8)),
        ("reduction_b", (1536, 8, 8)),
        *((f"C{number}", (1536, 8, 8)) for number in range(1, 4)),
    ]


def test_padding_does_not_count_in_the_average(meta):
    pool = meta("inception_v4").features.B1["pool"][0]
    assert torch.equal(pool(torch.ones(1, 1, 5, 7)), torch.ones(1, 1, 5, 7))


def test_details(meta):
    network = meta("inception_v4")
    assert network.classifier.dropout.p == 0.2
    assert {layer.eps for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)} == {1e-3}
    assert not any("add" in name or "shortcut" in name for name, _ in network.named_modules())
