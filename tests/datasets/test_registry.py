import pytest

from cnnbook.datasets import available, load, names, places
from cnnbook.datasets.sources import SOURCES


@pytest.mark.parametrize(
    ("name", "split", "message"),
    [
        ("minst", "train", "name 'minst' is no data set: did you mean 'mnist'"),
        (None, "train", "name None is no data set: use one of mnist"),
        ("mnist", "validation", 'split \'validation\' is not known: use "train" or "test"'),
        ("mnist", True, "split True is not known"),
    ],
)
def test_unknown_names_are_refused(name, split, message):
    with pytest.raises(ValueError, match=message):
        load(name, split)


def test_availability_of_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="is no data set"):
        available("imagenet")


def test_every_offline_choice_needs_no_download():
    assert {SOURCES[name].offline for name in SOURCES} <= set(names()) - set(SOURCES)


@pytest.mark.parametrize(
    ("system", "variable", "expected"),
    [("linux", "XDG_CACHE_HOME", "x/cnnbook"), ("darwin", "XDG_CACHE_HOME", "x/cnnbook"),
     ("win32", "LOCALAPPDATA", "x/cnnbook")],
)  # fmt: skip
def test_the_cache_follows_the_system(monkeypatch, tmp_path, system, variable, expected):
    monkeypatch.setattr(places.sys, "platform", system)
    monkeypatch.setenv(variable, str(tmp_path / "x"))
    assert places.cache() == tmp_path / expected
    monkeypatch.delenv(variable)
    assert places.cache().is_relative_to(places.Path.home())
