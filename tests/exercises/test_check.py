"""`cnnbook check`: what became of each question that the chapter declares, whatever became of its cells."""

import os
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from cnnbook.checks import in_chapter, questions
from cnnbook.exercises import Report, Verdict, _check, check_notebook

NAMES = list(in_chapter("arithmetic"))
# Stands in for the checks, which are tested elsewhere: the answer tells how its check shall go.
SETUP = f"""
from types import SimpleNamespace
from cnnbook.checks._result import CheckFailed, Result, publish

def make(name):
    def check(function):
        result = Result(f"arithmetic-{{name}}", function(), cases=24)
        publish(result)
        if result.status == "failed":
            raise CheckFailed(result, True)
    return check

checks = SimpleNamespace(convolution=SimpleNamespace(**{{name: make(name) for name in {NAMES}}}))
"""
UNMARKED = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}


def cell(source, kind="code", **marks):
    made = nbformat.v4.new_code_cell(source) if kind == "code" else nbformat.v4.new_markdown_cell(source)
    if marks:
        made.metadata.nbgrader = {**UNMARKED, **marks}
    return made


def check_cell(name, source=None, kind="code"):
    call = f"checks.convolution.{name}({name})" if source is None else source
    return cell(call, kind, grade=True, locked=True, points=2, grade_id=f"arithmetic-{name}")


def answer(name, status="passed"):
    return cell(f"def {name}():\n    return {status!r}", solution=True, grade_id=name)


def run_nothing(notebook, folder, seconds):
    for made in notebook.cells:
        made.outputs = []
    return {}


@pytest.fixture
def checked(tmp_path, monkeypatch):
    """Check a notebook whose questions pass, but for the cells that are given for some, by name.

    Without a kernel nothing runs: enough where the cells alone tell.
    """

    def check(spoilt=(), *, after=(), seconds=30, name="answers.ipynb", kernel=True):
        spoilt = dict(spoilt)
        if not kernel:
            monkeypatch.setattr(_check, "run", run_nothing)
        cells = [cell(SETUP)]
        for question in NAMES:
            cells += spoilt.get(question, [answer(question), check_cell(question)])
        path = tmp_path / name
        nbformat.write(nbformat.v4.new_notebook(cells=[*cells, *after]), path)
        before = path.read_bytes()
        report = check_notebook(path, seconds=seconds)
        assert path.read_bytes() == before
        assert [verdict.question for verdict in report.verdicts[: len(NAMES)]] == [
            f"arithmetic-{each}" for each in NAMES
        ]
        return report

    return check


def outcome(report):
    return {verdict.question.partition("-")[2]: (verdict.status, verdict.code) for verdict in report.verdicts}


def test_all_passed(checked):
    report = checked()
    assert report.passed
    assert str(report).splitlines()[0] == "output_size       passed"
    assert str(report).splitlines()[-1] == "6 questions: 6 passed"


def test_a_check_that_is_gone_is_told_however_it_went(checked):
    spoil = {
        "output_size": [answer("output_size")],
        "dropped_pixels": [answer("dropped_pixels"), check_cell("dropped_pixels", " \n")],
        "same_padding": [answer("same_padding"), check_cell("same_padding", "# checks.convolution.same_padding(f)")],
        "find_padding": [answer("find_padding"), check_cell("find_padding", kind="markdown")],
        "input_sizes": [answer("input_sizes"), cell("checks.convolution.input_sizes(input_sizes)")],
        "ceil_output_size": [answer("ceil_output_size"), *(check_cell("ceil_output_size") for _ in "12")],
    }
    report = checked(spoil, kernel=False)
    codes = ["missing", "emptied", "commented_out", "as_text", "unmarked", "twice"]
    assert outcome(report) == {name: ("check changed", code) for name, code in zip(spoil, codes, strict=True)}
    assert not report.passed
    told = str(report)
    assert "Its check is not in the notebook" in told
    assert told.endswith("6 questions: 6 check changed")
    assert max(map(len, told.splitlines())) <= 80


