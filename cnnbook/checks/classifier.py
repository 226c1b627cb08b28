"""The questions of the chapter on a network's head: whole batches, float32 in and float32 out.

Softmax and loss meet logits that the formulas on paper fail on. Each of their numbers is judged by itself, to three
digits, however small it is: how one rounds at logits of a thousand is not asked.
"""

import numpy as np

from . import _classify as heads
from ._cases import Case
from ._classify import BATCH, LOGITS, changing, in_training, of_logarithms, quietly
from ._question import question

DIGITS = {"rtol": 1e-3, "atol": 0.0}
SINGLE = np.float32
X = np.array([[1.0, 2, 3], [4, -1, 0]])
WEIGHT = np.array([[1.0, 0, 2], [-1, 3, 1], [2, 2, -3], [0, 1, 5]])
BIAS = np.array([10.0, 20, 30, 40])
GRADIENT = np.array([[1.0, 0, 2, -1], [3, 1, -2, 4]])


# A fully connected layer


@question(
    points=1, minutes=5, difficulty=1, count=100, keeps_dtype=True,
    axes={"x": "N C_in", "weight": "C_out C_in", "bias": "C_out", "answer": "N C_out"},
)  # fmt: skip
def linear(x, weight, bias):
    """Each output of an image is the sum of its numbers, each times a weight of its own, plus a bias."""
    return x @ weight.T + bias


linear.cases(
    Case(X, WEIGHT, BIAS),
    Case(X[::-1], WEIGHT, BIAS),
    Case(X, WEIGHT[::-1], BIAS),
    Case(X, WEIGHT, -BIAS),
    Case(X[:1], WEIGHT, BIAS),
    Case(X.astype(SINGLE), WEIGHT.astype(SINGLE), BIAS.astype(SINGLE)),
    Case(np.arange(12.0).reshape(4, 3), np.arange(9.0).reshape(3, 3) % 5, np.array([1.0, 0, -2])),
)


@linear.draws
def _(rng):
    return dict(zip(("x", "weight", "bias"), heads.draw_layer(rng), strict=True))


linear.regions(
    **BATCH, one_output=lambda C_out: C_out == 1, one_input=lambda C_in: C_in == 1,
    square_weight=lambda C_in, C_out: C_in == C_out, fewer_outputs=lambda C_in, C_out: C_out < C_in,
)  # fmt: skip
linear.misconceptions(
    bias_forgotten=lambda x, weight: x @ weight.T,
    bias_taken_off=lambda x, weight, bias: x @ weight.T - bias,
    bias_added_to_each_product=lambda x, weight, bias, C_in: x @ weight.T + C_in * bias,
    bias_multiplied_too=lambda x, weight, bias: (x @ weight.T) * bias,
    mean_for_sum=lambda x, weight, bias, C_in: x @ weight.T / C_in + bias,
    reshaped_not_transposed=lambda x, weight, bias: x @ weight.reshape(weight.shape[::-1]) + bias,
    images_in_columns=lambda answer: answer.T,
    first_image_for_all=lambda answer: 0 * answer + answer[:1],
    images_added_up=lambda answer: 0 * answer + answer.sum(0),
)


@question(
    points=2, minutes=15, difficulty=2, count=100, keeps_dtype=True, outputs=("grad_x", "grad_weight", "grad_bias"),
    axes={
        "grad_output": "N C_out", "x": "N C_in", "weight": "C_out C_in",
        "grad_x": "N C_in", "grad_weight": "C_out C_in", "grad_bias": "C_out",
    },
)  # fmt: skip
def linear_backward(grad_output, x, weight):
    """The gradients of a fully connected layer by its input, its weight and its bias, summed over the images."""
    return grad_output @ weight, grad_output.T @ x, grad_output.sum(0)


linear_backward.cases(
    Case(GRADIENT, X, WEIGHT),
    Case(GRADIENT[::-1], X, WEIGHT),
    Case(GRADIENT, X[::-1], WEIGHT),
    Case(GRADIENT, X, WEIGHT[::-1]),
    Case(GRADIENT[:1], X[:1], WEIGHT),
    Case(GRADIENT.astype(SINGLE), X.astype(SINGLE), WEIGHT.astype(SINGLE)),
    Case(np.arange(12.0).reshape(4, 3) % 7, np.arange(12.0).reshape(4, 3), np.arange(9.0).reshape(3, 3) % 5),
)


