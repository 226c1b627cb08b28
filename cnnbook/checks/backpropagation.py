"""The questions of the chapter on backpropagation: whole batches (N, C, H, W), stride 1, a padding below the kernel.

Numbers of the cases are whole, and rates are halves and quarters, so that every way to sum them up gives the same.
"""

import numpy as np

from .. import datasets
from . import _backward as conv
from . import _steps as step
from ._backward import BATCHES, SHAPES, SINGLE, numbers
from ._cases import Case
from ._layers import either
from ._question import question

BATCH = {"x": "N C_in H W", "weight": "C_out C_in kH kW"}
OUTPUT = "N C_out H_out W_out"
X, WEIGHT, BIAS = numbers(2, 2, 4, 5), numbers(3, 2, 3, 2, seed=1), np.array([10.0, 20, 30])
G = numbers(2, 3, 2, 4, seed=2)
LINE = np.array([[[[1.0, 2, 3]]]])  # the chapter's three pixels
TAPS = np.array([[[[2.0, -1]]]])


# Forward


@question(
    points=2, minutes=20, difficulty=2, count=95, keeps_dtype=True, axes=BATCH | {"bias": "C_out", "answer": OUTPUT}
)
def conv_forward(x, weight, bias, *, padding=0):
    """A convolution of a whole batch with stride 1: the kernel is not turned, padding adds zeros on all sides."""
    return conv.forward(x, weight, bias, padding)


conv_forward.cases(
    Case(LINE, TAPS, np.array([1.0])),
    Case(X, WEIGHT, BIAS),
    Case(X, WEIGHT, BIAS, padding=1),
    Case(X, WEIGHT, -BIAS),
    Case(X, WEIGHT[::-1], BIAS),
    Case(X[::-1], WEIGHT, BIAS),
    Case(X[:1], WEIGHT[:1], BIAS[:1]),
    Case(X.astype(SINGLE), WEIGHT.astype(SINGLE), BIAS.astype(SINGLE), padding=1),
    Case(numbers(1, 1, 3, 4), numbers(2, 1, 3, 3, seed=3), BIAS[:2], padding=2),
    Case(numbers(3, 2, 3, 3), numbers(2, 2, 1, 2, seed=4), BIAS[:2]),
)


@conv_forward.draws
def _(rng):
    x, weight, padding = conv.draw_layer(rng)
    return {"x": x, "weight": weight, "bias": rng.integers(-9, 10, len(weight)).astype(x.dtype), "padding": padding}


conv_forward.regions(
    **SHAPES,
    higher_image=lambda H, W: H > W,
    one_place=lambda answer: answer[0, 0].size == 1,
    two_rings=lambda padding: padding > 1,
    three_rings=lambda padding: padding > 2,
)
conv_forward.misconceptions(
    kernel_turned=lambda x, weight, bias, padding: conv.forward(x, conv.turned(weight), bias, padding),
    bias_forgotten=lambda answer, bias: answer - bias[:, None, None],
    bias_added_to_each_product=lambda answer, bias, weight: answer + bias[:, None, None] * (weight[0].size - 1),
    bias_for_each_channel=lambda answer, bias, C_in: answer + bias[:, None, None] * (C_in - 1),
    mean_over_channels=lambda answer, bias, C_in: (answer - bias[:, None, None]) / C_in + bias[:, None, None],
    first_channel_alone=lambda x, weight, bias, padding: conv.forward(x[:, :1], weight[:, :1], bias, padding),
    first_filter_for_all=lambda x, weight, bias, padding: conv.forward(x, weight[:1] + 0 * weight, bias, padding),
    first_image_for_all=lambda answer: answer[:1] + 0 * answer,
    padding_before_alone=lambda x, weight, bias, padding: conv.forward(conv.framed(x, padding, 0), weight, bias),
    padding_behind_alone=lambda x, weight, bias, padding: conv.forward(conv.framed(x, 0, padding), weight, bias),
    last_window_forgotten=lambda answer: answer[:, :, :-1, :-1],
    images_and_filters_exchanged=lambda answer: answer.swapaxes(0, 1),
)


# Backward


