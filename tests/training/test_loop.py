import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnnbook.datasets import Images
from cnnbook.training import Config, Diverged, Standardise, confusion_matrix, evaluate, fit, learning_rate
from cnnbook.training.graph import recorded
from cnnbook.training.images import has_bfloat16

CONFIG = Config(epochs=3, batch_size=16, learning_rate=0.1, device="cpu")


def linear(train, *, outputs=2, seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(Standardise(train), nn.Flatten(), nn.Linear(30, outputs))


def test_it_learns(bars):
    train, test = bars
    told = []
    network = linear(train)
    history = fit(network, train, test, CONFIG, on_epoch=lambda *given: told.append(given))
    assert told == [(network, epoch) for epoch in history]
    assert history.column("epoch") == [1, 2, 3]
    assert history[-1].train_loss < history[0].train_loss / 2
    assert history[-1].test_accuracy == 1
    assert all(epoch.cpu_seconds > 0 and epoch.seconds > 0 for epoch in history)
    assert "epoch   3   train loss 0." in str(history)


def test_the_same_seed_gives_the_same_network_and_another_one_another(bars):
    train, test = bars
    losses = [
        [epoch.train_loss for epoch in fit(linear(train), train, test, config)]
        for config in (CONFIG, CONFIG, Config(**vars(CONFIG) | {"seed": 1}))
    ]
    assert losses[0] == losses[1] != losses[2]


def test_one_step_by_hand(bars):
    """One batch with everything: the step is -rate x (gradient + decay x weight), times 1 + momentum by Nesterov."""
    train, test = bars
    config = Config(epochs=1, batch_size=60, learning_rate=0.1, warmup=0, momentum=0.9, weight_decay=0.01, device="cpu")
    network = linear(train)
    before = copy.deepcopy(network)
    history = fit(network, train, test, config)
    loss = F.cross_entropy(before(torch.from_numpy(train.images)), torch.from_numpy(train.labels))
    loss.backward()
    for old, new in zip(before.parameters(), network.parameters(), strict=True):
        step = 0.1 * 1.9 * (old.grad + 0.01 * old)
        torch.testing.assert_close(new, old - step)
    assert history[0].train_loss == pytest.approx(loss.item())


def test_the_learning_rate_follows_the_schedule(bars, monkeypatch):
    train, test = bars
    rates = []
    step = torch.optim.SGD.step
    monkeypatch.setattr(torch.optim.SGD, "step", lambda self: (rates.append(self.param_groups[0]["lr"]), step(self)))
    config = Config(epochs=2, batch_size=25, learning_rate=0.1, warmup=0.5, device="cpu")  # 3 steps an epoch, 6 in all
    fit(linear(train), train, test, config)
    assert rates == [learning_rate(done / 6, config) for done in range(6)]


def test_every_image_is_seen_once_an_epoch(bars):
    train, test = bars
    seen = []
    network = linear(train)
    network[0].register_forward_pre_hook(lambda layer, given: seen.append(given[0].clone()) if layer.training else None)
    fit(network, train, test, Config(epochs=2, batch_size=25, learning_rate=0.1, device="cpu"))
    assert [len(batch) for batch in seen] == [25, 25, 10] * 2
    first, second = torch.cat(seen[:3]), torch.cat(seen[3:])
    everything = sorted(image.tobytes() for image in train.images)
    assert sorted(image.numpy().tobytes() for image in first) == everything
    assert not torch.equal(first, second)


def test_shifted_images_change_what_is_learned(bars):
    train, test = bars
    config = Config(epochs=1, batch_size=16, learning_rate=0.1, shift=1, device="cpu")
    plain = Config(**vars(config) | {"shift": 0})
    assert fit(linear(train), train, test, config)[0].train_loss != fit(linear(train), train, test, plain)[0].train_loss


def test_a_loss_that_is_no_number_is_told(bars):
    train, test = bars
    config = Config(epochs=2, batch_size=16, learning_rate=1e30, device="cpu")
    network = nn.Sequential(linear(train), nn.Linear(2, 2))
    with pytest.raises(FloatingPointError, match=r"loss is (nan|inf) in epoch 1: use a learning_rate below 1e\+30"):
        fit(network, train, test, config)


def test_the_epochs_before_a_loss_that_is_no_number_are_kept(bars):
    train, test = bars
    network = linear(train)

    def spoil(network, epoch):
        if epoch.epoch == 2:
            with torch.no_grad():
                network[2].weight.fill_(float("nan"))

    with pytest.raises(Diverged, match="loss is nan in epoch 3") as stop:
        fit(network, train, test, CONFIG, on_epoch=spoil)
    assert stop.value.history.column("epoch") == [1, 2]


def test_what_on_epoch_returns_is_measured_as_plain_numbers(bars):
    train, test = bars

    def measure(network, epoch):
        if epoch.epoch == 3:
            assert not network.training
        return {"number": torch.tensor(epoch.epoch), "numbers": np.ones(2, np.float32), "list": [torch.ones(()), 2]}

    history = fit(linear(train), train, test, CONFIG, on_epoch=measure)
    assert history.column("number") == [1, 2, 3]
    assert history.column("numbers") == [[1.0, 1.0]] * 3
    assert history.column("list") == [[1.0, 2]] * 3
    assert len(history.column("test_loss")) == 3


def test_what_is_measured_leaves_no_trace(bars):
    train, test = bars

    def meddle(network, epoch):
        torch.rand(epoch.epoch)
        network.train()
        network(torch.from_numpy(train.images)).sum().backward()

    def network():
        return nn.Sequential(*linear(train)[:2], nn.BatchNorm1d(30), nn.Dropout(0.5), linear(train)[2])

    torch.manual_seed(0)
    plain = network()
    plain_history = fit(plain, train, test, CONFIG)
    torch.manual_seed(0)
    meddled = network()
    meddled_history = fit(meddled, train, test, CONFIG, on_epoch=meddle)
    assert [epoch[:5] for epoch in plain_history] == [epoch[:5] for epoch in meddled_history]
    assert not meddled.training
    for one, other in zip(plain.state_dict().values(), meddled.state_dict().values(), strict=True):
        assert torch.equal(one, other)


def test_label_smoothing_by_hand(bars):
    """A part of each label goes to all classes alike: the loss of the training alone."""
    train, test = bars
    config = Config(epochs=1, batch_size=60, learning_rate=0.1, label_smoothing=0.2, device="cpu")
    network = linear(train)
    logits = copy.deepcopy(network)(torch.from_numpy(train.images)).detach()
    labels = F.one_hot(torch.from_numpy(train.labels), 2) * 0.8 + 0.1
    history = fit(network, train, test, config)
    assert history[0].train_loss == pytest.approx(-(labels * logits.log_softmax(1)).sum(1).mean().item())
    assert history[0].test_loss == pytest.approx(evaluate(network, test).loss)


def test_bfloat16_multiplies_with_fewer_digits_and_keeps_weights_and_loss_in_float32(bars):
    train, test = bars
    given = []
    network = linear(train)
    network[2].register_forward_hook(lambda layer, inputs, output: given.append(output.dtype))
    history = fit(network, train, test, Config(**vars(CONFIG) | {"bfloat16": True}))
    assert set(given) == {torch.bfloat16, torch.float32}  # in training; when judged
    assert {weight.dtype for weight in network.parameters()} == {torch.float32}
    plain = fit(linear(train), train, test, CONFIG)
    assert history[0].train_loss != plain[0].train_loss
    assert history[0].train_loss == pytest.approx(plain[0].train_loss, rel=0.05)


def test_a_gpu_rounds_no_factor_where_the_config_says_exact(bars):
    train, test = bars
    before = torch.backends.cudnn.allow_tf32

    def allowed(exact):
        config = Config(**vars(CONFIG) | {"exact": exact, "epochs": 1})
        history = fit(linear(train), train, test, config, on_epoch=lambda *_: {"tf32": torch.backends.cudnn.allow_tf32})
        return history.column("tf32")

    assert allowed(True) == [False]
    assert allowed(False) == [before]
    assert torch.backends.cudnn.allow_tf32 == before
    with pytest.raises(ValueError, match="exact True and bfloat16 True do not fit together: use one of them"):
        Config(**vars(CONFIG) | {"exact": True, "bfloat16": True})


def test_bfloat16_where_the_device_has_it(monkeypatch):
    for capability, has in (((7, 5), False), ((8, 0), True), ((9, 0), True)):
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device, is_=capability: is_)
        assert has_bfloat16(torch.device("cuda")) == has
    assert has_bfloat16(torch.device("cpu"))
    assert not has_bfloat16(torch.device("mps"))


