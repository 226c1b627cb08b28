"""Layers made of layers: one after the other, or beside a shortcut."""


class _Container:
    """What a layer made of named layers has to offer: their parameters and gradients under one roof."""

    def __init__(self, layers):
        self.layers = layers

    @property
    def parameters(self):
        """All parameters as ``{"layer.parameter": array}``: the arrays themselves, so that a change to one counts."""
        return self._collect("parameters")

    @property
    def gradients(self):
        """All gradients under the same names, after a backward pass."""
        return self._collect("gradients")

    def _collect(self, kind):
        return {
            f"{layer_name}.{name}": array
            for layer_name, layer in self.layers.items()
            for name, array in getattr(layer, kind).items()
        }


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
    """

    def __init__(self, *layers, **named):
        super().__init__({str(number): layer for number, layer in enumerate(layers)} | named)

    def forward(self, x, *, training):
        for layer in self.layers.values():
            x = layer.forward(x, training=training)
        return x

    def backward(self, grad_output):
        for layer in reversed(self.layers.values()):
            grad_output = layer.backward(grad_output)
        return grad_output


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

    def __init__(self, body, shortcut=None):
        super().__init__({"body": body} if shortcut is None else {"body": body, "shortcut": shortcut})

    def forward(self, x, *, training):
        branches = [layer.forward(x, training=training) for layer in self.layers.values()]
        added, taken = branches[0], branches[1] if len(branches) == 2 else x
        if added.shape != taken.shape:  # they could broadcast, and that would be a wrong sum without an error
            raise ValueError(
                f"body gives {added.shape}, but shortcut {taken.shape}: use a shortcut that changes x in the same way"
            )
        return added + taken

    def backward(self, grad_output):
        # A sum hands its gradient to both summands, and x, which went both ways, gets both gradients.
        grads = [layer.backward(grad_output) for layer in self.layers.values()]
        return grads[0] + (grads[1] if len(grads) == 2 else grad_output)
