"""Help on demand: hints one after the other, and the explained solution to those who tried.

The words are in the chapter's table, ``<question>.hint_1`` and so on, and ``<question>.why``; the code of a solution is
in ``_solutions/<chapter>.py``. The notebook in ``solutions/`` is made of the same words and the same code.
"""

import html
import inspect
import re
from collections import Counter
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from .. import language
from . import _progress, _words
from ._findings import Finding
from ._progress import in_notebook
from ._wrap import wrap

HINT_AFTER, SOLUTION_AFTER = 3, 5  # wrong tries
_TABLE = Path(__file__).with_suffix("")
_WIDTH = 80
_given = Counter()  # hints that this kernel showed, by question


class Help:
    """A text that a cell ends with: notebooks show it as HTML, everything else as text.

    Parameters
    ----------
    paragraphs : list of str
    code : str
        Shown above them.
    """

    def __init__(self, paragraphs, code=""):
        self.paragraphs, self.code = paragraphs, code

    def __str__(self):
        told = "\n\n".join("\n".join(wrap(paragraph, _WIDTH)) for paragraph in self.paragraphs)
        return "\n\n".join(filter(None, [self.code, told]))

    __repr__ = __str__

    def _repr_html_(self):
        code = f'<pre style="font-family:monospace">{html.escape(self.code)}</pre>' if self.code else ""
        told = "".join(f"<p>{_marked(paragraph)}</p>" for paragraph in self.paragraphs)
        return f'<div class="cnnbook-help" style="max-width:52em">{code}{told}</div>'


def _marked(text):
    """As HTML, with what stands in backticks as code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(text))


def hints(question):
    """The hints of a question in words, the gentlest first."""
    table, numbers = _words.words(question.id), range(1, 10)
    return [table[key] for number in numbers if (key := f"hint_{number}") in table]


def hint(question):
    """The next hint; after the last one, all of them again."""
    table, texts = language.words(_TABLE), hints(question)
    if not texts:
        return Help([table["no_hint"]])
    _given[question.id] += 1
    number = _given[question.id]
    if number > len(texts):
        return Help([*texts, table["no_more"].format(address=question.address)])
    more = "more" if number < len(texts) else "last"
    return Help([texts[number - 1], table[more].format(number=number, count=len(texts), address=question.address)])


def code(question):
    """The code of the explained solution."""
    module = import_module(f"{__package__}._solutions.{question.chapter}")
    return inspect.getsource(getattr(module, question.name)).strip("\n")


def why(question):
    """Why the solution is right, in paragraphs."""
    return _words.words(question.id)["why"].split("\n")


def solution(question):
    """The explained solution, after a pass or enough tries; before that, how to get there."""
    table, known = language.words(_TABLE), _progress.entry(question.id)
    if not known.passed and len(known.tries) < SOLUTION_AFTER:
        told = table["not_yet" if in_notebook() else "outside"]
        slots = {"address": question.address, "needed": SOLUTION_AFTER, "count": len(known.tries)}
        return Help([told.format(**slots)])
    return Help(why(question), code(question))


def offer(question, result, function):
    """Note a try in a notebook, and add to its result what help there is now."""
    if not in_notebook():
        return result
    known = _progress.record(result, function)
    wrong = 0 if known.passed else len(known.tries)
    slots = {"count": wrong, "address": question.address}
    offered = []
    if result.status == "passed" or wrong >= SOLUTION_AFTER:
        offered = [Finding("offer_why" if result.status == "passed" else "offer_solution", slots)]
    elif wrong >= HINT_AFTER and hints(question):
        offered = [Finding("offer_hint", slots)]
    return replace(result, findings=(*result.findings, *offered))
