"""Steps of SGD for the questions on backpropagation: one of them, a whole path, and a descent to an image."""

import numpy as np

from ._backward import backward, forward

# One step


def stepping(change):
    """A mistake that is a formula of ``p, g, v, lr, mu, wd``, and of the right velocity ``new``."""
    return lambda parameter, gradient, velocity, lr, momentum, weight_decay, answer: change(
        parameter, gradient, velocity, lr, momentum, weight_decay, answer[1]
    )


MISTAKES = {
    "rate_inside_the_velocity": stepping(lambda p, g, v, lr, mu, wd, new: (p - (u := mu * v + lr * (g + wd * p)), u)),
    "velocity_of_the_papers": stepping(lambda p, g, v, lr, mu, wd, new: (p + (u := mu * v - lr * (g + wd * p)), u)),
    "decay_after_momentum": stepping(lambda p, g, v, lr, mu, wd, new: (p - lr * ((u := mu * v + g) + wd * p), u)),
    "decay_without_rate": stepping(lambda p, g, v, lr, mu, wd, new: (p - lr * (u := mu * v + g) - wd * p, u)),
    "decay_with_the_wrong_sign": stepping(lambda p, g, v, lr, mu, wd, new: (p - lr * (u := mu * v + g - wd * p), u)),
    "decay_forgotten": stepping(lambda p, g, v, lr, mu, wd, new: (p - lr * (u := mu * v + g), u)),
    "momentum_forgotten": stepping(lambda p, g, v, lr, mu, wd, new: (p - lr * (u := v + g + wd * p), u)),
    "velocity_forgotten": stepping(lambda p, g, v, lr, mu, wd, new: (p - lr * (u := g + wd * p), u)),
    "uphill": stepping(lambda p, g, v, lr, mu, wd, new: (p + lr * new, new)),
    "old_velocity_used": stepping(lambda p, g, v, lr, mu, wd, new: (p - lr * v, new)),
    "gradient_used": stepping(lambda p, g, v, lr, mu, wd, new: (p - lr * (g + wd * p), new)),
    "dampened": stepping(lambda p, g, v, lr, mu, wd, new: (p - lr * (u := mu * v + (1 - mu) * (g + wd * p)), u)),
    "nesterov": stepping(lambda p, g, v, lr, mu, wd, new: (p - lr * (g + wd * p + mu * new), new)),
    "momentum_on_all": stepping(lambda p, g, v, lr, mu, wd, new: (p - lr * (u := mu * (v + g + wd * p)), u)),
    "velocity_first": lambda answer: answer[::-1],
}


# A path


def path(start, gradients, rates, momentum, weight_decay=0.0, *, inside=False, outside=False, alias=False):
    """Where a parameter goes; with the faults of the broken function: the rate inside of the velocity, the decay
    outside of it, and one array for all steps."""
    here, velocity, seen = start.copy(), np.zeros_like(start), []
    for gradient, rate in zip(gradients, rates, strict=True):
        decay = weight_decay * here
        velocity = momentum * velocity + (rate if inside else 1) * (gradient if outside else gradient + decay)
        here = here - (1 if inside else rate) * velocity - (rate * decay if outside else 0)
        seen.append(here)
    return np.array([here] * len(seen) if alias else seen)


def restored(target, weight, padding, steps, lr, momentum, *, start=0.0, gradient=None):
    """Descend from an empty image to one whose convolution is the target."""
    N, _, H, W = target.shape
    _, C, kH, kW = weight.shape
    zeros = np.zeros(len(weight))
    image = np.full((N, C, H + kH - 1 - 2 * padding, W + kW - 1 - 2 * padding), start)
    velocity = np.zeros_like(image)
    gradient = gradient or (lambda gap, image: pulled(gap, image, weight, padding))
    for _ in range(steps):
        gap = forward(image, weight, zeros, padding) - target
        velocity = momentum * velocity + gradient(gap, image)
        image = image - lr * velocity
    return image


def walking(**faults):
    """The broken function, with these of its faults."""
    return lambda start, gradients, rates, momentum, weight_decay: path(
        start, gradients, rates, momentum, weight_decay, **faults
    )


def descending(**changes):
    """A mistake in the gradient, a function of the gap and the image, or in the start."""

    def answer(target, weight, padding, steps, lr, momentum):
        made = dict(changes)
        if gradient := made.pop("by", None):
            made["gradient"] = lambda gap, image: gradient(gap, image, target, weight, padding)
        return restored(target, weight, padding, steps, lr, momentum, **made)

    return answer


def pulled(gap, image, weight, padding):
    return backward(gap, image, weight, padding)[0]


# Cases


def draw_rates(rng):
    momentum, decay = (float(rng.choice(values)) for values in ([0, 0.25, 0.5, 0.5, 0.75], [0, 0, 0.25, 0.5]))
    return {"momentum": momentum, "weight_decay": decay}
