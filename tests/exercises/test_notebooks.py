"""The exercises of the book: derived from their solutions, solved by them, and unanswered without."""

import inspect
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from kernels import NAME
from nbclient import NotebookClient

from cnnbook import checks, functional
from cnnbook.checks import _hints
from cnnbook.checks._result import FACTS
from cnnbook.exercises import build, check_notebook

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "solutions").glob("*.ipynb"))
CHAPTERS = {question.chapter for question in checks.questions().values()}
SOLUTIONS = [path for path in NOTEBOOKS if path.stem in CHAPTERS]  # your_lenet asks no question of its own
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
each_solution = pytest.mark.parametrize("path", SOLUTIONS, ids=[path.stem for path in SOLUTIONS])


def cells(path):
    return nbformat.read(path, as_version=4).cells


def marks(path, **wanted):
    """nbgrader's marks of the cells that have these ones."""
    found = [cell.metadata.nbgrader for cell in cells(path) if "nbgrader" in cell.metadata]
    return [mark for mark in found if wanted.items() <= mark.items()]


def questions(path):
    """The questions of a chapter."""
    return [question for question in checks.questions().values() if question.chapter == path.stem]


def test_the_exercises_are_the_solutions_without_answers(tmp_path):
    built = build(ROOT / "solutions", tmp_path)
    stored = sorted((ROOT / "exercises").glob("*.ipynb"))
    assert [path.name for path in built] == [path.name for path in stored]
    for fresh, kept in zip(built, stored, strict=True):
        assert fresh.read_bytes() == kept.read_bytes(), f"{kept.name} is not fresh: run `cnnbook exercises build`"


@each_notebook
def test_no_answer_is_left_in_an_exercise(path):
    assert not re.search("SOLUTION|HIDDEN|seed", (ROOT / "exercises" / path.name).read_text())
    stored = cells(ROOT / "exercises" / path.name)
    text = "\n".join(cell.source for cell in stored if not cell.source.startswith("def broken_"))
    for cell in cells(path):
        for kind in ("SOLUTION", "HIDDEN TESTS"):
            _, _, rest = cell.source.partition(f"### BEGIN {kind}\n")
            for line in rest.partition(f"### END {kind}")[0].splitlines():
                assert line.strip() in ("", "#") or line.strip() not in text
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in stored)