def test_a_check_that_was_edited_is_told(checked):
    """A call that passes in any case, a check of another function, an answer in the cell of the check."""
    sources = {
        "output_size": "checks.convolution.output_size(lambda: 'passed')",
        "dropped_pixels": "checks.convolution.output_size(output_size)",
        "same_padding": "try:\n    checks.convolution.same_padding(same_padding)\nexcept Exception: pass",
        "find_padding": "find_padding = lambda: 'passed'\nchecks.convolution.find_padding(find_padding)",
        "input_sizes": "checks.convolution.input_sizes(",
        "ceil_output_size": "print('ceil_output_size: public cases passed: 200 cases')",
    }
    spoil = {name: [answer(name), check_cell(name, source)] for name, source in sources.items()}
    report = checked(spoil, kernel=False)
    assert set(outcome(report).values()) == {("check changed", "edited")}
    address = questions()["arithmetic-output_size"].address
    assert f"write {address}(output_size) in it, and nothing else." in " ".join(str(report).split())


def test_a_remark_in_a_check_cell_is_no_change(checked):
    hidden = "\n### BEGIN HIDDEN TESTS\nprint()\n### END HIDDEN TESTS"
    source = "# at last!\n\nchecks.convolution.output_size( output_size )" + hidden
    made = checked({"output_size": [answer("output_size"), check_cell("output_size", source)]})
    assert outcome(made)["output_size"] == ("passed", "")


def test_every_end_of_a_question_is_told_apart(checked):
    report = checked(
        {
            "output_size": [answer("output_size", "failed"), check_cell("output_size")],
            "dropped_pixels": [answer("dropped_pixels", "not answered"), check_cell("dropped_pixels")],
            "same_padding": [cell("def same_padding(:"), check_cell("same_padding")],
            "find_padding": [cell("print(unknown)"), cell("1 / 0"), check_cell("find_padding")],
            "input_sizes": [
                cell("make = checks.convolution.input_sizes\nchecks.convolution.input_sizes = print\ninput_sizes = 3"),
                check_cell("input_sizes"),
            ],
            "ceil_output_size": [answer("ceil_output_size"), check_cell("ceil_output_size"), cell("1 / 0")],
        }
    )
    assert outcome(report) == {
        "output_size": ("failed", ""),
        "dropped_pixels": ("not answered", ""),
        "same_padding": ("did not run", "error"),
        "find_padding": ("did not run", "error"),
        "input_sizes": ("did not run", "silent"),
        "ceil_output_size": ("passed", ""),
    }
    assert report.verdicts[0].result.question == "arithmetic-output_size"
    told = str(report)
    assert "`def same_padding(:`" in told
    assert "SyntaxError" in told
    assert "NameError: name 'unknown' is not defined" in " ".join(told.split())
    assert told.endswith("6 questions: 1 failed, 1 not answered, 3 did not run, 1 passed")


def test_names_of_exceptions_decide_nothing(checked):
    """A student's own class of the same name, and a text like that of a check."""
    cells = [
        cell("class CheckFailed(Exception): pass\nclass NotAnswered(Exception): pass"),
        cell("def output_size(): raise NotAnswered('output_size: not answered.')"),
        check_cell("output_size"),
    ]
    assert outcome(checked({"output_size": cells}))["output_size"] == ("did not run", "error")


@pytest.mark.parametrize("deadly", ["import os; os._exit(0)", "import ctypes; ctypes.string_at(0)", "x = [0] * 10**13"])
def test_a_kernel_that_dies_is_said_once(checked, deadly):
    cells = [answer("same_padding"), cell(deadly), check_cell("same_padding")]
    report = checked({"same_padding": cells})
    if deadly.startswith("x"):  # memory, politely: the kernel lives
        assert report.passed
        return
    assert [verdict.status for verdict in report.verdicts] == ["passed"] * 2 + ["did not run"] * 4
    told = " ".join(str(report).split())
    assert told.count("The kernel died") == 1
    assert f"The kernel died in cell 7 (`{deadly}`)" in told
    assert not report.passed


def test_a_kernel_that_dies_after_the_last_check_is_said(checked):
    report = checked(after=[cell("import os; os._exit(0)")])
    assert {verdict.status for verdict in report.verdicts} == {"passed"}
    assert "The kernel died" in str(report)
    assert not report.passed


def test_a_loop_that_never_ends_is_interrupted(checked):
    report = checked({"output_size": [cell("while True: pass"), check_cell("output_size")]}, seconds=8)
    assert [verdict.status for verdict in report.verdicts] == ["did not run"] + ["passed"] * 5
    told = " ".join(str(report).split())
    assert "Cell 2 (`while True: pass`) was interrupted after 8 seconds" in told
    assert not report.passed


