import subprocess
import sys

import pytest
import traitlets

from cnnbook import widgets
from cnnbook.widgets._bundle import module_text, stems, style_text, words
from cnnbook.widgets._explorer import Explorer, Flag, SettingError, Whole

EXPLORERS = [getattr(widgets, name) for name in widgets.__all__]


class Toy(traitlets.HasTraits):
    count = Whole(1, 0, 4)
    free = Whole(9, 1)
    flag = Flag(False)


def test_settings_are_whole_numbers_within_limits():
    toy = Toy()
    toy.count = 4
    for value, told in [(5, "count 5 is too large to draw: use count <= 4"), (-1, "count -1 is too small")]:
        with pytest.raises(SettingError, match=told):
            toy.count = value
    with pytest.raises(TypeError, match=r"count must be an integer, got 2.0 \(float\): use 2"):
        toy.count = 2.0
    assert toy.count == 4
    toy.free = 1000
    assert toy.trait_metadata("count", "sync")


def test_flags_are_true_or_false():
    with pytest.raises(TypeError, match=r"flag must be True or False, got 1 \(int\)"):
        Toy().flag = 1


def test_a_setting_error_is_a_value_error():
    assert issubclass(SettingError, ValueError)


def test_there_is_one_class_for_each_explorer_of_the_browser():
    assert [cls.__module__.rpartition(".")[2] for cls in EXPLORERS] == stems()
    with pytest.raises(AttributeError, match=r"has no attribute .Arithmetic.: it has .*ArithmeticExplorer"):
        widgets.Arithmetic  # noqa: B018


@pytest.mark.parametrize("cls", EXPLORERS)
def test_the_browser_gets_the_present_files(cls):
    explorer, stem = cls(), cls.__module__.rpartition(".")[2]
    assert isinstance(explorer, Explorer)
    assert explorer._anywidget_id == f"cnnbook.widgets.{stem}.{cls.__name__}"
    assert (explorer._esm, explorer._css) == (module_text(stem), style_text(stem))


@pytest.mark.parametrize("cls", EXPLORERS)
def test_the_text_is_stable_and_can_be_run(cls):
    assert repr(cls()) == repr(cls())
    assert repr(eval(repr(cls()), vars(widgets) | {cls.__name__: cls})) == repr(cls())
    assert " at 0x" not in repr(cls())


@pytest.mark.parametrize("cls", EXPLORERS)
def test_a_kernel_shows_the_widget_and_a_text(cls):
    explorer = cls()
    data, _ = explorer._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.model_id
    assert data["text/plain"].startswith(repr(explorer))
    assert len(data["text/plain"].splitlines()) == 2


@pytest.mark.parametrize("cls", EXPLORERS)
def test_languages_without_words_are_refused(cls):
    assert words(cls.__module__.rpartition(".")[2])["title"]
    with pytest.raises(ValueError, match="language 'xx' is unknown"):
        cls(language="xx")


def test_importing_an_explorer_loads_no_matplotlib():
    code = "import sys; from cnnbook.widgets import ArithmeticExplorer; print('matplotlib' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


@pytest.mark.parametrize("explorer", EXPLORERS, ids=widgets.__all__)
def test_no_setting_hides_a_trait_of_every_widget(explorer):
    """Such as ``layout``, which a front end reads as a model of its own."""
    own = set(explorer.class_own_traits()) - {"_esm", "_css"}
    assert own
    assert not own & set(Explorer.__mro__[1].class_traits())
