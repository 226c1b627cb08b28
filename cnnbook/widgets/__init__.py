"""Explorers: figures that answer back. Each is an anywidget, ``<stem>.py`` beside the ``<stem>.js`` that draws it.

They are loaded when they are first used, so that the book can be built from ``cnnbook.widgets._bundle`` alone, where
anywidget is not installed.
"""

from importlib import import_module

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


def __getattr__(name):
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}: it has {', '.join(_HOMES)}")


def __dir__():
    return [*globals(), *_HOMES]
