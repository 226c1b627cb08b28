"""Solutions of the questions on activations, as `solutions/activations.ipynb` has them."""

import numpy as np


def relu(x):
    """ReLU: zero for each negative number, the number itself for others, NaN for NaN.

    relu(np.array([[-2.0, 3.0]])) is [[0, 3]].
    """
    return np.maximum(x, 0)


def relu_backward(grad_output, x):
    """Gradient by the input x of a ReLU, whose slope at zero counts as zero.

    relu_backward(np.array([[5.0, 7.0]]), np.array([[-2.0, 3.0]])) is [[0, 7]].
    """
    return np.where(x > 0, grad_output, 0)


def tanh(x):
    """Hyperbolic tangent of each number, right to five digits.

    tanh(np.array([[0.0, 800.0]])) is [[0, 1]].
    """
    t = np.expm1(-2 * np.abs(x))  # e^(-2|x|) - 1, between -1 and 0
    return np.copysign(t / (t + 2), x)


def tanh_backward(grad_output, x):
    """Gradient by the input x of tanh.

    tanh_backward(np.array([[5.0, 7.0]]), np.array([[0.0, 800.0]])) is [[5, 0]].
    """
    return grad_output * (1 - tanh(x) ** 2)


def softplus(x):
    """Value and slope of log(1 + e^x), both right to five digits.

    softplus(np.array([[800.0, -800.0]]))[0] is [[800, 0]].
    """
    small = np.exp(-np.abs(x))
    value = np.maximum(x, 0) + np.log1p(small)
    slope = np.where(x >= 0, 1, small) / (1 + small)
    return value, slope


def elu_backward(grad_output, x, *, alpha=1.0):
    """Gradient by the input x of ELU, whose slope at zero counts as alpha.

    elu_backward(np.array([[5.0, 7.0]]), np.array([[1.0, 3.0]])) is [[5, 7]].
    """
    left, right = x <= 0, x > 0
    slope = alpha * np.exp(np.minimum(x, 0)) * left + right
    return grad_output * slope


def dead_units(images, layers):
    """What each layer gives behind its ReLU, (L, N, U), and its dead units, (L,).

    dead_units(np.array([[2.0]]), [(np.array([[3.0]]), np.array([-1.0]))])[0] is [[[5]]].
    """
    h, outputs = images, []
    for weight, bias in layers:
        h = relu(h @ weight.T + bias)
        outputs.append(h)
    outputs = np.array(outputs)
    return outputs, (outputs == 0).all(axis=1).sum(axis=1)
