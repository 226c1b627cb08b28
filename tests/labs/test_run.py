"""Running a lab: what is measured, and that nothing finished is lost."""

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from cnnbook import labs
from cnnbook.labs import _run
from cnnbook.training import Config, load_record

TIMES = ("seconds", "cpu_seconds", "images_per_second", "peak_memory_mib")


def measured(record):
    """What a run measured, without times and memory: that differs from run to run."""
    runs = [vars(run) | {"history": run.history | {"seconds": 0}, "seconds": 0} for run in record.runs]
    return [run | {"measures": {k: v for k, v in run["measures"].items() if k not in TIMES}} for run in runs]


def stop_after(lines, told):
    """A log that presses Ctrl-C after so many lines."""

    def log(line):
        told.append(line)
        if len(told) == lines:
            raise KeyboardInterrupt

    return log


def test_every_variant_and_seed_is_measured(toy, told):
    record = labs.run(toy, log=told.append)
    assert [(run.variant, run.seed) for run in record.runs] == [
        ("plain", 0), ("shifted", 0), ("plain", 1), ("shifted", 1),
    ]  # fmt: skip
    assert record.seeds == 2
    assert record.hard_images()[0].shape[1:] == (1, 8, 8)
    for run in record.runs:
        assert run.parameters == 650
        assert run.test_accuracy == (360 - len(run.mistakes)) / 360
        assert run.history["test_accuracy"][-1] == pytest.approx(run.test_accuracy, abs=1e-5)
        assert {name: len(column) for name, column in run.history.items()} == dict.fromkeys(run.history, 3)
        assert len(run.measures["weight_norm"]) == 3
        assert 0 < run.measures["first_norm"] < min(run.measures["weight_norm"])
        assert run.measures["images"] == [1437, 360]
        assert run.measures["images_per_second"] == pytest.approx(3 * 1437 / sum(run.history["seconds"]), rel=0.01)
        assert run.measures["peak_memory_mib"] is None or run.measures["peak_memory_mib"] > 10
    assert record.measured("plain", "images") == [[1437, 360]] * 2
    assert record.config["shifted"]["shift"] == 1
    assert record.environment["threads"] == 1
    plan = r"2 networks, 2 seeds each: 12 epochs of 1,437 images, about \d+ s on cpu .*, 1 thread"
    assert re.fullmatch(plan, told[0])
    assert told[1] == "plain, seed 0"
    assert [re.search(r"(\d+) of 12, \d+ s left", line)[1] for line in told if "left" in line] == [
        str(n) for n in range(1, 13)
    ]
    assert told[-1].endswith("12 of 12, 0 s left")


def test_what_is_measured_changes_nothing_that_is_trained(toy):
    def meddle(network, train, test):
        torch.rand(7)
        network.train()
        network(torch.from_numpy(train.images[:100])).sum().backward()
        return {}

    plain = replace(toy, at_start=None, each_epoch=None, at_end=None)
    meddled = replace(toy, at_start=meddle, each_epoch=meddle, at_end=meddle)
    assert measured(labs.run(plain, seeds=1)) == measured(labs.run(meddled, seeds=1))


def test_images_kept_aside_judge_too(toy):
    lab = replace(toy, scales={"smoke": replace(toy.at("smoke"), validation=300)})
    record = labs.run(lab, seeds=1)
    assert (record.dataset["train"], record.dataset["validation"]) == (1137, 300)
    (accuracy,) = record.measured("plain", "validation_accuracy")
    assert 0.5 < accuracy == round(accuracy * 300) / 300


def test_images_kept_aside_judge_every_epoch_where_the_lab_asks_when(toy):
    lab = replace(toy, scales={"smoke": replace(toy.at("smoke"), validation=300)}, validate_each_epoch=True)
    (run,) = labs.run(replace(lab, variants={"plain": lab.variants["plain"]}), seeds=1).runs
    assert len(run.measures["validation"]) == len(run.measures["weight_norm"]) == 3
    assert run.measures["validation"][-1] == pytest.approx(run.measures["validation_accuracy"], abs=1e-6)
    assert len(set(run.measures["validation"])) > 1
    without = labs.run(replace(lab, each_epoch=None, validate_each_epoch=False), seeds=1).runs[0]
    assert "validation" not in without.measures
    assert len(without.measures["cpu_seconds"]) == 3


