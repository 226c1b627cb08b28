"""Any model may come: what runs is shown where it runs, what fails is named, and the model is left as it was."""

import random
import re
from contextlib import nullcontext

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from cnnbook.profile import profile

from .test_costs import Net


def names(result):
    return [row.name for row in result]


def test_a_shared_module_is_shown_in_every_place():
    relu, conv = nn.ReLU(), nn.Conv2d(3, 3, 1)
    result = profile(nn.Sequential(relu, conv, relu, nn.Sequential(conv, relu), conv), (3, 5, 7))
    assert names(result) == ["0", "1", "2", "3.0", "3.1", "4"]
    assert [row.parameters for row in result] == [0, 12, 0, 0, 0, 0]
    assert [row.macs for row in result] == [0, 315, 0, 315, 0, 315]
    assert result.totals.parameters == 12


def test_a_shared_block_is_shown_with_its_layers():
    block = nn.Sequential(nn.Conv2d(3, 3, 1), nn.ReLU())
    assert names(profile(nn.Sequential(block, block), (3, 5, 7))) == ["0.0", "0.1", "1.0", "1.1"]


def test_a_module_with_one_place_that_runs_twice_keeps_its_name():
    model = Net(lambda m, x: m["a"](m["b"](m["a"](x))), a=nn.ReLU(), b=nn.Conv2d(3, 3, 1))
    assert names(profile(model, (3, 5, 7))) == ["layers.a", "layers.b", "layers.a"]


def snapshot(model):
    """All of a model that a run could change."""
    hooks = [len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules()]
    grads = [parameter.grad for parameter in model.parameters()]
    state = {key: value.clone() for key, value in model.state_dict().items()}
    generators = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    return hooks, grads, [module.training for module in model.modules()], generators, state


def assert_same(before, after):
    assert before[0] == after[0] == [0] * len(before[0])
    assert all(one is other for one, other in zip(before[1], after[1], strict=True))
    assert before[2] == after[2]
    assert torch.equal(before[3][0], after[3][0])
    assert before[3][1:] == after[3][1:]
    assert all(torch.equal(value, after[4][key]) for key, value in before[4].items())


class Leaf(nn.Module):
    """A layer of one's own that gives whatever it is told to."""

    def __init__(self, output):
        super().__init__()
        self.output = output

    def forward(self, x):
        return self.output


class Restless(nn.Module):
    """Draws random numbers, counts its runs, and normalises with the batch's own statistics even in evaluation."""

    def __init__(self, stop=None):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)
        self.register_buffer("runs", torch.zeros(()))
        self.stop = stop

    def forward(self, x):
        self.runs += 1
        self.norm.train()
        x = F.dropout(self.norm(self.conv(x)), training=True) * random.random() * np.random.rand()  # noqa: NPY002
        self.runs = self.runs + 1  # another tensor
        if self.stop:
            raise self.stop
        return x


@pytest.mark.parametrize("stop", [None, RuntimeError("no"), KeyboardInterrupt(), SystemExit()])
def test_the_model_is_left_as_it_was_whatever_happens(stop):
    model = nn.Sequential(Restless(stop)).train()
    model[0].conv.eval()
    model(torch.rand(2, 3, 5, 7)).sum().backward() if stop is None else None
    before = snapshot(model)
    with pytest.raises((ValueError, KeyboardInterrupt, SystemExit)) if stop else nullcontext():
        profile(model, (3, 5, 7))
    assert_same(before, snapshot(model))


def test_an_input_is_left_as_it_was():
    x = -torch.ones(1, 3, 5, 7)
    profile(nn.ReLU(inplace=True), x)
    assert (x == -1).all()


def test_a_layer_that_does_not_fit_is_named_with_the_rows_up_to_there():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Sequential(nn.Conv2d(5, 4, 3)))
    with pytest.raises(ValueError, match=r"2\.0 \(Conv2d\) fails on input 1x4x3x5: .*\nRows up to there:") as caught:
        profile(model, (3, 5, 7))
    _, *rows = str(caught.value).split("\n")
    assert [line.split()[0] for line in rows] == ["Rows", "layer", "0", "1"]
    assert isinstance(caught.value.__cause__, RuntimeError)


