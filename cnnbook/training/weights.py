"""Trained weights kept with a record: two bytes a number, so that a small network takes little room."""

import numpy as np
import torch

from .checkpoint import replacing


def save_weights(network, path):
    """Write the weights of a network, rounded to float16, as an ``.npz`` file; return its path."""
    weights = {name: tensor.cpu().numpy() for name, tensor in network.state_dict().items()}
    half = {name: array.astype(np.float16) if array.dtype == np.float32 else array for name, array in weights.items()}
    with replacing(path) as file:
        np.savez_compressed(file, **half)
    return path


def load_weights(network, path):
    """Put weights from a file into a network of the same shape, and return it in evaluation mode.

    Raises
    ------
    RuntimeError
        Where names or shapes differ from the network's.
    """
    with np.load(path, allow_pickle=False) as stored:
        network.load_state_dict({name: torch.from_numpy(stored[name]) for name in stored.files})
    return network.eval()
