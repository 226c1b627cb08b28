"""Receptive fields, against the closed formula and against gradients."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from cnnbook import arithmetic
from cnnbook.profile import profile

LAYER = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 3))


def field(model, shape=(1, 40, 40)):
    """Receptive field of the last row."""
    return profile(model, shape).rows[-1].receptive_field


class Net(nn.Module):
    """A module whose forward is a function."""

    def __init__(self, forward, **layers):
        super().__init__()
        self.layers, self.function = nn.ModuleDict(layers), forward

    def forward(self, x):
        return self.function(self.layers, x)


@settings(max_examples=40)
@given(st.lists(LAYER, min_size=1, max_size=5))
def test_stacks_follow_the_formula(layers):
    """Convolutions and pools in a row, where each fits; pools may pad no more than half their window."""
    sizes, kept = [200], []
    for number, (kernel, stride, padding, dilation) in enumerate(layers):
        if number % 2:
            padding = min(padding, kernel // 2)
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        try:
            sizes.append(arithmetic.output_size(sizes[-1], kernel, **options))
        except ValueError:
            break
        kind = nn.MaxPool2d(kernel, **options) if number % 2 else nn.Conv2d(1, 1, kernel, **options)
        kept.append((kind, (kernel, stride, padding, dilation)))
    model = nn.Sequential(*(module for module, _ in kept))
    expected = arithmetic.receptive_field([layer for _, layer in kept]).size
    with torch.device("meta"):
        assert field(model.to("meta"), (1, 200, 200)) == expected


def seen_by_gradient(model, size):
    """Most pixels from the first to the last one that any unit of the output depends on, along the height."""
    for parameter in model.parameters():
        nn.init.constant_(parameter, 1.0)
    x = torch.rand(1, 1, size, 8, dtype=torch.float64, requires_grad=True)
    output = model.double()(x)
    most = 0
    for row in range(output.shape[2]):
        (gradient,) = torch.autograd.grad(output[0, :, row].sum(), x, retain_graph=True)
        rows = gradient.abs().sum((0, 1, 3)).nonzero().flatten()
        most = max(most, int(rows[-1] - rows[0]) + 1 if len(rows) else 0)
    return most


def conv(kernel, **options):
    along_rows = {name: (value, 0 if name == "padding" else 1) for name, value in options.items()}
    return nn.Conv2d(1, 1, (kernel, 1), **along_rows)


BRANCHED = {
    "residual addition": (Net(lambda m, x: m["b"](m["a"](x)) + x, a=conv(3, padding=1), b=conv(3, padding=1)), 5),
    "strided shortcut": (
        Net(lambda m, x: m["a"](x) + x[:, :, ::2], a=nn.Sequential(conv(3, stride=2, padding=1), conv(3, padding=1))), 7
    ),
    "branches": (
        Net(lambda m, x: torch.cat([m["a"](x), m["b"](x)], 1).sum(1, True), a=conv(1), b=conv(5, padding=2)), 5
    ),
    "shifted branches": (Net(lambda m, x: m["a"](x)[:, :, 4:] + m["a"](x)[:, :, :-4], a=conv(3)), 7),
    "dilation": (nn.Sequential(conv(3, dilation=4), conv(3)), 11),
    "transposed 2": (nn.Sequential(conv(3), nn.ConvTranspose2d(1, 1, (2, 1), stride=(2, 1))), 3),
    "transposed 4": (nn.Sequential(conv(3, stride=2), nn.ConvTranspose2d(1, 1, (4, 1), stride=(2, 1))), 5),
    "transposed, then convolution": (nn.Sequential(nn.ConvTranspose2d(1, 1, (4, 1), stride=(2, 1)), conv(3)), 3),
    "transposed, dilated": (
        nn.ConvTranspose2d(1, 1, (3, 1), stride=(2, 1), dilation=(3, 1), padding=(1, 0), output_padding=(1, 0)), 4
    ),
    "transposed with gaps": (nn.ConvTranspose2d(1, 1, (2, 1), stride=(3, 1)), 1),
    "nearest, then convolution": (nn.Sequential(nn.Upsample(scale_factor=(2, 1)), conv(2)), 2),
    "bilinear": (nn.Upsample(scale_factor=(2, 1), mode="bilinear"), 2),
    "bilinear, corners": (nn.Upsample(size=(31, 8), mode="bilinear", align_corners=True), 2),
    "adaptive pool": (nn.AdaptiveAvgPool2d((7, 8)), 4),
    "overlapping pool": (nn.Sequential(nn.AvgPool2d((3, 1), stride=(2, 1)), conv(2)), 5),
    "ceil mode": (nn.MaxPool2d((3, 1), stride=(2, 1), ceil_mode=True), 3),
    "padding by function": (Net(lambda m, x: m["a"](F.pad(x, (0, 0, 1, 1))), a=conv(3)), 3),
    "pixel shuffle": (
        Net(lambda m, x: F.pixel_shuffle(m["a"](x), 2)[:, :, 1:-1], a=nn.Conv2d(1, 4, (3, 1))), 3
    ),
    "through a permutation": (
        Net(lambda m, x: m["a"](x).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) + x[:, :, 1:-1], a=conv(3)), 3
    ),
    "through linear layers of every place": (
        Net(
            lambda m, x: m["c"](m["b"](m["a"](x).movedim(1, -1)).movedim(-1, 1)),
            a=conv(3, padding=1), b=nn.Sequential(nn.Linear(1, 2), nn.Linear(2, 1)), c=conv(3, padding=1),
        ), 5
    ),
    "rows twice, then convolution": (
        Net(lambda m, x: m["a"](x[:, :, :, None].expand(-1, -1, -1, 2, -1).flatten(2, 3)), a=conv(3, padding=1)), 2
    ),
    "flip": (Net(lambda m, x: m["a"](x) + m["a"](x).flip(2), a=conv(3)), 20),
}  # fmt: skip


@pytest.mark.parametrize("name", BRANCHED)
def test_gradients_agree(name):
    """Twenty rows; the number by hand, the profile and the gradient are all the same."""
    model, by_hand = BRANCHED[name]
    found = field(model, (1, 20, 8))
    assert (found if isinstance(found, int) else found[0]) == by_hand == seen_by_gradient(model, 20)


def test_rows_and_columns_apart():
    assert field(nn.Sequential(nn.Conv2d(1, 2, (3, 2)), nn.MaxPool2d((1, 3)))) == (3, 4)


@pytest.mark.parametrize(("dimensions", "conv"), [(1, nn.Conv1d), (3, nn.Conv3d)])
def test_other_numbers_of_axes(dimensions, conv):
    model = nn.Sequential(conv(2, 3, 3, stride=2), conv(3, 1, 3))
    shape = (2, 20) if dimensions == 1 else (1, 2, 20, 20, 20)
    assert field(model, shape) == 7


def test_global_pooling_and_linear_layers_see_all_that_comes_in():
    """VGG-16's first linear layer: 212 pixels after the last pool, 7 positions 32 apart."""
    from cnnbook.models import vgg16

    with torch.device("meta"):
        rows = {row.name: row.receptive_field for row in profile(vgg16(), (3, 224, 224))}
    assert [rows[name] for name in ("features.stage5.pool", "classifier.flatten")] == [212, 212]
    assert rows["classifier.fc1"] == 212 + 6 * 32


