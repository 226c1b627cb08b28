"""Right answers to the questions on backpropagation that go other ways than the reference: a check must accept them."""

import numpy as np

from cnnbook import functional

# Forward


def forward_by_the_package(x, weight, bias, *, padding=0):
    return functional.conv2d_direct(x, weight, bias, padding=padding)


def forward_place_by_place(x, weight, bias, padding=0):
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    (N, _, H, W), (C_out, _, kH, kW) = x.shape, weight.shape
    output = np.empty((N, C_out, H - kH + 1, W - kW + 1), x.dtype)
    for i, j in np.ndindex(output.shape[2:]):
        window = x[:, None, :, i : i + kH, j : j + kW]  # (N, 1, C_in, kH, kW)
        output[:, :, i, j] = (window * weight).sum((2, 3, 4)) + bias
    return output


def forward_by_windows(x, weight, bias, *, padding=0):
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    seen = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    return np.einsum("nchwab,ocab->nohw", seen, weight) + bias.reshape(1, -1, 1, 1)


# Backward


def backward_by_the_package(grad_output, x, weight, *, padding=0):
    return functional.conv2d_backward(grad_output, x, weight, np.zeros(len(weight), x.dtype), padding=padding)


def backward_place_by_place(grad_output, x, weight, padding=0):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    grad_x, grad_weight = np.zeros_like(padded), np.zeros_like(weight)
    for n, o, i, j in np.ndindex(grad_output.shape):
        window = np.s_[n, :, i : i + weight.shape[2], j : j + weight.shape[3]]
        grad_x[window] += grad_output[n, o, i, j] * weight[o]
        grad_weight[o] += grad_output[n, o, i, j] * padded[window]
    rows, columns = (slice(padding, padding + size) for size in x.shape[2:])
    return [grad_x[:, :, rows, columns], grad_weight, grad_output.sum(axis=3).sum(axis=2).sum(axis=0)]


def backward_as_convolutions(grad_output, x, weight, *, padding=0):
    kH, kW = weight.shape[2:]
    wide = np.pad(grad_output, ((0, 0), (0, 0), *((k - 1 - padding, k - 1 - padding) for k in (kH, kW))))
    none = np.zeros(1, x.dtype)
    grad_x = forward_by_windows(wide, weight[:, :, ::-1, ::-1].swapaxes(0, 1), none)
    grad_weight = forward_by_windows(x.swapaxes(0, 1), grad_output.swapaxes(0, 1), none, padding=padding)
    return grad_x, grad_weight.swapaxes(0, 1), np.einsum("nohw->o", grad_output)


# Differences


def cubes(x, weight):
    return (forward_by_windows(x, weight, np.zeros(len(weight))) ** 3).sum()


def differences_by_single_moves(x, weight, *, step):
    found = []
    for number in range(weight.size):
        move = np.zeros(weight.size)
        move[number] = step
        move = move.reshape(weight.shape)
        found.append((cubes(x, weight + move) - cubes(x, weight - move)) / step / 2)
    return np.array(found).reshape(weight.shape)


def differences_by_their_formula(x, weight, *, step):
    """The slope, and the square of the step times the sum of the cubed pixels that the weight meets."""
    z = forward_by_windows(x, weight, np.zeros(len(weight)))
    _, slope, _ = backward_place_by_place(3 * z**2, x, weight)
    _, cubed, _ = backward_place_by_place(np.ones_like(z), x**3, weight)
    return slope + step**2 * cubed


def differences_in_place(x, weight, *, step):
    weight, found = weight.copy(), np.zeros(weight.shape)
    for o, c, a, b in np.ndindex(*weight.shape):
        weight[o, c, a, b] += step
        found[o, c, a, b] += cubes(x, weight) / (2 * step)
        weight[o, c, a, b] -= 2 * step
        found[o, c, a, b] -= cubes(x, weight) / (2 * step)
        weight[o, c, a, b] += step
    return found


# Steps


def step_by_torch_names(p, d_p, buf, *, lr, momentum, weight_decay):
    d_p = d_p + weight_decay * p
    buf = momentum * buf + d_p
    return p + -lr * buf, buf


def step_in_one_expression(parameter, gradient, velocity, *, lr, momentum, weight_decay):
    shrunk = parameter * (1 - lr * weight_decay) - lr * (gradient + momentum * velocity)
    return shrunk, gradient + velocity * momentum + parameter * weight_decay


def path_with_copies(start, gradients, rates, *, momentum, weight_decay=0.0):
    here, velocity, rows = start.copy(), 0.0 * start, []
    for n in range(len(gradients)):
        velocity *= momentum
        velocity += gradients[n]
        velocity += weight_decay * here
        here -= rates[n] * velocity
        rows.append(here.copy())
    return np.stack(rows)


def path_by_steps(start, gradients, rates, momentum, weight_decay=0.0):
    rows, velocity = np.zeros(gradients.shape), np.zeros(start.shape)
    for n, (gradient, lr) in enumerate(zip(gradients, rates, strict=True)):
        start, velocity = step_by_torch_names(
            start, gradient, velocity, lr=lr, momentum=momentum, weight_decay=weight_decay
        )
        rows[n] = start
    return rows


# A descent to an image


def restore_by_the_package(target, weight, *, padding=0, steps=1, lr=0.5, momentum=0.0):
    (N, _, *places), (_, C, *kernel) = target.shape, weight.shape
    image = np.zeros((N, C, *(o + k - 1 - 2 * padding for o, k in zip(places, kernel, strict=True))))
    velocity = 0
    for _ in range(steps):
        gap = functional.conv2d(image, weight, padding=padding) - target
        velocity = momentum * velocity + functional.conv2d_backward(gap, image, weight, padding=padding)[0]
        image = image - lr * velocity
    return image


def restore_by_moves(target, weight, *, padding=0, steps=1, lr=0.5, momentum=0.0):
    """With the velocity of the papers, which points downhill: at a constant rate it is the same."""
    size = [o + k - 1 - 2 * padding for o, k in zip(target.shape[2:], weight.shape[2:], strict=True)]
    image, move = np.zeros((len(target), weight.shape[1], *size)), 0
    for _ in range(steps):
        output = forward_place_by_place(image, weight, np.zeros(len(weight)), padding)
        grad_image, _, _ = backward_as_convolutions(output - target, image, weight, padding=padding)
        move = momentum * move - lr * grad_image
        image = image + move
    return image


ALTERNATIVES = {
    "conv_forward": [forward_by_the_package, forward_place_by_place, forward_by_windows],
    "conv_backward": [backward_by_the_package, backward_place_by_place, backward_as_convolutions],
    "numerical_gradient": [differences_by_single_moves, differences_by_their_formula, differences_in_place],
    "sgd_step": [step_by_torch_names, step_in_one_expression],
    "momentum_path": [path_with_copies, path_by_steps],
    "restore": [restore_by_the_package, restore_by_moves],
}
