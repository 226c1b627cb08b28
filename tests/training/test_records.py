import json
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from cnnbook.training import Run, RunRecord, load_record, records


def run(variant, seed, mistakes):
    history = {"test_accuracy": [0.5, (10 - len(mistakes)) / 10]}
    return Run(variant, 61706, seed, (10 - len(mistakes)) / 10, 2.5 + seed, history, mistakes)


@pytest.fixture
def record():
    images = np.arange(10 * 6, dtype=np.uint8).reshape(10, 1, 2, 3)
    return RunRecord(
        lab="example",
        scale="full",
        date="2026-01-02",
        commit="0123456789abcdef-changed",
        dataset={
            "name": "mnist", "train": 60000, "test": 10, "test_counts": [6, 4],
            "train_sha256": "a1b2c3d4e5f6", "test_sha256": "f6e5d4c3b2a1",
        },
        config={"small": {"epochs": 2}, "large <b>": {"epochs": 2}},
        environment={"device": "cpu (x86_64)", "threads": 1, "python": "3.11.7", "torch": "2.13.0"},
        runs=[
            run("small", 0, [[3, 0, 1], [7, 1, 0]]),
            run("small", 1, [[3, 0, 1]]),
            run("large <b>", 0, [[3, 0, 1], [5, 1, 0]]),
        ],
        hard=records.pack_images([3], images),
        note="It was raining.",
    )  # fmt: skip


def test_saved_and_read_back_it_is_the_same(record, tmp_path):
    path = record.save(tmp_path / "results")
    assert path.name == "example.json"
    again = load_record("example", folder=path.parent)
    assert again.runs == record.runs
    assert str(again) == str(record)
    assert json.loads(path.read_text())["runs"][0]["mistakes"] == [[3, 0, 1], [7, 1, 0]]
    assert '"mistakes": [[3, 0, 1], [7, 1, 0]]' in path.read_text()  # one line


def test_errors_over_seeds(record):
    assert record.variants() == ["small", "large <b>"]
    assert record.test_errors("small") == pytest.approx([20, 10])
    first, second = record.table()
    assert first["test error, mean"] == "15.00 %"
    assert first["spread"] == "7.07 %"  # the standard deviation of 20 and 10, divided by n - 1
    assert first["best to worst"] == "10.00 to 20.00 %"
    assert first["training, a seed"] == "3 s"
    assert second["spread"] == "one seed"


def test_an_unknown_variant_is_refused(record):
    with pytest.raises(ValueError, match="variant 'huge' was not run: use one of small, large"):
        record.test_errors("huge")


def test_confusion_is_summed_over_seeds(record):
    assert record.confusion("small").tolist() == [[10, 2], [1, 7]]


def test_images_that_every_run_misread(record):
    images, answers = record.hard_images()
    assert images[:, 0].tolist() == [[[18, 19, 20], [21, 22, 23]]]
    assert answers == [(0, [1])]


def test_text_and_html_say_where_the_numbers_come_from(record):
    for shown in (str(record), record._repr_html_()):
        assert "Full run of 2026-01-02 at commit 0123456789 with changes on cpu (x86_64), 1 thread;" in shown
        assert "15.00 %" in shown
        assert "(f6e5d4c3). It was raining." in shown
    assert "large &lt;b&gt;" in record._repr_html_()


def test_a_missing_record_says_so(tmp_path):
    missing = load_record("example", folder=tmp_path)
    assert not missing
    assert "cnnbook lab example --scale full" in repr(missing)


def test_saving_outside_a_checkout_is_refused(record, tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDERS", (tmp_path / "no" / "such" / "results",))
    with pytest.raises(FileNotFoundError, match="is not in a checkout of the book: name another with folder="):
        record.save()


def test_a_smoke_run_does_not_replace_the_record_in_the_book(record):
    with pytest.raises(ValueError, match="scale 'smoke' is too small for the book"):
        replace(record, scale="smoke").save()


def test_commit(tmp_path, monkeypatch):
    def git(*arguments):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], cwd=tmp_path, check=True)

    monkeypatch.setattr(records, "PACKAGE", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert records.commit() == "unknown"
    git("init", "--quiet")
    git("commit", "--quiet", "--allow-empty", "-m", "first")
    clean = records.commit()
    assert len(clean) == 40
    (tmp_path / "new.py").touch()
    assert records.commit() == f"{clean}-changed"


@pytest.mark.parametrize("damage", [lambda text: text[: len(text) // 2], lambda _: "", lambda _: "[]", lambda _: "{}"])
def test_a_record_that_is_cut_off_is_named(record, tmp_path, damage):
    path = record.save(tmp_path / "results")
    path.write_text(damage(path.read_text()))
    with pytest.raises(ValueError, match=r"example\.json is cut off or no record .*: restore it, or make it anew with"):
        load_record("example", folder=path.parent)