@pytest.mark.parametrize("scale", ["laptop", "full"])
def test_a_run_is_put_on_record_with_its_weights(toy, tmp_path, scale):
    folder = tmp_path / "of my own" / "results"
    record = labs.run(toy, scale=scale, folder=folder, note="It was raining.", log=lambda line: None)
    assert {path.name for path in folder.iterdir()} == {
        "full": {"toy.json", "toy.npz"}, "laptop": {"toy.laptop.json", "toy.laptop.npz"},
    }[scale]  # fmt: skip
    again = load_record("toy", scale, folder=folder)
    assert again.provenance() == record.provenance()
    assert again.note == "It was raining."
    assert again.runs == record.runs


def test_where_no_record_can_be_put_nothing_is_trained(toy, tmp_path, monkeypatch):
    monkeypatch.setattr(_run, "fit", None)
    monkeypatch.setattr("cnnbook.training.records.FOLDERS", (tmp_path / "no" / "results",))
    with pytest.raises(FileNotFoundError, match=r"is not in a checkout of the book: name another with folder="):
        labs.run(toy, scale="full")
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        labs.run(toy, scale="full", folder=tmp_path / "file")


def test_a_record_of_more_seeds_is_kept(toy, tmp_path, monkeypatch):
    quiet = {"scale": "full", "folder": tmp_path, "log": lambda line: None}
    labs.run(toy, **quiet, seeds=2)
    with monkeypatch.context() as patch:
        patch.setattr(_run, "fit", None)  # it is told before the training
        with pytest.raises(FileExistsError, match="has 2 seeds of each network, and this run 1: use 2 seeds or more"):
            labs.run(toy, **quiet, seeds=1)
    labs.run(toy, **quiet, seeds=2)
    assert load_record("toy", folder=tmp_path).seeds == 2
    labs.run(toy, **quiet, seeds=1, overwrite=True)
    assert load_record("toy", folder=tmp_path).seeds == 1


def test_a_record_that_comes_meanwhile_is_kept_and_so_is_the_run(toy, tmp_path):
    better = labs.run(toy, seeds=3, log=lambda line: None)

    def log(line):
        if line == "shifted, seed 1":
            better.write(tmp_path / "toy.json")

    with pytest.raises(FileExistsError, match="has 3 seeds"):
        labs.run(toy, scale="full", folder=tmp_path, log=log)
    assert load_record("toy", folder=tmp_path).seeds == 3
    record = labs.run(toy, scale="full", folder=tmp_path, resume=True, overwrite=True, log=lambda line: None)
    assert measured(record) == measured(better)[:4]


@pytest.mark.parametrize("lines", [1, 2, 3, 5, 6, 10, 17])
def test_a_run_that_is_stopped_goes_on_to_the_same_record(toy, tmp_path, told, lines):
    """Stopped before the first network, within one, between two, in the last epoch of all."""
    settings = {"scale": "full", "folder": tmp_path}
    with pytest.raises(KeyboardInterrupt) as stop:
        labs.run(toy, **settings, log=stop_after(lines, told))
    assert re.fullmatch(
        rf"stopped; \d of 4 networks are finished and kept in {tmp_path}/toy.unfinished; "
        rf"go on with: cnnbook lab toy --scale full --folder {tmp_path} --resume", str(stop.value)
    )  # fmt: skip
    if lines > 3:
        with pytest.raises(FileExistsError, match="has a run that is not over: go on with --resume, or delete"):
            labs.run(toy, **settings)
    again = []
    record = labs.run(toy, **settings, resume=True, log=again.append)
    assert again[-1].endswith("12 of 12, 0 s left")
    assert sum("left" in line for line in [*told, *again]) <= 13  # one epoch at most is trained twice
    assert measured(record) == measured(load_record("toy", folder=tmp_path)) == measured(labs.run(toy))
    assert {path.name for path in tmp_path.iterdir()} == {"toy.json", "toy.npz"}


