"""A student's functions, collected from several notebooks."""

import os

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from cnnbook.exercises import answers


def write(folder, *cells, stem="mine"):
    nbformat.write(new_notebook(cells=list(map(new_code_cell, cells))), folder / f"{stem}.ipynb")


def test_a_function_comes_with_what_it_uses_and_nothing_else_is_run(tmp_path):
    write(
        tmp_path,
        "try:\n    import nowhere\nexcept ModuleNotFoundError:\n    %pip install nowhere\n    import nowhere",
        "import numpy as np\nfrom math import ceil as up",
        "TWO = up(1.5)\nraise_me = 1 / 0",
        "def half(x):\n    return np.asarray(x) / TWO",
        "!ls\nhalf(3) / 0\nprint('shown')",
        "def quarter(x):\n    raise_me = half(x)\n    return half(raise_me)",
    )
    mine = answers(tmp_path, mine="quarter half")
    assert [*vars(mine)] == ["quarter", "half"]
    assert mine.quarter([4, 8]).tolist() == [1, 2]


def test_helpers_may_be_inside_classes_decorators_and_defaults(tmp_path):
    write(
        tmp_path,
        "import functools\nSTEP = 3",
        "def twice(f):\n    @functools.wraps(f)\n    def g(*a):\n        return 2 * f(*a)\n    return g",
        "class Adder:\n    def by(self, x, step=STEP):\n        return x + step",
        "@twice\ndef add(x, adder=Adder()):\n    return adder.by(x)",
    )
    assert answers(tmp_path, mine="add").add(1) == 8


def test_the_last_definition_counts(tmp_path):
    write(tmp_path, "def f():\n    return 1", "def f():\n    return g()", "def g():\n    return 2")
    assert answers(tmp_path, mine="f").f() == 2


def test_two_notebooks_do_not_see_each_other(tmp_path):
    write(tmp_path, "K = 1\ndef f():\n    return K")
    write(tmp_path, "K = 2\ndef g():\n    return K", stem="other")
    mine = answers(tmp_path, mine="f", other="g")
    assert (mine.f(), mine.g()) == (1, 2)


def test_what_is_missing_may_be_left_out(tmp_path):
    write(tmp_path, "def f():\n    return 1")
    assert [*vars(answers(tmp_path, partly=True, mine="g f", absent="h"))] == ["f"]
    with pytest.raises(FileNotFoundError, match=r"no notebook .*typo/mine\.ipynb"):
        answers(tmp_path / "typo", partly=True, mine="f")


def test_the_newest_copy_counts_where_the_notebook_is_not_there(tmp_path):
    for number, stem in enumerate(["Copy of mine", "Kopie von mine", "not_mine"]):
        write(tmp_path, f"def f():\n    return {number}", stem=stem)
        os.utime(tmp_path / f"{stem}.ipynb", (number, number))
    assert answers(tmp_path, mine="f").f() == 1
    write(tmp_path, "def f():\n    return 3")
    assert answers(tmp_path, mine="f").f() == 3


def test_text_is_not_code(tmp_path):
    cells = [new_markdown_cell("def f("), new_code_cell("def f():\n    return 1")]
    nbformat.write(new_notebook(cells=cells), tmp_path / "mine.ipynb")
    assert answers(tmp_path, mine="f").f() == 1


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["def g():\n    return 1"], "mine.ipynb defines no function f: answer its question there, and save"),
        (["f = 3"], "defines no function f"),
        (["def f(:\n    return 1"], r"has a cell that Python cannot read, at `def f\(:`: mend it there"),
    ],
)
def test_what_is_missing_is_named(tmp_path, cells, told):
    write(tmp_path, *cells)
    with pytest.raises(ValueError, match=told):
        answers(tmp_path, mine="f")


def test_a_file_that_is_no_notebook_is_named(tmp_path):
    (tmp_path / "mine.ipynb").write_text("def f(): pass")
    with pytest.raises(ValueError, match=r"mine\.ipynb is not a notebook: use an \.ipynb file"):
        answers(tmp_path, mine="f")