@pytest.mark.parametrize(
    ("forward", "told"),
    [
        (lambda m, x: torch.matmul(m["a"](x), torch.zeros(9, 9)), "matmul fails on input 1x4x3x5, 9x9: mat1 and mat2"),
        (lambda m, x: m["a"](x) + torch.zeros(4), "add fails on input 1x4x3x5, 4: The size of tensor a (5)"),
        (lambda m, x: m["a"](x).size_of, "the model (Net) fails on input 1x3x5x7: 'Tensor' object has no attribute"),
        (lambda m, x: m["a"](), "layers.a (Conv2d) fails on what it is given: "),
    ],
)
def test_what_fails_between_layers_is_named(forward, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        profile(Net(forward, a=nn.Conv2d(3, 4, 3)), (3, 5, 7))


def test_what_fails_before_a_layer_runs_is_told():
    model = nn.Sequential(nn.ReLU())
    hook = model.register_forward_pre_hook(lambda *_: 1 / 0)
    with pytest.raises(
        ValueError, match="the model fails on what it is given: division by zero\nRows up to there: none"
    ):
        profile(model, (3, 5, 7))
    hook.remove()
    assert not model._forward_hooks
    assert not model._forward_pre_hooks


def test_a_model_that_lives_with_a_failing_layer_is_profiled():
    def forward(m, x):
        try:
            return m["a"](x)
        except RuntimeError:
            return m["b"](x)

    result = profile(Net(forward, a=nn.Conv2d(9, 4, 3), b=nn.Conv2d(3, 4, 3)), (3, 5, 7))
    assert [(row.name, row.macs) for row in result] == [("layers.b", 1620)]
    assert result.notes == ("layers.a did not run: its 328 parameters are in the total and in no row",)


ODD = {
    "nothing comes out": (Net(lambda _, x: None), [(3, 5, 7)], []),
    "a layer with no tensor": (nn.Sequential(Leaf(None)), [(3, 5, 7)], []),
    "all kinds come out": (
        Net(lambda m, x: (x, None, {"a": [m["a"](x)], "b": 3}), a=nn.Conv2d(3, 4, 3)),
        [(3, 5, 7)],
        [1620],
    ),
    "two inputs": (Net(lambda m, x, y: m["a"](x) * y, a=nn.Conv2d(3, 4, 3)), [(3, 5, 7), (1,)], [1620, 0]),
    "a number comes out": (Net(lambda _, x: x.sum()), [(3, 5, 7)], [0]),
    "no parameters": (nn.Sequential(nn.ReLU(), nn.Flatten()), [(3, 5, 7)], [0, 0]),
    "nothing at all": (nn.Sequential(), [(3, 5, 7)], [0]),
    "data parallel": (nn.DataParallel(nn.Conv2d(3, 4, 3)), [(3, 5, 7)], [1620]),
    "as many pixels as there are": (Net(lambda _, x: x[x > 0]), [(3, 5, 7)], [0, 0]),
    "parametrised": (nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 4, 3)), [(3, 5, 7)], [0, 0, 1620]),
    "made in inference mode": (torch.inference_mode()(lambda: nn.BatchNorm2d(3))(), [(3, 5, 7)], [0]),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_models(name):
    model, inputs, macs = ODD[name]
    before = snapshot(model)
    result = profile(model, inputs)
    assert [row.macs for row in result if row.output_shape is not None] == macs
    assert result.totals.macs == sum(macs)
    assert str(result).count("\n") >= len(result) + 2
    assert "<table>" in result._repr_html_()
    assert_same(before, snapshot(model))


def test_an_output_without_tensors_is_not_one_number():
    result = profile(nn.Sequential(Leaf("text")), (3, 5, 7))
    assert result.rows[0].output_shape is None
    assert "no tensor" in str(result)


@pytest.mark.filterwarnings("ignore:.*torch.jit")  # PyTorch means to take it away
def test_a_scripted_layer_is_refused():
    model = nn.Sequential(nn.ReLU(), torch.jit.script(nn.Conv2d(3, 4, 3)))
    with pytest.raises(ValueError, match=r"^1 is compiled by torch\.jit, which hides its layers: give the model as"):
        profile(model, (3, 5, 7))


