"""One layer in several places, and passes that are broken off, repeated or in the wrong order: as in PyTorch, or no."""

import numpy as np
import pytest
import torch
from torch import nn as torch_nn

from cnnbook import nn

f64 = {"dtype": np.float64}


def rng(seed=0):
    return np.random.default_rng(seed)


class Added(torch_nn.Module):
    """Residual, in PyTorch."""

    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body, self.shortcut = body, shortcut or torch_nn.Identity()

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


def conv():
    return nn.Conv2d(3, 3, 3, rng=rng(1), padding=1, **f64), torch_nn.Conv2d(3, 3, 3, padding=1, dtype=torch.float64)


def norm():
    return nn.BatchNorm(3, **f64), torch_nn.BatchNorm2d(3, dtype=torch.float64)


def in_a_row():
    (conv1, torch1), (bn, torch_bn) = conv(), norm()
    yield nn.Sequential(conv1, bn, nn.Tanh(), conv1, bn, conv1)
    yield torch_nn.Sequential(torch1, torch_bn, torch_nn.Tanh(), torch1, torch_bn, torch1)


def inside_and_outside_of_a_block():
    ours, theirs = conv()
    yield nn.Sequential(ours, nn.Residual(nn.Sequential(nn.Sigmoid(), ours)), ours)
    yield torch_nn.Sequential(theirs, Added(torch_nn.Sequential(torch_nn.Sigmoid(), theirs)), theirs)


def on_both_branches():
    ours, theirs = conv()
    yield nn.Residual(nn.Sequential(ours, nn.Tanh()), ours)
    yield Added(torch_nn.Sequential(theirs, torch_nn.Tanh()), theirs)


def a_block_twice():
    (conv1, torch1), (bn, torch_bn) = conv(), norm()
    block = nn.Residual(nn.Sequential(conv1, bn, nn.MaxPool2d(3, stride=1, padding=1), nn.ELU()))
    torch_block = Added(torch_nn.Sequential(torch1, torch_bn, torch_nn.MaxPool2d(3, 1, 1), torch_nn.ELU()))
    yield nn.Sequential(block, nn.AvgPool2d(2), block)
    yield torch_nn.Sequential(torch_block, torch_nn.AvgPool2d(2), torch_block)


def one_array_in_two_layers():
    (first, torch_first), (second, torch_second) = conv(), conv()
    second.parameters["weight"], torch_second.weight = first.parameters["weight"], torch_first.weight
    yield nn.Sequential(first, nn.Tanh(), second)
    yield torch_nn.Sequential(torch_first, torch_nn.Tanh(), torch_second)


NETWORKS = [in_a_row, inside_and_outside_of_a_block, on_both_branches, a_block_twice, one_array_in_two_layers]


@pytest.mark.torch
@pytest.mark.parametrize("make", NETWORKS)
def test_gradients_steps_and_statistics_are_pytorchs(make):
    ours, theirs = make()
    tensors = list(theirs.parameters())  # each once, in the order of its first use, as ours
    assert [p.shape for p in ours.parameters.values()] == [tuple(t.shape) for t in tensors]
    with torch.no_grad():
        for array, tensor in zip(ours.parameters.values(), tensors, strict=True):
            array += 0.1 * rng(3).standard_normal(array.shape)
            tensor.copy_(torch.from_numpy(array))
    options = {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.01}
    sgd, torch_sgd = nn.SGD(ours, **options), torch.optim.SGD(tensors, **options)
    for step in range(3):
        x = rng(step).standard_normal((4, 3, 6, 8))
        if step == 2:  # evaluation, in between and before backward
            theirs.eval()
        tensor = torch.tensor(x, requires_grad=True)
        expected = theirs(tensor)
        output = ours.forward(x, training=step != 2)
        np.testing.assert_allclose(output, expected.detach().numpy(), rtol=1e-9, atol=1e-9)
        weights = rng(9).standard_normal(output.shape)
        torch_sgd.zero_grad()
        (expected * torch.from_numpy(weights)).sum().backward()
        np.testing.assert_allclose(ours.backward(weights), tensor.grad.numpy(), rtol=1e-8, atol=1e-9)
        assert ours.gradients.keys() == ours.parameters.keys()
        for grad, truth in zip(ours.gradients.values(), tensors, strict=True):
            np.testing.assert_allclose(grad, truth.grad.numpy(), rtol=1e-8, atol=1e-8)
        sgd.step()
        torch_sgd.step()


def test_the_layer_itself_holds_the_sum_too():
    layer = nn.Linear(1, 1, rng=rng(), **f64)
    layer.parameters["weight"][:] = 3
    network = nn.Sequential(layer, layer)  # 9 x
    np.testing.assert_array_equal(network.forward(np.array([[2.0]]), training=True), [[18]])
    np.testing.assert_array_equal(network.backward(np.ones((1, 1))), [[9]])
    assert layer.gradients["weight"].item() == network.gradients["0.weight"].item() == 2 * 3 * 2
    assert layer.gradients["bias"].item() == network.gradients["0.bias"].item() == 3 + 1