@question(
    points=4, minutes=35, difficulty=3, count=170, keeps_dtype=True, uses=("conv_forward",),
    outputs=("grad_x", "grad_weight", "grad_bias"),
    axes=BATCH | {
        "grad_output": OUTPUT, "grad_x": "N C_in H W", "grad_weight": "C_out C_in kH kW", "grad_bias": "C_out",
    },
)  # fmt: skip
def conv_backward(grad_output, x, weight, *, padding=0):
    """The gradients of a convolution by its input, weight and bias; those of weight and bias add over the batch."""
    return conv.backward(grad_output, x, weight, padding)


conv_backward.cases(
    Case(np.array([[[[1.0, -2]]]]), LINE, TAPS),
    Case(G, X, WEIGHT),
    Case(G[::-1], X, WEIGHT),
    Case(G, X[::-1], WEIGHT),
    Case(G, X, WEIGHT[::-1]),
    Case(numbers(2, 3, 4, 6, seed=5), X, WEIGHT, padding=1),
    Case(numbers(2, 3, 4, 6, seed=5).astype(SINGLE), X.astype(SINGLE), WEIGHT.astype(SINGLE), padding=1),
    Case(numbers(1, 2, 2, 2, seed=6), numbers(1, 1, 4, 4), numbers(2, 1, 3, 3, seed=3)),
    Case(numbers(1, 2, 2, 2, seed=6), numbers(1, 1, 2, 2), numbers(2, 1, 3, 3, seed=3), padding=1),
    Case(numbers(1, 2, 2, 2, seed=6), numbers(1, 1, 2, 2)[:, :, ::-1], numbers(2, 1, 3, 3, seed=3), padding=1),
)


@conv_backward.draws
def _(rng):
    x, weight, padding = conv.draw_layer(rng)
    size = conv.convolved(conv.framed(x, padding), weight).shape
    return {"grad_output": conv.draw_array(rng, *size).astype(x.dtype), "x": x, "weight": weight, "padding": padding}


def changing(**changes):
    """The right gradients, but for some that a function makes: ``grad_bias=lambda g, x, w, p: ...``."""

    def answer(answer, grad_output, x, weight, padding):
        known = dict(zip(conv_backward.outputs, answer, strict=True))
        made = {name: change(grad_output, x, weight, padding) for name, change in changes.items()}
        return tuple((known | made).values())

    return answer


conv_backward.regions(
    **SHAPES,
    higher_image=lambda H, W: H > W,
    one_place=lambda H_out, W_out: H_out == W_out == 1,
    two_rings=lambda padding: padding > 1,
    three_rings=lambda padding: padding > 2,
    one_tap=lambda kH, kW: kH == kW == 1,
)
conv_backward.misconceptions(
    padding_not_removed=changing(grad_x=lambda g, x, w, p: conv.to_frame(g, w)),
    padding_removed_behind_alone=changing(grad_x=lambda g, x, w, p: conv.inside(conv.to_frame(g, w), 0, 2 * p)),
    kernel_not_turned=changing(grad_x=lambda g, x, w, p: conv.backward(g, x, conv.turned(w), p)[0]),
    overlaps_overwritten=changing(grad_x=lambda g, x, w, p: conv.overwritten(g, w, x, p)),
    first_filter_alone=changing(grad_x=lambda g, x, w, p: conv.backward(g[:, :1], x, w[:1], p)[0]),
    weight_gradient_turned=changing(grad_weight=lambda g, x, w, p: conv.turned(conv.to_weight(g, x, p))),
    weight_gradient_transposed=changing(grad_weight=lambda g, x, w, p: conv.to_weight(g, x, p).swapaxes(0, 1)),
    first_image_alone=changing(
        grad_weight=lambda g, x, w, p: conv.to_weight(g[:1], x[:1], p), grad_bias=lambda g, x, w, p: g[0].sum((1, 2))
    ),
    weight_of_the_first_image=changing(grad_weight=lambda g, x, w, p: conv.to_weight(g[:1], x[:1], p)),
    mean_over_images=changing(
        grad_weight=lambda g, x, w, p: conv.to_weight(g, x, p) / len(x),
        grad_bias=lambda g, x, w, p: g.sum((0, 2, 3)) / len(x),
    ),
    mean_over_places=changing(
        grad_weight=lambda g, x, w, p: conv.to_weight(g, x, p) / g[0, 0].size,
        grad_bias=lambda g, x, w, p: g.sum((0, 2, 3)) / g[0, 0].size,
    ),
    bias_not_summed_over_images=changing(grad_bias=lambda g, x, w, p: g.sum((2, 3))),
    bias_not_summed_over_places=changing(grad_bias=lambda g, x, w, p: g.sum(0)),
    bias_summed_over_all=changing(grad_bias=lambda g, x, w, p: g.sum()),
    bias_as_a_mean=changing(grad_bias=lambda g, x, w, p: g.mean((0, 2, 3))),
    ones_for_the_gradient=lambda grad_output, x, weight, padding: conv.backward(
        np.ones_like(grad_output), x, weight, padding
    ),
    weight_first=lambda answer: (answer[1], answer[0], answer[2]),
    sign_of_a_step=lambda answer: tuple(-gradient for gradient in answer),
)


