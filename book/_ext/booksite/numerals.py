"""The numbers that a text states, and whether they stand in the output of a cell.

A number in prose says how exact it is: 0.34 is good for any output that rounds to it, 35 thousand likewise, and so is
"about 340"; a bare 34 is exact. The words of each language come from `numerals.<language>.json`.
"""

import functools
import re
import unicodedata
from fractions import Fraction
from typing import NamedTuple

from .words import table

HOLE = "\ufffc"  # stands for what is no plain text: code, a formula, a link
LETTERS = {"k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_DIGITS = r"(?:\d{1,3}(?:[,_\u2009\u202f]\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_NUMBER = re.compile(
    # a minus is a sign where no number or word stands before it
    rf"(?P<sign>(?<![\w.)\]])[-−+])?(?P<digits>(?<![\w.])(?:{_DIGITS}|\.\d+)|(?<=\d[x×]){_DIGITS}|[½⅓⅔¼¾⅕⅛])"
    r"(?:[eE](?P<exponent>[-+]?\d+)\b)?"
    rf"(?:(?P<times>\s?(?:[x×·*])\s?)10(?:\^|\*\*)\{{?(?P<power>[-−]?\d+)\}}?)?"
    r"(?:(?:\^|\*\*)\{?(?P<self_power>[-−]?\d+)\}?)?"
    r"(?:(?<![.]\d)(?<![.]\d\d)\s?/\s?(?P<below>\d+)(?![\w/]|\.\d))?"
)


class Reading(NamedTuple):
    """A value that a written number can have, what its last stated digit is worth, and whether it may be rounded."""

    value: Fraction
    step: Fraction
    rounded: bool


class Number(NamedTuple):
    """A number as it is written, its place in the text, and how it can be read: 35K is 35,000, or 35 of some unit."""

    text: str
    start: int
    end: int
    readings: tuple
    percent: bool = False


def plain(text):
    """Text with LaTeX's and Unicode's ways to write numbers made one: ``3.5 \\cdot 10^{4}`` is ``3.5 · 10^4``."""
    text = re.sub(r"\\(?:cdot|times)\b", "×", text).replace("{,}", ",").replace("\\,", "\u2009").replace("\\%", "%")
    text = re.sub(r"\\[dt]?frac\{(\d+)\}\{(\d+)\}", r"\1/\2", text)
    return re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda found: "^" + found[0].translate(_SUPERSCRIPTS), text)


@functools.cache
def _patterns(language):
    words = table("numerals", language)

    def any_of(names):
        return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))

    units, scales = any_of(words["words"]), any_of(words["scales"])
    return {
        "scale": re.compile(rf"[\s-]?((?i:{scales}))\b|\s?([kKMGT])(?=[A-Z]|\b)"),
        "percent": re.compile(rf"\s?(%|(?:{any_of(words['percent'])})\b)"),
        "rough": re.compile(rf"(?:\b(?:{any_of(words['rough'])})|[≈~])\s*$", re.I),
        "in_words": re.compile(
            rf"\b(?:(?:{any_of(words['article'])})\s(?=(?:{scales})\b)|(?:{units}))"
            rf"(?:[\s-]?(?:{units}|{scales}))*\b|\b(?:{any_of(words['article'])})\s(?:{scales})\b",
            re.I,
        ),
        "join": re.compile(rf"\s?(?:[x×]|\\times|\b(?:{any_of(words['pairs'])})\b)\s?"),
    }


def _value_of_words(text, words):
    total = current = 0
    for word in re.findall(r"\w+", text.lower()):
        scale = words["scales"].get(word)
        if scale is None:
            current += words["words"].get(word, 0)
        elif scale == 100:
            current = max(current, 1) * 100
        else:
            total, current = total + max(current, 1) * scale, 0
    return Fraction(total + current)


def _written_in_digits(found, text, patterns, words):
    digits = found["digits"]
    if digits in "½⅓⅔¼¾⅕⅛":
        value = Fraction(unicodedata.numeric(digits)).limit_denominator(10)
        return Number(found[0], found.start(), found.end(), (Reading(value, Fraction(0), False),))
    digits = re.sub("[,_\u2009\u202f]", "", digits)
    value, decimals = Fraction(digits), len(digits.partition(".")[2])
    power = int((found["exponent"] or found["power"] or "0").replace("−", "-"))
    factor, step, rounded = Fraction(10) ** power, Fraction(1, 10**decimals), decimals > 0 or power != 0
    value, step = value * factor, step * factor
    if found["self_power"]:
        value = step = value ** int(found["self_power"].replace("−", "-"))
        rounded = False
    if found["below"] and int(found["below"]):
        value, step, rounded = value / int(found["below"]), Fraction(0), False
    if found["sign"] in ("-", "−"):
        value = -value
    readings, end = [Reading(value, step, rounded)], found.end()
    if scale := patterns["scale"].match(text, end):
        word, letter = scale.groups()  # a letter may also begin a unit: MB
        times = words["scales"][word.lower()] if word else LETTERS[letter]
        scaled = Reading(value * times, step * times, True)
        readings = [scaled] if word else [*readings, scaled]
        end = scale.end() if word or not scale[0][0].isspace() else end
    percent = patterns["percent"].match(text, end)
    if percent:
        readings, end = [reading._replace(rounded=True) for reading in readings], percent.end()
    return Number(text[found.start() : end], found.start(), end, tuple(readings), bool(percent))


