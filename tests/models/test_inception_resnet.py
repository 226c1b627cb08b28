import pytest
import torch
from torch import nn

from cnnbook.models.inception_resnet import V2, ResidualInception


def test_stage_shapes_v1(meta, stage_shapes):
    """Figure 15: 35 x 35 x 256, 17 x 17 x 896, 8 x 8 x 1792."""
    shapes = stage_shapes(meta("inception_resnet_v1"), 299)
    assert shapes["conv5"] == (192, 71, 71)
    kept = {name: shape for name, shape in shapes.items() if name[:-1].rstrip("1") not in ("conv", "pool")}
    assert list(kept.items()) == [
        ("stem6", (256, 35, 35)),
        *((f"A{number}", (256, 35, 35)) for number in range(1, 6)),
        ("reduction_a", (896, 17, 17)),
        *((f"B{number}", (896, 17, 17)) for number in range(1, 11)),
        ("reduction_b", (1792, 8, 8)),
        *((f"C{number}", (1792, 8, 8)) for number in range(1, 6)),
    ]


def test_stage_shapes_v2(meta, stage_shapes):
    shapes = stage_shapes(meta("inception_resnet_v2"), 299)
    ends = ("stem6", "mixed", "A10", "reduction_a", "B20", "reduction_b", "C10", "conv7")
    assert [shapes[name] for name in ends] == [
        (192, 35, 35), (320, 35, 35), (320, 35, 35), (1088, 17, 17), (1088, 17, 17), (2080, 8, 8), (2080, 8, 8),
        (1536, 8, 8),
    ]  # fmt: skip
    assert sum(name[0] in "ABC" for name in shapes) == 10 + 20 + 10


def test_block_scales_its_residual():
    torch.manual_seed(0)
    stage = V2["C"]
    block, x = ResidualInception(16, stage.branches, stage.scale).eval(), torch.randn(2, 16, 5, 7)
    residual = block.expand(block.branches(x))
    torch.testing.assert_close(block(x), (x + 0.2 * residual).clamp(min=0))
    assert block.expand.bias is not None
    assert (residual < 0).any()  # linear: no ReLU after the expansion


@pytest.mark.parametrize("version", [1, 2])
def test_scales(version, meta):
    features = meta(f"inception_resnet_v{version}").features
    assert [features.get_submodule(name).scale for name in ("A1", "B1", "C1")] == [0.17, 0.10, 0.20]


def test_last_block_of_v2_is_linear(meta):
    features = meta("inception_resnet_v2").features
    assert (features.C10.scale, type(features.C10.relu)) == (1.0, nn.Identity)
    assert (features.C9.scale, type(features.C9.relu)) == (0.20, nn.ReLU)
    assert isinstance(meta("inception_resnet_v1").features.C5.relu, nn.ReLU)
