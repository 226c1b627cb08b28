import json
import os
import stat
import subprocess
import sys
import time

import pytest

from cnnbook import checks
from cnnbook.checks import _progress
from cnnbook.checks._result import Result

NAME = "arithmetic-output_size"


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Where progress is kept, in a folder that is not there yet."""
    monkeypatch.setattr(_progress, "_session", {})
    monkeypatch.setenv("CNNBOOK_PROGRESS", str(tmp_path / "kept" / "progress.json"))
    return tmp_path / "kept" / "progress.json"


def restart():
    """Forget what the kernel knows, so that only the file is left."""
    _progress._session.clear()


def wrong(size):
    return size


def failed(misconception=""):
    return Result(NAME, "failed", cases=24, failed=3, misconception=misconception)


def functions(count):
    return [eval(f"lambda size: size + {number}") for number in range(count)]


def test_tries_and_named_mistakes_are_kept(file):
    first, second = functions(2)
    _progress.record(failed("stride_ignored"), first)
    _progress.record(failed(), second)
    known = _progress.record(Result(NAME, "passed", cases=24), wrong)
    restart()
    assert _progress.entry(NAME) == known
    assert (len(known.tries), known.mistakes, known.passed) == (3, ["stride_ignored"], True)
    assert json.loads(file.read_text())["questions"][NAME]["passed"] is True
    assert [path.name for path in file.parent.iterdir()] == ["progress.json"]


def test_a_pass_stays_a_pass(file):
    _progress.record(Result(NAME, "passed"), wrong)
    assert _progress.record(failed(), functions(1)[0]).passed


def define(source):
    scope = {"__name__": "__main__"}
    exec(source, scope)
    return scope["f"]


@pytest.mark.parametrize(
    ("source", "same"),
    [("def f(size, kernel):\n    return size - kernel", True),
     ("def f(n, k):\n    # think\n    return n - k", True),
     ("def f(size, kernel):\n    'Says what it does.'\n    return size - kernel", True),
     ("def f(size, kernel):\n    return size - kernel + 1", False),
     ("def f(size, kernel):\n    return size + kernel", False),
     ("def f(size, kernel=3):\n    return size - kernel", False),
     ("def f(size, *, kernel=3):\n    return size - kernel", False),
     ("def f(size, kernel=max):\n    return size - 0x1" + "0" * 5000, False),
     ("def f(size, kernel):\n    return abs(size - kernel)", False)],
)  # fmt: skip
def test_a_try_counts_where_the_function_changed(file, source, same):
    _progress.record(failed(), define("def f(size, kernel):\n    return size - kernel"))
    assert len(_progress.record(failed(), define(source)).tries) == (1 if same else 2)


def test_a_helper_belongs_to_the_function(file):
    for body in ("size", "size + 1", "size + 1"):
        known = _progress.record(failed(), define(f"def g(size):\n    return {body}\ndef f(size):\n    return g(size)"))
    assert len(known.tries) == 2


def test_another_answer_is_another_try(file):
    """Where nothing is seen of the change: a number that the function reads, a class that it makes."""
    _progress.record(failed(), wrong)
    assert len(_progress.record(Result(NAME, "failed", cases=24, failed=4), wrong).tries) == 2


def test_a_try_is_the_same_in_every_kernel(file):
    code = (
        "from cnnbook.checks import _progress\nfrom cnnbook.checks._result import Result\n"
        "def f(size, extra):\n    return extra in {'before', 'after', 'both'}\n"
        f"_progress.record(Result({NAME!r}, 'failed'), f)"
    )
    for seed in "123":
        environment = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    assert len(_progress.entry(NAME).tries) == 1


def test_what_is_no_try_is_not_kept(file):
    _progress.record(Result(NAME, "not answered"), wrong)
    _progress.record(failed(), 5)
    assert not _progress.entry(NAME).tries
    assert not file.exists()


def test_callables_of_every_kind_count(file):
    class Answer:
        def __call__(self, size):
            return size

    for function in (Answer(), max, len, __import__("functools").partial(wrong)):
        _progress.record(failed(), function)
    assert len(_progress.entry(NAME).tries) >= 1


def test_two_kernels_lose_nothing(file):
    code = (
        "import sys\nfrom cnnbook.checks import _progress\nfrom cnnbook.checks._result import Result\n"
        "for number in range(20):\n"
        "    _progress.record(Result('arithmetic-' + sys.argv[1], 'failed'), eval(f'lambda size: size + {number}'))\n"
        "    _progress.record(Result('arithmetic-both', 'failed'), eval(f'lambda size: {sys.argv[1]} - {number}'))"
    )
    kernels = [subprocess.Popen([sys.executable, "-c", code, name]) for name in ("a", "b")]
    assert [kernel.wait() for kernel in kernels] == [0, 0]
    kept = {name: len(_progress.entry(f"arithmetic-{name}").tries) for name in ("a", "b", "both")}
    assert kept == {"a": 20, "b": 20, "both": 40}


def test_a_lock_that_was_left_behind_is_passed_over(file, monkeypatch):
    file.parent.mkdir()
    lock = file.with_name("progress.json.lock")
    lock.touch()
    os.utime(lock, (time.time() - 60,) * 2)
    _progress.record(failed(), wrong)
    assert file.exists()
    assert not lock.exists()


def test_a_lock_that_is_held_costs_the_file_but_no_error(file, monkeypatch):
    monkeypatch.setattr(_progress, "_PATIENCE", 0.05)
    file.parent.mkdir()
    file.with_name("progress.json.lock").touch()
    assert len(_progress.record(failed(), wrong).tries) == 1
    assert not file.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "\x00\xff", "[" * 100_000, '{"questions": 3'])
def test_a_damaged_file_is_set_aside(file, text):
    file.parent.mkdir()
    file.write_bytes(text.encode("latin-1"))
    assert not _progress.entry(NAME).tries
    _progress.record(failed(), wrong)
    restart()
    assert len(_progress.entry(NAME).tries) == 1
    assert file.with_name("progress.json.damaged").read_bytes() == text.encode("latin-1")


@pytest.mark.parametrize(
    "facts",
    [{"questions": []}, {"questions": {NAME: 3}}, {"questions": {NAME: {"tries": 5}}}, {"other": 1},
     {"questions": {NAME: {"tries": {"a": 5}, "passed": "yes"}}}],
)  # fmt: skip
def test_facts_of_another_form_are_nobodys(file, facts):
    file.parent.mkdir()
    file.write_text(json.dumps(facts))
    assert _progress.entry(NAME) == _progress.Entry()
    assert len(_progress.record(failed(), wrong).tries) == 1


def test_a_place_that_cannot_be_written_is_no_error(file):
    file.parent.write_text("a file where the folder should be")
    assert len(_progress.record(failed(), wrong).tries) == 1
    assert len(_progress.entry(NAME).tries) == 1  # this kernel remembers
    assert file.parent.read_text() == "a file where the folder should be"


def test_a_folder_in_the_place_of_the_file_is_no_error(file):
    file.mkdir(parents=True)
    assert len(_progress.record(failed(), wrong).tries) == 1
    assert file.is_dir()


@pytest.mark.parametrize(("name", "value"), [("CNNBOOK_PROGRESS", ""), ("NBGRADER_EXECUTION", "autograde")])
def test_nothing_is_kept_where_that_is_asked(file, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert len(_progress.record(failed(), wrong).tries) == 1
    assert not file.parent.exists()
    assert "Nothing of this is kept" in str(checks.progress())


def test_the_usual_place_is_the_users(monkeypatch, tmp_path):
    monkeypatch.delenv("CNNBOOK_PROGRESS", raising=False)
    for system, name in (("linux", "XDG_DATA_HOME"), ("win32", "APPDATA")):
        monkeypatch.setattr(sys, "platform", system)
        monkeypatch.setenv(name, str(tmp_path / system))
        assert _progress.path() == tmp_path / system / "cnnbook" / "progress.json"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert _progress.path().parts[-4:] == ("Library", "Application Support", "cnnbook", "progress.json")


def test_progress_says_what_to_review(file):
    _progress.record(failed("first_window_forgotten"), wrong)
    _progress.record(Result("arithmetic-same_padding", "passed"), wrong)
    told = checks.progress()
    lines = str(told).splitlines()
    rows = {line.split()[0]: line.split() for line in reversed(lines) if line.startswith("  ")}
    assert {*told.chapters} <= {*lines}
    assert rows["output_size"] == ["output_size", "not", "yet", "1", "try", "first", "window", "forgotten"]
    assert rows["same_padding"] == ["same_padding", "passed", "1", "try"]
    assert rows["dropped_pixels"] == ["dropped_pixels", "not", "tried"]
    assert any(line.startswith("  output_size: Your answers match a known mistake") for line in lines)
    assert f"Thisiskeptin{file}" in "".join(str(told).split())  # a long path is cut where a line ends
    assert all(len(line) <= 80 or str(file) in line for line in lines)
    assert list(told.chapters["arithmetic"]) == [question.id for question in checks.in_chapter("arithmetic").values()]


def test_options_that_were_left_out_are_named(file):
    _progress.record(failed("ignores_stride_and_padding"), wrong)
    _progress.record(failed("of_another_version"), max)
    told = " ".join(str(checks.progress()).split())
    assert "not yet 2 tries stride + padding not looked at, of another version" in told
    assert "output_size: Your answers match those of a function that does not look at `stride` and `padding`:" in told


def test_progress_escapes_what_a_file_says(file):
    file.parent.mkdir()
    file.write_text(json.dumps({"questions": {NAME: {"tries": {"a": "<script>alert(1)</script>"}}}}))
    shown = checks.progress()._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_only_the_user_reads_it(file):
    """No more than a usual file: nothing secret is in it."""
    _progress.record(failed(), wrong)
    assert stat.S_IMODE(file.stat().st_mode) & 0o022 == 0


def test_outside_of_a_notebook_progress_says_that_nothing_is_counted(monkeypatch):
    told = "Tries are counted in notebooks only"
    assert told in " ".join(str(checks.progress()).split())
    assert told in checks.progress()._repr_html_()
    monkeypatch.setattr(_progress, "in_notebook", lambda: True)
    assert told not in " ".join(str(checks.progress()).split())
