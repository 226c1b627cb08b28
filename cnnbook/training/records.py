"""Run records: what a full run measured, with everything needed to doubt it or to run it again."""

import base64
import json
import os
import platform
import re
import subprocess
import zlib
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from statistics import mean, stdev

import numpy as np

PACKAGE = Path(__file__).resolve().parents[1]
# In a checkout, records lie beside the labs; an installed package carries a copy.
FOLDERS = (PACKAGE.parent / "book" / "labs" / "results", PACKAGE / "training" / "results")


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


@dataclass(frozen=True)
class RunRecord:
    """What a lab's full run measured.

    Attributes
    ----------
    lab, scale, date, commit : str
        Which lab, smoke or full; when and at which commit of the repository it ran.
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
        ``indices`` of the test images that every run got wrong, and their ``pixels``, to be read by `hard_images`.
    note : str
        What else a reader should know, such as that the machine was busy with other things.
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

    def variants(self):
        """Names of what was compared."""
        return list(dict.fromkeys(run.variant for run in self.runs))

    def of(self, variant):
        """The runs of one variant, one a seed."""
        if variant not in self.variants():
            raise ValueError(f"variant {variant!r} was not run: use one of {', '.join(self.variants())}")
        return [run for run in self.runs if run.variant == variant]

    def test_errors(self, variant):
        """Test errors of one variant in percent, one a seed."""
        return [100 * (1 - run.test_accuracy) for run in self.of(variant)]

    def confusion(self, variant):
        """Confusion matrix summed over the seeds: rows are labels, columns what the network said."""
        runs = self.of(variant)
        matrix = np.diag(self.dataset["test_counts"]) * len(runs)
        for _, label, said in (mistake for run in runs for mistake in run.mistakes):
            matrix[label, label] -= 1
            matrix[label, said] += 1
        return matrix

    def hard_images(self):
        """The test images that every run got wrong: array (n, C, H, W), and one ``(label, what was said)`` an image."""
        said = {index: set() for index in self.hard["indices"]}
        labels = {}
        for index, label, answer in (mistake for run in self.runs for mistake in run.mistakes):
            if index in said:
                labels[index] = label
                said[index].add(answer)
        images = np.frombuffer(zlib.decompress(base64.b64decode(self.hard["pixels"])), np.uint8)
        return images.reshape(self.hard["shape"]), [(labels[index], sorted(said[index])) for index in said]

    def table(self):
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
        return rows

    def provenance(self):
        """One sentence on where the numbers come from."""
        env, data = self.environment, self.dataset
        revision, changed, _ = self.commit.partition("-changed")
        revision = revision[:10] + " with changes" * bool(changed)
        return (
            f"{self.scale.capitalize()} run of {self.date} at commit {revision} on {env['device']}, "
            f"{env['threads']} thread{'s' * (env['threads'] != 1)}; Python {env['python']}, "
            f"PyTorch {env['torch']}; {data['name']}, {data['train']:,} training images (SHA-256 "
            f"{data['train_sha256'][:8]}), {data['test']:,} test images ({data['test_sha256'][:8]}). {self.note}"
        ).rstrip()

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

    def save(self, folder=None):
        """Write ``<lab>.json`` into the checkout's ``book/labs/results``, or into `folder`; return its path."""
        if self.scale != "full" and not folder:
            raise ValueError(f"scale {self.scale!r} is too small for the book: run with full, or name a folder=...")
        folder = results_folder(folder)
        text = json.dumps(asdict(self), indent=1)
        # Lists of numbers, and lists of those, on one line each: the file stays readable.
        text = re.sub(r"\[[\d\s.,eE+\-\[\]]*\]", lambda match: "".join(match[0].split()).replace(",", ", "), text)
        path = folder / f"{self.lab}.json"
        path.write_text(text + "\n")
        return path


def results_folder(folder=None):
    """The folder that a record goes into, made where it is missing; better asked for before the networks train."""
    folder = Path(folder) if folder else FOLDERS[0]
    if not folder.parent.is_dir():
        raise FileNotFoundError(f"folder {folder} is not in a checkout of the book: name another with folder=...")
    folder.mkdir(exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"folder {folder} cannot be written: make it writable, or name another with folder=...")
    return folder


class MissingRecord:
    """Stands where a record should be, counts as false, and says how to make one."""

    def __init__(self, lab):
        self.lab = lab

    def __bool__(self):
        return False

    def __repr__(self):
        return f"No full run of this lab is on record here. To make one: cnnbook lab {self.lab} --scale full"


def record_path(lab, suffix=".json", *, folder=None):
    """Where a file of a lab's record is, or where it would be written."""
    paths = [place / f"{lab}{suffix}" for place in ([Path(folder)] if folder else FOLDERS)]
    return next((path for path in paths if path.is_file()), paths[0])


def load_record(lab, *, folder=None):
    """Return the record of a lab's full run, or a :class:`MissingRecord`, which counts as false.

    >>> load_record("no_such_lab")
    No full run of this lab is on record here. To make one: cnnbook lab no_such_lab --scale full
    """
    path = record_path(lab, folder=folder)
    if path.is_file():
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return RunRecord(**content | {"runs": [Run(**run) for run in content["runs"]]})
        except (ValueError, TypeError, KeyError) as error:
            remedy = f"restore it, or make it anew with cnnbook lab {lab} --scale full"
            raise ValueError(f"{path} is cut off or no record ({error}): {remedy}") from None
    return MissingRecord(lab)


def pack_images(indices, images):
    """Pixels of some images as text that fits a JSON file."""
    chosen = np.ascontiguousarray(images[indices])
    pixels = base64.b64encode(zlib.compress(chosen, 9)).decode()
    return {"indices": [int(index) for index in indices], "shape": chosen.shape, "pixels": pixels}


def environment(device):
    """Device, threads and versions of this run."""
    import torch

    from cnnbook import __version__

    on_gpu = device.type == "cuda"
    return {
        "device": torch.cuda.get_device_name(device) if on_gpu else f"{device.type} ({platform.machine()})",
        "threads": torch.get_num_threads(),
        "system": platform.system(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "cnnbook": __version__,
    }


def commit():
    """The checkout's commit, with ``-changed`` where files differ from it; ``unknown`` outside a checkout."""

    def git(*arguments):
        return subprocess.run(["git", *arguments], cwd=PACKAGE, capture_output=True, text=True, check=True).stdout

    try:
        return git("rev-parse", "HEAD").strip() + "-changed" * bool(git("status", "--porcelain", "--", "."))
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
