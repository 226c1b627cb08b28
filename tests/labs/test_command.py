"""`cnnbook lab`: one lab, all of them, or what is missing; in the time that there is."""

import re
import time
from dataclasses import replace

import pytest

from cnnbook import labs
from cnnbook.cli import main
from cnnbook.labs import _command
from cnnbook.training import load_record
from cnnbook.training.records import FOLDERS


@pytest.fixture
def three(toy, tmp_path, monkeypatch):
    """Three labs, of which the second cannot be run, and no record among the book's."""

    def fail(**shape):
        raise RuntimeError("no such network")

    broken = replace(toy, name="middle", variants={"plain": labs.Variant(fail)}, kept=None)
    there = {"first": replace(toy, name="first"), "middle": broken, "third": replace(toy, name="third")}
    monkeypatch.setattr(_command, "names", lambda: sorted(there))
    monkeypatch.setattr(_command, "load", there.__getitem__)
    monkeypatch.setattr("cnnbook.training.records.FOLDERS", (tmp_path / "book",))
    return there


def test_every_lab_is_listed_with_what_is_on_record(capsys):
    assert main(["lab", "--list"]) == 0
    out = capsys.readouterr().out
    for name in labs.names():
        assert f"{name}: {labs.load(name).question}\n" in out
    full = re.search(r"^lenet_mnist: .*\n(?:  laptop .*\n)?  full    (.*)", out, re.M)[1]
    assert full == "4 networks, 5 seeds, 2026-11-25, cpu (x86_64), 1 thread"


def test_records_are_listed_where_none_can_be_written(tmp_path, monkeypatch, capsys):
    """As in an installed package, which has a copy of the book's records."""
    monkeypatch.setattr("cnnbook.training.records.FOLDERS", (tmp_path / "no" / "book", *FOLDERS))
    assert main(["lab", "--list", "--folder", str(tmp_path / "new")]) == 0
    assert "  full    4 networks, 5 seeds, " in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_records_of_a_folder_are_listed(three, tmp_path, capsys):
    assert main(["lab", "first", "--folder", str(tmp_path), "--threads", "1"]) == 0
    assert main(["lab", "--list", "--folder", str(tmp_path)]) == 0
    first, smoke, laptop = capsys.readouterr().out.partition("first: Does moving")[2].splitlines()[:3]
    assert first.endswith(" the images help?")
    assert re.fullmatch(r"  smoke   2 networks, 2 seeds, 2\d{3}-\d\d-\d\d, cpu \(.*\), 1 thread", smoke)
    assert laptop == "  laptop  not on record"


def test_a_lab_says_where_its_record_is(three, tmp_path, capsys):
    words = ["lab", "first", "--scale", "laptop", "--seeds", "1", "--note", "Hail.", "--folder", str(tmp_path)]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert out.endswith(f"Hail.\nNext: git diff {tmp_path}/first.laptop.json\n")
    assert main(["lab", "first", "--scale", "laptop", "--folder", str(tmp_path)]) == 0  # more seeds
    assert main(words) == 2
    assert "has 2 seeds of each network, and this run 1" in capsys.readouterr().err
    assert main([*words, "--overwrite"]) == 0


def test_what_is_missing_is_run_and_one_that_fails_does_not_stop_the_others(three, tmp_path, capsys):
    words = ["lab", "--missing", "--folder", str(tmp_path), "--minutes", "5"]
    assert main(words) == 1
    told = capsys.readouterr()
    assert told.err.endswith("RuntimeError: no such network\n")
    assert told.out.endswith("Missing at scale full: middle\n")
    assert [bool(load_record(name, folder=tmp_path)) for name in three] == [True, False, True]
    before = (tmp_path / "first.json").read_text()
    assert main(words) == 1
    assert (tmp_path / "first.json").read_text() == before


def test_what_is_missing_is_run_as_far_as_the_time_goes_and_gone_on_with_the_next_time(three, tmp_path, capsys):
    def slow(network, train, test):
        time.sleep(0.3)
        return {}

    del three["middle"]
    three["third"] = replace(three["third"], each_epoch=slow)
    assert main(["lab", "--missing", "--folder", str(tmp_path), "--minutes", "0.02"]) == 0  # 1.2 of 3.6 seconds
    told = capsys.readouterr().out
    assert "\nThe time is over" in told
    assert told.endswith("third\n")
    assert main(["lab", "--missing", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out.endswith("Missing at scale full: none\n")
    assert {path.name for path in tmp_path.iterdir()} == {
        "first.json", "first.npz", "third.json", "third.npz",
    }  # fmt: skip


def test_seeds_that_are_missing_are_added_after_what_is_missing_whole(three, tmp_path, capsys):
    del three["middle"]
    words = ["lab", "first", "--scale", "full", "--seeds", "1", "--folder", str(tmp_path / "book"), "--threads", "1"]
    assert main(words) == 0
    capsys.readouterr()
    assert main(["lab", "--missing", "--folder", str(tmp_path)]) == 0  # what the book has is gone on with elsewhere
    out = capsys.readouterr().out
    assert out.index("third: ") < out.index("first: ") < out.index("2 of 4 networks are finished")
    assert out.endswith("Missing at scale full: none\n")
    assert [load_record("first", folder=folder).seeds for folder in (tmp_path / "book", tmp_path)] == [1, 2]


def test_a_time_limit_stops_one_lab_too(three, tmp_path, capsys):
    three["first"] = replace(three["first"], each_epoch=lambda *_: time.sleep(0.3))
    words = ["lab", "first", "--scale", "full", "--folder", str(tmp_path)]
    assert main([*words, "--minutes", "0.01"]) == 130
    told = capsys.readouterr().err
    assert re.fullmatch(rf"cnnbook: stopped; \d of 4 .* go on with: cnnbook {' '.join(words)} --resume\n", told)
    assert main([*words, "--resume"]) == 0


def test_times_alone_train_nothing(three, tmp_path, capsys):
    three["first"] = replace(three["first"], times=lambda *_: {"ms": 0.25})
    words = ["lab", "first", "--times", "--folder", str(tmp_path)]
    assert main([*words, "--threads", "1", "--note", "Hail."]) == 0
    told = capsys.readouterr().out
    assert told.startswith("plain\n  ms: 0.25\nshifted\n  ms: 0.25\nMilliseconds. Times of 2")
    assert told.endswith(f"Hail.\nNext: git diff {tmp_path}/first.times.json\n")
    assert main(words) == 2
    assert "is there: use another folder=" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["first.times.json"]


@pytest.mark.parametrize("words", [["--list"], ["first", "--seeds", "2"], ["first", "--minutes", "3"]])
def test_times_need_a_name_and_no_training(words, capsys):
    assert main(["lab", "--times", *words]) == 2
    assert capsys.readouterr().err.startswith("cnnbook: lab --times needs a NAME and trains nothing: leave out --seeds")


@pytest.mark.parametrize(
    "words", [[], ["first", "--list"], ["first", "--missing"], ["--missing", "--list"], ["--minutes", "3"]]
)
def test_one_thing_at_a_time(words, capsys):
    assert main(["lab", *words]) == 2
    assert capsys.readouterr().err == "cnnbook: lab needs one of a NAME, --list and --missing\n"


@pytest.mark.parametrize("minutes", ["-1", "nan"])
def test_a_time_that_is_none_is_refused(minutes, capsys):
    assert main(["lab", "lenet_mnist", "--minutes", minutes]) == 2
    assert capsys.readouterr().err.startswith(f"cnnbook: minutes {float(minutes)} is out of range")
