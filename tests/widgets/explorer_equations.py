"""Equations that are printed are true: a reader who recomputes them finds what stands there."""

import re

EVERY = re.compile(r"([−\d(][−\d.\s·+*()]*?) ([=≈]) (−?[\d.]*\d)")  # left side, sign, right side


def assert_true(left, sign, right):
    """The left side makes the right side: exactly where the sign is "=", to its last decimal where it is "≈"."""
    plain = left.replace("−", "-").replace("·", "*")
    assert re.fullmatch(r"[-+*/().\d\s]+", plain), left
    value, told = eval(plain), float(right.replace("−", "-"))
    error = 1e-9 * max(1, abs(value)) if sign == "=" else 0.5000001 * 10 ** -len(right.partition(".")[2])
    assert abs(value - told) <= error, f"{left} {sign} {right}, but it is {value}"
