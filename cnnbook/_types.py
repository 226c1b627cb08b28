"""Names for what signatures repeat. What an argument means stands in the docstring of its function."""

from os import PathLike
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Amount", "AnyPath", "ArrayLike", "Float", "Gradients", "Labels", "NDArray", "Pad", "Size", "Split"]

Float = TypeVar("Float", bound=np.floating)  # float32 in, float32 out; float64 likewise
Gradients = tuple[NDArray[Float], NDArray[Float], NDArray[Float] | None]  # of x, weight and bias
Labels = NDArray[np.integer]
Size = int | tuple[int, ...]  # for all axes, or one an axis
Pad = int | tuple[int | tuple[int, int], ...]  # likewise, or (before, after): see cnnbook.arithmetic.Padding
Split = Literal["train", "test"]
Amount = Literal["smoke", "laptop", "full"]  # the scale of a lab
AnyPath = str | PathLike[str]
