"""Is everything here that a notebook needs? The first cell of every notebook asks this."""

import platform
import re
from importlib import metadata
from typing import NamedTuple

_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)\s*(?:>=\s*(?P<minimum>[\d.]+))?")


class Status(NamedTuple):
    """One package that is needed: its name, the lowest version that works, and the one found (None: missing)."""

    name: str
    minimum: str
    found: str | None

    @property
    def ok(self) -> bool:
        """Whether the package is there and new enough."""
        return self.found is not None and _release(self.found) >= _release(self.minimum)


def status(*extras: str) -> list[Status]:
    """What is installed of what cnnbook needs, read from the package's own metadata.

    Parameters
    ----------
    *extras : str
        Parts of the package that only some need: ``"notebooks"``, ``"labs"``.

    Returns
    -------
    list of Status

    Raises
    ------
    ValueError
        For an extra that cnnbook does not have.

    Examples
    --------
    >>> [package.name for package in status()]
    ['numpy']
    """
    known = metadata.metadata("cnnbook").get_all("Provides-Extra") or []
    for extra in extras:
        if extra not in known:
            raise ValueError(f"extra {extra!r} is unknown: use {' or '.join(map(repr, known))}")
    wanted = {"", *(f"extra == {extra!r}" for extra in extras)}
    packages = {}
    for line in metadata.requires("cnnbook") or []:
        requirement, _, marker = line.partition(";")
        if marker.strip().replace('"', "'") in wanted:
            match = _REQUIREMENT.match(requirement)
            packages[match["name"]] = Status(match["name"], match["minimum"] or "0", _version(match["name"]))
    return list(packages.values())


def require(version: str, *extras: str) -> None:
    """Say what is wrong where a notebook cannot run here, and nothing where it can.

    Parameters
    ----------
    version : str
        The version of cnnbook that the notebook was written for; the one here must be at least that.
    *extras : str
        As in :func:`status`.

    Raises
    ------
    ValueError
        For a version that is none, and for an extra that cnnbook does not have.
    ImportError
        Names each package that is missing or too old, and the command that mends it.

    Examples
    --------
    >>> require("0.1")
    """
    found = metadata.version("cnnbook")
    if not isinstance(version, str) or not re.match(r"\d", version):
        raise ValueError(f"version {version!r} is no version: use one such as {found!r}")
    problems = []
    if _release(found) < _release(version):
        problems.append(f"cnnbook {found} is older than this notebook, which needs {version} or later")
    for package in status(*extras):
        if not package.ok:
            has = "is not installed" if package.found is None else f"{package.found} is too old"
            problems.append(f"{package.name} {has}: this notebook needs {package.minimum} or later")
    if problems:
        wanted = f"cnnbook[{','.join(extras)}]" if extras else "cnnbook"
        raise ImportError("\n".join([*problems, f"To mend this: {_install(wanted)}, then restart the kernel."]))


def report() -> str:
    """One line a package, for `cnnbook doctor` and for bug reports.

    Returns
    -------
    str
    """
    everything = status(*(metadata.metadata("cnnbook").get_all("Provides-Extra") or []))
    rows = [f"Python {platform.python_version()} on {platform.system()}, cnnbook {metadata.version('cnnbook')}"]
    for package in everything:
        verdict = "ok" if package.ok else f"needs {package.minimum} or later: {_install(package.name)}"
        rows.append(f"{package.name:<14} {package.found or 'missing':<14} {verdict}")
    return "\n".join(rows)


def _install(requirement):
    address = next((line.split(", ", 1)[1] for line in metadata.metadata("cnnbook").get_all("Project-URL") or []), None)
    if requirement.startswith("cnnbook") and address:
        requirement = f"{requirement} @ git+{address}"
    return f'pip install --upgrade "{requirement}"'


def _version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _release(version):
    """The numbers of a version; of one that has none, such as "unknown", lower than all others."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()
