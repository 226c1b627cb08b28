from torch import nn


def test_stage_shapes_imagenet(meta, stage_shapes):
    assert stage_shapes(meta("nin"), 224) == {
        "mlpconv1": (96, 54, 54), "pool1": (96, 27, 27), "dropout1": (96, 27, 27),
        "mlpconv2": (256, 27, 27), "pool2": (256, 13, 13), "dropout2": (256, 13, 13),
        "mlpconv3": (384, 13, 13), "pool3": (384, 6, 6), "dropout3": (384, 6, 6),
        "mlpconv4": (1000, 6, 6),
    }  # fmt: skip


def test_stage_shapes_cifar(meta, stage_shapes):
    network = meta("nin_cifar")
    assert stage_shapes(network, 32) == {
        "mlpconv1": (96, 32, 32), "pool1": (96, 16, 16), "dropout1": (96, 16, 16),
        "mlpconv2": (192, 16, 16), "pool2": (192, 8, 8), "dropout2": (192, 8, 8),
        "mlpconv3": (10, 8, 8),
    }  # fmt: skip
    assert isinstance(network.features.pool1, nn.MaxPool2d)
    assert isinstance(network.features.pool2, nn.AvgPool2d)


def test_relu_after_every_convolution(meta):
    """The last one too: the class maps that are averaged are never negative."""
    for name in ("nin", "nin_cifar"):
        for block in meta(name).features:
            if isinstance(block, nn.Sequential):
                assert [type(layer).__name__ for layer in block] == ["Conv2d", "ReLU"] * 3
                assert [layer.kernel_size for layer in block[2::2]] == [(1, 1), (1, 1)]
        assert not any(isinstance(layer, nn.Linear) for layer in meta(name).modules())
