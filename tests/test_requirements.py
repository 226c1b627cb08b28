"""The pinned environment fits every Python that the README names."""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PYTHONS = ["3.11.0", "3.12.0", "3.13.0"]
FILES = ["constraints.txt", "requirements.txt", "book/requirements.txt"]
PINS = {
    name: version
    for file in FILES
    for name, version in re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / file).read_text(), flags=re.MULTILINE)
}


def test_the_pins_are_read():
    assert len(PINS) > 150
    assert PINS["numpy"] == distribution("numpy").version


@pytest.mark.parametrize("name", PINS)
def test_a_pin_installs_on_every_python(name):
    try:
        found = distribution(name)
    except PackageNotFoundError:  # pinned for another system
        return
    assert Version(found.version).public == PINS[name], "constraints.txt and this environment differ: run make test"
    allowed = SpecifierSet(found.metadata.get("Requires-Python") or "")
    assert [python for python in PYTHONS if python not in allowed] == []
