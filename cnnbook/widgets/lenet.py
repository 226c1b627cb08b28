"""The LeNet explorer: draw a digit, and LeNet-5 with the weights of the lab reads it, every feature map in sight."""

from __future__ import annotations

from base64 import b64decode, b64encode
from functools import lru_cache
from typing import Any, NamedTuple

import traitlets

from .._types import ArrayLike, NDArray
from ._explorer import Explorer, Flag, SettingError, Whole, within
from ._printed import written
from ._traits import OneOf

SIDE, PAD = 28, 2


class Layer(NamedTuple):
    """So many maps of so many units a side; where it ends in the model; the square that a unit sees, and its step."""

    maps: int
    side: int
    module: str
    field: int
    jump: int


LAYERS = {
    "C1": Layer(6, 28, "C1_squash", 5, 1),
    "S2": Layer(6, 14, "S2", 6, 2),
    "C3": Layer(16, 10, "C3_squash", 14, 2),
    "S4": Layer(16, 5, "S4", 16, 4),
    "C5": Layer(120, 1, "C5_squash", 32, 4),
    "F6": Layer(84, 1, "F6_squash", 32, 4),
    "output": Layer(10, 1, "output", 32, 4),
}
# Test images of mnist_sample, by their places; those of MNIST that all of the lab's networks misread, by their labels.
_EASY = {"three": 3, "four": 4, "seven": 7}
_HARD = {"hard_zero": 0, "hard_six": 6, "hard_eight": 8, "hard_nine": 9}


@lru_cache
def _lab():
    from .. import labs

    return labs.load("lenet_mnist")


@lru_cache
def network():
    """The network that the lab trained; it takes bytes of shape (N, 1, 28, 28)."""
    from ..datasets import load

    return _lab().trained(load("mnist_sample", "train"))


@lru_cache
def digits():
    """The ready-made digits: their names, and bytes of shape (28, 28)."""
    from ..datasets import load

    easy, (hard, labels) = load("mnist_sample", "test").images, _lab().record().hard_images()
    first = {label: place for place, (label, _) in reversed([*enumerate(labels)])}
    return {
        **{name: easy[place, 0] for name, place in _EASY.items()},
        **{name: hard[first[label], 0] for name, label in _HARD.items() if label in first},
    }


