"""What is published as the package: its size, what it holds, and that all places name one version."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

import cnnbook

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_is_small(wheel):
    assert wheel.stat().st_size < 3e6


def test_the_wheel_holds_the_package_its_words_and_its_records_and_nothing_else(wheel):
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    tracked = subprocess.run(
        ["git", "ls-files", "cnnbook"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    missing = set(tracked.split()) - names
    assert not missing
    records = {f"cnnbook/labs/results/{path.name}" for path in (ROOT / "book" / "labs" / "results").glob("*.json")}
    assert records <= names
    assert len(records) > 5
    assert not [name for name in names if not name.startswith("cnnbook/") or "__pycache__" in name]


def test_an_installed_package_has_the_records_and_weights(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = """
import cnnbook
from cnnbook import datasets, labs
lab = labs.load("lenet_mnist")
print(cnnbook.__file__)
print(lab.record().seeds, len(lab.trained(datasets.load("mnist_sample", "train")).state_dict()))
"""
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, check=True,
        capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    assert told == [str(tmp_path / "cnnbook" / "__init__.py"), "5 12"]


def test_links_of_the_readme_lead_to_files_of_the_repository(wheel):
    package = zipfile.ZipFile(wheel)
    (metadata,) = [name for name in package.namelist() if name.endswith(".dist-info/METADATA")]
    links = re.findall(r"\]\((.+?)\)", package.read(metadata).decode())
    files = [link.removeprefix(f"{PROJECT['urls']['Repository']}/blob/main/") for link in links]
    assert len(files) > 30
    assert [file for file in files if not (ROOT / file).is_file()] == []


def test_one_version_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    newest = re.search(r"^## (\d\S*)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert {PROJECT["version"], cnnbook.__version__, citation["version"], newest} == {cnnbook.__version__}
    assert re.fullmatch(r"\d+\.\d+\.\d+", cnnbook.__version__)


def test_the_citation_has_what_the_format_asks_for():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(citation)
    assert citation["license"] == PROJECT["license"]
