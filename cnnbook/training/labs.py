"""The labs: a question, the data, what is compared, and how it is trained, at two scales."""

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import partial
from time import perf_counter

import numpy as np
import torch
from torch import nn

from cnnbook import datasets
from cnnbook.models import lenet5
from cnnbook.models.lenet import initialise

from .config import Config
from .images import Standardise, choose_device
from .loop import evaluate, fit
from .records import Run, RunRecord, commit, environment, load_record, pack_images, record_path, results_folder
from .weights import load_weights, save_weights

SCALES = ("smoke", "full")


@dataclass(frozen=True)
class Variant:
    """One of the things that a lab compares: a network, and what differs from the lab's config."""

    build: Callable
    changes: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Lab:
    """A question that training answers.

    `datasets` and `configs` have one entry a scale: ``smoke`` takes seconds on a CPU and needs no download, ``full``
    gives the numbers that the book shows. `pad` is what every image gets on each side, in pixels. The weights of the
    variant `kept`, trained with seed 0, are stored beside the record.
    """

    name: str
    question: str
    datasets: dict
    configs: dict
    variants: dict
    kept: str
    pad: int = 0

    def scale(self):
        """``$CNNBOOK_SCALE``, or full where the full data set is on this machine, else smoke."""
        chosen = os.environ.get("CNNBOOK_SCALE")
        if not chosen:
            return "full" if datasets.available(self.datasets["full"]) else "smoke"
        if chosen not in SCALES:
            raise ValueError(f"CNNBOOK_SCALE {chosen!r} is not known: use smoke or full")
        return chosen

    def load(self, scale, *, root=None):
        """Training and test split of the data set for this scale."""
        return tuple(datasets.load(self.datasets[scale], split, root=root) for split in datasets.SPLITS)

    def build(self, variant, train, config):
        """A fresh network for bytes, its first weights drawn with the config's seed."""
        torch.manual_seed(config.seed)
        return nn.Sequential(Standardise(train, pad=self.pad), self.variants[variant].build())

    def trained(self, train):
        """The network whose weights are on record, for the training images that it was standardised with."""
        network = self.build(self.kept, train, self.config("full", self.kept))
        return load_weights(network, record_path(self.name, ".npz"))

    def config(self, scale, variant, *, seed=0):
        """The config of one variant."""
        return replace(self.configs[scale], **self.variants[variant].changes, seed=seed)


LENET_MNIST = Lab(
    name="lenet_mnist",
    question="Does a 1998 network still read digits?",
    datasets={"smoke": "mnist_sample", "full": "mnist"},
    # Chosen on the last 10,000 training images, the network trained on the others; the test images chose nothing.
    configs={
        "smoke": Config(epochs=3, batch_size=64, learning_rate=0.05, weight_decay=5e-4),
        "full": Config(epochs=12, batch_size=64, learning_rate=0.05, weight_decay=5e-4),
    },
    variants={
        "as taught": Variant(lenet5),
        "as published": Variant(partial(lenet5, original=True)),
        "as published, first weights of today": Variant(lambda: lenet5(original=True).apply(initialise)),
        "as taught, images shifted": Variant(lenet5, {"shift": 1}),
    },
    kept="as taught, images shifted",
    pad=2,  # digits of 28 x 28 in a field of 32 x 32, as in the paper
)

LABS = {lab.name: lab for lab in (LENET_MNIST,)}


