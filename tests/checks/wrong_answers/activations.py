"""Plausible wrong answers to the questions on activations, and which known mistake each may be called: none, mostly.

Half of them are right but for one region. A check must reject them all, and accuse nobody of a mistake that is not
theirs.
"""

import numpy as np

from cnnbook.checks import activations as questions
from cnnbook.checks._elementwise import quietly, sigmoid


def through(name, **options):
    """How a short wrong answer, of the right one and all arguments by position, becomes one to a question."""
    reference = getattr(questions, name).reference

    def take(answer):
        @quietly
        def wrong(*args, **given):
            return answer(reference(*args, **given), *args, *(given.get(key, value) for key, value in options.items()))

        return wrong

    return take


def where(condition, wrong):
    """Right but where a condition holds."""
    return lambda right, *args: wrong(right, *args) if condition(*args) else right


def partly(conditions, changes):
    return {
        f"{what} {name}": (where(condition, wrong), "")
        for name, condition in conditions.items() for what, wrong in changes.items()
    }  # fmt: skip


def of_numbers(condition, change):
    """Wrong in those numbers of an array alone for which a condition on x holds."""
    return lambda right, *args: np.where(condition(args[-1]), change(right), right).astype(right.dtype)


def put(place, more):
    def change(right, *_):
        right = right.copy()
        right.reshape(-1)[place] += more
        return right

    return change


EVERYWHERE = {
    "nothing but zeros": (lambda r, *_: 0 * r, ""),
    "negative": (lambda r, *_: -r, ""),
    "its mean": (lambda r, *_: np.full_like(r, r.mean()), ""),
    "flat": (lambda r, *_: r.ravel(), ""),
    "a list": (lambda r, *_: [*r.ravel()], ""),
    "always float64": (lambda r, *_: r.astype(np.float64), ""),
    "transposed": (lambda r, *_: r.T, ""),
}
CHANGES = {
    "twice": lambda r, *_: 2 * r + 1,
    "first number wrong": put(0, 9),
    "last number wrong": put(-1, 9),
}
WHERE = {
    "in float32": lambda *args: args[-1].dtype == np.float32,
    "in float64": lambda *args: args[-1].dtype == np.float64,
    "with one column": lambda *args: args[-1].shape[1] == 1,
    "with one image": lambda *args: len(args[-1]) == 1,
}


# ReLU: x, or grad_output and x

RELU = (
    EVERYWHERE
    | {
        "the other side": (lambda r, x: np.minimum(x, 0), "negatives_kept"),
        "absolute": (lambda r, x: abs(x), "sign_removed"),
        "leaky": (lambda r, x: np.where(x > 0, x, x / 100), "leaky"),
        "slope": (lambda r, x: np.sign(r), "step"),
        "up to 6": (lambda r, x: np.minimum(r, 6), "cut_at_six"),
        "where": (lambda r, x: np.where(x > 0, x, 0), "missing_became_zero"),
        "unchanged": (lambda r, x: x, ""),
        "integers": (lambda r, x: np.nan_to_num(r).astype(int), ""),
    }
    | partly(WHERE | {"with a NaN": lambda x: np.isnan(x).any(), "without": lambda x: not np.isnan(x).any()}, CHANGES)
)
RELU_BACKWARD = (
    EVERYWHERE
    | {
        "x >= 0": (lambda r, g, x: g * (x >= 0), "passes_at_zero"),
        "half at zero": (lambda r, g, x: g * np.heaviside(x, np.asarray(0.5, x.dtype)), "half_at_zero"),
        "relu of the gradient": (lambda r, g, x: np.maximum(g, 0), "relu_of_the_gradient"),
        "guided": (lambda r, g, x: np.maximum(r, 0), "negative_gradients_cut_too"),
        "slope": (lambda r, g, x: (x > 0).astype(x.dtype), "slope_alone"),
        "value": (lambda r, g, x: g * np.maximum(x, 0), "value_for_slope"),
        "relu of x": (lambda r, g, x: np.maximum(x, 0), ""),
        "other side": (lambda r, g, x: g * (x < 0), "other_side"),
        "other side and zero": (lambda r, g, x: g * (x <= 0), ""),
        "leaky": (lambda r, g, x: np.where(x > 0, g, g / 100), "leaky"),
        "gradient": (lambda r, g, x: g, ""),
    }
    | partly(WHERE | {"with a zero": lambda g, x: (x == 0).any()}, CHANGES)
)


