"""Stored outputs are what running a notebook gives: nbval proves it, one notebook at a time."""

import json
import os
import re
import subprocess
from multiprocessing import get_context

import pytest
from kernels import NAME
from setup_cell import FOLDED, ROOT, first_code_cell, notebooks, setup_cell

NOTEBOOKS = [pytest.param(path, extra, id=path.relative_to(ROOT).as_posix()) for path, extra in notebooks()]


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


# Each notebook has a pytest of its own, forked from a process that has imported it: to import takes a second.
FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["pytest", "nbval.plugin"])


def prove(path, folder, environment):
    """Run nbval on a notebook in this process, and end it with what pytest says."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    with open("told", "w") as told:
        os.dup2(told.fileno(), 1)
        os.dup2(told.fileno(), 2)
    os._exit(pytest.main([
        "-p", "nbval.plugin", "-p", "no:cacheprovider",
        "--nbval", f"--nbval-kernel-name={NAME}", "--nbval-cell-timeout=300",
        f"--nbval-sanitize-with={ROOT / 'tests/notebooks/nbval_sanitize.cfg'}",
        "--override-ini=addopts=", "--override-ini=filterwarnings=", f"--rootdir={ROOT}",
        "--tb=short", str(path),
    ]))  # fmt: skip


@pytest.mark.parametrize(("path", "extra"), NOTEBOOKS)
def test_outputs_are_what_running_gives(path, extra, tmp_path, kernels):
    environment = kernels | {"CNNBOOK_SCALE": "smoke", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # those that are named
    run = FORKS.Process(target=prove, args=[path, tmp_path, environment], daemon=True)
    run.start()
    run.join()
    told = (tmp_path / "told").read_text(encoding="utf-8")
    assert run.exitcode == 0, told[-8000:]
    cells = sum(cell["cell_type"] == "code" for cell in read(path)["cells"])
    assert re.search(rf"\b{cells} passed", told), told[-500:]


@pytest.mark.parametrize(("path", "extra"), NOTEBOOKS)
def test_setup_cell_is_the_same_everywhere(path, extra):
    cell = first_code_cell(read(path))
    assert "".join(cell["source"]) == setup_cell(extra), "run: make setup-cells"
    assert FOLDED in cell["metadata"]["tags"], "run: make setup-cells"


@pytest.mark.parametrize(("path", "extra"), NOTEBOOKS)
def test_cells_were_run_in_order_and_every_image_has_a_description(path, extra):
    code = [cell for cell in read(path)["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    for cell in code:
        kinds = {kind for output in cell["outputs"] for kind in output.get("data", {})}
        if {"image/png", "image/svg+xml"} & kinds:
            described = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")
            assert len(described) > 40, "".join(cell["source"])[:200]


@pytest.mark.parametrize(("path", "extra"), NOTEBOOKS)
def test_no_warning_is_stored(path, extra):
    """A reader would see it on the page; running the cells again does not compare it."""
    outputs = [output for cell in read(path)["cells"] for output in cell.get("outputs", [])]
    assert [output["text"] for output in outputs if output.get("name") == "stderr"] == []


@pytest.mark.parametrize(("path", "extra"), NOTEBOOKS)
def test_links_between_files_lead_there_in_jupyterlab_too(path, extra):
    """The pages find a chapter without ".ipynb"; JupyterLab does not."""
    texts = ["".join(cell["source"]) for cell in read(path)["cells"] if cell["cell_type"] == "markdown"]
    links = [link for text in texts for link in re.findall(r"\]\(([^)#\s]*/[^)#\s]*)", text) if "://" not in link]
    assert [link for link in links if not (path.parent / link).is_file()] == []


@pytest.mark.parametrize(("path", "extra"), [param for param in NOTEBOOKS if param.id.startswith("book/")])
def test_what_readers_should_read_is_short(path, extra):
    """At most 15 lines a cell; longer ones are folded, and the set-up is folded everywhere."""
    code = [cell for cell in read(path)["cells"] if cell["cell_type"] == "code"]
    folded = {"hide-cell", "hide-input"}
    assert folded & set(code[0]["metadata"].get("tags", [])), "tag the set-up cell hide-cell"
    long = [
        cell["source"][0]
        for cell in code
        if len(cell["source"]) > 15 and not folded & set(cell["metadata"].get("tags", []))
    ]
    assert not long, f"shorten the cell, move it into the package, or tag it hide-input: {long}"


def test_the_address_of_the_repository_stands_in_one_place():
    """pyproject.toml has it; the set-up cells and _config.yml must agree; nothing else repeats it."""
    address = re.search(r"git\+(\S+)\"", setup_cell("labs"))[1]
    assert f"url: {address}\n" in (ROOT / "_config.yml").read_text()
    tracked = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=True).stdout.split()
    allowed = {"pyproject.toml", "_config.yml", "tests/notebooks/test_address.py"}
    repeated = {}
    for name in tracked:
        path = ROOT / name
        if name in allowed or not path.is_file() or path.suffix in {".png", ".gz", ".npz"}:
            continue
        name_there = address.removeprefix("https://github.com/")
        text = path.read_text(encoding="utf-8").replace(f"colab.research.google.com/github/{name_there}", "")
        count = text.count(name_there)
        if count > (1 if path.suffix == ".ipynb" else 0):
            repeated[name] = count
    assert not repeated
