"""The language of the words that the package shows: explorers and checks follow one setting.

Words stand in tables beside the module that shows them, ``<stem>.en.json`` and one file more for each other language:
whole sentences by key, with numbers as ``{name}``. Where a language lacks a key, the English sentence is shown.

>>> from cnnbook import language
>>> language.get()
'en'
"""

import functools
import json
import os
import re
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from types import MappingProxyType

_ENGLISH = "en"
_VARIABLE = "CNNBOOK_LANGUAGE"
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_chosen = None


def get() -> str:
    """Return the language that is set: by :func:`set`, else by the environment variable CNNBOOK_LANGUAGE, else "en".

    Returns
    -------
    str
        A tag such as "en", "zh" or "zh-TW".

    Raises
    ------
    ValueError
        Where CNNBOOK_LANGUAGE is no such tag.
    """
    return _chosen or _checked(os.environ.get(_VARIABLE) or _ENGLISH, _VARIABLE)


def set(language: str) -> None:
    """Set the language of this process, and of processes that it starts later.

    Parameters
    ----------
    language : str
        A tag such as "en" or "zh". A language without tables of words shows English.

    Raises
    ------
    ValueError
        Where it is no such tag.

    Examples
    --------
    >>> from cnnbook import language
    >>> language.set("en")
    >>> language.set("Chinese")
    Traceback (most recent call last):
    ValueError: language 'Chinese' is no language tag: use one such as 'en' or 'zh'
    """
    global _chosen
    _chosen = os.environ[_VARIABLE] = _checked(language, "language")


def words(stem: str | PathLike[str], language: str | None = None) -> Mapping[str, str]:
    """Return the words of a table, English where the language lacks a key.

    Parameters
    ----------
    stem : path
        Folder and stem of the table: ``cnnbook/checks/arithmetic`` for ``cnnbook/checks/arithmetic.en.json``.
    language : str, optional
        Left out: the one that is set. Of "zh-TW", the tables of "zh" count too.

    Returns
    -------
    mapping of str to str
        Empty where there is no table.

    Examples
    --------
    >>> from pathlib import Path
    >>> import cnnbook
    >>> words(Path(cnnbook.__file__).parent / "widgets" / "arithmetic")["kernel"]
    'Kernel size'
    """
    return _load(str(stem), get() if language is None else _checked(language, "language"))


def _checked(tag, name):
    if not isinstance(tag, str) or not _TAG.fullmatch(tag):
        raise ValueError(f"{name} {tag!r} is no language tag: use one such as 'en' or 'zh'")
    return tag


@functools.lru_cache
def _load(stem, tag):
    table = {}
    for name in dict.fromkeys([_ENGLISH, tag.partition("-")[0], tag]):
        path = Path(f"{stem}.{name}.json")
        if path.exists():
            table |= json.loads(path.read_text(encoding="utf-8"))
    return MappingProxyType(table)
