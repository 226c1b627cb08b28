"""What all explorers share in Python: settings that refuse bad input, a stable text."""

from contextlib import contextmanager
from typing import Any

import anywidget
import traitlets
from IPython.display import display

from .._validate import flag, integer
from ._bundle import module_text, spoken, style_text, words


class SettingError(traitlets.TraitError, ValueError):
    """A setting out of range, or impossible with the others: traitlets takes back all that was set together with it."""


@contextmanager
def refusing():
    """Turn the ValueErrors of ``cnnbook.arithmetic`` into SettingErrors, message and all."""
    try:
        yield
    except ValueError as error:
        raise SettingError(str(error)) from None


def within(limit, proposal, grid="output"):
    """The row or column that is proposed, where there are `limit` of them; else a SettingError."""
    name, place = proposal["trait"].name, proposal["value"]
    if place >= limit:
        raise SettingError(f"{name} {place} is not in the {grid} of {limit}: use {name} <= {limit - 1}")
    return place


class Whole(traitlets.Int):
    """A setting that is a whole number from `low` to `high`; errors read like those of ``cnnbook.arithmetic``."""

    def __init__(self, default, low, high=None):
        super().__init__(default)
        self.low, self.high = low, high
        self.tag(sync=True)

    def validate(self, obj, value):
        with refusing():
            number = integer(self.name, value, self.low)
        if self.high is not None and number > self.high:
            raise SettingError(f"{self.name} {number} is too large to draw: use {self.name} <= {self.high}")
        return number


class Flag(traitlets.Bool):
    """A setting that is True or False."""

    def __init__(self, default):
        super().__init__(default)
        self.tag(sync=True)

    def validate(self, obj, value):
        return flag(self.name, value)


class Explorer(anywidget.AnyWidget):
    """What an explorer is made of: a subclass names its settings and says its result, the browser does the rest.

    ``summary()`` returns the result as one line of text, from the words in ``self._words``.

    Attributes
    ----------
    settings : tuple of str
        Names of the traits that ``repr`` shows, in the order of the constructor.
    language : str
        Language of the words on screen; left out, the one that is set when it is made, see :mod:`cnnbook.language`.
    goal : bool
        Show what there is to discover, where the explorer has something and does not start with it. Switch it off where
        a text asks for something else.
    """

    settings: tuple[str, ...] = ()
    language = traitlets.Unicode().tag(sync=True)
    goal = Flag(True)
    _stem = traitlets.Unicode().tag(sync=True)
    _words = traitlets.Dict().tag(sync=True)  # in the browser, no module knows them by itself

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        package, _, stem = cls.__module__.rpartition(".")
        if package == __package__ and cls.__base__ is Explorer:  # a subclass of it shows the same
            cls._home, cls._esm, cls._css = stem, module_text(stem), style_text(stem)

    def __init__(self, *, language: str | None = None, **settings: Any) -> None:
        language = spoken(self._home) if language is None else language
        words(self._home, language)  # refuses a language without words
        super().__init__(language=language, _stem=self._home, **settings)

    @traitlets.validate("language")
    def _has_words(self, proposal):
        with refusing():
            words(self._home, proposal["value"])
        return proposal["value"]

    @traitlets.observe("language")
    def _speak(self, change):
        self._words = words(self._home, self.language)

    def __repr__(self):
        options = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.settings)
        return f"{type(self).__name__}({options})"  # no address: stored outputs stay the same

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/plain": f"{self!r}\n{self.summary()}"}, metadata

    if hasattr(anywidget.AnyWidget, "_ipython_display_"):  # ipywidgets 7, that of Colab: its own has no summary

        def _ipython_display_(self, **kwargs):
            data, metadata = self._repr_mimebundle_()
            display(data, metadata=metadata, raw=True)