def pack(numbers):
    """Numbers of float16 for the browser, none of them changed; ``unpack`` of ``lenet.js`` reads them.

    Each number is the place of its exponent among the most frequent ones, as so many ones and a zero; its sign; its ten
    digits. All are bits in base64. This takes a sixth less than 16 bits each.

    >>> import numpy as np
    >>> pack(np.array([1, -0.5, 0.75], np.float16))   # 10 0 0000000000, 0 1 0000000000, 0 0 1000000000
    {'shape': [3], 'exponents': [14, 15], 'bits': 'gAIAEAAA'}
    """
    import numpy as np

    numbers = np.asarray(numbers, np.float16)
    bits = numbers.ravel().view(np.uint16).astype(int)
    exponents, signs_and_digits = bits >> 10 & 31, bits >> 15 << 10 | bits & 1023
    order = np.argsort(-np.bincount(exponents), kind="stable")
    place = np.argsort(order)
    text = "".join(f"{'1' * place[e]}0{rest:011b}" for e, rest in zip(exponents, signs_and_digits, strict=True))
    text += "0" * (-len(text) % 24)  # base64 takes three bytes at a time
    data = int(text, 2).to_bytes(len(text) // 8, "big")
    return {"shape": [*numbers.shape], "exponents": order[: place[exponents].max() + 1].tolist(), "bits": _text(data)}


def _text(data):
    return b64encode(data).decode("ascii")


@lru_cache
def _packed():
    """What the browser gets of the network."""
    standardise, lenet = network()
    layers = {name: getattr(lenet, name) for name in ("C1", "C3", "C5", "F6", "output")}
    return {
        "mean": standardise.mean.item(), "std": standardise.std.item(),
        "weights": {
            name: {"weight": pack(layer.weight.detach()), "bias": pack(layer.bias.detach())}
            for name, layer in layers.items()
        },
    }  # fmt: skip


class Drawing(traitlets.TraitType):
    """28 x 28 bytes in base64."""

    def __init__(self):
        super().__init__(_text(bytes(SIDE * SIDE)))
        self.tag(sync=True)

    def validate(self, obj, value):
        try:
            size = len(b64decode(value, validate=True))
        except (TypeError, ValueError):
            size = None
        if size != SIDE * SIDE:
            raise SettingError(f"{self.name} must be 784 bytes in base64, got {value!r:.40}: set `digit` instead")
        return value


class LeNetExplorer(Explorer):
    """What does a convolutional network make of your handwriting, layer by layer?

    Draw a digit: LeNet-5, with the weights that the lab ``lenet_mnist`` trained, reads it in the browser. All feature
    maps and the ten outputs follow the pen. Pointing at a unit shows the square of the drawing that it sees, what it
    reads, and its weights. The gradient shows what would change the answer, and where it says so the page erases ink.
    The page holds the weights as the lab keeps them, in float16, none of them changed. In a live notebook the traits
    follow.

    Parameters
    ----------
    digit : str or array_like
        A ready-made digit, "three", "four", "seven", or one that the lab's networks misread, "hard_zero", "hard_six",
        "hard_eight", "hard_nine"; or whole numbers from 0, paper, to 255, ink, of shape (28, 28).
    layer : str
        Of the chosen unit: "C1", "S2", "C3", "S4", "C5", "F6" or "output".
    channel, row, column : int, optional
        Its map, and its place there, from 0. Default: in the middle of the first map.
    gradient : bool
        Show on the drawing where less ink, or more, lowers the lead of the answer over the next digit.
    language : str
        Language of the words on screen; left out, the one that is set.

    Raises
    ------
    TypeError, ValueError
        For anything but such settings.

    Examples
    --------
    >>> explorer = LeNetExplorer("hard_eight", layer="S4", channel=2, row=0, column=1)
    >>> explorer.answer                    # it is an 8
    2
    >>> print(explorer.summary().partition(". ")[0])
    It reads a 2 (98.4%); next comes 3 (0.8%)
    >>> explorer.digit = [[0] * 28] * 28   # no ink at all: a network always has an answer
    >>> explorer.maps["S4"].shape
    (16, 5, 5)
    """

    settings = ("digit", "layer", "channel", "row", "column", "gradient")

    network = traitlets.Dict().tag(sync=True)
    digits = traitlets.Dict().tag(sync=True)
    drawing = Drawing()
    layer = OneOf("C3", LAYERS)
    channel = Whole(0, 0, 119)
    row = Whole(0, 0, SIDE - 1)
    column = Whole(0, 0, SIDE - 1)
    gradient = Flag(False)

    def __init__(
        self, digit: str | ArrayLike = "three",
        *, layer: str = "C3", channel: int = 0, row: int | None = None, column: int | None = None,
        gradient: bool = False, language: str | None = None,
    ) -> None:  # fmt: skip
        middle = LAYERS[layer].side // 2 if layer in LAYERS else 0
        row, column = (middle if at is None else at for at in (row, column))
        super().__init__(
            network=_packed(), digits={name: _text(image.tobytes()) for name, image in digits().items()},
            drawing=_drawing(digit), layer=layer, channel=channel, row=row, column=column, gradient=gradient,
            language=language,
        )  # fmt: skip

    @property
    def digit(self) -> str | list[list[int]]:
        """The name of the digit, or rows of numbers where it has none; setting it draws."""
        known = {drawing: name for name, drawing in self.digits.items()}
        return known.get(self.drawing) or self.image.tolist()

    @digit.setter
    def digit(self, value: str | ArrayLike) -> None:
        self.drawing = _drawing(value)

    @property
    def image(self) -> NDArray[Any]:
        """The drawing as bytes, an ndarray of shape (28, 28)."""
        import numpy as np

        return np.frombuffer(b64decode(self.drawing), np.uint8).reshape(SIDE, SIDE)

    @property
    def maps(self) -> dict[str, NDArray[Any]]:
        """What each layer makes of the drawing: float32 ndarrays of shape (C, H, W), or (C,) from F6 on."""
        import torch

        standardise, lenet = network()
        with torch.no_grad():
            x, found = standardise(torch.from_numpy(self.image.copy())[None, None]), {}
            for name, module in lenet.named_children():
                x = found[name] = module(x)
        return {name: found[layer.module][0].numpy() for name, layer in LAYERS.items()}

    @property
    def slopes(self) -> NDArray[Any]:
        """The gradient of the lead, the answer's output minus the next, by the ink of each pixel, 1 where it is full.

        A float32 ndarray of shape (28, 28).
        """
        import torch

        ink = torch.tensor(self.image / 255, dtype=torch.float32, requires_grad=True)
        first, second = network()(255 * ink[None, None])[0].topk(2).values
        return torch.autograd.grad(first - second, ink)[0].numpy()

    @property
    def answer(self) -> int:
        """The digit that the network reads."""
        return int(self.maps["output"].argmax())

    @traitlets.validate("channel", "row", "column")
    def _is_there(self, proposal):
        layer = LAYERS[self.layer]
        is_channel = proposal["trait"].name == "channel"
        return within(layer.maps if is_channel else layer.side, proposal, "layer" if is_channel else "map")

    @traitlets.observe("layer")
    def _come_along(self, change):
        layer = LAYERS[self.layer]
        self.channel = min(self.channel, layer.maps - 1)
        self.row, self.column = min(self.row, layer.side - 1), min(self.column, layer.side - 1)

    def summary(self) -> str:
        word, maps = self._words, self.maps
        chances = _softmax(maps["output"])
        first, second = self._ranked()[:2]
        sure, after = (_percent(chances[digit]) for digit in (first, second))
        answer = word["answer"].format(first=first, sure=sure, second=second, next=after)
        layer, place = LAYERS[self.layer], {name: getattr(self, name) for name in ("layer", "channel", "row", "column")}
        value = maps[self.layer].reshape(layer.maps, layer.side, layer.side)[self.channel, self.row, self.column]
        value = written(value, 2)
        lead = f" {self._lead()}" if self.gradient else ""
        if layer.side == 1:
            return f"{answer} {word['unit_whole'].format(value=value, **place)}{lead}"
        starts = (at * layer.jump - PAD for at in (self.row, self.column))
        (top, bottom), (left, right) = (self._seen(start, layer.field) for start in starts)
        unit = word["unit"].format(value=value, top=top, bottom=bottom, left=left, right=right, **place)
        return f"{answer} {unit}{lead}"

    def _ranked(self):
        """The ten digits, the answer first."""
        outputs = self.maps["output"]
        return sorted(range(10), key=lambda digit: -outputs[digit])

    def _lead(self):
        """The lead of the answer in words, and the pixel that takes most of it away."""
        word, outputs, ink, slopes = self._words, self.maps["output"], self.image / 255, self.slopes
        first, second = self._ranked()[:2]
        falls = {"lead_erased": slopes * ink, "lead_inked": -slopes * (1 - ink)}
        kind = max(falls, key=lambda kind: falls[kind].max())
        row, column = divmod(int(falls[kind].argmax()), SIDE)
        lead, fall = (written(value, 2) for value in (outputs[first] - outputs[second], falls[kind][row, column]))
        return word[kind].format(first=first, second=second, lead=lead, row=row, column=column, fall=fall)

    @staticmethod
    def _seen(start, size):
        """First and last of the pixels, of one axis, that are not padding."""
        return max(start, 0), min(start + size, SIDE) - 1


def _drawing(digit):
    """A digit, by its name or as an array, in base64."""
    import numpy as np

    if isinstance(digit, str):
        if digit not in digits():
            raise SettingError(f"digit {digit!r} is unknown: use one of {', '.join(digits())}, or an array of 28 x 28")
        return _text(digits()[digit].tobytes())
    try:
        image = np.asarray(digit)
    except ValueError:
        image = np.empty(0)
    if image.shape != (SIDE, SIDE):
        shape = image.shape if image.size else type(digit).__name__
        raise SettingError(f"digit has the shape {shape}: use (28, 28), or one of {', '.join(digits())}")
    if image.dtype.kind not in "ui":
        raise TypeError(f"digit must hold whole numbers, got {image.dtype}: use numbers from 0 to 255 as integers")
    if image.min() < 0 or image.max() > 255:
        raise SettingError(f"digit holds {image.min()} to {image.max()}: use numbers from 0, paper, to 255, ink")
    return _text(image.astype(np.uint8).tobytes())


def _softmax(outputs):
    import numpy as np

    powers = np.exp(outputs.astype(float) - outputs.max())
    return powers / powers.sum()


def _percent(chance):
    """A chance in percent: never 0 or 100, which no softmax is."""
    return "<0.1" if chance < 0.0005 else ">99.9" if chance >= 0.9995 else written(100 * chance, 1)
