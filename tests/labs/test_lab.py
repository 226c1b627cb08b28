"""What a lab says of itself: scales, images, networks, records."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from cnnbook import datasets, labs
from cnnbook.labs import _lab
from cnnbook.training import evaluate


def test_an_unknown_scale_is_refused(toy):
    with pytest.raises(ValueError, match="scale 'huge' is not known: use one of smoke, laptop, full"):
        toy.at("huge")


def test_scale_comes_from_the_environment_or_from_what_is_there(toy, monkeypatch):
    monkeypatch.setenv("CNNBOOK_SCALE", "laptop")
    assert toy.scale() == "laptop"
    monkeypatch.setenv("CNNBOOK_SCALE", "fill")
    with pytest.raises(ValueError, match="CNNBOOK_SCALE 'fill' is not known: use one of smoke, laptop, full"):
        toy.scale()
    monkeypatch.delenv("CNNBOOK_SCALE")
    full_alone = replace(toy, scales={"smoke": toy.at("smoke"), "full": toy.at("full")})
    for there, device, scale in (
        (True, "cuda", "full"), (True, "cpu", "laptop"), (False, "cuda", "smoke"), (False, "cpu", "smoke"),
    ):  # fmt: skip
        monkeypatch.setattr(_lab.datasets, "available", lambda name, there=there: there)
        monkeypatch.setattr(_lab, "choose_device", lambda device=device: torch.device(device))
        assert toy.scale() == scale
        assert full_alone.scale() == ("full" if there else "smoke")


def test_some_images_train_some_are_kept_aside_and_none_do_both(toy):
    everything, test = datasets.load("digits", "train"), datasets.load("digits", "test")
    lab = replace(toy, scales={"full": replace(toy.at("full"), images=100, validation=30)})
    train, kept_aside, judged = lab.splits("full")
    assert np.array_equal(train.images, everything.images[:100])
    assert np.array_equal(kept_aside.images, everything.images[-30:])
    assert np.array_equal(kept_aside.labels, everything.labels[-30:])
    assert np.array_equal(judged.images, test.images)
    train, kept_aside, _ = toy.splits("full")
    assert (len(train), kept_aside) == (len(everything), None)
    assert len(toy.load("full")) == 2


@pytest.mark.parametrize(
    ("images", "validation"), [(1438, 0), (1408, 30), (0, 0), (-5, 0), (None, 1437), (None, 2000), (10, -10)]
)
def test_images_that_are_not_there_are_refused(toy, images, validation):
    lab = replace(toy, scales={"full": replace(toy.at("full"), images=images, validation=validation)})
    with pytest.raises(ValueError, match=f"images {images} and validation {validation} do not fit in 1437 images"):
        lab.load("full")


def test_a_scale_may_compare_a_part(toy):
    lab = replace(toy, scales=toy.scales | {"smoke": replace(toy.at("smoke"), variants=("shifted",))})
    assert lab.compared("smoke") == ("shifted",)
    assert lab.compared("full") == ("plain", "shifted")


def test_seeds_decide_the_first_weights(toy):
    train, _ = toy.load("smoke")
    weights = [toy.build("plain", train, toy.config("smoke", "plain", seed=seed))[1][2].weight for seed in (0, 0, 1)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_the_largest_record_is_shown(toy, tmp_path, monkeypatch):
    monkeypatch.setattr("cnnbook.training.records.FOLDERS", (tmp_path,))
    assert not toy.record()
    with pytest.raises(FileNotFoundError, match="No full run of this lab is on record here"):
        toy.trained(toy.load("full")[0])
    for scale in ("laptop", "full", "laptop"):
        labs.run(toy, scale=scale, seeds=1, folder=tmp_path, log=lambda line: None)
    assert toy.record().scale == "full"
    (tmp_path / "toy.json").unlink()
    assert toy.record().scale == "laptop"
    assert isinstance(toy.trained(toy.load("laptop")[0]), torch.nn.Module)


def test_a_record_of_ones_own_is_shown_from_its_folder(toy, tmp_path):
    mine = labs.run(toy, scale="laptop", seeds=1, folder=tmp_path, log=lambda line: None)
    assert toy.record(folder=tmp_path).runs == mine.runs
    assert not toy.record()
    train, test = toy.load("laptop")
    accuracy = evaluate(toy.trained(train, folder=tmp_path), test).accuracy
    assert accuracy == pytest.approx(mine.of("shifted")[0].test_accuracy, abs=0.01)  # weights are rounded


def test_a_lab_that_keeps_no_weights_says_so(toy):
    with pytest.raises(ValueError, match="lab 'toy' keeps no weights: name one of its variants as `kept`, and run it"):
        replace(toy, kept=None).trained(toy.load("smoke")[0])
