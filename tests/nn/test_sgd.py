import numpy as np
import pytest
import torch

from cnnbook import nn


def one_number(value=1.0):
    layer = nn.Layer()
    layer.parameters = {"p": np.array([value])}
    return layer


def test_by_hand():
    layer = one_number()
    sgd = nn.SGD(layer, lr=0.5, momentum=0.5, weight_decay=0.25)
    layer.gradients = {"p": np.array([0.75])}
    sgd.step()  # velocity 0.75 + 0.25 * 1 = 1
    np.testing.assert_array_equal(layer.parameters["p"], [0.5])
    layer.gradients = {"p": np.array([0.375])}
    sgd.step()  # velocity 0.5 * 1 + 0.375 + 0.25 * 0.5 = 1
    np.testing.assert_array_equal(layer.parameters["p"], [0.0])


@pytest.mark.torch
@pytest.mark.parametrize(
    "options",
    [
        {"lr": 0.1},
        {"lr": 0.1, "momentum": 0.9},
        {"lr": 0.05, "weight_decay": 0.1},
        {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01},
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_step_is_pytorchs(options, dtype):
    rng = np.random.default_rng(0)
    layer = nn.Linear(4, 3, rng=rng, dtype=dtype)
    tensors = {name: torch.tensor(array, requires_grad=True) for name, array in layer.parameters.items()}
    ours, theirs = nn.SGD(layer, **options), torch.optim.SGD(tensors.values(), **options)
    for step in range(6):
        if step == 3:  # a schedule
            ours.lr = theirs.param_groups[0]["lr"] = 0.01
        layer.gradients = {name: rng.standard_normal(a.shape).astype(dtype) for name, a in layer.parameters.items()}
        for name, tensor in tensors.items():
            tensor.grad = torch.from_numpy(layer.gradients[name].copy())
        ours.step()
        theirs.step()
        for name, tensor in tensors.items():
            rtol = 1e-5 if dtype == np.float32 else 1e-12
            np.testing.assert_allclose(layer.parameters[name], tensor.detach().numpy(), rtol=rtol, atol=rtol)
            assert layer.parameters[name].dtype == dtype


def test_parameters_change_in_place_and_gradients_do_not():
    layer = one_number()
    parameter, gradient = layer.parameters["p"], np.array([1.0])
    layer.gradients = {"p": gradient}
    nn.SGD(layer, lr=1.0, momentum=0.9, weight_decay=0.1).step()
    assert layer.parameters["p"] is parameter
    assert parameter != 1
    np.testing.assert_array_equal(gradient, [1])


def test_a_step_without_a_backward_pass_is_refused():
    with pytest.raises(RuntimeError, match="parameter p has no gradient: call backward before step"):
        nn.SGD(one_number(), lr=0.1).step()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"lr": -0.1}, ValueError, r"lr -0.1 is out of range: use lr from 0"),
        ({"lr": None}, TypeError, "lr must be a number"),
        ({"lr": 0.1, "momentum": 1.1}, ValueError, "momentum 1.1 is out of range: use momentum from 0 to 1"),
        ({"lr": 0.1, "weight_decay": -1}, ValueError, "weight_decay -1 is out of range"),
    ],
)
def test_bad_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        nn.SGD(one_number(), **options)
