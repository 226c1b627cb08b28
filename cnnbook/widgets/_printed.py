"""Numbers in words as the browser writes them: `number` (here `written`) and `printed` of ``_core.js``."""

from decimal import ROUND_HALF_UP, Decimal
from math import floor, log10


def written(value, digits=2):
    """A number with at most `digits` decimals and a true minus sign.

    >>> written(-0.0625, 4), written(0.125), written(3.0), written(-0.001)
    ('−0.0625', '0.13', '3', '0')
    """
    text = f"{_rounded(value, digits):f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def told(value, digits=2):
    """A number by itself: all its decimals where there are up to 4, else `digits`, and more where it is small.

    >>> [told(value) for value in (-0.0625, 1 / 3, 0.1 + 0.2, 0.00123)]
    ['−0.0625', '0.33', '0.3', '0.0012']
    """
    return written(value, _decimals(value, digits))


def printed(terms, compute, digits=2):
    """An equation that is true for a reader who recomputes it: texts of the terms, "=" or "≈", text of the value.

    Terms that no few decimals hold have as many as lead to the same rounded value.

    >>> printed([4, 0.1875], lambda number, weight: number * weight)
    (['4', '0.1875'], '=', '0.75')
    >>> printed([2 / 3], lambda share: 1 - share)
    (['0.67'], '≈', '0.33')
    """
    value = compute(*terms)
    exact = _holding([*terms, value])
    if exact is not None:
        return [written(term, exact) for term in terms], "=", written(value, exact)

    own = [_holding([term]) or 0 for term in terms]

    def texts(more):
        return [written(term, max(held, more)) for term, held in zip(terms, own, strict=True)]

    def is_true(more, places):
        again = compute(*(float(_rounded(term, max(held, more))) for term, held in zip(terms, own, strict=True)))
        return abs(again - float(_rounded(value, places))) <= 10**-places / 2

    for places in range(_decimals(value, digits), -1, -1):
        for more in range(places, 7):
            if is_true(more, places):
                return texts(more), "≈", written(value, places)
    return texts(6), "≈", written(value, 0)


def _decimals(value, digits):
    held = _holding([value])
    return min(max(1 - floor(log10(abs(value))), digits), 6) if held is None else held


def _holding(values):
    """The fewest decimals, up to 4, that hold all values exactly."""
    error = 1e-12 * max(1, *map(abs, values), 0)  # of sums of decimals in binary
    exact = (n for n in range(5) if all(abs(value - float(_rounded(value, n))) < error for value in values))
    return next(exact, None)


def _rounded(value, digits):
    return Decimal(float(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) + 0  # as toFixed does
