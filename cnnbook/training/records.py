"""Run records: what a run measured, with everything needed to doubt it or to run it again."""

from __future__ import annotations

import base64
import json
import os
import re
import zlib
from dataclasses import asdict, dataclass, field, replace
from html import escape
from pathlib import Path
from statistics import mean, stdev
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .._types import AnyPath, NDArray
from .checkpoint import replacing
from .provenance import PACKAGE

if TYPE_CHECKING:
    from ..datasets import Images

SCHEMA = 2  # of the file; 1 had neither a version nor measures nor runs that stopped
HARD = 60  # images at most are kept of those that every run misread
# In a checkout, records lie beside the labs; an installed package carries a copy.
FOLDERS = (PACKAGE.parent / "book" / "labs" / "results", PACKAGE / "labs" / "results")


@dataclass(frozen=True)
class Run:
    """One network, trained once."""

    variant: str
    parameters: int
    seed: int
    test_accuracy: float  # after the last epoch
    seconds: float  # of training, evaluation left out
    history: dict  # column of the history -> one number an epoch
    mistakes: list  # [index of the test image, its label, what the network said], one a misread image
    measures: dict = field(default_factory=dict)  # what else was measured: name -> number, or one an epoch
    stopped: str = ""  # why the training ended before its last epoch


@dataclass(frozen=True, repr=False)
class RunRecord:
    """What a run of a lab measured.

    Attributes
    ----------
    lab, scale, date, commit : str
        Which lab; smoke, laptop or full; when and at which commit of the repository it began.
    dataset : dict
        ``name``, images in ``train`` and ``test``, checksums ``train_sha256`` and ``test_sha256`` of pixels and labels,
        and ``test_counts``: test images a class.
    config : dict
        The training config of every variant; see `Config` for units.
    environment : dict
        Device, threads, versions.
    runs : list of Run
        One a variant and seed.
    hard : dict
        ``indices`` of the test images that every run got wrong, 60 at most, and their ``pixels``, to be read by
        `hard_images`.
    note : str
        What else a reader should know, such as that the machine was busy with other things.
    schema_version : int
        Of the file.
    """

    lab: str
    scale: str
    date: str
    commit: str
    dataset: dict
    config: dict
    environment: dict
    runs: list
    hard: dict
    note: str = ""
    schema_version: int = SCHEMA

    @property
    def seeds(self) -> int:
        """How often each variant was trained: the fewest, where it differs."""
        return min(sum(run.variant == variant for run in self.runs) for variant in self.config)

    def with_run(self, run: Run, test: Images) -> RunRecord:
        """This record and one run more; `test` are the images that it was judged on."""
        runs = [*self.runs, run]
        missed_by_all = set.intersection(*({index for index, _, _ in run.mistakes} for run in runs))
        return replace(self, runs=runs, hard=pack_images(sorted(missed_by_all)[:HARD], test.images))

    def variants(self) -> list[str]:
        """Names of what was compared."""
        return list(dict.fromkeys(run.variant for run in self.runs))

    def of(self, variant: str) -> list[Run]:
        """The runs of one variant, one a seed."""
        if variant not in self.variants():
            raise ValueError(f"variant {variant!r} was not run: use one of {', '.join(self.variants())}")
        return [run for run in self.runs if run.variant == variant]

    def test_errors(self, variant: str) -> list[float]:
        """Test errors of one variant in percent, one a seed."""
        return [100 * (1 - run.test_accuracy) for run in self.of(variant)]

    def measured(self, variant: str, name: str) -> list[Any]:
        """A measure of one variant, one value a seed: a number, or a list with one an epoch."""
        for run in self.of(variant):
            if name not in run.measures:
                known = ", ".join(run.measures) or "none"
                raise ValueError(f"name {name!r} was not measured of {variant!r}: use one of {known}")
        return [run.measures[name] for run in self.of(variant)]

    def confusion(self, variant: str) -> NDArray[np.int64]:
        """Confusion matrix summed over the seeds: rows are labels, columns what the network said."""
        runs = self.of(variant)
        if any(len(run.mistakes) != round(self.dataset["test"] * (1 - run.test_accuracy)) for run in runs):
            raise ValueError(f"variant {variant!r} has no list of its mistakes: run the lab with mistakes=True")
        matrix = np.diag(self.dataset["test_counts"]) * len(runs)
        for _, label, said in (mistake for run in runs for mistake in run.mistakes):
            matrix[label, label] -= 1
            matrix[label, said] += 1
        return matrix

    def hard_images(self) -> tuple[NDArray[np.uint8], list[tuple[int, list[int]]]]:
        """The test images that every run got wrong: array (n, C, H, W), and one ``(label, what was said)`` an image."""
        said = {index: set() for index in self.hard["indices"]}
        labels = {}
        for index, label, answer in (mistake for run in self.runs for mistake in run.mistakes):
            if index in said:
                labels[index] = label
                said[index].add(answer)
        images = np.frombuffer(zlib.decompress(base64.b64decode(self.hard["pixels"])), np.uint8)
        return images.reshape(self.hard["shape"]), [(labels[index], sorted(said[index])) for index in said]

    def table(self) -> list[dict[str, Any]]:
        """One dict a variant, ready for a data frame; errors in percent, the spread is the standard deviation."""
        rows = []
        for variant in self.variants():
            errors, runs = self.test_errors(variant), self.of(variant)
            rows.append(
                {
                    "variant": variant,
                    "parameters": f"{runs[0].parameters:,}",
                    "seeds": len(runs),
                    "test error, mean": f"{mean(errors):.2f} %",
                    "spread": f"{stdev(errors):.2f} %" if len(errors) > 1 else "one seed",
                    "best to worst": f"{min(errors):.2f} to {max(errors):.2f} %",
                    "training, a seed": f"{mean(run.seconds for run in runs):.0f} s",
                }
            )
            if any(run.stopped for run in self.runs):
                rows[-1]["stopped"] = sum(bool(run.stopped) for run in runs)  # without a loss that is a number
        return rows

    def provenance(self) -> str:
        """One sentence on where the numbers come from."""
        data = self.dataset
        return (
            f"{self.scale.capitalize()} run of {self.date} at {origin(self.commit, self.environment)}; {data['name']}, "
            f"{data['train']:,} training images (SHA-256 {data['train_sha256'][:8]}), {data['test']:,} test images "
            f"({data['test_sha256'][:8]}). {self.note}"
        ).rstrip()

    def __repr__(self):
        return f"RunRecord({self.lab!r}, {self.scale!r}, {len(self.runs)} runs of {self.date})"

    def __str__(self):
        rows = self.table()
        widths = {name: max(len(name), *(len(str(row[name])) for row in rows)) for name in rows[0]}
        lines = [{name: name for name in widths}, *rows]
        shown = ["  ".join(f"{line[name]!s:{width}}" for name, width in widths.items()).rstrip() for line in lines]
        return "\n".join([*shown, self.provenance()])

    def _repr_html_(self):
        rows = self.table()
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in rows[0])
        body = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row.values())}</tr>" for row in rows)
        caption = f"<caption>{escape(self.provenance())}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def save(self, folder: AnyPath | None = None, *, overwrite: bool = False) -> Path:
        """Write ``<lab>.json`` (``<lab>.laptop.json``) beside the lab's page, or into `folder`; return its path.

        A record of more seeds is replaced only with ``overwrite=True``.
        """
        if self.scale == "smoke" and not folder:
            raise ValueError("scale 'smoke' is too small for the book: run with full, or name a folder=...")
        path = results_folder(folder) / record_name(self.lab, self.scale)
        if not overwrite:
            refuse_to_replace(path, self.seeds)
        return self.write(path)

    def write(self, path: Path) -> Path:
        """Write the record as JSON, in one step; return the path."""
        return write_json(path, asdict(self))


