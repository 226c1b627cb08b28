"""A run that is made again is compared with the record: number by number, within what another seed may give."""

from dataclasses import replace

import numpy as np
import pytest

from cnnbook import labs
from cnnbook.labs import _command
from cnnbook.labs._reproduced import SHARE, chance_of_nearer, chance_within, reproduced
from cnnbook.training import load_record


@pytest.fixture
def made(toy, tmp_path):
    return labs.run(toy, scale="laptop", folder=tmp_path / "made", threads=1, log=lambda _: None)


def worse(record, variant):
    """The record, where one network has read one image in ten less, in other runs."""
    runs = [
        replace(run, seconds=0.0, test_accuracy=run.test_accuracy - 0.1 * (run.variant == variant))
        for run in record.runs
    ]
    return replace(record, runs=runs)


def test_networks_outside_the_spread_are_named(made):
    told = f"Compared with the record of {made.date}: "
    again = worse(made, "no network")
    assert reproduced(again, made).startswith(f"{told}{len(made.variants())} of {len(made.variants())} networks are")
    one = made.variants()[0]
    first, *rest = made.runs
    spread = replace(made, runs=[replace(first, test_accuracy=first.test_accuracy - 0.001), *rest])
    said = reproduced(worse(spread, one), spread).splitlines()
    assert [line.split(":")[0] for line in said[1:]] == [f"  {one}"]
    low, high = sorted(spread.test_errors(one))[:: len(spread.test_errors(one)) - 1]
    assert said[1].endswith(f", not {low:.2f} to {high:.2f} %")


def test_runs_that_both_have_and_those_of_one_seed_are_not_compared(made):
    count = len(made.runs)
    assert reproduced(made, made) == f"Nothing was run: all {count} networks are in the record of {made.date} already."
    alone = replace(made, runs=[run for run in made.runs if run.seed == 0])
    assert "no network has two seeds or more there" in reproduced(worse(made, "no network"), alone)


def test_another_config_is_not_compared_and_other_images_are_told(made):
    one = made.variants()[0]
    longer = replace(made, config=made.config | {one: made.config[one] | {"epochs": 99}})
    assert reproduced(made, longer).endswith(": its config is another, so it says nothing on this run.")
    elsewhere = replace(worse(made, "no network"), dataset=made.dataset | {"test_sha256": "0" * 64})
    assert f"record of {made.date}, whose images are others: 2 of 2 networks" in reproduced(elsewhere, made)


def test_the_command_compares_with_what_the_book_has(toy, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("cnnbook.training.records.FOLDERS", (tmp_path / "book",))
    monkeypatch.setattr(_command, "load", lambda _: toy)
    how = {"scale": "laptop", "threads": 1}
    _command.run_one(toy.name, folder=tmp_path / "book", **how)
    assert "Compared" not in capsys.readouterr().out
    _command.run_one(toy.name, folder=tmp_path / "again", **how)
    count = len(load_record(toy.name, "laptop").variants())
    assert f"\nCompared with the record of {load_record(toy.name, 'laptop').date}: {count} of {count} networks" in (
        capsys.readouterr().out
    )


def test_the_chance_is_that_of_students_t():
    rng = np.random.default_rng(0)
    for freedom in (1, 2, 3, 4, 7, 10):
        drawn = np.abs(rng.standard_t(freedom, 200_000))
        for distance in (0.0, 0.5, 2.0, 5.0):
            assert chance_within(distance, 1, freedom) == pytest.approx(np.mean(drawn < distance), abs=0.005)
    assert (chance_within(0, 0, 1), chance_within(1, 0, 1), chance_within(1, 0, 2)) == (0, 1, 1)


@pytest.mark.parametrize(("new", "known"), [(1, 2), (1, 3), (3, 5)])
def test_of_numbers_of_one_kind_the_share_is_within(new, known):
    rng = np.random.default_rng(0)
    drawn = rng.normal(50, 3, (4_000, new + known)).tolist()
    within = [chance_of_nearer(row[:new], row[new:]) <= SHARE for row in drawn]
    assert np.mean(within) == pytest.approx(SHARE, abs=0.01)
