"""The one training loop that all labs share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from math import ceil, isfinite
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .._types import AnyPath, Labels, NDArray
from .checkpoint import load_checkpoint, save_checkpoint
from .devices import from_first, is_first, own_part, processes, seed_dropout, shared, total
from .graph import recorded
from .images import augment, choose_device, has_bfloat16, to_device
from .lookahead import look_ahead
from .schedules import learning_rate

if TYPE_CHECKING:
    from ..datasets import Images
    from .config import Config


class Epoch(NamedTuple):
    """What is known after a pass over the training images. Losses are mean cross-entropies, in nats an image."""

    epoch: int  # from 1
    train_loss: float  # mean over the pass, while the network was learning; of smoothed labels where they are smoothed
    train_accuracy: float  # likewise
    test_loss: float  # after the pass
    test_accuracy: float
    seconds: float  # of training in this pass, evaluation left out
    measures: dict[str, Any] = {}  # noqa: RUF012  what else was measured after the pass: name -> number, or a list of numbers
    cpu_seconds: float = 0.0  # of this process's CPU threads: unlike `seconds`, the same where others use the CPU too

    def __str__(self):
        return (
            f"epoch {self.epoch:3}   train loss {self.train_loss:.4f}, accuracy {self.train_accuracy:.2%}   "
            f"test loss {self.test_loss:.4f}, accuracy {self.test_accuracy:.2%}   {self.seconds:.1f} s"
        )


class History(list[Epoch]):
    """One :class:`Epoch` after another.

    >>> history = History([Epoch(1, 2.3, 0.1, 2.0, 0.2, 9.5), Epoch(2, 1.5, 0.5, 1.0, 0.6, 9.25)])
    >>> history.column("test_loss"), sum(history.column("seconds"))
    ([2.0, 1.0], 18.75)
    """

    def column(self, name: str) -> list[Any]:
        """One number an epoch: a field of :class:`Epoch`, or a measure."""
        return [epoch.measures[name] if name in epoch.measures else getattr(epoch, name) for epoch in self]

    def __str__(self):
        return "\n".join(map(str, self))


class Evaluation(NamedTuple):
    """How a network does on a data set."""

    loss: float  # mean cross-entropy, nats an image
    accuracy: float  # part of the images whose class is the most probable one
    predictions: NDArray[np.int64]  # int64 (N,), the most probable class of each image
    confidences: NDArray[np.float32]  # float32 (N,), the probability that the network gives it


class Diverged(FloatingPointError):
    """The loss is no number any more. `history` has the epochs before."""

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message)
        self.history = history


def fit(
    network: nn.Module, train: Images, test: Images, config: Config,
    *, on_epoch: Callable[[nn.Module, Epoch], Any] | None = None, checkpoint: AnyPath | None = None,
) -> History:  # fmt: skip
    """Train a network, in place.

    The network that counts is the one after the last epoch. Picking the epoch that does best on the test images would
    make them training images.

    Several processes that torchrun started, and that have joined (:func:`cnnbook.training.together`), train one network
    when each calls this with the same arguments. Each takes its part of every batch, and what comes of it is what one
    process would get, up to rounding, apart from layers that draw numbers (dropout) or look at the batch (batch norm).

    Parameters
    ----------
    network : torch.nn.Module
        From uint8 images (N, C, H, W) to logits (N, classes): a :class:`Standardise`, then the network proper. Seed
        PyTorch before you build it (``torch.manual_seed(config.seed)``) to have its first weights again.
    train, test : Images
        What to learn, and what to be judged on.
    config : Config
        How.
    on_epoch : callable, optional
        Called as ``on_epoch(network, epoch)`` with each :class:`Epoch` when it is over, the network in evaluation mode.
        It may return a dict of measures, which go into the epoch's own. It may run the network and take gradients:
        running means, gradients and PyTorch's random numbers are put back. It may not change weights. Of several
        processes, the first calls it.
    checkpoint : path, optional
        A file that keeps all that the next epoch needs. Where it is there, training goes on from it: on a CPU, with
        the same number of threads, to the same network bit for bit.

    Returns
    -------
    History
        What happened, epoch by epoch.

    Raises
    ------
    Diverged
        Where the loss is no longer a number.
    ValueError
        Where the network has fewer outputs than the data set has classes, or the checkpoint is of another training.

    Examples
    --------
    >>> from torch import nn
    >>> from cnnbook.datasets import load
    >>> from cnnbook.training import Config, Standardise
    >>> train, test = load("digits", "train"), load("digits", "test")
    >>> network = nn.Sequential(Standardise(train), nn.Flatten(), nn.Linear(64, 10))
    >>> history = fit(network, train, test, Config(epochs=2, batch_size=32, learning_rate=0.05, device="cpu"))
    >>> history[1].train_loss < history[0].train_loss
    True
    """
    with multiplying(config):
        return _fit(network, train, test, config, on_epoch, checkpoint)


def _fit(network, train, test, config, on_epoch, checkpoint):
    device = choose_device(config.device)
    network.to(device, **{"memory_format": torch.channels_last} if config.channels_last else {})
    forward = shared(network, len(train), config, device)  # the same weights
    forward = torch.compile(forward) if config.compile else forward
    images, labels = to_device(train, device)
    if config.graph and device.type == "cuda" and processes() == 1:
        with undisturbed(network.train(), device), _precision(config, device, cache_enabled=False):
            forward = recorded(forward, images[: config.batch_size].clone())
    optimizer = torch.optim.SGD(
        network.parameters(),
        lr=config.learning_rate,  # set anew before every step
        momentum=config.momentum,
        nesterov=config.momentum > 0,
        weight_decay=config.weight_decay,
    )
    if config.lookahead:
        look_ahead(optimizer, config.lookahead)
    generator = torch.Generator().manual_seed(config.seed)  # on the CPU: the same order whatever the device
    history = History()
    if checkpoint:
        made_of = {"config": asdict(config), "train": train.sha256(), "test": test.sha256()}
        epochs = load_checkpoint(checkpoint, made_of, network, optimizer, generator)
        history.extend(Epoch(*epoch) for epoch in epochs)
    steps_an_epoch = ceil(len(train) / config.batch_size)
    for epoch in range(len(history) + 1, config.epochs + 1):
        network.train()
        seed_dropout(config, epoch)
        started, started_cpu, step = perf_counter(), process_time(), (epoch - 1) * steps_an_epoch
        loss_sum = correct = torch.zeros((), device=device)  # stay on the device: reading them would make it wait
        for batch in torch.randperm(len(train), generator=generator).to(device).split(config.batch_size):
            part, weight = own_part(len(batch), config)
            if not weight:
                continue  # the first process trains alone
            with _precision(config, device):
                logits = forward(augment(images[batch], config, generator)[part]).float()  # moved as in one process
            _check_outputs(logits, train.classes)
            batch = batch[part]
            loss = F.cross_entropy(logits, labels[batch], label_smoothing=config.label_smoothing)
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(step / (config.epochs * steps_an_epoch), config)
            optimizer.zero_grad()
            (loss * weight).backward()
            optimizer.step()
            step += 1
            loss_sum = loss_sum + loss.detach() * len(batch)
            correct = correct + (logits.argmax(1) == labels[batch]).sum()
        train_loss, train_accuracy = (total(summed).item() / len(train) for summed in (loss_sum, correct))
        seconds, cpu_seconds = perf_counter() - started, process_time() - started_cpu
        if not isfinite(train_loss):
            remedy = f"use a learning_rate below {config.learning_rate}, or a longer warmup"
            raise Diverged(f"loss is {train_loss} in epoch {epoch}: {remedy}", history)
        loss, accuracy = from_first(lambda: evaluate(network, test)[:2])
        history.append(Epoch(epoch, train_loss, train_accuracy, loss, accuracy, seconds, {}, cpu_seconds))
        if on_epoch:
            with undisturbed(network, device):
                measures = from_first(lambda: on_epoch(network, history[-1]) or {})
            history[-1] = history[-1]._replace(measures={name: plain(value) for name, value in measures.items()})
        if checkpoint and is_first():
            save_checkpoint(checkpoint, made_of, network, optimizer, generator, history)
    return history


@contextmanager
def multiplying(config):
    """Convolutions on a GPU multiply float32 whole, where the config says so; PyTorch lets them round it to TF32."""
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = before and not config.exact
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = before


def _precision(config, device, **options):
    if config.bfloat16 and has_bfloat16(device):
        return torch.autocast(device.type, torch.bfloat16, **options)
    return nullcontext()


@contextmanager
def undisturbed(network, device):
    """Whatever is measured here leaves no trace in the training."""
    buffers = {name: buffer.clone() for name, buffer in network.named_buffers()}  # such as running means
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        yield
    for name, buffer in network.named_buffers():
        buffer.copy_(buffers[name])
    network.zero_grad()
    network.eval()


def plain(value):
    """A measure as a number or a list of numbers, whether it came from PyTorch, NumPy or neither.

    >>> plain(torch.ones(2)), plain(np.float32(0.5)), plain([torch.tensor(3), 4])
    ([1.0, 1.0], 0.5, [3, 4])
    """
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return value.tolist() if hasattr(value, "tolist") else value


@torch.no_grad()
def evaluate(network: nn.Module, data: Images, *, batch_size: int = 1000) -> Evaluation:
    """Judge a network on a data set, and leave it in evaluation mode.

    Parameters
    ----------
    network : torch.nn.Module
        As in :func:`fit`.
    data : Images
        Usually the test split.
    batch_size : int
        Images at a time: changes nothing but the memory that is needed.

    Returns
    -------
    Evaluation
        Loss, accuracy, and for each image the prediction and its confidence.

    Raises
    ------
    ValueError
        As :func:`fit`, and for a data set without images.
    """
    if not len(data):
        raise ValueError(f"data {data!r} has no images to judge by: use at least one")
    network.eval()
    device = next((tensor.device for tensor in network.parameters()), torch.device("cpu"))
    images, labels = to_device(data, device)
    logits = torch.cat([network(batch) for batch in images.split(batch_size)]).float()
    _check_outputs(logits, data.classes)
    confidences, predictions = logits.softmax(1).max(1)
    return Evaluation(
        loss=F.cross_entropy(logits, labels).item(),
        accuracy=(predictions == labels).sum().item() / len(data),
        predictions=predictions.cpu().numpy(),
        confidences=confidences.cpu().numpy(),
    )


def confusion_matrix(labels: Labels, predictions: Labels, n_classes: int) -> NDArray[np.int64]:
    """Count images by class (row) and by prediction (column).

    >>> confusion_matrix(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2]), 3)
    array([[1, 1, 0],
           [0, 1, 0],
           [0, 0, 1]])
    """
    cells = np.asarray(labels) * n_classes + np.asarray(predictions)
    return np.bincount(cells, minlength=n_classes**2).reshape(n_classes, n_classes)


def _check_outputs(logits, classes):
    if logits.ndim != 2 or logits.shape[1] != len(classes):
        needed = f"(N, {len(classes)}), one logit a class: build the network with num_classes={len(classes)}"
        raise ValueError(f"network gives {tuple(logits.shape)}, the data set needs {needed}")