# tanh

FAR = {
    "far right": lambda x: x > 90,
    "far left": lambda x: x < -90,
    "at zero": lambda x: x == 0,
}
TANH = (
    EVERYWHERE
    | {
        "as written": (lambda r, x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)), "as_written"),
        "sinh by cosh": (lambda r, x: np.sinh(x) / np.cosh(x), ""),
        "growing": (lambda r, x: 1 - 2 / (np.exp(2 * x) + 1), "small_ones_lost"),
        "growing, divided": (lambda r, x: (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1), "growing_exponential"),
        "falling, divided": (lambda r, x: (1 - np.exp(-2 * x)) / (np.exp(-2 * x) + 1), "falling_exponential"),
        "by the sigmoid": (lambda r, x: 2 / (1 + np.exp(-2 * x)) - 1, "small_ones_lost"),
        "of half": (lambda r, x: 2 * sigmoid(x) - 1, "half_the_input"),
        "sigmoid": (lambda r, x: sigmoid(x), "sigmoid_for_tanh"),
        "straight": (lambda r, x: np.clip(x, -1, 1), "corners"),
        "softsign": (lambda r, x: x / (1 + abs(x)), ""),
        "slope": (lambda r, x: 1 - r**2, ""),
        "rounded": (lambda r, x: np.round(r, 3), ""),
        "zero far out": (lambda r, x: np.nan_to_num(np.sinh(x) / np.cosh(x)), ""),
    }
    | {f"wrong {name}": (of_numbers(far, lambda r: r + 1), "") for name, far in FAR.items()}
    | partly(WHERE, CHANGES)
)
TANH_BACKWARD = (
    EVERYWHERE
    | {
        "input for output": (lambda r, g, x: g * (1 - x * x), "input_for_output"),
        "twice tanh": (lambda r, g, x: g * (1 - np.tanh(np.tanh(x)) ** 2), "tanh_taken_twice"),
        "square forgotten": (lambda r, g, x: g * (1 - np.tanh(x)), "square_forgotten"),
        "slope": (lambda r, g, x: 1 - np.tanh(x) ** 2, "slope_alone"),
        "value": (lambda r, g, x: g * np.tanh(x), "value_for_slope"),
        "sigmoid": (lambda r, g, x: g * sigmoid(x) * sigmoid(-x), "slope_of_the_sigmoid"),
        "h (1 - h)": (lambda r, g, x: g * np.tanh(x) * (1 - np.tanh(x)), "sigmoids_formula"),
        "- h^2": (lambda r, g, x: -g * np.tanh(x) ** 2, "difference_without_one"),
        "gradient and x exchanged": (lambda r, g, x: x * (1 - np.tanh(g) ** 2), ""),
        "gradient": (lambda r, g, x: g, ""),
        "NaN far out": (lambda r, g, x: g * (1 - (np.sinh(x) / np.cosh(x)) ** 2), ""),
    }
    | {f"wrong {name}": (of_numbers(far, lambda r: r + 1), "") for name, far in FAR.items()}
    | partly(WHERE, CHANGES)
)


# Softplus: value and slope


def value(change):
    return lambda r, x: (change(r[0], x), r[1])


def slope(change):
    return lambda r, x: (r[0], change(r[1], x))


def both(change):
    return lambda r, *args: (change(r[0], *args), change(r[1], *args))


