"""A run in evaluation mode that leaves no trace in the model, nor in what it draws random numbers from."""

import random
from contextlib import contextmanager
from itertools import chain

import numpy as np
import torch


@contextmanager
def left_as_it_was(model):
    """Evaluation mode; at the end flags, buffers and random generators are what they were, whatever happened."""
    training = {module: module.training for module in model.modules()}
    buffers = [
        (module, name, buffer, None if _fixed(buffer) else buffer.clone())
        for module in training
        for name, buffer in module._buffers.items()
    ]
    on_gpus = {x.device.index for x in chain(model.parameters(), model.buffers()) if x.device.type == "cuda"}
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 (the model may still use it)
    try:
        with torch.random.fork_rng(devices=sorted(on_gpus)):
            model.eval()
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        for module, flag in training.items():
            module.training = flag
        for module, name, buffer, before in buffers:
            module._buffers[name] = buffer
            if before is not None and not torch.equal(buffer, before):
                buffer.data.copy_(before)


def _fixed(buffer):
    """Whether a buffer cannot change: there is none, it has no numbers, or it was made in inference mode."""
    return buffer is None or buffer.is_meta or buffer.is_inference()
