"""The questions of the chapter on activations: number by number, float32 in and float32 out.

Arrays are drawn with two axes, and a fixed case has four.

Where large, tiny and plain numbers stand in one array, a tolerance that is measured by the largest of them would see
none of the others. So questions on stable forms judge each number by itself, to five digits.
"""

import numpy as np

from ._cases import Case
from ._elementwise import (
    FLOATS,
    LARGE,
    LEFT,
    MIDDLE,
    RIGHT,
    SMALLER,
    TINY,
    draw_numbers,
    quietly,
    rarely_turned,
    sigmoid,
)
from ._pixels import draw_array
from ._question import question
from ._rows import digit

AXES = {"x": "N D", "answer": "N D"}
BACK = AXES | {"grad_output": "N D"}
DIGITS = {"rtol": 1e-5, "atol": 0.0}  # of each number, however small it is
SIGNS = np.array([[-2, 0, 3], [1, -1, 0]], float)
GRADIENT = np.array([[5, 6, 7], [-1, 2, -3]], float)


# ReLU


@question(points=1, minutes=5, difficulty=1, count=80, axes=AXES, keeps_dtype=True)
def relu(x):
    """Each negative number becomes zero, every other stays; NaN stays NaN."""
    return np.maximum(x, 0)


relu.cases(
    Case(SIGNS),
    Case(SIGNS.astype(np.float32)),
    Case(np.array([[-1.0, 9.0], [np.nan, 2.0]])),
    Case(np.arange(-12.0, 12).reshape(2, 3, 2, 2)),
)


@relu.draws
def _(rng):
    return {"x": draw_numbers(rng, missing=(np.nan,), beyond=(7, 8, 9))}


@relu.example
def _():
    """A digit's edges: each pixel minus its left neighbour, positive at one side of a stroke, negative at the other."""
    return Case(np.diff(digit()[0]))


relu.regions(**FLOATS, some_missing=lambda x: np.isnan(x).any(), some_above_six=lambda x: (x > 6).any())
relu.misconceptions(
    negatives_kept=lambda x: np.minimum(x, 0),
    sign_removed=lambda x: np.abs(x),
    step=lambda x: np.where(np.isnan(x), x, x > 0).astype(x.dtype),
    leaky=lambda x: np.where(x > 0, x, 0.01 * x),
    cut_at_six=lambda x: np.clip(x, 0, 6),
    missing_became_zero=lambda x: np.where(x > 0, x, 0),
)


@question(points=1, minutes=10, difficulty=1, count=80, axes=BACK, keeps_dtype=True)
def relu_backward(grad_output, x):
    """The gradient passes where the input is above zero, and is zero elsewhere, at zero too."""
    return np.where(x > 0, grad_output, 0)


relu_backward.cases(
    Case(GRADIENT, SIGNS),
    Case(GRADIENT, SIGNS[::-1]),
    Case(-GRADIENT, SIGNS),
    Case(GRADIENT.astype(np.float32), SIGNS.astype(np.float32)),
    Case(np.arange(-12.0, 12).reshape(2, 3, 2, 2), np.arange(24.0).reshape(2, 3, 2, 2) % 5 - 2),
)


def draw_pair(rng, **special):
    """A gradient and an input of one shape and dtype."""
    x = draw_numbers(rng, **special)
    return {"grad_output": rarely_turned(rng, draw_array(rng, *x.shape)).astype(x.dtype), "x": x}


relu_backward.draws(lambda rng: draw_pair(rng, zero=(0,)))
relu_backward.regions(
    **FLOATS, some_zero=lambda x: (x == 0).any(), some_negative_gradient=lambda grad_output: grad_output.min() < 0
)
relu_backward.misconceptions(
    passes_at_zero=lambda grad_output, x: np.where(x >= 0, grad_output, 0),
    half_at_zero=lambda answer, grad_output, x: np.where(x == 0, grad_output / 2, answer),
    relu_of_the_gradient=lambda grad_output: np.maximum(grad_output, 0),
    negative_gradients_cut_too=lambda answer: np.maximum(answer, 0),
    slope_alone=lambda x: (x > 0).astype(x.dtype),
    value_for_slope=lambda grad_output, x: grad_output * np.maximum(x, 0),
    other_side=lambda grad_output, x: np.where(x < 0, grad_output, 0),
    leaky=lambda grad_output, x: np.where(x > 0, grad_output, 0.01 * grad_output),
)


# tanh


@question(points=2, minutes=15, difficulty=2, count=80, axes=AXES, keeps_dtype=True, **DIGITS)
def tanh(x):
    """Hyperbolic tangent, right to five digits for every number, large and tiny ones too."""
    return np.tanh(x)