MIDDLE = FAR | {"at middle left": lambda x: (x < -15) & (x > -90)}
SOFTPLUS = {
    name: (both(lambda r, *args, change=change: change(r, *args)), mistake)
    for name, (change, mistake) in EVERYWHERE.items()
} | {
    "value overflows": (value(lambda r, x: np.log1p(np.exp(x))), "value_overflows"),
    "value overflows and is lost": (value(lambda r, x: np.log(1 + np.exp(x))), "value_as_written"),
    "value lost": (value(lambda r, x: np.log(1 + np.exp(-abs(x))) + np.maximum(x, 0)), "value_lost_far_left"),
    "value of minus x": (value(lambda r, x: r - x), "value_of_the_other_sign"),
    "log sigmoid": (value(lambda r, x: np.minimum(x, 0) - np.log1p(np.exp(-abs(x)))), "value_of_log_sigmoid"),
    "relu": (value(lambda r, x: np.maximum(x, 0)), "relu_for_softplus"),
    "clipped": (value(lambda r, x: np.log1p(np.exp(np.clip(x, -30, 30)))), ""),
    "epsilon": (value(lambda r, x: r + np.asarray(1e-7, r.dtype)), ""),
    "infinity by infinity": (slope(lambda r, x: np.exp(x) / (1 + np.exp(x))), "slope_infinite_by_infinite"),
    "by tanh": (slope(lambda r, x: (1 + np.tanh(x / 2)) / 2), "slope_lost_far_left"),
    "one minus": (slope(lambda r, x: 1 - sigmoid(-x)), "slope_lost_far_left"),
    "s (1 - s)": (slope(lambda r, x: r * (1 - r)), "slope_of_the_sigmoid"),
    "s(x) s(-x)": (slope(lambda r, x: r * sigmoid(-x)), "slope_of_the_sigmoid"),
    "of minus x": (slope(lambda r, x: sigmoid(-x)), "slope_of_the_other_sign"),
    "step": (slope(lambda r, x: (x > 0).astype(x.dtype)), "step_for_slope"),
    "exchanged": (lambda r, x: r[::-1], "outputs_exchanged"),
    "value alone": (lambda r, x: r[0], ""),
    "as written": (lambda r, x: (np.log(1 + np.exp(x)), np.exp(x) / (1 + np.exp(x))), ""),
} | {
    f"{name} wrong {text}": (output(lambda r, x, far=far: of_numbers(far, lambda r: r + 1)(r, x)), "")
    for text, far in MIDDLE.items() for name, output in {"value": value, "slope": slope}.items()
} | partly(WHERE, {name: both(change) for name, change in CHANGES.items()})  # fmt: skip


# ELU: grad_output, x, alpha


def faults(**made):
    return lambda r, g, x, a: questions.elu_slopes(g, x, a, **made)


def elu(x, a):
    return np.where(x > 0, x, a * np.expm1(np.minimum(x, 0)))


ELU_WHERE = {
    name: lambda g, x, a, holds=holds: holds(x) for name, holds in WHERE.items()
} | {
    "with a zero": lambda g, x, a: (x == 0).any(),
    "with large numbers": lambda g, x, a: x.max() > 90,
    "with a small alpha": lambda g, x, a: a < 1,
}  # fmt: skip
ELU_BACKWARD = EVERYWHERE | {
    "as it was": (faults(forgets_alpha=True, right_at_zero=True, overflows=True), "still_broken"),
    "no alpha": (faults(forgets_alpha=True), "alpha_still_forgotten"),
    "no alpha, zero on the right": (faults(forgets_alpha=True, right_at_zero=True), "alpha_still_forgotten"),
    "no alpha, overflow": (faults(forgets_alpha=True, overflows=True), "still_broken"),
    "zero on the right": (faults(right_at_zero=True), "zero_still_on_the_right"),
    "overflow": (faults(overflows=True), "large_ones_still_lost"),
    "overflow, zero on the right": (faults(right_at_zero=True, overflows=True), "only_alpha_mended"),
    "alpha on both sides": (lambda r, g, x, a: np.where(x > 0, a * g, r), "alpha_on_both_sides"),
    "at the output": (lambda r, g, x, a: np.where(x > 0, r, g * a * np.exp(elu(x, a))), "slope_at_the_output"),
    "at the output without alpha": (lambda r, g, x, a: np.where(x > 0, r, g * np.exp(elu(x, a))), ""),
    "output plus alpha": (lambda r, g, x, a: np.where(x > 0, r, g * (elu(x, a) + a)), "far_left_lost"),
    "value": (lambda r, g, x, a: g * elu(x, a), "value_for_slope"),
    "leaky": (lambda r, g, x, a: np.where(x > 0, g, a * g), "leaky"),
    "zero at zero": (lambda r, g, x, a: np.where(x == 0, 0, r).astype(x.dtype), ""),
    "mean at zero": (lambda r, g, x, a: np.where(x == 0, g * (1 + a) / 2, r).astype(x.dtype), ""),
    "NaN made zero": (lambda r, g, x, a: np.nan_to_num(faults(overflows=True)(r, g, x, a)), ""),
    "alpha in the exponent": (lambda r, g, x, a: np.where(x > 0, g, g * np.exp(a * np.minimum(x, 0))), ""),
} | partly(ELU_WHERE, CHANGES)  # fmt: skip


