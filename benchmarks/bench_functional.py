"""How fast are the NumPy operations, next to PyTorch? Ratios of times, on one thread, in float32.

    python benchmarks/bench_functional.py                  # all rows: some minutes
    python benchmarks/bench_functional.py --only lenet     # rows whose name holds a word

A ratio of 1.5 means: NumPy takes 1.5 times as long. A round times PyTorch before and after each candidate, in random
order, and divides the candidate's time by the mean of its two neighbours, so that a machine that slows down slows both.
PyTorch against itself (the A/A control) is timed in the same way. A row is void where that control is more than 5% off,
or where PyTorch's own median is more than 1.5 times its minimum: then the machine was busy. It is run again, at most
twice. Every output and gradient is compared with PyTorch's first. Memory is NumPy's peak beyond inputs and outputs,
measured apart from time.

The script starts itself again in a session of its own (a shared one is throttled by what else its shell runs), with one
thread, and with a malloc that keeps its memory: without that, fresh pages cost more than the arithmetic of the light
layers, for PyTorch as for NumPy.
"""

import os
import sys

if __name__ == "__main__" and os.environ.get("BENCH_CHILD") != "1":
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    memory = {
        "MALLOC_MMAP_THRESHOLD_": str(1 << 32),
        "MALLOC_TRIM_THRESHOLD_": str(1 << 32),
        "MALLOC_TOP_PAD_": str(1 << 28),
    }
    environment = {**os.environ, **threads, **memory, "BENCH_CHILD": "1"}
    os.execvpe("setsid", ["setsid", "--wait", sys.executable, *sys.argv], environment)

import argparse
import json
import platform
import random
import time
import tracemalloc
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as T

from cnnbook import functional as F
from cnnbook.functional.max_pool2d import max_pool2d_scatter, max_pool2d_with_index

RESULTS = Path(__file__).parent / "results" / "functional.json"
RERUNS = 2  # of a void row
SAMPLE_SECONDS = 0.01  # a sample repeats a fast call until it takes about this long


class Case(NamedTuple):
    """One operation at one shape; `must` and `shown` are the goals, forward and backward (None where there is none)."""

    name: str
    numpy: object  # arrays -> output
    numpy_backward: object  # grad_output, arrays -> gradients
    torch: object  # tensors -> output
    shapes: tuple  # of the arrays
    must: tuple
    shown: tuple
    tolerance: float = 1e-4  # of the largest number
    whole: object = None  # what `numpy` computes, in PyTorch, where `torch` is a part of it


def convolution(
    name, x, weight, *, must, shown, bias=True, forms=("conv2d", "conv2d"), tolerance=1e-4, **options
):
    """A case of an operation that takes x, weight and perhaps bias; `forms` are the names in cnnbook and in PyTorch."""
    ours, theirs = forms
    channels = weight[1] if theirs == "conv_transpose2d" else weight[0]
    torch_options = {key: value for key, value in options.items() if key != "tile"}
    return Case(
        name,
        lambda *arrays: getattr(F, ours)(*arrays, **options),
        lambda grad, *arrays: getattr(F, f"{ours}_backward")(grad, *arrays, **options),
        lambda *tensors: getattr(T, theirs)(*tensors, **torch_options),
        (x, weight, (channels,)) if bias else (x, weight),
        must, shown, tolerance,
    )  # fmt: skip


def max_pool(name, shape, *, must, shown, kernel, keep_index, **options):
    """With `keep_index`, forward also finds where each maximum stands, and backward need not: PyTorch's way."""
    kept = {}

    def forward(x):
        output, kept["index"] = max_pool2d_with_index(x, kernel, **options)
        return output

    return Case(
        name,
        forward if keep_index else lambda x: F.max_pool2d(x, kernel, **options),
        (lambda grad, x: (max_pool2d_scatter(grad, kept["index"], x.shape),)) if keep_index
        else lambda grad, x: F.max_pool2d_backward(grad, x, kernel, **options),
        lambda x: T.max_pool2d(x, kernel, **options),
        (shape,), must, shown,
    )  # fmt: skip


def batch_norm(name, x, *, must, shown):
    running = np.zeros(x[1], np.float32), np.ones(x[1], np.float32)
    return Case(
        name,
        lambda x, weight, bias: F.batch_norm(x, *running, weight, bias, training=True)[0],
        lambda grad, x, weight, bias: F.batch_norm_backward(grad, x, *running, weight, bias, training=True),
        lambda x, weight, bias: T.batch_norm(x, torch.zeros(len(bias)), torch.ones(len(bias)), weight, bias, True),
        (x, (x[1],), (x[1],)), must, shown,
    )  # fmt: skip


