"""Every lab that there is, and every record of it: a new lab is tested by being there."""

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from cnnbook import datasets, labs
from cnnbook.cli import main
from cnnbook.training import Config, evaluate, load_record
from cnnbook.training.records import FOLDERS, SCHEMA, record_path

PACKAGE = Path(labs.__file__).parent
CASES = [(name, scale) for name in labs.names() for scale in labs.load(name).scales]
RECORDS = [(name, scale) for name, scale in CASES if record_path(name, scale).is_file()]


def test_labs_are_found_by_their_files():
    assert labs.names() == sorted(path.stem for path in PACKAGE.glob("[!_]*.py"))
    with pytest.raises(ValueError, match=r"name 'lenet' is no lab: use one of .*lenet_mnist"):
        labs.load("lenet")


@pytest.mark.parametrize("name", labs.names())
def test_a_lab_is_whole(name):
    lab = labs.load(name)
    assert lab.name == name
    assert lab.question.endswith("?")
    assert list(lab.scales) == list(labs.SCALES)
    assert lab.scales["smoke"].data in {"mnist_sample", "digits", "shapes"}, "smoke needs no download"
    assert lab.kept in {None, *lab.variants}
    for scale in lab.scales:
        names = lab.compared(scale)
        assert all(lab.variants[later].after in {None, *names[:place]} for place, later in enumerate(names))
    assert all(lab.scales[scale].seeds >= 2 for scale in lab.scales if scale != "smoke"), "one seed has no spread"


@pytest.mark.parametrize(("name", "scale"), CASES)
def test_each_variant_can_be_built_for_its_images(name, scale):
    """With two images of the size and the number of classes of the real ones."""
    lab = labs.load(name)
    size = lab.at(scale)
    C, H, W = {"digits": (1, 8, 8)}.get(size.data, (1, 28, 28) if "mnist" in size.data else (3, 32, 32))
    rng = np.random.default_rng(0)
    few = datasets.Images(rng.integers(0, 256, (2, C, H, W), dtype=np.uint8), np.arange(2), tuple("0123456789"))
    for variant in lab.compared(scale):
        network = lab.build(variant, few, lab.config(scale, variant)).eval()
        assert network(torch.from_numpy(few.images)).shape == (2, len(few.classes))


@pytest.mark.parametrize(("name", "scale"), RECORDS)
def test_a_record_in_the_book_is_what_the_lab_says(name, scale):
    lab, record = labs.load(name), load_record(name, scale)
    assert (record.lab, record.scale) == (name, scale)
    assert record.schema_version <= SCHEMA
    assert record.seeds >= 2
    assert record.variants() == list(lab.compared(scale))
    for variant, config in record.config.items():  # a knob that came later is at its default
        assert Config(**config) == lab.config(scale, variant)
    assert record.dataset["name"] == lab.at(scale).data
    for run in record.runs:
        assert len(run.mistakes) == lab.mistakes * round(record.dataset["test"] * (1 - run.test_accuracy))


def test_every_file_among_the_records_is_a_record_of_a_lab():
    files = {path.name for path in FOLDERS[0].iterdir() if not path.name.endswith(".unfinished")}
    known = {record_path(name, scale, suffix).name for name, scale in CASES for suffix in (".json", ".npz")}
    trials = [(name, trial) for name in labs.names() for trial in labs.load(name).trials]
    times = {record_path(name, "times").name for name in labs.names()}
    assert files <= known | times | {record_path(*trial).name for trial in trials}
    for name, trial in trials:
        record = load_record(name, trial)
        assert (record.lab, record.scale) == (name, trial)
        assert trial not in labs.load(name).scales
        assert record.note, "a trial says what it is"