# Dead units: images, layers


def first(change):
    return lambda r, *args: (change(r[0], *args), r[1])


def second(change):
    return lambda r, *args: (r[0], change(r[0], r[1]))


def computed(**made):
    def answer(r, images, layers):
        outputs = questions.through_layers(images, layers, **made)
        return outputs, questions.count_dead(outputs)

    return answer


DEAD_UNITS = {
    "any": (second(lambda h, d: (h == 0).any(1).sum(1)), "one_zero_is_enough"),
    "images": (second(lambda h, d: (h == 0).all(2).sum(1)), "images_counted"),
    "zeros": (second(lambda h, d: (h == 0).sum((1, 2))), "zeros_counted"),
    "living": (second(lambda h, d: h.shape[2] - d), "living_units_counted"),
    "sum": (second(lambda h, d: 0 * d + d.sum()), "dead_in_every_layer"),
    "mask": (second(lambda h, d: (h == 0).all(1)), ""),
    "floats": (second(lambda h, d: d.astype(float)), ""),
    "a list": (second(lambda h, d: d.tolist()), ""),
    "layers backwards": (second(lambda h, d: d[::-1]), ""),
    "first image": (second(lambda h, d: (h[:, 0] == 0).sum(1)), ""),
    "no activation": (computed(activation=lambda z: z, handed_on=lambda z: z), "no_activation"),
    "z kept": (
        lambda r, x, n: (questions.through_layers(x, n, activation=lambda z: z), r[1]), "outputs_without_activation",
    ),
    "z handed on": (computed(handed_on=lambda z: z), "next_layer_without_activation"),
    "no bias": (computed(bias=False), "bias_forgotten"),
    "not transposed": (computed(transposed=False), "weight_not_transposed"),
    "bias taken away": (lambda r, x, n: computed()(r, x, [(w, -b) for w, b in n]), ""),
    "last layer alone": (first(lambda h, *_: h[-1]), ""),
    "last layer in three axes": (lambda r, x, n: (r[0][-1:], r[1][-1:]), ""),
    "images last": (first(lambda h, *_: h.swapaxes(1, 2)), ""),
    "outputs alone": (lambda r, *_: r[0], ""),
    "exchanged": (lambda r, *_: r[::-1], ""),
    "yes or no": (first(lambda h, *_: (h > 0).astype(float)), ""),
} | partly(
    {
        "with one image": lambda x, n: len(x) == 1,
        "with one layer": lambda x, n: len(n) == 1,
        "with several layers": lambda x, n: len(n) > 1,
        "with as many units as pixels": lambda x, n: x.shape[1] == len(n[0][1]),
        "with more units than pixels": lambda x, n: x.shape[1] < len(n[0][1]),
    },
    {
        "outputs twice": lambda r, *_: (2 * r[0] + 1, r[1]),
        "one more": lambda r, *_: (r[0], r[1] + 1),
        "last count wrong": lambda r, *_: (r[0], put(-1, 3)(r[1])),
    },
)  # fmt: skip

WRONG = {
    "relu": (through("relu"), RELU),
    "relu_backward": (through("relu_backward"), RELU_BACKWARD),
    "tanh": (through("tanh"), TANH),
    "tanh_backward": (through("tanh_backward"), TANH_BACKWARD),
    "softplus": (through("softplus"), SOFTPLUS),
    "elu_backward": (through("elu_backward", alpha=1.0), ELU_BACKWARD),
    "dead_units": (through("dead_units"), DEAD_UNITS),
}
