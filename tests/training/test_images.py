import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from cnnbook.datasets import Images
from cnnbook.training import Config, Standardise, choose_device, random_shift
from cnnbook.training import images as images_module
from cnnbook.training.images import augment, cut_out, send

PLAIN = {"epochs": 1, "batch_size": 1, "learning_rate": 1.0}


def data(images):
    return Images(images, np.zeros(len(images), np.int64), ("only",))


def test_standardise_by_hand():
    images = np.array([[[[0, 10]], [[7, 9]]]], np.uint8)  # N=1, C=2, H=1, W=2: mean 5 and 8, deviation 5 and 1
    x = Standardise(data(images), pad=1)(torch.from_numpy(images))
    assert x[0, 0].tolist() == [[-1, -1, -1, -1], [-1, -1, 1, -1], [-1, -1, -1, -1]]
    assert x[0, 1, 1].tolist() == [-8, -1, 1, -8]


def test_standardise_uses_what_it_was_made_from():
    layer = Standardise(data(np.array([[[[0, 10]]]], np.uint8)))
    assert layer(torch.tensor([[[[20]]]], dtype=torch.uint8)).item() == 3
    assert set(layer.state_dict()) == {"mean", "std"}


def test_a_constant_channel_is_refused():
    with pytest.raises(ValueError, match="a channel has the same value in every pixel"):
        Standardise(data(np.full((2, 1, 3, 3), 7, np.uint8)))


def test_random_shift_moves_each_image_as_a_whole():
    N, H, W = 200, 5, 7
    images = torch.zeros(N, 2, H, W, dtype=torch.uint8)
    images[:, :, 2, 3] = torch.arange(1, N + 1).clamp(max=255)[:, None].to(torch.uint8)
    moved = random_shift(images, 2, torch.Generator().manual_seed(0))
    assert moved.shape == images.shape
    assert torch.equal(moved.amax((2, 3)), images.amax((2, 3)))  # each keeps its own pixel, in both channels
    assert torch.equal(moved[:, 0], moved[:, 1])
    places = {tuple(place) for place in moved[:, 0].nonzero()[:, 1:].tolist()}
    assert places == {(row, column) for row in range(5) for column in range(1, 6)}


def test_what_comes_in_from_outside_is_zero():
    moved = random_shift(torch.ones(50, 1, 3, 4, dtype=torch.uint8), 1, torch.Generator().manual_seed(0))
    assert set(moved.sum((1, 2, 3)).tolist()) == {12, 9, 8, 6}  # nothing, a column, a row, or both moved out


def test_augment_does_what_the_config_says():
    images = torch.arange(2 * 3 * 4, dtype=torch.uint8).reshape(2, 1, 3, 4).repeat(20, 1, 1, 1)
    generator = torch.Generator().manual_seed(0)
    assert augment(images, Config(**PLAIN), generator) is images
    flipped = augment(images, Config(**PLAIN, flip=True), generator)
    mirrored = [torch.equal(new, old.flip(2)) for new, old in zip(flipped, images, strict=True)]
    kept = [torch.equal(new, old) for new, old in zip(flipped, images, strict=True)]
    assert all(one != other for one, other in zip(mirrored, kept, strict=True))
    assert 10 <= sum(mirrored) <= 30
    assert not torch.equal(augment(images, Config(**PLAIN, shift=1), generator), images)
    assert not torch.equal(augment(images, Config(**PLAIN, cutout=1), generator), images)


def test_cut_out_blackens_one_square_anywhere_in_every_channel():
    N, H, W = 300, 5, 7
    images = torch.full((N, 2, H, W), 9, dtype=torch.uint8)
    cut = cut_out(images, 3, torch.Generator().manual_seed(0))
    assert torch.equal(cut[:, 0], cut[:, 1])
    assert set(cut.unique().tolist()) == {0, 9}
    black = cut[:, 0] == 0
    rows, columns = black.any(2), black.any(1)
    assert torch.equal(black, rows[:, :, None] & columns[:, None, :])  # a rectangle
    assert set(rows.sum(1).tolist()) == set(columns.sum(1).tolist()) == {2, 3}  # 2 at the edge
    assert black.any(0).all()  # anywhere
    assert images.min() == 9


def test_an_even_square_has_its_size():
    cut = cut_out(torch.ones(50, 1, 20, 20), 4, torch.Generator().manual_seed(0)) == 0
    assert cut.sum((1, 2, 3)).max() == 16


class Copies(TorchDispatchMode):
    """Counts what is copied from one device to another."""

    count = 0

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        result = operation(*args, **(kwargs or {}))
        tensors = [value for value in args if isinstance(value, torch.Tensor)]
        if isinstance(result, torch.Tensor) and any(tensor.device != result.device for tensor in tensors):
            self.count += 1
        return result


def test_augmentation_reads_nothing_back_and_sends_without_waiting(monkeypatch):
    """On the device without values: what had to read one would fail. All that goes there is sent."""
    sent = []
    monkeypatch.setattr(images_module, "send", lambda tensor, device: sent.append(tensor) or send(tensor, device))
    batch = torch.zeros(8, 3, 5, 7, dtype=torch.uint8, device="meta")
    with Copies() as copies:
        moved = augment(batch, Config(**PLAIN, shift=1, flip=True, cutout=3), torch.Generator().manual_seed(0))
    assert (moved.shape, moved.dtype, moved.device.type) == (batch.shape, torch.uint8, "meta")
    assert copies.count == len(sent) == 5  # rows and columns of the shift, mirrors, rows and columns of the square
    assert {tensor.device.type for tensor in sent} == {"cpu"}


def test_a_gpu_fetches_by_itself():
    told = []

    class Small:
        def pin_memory(self):
            told.append("pinned")
            return self

        def to(self, device, *, non_blocking=False):
            told.append((device.type, non_blocking))

    send(Small(), torch.device("cuda"))
    send(Small(), torch.device("cpu"))
    assert told == ["pinned", ("cuda", True), ("cpu", False)]


def test_choose_device(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert choose_device().type == choose_device("cpu").type == "cpu"
    with pytest.raises(ValueError, match="device 'cuda' is not on this machine: use one of cpu, or auto"):
        choose_device("cuda")
    with pytest.raises(ValueError, match="device 'gpu' is not on this machine"):
        choose_device("gpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device().type == "cuda"
    assert str(choose_device("cuda:1")) == "cuda:1"
