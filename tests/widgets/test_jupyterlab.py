"""The explorers in a live JupyterLab: the kernel's traits follow the mouse, and the picture follows the kernel."""

import json
import os
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

import nbformat
import pytest
from playwright.sync_api import expect

TOKEN = "only-for-this-test"
CELLS = [
    "from cnnbook.widgets import ArithmeticExplorer\nexplorer = ArithmeticExplorer(8, 3)\nexplorer",
    "print(explorer.row, explorer.column, explorer.kernel, explorer.stride, '->', explorer.output_size)",
    "explorer.stride, explorer.padding = 3, 1\nprint('set')",
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Address of a JupyterLab with an empty home of its own and one notebook."""
    home = tmp_path_factory.mktemp("jupyter")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, home / "explorer.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
    (home / "overrides").mkdir()
    (home / "overrides" / "overrides.json").write_text(json.dumps(quiet))
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


def run_cell(page, index):
    """Run a cell; return the place of its last output."""
    cell = page.locator(".jp-CodeCell").nth(index)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    return cell.locator(".jp-OutputArea-output").last


@pytest.mark.browser
def test_traits_follow_the_mouse_and_the_picture_follows_the_traits(lab, context):
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{lab}/doc/tree/explorer.ipynb?token={TOKEN}")
    page.locator(".jp-CodeCell").first.wait_for()
    wait_for_kernel(page, lab)
    run_cell(page, 0)
    window = page.locator(".cnnx-frame")
    window.wait_for()
    side = page.locator(".cnnx-cell").first.bounding_box()["width"]

    def drag(locator, right, down):
        locator.scroll_into_view_if_needed()
        box = locator.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + right, y + down, steps=8)
        page.mouse.up()

    drag(window, 3 * side, 2 * side)
    drag(page.locator("[data-grip=kernel] .cnnx-target"), -side, 0)
    expect(run_cell(page, 1)).to_have_text("2 3 2 1 -> 7")

    # The arrow keys belong to the explorer, not to JupyterLab's cells.
    page.locator(".cnnx-window").focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("slider", name="Stride").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Kernel size: one more").click()
    expect(run_cell(page, 1)).to_have_text("2 2 3 2 -> 3")

    expect(run_cell(page, 2)).to_have_text("set")
    expect(page.locator(".cnnx-slider output")).to_have_text(["8", "3", "1", "3", "1"])
    expect(page.locator(".cnnx [role=status]")).to_contain_text("Output size 3. ")
    assert context.blocked == []
