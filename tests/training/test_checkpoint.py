"""A training that is cut off goes on to the same network, bit for bit."""

import pytest
import torch
from torch import nn

from cnnbook.training import Config, Standardise, fit
from cnnbook.training.checkpoint import replacing

CONFIG = Config(epochs=4, batch_size=16, learning_rate=0.1, weight_decay=0.01, shift=1, flip=True, device="cpu")


def network(train):
    """With everything that has a state: weights, running means, random numbers."""
    torch.manual_seed(0)
    return nn.Sequential(
        Standardise(train), nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Dropout(0.5),
        nn.Linear(48, 2),
    )  # fmt: skip


def cut_off(train, test, path, epochs):
    """Train so many epochs, then stop in the middle of the next."""

    def stop(network, epoch):
        if epoch.epoch == epochs + 1:
            raise KeyboardInterrupt
        return {"norm": network[1].weight.detach().norm()}

    with pytest.raises(KeyboardInterrupt):
        fit(network(train), train, test, CONFIG, on_epoch=stop, checkpoint=path)


@pytest.mark.parametrize("epochs", [1, 3])
@pytest.mark.parametrize("knobs", [{}, {"channels_last": True}, {"bfloat16": True}, {"lookahead": 3}])
def test_it_goes_on_bit_for_bit(bars, tmp_path, monkeypatch, epochs, knobs):
    train, test = bars
    monkeypatch.setitem(globals(), "CONFIG", Config(**vars(CONFIG) | knobs))
    path = tmp_path / "one.pt"
    whole = network(train)
    history = fit(whole, train, test, CONFIG, on_epoch=lambda net, epoch: {"norm": net[1].weight.detach().norm()})
    cut_off(train, test, path, epochs)
    torch.rand(100)  # as another process would have
    resumed = network(train)
    seen = []

    def measure(network, epoch):
        seen.append(epoch.epoch)
        return {"norm": network[1].weight.detach().norm()}

    again = fit(resumed, train, test, CONFIG, on_epoch=measure, checkpoint=path)
    assert seen == list(range(epochs + 1, 5))
    assert [epoch[:5] for epoch in again] == [epoch[:5] for epoch in history]
    assert again.column("norm") == history.column("norm")
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, resumed.state_dict()[name]), name


def test_a_training_that_is_over_is_read_and_not_repeated(bars, tmp_path):
    train, test = bars
    path = tmp_path / "one.pt"
    whole = network(train)
    history = fit(whole, train, test, CONFIG, checkpoint=path)
    again = network(train)
    assert fit(again, train, test, CONFIG, checkpoint=path) == history
    assert torch.equal(again[6].weight, whole[6].weight)


def test_a_checkpoint_of_another_training_is_refused(bars, tmp_path):
    train, test = bars
    path = tmp_path / "one.pt"
    cut_off(train, test, path, 1)
    other = Config(**vars(CONFIG) | {"momentum": 0.5})
    with pytest.raises(ValueError, match=r"one\.pt is of another training \(other config\): delete it, or"):
        fit(network(train), train, test, other, checkpoint=path)
    with pytest.raises(ValueError, match=r"is of another training \(other train, test\)"):
        fit(network(train), test, train, CONFIG, checkpoint=path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ValueError, match=r"one\.pt is no checkpoint \(\w+\): delete it, or name another file"):
        fit(network(train), train, test, CONFIG, checkpoint=path)


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), replacing(path) as file:  # noqa: PT012
        file.write(b"new")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    with replacing(path) as file:
        file.write(b"new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]
