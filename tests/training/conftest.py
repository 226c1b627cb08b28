import numpy as np
import pytest
import torch

from cnnbook.datasets import Images


@pytest.fixture(autouse=True)
def one_thread():
    """Small networks are faster on one thread, and give the same sums every time."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def bars():
    """Images whose left half (class 0) or right half (class 1) is bright: 60 to learn from, 20 to judge by."""

    def make(n, seed):
        rng = np.random.default_rng(seed)
        images, labels = rng.integers(0, 100, (n, 1, 5, 6), dtype=np.uint8), np.arange(n) % 2
        images[labels == 0, :, :, :3] += 100
        images[labels == 1, :, :, 3:] += 100
        return Images(images, labels.astype(np.int64), ("left", "right"))

    return make(60, 0), make(20, 1)