@pytest.mark.parametrize(
    ("model", "told"),
    [(nn.ReLU, "model is the class ReLU"), ("resnet18", "model is str"), (None, "model is NoneType")],
)
def test_what_is_no_model_is_refused(model, told):
    with pytest.raises(TypeError, match=told):
        profile(model, (3, 5, 7))


@pytest.mark.parametrize(
    "shape",
    [None, "3", 3, 3.0, (), [], [[]], (3, 5.0), ("3", 5), (True, 5), (3, None), (3, -1), (0,), (2, 3, 5, 7), {3: 5},
     (3, 10**9, 10**9), [(3, 5, 7), None], np.array([3, 5, 7]), object, (3, (5, 7))],
    ids=str,
)  # fmt: skip
def test_what_is_no_input_is_refused_in_one_sentence(shape):
    with pytest.raises((TypeError, ValueError), match=r"(?s)input_shape .*: \w"):
        profile(nn.Conv2d(3, 4, 3), shape)


def test_numpy_integers_are_sizes():
    assert profile(nn.ReLU(), tuple(np.array([3, 200, 200], np.uint8))) == profile(nn.ReLU(), (3, 200, 200))


@pytest.mark.parametrize("depth", [0, -1, "2", 1.5, None, True])
def test_wrong_depths(depth):
    result = profile(nn.ReLU(), (3,))
    for method in (result.stages, lambda depth: result.chart(depth=depth)):
        with pytest.raises((TypeError, ValueError), match="depth"):
            method(depth)


def random_layer(rng, channels, height, width):
    """A layer that fits, drawn from many kinds; what comes out has four axes."""
    kernel = (int(rng.integers(1, min(4, height + 1))), int(rng.integers(1, min(4, width + 1))))
    padding = (kernel[0] // 2, kernel[1] // 2)
    out = int(rng.integers(1, 4)) * channels
    layers = [
        lambda: nn.Conv2d(channels, out, kernel, int(rng.integers(1, 3)), padding, groups=channels),
        lambda: nn.Conv2d(channels, out, (3, 1), padding="same", bias=False),
        lambda: nn.ConvTranspose2d(channels, out, kernel, stride=2),
        lambda: nn.MaxPool2d(kernel, 1, padding),
        lambda: nn.AvgPool2d(kernel, 2, padding, ceil_mode=True),
        lambda: nn.BatchNorm2d(channels),
        lambda: nn.Upsample(scale_factor=1.5, mode="bilinear"),
        lambda: nn.PixelUnshuffle(1),
        lambda: nn.ChannelShuffle(channels),
        lambda: nn.CircularPad2d(min(height, width, 2) - 1),
        lambda: nn.AdaptiveAvgPool2d((3, 2)),
        lambda: Net(lambda m, x: F.gelu(m["a"](x)) + x, a=nn.Conv2d(channels, channels, 1)),
        lambda: Net(lambda _, x: torch.cat([x, x.flip(2)], 1)),
        lambda: Net(lambda m, x: m["a"](x.movedim(1, -1)).movedim(-1, 1), a=nn.Linear(channels, 2)),
        lambda: Net(lambda m, x: m["a"](x.flatten(2).mT)[0].mT.unsqueeze(3), a=nn.LSTM(channels, 2, batch_first=True)),
        nn.Hardtanh, nn.Identity, nn.Dropout2d,
    ]  # fmt: skip
    return layers[rng.integers(len(layers))]()


@pytest.mark.parametrize("seed", range(12))
def test_random_networks_agree_with_torchs_counter_on_every_device(seed):
    """Six layers each. Recurrent layers are taken apart on the meta device, where torch's counter sees them."""
    rng = np.random.default_rng(seed)
    layers, x = [], torch.zeros(1, 2, 9, 7)
    for _ in range(6):
        layer = random_layer(rng, *x.shape[1:]).eval()
        layers.append(layer)
        with torch.no_grad():
            x = layer(x)
    model = nn.Sequential(*layers)
    on_cpu = profile(model, (2, 9, 7))
    assert on_cpu.notes == ()
    assert sum(row.parameters for row in on_cpu) == on_cpu.totals.parameters
    model = model.to("meta")
    assert profile(model, (2, 9, 7)) == on_cpu
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, 2, 9, 7, device="meta"))
    assert 2 * on_cpu.totals.macs == counter.get_total_flops()
