"""The activation explorer: drag an input along a curve, and see the value, the slope and what is left of a gradient."""

from ._bundle import module_text, style_text, words
from ._explorer import Explorer
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
    >>> explorer
    ActivationExplorer(function='leaky_relu', x=-4.0, negative_slope=0.1, alpha=1.0, threshold=0.05)
    """

    _esm = module_text("activations")
    _css = style_text("activations")
    settings = ("function", "x", "negative_slope", "alpha", "threshold")

    function = OneOf("sigmoid", FUNCTIONS)
    x = Real(1.0, -5, 5)
    negative_slope = Real(0.1, 0, 0.4)
    alpha = Real(1.0, 0, 2)
    threshold = Real(0.05, 0.01, 0.25)

    def __init__(self, function="sigmoid", *, x=1.0, negative_slope=0.1, alpha=1.0, threshold=0.05, language=None):
        words("activations", language)  # refuses a language without words
        super().__init__(
            function=function, x=x, negative_slope=negative_slope, alpha=alpha, threshold=threshold, language=language
        )

    @property
    def value(self):
        """The function at `x`."""
        return float(self._at([self.x])[0][0])

    @property
    def slope(self):
        """Its derivative at `x`: what a gradient of 1 becomes."""
        return float(self._at([self.x])[1][0])

    @property
    def saturated(self):
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

    def summary(self):
        word = words("activations", self.language)
        shown = {name: _text(getattr(self, name)) for name in ("x", "value", "slope", "threshold")}
        note = "dead" if self.slope == 0 else "saturated" if self.saturated else "passes"
        return f"{word['result'].format(name=word[self.function], **shown)} {word[note].format(**shown)}"


def _text(value):
    """A number as the browser writes it: at most four decimals, a true minus sign."""
    return f"{round(value, 4) + 0.0:.10g}".replace("-", "−")
