"""Folders to look in: the caller's, the environment's, and the user's cache."""

import os
import sys
import warnings
from pathlib import Path

from .._validate import got

VARIABLE = "CNNBOOK_DATA"


class Absent(FileNotFoundError):
    """A folder that the user named has none of the files."""


def find(name, split, alternatives, root):
    """Return the files of a split among the folders that the user named; None where they are to be downloaded.

    Parameters
    ----------
    name, split : str
        For the errors.
    alternatives : function
        From a folder to a list of places where the split may be. A place has a list of paths for each file: any of
        them will do.
    root : str, path or None
        What the caller gave.

    Raises
    ------
    FileNotFoundError
        For a folder that is not there, one that has some of the files only, and a `root` that has none.
    """
    for how, folder in _named(root):
        places = alternatives(folder)
        found = [[next((path for path in paths if path.is_file()), None) for paths in place] for place in places]
        whole = next((paths for paths in found if all(paths)), None)
        if whole:
            return whole
        remedy = "put the published files there" + (
            ", or leave root out" if how == "root" else f", or unset {VARIABLE}"
        )
        for paths, place in zip(found, places, strict=True):
            if any(paths):
                missing = [_said(wanted[0]) for path, wanted in zip(paths, place, strict=True) if path is None]
                there = place[0][0].parent
                raise FileNotFoundError(
                    f"{there} has a part of {name}'s {split} split only: {', '.join(missing)} missing: {remedy}"
                )
        if how == "root":
            wanted = ", ".join(paths[0].name for paths in places[0])
            looked = ", ".join(dict.fromkeys(str(place[0][0].parent) for place in places))
            raise Absent(f"root {folder} has no file of {name}'s {split} split ({wanted}), in {looked}: {remedy}")
    return None


def _named(root):
    """Folders that the user named, and how: each of them must be there."""
    if root is not None and not isinstance(root, str | os.PathLike):
        raise TypeError(f"root must be a folder, {got(root)}: use a path such as '~/data'")
    for how, folder in (("root", root), (VARIABLE, os.environ.get(VARIABLE) or None)):
        if folder is None:
            continue
        if not str(folder).strip():
            raise FileNotFoundError(
                f"{how} {str(folder)!r} names no folder: give a path such as '~/data', or leave it out"
            )
        try:
            path = Path(folder).expanduser()
        except RuntimeError as error:  # no such user, no home
            raise FileNotFoundError(f"{how} {folder} cannot be found ({error}): write the path in full") from None
        if not os.path.isdir(path):  # of a name that no system takes, pathlib would raise an error
            told = ("is a file, no folder: name the folder that it is in" if os.path.exists(path)
                    else "does not exist: correct it")  # fmt: skip
            raise FileNotFoundError(f"{how} {path} {told}, or leave it out to use the cache and downloads")
        yield how, path


def _said(path):
    return f"{path.name} (a folder has its name)" if path.is_dir() else path.name


def cache():
    """The folder in which downloads are kept, where this system keeps such things."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or _home() / "AppData" / "Local"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or _home() / ".cache"
    return Path(base) / "cnnbook"


def elsewhere():
    """How to have the cache in another folder."""
    return f"set {'LOCALAPPDATA' if sys.platform == 'win32' else 'XDG_CACHE_HOME'} to another folder"


def _home():
    try:
        return Path.home()
    except RuntimeError:
        raise FileNotFoundError(f"there is no home folder to keep downloads in: {elsewhere()}") from None


def read(path):
    """The bytes of a file, or an error that names it and a remedy."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise OSError(f"{path} cannot be read ({error.strerror}): make it readable, or use another folder") from None


def compare(name, place, sums, published):
    """Warn where files are not the published ones.

    Parameters
    ----------
    name : str
        The data set.
    place : path
        Where they are.
    sums : dict
        The MD5 sum of each file.
    published : dict
        The same of the published files; what is not in it cannot be compared.
    """
    other = [file for file, md5 in sums.items() if published.get(file, md5) != md5]
    unknown = [file for file in sums if file not in published]
    if other:
        warnings.warn(
            f"{place}: {', '.join(other)} differ from the published files of {name} (other MD5 sums): numbers measured "
            f"on them are not those of {name}; put the published files there",
            stacklevel=4,
        )
    elif unknown:
        warnings.warn(
            f"{place}: {', '.join(unknown)} cannot be compared with the published files of {name}, whose MD5 sums are "
            "of the .gz files: put these there",
            stacklevel=4,
        )
