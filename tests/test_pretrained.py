"""torchvision's weights, in made-up numbers: who is who is written out here once more, by the rules of its own code."""

import re

import pytest
import torch

from cnnbook.models import build
from cnnbook.pretrained import load_torchvision

NORM = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")

# Each function below yields (torchvision's layer, our layer, its tensors).


def resnet(convolutions, depths):
    """models/resnet.py: layer1 to layer4 of BasicBlock (2 convolutions) or Bottleneck (3)."""
    yield ("conv1", "features.conv1.conv", ["weight"])
    yield ("bn1", "features.conv1.norm", NORM)
    for layer, depth in enumerate(depths, start=1):
        for block in range(depth):
            theirs, ours = f"layer{layer}.{block}", f"features.conv{layer + 1}_x.{block}"
            for conv in range(1, convolutions + 1):
                yield (f"{theirs}.conv{conv}", f"{ours}.conv{conv}.conv", ["weight"])
                yield (f"{theirs}.bn{conv}", f"{ours}.conv{conv}.norm", NORM)
            if block == 0 and (layer > 1 or convolutions == 3):
                yield (f"{theirs}.downsample.0", f"{ours}.shortcut.conv", ["weight"])
                yield (f"{theirs}.downsample.1", f"{ours}.shortcut.norm", NORM)
    yield ("fc", "classifier.fc", ["weight", "bias"])


def vgg(column, batch_norm):
    """models/vgg.py: make_layers puts convolution, batch norm, ReLU and pool of all stages into one list."""
    place, stage, conv = 0, 1, 1
    for layer in column:
        if layer == "M":
            place, stage, conv = place + 1, stage + 1, 1
            continue
        yield (f"features.{place}", f"features.stage{stage}.conv{conv}", ["weight", "bias"])
        if batch_norm:
            yield (f"features.{place + 1}", f"features.stage{stage}.norm{conv}", NORM)
        place, conv = place + (3 if batch_norm else 2), conv + 1
    for theirs, ours in ((0, "fc1"), (3, "fc2"), (6, "fc3")):
        yield (f"classifier.{theirs}", f"classifier.{ours}", ["weight", "bias"])


def mobilenet_v2():
    """models/mobilenetv2.py: Conv2dNormActivation is [conv, norm, act]; a block's conv ends in a bare conv and norm."""
    named = [("features.0", "features.conv1")]
    for block in range(1, 18):
        theirs, ours = f"features.{block}.conv", f"features.block{block}.layers"
        if block > 1:
            named.append((f"{theirs}.0", f"{ours}.expand"))
        depthwise = 1 if block > 1 else 0
        named.append((f"{theirs}.{depthwise}", f"{ours}.depthwise"))
        yield (f"{theirs}.{depthwise + 1}", f"{ours}.project.conv", ["weight"])
        yield (f"{theirs}.{depthwise + 2}", f"{ours}.project.norm", NORM)
    for theirs, ours in [*named, ("features.18", "features.conv2")]:
        yield (f"{theirs}.0", f"{ours}.conv", ["weight"])
        yield (f"{theirs}.1", f"{ours}.norm", NORM)
    yield ("classifier.1", "classifier.fc", ["weight", "bias"])


INCEPTION = {
    "A": "branch1x1 1x1.0, branch5x5_1 5x5.0, branch5x5_2 5x5.1, branch3x3dbl_1 double3x3.0, "
    "branch3x3dbl_2 double3x3.1, branch3x3dbl_3 double3x3.2, branch_pool pool.1",
    "B": "branch3x3 3x3.0, branch3x3dbl_1 double3x3.0, branch3x3dbl_2 double3x3.1, branch3x3dbl_3 double3x3.2",
    "C": "branch1x1 1x1.0, branch7x7_1 7x7.0, branch7x7_2 7x7.1, branch7x7_3 7x7.2, branch7x7dbl_1 double7x7.0, "
    "branch7x7dbl_2 double7x7.1, branch7x7dbl_3 double7x7.2, branch7x7dbl_4 double7x7.3, "
    "branch7x7dbl_5 double7x7.4, branch_pool pool.1",
    "D": "branch3x3_1 3x3.0, branch3x3_2 3x3.1, branch7x7x3_1 7x7.0, branch7x7x3_2 7x7.1, branch7x7x3_3 7x7.2, "
    "branch7x7x3_4 7x7.3",
    "E": "branch1x1 1x1.0, branch3x3_1 3x3.0, branch3x3_2a 3x3.1.1x3.0, branch3x3_2b 3x3.1.3x1.0, "
    "branch3x3dbl_1 double3x3.0, branch3x3dbl_2 double3x3.1, branch3x3dbl_3a double3x3.2.1x3.0, "
    "branch3x3dbl_3b double3x3.2.3x1.0, branch_pool pool.1",
}


