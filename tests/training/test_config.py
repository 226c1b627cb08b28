from dataclasses import MISSING, fields, make_dataclass, replace
from itertools import pairwise

import numpy as np
import pytest

from cnnbook.training import Config, learning_rate
from cnnbook.training.config import _knob
from cnnbook.training.schedules import SCHEDULES

GOOD = {"epochs": 4, "batch_size": 8, "learning_rate": 0.5}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "epochs 0 is too small: use epochs >= 1"),
        ({"shift": -1}, "shift -1 is too small: use shift >= 0"),
        ({"cutout": -1}, "cutout -1 is too small: use cutout >= 0"),
        ({"learning_rate": 0}, "learning_rate 0 teaches nothing"),
        ({"learning_rate": float("nan")}, "learning_rate nan teaches nothing"),
        ({"learning_rate": float("inf")}, "learning_rate inf teaches nothing"),
        ({"warmup": 1}, "warmup 1 is out of range: use a number from 0 to below 1"),
        ({"momentum": -0.1}, "momentum -0.1 is out of range"),
        ({"weight_decay": 5}, "weight_decay 5 is out of range"),
        ({"label_smoothing": 1.0}, "label_smoothing 1.0 is out of range"),
        ({"schedule": "cosin"}, "schedule 'cosin' is not known: use one of constant, step, cosine, one_cycle"),
        ({"schedule": "step"}, r"drops \(\) and schedule 'step' do not fit together: use both"),
        ({"drops": (0.5,)}, r"drops \(0.5,\) and schedule 'cosine' do not fit together"),
        ({"schedule": "step", "drops": (0.75, 0.5)}, r"drops \(0.75, 0.5\) do not rise from above 0 to below 1"),
        ({"schedule": "step", "drops": (0, 0.5)}, r"drops \(0.0, 0.5\) do not rise"),
        ({"schedule": "step", "drops": (0.5, 1)}, "drops 1 is out of range"),
    ],
)
def test_what_cannot_be_meant_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Config(**GOOD | change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 1.0}, "epochs must be an integer, got 1.0"),
        ({"batch_size": None}, "batch_size must be an integer, got None"),
        ({"seed": True}, "seed must be an integer, got True"),
        ({"drops": 0.5}, "drops must be a tuple, got 0.5"),
        ({"device": None}, "device must be a word, got None"),
        ({"compile": "no"}, "compile must be True or False, got 'no'"),
        ({"learning_rate": "0.1"}, "learning_rate must be a number, got '0.1'"),
        ({"momentum": None}, "momentum must be a number, got None"),
        ({"warmup": True}, "warmup must be a number, got True"),
        ({"flip": "False"}, "flip must be True or False, got 'False'"),
        ({"flip": 1}, "flip must be True or False, got 1"),
    ],
)
def test_what_is_of_another_kind_is_refused(change, message):
    with pytest.raises(TypeError, match=message):
        Config(**GOOD | change)


def test_options_are_named():
    with pytest.raises(TypeError):
        Config(4, 8, 0.5)


def test_learning_rate_without_warmup_starts_at_its_highest():
    config = Config(**GOOD, warmup=0)
    assert learning_rate(0, config) == 0.5
    assert learning_rate(0.5, config) == pytest.approx(0.25)
    assert learning_rate(1, config) == 0


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_warms_up_to_its_highest_and_never_rises_again(schedule):
    config = Config(**GOOD, warmup=0.25, schedule=schedule, drops=(0.5, 0.75) if schedule == "step" else ())
    rates = [learning_rate(done / 100, config) for done in range(101)]
    assert rates[:25] == pytest.approx([0.5 * done / 25 for done in range(25)])
    assert rates[25] == max(rates) == 0.5
    assert all(after <= before for before, after in pairwise(rates[25:]))
    assert rates[100] == pytest.approx({"constant": 0.5, "step": 0.005}.get(schedule, 0))


def test_the_drops_of_the_residual_paper():
    """0.1, divided by 10 at 32,000 and 48,000 of 64,000 steps (section 4.2)."""
    config = Config(epochs=1, batch_size=128, learning_rate=0.1, warmup=0, schedule="step", drops=(0.5, 0.75))
    rates = [learning_rate(step / 64_000, config) for step in (0, 31_999, 32_000, 47_999, 48_000, 63_999)]
    assert rates == pytest.approx([0.1, 0.1, 0.01, 0.01, 0.001, 0.001])


def test_a_config_holds_plain_values_and_comes_back_from_json():
    config = Config(epochs=np.int64(4), batch_size=8, learning_rate=1, schedule="step", drops=[0.5, np.float32(0.75)])
    assert {type(value) for value in vars(config).values()} == {int, float, str, bool, tuple}
    assert config.drops == (0.5, 0.75)
    assert replace(config) == config


def test_every_knob_has_its_limits_and_its_unit_and_a_default_that_is_off():
    on = {"epochs", "batch_size", "learning_rate", "warmup", "schedule", "momentum", "device"}  # older than this rule
    for knob in fields(Config):
        assert len(knob.metadata["unit"]) > 10
        assert callable(knob.metadata["check"])
        assert knob.name in on or not knob.default
    assert "constant, step, cosine or one_cycle" in Config.__dataclass_fields__["schedule"].metadata["unit"]
    assert list(SCHEDULES) == ["constant", "step", "cosine", "one_cycle"]


def test_a_new_knob_changes_nothing_that_is_shown():
    new = ("jitter", float, _knob(lambda name, value: value, "degrees by which each image is turned", 0.0))
    later = make_dataclass("Later", [new], bases=(Config,), frozen=True, kw_only=True, repr=False)
    assert str(later(**GOOD)) == str(Config(**GOOD))
    assert repr(later(**GOOD)) == repr(Config(**GOOD))
    assert eval(repr(Config(**GOOD, flip=True))) == Config(**GOOD, flip=True)
    assert later(**GOOD)._repr_html_() == Config(**GOOD)._repr_html_()
    assert "jitter" in str(later(**GOOD, jitter=3.0))
    assert new[2].default is not MISSING


def test_knobs_that_are_on_are_shown_with_value_and_meaning():
    lines = str(Config(**GOOD, flip=True)).splitlines()
    assert [line.split()[0] for line in lines] == [
        "epochs", "batch_size", "learning_rate", "warmup", "schedule", "momentum", "flip", "device",
    ]  # fmt: skip
    assert all(len(line.split(maxsplit=2)) == 3 for line in lines)
    html = Config(**GOOD | {"device": "<b>"})._repr_html_()
    assert '<tr><th scope="row">epochs</th><td>4</td><td>passes over the training images</td></tr>' in html
    assert "<td>&lt;b&gt;</td>" in html
    assert html.count("<tr>") == len(str(Config(**GOOD)).splitlines())
