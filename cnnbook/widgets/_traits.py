"""Settings that are real numbers, or one of a few names; whole numbers and flags are in ``_explorer.py``."""

import traitlets

from ..functional._validate import number
from ._explorer import SettingError, refusing


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