tanh.cases(
    Case(np.array([[-1.0, 0.0, 0.5], [2.0, -2.5, 1.0]])),
    Case(np.array([[-800.0, 0.0, 1.0], [0.5, -1.0, 800.0]])),
    Case(np.array([[1.0, 3e-13], [-1e-18, 0.25]])),
    Case(np.array([[-100, 3e-6, 1], [-1, 0, 100]], np.float32)),
    Case(np.linspace(-2, 2, 24).reshape(2, 3, 2, 2)),
)


@tanh.draws
def _(rng):
    return {"x": draw_numbers(rng, quarters=True, large_right=RIGHT, large_left=LEFT, tiny=TINY, small=SMALLER)}


tanh.regions(**FLOATS, **LARGE, some_tiny=lambda x: ((x != 0) & (abs(x) < 0.001)).any())
tanh.misconceptions(
    as_written=quietly(lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))),
    growing_exponential=quietly(lambda x: (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1)),
    falling_exponential=quietly(lambda x: (1 - np.exp(-2 * x)) / (1 + np.exp(-2 * x))),
    small_ones_lost=lambda x: 2 * sigmoid(2 * x) - 1,
    half_the_input=lambda x: np.tanh(x / 2),
    sigmoid_for_tanh=sigmoid,
    corners=lambda x: np.clip(x, -1, 1),
)


@question(points=2, minutes=10, difficulty=2, count=80, axes=BACK, keeps_dtype=True, uses=("tanh",))
def tanh_backward(grad_output, x):
    """The gradient times the slope of tanh at its input."""
    return grad_output * (1 - np.tanh(x) ** 2)


tanh_backward.cases(
    Case(GRADIENT, SIGNS / 2),
    Case(GRADIENT, SIGNS[::-1] / 2),
    Case(-GRADIENT, SIGNS / 2),
    Case(GRADIENT.astype(np.float32), SIGNS.astype(np.float32)),
    Case(np.full((2, 2), 4.0), np.array([[-800.0, 0.0], [1.0, 800.0]])),
    Case(np.arange(-12.0, 12).reshape(2, 3, 2, 2), np.linspace(-2, 2, 24).reshape(2, 3, 2, 2)),
)


@tanh_backward.draws
def _(rng):
    return draw_pair(rng, quarters=True, large_right=RIGHT, large_left=LEFT)


tanh_backward.regions(
    **FLOATS, **LARGE, some_negative_gradient=lambda grad_output: grad_output.min() < 0,
)  # fmt: skip
tanh_backward.misconceptions(
    input_for_output=lambda grad_output, x: grad_output * (1 - x**2),
    tanh_taken_twice=lambda grad_output, x: grad_output * (1 - np.tanh(np.tanh(x)) ** 2),
    square_forgotten=lambda grad_output, x: grad_output * (1 - np.tanh(x)),
    slope_alone=lambda x: 1 - np.tanh(x) ** 2,
    value_for_slope=lambda grad_output, x: grad_output * np.tanh(x),
    slope_of_the_sigmoid=lambda grad_output, x: grad_output * sigmoid(x) * sigmoid(-x),
    sigmoids_formula=lambda grad_output, x: grad_output * np.tanh(x) * (1 - np.tanh(x)),
    difference_without_one=lambda grad_output, x: -grad_output * np.tanh(x) ** 2,
)


# Softplus, and its slope


@question(
    points=3, minutes=20, difficulty=3, count=80, keeps_dtype=True, outputs=("value", "slope"),
    axes={"x": "N D", "value": "N D", "slope": "N D"}, **DIGITS,
)  # fmt: skip
def softplus(x):
    """The value of log(1 + e^x) and its slope, the sigmoid, right to five digits for every number."""
    small = np.exp(-np.abs(x))
    return np.maximum(x, 0) + np.log1p(small), np.where(x >= 0, 1, small) / (1 + small)


softplus.cases(
    Case(np.array([[-1.0, 0.0, 0.5], [2.0, -2.5, 1.0]])),
    Case(np.array([[-800.0, 0.0, 1.0], [0.5, -1.0, 800.0]])),
    Case(np.array([[1.0, -40.0], [40.0, 0.25]])),
    Case(np.array([[-40.0, -80.0], [-60.0, -40.0]])),
    Case(np.array([[-20, 1, 100], [-80, 0, -800]], np.float32)),
    Case(np.linspace(-2, 2, 24).reshape(2, 3, 2, 2)),
)


@softplus.draws
def _(rng):
    return {"x": draw_numbers(rng, quarters=True, large_right=RIGHT, large_left=LEFT, middle=MIDDLE)}


SMALL = {"some_far_left": lambda x: ((x < -5) & (x > -90)).any()}
softplus.regions(**FLOATS, **LARGE, **SMALL)


def in_value(formula):
    return lambda x, answer: (quietly(formula)(x), answer[1])


def in_slope(formula):
    return lambda x, answer: (answer[0], quietly(formula)(x))


