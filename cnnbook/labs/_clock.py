"""The clock of the labs that ask what a layer costs."""

from time import perf_counter, process_time

import torch


def clock(device):
    """Seconds: two calls with work between them tell what the work took.

    On a CPU this is the time of this program's threads: while other programs have their turn, it stands still. On a GPU
    it is the time on the wall, once all that was asked for is done.

    >>> start = clock(torch.device("cpu"))
    >>> clock(torch.device("cpu")) >= start
    True
    """
    if device.type == "cpu":
        return process_time()
    getattr(torch, device.type).synchronize()
    return perf_counter()
