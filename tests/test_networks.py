"""The record of all networks holds what the profile counts now, and times that are times."""

import pytest

from cnnbook import models, networks

torch = pytest.importorskip("torch")


def test_counts_on_record_are_those_of_the_profile():
    recorded = networks.table()
    assert list(recorded) == models.list_models(), "run benchmarks/bench_networks.py"
    for name, row in recorded.items():
        counted = networks.counts(name)
        assert {key: row[key] for key in counted} == counted, name
        assert row["ms"] > 0, name
        assert row["spread"] < 1.5, f"{name}: the machine was busy when it was measured"


@pytest.mark.parametrize(
    ("name", "field"), [("vgg16", 196), ("resnet18", 435), ("resnet50", 427), ("googlenet", 715), ("mobilenet_v1", 315)]
)
def test_receptive_fields_are_the_published_ones(name, field):
    assert networks.table()[name]["field"] == field


def test_an_unknown_network_is_refused():
    with pytest.raises(ValueError, match="there is no network 'resnet51': did you mean 'resnet50'"):
        networks.counts("resnet51")