def _written_in_words(found, text, patterns, words):
    percent = patterns["percent"].match(text, found.end())
    end = percent.end() if percent else found.end()
    last = words["scales"].get(re.findall(r"\w+", found[0].lower())[-1], 1)
    reading = Reading(_value_of_words(found[0], words), Fraction(last), last > 1 or bool(percent))
    return Number(text[found.start() : end], found.start(), end, (reading,), bool(percent))


@functools.cache  # an output is read for each link that leads to it
def numbers(text, language="en", in_words=True):
    """The numbers of a text, in order.

    Examples
    --------
    >>> found = numbers("34,848 weights, 0.5%; ten thousand: 10^4")
    >>> [(number.text, float(number.readings[0].value)) for number in found]
    [('34,848', 34848.0), ('0.5%', 0.5), ('ten thousand', 10000.0), ('10^4', 10000.0)]
    """
    patterns, words = _patterns(language), table("numerals", language)
    found = [_written_in_digits(match, text, patterns, words) for match in _NUMBER.finditer(text)]
    taken = [(number.start, number.end) for number in found]
    for match in patterns["in_words"].finditer(text) if in_words else ():
        if not any(start < match.end() and match.start() < end for start, end in taken):
            found.append(_written_in_words(match, text, patterns, words))
    found = [_roughly(number) if patterns["rough"].search(text, 0, number.start) else number for number in found]
    return tuple(sorted(found, key=lambda number: number.start))


def _roughly(number):
    """A number after "about": its last zeros are not stated."""
    readings = []
    for value, step, _ in number.readings:
        while step and value and (value / (step * 10)).denominator == 1:
            step *= 10
        readings.append(Reading(value, step, True))
    return number._replace(readings=tuple(readings))


def _is_rounding(said, value):
    """Whether a reading is a value, rounded to the last digit that the reading states."""
    if said.value == value:
        return True
    if not said.rounded or not said.step:
        return False
    steps = value / said.step
    half_up = int(abs(steps) + Fraction(1, 2)) * (1 if steps > 0 else -1)
    return said.value / said.step in (half_up, round(steps))  # round takes a half to the even number


def agrees(said, found, percent=False):
    """Whether a number of the prose says what a number of an output is.

    Parameters
    ----------
    said, found : Number
        What the prose and the output state.
    percent : bool
        Whether bare numbers of the output may be percentages, as in a column with "error (%)" above it.
    """
    units = len(said.readings) == len(found.readings) == 2  # both with a letter: 93 MB and 93.2 MB
    for mine in said.readings[:1] if units else said.readings:
        for theirs in found.readings[:1] if units else found.readings:
            values = [theirs.value]
            if said.percent and not found.percent:
                fraction = "." in found.text and 0 <= theirs.value <= 1
                values = values * percent + [100 * theirs.value] * fraction
            elif found.percent and not said.percent:
                values = [theirs.value / 100]
            if any(_is_rounding(mine, value) for value in values):
                return True
            if "/" in said.text and theirs.rounded and _is_rounding(theirs, mine.value):
                return True  # 1/3 is printed as 0.333
    return False


def missing(text, output, language="en"):
    """The numbers of a link's text that do not stand in an output: none where the link is proven.

    Numbers joined as in "55 x 48 x 96", "(27, 13)" or "4 of 20" stand in this order in one line of the output; a square
    such as "55 x 55" may stand there as its side alone.

    Examples
    --------
    >>> [number.text for number in missing("34,848 and 61 million", "34848 weights of 62,378,344")]
    ['61 million']
    """
    text, output = plain(text), plain(output)
    said = numbers(text, language)
    lines = [numbers(line, language, in_words=False) for line in output.splitlines()]
    percent = "%" in output or "percent" in output
    join, absent = _patterns(language)["join"], []

    def stands(group, line):
        starts = range(len(line) - len(group) + 1)
        return any(all(agrees(*pair, percent) for pair in zip(group, line[at:], strict=False)) for at in starts)

    for group in _groups(said, text, join):
        square = len({number.readings for number in group}) == 1
        if not any(stands(group, line) or (square and stands(group[:1], line)) for line in lines):
            absent += group
    return absent


def _groups(said, text, join):
    """Numbers that belong together: those of a product such as 55 x 48, and those of a pair in brackets."""
    groups, brackets = [], [found.span() for found in re.finditer(r"\([^()]*\)|\[[^][]*\]", text)]
    for number in said:
        before = groups[-1][-1] if groups else None
        joined = before and (
            join.fullmatch(text, before.end, number.start)
            or any(start <= before.start and number.end <= end for start, end in brackets)
        )
        groups[-1].append(number) if joined else groups.append([number])
    return groups