softplus.misconceptions(
    value_as_written=in_value(lambda x: np.log(1 + np.exp(x))),
    value_overflows=in_value(lambda x: np.log1p(np.exp(x))),
    value_lost_far_left=in_value(lambda x: np.maximum(x, 0) + np.log(1 + np.exp(-abs(x)))),
    value_of_the_other_sign=in_value(lambda x: np.logaddexp(0, -x)),
    value_of_log_sigmoid=in_value(lambda x: -np.logaddexp(0, -x)),
    relu_for_softplus=in_value(lambda x: np.maximum(x, 0)),
    slope_infinite_by_infinite=in_slope(lambda x: np.exp(x) / (1 + np.exp(x))),
    slope_lost_far_left=in_slope(lambda x: 0.5 * (1 + np.tanh(x / 2))),
    slope_of_the_sigmoid=in_slope(lambda x: sigmoid(x) * sigmoid(-x)),
    slope_of_the_other_sign=in_slope(lambda x: sigmoid(-x)),
    step_for_slope=in_slope(lambda x: (x > 0).astype(x.dtype)),
    outputs_exchanged=lambda answer: answer[::-1],
)


# ELU, backward: a broken one


def elu_slopes(grad_output, x, alpha, *, forgets_alpha=False, right_at_zero=False, overflows=False):
    """The gradient of ELU, with some of the three faults of the broken function."""
    left, right = (x < 0, x >= 0) if right_at_zero else (x <= 0, x > 0)
    exponential = np.exp(x if overflows else np.minimum(x, 0))
    return grad_output * (right + left * (exponential if forgets_alpha else alpha * exponential))


def faulty(**faults):
    return quietly(lambda grad_output, x, alpha=1.0: elu_slopes(grad_output, x, alpha, **faults))


@question(points=3, minutes=15, difficulty=2, count=80, axes=BACK, keeps_dtype=True, **DIGITS)
def elu_backward(grad_output, x, *, alpha=1.0):
    """The gradient times the slope of ELU: 1 above zero, and alpha times e^x elsewhere, at zero too."""
    return elu_slopes(grad_output, x, alpha)


ONE_EACH = np.array([[-1, 2], [0, -3]], float)
elu_backward.cases(
    Case(np.full((2, 2), 4.0), ONE_EACH),
    Case(np.full((2, 2), 4.0), ONE_EACH, alpha=2.0),
    Case(np.full((2, 2), 4.0), -ONE_EACH, alpha=2.0),
    Case(GRADIENT[:, :2], ONE_EACH, alpha=2.0),
    Case(np.arange(-12.0, 12).reshape(2, 3, 2, 2), np.arange(24.0).reshape(2, 3, 2, 2) % 5 - 2, alpha=2.0),
    Case(np.full((2, 2), 4.0), np.array([[-20.0, 800.0], [1.0, -1.0]]), alpha=0.5),
    Case(np.full((2, 2), 4, np.float32), np.array([[-20, 100], [0, -1]], np.float32), alpha=2.0),
)


@elu_backward.draws
def _(rng):
    drawn = draw_pair(rng, quarters=True, zero=(0,), large_right=RIGHT, middle=MIDDLE)
    return drawn | {"alpha": float(rng.choice([1, 0.5, 1.5, 2, 3]))}


elu_backward.broken(faulty(forgets_alpha=True, right_at_zero=True, overflows=True))
elu_backward.regions(
    **FLOATS, **SMALL, some_zero=lambda x: (x == 0).any(), some_large_right=lambda x: x.max() > 90,
)  # fmt: skip
elu_backward.misconceptions(
    alpha_still_forgotten=faulty(forgets_alpha=True),
    zero_still_on_the_right=faulty(right_at_zero=True),
    large_ones_still_lost=faulty(overflows=True),
    only_alpha_mended=faulty(right_at_zero=True, overflows=True),
    alpha_on_both_sides=lambda answer, grad_output, x, alpha: np.where(x > 0, alpha * grad_output, answer),
    slope_at_the_output=lambda answer, grad_output, x, alpha: np.where(
        x > 0, answer, grad_output * alpha * np.exp(alpha * np.expm1(np.minimum(x, 0)))
    ),
    far_left_lost=lambda answer, grad_output, x, alpha: np.where(
        x > 0, answer, grad_output * (alpha * np.expm1(np.minimum(x, 0)) + alpha)
    ),
    value_for_slope=lambda grad_output, x, alpha: grad_output * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))),
    leaky=lambda grad_output, x, alpha: np.where(x > 0, grad_output, alpha * grad_output),
)


# Dead units