@linear_backward.draws
def _(rng):
    x, weight, _ = heads.draw_layer(rng)
    grad_output = rng.integers(-4, 5, (len(x), len(weight))).astype(x.dtype)
    return {"grad_output": grad_output, "x": x, "weight": weight}


linear_backward.regions(
    **BATCH, one_output=lambda C_out: C_out == 1, one_input=lambda C_in: C_in == 1,
    square_weight=lambda C_in, C_out: C_in == C_out, fewer_outputs=lambda C_in, C_out: C_out < C_in,
)  # fmt: skip
linear_backward.misconceptions(
    weight_gradient_transposed=changing(grad_weight=lambda g, x, w: x.T @ g),
    mean_over_images=changing(grad_weight=lambda g, x, w: g.T @ x / len(x), grad_bias=lambda g, x, w: g.mean(0)),
    weight_mean_over_images=changing(grad_weight=lambda g, x, w: g.T @ x / len(x)),
    bias_mean_over_images=changing(grad_bias=lambda g, x, w: g.mean(0)),
    bias_not_summed=changing(grad_bias=lambda g, x, w: g),
    bias_summed_over_outputs=changing(grad_bias=lambda g, x, w: g.sum(1)),
    bias_summed_over_all=changing(grad_bias=lambda g, x, w: g.sum()),
    bias_without_gradient=changing(grad_bias=lambda g, x, w: np.ones(g.shape[1], g.dtype)),
    weight_reshaped_not_transposed=changing(grad_weight=lambda g, x, w: g.reshape(g.shape[::-1]) @ x),
    weight_of_the_first_image=changing(grad_weight=lambda g, x, w: g[:1].T @ x[:1]),
    input_through_reshaped_weight=changing(grad_x=lambda g, x, w: g @ w.reshape(w.shape[::-1]).T),
    sign_of_a_step=lambda answer: tuple(-gradient for gradient in answer),
)


# Softmax


@question(
    points=2, minutes=10, difficulty=2, count=110, keeps_dtype=True, axes={"logits": "N K", "answer": "N K"}, **DIGITS
)
def softmax(logits):
    """For each image the exponentials of its logits divided by their sum, right to three digits for any logits."""
    return heads.probabilities(logits)


SOME = np.array([[2.0, 1, -1], [0, 0.5, 0]])
softmax.cases(
    Case(SOME),
    Case(SOME.astype(SINGLE)),
    Case(np.array([[1000.0, 998, 0], [1, 2, 3]])),
    Case(np.array([[120.0, 0, 119.0]], SINGLE)),
    Case(np.array([[-1000.0, -1001, -999], [1, 2, 3]])),
    Case(np.array([[0.0, -120, 1], [1, 0, 800]])),
    Case(np.array([[3.0, 1], [2, 2], [0, -1], [1, 5]])),
)
softmax.draws(lambda rng: {"logits": heads.draw_logits(rng)})
softmax.regions(**LOGITS)
softmax.misconceptions(
    overflow=quietly(lambda logits: heads.normalised(np.exp(logits))),
    over_the_images=quietly(lambda logits: heads.probabilities(logits, 0)),
    over_the_whole_batch=lambda logits: (e := np.exp(logits - logits.max())) / e.sum(),
    shifted_by_the_batch=quietly(lambda logits: heads.normalised(np.exp(logits - logits.max()))),
    shifted_by_each_class=quietly(lambda logits: heads.normalised(np.exp(heads.shifted(logits, 0)))),
    shifted_by_the_mean=quietly(lambda logits: heads.normalised(np.exp(logits - logits.mean(1, keepdims=True)))),
    shifted_by_the_smallest=quietly(lambda logits: heads.normalised(np.exp(logits - logits.min(1, keepdims=True)))),
    logits_cut=lambda logits: heads.normalised(np.exp(np.clip(logits, -80, 80))),
    shifted_logits_cut=lambda logits: heads.normalised(np.exp(np.maximum(heads.shifted(logits), -10))),
    not_divided=lambda logits: np.exp(heads.shifted(logits)),
    logarithm_for_probability=lambda logits: heads.log_probabilities(logits),
    largest_alone=lambda logits: heads.normalised((heads.shifted(logits) == 0).astype(logits.dtype)),
    shares_of_the_logits=quietly(lambda logits: logits / logits.sum(1, keepdims=True)),
    powers_of_two=lambda logits: heads.normalised(2 ** heads.shifted(logits)),
)


