"""What a check found, as a code and values: facts that a program can read, and that each language puts into words."""

from dataclasses import dataclass, field

from ._show import shown

_LONGEST = 1000  # bits of an integer that is written out


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with an answer.

    Attributes
    ----------
    code : str
        Names the sentence in the tables of words, ``_words.en.json`` or the chapter's own. Programs decide by it.
    slots : dict
        What the sentence names: numbers, strings, values as :func:`cnnbook.checks._show.shown` gives them, other
        findings, and lists of those. All of it can be written as JSON: other values are kept as their text.

    Examples
    --------
    >>> finding = Finding("changed", {"input": "x"})
    >>> Finding.from_json(finding.to_json()) == finding
    True
    """

    code: str
    slots: dict = field(default_factory=dict)

    def __post_init__(self):
        object.__setattr__(self, "slots", {name: _plain(value) for name, value in self.slots.items()})

    @property
    def value_is_right(self):
        """Whether an answer is wrong by its type alone. The remedy is safe only where this holds in every case."""
        inner = self.slots.get("finding")
        return inner.value_is_right if isinstance(inner, Finding) else self.code.startswith("type_")

    def to_json(self):
        """Return the facts as dicts, lists, strings and numbers."""
        return {"code": self.code, "slots": {name: _to_json(value) for name, value in self.slots.items()}}

    @classmethod
    def from_json(cls, facts):
        """Read what :meth:`to_json` wrote."""
        return cls(str(facts["code"]), {str(name): _from_json(value) for name, value in facts["slots"].items()})


_PLAIN = (bool, int, float, str, dict, Finding)


def _plain(value):
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if type(value) is int and value.bit_length() > _LONGEST:
        return shown(value)["text"]
    return value if value is None or isinstance(value, _PLAIN) else shown(value)["text"]


def _to_json(value):
    if isinstance(value, Finding):
        return value.to_json()
    return [_to_json(item) for item in value] if isinstance(value, list) else value


def _from_json(value):
    if isinstance(value, dict) and value.keys() == {"code", "slots"}:
        return Finding.from_json(value)
    return [_from_json(item) for item in value] if isinstance(value, list) else value
