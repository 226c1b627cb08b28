import json
from dataclasses import replace

import numpy as np
import pytest

from cnnbook.datasets import Images
from cnnbook.training import Run, RunRecord, load_record, records

IMAGES = np.arange(10 * 6, dtype=np.uint8).reshape(10, 1, 2, 3), np.zeros(10, np.int64)


def run(variant, seed, mistakes):
    history = {"test_accuracy": [0.5, (10 - len(mistakes)) / 10]}
    return Run(variant, 61706, seed, (10 - len(mistakes)) / 10, 2.5 + seed, history, mistakes)


@pytest.fixture
def record():
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
        hard=records.pack_images([3], IMAGES[0]),
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


def test_confusion_of_runs_whose_mistakes_were_not_kept_is_refused(record):
    runs = [replace(run, mistakes=[]) for run in record.runs]
    with pytest.raises(ValueError, match="variant 'small' has no list of its mistakes: run the lab with mistakes=True"):
        replace(record, runs=runs).confusion("small")


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


@pytest.mark.parametrize("damage", [lambda text: text[: len(text) // 2], lambda _: "", lambda _: "[]", lambda _: "{}"])
def test_a_record_that_is_cut_off_is_named(record, tmp_path, damage):
    path = record.save(tmp_path / "results")
    path.write_text(damage(path.read_text()))
    with pytest.raises(ValueError, match=r"example\.json is cut off or no record .*: restore it, or delete it"):
        load_record("example", folder=path.parent)


def test_each_scale_has_its_file(record, tmp_path):
    for scale, name in (("smoke", "example.smoke.json"), ("laptop", "example.laptop.json"), ("full", "example.json")):
        assert replace(record, scale=scale).save(tmp_path).name == name
        assert load_record("example", scale, folder=tmp_path).scale == scale
    assert not load_record("other", "laptop", folder=tmp_path)
    assert "cnnbook lab other --scale laptop" in repr(load_record("other", "laptop", folder=tmp_path))


def test_a_record_of_more_seeds_is_not_replaced_unasked(record, tmp_path):
    assert record.seeds == 1  # of "large <b>"
    more = record.with_run(run("large <b>", 1, [[3, 0, 1]]), Images(*IMAGES, ("a", "b")))
    assert more.seeds == 2
    path = more.save(tmp_path)
    with pytest.raises(FileExistsError, match=r"example\.json has 2 seeds of each network, and this run 1: use 2"):
        record.save(tmp_path)
    assert load_record("example", folder=tmp_path).runs == more.runs
    record.save(tmp_path, overwrite=True)
    assert load_record("example", folder=tmp_path).runs == record.runs
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_run_more_leaves_fewer_images_that_all_misread(record):
    more = record.with_run(run("large <b>", 1, []), Images(*IMAGES, ("a", "b")))
    assert (record.hard["indices"], more.hard["indices"]) == ([3], [])
    assert more.hard_images()[0].shape == (0, 1, 2, 3)
    many = Images(np.zeros((100, 1, 2, 3), np.uint8), np.zeros(100, np.int64), ("a", "b"))
    all_wrong = replace(record, runs=[]).with_run(run("small", 0, [[n, 0, 1] for n in range(100)]), many)
    assert len(all_wrong.hard["indices"]) == len(all_wrong.hard_images()[0]) == records.HARD


def test_measures_by_name(record):
    measured = replace(run("small", 0, []), measures={"latency": 2.5, "norms": [1.0, 2.0]})
    record = replace(record, runs=[measured])
    assert record.measured("small", "latency") == [2.5]
    assert record.measured("small", "norms") == [[1.0, 2.0]]
    with pytest.raises(ValueError, match="name 'speed' was not measured of 'small': use one of latency, norms"):
        record.measured("small", "speed")


def test_runs_that_stopped_are_counted(record):
    assert "stopped" not in record.table()[0]
    stopped = replace(run("small", 2, []), stopped="loss is nan in epoch 1")
    assert [row["stopped"] for row in replace(record, runs=[*record.runs, stopped]).table()] == [1, 0]


def test_records_of_all_versions_are_read_and_those_of_the_future_refused(record, tmp_path):
    path = record.save(tmp_path)
    content = json.loads(path.read_text())
    assert content.pop("schema_version") == records.SCHEMA
    for one in content["runs"]:
        del one["measures"], one["stopped"]
    path.write_text(json.dumps(content))
    old = load_record("example", folder=tmp_path)
    assert (old.schema_version, old.runs) == (1, record.runs)
    assert str(old) == str(record)
    path.write_text(json.dumps(content | {"schema_version": 99, "new": {}}))
    with pytest.raises(ValueError, match="has schema version 99, and this cnnbook reads up to 2: update cnnbook"):
        load_record("example", folder=tmp_path)


def test_provenance_names_cuda_where_it_was_used(record):
    on_gpu = replace(record, environment=record.environment | {"device": "Tesla T4", "cuda": "12.8", "cudnn": 91002})
    assert "on Tesla T4, 1 thread; Python 3.11.7, PyTorch 2.13.0, CUDA 12.8, cuDNN 91002; mnist" in on_gpu.provenance()
    assert "CUDA" not in record.provenance()


def test_a_kill_while_a_record_is_written_leaves_the_old_one(record, tmp_path, monkeypatch):
    path = record.save(tmp_path)
    before = path.read_bytes()
    monkeypatch.setattr("os.replace", lambda *paths: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        replace(record, note="later").save(tmp_path)
    assert path.read_bytes() == before
