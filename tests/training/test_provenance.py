"""Whose commit, which machine, which versions."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from cnnbook.training import provenance


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout of a book, and git in it."""

    def git(*arguments):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], cwd=tmp_path, check=True)

    for name in ("cnnbook/loop.py", "book/page.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path / "cnnbook")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    return git


def test_the_commit_of_a_clean_checkout(checkout, tmp_path):
    assert provenance.commit() == "unknown"
    checkout("init", "--quiet")
    assert provenance.commit() == "unknown"
    checkout("add", ".")
    checkout("commit", "--quiet", "-m", "first")
    assert len(provenance.commit()) == 40
    (tmp_path / "notes.txt").touch()
    assert len(provenance.commit()) == 40  # nobody's business


@pytest.mark.parametrize("name", ["cnnbook/loop.py", "cnnbook/new.py", "book/page.md"])
def test_a_checkout_that_was_changed(checkout, tmp_path, name):
    checkout("init", "--quiet")
    checkout("add", ".")
    checkout("commit", "--quiet", "-m", "first")
    clean = provenance.commit()
    (tmp_path / name).write_text("changed")
    assert provenance.commit() == f"{clean}-changed"
    checkout("add", ".")
    assert provenance.commit() == f"{clean}-changed"


def test_the_commit_of_another_project_is_not_ours(checkout, tmp_path, monkeypatch):
    """An environment in somebody's checkout, whether git ignores it or not."""
    site = tmp_path / ".venv" / "site-packages" / "cnnbook"
    site.mkdir(parents=True)
    (site / "loop.py").touch()
    monkeypatch.setattr(provenance, "PACKAGE", site)
    checkout("init", "--quiet")
    checkout("add", "book")
    checkout("commit", "--quiet", "-m", "theirs")
    assert provenance.commit() == "unknown"
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path / "cnnbook")  # at the top, and untracked
    assert provenance.commit() == "unknown"


def test_the_environment_names_machine_and_versions(monkeypatch):
    here = provenance.environment(torch.device("cpu"))
    assert here["device"] == f"cpu ({here['cpu']})"
    assert here["cpu"]
    assert here["threads"] == torch.get_num_threads()
    assert (here["torch"], here["numpy"]) == (torch.__version__, np.__version__)
    assert here["cuda"] is here["cudnn"] is None
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "Tesla T4")
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    monkeypatch.setattr(torch.backends.cudnn, "version", lambda: 91002)
    there = provenance.environment(torch.device("cuda"))
    assert (there["device"], there["cuda"], there["cudnn"], there["cpu"]) == ("Tesla T4", "12.8", 91002, here["cpu"])


@pytest.mark.parametrize(
    ("cpuinfo", "name"),
    [("model\t\t: 143\nmodel name\t: Some CPU\nmodel name\t: Other\n", "Some CPU"), ("cores\t: 2\n", "arm64")],
)
def test_the_processor_is_what_the_system_calls_it(monkeypatch, cpuinfo, name):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Path, "read_text", lambda path: cpuinfo)
    monkeypatch.setattr(provenance.platform, "processor", lambda: "")
    monkeypatch.setattr(provenance.platform, "machine", lambda: "arm64")
    assert provenance.cpu() == name