def deformable(name, *, must, shown, N=4, C=64, size=56):
    """Against grid_sample at the same points, which is the sampling alone: PyTorch itself has no such convolution."""
    rng = np.random.default_rng(1)
    weight = rng.standard_normal((C, C, 3, 3), dtype=np.float32)
    places = np.stack(np.meshgrid(*[np.arange(size, dtype=np.float32)] * 2, indexing="ij"))
    taps = np.indices((3, 3)).reshape(2, 9).T.astype(np.float32) - 1

    def sample(x, offset):
        rows_columns = offset.reshape(N, 9, 2, size, size) + torch.from_numpy(places + taps[:, :, None, None])
        grid = (2 * rows_columns.flip(2).movedim(2, -1) + 1) / size - 1  # grid_sample wants x first, from -1 to 1
        return T.grid_sample(x, grid.reshape(N, 9 * size, size, 2), align_corners=False)

    def whole(x, offset):
        values = sample(x, offset).reshape(N, C, 9, size, size)
        return torch.einsum("ncthw,dct->ndhw", values, torch.from_numpy(weight.reshape(C, C, 9)))

    return Case(
        name,
        lambda x, offset: F.deform_conv2d(x, offset, weight, padding=1),
        lambda grad, x, offset: F.deform_conv2d_backward(grad, x, offset, weight, padding=1),
        sample, ((N, C, size, size), (N, 18, size, size)), must, shown, whole=whole,
    )  # fmt: skip


# Biases where the networks have them. Goals are times over PyTorch's, (forward, backward): what must be reached, and
# what has been shown to be reachable.
VGG = (8, 128, 56, 56), (256, 128, 3, 3)
CASES = [
    convolution(
        "LeNet conv1: 64 x 1 x 32 x 32, k5 -> 6", (64, 1, 32, 32), (6, 1, 5, 5), must=(1.5, 1.0), shown=(1.2, 0.75)
    ),
    convolution(
        "AlexNet conv1: 8 x 3 x 227 x 227, k11 s4 -> 96", (8, 3, 227, 227), (96, 3, 11, 11),
        must=(1.9, 0.9), shown=(1.5, 0.7), stride=4,
    ),
    convolution("VGG: 8 x 128 x 56 x 56, k3 p1 -> 256", *VGG, must=(1.6, 1.4), shown=(1.35, 1.2), padding=1),
    convolution(
        "VGG by Winograd F(4x4, 3x3)", *VGG, must=(0.95, 0.9), shown=(0.75, 0.65),
        forms=("conv2d_winograd", "conv2d"), tolerance=1e-3, padding=1,
    ),
    convolution(
        "ResNet 1x1: 8 x 256 x 56 x 56 -> 64", (8, 256, 56, 56), (64, 256, 1, 1),
        must=(1.8, 1.1), shown=(1.5, 0.9), bias=False,
    ),
    convolution(
        "depthwise: 8 x 144 x 56 x 56, k3 p1", (8, 144, 56, 56), (144, 1, 3, 3),
        must=(3.0, 2.7), shown=(2.4, 1.9), bias=False, padding=1, groups=144,
    ),
    max_pool(
        "max pool: 8 x 64 x 112 x 112, k3 s2 p1", (8, 64, 112, 112),
        must=(0.25, None), shown=(0.15, None), keep_index=False, kernel=3, stride=2, padding=1,
    ),
    max_pool(
        "the same, the index of each maximum kept for backward", (8, 64, 112, 112),
        must=(None, 2.0), shown=(None, 1.4), keep_index=True, kernel=3, stride=2, padding=1,
    ),
    convolution(
        "transposed: 8 x 128 x 28 x 28, k4 s2 p1 -> 64", (8, 128, 28, 28), (128, 64, 4, 4),
        must=(2.0, 1.6), shown=(1.6, 1.35), forms=("conv_transpose2d", "conv_transpose2d"), stride=2, padding=1,
    ),
    deformable(
        "deformable: 4 x 64 x 56 x 56, k3 -> 64, against grid_sample", must=(4.0, 4.0), shown=(3.5, None)
    ),
    batch_norm("batch norm: 32 x 64 x 56 x 56, training", (32, 64, 56, 56), must=(1.3, 3.0), shown=(1.05, 2.0)),
    convolution(
        "conv3d: 1 x 64 x 16 x 56 x 56, k3 p1 -> 128", (1, 64, 16, 56, 56), (128, 64, 3, 3, 3),
        must=(2.2, None), shown=(1.8, None), forms=("conv3d", "conv3d"), padding=1,
    ),
]  # fmt: skip
MORE = [  # not in the README's table: run with --only
    max_pool(
        "max pool of whole images: 8 x 64 x 224 x 224, k224", (8, 64, 224, 224),
        must=(3.0, None), shown=(2.0, None), keep_index=False, kernel=224,
    ),
]  # fmt: skip


