"""What the drawings say: the numbers are those of the networks."""

import re

import pytest

from cnnbook.diagrams import draw, list_drawings


def test_names():
    assert len(list_drawings()) == len(set(list_drawings())) == 27
    with pytest.raises(ValueError, match="no drawing 'resnet_bsic': did you mean 'resnet_basic'"):
        draw("resnet_bsic")


def notes(name, what):
    """The numbers in brackets after each `what` in a drawing's description."""
    return re.findall(rf"{re.escape(what)} \(([^)]*)\)", draw(name).description)


@pytest.mark.parametrize(
    ("name", "channels"),
    [("inception_naive", 64 + 128 + 32 + 192), ("inception_reduced", 256),
     ("inception_naive_3b", 128 + 192 + 96 + 256), ("inception_reduced_3b", 480),
     ("inception_v2", 256), ("inception_v2_reduction", 576), ("inception_v3_a", 256), ("inception_v3_reduction_a", 768),
     ("inception_v3_b", 768), ("inception_v3_reduction_b", 1280), ("inception_v3_c", 2048), ("inception_v4_a", 384),
     ("inception_v4_reduction_a", 1024), ("inception_v4_b", 1024), ("inception_v4_reduction_b", 1536),
     ("inception_v4_c", 1536), ("inception_resnet_a", 96), ("inception_resnet_b", 256), ("inception_resnet_c", 384)],
)  # fmt: skip
def test_channels_of_the_inception_modules(name, channels):
    assert notes(name, "concatenate") == [f"{channels} channels"]


def test_naive_and_reduced_module():
    assert "1×1 conv (96), then 3×3 conv (128)" in draw("inception_reduced").description
    assert "(2) 3×3 conv (128); (3) 5×5 conv (32); (4) 3×3 max pool (stride 1)" in draw("inception_naive").description


def test_residual_blocks():
    basic, bottleneck = draw("resnet_basic").description, draw("resnet_bottleneck").description
    assert "input (64 channels), then 3×3 conv (64)" in basic
    assert "a shortcut through 1×1 conv (128, stride 2), is added" in basic
    body = "1×1 conv (64), then batch norm, ReLU, then 3×3 conv (64), then batch norm, ReLU, then 1×1 conv (256)"
    assert body in bottleneck
    assert "3×3 conv (128, stride 2)" in bottleneck  # not in the 1x1


def test_lenet():
    description = draw("lenet").description
    assert "then tanh, then S2: average (6, 14×14), then C3: 5×5 conv (16, 10×10)" in description
    assert "then scaled tanh, then S2: learned sum (6, 14×14), then C3: 5×5 by table (16, 10×10)" in description
    assert description.count("F6: linear (84)") == description.count("C5: 5×5 conv (120, 1×1)") == 2


def test_vgg():
    description = draw("vgg").description
    assert description.count("VGG-") == 4
    assert description.count("2×2 max pool") == 20
    counts = re.findall(r"(?:(\d) × )?3×3 conv", description)
    assert [int(count or 1) for count in counts] == [1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 2, 2, 4, 4, 4]


def test_mobilenets():
    assert notes("mobilenet_v1", "3×3 depthwise") == ["512, each on its own"]
    assert notes("mobilenet_v2", "3×3 depthwise") == ["144", "144, stride 2"]
    assert draw("mobilenet_v2").description.count("on a shortcut") == 1
