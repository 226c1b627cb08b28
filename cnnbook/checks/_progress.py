"""What a learner has tried, over all notebooks: one small file on this machine, and nothing sent anywhere.

Of each question it keeps the tries by a short checksum of the function, with the known mistake that each was, and
whether one passed. All of that only grows, so what two kernels know is put together by uniting it.
"""

import dis
import hashlib
import html as _html
import json
import os
import sys
import time
import types
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from .. import language
from . import _words
from ._wrap import pad, width, wrap

_MOST = 200  # tries that are kept of a question
_PATIENCE, _STALE = 2.0, 10.0  # seconds: to wait for another kernel, and after which a lock was left behind
_TABLE = Path(__file__).with_suffix("")
_WIDTH = 80
_PLAIN = (type(None), type(...), bool, int, float, complex, str, bytes)
_session = {}  # what this kernel saw, kept where the file cannot be


@dataclass
class Entry:
    """What is known of one question.

    Attributes
    ----------
    tries : dict of str to str
        By the checksum of each function that was tried: the code of the known mistake that it was, or nothing.
    passed : bool
        Whether one of them was right.
    """

    tries: dict[str, str] = field(default_factory=dict)
    passed: bool = False

    @property
    def mistakes(self):
        """Codes of the known mistakes that were named, each once, in order."""
        return list(dict.fromkeys(filter(None, self.tries.values())))

    def unite(self, other):
        """Both together."""
        tries = dict(list((self.tries | other.tries).items())[-_MOST:])
        return Entry(tries, self.passed or other.passed)


def record(result, function):
    """Note how a try went, and return what is known of its question. An unanswered question is no try."""
    if result.status in ("passed", "failed") and callable(function):
        seen = Entry({_checksum(function, result): result.misconception}, result.status == "passed")
        _session[result.question] = _session.get(result.question, Entry()).unite(seen)
        with suppress(OSError):
            _save()
    return entry(result.question)


def entry(question):
    """What is known of a question, by its id."""
    return _load().get(question, Entry()).unite(_session.get(question, Entry()))


def grading():
    """Whether nbgrader runs this notebook, to grade or to validate it."""
    return "NBGRADER_EXECUTION" in os.environ


def path():
    """The file; None where nothing is kept: ``CNNBOOK_PROGRESS`` is set and empty, or nbgrader runs the notebook."""
    named = os.environ.get("CNNBOOK_PROGRESS")
    if named == "" or grading():
        return None
    return Path(named).expanduser() if named else _data() / "progress.json"


def _data():
    if sys.platform == "win32":
        base = os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "cnnbook"


def _load():
    file = path()
    with suppress(OSError, ValueError, RecursionError):
        if file is not None:
            return dict(_entries(json.loads(file.read_text(encoding="utf-8"))))
    return {}


def _entries(facts):
    """What of a file has the right form; the rest is nobody's."""
    questions = facts.get("questions") if isinstance(facts, dict) else None
    for name, known in questions.items() if isinstance(questions, dict) else ():
        tries = known.get("tries") if isinstance(known, dict) else None
        if isinstance(tries, dict):
            kept = {key: code for key, code in tries.items() if isinstance(code, str)}
            yield name, Entry(kept, known.get("passed") is True)


def _save():
    file = path()
    if file is None:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with _locked(file.with_name(file.name + ".lock")):
        _set_aside_if_damaged(file)
        known = _load()
        for name, seen in _session.items():
            known[name] = known.get(name, Entry()).unite(seen)
        facts = {name: {"passed": seen.passed, "tries": seen.tries} for name, seen in known.items()}
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        try:
            draft.write_text(json.dumps({"questions": facts}, indent=1) + "\n", encoding="utf-8")
            os.replace(draft, file)
        finally:
            draft.unlink(missing_ok=True)


def _set_aside_if_damaged(file):
    """Keep a file that is not ours, or no longer. One that cannot be read at all stays: the error ends the saving."""
    try:
        whole = isinstance(json.loads(file.read_text(encoding="utf-8")), dict)
    except FileNotFoundError:
        return
    except (ValueError, RecursionError):
        whole = False
    if not whole:
        os.replace(file, file.with_name(file.name + ".damaged"))