def directions(case):
    """Return for forward and backward: NumPy's call, PyTorch's, PyTorch's with channels last; having compared them."""
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(shape, dtype=np.float32) for shape in case.shapes]
    plain = [torch.from_numpy(array).requires_grad_() for array in arrays]
    layouts = {4: torch.channels_last, 5: torch.channels_last_3d}
    last = [
        tensor.detach().contiguous(memory_format=layouts[tensor.dim()]).requires_grad_() if tensor.dim() > 3 else tensor
        for tensor in plain
    ]
    whole = (case.whole or case.torch)(*plain)
    grad = rng.standard_normal(whole.shape, dtype=np.float32)
    compare(case.numpy(*arrays), whole, case)
    gradients = torch.autograd.grad(whole, plain, torch.from_numpy(grad))
    ours = [gradient for gradient in case.numpy_backward(grad, *arrays) if gradient is not None]
    for actual, expected in zip(ours, gradients, strict=False):  # deform_conv2d's has the weight's too
        compare(actual, expected, case)

    def torch_forward(tensors):
        with torch.no_grad():
            return case.torch(*tensors)

    def torch_backward(tensors):
        output = case.torch(*tensors)
        upstream = torch.randn_like(output)  # in the layout of the output
        return lambda: torch.autograd.grad(output, tensors, upstream, retain_graph=True)

    return {
        "forward": (lambda: case.numpy(*arrays), lambda: torch_forward(plain), lambda: torch_forward(last)),
        "backward": (lambda: case.numpy_backward(grad, *arrays), torch_backward(plain), torch_backward(last)),
    }


def compare(actual, expected, case):
    expected = expected.detach().numpy()
    error = np.abs(actual - expected).max() / np.abs(expected).max()
    if not error <= case.tolerance:
        raise SystemExit(f"{case.name}: off from PyTorch by {error:.1e} of the largest number: no time is worth having")


def seconds(call, repeat=1):
    start = time.perf_counter()
    for _ in range(repeat):
        call()
    return (time.perf_counter() - start) / repeat


def measure(numpy_call, torch_call, torch_last_call, rounds):
    """Time the candidates against `torch_call` for some rounds: medians, and what tells whether to trust them."""
    candidates = {"numpy": numpy_call, "control": torch_call, "channels_last": torch_last_call}
    repeat = {}
    for name, call in candidates.items():
        call()
        repeat[name] = max(1, round(SAMPLE_SECONDS / seconds(call)))
    ratios, reference = {name: [] for name in candidates}, []
    before = seconds(torch_call, repeat["control"])
    for _ in range(rounds):
        for name in random.sample(list(candidates), len(candidates)):
            this = seconds(candidates[name], repeat[name])
            after = seconds(torch_call, repeat["control"])
            ratios[name].append(2 * this / (before + after))
            reference.append(after)
            before = after
    median = {name: float(np.median(values)) for name, values in ratios.items()}
    quiet = float(np.median(reference) / min(reference))
    return {
        "ratio": median["numpy"],
        "quartiles": [float(q) for q in np.percentile(ratios["numpy"], [25, 75])],
        "ratio_to_best_layout": median["numpy"] / min(1.0, median["channels_last"]),
        "control": median["control"],
        "torch_ms": 1000 * float(np.median(reference)),
        "torch_median_over_minimum": quiet,
        "void": abs(median["control"] - 1) > 0.05 or quiet > 1.5,
        "rounds": rounds,
    }


def extra_mebibytes(call):
    """Peak memory of a call beyond what it returns."""
    tracemalloc.start()
    result = call()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    returned = sum(array.nbytes for array in (result if isinstance(result, tuple) else [result]) if array is not None)
    return (peak - returned) / 2**20


def table(rows):
    lines = [
        "| operation | way | x PyTorch | quartiles | x its best layout | goal | shown "
        "| PyTorch ms | control | extra MiB |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        goal, shown = (f"{value:g}" if value else "-" for value in (row["must"], row["shown"]))
        note = " (void)" if row["void"] else ""
        low, high = row["quartiles"]
        lines.append(
            f"| {row['name']} | {row['way']} | {row['ratio']:.2f}{note} | {low:.2f}-{high:.2f} "
            f"| {row['ratio_to_best_layout']:.2f} | {goal} | {shown} | {row['torch_ms']:.2f} | {row['control']:.2f} "
            f"| {row['extra_mib']:.1f} |"
        )
    return "\n".join(lines)


def processor():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="rows whose name holds this word; results are not written then")
    parser.add_argument("--way", choices=["forward", "backward"], help="one of the two; results are not written then")
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    for case in CASES + (MORE if arguments.only else []):
        if arguments.only.lower() not in case.name.lower():
            continue
        for at, (way, calls) in enumerate(directions(case).items()):
            if arguments.way not in (None, way):
                continue
            for _ in range(1 + RERUNS):
                row = measure(*calls, arguments.rounds)
                if not row["void"]:
                    break
            goals = {"must": case.must[at], "shown": case.shown[at]}
            rows.append({"name": case.name, "way": way, **row, **goals, "extra_mib": extra_mebibytes(calls[0])})
            print(table(rows).splitlines()[-1], flush=True)
    if arguments.only or arguments.way:
        return
    versions = {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__}
    machine = {"processor": processor(), "threads": 1, **versions}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1) + "\n")
    print(f"\n{table(rows)}\n\nwritten to {RESULTS}")


if __name__ == "__main__":
    main()