# Differences


@question(
    points=3, minutes=20, difficulty=2, count=160, uses=("conv_forward",), axes=BATCH | {"answer": "C_out C_in kH kW"}
)
def numerical_gradient(x, weight, *, step):
    """Central differences of the sum of the cubed outputs, by each weight; without bias and padding."""
    return conv.differences(x, weight, step, step, 2 * step)


numerical_gradient.cases(
    Case(LINE, TAPS, step=0.5),
    Case(LINE, TAPS, step=1.0),
    Case(LINE, TAPS + 1, step=0.5),
    Case(LINE + 1, TAPS, step=0.5),
    Case(X[:1, :, :3, :3], WEIGHT[:2], step=0.5),
    Case(X[:, :1, :3, :3], WEIGHT[:1, :1], step=2.0),
    Case(X[:, :, :3, :3], WEIGHT, step=0.25),
)


numerical_gradient.draws(conv.draw_moves)
numerical_gradient.regions(
    **BATCHES,
    one_place=lambda H, W, kH, kW: (kH, kW) == (H, W),
    step_of_one=lambda step: step == 1,
    zeros_among_the_weights=lambda weight: (weight == 0).any(),
)
numerical_gradient.misconceptions(
    forward_difference=lambda x, weight, step: conv.differences(x, weight, step, 0, step),
    backward_difference=lambda x, weight, step: conv.differences(x, weight, 0, step, step),
    divided_by_one_step=lambda answer: 2 * answer,
    half_a_step_to_each_side=lambda x, weight, step: conv.differences(x, weight, step / 2, step / 2, step),
    not_divided=lambda answer, step: 2 * step * answer,
    the_gradient_itself=lambda x, weight: conv.to_weight(3 * conv.convolved(x, weight) ** 2, x),
    weights_not_put_back=lambda x, weight, step: conv.differences(x, weight, step, step, 2 * step, kept=True),
    all_weights_at_once=lambda x, weight, step: np.full(
        weight.shape, (conv.cubes(x, weight + step) - conv.cubes(x, weight - step)) / (2 * step)
    ),
    sign_exchanged=lambda answer: -answer,
    mean_for_sum=lambda x, weight, answer: answer / conv.convolved(x, weight).size,
    outputs_not_cubed=lambda x, weight: conv.to_weight(np.ones_like(conv.convolved(x, weight)), x),
)


# One step


@question(
    points=2, minutes=15, difficulty=1, count=120, keeps_dtype=True, outputs=("new_parameter", "new_velocity"),
    axes=dict.fromkeys(("parameter", "gradient", "velocity", "new_parameter", "new_velocity"), "rows columns"),
)  # fmt: skip
def sgd_step(parameter, gradient, velocity, *, lr, momentum, weight_decay):
    """One step of SGD in PyTorch's order: the decay joins the gradient, the gradient the velocity."""
    new_velocity = momentum * velocity + gradient + weight_decay * parameter
    return parameter - lr * new_velocity, new_velocity


P, STEP, V = np.array([[4.0, -2, 0]]), np.array([[1.0, 2, -1]]), np.array([[2.0, 0, 4]])
USUAL = {"lr": 0.25, "momentum": 0.5, "weight_decay": 0.25}
sgd_step.cases(
    Case(P, STEP, V, **USUAL),
    Case(P, STEP, V, **USUAL | {"lr": 0.5}),
    Case(P, STEP, V, **USUAL | {"momentum": 0.75}),
    Case(P, STEP, V, **USUAL | {"momentum": 0.0}),
    Case(P, STEP, V, **USUAL | {"weight_decay": 0.0}),
    Case(-P, STEP, V, **USUAL),
    Case(P, -STEP, V, **USUAL),
    Case(P, STEP, 0 * V, **USUAL),
    Case(P.astype(SINGLE), STEP.astype(SINGLE), V.astype(SINGLE), **USUAL),
    Case(numbers(3, 2), numbers(3, 2, seed=1), numbers(3, 2, seed=2), lr=1.0, momentum=0.5, weight_decay=0.5),
)