def write_json(path, content):
    """Write a file with a line for each list of numbers, and of such lists, so that it stays readable; return its path.

    In one step: a kill leaves what was there.
    """
    text = json.dumps(content, indent=1)
    text = re.sub(r"\[[\d\s.,eE+\-\[\]]*\]", lambda match: "".join(match[0].split()).replace(",", ", "), text)
    with replacing(path) as file:
        file.write(f"{text}\n".encode())
    return path


def origin(commit, environment):
    """The state of the book, the machine and the versions that numbers come from, in words.

    >>> origin("0123456789abcdef-changed", {"device": "Tesla T4", "threads": 2, "python": "3.11.7", "torch": "2.13.0"})
    'commit 0123456789 with changes on Tesla T4, 2 threads; Python 3.11.7, PyTorch 2.13.0'
    """
    revision, changed, _ = commit.partition("-changed")
    revision = revision[:10] + " with changes" * bool(changed)
    several = f"{environment['processes']} processes with " if environment.get("processes", 1) > 1 else ""
    threads = f"{environment['threads']} thread{'s' * (environment['threads'] != 1)}"
    cuda = f", CUDA {environment['cuda']}, cuDNN {environment['cudnn']}" if environment.get("cuda") else ""
    machine = f"on {environment['device']}, {several}{threads}"
    return f"commit {revision} {machine}; Python {environment['python']}, PyTorch {environment['torch']}{cuda}"


