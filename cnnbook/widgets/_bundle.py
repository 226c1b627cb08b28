"""What the browser gets: one module text and one style sheet an explorer, put together from the files beside this one.

It needs the standard library only, so that the book can be built without anywidget.

>>> module_text("arithmetic").startswith('const NAME = "arithmetic", WORDS = ')
True
"""

import json
import re
from pathlib import Path

from ..language import words as table

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


def module_text(stem):
    """Return an explorer as one ES module that imports nothing: its words, the shared core, its own code.

    Parameters
    ----------
    stem : str
        Name of the explorer's files, such as ``"arithmetic"``.

    Returns
    -------
    str
        A module whose default export is ``{ render({ model, el }) }``; it also exports the explorer's pure functions.

    Raises
    ------
    ValueError
        Where there is no such explorer.
    """
    _check(stem)
    languages = sorted(path.name.split(".")[1] for path in _HERE.glob(f"{stem}.*.json"))
    imports = re.compile(r'^import \{([^}]*)\} from "\./_core\.js";$', flags=re.MULTILINE)
    comment = re.compile(r"^ *(//|/\*\*|\*).*\n| // .*$", flags=re.MULTILINE)
    core, own = (comment.sub("", _read(name)) for name in ("_core.js", f"{stem}.js"))
    code = _needed(core, " ".join(imports.findall(own))) + imports.sub("", own)
    code = re.sub(r"^\s+", "", code, flags=re.MULTILINE)  # comments, and indentation: both weigh in a page
    unused = {key for key in json.loads(_read("_core.en.json")) if not re.search(rf"\b{key}\b", code)}
    shown = {name: {k: text for k, text in words(stem, name).items() if k not in unused} for name in languages}
    return f'const NAME = "{stem}", WORDS = {json.dumps(shown, ensure_ascii=False)};\n{code}'


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
    _check(stem)
    palette = json.loads(_PALETTE.read_text(encoding="utf-8"))
    light, dark = (_variables(name, palette[name]) for name in ("light", "dark"))
    themes = (
        f".cnnx {light}\n@media screen {{ {', '.join(_DARK_HOSTS)} {dark} }}\n"  # paper is light
        f"@media screen and (prefers-color-scheme: dark) {{ {_SILENT_HOST} {dark} }}\n"
    )
    own = _read(f"{stem}.css") if (_HERE / f"{stem}.css").exists() else ""
    return f"{themes}{_read('_core.css')}{own}"


def words(stem, language="en"):
    """Return the words that an explorer shows, shared ones included: an edition in another language adds its tables.

    Where these lack a key, the English sentence stands.

    Parameters
    ----------
    stem : str
        As in :func:`module_text`.
    language : str
        Names the tables ``<stem>.<language>.json`` and ``_core.<language>.json``.

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
    if not (_HERE / f"{stem}.{language}.json").exists():
        raise ValueError(f"language {language!r} is unknown: add cnnbook/widgets/{stem}.{language}.json or use 'en'")
    return {**table(_HERE / "_core", language), **table(_HERE / stem, language)}


def _needed(core, names):
    """The pieces of the core, blank lines between them, that declare `names`, and those that these need in turn."""
    pieces = re.sub(r"^export ", "", core, flags=re.MULTILINE).split("\n\n")
    declared = [set(re.findall(r"^(?:function|const) (\w+)", piece, flags=re.MULTILINE)) for piece in pieces]
    kept, asked = set(), names
    while asked:
        new = {index for index, own in enumerate(declared) if own & set(re.findall(r"\w+", asked))} - kept
        kept |= new
        asked = "\n".join(pieces[index] for index in new)
    return "\n".join(pieces[index] for index in sorted(kept)) + "\n"


def _check(stem):
    if stem not in stems():
        raise ValueError(f"explorer {stem!r} is unknown: use one of {', '.join(stems())}")


def _read(name):
    return (_HERE / name).read_text(encoding="utf-8")


def _variables(scheme, roles):
    pairs = [f"--{role}-{part}: {colour};" for role, parts in roles.items() for part, colour in parts.items()]
    return f"{{ color-scheme: {scheme}; {' '.join(pairs)} }}"
