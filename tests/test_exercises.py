import copy

import nbformat
import pytest
from nbclient import NotebookClient

from cnnbook.exercises import build, check_notebook, derive

SIGNATURE = "size, kernel, *, stride=1, padding=0, dilation=1"
CHECK = "from cnnbook import checks\nchecks.convolution.output_size(output_size)"


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


def test_build_writes_all_and_removes_what_has_no_solution(tmp_path, solution):
    (tmp_path / "solutions").mkdir()
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "old.ipynb").write_text("{}")
    nbformat.write(solution, tmp_path / "solutions" / "new.ipynb")
    written = build(tmp_path / "solutions", tmp_path / "exercises")
    assert written == [tmp_path / "exercises" / "new.ipynb"] == list((tmp_path / "exercises").iterdir())
    first = written[0].read_bytes()
    assert build(tmp_path / "solutions", tmp_path / "exercises")[0].read_bytes() == first


def test_build_says_where_to_run(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no notebooks in .*: run this in the root of the repository"):
        build(tmp_path, tmp_path)


def question(body, check=CHECK, number=0):
    marks = {"grade": True, "locked": True, "points": 2, "grade_id": f"arithmetic-question{number}"}
    return [cell(body), cell(check, **marks)]


def test_a_notebook_is_checked_question_by_question(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTHONWARNINGS", raising=False)
    bodies = [
        f"def output_size({SIGNATURE}):\n    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1",
        f"def output_size({SIGNATURE}):\n    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride",
        f"def output_size({SIGNATURE}):\n    return ...",
        "del output_size",
        f"def output_size({SIGNATURE})\n    return 3",
    ]
    cells = [made for number, body in enumerate(bodies) for made in question(body, number=number)]
    path = tmp_path / "answers.ipynb"
    cells += [*question("", check="pass", number=5), *question("while True: pass", number=6)]
    nbformat.write(notebook(*cells), path)
    before = path.read_bytes()
    verdicts = check_notebook(path, seconds=3)
    assert path.read_bytes() == before
    assert [verdict.question for verdict in verdicts] == [f"arithmetic-question{number}" for number in range(7)]
    assert [verdict.status for verdict in verdicts] == [
        "passed", "failed", "not answered", "did not run", "did not run", "did not run", "did not run",
    ]  # fmt: skip
    details = [verdict.detail for verdict in verdicts]
    assert details[0] == "output_size: public cases passed: 24 cases"
    assert 'This is a known mistake, "first window forgotten".' in details[1]
    assert details[3] == "NameError: name 'output_size' is not defined"
    assert details[4].startswith("SyntaxError: expected ':'")
    assert details[5] == "its cell says nothing: is the check still in it?"
    assert details[6].startswith("KeyboardInterrupt")


def test_a_kernel_that_dies_ends_the_run(tmp_path):
    path = tmp_path / "deadly.ipynb"
    nbformat.write(notebook(*question("import os; os._exit(1)")), path)
    assert [verdict.status for verdict in check_notebook(path)] == ["did not run"]


@pytest.mark.parametrize(
    ("text", "message"),
    [("no notebook", "is not a notebook: use an .ipynb file"), ("{}", "is not a notebook: use an .ipynb file"),
     ("[]", "is not a notebook: use an .ipynb file"),
     (nbformat.writes(notebook(cell("1 + 1"))), "has no check cells: use one of the notebooks in exercises/")],
)  # fmt: skip
def test_what_is_no_exercise_is_refused(tmp_path, text, message):
    path = tmp_path / "x.ipynb"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        check_notebook(path)


def test_jupyter_shows_a_failure_without_a_traceback():
    made = notebook(cell("from cnnbook import checks\nchecks.convolution.output_size(5)"))
    NotebookClient(made, kernel_name="python3", allow_errors=True).execute()
    output = made.cells[0].outputs[0]
    assert output.ename == "CheckFailed"
    assert output.traceback == [
        "output_size: failed. It takes the function itself, and this is the integer 5: pass it without parentheses."
    ]
