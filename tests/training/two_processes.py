"""What `test_devices` trains, in one process (imported there) and in two (started by torchrun, with a folder)."""

import os
import sys
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch import nn

from cnnbook.datasets import Images
from cnnbook.labs.many_gpus import BatchNormOverAll
from cnnbook.training import Config, Diverged, Standardise, fit, together

# 60 images in batches of 17, 17, 17 and 9: none can be split in half.
CONFIG = Config(
    epochs=4, batch_size=17, learning_rate=0.05, weight_decay=0.01, label_smoothing=0.1, shift=1, flip=True, cutout=2,
    device="cpu",
)  # fmt: skip


def images(n, seed):
    rng = np.random.default_rng(seed)
    return Images(rng.integers(0, 256, (n, 1, 6, 7), dtype=np.uint8), rng.integers(0, 3, n), ("a", "b", "c"))


TRAIN, TEST = images(60, 0), images(20, 1)


def network(norm=nn.Identity, dropout=0.0):
    torch.manual_seed(0)
    layers = nn.Conv2d(1, 4, 3), norm(4), nn.ReLU(), nn.Flatten(), nn.Dropout(dropout), nn.Linear(80, 3)
    return nn.Sequential(Standardise(TRAIN), *layers)


def trained(layers=network, *, checkpoint=None, **knobs):
    """All numbers that a training leaves behind."""
    trainee = layers()

    def on_epoch(given, epoch):
        given(torch.from_numpy(TRAIN.images)).sum().backward()  # measures may take gradients
        return {"called": os.environ.get("RANK", "0")}

    history = fit(trainee, TRAIN, TEST, Config(**vars(CONFIG) | knobs), on_epoch=on_epoch, checkpoint=checkpoint)
    return {"weights": trainee.state_dict(), "history": [(*epoch[:5], epoch.measures) for epoch in history]}


def cut_off(checkpoint, layers=network):
    """A training that ends in its third epoch."""

    def stop(given, epoch):
        if epoch.epoch == 3:
            raise RuntimeError
        return {"called": "0"}

    def run():
        fit(layers(), TRAIN, TEST, CONFIG, on_epoch=stop, checkpoint=checkpoint)

    error(run)


def error(run):
    """What a training that cannot go on says."""
    try:
        run()
    except (ValueError, Diverged, RuntimeError) as problem:
        return str(problem)
    return None


NETWORKS = {
    "no norm": network,
    "synchronised": partial(network, BatchNormOverAll),
    "batch norm": partial(network, nn.BatchNorm2d),
    "dropout": partial(network, dropout=0.5),
}


def all_cases(folder):
    results = {name: trained(layers) for name, layers in NETWORKS.items()}
    results["alone"] = trained(alone=True)
    # Begun by one process, in the test; only the first one can see the files.
    rank = dist.get_rank()
    for name in ("no norm", "dropout"):
        path = folder / f"{name}.pt" if rank == 0 else folder / "nowhere" / f"{name}.pt"
        results[f"{name}, resumed"] = trained(NETWORKS[name], checkpoint=path)
        results[f"{name}, read"] = trained(NETWORKS[name], checkpoint=path)
    results["errors"] = {
        "batch of 1": error(lambda: trained(batch_size=1)),
        "last of 1": error(lambda: trained(batch_size=59)),
        "diverged": error(lambda: trained(learning_rate=1e30)),
    }
    return results


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    torch.set_num_threads(1)
    with together():
        print("said once")
        torch.save(all_cases(folder), folder / f"process {dist.get_rank()}.pt")
        dist.barrier()
        if dist.get_rank() == 1:
            os._exit(3)  # as if it were killed
        trained()  # would wait for the other one for half an hour
