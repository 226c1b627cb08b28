"""The architectures of the book in PyTorch, each as its paper has it.

One function a network. Each file holds one family: the paper's table, then its blocks, then the network. PyTorch is
loaded when the first network is asked for, not before.

>>> "resnet18" in list_models()
True
"""

from __future__ import annotations

import difflib
import inspect
import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what __getattr__ finds
    from torch import nn  # noqa: I001

    from .alexnet import alexnet
    from .cifar_resnet import (
        cifar_plain20, cifar_plain32, cifar_plain44, cifar_plain56, cifar_plain110, cifar_resnet20, cifar_resnet32,
        cifar_resnet44, cifar_resnet56, cifar_resnet110,
    )  # fmt: skip
    from .googlenet import googlenet
    from .inception_resnet import inception_resnet_v1, inception_resnet_v2
    from .inception_v2 import inception_v2
    from .inception_v3 import inception_v3
    from .inception_v4 import inception_v4
    from .lenet import lenet5
    from .mobilenet import mobilenet_v1, mobilenet_v2
    from .nin import nin, nin_cifar
    from .resnet import plain18, plain34, resnet10, resnet101, resnet152, resnet18, resnet34, resnet50
    from .vgg import vgg11, vgg13, vgg16, vgg19
    from .xception import xception

# Which file builds which networks, in the order of the book.
_FILES = {
    "lenet": "lenet5",
    "alexnet": "alexnet",
    "vgg": "vgg11 vgg13 vgg16 vgg19",
    "nin": "nin nin_cifar",
    "googlenet": "googlenet",
    "inception_v2": "inception_v2",
    "inception_v3": "inception_v3",
    "inception_v4": "inception_v4",
    "inception_resnet": "inception_resnet_v1 inception_resnet_v2",
    "resnet": "resnet10 resnet18 resnet34 resnet50 resnet101 resnet152 plain18 plain34",
    "cifar_resnet": "cifar_resnet20 cifar_resnet32 cifar_resnet44 cifar_resnet56 cifar_resnet110 "
    "cifar_plain20 cifar_plain32 cifar_plain44 cifar_plain56 cifar_plain110",
    "xception": "xception",
    "mobilenet": "mobilenet_v1 mobilenet_v2",
}
_FILE_OF = {name: file for file, names in _FILES.items() for name in names.split()}

__all__ = [
    "alexnet", "build", "cifar_plain20", "cifar_plain32", "cifar_plain44", "cifar_plain56", "cifar_plain110",
    "cifar_resnet20", "cifar_resnet32", "cifar_resnet44", "cifar_resnet56", "cifar_resnet110", "googlenet",
    "inception_resnet_v1", "inception_resnet_v2", "inception_v2", "inception_v3", "inception_v4", "lenet5",
    "list_models", "mobilenet_v1", "mobilenet_v2", "nin", "nin_cifar", "plain18", "plain34", "resnet10", "resnet18",
    "resnet34", "resnet50", "resnet101", "resnet152", "vgg11", "vgg13", "vgg16", "vgg19", "xception",
]  # fmt: skip


def list_models() -> list[str]:
    """Names of all networks, in the order of the book.

    >>> list_models()[:3]
    ['lenet5', 'alexnet', 'vgg11']
    """
    return list(_FILE_OF)


def build(name: str, **options: Any) -> nn.Module:
    """Make the network called `name`.

    Parameters
    ----------
    name : str
        One of :func:`list_models`.
    **options
        What the network's own function takes; `num_classes` and `in_channels` work for every network.

    Returns
    -------
    torch.nn.Module

    Raises
    ------
    ValueError
        For a name that is not in the list.
    TypeError
        For an option that this network does not have.

    Examples
    --------
    >>> build("resnet81")
    Traceback (most recent call last):
    ValueError: there is no network 'resnet81': did you mean 'resnet18'? list_models() names all ...
    """
    if not isinstance(name, str) or name not in _FILE_OF:
        near = difflib.get_close_matches(str(name), _FILE_OF, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ValueError(f"there is no network {name!r}: {hint}list_models() names all {len(_FILE_OF)}")
    factory = __getattr__(name)
    takes = list(inspect.signature(factory).parameters)
    for option in options:
        if option not in takes:
            raise TypeError(f"{name} has no option {option!r}: it takes {', '.join(takes)}")
    return factory(**options)


if not TYPE_CHECKING:

    def __getattr__(name):
        if name not in _FILE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}: list_models() names the networks")
        return getattr(import_module(f"{__name__}.{_FILE_OF[name]}"), name)


class _Package(ModuleType):
    """`models.alexnet` is the network, also after Python has imported the file of the same name and put it there."""

    def __setattr__(self, name, value):
        if isinstance(value, ModuleType) and name in _FILE_OF:
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