@contextmanager
def _locked(lock):
    """Let one kernel at a time through. A kernel that was killed may leave the lock behind: it is passed over then."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
            break
        except FileExistsError:
            with suppress(FileNotFoundError):
                if time.time() - lock.stat().st_mtime > _STALE:
                    lock.unlink()
            if time.monotonic() > until:
                raise TimeoutError(f"{lock} is held by another kernel") from None
            time.sleep(0.01)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _checksum(function, result):
    """Of what a function does: its code without names of variables and comments, that of its helpers, its answers."""
    seen = []
    with suppress(ValueError, RecursionError):  # numbers too long to write, code nested too deep
        _collect(function, seen)
    told = json.dumps([seen, result.to_json()], sort_keys=True, default=lambda value: type(value).__name__)
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def _collect(function, seen, known=()):
    if not isinstance(function, types.FunctionType) or function.__code__ in known:
        return
    code = function.__code__
    options = sorted((function.__kwdefaults__ or {}).items())
    seen += [_plain(code), _constant(function.__defaults__), [[name, _constant(value)] for name, value in options]]
    for name in code.co_names:
        helper = function.__globals__.get(name)
        if isinstance(helper, types.FunctionType) and helper.__module__ == function.__module__:
            _collect(helper, seen, (*known, code))


def _plain(code):
    """What code does, step by step: constants and names in full, variables by their number alone."""
    told = {*dis.hasconst, *dis.hasname}
    steps = dis.get_instructions(code)
    return [[step.opname, _constant(step.argval) if step.opcode in told else step.arg] for step in steps]


def _constant(value):
    """A constant as JSON has it, the same in every kernel."""
    if isinstance(value, types.CodeType):
        return _plain(value)
    if type(value) is tuple:
        return list(map(_constant, value))
    if type(value) is frozenset:
        return sorted(map(repr, value))
    return repr(value) if type(value) in _PLAIN else type(value).__name__


class Progress:
    """How far a learner is: facts in :attr:`chapters`; ``str`` and notebooks show them in words.

    Attributes
    ----------
    chapters : dict of str to dict of str to Entry
        What is known of each question, by chapter and by the question's id.
    """

    def __init__(self, questions):
        self._questions = {question.id: question for question in questions}
        self.chapters = {}
        for question in self._questions.values():
            self.chapters.setdefault(question.chapter, {})[question.id] = entry(question.id)

    def __str__(self):
        table = language.words(_TABLE)
        lines = []
        for chapter, rows in self._rows(table).items():
            columns = [max(width(row[place]) for row in rows) + 2 for place in range(4)]
            lines += ["", chapter]
            lines += ["  " + "".join(map(pad, row, columns)).rstrip() for row in rows]
        if reviews := list(self._reviews()):
            lines += ["", *wrap(table["review"], _WIDTH)]
            lines += [f"  {line}" for told in reviews for line in wrap(told, _WIDTH - 2)]
        return "\n".join([*lines, "", *wrap(_place(table), _WIDTH)]).lstrip("\n")

    __repr__ = __str__

    def _repr_html_(self):
        table, safe = language.words(_TABLE), _html.escape
        pieces = []
        for chapter, rows in self._rows(table).items():
            cells = ["".join(f'<td style="text-align:left">{safe(text)}</td>' for text in row) for row in rows]
            body = "".join(f"<tr>{row}</tr>" for row in cells)
            pieces.append(f"<table><caption><b>{safe(chapter)}</b></caption>{body}</table>")
        if reviews := list(self._reviews()):
            items = "".join(f"<li>{safe(told)}</li>" for told in reviews)
            pieces.append(f"<p>{safe(table['review'])}</p><ul>{items}</ul>")
        return f'<div class="cnnbook-progress">{"".join(pieces)}<p>{safe(_place(table))}</p></div>'

    def _rows(self, table):
        """Of each chapter: name, state, tries, named mistakes."""
        return {
            chapter: [_row(self._questions[name], known, table) for name, known in entries.items()]
            for chapter, entries in self.chapters.items()
        }

    def _reviews(self):
        """Each mistake that was named, with the sentences that help."""
        for entries in self.chapters.values():
            for name, known in entries.items():
                question = self._questions[name]
                for mistake in question.known if known.tries else ():
                    if mistake.code in known.mistakes:
                        told = " ".join(_words.say(finding, name) for finding in question.naming(mistake))
                        yield f"{question.name}: {told}"


def _row(question, known, table):
    count = len(known.tries)
    return (
        question.name,
        table["passed" if known.passed else "open" if count else "new"],
        table["try" if count == 1 else "tries"].format(count=count) if count else "",
        ", ".join(_name(question, code, table) for code in known.mistakes),
    )


def _name(question, code, table):
    """The name of a known mistake in words."""
    ignored = next((mistake.ignored for mistake in question.known if mistake.code == code), ())
    if ignored:
        return table["without"].format(options=" + ".join(ignored))
    return _words.words(question.id).get(f"{code}.name", code.replace("_", " "))


def in_notebook():
    """Whether IPython runs this."""
    return getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)() is not None


def _place(table):
    kept = table["file"].format(path=path()) if path() else table["off"]
    return kept if in_notebook() else f"{table['outside']} {kept}"
