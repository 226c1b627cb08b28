"""The explorers in a live JupyterLab: the kernel's traits follow the reader, and the picture follows the kernel.

All of them stand in one notebook, and each has a script: what is done by keyboard, mouse and touch, and then in Python.
"""

import ast
import json
import os
import socket
import subprocess
import sys
import time
from typing import NamedTuple
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import nbformat
import pytest
from playwright.sync_api import expect

from cnnbook.widgets import DeformableSampler
from cnnbook.widgets import __all__ as EXPLORERS

TOKEN = "only-for-this-test"
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
WINDOW, FRAME = ("application", "Window"), ("application", "Frame")


class Script(NamedTuple):
    """What is done to an explorer as it is made without arguments; parts are a role and a name, or a CSS selector."""

    keyboard: tuple  # a part that gets the focus, and a key
    mouse: tuple  # a part that is dragged, and how far: pixels to the right, and down
    touch: tuple | str  # a part that is tapped
    traits: dict  # what they have become in Python
    then: dict  # traits that are set in Python
    shown: str  # in the line of text, after that


SCRIPTS = {
    "ActivationExplorer": Script(
        keyboard=(("combobox", "Function"), "ArrowDown"),
        mouse=("[data-grip=x] .cnnx-target", -900, 0),
        touch=("button", "Threshold: one more"),
        traits={"function": "tanh", "x": -5.0, "threshold": 0.06},
        then={"function": "relu", "x": 2.5},
        shown="ReLU at x = 2.5: value 2.5, slope 1.",
    ),
    "ArithmeticExplorer": Script(
        keyboard=(WINDOW, "ArrowDown"),
        mouse=(".cnnx-frame", 900, 0),
        touch=("checkbox", "Round up"),
        traits={"row": 1, "column": 4, "ceil_mode": True},
        then={"stride": 2, "padding": 1},
        shown="Output size 4.",
    ),
    "BatchNormExplorer": Script(
        keyboard=(("slider", "Number 2 of the batch"), "End"),
        mouse=(".cnnx-handle .cnnx-disc", -900, 0),
        touch=("checkbox", "Training"),
        traits={"values": (-8, 8, 3, 4, 6), "training": False},
        then={"training": True, "gamma": 2.0, "beta": 1.0},
        shown="The outputs have mean 1 and standard deviation 2.",
    ),
    "ChannelsExplorer": Script(
        keyboard=(("application", "Output cell"), "PageDown"),
        mouse=("[data-grip=c_out] .cnnx-target", 0, 900),
        touch=("button", "Kernel size: one less"),
        traits={"channel": 1, "c_out": 8, "kernel": 2},
        then={"groups": 4},
        shown="Depthwise: each output channel sees one input channel.",
    ),
    "ConvolutionStepper": Script(
        keyboard=(WINDOW, "ArrowDown"),
        mouse=(".cnnx-frame", 900, 0),
        touch=("checkbox", "Flip the kernel"),
        traits={"row": 1, "column": 3, "flip": True, "preset": "vertical"},
        then={"input": [[1, 2, 3]] * 3, "kernel": [[1, 10]], "row": 2},
        shown="Output row 2, column 0 is 12: the sum of 2 products.",  # 1 * 10 + 2 * 1: it is flipped
    ),
    "DeformableSampler": Script(
        keyboard=(WINDOW, "ArrowUp"),
        mouse=(".cnnx-point", 900, 0),
        touch=".cnnx-point >> nth=8",
        traits={"row": 1, "tap": 8, "offsets": ((-0.4, 2), *DeformableSampler().offsets[1:])},
        then={"offsets": [(0, 0)] * 9, "tap": 4, "row": 2},
        shown="The point of kernel row 1, column 1 looks at row 3, column 3 and reads 9.",
    ),
    "DilatedExplorer": Script(
        keyboard=(("application", "Output pixel"), "ArrowUp"),
        mouse=("[data-grip=output]", 900, 0),
        touch=("button", "Add a layer"),
        traits={"row": 8, "column": 18, "dilations": (1, 2, 4, 1)},
        then={"dilations": [2, 2, 2], "row": 9, "column": 9},
        shown="It sees 49 of 169 pixels,",
    ),
    "Im2colExplorer": Script(
        keyboard=(("combobox", "Memory layout"), "ArrowUp"),
        mouse=(".cnnx-reach rect", 900, 900),
        touch=("button", "Padding: one more"),
        traits={"row": 3, "order": "NCHW", "padding": 1},
        then={"padding": 0, "order": "NHWC", "row": 2, "column": 1},
        shown="Its column 1 holds 25: channel 1, row 2, column 0 of the input",
    ),
    "PoolingExplorer": Script(
        keyboard=(WINDOW, "ArrowDown"),
        mouse=(".cnnx-frame", 900, 0),
        touch=("checkbox", "Round up"),
        traits={"row": 1, "column": 2, "ceil_mode": True},
        then={"input": [[1, 2], [3, 4]], "kind": "average"},
        shown="Output row 0, column 0 is 2.5: the sum of its window over 4.",
    ),
    "ReceptiveFieldExplorer": Script(
        keyboard=(("combobox", "Preset"), "ArrowDown"),
        mouse=("[data-grip=unit] rect", 900, 0),
        touch=("button", "Add a layer"),
        traits={"layers": ((7, 1, 3, 1), (3, 1, 1, 1)), "column": 14},
        then={"layers": [(3, 2, 1, 1)] * 2, "layer": 2, "row": 0, "column": 0},
        shown="Layer 2, row 0, column 0: field 7 × 7 px, jump 4, start −3.",
    ),
    "ResidualExplorer": Script(
        keyboard=(("slider", "Block. The arrow keys"), "ArrowRight"),
        mouse=(".cnnx-gain .cnnx-target", 0, -900),
        touch=("checkbox", "Batch norm in each block"),
        traits={"block": 16, "gain": 2.0, "normalise": True},
        then={"cut": [12], "block": 12},
        shown="Block 12 of 30, gain 2: after it the signal has size 0 in the plain network",
    ),
    "TransposedStepper": Script(
        keyboard=(FRAME, "ArrowDown"),
        mouse=(".cnnx-frame", 900, 0),
        touch=("button", "Stride: one more"),
        traits={"row": 1, "column": 2, "stride": 3},
        then={"view": "zeros", "stride": 1, "padding": 0, "row": 0, "column": 0},
        shown="Its window holds 1 input numbers and 8 zeros.",
    ),
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Address of a JupyterLab with an empty home of its own and one notebook of two cells; the last one is empty."""
    home = tmp_path_factory.mktemp("jupyter")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in (SHOW, "")])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, home / "explorers.ipynb")
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


def wait_for_kernel(page, address):
    """Wait until the page has its kernel: a cell that is run before is forgotten, or asks for a kernel."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        kernels = _ask(f"{address}/api/kernels") or []
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
    wait_for_kernel(page, lab)
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


def part(view, target):
    found = view.locator(target) if isinstance(target, str) else view.get_by_role(target[0], name=target[1])
    return found.first


def drag(page, locator, right, down):
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y + down)
    page.mouse.up()


def test_every_explorer_has_a_script():
    assert sorted(SCRIPTS) == sorted(EXPLORERS), "each name in cnnbook.widgets.__all__ needs a script in SCRIPTS"


@pytest.mark.browser
@pytest.mark.parametrize("name", SCRIPTS)
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
    expect(view.locator("[role=status]")).to_contain_text(script.shown)
