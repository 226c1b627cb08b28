"""What every data set becomes: images, labels and the names of the classes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._types import NDArray


@dataclass(frozen=True, eq=False, repr=False)
class Images:
    """Images with one label each.

    Attributes
    ----------
    images : ndarray of uint8, shape (N, C, H, W)
        Pixels from 0 to 255.
    labels : ndarray of int64, shape (N,)
        Index into `classes`, one an image.
    classes : tuple of str
        What each label means.

    Raises
    ------
    ValueError
        Where shapes, types or the range of the labels do not fit together.

    Examples
    --------
    >>> data = Images(np.zeros((2, 1, 5, 7), np.uint8), np.array([1, 0]), ("no", "yes"))
    >>> data
    Images(2 images of 1 x 5 x 7, classes: no yes)
    >>> len(data), data.classes[data.labels[0]]
    (2, 'yes')
    >>> images, labels, classes = data                      # or all three at once
    >>> data[data.labels == 0]                              # some of them: a slice, indices or a mask
    Images(1 images of 1 x 5 x 7, classes: no yes)
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]

    def __post_init__(self):
        images, labels = self.images, self.labels
        if images.dtype != np.uint8 or images.ndim != 4:
            raise ValueError(f"images are {images.dtype} of shape {images.shape}: use uint8 of shape (N, C, H, W)")
        if labels.dtype != np.int64 or labels.shape != images.shape[:1]:
            told = f"labels are {labels.dtype} of shape {labels.shape}"
            raise ValueError(f"{told}: use int64 of shape ({len(images)},), one an image")
        if len(labels) and not 0 <= labels.min() <= labels.max() < len(self.classes):
            told = f"labels run from {labels.min()} to {labels.max()}"
            raise ValueError(f"{told}: use 0 to {len(self.classes) - 1}, an index into {len(self.classes)} classes")

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, which: slice | NDArray[Any] | list[int]) -> Images:
        """Some of the images, with their labels."""
        if isinstance(which, int | np.integer):
            raise TypeError(f"index {which} is one image: use a slice, [{which}:{which + 1}], indices or a mask")
        return Images(self.images[which], self.labels[which], self.classes)

    def __iter__(self) -> Iterator[Any]:
        """Yield the three parts, so that they can be unpacked."""
        return iter((self.images, self.labels, self.classes))

    def __repr__(self):
        N, C, H, W = self.images.shape
        shown = " ".join(self.classes) if len(self.classes) <= 10 else f"{len(self.classes)} of them"
        return f"Images({N:,} images of {C} x {H} x {W}, classes: {shown})"

    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the pixels and labels: the same wherever and from whatever file they were read.

        >>> Images(np.zeros((2, 1, 5, 7), np.uint8), np.array([1, 0]), ("no", "yes")).sha256()[:12]
        'e35d98e81444'
        """
        digest = hashlib.sha256(repr(self.images.shape).encode())
        digest.update(np.ascontiguousarray(self.images))
        digest.update(self.labels.astype("<i8"))  # little-endian on every machine
        return digest.hexdigest()
