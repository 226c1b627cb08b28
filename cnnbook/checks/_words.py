"""Findings and results in words: whole sentences from the tables of a language, as text and as HTML."""

import html as _html
from pathlib import Path

from .. import language as _language
from ._findings import Finding
from ._show import quote
from ._wrap import pad, wrap

_HERE = Path(__file__).parent
_WIDTH, _INDENT = 80, "    "  # columns: nbgrader's feedback cuts at 87
_PRINTED = 300  # characters of what a function printed
_COLOURS = {"passed": "#2e9e5b", "failed": "#c9502e", "not answered": "#8a8a8a"}
_BLOCK = "white-space: pre; overflow-x: auto; margin: 2px 0 2px 1.5em; padding: 0; background: none; color: inherit"
_TAGS = {
    "title": ("div", "font-weight: bold"),
    "sentence": ("div", "white-space: pre-wrap; margin-top: 4px"),
    "value": ("pre", _BLOCK),
}
_OWN = {}  # chapter: words of questions that are declared outside this folder


def add(chapter, words):
    """Add words of questions that are declared elsewhere: in a course's own notebook, or in a test."""
    _OWN.setdefault(chapter, {}).update(words)


def words(question="", language=None):
    """Return the words of a question: its own, its chapter's, those of all checks.

    Parameters
    ----------
    question : str
        Its id. A chapter's table ``<chapter>.en.json`` names a sentence of one question ``"output_size.rounded_up"``,
        and one of all its questions ``"rounded_up"``.
    language : str, optional
        Left out: the one that is set.

    Returns
    -------
    dict of str to str
    """
    chapter, _, name = question.partition("-")
    table = dict(_language.words(_HERE / "_words", language))
    if chapter.isidentifier():
        own = _language.words(_HERE / chapter, language) | _OWN.get(chapter, {})
        table |= own | {key.removeprefix(f"{name}."): text for key, text in own.items() if key.startswith(f"{name}.")}
    return table


def say(finding, question="", language=None):
    """Put a finding into words.

    Parameters
    ----------
    finding : Finding
    question : str
        Id of the question, where the words may be its own.
    language : str, optional
        Left out: the one that is set.

    Returns
    -------
    str
        A sentence or two; empty where two values, shown side by side, say it all.

    Examples
    --------
    >>> from cnnbook.checks._findings import Finding
    >>> say(Finding("no_function", {"got": {"kind": "integer", "text": "5"}}))
    'It takes the function itself, and this is the integer 5: pass it without parentheses.'
    """
    return _say(finding, words(question, language))


def describe(value, language=None):
    """Say what kind of thing a value is, as the middle of a sentence.

    >>> from cnnbook.checks._show import shown
    >>> describe(shown(5.0)), describe(shown([5]))
    ('the float 5.0', 'a list of 1')
    """
    return _describe(value, words("", language))


def write(value, language=None):
    """Write a value as it stands in an answer: one line, or several for arrays.

    >>> import numpy as np
    >>> from cnnbook.checks._show import shown
    >>> print(write(shown(np.arange(4).reshape(2, 2))))
    array of shape (2, 2), int64:
    [[0 1]
     [2 3]]
    """
    return _write(value, words("", language))


def write_call(call, language=None):
    """Write a call as a student would, with arrays under it by name.

    >>> import numpy as np
    >>> from cnnbook.checks._result import written_call
    >>> print(write_call(written_call("relu", ["x"], (np.array([[1, -2]]),), {})))
    relu(x) with
    x, array of shape (1, 2), int64:
    [[ 1 -2]]
    """
    return _write_call(call, words("", language))


def headline(result, language=None):
    """One line that says how a check went, where the rest stands above."""
    return _fill(words(result.question, language), f"headline_{result.status}", **_counts(result))


def text(result, language=None):
    """The whole text of a result, as a student reads it: sentences within 80 columns, arrays as they are."""
    lines = []
    for kind, part in _parts(result, words(result.question, language)):
        indent = "" if kind in ("title", "sentence") else _INDENT
        for line in part.split("\n"):
            lines += wrap(line, _WIDTH, indent) if kind in ("sentence", "printed") else [indent + line]
    return "\n".join(lines)


def html(result, language=None):
    """The same as HTML for a notebook: readable in light and dark, nothing loaded, every text escaped."""
    pieces = []
    for kind, part in _parts(result, words(result.question, language)):
        tag, style = _TAGS.get(kind, _TAGS["value"])
        pieces.append(f'<{tag} style="{style}">{_html.escape(part)}</{tag}>')
    chosen = _html.escape(language or _language.get())
    style = f"border-left: 4px solid {_COLOURS[result.status]}; padding: 2px 12px; max-width: 54em"
    return f'<div class="cnnbook-check" lang="{chosen}" style="{style}">{"".join(pieces)}</div>'


