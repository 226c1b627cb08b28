"""The lab on several devices: in two processes it is what it says, in one it says what it needs."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from cnnbook import labs
from cnnbook.cli import main
from cnnbook.labs import _command
from cnnbook.labs.many_gpus import BUILDS, LOCAL, SIZES, BatchNormOverAll, small, watched
from cnnbook.training import load_record

LAB = labs.load("many_gpus")
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "cnnbook"]


def torchrun(*words):
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
    return subprocess.run([*TORCHRUN, *map(str, words)], env=environment, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """What a run in two processes printed, and its record."""
    folder = tmp_path_factory.mktemp("results")
    done = torchrun("lab", "many_gpus", "--folder", folder, "--threads", "1")
    assert done.returncode == 0, done.stderr
    assert os.listdir(folder) == ["many_gpus.smoke.json"]
    return done.stdout, load_record("many_gpus", "smoke", folder=folder)


def apart(record, first, second):
    """Distance of two networks in the watched weights, over the length of these."""
    one, other = (np.array(record.measured(variant, "watched")[0][-1]) for variant in (first, second))
    return np.linalg.norm(one - other) / np.linalg.norm(other)


def test_the_first_process_alone_prints(done):
    lines = done[0].splitlines()
    assert sum(line.startswith("epoch ") for line in lines) == len(LAB.compared("smoke"))
    assert sum(line.startswith("Next: git diff ") for line in lines) == 1


def test_the_record_says_how_many_processes_there_were(done):
    record = done[1]
    assert record.environment["processes"] == 2
    assert ", 2 processes with 1 thread;" in record.provenance()
    assert [config["alone"] for config in record.config.values()] == [True, False, True, False, False]


def test_two_processes_get_what_one_gets_but_for_batch_norm(done):
    record = done[1]
    assert apart(record, "no norm, batch 16, 2 processes", "no norm, batch 16, 1 process") < 1e-5
    assert apart(record, "synchronised, batch 4, 2 processes", "batch norm, batch 4, 1 process") < 1e-3
    assert apart(record, "batch norm, batch 4, 2 processes", "batch norm, batch 4, 1 process") > 0.01


def test_times_are_measured_in_each_run(done):
    for run in done[1].runs:
        assert len(run.measures["all_reduce"]) == len(SIZES)
        assert {len(run.measures[f"step_{name}"]) for name in ("alone", "apart", "joined")} == {len(LOCAL)}
        assert min(run.measures["all_reduce"] + run.measures["step_alone"] + run.measures["step_joined"]) > 0


def test_what_many_processes_cannot_do_is_told():
    done = torchrun("lab", "--missing")
    assert "cnnbook: lab --missing runs in one process: leave out torchrun, or name a lab\n" in done.stderr
    assert done.stdout == ""


def test_one_process_says_what_it_needs(capsys):
    assert main(["lab", "many_gpus"]) == 2
    command = "torchrun --nproc-per-node 2 -m cnnbook lab many_gpus"
    assert capsys.readouterr().err == f"cnnbook: lab 'many_gpus' needs 2 processes: start it with {command}\n"


def test_among_the_missing_it_is_left_and_named(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(_command, "names", lambda: ["many_gpus"])
    monkeypatch.setattr(_command, "finished", lambda *place: False)
    assert main(["lab", "--missing", "--folder", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "start it with torchrun --nproc-per-node 2 -m cnnbook lab many_gpus --scale full\n" in told
    assert told.endswith("Missing at scale full: many_gpus\n")


@pytest.mark.parametrize("training", [True, False])
def test_alone_batch_norm_over_all_is_that_of_pytorch(training):
    images = 3 + torch.randn(5, 4, 3, 7, generator=torch.Generator().manual_seed(0))
    layers = [norm(4).train(training) for norm in (nn.BatchNorm2d, BatchNormOverAll)]
    inputs = [images.clone().requires_grad_() for _ in layers]
    weights = torch.randn(5, 4, 3, 7, generator=torch.Generator().manual_seed(1))
    for layer, x in zip(layers, inputs, strict=True):
        nn.init.uniform_(layer.weight, generator=torch.Generator().manual_seed(2))
        (layer(x) * weights).sum().backward()
    torch.testing.assert_close(inputs[0].grad, inputs[1].grad, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(layers[0].weight.grad, layers[1].weight.grad, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(layers[0].state_dict(), layers[1].state_dict())


def test_watched_weights_are_of_all_layers():
    network = small(nn.BatchNorm2d, num_classes=10, in_channels=3)
    before = watched(network, None, None)["watched"]
    assert len(before) == 64
    with torch.no_grad():
        network[0].weight += 1
        network[-1].bias += 1
    after = watched(network, None, None)["watched"]
    assert before[0] != after[0]
    assert before[-1] != after[-1]
    assert before[32] == after[32]


def test_one_digit_of_one_weight_is_changed():
    networks = []
    for name in ("batch norm", "one digit changed"):
        torch.manual_seed(0)
        networks.append(BUILDS[name](num_classes=10, in_channels=3))
    changed = [(one != other).sum().item() for one, other in zip(*(n.parameters() for n in networks), strict=True)]
    assert changed == [1] + [0] * 17
    torch.testing.assert_close(*(next(network.parameters()) for network in networks), rtol=2e-7, atol=0)