def inception_v3(aux_logits):
    """models/inception.py: every convolution is a BasicConv2d, with conv and bn."""
    stem = ("Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "Conv2d_3b_1x1", "Conv2d_4a_3x3")
    pairs = [(theirs, f"features.conv{number}") for number, theirs in enumerate(stem, start=1)]
    kinds = {"5b": "A", "5c": "A", "5d": "A", "6a": "B", "7a": "D", "7b": "E", "7c": "E"}
    for name in (*kinds, "6b", "6c", "6d", "6e"):
        branches = (branch.split() for branch in INCEPTION[kinds.get(name, "C")].split(", "))
        pairs += [(f"Mixed_{name}.{theirs}", f"features.{name}.{ours}") for theirs, ours in branches]
    if aux_logits:
        pairs += [("AuxLogits.conv0", "auxiliary.conv1"), ("AuxLogits.conv1", "auxiliary.conv2")]
        yield ("AuxLogits.fc", "auxiliary.classifier.fc", ["weight", "bias"])
    for theirs, ours in pairs:
        yield (f"{theirs}.conv", f"{ours}.conv", ["weight"])
        yield (f"{theirs}.bn", f"{ours}.norm", NORM)
    yield ("fc", "classifier.fc", ["weight", "bias"])


COLUMN_A = [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"]
COLUMN_D = [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"]
INPUT = {"transform_input": True}
# The last column is how many tensors torchvision's own networks have.
CASES = [
    ("resnet18", {}, resnet(2, (2, 2, 2, 2)), 122),
    ("resnet34", {}, resnet(2, (3, 4, 6, 3)), 218),
    ("resnet50", {}, resnet(3, (3, 4, 6, 3)), 320),
    ("resnet101", {}, resnet(3, (3, 4, 23, 3)), 626),
    ("resnet152", {}, resnet(3, (3, 8, 36, 3)), 932),
    ("vgg11", {"batch_norm": True}, vgg(COLUMN_A, True), 62),
    ("vgg16", {}, vgg(COLUMN_D, False), 32),
    ("mobilenet_v2", {}, mobilenet_v2(), 314),
    ("inception_v3", INPUT, inception_v3(True), 580),
    ("inception_v3", {**INPUT, "aux_logits": False}, inception_v3(False), 566),
]


def hollow(name, **options):
    """A network whose numbers are whatever was in memory."""
    with torch.device("meta"):
        network = build(name, **options)
    return network.to_empty(device="cpu")


def made_up(model, layers):
    """A state dict in torchvision's naming, each tensor filled with a number of its own; and our name of each."""
    ours = model.state_dict()
    names = {f"{theirs}.{tensor}": f"{our}.{tensor}" for theirs, our, tensors in layers for tensor in tensors}
    numbers = enumerate(names.items())
    return {theirs: torch.tensor(float(n)).expand(ours[our].shape) for n, (theirs, our) in numbers}, names


@pytest.fixture(scope="module")
def resnet18():
    model = hollow("resnet18")
    return model, made_up(model, resnet(2, (2, 2, 2, 2)))[0]


@pytest.mark.parametrize(("name", "options", "layers", "count"), CASES)
def test_every_tensor_finds_its_place(name, options, layers, count):
    model = hollow(name, **options)
    state, names = made_up(model, layers)
    assert len(state) == len(model.state_dict()) == count
    assert load_torchvision(model, state) is model
    loaded = model.state_dict()
    assert all(torch.equal(loaded[our].double(), state[theirs].double()) for theirs, our in names.items())


def test_old_files_have_no_counters(resnet18):
    model, state = resnet18
    old = {name: value for name, value in state.items() if "num_batches_tracked" not in name}
    assert len(old) == 102
    load_torchvision(model, old)


@pytest.mark.parametrize("kind", ["missing", "unknown"])
def test_nothing_is_skipped(kind, resnet18):
    model, state = resnet18
    state = dict(state)
    if kind == "missing":
        del state["layer2.0.downsample.0.weight"]
        sentence = "not the weights of resnet18: 1 ['layer2.0.downsample.0.weight'] missing, none left over"
    else:
        state["layer5.0.conv1.weight"] = torch.zeros(1)
        sentence = "none missing, 1 ['layer5.0.conv1.weight'] left over"
    before = {key: value.clone() for key, value in model.state_dict().items()}
    with pytest.raises(ValueError, match=re.escape(sentence)):
        load_torchvision(model, state)
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


def test_shapes_are_checked(resnet18):
    _, state = resnet18
    other = hollow("resnet18", num_classes=7)
    before = other.features.conv1.conv.weight.clone()
    with pytest.raises(ValueError, match=r"fc.weight has shape \(1000, 512\), and classifier.fc.weight has \(7, 512\)"):
        load_torchvision(other, state)
    torch.testing.assert_close(other.features.conv1.conv.weight, before, rtol=0, atol=0, equal_nan=True)


@pytest.mark.parametrize(
    ("name", "options", "layers", "kept"),
    [
        ("resnet18", {}, resnet(2, (2, 2, 2, 2)), {"classifier.fc"}),
        ("mobilenet_v2", {}, mobilenet_v2(), {"classifier.fc"}),
        ("inception_v3", INPUT, inception_v3(True), {"classifier.fc", "auxiliary.classifier.fc"}),
    ],
)
def test_own_classifier_can_stay(name, options, layers, kept):
    """For other classes: only the last layer keeps its numbers."""
    model = hollow(name, num_classes=7, **options)
    for parameter in model.parameters():
        torch.nn.init.constant_(parameter, -1)
    state, _ = made_up(hollow(name), layers)
    load_torchvision(model, state, classifier=False)
    unchanged = {key for key, value in model.named_parameters() if (value == -1).all()}
    assert unchanged == {f"{layer}.{tensor}" for layer in kept for tensor in ("weight", "bias")}


@pytest.fixture(scope="module")
def inception():
    """Weights with and without the auxiliary classifier."""
    full = made_up(hollow("inception_v3"), inception_v3(True))[0]
    return full, {name: value for name, value in full.items() if not name.startswith("AuxLogits.")}


@pytest.mark.parametrize("built", [True, False])
@pytest.mark.parametrize("held", [True, False])
def test_an_auxiliary_classifier_is_left_out_only_where_that_is_said(inception, built, held):
    """In the weights or not, in the model or not: the model keeps its own, and everything else is loaded."""
    model, state = hollow("inception_v3", **INPUT, aux_logits=built), inception[0 if held else 1]
    for parameter in model.parameters():
        torch.nn.init.constant_(parameter, -1)
    if built != held:
        with pytest.raises(ValueError, match=r"1[24] .*, or leave the auxiliary classifier out with auxiliary=False$"):
            load_torchvision(model, state)
    load_torchvision(model, state, auxiliary=False)
    kept = {key for key, value in model.named_parameters() if (value == -1).all()}
    assert kept == {key for key, _ in model.named_parameters() if key.startswith("auxiliary")}


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("theirs", [None, True, False])
def test_what_the_published_network_does_to_its_input_is_asked_for(inception, own, theirs):
    model = hollow("inception_v3", transform_input=own)
    if own == (theirs is not False):
        assert load_torchvision(model, inception[0], transform_input=theirs) is model
    else:
        sentence = rf"transform_input is {own} in the model and {not own} in .*: build inception_v3\(transform_input="
        with pytest.raises(ValueError, match=sentence):
            load_torchvision(model, inception[0], transform_input=theirs)


@pytest.mark.parametrize("option", [{"auxiliary": False}, {"transform_input": True}, {"transform_input": False}])
def test_options_of_inception_are_for_inception(resnet18, option):
    with pytest.raises(ValueError, match=f"{next(iter(option))} is for inception_v3, not for resnet18: leave it out"):
        load_torchvision(*resnet18, **option)


def larger_eps(model):
    model.features[0].norm.eps = 1e-3


def another_activation(model):
    model.features[0].act = torch.nn.GELU()


def another_padding(model):
    model.features[0].conv.padding = (0, 0)


def rounding_pool(model):
    model.features[1].ceil_mode = True


@pytest.mark.parametrize(
    ("change", "told"),
    [(larger_eps, "conv1.norm is BatchNorm2d(64, eps=0.001"), (another_activation, "conv1.act is GELU("),
     (another_padding, "conv1.conv is Conv2d(3, 64, kernel_size=(7, 7), stride=(2, 2), bias=False)"),
     (rounding_pool, "pool1 is MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=True)")],
)  # fmt: skip
def test_a_network_that_would_answer_otherwise_is_refused(resnet18, change, told):
    model = hollow("resnet18")
    change(model)
    with pytest.raises(ValueError, match=re.escape(f"features.{told}") + ".*: build resnet18 with its usual options"):
        load_torchvision(model, resnet18[1])


def test_strides_in_another_layer_are_seen():
    """The paper's ResNet-50 has tensors of the same shapes as torchvision's."""
    model, state = hollow("resnet50", stride_in_1x1=True), made_up(hollow("resnet50"), resnet(3, (3, 4, 6, 3)))[0]
    with pytest.raises(ValueError, match=r"conv3_x\.0\.conv1\.conv is Conv2d\(256, 128, .* stride=\(2, 2\)"):
        load_torchvision(model, state)


def test_how_a_network_is_trained_may_differ(resnet18):
    model = hollow("mobilenet_v2", dropout=0.5)
    model.features[0].norm.momentum = 0.01
    load_torchvision(model, made_up(model, mobilenet_v2())[0])


@pytest.mark.parametrize(
    ("value", "error", "told"),
    [(None, TypeError, "state_dict has 'fc.bias': got None"), ([0.0] * 1000, TypeError, "'fc.bias': got [0.0,"),
     (torch.zeros(1000, dtype=torch.int64), ValueError, "fc.bias holds torch.int64, and classifier.fc.bias needs"),
     (torch.zeros(1000, dtype=torch.complex64), ValueError, "fc.bias holds torch.complex64"),
     (torch.zeros(1000, device="meta"), ValueError, "fc.bias holds no numbers (it is on the meta device)"),
     (torch.zeros(1000, 1), ValueError, "fc.bias has shape (1000, 1)")],
    ids=str,
)  # fmt: skip
def test_tensors_of_another_kind_are_refused(resnet18, value, error, told):
    model, state = resnet18
    before = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    with pytest.raises(error, match=re.escape(told)):
        load_torchvision(model, {**state, "fc.bias": value})
    assert all(torch.equal(tensor, before[key]) for key, tensor in model.state_dict().items())


@pytest.mark.parametrize(
    ("model", "state", "options", "told"),
    [(None, {}, {}, "model must be a network, got None"),
     ("resnet18", {}, {}, "model must be a network, got 'resnet18'"),
     (torch.nn.ReLU, {}, {}, "model must be a network"), (torch.nn.ReLU(), {}, {}, "no weights for ReLU"),
     (..., None, {}, "state_dict must be a dict, got NoneType: use what state_dict()"),
     (..., torch.nn.ReLU(), {}, "state_dict must be a dict, got ReLU"), (..., [1], {}, "must be a dict, got list"),
     (..., {3: torch.zeros(1)}, {}, "state_dict has 3"), (..., {}, {"classifier": "no"}, "classifier must be True or"),
     (..., {}, {"auxiliary": None}, "auxiliary must be True or"), (..., {}, {"classifier": 0}, "classifier must be")],
)  # fmt: skip
def test_wrong_kinds_are_refused(resnet18, model, state, options, told):
    with pytest.raises((TypeError, ValueError), match=re.escape(told)):
        load_torchvision(resnet18[0] if model is ... else model, state, **options)


def test_a_model_without_numbers_is_refused(resnet18):
    with torch.device("meta"), pytest.raises(ValueError, match="model is on the meta device, which holds no numbers"):
        load_torchvision(build("resnet18"), resnet18[1])


@pytest.mark.parametrize("name", ["resnet10", "plain18", "cifar_resnet20", "alexnet", "nin_cifar", "mobilenet_v1"])
def test_networks_that_torchvision_has_no_weights_for(name):
    with torch.device("meta"), pytest.raises(ValueError, match=f"no weights for {name}: use resnet18 to resnet152"):
        load_torchvision(build(name), {})
