"""A name that was changed works for one minor version."""

import sys
import types

import pytest

from cnnbook import _renamed


@pytest.fixture
def module(monkeypatch):
    """A module in which `old` was renamed to `new` in 0.2."""

    def make(version):
        monkeypatch.setattr(_renamed, "__version__", version)
        made = types.ModuleType("cnnbook.made")
        made.new = lambda: 7
        monkeypatch.setitem(sys.modules, made.__name__, made)
        made.__getattr__ = _renamed.old_names(made.__name__, {"old": ("new", "0.2")})
        return made

    return make


@pytest.mark.parametrize("version", ["0.2.0", "0.2.9"])
def test_the_old_name_works_and_tells_the_new_one(module, version):
    made = module(version)
    remedy = r"^cnnbook\.made\.old is now called new: write that; the old name goes with cnnbook 0\.3$"
    with pytest.warns(DeprecationWarning, match=remedy) as told:
        assert made.old() == 7
    assert told[0].filename == __file__, "the warning names the line that uses the name"
    assert made.new() == 7


def test_a_release_cannot_keep_it_longer(module):
    with pytest.raises(ValueError, match=r"cnnbook\.made\.old is new since 0\.2, and this is 0\.3\.0: delete its"):
        module("0.3.0")


def test_other_names_are_still_missing(module):
    with pytest.raises(AttributeError, match=r"module 'cnnbook\.made' has no attribute 'older'"):
        module("0.2.0").older  # noqa: B018
