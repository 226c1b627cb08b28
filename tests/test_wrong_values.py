"""Public functions with whatever may come: each answers as it should, or refuses in one sentence that names a remedy.

Values are drawn from a pool of odd ones, seeded; what is left of a call fits. A raw error of Python, NumPy or PyTorch
is a fault, and so is a warning.
"""

import inspect

import matplotlib
import numpy as np
import pytest
import torch
from torch import nn

from cnnbook import datasets, diagrams, environment, plotting
from cnnbook.models import build
from cnnbook.pretrained import load_torchvision
from cnnbook.profile import profile

matplotlib.use("agg")
POOL = [
    None, 3, 0, -1, True, 1.5, float("nan"), 10**30, 1j, "a", "", " ", "1", b"x", [], {}, (), [1], ["a"], [None],
    {"a": None}, {"a": [1, [2]]}, {"a": "x"}, {"a": []}, {"a": [float("nan")]}, {3: [1.0]}, object(), object, len,
    np.zeros(0), np.zeros((2, 2)), np.eye(2, dtype=int), np.array(["a"]), np.full((2, 2), np.nan),
    np.full((3, 3, 5, 7), 300.0),
    np.ones((3, 1, 5, 7), complex), np.ma.masked_array([[1, 2], [3, 4]], mask=[[0, 1], [0, 0]]), np.int8(3),
    np.bool_(1), np.datetime64("2026-01-01"), torch.zeros(3), nn.ReLU(), range(3), (1, 2, 3), (3.0, 5, 7), slice(2),
]  # fmt: skip
FITTING = {
    plotting.image_grid: {"images": np.zeros((3, 1, 5, 7)), "titles": None, "columns": 2},
    plotting.learning_curves: {"curves": {"a": [1.0, 2.0]}, "ylabel": "loss", "logarithmic": False},
    plotting.confusion_matrix: {"matrix": np.eye(2, dtype=int), "classes": ["a", "b"]},
    plotting.number_grids: {"grids": {"a": np.eye(2)}, "role": "input"},
    plotting.volumes: {"c_in": 3, "c_out": 2, "size": (5, 7), "kernel": (3, 2), "place": (1, 0)},
    diagrams.draw: {"name": "vgg"},
    datasets.load: {"name": "digits", "split": "train", "root": None},
    datasets.available: {"name": "digits", "root": None},
    environment.require: {"version": "0.1"},
    build: {"name": "lenet5"},
    profile: {"model": nn.ReLU(), "input_shape": (3, 5, 7)},
    load_torchvision: {"model": nn.ReLU(), "state_dict": {}, "classifier": True, "auxiliary": True,
                       "transform_input": None},
}  # fmt: skip
RAW = (
    "not supported between", "has no attribute", "object of type", "unhashable", "ambiguous", "argument",
    "not iterable", "could not", "cannot convert", "must be real", "expected string",
    "not subscriptable", "inhomogeneous",
)  # fmt: skip


def call(function, values):
    """Call with the arguments as the signature wants them."""
    parameters = inspect.signature(function).parameters
    names = [name for name in values if parameters[name].kind is not inspect.Parameter.KEYWORD_ONLY]
    return function(*(values[name] for name in names), **{k: v for k, v in values.items() if k not in names})


@pytest.mark.parametrize("name", [f"{function.__name__}.{name}" for function in FITTING for name in FITTING[function]])
def test_one_wrong_value(name, monkeypatch):
    monkeypatch.delenv("CNNBOOK_DATA", raising=False)
    function = next(function for function in FITTING if function.__name__ == name.split(".")[0])
    for value in POOL:
        told = refusal(function, {**FITTING[function], name.split(".")[1]: value})
        assert told is None or (": " in told and not any(raw in told for raw in RAW)), (value, told)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("function", FITTING, ids=lambda function: function.__name__)
def test_several_wrong_values(function, seed, monkeypatch):
    monkeypatch.delenv("CNNBOOK_DATA", raising=False)
    rng = np.random.default_rng(seed)
    for _ in range(20):
        values = {name: POOL[rng.integers(len(POOL))] if rng.random() < 0.6 else value
                  for name, value in FITTING[function].items()}  # fmt: skip
        told = refusal(function, values)
        assert told is None or (": " in told and not any(raw in told for raw in RAW)), (values, told)


def refusal(function, values):
    """What a call is refused with; None where it works."""
    try:
        call(function, values)
    except (TypeError, ValueError, OSError, ImportError) as error:
        return str(error)
    return None
