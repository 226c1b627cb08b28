"""What the lab on efficiency claims about its networks and its clock."""

import numpy as np
import pytest
import torch
from torch import nn

from cnnbook import labs, models
from cnnbook.labs import efficiency
from cnnbook.labs._run import on_threads
from cnnbook.labs.efficiency import BUILDS, LAYERS, RACERS, RATES, deployed, latency, mobile, race
from cnnbook.profile import profile
from cnnbook.training import load_record

LAB = labs.load("efficiency")
SHAPE = {"num_classes": 10, "in_channels": 3}


@pytest.mark.parametrize("width", [0.25, 1, 1.5])
def test_the_separable_network_is_the_beginning_of_mobilenet(width):
    ours = mobile(True, width, **SHAPE).features
    theirs = models.mobilenet_v1(width=width).features[: 1 + len(LAYERS)]
    assert [weight.shape for weight in ours.parameters()] == [weight.shape for weight in theirs.parameters()]
    image = torch.zeros(2, 3, 32, 32)
    assert ours.eval()(image).shape == theirs.eval()(image).shape == (2, 256 * width, 4, 4)


def test_the_ordinary_network_differs_in_the_convolutions_alone():
    separable, ordinary = (dict(profile(mobile(kind, 0.5, **SHAPE), (3, 32, 32)).stages()) for kind in (True, False))
    assert separable.keys() == ordinary.keys()
    for number, row in enumerate(LAYERS, start=1):
        left = separable[f"features.layer{number}"].macs / ordinary[f"features.layer{number}"].macs
        assert left == pytest.approx(1 / (row.channels // 2) + 1 / 9)
    for same in ("features.conv1", "classifier.fc"):
        assert separable[same] == ordinary[same]


@pytest.mark.parametrize("name", ["separable 0.25", "ordinary 0.125"])
def test_deployed_is_the_same_function_and_leaves_the_network_alone(name):
    torch.manual_seed(0)
    network, image = BUILDS[name](**SHAPE), torch.randn(4, 3, 32, 32)
    for _ in range(3):
        network(image)  # running means that are not 0
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 2)
            nn.init.uniform_(module.bias, -1, 1)
    folded, before = deployed(network), network.eval()(image)
    assert torch.allclose(folded(image), before, atol=1e-4)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in folded.modules())
    assert torch.equal(network(image), before)


def test_in_a_race_the_calls_take_turns_and_the_shortest_time_counts(monkeypatch):
    order, now = [], [0]
    takes = {"a": iter([9, 30, 9, 2]), "b": iter([9, 10, 9, 40])}  # seconds; every first one warms up

    def call(name):
        order.append(name)
        now[0] += next(takes[name])

    monkeypatch.setattr(efficiency, "clock", lambda device: now[0])
    assert race([(call, "a"), (call, "b")], torch.device("cpu"), 2) == [2000, 10_000]
    assert "".join(order) == "aabbaabb"


def test_latency_is_of_one_thread_and_names_what_it_measured(monkeypatch):
    variant, (train, test) = "separable 0.25, rate 0.1", LAB.load("smoke")
    network, threads = LAB.build(variant, train, LAB.config("smoke", variant)).eval(), []

    @torch.inference_mode()
    def count(calls, device, rounds):
        threads.append(torch.get_num_threads())
        return [function(x).shape[0] for function, x in calls]

    monkeypatch.setattr(efficiency, "race", count)
    with on_threads(2):
        measures = latency(network, train, test)
        assert torch.get_num_threads() == 2
    assert threads == [1] * 4
    assert measures == {
        "cpu_1": [1] * len(RACERS), "layers_cpu_1": [1] * 11,
        "cpu_64": [64] * len(RACERS), "layers_cpu_64": [64] * 11,
    }  # fmt: skip


def test_on_file_a_gpu_takes_as_long_for_networks_that_hardly_multiply():
    times = np.array([labs.load_times(LAB.name).measured(f"cuda_{batch}") for batch in (1, 64)])
    column = dict(zip(RACERS, np.median(times, axis=1).T, strict=True))
    for kind, widest in (("separable", "separable 1.5"), ("ordinary", "ordinary 0.75")):
        assert (column[f"{kind}, bare"] > 0.75 * column[widest]).all()
    assert (column["separable 0.25"] > 1.4 * column["ordinary 0.75"]).all()


def test_on_record_fewer_macs_take_longer_in_every_race():
    record = load_record(LAB.name, "laptop")
    races = [run.measures["cpu_1"] for run in record.runs]
    assert len(races) == len(LAB.variants) * record.seeds
    for slower, faster in [("separable 0.25", "ordinary 0.25"), ("separable, bare", "ordinary, bare")]:
        assert all(times[RACERS.index(slower)] > times[RACERS.index(faster)] for times in races)


def test_on_record_at_full_scale_separable_is_ahead_by_macs_at_the_cheap_end_and_never_by_time():
    record, laptop = load_record(LAB.name), load_record(LAB.name, "laptop")
    assert all(len(record.of(variant)) == 2 for variant in LAB.compared("full"))
    best = {
        name: max(
            (f"{name}, rate {rate}" for rate in RATES),
            key=lambda variant: sum(record.measured(variant, "validation_accuracy")),
        )
        for name in BUILDS
    }
    assert {variant.split()[-1] for variant in best.values()} == {str(RATES[-1])}, "all at the edge of the grid"
    errors = {name: np.array(record.test_errors(variant)) for name, variant in best.items()}
    times = np.min([run.measures["cpu_1"] for run in laptop.runs], axis=0)
    for separable in (name for name in BUILDS if name.startswith("separable")):
        rivals = (name for name in BUILDS if times[RACERS.index(name)] < times[RACERS.index(separable)])
        assert any(errors[name].mean() < errors[separable].mean() for name in rivals), "off the front"
    macs = {name: profile(BUILDS[name](**SHAPE), (3, 32, 32)).totals.macs for name in errors}
    x = np.log([macs[f"separable {width}"] for width in (0.25, 0.5)])
    for seed in range(2):
        line = np.interp(np.log(macs["ordinary 0.125"]), x, [errors[f"separable {w}"][seed] for w in (0.25, 0.5)])
        assert line < errors["ordinary 0.125"][seed]
