"""What the lab on bottlenecks claims about its blocks, and how it times them."""

import numpy as np
import pytest
import torch
from torch import nn

from cnnbook import labs
from cnnbook.labs import bottlenecks
from cnnbook.labs.bottlenecks import BUILDS, TIMED, basic, bottleneck, kept_bytes, naive, reduced, times
from cnnbook.models import googlenet
from cnnbook.profile import profile

LAB = labs.load("bottlenecks")


def macs(name):
    build, (_, *shape) = TIMED[name]
    return profile(build(), tuple(shape)).totals.macs


@pytest.mark.parametrize("width", bottlenecks.WIDTHS)
def test_blocks_cost_what_their_formulas_say(width):
    assert macs(f"basic {width} at 7") == 49 * 18 * width**2
    assert macs(f"bottleneck {width} at 7") == 49 * 17 * width**2 // 16
    assert macs(f"basic {width // 4} at 7") == 49 * 18 * (width // 4) ** 2


def test_inception_modules_are_those_of_the_chapter():
    found = [macs(f"{kind} at 28") for kind in ("naive", "lecture", "GoogLeNet")]
    assert found == [854_196_224, 271_351_808, 304_267_264]
    ours, published = bottlenecks.inception_3b("GoogLeNet"), googlenet().features.get_submodule("3b")
    assert [p.shape for p in ours.parameters()] == [p.shape for p in published.parameters()]


@pytest.mark.parametrize(
    ("block", "width", "per_pixel"),
    [(basic, 32, 18_432), (bottleneck, 128, 17_408), (naive, 48, 18_432), (reduced, 80, 17_250), (reduced, 48, 6_210)],
)
def test_blocks_that_are_trained_cost_what_the_page_says(block, width, per_pixel):
    built = block(width)
    assert profile(built, (width, 5, 7)).totals.macs == 35 * per_pixel
    assert built(torch.zeros(2, width, 5, 7)).shape == (2, width, 5, 7)


def test_naive_and_reduced_differ_in_two_convolutions():
    def kernels(block):
        return [conv.weight.shape[::2] for conv in block(48).modules() if isinstance(conv, nn.Conv2d)]

    whole, squeezed = kernels(naive), kernels(reduced)
    assert len(squeezed) == len(whole) + 2
    assert [kernel for kernel in squeezed if kernel not in [(18, 1), (3, 1)]] == whole


def test_times_stand_in_the_order_of_their_names(monkeypatch):
    """The second round runs backwards, and its numbers stand in the order of the first."""
    ran = []

    def step(layer, x):
        ran.append(x.shape[1])
        return x.shape[1] / 1000, x.shape[1] / 100

    monkeypatch.setattr(bottlenecks, "TIMED", {str(c): (nn.Identity, (2, c, 1, 1)) for c in (3, 5, 7)})
    monkeypatch.setattr(bottlenecks, "_step", step)
    threads = torch.get_num_threads()
    found = times(nn.Linear(1, 1), None, None)
    assert ran == [3, 5, 7, 3, 5, 7, 7, 5, 3]
    assert np.allclose(found["forward_ms"], [[3, 5, 7]] * 2)
    assert np.allclose(found["backward_ms"], [[30, 50, 70]] * 2)
    assert torch.get_num_threads() == threads


def test_what_takes_little_time_is_repeated(monkeypatch):
    ran = []
    monkeypatch.setattr(bottlenecks, "TIMED", {"short": (nn.Identity, (1, 2, 1, 1))})
    monkeypatch.setattr(bottlenecks, "_step", lambda layer, x: (ran.append(x) or 1e-3, 1e-3))
    times(nn.Linear(1, 1), None, None)
    assert len(ran) == 1 + 2 * 3  # warm-up, two rounds of 1 + 5 ms / 2 ms


def test_a_step_leaves_no_gradient():
    layer, x = nn.Conv2d(2, 3, 1), torch.ones(1, 2, 5, 7, requires_grad=True)
    assert min(bottlenecks._step(layer, x)) >= 0
    assert x.grad is None
    assert layer.weight.grad is None


def test_kept_bytes_are_the_maps_that_backward_reads():
    x, one_map = torch.zeros(2, 64, 5, 7, requires_grad=True), 2 * 64 * 5 * 7 * 4
    assert kept_bytes(nn.ReLU(), x) == one_map
    assert kept_bytes(nn.Conv2d(64, 8, 3, bias=False), x) == one_map  # its input; the weights are there anyhow
    assert kept_bytes(nn.Sequential(nn.ReLU(), nn.Conv2d(64, 8, 3)), x) == one_map  # output of one, input of the next
    # The input, two outputs of convolutions, two of ReLUs; batch norm's means and variances are small.
    assert 5 * one_map <= kept_bytes(basic(64), x) <= 5 * one_map + 4096


def test_on_record_time_falls_less_than_macs():
    record = LAB.record()
    for part in ("forward_ms", "backward_ms"):
        rounds = dict(zip(TIMED, np.concatenate([run.measures[part] for run in record.runs]).T, strict=True))
        whole, squeezed, equal = (rounds[f"{name} at 28"] for name in ("basic 256", "bottleneck 256", "basic 64"))
        assert 3 < np.median(whole / squeezed) < 18 * 16 / 17
        assert np.median(squeezed / equal) > 1
    assert set(record.variants()) == {*BUILDS, "bottleneck 32, longer"}
