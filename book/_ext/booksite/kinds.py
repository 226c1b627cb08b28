"""The kinds of numbers in prose that need no link to a cell, each with its reason.

Everything else is a claim, and a claim has a link. The words of a language are in `numerals.<language>.json`.
"""

import functools
import re

from .numerals import numbers
from .words import table

UP_TO = 10  # a number word up to here is a word: "two layers"


@functools.cache
def kinds(language):
    """The pattern of each kind, by its description."""
    words = table("numerals", language)

    def one_of(key):
        return "(?i:" + "|".join(re.escape(word) for word in sorted(words[key], key=len, reverse=True)) + ")"

    by, kernel = rf"\s?(?:[x×]|{one_of('times')})\s?", one_of("kernels")
    year = r"(?:19[4-9]\d|20[0-3]\d)"
    number = r"(?:\d+(?:\.\d+)*)"
    patterns = {
        "a date": rf"(?:\d{{1,2}}\s)?\b{one_of('months')}\s(?:\d{{1,2}}\b,?\s?)?{year}?|\b\d{{4}}-\d\d-\d\d\b",
        "a year, behind a word such as in, or in brackets": (
            rf"(?:\b{one_of('before_year')}\s|[(’'–-]){year}(?:s|–\d\d+)?\b(?![,.]\d|\s{one_of('counted')}\b)"
        ),
        "a year at the end of brackets, or that owns something": rf",\s{year}[a-z]?\)|\b{year}['’]s",
        "a name, such as ResNet-50, float32, C1 or F(4x4, 3x3)": (
            r"\b[A-Z]\w*(?:-\d+(?:\.\d+)*)+\b|\b[^\W\d_]+\d[\w.]*\b|\b[A-Z]\w*\([\dx, ×]+\)"
        ),
        "a name, such as 2-D or 8-bit": r"\b\d+(?:-?D|-bit)\b",
        "a kernel's name, such as 3x3": r"\b(?P<side>\d\d?)[x×](?P=side)\b(?![x×])",
        "a kernel's name, such as 3 by 3 beside the word kernel": (
            rf"\b(?P<before>\d+){by}(?P=before)\s{kernel}\b|\b{kernel}\s(?:of\s)?(?P<behind>\d+){by}(?P=behind)\b"
        ),
        "a place or a setting, behind its word, such as section 2 or stride 2": (
            rf"\b{one_of('named')}[\s-]{number}(?:(?:,\s|\sand\s|\sto\s|–){number})*(?!\w|,\d|\s?%)"
        ),
        "a version or a product": rf"\b{one_of('products')}\s[\w.]*\d(?!\w|,\d)",
        "the number of a question or a step": r"^\s*\(?\d+[.)](?=\s|$)",
    }
    return {kind: re.compile(pattern) for kind, pattern in patterns.items()}


def unproven(text, language="en"):
    """The numbers of a text that belong to no kind.

    Parameters
    ----------
    text : str
        A paragraph, with ``numerals.HOLE`` for what is no plain text.
    language : str
        The language of the text.

    Examples
    --------
    >>> [number.text for number in unproven("In 2012 two GPUs trained 8 layers: conv1 of 11x11 has 34,848 weights.")]
    ['8', '34,848']
    """
    spans = [match.span() for pattern in kinds(language).values() for match in pattern.finditer(text)]

    def needs_link(number):
        named = any(start <= number.start and number.end <= end for start, end in spans)
        word = not re.search(r"[\d½⅓⅔¼¾⅕⅛]", number.text) and number.readings[0].value <= UP_TO and not number.percent
        return not named and not word

    return [number for number in numbers(text, language) if needs_link(number)]
