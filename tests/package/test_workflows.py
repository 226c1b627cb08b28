"""The workflows of GitHub say what they may do, and call nothing that the repository does not have."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yml"))}
OWNERS = {"actions", "pypa"}  # of the actions that we call
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
each_workflow = pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=WORKFLOWS)


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job.get("steps", [])]


def test_there_are_workflows():
    assert {"colab", "package", "pages", "release", "tests"} <= set(WORKFLOWS)


@each_workflow
def test_it_may_read_and_a_job_asks_for_more(workflow):
    assert workflow["permissions"] == {"contents": "read"}
    triggers = workflow[True]  # YAML 1.1 reads `on` as a truth value
    assert "pull_request_target" not in triggers, "it would run a stranger's code with our rights"
    assert "secrets." not in str(workflow), "trusted publishing and the token of the run need no secret"


@each_workflow
def test_what_it_calls_is_there(workflow):
    for job in workflow["jobs"].values():
        if name := job.get("uses"):
            assert (ROOT / name).is_file()
            assert "workflow_call" in WORKFLOWS[Path(name).stem][True]
    for step in steps(workflow):
        if name := step.get("uses"):
            assert re.fullmatch(r"([\w-]+)/[\w-]+@[\w/.-]+", name)[1] in OWNERS
        run = step.get("run", "")
        assert set(re.findall(r"\bmake ([a-z-]+)", run)) <= TARGETS
        for path in re.findall(r"(?<![\w/])(?:\.ci|tests|book)/[\w./-]+", run):
            assert (ROOT / path).exists(), path


@each_workflow
def test_no_text_of_a_stranger_is_run(workflow):
    """A title, a branch or a tag reaches a script through its environment only."""
    for step in steps(workflow):
        assert not re.findall(r"\$\{\{(?! *(?:matrix|steps)\.)", step.get("run", ""))
