import copy
import hashlib
import json

import nbformat
import pytest

from cnnbook.exercises import build, course, derive

UNMARKED = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
METADATA = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}


def cell(source, kind="code", **marks):
    made = nbformat.v4.new_code_cell(source) if kind == "code" else nbformat.v4.new_markdown_cell(source)
    if marks:
        made.metadata.nbgrader = {**UNMARKED, **marks}
    return made


def notebook(*cells):
    return nbformat.v4.new_notebook(cells=list(cells), metadata=METADATA)


@pytest.fixture
def solution():
    source = "def f(x):\n    # think\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION"
    answer = cell(source, solution=True, grade_id="f")
    check = cell("check(f)", grade=True, locked=True, points=2, grade_id="c-f")
    check.outputs = [nbformat.v4.new_output("stream", text="passed")]
    check.execution_count = 3
    text = cell("Because.", "markdown", grade=True, solution=True, points=1, grade_id="why")
    return notebook(cell("# Title", "markdown"), answer, check, text)


def test_an_exercise_has_no_answers_and_no_outputs(solution):
    before = copy.deepcopy(solution)
    title, answer, check, text = derive(solution).cells
    assert solution == before
    assert title.source == "# Title"
    assert answer.source == "def f(x):\n    # think\n    return ..."
    assert text.source == "*Write your answer here.*"
    assert (check.source, check.outputs, check.execution_count) == ("check(f)", [], None)
    assert (check.metadata.editable, check.metadata.deletable, answer.metadata.deletable) == (False, False, False)
    assert check.metadata.nbgrader.checksum != answer.metadata.nbgrader.checksum


def test_a_solution_that_does_not_end_is_refused(solution):
    solution.cells[1].source = solution.cells[1].source.replace("### END SOLUTION", "")
    with pytest.raises(RuntimeError, match="no end solution statement found"):
        derive(solution)


def test_hidden_tests_are_not_left_in_an_exercise(solution):
    hidden = "check(f)\n### BEGIN HIDDEN TESTS\nassert f(3) == 3\n### END HIDDEN TESTS"
    solution.cells[2].source = hidden
    assert derive(solution).cells[2].source == "check(f)"
    solution.cells[2].source = hidden.replace("### END HIDDEN TESTS", "")
    with pytest.raises(RuntimeError, match="No end hidden tests statement found"):
        derive(solution)


@pytest.fixture
def folders(tmp_path, solution):
    """Folders of solutions and of exercises, with one solution, new.ipynb."""
    (tmp_path / "solutions").mkdir()
    nbformat.write(solution, tmp_path / "solutions" / "new.ipynb")
    return tmp_path / "solutions", tmp_path / "exercises"


