import json
import shutil
import subprocess
import sys

import pytest
import traitlets

from cnnbook import language, widgets
from cnnbook.widgets import _bundle
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


@pytest.fixture
def chinese(monkeypatch, tmp_path):
    """A folder of widgets where the arithmetic explorer has one sentence in Chinese; no language is set."""
    folder = shutil.copytree(_bundle._HERE, tmp_path / "widgets")
    (folder / "arithmetic.zh.json").write_text(json.dumps({"kernel": "卷积核"}), encoding="utf-8")
    monkeypatch.setattr(_bundle, "_HERE", folder)
    monkeypatch.setattr(language, "_chosen", None)
    monkeypatch.setenv("CNNBOOK_LANGUAGE", "")


def test_explorers_follow_the_language_that_is_set(chinese):
    for tag in ("zh", "zh-TW"):
        language.set(tag)
        explorer = widgets.ArithmeticExplorer()
        assert explorer.language == tag
        assert (explorer._words["kernel"], explorer._words["stride"]) == ("卷积核", "Stride")  # English key by key
        assert explorer.get_state()["_words"] == explorer._words  # what the browser is told
        assert widgets.PoolingExplorer().language == "en"  # which has no words in Chinese
    language.set("en")
    assert explorer._words["kernel"] == "卷积核"
    assert widgets.ArithmeticExplorer()._words["kernel"] == "Kernel size"
    assert widgets.ArithmeticExplorer(language="zh")._words["kernel"] == "卷积核"


def test_the_language_can_be_changed_later(chinese):
    explorer = widgets.ArithmeticExplorer()
    explorer.language = "zh"
    assert explorer._words["kernel"] == "卷积核"
    with pytest.raises(ValueError, match="language 'xx' is unknown"):
        explorer.language = "xx"
    assert (explorer.language, explorer._words["kernel"]) == ("zh", "卷积核")


def test_a_subclass_of_a_reader_shows_what_its_base_shows():
    class Mine(widgets.ArithmeticExplorer):
        pass

    assert (Mine()._stem, Mine()._words) == ("arithmetic", words("arithmetic"))


def test_importing_an_explorer_loads_no_matplotlib():
    code = "import sys; from cnnbook.widgets import ArithmeticExplorer; print('matplotlib' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


@pytest.mark.parametrize("explorer", EXPLORERS, ids=widgets.__all__)
def test_no_setting_hides_a_trait_of_every_widget(explorer):
    """Such as ``layout``, which a front end reads as a model of its own."""
    own = set(explorer.class_own_traits()) - {"_esm", "_css"}
    assert own
    assert not own & set(Explorer.__mro__[1].class_traits())