def _parts(result, table):
    """The pieces of a result in order, as kind and text. A student's words are in them as data: nothing there can be a
    control character, and no line of it stands where a sentence of ours does."""
    for kind, part in _raw_parts(result, table):
        yield kind, "".join(c if c.isprintable() or c == "\n" else quote(c) for c in part)


def _raw_parts(result, table):
    if result.status == "passed":
        yield "title", _fill(table, "passed_public" if result.public else "passed_fresh", **_counts(result))
    elif result.call:
        code = "wrong_here" if result.cases <= 1 else "wrong" if result.number == 1 else "wrong_number"
        yield "title", _fill(table, code, **_counts(result))
        yield "call", _write_call(result.call, table)
        yield from _values(result, table)
    else:
        yield "title", _fill(table, result.status, **_counts(result))
    for finding in result.findings:
        if sentence := _say(finding, table):
            yield "sentence", sentence
        if lines := finding.slots.get("lines"):  # a drawing
            yield "value", "\n".join(lines)
    if printed := result.printed.strip("\n").expandtabs():
        yield "sentence", table["printed"]
        yield "printed", printed if len(printed) <= _PRINTED else f"{printed[:_PRINTED]}..."


def _counts(result):
    names = ("name", "cases", "failed", "number", "seed")
    return {name: getattr(result, name) for name in names}


def _values(result, table):
    values = [(table[label], value) for label in ("expected", "got") if (value := getattr(result, label))]
    for label, value in values:
        written = _write(value, table)
        if result.note and value is result.expected:
            written = _fill(table, "noted", value=written, note=table.get(result.note, result.note))
        aside = "\n" not in written
        yield "value", f"{pad(label, 10) if aside else label + ' '}{written}"


def _say(finding, table):
    if finding.code not in table:
        return finding.code.replace("_", " ")
    return _fill(table, finding.code, **finding.slots)


def _fill(table, code, **slots):
    return table[code].format_map({name: _Slot(value, table) for name, value in slots.items()})


class _Slot:
    """A value in a sentence: described (``{got}``: the integer 5), or written where it says so (``{got:text}``: 5).

    Items of a list stand with commas, and names of arguments (``{options:all}``) as "`a`, `b` and `c`".
    """

    def __init__(self, value, table):
        self.value, self.table = value, table

    def __format__(self, how):
        if isinstance(self.value, Finding):
            return _say(self.value, self.table)
        if isinstance(self.value, list | tuple):
            if how == "all":
                *rest, last = [f"`{item}`" for item in self.value]
                return _fill(self.table, "all", rest=", ".join(rest), last=last) if rest else last
            return ", ".join(format(_Slot(item, self.table), how) for item in self.value)
        if not isinstance(self.value, dict):
            return format(self.value, how)
        short = how == "text" and not {"shape", "items"} & self.value.keys()  # arrays take lines of their own
        return (_write if short else _describe)(self.value, self.table)


def _describe(value, table):
    return _fill(table, f"describe_{value['kind']}", **_tuples(value))


def _write(value, table):
    if "items" in value:
        pairs = [(label, _write(item, table)) for label, item in value["items"]]
        return "\n".join(_fill(table, "output", name=label, value=written) for label, written in pairs)
    if "shape" in value:
        return f"{_fill(table, value['kind'], **_tuples(value))}\n{value['text']}"
    return _describe(value, table) if "type" in value else value["text"]


def _write_call(call, table):
    written, below = [], []
    for argument in call["arguments"]:
        name, text = argument["name"], _write(argument["value"], table)
        if "\n" in text:
            below += _named(name, argument["value"], table)
            text = name
        written.append(f"{name}={text}" if argument["by_name"] else text)
    line = f"{call['function']}({', '.join(written)})"
    return "\n".join([_fill(table, "with", call=line), *below] if below else [line])


def _named(name, value, table):
    """An argument under its name, and what it holds as a student would index it: ``layers[0][1]``."""
    if "items" not in value:
        return [_fill(table, "argument", name=name, value=_write(value, table))]
    is_dict = value["kind"] == "dict"
    indexed = [(label if is_dict else int(label) - 1, item) for label, item in value["items"]]
    return [line for index, item in indexed for line in _named(f"{name}[{index}]", item, table)]


def _tuples(value):
    return {name: str(tuple(item)) if name == "shape" else item for name, item in value.items()}
