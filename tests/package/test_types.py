"""The package says what its functions take and return. `make types` shows what a type checker makes of that."""

import inspect
from importlib import import_module

import matplotlib
import pytest
import uses

PARTS = "arithmetic datasets diagrams exercises functional labs models nn plotting training widgets"
PUBLIC = [(part, name) for part in PARTS.split() for name in import_module(f"cnnbook.{part}").__all__]
PUBLIC += [("profile", "profile"), ("checks", "questions"), ("checks", "question"), ("checks", "progress")]
PUBLIC += [("environment", name) for name in ("report", "require", "status")]
matplotlib.use("agg")


@pytest.mark.parametrize(("part", "name"), PUBLIC)
def test_everything_public_has_types(part, name):
    value = getattr(import_module(f"cnnbook.{part}"), name)
    function = vars(value).get("__init__") if inspect.isclass(value) else value
    if not inspect.isfunction(function):  # a constant, or a class that takes what its base takes
        return
    signature = inspect.signature(function)
    untyped = [name for name, p in signature.parameters.items() if name != "self" and p.annotation is p.empty]
    assert untyped == []
    assert signature.return_annotation is not signature.empty or function.__name__ == "__init__"  # of a dataclass


@pytest.mark.parametrize("name", [name for name, use in vars(uses).items() if getattr(use, "__module__", "") == "uses"])
def test_what_a_type_checker_accepts_works(name):
    getattr(uses, name)()
