from torch import nn


def test_stage_shapes(meta, stage_shapes):
    assert stage_shapes(meta("inception_v2"), 224) == {
        "conv1": (64, 112, 112), "pool1": (64, 56, 56), "conv2_reduce": (64, 56, 56), "conv2": (192, 56, 56),
        "pool2": (192, 28, 28), "3a": (256, 28, 28), "3b": (320, 28, 28), "3c": (576, 14, 14), "4a": (576, 14, 14),
        "4b": (576, 14, 14), "4c": (576, 14, 14), "4d": (576, 14, 14), "4e": (1024, 7, 7), "5a": (1024, 7, 7),
        "5b": (1024, 7, 7),
    }  # fmt: skip


def test_pools_of_the_modules(meta):
    features = meta("inception_v2").features
    kinds = {name: type(module["pool"][0]).__name__ for name, module in features.named_children() if name[0] in "345"}
    average, passed = "AvgPool2d", "MaxPoolSame"
    assert kinds == {"3a": average, "3b": average, "3c": passed, "4a": average, "4b": average, "4c": average,
                     "4d": average, "4e": passed, "5a": average, "5b": "MaxPool2d"}  # fmt: skip


def test_stride_is_in_the_last_convolutions(meta):
    module = meta("inception_v2").features.get_submodule("3c")
    strides = [[layer.conv.stride[0] for layer in module[name]] for name in ("3x3", "double3x3")]
    assert strides == [[1, 2], [1, 1, 2]]


def test_no_bias_under_batch_norm(meta):
    layers = list(meta("inception_v2").modules())
    assert all(layer.bias is None for layer in layers if isinstance(layer, nn.Conv2d))
    assert {layer.eps for layer in layers if isinstance(layer, nn.BatchNorm2d)} == {1e-5}
