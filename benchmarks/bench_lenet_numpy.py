"""LeNet-5 on the whole of MNIST, in NumPy and in PyTorch: do both learn it, and how much longer does NumPy take?

    python benchmarks/bench_lenet_numpy.py                      # 8 epochs: some minutes
    python benchmarks/bench_lenet_numpy.py --root FOLDER        # where MNIST's four files lie, or download them

Both networks start from the same weights and see the same images in the same order, on one thread, in one process,
epoch by epoch in turn, so that a machine that slows down slows both. Their losses stay together until rounding parts
them.
A ratio of 2 means: NumPy takes twice as long for an epoch of training (testing is not timed). It is given for the time
on the clock and for the processor's time, which a busy machine hardly changes.
"""

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import argparse
import json
import platform
import statistics
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from cnnbook import datasets, models, nn

RESULTS = Path(__file__).parent / "results" / "lenet_numpy.json"
BATCH_SIZE = 64
OPTIONS = {"lr": 0.05, "momentum": 0.9, "weight_decay": 1e-4}  # for both
MEAN, DEVIATION = 0.1307, 0.3081  # of MNIST's training pixels, from 0 to 1


def load(split, root):
    """Images of 32 x 32, as LeNet-5 wants them, with mean 0 and deviation 1 before the black border, and labels."""
    data = datasets.load("mnist", split, root=root)
    images = (data.images.astype(np.float32) / 255 - MEAN) / DEVIATION
    border = ((0, 0), (0, 0), (2, 2), (2, 2))
    return np.pad(images, border, constant_values=images.min()), data.labels


def train_torch(network, optimiser, images, labels, rng):
    """:func:`cnnbook.nn.train_epoch`, in PyTorch."""
    total, order = 0.0, torch.from_numpy(rng.permutation(len(images)))
    for batch in order.split(BATCH_SIZE):
        optimiser.zero_grad()
        loss = cross_entropy(network(images[batch]), labels[batch])
        loss.backward()
        optimiser.step()
        total += loss.item() * len(batch)
    return total / len(order)


@torch.no_grad()
def accuracy_torch(network, images, labels):
    return (network(images).argmax(dim=1) == labels).float().mean().item()


def timed(call):
    """Result of a call, seconds on the clock, seconds of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    result = call()
    return result, time.perf_counter() - clock, time.process_time() - processor


def compare(root, epochs, seed):
    """Train both side by side, and return one row an epoch."""
    (images, labels), (test_images, test_labels) = load("train", root), load("test", root)
    tensors = [torch.from_numpy(array) for array in (images, labels, test_images, test_labels)]

    numpy_net, torch_net = nn.lenet5(rng=np.random.default_rng(seed)), models.lenet5()
    torch_net.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in numpy_net.parameters.items()})
    numpy_sgd, torch_sgd = nn.SGD(numpy_net, **OPTIONS), torch.optim.SGD(torch_net.parameters(), **OPTIONS)
    numpy_rng, torch_rng = np.random.default_rng(seed + 1), np.random.default_rng(seed + 1)

    rows = []
    for epoch in range(epochs):
        lr = OPTIONS["lr"] * (1 - epoch / epochs)  # down to nearly 0 in equal steps
        numpy_sgd.lr = torch_sgd.param_groups[0]["lr"] = lr
        numpy_run = timed(
            lambda: nn.train_epoch(numpy_net, numpy_sgd, images, labels, batch_size=BATCH_SIZE, rng=numpy_rng)
        )
        torch_run = timed(lambda: train_torch(torch_net, torch_sgd, *tensors[:2], torch_rng))
        row = {"epoch": epoch + 1, "lr": lr}
        for name, run, right in (
            ("numpy", numpy_run, nn.accuracy(numpy_net, test_images, test_labels)),
            ("torch", torch_run, accuracy_torch(torch_net, *tensors[2:])),
        ):
            loss, seconds, cpu_seconds = run
            row[name] = {"loss": loss, "accuracy": right, "seconds": seconds, "cpu_seconds": cpu_seconds}
        for kind in ("seconds", "cpu_seconds"):
            row[f"ratio_{kind}"] = row["numpy"][kind] / row["torch"][kind]
        rows.append(row)
        print(line(row), flush=True)
    return rows


def line(row):
    parts = [
        f"{name}: loss {row[name]['loss']:.4f}, test {row[name]['accuracy']:.2%}, {row[name]['seconds']:.1f} s"
        for name in ("numpy", "torch")
    ]
    ratios = f"x{row['ratio_seconds']:.2f} on the clock, x{row['ratio_cpu_seconds']:.2f} of the processor"
    return f"epoch {row['epoch']}  {'  '.join(parts)}  {ratios}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", help="folder with MNIST's files; by default $CNNBOOK_DATA, the cache, or a download")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    rows = compare(arguments.root, arguments.epochs, arguments.seed)
    summary = {
        "numpy_accuracy": rows[-1]["numpy"]["accuracy"],
        "torch_accuracy": rows[-1]["torch"]["accuracy"],
        "ratio_seconds": statistics.median(row["ratio_seconds"] for row in rows),
        "ratio_cpu_seconds": statistics.median(row["ratio_cpu_seconds"] for row in rows),
    }
    versions = {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__}
    setting = {"epochs": arguments.epochs, "seed": arguments.seed, "batch_size": BATCH_SIZE, **OPTIONS, "threads": 1}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"summary": summary, "setting": setting, **versions, "rows": rows}, indent=1) + "\n")
    print(
        f"after {len(rows)} epochs NumPy reads {summary['numpy_accuracy']:.2%} of the test digits, PyTorch "
        f"{summary['torch_accuracy']:.2%}; an epoch takes NumPy {summary['ratio_seconds']:.2f} times as long "
        f"({summary['ratio_cpu_seconds']:.2f} in processor time). Written to {RESULTS}"
    )


if __name__ == "__main__":
    main()
