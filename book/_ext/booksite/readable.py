"""A formula as one line of text, for places that cannot show one: headings, the search index, excerpts of pages.

KaTeX's MathML is read rather than LaTeX: it has one element for each part of a formula.
"""

import re
from xml.etree import ElementTree

RELATIONS = "=≠<>≤≥≈≡∼∝∈→←⇒↦"
INFIX = RELATIONS + "+−±×⋅÷∗∪∩"  # between spaces; a sign in front of a number stays at it
NAMES = {"⁡": "", "⋅": "·", "∗": "*", "−": "−"}  # the first is an invisible "function of"
SOFT = "\0"  # a space where a letter or number follows


def text_of(mathml):
    """The text of a formula, such as ``⌊(n + 2p − k)/s⌋ + 1``.

    >>> text_of("<math><msub><mi>k</mi><mi>H</mi></msub><mo>+</mo><mfrac><mn>1</mn><mi>s</mi></mfrac></math>")
    'k_H + 1/s'
    """
    text = _walk(ElementTree.fromstring(mathml))
    text = re.sub(rf"{SOFT}+(?=\w)", " ", text).replace(SOFT, "")
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(rf"(^|[(\[{{⌊⌈,;{INFIX}] ?)([−+±]) ", r"\1\2", text)  # a sign, not a sum
    return re.sub(r"(?<=[(\[⌊⌈]) | (?=[)\]⌋⌉,;.])", "", text)


def _walk(element):
    tag, parts = element.tag.rpartition("}")[2], list(element)
    if tag == "annotation" or tag == "mphantom":
        return ""
    if tag in ("mi", "mn", "mo", "mtext", "ms"):
        return _leaf(tag, element.text or "")
    if tag == "mspace":
        return " "
    if tag in ("msub", "munder"):
        return f"{_walk(parts[0])}_{_group(parts[1])}{SOFT}"
    if tag == "msup":
        return f"{_walk(parts[0])}^{_group(parts[1])}{SOFT}"
    if tag in ("msubsup", "munderover"):
        return f"{_walk(parts[0])}_{_group(parts[1])}^{_group(parts[2])}{SOFT}"
    if tag == "mover":  # a hat or a bar
        return _walk(parts[0])
    if tag == "mfrac":
        if element.get("linethickness") == "0px":
            return f"binomial({_walk(parts[0])}, {_walk(parts[1])})"
        return f"{_group(parts[0])}/{_group(parts[1])}"
    if tag == "msqrt":
        return "√" + _group(element)
    if tag == "mroot":
        return f"{_group(parts[0])}^(1/{_walk(parts[1])})"
    if tag == "mtable":
        rows = "; ".join(filter(str.strip, map(_walk, parts)))
        return re.sub(rf"(?<=[{INFIX}·]) *; | ?; (?= *[{RELATIONS}])", " ", rows)  # one formula over several rows
    if tag == "mtr":
        cells = ", ".join(filter(str.strip, map(_walk, parts)))
        return re.sub(rf", (?= *[{RELATIONS}])", " ", cells)  # sides of an equation
    return "".join(map(_walk, parts))


def _leaf(tag, text):
    text = NAMES.get(text, text)
    if tag == "mo" and text and text in INFIX + "·*":
        return f" {text} "
    if tag == "mo" and text in (",", ";"):
        return f"{text} "
    return text + SOFT if tag == "mi" and len(text) > 1 else text  # log x, but max(0, x)


def _group(element):
    """In brackets where it is more than one thing."""
    inside = "".join(map(_walk, element)) if element.tag.endswith("msqrt") else _walk(element)
    inside = re.sub(r"\s+", " ", inside).strip(f" {SOFT}")
    return inside if re.fullmatch(r"[∂∇Δ√]?[\w.]+|\S", inside) else f"({inside})"
