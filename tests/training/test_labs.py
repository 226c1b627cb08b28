import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from cnnbook import datasets, training
from cnnbook.training import LABS, evaluate, labs, load_record, run_lab
from cnnbook.training.labs import lab_command
from cnnbook.training.records import record_path


@pytest.fixture
def quick(monkeypatch):
    """Labs that train for one epoch on a few images of the smallest data set."""

    def load(name, split, root):
        images, labels, classes = datasets.load(name, split, root=root)
        return datasets.Images(images[:200], labels[:200], classes)

    def hurry(lab):
        brief = {scale: replace(config, epochs=1, device="cpu") for scale, config in lab.configs.items()}
        return replace(lab, configs=brief, datasets={"smoke": "digits", "full": "digits"}, pad=12)

    monkeypatch.setattr(labs, "datasets", SimpleNamespace(load=load, SPLITS=datasets.SPLITS))
    quick = {name: hurry(lab) for name, lab in LABS.items()}
    monkeypatch.setattr(labs, "LABS", quick)
    return quick


@pytest.mark.parametrize("name", LABS)
def test_a_lab_is_whole(name):
    lab = LABS[name]
    assert lab.name == name
    assert lab.question.endswith("?")
    assert set(lab.datasets) == set(lab.configs) == {"smoke", "full"}
    assert all(lab.config(scale, variant, seed=3).seed == 3 for scale in lab.configs for variant in lab.variants)


def test_run_lab_records_every_variant_and_seed(quick):
    told = []
    record = run_lab("lenet_mnist", scale="smoke", seeds=2, log=told.append)
    assert [(run.variant, run.seed) for run in record.runs] == [
        (variant, seed) for variant in quick["lenet_mnist"].variants for seed in (0, 1)
    ]
    assert [run.parameters for run in record.runs[::2]] == [61_706, 60_850, 60_850, 61_706]
    for run in record.runs:
        assert run.test_accuracy == pytest.approx(1 - len(run.mistakes) / 200)
        assert run.history["test_accuracy"] == [pytest.approx(run.test_accuracy, abs=1e-5)]
    assert record.confusion("as taught").sum() == 2 * 200
    assert len(record.hard["indices"]) == len(record.hard_images()[0]) == len(record.hard_images()[1])
    assert record.environment["device"].startswith("cpu")
    assert re.fullmatch(r"4 networks, 2 seeds each: 8 epochs of 200 images, about \d+ s here", told[0])
    assert told[1] == "as taught, seed 0"
    assert [re.search(r"(\d+) of 8, (\d+) s left", line)[1] for line in told if "left" in line] == list("12345678")
    assert told[-1].endswith("8 of 8, 0 s left")


def test_seeds_decide_the_first_weights(quick):
    lab = quick["lenet_mnist"]
    train, _ = lab.load("smoke")
    weights = [
        lab.build("as taught", train, lab.config("smoke", "as taught", seed=seed))[1].C1.weight for seed in (0, 0, 1)
    ]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "lenet"}, "name 'lenet' is no lab: use one of lenet_mnist"),
        ({"scale": "huge"}, "scale 'huge' is not known: use smoke or full"),
        ({"seeds": 0}, "seeds 0 is no count: use a whole number >= 1"),
        ({"seeds": "5"}, "seeds '5' is no count"),
        ({"seeds": True}, "seeds True is no count"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        run_lab(**{"name": "lenet_mnist"} | arguments)


def test_scale_comes_from_the_environment_or_from_what_is_there(monkeypatch):
    lab = LABS["lenet_mnist"]
    monkeypatch.setenv("CNNBOOK_SCALE", "full")
    assert lab.scale() == "full"
    monkeypatch.setenv("CNNBOOK_SCALE", "fill")
    with pytest.raises(ValueError, match="CNNBOOK_SCALE 'fill' is not known: use smoke or full"):
        lab.scale()
    monkeypatch.delenv("CNNBOOK_SCALE")
    for there, scale in ((True, "full"), (False, "smoke")):
        monkeypatch.setattr(labs.datasets, "available", lambda name, there=there: there)
        assert lab.scale() == scale


def test_only_a_full_run_is_put_on_record(quick, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "results"
    monkeypatch.setattr("cnnbook.training.records.FOLDERS", (folder,))
    lab_command("lenet_mnist", scale="smoke", seeds=1)
    assert not folder.exists()
    lab_command("lenet_mnist", scale="full", seeds=1)
    assert load_record("lenet_mnist").scale == "full"
    train, _ = quick["lenet_mnist"].load("full")
    assert isinstance(quick["lenet_mnist"].trained(train), torch.nn.Module)
    assert capsys.readouterr().out.endswith(f"Next: git diff {folder / 'lenet_mnist.json'}\n")


def test_where_no_record_can_be_put_a_full_run_does_not_start(quick, tmp_path, monkeypatch):
    monkeypatch.setattr("cnnbook.training.records.FOLDERS", (tmp_path / "no" / "results",))
    monkeypatch.setattr(labs, "run_lab", None)
    with pytest.raises(FileNotFoundError, match="is not in a checkout of the book"):
        lab_command("lenet_mnist", scale="full", seeds=1)


def test_the_offer_is_measured_here():
    lab, train = LABS["lenet_mnist"], datasets.load("mnist_sample", "train")
    told = re.fullmatch(
        r"full: 60,000 images, 12 epochs, about (\d+) (s|min) on \w+", training.offer(lab, "as taught", train)
    )
    assert 1 < int(told[1]) * (60 if told[2] == "min" else 1) < 7200


def test_kept_weights_are_those_of_the_recorded_network():
    lab = LABS["lenet_mnist"]
    train, test = datasets.load("mnist_sample", "train"), datasets.load("mnist_sample", "test")
    network = lab.trained(train)
    assert evaluate(network, test).accuracy > 0.98
    assert next(network.parameters()).dtype == torch.float32
    assert record_path(lab.name, ".npz").stat().st_size < 150_000


def test_the_record_in_the_book_is_what_the_lab_says():
    record = load_record("lenet_mnist")
    assert record, "book/labs/results/lenet_mnist.json is missing: cnnbook lab lenet_mnist --scale full"
    lab = LABS["lenet_mnist"]
    assert record.scale == "full"
    assert record.variants() == list(lab.variants)
    assert record.config == {variant: vars(lab.config("full", variant)) for variant in lab.variants}
    assert (record.dataset["train"], record.dataset["test"]) == (60_000, 10_000)
    for variant in lab.variants:
        assert len(record.of(variant)) >= 3
        assert max(record.test_errors(variant)) <= 1.2
        assert np.trace(record.confusion(variant)) == sum(10_000 - len(run.mistakes) for run in record.of(variant))
