"""How long the networks of a lab take on this machine: measured without any training, kept beside the records."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import torch

from cnnbook._types import Amount, AnyPath
from cnnbook._validate import integer
from cnnbook.training import choose_device
from cnnbook.training.provenance import commit, environment
from cnnbook.training.records import origin, record_path, results_folder, write_json

from ._lab import Lab
from ._run import measure, on_threads, short


@dataclass(frozen=True)
class Times:
    """What :func:`take_times` measured.

    Attributes
    ----------
    lab, scale, date, commit, environment, note
        As in a :class:`cnnbook.training.RunRecord`.
    measures : dict
        Variant -> what the lab's ``times`` measured with its network: name -> milliseconds, or a list of them.
    """

    lab: str
    scale: str
    date: str
    commit: str
    environment: dict
    measures: dict
    note: str = ""

    def measured(self, name: str) -> Any:
        """One measure of all networks: array with a row for each."""
        return np.array([found[name] for found in self.measures.values()])

    def provenance(self) -> str:
        """Where the times come from."""
        return f"Times of {self.date} at {origin(self.commit, self.environment)}. {self.note}".rstrip()

    def __str__(self):
        lines = []
        for variant, found in self.measures.items():
            rows = [f"  {name}: {' '.join(f'{ms:.3g}' for ms in np.ravel(value))}" for name, value in found.items()]
            lines += [variant, *rows]
        return "\n".join([*lines, f"Milliseconds. {self.provenance()}"])


def take_times(
    lab: Lab,
    *, scale: Amount = "smoke", root: AnyPath | None = None, folder: AnyPath | None = None, threads: int = 1,
    note: str = "", overwrite: bool = False,
) -> Times:  # fmt: skip
    """Measure how long the networks of a lab take here, with fresh weights, and keep it as ``<lab>.times.json``.

    Variants that differ in nothing that takes time, such as learning rates, are repetitions.

    Parameters
    ----------
    lab : Lab
        One that has ``times``.
    scale : {"smoke", "laptop", "full"}
        Which variants, and which images; see :func:`cnnbook.labs.run` for all else.
    overwrite : bool
        Replace the file, where there is one.

    Returns
    -------
    Times
        A smoke run without a folder keeps it in no file.
    """
    if not lab.times:
        raise ValueError(f"lab {lab.name!r} has no times: use one that has, such as efficiency or small_kernels")
    path = results_folder(folder) / record_path(lab.name, "times").name if folder or scale != "smoke" else None
    if path and path.is_file() and not overwrite:
        raise FileExistsError(f"{path} is there: use another folder=... (--folder), or overwrite=True (--overwrite)")
    revision, splits, variants = commit(), lab.splits(scale, root=root), lab.compared(scale)
    device = choose_device(lab.at(scale).config.device)

    def times_of(variant):
        config, (train, _, test) = lab.config(scale, variant), lab.part(variant, splits)
        layout = {"memory_format": torch.channels_last} if config.channels_last else {}
        return short(measure(lab.times, lab.build(variant, train, config).to(device, **layout), train, test))

    with on_threads(integer("threads", threads, 1)):
        where = environment(device)
        times_of(variants[0])  # warms up
        measures = {variant: times_of(variant) for variant in variants}
    times = Times(lab.name, scale, date.today().isoformat(), revision, where, measures, note)
    if path:
        write_json(path, asdict(times))
    return times


def load_times(name: str, *, folder: AnyPath | None = None) -> Times:
    """The times of a lab that are on file, of the machine that its ``environment`` names.

    >>> load_times("efficiency").measured("cuda_1").shape  # races, networks
    (24, 10)
    """
    path = record_path(name, "times", folder=folder)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there: make it with cnnbook lab {name} --times --scale full")
    try:
        return Times(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} is cut off or holds no times ({error}): restore it, or make it anew") from None
