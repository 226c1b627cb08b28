"""The questions of the chapter on batch normalisation: arrays (N, C, H, W), a mean and a variance for each channel."""

import numpy as np

from ._cases import Case
from ._layers import either
from ._question import question
from ._rows import digit
from ._statistics import (
    BEFORE,
    BETA,
    BIG,
    CHANNEL,
    GAMMA,
    MEAN,
    NORMED,
    ONE_EACH,
    SCALES,
    SHAPES,
    SINGLE,
    TWO_NUMBERS,
    VAR,
    X,
    beside,
    broken,
    by_the_images,
    by_the_running,
    draw_four,
    draw_options,
    draw_training,
    draw_x,
    evaluated,
    faulty,
    folded,
    folding,
    gradients,
    in_one_dtype,
    layer,
    moved,
    of_each_image,
    over,
    scaled,
    symmetric_at_times,
    trained,
    training,
    unbiased,
    whole,
    without,
    wrongly_over,
)  # fmt: skip

# Evaluation


@question(points=1, minutes=10, difficulty=1, count=120, axes={"x": "N C H W", "answer": "N C H W"} | ONE_EACH,
          keeps_dtype=True)  # fmt: skip
def batch_norm_eval(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    """Batch normalisation in evaluation: by the running statistics."""
    return scaled(x, gamma, beta, beside(running_mean), beside(running_var), eps)


batch_norm_eval.cases(
    Case(X, GAMMA, BETA, MEAN, VAR),
    Case(X, GAMMA, BETA, MEAN, VAR, eps=7.0),
    Case(X[::-1], GAMMA, BETA, MEAN, VAR),
    Case(X, GAMMA[::-1], BETA, MEAN, VAR),
    Case(X, GAMMA, BETA[::-1], MEAN, VAR),
    Case(X, GAMMA, BETA, MEAN[::-1], VAR),
    Case(X, GAMMA, BETA, MEAN, VAR[::-1]),
    Case(X[:1], GAMMA, BETA, MEAN, VAR),
    Case(BIG, GAMMA, BETA, MEAN, VAR),
    Case(*SINGLE),
)


@batch_norm_eval.draws
def _(rng):
    x = draw_x(rng)
    return in_one_dtype(rng, {"x": x} | draw_four(rng, x.shape[1]) | draw_options(rng, "eps"))


batch_norm_eval.regions(**SHAPES, **NORMED)
batch_norm_eval.misconceptions(
    batch_statistics=lambda x, gamma, beta, eps: scaled(x, gamma, beta, *over(x, CHANNEL), eps),
    root_forgotten=evaluated(lambda x, g, b, m, v, eps: g * (x - m) / (v + eps) + b),
    eps_outside_the_root=evaluated(lambda x, g, b, m, v, eps: g * (x - m) / (np.sqrt(v) + eps) + b),
    eps_left_out=evaluated(lambda x, g, b, m, v, eps: g * (x - m) / np.sqrt(v) + b),
    scale_and_shift_exchanged=evaluated(lambda x, g, b, m, v, eps: b * (x - m) / np.sqrt(v + eps) + g),
    shift_scaled_too=evaluated(lambda x, g, b, m, v, eps: g * ((x - m) / np.sqrt(v + eps) + b)),
    mean_not_scaled=evaluated(lambda x, g, b, m, v, eps: g * x / np.sqrt(v + eps) - m + b),
    mean_and_variance_exchanged=evaluated(lambda x, g, b, m, v, eps: g * (x - v) / np.sqrt(abs(m) + eps) + b),
    scale_and_shift_forgotten=evaluated(lambda x, g, b, m, v, eps: (x - m) / np.sqrt(v + eps)),
    standard_deviation_multiplied=evaluated(lambda x, g, b, m, v, eps: g * (x - m) * np.sqrt(v + eps) + b),
    channels_along_the_width=lambda x, gamma, beta, running_mean, running_var, eps: (
        gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta
    ),
)


# Training

STATISTICS = ("y", "running_mean", "running_var")
OUTPUTS = {"y": "N C H W", "running_mean": "C", "running_var": "C"}


@question(points=3, minutes=25, difficulty=2, count=90, uses=("batch_norm_eval",), outputs=STATISTICS,
          axes={"x": "N C H W"} | ONE_EACH | OUTPUTS, keeps_dtype=True)  # fmt: skip
def batch_norm_train(x, gamma, beta, running_mean, running_var, *, momentum=0.1, eps=1e-5):
    """Batch normalisation in training: by the batch's statistics; and the running statistics after this step."""
    return trained(x, gamma, beta, running_mean, running_var, momentum, eps)


batch_norm_train.cases(
    Case(X, GAMMA, BETA, *BEFORE),
    Case(X, GAMMA, BETA, *BEFORE, momentum=0.5),
    Case(X, GAMMA, BETA, *BEFORE, eps=7.0),
    Case(X, GAMMA, BETA, MEAN, BEFORE[1]),
    Case(X, GAMMA, BETA, MEAN, VAR),
    Case(X + 1, GAMMA, BETA, *BEFORE),
    Case(X, GAMMA[::-1], BETA, *BEFORE),
    Case(X, GAMMA, BETA[::-1], *BEFORE),
    Case(X[:1], GAMMA, BETA, MEAN, VAR, momentum=0.25),
    Case(BIG, GAMMA, BETA, MEAN, VAR, momentum=0.5),
    Case(BIG + BIG[..., ::-1, ::-1], GAMMA, BETA, MEAN, VAR),
    Case(*SINGLE),
)


batch_norm_train.draws(draw_training)
batch_norm_train.regions(**SHAPES, **NORMED, **TWO_NUMBERS)


batch_norm_train.misconceptions(
    biased_variance_kept=training(lambda x, *_: (None, (x.mean(CHANNEL), x.var(CHANNEL)))),
    unbiased_variance_normalises=training(
        lambda x, *_: ((x.mean(CHANNEL, keepdims=True), unbiased(x.var(CHANNEL, keepdims=True), x)), None)
    ),
    variances_exchanged=training(
        lambda x, *_: (
            (x.mean(CHANNEL, keepdims=True), unbiased(x.var(CHANNEL, keepdims=True), x)),
            (x.mean(CHANNEL), x.var(CHANNEL)),
        )
    ),
    momentum_reversed=lambda x, gamma, beta, running_mean, running_var, momentum, eps: trained(
        x, gamma, beta, running_mean, running_var, 1 - momentum, eps
    ),
    running_statistics_normalise=training(
        lambda x, mean, var, *_: ((beside(mean), beside(var)), None)
    ),
    moved_statistics_normalise=training(by_the_running),
    running_statistics_stay=lambda answer, running_mean, running_var: (answer[0], running_mean, running_var),
    batch_statistics_kept_alone=lambda x, answer: (answer[0], x.mean(CHANNEL), unbiased(x.var(CHANNEL), x)),
    standard_deviation_kept=training(lambda x, *_: (None, (x.mean(CHANNEL), np.sqrt(unbiased(x.var(CHANNEL), x))))),
    eps_kept=training(lambda x, mean, var, momentum, eps: (
        None, (x.mean(CHANNEL), unbiased(x.var(CHANNEL), x) + eps)
    )),
    each_image_by_itself=training(of_each_image),
    each_place_by_itself=training(wrongly_over((0,))),
    all_channels_together=training(wrongly_over((0, 1, 2, 3))),
    images_counted_for_numbers=np.errstate(all="ignore")(training(by_the_images)),
)  # fmt: skip


# In company


@question(points=2, minutes=15, difficulty=1, count=80, uses=("batch_norm_train",), outputs=("alone", "in_company"),
          axes={"image": "C H W", "others": "N C H W", "gamma": "C", "beta": "C", "alone": "C H W",
                "in_company": "C H W"}, keeps_dtype=True)  # fmt: skip
def company(image, others, gamma, beta):
    """What training mode makes of an image as a batch of its own, and in one batch with others."""
    together = np.concatenate([image[None], others])
    return tuple(scaled(x, gamma, beta, *over(x, CHANNEL))[0] for x in (image[None], together))


OTHERS = np.array([[[[3, 9]], [[2, 6]]], [[[0, 1]], [[5, 5]]]], float)
company.cases(
    Case(X[0], X[1:], GAMMA, BETA),
    Case(X[0], OTHERS, GAMMA, BETA),
    Case(X[0] + [[[0, 1]]], OTHERS, GAMMA, BETA),
    Case(X[0], OTHERS, GAMMA[::-1], BETA),
    Case(X[0], OTHERS, GAMMA, BETA[::-1]),
    Case(BIG[0], BIG[1:], GAMMA, BETA),
    Case(SINGLE[0][0], SINGLE[0], *SINGLE[1:3]),
)


@company.draws
def _(rng):
    x = np.concatenate([draw_x(rng)] * 2)
    x = x + whole(rng, *x.shape, low=-1, high=3)
    N, C, H, W = x.shape
    if H * W == 1:
        return None
    four, last = draw_four(rng, C), either(rng, (2, 4), (2, N + 1))
    return in_one_dtype(rng, {"image": x[0], "others": x[1:last], "gamma": four["gamma"], "beta": four["beta"]})


@company.example
def _():
    """A dim digit among bright ones."""
    seven = digit().astype(float)
    return Case(seven / 2, np.stack([1 - seven, 1 - seven[:, ::-1]]), np.ones(1), np.zeros(1))


SHAPES_OF_ONE = {name: holds for name, holds in SHAPES.items() if name != "one_image"}
company.regions(**SHAPES_OF_ONE, one_other=lambda N: N == 1)
company.misconceptions(
    outputs_exchanged=lambda answer: answer[::-1],
    others_measured_without_it=lambda image, others, gamma, beta, answer: (
        answer[0], scaled(image[None], gamma, beta, *over(others, CHANNEL))[0]
    ),
    each_image_by_itself=lambda answer: (answer[0], answer[0]),
    always_in_company=lambda answer: (answer[1], answer[1]),
    first_of_the_others=lambda image, others, gamma, beta, answer: (
        answer[0], scaled(both := np.concatenate([others, image[None]]), gamma, beta, *over(both, CHANNEL))[0]
    ),
    whole_batches=lambda image, others, gamma, beta: tuple(
        scaled(x, gamma, beta, *over(x, CHANNEL)) for x in (image[None], np.concatenate([image[None], others]))
    ),
    places_measured_apart=lambda image, others, gamma, beta, answer: (
        answer[0], scaled(both := np.concatenate([image[None], others]), gamma, beta, *over(both, 0))[0]
    ),
)  # fmt: skip


# Backward


@question(points=3, minutes=30, difficulty=3, count=80, outputs=("grad_x", "grad_gamma", "grad_beta"), atol=3e-12,
          axes={"grad_output": "N C H W", "x": "N C H W", "gamma": "C", "grad_x": "N C H W", "grad_gamma": "C",
                "grad_beta": "C"}, keeps_dtype=True)  # fmt: skip
def batch_norm_backward(grad_output, x, gamma, *, eps=1e-5):
    """The gradients of batch normalisation in training, by its input, scale and shift."""
    return gradients(grad_output, x, gamma, eps)


GRAD = np.array([[[[12, 0]], [[1, -2]]], [[[0, 0]], [[0, 3]]]], float)
batch_norm_backward.cases(
    Case(GRAD, X, GAMMA),
    Case(GRAD, X, GAMMA, eps=7.0),
    Case(GRAD[::-1], X, GAMMA),
    Case(GRAD, X[::-1], GAMMA),
    Case(GRAD, X, GAMMA[::-1]),
    Case(GRAD[:1], X[:1], GAMMA, eps=1.0),
    Case((np.arange(60.0) % 7).reshape(BIG.shape), BIG, GAMMA),
    Case(GRAD.astype(np.float32), *SINGLE[:2], eps=1.0),
)


@batch_norm_backward.draws
def _(rng):
    x = draw_x(rng)
    if x.size == x.shape[1]:
        return None
    drawn = {"grad_output": whole(rng, *x.shape), "x": x, "gamma": rng.choice(SCALES, x.shape[1])}
    drawn = in_one_dtype(rng, drawn | draw_options(rng, "eps"))
    # Near 0 the root makes large numbers of what rounding leaves of a difference.
    return drawn | {"eps": 1.0} if x.size == 2 * x.shape[1] or drawn["x"].dtype == np.float32 else drawn


batch_norm_backward.regions(**SHAPES, **NORMED, **TWO_NUMBERS)


batch_norm_backward.misconceptions(
    statistics_taken_for_constants=without(mean=False, product=False),
    variance_taken_for_a_constant=without(product=False),
    mean_taken_for_a_constant=without(mean=False),
    sums_not_divided=without(count=1),
    divided_by_the_images=lambda grad_output, x, gamma, eps: gradients(grad_output, x, gamma, eps, count=len(x)),
    scale_forgotten=without(scale=False),
    means_for_sums=lambda answer, N, H, W: (answer[0], answer[1] / (N * H * W), answer[2] / (N * H * W)),
    input_not_normalised=lambda grad_output, x, answer: (answer[0], (grad_output * x).sum(CHANNEL), answer[2]),
    scale_and_shift_exchanged=lambda answer: (answer[0], answer[2], answer[1]),
    scale_in_its_own_gradient=lambda answer, gamma: (answer[0], answer[1] * gamma, answer[2]),
    sums_over_images_alone=lambda grad_output, x, answer: (answer[0], answer[1], grad_output.sum(0)),
    divided_twice_by_the_root=lambda x, answer, eps: (answer[0] / np.sqrt(over(x, CHANNEL)[1] + eps), *answer[1:]),
)


# Folding


@question(points=2, minutes=20, difficulty=2, count=80, outputs=("folded_kernels", "folded_bias"), keeps_dtype=True,
          axes={"kernels": "C_out C_in kH kW", "folded_kernels": "C_out C_in kH kW", "folded_bias": "C_out"}
          | dict.fromkeys(("bias", "gamma", "beta", "running_mean", "running_var"), "C_out"))  # fmt: skip
def fold(kernels, bias, gamma, beta, running_mean, running_var, *, eps=1e-5):
    """The convolution that does the work of a batch normalisation behind it, in evaluation."""
    return folded(kernels, bias, gamma, beta, running_mean, running_var, eps)


KERNELS, BIAS = np.array([[[[1, 2]]], [[[0, 3]]]], float), np.array([1.0, 4.0])
FOUR = GAMMA, BETA, MEAN, VAR
fold.cases(
    Case(KERNELS, BIAS, *FOUR),
    Case(KERNELS, BIAS, *FOUR, eps=7.0),
    Case(KERNELS + 1, BIAS, *FOUR),
    Case(KERNELS, BIAS[::-1], *FOUR),
    Case(KERNELS, BIAS, GAMMA[::-1], BETA, MEAN, VAR),
    Case(KERNELS, BIAS, GAMMA, BETA[::-1], MEAN, VAR),
    Case(KERNELS, BIAS, GAMMA, BETA, MEAN[::-1], VAR),
    Case(KERNELS, BIAS, GAMMA, BETA, MEAN, VAR[::-1]),
    Case(np.arange(24.0).reshape(2, 2, 3, 2), BIAS, *FOUR),
    Case(np.array([1, 5, 2, 2, 5, 1.0]).reshape(1, 1, 3, 2) + BIAS[:, None, None, None], BIAS, *FOUR),
    Case(KERNELS.astype(np.float32), BIAS.astype(np.float32), *SINGLE[1:]),
)


@fold.draws
def _(rng):
    C_out, C_in, kH, kW = (either(rng, (1, 4), (1, 5)) for _ in range(4))
    kernels = symmetric_at_times(rng, whole(rng, C_out, C_in, kH, kW))
    drawn = {"kernels": kernels, "bias": whole(rng, C_out)} | draw_four(rng, C_out)
    return in_one_dtype(rng, drawn | draw_options(rng, "eps"))


fold.regions(
    one_filter=lambda C_out: C_out == 1,
    one_input_channel=lambda C_in: C_in == 1,
    as_many_filters_as_channels=lambda C_out, C_in: C_out == C_in,
    one_tap=lambda kH, kW: kH * kW == 1,
    higher_kernel=lambda kH, kW: kH > kW,
    as_wide_as_filters=lambda C_out, kW: C_out == kW,
    in_float32=SHAPES["in_float32"],
    negative_scale=SHAPES["negative_scale"],
    a_bias_of_zero=lambda bias: bool((bias == 0).any()),
)


fold.misconceptions(
    old_bias_forgotten=folding(lambda b, scale, beta, mean: beta - mean * scale),
    old_bias_not_scaled=folding(lambda b, scale, beta, mean: beta + b - mean * scale),
    mean_not_scaled=folding(lambda b, scale, beta, mean: beta + b * scale - mean),
    mean_added=folding(lambda b, scale, beta, mean: beta + (b + mean) * scale),
    mean_forgotten=folding(lambda b, scale, beta, mean: beta + b * scale),
    shift_scaled_too=folding(lambda b, scale, beta, mean: (beta + b - mean) * scale),
    shift_forgotten=folding(lambda b, scale, beta, mean: (b - mean) * scale),
    bias_left_as_it_was=folding(lambda b, *_: b),
    kernels_left_as_they_were=lambda kernels, answer: (kernels, answer[1]),
    root_forgotten=lambda kernels, bias, gamma, beta, running_mean, running_var, eps: folded(
        kernels, bias, gamma, beta, running_mean, (running_var + eps) ** 2, 0
    ),
    eps_outside_the_root=lambda kernels, bias, gamma, beta, running_mean, running_var, eps: folded(
        kernels, bias, gamma, beta, running_mean, (np.sqrt(running_var) + eps) ** 2, 0
    ),
    variance_forgotten=lambda kernels, bias, gamma, beta, running_mean: folded(
        kernels, bias, gamma, beta, running_mean, np.ones_like(gamma), 0
    ),
    scale_along_the_width=lambda kernels, gamma, running_var, eps, answer: (
        kernels * (gamma / np.sqrt(running_var + eps)), answer[1]
    ),
    scale_on_the_input_channels=lambda kernels, gamma, running_var, eps, answer: (
        kernels * beside(gamma / np.sqrt(running_var + eps)), answer[1]
    ),
)  # fmt: skip


# A broken layer


@question(points=3, minutes=30, difficulty=3, count=100, outputs=STATISTICS, keeps_dtype=True,
          axes={"x": "N C H W"} | ONE_EACH | OUTPUTS)  # fmt: skip
def norm_layer(x, gamma, beta, running_mean, running_var, *, training, momentum=0.1, eps=1e-5):
    """Batch normalisation in both modes. In evaluation the running statistics come back as they were."""
    return layer(x, gamma, beta, running_mean, running_var, training, momentum, eps)


norm_layer.broken(broken)
SHIFTED = X + np.array([1, 0])[:, None, None]
ARRAYS = X, GAMMA, BETA, MEAN, VAR
norm_layer.cases(
    *(Case(*ARRAYS, training=training) for training in (True, False)),
    *(Case(*ARRAYS, training=training, eps=7.0) for training in (True, False)),
    Case(*ARRAYS, training=True, momentum=0.5),
    *(Case(*(a[::-1] if n == place else a for n, a in enumerate(ARRAYS)), training=False) for place in range(5)),
    Case(SHIFTED, *ARRAYS[1:], training=True),
    Case(X[:1], *ARRAYS[1:], training=True, momentum=0.5),
    Case(BIG, *ARRAYS[1:], training=True),
    Case(*SINGLE, training=True),
)


@norm_layer.draws
def _(rng):
    drawn = draw_training(rng)
    return None if drawn is None else drawn | {"training": bool(rng.random() < 0.6)}


norm_layer.regions(**SHAPES, **NORMED, in_training=lambda training: training)
norm_layer.misconceptions(
    batch_still_used_in_evaluation=faulty(from_batch=True),
    momentum_still_reversed=faulty(reversed_momentum=True),
    images_still_apart=faulty(images_apart=True),
    only_the_mode_mended=faulty(reversed_momentum=True, images_apart=True),
    only_the_momentum_mended=faulty(from_batch=True, images_apart=True),
    only_the_axes_mended=faulty(from_batch=True, reversed_momentum=True),
    biased_variance_kept=lambda x, answer, training, running_mean, running_var, momentum: (
        (*answer[:2], moved(running_var, x.var(CHANNEL), momentum)) if training else answer
    ),
    moved_in_evaluation_too=lambda x, answer, running_mean, running_var, momentum: (
        answer[0], moved(running_mean, x.mean(CHANNEL), momentum),
        moved(running_var, unbiased(x.var(CHANNEL), x), momentum),
    ),
    running_statistics_in_both_modes=lambda x, gamma, beta, running_mean, running_var, eps, answer: (
        scaled(x, gamma, beta, beside(running_mean), beside(running_var), eps), *answer[1:]
    ),
)  # fmt: skip
