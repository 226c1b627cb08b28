"""The layer table: what it counts, how it is written, what it says about a user's own model."""

import re
from html.parser import HTMLParser

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from cnnbook.models import build
from cnnbook.profile import Input, Profile, Row, Totals, profile


class Functional(nn.Module):
    """Everything that a table of layers alone would miss: a functional convolution, a layer used twice, own numbers."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(4, 3, 3, 3))
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.scale = nn.Parameter(torch.ones(4, 1, 1))
        self.never = nn.Linear(3, 3)

    def forward(self, x):
        x = F.relu(F.conv2d(x, self.weight, padding=1))
        x = self.conv(self.conv(x)) + x * self.scale
        return x.mean((2, 3))


def table(result, *fields):
    return [tuple(getattr(row, field) for field in fields) for row in result]


def test_a_users_own_model():
    """5 x 7 pixels, by hand."""
    result = profile(Functional(), (3, 5, 7))
    assert table(result, *Row._fields) == [
        ("conv2d", "conv2d", (4, 5, 7), 108, 3780, 560, 3),
        ("relu", "relu", (4, 5, 7), 0, 0, 560, 3),
        ("conv", "Conv2d", (4, 5, 7), 148, 5040, 560, 5),
        ("conv", "Conv2d", (4, 5, 7), 0, 5040, 560, 7),
        ("mul", "mul", (4, 5, 7), 4, 0, 560, 3),
        ("add", "add", (4, 5, 7), 0, 0, 560, 7),
        ("mean", "mean", (4,), 0, 0, 16, (11, 13)),
    ]  # fmt: skip
    assert result.totals == Totals(108 + 148 + 4 + 12, 3780 + 5040 + 5040, 6 * 560 + 16)
    assert result.notes == ("never did not run: its 12 parameters are in the total and in no row",)


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_devices_agree(device):
    model = Functional().to(device)
    assert profile(model, (3, 5, 7)) == profile(Functional(), (3, 5, 7))


def test_shapes_with_a_batch_and_tensors():
    model = nn.Conv2d(3, 4, 3)
    assert profile(model, (3, 5, 7)).rows[0].output_shape == (4, 3, 5)
    assert profile(model, (1, 3, 5, 7)).rows[0].output_shape == (1, 4, 3, 5)
    two = profile(model, torch.zeros(2, 3, 5, 7))
    assert two.rows[0].output_shape == (2, 4, 3, 5)
    assert two.totals.macs == 2 * profile(model, (3, 5, 7)).totals.macs
    assert (two.input_shape, profile(model, (3, 5, 7)).input_shape) == ((2, 3, 5, 7), (3, 5, 7))
    assert profile(nn.Linear(6, 2), (6,)).rows == (Row("Linear", "Linear", (2,), 14, 12, 8, None),)


def test_several_inputs():
    model = nn.Bilinear(3, 4, 5)
    result = profile(model, [(3,), (4,)])
    assert result.input_shape == ((3,), (4,))
    assert result.rows[0].output_shape == (5,)
    assert "input 3, 4" in str(result)


def test_dtype_and_bytes():
    assert profile(nn.Conv2d(3, 4, 3).double(), (3, 5, 7)).totals.activation_bytes == 4 * 3 * 5 * 8
    assert profile(nn.Conv2d(3, 4, 3).bfloat16(), (3, 5, 7)).totals.activation_bytes == 4 * 3 * 5 * 2


def test_bytes_are_of_new_memory():
    """A view, a change in place and dropout in evaluation take none."""
    model = nn.Sequential(nn.Conv2d(1, 2, 1), nn.ReLU(inplace=True), nn.Dropout(), nn.Flatten(), nn.Identity())
    assert table(profile(model, (1, 5, 7)), "activation_bytes") == [(280,), (0,), (0,), (0,), (0,)]


def test_several_outputs():
    class Two(nn.Module):
        def forward(self, x):
            return {"a": x + 1, "b": [x.mean((2, 3))]}

    class Leaf(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.MaxPool2d(2, return_indices=True)

        def forward(self, x):
            return self.inner(x)[0]

    assert table(profile(Two(), (1, 5, 7)), "kind", "output_shape") == [("add", (1, 5, 7)), ("mean", (1,))]
    (row,) = profile(Leaf(), (1, 5, 7)).rows
    assert row.output_shape == ((1, 2, 3), (1, 2, 3))
    assert row.activation_bytes == 6 * 4 + 6 * 8
    assert "1x2x3, 1x2x3" in str(profile(Leaf(), (1, 5, 7)))


def test_numbers_beside_modules_have_a_row():
    class Scaled(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.gamma = nn.Conv2d(1, 2, 1), nn.Parameter(torch.ones(2))

        def forward(self, x):
            return self.conv(x) * self.gamma[:, None, None]

    result = profile(nn.Sequential(Scaled()), (1, 5, 7))
    assert table(result, "name", "parameters") == [("0.conv", 4), ("0.mul", 0), ("0", 2)]


def test_shared_numbers_count_once():
    model = nn.Sequential(nn.Linear(6, 6), nn.Linear(6, 6))
    model[1].weight = model[0].weight
    assert table(profile(model, (6,)), "parameters") == [(42,), (6,)]
    assert profile(model, (6,)).totals.parameters == 48


def test_what_cannot_be_seen_is_noted():
    class Views(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(12, 2, 1)

        def forward(self, x):
            return self.conv(x.view(1, 3, 2, 2, 3, 2).permute(0, 1, 3, 5, 2, 4).reshape(1, 12, 2, 3))

    result = profile(Views(), (3, 4, 6))
    assert result.rows[-1].receptive_field is None
    assert result.rows[-1].macs == 12 * 2 * 6
    assert result.notes == ("view moves pixels in a way that is not followed (view): no receptive field from there on",)

    class Writes(nn.Module):
        def forward(self, x):
            out = torch.zeros_like(x)
            out.permute(0, 1, 3, 2)[:, :, 1:] = x.permute(0, 1, 3, 2)[:, :, :-1]
            return F.avg_pool2d(out, 2)

    result = profile(Writes(), (1, 5, 7))
    assert result.rows[-1].receptive_field is None
    assert "writes into a part of a tensor" in result.notes[0]


def test_transformers_agree_with_torchs_counter():
    """On the meta device, where attention is taken apart; on the CPU it is one, which torch's counter skips."""
    model = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
    with FlopCounterMode(display=False) as counter:
        result = profile(model.to("meta"), torch.zeros(1, 10, 16, device="meta"))
    assert 2 * result.totals.macs == counter.get_total_flops() > 0
    assert result.totals.parameters == sum(row.parameters for row in result)
    model = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
    assert profile(model, torch.zeros(1, 10, 16)).totals.macs == result.totals.macs


