"""A course on nbgrader, from its folder to its grades: written, released, handed in, graded, answered, exported."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from cnnbook import checks
from cnnbook.checks import _hints
from cnnbook.exercises import course

ROOT = Path(__file__).parents[2]
QUESTIONS = {question.name: question for question in checks.questions().values() if question.chapter == "arithmetic"}


def write_table(name):
    """An answer that knows the public cases by heart, and nothing else."""
    question = QUESTIONS[name]
    known = {repr((case.args, sorted(case.options.items()))): question.answer(case) for case in question.draw()}
    return f"def {name}(*args, **options):\n    return {known!r}[repr((args, sorted(options.items())))]"


def write_right(name):
    return _hints.code(QUESTIONS[name])


def write_wrong(name):
    return write_right(name).replace("return ", "return 1 + ")


def write_loop(name):
    """Right, but for one dilation: so the cells that try it by hand come to an end."""
    head, doc, body = write_right(name).partition('    """\n')
    return f"{head}{doc}    while dilation == 3:\n        pass\n{body}"


def write_stub(name):
    return f"def {name}{QUESTIONS[name].signature}:\n    raise NotImplementedError"


STUDENTS = {
    "right": dict.fromkeys(QUESTIONS, write_right),
    "table": dict.fromkeys(QUESTIONS, write_table),
    "mixed": {"output_size": write_wrong, "dropped_pixels": write_stub, "same_padding": None,
              "find_padding": write_right, "input_sizes": write_loop, "ceil_output_size": write_right},
}  # fmt: skip


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The folder of a course in which three students were graded."""
    folder = tmp_path_factory.mktemp("nbgrader") / "course"
    course(folder, solutions=ROOT / "solutions")
    environment = os.environ | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),  # nbgrader starts alembic
        "CNNBOOK_PROGRESS": str(folder / "progress.json"),
        "OMP_NUM_THREADS": "1",
    }

    def nbgrader(*words):
        command = [sys.executable, "-m", "nbgrader", *words]
        ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr[-3000:]

    nbgrader("generate_assignment", "arithmetic")
    for student, answers in STUDENTS.items():
        notebook = nbformat.read(folder / "release" / "arithmetic" / "arithmetic.ipynb", as_version=4)
        for cell in notebook.cells:
            write = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            if write:
                cell.source = write(cell.metadata.nbgrader.grade_id)
        target = folder / "submitted" / student / "arithmetic" / "arithmetic.ipynb"
        target.parent.mkdir(parents=True)
        nbformat.write(notebook, target)
    nbgrader("autograde", "arithmetic")
    nbgrader("generate_feedback", "arithmetic")
    nbgrader("export")
    return folder


def outputs(folder, student):
    """What the check cells of a graded notebook show, by question."""
    path = folder / "autograded" / student / "arithmetic" / "arithmetic.ipynb"
    marked = [cell for cell in nbformat.read(path, as_version=4).cells if "nbgrader" in cell.metadata]
    checked = {cell.metadata.nbgrader.grade_id.partition("-")[2]: cell.get("outputs", []) for cell in marked}
    return {name: checked[name] for name in QUESTIONS}


def test_the_release_is_the_exercise_byte_for_byte(graded):
    exercise = ROOT / "exercises" / "arithmetic.ipynb"
    assert (graded / "release" / "arithmetic" / "arithmetic.ipynb").read_bytes() == exercise.read_bytes()


def test_right_answers_get_the_points_and_a_table_of_the_public_cases_none(graded):
    with (graded / "grades.csv").open() as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    points = {name: question.points for name, question in QUESTIONS.items()}
    assert scores == {
        "right": sum(points.values()),
        "table": 0,
        "mixed": points["find_padding"] + points["ceil_output_size"],  # its own output_size is wrong: not counted twice
    }


def test_each_end_of_a_question_is_told_apart(graded):
    kinds = {name: [output.get("ename", "") for output in shown] for name, shown in outputs(graded, "mixed").items()}
    assert kinds == {
        "output_size": ["", "CheckFailed"],
        "dropped_pixels": ["", "NotAnswered"],
        "same_padding": ["", "NotAnswered"],
        "find_padding": ["", ""],
        "input_sizes": ["", "CheckFailed"],
        "ceil_output_size": ["", ""],
    }
    for shown in outputs(graded, "table").values():
        public, fresh, error = shown
        assert "public cases passed" in public.data["text/plain"]
        assert "wrong on" in fresh.data["text/plain"]
        assert error.ename == "CheckFailed"


def test_feedback_shows_what_a_check_found(graded):
    page = (graded / "feedback" / "mixed" / "arithmetic" / "arithmetic.html").read_text()
    assert page.count('class="cnnbook-check"') == len(QUESTIONS) + 2  # those that passed show both results
    assert "too slow, or a loop that never ends" in page
    assert "not answered" in page
    told = [output.traceback for output in outputs(graded, "mixed")["output_size"] if output.output_type == "error"]
    assert told == [["output_size: wrong. What was found stands above."]]


def test_messages_are_80_columns_wide(graded):
    """nbgrader's page cuts at 87."""
    texts = [output.data["text/plain"] for student in STUDENTS for shown in outputs(graded, student).values()
             for output in shown if "data" in output]  # fmt: skip
    assert len(texts) >= 3 * len(QUESTIONS)
    assert max(len(line) for text in texts for line in text.splitlines()) <= 80


def test_grading_keeps_no_progress(graded):
    assert not (graded / "progress.json").exists()


def test_every_course_has_other_seeds(graded, tmp_path):
    course(tmp_path / "other", solutions=ROOT / "solutions")
    paths = [folder / "source" / "arithmetic" / "arithmetic.ipynb" for folder in (graded, tmp_path / "other")]
    cells = [json.loads(path.read_text())["cells"] for path in paths]
    seeds = [{line for cell in made for line in cell["source"] if "seed=" in line} for made in cells]
    assert len(seeds[0]) == len(QUESTIONS)
    assert not seeds[0] & seeds[1]
