"""The receptive-field explorer: build a stack of layers, point at a unit, and see which pixels it sees."""

from collections.abc import Sequence
from math import ceil

import traitlets

from .._validate import integer
from ..arithmetic import ReceptiveField, output_size, receptive_field
from ._explorer import Explorer, SettingError, Whole

_LIMITS = {"kernel": (1, 11), "stride": (1, 4), "padding": (0, 5), "dilation": (1, 4)}
_DEFAULTS = {"stride": 1, "padding": 0, "dilation": 1}
_MOST_LAYERS = 8
_WIDEST = 160  # pixels that the picture can show side by side


class Layers(traitlets.TraitType):
    """A stack of layers; kept as a tuple of tuples, which nobody can change behind the explorer's back."""

    def validate(self, obj, value):
        if not isinstance(value, list | tuple):
            remedy = "use a list of tuples (kernel, stride, padding, dilation)"
            raise TypeError(f"{self.name} must be a list, got {value!r} ({type(value).__name__}): {remedy}")
        if not 1 <= len(value) <= _MOST_LAYERS:
            raise SettingError(f"{self.name} has {len(value)} layers: use 1 to {_MOST_LAYERS}")
        return tuple(_checked(number, layer) for number, layer in enumerate(value, 1))


class ReceptiveFieldExplorer(Explorer):
    """Which pixels does a unit see, after a stack of layers?

    It shows one axis, with a row of units a layer: each unit stands over the middle of its field and is as wide as its
    jump. The square below is the same field on the input, seen from above. In a live notebook the traits follow the
    mouse.

    Parameters
    ----------
    layers : list of tuple of int
        Up to 8 layers ``(kernel, stride, padding, dilation)``, the first one first, as in
        :func:`cnnbook.arithmetic.receptive_field`. Entries left out at the end count as stride 1, padding 0, dilation
        1. Up to 11, 4, 5 and 4; pooling layers count like convolutions.
    size : int
        Input size, up to 64 pixels.
    layer : int, optional
        The layer whose unit is shown; 1 is the first. Default: the last one.
    row, column : int, optional
        The unit that is shown. Default: the one in the middle.
    language : str
        Language of the words on screen; left out, the one that is set.

    Raises
    ------
    TypeError, ValueError
        For anything but such layers, for values out of range, for a kernel that does not fit into the row below it,
        and for a stack too wide to draw.

    Examples
    --------
    >>> explorer = ReceptiveFieldExplorer([(3, 1, 1)] * 3, size=15)
    >>> explorer.field                                  # as one 7x7
    ReceptiveField(size=7, jump=1, start=-3)
    >>> explorer.layers = [(3, 2), (3, 1, 0, 2)]        # a stride, then dilation
    >>> explorer
    ReceptiveFieldExplorer(layers=((3, 2, 0, 1), (3, 1, 0, 2)), size=15, layer=2, row=2, column=2)
    >>> explorer.field, explorer.output_size
    (ReceptiveField(size=11, jump=2, start=0), 3)
    >>> explorer.seen[0]                                # 2 of the 11 rows of the field are skipped
    (4, 5, 6, 8, 9, 10, 12, 13, 14)
    >>> explorer.layers = [(5, 4), (5, 1)]
    Traceback (most recent call last):
    cnnbook.widgets._explorer.SettingError: layer 2: kernel 5 does not fit in padded input 3 (size 3 + 2 x 0): ...
    """

    settings = ("layers", "size", "layer", "row", "column")

    layers = Layers(((3, 1, 1, 1),) * 3).tag(sync=True)
    size = Whole(15, 1, 64)
    layer = Whole(3, 1, _MOST_LAYERS)
    row = Whole(7, 0)
    column = Whole(7, 0)

    def __init__(
        self, layers: Sequence[tuple[int, ...]] = ((3, 1, 1),) * 3, size: int = 15,
        *, layer: int | None = None, row: int | None = None, column: int | None = None, language: str | None = None,
    ) -> None:  # fmt: skip
        traits = self.class_traits()
        layers, size = traits["layers"].validate(self, layers), traits["size"].validate(self, size)
        layer = traits["layer"].validate(self, len(layers) if layer is None else layer)
        middle = (_rows(size, layers[:layer])[-1][0] - 1) // 2
        super().__init__(
            layers=layers, size=size, layer=layer, row=middle if row is None else row,
            column=middle if column is None else column, language=language,
        )  # fmt: skip

    @property
    def field(self) -> ReceptiveField:
        """Receptive field of the last layer."""
        return receptive_field(self.layers)

    @property
    def output_size(self) -> int:
        """Rows, and columns, of the last layer."""
        return _rows(self.size, self.layers)[-1][0]

    @property
    def seen(self) -> tuple[tuple[int, ...], ...]:
        """Rows and columns of the input that the unit sees, as two tuples; padding is not among them."""
        return tuple(tuple(place for place in levels[0] if 0 <= place < self.size) for levels in self._levels())

    def _levels(self):
        """For rows and for columns: the places, padding included, that the unit looks at in each row of the picture."""
        counts = [count for count, _ in _rows(self.size, self.layers)]
        for place in (self.row, self.column):
            levels = [[place]]
            below = zip(self.layers[: self.layer], counts[1:], strict=False)
            for layer, count in reversed(list(below)):
                units = [unit for unit in levels[0] if 0 <= unit < count]  # padding sees nothing
                levels.insert(0, sorted({tap for unit in units for tap in _taps(layer, unit)}))
            yield levels

    @traitlets.validate("layers", "size")
    def _fits(self, proposal):
        settings = {name: getattr(self, name) for name in ("layers", "size")}
        _rows(**settings | {proposal["trait"].name: proposal["value"]})
        return proposal["value"]

    @traitlets.validate("layer")
    def _has_layer(self, proposal):
        if proposal["value"] > len(self.layers):
            count = len(self.layers)
            raise SettingError(f"layer {proposal['value']} is not in a stack of {count}: use layer <= {count}")
        return proposal["value"]

    @traitlets.validate("row", "column")
    def _exists(self, proposal):
        name, place = proposal["trait"].name, proposal["value"]
        count = _rows(self.size, self.layers)[min(self.layer, len(self.layers))][0]
        if place >= count:
            raise SettingError(
                f"{name} {place} is not in layer {self.layer}, which has {count}: use {name} <= {count - 1}"
            )
        return place

    @traitlets.observe("layers", "size", "layer")
    def _keep_unit(self, change):
        self.layer = min(self.layer, len(self.layers))
        count = _rows(self.size, self.layers)[self.layer][0]
        self.row, self.column = min(self.row, count - 1), min(self.column, count - 1)

    def summary(self) -> str:
        size, jump, start = receptive_field(self.layers[: self.layer])
        values = {"layer": self.layer, "row": self.row, "column": self.column, "size": size, "jump": jump}
        return self._words["result"].format(**values, start=start).replace("-", "−")


