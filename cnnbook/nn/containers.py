"""Layers made of layers: one after the other, or beside a shortcut."""

from __future__ import annotations

from typing import Any

from .._types import NDArray
from .layers import Layer, a_layer, named


class _Container(Layer):
    """What a layer made of named layers has to offer: their parameters and gradients under one roof.

    One layer may stand in several places. Its parameters are listed once, under the name of the first; its memory is
    kept for each place, and `memory` here is a dict of all that the layers have kept.
    """

    def __init__(self, layers):
        for name, layer in layers.items():
            a_layer(f"layer {name}", layer)
            if "." in name:
                raise ValueError(
                    f"layer {name!r} has a dot in its name, which stands between a layer and its parameter"
                )
        self.layers = layers
        self.memory, self.went_back = None, False

    @property
    def parameters(self) -> dict[str, NDArray[Any]]:
        """All parameters as ``{"layer.parameter": array}``: the arrays themselves, so that a change to one counts."""
        found = {}
        for place, layer in self._leaves():
            for name, array in layer.parameters.items():
                found.setdefault(id(array), (f"{place}.{name}", array))
        return dict(found.values())

    @property
    def gradients(self) -> dict[str, NDArray[Any]]:
        """All gradients under the same names, after a backward pass; the sum, where layers share a parameter."""
        names = {id(array): name for name, array in self.parameters.items()}
        found = {}
        for layer in {id(layer): layer for _, layer in self._leaves()}.values():
            for name, grad in layer.gradients.items():
                shared = names[id(layer.parameters[name])]
                found[shared] = found[shared] + grad if shared in found else grad
        return found

    def _leaves(self):
        """Yield (place, layer), such as ("1.body.0", layer), for all layers that are not made of layers."""
        for name, layer in self.layers.items():
            if isinstance(layer, _Container):
                yield from ((f"{name}.{place}", leaf) for place, leaf in layer._leaves())
            else:
                yield name, layer

    def _layer_forward(self, name, x, training, memory):
        layer = self.layers[name]
        with self._layer_named(name):
            output = layer.forward(x, training=training)
        memory[name] = layer.memory  # at once: if this layer comes again, it will forget
        return output

    def _layer_backward(self, name, grad_output, memory):
        layer = self.layers[name]
        layer.memory = memory[name]
        with self._layer_named(name):
            return layer.backward(grad_output)

    def _layer_named(self, name):
        return named(f"{name}." if isinstance(self.layers[name], _Container) else f"{name} ")

    def _named(self):
        return named("")


class Sequential(_Container):
    """One layer after the other, named by number from 0, or by keyword: ``Sequential(C1=Conv2d(...), S2=...)``.

    Examples
    --------
    >>> import numpy as np
    >>> from cnnbook.nn import Linear, ReLU
    >>> rng = np.random.default_rng(0)
    >>> network = Sequential(Linear(3, 2, rng=rng), ReLU(), Linear(2, 1, rng=rng))
    >>> list(network.parameters)
    ['0.weight', '0.bias', '2.weight', '2.bias']

    A layer that stands in two places has one weight, whose gradient is the sum over both:

    >>> twice = Linear(2, 2, rng=rng)
    >>> list(Sequential(twice, ReLU(), twice).parameters)
    ['0.weight', '0.bias']
    """

    def __init__(self, *layers: Layer, **named: Layer) -> None:
        numbered = {str(number): layer for number, layer in enumerate(layers)}
        if both := numbered.keys() & named:
            raise ValueError(f"layer {min(both)!r} is there twice, by number and by name: use another name")
        super().__init__(numbered | named)

    def _forward(self, x, training):
        memory = {}
        for name in self.layers:
            x = self._layer_forward(name, x, training, memory)
        return x, memory

    def _backward(self, grad_output, memory):
        for name in reversed(self.layers):
            grad_output = self._layer_backward(name, grad_output, memory)
        return (grad_output,)


class Residual(_Container):
    """``body(x) + shortcut(x)``: the body has only to learn what should be different from x.

    Parameters
    ----------
    body : layer
    shortcut : layer, optional
        Needed where the body changes the shape. Without it x itself is added.

    References
    ----------
    He et al., "Deep residual learning for image recognition", CVPR 2016.

    Examples
    --------
    >>> import numpy as np
    >>> from cnnbook.nn import ReLU
    >>> Residual(ReLU()).forward(np.array([[-1.0, 2.0]]), training=False)
    array([[-1.,  4.]])
    """

    def __init__(self, body: Layer, shortcut: Layer | None = None) -> None:
        super().__init__({"body": body} if shortcut is None else {"body": body, "shortcut": shortcut})

    def _forward(self, x, training):
        memory = {}
        branches = [self._layer_forward(name, x, training, memory) for name in self.layers]
        added, taken = branches[0], branches[1] if len(branches) == 2 else x
        if added.shape != taken.shape:  # they could broadcast, and that would be a wrong sum without an error
            raise ValueError(
                f"body gives {added.shape}, but shortcut {taken.shape}: use a shortcut that changes x in the same way"
            )
        return added + taken, memory

    def _backward(self, grad_output, memory):
        # A sum hands its gradient to both summands, and x, which went both ways, gets both gradients. Back in reverse
        # order of forward, though the order matters to nothing but rounding.
        grads = [self._layer_backward(name, grad_output, memory) for name in self.layers]
        return (grads[0] + (grads[1] if len(grads) == 2 else grad_output),)