# The loss


LOSS = {"rtol": 1e-3, "atol": 1e-12}
LABELS = np.array([1, 0])
FAR = np.array([[1000.0, 998, 0], [1, 2, 3]])


@question(points=2, minutes=15, difficulty=2, count=110, axes={"logits": "N K", "labels": "N"}, **LOSS)
def cross_entropy(logits, labels):
    """The mean over the images of minus the logarithm of the probability of the right class, for any logits."""
    return heads.loss(logits, labels)


cross_entropy.cases(
    Case(SOME, LABELS),
    Case(SOME, LABELS[::-1]),
    Case(SOME[::-1], LABELS),
    Case(SOME.astype(SINGLE), LABELS),
    Case(FAR, np.array([2, 0])),
    Case(FAR.astype(SINGLE), np.array([2, 0])),
    Case(FAR, np.array([0, 2])),
    Case(-FAR, np.array([0, 2])),
    Case(np.array([[3.0, 1], [2, 2], [0, -1], [1, 5]]), np.array([0, 0, 1, 1])),
)
cross_entropy.draws(heads.draw_labelled)
WRONG_BY_FAR = {
    "right_class_far_below": lambda logits, labels: (
        (heads.of_labels(logits, labels) < logits.max(1) - 90).any()
    ),
    "one_label": lambda labels: len({*labels.tolist()}) == 1,
}  # fmt: skip
cross_entropy.regions(**LOGITS, **WRONG_BY_FAR)
cross_entropy.misconceptions(
    overflow=of_logarithms(lambda z: np.log(heads.normalised(np.exp(z)))),
    sum_overflows=of_logarithms(lambda z: z - np.log(np.exp(z).sum(1, keepdims=True))),
    logarithm_of_zero=of_logarithms(lambda z: np.log(heads.probabilities(z))),
    small_number_added=of_logarithms(lambda z: np.log(heads.probabilities(z) + 1e-12)),
    probabilities_cut=of_logarithms(lambda z: np.log(np.maximum(heads.probabilities(z), 1e-7))),
    over_the_images=of_logarithms(lambda z: heads.log_probabilities(z, 0)),
    sum_of_exponentials_forgotten=of_logarithms(heads.shifted),
    sum_for_mean=lambda answer, N: answer * N,
    divided_by_classes_too=lambda answer, K: answer / K,
    sign_forgotten=lambda answer: -answer,
    logarithm_to_base_two=lambda answer: answer / np.log(2),
    probability_for_logarithm=lambda logits, labels: (1 - heads.of_labels(heads.probabilities(logits), labels)).mean(),
    logit_for_logarithm=lambda logits, labels: -heads.of_labels(logits, labels).mean(),
    labels_of_all_images=lambda logits, labels: -heads.log_probabilities(logits)[:, labels].mean(),
    class_that_it_says=lambda logits: -heads.log_probabilities(logits).max(1).mean(),
    softmax_twice=of_logarithms(lambda z: heads.log_probabilities(heads.probabilities(z))),
)


# Its gradient: a broken one


@question(
    points=3, minutes=20, difficulty=3, count=110, keeps_dtype=True, uses=("softmax",),
    axes={"logits": "N K", "labels": "N", "answer": "N K"}, rtol=1e-3, atol=1e-13,
)  # fmt: skip
def cross_entropy_gradient(logits, labels):
    """The gradient of the mean loss by the logits, for any logits."""
    return heads.gradient(logits, labels)


