import pytest

from cnnbook.training import Config, learning_rate

GOOD = {"epochs": 4, "batch_size": 8, "learning_rate": 0.5}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "epochs 0 is no count: use a whole number >= 1"),
        ({"epochs": 1.0}, "epochs 1.0 is no count"),
        ({"batch_size": None}, "batch_size None is no count"),
        ({"shift": -1}, "shift -1 is no count: use a whole number >= 0"),
        ({"seed": True}, "seed True is no count"),
        ({"learning_rate": 0}, "learning_rate 0 teaches nothing"),
        ({"learning_rate": float("nan")}, "learning_rate nan teaches nothing"),
        ({"learning_rate": float("inf")}, "learning_rate inf teaches nothing"),
        ({"warmup": 1}, "warmup 1 is out of range: use a number from 0 to below 1"),
        ({"momentum": -0.1}, "momentum -0.1 is out of range"),
        ({"weight_decay": 5}, "weight_decay 5 is out of range"),
    ],
)
def test_what_cannot_be_meant_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Config(**GOOD | change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
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


def test_every_knob_is_explained():
    lines = str(Config(**GOOD)).splitlines()
    assert len(lines) == 10
    assert all(len(line.split(maxsplit=2)) == 3 for line in lines)


def test_a_notebook_shows_each_knob_with_its_value_and_meaning():
    html = Config(**GOOD | {"device": "<b>"})._repr_html_()
    assert '<tr><th scope="row">epochs</th><td>4</td><td>passes over the training images</td></tr>' in html
    assert "<td>&lt;b&gt;</td>" in html
    assert html.count("<tr>") == len(str(Config(**GOOD)).splitlines())
