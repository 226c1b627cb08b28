"""A training that was interrupted goes on where it was: all that the next epoch depends on, in one file."""

import os
import pickle
from contextlib import contextmanager
from pathlib import Path

import torch

from .devices import from_first


@contextmanager
def replacing(path):
    """Open a file for bytes that takes the place of `path` when it is whole, so that a kill leaves the old one."""
    part = Path(f"{path}.part")
    with open(part, "wb") as file:
        yield file
    os.replace(part, path)


def save_checkpoint(path, made_of, network, optimizer, generator, history):
    """Write weights, momentum, random numbers and history; `made_of` says what all of it was made of."""
    state = {
        "made_of": made_of,
        "network": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "order": generator.get_state(),  # of the images, and what moves them
        "random": torch.get_rng_state(),  # for dropout
        "random_cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "history": [tuple(epoch) for epoch in history],
    }
    with replacing(path) as file:
        torch.save(state, file)


def load_checkpoint(path, made_of, network, optimizer, generator):
    """Put network, optimizer and random numbers where they were; return the epochs done, none where there is no file.

    Raises
    ------
    ValueError
        Where the file is damaged, or was not made of the same config and images.
    """
    state = from_first(lambda: _read(path, made_of))  # the other processes may be on machines without the file
    if not state:
        return []
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    generator.set_state(state["order"])
    torch.set_rng_state(state["random"])
    if state["random_cuda"] and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["random_cuda"])
    return state["history"]


def _read(path, made_of):
    """What `save_checkpoint` wrote, None where there is no file."""
    if not Path(path).is_file():
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        differ = [name for name in made_of if state["made_of"][name] != made_of[name]]
    except (OSError, EOFError, KeyError, TypeError, RuntimeError, pickle.UnpicklingError) as error:
        raise ValueError(f"{path} is no checkpoint ({type(error).__name__}): delete it, or name another file") from None
    if differ:
        raise ValueError(f"{path} is of another training (other {', '.join(differ)}): delete it, or name another file")
    return state
