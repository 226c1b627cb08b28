"""The recipes of CONTRIBUTING.md work as they are written. That of a lab is tried in tests/labs/test_labs.py."""

import json
import re
from pathlib import Path

import pytest
import torch

from cnnbook import models
from cnnbook.checks import CheckFailed, _words
from cnnbook.profile import profile

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def block(opening, language):
    """The first block of code in this language behind a paragraph's opening words."""
    return GUIDE.partition(f"\n**{opening}**")[2].partition(f"```{language}\n")[2].partition("```")[0]


def load(name, text, folder):
    """Run a file as the module of this name, from a folder."""
    path = folder / f"{name.rpartition('.')[2]}.py"
    path.write_text(text, encoding="utf-8")
    space = {"__name__": name, "__file__": str(path)}
    exec(compile(text, path, "exec"), space)
    return space


def test_the_question_is_asked_and_knows_its_mistakes(tmp_path, capsys):
    words = json.loads(block("A question, whole", "json"))
    _words.add("patches", words)
    asked = load("cnnbook.checks.patches", block("A question, whole", "python"), tmp_path)["whole_patches"]
    assert len(asked.declared) >= 3
    assert {f"whole_patches.{part}" for part in ("hint_1", "hint_2", "why")} <= {*words}
    asked(lambda size, patch: size // patch)
    assert "public cases passed" in capsys.readouterr().out
    for known, answer in {
        "rounded_up": lambda size, patch: -(-size // patch),
        "one_too_many": lambda size, patch: size // patch + 1,
        "pixels_left": lambda size, patch: size % patch,
    }.items():
        with pytest.raises(CheckFailed) as told:
            asked(answer)
        assert words[f"whole_patches.{known}"] in " ".join(str(told.value).split())


def test_the_network_is_built_and_profiled(tmp_path):
    space = load("cnnbook.models.small_net", block("A network", "python"), tmp_path)
    network = space["small_net"]()
    assert network(torch.zeros(2, 3, 32, 32)).shape == (2, 10)
    assert [row.output_shape[1:] for row in profile(network, (3, 32, 32)).rows if row.kind == "Conv2d"] == [
        (16, 16), (8, 8), (4, 4),
    ]  # fmt: skip
    expected = (3 * 9 + 1) * 16 + (16 * 9 + 1) * 32 + (32 * 9 + 1) * 64 + 65 * 10
    assert sum(parameter.numel() for parameter in network.parameters()) == expected
    with pytest.raises(ValueError, match="num_classes 0 is too small"):
        space["small_net"](num_classes=0)


def test_what_the_recipes_name_is_there():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", GUIDE)) <= targets
    examples = {"moved", "patches", "small_net"}
    for path in re.findall(r"`((?:book|cnnbook|tests|solutions|exercises|\.github)/[\w./-]+)`", GUIDE):
        assert (ROOT / path).exists() or Path(path).stem in examples, path
    assert "small_net" not in models.list_models()
