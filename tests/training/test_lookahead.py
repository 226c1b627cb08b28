"""Lookahead against the two lines of its paper, and what it leaves alone."""

import pytest
import torch

from cnnbook.training.lookahead import look_ahead


def weights():
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(shape, generator=generator).requires_grad_() for shape in ((2, 3), (5,))]


def sgd(of):
    return torch.optim.SGD(of, lr=0.01, momentum=0.9, nesterov=True)


def step(optimizer, of):
    optimizer.zero_grad()
    sum((tensor**4).sum() for tensor in of).backward()
    optimizer.step()


@pytest.mark.parametrize(("every", "part"), [(1, 0.5), (3, 0.5), (5, 0.25)])
def test_slow_weights_follow_the_paper(every, part):
    of, by_hand = weights(), weights()
    ahead, plain = sgd(of), sgd(by_hand)
    look_ahead(ahead, every, part=part)
    slow = [tensor.detach().clone() for tensor in by_hand]
    for count in range(1, 12):
        step(ahead, of)
        step(plain, by_hand)
        if count % every == 0:
            for phi, theta in zip(slow, by_hand, strict=True):
                phi += part * (theta.detach() - phi)
                theta.data.copy_(phi)  # the momentum stays
        for one, other in zip(of, by_hand, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-7)


def test_the_whole_way_is_no_lookahead():
    of, others = weights(), weights()
    ahead, plain = sgd(of), sgd(others)
    look_ahead(ahead, 2, part=1.0)
    for _ in range(5):
        step(ahead, of)
        step(plain, others)
    assert all(torch.equal(one, other) for one, other in zip(of, others, strict=True))


@pytest.mark.parametrize("done", [1, 2, 3])
def test_the_optimizer_keeps_it(done):
    """Cut off after so many steps, in the middle of three or not, and loaded into another optimizer."""
    of, others = weights(), weights()
    whole, before = sgd(of), sgd(others)
    look_ahead(whole, 3)
    look_ahead(before, 3)
    for _ in range(done):
        step(before, others)
    after = sgd(others)
    look_ahead(after, 3)
    after.load_state_dict(before.state_dict())
    for _ in range(7 - done):
        step(after, others)
    for _ in range(7):
        step(whole, of)
    assert all(torch.equal(one, other) for one, other in zip(of, others, strict=True))


def test_nothing_is_read_back_from_the_device():
    of = [tensor.detach().to("meta").requires_grad_() for tensor in weights()]  # has no values that could be read
    optimizer = sgd(of)
    look_ahead(optimizer, 2)
    for _ in range(4):
        step(optimizer, of)
    assert optimizer.state[of[0]]["slow"].device.type == "meta"
