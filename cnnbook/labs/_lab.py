"""What a lab is: a question, what is compared, at which scales, and what is measured."""

import os
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import torch
from torch import nn

from cnnbook import datasets
from cnnbook._types import Amount, AnyPath
from cnnbook.datasets import Images
from cnnbook.training import Config, MissingRecord, RunRecord, Standardise, choose_device, load_record
from cnnbook.training.records import record_path
from cnnbook.training.weights import load_weights

SCALES = ("smoke", "laptop", "full")


Hook = Callable[[nn.Module, Images, Images], dict[str, Any]]  # from network, train, test to what it measured


@dataclass(frozen=True)
class Variant:
    """One of the things that a lab compares.

    `build` takes ``num_classes`` and ``in_channels`` and returns a network; `changes` are the knobs in which it differs
    from the scale's config. `part` makes splits of its own (training, validation, test) of those of the lab, with a
    seed. `after` names an earlier variant: a copy of its trained network, of the same seed, is given to `build`, as
    ``trained``.
    """

    build: Callable[..., nn.Module]
    changes: dict[str, Any] = field(default_factory=dict)
    part: Callable[..., Any] | None = None
    after: str | None = None


def at_rates(builds, rates):
    """Variants ``"<name>, rate <rate>"``: each network at each learning rate, since the best one differs.

    >>> [*at_rates({"one": nn.Identity, "other": nn.Identity}, (0.1, 0.5))]
    ['one, rate 0.1', 'one, rate 0.5', 'other, rate 0.1', 'other, rate 0.5']
    """
    return {
        f"{name}, rate {rate}": Variant(build, {"learning_rate": rate})
        for name, build in builds.items()
        for rate in rates
    }


