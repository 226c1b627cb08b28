"""Every network of the book, one image at a time on one thread: how long does it take?

    python benchmarks/bench_networks.py             # 7 rounds: some minutes, and 6 GB of memory

All networks stand in memory. A round times each one once, in an order drawn anew, so that a machine that slows down
slows all of them. What counts is the processor's time, which other work on the machine hardly changes, and of all
rounds the least. The table with what the profile counts goes to `cnnbook/networks.json`.
"""

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import argparse
import json
import platform
import random
import time
from pathlib import Path

import torch

from cnnbook import networks
from cnnbook.models import list_models

AT_LEAST = 0.05  # seconds that a network is timed in a round: small ones run several times


@torch.no_grad()
def seconds(network, image):
    """Processor time of one image: the least of some."""
    network(image)  # what was pushed out of the cache comes back
    times, end = [], time.process_time() + AT_LEAST
    while not times or time.process_time() < end:
        start = time.process_time()
        network(image)
        times.append(time.process_time() - start)
    return min(times)


def processor():
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else ()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    order = random.Random(arguments.seed)
    made = {name: networks.make(name).eval() for name in list_models()}
    images = {name: torch.randn(1, *networks.published_input(name)) for name in made}
    times = {name: [] for name in made}
    for number in range(arguments.rounds):
        for name in order.sample(list(made), len(made)):
            times[name].append(seconds(made[name], images[name]))
        print(f"round {number + 1}: {sum(found[-1] for found in times.values()):.1f} s for all", flush=True)
    record = {
        "machine": {"processor": processor(), "threads": 1, "python": platform.python_version(),
                    "torch": torch.__version__},
        "setting": {"batch": 1, "rounds": arguments.rounds, "seed": arguments.seed},
        "networks": {
            name: {**networks.counts(name), "ms": float(f"{1000 * min(found):.3g}"),
                   "spread": round(sorted(found)[len(found) // 2] / min(found), 2)}
            for name, found in times.items()
        },
    }  # fmt: skip
    networks.RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(f"written to {networks.RECORD.name}")


if __name__ == "__main__":
    main()
