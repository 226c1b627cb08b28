"""Everything that a training run can be told: each knob with its limits, its unit and its default."""

from dataclasses import MISSING, dataclass, field, fields
from functools import partial
from html import escape
from itertools import pairwise

from .._validate import flag, got, integer, number
from .schedules import SCHEDULES


def _knob(check, unit, default=MISSING):
    """A field that `check` lets through, what its number means, and its default, where it has one."""
    return field(default=default, metadata={"check": check, "unit": unit})


def _positive(name, value):
    if not 0 < number(name, value, nan=True) < float("inf"):
        raise ValueError(f"{name} {value} teaches nothing: use a number > 0, such as 0.1")
    return float(value)


def _part(name, value):
    if not 0 <= number(name, value, nan=True) < 1:
        raise ValueError(f"{name} {value} is out of range: use a number from 0 to below 1")
    return float(value)


def _parts(name, value):
    """Several parts, rising; a list is what JSON makes of a tuple."""
    if not isinstance(value, list | tuple):
        raise TypeError(f"{name} must be a tuple, {got(value)}: use such as (0.5, 0.75)")
    parts = tuple(_part(name, part) for part in value)
    if 0 in parts or any(after <= before for before, after in pairwise(parts)):
        raise ValueError(f"{name} {parts} do not rise from above 0 to below 1: use such as (0.5, 0.75)")
    return parts


def _schedule(name, value):
    if value not in SCHEDULES:
        raise ValueError(f"{name} {value!r} is not known: use one of {', '.join(SCHEDULES)}")
    return value


def _word(name, value):
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a word, {got(value)}: use auto, cuda, mps or cpu")
    return value


_count, _natural = partial(integer, minimum=1), partial(integer, minimum=0)


@dataclass(frozen=True, kw_only=True, repr=False)
class Config:
    """How to train: by gradient descent with Nesterov momentum; the learning rate warms up, then follows a schedule.

    A knob is one line here: its limits, its unit, its default. The default of a new knob is off (0, False, empty), so
    that the records from before it mean what they meant. Knobs that are off are not shown.

    Raises
    ------
    TypeError, ValueError
        For a value that cannot be meant.

    Examples
    --------
    >>> config = Config(epochs=2, batch_size=32, learning_rate=0.1, shift=1)
    >>> print(config)
    epochs              2  passes over the training images
    batch_size         32  images a step
    learning_rate     0.1  the highest one; multiplies the gradient of the mean loss of a batch
    warmup            0.1  part of all steps in which the learning rate rises from 0 to its highest
    schedule       cosine  of the learning rate after the warm-up: constant, step, cosine or one_cycle
    momentum          0.9  part of the last step that is taken again
    shift               1  pixels by which each image is moved at random, at most, up or down and left or right
    device           auto  cuda, mps or cpu; auto takes the first that is there
    """

    epochs: int = _knob(_count, "passes over the training images")
    batch_size: int = _knob(_count, "images a step")
    learning_rate: float = _knob(_positive, "the highest one; multiplies the gradient of the mean loss of a batch")
    warmup: float = _knob(_part, "part of all steps in which the learning rate rises from 0 to its highest", 0.1)
    schedule: str = _knob(
        _schedule, "of the learning rate after the warm-up: constant, step, cosine or one_cycle", "cosine"
    )
    drops: tuple[float, ...] = _knob(_parts, "parts of all steps after which schedule step divides the rate by 10", ())
    momentum: float = _knob(_part, "part of the last step that is taken again", 0.9)
    weight_decay: float = _knob(_part, "times the weight, added to its gradient", 0.0)
    lookahead: int = _knob(_natural, "steps after which the weights go back half of the way that they went", 0)
    label_smoothing: float = _knob(_part, "of each label, spread over all classes, in the training loss alone", 0.0)
    shift: int = _knob(
        _natural, "pixels by which each image is moved at random, at most, up or down and left or right", 0
    )
    flip: bool = _knob(flag, "whether each image is mirrored left to right half of the time", False)
    cutout: int = _knob(_natural, "pixels a side of the square that is blackened in each image", 0)
    seed: int = _knob(_natural, "of the order of the images, of shifts and flips; in a lab of the first weights too", 0)
    device: str = _knob(_word, "cuda, mps or cpu; auto takes the first that is there", "auto")
    alone: bool = _knob(flag, "whether the first of torchrun's processes trains by itself, and the others wait", False)
    # What makes it faster, and changes the last digits:
    exact: bool = _knob(flag, "whether a GPU multiplies all 24 binary digits of float32; else, from 2020 on, 11", False)
    bfloat16: bool = _knob(flag, "whether a CPU, or a GPU from 2020 on, multiplies in bfloat16; others float32", False)
    channels_last: bool = _knob(flag, "whether weights and maps lie in memory as (N, H, W, C), as GPUs like it", False)
    graph: bool = _knob(flag, "whether a GPU records a pass of a full batch once, and then replays it", False)
    compile: bool = _knob(flag, "whether PyTorch compiles the network first, with a C++ compiler, in minutes", False)

    def __post_init__(self):
        for knob in fields(self):
            value = knob.metadata["check"](knob.name, getattr(self, knob.name))
            object.__setattr__(self, knob.name, value)  # a plain int, float, bool, str or tuple: it goes into records
        if (self.schedule == "step") != bool(self.drops):
            remedy = 'use both schedule="step" and drops such as (0.5, 0.75), or neither'
            raise ValueError(f"drops {self.drops} and schedule {self.schedule!r} do not fit together: {remedy}")

        if self.exact and self.bfloat16:
            raise ValueError("exact True and bfloat16 True do not fit together: use one of them, or neither")

    def _shown(self):
        """Name, value and unit of each knob that is on."""
        rows = [(knob.name, getattr(self, knob.name), knob.metadata["unit"]) for knob in fields(self)]
        return [(name, str(value), unit) for name, value, unit in rows if value]

    def __repr__(self):
        on = {knob.name: getattr(self, knob.name) for knob in fields(self)}
        return f"Config({', '.join(f'{name}={value!r}' for name, value in on.items() if value)})"

    def _repr_html_(self):
        cells = '<tr><th scope="row">{}</th><td>{}</td><td>{}</td></tr>'
        body = "".join(cells.format(*map(escape, row)) for row in self._shown())
        return f"<table><tbody>{body}</tbody></table>"

    def __str__(self):
        rows = self._shown()
        name_width, width = max(len(row[0]) for row in rows), max(len(row[1]) for row in rows)
        return "\n".join(f"{name:{name_width}} {value:>{width}}  {unit}" for name, value, unit in rows)
