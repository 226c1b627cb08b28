"""Train every network of a lab with every seed, and put down what came of it."""

from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, replace
from datetime import date
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
import torch

from cnnbook import datasets
from cnnbook._types import Amount, AnyPath
from cnnbook._validate import integer
from cnnbook.training import Config, Diverged, Run, RunRecord, choose_device, evaluate, fit, load_record
from cnnbook.training.checkpoint import replacing
from cnnbook.training.devices import from_first, is_first, processes
from cnnbook.training.loop import multiplying, plain, undisturbed
from cnnbook.training.provenance import commit, environment, forget_peak, peak_memory
from cnnbook.training.weights import save_weights

from ._draft import Draft
from ._lab import Lab


def run(
    lab: Lab,
    *, scale: Amount = "smoke", seeds: int | None = None, root: AnyPath | None = None, folder: AnyPath | None = None,
    threads: int | None = None, note: str = "", resume: bool = False, overwrite: bool = False,
    log: Callable[[str], Any] = print,
) -> RunRecord:  # fmt: skip
    """Train every variant of a lab with every seed, and keep the record.

    Each finished network is kept at once, and the one in training after every epoch: a run that is stopped, or killed,
    goes on with ``resume=True`` and ends with the same record. Seed by seed, so that what is there compares all.
    Of several processes (see :func:`cnnbook.training.together`) each calls this, and the first alone writes files.

    Parameters
    ----------
    lab : Lab
        Which; see :func:`cnnbook.labs.load`.
    scale : {"smoke", "laptop", "full"}
        How much of everything.
    seeds : int, optional
        How often each variant is trained, with the seeds 0, 1, ...; as often as the scale says where left out.
    root : path, optional
        Where the data set is; see :func:`cnnbook.datasets.load`.
    folder : path, optional
        Where the record goes: beside the lab's page where left out. A smoke run without a folder keeps nothing.
    threads : int, optional
        Of the CPU; the number that is fastest here, which is measured first, where left out.
    note : str
        What else a reader of the record should know.
    resume, overwrite : bool
        Go on with a run that was stopped, or with a record of fewer seeds; replace a record of more seeds.
    log : callable
        Gets a line of text with the plan before the training, and after each epoch.

    Returns
    -------
    RunRecord
        What was measured.

    Raises
    ------
    OSError
        Where the record could not be kept, or not without losing another: before the training.
    KeyboardInterrupt
        After Ctrl-C; says how to go on.
    """
    size = lab.at(scale)
    seeds = integer("seeds", size.seeds if seeds is None else seeds, 1)
    threads = None if threads is None else integer("threads", threads, 1)
    if processes() < lab.processes:
        raise ValueError(f"lab {lab.name!r} needs {lab.processes} processes: start it with {launcher(lab)}")
    keeps = bool(folder) or scale != "smoke"
    if resume and not keeps:
        raise ValueError("resume True is of no use: a smoke run keeps nothing without a folder=... (--folder)")
    if not is_first():
        keeps = resume = False
    revision = commit()  # now: the checkout may change while the networks train
    with nullcontext(folder) if keeps else TemporaryDirectory() as place:
        draft = Draft(place, lab.name, scale)
        draft.check(seeds, resume=resume, overwrite=overwrite)
        splits = lab.splits(scale, root=root)
        with draft.alone():
            begun = from_first(lambda: draft.read() if resume else None)
            threads = threads or (begun and begun.environment["threads"]) or fastest_threads(lab, scale, splits[0])
            with on_threads(threads):
                record = _new_record(lab, scale, splits, revision, note)
                record = _go_on(begun, record) if begun else record
                draft.write(record)
                try:
                    record = _train_all(lab, record, seeds, splits, draft, log)
                except KeyboardInterrupt:
                    if not keeps:
                        raise
                    done, command = len(draft.read().runs), _command(lab, scale, seeds, root, folder)
                    told = f"stopped; {done} of {seeds * len(record.config)} networks are finished"
                    raise KeyboardInterrupt(f"{told} and kept in {draft.folder}; go on with: {command}") from None
            draft.finish(record, overwrite=overwrite)
    return record


def _new_record(lab, scale, splits, revision, note):
    train, kept_aside, test = splits
    dataset = {
        "name": lab.at(scale).data,
        "train": len(train),
        "test": len(test),
        "train_sha256": train.sha256(),
        "test_sha256": test.sha256(),
        "test_counts": np.bincount(test.labels, minlength=len(test.classes)).tolist(),
    }
    return RunRecord(
        lab=lab.name,
        scale=scale,
        date=date.today().isoformat(),
        commit=revision,
        dataset=dataset | ({"validation": len(kept_aside)} if kept_aside else {}),
        config={variant: asdict(lab.config(scale, variant)) for variant in lab.compared(scale)},
        environment=environment(choose_device(lab.at(scale).config.device)),
        runs=[],
        hard={},
        note=note,
    )


