import json
import os
import subprocess
import sys

import pytest

from cnnbook import language


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    monkeypatch.setattr(language, "_chosen", None)
    monkeypatch.setenv("CNNBOOK_LANGUAGE", "")


def test_english_is_the_default():
    assert language.get() == "en"


def test_the_environment_chooses(monkeypatch):
    monkeypatch.setenv("CNNBOOK_LANGUAGE", "zh-TW")
    assert language.get() == "zh-TW"
    monkeypatch.setenv("CNNBOOK_LANGUAGE", "../../etc")
    with pytest.raises(ValueError, match=r"CNNBOOK_LANGUAGE '../../etc' is no language tag: use one such as"):
        language.get()


def test_what_is_set_counts_for_processes_that_start_later():
    language.set("zh")
    assert language.get() == "zh"
    code = "from cnnbook import language; print(language.get())"
    run = subprocess.run([sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=True)
    assert run.stdout == "zh\n"


@pytest.mark.parametrize("tag", ["Chinese", "", "zh_CN", "zh/..", None, 5, "en\n"])
def test_what_is_no_tag_is_refused(tag):
    with pytest.raises(ValueError, match=r"language .* is no language tag: use one such as 'en' or 'zh'"):
        language.set(tag)
    assert language.get() == "en"


def test_words_fall_back_to_english_key_by_key(tmp_path):
    tables = {"en": {"a": "one", "b": "two", "c": "three"}, "zh": {"a": "一", "b": "二"}, "zh-TW": {"b": "貳"}}
    for tag, table in tables.items():
        (tmp_path / f"x.{tag}.json").write_text(json.dumps(table), encoding="utf-8")
    assert language.words(tmp_path / "x") == tables["en"]
    assert language.words(tmp_path / "x", "zh") == {"a": "一", "b": "二", "c": "three"}
    assert language.words(tmp_path / "x", "zh-TW") == {"a": "一", "b": "貳", "c": "three"}
    assert language.words(tmp_path / "x", "fr") == tables["en"]
    assert language.words(tmp_path / "y") == {}
    language.set("zh")
    assert language.words(tmp_path / "x")["a"] == "一"


def test_a_table_cannot_be_changed(tmp_path):
    with pytest.raises(TypeError):
        language.words(tmp_path / "x")["a"] = "b"