def _checked(number, layer):
    """The four entries of a layer; `number` counts from 1, as the picture does."""
    if not isinstance(layer, list | tuple) or not 1 <= len(layer) <= 4:
        raise TypeError(f"layer {number} is {layer!r}: use a tuple (kernel, stride, padding, dilation)")
    options = {**_DEFAULTS, **dict(zip(_LIMITS, layer, strict=False))}
    for name, (low, high) in _LIMITS.items():
        try:
            options[name] = integer(name, options[name], low)
        except TypeError as error:
            raise TypeError(f"layer {number}: {error}") from None
        except ValueError as error:
            raise SettingError(f"layer {number}: {error}") from None
        if options[name] > high:
            raise SettingError(f"layer {number}: {name} {options[name]} is too large to draw: use {name} <= {high}")
    return tuple(options[name] for name in _LIMITS)


def _rows(size, layers):
    """Units and field of the input and of each layer; refuses a stack that does not fit or is too wide."""
    rows = [(size, receptive_field(()))]
    for number, (kernel, stride, padding, dilation) in enumerate(layers, 1):
        try:
            count = output_size(rows[-1][0], kernel, stride=stride, padding=padding, dilation=dilation)
        except ValueError as error:
            raise SettingError(f"layer {number}: {error}") from None
        rows.append((count, receptive_field(layers[:number])))
        low, high = _extent(rows, layers)
        if high - low > _WIDEST:
            raise SettingError(
                f"layer {number}: the stack spans {ceil(high - low)} px, more than {_WIDEST} cannot be drawn: "
                "use a smaller stride, padding or input"
            )
    return rows


def _extent(rows, layers):
    """First and last pixel that the picture must show: for the units, the padding that is read, and all fields."""
    ends = []
    for level, (count, field) in enumerate(rows):
        padding = layers[level][2] if level + 1 < len(rows) else 0
        ends += [_middle(field, place) - field.jump / 2 for place in (-padding, count + padding)]
        ends += [field.start, field.start + (count - 1) * field.jump + field.size]
    return min(ends), max(ends)


def _middle(field, unit):
    return field.start + field.size / 2 + unit * field.jump


def _taps(layer, unit):
    kernel, stride, padding, dilation = layer
    return [unit * stride - padding + tap * dilation for tap in range(kernel)]