cross_entropy_gradient.cases(
    Case(SOME, LABELS),
    Case(SOME, LABELS[::-1]),
    Case(SOME[::-1], LABELS),
    Case(SOME.astype(SINGLE), LABELS),
    Case(SOME[:1], LABELS[:1]),
    Case(FAR, np.array([2, 0])),
    Case(FAR.astype(SINGLE), np.array([2, 0])),
    Case(FAR[:1], np.array([1])),
    Case(np.array([[3.0, 1], [2, 2], [0, -1], [1, 5]]), np.array([0, 0, 1, 1])),
)
cross_entropy_gradient.draws(heads.draw_labelled)
cross_entropy_gradient.broken(heads.faulty(overflow=True, all_labels=True, summed=True))
cross_entropy_gradient.regions(**LOGITS, **WRONG_BY_FAR)
cross_entropy_gradient.misconceptions(
    still_overflows=heads.faulty(overflow=True),
    labels_still_of_all_images=heads.faulty(all_labels=True),
    mean_still_forgotten=heads.faulty(summed=True),
    only_the_overflow_mended=heads.faulty(all_labels=True, summed=True),
    only_the_labels_mended=heads.faulty(overflow=True, summed=True),
    only_the_mean_mended=heads.faulty(overflow=True, all_labels=True),
    sign_of_a_step=lambda answer: -answer,
    divided_by_classes=lambda answer, N, K: answer * N / K,
    divided_by_both=lambda answer, K: answer / K,
    probabilities_alone=lambda logits, N: heads.probabilities(logits) / logits.dtype.type(N),
    softmax_over_the_images=quietly(lambda logits, labels, answer, N: answer + (
        heads.probabilities(logits, 0) - heads.probabilities(logits)) / logits.dtype.type(N)),
)  # fmt: skip


# Dropout


@question(
    points=2, minutes=10, difficulty=2, count=220, keeps_dtype=True,
    axes={"x": "N D", "random": "N D", "answer": "N D"},
)  # fmt: skip
def inverted_dropout(x, random, *, p=0.5, training=True):
    """In training zero where the random number is below p, else divided by 1 - p; in evaluation x itself."""
    return np.where(random >= p, x / x.dtype.type(1 - p), 0).astype(x.dtype) if training else x.copy()


UNITS = np.array([[1.0, 2, 3, 4], [5, -6, 7, -8]])
RANDOM = np.array([[0.125, 0.875, 0.5, 0.25], [0.75, 0.0, 0.625, 0.375]])
inverted_dropout.cases(
    Case(UNITS, RANDOM),
    Case(UNITS[::-1], RANDOM),
    Case(UNITS, RANDOM[::-1]),
    Case(UNITS, RANDOM, p=0.25),
    Case(UNITS, RANDOM, p=0.0),
    Case(UNITS, RANDOM, training=False),
    Case(UNITS, RANDOM, p=0.25, training=False),
    Case(UNITS.astype(SINGLE), RANDOM.astype(SINGLE), p=0.75),
    Case(np.arange(12.0).reshape(1, 3, 2, 2), np.arange(12.0).reshape(1, 3, 2, 2) % 8 / 8, p=0.25),
)


@inverted_dropout.draws
def _(rng):
    shape = rng.integers(1, (8, 9)) if rng.random() < 0.8 else rng.integers(1, 4, 4)
    numbers = heads.turned_now_and_then(rng, rng.integers(-6, 7, shape) * 1.0, rng.integers(8, size=shape) / 8)
    x, random = heads.in_some_dtype(rng, *numbers)
    return {"x": x, "random": random, "p": float(rng.choice([0, 1, 2, 4, 4, 6, 7]) / 8)} | {
        "training": bool(rng.random() < 0.75)
    }


inverted_dropout.regions(
    float32=lambda x: x.dtype == SINGLE,
    four_axes=lambda x: x.ndim == 4,
    evaluation=lambda training: not training,
    one_image=lambda N: N == 1,
    nothing_dropped=lambda random, p: random.min() >= p,
    some_equal_to_p=lambda random, p: (random == p).any(),
    more_dropped_than_kept=lambda p: p > 0.5,
)
inverted_dropout.misconceptions(
    not_scaled=in_training(lambda x, random, p: np.where(random >= p, x, 0)),
    multiplied_by_what_is_kept=in_training(lambda x, random, p: np.where(random >= p, x * (1 - p), 0)),
    divided_by_p=quietly(in_training(lambda x, random, p: np.where(random >= p, x / np.float64(p), 0))),
    the_others_dropped=in_training(lambda x, random, p: np.where(random < p, x / (1 - p), 0)),
    p_of_those_kept=quietly(in_training(lambda x, random, p: np.where(random < p, x / np.float64(p), 0))),
    equal_dropped=in_training(lambda x, random, p: np.where(random > p, x / (1 - p), 0)),
    dropped_in_evaluation=lambda x, random, p: np.where(random >= p, x / (1 - p), 0).astype(x.dtype),
    scaled_in_evaluation_alone=lambda x, random, p, training: (
        np.where(random >= p, x, 0) if training else x * (1 - p)
    ).astype(x.dtype),
    scaled_twice=lambda answer, x, p, training: answer if training else (x * (1 - p)).astype(x.dtype),
    dropped_ones_kept_in_scale=in_training(lambda x, random, p: x / (1 - p)),
    half_kept_always=in_training(lambda x, random, p: np.where(random >= 0.5, x * 2, 0)),
    scaled_by_the_share_that_fell=quietly(
        in_training(lambda x, random, p: np.where(random >= p, x / np.mean(random >= p), 0))
    ),
)  # fmt: skip


