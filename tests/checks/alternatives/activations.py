"""Right answers to the questions on activations that go other ways than the reference: a check must accept them all."""

import numpy as np
import torch

from cnnbook import functional

# ReLU


def relu_by_product(x):
    return x * ((x > 0) | np.isnan(x))


def relu_by_clip(x):
    return x.clip(min=0)


def relu_by_half_of_a_sum(x):
    return (x + np.abs(x)) / 2


def relu_by_places(x):
    x = x.copy()
    x[x < 0] = 0
    return x


def relu_by_torch(x):
    return torch.relu(torch.from_numpy(x)).numpy()


def relu_backward_by_product(grad_output, x):
    return grad_output * (x > 0)


def relu_backward_of_the_package(grad_output, x):
    return functional.relu_backward(grad_output, x)[0]


def relu_backward_by_places(grad_output, x):
    grad_x = np.zeros_like(x)
    grad_x[x > 0] = grad_output[x > 0]
    return grad_x


def relu_backward_by_torch(grad_output, x):
    x = torch.tensor(x, requires_grad=True)
    torch.relu(x).backward(torch.from_numpy(grad_output))
    return x.grad.numpy()


# tanh


def tanh_by_two_sides(x):
    right, left = np.expm1(-2 * np.maximum(x, 0)), np.expm1(2 * np.minimum(x, 0))
    return np.where(x > 0, -right / (right + 2), left / (left + 2))


def tanh_by_clipping(x):
    t = np.expm1(2 * np.clip(x, -20, 20))
    return t / (t + 2)


def tanh_number_by_number(x):
    signs, t = np.sign(x), np.expm1(-2.0 * abs(x))
    return (-signs * t / (2 + t)).astype(x.dtype)


def tanh_backward_of_the_package(grad_output, x):
    return functional.tanh_backward(grad_output, x)[0]


def tanh_backward_by_factors(grad_output, x):
    h = np.tanh(x)
    return grad_output * (1 - h) * (1 + h)


def tanh_backward_by_exponentials(grad_output, x):
    small = np.exp(-2 * np.abs(x))
    return 4 * grad_output * small / (1 + small) ** 2


def tanh_backward_in_double(grad_output, x):
    return (grad_output / np.cosh(np.clip(x, -300, 300).astype(float)) ** 2).astype(x.dtype)


# Softplus


def softplus_by_logaddexp(x):
    return np.logaddexp(0, x).astype(x.dtype), functional.sigmoid(x)


def softplus_by_threshold(x):
    """As PyTorch: the input itself where it is large."""
    grown = np.exp(np.minimum(x, 20))
    return np.where(x > 20, x, np.log1p(grown)), np.where(x > 20, 1, grown / (1 + grown))


def softplus_by_sides(x):
    value, slope = np.empty_like(x), np.empty_like(x)
    for place, number in np.ndenumerate(x):
        small = np.exp(-abs(number))
        value[place] = max(number, 0) + np.log1p(small)
        slope[place] = (1 if number > 0 else small) / (1 + small)
    return [value, slope]


def softplus_by_logarithms(x):
    value = np.logaddexp(0, x)
    return value, np.exp(np.minimum(x - value, 0)) if x.dtype == np.float64 else functional.sigmoid(x)


# ELU


def elu_backward_of_the_package(grad_output, x, *, alpha=1.0):
    return functional.elu_backward(grad_output, x, alpha=alpha)[0]


def elu_backward_by_where(grad_output, x, *, alpha=1.0):
    with np.errstate(all="ignore"):
        return np.where(x > 0, grad_output, grad_output * alpha * np.exp(x))


def elu_backward_by_places(grad_output, x, alpha=1.0):
    grad_x, left = grad_output.copy(), x <= 0
    grad_x[left] *= alpha * np.exp(x[left])
    return grad_x


def elu_backward_by_torch(grad_output, x, *, alpha=1.0):
    x = torch.tensor(x, requires_grad=True)
    torch.nn.functional.elu(x, alpha).backward(torch.from_numpy(grad_output))
    return x.grad.numpy()


# Dead units


def dead_units_by_largest(images, layers):
    outputs = []
    for weight, bias in layers:
        images = np.maximum(np.einsum("nd,ud->nu", images, weight) + bias, 0)
        outputs.append(images)
    return np.stack(outputs), np.array([int((each.max(axis=0) <= 0).sum()) for each in outputs])


def dead_units_one_by_one(images, layers):
    N, U = len(images), len(layers[0][1])
    outputs, dead = np.zeros((len(layers), N, U)), np.zeros(len(layers), int)
    for number, (weight, bias) in enumerate(layers):
        for unit in range(U):
            z = [float(image @ weight[unit] + bias[unit]) for image in images]
            outputs[number, :, unit] = [max(each, 0.0) for each in z]
            dead[number] += max(z) <= 0
        images = outputs[number]
    return outputs, dead


ALTERNATIVES = {
    "relu": [functional.relu, relu_by_product, relu_by_clip, relu_by_half_of_a_sum, relu_by_places, relu_by_torch],
    "relu_backward": [
        relu_backward_by_product, relu_backward_of_the_package, relu_backward_by_places, relu_backward_by_torch,
    ],
    "tanh": [functional.tanh, tanh_by_two_sides, tanh_by_clipping, tanh_number_by_number],
    "tanh_backward": [
        tanh_backward_of_the_package, tanh_backward_by_factors, tanh_backward_by_exponentials, tanh_backward_in_double,
    ],
    "softplus": [softplus_by_logaddexp, softplus_by_threshold, softplus_by_sides, softplus_by_logarithms],
    "elu_backward": [
        elu_backward_of_the_package, elu_backward_by_where, elu_backward_by_places, elu_backward_by_torch,
    ],
    "dead_units": [dead_units_by_largest, dead_units_one_by_one],
}  # fmt: skip
