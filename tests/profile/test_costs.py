"""Free, counted and unknown are three things, on every device."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from cnnbook.profile import profile

DEVICES = ["cpu", "meta"]
LAYERS = {nn.RNN: 1, nn.GRU: 3, nn.LSTM: 4}  # products of each weight matrix: gates


class Net(nn.Module):
    """A module whose forward is a function."""

    def __init__(self, forward, **layers):
        super().__init__()
        self.layers, self.function = nn.ModuleDict(layers), forward

    def forward(self, *x):
        return self.function(self.layers, *x)


def on(device, model, *inputs):
    """Profile of a model on a device."""
    return profile(model.to(device), [x.to(device) if isinstance(x, torch.Tensor) else x for x in inputs])


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("kind", LAYERS)
def test_recurrent_layers_are_counted(device, kind, bidirectional):
    """Two layers, 5 steps of 8 features to 4, 3 sequences: every step multiplies with all weights of its layer."""
    directions = 1 + bidirectional
    result = on(device, kind(8, 4, 2, bidirectional=bidirectional), torch.zeros(5, 3, 8))
    weights = LAYERS[kind] * 4 * ((8 + 4) + (4 * directions + 4)) * directions
    assert result.totals.macs == 5 * 3 * weights
    assert result.notes == ()


@pytest.mark.parametrize("device", DEVICES)
def test_the_second_of_two_recurrent_layers_is_counted_too(device):
    model = Net(lambda m, x: m["b"](m["a"](x)[0])[0], a=nn.LSTM(8, 4), b=nn.LSTM(4, 2, batch_first=True))
    result = on(device, model, torch.zeros(5, 1, 8))
    assert [row.macs for row in result] == [5 * 4 * 4 * (8 + 4), 5 * 4 * 2 * (4 + 2)]
    assert result.rows == on("cpu", model.to_empty(device="cpu"), torch.zeros(5, 1, 8)).rows


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(
    ("cell", "macs"), [(nn.RNNCell(8, 4), 48), (nn.GRUCell(8, 4), 3 * 48), (nn.LSTMCell(8, 4), 4 * 48)]
)
def test_cells_are_counted(device, cell, macs):
    assert on(device, cell, torch.zeros(1, 8)).totals.macs == macs


@pytest.mark.parametrize("device", DEVICES)
def test_packed_sequences_count_the_steps_that_there_are(device):
    """Lengths 5 and 2."""

    def forward(m, x):
        return m["lstm"](nn.utils.rnn.pack_padded_sequence(x, torch.tensor([5, 2], device="cpu")))[0].data

    macs = on("cpu", Net(forward, lstm=nn.LSTM(8, 4)), torch.zeros(5, 2, 8)).totals.macs
    assert macs == (5 + 2) * 4 * 4 * (8 + 4)


@pytest.mark.parametrize("device", DEVICES)
def test_a_bilinear_layer_uses_each_weight_once(device):
    assert on(device, nn.Bilinear(3, 4, 5), (3,), (4,)).totals.macs == 3 * 4 * 5
    assert on(device, nn.Bilinear(3, 4, 5), torch.zeros(2, 6, 3), torch.zeros(2, 6, 4)).totals.macs == 12 * 60


# Layers on (8, 6, 10), and the receptive field after them. All are free.
FREE = {
    "channel shuffle": (nn.ChannelShuffle(2), 1),
    "pixel shuffle": (nn.PixelShuffle(2), 1),
    "pixel unshuffle": (nn.PixelUnshuffle(2), 2),
    "unfold": (nn.Unfold((3, 2), stride=2, padding=1), (3, 2)),
    "unfold, then a map": (
        nn.Sequential(nn.Unfold(3, padding=1), nn.Unflatten(2, (6, 10)), nn.AvgPool2d(3, stride=1)), 5
    ),
    "fold": (nn.Sequential(nn.Unfold(2, stride=2), nn.Fold((6, 10), 2, stride=2)), 2),
    "overlapping fold": (nn.Sequential(nn.Unfold(3), nn.Fold((6, 10), 3)), 5),
    "flatten": (nn.Flatten(), 1),
    "flatten and back": (nn.Sequential(nn.Flatten(2), nn.Unflatten(2, (6, 10)), nn.MaxPool2d(3)), 3),
    "identity": (nn.Identity(), 1),
    "dropout": (nn.Sequential(nn.Dropout(), nn.Dropout2d(), nn.AlphaDropout()), 1),
    "zero padding": (nn.Sequential(nn.ZeroPad2d((1, 2, 0, 1)), nn.MaxPool2d(3)), 3),
    "reflection padding": (nn.Sequential(nn.ReflectionPad2d(1), nn.ReplicationPad2d(2)), 1),
    "circular padding": (nn.CircularPad2d((1, 2, 3, 0)), 1),
    "bilinear upsampling": (nn.Upsample(scale_factor=2, mode="bilinear"), 2),
    "nearest upsampling": (nn.UpsamplingNearest2d(scale_factor=3), 1),
    "pools": (nn.Sequential(nn.MaxPool2d(2), nn.AvgPool2d((1, 3)), nn.LPPool2d(2, (3, 1))), 6),
    "normalisation": (nn.Sequential(nn.GroupNorm(2, 8), nn.InstanceNorm2d(8), nn.LocalResponseNorm(3)), 1),
    "activations": (nn.Sequential(nn.ReLU(), nn.Hardswish(), nn.GELU(), nn.PReLU(), nn.RReLU(), nn.Sigmoid()), 1),
    "more activations": (nn.Sequential(nn.LogSigmoid(), nn.GLU(1), nn.Softplus(), nn.ELU(), nn.Threshold(0, 1)), 1),
    "softmax over channels": (nn.Softmax2d(), 1),
    "functions": (
        Net(lambda _, x: torch.cat([F.relu(x), x.clamp(0, 1), x.roll(1, 1), x.permute(0, 1, 2, 3) + x.abs()], 1)), 1
    ),
    "channels by number": (Net(lambda _, x: x[:, [1, 0, 3]]), 1),
    "a part written": (Net(lambda _, x: F.avg_pool2d(_shifted(x), (2, 1))), (2, 1)),
    "space to depth by slices": (
        Net(lambda _, x: torch.cat([x[:, :, ::2, ::2], x[:, :, 1::2, ::2], x[:, :, ::2, 1::2]], 1)), 2
    ),
}  # fmt: skip


def _shifted(x):
    """One row down: two rows of the result see neighbours."""
    out = torch.zeros_like(x)
    out[:, :, 1:] = x[:, :, :-1]
    return out


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", FREE)
def test_free_layers_cost_nothing_and_keep_the_receptive_field(device, name):
    model, field = FREE[name]
    result = on(device, model, (8, 6, 10))
    assert [row.macs for row in result] == [0] * len(result)
    assert result.notes == ()
    assert result.rows[-1].receptive_field == field


@pytest.mark.parametrize("device", DEVICES)
def test_embedding_is_a_look_up(device):
    result = on(device, nn.Sequential(nn.Embedding(10, 4), nn.Linear(4, 2)), torch.zeros(1, 6, dtype=torch.long))
    assert [(row.macs, row.parameters) for row in result] == [(0, 40), (6 * 4 * 2, 10)]
    assert result.notes == ()


@pytest.mark.parametrize("device", DEVICES)
def test_functions_inside_forward_are_seen(device):
    def forward(m, x):
        y = F.conv2d(x, m["conv"].weight, padding=1)
        y = y + F.interpolate(F.max_pool2d(y, 2), scale_factor=2)
        scores = torch.einsum("nchw,ndhw->ncd", y, y)
        return torch.cat([scores @ scores, torch.matmul(scores, scores)], 1)

    model = Net(forward, conv=nn.Conv2d(3, 4, 3, bias=False))
    result = on(device, model, (3, 6, 10))
    assert [(row.kind, row.macs) for row in result] == [
        ("conv2d", 60 * 9 * 12), ("max_pool2d", 0), ("interpolate", 0), ("add", 0), ("einsum", 4 * 4 * 60),
        ("matmul", 64), ("matmul", 64), ("cat", 0),
    ]  # fmt: skip
    with FlopCounterMode(display=False) as counter:
        model(torch.zeros(1, 3, 6, 10, device=device))
    assert 2 * result.totals.macs == counter.get_total_flops()
    assert result.totals.parameters == result.rows[0].parameters == 108


@torch.library.custom_op("cnnbook_tests::opaque", mutates_args=())
def opaque(x: torch.Tensor) -> torch.Tensor:
    """An operation that nobody knows."""
    return x * 2


opaque.register_fake(lambda x: torch.empty_like(x))


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(
    ("function", "told"),
    [(opaque, "cnnbook_tests.opaque"), (lambda x: torch.cdist(x, x), "_cdist_forward"), (torch.fft.fft2, "_fft_c2c")],
)
def test_what_is_not_known_is_unknown_each_time_and_in_the_total(device, function, told):
    """No number stands for it: not in the row, the total, a stage, the data frame or the chart."""
    model = Net(lambda m, x: (m["conv"](x), function(x), function(x)), conv=nn.Conv2d(3, 4, 3))
    result = on(device, model, (3, 5, 7))
    assert [row.macs for row in result] == [1620, None, None]
    assert result.totals.macs is None
    counted = [note for note in result.notes if "not counted" in note]
    assert len(counted) == 2
    assert all(f"runs {told}, whose multiply-accumulates are not counted" in note for note in counted)
    lines = str(result).split("\n")
    assert [line.split()[4] for line in lines[3:5]] == ["unknown", "unknown"]
    assert "at least 1,620" in lines[5]
    assert '<td style="text-align:right">at least 1,620</td>' in result._repr_html_()
    assert [stage.macs for stage in result.stages().values()] == [1620, None, None]
    assert result.to_pandas().macs.isna().tolist() == [False, True, True]
    assert [text.get_text() for text in result.chart().axes[1].texts] == [" ?", " ?"]


@pytest.mark.filterwarnings("ignore:.*quantize_per_tensor")  # PyTorch means to take it away
def test_quantised_layers_are_unknown():
    weight = torch.quantize_per_tensor(torch.zeros(3, 4), 0.1, 0, torch.qint8)
    packed = torch.ops.quantized.linear_prepack(weight, None)
    result = profile(Net(lambda _, x: torch.ops.quantized.linear_dynamic(x, packed)), (4,))
    assert [row.macs for row in result] == [None]
    assert "quantized.linear_dynamic" in result.notes[0]


@pytest.mark.parametrize(
    ("forward", "who"),
    [
        (lambda _, x: x * x.sum().item(), "item takes numbers out of a tensor (_local_scalar_dense)"),
        (lambda _, x: x if x.sum() > 0 else -x, "bool takes numbers out of a tensor (_local_scalar_dense)"),
        (lambda _, x: torch.from_numpy(x.numpy() * 2) + 1, "the model takes numbers out of a tensor (numpy)"),
        (lambda _, x: torch.tensor(x.tolist()), "the model takes numbers out of a tensor (tolist)"),
        (lambda _, x: torch.as_tensor(np.asarray(x)) + 1, "the model takes numbers out of a tensor (array)"),
    ],
)
def test_numbers_that_leave_pytorch_are_told(forward, who):
    """Behind them no receptive field can be right, and no row shows what is done."""
    (note,) = profile(Net(forward), (1, 5, 7)).notes
    assert note == f"{who}: what becomes of them is in no row and no receptive field"


def test_half_precision_and_complex_numbers():
    assert profile(nn.Conv2d(3, 4, 3).half(), (3, 5, 7)).totals.macs == 1620
    assert profile(nn.Linear(4, 3, dtype=torch.complex64), (4,)).totals.macs is None  # products of another kind


def test_numbers_that_do_not_depend_on_the_input_may_be_taken_out():
    assert profile(Net(lambda _, x: x[:, : torch.tensor([2]).tolist()[0]] + 1), (3, 5, 7)).notes == ()