@pytest.mark.parametrize(
    ("name", "pixels"),
    [("vgg16", 196), ("resnet18", 435), ("resnet50", 427), ("googlenet", 715), ("mobilenet_v1", 315)],
)
def test_published_fields(name, pixels):
    """At the last convolution, or where the last module's branches come together."""
    from cnnbook.models import build

    with torch.device("meta"):
        rows = profile(build(name), (3, 224, 224)).rows
    features = [row for row in rows if row.name.startswith("features") and row.kind in ("Conv2d", "cat")]
    assert features[-1].receptive_field == pixels


def test_two_inputs_of_different_reach():
    class Two(nn.Module):
        def forward(self, a, b):
            return F.max_pool2d(a, 5, 1, 2) + F.max_pool2d(b, 3, 1, 1)

    result = profile(Two(), [(1, 9, 9), (1, 9, 9)])
    assert [row.receptive_field for row in result] == [5, 3, 5]
    assert result.notes == ("receptive fields are the largest over the inputs",)


def test_attention_sees_everything():
    """Patches of 4 pixels; a class token that sees none; then every position sees every other."""

    class Small(nn.Module):
        def __init__(self):
            super().__init__()
            self.patches, self.token = nn.Conv2d(3, 8, 4, stride=4), nn.Parameter(torch.zeros(1, 1, 8))

        def forward(self, x):
            tokens = self.patches(x).flatten(2).transpose(1, 2)
            tokens = torch.cat([self.token, tokens], 1)
            return F.scaled_dot_product_attention(tokens, tokens, tokens)

    for device in ("cpu", "meta"):  # one operation on the one, its parts on the other
        rows = profile(Small().to(device), (3, 16, 16)).rows
        assert [(row.kind, row.receptive_field) for row in rows] == [
            ("Conv2d", 4), ("cat", 4), ("scaled_dot_product_attention", 16)
        ]  # fmt: skip
        assert rows[2].macs == 2 * 17 * 17 * 8
