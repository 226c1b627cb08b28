"""The architecture explorer: networks as rows of volumes, and the shape, the cost and the reach of each layer."""

from collections.abc import Mapping, Sequence
from typing import Any

import traitlets

from ._explorer import Explorer, SettingError
from ._network import field_of, nodes, spec_of, total
from ._traits import OneOf
from ._variants import networks_of

QUANTITIES = ("parameters", "macs", "activation_bytes")


class Pair(traitlets.TraitType):
    """Two names, one for each network that is shown; "" stands for nothing."""

    def __init__(self):
        super().__init__(("", ""))
        self.tag(sync=True)

    def validate(self, obj, value):
        value = tuple(value) if isinstance(value, list | tuple) else value
        if not isinstance(value, tuple) or len(value) != 2 or not all(isinstance(name, str) for name in value):
            raise TypeError(f"{self.name} must be two names, got {value!r}: use a tuple, with '' for none")
        return value


class ArchitectureExplorer(Explorer):
    """Where are the parameters of a network, where its multiply-accumulates, and what does each layer see?

    A network is a row of volumes, each as high as the square root of its map's side and as wide as the square root of
    its channels. Below stand the shares of the whole. Pointing at a layer or a stage shows its numbers and the sums
    behind them; stages can be opened. All numbers are those of :func:`cnnbook.profile.profile`. In a live notebook the
    traits follow.

    Parameters
    ----------
    networks : str, sequence of str or dict
        The networks of a chapter ("lenet", "alexnet", "vgg", "googlenet", "inception", "resnet", "xception_mobilenet"),
        or one model by its name, such as "resnet50", or several, ``("vgg16", "resnet50")``; all without the heads that
        only train. Or a dict from the names that the reader chooses from to networks:
        each an ``nn.Module``, or a function that makes one (it is then made without numbers, which takes no memory), or
        a tuple of that and the shape of its input.
    input_shape : tuple of int
        (C, H, W) of the networks of a dict that do not bring their own.
    shown : str or tuple of str, optional
        The one or the two networks that are shown first. Default: the first two.
    quantity : str
        What the bars show: "parameters", "macs" or "activation_bytes".
    layers : str or tuple of str, optional
        The layer or stage that is chosen, by its path in the model without "features", "classifier" and "layers", such
        as "conv2_x.0"; "" is the whole network. Default: where most of each network's quantity is.
    opened : str
        The stage that is opened; "" shows the stages.
    goal : bool
        Show what there is to discover.
    language : str
        Language of the words on screen; left out, the one that is set.

    Raises
    ------
    TypeError, ValueError
        For anything but such settings, and for networks that cannot be counted or drawn.

    Examples
    --------
    >>> explorer = ArchitectureExplorer("alexnet", quantity="macs")
    >>> explorer
    ArchitectureExplorer(networks='alexnet', shown=('two_groups', 'one_tower'), quantity='macs', ...)
    >>> explorer.layers                                  # most multiply-accumulates
    ('conv2', 'conv2')
    >>> explorer.layers = ("fc6", "fc6")
    >>> print(explorer.summary().partition(". ")[0])
    AlexNet, two groups, fc6: output 4,096, 37,752,832 parameters, 37,748,736 MACs, 32,768 bytes of activations, ...
    """

    settings = ("networks", "shown", "quantity", "layers", "opened")

    data = traitlets.Dict().tag(sync=True)
    shown = Pair()
    quantity = OneOf("parameters", QUANTITIES)
    layers = Pair()
    opened = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self, networks: str | Sequence[str] | Mapping[str, Any] = "alexnet",
        *, input_shape: tuple[int, ...] = (3, 224, 224), shown: str | tuple[str, ...] | None = None,
        quantity: str = "parameters", layers: str | tuple[str, ...] | None = None, opened: str = "",
        goal: bool = True, language: str | None = None,
    ) -> None:  # fmt: skip
        data = networks_of(networks, input_shape)
        shown = (*data, "")[:2] if shown is None else (shown, "") if isinstance(shown, str) else shown
        self.networks = networks if isinstance(networks, str) else tuple(data)  # as `repr` shows them
        self._nodes = {name: nodes(network) for name, network in data.items()}
        super().__init__(data=data, shown=shown, quantity=quantity, opened=opened, goal=goal, language=language)
        layers = tuple(name and self._largest(name) for name in self.shown) if layers is None else layers
        self.layers = (layers, layers) if isinstance(layers, str) else layers

    def _largest(self, name):
        """Where most of the quantity is."""
        known, network = self._nodes[name], self.data[name]
        return max(self._opened(name).children, key=lambda key: total(network, known[key], self.quantity))

    @traitlets.validate("shown")
    def _is_known(self, proposal):
        first, second = proposal["value"]
        for name in (first, *([second] if second else [])):
            if name not in self.data:
                raise SettingError(f"shown {name!r} is no network here: use one of {', '.join(self.data)}")
        return proposal["value"]

    @traitlets.validate("layers", "opened")
    def _is_there(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        for key in value if name == "layers" else (value,):
            found = [known[key] for known in self._nodes.values() if key in known]
            if not found:
                near = ", ".join(self._nodes[self.shown[0]][""].children)
                raise SettingError(f"{name} {key!r} is in no network here: use a path that begins with one of {near}")
            if name == "opened" and not any(node.children for node in found):
                raise SettingError(f"opened {key!r} is a layer, which holds no others: use ''")
        return value

    def summary(self) -> str:
        word, told = self._words, []
        for name, key in zip(self.shown, self.layers, strict=True):
            if not name:
                continue
            network, node = self.data[name], self._chosen(name, key)
            numbers = {quantity: f"{total(network, node, quantity):,}" for quantity in QUANTITIES}
            if not node.key:
                numbers["parameters"] = f"{network['totals'][0]:,}"  # those that did not run too
            last, field = node.rows[-1], field_of(network, node.rows[-1])
            size = f"{field:,}" if isinstance(field, int) else field and " × ".join(f"{size:,}" for size in field)
            told.append(
                word["result"].format(
                    network=word.get(f"name_{name}", name), layer=node.key or word["whole"],
                    shape=" × ".join(f"{size:,}" for size in spec_of(network, last)[1]), **numbers,
                    field=word["no_field"] if field is None else word["field"].format(size=size),
                )
            )  # fmt: skip
        return " ".join(told)

    def _chosen(self, name, key):
        """The chosen part of a network; where it is not among the volumes, what these are parts of."""
        known = self._nodes[name]
        shown = self._opened(name)
        return known[key] if key in shown.children else shown

    def _opened(self, name):
        """The part whose children are seen: the opened one, or the nearest around it that this network has."""
        known, key = self._nodes[name], self.opened
        while key not in known or not known[key].children:
            key = key.rpartition(".")[0]
        return known[key]
