"""Settings that are real numbers, matrices, or one of a few names; whole numbers and flags are in ``_explorer.py``."""

import traitlets

from .._validate import number
from ._explorer import SettingError, refusing

LIMIT = 999  # of a number in a matrix: four signs fit in a cell


class Real(traitlets.Float):
    """A setting that is a number from `low` to `high`; errors read like those of ``cnnbook.functional``."""

    def __init__(self, default, low, high):
        super().__init__(default)
        self.low, self.high = low, high
        self.tag(sync=True)

    def validate(self, obj, value):
        with refusing():
            return number(self.name, value, self.low, self.high)


class OneOf(traitlets.Unicode):
    """A setting that is one of `names`."""

    def __init__(self, default, names):
        super().__init__(default)
        self.names = tuple(names)
        self.tag(sync=True)

    def validate(self, obj, value):
        if value not in self.names:
            raise SettingError(f"{self.name} {value!r} is unknown: use one of {', '.join(self.names)}")
        return value


class Numbers(traitlets.TraitType):
    """A matrix of numbers, from a NumPy array or a list of rows; kept as a tuple of tuples, which nobody can change."""

    def __init__(self, default, largest):
        super().__init__(default)
        self.largest = largest
        self.tag(sync=True)

    def validate(self, obj, value):
        rows = value.tolist() if hasattr(value, "tolist") else value
        if not isinstance(rows, list | tuple) or not all(isinstance(row, list | tuple) for row in rows):
            kind = type(value).__name__
            raise TypeError(f"{self.name} must be a matrix of numbers, got {kind}: use a list of rows")
        widths = {len(row) for row in rows}
        if len(widths) != 1 or 0 in widths:
            raise SettingError(f"{self.name} has rows of {sorted(widths)} numbers: give all rows one length, 1 or more")
        if max(len(rows), *widths) > self.largest:
            size, most = f"{len(rows)} x {widths.pop()}", f"{self.largest} x {self.largest}"
            raise SettingError(f"{self.name} of {size} is too large to draw: use {most} at most")
        return tuple(tuple(self._number(entry) for entry in row) for row in rows)

    def _number(self, value):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"{self.name} must hold numbers, got {value!r} ({type(value).__name__}): use int or float")
        if not abs(value) <= LIMIT:
            raise SettingError(f"{self.name} holds {value}: use numbers from -{LIMIT} to {LIMIT}")
        return int(value) if value == int(value) else value
