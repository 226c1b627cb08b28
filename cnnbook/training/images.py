"""From the bytes of a data set to what a network sees: on the device, padded, standardised, moved about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from ..datasets import Images


def choose_device(name: str = "auto") -> torch.device:
    """Return the named device, or the fastest one that this machine has."""
    has = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        name = next(device for device, is_there in has.items() if is_there)
    if not has.get(name.split(":")[0], False):
        there = ", ".join(device for device, is_there in has.items() if is_there)
        raise ValueError(f"device {name!r} is not on this machine: use one of {there}, or auto")
    return torch.device(name)


def has_bfloat16(device):
    """Whether the device computes in bfloat16: a GPU from 2020 on (older ones only imitate it), and every CPU."""
    return device.type == "cpu" or (device.type == "cuda" and torch.cuda.get_device_capability(device) >= (8, 0))


def to_device(data, device):
    """Return images (uint8) and labels as tensors on the device: a small data set fits there whole."""
    return torch.from_numpy(data.images).to(device), torch.from_numpy(data.labels).to(device)


def send(tensor, device):
    """Copy a small tensor to the device; a GPU fetches it when it comes to it, and the CPU does not wait for it."""
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)  # memory that the GPU reads by itself


class Standardise(nn.Module):
    """First layer of every network here: bytes in; padded floats of mean 0 and standard deviation 1 out.

    Mean and standard deviation are those of the training images, one of each a channel, and travel with the network's
    weights. The padding has the value that pixel 0 gets.

    Parameters
    ----------
    train : Images
        The training split.
    pad : int
        Pixels added on each side.

    Examples
    --------
    >>> from cnnbook.datasets import load
    >>> digits = load("digits", "train")
    >>> x = Standardise(digits, pad=2)(torch.from_numpy(digits.images))
    >>> x.shape, x.dtype, x[:, :, 2:-2, 2:-2].mean().abs().item() < 1e-6
    (torch.Size([1437, 1, 12, 12]), torch.float32, True)
    """

    def __init__(self, train: Images, *, pad: int = 0) -> None:
        super().__init__()
        mean, std = train.images.mean((0, 2, 3)), train.images.std((0, 2, 3))
        if not std.all():
            raise ValueError(f"a channel has the same value in every pixel (standard deviations {std}): leave it out")
        self.pad = pad
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32)[:, None, None])
        self.register_buffer("std", torch.tensor(std, dtype=torch.float32)[:, None, None])

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return (F.pad(images, (self.pad,) * 4).float() - self.mean) / self.std

    def extra_repr(self) -> str:
        return f"pad={self.pad}"


def augment(images, config, generator):
    """Move, mirror and blacken a batch at random, on its device, as the config says; zeros come in from outside.

    What is random is drawn on the CPU, so that it is the same whatever the device. Only these few numbers travel.
    """
    if config.shift:
        images = random_shift(images, config.shift, generator)
    if config.flip:
        mirror = send(torch.rand(len(images), generator=generator) < 0.5, images.device)
        images = torch.where(mirror[:, None, None, None], images.flip(3), images)
    if config.cutout:
        images = cut_out(images, config.cutout, generator)
    return images


def random_shift(images: torch.Tensor, pixels: int, generator: torch.Generator) -> torch.Tensor:
    """Move each image by up to so many pixels along both axes: a crop at random from the padded image."""
    N, C, H, W = images.shape
    padded = F.pad(images, (pixels,) * 4)
    top, left = torch.randint(2 * pixels + 1, (2, N, 1), generator=generator)
    rows = send(top + torch.arange(H), images.device)[:, None, :, None]  # (N, 1, H, 1)
    columns = send(left + torch.arange(W), images.device)[:, None, None, :]  # (N, 1, 1, W)
    n, c = torch.arange(N, device=images.device), torch.arange(C, device=images.device)
    return padded[n[:, None, None, None], c[:, None, None], rows, columns]  # (N, C, H, W)


def cut_out(images, pixels, generator):
    """Blacken a square in each image, anywhere; a part of it may lie outside. From https://arxiv.org/abs/1708.04552.

    >>> images = torch.ones(2, 1, 5, 7, dtype=torch.uint8)
    >>> cut_out(images, 3, torch.Generator().manual_seed(0))[0, 0]
    tensor([[1, 1, 1, 1, 1, 1, 1],
            [1, 1, 1, 1, 1, 1, 1],
            [1, 1, 1, 1, 1, 1, 1],
            [0, 0, 1, 1, 1, 1, 1],
            [0, 0, 1, 1, 1, 1, 1]], dtype=torch.uint8)
    """
    N, _, H, W = images.shape
    rows, columns = (send(_stretch(N, size, pixels, generator), images.device) for size in (H, W))  # (N, H), (N, W)
    return images.masked_fill(rows[:, None, :, None] & columns[:, None, None, :], 0)


def _stretch(N, size, pixels, generator):
    """For each image, which of `size` places lie in a stretch of so many pixels around a place drawn at random."""
    first = torch.randint(size, (N, 1), generator=generator) - pixels // 2
    places = torch.arange(size)
    return (places >= first) & (places < first + pixels)  # (N, size)
