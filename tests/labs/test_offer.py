"""A notebook on a GPU is told what the full scale takes; everybody else is told nothing."""

import re
import sys
import types
from dataclasses import replace

import pytest
import torch

from cnnbook import labs
from cnnbook.labs import _offer


def test_the_offer_names_command_minutes_and_networks(toy):
    told = _offer.full_run(toy)
    pattern = r"At full scale this lab trains 4 networks, up to \d+ s on cpu\. To run it: !cnnbook lab toy --scale full"
    assert re.match(pattern, told)


def test_a_data_set_that_is_not_here_is_told(toy, monkeypatch):
    far = replace(toy, scales=toy.scales | {"full": replace(toy.at("full"), data="mnist")})
    monkeypatch.setattr(_offer.datasets, "available", lambda name: False)
    assert ", after a download of mnist. To run it" in _offer.full_run(far)


def test_more_images_take_longer(toy, monkeypatch):
    """The sample stands for all images of the full scale: 60,000 of MNIST take 40 times as long as 1,500."""
    asked = []
    monkeypatch.setattr(_offer, "estimate", lambda lab, scale, variant, train, images, steps: asked.append(images) or 9)
    for size in ({"data": "mnist"}, {"data": "mnist", "images": 1500}, {"data": "mnist", "validation": 5000}):
        _offer.full_run(replace(toy, scales=toy.scales | {"full": replace(toy.at("full"), **size)}))
    assert asked == [60_000, 1500, 55_000]  # once for both variants, which are one network


@pytest.mark.parametrize(
    ("device", "kernel", "scale", "offers"),
    [("cuda", True, None, True), ("cpu", True, None, False), ("cuda", False, None, False),
     ("cuda", True, "smoke", False)],
)  # fmt: skip
def test_only_a_notebook_on_a_gpu_offers(monkeypatch, capsys, device, kernel, scale, offers):
    monkeypatch.setattr(_offer, "choose_device", lambda name="auto": torch.device(device))
    monkeypatch.setattr(_offer, "full_run", lambda lab: f"offered {lab.name}")
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    if kernel:
        monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    monkeypatch.delenv("CNNBOOK_SCALE", raising=False)
    if scale:
        monkeypatch.setenv("CNNBOOK_SCALE", scale)
    labs.load("lenet_mnist")
    assert capsys.readouterr().out == ("offered lenet_mnist\n" if offers else "")
