"""The explorers in a live JupyterLab: the kernel's traits follow the reader, and the picture follows the kernel.

All of them stand in one notebook; others are opened without being run.
"""

import ast
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import nbformat
import pytest
from explorer_page import drag, part
from explorer_scripts import SCRIPTS
from playwright.sync_api import expect

from cnnbook.widgets import __all__ as EXPLORERS

TOKEN = "only-for-this-test"
ROOT = Path(__file__).parents[2]
OWN = "from cnnbook.widgets import *\ndisplay(ResidualExplorer())\nArithmeticExplorer(9)"
SHOW = '''\
import cnnbook.widgets
explorers = {name: getattr(cnnbook.widgets, name)() for name in cnnbook.widgets.__all__}
display(*explorers.values())

def follow(run, name, expected, then):
    """Print what has become of the traits; where it is what was expected, set others."""
    traits = {trait: getattr(explorers[name], trait) for trait in expected}
    if traits == expected:
        for pair in then.items():
            setattr(explorers[name], *pair)
    print(run, traits)
'''


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Address of a JupyterLab with an empty home of its own and one notebook of two cells; the last one is empty."""
    home = tmp_path_factory.mktemp("jupyter")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in (SHOW, "")])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, home / "explorers.ipynb")
    notebook.cells = [nbformat.v4.new_code_cell(OWN)]
    nbformat.write(notebook, home / "own.ipynb")
    gallery = nbformat.read(ROOT / "book/appendix/explorers.ipynb", 4)
    gallery.cells = [cell for cell in gallery.cells if cell.get("outputs")][:2]
    nbformat.write(gallery, home / "stored.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
        "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},  # cells out of sight stay in the page
    }
    (home / "overrides").mkdir()
    (home / "overrides" / "overrides.json").write_text(json.dumps(options))
    folders = {
        name: str(home / name)
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
        "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={home}",
        f"--LabApp.app_settings_dir={home / 'overrides'}", "--LabApp.extension_manager=readonly",
    ]  # fmt: skip
    environment = {**os.environ, "HOME": str(home), **folders}
    log = (home / "log.txt").open("wb")
    server = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=home)
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while _ask(f"{address}/api") is None:
            assert server.poll() is None, (home / "log.txt").read_text()
            assert time.monotonic() < deadline, (home / "log.txt").read_text()
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


def _ask(address):
    """The server's answer; None where it does not listen yet."""
    try:
        with urlopen(f"{address}?token={TOKEN}", timeout=5) as answer:
            return json.load(answer)
    except (URLError, OSError):
        return None


def wait_for_kernel(page, address, name):
    """Wait until a notebook has its kernel on its page: a cell that is run before is forgotten, or asks for one."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        sessions = _ask(f"{address}/api/sessions") or []
        kernels = [session["kernel"] for session in sessions if session["path"] == f"{name}.ipynb"]
        if any(kernel["connections"] and kernel["execution_state"] == "idle" for kernel in kernels):
            break
        page.wait_for_timeout(500)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(state="attached")


@pytest.fixture(scope="module")
def notebook(lab, chromium):
    """The page of the notebook, with all explorers on it; it must ask no other host."""
    page = chromium.new_context(viewport={"width": 1280, "height": 900}, has_touch=True).new_page()
    others = []
    page.on("request", lambda asked: urlsplit(asked.url).hostname in (None, "127.0.0.1") or others.append(asked.url))
    page.set_default_timeout(60_000)
    page.goto(f"{lab}/doc/tree/explorers.ipynb?token={TOKEN}")
    page.locator(".jp-CodeCell").first.wait_for()
    wait_for_kernel(page, lab, "explorers")
    run_cell(page, 0)
    expect(page.locator(".cnnx")).to_have_count(len(EXPLORERS), timeout=60_000)
    page.set_default_timeout(10_000)
    yield page
    page.context.close()
    assert others == []


def run_cell(page, index, source=None):
    """Run a cell, with this source if there is one; return its outputs."""
    cell = page.locator(".jp-CodeCell").nth(index)
    text = cell.locator(".cm-content")
    if source is not None:
        text.fill(source)
    text.press("Control+Enter")
    return cell.locator(".jp-OutputArea-output")


def test_every_explorer_has_a_script():
    assert sorted(SCRIPTS) == sorted(EXPLORERS), "each name in cnnbook.widgets.__all__ needs a script in SCRIPTS"


# All have their traits from one core; the others are played here by `make hands`.
FEW = ("ArithmeticExplorer", "ConvolutionStepper", "LeNetExplorer", "ResidualExplorer")
OTHERS = [pytest.param(name, marks=pytest.mark.hands) for name in SCRIPTS if name not in FEW]


@pytest.mark.browser
@pytest.mark.parametrize("name", [*FEW, *OTHERS])
def test_traits_follow_the_reader_and_the_picture_follows_the_traits(notebook, name):
    script, view = SCRIPTS[name], notebook.locator(".cnnx").nth(EXPLORERS.index(name))
    (where, key), (what, right, down) = script.keyboard, script.mouse
    part(view, where).press(key)
    drag(notebook, part(view, what), right, down)
    part(view, script.touch).tap()
    for run in range(20):  # the last message may still be on its way
        told = f"{name}, run {run}:"
        source = f"follow({told!r}, {name!r}, {script.traits}, {script.then})"
        output = run_cell(notebook, 1, source).filter(has_text=told)
        output.wait_for()
        traits = ast.literal_eval(output.inner_text().removeprefix(told).strip())
        if traits == script.traits:
            break
    assert traits == script.traits, f"{name} in Python"
    expect(view.locator(".cnnx-live")).to_contain_text(script.shown)


def opened(lab, chromium, name):
    """The page of another notebook."""
    page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{lab}/doc/tree/{name}.ipynb?token={TOKEN}")
    page.locator(".jp-CodeCell").first.wait_for()
    return page


@pytest.mark.browser
def test_a_stored_notebook_shows_its_stills_without_being_run(lab, chromium):
    page = opened(lab, chromium, "stored")
    stills = page.locator(".jp-RenderedImage img")
    expect(stills).to_have_count(2, timeout=60_000)
    assert stills.first.bounding_box()["width"] == 648  # half of its pixels, so that it is sharp
    page.context.close()


@pytest.mark.browser
def test_an_own_notebook_that_is_opened_again_says_what_was_seen(lab, chromium):
    page = opened(lab, chromium, "own")
    wait_for_kernel(page, lab, "own")
    run_cell(page, 0)
    expect(page.locator(".cnnx")).to_have_count(2, timeout=60_000)
    # Jupyter's server loses a notebook that is read while it is written.
    with page.expect_response(lambda answer: answer.request.method == "PUT" and "own.ipynb" in answer.url):
        page.keyboard.press("Control+s")
    assert _ask(f"{lab}/api/contents/own.ipynb")["content"]["metadata"]["widgets"]
    page.context.close()
    [session] = [session["id"] for session in _ask(f"{lab}/api/sessions") if session["path"] == "own.ipynb"]
    urlopen(Request(f"{lab}/api/sessions/{session}?token={TOKEN}", method="DELETE"), timeout=20)
    page = opened(lab, chromium, "own")
    for said in ("Output size 4.", "Block 15 of 30", "Run this cell again to use the explorer."):
        expect(page.locator(".jp-OutputArea").first).to_contain_text(said, timeout=60_000)
    expect(page.locator(".jp-OutputArea").first).not_to_contain_text("Error")
    page.context.close()