def listed(folder):
    """Every file below a folder with what is in it; None where there is no folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.name: path.read_bytes() for path in files} if folder.exists() else None


def test_build_writes_all_and_a_second_time_the_same(folders):
    written = build(*folders)
    assert written == [folders[1] / "new.ipynb"]
    first = listed(folders[1])
    build(*folders)
    assert listed(folders[1]) == first
    assert set(first) == {"new.ipynb", ".written.json"}


def test_build_follows_its_solutions(folders):
    source = folders[0] / "new.ipynb"
    nbformat.write(nbformat.read(source, as_version=4), folders[0] / "old.ipynb")
    build(*folders)
    source.write_text(source.read_text().replace("# Title", "# Another title"))
    (folders[0] / "old.ipynb").unlink()
    build(*folders)
    assert set(listed(folders[1])) == {"new.ipynb", ".written.json"}
    assert "# Another title" in (folders[1] / "new.ipynb").read_text()


def test_build_keeps_what_it_did_not_write(folders):
    nbformat.write(nbformat.read(folders[0] / "new.ipynb", as_version=4), folders[0] / "old.ipynb")
    build(*folders)
    (folders[0] / "old.ipynb").unlink()
    (folders[1] / "my_notes.ipynb").write_text("mine")
    (folders[1] / "old.ipynb").write_text("filled in")
    build(*folders)
    assert (folders[1] / "my_notes.ipynb").read_text() == "mine"
    assert (folders[1] / "old.ipynb").read_text() == "filled in"


@pytest.mark.parametrize("record", [None, "{", "[1]", '{"new.ipynb": 3}', '{"gone.ipynb": null, "": null}'])
def test_build_refuses_to_overwrite_a_changed_exercise(folders, record):
    """Whatever became of the record."""
    build(*folders)
    (folders[0] / "another.ipynb").write_bytes((folders[0] / "new.ipynb").read_bytes())
    filled_in = (folders[1] / "new.ipynb").read_text().replace("return ...", "return x")
    (folders[1] / "new.ipynb").write_text(filled_in)
    if record is not None:
        (folders[1] / ".written.json").write_text(record)
    before = listed(folders[1])
    with pytest.raises(FileExistsError, match=r"new.ipynb is not as this command wrote it: move it away and run"):
        build(*folders)
    assert listed(folders[1]) == before


def test_line_ends_of_another_system_are_no_change(folders):
    build(*folders)
    path = folders[1] / "new.ipynb"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    source = folders[0] / "new.ipynb"
    source.write_text(source.read_text().replace("# Title", "# Another title"))
    build(*folders)
    assert "# Another title" in path.read_text()


def no_end(text):
    return text.replace("### END SOLUTION", "")


def twice(text):
    return text.replace('"grade_id": "why"', '"grade_id": "f"')


def too_old(text):
    return text.replace('"schema_version": 3', '"schema_version": 1')


@pytest.mark.parametrize(
    ("spoil", "message"),
    [(no_end, "no exercise can be derived from .*z.ipynb: no end solution statement found"),
     (twice, "no exercise can be derived from .*z.ipynb: Duplicate grade id: f"),
     (too_old, "no exercise can be derived from .*z.ipynb: "),
     (lambda text: text[:50], "z.ipynb is not a notebook: mend it or move it away")],
)  # fmt: skip
def test_a_solution_that_is_no_good_stops_build_before_it_writes(folders, tmp_path, spoil, message):
    (folders[0] / "z.ipynb").write_text(spoil((folders[0] / "new.ipynb").read_text()))
    for write in (lambda: build(*folders), lambda: course(tmp_path / "course", solutions=folders[0])):
        with pytest.raises(ValueError, match=message):
            write()
    assert listed(folders[1]) is None
    assert listed(tmp_path / "course") is None


def test_build_leaves_the_solutions_alone(folders):
    before = listed(folders[0])
    with pytest.raises(ValueError, match="holds the solutions: name another folder for the exercises"):
        build(folders[0], folders[0])
    assert listed(folders[0]) == before


def test_a_place_that_cannot_be_written_is_named(folders):
    folders[1].write_text("a file")
    with pytest.raises(OSError, match=r"new.ipynb cannot be written .*: make room for it there, or name another"):
        build(*folders)
    assert folders[1].read_text() == "a file"
    folders[1].unlink()
    (folders[1] / "new.ipynb").mkdir(parents=True)
    with pytest.raises(OSError, match=r"new.ipynb is not as this command wrote it"):
        build(*folders)
    assert [path.name for path in folders[1].iterdir()] == ["new.ipynb"]


def test_a_record_that_cannot_be_written_stops_build_before_it_writes(folders):
    (folders[1] / ".written.json").mkdir(parents=True)
    with pytest.raises(OSError, match=r"\.written\.json cannot be written"):
        build(*folders)
    assert [path.name for path in folders[1].iterdir()] == [".written.json"]


def test_a_link_to_somewhere_else_is_kept(folders):
    folders[1].mkdir()
    (folders[1] / "new.ipynb").symlink_to(folders[1] / "nowhere.ipynb")
    with pytest.raises(FileExistsError, match=r"new\.ipynb is not as this command wrote it"):
        build(*folders)
    assert (folders[1] / "new.ipynb").is_symlink()


@pytest.mark.parametrize("name", ["../solutions/new.ipynb", "/etc/hostname", ""])
def test_a_record_deletes_nothing_elsewhere(folders, name):
    """Whoever wrote it: a name is that of a file beside it."""
    folders[1].mkdir()
    target = folders[1] / name
    text = target.read_text() if target.is_file() else ""
    (folders[1] / ".written.json").write_text(json.dumps({name: hashlib.sha256(text.encode()).hexdigest()}))
    build(*folders)
    assert (folders[0] / "new.ipynb").exists()


def test_build_says_where_to_run(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no notebooks in .*: run this in the root of a clone"):
        build(tmp_path, tmp_path / "exercises")


def test_a_course_gets_its_own_seeds(folders, tmp_path):
    source = folders[0] / "new.ipynb"
    hidden = r"check(f, seed=1)\n### BEGIN HIDDEN TESTS\ncheck(f, seed=2)\n### END HIDDEN TESTS"
    source.write_text(source.read_text().replace("check(f)", hidden))
    texts = []
    for name in ("first", "second"):
        config, notebook_path = course(tmp_path / name, solutions=folders[0])
        assert config == tmp_path / name / "nbgrader_config.py"
        assert notebook_path == tmp_path / name / "source" / "new" / "new.ipynb"
        texts.append(nbformat.read(notebook_path, as_version=4).cells[2].source)
    assert texts[0] != texts[1]
    assert all(text.startswith("check(f, seed=1)\n") and "seed=2)" not in text for text in texts)
    before = listed(tmp_path / "first")
    with pytest.raises(FileExistsError, match=r"nbgrader_config.py is there already: name a new folder"):
        course(tmp_path / "first", solutions=folders[0])
    assert listed(tmp_path / "first") == before