def test_a_kernel_that_ignores_the_interrupt_is_killed(checked):
    stubborn = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(60)"
    start = time.monotonic()
    report = checked({"output_size": [cell(stubborn), check_cell("output_size")]}, seconds=8)
    assert time.monotonic() - start < 45
    assert {verdict.status for verdict in report.verdicts} == {"did not run"}
    told = " ".join(str(report).split())
    assert "Cell 2 (`import signal, time; signal.signal(signa...`) ran for 8 seconds and ignored" in told
    assert "its kernel was killed" in told


def test_ctrl_c_shuts_the_kernel_down(tmp_path):
    started = tmp_path / "started"
    sleepy = f"import os, time; open({str(started)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    path = tmp_path / "answers.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell(sleepy), check_cell("output_size")]), path)
    code = "import sys; from cnnbook.cli import main; sys.exit(main(['check', sys.argv[1]]))"
    command = subprocess.Popen([sys.executable, "-c", code, str(path)], stderr=subprocess.PIPE, text=True)
    while not (started.exists() and started.read_text()):
        time.sleep(0.1)
        assert command.poll() is None
    command.send_signal(signal.SIGINT)
    assert command.communicate(timeout=30)[1] == "cnnbook: stopped\n"
    assert command.returncode == 130
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)


def test_a_text_without_an_answer_is_told(checked):
    texts = [
        cell(source, "markdown", grade=True, solution=True, points=2, grade_id=f"arithmetic-{name}")
        for name, source in (("first", "*Write your answer here.*"), ("second", "Because."), ("third", ""))
    ]
    report = checked(after=texts, kernel=False)
    assert outcome(report) | dict.fromkeys(("first", "third"), ("not answered", "")) == outcome(report)
    assert "second" not in outcome(report)
    assert not report.passed


@pytest.mark.parametrize("name", ["arithmetic.ipynb", "my answers.ipynb"])
def test_the_chapter_is_known_without_any_mark(checked, name):
    """By the name of the file, or by what the notebook defines."""
    spoilt = {question: [] for question in NAMES}
    if name != "arithmetic.ipynb":
        spoilt["output_size"] = [cell("def output_size(): pass")]
    assert set(outcome(checked(spoilt, name=name, kernel=False)).values()) == {("check changed", "missing")}


@pytest.mark.parametrize(
    ("text", "message"),
    [("no notebook", "is not a notebook: use an .ipynb file"), ("{}", "is not a notebook: use an .ipynb file"),
     ("[]", "is not a notebook: use an .ipynb file"),
     (nbformat.writes(nbformat.v4.new_notebook(cells=[cell("1 + 1")])), "is no exercise of this book: use one of")],
)  # fmt: skip
def test_what_is_no_exercise_is_refused(tmp_path, text, message):
    path = tmp_path / "x.ipynb"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        check_notebook(path)


def test_a_missing_kernel_is_named(checked, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipykernel", None)
    with pytest.raises(ModuleNotFoundError) as error:
        checked()
    assert error.value.name == "ipykernel"


def test_the_kernel_is_this_python(checked, tmp_path, monkeypatch):
    """Whatever is registered as python3."""
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text('{"argv": ["/nowhere/python", "{connection_file}"], "display_name": "x"}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert checked().passed


def test_a_kernel_that_does_not_start_is_said(checked, monkeypatch):
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    with pytest.raises(OSError, match="no kernel starts here: pip install --force-reinstall ipykernel"):
        checked()
    assert signal.set_wakeup_fd(-1) == -1, "what a Ctrl-C says later would wait for the next run"
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_time_limit_is_above_zero(checked, seconds):
    with pytest.raises(ValueError, match=r"seconds is .*: use a number above 0"):
        checked(seconds=seconds)


def test_words_are_of_the_language_that_is_set(monkeypatch):
    from cnnbook import language

    monkeypatch.setattr(language, "words", lambda stem: {"passed": "bestanden", "summary": "{questions}: {parts}"})
    report = Report((Verdict("arithmetic-output_size", "passed"),))
    assert str(report) == "output_size  bestanden\n1: 1 bestanden"
