"""Stochastic gradient descent with momentum and weight decay."""

import numpy as np

from .._validate import number, shape
from .layers import Layer, a_layer

_LARGE = 1e30  # an infinite rate would make every parameter infinite or NaN


class SGD:
    """Moves each parameter against its gradient, with a memory of the steps before.

    ``velocity = momentum * velocity + gradient + weight_decay * parameter``, then ``parameter -= lr * velocity``, as
    ``torch.optim.SGD``. The learning rate scales the velocity when it is used, so a new rate counts at once.

    Parameters
    ----------
    network : layer
        With `parameters` and `gradients`; the parameters are changed in place.
    lr : float
        Learning rate; may be set anew between steps: ``sgd.lr = 0.01``.
    momentum : float
        Share of the velocity that is kept, from 0 to 1.
    weight_decay : float
        Pulls each parameter towards zero, biases too.

    Raises
    ------
    TypeError, ValueError
        For options that are not numbers or out of range, and when stepping, for a gradient of another shape than its
        parameter.

    References
    ----------
    Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013, section 2, in the
    form in which the learning rate stands outside of the velocity.

    Examples
    --------
    >>> from cnnbook.nn import Linear
    >>> layer = Linear(1, 1, rng=np.random.default_rng(0), dtype=np.float64)
    >>> layer.parameters["weight"][:] = 1.0
    >>> sgd = SGD(layer, lr=0.5, momentum=0.5)
    >>> for _ in range(2):
    ...     layer.gradients = {"weight": np.array([[1.0]]), "bias": np.array([0.0])}
    ...     sgd.step()
    >>> layer.parameters["weight"]                           # 1 - 0.5 * 1 - 0.5 * (1 + 0.5)
    array([[-0.25]])
    """

    def __init__(self, network: Layer, *, lr: float, momentum: float = 0.0, weight_decay: float = 0.0) -> None:
        self.network, self.lr = a_layer("network", network), number("lr", lr, 0, _LARGE)
        self.momentum = number("momentum", momentum, 0, 1)
        self.weight_decay = number("weight_decay", weight_decay, 0, _LARGE)
        self.velocities = {name: np.zeros_like(parameter) for name, parameter in network.parameters.items()}

    def step(self) -> None:
        """Move all parameters once. Raises RuntimeError where a gradient is missing: backward comes first."""
        lr = number("lr", self.lr, 0, _LARGE)
        parameters, gradients = self.network.parameters, self.network.gradients
        if parameters.keys() != self.velocities.keys():
            raise RuntimeError("the network has other parameters than this SGD was made for: make a new SGD")
        for name, parameter in parameters.items():  # all of them first: a step is made as a whole or not at all
            if name not in gradients:
                raise RuntimeError(f"parameter {name} has no gradient: call backward before step")
            shape(f"the gradient of {name}", gradients[name], parameter.shape, "the shape of the parameter")
        for name, parameter in parameters.items():
            velocity = self.velocities[name]
            velocity *= self.momentum
            velocity += gradients[name] + self.weight_decay * parameter
            parameter -= lr * velocity
