"""Explorers: figures that answer back. Each is an anywidget, ``<stem>.py`` beside the ``<stem>.js`` that draws it.

They are loaded when they are first used, so that the book can be built from ``cnnbook.widgets._bundle`` alone, where
anywidget is not installed.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what __getattr__ finds
    from .activations import ActivationExplorer
    from .architecture import ArchitectureExplorer
    from .arithmetic import ArithmeticExplorer
    from .batch_norm import BatchNormExplorer
    from .channels import ChannelsExplorer
    from .convolution import ConvolutionStepper
    from .deformable import DeformableSampler
    from .dilated import DilatedExplorer
    from .im2col import Im2colExplorer
    from .lenet import LeNetExplorer
    from .networks import NetworksExplorer
    from .pooling import PoolingExplorer
    from .receptive_field import ReceptiveFieldExplorer
    from .residual import ResidualExplorer
    from .transposed import TransposedStepper

_HOMES = {
    "ActivationExplorer": "activations",
    "ArchitectureExplorer": "architecture",
    "ArithmeticExplorer": "arithmetic",
    "BatchNormExplorer": "batch_norm",
    "ChannelsExplorer": "channels",
    "ConvolutionStepper": "convolution",
    "DeformableSampler": "deformable",
    "DilatedExplorer": "dilated",
    "Im2colExplorer": "im2col",
    "LeNetExplorer": "lenet",
    "NetworksExplorer": "networks",
    "PoolingExplorer": "pooling",
    "ReceptiveFieldExplorer": "receptive_field",
    "ResidualExplorer": "residual",
    "TransposedStepper": "transposed",
}

__all__ = [
    "ActivationExplorer",
    "ArchitectureExplorer",
    "ArithmeticExplorer",
    "BatchNormExplorer",
    "ChannelsExplorer",
    "ConvolutionStepper",
    "DeformableSampler",
    "DilatedExplorer",
    "Im2colExplorer",
    "LeNetExplorer",
    "NetworksExplorer",
    "PoolingExplorer",
    "ReceptiveFieldExplorer",
    "ResidualExplorer",
    "TransposedStepper",
]


if not TYPE_CHECKING:

    def __getattr__(name):
        if name in _HOMES:
            return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}: it has {', '.join(_HOMES)}")


def __dir__():
    return [*globals(), *_HOMES]
