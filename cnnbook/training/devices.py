"""Several devices, one process each: ``torchrun`` starts the processes, and together they train one network.

Every process runs the same program. In :func:`cnnbook.training.fit` each takes its part of every batch, and PyTorch's
DistributedDataParallel averages the gradients. One process judges and writes: the first.
"""

import os
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel


@contextmanager
def together() -> Iterator[None]:
    """Join the processes that torchrun started, where it did; the first alone prints, warns, and hears Ctrl-C."""
    if not from_torchrun():
        yield
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]) % torch.cuda.device_count())  # what "cuda" means from here
    dist.init_process_group()  # gloo between CPUs, nccl between GPUs
    if not is_first():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first says how to go on; when it ends, torchrun ends all
        warnings.simplefilter("ignore")
    with nullcontext() if is_first() else redirect_stdout(None):
        yield
    dist.destroy_process_group()


def from_torchrun():
    """Whether torchrun started this process."""
    return dist.is_available() and dist.is_torchelastic_launched()


def processes():
    """How many processes train together: one, without torchrun."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def is_first():
    """Whether this process is the one that judges, writes and prints."""
    return processes() == 1 or dist.get_rank() == 0


def from_first(make):
    """What `make` returns in the first process, in all of them; the others do not call it."""
    box = [make() if is_first() else None]
    if processes() > 1:
        dist.broadcast_object_list(box)
    return box[0]


def total(tensor):
    """The sum of a tensor over all processes, in each of them."""
    summed = tensor.clone()
    if processes() > 1:
        dist.all_reduce(summed)
    return summed


def shared(network, images, config, device):
    """The network as `fit` calls it: with gradients that are averaged over all processes, where there are several.

    Raises
    ------
    ValueError
        Where a process would have no image of a batch, or no GPU.
    """
    if processes() == 1 or config.alone:
        return network
    last = images % config.batch_size or config.batch_size
    if min(last, config.batch_size) < processes():
        told = f"batch_size {config.batch_size} makes a batch of {min(last, config.batch_size)} of {images:,} images"
        raise ValueError(f"{told}, too few for {processes()} processes: use another one, or fewer processes")
    here = int(os.environ["LOCAL_WORLD_SIZE"])
    if device.type == "cuda" and here > torch.cuda.device_count():
        told = f"torchrun started {here} processes on a machine with {torch.cuda.device_count()} GPUs"
        raise ValueError(f"{told}: use --nproc-per-node {torch.cuda.device_count()}, or device cpu")
    return DistributedDataParallel(network)


def own_part(count, config):
    """Which of so many images of a batch are for this process, and how much their mean gradient counts among all.

    Parts in a row, whose sizes differ by one at most. The mean of the processes' gradients, each times its weight, is
    the gradient of the whole batch.

    >>> from cnnbook.training import Config
    >>> own_part(7, Config(epochs=1, batch_size=7, learning_rate=0.1))
    (slice(0, 7, None), 1.0)
    """
    n, rank = (1, 0) if processes() == 1 else (dist.get_world_size(), dist.get_rank())
    if config.alone:
        return slice(0, count), float(rank == 0)
    first, end = rank * count // n, (rank + 1) * count // n
    return slice(first, end), n * (end - first) / count


def seed_dropout(config, epoch):
    """Let each process draw other numbers for its part; the first goes on as it would alone."""
    if not is_first():
        torch.manual_seed((config.seed * 10_000 + epoch) * 10_000 + dist.get_rank())  # so that it can be resumed
