"""The exercises of the book: derived from their solutions, solved by them, and unanswered without."""

import inspect
import re
from pathlib import Path

import nbformat
import pytest

from cnnbook import checks
from cnnbook.exercises import build, check_notebook

ROOT = Path(__file__).parents[2]
SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
each_solution = pytest.mark.parametrize("path", SOLUTIONS, ids=[path.stem for path in SOLUTIONS])


def cells(path):
    return nbformat.read(path, as_version=4).cells


def marks(path, **wanted):
    """nbgrader's marks of the cells that have these ones."""
    found = [cell.metadata.nbgrader for cell in cells(path) if "nbgrader" in cell.metadata]
    return [mark for mark in found if wanted.items() <= mark.items()]


def test_the_exercises_are_the_solutions_without_answers(tmp_path):
    built = build(ROOT / "solutions", tmp_path)
    stored = sorted((ROOT / "exercises").glob("*.ipynb"))
    assert [path.name for path in built] == [path.name for path in stored]
    for fresh, kept in zip(built, stored, strict=True):
        assert fresh.read_bytes() == kept.read_bytes(), f"{kept.name} is not fresh: run `cnnbook exercises build`"


@each_solution
def test_no_answer_is_left_in_an_exercise(path):
    text = (ROOT / "exercises" / path.name).read_text()
    assert "SOLUTION" not in text
    for cell in cells(path):
        _, _, rest = cell.source.partition("### BEGIN SOLUTION\n")
        for line in rest.partition("### END SOLUTION")[0].splitlines():
            assert not line.strip() or line.strip() not in text
    stored = cells(ROOT / "exercises" / path.name)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in stored)


@each_solution
def test_check_cells_name_their_question_and_its_points(path):
    questions = {name: q for name, q in checks.questions().items() if q.chapter == path.stem}
    checked = {mark.grade_id: mark.points for mark in marks(path, grade=True, solution=False)}
    assert checked == {name: question.points for name, question in questions.items()}
    for cell in cells(path):
        if cell.metadata.get("nbgrader", {}).get("grade_id") in questions:
            name = questions[cell.metadata.nbgrader.grade_id].name
            assert cell.source.startswith("checks.")
            assert cell.source.endswith(f".{name}({name})")


@each_solution
def test_the_text_states_the_points_that_the_cells_give(path):
    titles = [cell.source.partition("\n")[0] for cell in cells(path) if cell.source.startswith("## ")]
    stated = [int(found[1]) for title in titles if (found := re.search(r"\((\d+) points?\)$", title))]
    assert stated == [mark.points for mark in marks(path, grade=True)]


@each_solution
def test_stubs_have_the_questions_signature_and_a_true_example(path):
    answers = [cell for cell in cells(path) if cell.source.startswith("def ")]
    scope = {}
    exec("\n\n".join(cell.source for cell in answers), scope)
    for cell in answers:
        question = checks.questions()[f"{path.stem}-{cell.metadata.nbgrader.grade_id}"]
        assert inspect.signature(scope[question.name]) == question.signature
        call, value = re.search(rf"({question.name}\(.*?\)) is (None|\d+|\(\d+, \d+\))", cell.source).groups()
        assert eval(call, scope) == eval(value)


@each_solution
def test_the_solution_passes_every_check(path):
    verdicts = check_notebook(path)
    assert {verdict.status for verdict in verdicts} == {"passed"}


@each_solution
def test_the_exercise_is_not_answered(path):
    verdicts = check_notebook(ROOT / "exercises" / path.name)
    assert {verdict.status for verdict in verdicts} == {"not answered"}


@each_solution
def test_cell_ids_are_words(path):
    """Set by hand, so that a cell keeps its id when others come and go."""
    ids = [cell.id for cell in cells(path)]
    assert all(not any(part.isdigit() for part in name) for name in ids)
    assert len(set(ids)) == len(ids)