def _go_on(begun, fresh):
    """The record so far, with a note where the rest comes from another machine or another state of the book."""
    for name, of_old, of_new in (
        ("config", configs(begun), configs(fresh)),
        ("dataset", begun.dataset, fresh.dataset),
    ):
        if of_old != of_new:
            remedy = "delete its folder, where there is one, and leave out --resume"
            raise ValueError(f"{name} is no longer what the run began with: {remedy}")
    note = [begun.note, fresh.note if fresh.note != begun.note else ""]
    if begun.commit != fresh.commit:
        note.append(f"Went on at commit {fresh.commit[:10]}.")
    if begun.environment != fresh.environment:
        device, threads = fresh.environment["device"], fresh.environment["threads"]
        note.append(f"Went on with {device}, {threads} threads, PyTorch {fresh.environment['torch']}.")
    return replace(begun, note=" ".join(filter(None, note)))


def configs(record):
    """What each variant was trained with; what an old record does not know was at its default."""
    return [(variant, Config(**config)) for variant, config in record.config.items()]


def _train_all(lab, record, seeds, splits, draft, log):
    """Train what is not on record yet, and return the record with it."""
    plan = [(variant, seed) for seed in range(seeds) for variant in record.config]
    done = {(run.variant, run.seed) for run in record.runs}
    epochs = {variant: lab.config(record.scale, variant).epochs for variant in record.config}
    total = seeds * sum(epochs.values())
    outstanding = [variant for variant, seed in plan if (variant, seed) not in done]
    seconds, sizes = {}, set()
    for variant in dict.fromkeys(outstanding):  # in an order that all processes share, which a set has not
        train, _, _ = lab.part(variant, splits)
        steps = 2 if record.scale == "smoke" else 5  # a smoke run is over soon, however long
        seconds[variant] = estimate(lab, record.scale, variant, train, len(train), steps)
        sizes.add(len(train))
    left = sum(seconds[variant] for variant in outstanding)
    images = " to ".join(f"{size:,}" for size in sorted({min(sizes), max(sizes)})) if sizes else "no"
    told = f"{len(epochs)} networks, {plural(seeds, 'seed')} each: {total} epochs of {images} images"
    told += f", {len(done)} of {len(plan)} networks are finished" if done else ""
    threads = plural(torch.get_num_threads(), "thread")
    log(f"{told}, about {minutes(left)} on {record.environment['device']}, {threads}")
    progress = _Progress(total, log)
    trained = _Trained(lab, record.scale, splits, draft)
    for variant, seed in plan:
        if (variant, seed) not in done:
            log(f"{variant}, seed {seed}")
            config = lab.config(record.scale, variant, seed=seed)
            checkpoint = draft.checkpoint(list(epochs).index(variant), seed)
            before = trained.get(lab.variants[variant].after, seed)
            own = lab.part(variant, splits, seed=seed)
            with multiplying(config):
                run, network = _train(lab, variant, own, config, checkpoint, progress, before)
            if (variant, seed) == (lab.kept, 0):
                save_weights(network, draft.weights)
            trained.keep(network, variant, seed)
            record = record.with_run(run, own[2])
            draft.write(record)
            checkpoint.unlink(missing_ok=True)
        progress.before += epochs[variant]
    return record


class _Trained:
    """Networks that others go on from: in files too, where a run that was stopped finds them."""

    def __init__(self, lab, scale, splits, draft):
        self.lab, self.scale, self.splits, self.draft = lab, scale, splits, draft
        self.wanted = {lab.variants[variant].after for variant in lab.compared(scale)}
        self.networks = {}

    def keep(self, network, variant, seed):
        if variant in self.wanted:
            self.networks[variant, seed] = network
            with replacing(self._path(variant, seed)) as file:
                torch.save(network.state_dict(), file)

    def get(self, variant, seed):
        if variant and (variant, seed) not in self.networks:
            train, _, _ = self.lab.part(variant, self.splits, seed=seed)
            network = self.lab.build(variant, train, self.lab.config(self.scale, variant, seed=seed))
            path = self._path(variant, seed)
            network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
            self.networks[variant, seed] = network
        return self.networks.get((variant, seed))

    def _path(self, variant, seed):
        return self.draft.trained(self.lab.compared(self.scale).index(variant), seed)