def test_a_run_that_is_killed_goes_on_to_the_same_record(toy, tmp_path):
    """SIGKILL, in the second network's second epoch."""
    script = """
import sys, time
from tests.labs.conftest import toy_lab
from cnnbook import labs
def log(line):
    print(line, flush=True)
    time.sleep(0.3)
labs.run(toy_lab(), scale="full", folder=sys.argv[1], threads=1, log=log)
"""
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", script, tmp_path], stdout=subprocess.PIPE, cwd=root) as process:
        while b"4 of 12" not in process.stdout.readline():
            assert process.poll() is None
        os.kill(process.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    assert {path.name for path in (tmp_path / "toy.unfinished").iterdir()} >= {"record.json"}
    (finished,) = json.loads((tmp_path / "toy.unfinished" / "record.json").read_text())["runs"]
    assert finished["variant"] == "plain"
    record = labs.run(toy, scale="full", folder=tmp_path, resume=True, log=lambda line: None)
    whole = labs.run(toy, scale="full", folder=tmp_path / "whole", log=lambda line: None)
    assert measured(record) == measured(whole)
    with np.load(tmp_path / "toy.npz") as one, np.load(tmp_path / "whole" / "toy.npz") as other:
        assert one.files == other.files
        assert all(np.array_equal(one[name], other[name]) for name in one.files)


def test_another_run_cannot_be_gone_on_with(toy, tmp_path, told):
    settings = {"scale": "full", "folder": tmp_path}
    with pytest.raises(FileNotFoundError, match="has no run to go on with: leave out --resume"):
        labs.run(toy, **settings, resume=True)
    with pytest.raises(ValueError, match="resume True is of no use: a smoke run keeps nothing"):
        labs.run(toy, resume=True)
    with pytest.raises(KeyboardInterrupt):
        labs.run(toy, **settings, log=stop_after(3, told))
    size = toy.at("full")
    for changed, what in (
        (replace(size, config=replace(size.config, momentum=0.5)), "config"), (replace(size, images=100), "dataset"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=f"{what} is no longer what the run began with: delete its folder, where"):
            labs.run(replace(toy, scales={"full": changed}), **settings, resume=True)


def test_a_record_of_fewer_seeds_is_gone_on_with(toy, tmp_path, told):
    settings = {"scale": "full", "log": told.append}
    one = labs.run(toy, **settings, seeds=1, folder=tmp_path)
    with pytest.raises(ValueError, match="no seeds are left, the record has 1 and the run that is to go on asks for 1"):
        labs.run(toy, **settings, seeds=1, folder=tmp_path, resume=True)
    weights = (tmp_path / "toy.npz").read_bytes()
    two = labs.run(toy, **settings, folder=tmp_path, resume=True)
    assert (one.seeds, two.seeds) == (1, 2)
    assert two.runs[: len(one.runs)] == one.runs
    assert measured(two) == measured(labs.run(toy, **settings, folder=tmp_path / "anew"))
    assert (tmp_path / "toy.npz").read_bytes() == weights
    assert load_record("toy", folder=tmp_path).seeds == 2


def test_going_on_elsewhere_is_noted(toy, tmp_path, told, monkeypatch):
    with pytest.raises(KeyboardInterrupt):
        labs.run(toy, scale="full", folder=tmp_path, note="Rain.", log=stop_after(3, told))
    monkeypatch.setattr(_run, "commit", lambda: "fedcba9876543210")
    environment = _run.environment
    monkeypatch.setattr(_run, "environment", lambda device: environment(device) | {"device": "Tesla T4"})
    record = labs.run(toy, scale="full", folder=tmp_path, resume=True, log=lambda line: None)
    assert re.fullmatch(
        r"Rain\. Went on at commit fedcba9876\. Went on with Tesla T4, 1 threads, PyTorch \S+\.", record.note
    )


def test_two_runs_at_once_are_refused(toy, tmp_path, told):
    pytest.importorskip("fcntl")

    def log(line):
        if line == "shifted, seed 0":
            with pytest.raises(BlockingIOError, match="is in use by another run: wait for it, or name"):
                labs.run(toy, scale="full", folder=tmp_path, resume=True)
            told.append(line)

    labs.run(toy, scale="full", folder=tmp_path, log=log)
    assert told == ["shifted, seed 0"]


def test_mistakes_can_be_left_out(toy, told):
    record = labs.run(replace(toy, mistakes=False), seeds=1, log=told.append)
    assert [run.mistakes for run in record.runs] == [[], []]
    assert len(record.hard_images()[0]) == 0


def test_a_network_that_diverges_is_a_result(toy, told):
    wild = labs.Variant(toy.variants["plain"].build, {"learning_rate": 1e38})
    record = labs.run(replace(toy, variants=toy.variants | {"wild": wild}), seeds=1, log=told.append)
    (wild,) = record.of("wild")
    assert re.match("loss is (nan|inf) in epoch 1: use a learning_rate below 1e[+]38", wild.stopped)
    assert wild.stopped in told
    assert wild.history["train_loss"] == []
    assert wild.test_accuracy == (360 - len(wild.mistakes)) / 360
    assert [row["stopped"] for row in record.table()] == [0, 0, 1]
    assert "NaN" not in json.dumps(vars(wild))


def second_half(splits, seed):
    """Of the digits: from 5 on, ten training images that differ from seed to seed."""

    def half(split, images):
        return replace(split, images=split.images[images], labels=split.labels[images] - 5, classes=split.classes[5:])

    train, kept_aside, test = (split and half(split, split.labels >= 5) for split in splits)
    ten = slice(10 * seed, 10 * seed + 10)
    return train[ten], kept_aside, test


def in_two_steps(toy, started):
    """The toy lab and a variant that goes on from its first one, with a part of the images."""

    def go_on(num_classes, in_channels, trained):
        started.append(trained[2].weight.detach().clone())
        head = nn.Linear(64, num_classes)
        head.weight.data = trained[2].weight.data[:num_classes].clone()
        return nn.Sequential(*trained[:2], head)

    def begin(network, train, test):
        return {"first_weight": network[1][2].weight.detach()[0, :3]}

    later = labs.Variant(go_on, {"epochs": 2}, part=second_half, after="plain")
    size = replace(toy.at("full"), validation=300)
    return replace(toy, kept="plain", at_start=begin, scales={"full": size}, variants=toy.variants | {"later": later})


def test_a_variant_goes_on_from_another_with_its_part_of_the_images(toy, tmp_path, told):
    started = []
    lab = in_two_steps(toy, started)
    record = labs.run(lab, scale="full", folder=tmp_path, threads=1, log=told.append)
    assert "16 epochs of 10 to 1,137 images" in told[0]
    kept = lab.trained(lab.load("full")[0], folder=tmp_path)[1][2].weight
    estimate, *used = started  # the first one is built to measure its speed
    assert torch.allclose(used[0], kept, atol=1e-3)  # what is kept is rounded
    assert not torch.allclose(used[0], used[1], atol=1e-3), "each seed goes on from its own"
    assert estimate.shape == (5, 64)
    for run, weight in zip(record.of("later"), used, strict=True):
        assert run.measures["first_weight"] == pytest.approx(weight[0, :3].tolist(), rel=1e-5)
        assert run.parameters == 325
        assert len(run.history["test_loss"]) == 2
        assert run.test_accuracy == (180 - len(run.mistakes)) / 180
        assert {label for _, label, _ in run.mistakes} <= {*range(5)}
    assert not list(tmp_path.glob("*.unfinished"))


def test_what_others_go_on_from_outlives_an_interruption(toy, tmp_path, told):
    whole = labs.run(in_two_steps(toy, []), scale="full", folder=tmp_path / "whole", log=lambda line: None)
    lab, first = in_two_steps(toy, []), tmp_path / "stopped"
    with pytest.raises(KeyboardInterrupt):
        labs.run(lab, scale="full", folder=first, log=lambda line: line == "later, seed 0" and stop())
    begun = labs.run(lab, scale="full", folder=first, resume=True, log=told.append)
    assert "2 of 6 networks are finished" in told[0]
    assert measured(begun) == measured(whole)


def stop():
    raise KeyboardInterrupt


def test_threads_are_measured_and_put_back(toy, monkeypatch, told):
    torch.set_num_threads(3)
    asked = []
    monkeypatch.setattr(
        _run, "estimate", lambda *a, **k: asked.append(torch.get_num_threads()) or {1: 5, 2: 1, 3: 2}[asked[-1]]
    )
    size = replace(toy.at("smoke"), config=replace(toy.at("smoke").config, epochs=1), images=64)
    toy = replace(toy, scales={"smoke": size})
    record = labs.run(toy, seeds=1, log=told.append)
    assert asked[:3] == [1, 2, 3]
    assert record.environment["threads"] == 2
    assert told[0].endswith("2 threads")
    assert labs.run(toy, seeds=1, threads=1).environment["threads"] == 1
    assert torch.get_num_threads() == 3


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"scale": "huge"}, ValueError, "scale 'huge' is not known: use one of smoke, laptop, full"),
        ({"seeds": 0}, ValueError, "seeds 0 is too small: use seeds >= 1"),
        ({"seeds": "5"}, TypeError, "seeds must be an integer"),
        ({"seeds": True}, TypeError, "seeds must be an integer"),
        ({"threads": 0}, ValueError, "threads 0 is too small"),
    ],
)
def test_what_cannot_be_meant_is_refused(toy, arguments, error, message):
    with pytest.raises(error, match=message):
        labs.run(toy, **arguments)


def test_the_offer_needs_no_record(toy, monkeypatch):
    train, _ = toy.load("full")
    assert re.fullmatch(r"full: 1,437 images, 3 epochs, about \d+ s on cpu", labs.offer(toy, "plain", train))
    far = replace(toy, scales={"full": labs.Scale("cifar10", Config(epochs=9, batch_size=8, learning_rate=0.1), 2)})
    monkeypatch.setattr(_run.datasets, "available", lambda name: False)
    assert re.fullmatch(r"full: all of cifar10, 9 epochs, on \w+", labs.offer(far, "plain", train))