def record_name(lab, scale, suffix=".json"):
    """Name of a file of a record.

    >>> record_name("degradation", "full"), record_name("degradation", "laptop", ".npz")
    ('degradation.json', 'degradation.laptop.npz')
    """
    return f"{lab}{'' if scale == 'full' else f'.{scale}'}{suffix}"


def record_path(lab, scale="full", suffix=".json", *, folder=None):
    """Where a file of a lab's record is, or where it would be written."""
    name = record_name(lab, scale, suffix)
    paths = [place / name for place in ([Path(folder)] if folder else FOLDERS)]
    return next((path for path in paths if path.is_file()), paths[0])


def results_folder(folder=None):
    """The folder that a record goes into, made where it is missing; better asked for before the networks train."""
    if not folder and not FOLDERS[0].parent.is_dir():
        told = f"folder {FOLDERS[0]} is not in a checkout of the book"
        raise FileNotFoundError(f"{told}: name another with folder=... (--folder)")
    folder = Path(folder or FOLDERS[0])
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        remedy = "make it writable, or name another with folder=... (--folder)"
        raise PermissionError(f"folder {folder} cannot be written: {remedy}")
    return folder


def refuse_to_replace(path, seeds):
    """Raise where `path` is a record of more seeds than these."""
    if path.is_file() and (there := read_record(path).seeds) > seeds:
        remedy = f"use {there} seeds or more, another folder=... (--folder), or overwrite=True (--overwrite)"
        raise FileExistsError(f"{path} has {there} seeds of each network, and this run {seeds}: {remedy}")


class MissingRecord:
    """Stands where a record should be, counts as false, and says how to make one."""

    def __init__(self, lab: str, scale: str = "full") -> None:
        self.lab, self.scale = lab, scale

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self):
        command = f"cnnbook lab {self.lab} --scale {self.scale}"
        return f"No {self.scale} run of this lab is on record here. To make one: {command}"


def load_record(lab: str, scale: str = "full", *, folder: AnyPath | None = None) -> RunRecord | MissingRecord:
    """Return the record of a lab at one scale, or a :class:`MissingRecord`, which counts as false.

    >>> load_record("no_such_lab")
    No full run of this lab is on record here. To make one: cnnbook lab no_such_lab --scale full
    """
    path = record_path(lab, scale, folder=folder)
    return read_record(path) if path.is_file() else MissingRecord(lab, scale)


def read_record(path):
    """Read a file that :meth:`RunRecord.save` wrote, now or before."""
    try:
        content = {"schema_version": 1} | json.loads(path.read_text(encoding="utf-8"))
        newer = content["schema_version"] > SCHEMA
        record = None if newer else RunRecord(**content | {"runs": [Run(**run) for run in content["runs"]]})
    except (ValueError, TypeError, KeyError) as error:
        remedy = f"restore it, or delete it and make it anew with cnnbook lab {path.name.partition('.')[0]} --scale ..."
        raise ValueError(f"{path} is cut off or no record ({error}): {remedy}") from None
    if newer:
        told = f"{path} has schema version {content['schema_version']}, and this cnnbook reads up to {SCHEMA}"
        raise ValueError(f"{told}: update cnnbook")
    return record


def pack_images(indices, images):
    """Pixels of some images as text that fits a JSON file."""
    chosen = np.ascontiguousarray(images[indices])
    pixels = base64.b64encode(zlib.compress(chosen, 9)).decode()
    return {"indices": [int(index) for index in indices], "shape": chosen.shape, "pixels": pixels}