@pytest.mark.parametrize("name", [name for name in labs.names() if "rates" in labs.load(name).trials])
def test_the_rate_was_one_of_three_on_images_kept_aside(name):
    lab, tried = labs.load(name), load_record(name, "rates")
    assert tried.dataset["validation"]
    assert tried.dataset["train"] == lab.at("laptop").images
    rates = {}
    for variant, config in tried.config.items():
        plain, rate = variant.split(", rate ")
        assert Config(**config) == replace(lab.config("laptop", plain), learning_rate=float(rate))
        assert all(accuracy > 0.1 for accuracy in tried.measured(variant, "validation_accuracy"))
        rates.setdefault(plain, []).append(float(rate))
    for plain, of_plain in rates.items():
        half, chosen, double = of_plain
        assert chosen == lab.config("laptop", plain).learning_rate == 2 * half == double / 2


@pytest.mark.parametrize("name", [name for name in labs.names() if record_path(name, "times").is_file()])
def test_times_in_the_book_are_of_the_networks_that_the_lab_compares(name):
    lab, times = labs.load(name), labs.load_times(name)
    assert lab.times
    assert times.lab == name
    assert list(times.measures) == list(lab.compared(times.scale))
    assert re.fullmatch(r"[0-9a-f]{40}", times.commit)
    assert times.environment["device"] in str(times)
    assert len({tuple(found) for found in times.measures.values()}) == 1, "the same of each"


def test_the_record_from_before_there_were_versions_reads_as_it_did():
    """The first record of the book, of schema 1: every value in its file is a value of the record."""
    content = json.loads(record_path("lenet_mnist").read_text())
    record = load_record("lenet_mnist")
    assert record.schema_version == content.pop("schema_version", 1)
    assert [vars(run) for run in record.runs] == [{"measures": {}, "stopped": ""} | run for run in content.pop("runs")]
    assert {name: getattr(record, name) for name in content} == content


def test_lenet_reads_digits():
    lab, record = labs.load("lenet_mnist"), load_record("lenet_mnist")
    assert (record.dataset["train"], record.dataset["test"]) == (60_000, 10_000)
    for variant, parameters in zip(lab.variants, (61_706, 60_850, 60_850, 61_706), strict=True):
        assert record.of(variant)[0].parameters == parameters
        assert max(record.test_errors(variant)) <= 1.2
        assert np.trace(record.confusion(variant)) == sum(10_000 - len(run.mistakes) for run in record.of(variant))


def test_kept_weights_are_those_of_the_recorded_network():
    lab = labs.load("lenet_mnist")
    train, test = datasets.load("mnist_sample", "train"), datasets.load("mnist_sample", "test")
    network = lab.trained(train)
    assert evaluate(network, test).accuracy > 0.98
    assert next(network.parameters()).dtype == torch.float32
    assert record_path(lab.name, suffix=".npz").stat().st_size < 150_000


def test_the_offer_is_measured_here():
    lab, train = labs.load("lenet_mnist"), datasets.load("mnist_sample", "train")
    told = re.fullmatch(
        r"full: 60,000 images, 12 epochs, about (\d+) (s|min) on \w+", labs.offer(lab, "as taught", train)
    )
    assert 1 < int(told[1]) * (60 if told[2] == "min" else 1) < 7200


def test_the_lab_of_the_contributing_guide_is_found_and_runs(tmp_path, monkeypatch, capsys):
    guide = (PACKAGE.parents[1] / "CONTRIBUTING.md").read_text().partition("**A lab** is")[2].partition("**Speed**")[0]
    (tmp_path / "moved.py").write_text(guide.partition("```python\n")[2].partition("```")[0])
    assert len([line for line in guide.splitlines() if line and not line.startswith("```")]) <= 15
    monkeypatch.setattr(labs, "__path__", [*labs.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "cnnbook.labs.moved", raising=False)
    assert main(["lab", "--list"]) == 0
    listed = capsys.readouterr().out
    assert "moved: Does it help to move the images?\n  laptop  not on record\n  full    not on record\n" in listed
    assert main(["lab", "moved", "--folder", str(tmp_path), "--threads", "1"]) == 0
    record = load_record("moved", "smoke", folder=tmp_path)
    assert record.variants() == ["as they are", "moved"]
    assert [len(norms) for norms in record.measured("moved", "C1_norm")] == [2]