@pytest.mark.parametrize("make", NETWORKS)
@pytest.mark.parametrize("training", [True, False])
def test_the_gradient_check_passes(make, training):
    network, _ = make()
    x = rng(5).standard_normal((2, 3, 4, 6))
    assert max(nn.gradient_check(network, x, rng=rng(6), training=training, samples=6).values()) < 1e-5


def test_one_layer_in_two_networks_at_once():
    shared = nn.Linear(2, 2, rng=rng(), **f64)
    one, two = nn.Sequential(shared, nn.Tanh()), nn.Sequential(nn.Tanh(), shared)
    x, y = rng(1).standard_normal((3, 2)), rng(2).standard_normal((3, 2))
    alone = []
    for network, inputs in ((one, x), (two, y)):
        grad_output = network.forward(inputs, training=True)
        alone.append((network.backward(grad_output), network.gradients))
    outputs = [one.forward(x, training=True), two.forward(y, training=True)]
    np.testing.assert_array_equal(one.backward(outputs[0]), alone[0][0])  # though two went forward after it
    np.testing.assert_array_equal(two.backward(outputs[1]), alone[1][0])
    total = alone[0][1]["0.weight"] + alone[1][1]["1.weight"]
    np.testing.assert_allclose(shared.gradients["weight"], total, rtol=1e-12)


def small_network(broken=False):
    shared = nn.Linear(3, 3, rng=rng(), **f64)
    return nn.Sequential(shared, nn.Tanh(), shared, Fragile() if broken else nn.Tanh())


class Fragile(nn.Tanh):
    """Breaks off, as Ctrl-C would, when told to."""

    ways = frozenset()

    def _forward(self, x, training):
        if "forward" in self.ways:
            raise KeyboardInterrupt
        return super()._forward(x, training)

    def _backward(self, grad_output, memory):
        if "backward" in self.ways:
            raise KeyboardInterrupt
        return super()._backward(grad_output, memory)


def gradients_of_a_step(network, x):
    grad_x = network.backward(network.forward(x, training=True))
    return {"x": grad_x, **network.gradients}


def assert_same(actual, expected):
    assert actual.keys() == expected.keys()
    for name, grad in actual.items():
        np.testing.assert_array_equal(grad, expected[name])


X, Y = rng(1).standard_normal((4, 3)), rng(2).standard_normal((5, 3))


def test_forward_twice_then_backward_goes_through_the_last():
    network = small_network()
    expected = gradients_of_a_step(network, X)
    network.forward(Y, training=True)
    assert_same(gradients_of_a_step(network, X), expected)


def test_an_evaluation_between_backward_and_step_keeps_the_gradients():
    network = small_network()
    expected = gradients_of_a_step(network, X)
    network.forward(Y, training=False)
    assert_same(network.gradients, {name: grad for name, grad in expected.items() if name != "x"})


def test_backward_after_an_evaluation_is_that_of_the_evaluation():
    network = nn.Sequential(nn.Dropout(p=0.5, rng=rng()), nn.BatchNorm(3, **f64))
    network.forward(X, training=True)
    output = network.forward(Y, training=False)
    bn = network.layers["1"]
    expected = np.ones_like(output) / np.sqrt(bn.running_var + 1e-5)
    bn.forward(X, training=True)  # the statistics move on, which changes nothing for what went before
    np.testing.assert_allclose(network.backward(np.ones_like(output)), expected, rtol=1e-12)


@pytest.mark.parametrize("ways", ["forward", "backward"])
def test_a_step_that_was_broken_off_leaves_no_trace(ways):
    network = small_network(broken=True)
    expected = gradients_of_a_step(network, X)
    network.layers["3"].ways = {ways}
    with pytest.raises(KeyboardInterrupt):
        gradients_of_a_step(network, Y)
    network.layers["3"].ways = set()
    with pytest.raises(RuntimeError, match="call forward"):
        network.backward(X)
    assert_same(gradients_of_a_step(network, X), expected)


def test_a_gradient_of_the_wrong_shape_leaves_no_trace():
    network = small_network()
    expected = gradients_of_a_step(network, X)
    network.forward(X, training=True)
    with pytest.raises(ValueError, match=r"3 Tanh: grad_output has shape \(5, 3\), but needs \(4, 3\)"):
        network.backward(Y)
    with pytest.raises(RuntimeError, match="call forward"):
        network.backward(X)
    assert_same(gradients_of_a_step(network, X), expected)


@pytest.mark.parametrize(
    "network",
    [small_network(), nn.Residual(nn.Tanh()), nn.Linear(3, 3, rng=rng(), **f64), nn.Flatten(), nn.Sequential()],
)
def test_backward_twice_or_before_forward_is_refused(network):
    name = type(network).__name__
    with pytest.raises(RuntimeError, match=f"{name}.backward came before forward: call forward first"):
        network.backward(X)
    output = network.forward(X, training=True)
    network.backward(output)
    with pytest.raises(RuntimeError, match=f"{name}.backward has been here since the last forward: call forward again"):
        network.backward(output)


def test_a_layer_used_twice_by_hand_is_refused():
    layer = nn.Linear(3, 3, rng=rng(), **f64)
    output = layer.forward(layer.forward(X, training=True), training=True)
    grad = layer.backward(output)
    with pytest.raises(RuntimeError, match="put a layer that is used twice into a Sequential or Residual"):
        layer.backward(grad)