# A fully connected layer that slides


@question(
    points=3, minutes=20, difficulty=3, count=130, keeps_dtype=True, uses=("linear",),
    axes={"x": "N C H W", "weight": "C_out K", "bias": "C_out", "answer": "N C_out H_out W_out"},
)  # fmt: skip
def linear_as_conv(x, weight, bias, kernel):
    """What a fully connected layer for maps of the size `kernel` answers at every place of larger maps."""
    return heads.slid(x, heads.filters(weight, x.shape[1], kernel), bias)


MAPS = (np.arange(40.0) * 7 % 11 - 5).reshape(1, 2, 4, 5)
SLIDING = (np.arange(36.0) * 5 % 7 - 3).reshape(3, 12)
linear_as_conv.cases(
    Case(MAPS[:, :, :3, :2], SLIDING, BIAS[:3], (3, 2)),
    Case(MAPS, SLIDING, BIAS[:3], (3, 2)),
    Case(MAPS, SLIDING, BIAS[:3], (2, 3)),
    Case(MAPS, SLIDING[::-1], BIAS[:3], (2, 3)),
    Case(MAPS, SLIDING, -BIAS[:3], (2, 3)),
    Case(MAPS[:, ::-1], SLIDING, BIAS[:3], (2, 3)),
    Case(MAPS.astype(SINGLE), SLIDING.astype(SINGLE), BIAS[:3].astype(SINGLE), (2, 3)),
    Case(MAPS.reshape(2, 1, 4, 5), SLIDING.reshape(6, 6), np.arange(6.0), (3, 2)),
)
linear_as_conv.draws(heads.draw_slide)


@linear_as_conv.example
def _():
    """A page with three digits, and a layer that says which of the mean images of 0, 3 and 4 is nearest."""
    return Case(*heads.digits_and_templates())


linear_as_conv.regions(
    float32=lambda x: x.dtype == SINGLE,
    one_image=lambda N: N == 1,
    one_channel=lambda C: C == 1,
    one_output=lambda C_out: C_out == 1,
    one_place=lambda answer: answer[0, 0].size == 1,
    square_kernel=lambda kernel: kernel[0] == kernel[1],
    one_tap=lambda kernel: kernel == (1, 1),
    higher_maps=lambda H, W: H > W,
    more_channels_than_rows=lambda C, H: C > H,
)
linear_as_conv.misconceptions(
    order_of_hwc=heads.with_filters(lambda w, C, kH, kW: w.reshape(-1, kH, kW, C).transpose(0, 3, 1, 2)),
    kernel_sides_exchanged=heads.with_filters(lambda w, C, kH, kW: w.reshape(-1, C, kW, kH).swapaxes(2, 3)),
    kernel_turned=heads.with_filters(lambda w, C, kH, kW: w.reshape(-1, C, kH, kW)[..., ::-1, ::-1]),
    weights_reshaped_not_transposed=heads.with_filters(
        lambda w, C, kH, kW: w.reshape(C, kH, kW, -1).transpose(3, 0, 1, 2)
    ),
    first_place_everywhere=lambda answer: 0 * answer + answer[..., :1, :1],
    first_place_alone=lambda answer: answer[:, :, 0, 0],
    last_place_forgotten=lambda answer: answer[:, :, :-1, :-1],
    bias_forgotten=lambda answer, bias: answer - bias[:, None, None],
    bias_for_each_channel=lambda answer, bias, C: answer + (C - 1) * bias[:, None, None],
    outputs_last=lambda answer: answer.transpose(0, 2, 3, 1),
    places_exchanged=lambda answer: answer.swapaxes(2, 3),
    first_image_for_all=lambda answer: 0 * answer + answer[:1],
    places_in_one_axis=lambda answer: answer.reshape(*answer.shape[:2], -1),
)
