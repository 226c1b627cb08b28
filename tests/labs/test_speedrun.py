"""What the lab on speed claims: one trick at a time, and when a target is reached."""

from dataclasses import asdict, replace
from math import log
from types import SimpleNamespace

import pytest
import torch

from cnnbook import labs
from cnnbook.labs import Variant
from cnnbook.labs.speedrun import MACHINE, TARGETS, TRICKS, epochs_to, narrow, resnet9, wide
from cnnbook.training import Config, fit, load_record

LAB, WIDE = labs.load("speedrun"), "everything, wide"


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


class Enough(Exception):
    pass


def loss_of_the_first_steps(lab, train):
    """Mean training loss of the first 12 of the 1,760 steps, on 8 pictures each; bfloat16 is slow on a CPU."""
    config = replace(lab.config("full", WIDE), epochs=round(1760 / 12), batch_size=8, bfloat16=False)
    losses = []

    def stop(network, epoch):
        losses.append(epoch.train_loss)
        raise Enough

    with pytest.raises(Enough):
        fit(lab.build(WIDE, train, config), train, train[:1], config, on_epoch=stop)
    return losses[0]


def test_at_full_scale_the_first_steps_do_no_harm():
    """Whoever says "a tenth each" of ten classes has a loss of ln 10. The first network lacked the factor."""
    train = LAB.load("smoke")[0][: 12 * 8]
    small = replace(train, images=train.images[:, :, ::2, ::2].copy())
    assert loss_of_the_first_steps(LAB, small) < 1.1 * log(10)
    first = replace(LAB, variants={WIDE: Variant(resnet9)})
    assert loss_of_the_first_steps(first, small) > 2 * log(10)


def test_the_factor_multiplies_the_logits_and_changes_nothing_else():
    shape = {"num_classes": 10, "in_channels": 3}
    x = torch.randn(2, 3, 16, 16)
    torch.manual_seed(0)
    plain = resnet9(**shape)
    torch.manual_seed(0)
    with_factor = wide(**shape)
    torch.testing.assert_close(with_factor(x), plain(x) / 8)
    assert len(narrow(**shape)) == len(plain)  # the laptop record has no factor


def test_the_trials_are_the_full_scale_without_the_factor_and_with_it():
    first, pilot, mended = (load_record("speedrun", name) for name in LAB.trials[1:])
    for variant, config in [*first.config.items(), *mended.config.items()]:
        assert Config(**config) == LAB.config("full", variant)
    assert first.dataset == mended.dataset
    assert len(first.of(WIDE)) == len(mended.of(WIDE)) == LAB.at("full").seeds
    assert all(run.history["train_loss"][0] > log(10) > run.history["train_loss"][-1] for run in first.runs)
    assert all(run.history["train_loss"][0] < log(10) for run in mended.runs)
    assert max(mended.test_errors(WIDE)) < min(first.test_errors(WIDE))
    for part in ("first 40 of 1,760 steps", "6 epochs"):
        without, with_it = (pilot.measured(f"{part}, {name}", "validation")[0] for name in ("no factor", "factor 1/8"))
        assert with_it[-1] > without[-1] + 0.1