@pytest.mark.parametrize(
    ("layer", "shape"),
    [(nn.Conv1d(4, 6, 3, groups=2, bias=False), (4, 9)), (nn.Conv3d(2, 3, (1, 2, 3)), (1, 2, 4, 5, 6)),
     (nn.ConvTranspose2d(4, 6, 3, stride=2, groups=2, output_padding=1), (4, 5, 7)),
     (nn.Conv2d(4, 8, (3, 2), dilation=2, padding="same"), (4, 5, 7)), (nn.Linear(7, 3), (4, 5, 7))],
)  # fmt: skip
def test_layers_agree_with_torchs_counter(layer, shape):
    with FlopCounterMode(display=False) as counter:
        result = profile(layer, shape)
    assert 2 * result.totals.macs == counter.get_total_flops()
    assert result.totals.macs > 0 or isinstance(layer, nn.Bilinear)  # neither sees inside that one


def test_the_model_is_left_as_it_was():
    model = build("cifar_resnet20")
    model.train()
    model.features[1].eval()
    flags = [module.training for module in model.modules()]
    state = {key: value.clone() for key, value in model.state_dict().items()}
    profile(model, (3, 32, 32))
    assert [module.training for module in model.modules()] == flags
    assert all(torch.equal(value, state[key]) for key, value in model.state_dict().items())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())
    with pytest.raises(ValueError, match="does not fit"):
        profile(model, (1, 32, 32))
    assert [module.training for module in model.modules()] == flags
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


@pytest.mark.parametrize(
    ("shape", "error", "sentence"),
    [((2, 3, 5, 7), ValueError, "is a batch of 2: counts are for one, use (1, 3, 5, 7)"),
     ((3, 0, 7), ValueError, "(3, 0, 7) has a size below 1: use (channels, height, width)"),
     ((3, 5.0, 7), TypeError, "(3, 5.0, 7) is no shape: use a tuple such as (3, 224, 224), or a list of inputs"),
     ((), TypeError, "() is no shape"), (224, TypeError, "224 is no shape"), ([3, 5, 7], TypeError, "3 is no shape")],
)  # fmt: skip
def test_bad_shapes(shape, error, sentence):
    with pytest.raises(error, match=re.escape(sentence)):
        profile(nn.Conv2d(3, 4, 3), shape)


def test_bad_models():
    with pytest.raises(TypeError, match=re.escape("model is function: give an nn.Module")):
        profile(lambda x: x, (3, 5, 7))
    with pytest.raises(ValueError, match="lazy layers, which do not have their weights yet: run it once before"):
        profile(nn.LazyLinear(3), (4,))


