"""Parameters and multiply-accumulates of every network, to the unit, and images of every size that a network takes."""

import re

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from cnnbook.models import build, list_models
from cnnbook.profile import profile

# network, options, input, parameters, multiply-accumulates. What the papers print stands beside it.
PUBLISHED = [
    ("lenet5", {}, (1, 32, 32), 61_706, 416_520),
    ("lenet5", {"original": True}, (1, 32, 32), 60_850, 326_520),  # 60,000 without the learned output layer
    ("alexnet", {}, (3, 227, 227), 62_378_344, 1_135_256_096),
    ("alexnet", {"groups": 2}, (3, 227, 227), 60_965_224, 724_406_816),  # "60 million parameters"
    ("vgg11", {}, (3, 224, 224), 132_863_336, 7_609_090_048),  # Table 2: 133 million
    ("vgg13", {}, (3, 224, 224), 133_047_848, 11_308_466_176),  # 133
    ("vgg16", {}, (3, 224, 224), 138_357_544, 15_470_264_320),  # 138
    ("vgg19", {}, (3, 224, 224), 143_667_240, 19_632_062_464),  # 144
    ("vgg16", {"batch_norm": True}, (3, 224, 224), 138_365_992, 15_470_264_320),
    ("nin", {}, (3, 224, 224), 7_595_176, 1_100_188_800),
    ("nin_cifar", {}, (3, 32, 32), 966_986, 222_486_528),
    ("googlenet", {"aux_logits": False}, (3, 224, 224), 6_998_552, 1_582_671_872),  # "1.5 billion multiply-adds"
    ("googlenet", {}, (3, 224, 224), 13_378_280, 1_582_671_872),
    ("inception_v2", {}, (3, 224, 224), 11_194_984, 2_018_851_840),
    ("inception_v3", {"aux_logits": False}, (3, 299, 299), 23_834_568, 5_713_216_096),  # "less than 25 million"
    ("inception_v3", {}, (3, 299, 299), 27_161_264, 5_713_216_096),
    ("inception_v4", {}, (3, 299, 299), 42_679_816, 12_253_974_624),
    ("inception_resnet_v1", {}, (3, 299, 299), 22_756_328, 6_206_361_696),
    ("inception_resnet_v2", {}, (3, 299, 299), 55_843_464, 13_155_794_016),
    ("xception", {}, (3, 299, 299), 22_855_952, 8_357_403_496),  # Table 3: 22,855,952
    ("resnet10", {}, (3, 224, 224), 5_418_792, 889_229_312),
    ("resnet18", {}, (3, 224, 224), 11_689_512, 1_814_073_344),  # Table 1: 1.8 billion
    ("resnet34", {}, (3, 224, 224), 21_797_672, 3_663_761_408),  # 3.6
    ("resnet50", {}, (3, 224, 224), 25_557_032, 4_089_184_256),
    ("resnet50", {"stride_in_1x1": True}, (3, 224, 224), 25_557_032, 3_857_973_248),  # 3.8: the paper's own stride
    ("resnet101", {}, (3, 224, 224), 44_549_160, 7_801_405_440),  # 7.6, with the stride in the 1x1
    ("resnet152", {}, (3, 224, 224), 60_192_808, 11_513_626_624),  # 11.3
    ("plain18", {}, (3, 224, 224), 11_515_688, 1_794_805_760),
    ("plain34", {}, (3, 224, 224), 21_623_848, 3_644_493_824),
    *(
        (f"cifar_{kind}{depth}", {}, (3, 32, 32), parameters, macs)
        for kind in ("resnet", "plain")
        for depth, parameters, macs in (
            (20, 269_722, 40_551_040),  # Table 6: 0.27 million
            (32, 464_154, 68_862_592),  # 0.46
            (44, 658_586, 97_174_144),  # 0.66
            (56, 853_018, 125_485_696),  # 0.85
            (110, 1_727_962, 252_887_680),  # 1.7
        )
    ),
    ("mobilenet_v1", {}, (3, 224, 224), 4_231_976, 568_740_352),  # 4.2 million, 569 million
    ("mobilenet_v1", {"width": 0.5}, (3, 224, 224), 1_331_592, 149_497_088),  # 1.3, 149
    ("mobilenet_v2", {}, (3, 224, 224), 3_504_872, 300_774_272),  # 3.4, 300
    ("mobilenet_v2", {"width": 0.75}, (3, 224, 224), 2_636_424, 209_069_792),  # 2.6, 209
    ("mobilenet_v2", {"width": 1.4}, (3, 224, 224), 6_108_776, 582_195_824),  # 6.9, 585 in the paper
]
# Least height and width; every network that is not here takes a single pixel.
MINIMUM = {
    "alexnet": 67, "vgg11": 32, "vgg13": 32, "vgg16": 32, "vgg19": 32, "nin": 39, "nin_cifar": 4, "googlenet": 31,
    "inception_v2": 7, "inception_v3": 75, "inception_v4": 75, "inception_resnet_v1": 75, "inception_resnet_v2": 75,
    "xception": 7,
}  # fmt: skip
# Deeper networks of a family only repeat the layers of these.
ANY_SIZE = [
    "alexnet", "vgg11", "nin", "nin_cifar", "googlenet", "inception_v2", "inception_v3", "inception_v4",
    "inception_resnet_v1", "inception_resnet_v2", "xception", "resnet10", "resnet50", "plain18", "cifar_resnet20",
    "cifar_plain20", "mobilenet_v1", "mobilenet_v2",
]  # fmt: skip