def run_lab(name, *, scale="full", seeds=5, root=None, note="", weights=None, log=print):
    """Train every variant of a lab with every seed.

    Parameters
    ----------
    name : str
        Which lab: a key of ``LABS``.
    scale : {"smoke", "full"}
        On a small data set in seconds, or as the book reports it.
    seeds : int
        How often each variant is trained: with the seeds 0, 1, ...
    root : path, optional
        Where the data set is; see :func:`cnnbook.datasets.load`.
    note : str
        What else a reader of the record should know.
    weights : path, optional
        Where to keep the weights of the lab's `kept` variant, trained with seed 0.
    log : callable
        Gets a line of text before the training, and after each epoch and run.

    Returns
    -------
    RunRecord
        What was measured. Call its ``save()`` to put it on record.
    """
    lab = _lab(name, scale, seeds)
    revision = commit()  # now: the checkout may change while the networks train
    train, test = lab.load(scale, root=root)
    epochs = seeds * sum(lab.config(scale, variant).epochs for variant in lab.variants)
    log(
        f"{len(lab.variants)} networks, {seeds} seeds each: {epochs} epochs of {len(train):,} images, "
        f"about {_minutes(seeds * estimate(lab, scale, train))} here"
    )
    runs, progress = [], _Progress(epochs, log)
    for variant in lab.variants:
        for seed in range(seeds):
            log(f"{variant}, seed {seed}")
            run, network = _run(lab, variant, train, test, lab.config(scale, variant, seed=seed), progress)
            runs.append(run)
            if weights and (variant, seed) == (lab.kept, 0):
                save_weights(network, weights)
    missed_by_all = set.intersection(*({index for index, _, _ in run.mistakes} for run in runs))
    return RunRecord(
        lab=lab.name,
        scale=scale,
        date=date.today().isoformat(),
        commit=revision,
        dataset={
            "name": lab.datasets[scale],
            "train": len(train),
            "test": len(test),
            "train_sha256": train.sha256(),
            "test_sha256": test.sha256(),
            "test_counts": np.bincount(test.labels, minlength=len(test.classes)).tolist(),
        },
        config={variant: asdict(lab.config(scale, variant)) for variant in lab.variants},
        environment=environment(choose_device(lab.configs[scale].device)),
        runs=runs,
        hard=pack_images(sorted(missed_by_all), test.images),
        note=note,
    )


def estimate(lab, scale, train, *, images=None, steps=20):
    """Seconds that one seed of every variant takes on this machine, measured on a few steps of each.

    `train` is what to measure with; `images` says how many there will be, as many as in `train` where left out.
    """
    return sum(_estimate(lab, scale, variant, train, images or len(train), steps) for variant in lab.variants)


def offer(lab, variant, train):
    """Say what training one variant takes at full scale on this machine, measured with a few of these images."""
    config, images = lab.config("full", variant), load_record(lab.name).dataset["train"]
    minutes = _minutes(_estimate(lab, "full", variant, train, images, steps=20))
    return f"full: {images:,} images, {config.epochs} epochs, about {minutes} on {choose_device(config.device)}"


def _estimate(lab, scale, variant, train, images, steps):
    config = lab.config(scale, variant)
    count = min(steps * config.batch_size, len(train))
    few = replace(train, images=train.images[:count], labels=train.labels[:count])
    brief = replace(config, epochs=2)  # the first epoch warms up
    return fit(lab.build(variant, train, brief), few, few, brief)[-1].seconds / count * images * config.epochs


class _Progress:
    """Logs each epoch, with the time that is left if all others take as long."""

    def __init__(self, epochs, log):
        self.epochs, self.log, self.done, self.started = epochs, log, 0, perf_counter()

    def __call__(self, epoch):
        self.done += 1
        left = (perf_counter() - self.started) / self.done * (self.epochs - self.done)
        self.log(f"{epoch}   {self.done} of {self.epochs}, {_minutes(left)} left")


def _minutes(seconds):
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _lab(name, scale, seeds):
    if name not in LABS:
        raise ValueError(f"name {name!r} is no lab: use one of {', '.join(LABS)}")
    if scale not in SCALES:
        raise ValueError(f"scale {scale!r} is not known: use smoke or full")
    if not isinstance(seeds, int) or isinstance(seeds, bool) or seeds < 1:
        raise ValueError(f"seeds {seeds!r} is no count: use a whole number >= 1")
    return LABS[name]


def _run(lab, variant, train, test, config, log):
    """Train one network, and put down what came of it."""
    network = lab.build(variant, train, config)
    history = fit(network, train, test, config, on_epoch=log)
    said = evaluate(network, test).predictions
    (wrong,) = np.nonzero(said != test.labels)
    columns = ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "seconds")
    run = Run(
        variant=variant,
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        seed=config.seed,
        test_accuracy=(len(test) - len(wrong)) / len(test),
        seconds=round(sum(history.column("seconds")), 2),
        history={name: [round(value, 5) for value in history.column(name)] for name in columns},
        mistakes=[[int(index), int(test.labels[index]), int(said[index])] for index in wrong],
    )
    return run, network


def lab_command(name, *, scale, seeds, root=None, note=""):
    """What ``cnnbook lab`` does: run, show, and keep the record of a full run."""
    _lab(name, scale, seeds)
    folder = results_folder() if scale == "full" else None  # hours before it is needed
    record = run_lab(name, scale=scale, seeds=seeds, root=root, note=note, weights=folder and folder / f"{name}.npz")
    print(record)
    if folder:
        print(f"Next: git diff {record.save()}")