def _train(lab, variant, splits, config, checkpoint, progress, trained=None):
    """Train one network, and put down what came of it."""
    train, kept_aside, test = splits
    device = choose_device(config.device)

    def on_epoch(network, epoch):
        progress(epoch)
        measures = dict(lab.each_epoch(network, train, test) or {}) if lab.each_epoch else {}
        if lab.validate_each_epoch:
            measures["validation"] = evaluate(network, kept_aside).accuracy
        return measures

    network, stopped = lab.build(variant, train, config, trained=trained).to(device), ""
    measures = measure(lab.at_start, network, train, test)
    forget_peak(device)
    try:
        history = fit(network, train, test, config, on_epoch=on_epoch, checkpoint=checkpoint)
    except Diverged as error:  # a result like any other
        history, stopped = error.history, str(error)
        progress.log(stopped)
    measures["peak_memory_mib"] = peak_memory(device)
    seconds = sum(history.column("seconds"))
    if history:
        measures |= {name: history.column(name) for name in history[0].measures}
        measures["cpu_seconds"] = history.column("cpu_seconds")
        measures["images_per_second"] = round(len(train) * len(history) / seconds)
    if kept_aside:
        measures["validation_accuracy"] = from_first(lambda: evaluate(network, kept_aside).accuracy)
    if not stopped:
        measures |= measure(lab.at_end, network, train, test) | measure(lab.times, network, train, test)
    said = from_first(lambda: evaluate(network, test).predictions)
    (wrong,) = np.nonzero(said != test.labels)
    columns = ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "seconds")
    run = Run(
        variant=variant,
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        seed=config.seed,
        test_accuracy=(len(test) - len(wrong)) / len(test),
        seconds=round(seconds, 2),
        history={name: [round(value, 5) for value in history.column(name)] for name in columns},
        mistakes=[[int(index), int(test.labels[index]), int(said[index])] for index in wrong if lab.mistakes],
        measures=short(measures),
        stopped=stopped,
    )
    return run, network


def measure(hook, network, train, test):
    """What a hook of a lab says of a network, as plain numbers; without a hook nothing."""
    with undisturbed(network.eval(), network[0].mean.device):
        return {name: plain(value) for name, value in hook(network, train, test).items()} if hook else {}


def short(value):
    """Numbers with six digits: more are noise, and fill the file.

    >>> short({"ms": [0.12345678, 3]})
    {'ms': [0.123457, 3]}
    """
    if isinstance(value, dict):
        return {name: short(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [short(entry) for entry in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def fastest_threads(lab, scale, train):
    """How many CPU threads train the lab's first network fastest here: one, where other programs keep the CPU busy.

    No more are tried than PyTorch would take by itself, and none where torchrun has shared out the CPU.
    """
    most = torch.get_num_threads()
    variant = lab.compared(scale)[0]
    if most == 1 or processes() > 1 or choose_device(lab.config(scale, variant).device).type != "cpu":
        return most
    seconds = {}
    for count in sorted({1 << bits for bits in range(most.bit_length())} | {most}):
        with on_threads(count):
            seconds[count] = estimate(lab, scale, variant, train, len(train), steps=5)
    return min(seconds, key=seconds.get)


@contextmanager
def on_threads(count):
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def offer(lab: Lab, variant: str, train: datasets.Images) -> str:
    """Say what training one variant takes at full scale on this machine, measured with a few of these images."""
    size, config = lab.at("full"), lab.config("full", variant)
    device = choose_device(config.device)
    images, record = size.images, load_record(lab.name)
    if not images and record:
        images = record.dataset["train"]
    elif not images and datasets.available(size.data):
        images = len(lab.load("full")[0])
    if not images:  # nobody knows before the download
        return f"full: all of {size.data}, {config.epochs} epochs, on {device}"
    about = minutes(estimate(lab, "full", variant, train, images))
    return f"full: {images:,} images, {config.epochs} epochs, about {about} on {device}"


def estimate(lab, scale, variant, train, images, steps=20):
    """Seconds that one variant with one seed takes here with so many images, measured on a few steps with `train`."""
    config = lab.config(scale, variant)
    count = min(steps * config.batch_size, len(train))
    few = train[:count]
    brief = replace(config, epochs=2, compile=False)  # the first epoch warms up
    try:
        seconds = fit(lab.build(variant, train, brief), few, few, brief)[-1].seconds
    except Diverged:  # it will be told when it trains
        return 0
    return seconds / count * images * config.epochs


class _Progress:
    """Logs each epoch, with the time that is left if all others take as long."""

    def __init__(self, total, log):
        self.total, self.log, self.before, self.calls, self.started = total, log, 0, 0, perf_counter()

    def __call__(self, epoch):
        done = self.before + epoch.epoch
        self.calls += 1
        left = (perf_counter() - self.started) / self.calls * (self.total - done)
        self.log(f"{epoch}   {done} of {self.total}, {minutes(left)} left")


def minutes(seconds):
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def plural(count, noun):
    return f"{count} {noun}{'s' * (count != 1)}"


def launcher(lab):
    """The command line that starts a lab, in as many processes as it needs, or as there are."""
    count = max(lab.processes, processes())
    return f"torchrun --nproc-per-node {count} -m cnnbook lab {lab.name}" if count > 1 else f"cnnbook lab {lab.name}"


def _command(lab, scale, seeds, root, folder):
    """The command line that goes on with a run."""
    words = [launcher(lab), "--scale", scale]
    words += ["--seeds", str(seeds)] * (seeds != lab.at(scale).seeds)
    words += ["--root", str(root)] * bool(root) + ["--folder", str(folder)] * bool(folder)
    return " ".join([*words, "--resume"])
