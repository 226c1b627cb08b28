import numpy as np
import pytest
import torch

from cnnbook import functional as F
from cnnbook import nn

f64 = {"dtype": np.float64}


def rng(seed=0):
    return np.random.default_rng(seed)


LAYERS = {
    "Conv2d": lambda: nn.Conv2d(4, 6, (3, 2), rng=rng(), stride=(2, 1), padding=1, dilation=(1, 2), groups=2, **f64),
    "Conv2d without bias": lambda: nn.Conv2d(4, 2, 3, rng=rng(), bias=False, **f64),
    "ReLU": nn.ReLU,
    "LeakyReLU": lambda: nn.LeakyReLU(negative_slope=0.2),
    "ELU": lambda: nn.ELU(alpha=1.5),
    "Sigmoid": nn.Sigmoid,
    "Tanh": nn.Tanh,
    "MaxPool2d": lambda: nn.MaxPool2d(kernel=3, stride=2, padding=1, ceil_mode=True),
    "AvgPool2d": lambda: nn.AvgPool2d(kernel=(3, 2), stride=2),
    "GlobalAvgPool2d": nn.GlobalAvgPool2d,
    "LocalResponseNorm": lambda: nn.LocalResponseNorm(size=3, alpha=1.0),
    "Flatten": nn.Flatten,
    "BatchNorm": lambda: nn.BatchNorm(4, momentum=0.3, eps=1e-3, **f64),
}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("training", [True, False])
def test_every_layer_passes_the_gradient_check(name, training):
    layer = LAYERS[name]()
    errors = nn.gradient_check(layer, rng(1).standard_normal((3, 4, 5, 7)), rng=rng(2), training=training)
    assert set(errors) == {"x", *layer.parameters}
    assert max(errors.values()) < 1e-6


def test_linear_passes_the_gradient_check():
    errors = nn.gradient_check(nn.Linear(5, 3, rng=rng(), **f64), rng(1).standard_normal((4, 5)), rng=rng(2))
    assert max(errors.values()) < 1e-6


def test_a_layer_hands_its_options_and_parameters_to_its_operation():
    layer, x = LAYERS["Conv2d"](), rng(1).standard_normal((2, 4, 5, 7))
    options = {"stride": (2, 1), "padding": 1, "dilation": (1, 2), "groups": 2}
    weight, bias = layer.parameters["weight"], layer.parameters["bias"]
    bias[:] = np.arange(6)
    output = layer.forward(x, training=True)
    np.testing.assert_array_equal(output, F.conv2d(x, weight, bias, **options))
    grad_x = layer.backward(output)
    expected = F.conv2d_backward(output, x, weight, bias, **options)
    for grad, truth in zip((grad_x, *layer.gradients.values()), expected, strict=True):
        np.testing.assert_array_equal(grad, truth)


def test_parameters_have_the_shapes_and_dtypes_of_pytorchs():
    for layer, reference in (
        (nn.Conv2d(4, 6, (3, 2), rng=rng(), groups=2), torch.nn.Conv2d(4, 6, (3, 2), groups=2)),
        (nn.Conv2d(4, 6, 3, rng=rng(), bias=False), torch.nn.Conv2d(4, 6, 3, bias=False)),
        (nn.Linear(4, 6, rng=rng()), torch.nn.Linear(4, 6)),
        (nn.BatchNorm(4), torch.nn.BatchNorm2d(4)),
    ):
        expected = {name: tuple(p.shape) for name, p in reference.named_parameters()}
        assert {name: p.shape for name, p in layer.parameters.items()} == expected
        assert {p.dtype for p in layer.parameters.values()} == {np.dtype(np.float32)}


@pytest.mark.torch
def test_batch_norm_keeps_running_statistics_as_pytorchs_layer():
    ours, theirs = nn.BatchNorm(3, momentum=0.2, **f64), torch.nn.BatchNorm2d(3, momentum=0.2, dtype=torch.float64)
    for step in range(3):
        x = rng(step).standard_normal((4, 3, 2, 5)) + step
        output = ours.forward(x, training=True)
        np.testing.assert_allclose(output, theirs(torch.from_numpy(x)).detach().numpy(), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ours.running_mean, theirs.running_mean.numpy(), rtol=1e-9)
    np.testing.assert_allclose(ours.running_var, theirs.running_var.numpy(), rtol=1e-9)
    theirs.eval()
    expected = theirs(torch.from_numpy(x)).detach().numpy()
    np.testing.assert_allclose(ours.forward(x, training=False), expected, rtol=1e-9, atol=1e-9)
    before = ours.running_mean.copy()
    ours.forward(x, training=False)
    np.testing.assert_array_equal(ours.running_mean, before)


def test_dropout_drops_in_training_only_and_sends_the_gradient_the_same_way():
    layer, x = nn.Dropout(p=0.5, rng=rng()), np.ones((4, 50))
    np.testing.assert_array_equal(layer.forward(x, training=False), x)
    np.testing.assert_array_equal(layer.backward(x), x)
    first, second = layer.forward(x, training=True), layer.forward(x, training=True)
    assert set(np.unique(second)) == {0, 2}
    assert (first != second).any()
    np.testing.assert_array_equal(layer.backward(x), second)


@pytest.mark.parametrize("layer", [nn.ReLU(), nn.BatchNorm(3), nn.Dropout(p=0.5, rng=rng())])
def test_backward_before_forward_is_refused(layer):
    with pytest.raises(RuntimeError, match=f"{type(layer).__name__}.backward came before forward: call forward first"):
        layer.backward(np.ones((1, 3)))


def test_bad_options_are_refused():
    with pytest.raises(ValueError, match="groups 3 does not divide c_in 4"):
        nn.Conv2d(4, 6, 3, rng=rng(), groups=3)
    with pytest.raises(ValueError, match="kernel 0 is too small"):
        nn.Conv2d(4, 6, (3, 0), rng=rng())
    with pytest.raises(TypeError, match="kernel"):
        nn.MaxPool2d().forward(np.ones((1, 1, 4, 4)), training=True)
    with pytest.raises(TypeError, match="training must be True or False"):
        nn.BatchNorm(3, **f64).forward(np.ones((2, 3)), training="yes")