def through_layers(images, layers, *, activation=relu.reference, handed_on=relu.reference, bias=True, transposed=True):
    """What each layer gives for each image: of shape (L, N, U)."""
    outputs = []
    for weight, shift in layers:
        z = images @ (weight.T if transposed else weight) + bias * shift
        outputs.append(activation(z))
        images = handed_on(z)
    return np.array(outputs)


def count_dead(outputs):
    return (outputs == 0).all(axis=1).sum(axis=1)


@question(
    points=3, minutes=20, difficulty=2, count=110, uses=("relu",), outputs=("outputs", "dead"),
    axes={"images": "N D", "outputs": "L N U", "dead": "L"},
)  # fmt: skip
def dead_units(images, layers):
    """What the layers give behind their ReLU, and how many units of each layer give zero for every image."""
    outputs = through_layers(images, layers)
    return outputs, count_dead(outputs)


def network(*layers):
    return tuple((np.array(weight, float), np.array(bias, float)) for weight, bias in layers)


TWO = np.array([[1, 2, 0], [3, -1, 1]], float)
FIRST, SECOND = ([[1, 0, 2], [-2, -1, -1]], [0, 1]), ([[2, 1], [-1, 3]], [-1, -2])
dead_units.cases(
    Case(TWO, network(FIRST)),
    Case(TWO, network(FIRST, SECOND)),
    Case(TWO[:, ::-1], network(FIRST, SECOND)),
    Case(np.array([[1, 0], [0, 2], [2, 1]], float), network(([[1, -2], [-1, 2], [-1, -1]], [-1, 0, 0]))),
    Case(np.array([[1, 0], [0, 2], [2, 1]], float), network(([[0, 1], [2, 0]], [0, 0]), ([[-1, 1], [2, -4]], [0, 0]))),
)


def draw_network(rng):
    N, D, U = (int(size) for size in rng.integers(1, 6, 3))
    sizes = [D, *[U] * int(rng.choice([1, 2, 3, 3]))]
    pairs = zip(sizes[1:], sizes, strict=False)
    scale = 2.0 ** rng.choice([0, 0, -10, -40])  # small outputs are not dead
    layers = tuple((rng.integers(-2, 3, pair) * 1.0, rng.integers(-4, 4, U) * scale) for pair in pairs)
    return {"images": rng.integers(-2, 4, (N, D)) * scale, "layers": layers}


dead_units.draws(draw_network)


@dead_units.example
def _():
    """Digits in a network of four layers that ten steps of a rate too large have harmed."""
    from .. import datasets, nn

    digits, rng = datasets.load("digits", "train"), np.random.default_rng(0)
    images = (digits.images.reshape(-1, 64) / 255 - 0.3) / 0.38
    draw = {"rng": rng, "initialise": nn.he_normal, "dtype": np.float64}
    hidden = [nn.Linear(64, 64, **draw) for _ in range(4)]
    modules = [module for layer in hidden for module in (layer, nn.ReLU())]
    model = nn.Sequential(*modules, nn.Linear(64, 10, **draw))
    sgd = nn.SGD(model, lr=0.1, momentum=0.9)
    nn.train_epoch(model, sgd, images[:500], digits.labels[:500], batch_size=50, rng=rng)
    layers = tuple((layer.parameters["weight"], layer.parameters["bias"]) for layer in hidden)
    return Case(images[:64], layers)


dead_units.regions(
    one_image=lambda N: N == 1,
    one_layer=lambda layers: len(layers) == 1,
    one_unit=lambda layers: len(layers[0][1]) == 1,
    as_many_units_as_pixels=lambda layers, D: len(layers[0][1]) == D,
    none_dead=lambda answer: not answer[1].any(),
    a_whole_layer_dead=lambda answer, layers: answer[1].max() == len(layers[0][1]),
)


def counted(count):
    return lambda answer: (answer[0], count(answer[0]))


def computed(**faults):
    return lambda images, layers: (outputs := through_layers(images, layers, **faults), count_dead(outputs))


dead_units.misconceptions(
    one_zero_is_enough=counted(lambda outputs: (outputs == 0).any(axis=1).sum(axis=1)),
    images_counted=counted(lambda outputs: (outputs == 0).all(axis=2).sum(axis=1)),
    zeros_counted=counted(lambda outputs: (outputs == 0).sum(axis=(1, 2))),
    living_units_counted=counted(lambda outputs: (outputs > 0).any(axis=1).sum(axis=1)),
    dead_in_every_layer=counted(lambda outputs: np.full(len(outputs), count_dead(outputs).sum())),
    no_activation=computed(activation=lambda z: z, handed_on=lambda z: z),
    outputs_without_activation=lambda images, layers, answer: (
        through_layers(images, layers, activation=lambda z: z), answer[1]
    ),
    next_layer_without_activation=computed(handed_on=lambda z: z),
    bias_forgotten=computed(bias=False),
    weight_not_transposed=computed(transposed=False),
)  # fmt: skip