def test_every_network_is_here():
    assert {row[0] for row in PUBLISHED} == set(list_models()), "each network needs a row in PUBLISHED"


@pytest.mark.parametrize(("name", "options", "shape", "parameters", "macs"), PUBLISHED)
def test_parameters_and_macs(name, options, shape, parameters, macs, hollow):
    """Counted twice in one run: by this package's profile, and by PyTorch's own counter."""
    network = build(name, **options) if name == "lenet5" else hollow(name, **options)
    with FlopCounterMode(display=False) as counter:
        result = profile(network, shape)
    assert sum(parameter.numel() for parameter in network.parameters()) == parameters
    assert result.totals[:2] == (parameters, macs)
    assert counter.get_total_flops() == 2 * macs
    assert result.rows[-1].output_shape == (10 if shape[1] == 32 else 1000,)
    idle = sum(parameter.numel() for name, parameter in network.named_parameters() if name.startswith("auxiliary"))
    assert sum(row.parameters for row in result) == parameters - idle
    assert bool(result.notes) == bool(idle)


@pytest.mark.parametrize("name", [name for name in list_models() if name != "lenet5"])
def test_too_small_is_refused_with_a_sentence(name, meta):
    network, least = meta(name), MINIMUM.get(name, 1)
    assert network.minimum == least
    for shape in ((least - 1, least + 9), (least + 9, least - 1)):
        sentence = f"input {shape[0]}x{shape[1]} is too small for {name}: it needs at least {least}x{least}"
        with pytest.raises(ValueError, match=sentence):
            network(torch.zeros(1, 3, *shape, device="meta"))


@pytest.mark.parametrize("name", ANY_SIZE)
def test_sizes(name, hollow):
    """The least size works and one pixel less would not; so do sizes that leave remainders in strides and pools."""
    network, least = hollow(name, num_classes=7, in_channels=2), MINIMUM.get(name, 1)
    with torch.no_grad():
        for H, W in ((least, least), (least + 1, least + 2), (least + 5, least + 14)):
            assert network(torch.zeros(3, 2, H, W)).shape == (3, 7)
        logits = network.train()(torch.zeros(3, 2, least + 31, least))
        assert all(out.shape == (3, 7) for out in (logits if isinstance(logits, tuple) else [logits]))
        network.minimum = 0
        with pytest.raises(RuntimeError):
            network(torch.zeros(3, 2, least - 1, least - 1))


@pytest.mark.parametrize("shape", [(3, 3, 80, 90), (2, 80, 90), (3, 2, 80)])
def test_other_channels_and_no_batch_are_refused(shape, hollow):
    sentence = f"input of shape {shape} does not fit resnet10: it needs (N, 2, H, W)"
    with pytest.raises(ValueError, match=re.escape(sentence)):
        hollow("resnet10", in_channels=2)(torch.zeros(shape))