@sgd_step.draws
def _(rng):
    shape = either(rng, (1, 4), (2, 5)), either(rng, (1, 4), (2, 5))
    dtype = SINGLE if rng.random() < 0.3 else np.float64
    arrays = {name: 2 * conv.draw_array(rng, *shape).astype(dtype) for name in ("parameter", "gradient", "velocity")}
    if rng.random() < 0.15:
        arrays["velocity"] *= 0
    return arrays | step.draw_rates(rng) | {"lr": float(rng.choice([0.125, 0.25, 0.5, 1.0, 2.0]))}


sgd_step.regions(
    at_rest=lambda velocity: not velocity.any(),
    without_momentum=lambda momentum: momentum == 0,
    without_decay=lambda weight_decay: weight_decay == 0,
    rate_of_one=lambda lr: lr == 1,
    in_float32=lambda parameter: parameter.dtype == SINGLE,
)
sgd_step.misconceptions(**step.MISTAKES)


# A broken implementation


@question(
    points=3, minutes=25, difficulty=3, count=110,
    axes={"start": "numbers", "gradients": "steps numbers", "rates": "steps", "answer": "steps numbers"},
)  # fmt: skip
def momentum_path(start, gradients, rates, *, momentum, weight_decay=0.0):
    """Where the parameters are after each step of SGD, in PyTorch's order, each step with a rate of its own."""
    return step.path(start, gradients, rates, momentum, weight_decay)


START, PULLS, RATES = np.array([4.0, -8]), np.array([[1.0, 2], [-1, 0], [2, 4]]), np.array([0.5, 0.5, 0.25])
momentum_path.cases(
    Case(START, PULLS, RATES, momentum=0.5),
    Case(START, PULLS, RATES, momentum=0.25),
    Case(START, PULLS, RATES, momentum=0.5, weight_decay=0.25),
    Case(START, PULLS, RATES, momentum=0.0, weight_decay=0.25),
    Case(START, PULLS, np.full(3, 0.5), momentum=0.5),
    Case(START, -PULLS, RATES, momentum=0.5),
    Case(-START, PULLS, RATES, momentum=0.5),
    Case(START, PULLS[:1], RATES[:1], momentum=0.5),
    Case(np.array([4.0]), np.array([[1.0], [1], [1], [1]]), np.array([0.5, 0.25, 0.25, 0.125]), momentum=0.5),
)


@momentum_path.draws
def _(rng):
    steps, size = either(rng, (1, 4), (2, 5)), either(rng, (1, 4), (2, 5))
    rates = rng.choice([0.125, 0.25, 0.5, 1.0], steps)
    if rng.random() < 0.25:
        rates[:] = rates[0]
    drawn = {"start": 4 * conv.draw_array(rng, size), "gradients": 2 * conv.draw_array(rng, steps, size)}
    return drawn | {"rates": rates} | step.draw_rates(rng)


@momentum_path.broken
def _(start, gradients, rates, *, momentum, weight_decay=0.0):
    return step.path(start, gradients, rates, momentum, weight_decay, inside=True, outside=True, alias=True)


momentum_path.regions(
    one_step=lambda steps: steps == 1,
    one_parameter=lambda numbers: numbers == 1,
    constant_rate=lambda rates: (rates == rates[0]).all(),
    without_momentum=lambda momentum: momentum == 0,
    without_decay=lambda weight_decay: weight_decay == 0,
)
momentum_path.misconceptions(
    rate_still_inside=step.walking(inside=True),
    decay_still_outside=step.walking(outside=True),
    one_array_still=step.walking(alias=True),
    only_the_rate_mended=step.walking(outside=True, alias=True),
    only_the_decay_mended=step.walking(inside=True, alias=True),
    only_the_array_mended=step.walking(inside=True, outside=True),
    start_kept_last_left_out=lambda start, answer: np.vstack([start, answer[:-1]]),
    start_kept_too=lambda start, answer: np.vstack([start, answer]),
    last_place_alone=lambda answer: answer[-1],
    first_rate_for_all=lambda start, gradients, rates, momentum, weight_decay: step.path(
        start, gradients, rates[:1] + 0 * rates, momentum, weight_decay
    ),
)