@each_solution
def test_check_cells_ask_their_question_once_more_with_a_seed(path):
    """The second time hidden: on cases that no table of the public ones knows, with the right answers to build on."""
    asked = questions(path)
    checked = {mark.grade_id: mark.points for mark in marks(path, grade=True, solution=False)}
    assert checked == {question.id: question.points for question in asked}
    for cell in cells(path):
        question = checks.questions().get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if question:
            call = f"{question.address}({question.name}"
            shown, begin, hidden, end = cell.source.splitlines()
            assert (shown, begin, end) == (f"{call})", "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
            assert re.fullmatch(rf"{re.escape(call)}, seed=\d+, own=False\)", hidden)


@each_solution
def test_the_text_states_difficulty_and_minutes_as_declared(path):
    words = {1: "Easy", 2: "Medium", 3: "Hard"}
    lines = "\n".join(cell.source for cell in cells(path)).splitlines()
    stated = [line for line in lines if re.fullmatch(r"\*\w+, about \d+ minutes\.\*", line)]
    asked = questions(path)
    assert stated == [f"*{words[question.difficulty]}, about {question.minutes} minutes.*" for question in asked]


@each_solution
def test_every_answer_is_explained_in_the_words_of_the_table(path):
    for question in questions(path):
        source = next(cell.source for cell in cells(path) if cell.source.startswith(f"def {question.name}("))
        code, _, comment = re.sub(r" *### (BEGIN|END) SOLUTION\n?", "", source).partition("    # Why: ")
        assert code.rstrip() == _hints.code(question)
        told = [" ".join(part.split()) for part in comment.replace("\n    # ", " ").split("\n    #")]
        assert told == _hints.why(question)


@each_solution
def test_the_text_states_the_points_that_the_cells_give(path):
    titles = [cell.source.partition("\n")[0] for cell in cells(path) if cell.source.startswith("## ")]
    stated = [int(found[1]) for title in titles if (found := re.search(r"\((\d+) points?\)$", title))]
    assert stated == [mark.points for mark in marks(path, grade=True)]


@each_solution
def test_stubs_have_the_questions_signature_and_a_true_example(path):
    answers = [cell for cell in cells(path) if cell.cell_type == "code" and "### BEGIN SOLUTION" in cell.source]
    scope = {"np": np, "F": functional}
    exec("\n\n".join(cell.source for cell in answers), scope)
    for cell in answers:
        question = checks.questions()[f"{path.stem}-{cell.metadata.nbgrader.grade_id}"]
        assert inspect.signature(scope[question.name]) == question.signature
        example = rf"({question.name}\(.*?\)(?:\[\d\])?) is (None|\d+|'\w+'|\(\d+, \d+\)|\[\[.*\]\])"
        call, value = re.search(example, cell.source).groups()
        assert np.array_equal(eval(call, scope), eval(value))


@each_solution
def test_a_broken_function_in_the_text_is_the_one_that_is_known(path):
    """Who checks it as it is, is told that nothing has changed."""
    for question in questions(path):
        if not any(mistake.code == "still_broken" for mistake in question.declared):
            continue
        source = next(cell.source for cell in cells(path) if cell.source.startswith(f"def broken_{question.name}("))
        scope = {"np": np, "F": functional}
        exec(source, scope)
        with np.errstate(all="ignore"):  # that it overflows may be its fault
            assert question.run(scope[f"broken_{question.name}"]).misconception == "still_broken"


def statuses(notebook):
    """Of each check in a notebook that has run: its question, whether its cases are public, how it went."""
    facts = [
        output["data"].get(FACTS)
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade")
        for output in cell.outputs
        if "data" in output
    ]
    return [(each["question"], each["public"], each["status"]) for each in facts if each]


@each_solution
def test_the_solution_passes_every_check(path):
    """So say its stored outputs, which are what running gives, as nbval proves (tests/notebooks)."""
    passed = [(question.id, public, "passed") for question in questions(path) for public in (True, False)]
    assert statuses(nbformat.read(path, as_version=4)) == passed


@each_solution
def test_the_exercise_is_not_answered_and_runs_to_its_end(path, kernels, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", kernels["JUPYTER_PATH"])
    notebook = nbformat.read(ROOT / "exercises" / path.name, as_version=4)
    NotebookClient(notebook, kernel_name=NAME).execute()  # as "run all" does: it stops at the first error
    assert statuses(notebook) == [(question.id, True, "not answered") for question in questions(path)]


@pytest.mark.parametrize("chapter", ["arithmetic", "cross_correlation"])  # of integers, of arrays: each run takes long
@pytest.mark.parametrize(("folder", "status"), [("solutions", "passed"), ("exercises", "not answered")])
def test_the_grader_says_the_same(chapter, folder, status):
    path = ROOT / folder / f"{chapter}.ipynb"
    told = {verdict.question: verdict.status for verdict in check_notebook(path).verdicts}
    assert told.items() >= {question.id: status for question in questions(path)}.items()


def test_every_chapter_has_its_exercise():
    assert {path.stem for path in SOLUTIONS} == CHAPTERS
    assert {path.stem for path in NOTEBOOKS} - CHAPTERS == {"your_lenet"}


@each_notebook
def test_cell_ids_are_words(path):
    """Set by hand, so that a cell keeps its id when others come and go."""
    ids = [cell.id for cell in cells(path)]
    made = [name for name in ids if any(part.isdigit() for part in name)]
    assert not made, f'write words for "id": "{made[0]}" in {path} with an editor of text, then make exercises'
    assert len(set(ids)) == len(ids)
