import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from cnnbook import environment

ROOT = Path(__file__).parents[1]


def test_this_environment_has_everything():
    environment.require("0.1", "notebooks", "labs")
    assert {package.name for package in environment.status("labs")} >= {"numpy", "torch", "anywidget"}


def test_an_older_package_than_the_notebook_is_named_with_its_remedy():
    with pytest.raises(ImportError, match=r"cnnbook 0\.\d+\.\d+ is older than this notebook, which needs 9\.0"):
        environment.require("9.0")


@pytest.mark.parametrize(
    ("found", "complaint"),
    [(None, "torch is not installed: this notebook needs 2.4 or later"),
     ("2.3.1+cu118", "torch 2.3.1+cu118 is too old: this notebook needs 2.4 or later")],
)  # fmt: skip
def test_a_missing_or_old_package_is_named(monkeypatch, found, complaint):
    real = environment._version
    monkeypatch.setattr(environment, "_version", lambda name: found if name == "torch" else real(name))
    environment.require("0.1", "notebooks")  # does not need torch
    with pytest.raises(ImportError, match=re.escape(complaint)) as error:
        environment.require("0.1", "labs")
    assert "pip install --upgrade" in str(error.value)


def test_an_unknown_extra_is_refused():
    with pytest.raises(ValueError, match="extra 'gpu' is unknown: use 'labs' or 'notebooks'"):
        environment.status("gpu")


@pytest.mark.parametrize("version", ["", "latest", None, 1.0, ["0.1"]])
def test_what_is_no_version_is_refused(version):
    with pytest.raises(ValueError, match=re.escape(f"version {version!r} is no version: use one such as '0.")):
        environment.require(version)


def test_a_package_without_a_number_is_not_new_enough():
    assert not environment.Status("torch", "2.4", "unknown").ok


def test_colab_has_what_the_package_asks_for():
    """Installing cnnbook on Colab must change nothing there: what Colab has meets the lower bounds."""
    text = (ROOT / "tests" / "colab" / "constraints.txt").read_text(encoding="utf-8")
    colab = dict(re.findall(r"^([\w.-]+)==(\S+)$", text, re.MULTILINE))
    for package in environment.status("notebooks", "labs"):
        assert environment.Status(package.name, package.minimum, colab[package.name]).ok, package


def test_the_package_sets_lower_bounds_only():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    listed = [*project["dependencies"], *(line for extra in extras for line in extra)]
    assert all(re.fullmatch(r"[\w-]+>=[\d.]+|cnnbook\[\w+\]", line) for line in listed)


def test_import_is_light():
    """`import cnnbook` loads none of the heavy packages, numpy included."""
    code = "import sys, cnnbook; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "matplotlib", "numpy", "anywidget", "pandas"} & set(loaded)


def test_an_unknown_part_is_refused_by_name():
    import cnnbook

    with pytest.raises(AttributeError, match="has no attribute 'aritmetic': it has arithmetic"):
        cnnbook.aritmetic  # noqa: B018
