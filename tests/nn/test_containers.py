import numpy as np
import pytest

from cnnbook import nn


def linear(c_in, c_out, weight):
    layer = nn.Linear(c_in, c_out, rng=np.random.default_rng(0), dtype=np.float64)
    layer.parameters["weight"][:] = weight
    return layer


def test_sequential_by_hand():
    network = nn.Sequential(linear(1, 1, 2.0), nn.ReLU(), linear(1, 1, 3.0))
    x = np.array([[5.0], [-1.0]])
    np.testing.assert_array_equal(network.forward(x, training=True), [[30], [0]])
    np.testing.assert_array_equal(network.backward(np.ones((2, 1))), [[6], [0]])
    grads = {name: grad.item() for name, grad in network.gradients.items()}
    assert grads == {"0.weight": 15, "0.bias": 3, "2.weight": 10, "2.bias": 2}


def test_layers_can_have_names():
    network = nn.Sequential(linear(1, 1, 2.0), squash=nn.ReLU(), output=linear(1, 1, 3.0))
    np.testing.assert_array_equal(network.forward(np.array([[5.0]]), training=True), [[30]])
    assert list(network.parameters) == ["0.weight", "0.bias", "output.weight", "output.bias"]


def test_parameters_are_the_arrays_themselves():
    network = nn.Sequential(nn.Flatten(), nn.Residual(linear(1, 1, 2.0)))
    network.parameters["1.body.weight"][:] = 10
    np.testing.assert_array_equal(network.forward(np.ones((1, 1, 1, 1)), training=False), [[11]])


def test_residual_by_hand_with_and_without_a_shortcut():
    x = np.array([[5.0]])
    plain = nn.Residual(linear(1, 1, 2.0))
    np.testing.assert_array_equal(plain.forward(x, training=True), [[15]])
    np.testing.assert_array_equal(plain.backward(np.ones((1, 1))), [[3]])
    projected = nn.Residual(linear(1, 2, [[2.0], [3]]), linear(1, 2, [[10.0], [20]]))
    np.testing.assert_array_equal(projected.forward(x, training=True), [[60, 115]])
    np.testing.assert_array_equal(projected.backward(np.array([[1.0, 100]])), [[2 + 300 + 10 + 2000]])
    assert list(projected.gradients) == ["body.weight", "body.bias", "shortcut.weight", "shortcut.bias"]


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"body gives \(2, 1\), but shortcut \(2, 3\): use a shortcut that changes x"):
        nn.Residual(linear(3, 1, 1.0)).forward(np.ones((2, 3)), training=True)


def test_training_reaches_every_layer():
    drop = nn.Dropout(p=1, rng=np.random.default_rng(0))
    network = nn.Sequential(nn.Residual(nn.Sequential(drop)))
    x = np.ones((1, 4))
    np.testing.assert_array_equal(network.forward(x, training=True), x)
    np.testing.assert_array_equal(network.forward(x, training=False), 2 * x)


def test_an_empty_network_is_the_identity():
    network, x = nn.Sequential(), np.ones((2, 3))
    assert network.forward(x, training=True) is x
    assert network.backward(x) is x
    assert network.parameters == {}
