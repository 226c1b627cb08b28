"""Everything that a training run can be told, each knob with its unit."""

from dataclasses import dataclass, field, fields
from html import escape
from math import cos, pi

from .._validate import flag, number


def _knob(unit, default=None):
    """A field with a default, or a required one where there is none, and what its number means."""
    return field(metadata={"unit": unit}) if default is None else field(default=default, metadata={"unit": unit})


@dataclass(frozen=True, kw_only=True)
class Config:
    """How to train: gradient descent with Nesterov momentum; the learning rate warms up, then falls as a cosine.

    Raises
    ------
    TypeError, ValueError
        For a value that cannot be meant.

    Examples
    --------
    >>> config = Config(epochs=2, batch_size=32, learning_rate=0.1)
    >>> print(config)
    epochs           2  passes over the training images
    batch_size      32  images a step
    learning_rate  0.1  the highest one; multiplies the gradient of the mean loss of a batch
    warmup         0.1  part of all steps in which the learning rate rises from 0 to its highest
    momentum       0.9  part of the last step that is taken again
    weight_decay   0.0  times the weight, added to its gradient
    shift            0  pixels by which each image is moved at random, at most, up or down and left or right
    flip         False  whether each image is mirrored left to right half of the time
    seed             0  of the order of the images, of shifts and flips; in a lab of the first weights too
    device        auto  cuda, mps or cpu; auto takes the first that is there
    """

    epochs: int = _knob("passes over the training images")
    batch_size: int = _knob("images a step")
    learning_rate: float = _knob("the highest one; multiplies the gradient of the mean loss of a batch")
    warmup: float = _knob("part of all steps in which the learning rate rises from 0 to its highest", 0.1)
    momentum: float = _knob("part of the last step that is taken again", 0.9)
    weight_decay: float = _knob("times the weight, added to its gradient", 0.0)
    shift: int = _knob("pixels by which each image is moved at random, at most, up or down and left or right", 0)
    flip: bool = _knob("whether each image is mirrored left to right half of the time", False)
    seed: int = _knob("of the order of the images, of shifts and flips; in a lab of the first weights too", 0)
    device: str = _knob("cuda, mps or cpu; auto takes the first that is there", "auto")

    def __post_init__(self):
        for name in ("epochs", "batch_size", "shift", "seed"):
            value, least = getattr(self, name), int(name in ("epochs", "batch_size"))
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise ValueError(f"{name} {value!r} is no count: use a whole number >= {least}")
        for name in ("learning_rate", "warmup", "momentum", "weight_decay"):
            number(name, getattr(self, name), nan=True)
        flag("flip", self.flip)
        if not 0 < self.learning_rate < float("inf"):
            raise ValueError(f"learning_rate {self.learning_rate} teaches nothing: use a number > 0, such as 0.1")
        for name in ("warmup", "momentum", "weight_decay"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} {getattr(self, name)} is out of range: use a number from 0 to below 1")

    def _repr_html_(self):
        rows = ((knob.name, getattr(self, knob.name), knob.metadata["unit"]) for knob in fields(self))
        cells = '<tr><th scope="row">{}</th><td>{}</td><td>{}</td></tr>'
        body = "".join(cells.format(*(escape(str(part)) for part in row)) for row in rows)
        return f"<table><tbody>{body}</tbody></table>"

    def __str__(self):
        values = {knob.name: str(getattr(self, knob.name)) for knob in fields(self)}
        name_width, width = max(map(len, values)), max(map(len, values.values()))
        return "\n".join(
            f"{knob.name:{name_width}} {values[knob.name]:>{width}}  {knob.metadata['unit']}" for knob in fields(self)
        )


def learning_rate(progress, config):
    """Learning rate when this part of all steps is done: up in a straight line, then down along half a cosine to 0.

    >>> config = Config(epochs=1, batch_size=1, learning_rate=0.8, warmup=0.2)
    >>> [round(learning_rate(done, config), 2) for done in (0, 0.1, 0.2, 0.6, 1)]
    [0.0, 0.4, 0.8, 0.4, 0.0]
    """
    if progress < config.warmup:
        return config.learning_rate * progress / config.warmup
    falling = (progress - config.warmup) / (1 - config.warmup)
    return config.learning_rate * (1 + cos(pi * falling)) / 2
