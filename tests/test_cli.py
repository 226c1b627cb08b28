import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cnnbook
from cnnbook import exercises
from cnnbook.cli import main
from cnnbook.exercises import Verdict

ROOT = Path(__file__).parents[1]


@pytest.fixture
def verdicts(monkeypatch):
    told = []
    monkeypatch.setattr(exercises, "check_notebook", lambda path, seconds: told)
    return told


def test_check_prints_a_line_each_and_what_went_wrong(verdicts, capsys):
    verdicts += [
        Verdict("arithmetic-output_size", "passed", "fine"),
        Verdict("arithmetic-find_padding", "failed", "find_padding: wrong\n    here"),
        Verdict("arithmetic-x", "not answered", "x: not answered"),
        Verdict("arithmetic-y", "did not run", "NameError: y"),
    ]
    assert main(["check", "answers.ipynb"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "output_size   passed",
        "find_padding  failed",
        "    find_padding: wrong",
        "        here",
        "x             not answered",
        "y             did not run",
        "    NameError: y",
        "4 questions: 1 passed, 1 failed, 1 not answered, 1 did not run",
    ]


def test_check_is_content_where_all_passed(verdicts, capsys):
    verdicts += [Verdict("arithmetic-output_size", "passed", "fine")] * 2
    assert main(["check", "answers.ipynb"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 questions: 2 passed"


def test_what_cannot_be_done_gets_one_sentence(capsys, tmp_path):
    assert main(["check", "missing.ipynb"]) == 2
    assert capsys.readouterr().err == "cnnbook: there is no file missing.ipynb\n"
    assert main(["exercises", "build", "--solutions", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"cnnbook: no notebooks in {tmp_path}/: run this in the root of the repository\n"
    assert main(["data", "shap"]) == 2
    assert "'shap' is no data set" in capsys.readouterr().err


def test_a_missing_package_is_named(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "nbclient", None)
    assert main(["check", str(ROOT / "README.md")]) == 2
    told = "cnnbook: this command needs nbclient, which is not installed: pip install nbclient\n"
    assert capsys.readouterr().err == told


def test_exercises_are_built(tmp_path, capsys):
    shutil.copy(ROOT / "solutions" / "arithmetic.ipynb", tmp_path)
    assert main(["exercises", "build", "--solutions", str(tmp_path), "--exercises", str(tmp_path / "made")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'made' / 'arithmetic.ipynb'}\n"


def test_data_says_what_is_there(capsys):
    assert main(["data", "shapes"]) == 0
    assert capsys.readouterr().out.splitlines()[0].startswith("shapes train: Images(4,000 images of 3 x 32 x 32")


def test_doctor_lists_what_is_installed(capsys):
    assert main(["doctor"]) == 0
    assert "numpy" in capsys.readouterr().out


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert all(command in text for command in ("check", "data", "doctor", "exercises"))


@pytest.mark.parametrize("words", [[], ["exercises"], ["unknown"], ["check"]])
def test_a_command_line_that_says_too_little_is_refused(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage: cnnbook" in capsys.readouterr().err


def test_the_installed_command_tells_its_version():
    command = Path(sys.executable).with_name("cnnbook")
    told = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout
    assert told == f"cnnbook {cnnbook.__version__}\n"
