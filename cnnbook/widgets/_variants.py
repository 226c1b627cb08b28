"""Networks that the architecture explorer shows: those of the chapters by name, or a reader's own."""

from collections.abc import Mapping
from functools import lru_cache, partial

from ..networks import published_input
from ._explorer import SettingError
from ._network import describe

# What a chapter compares. The table of words has names for the variants; the others are called as in cnnbook.models.
VARIANTS = {
    "lenet": {"as_taught": ("lenet5", {}), "as_published": ("lenet5", {"original": True})},
    "alexnet": {"two_groups": ("alexnet", {"groups": 2}), "one_tower": ("alexnet", {})},
    "vgg": {name: (name, {}) for name in ("vgg16", "vgg11", "vgg13", "vgg19")},
    "googlenet": {"with_1x1": ("googlenet", {}), "without_1x1": None},
    "inception": {
        name: (name, {})
        for name in ("inception_v2", "inception_v3", "inception_v4", "inception_resnet_v1", "inception_resnet_v2")
    },
    "resnet": {
        name: (name, {})
        for name in ("resnet34", "plain34", "resnet18", "plain18", "resnet50", "resnet101", "resnet152")
    },
    "xception_mobilenet": {
        "mobilenet_v1": ("mobilenet_v1", {}),
        "half_width": ("mobilenet_v1", {"width": 0.5}),
        "small_image": ("mobilenet_v1", {}, 160),
        "mobilenet_v2": ("mobilenet_v2", {}),
        "xception": ("xception", {}),
    },
}  # fmt: skip
_WITHOUT_HEADS = {"aux_logits": False}  # those that run in training only


def networks_of(networks, input_shape):
    """What the browser gets of each network, by the name that the reader chooses.

    Parameters
    ----------
    networks : str, sequence of str or dict
    input_shape : tuple of int
        As in :class:`cnnbook.widgets.architecture.ArchitectureExplorer`.

    Returns
    -------
    dict of str to dict
        See :func:`cnnbook.widgets._network.describe`.

    Examples
    --------
    >>> {name: network["totals"][0] for name, network in networks_of("lenet", None).items()}
    {'as_taught': 61706, 'as_published': 60850}
    """
    if isinstance(networks, str):
        return {name: _of_the_book(networks, name) for name in VARIANTS.get(networks, (networks,))}
    if isinstance(networks, list | tuple) and networks:
        return {name: _of_the_book(name, name) for name in networks}
    if not isinstance(networks, Mapping) or not networks:
        names = ", ".join(VARIANTS)
        raise TypeError(f"networks must be a name or a dict of networks, got {networks!r}: use one of {names}")
    pairs = {name: given if isinstance(given, tuple) else (given, input_shape) for name, given in networks.items()}
    return {str(name): _described(*pair) for name, pair in pairs.items()}


def _described(network, input_shape):
    import torch

    if not isinstance(network, torch.nn.Module):
        with torch.device("meta"):  # shapes and no numbers
            network = network()
    return describe(network, input_shape)


@lru_cache  # several explorers of a chapter show the same
def _of_the_book(chapter, name):
    from ..models import build, list_models

    if chapter not in VARIANTS and chapter not in list_models():
        names = ", ".join(VARIANTS)
        raise SettingError(f"networks {chapter!r} is unknown: use one of {names}, or a name of list_models()")
    if name == "without_1x1":
        return _described(_without_1x1, (3, 224, 224))
    model, options, *side = VARIANTS.get(chapter, {}).get(name, (name, {}))
    options = _WITHOUT_HEADS if model in ("googlenet", "inception_v3") else options
    image = (3, *side, *side) if side else published_input(model)
    return _described(partial(build, model, **options), image)


def _without_1x1():
    """GoogLeNet of modules as in figure 2a of its paper: no 1x1 before a 3x3 or 5x5, nor after the pool."""
    from torch import nn

    from ..models._blocks import Branches, conv_relu
    from ..models.googlenet import TABLE_1, googlenet, module

    network, c_in = googlenet(aux_logits=False), 192
    for row in TABLE_1:
        table = {name: layers[:1] if name == "pool" else layers[-1:] for name, layers in module(row).items()}
        branches = Branches(c_in, table, conv_relu)
        setattr(network.features, row.name, branches)
        c_in = branches.c_out
    network.classifier.fc = nn.Linear(c_in, network.num_classes)
    return network
