"""Where a run took place: the commit of the book, the machine, and the versions of what computed."""

import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch

from cnnbook import __version__

from .devices import processes

PACKAGE = Path(__file__).resolve().parents[1]


def commit():
    """The commit of the book's own checkout, ``unknown`` where the package is not in one.

    With ``-changed`` where a file of it differs, wherever in the checkout, or one is new in the package.
    """

    def git(*arguments):
        return subprocess.run(
            ["git", *arguments], cwd=PACKAGE.parent, capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        # An environment inside another project's checkout has that project's commit, which says nothing.
        if Path(git("rev-parse", "--show-toplevel")).resolve() != PACKAGE.parent or not git("ls-files", PACKAGE.name):
            return "unknown"
        changed = git("status", "--porcelain", "--untracked-files=no") or git("status", "--porcelain", PACKAGE.name)
        return git("rev-parse", "HEAD") + "-changed" * bool(changed)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def environment(device):
    """Device, CPU, processes, threads of each and versions of this run."""
    on_gpu = device.type == "cuda"
    return {
        "device": torch.cuda.get_device_name(device) if on_gpu else f"{device.type} ({cpu()})",
        "cpu": cpu(),
        "processes": processes(),
        "threads": torch.get_num_threads(),
        "system": platform.system(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "cnnbook": __version__,
        "cuda": torch.version.cuda if on_gpu else None,
        "cudnn": torch.backends.cudnn.version() if on_gpu else None,
    }


def cpu():
    """What the system calls the processor, such as ``Intel(R) Xeon(R) CPU @ 2.20GHz``."""
    try:
        if sys.platform == "darwin":
            command = ["sysctl", "-n", "machdep.cpu.brand_string"]
            return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, subprocess.CalledProcessError, StopIteration):
        return platform.processor() or platform.machine()


def peak_memory(device):
    """Largest memory in MiB: that PyTorch held on the GPU since `forget_peak`, or that this process ever had."""
    if device.type == "cuda":
        return round(torch.cuda.max_memory_allocated(device) / 2**20)
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return None
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10))


def forget_peak(device):
    """Begin to look for the largest memory anew, on a GPU."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
