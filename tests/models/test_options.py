"""Options of every network: what cannot be meant is refused by name, before a layer deep inside fails on it."""

import inspect
import re

import numpy as np
import pytest
import torch

from cnnbook import models
from cnnbook.models import build, list_models

COUNTS, FLAGS = (0, -1, True, "10", 1.5, None, [3], np.float64(3)), (0, 1, "False", None, 2, [])
PROBABILITIES = (-0.1, 1.5, "a", None, True, float("nan"), [0.5])
WRONG = {
    "num_classes": COUNTS, "in_channels": COUNTS, "groups": (0, 3, True, "2", None, 1.0, [1]),
    "dropout": PROBABILITIES, "dropout_aux": PROBABILITIES,
    "width": (0, -1, True, "a", None, float("nan"), float("inf"), [1]),
    **dict.fromkeys(("original", "batch_norm", "aux_logits", "transform_input", "stride_in_1x1"), FLAGS),
}  # fmt: skip
OPTIONS = [(name, option) for name in list_models() for option in inspect.signature(getattr(models, name)).parameters]


@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_wrong_values_are_refused_by_name(name, option):
    for value in WRONG[option]:
        with torch.device("meta"), pytest.raises((TypeError, ValueError), match=rf"^{option} .*: \w"):
            build(name, **{option: value})


@pytest.mark.parametrize(("name", "option"), [pair for pair in OPTIONS if pair[1] in ("num_classes", "in_channels")])
def test_numpy_integers_are_counts(name, option):
    with torch.device("meta"):
        network = build(name, **{option: np.uint8(200)})
    first, *_, last = (m for m in network.modules() if isinstance(m, torch.nn.Conv2d | torch.nn.Linear))
    assert first.in_channels == 200 or option == "num_classes"
    assert getattr(last, "out_features", None) == 200 or getattr(last, "out_channels", None) == 200 or option[0] == "i"


@pytest.mark.parametrize("name", [None, 3, ["resnet18"], {}, b"resnet18", "", "RESNET18", "resnet"])
def test_names_that_are_none(name):
    with pytest.raises(ValueError, match=re.escape(f"there is no network {name!r}: ")):
        build(name)


def test_the_published_lenet_needs_no_numbers_to_be_built():
    with torch.device("meta"):
        assert sum(parameter.numel() for parameter in build("lenet5", original=True).parameters()) > 60_000
