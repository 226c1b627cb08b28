"""The activation explorer: drag an input along a curve, and see what is left of a gradient after layers of it."""

from __future__ import annotations

from typing import Any

from .._types import NDArray
from ._explorer import Explorer, Whole
from ._printed import told, written
from ._traits import OneOf, Real

FUNCTIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu")
_PARAMETERS = {"leaky_relu": "negative_slope", "elu": "alpha"}


class ActivationExplorer(Explorer):
    """What does an activation function do to a number, and to the gradient on its way back?

    In a live notebook the traits follow the mouse, and :attr:`value` and :attr:`slope` with them.

    Parameters
    ----------
    function : str
        "sigmoid", "tanh", "relu", "leaky_relu" or "elu".
    x : float
        The input that is shown, from -5 to 5.
    negative_slope : float
        Of leaky ReLU, from 0 to 0.4.
    alpha : float
        Of ELU, from 0 to 2.
    threshold : float
        Where the slope is below it, from 0.01 to 0.25, the curve counts as flat ("saturated") and is striped.
    layers : int
        From 1 to 10: so many layers of the function follow one another, each takes the value of the one before.
    language : str
        Language of the words on screen; left out, the one that is set.

    Raises
    ------
    TypeError, ValueError
        For an unknown function, and for anything but numbers in these ranges.

    Examples
    --------
    >>> explorer = ActivationExplorer("sigmoid", x=2)
    >>> round(explorer.value, 4), round(explorer.slope, 4)
    (0.8808, 0.105)
    >>> explorer.function = "leaky_relu"
    >>> explorer.x = -4.0
    >>> explorer.value, explorer.slope, explorer.saturated
    (-0.4, 0.1, False)
    >>> explorer.layers = 3
    >>> explorer.slopes, round(explorer.gradient, 4)
    (array([0.1, 0.1, 0.1]), 0.001)
    >>> explorer
    ActivationExplorer(function='leaky_relu', x=-4.0, negative_slope=0.1, alpha=1.0, threshold=0.05, layers=3)
    """

    settings = ("function", "x", "negative_slope", "alpha", "threshold", "layers")

    function = OneOf("sigmoid", FUNCTIONS)
    x = Real(1.0, -5, 5)
    negative_slope = Real(0.1, 0, 0.4)
    alpha = Real(1.0, 0, 2)
    threshold = Real(0.05, 0.01, 0.25)
    layers = Whole(10, 1, 10)

    def __init__(
        self, function: str = "sigmoid",
        *, x: float = 1.0, negative_slope: float = 0.1, alpha: float = 1.0, threshold: float = 0.05, layers: int = 10,
        language: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            function=function, x=x, negative_slope=negative_slope, alpha=alpha, threshold=threshold, layers=layers,
            language=language,
        )  # fmt: skip

    @property
    def value(self) -> float:
        """The function at `x`."""
        return float(self._at([self.x])[0][0])

    @property
    def slope(self) -> float:
        """Its derivative at `x`: what a gradient of 1 becomes."""
        return float(self._at([self.x])[1][0])

    @property
    def slopes(self) -> NDArray[Any]:
        """The slope in each layer, an ndarray of shape (layers,)."""
        import numpy as np

        slopes, x = [], self.x
        for _ in range(self.layers):
            (x,), (slope,) = self._at([x])
            slopes.append(slope)
        return np.array(slopes)

    @property
    def gradient(self) -> float:
        """What a gradient of 1 becomes on its way back through all layers: the product of their slopes."""
        return float(self.slopes.prod())

    @property
    def saturated(self) -> bool:
        """Whether the slope is below the threshold."""
        return self.slope < self.threshold

    def _at(self, x, function=None):
        """Values and slopes of a function, the present one by default."""
        import numpy as np

        from .. import functional

        name = function or self.function
        options = {_PARAMETERS[name]: getattr(self, _PARAMETERS[name])} if name in _PARAMETERS else {}
        x = np.asarray(x, float)
        (slope,) = getattr(functional, f"{name}_backward")(np.ones_like(x), x, **options)
        return getattr(functional, name)(x, **options), slope

    def summary(self) -> str:
        word = self._words
        shown = {name: _text(getattr(self, name)) for name in ("x", "value", "slope", "threshold")}
        note = "dead" if self.slope == 0 else "saturated" if self.saturated else "passes"
        told = [word["result"].format(name=word[self.function], **shown), word[note].format(**shown)]
        if self.layers > 1:
            told.append(word["stack"].format(layers=self.layers, gradient=_power10(self.gradient)))
        return " ".join(told)


def _text(value):
    """A number as the browser writes it: four decimals, more where it is small, a true minus sign."""
    return told(value, 4)


def _power10(value):
    """A number that may be tiny: two digits and a power of ten below a thousandth."""
    if not value or abs(value) >= 0.001:
        return _text(value)
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{written(float(mantissa))} · 10{str(int(exponent)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
