"""LeNet-5 in NumPy, as it is taught."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from .._validate import integer
from .containers import Sequential
from .initialise import glorot_uniform
from .layers import AvgPool2d, Conv2d, Flatten, Linear, Tanh


def lenet5(
    *, rng: np.random.Generator, num_classes: int = 10, in_channels: int = 1, dtype: DTypeLike = np.float32
) -> Sequential:
    """LeNet-5 for images of 32x32 pixels: 61,706 parameters.

    As it is taught today: full connections from S2 to C3, average pooling without parameters, plain tanh, and a fully
    connected output. The names are those of :func:`cnnbook.models.lenet5`, so parameters can be copied from one to the
    other.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the first weights: Glorot's, as the layers end in a tanh.
    num_classes, in_channels : int
    dtype : numpy.float32 or numpy.float64

    Returns
    -------
    Sequential
        From (N, in_channels, 32, 32) to logits (N, num_classes).

    References
    ----------
    LeCun et al., "Gradient-based learning applied to document recognition", Proceedings of the IEEE, 1998, figure 2.

    Examples
    --------
    >>> network = lenet5(rng=np.random.default_rng(0))
    >>> network.forward(np.zeros((2, 1, 32, 32), np.float32), training=False).shape
    (2, 10)
    >>> sum(array.size for array in network.parameters.values())
    61706
    """
    in_channels, num_classes = integer("in_channels", in_channels, 1), integer("num_classes", num_classes, 1)
    make = {"rng": rng, "initialise": glorot_uniform, "dtype": dtype}
    return Sequential(
        # layer                                        output         parameters
        C1=Conv2d(in_channels, 6, 5, **make),          #  6x28x28            156
        C1_squash=Tanh(),
        S2=AvgPool2d(kernel=2),                        #  6x14x14
        C3=Conv2d(6, 16, 5, **make),                   # 16x10x10          2,416
        C3_squash=Tanh(),
        S4=AvgPool2d(kernel=2),                        # 16x 5x 5
        C5=Conv2d(16, 120, 5, **make),                 # 120x1x1          48,120
        C5_squash=Tanh(),
        flatten=Flatten(),
        F6=Linear(120, 84, **make),                    # 84               10,164
        F6_squash=Tanh(),
        output=Linear(84, num_classes, **make),        # 10                  850
    )  # fmt: skip
