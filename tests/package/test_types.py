"""The package says what its functions take and return. `make types` shows what a type checker makes of that."""

import inspect
from importlib import import_module

import matplotlib
import pytest
import uses

PARTS = "arithmetic datasets diagrams exercises functional labs models nn plotting training widgets"
PUBLIC = [(part, name) for part in PARTS.split() for name in import_module(f"cnnbook.{part}").__all__]
PUBLIC += [("profile", "profile"), ("profile", "Profile")]
PUBLIC += [("checks", name) for name in ("Result", "in_chapter", "progress", "question", "questions")]
PUBLIC += [("environment", name) for name in ("report", "require", "status")]
SPECIAL = ("__init__", "__call__", "__len__", "__iter__", "__getitem__")
matplotlib.use("agg")


@pytest.mark.parametrize(("part", "name"), PUBLIC)
def test_everything_public_has_types(part, name):
    value = getattr(import_module(f"cnnbook.{part}"), name)
    for function in [value] if inspect.isfunction(value) else methods(value) if inspect.isclass(value) else []:
        signature = inspect.signature(function)
        untyped = [name for name, p in signature.parameters.items() if name != "self" and p.annotation is p.empty]
        assert untyped == [], function
        assert signature.return_annotation is not signature.empty, function


def methods(cls):
    """What a class of this package defines itself, properties too; what a dataclass gets by itself is left out."""
    for base in cls.__mro__:
        for name, value in vars(base).items() if base.__module__.startswith("cnnbook.") else ():
            function = value.fget if isinstance(value, property) else value
            own = inspect.isfunction(function) and function.__code__.co_filename == inspect.getfile(base)
            if own and base.__name__[0] != "_" and (not name.startswith("_") or name in SPECIAL):
                yield function


@pytest.mark.parametrize("name", [name for name, use in vars(uses).items() if getattr(use, "__module__", "") == "uses"])
def test_what_a_type_checker_accepts_works(name):
    getattr(uses, name)()
