import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cnnbook
from cnnbook import exercises
from cnnbook.checks import Result
from cnnbook.cli import main
from cnnbook.exercises import Report, Verdict

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(("status", "ended"), [("passed", 0), ("not answered", 1), ("failed", 1)])
def test_check_prints_its_report_and_tells_by_its_status(monkeypatch, capsys, status, ended):
    result = Result("arithmetic-output_size", status, cases=24)
    told = Report((Verdict("arithmetic-output_size", status, result=result),))
    monkeypatch.setattr(exercises, "check_notebook", lambda path, seconds: told)
    assert main(["check", "answers.ipynb"]) == ended
    assert capsys.readouterr().out == f"{told}\n"


def test_a_terminal_that_cannot_show_a_sign_ends_no_command(tmp_path):
    """A notebook whose name an ASCII terminal does not have, on a machine without UTF-8."""
    command = [sys.executable, "-m", "cnnbook.cli", "check", str(tmp_path / "卷积.ipynb")]
    code = "import sys; from cnnbook.cli import main; sys.exit(main(sys.argv[1:]))"
    command[1:3] = ["-c", code]
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    ended = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert ended.returncode == 2
    assert b"there is no file" in ended.stderr
    assert b"\\u5377\\u79ef" in ended.stderr


def test_what_cannot_be_done_gets_one_sentence(capsys, tmp_path):
    assert main(["check", "missing.ipynb"]) == 2
    assert capsys.readouterr().err == "cnnbook: there is no file missing.ipynb\n"
    assert main(["exercises", "build", "--solutions", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"cnnbook: no notebooks in {tmp_path}/: run this in the root of the repository\n"
    assert main(["data", "shap"]) == 2
    assert "'shap' is no data set" in capsys.readouterr().err


def test_a_missing_package_is_named(monkeypatch, capsys):
    for name in ("ipykernel", "nbclient"):
        monkeypatch.setitem(sys.modules, name, None)
        assert main(["check", str(ROOT / "exercises" / "arithmetic.ipynb")]) == 2
        told = f"cnnbook: this command needs {name}, which is not installed: pip install {name}\n"
        assert capsys.readouterr().err == told
        monkeypatch.undo()


def test_an_import_that_fails_without_a_name_is_told_as_it_is(monkeypatch, capsys):
    def broken(options):
        raise ModuleNotFoundError("a part of it is gone")

    monkeypatch.setattr("cnnbook.cli.doctor", broken)
    assert main(["doctor"]) == 2
    assert capsys.readouterr().err == "cnnbook: a part of it is gone\n"


def test_a_course_is_written_once(tmp_path, capsys):
    command = ["exercises", "course", str(tmp_path / "course"), "--solutions", str(ROOT / "solutions")]
    assert main(command) == 0
    assert f"Next: cd {tmp_path / 'course'}" in capsys.readouterr().out
    assert main(command) == 2
    assert "is there already: name a new folder" in capsys.readouterr().err


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
