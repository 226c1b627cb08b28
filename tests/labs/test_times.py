"""Times without training: what is measured, kept and read again."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from cnnbook import labs
from cnnbook.labs import _command, load_times, take_times


@pytest.fixture
def timed(toy, told, monkeypatch):
    """A lab whose clock counts the calls; what it saw is told."""

    def times(network, train, test):
        told.append((network.training, torch.get_num_threads(), len(train), len(test)))
        torch.rand(3)
        return {"turn": len(told), "layers": torch.tensor([0.5, 1 / 3])}

    monkeypatch.setattr(_command, "load", lambda name: replace(toy, times=times))
    return replace(toy, times=times)


def test_each_network_is_timed_untrained_and_the_first_one_warms_up(timed, told, tmp_path):
    times = take_times(timed, folder=tmp_path, note="Rain.")
    assert told == [(False, 1, 1437, 360)] * 3
    layers = {"layers": [0.5, 0.333333]}
    assert times.measures == {"plain": {"turn": 2} | layers, "shifted": {"turn": 3} | layers}
    assert times.measured("layers").shape == (2, 2)
    assert load_times("toy", folder=tmp_path) == times
    assert (times.lab, times.scale) == ("toy", "smoke")
    assert str(times).startswith("plain\n  turn: 2\n  layers: 0.5 0.333\nshifted\n")
    assert str(times).endswith("Rain.")


def test_times_are_replaced_only_where_that_is_asked(timed, told, tmp_path):
    before = take_times(timed, folder=tmp_path)
    with pytest.raises(FileExistsError, match=r"toy\.times\.json is there: use another folder=.* or overwrite=True"):
        take_times(timed, folder=tmp_path)
    assert len(told) == 3
    assert load_times("toy", folder=tmp_path) == before
    after = take_times(timed, folder=tmp_path, overwrite=True)
    assert load_times("toy", folder=tmp_path) == after != before


def test_a_smoke_run_without_a_folder_keeps_nothing(timed, tmp_path, monkeypatch):
    monkeypatch.setattr("cnnbook.training.records.FOLDERS", (tmp_path,))
    take_times(timed)
    assert not list(tmp_path.iterdir())
    take_times(timed, scale="laptop")
    assert [path.name for path in tmp_path.iterdir()] == ["toy.times.json"]


def test_a_run_measures_them_after_the_training(timed, told):
    record = labs.run(timed, seeds=1, threads=1, log=lambda line: None)
    assert (record.measured("plain", "turn"), record.measured("shifted", "turn")) == ([1], [2])
    assert record.measured("plain", "images") == [[1437, 360]]


def test_maps_lie_in_memory_as_in_training(toy):
    seen = []
    size = toy.scales["smoke"]
    lab = replace(
        toy,
        times=lambda network, train, test: seen.append(network[1].weight.stride()) or {},
        variants={"conv": labs.Variant(lambda num_classes, in_channels: nn.Conv2d(3, 5, (2, 4)))},
        scales={"smoke": replace(size, config=replace(size.config, channels_last=True))},
    )
    take_times(lab)
    assert set(seen) == {(24, 1, 12, 3)}


def test_what_is_no_times_is_refused(timed, toy, tmp_path):
    with pytest.raises(ValueError, match="lab 'toy' has no times: use one that has, such as efficiency"):
        take_times(toy)
    with pytest.raises(FileNotFoundError, match="make it with cnnbook lab toy --times --scale full"):
        load_times("toy", folder=tmp_path)
    take_times(timed, folder=tmp_path)
    path = tmp_path / "toy.times.json"
    for damaged in (path.read_text()[:100], "[]", '{"lab": "toy"}'):
        path.write_text(damaged)
        with pytest.raises(ValueError, match=r"toy\.times\.json is cut off or holds no times"):
            load_times("toy", folder=tmp_path)
