"""Several processes train one network, and what comes of it is what one process gets."""

import os
import re
import subprocess
import sys

import pytest
import torch

from cnnbook.training import Config
from cnnbook.training.devices import own_part, processes, seed_dropout, together

from . import two_processes as case
from .two_processes import NETWORKS, trained


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """What two processes found, each, and what torchrun said when the second had died."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("two")
    for name in ("no norm", "dropout"):
        case.cut_off(folder / f"{name}.pt", NETWORKS[name])
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    done = subprocess.run(
        [*command, case.__file__, folder], env=environment, capture_output=True, text=True, timeout=300
    )
    found = [folder / f"process {rank}.pt" for rank in range(2)]
    assert all(path.is_file() for path in found), done.stderr
    return [torch.load(path) for path in found], done


def distance(first, second):
    """Largest difference of any number that the trainings left behind, in weights and losses."""
    assert first["weights"].keys() == second["weights"].keys()
    weights = [(first["weights"][name] - second["weights"][name]).abs().max().item() for name in first["weights"]]
    losses = [
        abs(a - b)
        for one, other in zip(first["history"], second["history"], strict=True)
        for a, b in zip(one[:5], other[:5], strict=True)
    ]
    return max(weights + losses)


@pytest.mark.parametrize("name", ["no norm", "no norm, resumed", "no norm, read"])
def test_two_processes_get_what_one_gets(two, name):
    """Uneven batches, moved, mirrored, blackened images, smoothed labels, decay, measures that take gradients."""
    assert distance(two[0][0][name], trained()) < 1e-5


def test_two_processes_get_what_one_gets_with_batch_norm_over_all(two):
    alone = trained(NETWORKS["batch norm"])
    assert distance(two[0][0]["synchronised"], alone) < 1e-5
    assert distance(two[0][0]["batch norm"], alone) > 0.01


def test_in_one_process_batch_norm_over_all_is_batch_norm():
    assert distance(trained(NETWORKS["synchronised"]), trained(NETWORKS["batch norm"])) < 1e-5


def test_one_that_trains_alone_gets_the_same_bits(two):
    assert distance(two[0][0]["alone"], trained()) == 0


def test_dropout_draws_other_numbers_in_each_process_and_epoch(two, monkeypatch):
    assert distance(two[0][0]["dropout"], trained(NETWORKS["dropout"])) > 1e-3
    drawn = set()
    monkeypatch.setattr("cnnbook.training.devices.processes", lambda: 3)
    for rank in range(3):
        monkeypatch.setattr("torch.distributed.get_rank", lambda rank=rank: rank)
        for epoch in (1, 2):
            torch.manual_seed(5)
            seed_dropout(case.CONFIG, epoch)
            drawn.add((rank > 0, torch.rand(1).item()))
    assert len([number for others, number in drawn if others]) == 4
    torch.manual_seed(5)
    assert [number for others, number in drawn if not others] == [torch.rand(1).item()], "the first as it would alone"


def test_a_training_that_is_over_is_read_from_where_the_first_process_sees_it(two):
    for found in two[0]:
        for name in ("no norm", "dropout"):
            assert distance(found[f"{name}, resumed"], found[f"{name}, read"]) == 0


@pytest.mark.parametrize("name", ["no norm", "synchronised", "dropout", "no norm, resumed"])
def test_all_processes_have_the_same_network_and_history(two, name):
    first, second = (found[name] for found in two[0])
    assert distance(first, second) == 0
    assert first["history"] == second["history"]
    assert {measures["called"] for *_, measures in first["history"]} == {"0"}, "the first alone measures"


def test_batches_that_cannot_be_split_are_told_in_all_processes(two):
    for found in two[0]:
        told = "too few for 2 processes: use another one, or fewer processes"
        assert found["errors"]["batch of 1"] == f"batch_size 1 makes a batch of 1 of 60 images, {told}"
        assert found["errors"]["last of 1"] == f"batch_size 59 makes a batch of 1 of 60 images, {told}"
        assert re.match("loss is (nan|inf) in epoch 1: use a learning_rate below", found["errors"]["diverged"])


def test_the_first_alone_prints_and_a_process_that_dies_ends_the_others(two):
    assert two[1].stdout == "said once\n"
    assert two[1].returncode != 0
    assert re.search(r"exitcode +: 3 ", two[1].stderr)


@pytest.mark.parametrize("n", [1, 2, 3, 7])
@pytest.mark.parametrize("count", [7, 8, 64])
def test_parts_of_a_batch_make_it_up(n, count, monkeypatch):
    parts = []
    config = Config(epochs=1, batch_size=count, learning_rate=0.1)
    monkeypatch.setattr("cnnbook.training.devices.processes", lambda: n)
    monkeypatch.setattr("torch.distributed.get_world_size", lambda: n)
    for rank in range(n):
        monkeypatch.setattr("torch.distributed.get_rank", lambda rank=rank: rank)
        parts.append(own_part(count, config))
    numbers = list(range(count))
    assert [number for part, _ in parts for number in numbers[part]] == numbers
    sizes = [len(numbers[part]) for part, _ in parts]
    assert max(sizes) - min(sizes) <= 1
    assert [weight / n for _, weight in parts] == pytest.approx([size / count for size in sizes])


def test_without_torchrun_there_is_one_process():
    with together():
        assert processes() == 1