# A digit from its blur


@question(
    points=3, minutes=25, difficulty=3, count=130, uses=("conv_forward", "conv_backward", "sgd_step"),
    axes={"target": OUTPUT, "weight": "C_out C_in kH kW", "answer": "N C_in H W"},
)  # fmt: skip
def restore(target, weight, *, padding=0, steps=1, lr=0.5, momentum=0.0):
    """The image that so many steps of SGD find, from zeros on, whose convolution shall be the target."""
    return step.restored(target, weight, padding, steps, lr, momentum)


SEEN, BLUR = numbers(1, 1, 2, 3, seed=7), np.array([[[[1.0, 2], [0, -1]]]])
restore.cases(
    Case(SEEN, BLUR),
    Case(SEEN, BLUR, steps=2, lr=0.25),
    Case(SEEN, BLUR, steps=3, lr=0.25),
    Case(SEEN, BLUR, steps=3, lr=0.25, momentum=0.5),
    Case(SEEN, BLUR, lr=0.25),
    Case(SEEN, BLUR[:, :, ::-1], lr=0.25),
    Case(-SEEN, BLUR, lr=0.25),
    Case(numbers(1, 1, 3, 4, seed=7), BLUR, padding=1, steps=2, lr=0.25),
    Case(numbers(2, 2, 3, 2, seed=8), numbers(2, 1, 3, 2, seed=9), padding=1, steps=2, lr=0.125),
    Case(numbers(2, 2, 3, 2, seed=8), numbers(2, 1, 3, 2, seed=9), padding=0, steps=2, lr=0.125),
    Case(SEEN, BLUR, momentum=0.5, lr=0.25),
)


@restore.draws
def _(rng):
    x, weight, padding = conv.draw_layer(rng, single=0)
    if x[0, 0].size > 30 or weight.size > 50:
        return None
    target = conv.draw_array(rng, *conv.convolved(conv.framed(x, padding), weight).shape)
    rates = {"lr": float(rng.choice([0.125, 0.25, 0.5])), "momentum": float(rng.choice([0, 0.25, 0.5]))}
    return {"target": target, "weight": weight, "padding": padding, "steps": either(rng, (1, 3), (2, 4))} | rates


@restore.example
def _():
    """A digit, blurred by means of 5 x 5 pixels."""
    digit = datasets.load("mnist_sample", "train").images[4:5] / 255
    weight = np.full((1, 1, 5, 5), 0.04)
    return Case(conv.convolved(conv.framed(digit, 2), weight), weight, padding=2, steps=60, lr=1.0, momentum=0.9)


restore.regions(
    **BATCHES,
    two_rings=lambda padding: padding > 1,
    one_step=lambda steps: steps == 1,
)
restore.misconceptions(
    uphill=step.descending(by=lambda gap, image, t, w, p: -step.pulled(gap, image, w, p)),
    target_never_compared=step.descending(by=lambda gap, image, t, w, p: step.pulled(-t, image, w, p)),
    kernel_not_turned=step.descending(by=lambda gap, image, t, w, p: step.pulled(gap, image, conv.turned(w), p)),
    twice_the_difference=step.descending(by=lambda gap, image, t, w, p: 2 * step.pulled(gap, image, w, p)),
    mean_over_outputs=step.descending(by=lambda gap, image, t, w, p: step.pulled(gap, image, w, p) / gap.size),
    mean_over_images=step.descending(by=lambda gap, image, t, w, p: step.pulled(gap, image, w, p) / len(gap)),
    sign_of_the_difference_alone=step.descending(by=lambda gap, image, t, w, p: step.pulled(np.sign(gap), image, w, p)),
    started_from_ones=step.descending(start=1.0),
    one_step_too_many=lambda target, weight, padding, steps, lr, momentum: step.restored(
        target, weight, padding, steps + 1, lr, momentum
    ),
    one_step_too_few=lambda target, weight, padding, steps, lr, momentum: step.restored(
        target, weight, padding, steps - 1, lr, momentum
    ),
    negative_pixels_cut=lambda answer: np.maximum(answer, 0),
)
