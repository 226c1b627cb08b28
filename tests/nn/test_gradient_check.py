import numpy as np
import pytest

from cnnbook import functional as F
from cnnbook import nn


def rng(seed=0):
    return np.random.default_rng(seed)


def check(layer, shape=(3, 2, 4, 5), **options):
    network = nn.Sequential(nn.Conv2d(2, 2, 3, rng=rng(), padding=1, dtype=np.float64), layer)
    return nn.gradient_check(network, rng(1).standard_normal(shape), rng=rng(2), **options)


def conv(backward):
    """A convolution layer with another backward."""

    class Broken(nn.Conv2d):
        operation = (F.conv2d, backward)

    return Broken(2, 3, 3, rng=rng(), dtype=np.float64)


def one_too_large(grad_output, *arrays, **options):
    grad_x, grad_weight, grad_bias = F.conv2d_backward(grad_output, *arrays, **options)
    return grad_x, 1.01 * grad_weight, grad_bias


def mean_for_sum(grad_output, *arrays, **options):
    grad_x, grad_weight, grad_bias = F.conv2d_backward(grad_output, *arrays, **options)
    return grad_x, grad_weight, grad_bias / len(grad_output)


def kernel_not_turned(grad_output, x, weight, bias, **options):
    _, grad_weight, grad_bias = F.conv2d_backward(grad_output, x, weight, bias, **options)
    grad_x, _, _ = F.conv2d_backward(grad_output, x, weight[:, :, ::-1, ::-1], bias, **options)
    return grad_x, grad_weight, grad_bias


def nan(grad_output, *arrays, **options):
    grad_x, grad_weight, grad_bias = F.conv2d_backward(grad_output, *arrays, **options)
    grad_weight[0, 0, 0, 0] = np.nan
    return grad_x, grad_weight, grad_bias


def test_a_right_backward_passes():
    assert max(check(conv(F.conv2d_backward)).values()) < 1e-6


@pytest.mark.parametrize(
    ("backward", "named"), [(one_too_large, "1.weight"), (mean_for_sum, "1.bias"), (kernel_not_turned, "x")]
)
def test_a_planted_mistake_is_found_and_named(backward, named):
    errors = check(conv(backward))
    assert errors[named] > 5e-3
    wrong = {name for name, error in errors.items() if error > 1e-6}
    # A wrong gradient for x spoils what lies below it, and nothing above.
    assert wrong == ({"x", "0.weight"} if named == "x" else {named})


def test_a_nan_does_not_pass():
    assert not check(conv(nan))["1.weight"] < 1e-6


def test_a_forgotten_shortcut_is_found():
    class Forgetful(nn.Residual):
        def backward(self, grad_output):
            return self.layers["body"].backward(grad_output)

    assert max(check(nn.Residual(nn.Tanh())).values()) < 1e-6
    assert check(Forgetful(nn.Tanh()))["x"] > 0.1


def test_a_gradient_of_the_wrong_shape_or_missing_is_refused():
    layer = conv(lambda grad_output, *arrays, **options: (arrays[0], arrays[1][:1], arrays[2]))
    with pytest.raises(ValueError, match=r"gradient of 1\.weight has shape \(1, 2, 3, 3\): backward must give"):
        check(layer)
    layer = conv(lambda grad_output, *arrays, **options: arrays[:2])
    with pytest.raises(ValueError, match=r"gradient of 1\.bias is missing"):
        check(layer)


def test_float32_is_refused():
    with pytest.raises(TypeError, match=r"0.weight has dtype float32, .*use dtype=numpy.float64"):
        nn.gradient_check(nn.Sequential(nn.Linear(3, 2, rng=rng())), np.ones((2, 3)), rng=rng())


def test_nothing_is_changed():
    network = nn.Sequential(nn.Linear(3, 2, rng=rng(), dtype=np.float64), nn.Tanh())
    x = rng(1).standard_normal((4, 3))
    before = {"x": x.copy(), **{name: array.copy() for name, array in network.parameters.items()}}
    nn.gradient_check(network, x, rng=rng(2))
    for name, array in {"x": x, **network.parameters}.items():
        np.testing.assert_array_equal(array, before[name])


def test_training_mode_is_passed_on():
    dropout = nn.Dropout(p=0.5, rng=rng())
    assert max(check(dropout, training=False).values()) < 1e-6
    assert max(check(dropout, training=True).values()) > 0.1  # another function in each forward pass