def test_text():
    lines = str(profile(nn.Sequential(nn.Conv2d(3, 4, (3, 2)), nn.Flatten()), (3, 5, 7))).split("\n")
    assert lines == [
        "Sequential, input 3x5x7",
        "layer  kind     output  parameters   MACs  activation bytes  receptive field",
        "0      Conv2d   4x3x6           76  1,296               288              3x2",
        "1      Flatten  72               0      0                 0              3x2",
        "total                           76  1,296               288",
    ]
    assert str(profile(build("nin_cifar"), (3, 32, 32))).startswith("nin_cifar, input 3x32x32\n")


class Cells(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.rows, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "tr" in self.open:
            self.rows[-1].append(data)


def test_html():
    result = profile(Functional(), (3, 5, 7))
    text = result._repr_html_()
    parsed = Cells(text)
    assert not parsed.open
    assert parsed.rows[0] == ["layer", "kind", "output", "parameters", "MACs", "activation bytes", "receptive field"]
    assert parsed.rows[1] == ["conv2d", "conv2d", "4x5x7", "108", "3,780", "560", "3"]
    assert parsed.rows[-1] == ["total", "272", "13,860", "3,376"]
    assert "<caption>Functional, input 3x5x7</caption>" in text
    assert "<p>Note: never did not run" in text
    assert 'scope="col"' in text
    assert 'scope="row"' in text


def test_html_is_escaped():
    class Odd(nn.Sequential):
        name = "<b>&"

    assert "&lt;b&gt;&amp;, input 2" in profile(Odd(nn.Linear(2, 2)), (2,))._repr_html_()


def test_pandas():
    frame = profile(Functional(), (3, 5, 7)).to_pandas()
    assert list(frame.columns) == list(Row._fields)
    assert frame.macs.sum() == 13_860
    assert frame.loc[0, "output_shape"] == (4, 5, 7)


def test_stages():
    with torch.device("meta"):
        result = profile(build("resnet18"), (3, 224, 224))
    stages = result.stages()
    features = ("conv1", "pool1", "conv2_x", "conv3_x", "conv4_x", "conv5_x")
    assert list(stages) == [
        *(f"features.{part}" for part in features), "classifier.pool", "classifier.flatten", "classifier.fc"
    ]  # fmt: skip
    assert stages["features.conv1"] == Totals(9_408 + 128, 118_013_952, 3 * 64 * 112 * 112 * 4)
    assert tuple(map(sum, zip(*stages.values(), strict=True))) == result.totals
    assert list(result.stages(depth=1)) == ["features", "classifier"]
    with pytest.raises(ValueError, match="depth 0 is too small: use depth >= 1"):
        result.stages(depth=0)


def test_chart():
    with torch.device("meta"):
        result = profile(build("nin_cifar"), (3, 32, 32))
    figure = result.chart()
    left, right = figure.axes
    stages = result.stages()
    assert [label.get_text() for label in left.get_yticklabels()] == list(stages)
    assert [bar.get_width() for bar in left.patches] == [stage.parameters for stage in stages.values()]
    assert [bar.get_width() for bar in right.patches] == [stage.macs for stage in stages.values()]
    assert (left.get_xlabel(), right.get_xlabel()) == ("parameters", "multiply-accumulates")
    assert left.get_ylim()[0] > left.get_ylim()[1]  # the input on top


def test_a_profile_is_a_sequence_of_rows():
    result = profile(nn.Sequential(nn.Linear(2, 3), nn.ReLU()), (2,))
    assert isinstance(result, Profile)
    assert [row.kind for row in result] == ["Linear", "ReLU"]
    assert len(result) == 2


def test_inputs_say_what_each_row_was_given():
    """Two branches with strides 2 and 1, by hand; what does not come from the image is not among them."""

    class Fork(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.wide = nn.Conv2d(3, 4, (3, 2), stride=2), nn.Conv2d(4, 4, 3, padding=1)

        def forward(self, x):
            x = self.first(x)
            return torch.cat([x, self.wide(x), torch.zeros(1, 1, 3, 4)], dim=1).mean((2, 3))

    result = profile(Fork(), (3, 7, 9))
    first = Input((4, 3, 4), (3, 2), (2, 2))
    inputs = dict(zip([row.kind for row in result][1:], result.inputs[1:], strict=True))
    assert result.inputs[0] == (Input((3, 7, 9), (1, 1), (1, 1)),)
    assert inputs["Conv2d"] == (first,)
    assert inputs["cat"] == (first, Input((4, 3, 4), (7, 6), (2, 2)))
    assert len(result.inputs) == len(result)