def test_channels_last_changes_where_numbers_lie_and_not_which(bars):
    train, test = bars

    def network():
        torch.manual_seed(0)
        layers = nn.Conv2d(1, 8, 3), nn.Conv2d(8, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()
        return nn.Sequential(Standardise(train), *layers)

    plain, last = network(), network()
    losses = [
        fit(trained, train, test, Config(**vars(CONFIG) | {"channels_last": on})).column("train_loss")
        for trained, on in ((plain, False), (last, True))
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    assert last[2].weight.is_contiguous(memory_format=torch.channels_last)
    assert not plain[2].weight.is_contiguous(memory_format=torch.channels_last)


def test_compile_trains_what_the_compiler_returns_and_judges_the_network_itself(bars, monkeypatch):
    train, test = bars
    called = []

    def compiler(network):
        def compiled(images):
            called.append(len(images))
            return network(images)

        return compiled

    monkeypatch.setattr(torch, "compile", compiler)
    history = fit(linear(train), train, test, Config(**vars(CONFIG) | {"compile": True}))
    assert called == [16, 16, 16, 12] * 3
    assert history.column("train_loss") == fit(linear(train), train, test, CONFIG).column("train_loss")
    assert len(called) == 12


def test_a_recorded_pass_is_for_full_batches_and_leaves_the_network_alone(bars, monkeypatch):
    train, _ = bars
    network, replayed = linear(train), []

    def record(module, sample):
        def replay(images):
            replayed.append(len(images))
            return torch.full((len(images), 2), 7.0)

        assert len(sample[0]) == 16
        module.forward = replay

    monkeypatch.setattr(torch.cuda, "make_graphed_callables", record)
    forward = recorded(network, torch.from_numpy(train.images[:16]))
    for count in (16, 12):
        images = torch.from_numpy(train.images[:count])
        assert (forward(images) == 7).all() == (count == 16)
        assert (network(images) != 7).all()
    assert replayed == [16]


def test_on_a_cpu_nothing_is_recorded(bars):
    train, test = bars
    histories = [fit(linear(train), train, test, replace(CONFIG, graph=graph)) for graph in (False, True)]
    assert histories[0].column("train_loss") == histories[1].column("train_loss")


@pytest.mark.parametrize("outputs", [1, 3])
def test_a_network_for_other_classes_is_refused(bars, outputs):
    train, test = bars
    message = r"the data set needs \(N, 2\), one logit a class: build the network with num_classes=2"
    with pytest.raises(ValueError, match=message):
        fit(linear(train, outputs=outputs), train, test, CONFIG)
    with pytest.raises(ValueError, match=message):
        evaluate(linear(train, outputs=outputs), test)


def test_evaluate_by_hand(bars):
    train, test = bars
    network = linear(train)
    network.append(nn.Dropout(0.9))  # must be off
    result = evaluate(network, test, batch_size=7)
    assert not network.training
    logits = network(torch.from_numpy(test.images)).detach()
    assert np.array_equal(result.predictions, logits.argmax(1).numpy())
    assert result.accuracy == (result.predictions == test.labels).mean()
    assert result.loss == pytest.approx(F.cross_entropy(logits, torch.from_numpy(test.labels)).item())
    assert result.confidences == pytest.approx(logits.softmax(1).amax(1).numpy())


def test_nothing_to_judge_by_is_refused(bars):
    empty = Images(np.zeros((0, 1, 5, 6), np.uint8), np.zeros(0, np.int64), ("left", "right"))
    with pytest.raises(ValueError, match="has no images to judge by"):
        evaluate(linear(bars[0]), empty)


def test_confusion_matrix_counts_every_image():
    rng = np.random.default_rng(0)
    labels, said = rng.integers(0, 4, 50), rng.integers(0, 4, 50)
    matrix = confusion_matrix(labels, said, 5)
    assert matrix.shape == (5, 5)
    assert matrix.sum() == 50
    assert matrix[2, 3] == ((labels == 2) & (said == 3)).sum()
    assert matrix.sum(1).tolist() == np.bincount(labels, minlength=5).tolist()
