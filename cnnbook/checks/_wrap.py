"""Text in columns: East Asian characters are two columns wide, and combining ones none."""

import re
import sys
import unicodedata

# A line may break at a space, and beside a wide character; closing marks stay with what is before them.
_PIECES = re.compile(r"[^\S\n]+|[⺀-￯]|[^\s⺀-￯]+")
_CLOSING = "、。，．：；？！）」』】〉》”’"


def width(text):
    """Columns that a text takes.

    >>> width("kernel"), width("卷积核")
    (6, 6)
    """
    return sum(map(_columns, text))


def pad(text, columns):
    """A text with spaces after it, up to a number of columns.

    >>> pad("核", 4) + "|"
    '核  |'
    """
    return text + " " * max(0, columns - width(text))


def wrap(text, columns, indent=""):
    """Break a line into lines of at most so many columns. Its own indentation stays, and `indent` goes before each.

    >>> wrap("the kernel covers", 10)
    ['the kernel', 'covers']
    >>> wrap("卷积核覆盖输入", 8)
    ['卷积核覆', '盖输入']
    """
    indent += text[: len(text) - len(text.lstrip(" "))]
    lines, line = [], ""
    for piece in _split(text.strip(), columns - width(indent)):
        if line and width(indent + line + piece.rstrip()) > columns and piece[0] not in _CLOSING:
            lines.append(indent + line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, indent + line.rstrip()]


def put(text):
    """Print a text. What the terminal cannot encode is escaped, so that it ends no program."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding))


def _split(text, columns):
    for piece in _PIECES.findall(text):
        start = taken = 0
        for place, character in enumerate(piece):
            taken += _columns(character)
            if taken > columns and place > start:  # one word that fills more than a line
                yield piece[start:place]
                start, taken = place, _columns(character)
        yield piece[start:]


def _columns(character):
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
