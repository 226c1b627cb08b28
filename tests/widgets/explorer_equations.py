"""Equations that are printed are true: a reader who recomputes them finds what stands there."""

import math
import re

# A left side, a sign, a right side; "10⁻⁷" may stand there.
EVERY = re.compile(r"([−\d(][−\d.\s·+*()]*?) ([=≈]) (−?[\d.]*\d(?: · 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?)")
# The formulas of an explorer as text, with powers as "**" and fractions in brackets.
FORMULAS = """(explorer) => [...explorer.querySelectorAll(".cnnx-formula:not(.cnnx-gone)")].flatMap((formula) => {
  const copy = formula.cloneNode(true);
  for (const hidden of copy.querySelectorAll(".cnnx-unseen")) hidden.remove();
  for (const power of copy.querySelectorAll("sup")) power.replaceWith(`**(${power.textContent})`);
  for (const part of copy.querySelectorAll(".cnnx-fraction")) {
    part.replaceWith(`(${part.firstChild.textContent}) / (${part.lastChild.textContent})`);
  }
  return [...copy.children].map((part) => part.textContent);
})"""


def assert_true(left, sign, right):
    """The left side makes the right side: exactly where the sign is "=", to its last decimal where it is "≈"."""
    (value, _), (told, unit) = _read(left), _read(right)
    error = 1e-9 * max(1e-3, abs(value)) if sign == "=" else 0.5000001 * unit
    assert abs(value - told) <= error, f"{left} {sign} {right}, but it is {value}"


def _read(text):
    """What an expression is, and the unit of its last decimal."""
    exponent = re.search("10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
    power = exponent[1].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) if exponent else 0
    plain = re.sub("10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", f"10**{power}", text).replace("−", "-").replace("·", "*")
    assert re.fullmatch(r"(?:[-+*/(),.\d\s]|max|e)+", plain), text
    decimals = len(re.match(r"[-\d]*\.?(\d*)", plain.strip())[1])
    return eval(plain, {"e": math.e, "max": max}), 10.0 ** (int(power) - decimals)