@dataclass(frozen=True)
class Scale:
    """How much of everything.

    Attributes
    ----------
    data : str
        Name of the data set; see :func:`cnnbook.datasets.load`.
    config : Config
        How the networks are trained.
    seeds : int
        How often each is trained: with the seeds 0, 1, ...
    images : int, optional
        How many of the training images, from the first; all where left out.
    validation : int
        So many of the training images, the last ones, train nothing: they are kept aside to choose by. The accuracy on
        them is in every run, as the measure ``validation_accuracy``.
    variants : tuple of str
        Which variants are compared at this scale; all where left out.
    """

    data: str
    config: Config
    seeds: int
    images: int | None = None
    validation: int = 0
    variants: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Lab:
    """A question that training answers.

    Attributes
    ----------
    name : str
        Of its file, its page and its record.
    question : str
        In one sentence.
    scales : dict
        ``smoke`` takes seconds on a CPU and needs no download; ``laptop`` under 40 minutes on two cores, on real data;
        ``full`` gives the numbers that the book would like to show.
    variants : dict
        Name -> :class:`Variant`: what is compared.
    pad : int
        What every image gets on each side, in pixels.
    kept : str, optional
        The variant whose weights, trained with seed 0, are stored beside the record.
    processes : int
        How many train each network, or how many there must be where variants differ in it; torchrun starts them.
    mistakes : bool
        Whether each run keeps which test images it misread; without, the record of many bad networks stays small.
    validate_each_epoch : bool
        Whether the accuracy on the images kept aside is measured after each epoch too, as the measure ``validation``:
        for labs that ask when. Each scale keeps some aside then.
    trials : tuple of str
        Records that came before those of the scales, such as of a trial that found a fault. ``load_record(lab, name)``
        reads one.
    at_start, each_epoch, at_end : callable, optional
        What else is measured, before the training, after each epoch, after the last: from ``(network, train, test)`` to
        a dict of names and numbers, or lists of numbers. The network comes in evaluation mode. Of several processes
        each calls the first and the last of the three, and what the first process returns counts. See `on_epoch` of
        :func:`cnnbook.training.fit` for what they may do.
    times : callable, optional
        How long a network takes, in milliseconds, from the same to the same: measured after `at_end`, and without any
        training by ``cnnbook lab NAME --times``; see :func:`cnnbook.labs.take_times`.
    """

    name: str
    question: str
    scales: dict[Amount, Scale]
    variants: dict[str, Variant]
    pad: int = 0
    kept: str | None = None
    processes: int = 1
    mistakes: bool = True
    validate_each_epoch: bool = False
    trials: tuple[str, ...] = ()
    at_start: Hook | None = None
    each_epoch: Hook | None = None
    at_end: Hook | None = None
    times: Hook | None = None

    def at(self, scale: Amount) -> Scale:
        """The :class:`Scale` of this name."""
        if scale not in self.scales:
            raise ValueError(f"scale {scale!r} is not known: use one of {', '.join(self.scales)}")
        return self.scales[scale]

    def scale(self) -> Amount:
        """``$CNNBOOK_SCALE``; else full on a GPU and laptop on a CPU, where the images are here; else smoke."""
        chosen = os.environ.get("CNNBOOK_SCALE")
        if chosen:
            if chosen not in self.scales:
                raise ValueError(f"CNNBOOK_SCALE {chosen!r} is not known: use one of {', '.join(self.scales)}")
            return chosen
        fits = "full" if "laptop" not in self.scales or choose_device().type != "cpu" else "laptop"
        return fits if datasets.available(self.at(fits).data) else "smoke"

    def compared(self, scale: Amount) -> tuple[str, ...]:
        """Names of the variants that are compared at this scale."""
        return self.at(scale).variants or tuple(self.variants)

    def load(self, scale: Amount, *, root: AnyPath | None = None) -> tuple[Images, Images]:
        """Training and test images for this scale."""
        train, _, test = self.splits(scale, root=root)
        return train, test

    def splits(self, scale: Amount, *, root: AnyPath | None = None) -> tuple[Images, Images | None, Images]:
        """Training images, those kept aside to choose by (None where there are none), and test images."""
        size = self.at(scale)
        everything, test = (datasets.load(size.data, split, root=root) for split in datasets.SPLITS)
        free = len(everything) - size.validation  # to train on
        learned = free if size.images is None else size.images
        if not 0 < learned <= free or size.validation < 0:
            told = f"images {size.images} and validation {size.validation} do not fit in {len(everything)} images"
            raise ValueError(f"{told}: use fewer, and at least one image to train on")
        return everything[:learned], everything[free:] if size.validation else None, test

    def config(self, scale: Amount, variant: str, *, seed: int = 0) -> Config:
        """The config of one variant."""
        return replace(self.at(scale).config, **self.variants[variant].changes, seed=seed)

    def part(
        self, variant: str, splits: tuple[Images, Images | None, Images], *, seed: int = 0
    ) -> tuple[Images, Images | None, Images]:
        """Training, validation and test images of one variant: those of the lab, or a part of them."""
        part = self.variants[variant].part
        return part(splits, seed) if part else splits

    def build(self, variant: str, train: Images, config: Config, *, trained: nn.Module | None = None) -> nn.Module:
        """A network for bytes, its first weights drawn with the config's seed.

        A variant that comes after another goes on from the network `trained`, with its standardisation. Without one it
        goes on from an untrained one for the same images, which is as fast.
        """
        build, after = self.variants[variant].build, self.variants[variant].after
        standardise = Standardise(train, pad=self.pad)
        if after:
            standardise, network = deepcopy(trained or self.build(after, train, config)).cpu()
            build = partial(build, trained=network)
        torch.manual_seed(config.seed)
        return nn.Sequential(standardise, build(num_classes=len(train.classes), in_channels=train.images.shape[1]))

    def record(self, *, folder: AnyPath | None = None) -> RunRecord | MissingRecord:
        """The record of the largest scale that there is, or what says that there is none, which counts as false.

        From the book's records, or those of a run of your own in `folder`.
        """
        records = (load_record(self.name, scale, folder=folder) for scale in ("full", "laptop"))
        return next(filter(None, records), MissingRecord(self.name))

    def trained(self, train: Images, *, folder: AnyPath | None = None) -> nn.Module:
        """The network whose weights are on record, for the training images that it was standardised with."""
        if not self.kept:
            raise ValueError(f"lab {self.name!r} keeps no weights: name one of its variants as `kept`, and run it")
        record = self.record(folder=folder)
        if not record:
            raise FileNotFoundError(repr(record))
        network = self.build(self.kept, train, self.config(record.scale, self.kept))
        return load_weights(network, record_path(self.name, record.scale, ".npz", folder=folder))
