"""Every equation that an explorer prints is true as it is printed, in every kind of state."""

import math
import re
from fractions import Fraction

import pytest
from explorer_states import states

from cnnbook.widgets._bundle import stems

# Equations of an explorer that are seen, as text: fractions, rounding, roots and powers as a reader would type them.
EQUATIONS = """(states) => {
  const el = document.body.appendChild(document.createElement("div"));
  const values = { ...window.saved };
  const hears = new Set();
  const [get, on, none] = [(name) => values[name], (_, call) => hears.add(call), () => {}];
  const model = { get, on, set: none, off: none, save_changes: none };
  window.explorer.render({ model, el });
  const written = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.textContent.replace("√", "sqrt");
    const inner = () => [...node.childNodes].map(written).join("");
    const is = (kind) => node.classList.contains(kind);
    if (is("cnnx-unseen") || is("cnnx-gone")) return "";
    if (is("cnnx-fraction")) return `((${written(node.firstChild)})/(${written(node.lastChild)}))`;
    if (is("cnnx-round")) return `${is("cnnx-up") ? "ceil" : "floor"}(${inner()})`;
    if (is("cnnx-root")) return `(${inner()})`;
    if (node.tagName === "SUP") return `^(${inner()})`;
    if (node.tagName === "INPUT") return node.value.replace("-", "−");
    return inner();
  };
  const bracketed = (text) => (text.startsWith("−") ? `(${text})` : text);
  const grids = (line) => { // one, "×", another, "=", their products
    const parts = [...line.childNodes].map((part) => part.querySelector?.(".cnnx-grid")?.children ?? part.textContent);
    return parts.flatMap((times, at) => {
      const [one, other, sign, product] = [-1, 1, 2, 3].map((by) => parts[at + by]);
      if (times !== "×" || !product) return [];
      return [...one].map((cell, place) => [cell, other[place], product[place]].map(written))
        .map(([a, b, c]) => `${bracketed(a)} · ${bracketed(b)} ${sign} ${c}`);
    });
  };
  const all = (kind) => [...el.querySelectorAll(kind)].filter((part) => !part.closest(".cnnx-gone"));
  return states.map((state) => {
    Object.assign(values, state);
    hears.forEach((call) => call());
    return [...all(".cnnx-formula, .cnnx-live, .cnnx-fact").map(written), ...all(".cnnx-grids").flatMap(grids)];
  });
}"""
# In how many states, at least, an explorer prints an equation of numbers: 0 where it has none.
PRINTING = {
    "activations": 40, "architecture": 20, "arithmetic": 40, "batch_norm": 40, "channels": 20, "convolution": 40,
    "deformable": 40, "dilated": 40, "im2col": 40, "lenet": 0, "networks": 0, "pooling": 30, "receptive_field": 20,
    "residual": 0, "transposed": 15,
}  # fmt: skip
NAMES = {"e": math.e, "ε": 1e-5}  # what these letters stand for; sides with others are no numbers
CALLS = {"sqrt": math.sqrt, "floor": math.floor, "ceil": math.ceil, "max": lambda *all: max(all), "F": Fraction}
WORD = r"\b(?!sqrt|floor|ceil|max)[A-Za-z]{3,}\b"
NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
SIDE = rf"(?:{NUMBER}|sqrt|floor|ceil|max|\b[eε]\b|[-−+*·×/^()\s]|,\s)+"


def equations(text):
    """Pairs of sides with the sign between them, from a formula or from a sentence; sides in letters are left out."""
    text = re.sub(r"\([<>]?[\d.]+%\)|\bbytes\b", "", text)  # of a fact, between a number and its sum
    for chain in re.split(r"[;:?!]|\.(?=\s|$)|,(?=\s[A-Z])", text):
        parts = re.split(r"([=≈])", chain)
        for left, sign, right in zip(parts[::2], parts[1::2], parts[2::2], strict=False):
            sides = re.sub(rf"^.*{WORD}", "", left).strip(), re.sub(rf"{WORD}.*$", "", right).strip()
            if all(re.fullmatch(rf"(?![·×/^]|[-−+] ){SIDE}", side) and re.search(r"\d", side) for side in sides):
                yield sides[0], sign, sides[1]


def value(side):
    """What a side comes to: a Fraction, a float where it has a root or a power of e."""
    code = re.sub(r"(?<=\d),(?=\d{3})", "", side)
    code = re.sub(r"\d+(?:\.\d+)?", lambda found: f"F('{found[0]}')", code)
    for sign, python in {"−": "-", "·": "*", "×": "*", "^": "**"}.items():
        code = code.replace(sign, python)
    return eval(code, {"__builtins__": {}}, CALLS | NAMES)


def is_true(left, sign, right):
    """Whether both sides agree as printed: exactly, or for "≈" within half a unit of the last digit on the right."""
    if sign == "=":
        one, other = value(left), value(right)
        return one == other if isinstance(one, Fraction | int) else math.isclose(one, other, rel_tol=1e-12)
    decimals = len(right.partition(".")[2])
    return abs(value(left) - value(right)) <= 0.5 / 10**decimals * (1 + 1e-9)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("0.25 · 0.25 = 0.0625", True),
        ("0 · 0.56 + 4 · 0.19 = 0.75", False),
        ("(1 + 1 − 3) / 3 ≈ −0.33", True),
        ("(1 + 1 − 3) / 3 ≈ −0.34", False),
        ("((7 + 2·0)/(2)) = 3.5", True),
        ("ceil(((7)/(2)))+ 1 = floor(5.7)", True),
        ("2 · (3 − (−1))/(sqrt(4 + ε)) + 0 ≈ 4", True),
        ("max(−3, 2, −1) = 2", True),
        ("1 · ((1)/(1 + e^(−1))) = 0.7311", False),
        ("34,848 (0.1%) = 96 · (3 · 11 · 11)", True),
        ("It sees 4 × 3 × 3 = 36 products. Its value is 2.", True),
        ("n = 3; size + 2 = 5 + 2 = 8", False),
    ],
)
def test_an_equation_is_recomputed_as_a_reader_does(text, answer):
    assert [is_true(*found) for found in equations(text)] == [answer]


@pytest.mark.parametrize("stem", stems())
def test_every_printed_equation_is_true(show, stem):
    start, found = states(stem, 40)
    texts = show(stem, start).evaluate(EQUATIONS, found)
    told = [[each for text in state for each in equations(text)] for state in texts]
    untrue = [(each, state) for state, own in zip(found, told, strict=True) for each in own if not is_true(*each)]
    assert untrue == []
    assert sum(map(bool, told)) >= PRINTING[stem]
