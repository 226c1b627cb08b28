"""What the lab on speed claims: one trick at a time, and when a target is reached."""

from dataclasses import asdict
from types import SimpleNamespace

import pytest

from cnnbook import labs
from cnnbook.labs.speedrun import MACHINE, TARGETS, TRICKS, epochs_to, resnet9

LAB = labs.load("speedrun")


def changed(scale, one, other):
    """The knobs in which two variants differ."""
    first, second = (asdict(LAB.config(scale, variant)) for variant in (one, other))
    return {knob for knob in first if first[knob] != second[knob]}


@pytest.mark.parametrize(("scale", "suffix"), [("laptop", ""), ("full", ", wide")])
def test_one_switch_at_a_time(scale, suffix):
    knobs = {name: set(on) for name, (on, _) in (TRICKS | MACHINE).items()}
    for name in TRICKS | MACHINE:
        assert changed(scale, f"everything{suffix}", f"without {name}{suffix}") == knobs[name]
    for name in TRICKS:
        assert changed(scale, f"nothing{suffix}", f"only {name}{suffix}") == knobs[name]
    assert changed(scale, f"everything{suffix}", f"nothing{suffix}") == set.union(*(knobs[name] for name in TRICKS))
    assert changed(scale, f"everything{suffix}", f"without both{suffix}") == knobs["channels-last"] | knobs["bfloat16"]


@pytest.mark.parametrize("scale", ["laptop", "full"])
def test_the_same_network_whatever_the_tricks(scale):
    assert len({str(LAB.variants[name].build(num_classes=10, in_channels=3)) for name in LAB.compared(scale)}) == 1


def test_parameters_by_hand():
    w = 64
    convolutions = [(3, w), (w, 2 * w), (2 * w, 2 * w), (2 * w, 2 * w), (2 * w, 4 * w), (4 * w, 8 * w)] + [
        (8 * w,) * 2
    ] * 2
    expected = sum(9 * before * after + 2 * after for before, after in convolutions) + (8 * w + 1) * 10
    network = resnet9(num_classes=10, in_channels=3)
    assert sum(parameter.numel() for parameter in network.parameters()) == expected


def test_the_first_epoch_that_reaches_the_target_counts():
    series = [[0.1, 0.5, 0.4, 0.6], [0.2, 0.3, 0.4, 0.49], [0.7, 0.1, 0.1, 0.1]]
    record = SimpleNamespace(measured=lambda variant, name: {"validation": series}[name])
    assert epochs_to(record, "any", 0.5) == [2, None, 1]
    assert all(0 < low < high < 1 for low, high in TARGETS.values())


def test_on_record_the_falling_rate_counts_most_and_cutout_costs():
    record = LAB.record()
    everything = record.test_errors("everything")
    worth = {
        name: [other - own for own, other in zip(everything, record.test_errors(f"without {name}"), strict=True)]
        for name in TRICKS
    }
    assert max(worth, key=lambda name: min(worth[name])) == "falling rate"
    assert min(worth["falling rate"]) > 5
    assert max(worth["cutout"]) < -1
    assert all(None not in epochs_to(record, "everything", target) for target in TARGETS[record.scale])
