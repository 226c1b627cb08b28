"""What the browser gets: modules, style sheets and words of the explorers, from the files beside this one.

Modules go in whole: nothing reads or changes JavaScript but for the one address that an explorer imports, ``CORE``.
A page of the book carries the core once, and its script gives it an address (book/_assets/widgets.js); a kernel sends
each explorer as one text, in which the core travels along (``_join.js``).

It needs the standard library only, so that the book can be built without anywidget.

>>> own_module("arithmetic").count(CORE)
1
"""

import json
from pathlib import Path

from ..language import get
from ..language import words as table

CORE = '"./_core.js"'  # as every explorer imports it
_HERE = Path(__file__).parent
_PALETTE = _HERE.parent / "palette.json"

# Where each host says that its page is dark; where none says anything, the system's choice counts.
_DARK_HOSTS = (
    'html[data-theme="dark"] .cnnx',  # the book
    'body[data-jp-theme-light="false"] .cnnx',  # JupyterLab, Notebook 7
    "body.vscode-dark .cnnx",
    "body.vscode-high-contrast:not(.vscode-high-contrast-light) .cnnx",
    'html[theme="dark"] .cnnx',  # Colab
)
_SILENT_HOST = 'html:not([data-theme], [theme]) body:not([data-jp-theme-light], [class*="vscode-"]) .cnnx'


def stems():
    """Names of the explorers: each has ``<stem>.py``, ``<stem>.js`` and ``<stem>.en.json``.

    >>> "arithmetic" in stems()
    True
    """
    return sorted(path.stem for path in _HERE.glob("*.js") if not path.stem.startswith("_"))


def core_module():
    """Return the module that all explorers import.

    >>> "export function svg(" in core_module()
    True
    """
    return _read("_core.js")


def own_module(stem):
    """Return the module of an explorer; its one import is that of the core.

    Parameters
    ----------
    stem : str
        Name of the explorer's files, such as ``"arithmetic"``.

    Returns
    -------
    str
        A module whose default export is ``{ render({ model, el }) }``; it also exports the explorer's pure functions.
        Besides its traits, the model gives it its name, ``_stem``, and its words, ``_words``.

    Raises
    ------
    ValueError
        Where there is no such explorer, or where it does not import the core in the one way that is known.
    """
    _check(stem)
    text = _read(f"{stem}.js")
    if text.count(CORE) != 1:
        raise ValueError(f"{stem}.js names {CORE} {text.count(CORE)} times: import the core in one place")
    return text


def module_text(stem):
    """Return an explorer as one module that imports nothing from its host: the core and its own module, joined.

    Parameters
    ----------
    stem : str
        As in :func:`own_module`.

    Returns
    -------
    str
        A module whose default export is that of the explorer.

    Raises
    ------
    ValueError
        Where there is no such explorer.

    Examples
    --------
    >>> module_text("arithmetic").splitlines()[-1]
    'export default explorer;'
    """
    texts = {"CORE": core_module(), "OWN": own_module(stem), "ADDRESS": CORE}
    given = "".join(f"const {name} = {json.dumps(text, ensure_ascii=False)};\n" for name, text in texts.items())
    return given + _read("_join.js")


def core_style():
    """Return the rules that all explorers share, the palette as CSS variables first.

    >>> "--kernel-line: #a85400;" in core_style()
    True
    """
    palette = json.loads(_PALETTE.read_text(encoding="utf-8"))
    light, dark = (_variables(name, palette[name]) for name in ("light", "dark"))
    themes = (
        f".cnnx {light}\n@media screen {{ {', '.join(_DARK_HOSTS)} {dark} }}\n"  # paper is light
        f"@media screen and (prefers-color-scheme: dark) {{ {_SILENT_HOST} {dark} }}\n"
    )
    return themes + _read("_core.css")


def own_style(stem):
    """Return an explorer's own rules; they reach no other explorer.

    >>> own_style("arithmetic").startswith(".x-arithmetic ")
    True
    """
    _check(stem)
    return _read(f"{stem}.css") if (_HERE / f"{stem}.css").exists() else ""


def style_text(stem):
    """Return an explorer's style sheet: the palette as CSS variables, the shared rules, its own rules if it has any.

    Parameters
    ----------
    stem : str
        As in :func:`module_text`.

    Returns
    -------
    str
        Variables are named ``--<role>-line`` and ``--<role>-fill``, for light and dark pages.

    Raises
    ------
    ValueError
        Where there is no such explorer.

    Examples
    --------
    >>> "--kernel-line: #a85400;" in style_text("arithmetic")
    True
    """
    return core_style() + own_style(stem)


def words(stem, language=None):
    """Return the words that an explorer shows, shared ones included: an edition in another language adds its tables.

    Where these lack a key, the English sentence stands.

    Parameters
    ----------
    stem : str
        As in :func:`own_module`.
    language : str, optional
        Names the tables ``<stem>.<language>.json`` and ``_core.<language>.json``; of "zh-TW", those of "zh" count too.
        Left out: what :func:`spoken` gives.

    Returns
    -------
    dict of str to str
        Sentences hold their numbers as ``{name}``.

    Raises
    ------
    ValueError
        Where there is no such explorer, or no table in that language.

    Examples
    --------
    >>> words("arithmetic")["kernel"]
    'Kernel size'
    """
    _check(stem)
    if language is None:
        language = spoken(stem)
    elif not _speaks(stem, language):
        raise ValueError(f"language {language!r} is unknown: add cnnbook/widgets/{stem}.{language}.json or use 'en'")
    return {**table(_HERE / "_core", language), **table(_HERE / stem, language)}


def spoken(stem, language=None):
    """Return the language that an explorer shows where `language` is wanted: English where it has no words in it.

    Parameters
    ----------
    stem : str
        As in :func:`own_module`.
    language : str, optional
        Left out: the one that is set, see :mod:`cnnbook.language`.

    Examples
    --------
    >>> spoken("arithmetic", "xx")
    'en'
    """
    _check(stem)
    language = get() if language is None else language
    return language if _speaks(stem, language) else "en"


def _speaks(stem, language):
    return any((_HERE / f"{stem}.{tag}.json").exists() for tag in (language, str(language).partition("-")[0]))


def _check(stem):
    if stem not in stems():
        raise ValueError(f"explorer {stem!r} is unknown: use one of {', '.join(stems())}")


def _read(name):
    return (_HERE / name).read_text(encoding="utf-8")


def _variables(scheme, roles):
    pairs = [f"--{role}-{part}: {colour};" for role, parts in roles.items() for part, colour in parts.items()]
    return f"{{ color-scheme: {scheme}; {' '.join(pairs)} }}"
