"""Stored stills are what the present JavaScript draws of the stored states, and no viewer needs a kernel for them."""

import json
import re
from contextlib import nullcontext

import nbformat
import pytest
import run
import stills

BOOK = [path for path in sorted(stills.ROOT.glob("book/*/*.ipynb")) if '"explorer": "' in path.read_text("utf-8")]
EACH_NOTEBOOK = pytest.mark.parametrize("path", BOOK, ids=[path.stem for path in BOOK])
SOURCE = "from cnnbook.widgets import PoolingExplorer\nPoolingExplorer(kernel={})"


@pytest.fixture(scope="module")
def draw(chromium):
    return stills.drawing(chromium)


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """One that shows an explorer and was run by hand."""
    path = tmp_path_factory.mktemp("notebook") / "one.ipynb"
    write(path, 2)
    return path


def write(path, kernel):
    """A notebook of one cell, with the outputs that it has had until now."""
    cell = nbformat.v4.new_code_cell(SOURCE.format(kernel), id="one")
    if path.exists():
        cell.outputs = nbformat.read(path, 4).cells[0].outputs
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)


def outputs(path):
    return stills.explorers(nbformat.read(path, 4))


def test_the_gallery_stores_every_explorer():
    gallery = outputs(stills.ROOT / "book/appendix/explorers.ipynb")
    shown = sorted(output.metadata["cnnbook"]["explorer"] for output in gallery)
    assert shown == sorted(stills.widgets.__all__), "put a cell for each into book/appendix/explorers.ipynb"


@pytest.mark.browser
@EACH_NOTEBOOK
def test_a_stored_still_is_what_the_explorer_draws(path, draw):
    for output in outputs(path):
        stored = output.metadata["cnnbook"]
        state = json.loads(stored["state"])
        assert sorted(state) == stills.settings(stored["explorer"]), "run: make stills"
        same = stills.alike(stills.decode(output.data["image/png"]), draw(stored["explorer"], state))
        assert same, f"the still of {output.data['text/plain']} is not what it draws now; run: make stills"


@EACH_NOTEBOOK
def test_a_notebook_stores_no_code_and_nothing_that_asks_for_a_kernel(path):
    text = path.read_text("utf-8")
    assert not re.search(r'"_esm"|"_css"|widget-(view|state)\+json', text)
    for output in outputs(path):
        width = stills.decode(output.data["image/png"]).width
        assert output.metadata["image/png"]["width"] * stills.SCALE == width
        assert len(output.data["image/png"]) < 130_000


@pytest.mark.browser
def test_another_number_or_threshold_is_another_picture(draw):
    changes = {"PoolingExplorer": {"input": [[1, 3, 2], [4, 4, 8]]}, "ActivationExplorer": {"threshold": 0.06}}
    for name, change in changes.items():
        explorer = getattr(stills.widgets, name)(**({"input": [[1, 3, 2], [4, 4, 0]]} if "input" in change else {}))
        state = explorer.get_state(stills.settings(name))
        assert not stills.alike(draw(name, state), draw(name, state | change))
        assert stills.alike(draw(name, state), stills.decode(stills.encode(draw(name, state))))


@pytest.mark.browser
def test_a_second_run_changes_no_byte_and_without_a_browser_nothing_is_lost(notebook, chromium, monkeypatch, capsys):
    def run_again(kernel):
        write(notebook, kernel)
        run.run(notebook)
        return notebook.read_bytes()

    monkeypatch.setattr(stills, "artist", lambda: nullcontext(stills.drawing(chromium)))
    first = run_again(2)
    assert run_again(2) == first
    monkeypatch.setattr(stills, "artist", lambda: nullcontext(None))
    assert run_again(2) == first
    assert "no Chromium found, so stills are not drawn" in capsys.readouterr().out
    assert b"image/png" not in run_again(3)
    assert b"PoolingExplorer(input=" in notebook.read_bytes()


def test_a_new_trait_gets_its_default_and_its_still(tmp_path, monkeypatch):
    path, image = tmp_path / "one.ipynb", stills.Image.new("P", (20, 10))
    state = {"kind": "average", "gone": 1}
    output = nbformat.v4.new_output("display_data", metadata={"cnnbook": stills.told("PoolingExplorer", state)})
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[output])]), path)
    assert stills.redraw(path, lambda explorer, state: image)
    assert not stills.redraw(path, lambda explorer, state: image)
    [found] = outputs(path)
    state = json.loads(found.metadata["cnnbook"]["state"])
    assert (sorted(state), state["kind"], state["kernel"]) == (stills.settings("PoolingExplorer"), "average", 2)
    assert stills.decode(found.data["image/png"]).size == (20, 10)
