"""Plausible wrong answers to the questions on batch normalisation, and which known mistake each may be called.

About half of them are right but for one region. A check must reject them all, and accuse nobody of a mistake that is
not theirs.
"""

import numpy as np
from array_mistakes import CHANGES, put

from cnnbook.checks import batch_norm as questions

C = (0, 2, 3)  # the axes of a channel's numbers


def beside(a):
    return a[:, None, None]


def norm(x, gamma, beta, mean, var, eps=1e-5):
    return beside(gamma) * (x - mean) / np.sqrt(var + eps) + beside(beta)


def of(name, place=None):
    """From a change of the right answer, or of one output, and where it is made, a wrong answer."""
    right = getattr(questions, name).reference

    def making(change, where=None):
        def answer(*args, **options):
            found = right(*args, **options)
            if where is not None and not where(*args, **options):
                return found
            if place is None:
                return change(found)
            return tuple(change(a) if number == place else a for number, a in enumerate(found))

        return answer

    return making


# Where an answer is wrong by itself; the first argument tells the shape


def several_images(x, *_, **__):
    return len(x) > 1


def one_image(x, *_, **__):
    return len(x) == 1


def one_channel(x, *_, **__):
    return x.shape[1] == 1


def several_channels(x, *_, **__):
    return x.shape[1] > 1


def higher(x, *_, **__):
    return x.shape[-2] > x.shape[-1]


def single(x, *_, **__):
    return x.dtype == np.float32


def one_place(x, *_, **__):
    return x[0, 0].size == 1


def as_wide_as_channels(x, *_, **__):
    return x.shape[-1] == x.shape[1]


def with_eps(*_, **options):
    return "eps" in options


def with_momentum(*_, **options):
    return "momentum" in options


def negative(x, gamma, *_, **__):
    return (gamma < 0).any()


FLAT = {
    "one more": lambda a: put(a, 0, a[0] + 1),
    "last one less": lambda a: put(a, -1, a[-1] - 1),
    "the wrong way round": lambda a: a[::-1] + (len(a) == 1),
    "one too few": lambda a: a[:-1],
    "twice": lambda a: 2 * a + (a == 0),
    "in float64": lambda a: a.astype(float),
}


def flat(name, places, where=None, most=None):
    """These mistakes in outputs of one number a channel."""
    return {
        f"{output}: {text}": (of(name, place)(change, where), "")
        for place, output in places.items()
        for text, change in list(FLAT.items())[:most]
    }


def regional(name, place, wheres, change):
    return {f"wrong, {where.__name__}": (of(name, place)(change, where), "") for where in wheres}


def in_all(name, place, names):
    return {f"{text}, output {place}": (of(name, place)(CHANGES[text]), "") for text in names}


SOME = [
    "the first entry is one more", "the last entry is one less", "the last row is missing",
    "the last column is missing", "the first channel is missing", "cut at zero", "an axis too many", "flat",
    "one number", "strings", "columns the wrong way round", "rows the wrong way round",
]  # fmt: skip

# Evaluation


def eval_with(formula):
    def answer(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
        return formula(x, *map(beside, (gamma, beta, running_mean, running_var)), eps)

    return answer


EVAL = (
    in_all("batch_norm_eval", None, SOME[:8] + SOME[10:])
    | regional(
        "batch_norm_eval", None,
        [several_images, one_image, one_channel, several_channels, higher, single, one_place, as_wide_as_channels,
         with_eps, negative],
        lambda a: a + 1,
    )
    | {
        "batch": (
            lambda x, g, b, m, v, *, eps=1e-5: norm(x, g, b, x.mean(C, keepdims=True), x.var(C, keepdims=True), eps),
            "batch_statistics",
        ),
        "batch mean": (lambda x, g, b, m, v, *, eps=1e-5: norm(x, g, b, x.mean(C, keepdims=True), beside(v), eps), ""),
        "no root": (eval_with(lambda x, g, b, m, v, e: g * (x - m) / (v + e) + b), "root_forgotten"),
        "eps outside": (eval_with(lambda x, g, b, m, v, e: g * (x - m) / (np.sqrt(v) + e) + b), "eps_outside_the_root"),
        "no eps": (eval_with(lambda x, g, b, m, v, e: g * (x - m) / np.sqrt(v) + b), "eps_left_out"),
        "usual eps": (eval_with(lambda x, g, b, m, v, e: g * (x - m) / np.sqrt(v + 1e-5) + b), "ignores_eps"),
        "exchanged": (
            eval_with(lambda x, g, b, m, v, e: b * (x - m) / np.sqrt(v + e) + g), "scale_and_shift_exchanged",
        ),
        "no scale": (eval_with(lambda x, g, b, m, v, e: (x - m) / np.sqrt(v + e) + b), ""),
        "no shift": (eval_with(lambda x, g, b, m, v, e: g * (x - m) / np.sqrt(v + e)), ""),
        "no mean": (eval_with(lambda x, g, b, m, v, e: g * x / np.sqrt(v + e) + b), ""),
        "positive scale": (eval_with(lambda x, g, b, m, v, e: abs(g) * (x - m) / np.sqrt(v + e) + b), ""),
        "along the width": (
            lambda x, g, b, m, v, *, eps=1e-5: g * (x - m) / np.sqrt(v + eps) + b, "channels_along_the_width",
        ),
        "along the width, where that fits": (
            lambda x, g, b, m, v, *, eps=1e-5: (
                g * (x - m) / np.sqrt(v + eps) + b if x.shape[-1] == x.shape[1]
                else questions.batch_norm_eval.reference(x, g, b, m, v, eps=eps)
            ),
            "",
        ),
    }
)  # fmt: skip

# Training


def train_with(statistics):
    """Of mean and variance that normalise, and those that are kept."""

    def answer(x, gamma, beta, running_mean, running_var, *, momentum=0.1, eps=1e-5):
        n = x.size // x.shape[1]
        mean, var, new_mean, new_var = statistics(x, n, eps)
        output = norm(x, gamma, beta, mean, var, eps)
        kept = zip((running_mean, running_var), (new_mean, new_var), strict=True)
        return output, *((1 - momentum) * old + momentum * new for old, new in kept)

    return answer


def means(x):
    return x.mean(C, keepdims=True), x.var(C, keepdims=True), x.mean(C), x.var(C)


TRAIN = {
    "biased kept": (train_with(lambda x, n, e: means(x)), "biased_variance_kept"),
    "unbiased normalises": (
        train_with(lambda x, n, e: (*np.array_split(means(x)[0], 1), means(x)[1] * (n / (n - 1)), x.mean(C),
                                    x.var(C) * (n / (n - 1)))), "unbiased_variance_normalises",
    ),
    "unbiased of one image": (
        train_with(lambda x, n, e: (*means(x)[:3], x.var(C) * ((n / (n - 1)) if len(x) > 1 else 1))), "",
    ),
    "deviation kept": (
        train_with(lambda x, n, e: (*means(x)[:3], np.sqrt(x.var(C) * (n / (n - 1))))), "standard_deviation_kept",
    ),
    "eps kept": (train_with(lambda x, n, e: (*means(x)[:3], x.var(C) * (n / (n - 1)) + e)), "eps_kept"),
    "number of images": (
        np.errstate(all="ignore")(train_with(lambda x, n, e: (*means(x)[:3], x.var(C) * len(x) / (len(x) - 1)))),
        "images_counted_for_numbers",
    ),
    "n plus one": (train_with(lambda x, n, e: (*means(x)[:3], x.var(C) * (n / (n + 1)))), ""),
    "each image": (
        train_with(lambda x, n, e: (x.mean((2, 3), keepdims=True), x.var((2, 3), keepdims=True), x.mean((2, 3)),
                                    x.var((2, 3)) * (n / (n - 1)))), "each_image_by_itself",
    ),
    "each image, averaged": (
        train_with(lambda x, n, e: (x.mean((2, 3), keepdims=True), x.var((2, 3), keepdims=True), x.mean(C),
                                    x.var((2, 3)).mean(0) * (n / (n - 1)))), "",
    ),
    "images' variance kept": (
        train_with(lambda x, n, e: (*means(x)[:3], x.var((2, 3)).mean(0) * (n / (n - 1)))), "",
    ),
    "reversed": (
        lambda *a, momentum=0.1, **o: questions.batch_norm_train.reference(*a, momentum=1 - momentum, **o),
        "momentum_reversed",
    ),
    "usual momentum": (lambda *a, momentum=0.1, **o: questions.batch_norm_train.reference(*a, **o), "ignores_momentum"),
    "usual eps": (lambda *a, eps=1e-5, **o: questions.batch_norm_train.reference(*a, **o), "ignores_eps"),
    "stay": (lambda x, g, b, m, v, **o: (questions.batch_norm_train.reference(x, g, b, m, v, **o)[0], m, v),
             "running_statistics_stay"),
    "mean stays": (lambda x, g, b, m, v, **o: put_in(questions.batch_norm_train.reference(x, g, b, m, v, **o), 1, m),
                   ""),
    "evaluation": (
        lambda x, g, b, m, v, *, eps=1e-5, **o: (
            norm(x, g, b, beside(m), beside(v), eps),
            *questions.batch_norm_train.reference(x, g, b, m, v, eps=eps, **o)[1:],
        ),
        "running_statistics_normalise",
    ),
    "output alone": (lambda *a, **o: questions.batch_norm_train.reference(*a, **o)[0], ""),
    "exchanged": (of("batch_norm_train")(lambda found: (found[0], found[2], found[1])), ""),
    "output last": (of("batch_norm_train")(lambda found: (*found[1:], found[0])), ""),
} | flat("batch_norm_train", {2: "variance"}) | flat(
    "batch_norm_train", {1: "mean"}, several_channels, most=3
) | regional(
    "batch_norm_train", 0, [several_images, higher, single, with_momentum, as_wide_as_channels], lambda a: a - 1
)  # fmt: skip


def put_in(found, place, value):
    return tuple(value if number == place else a for number, a in enumerate(found))


# In company


def apart(change):
    """From the batch of all and the image alone."""

    def answer(image, others, gamma, beta):
        right = questions.company.reference(image, others, gamma, beta)
        return change(right, image, others, gamma, beta)

    return answer


def by(batch, image, gamma, beta, axes=C):
    mean, var = batch.mean(axes, keepdims=True), batch.var(axes, keepdims=True)
    return norm(image[None], gamma, beta, mean, var)[0]


def image_higher(image, *_):
    return image.shape[1] > image.shape[2]


def several_others(image, others, *_):
    return len(others) > 1


def one_other(image, others, *_):
    return len(others) == 1


def image_single(image, *_):
    return image.dtype == np.float32


def channels(image, *_):
    return len(image) > 1


COMPANY = {
    "exchanged": (of("company")(lambda found: found[::-1]), "outputs_exchanged"),
    "never in company": (of("company")(lambda found: (found[0], found[0])), "each_image_by_itself"),
    "never alone": (of("company")(lambda found: (found[1], found[1])), "always_in_company"),
    "others alone": (apart(lambda r, i, o, g, b: (r[0], by(o, i, g, b))), "others_measured_without_it"),
    "with one other": (apart(lambda r, i, o, g, b: (r[0], by(np.stack([i, o[0]]), i, g, b))), ""),
    "twice in the batch": (apart(lambda r, i, o, g, b: (r[0], by(np.stack([i, i, *o]), i, g, b))), ""),
    "all channels": (apart(lambda r, i, o, g, b: (r[0], by(np.stack([i, *o]), i, g, b, (0, 1, 2, 3)))), ""),
    "places": (apart(lambda r, i, o, g, b: (r[0], by(np.stack([i, *o]), i, g, b, 0))), "places_measured_apart"),
    "no scale": (apart(lambda r, i, o, g, b: questions.company.reference(i, o, 0 * g + 1, b)), ""),
    "no shift": (apart(lambda r, i, o, g, b: questions.company.reference(i, o, g, 0 * b)), ""),
    "batches of one": (of("company")(lambda found: (found[0][None], found[1][None])), ""),
    "in float64": (of("company")(lambda found: (found[0].astype(float), found[1].astype(float))), ""),
    "alone only": (of("company")(lambda found: found[0]), ""),
    "difference": (of("company")(lambda found: (found[0], found[1] - found[0])), ""),
    **in_all("company", 0, SOME[:3]),
    **in_all("company", 1, SOME[:8]),
    **regional(
        "company", 1, [image_higher, several_others, one_other, image_single, channels], lambda a: a + 1
    ),
}  # fmt: skip

# Backward


def back_with(bracket):
    """Of g, x_hat and n, the bracket of grad_x."""

    def answer(grad_output, x, gamma, *, eps=1e-5):
        mean, var = x.mean(C, keepdims=True), x.var(C, keepdims=True)
        s = np.sqrt(var + eps)
        x_hat, n = (x - mean) / s, x.size // x.shape[1]
        right = questions.batch_norm_backward.reference(grad_output, x, gamma, eps=eps)
        return beside(gamma) / s * bracket(grad_output, x_hat, n), *right[1:]

    return answer


def average(a):
    return a.mean(C, keepdims=True)


BACKWARD = {
    "constants": (back_with(lambda g, h, n: g), "statistics_taken_for_constants"),
    "no variance": (back_with(lambda g, h, n: g - average(g)), "variance_taken_for_a_constant"),
    "no mean": (back_with(lambda g, h, n: g - h * average(g * h)), "mean_taken_for_a_constant"),
    "sums": (back_with(lambda g, h, n: g - n * average(g) - h * n * average(g * h)), "sums_not_divided"),
    "plus": (back_with(lambda g, h, n: g + average(g) + h * average(g * h)), ""),
    "plus the product": (back_with(lambda g, h, n: g - average(g) + h * average(g * h)), ""),
    "unbiased": (back_with(lambda g, h, n: g - average(g) - h * average(g * h) * (n / (n - 1))), ""),
    "no x_hat": (back_with(lambda g, h, n: g - average(g) - average(g * h)), ""),
    "each image": (
        back_with(lambda g, h, n: g - g.mean((2, 3), keepdims=True) - h * (g * h).mean((2, 3), keepdims=True)), "",
    ),
    "no scale": (
        lambda g, x, gamma, **o: put_in(
            questions.batch_norm_backward.reference(g, x, gamma, **o), 0,
            questions.batch_norm_backward.reference(g, x, 0 * gamma + 1, **o)[0],
        ),
        "scale_forgotten",
    ),
    "means": (
        lambda g, x, gamma, **o: (
            (r := questions.batch_norm_backward.reference(g, x, gamma, **o))[0],
            r[1] / (x.size // x.shape[1]), r[2] / (x.size // x.shape[1]),
        ),
        "means_for_sums",
    ),
    "x": (
        lambda g, x, gamma, **o: put_in(
            questions.batch_norm_backward.reference(g, x, gamma, **o), 1, (g * x).sum(C)
        ),
        "input_not_normalised",
    ),
    "usual eps": (lambda *a, eps=1e-5: questions.batch_norm_backward.reference(*a), "ignores_eps"),
    "exchanged": (of("batch_norm_backward")(lambda r: (r[0], r[2], r[1])), "scale_and_shift_exchanged"),
    "a step": (of("batch_norm_backward")(lambda r: tuple(-a for a in r)), ""),
    **flat("batch_norm_backward", {1: "scale"}),
    **regional(
        "batch_norm_backward", 0, [several_images, one_channel, higher, single, with_eps, one_place], lambda a: a + 1
    ),
    **regional("batch_norm_backward", 2, [one_image, several_channels, as_wide_as_channels], lambda a: a + 1),
}  # fmt: skip

# Folding


def fold_with(bias_of):
    def answer(kernels, bias, gamma, beta, running_mean, running_var, *, eps=1e-5):
        scale = gamma / np.sqrt(running_var + eps)
        return kernels * scale[:, None, None, None], bias_of(bias, scale, beta, running_mean)

    return answer


def several_filters(kernels, *_, **__):
    return len(kernels) > 1


def one_filter(kernels, *_, **__):
    return len(kernels) == 1


def square(kernels, *_, **__):
    return len(kernels) == kernels.shape[1]


def zero_bias(kernels, bias, *_, **__):
    return (bias == 0).any()


FOLD = {
    "no old bias": (fold_with(lambda b, s, beta, m: beta - m * s), "old_bias_forgotten"),
    "old bias as it is": (fold_with(lambda b, s, beta, m: beta + b - m * s), "old_bias_not_scaled"),
    "mean as it is": (fold_with(lambda b, s, beta, m: beta + b * s - m), "mean_not_scaled"),
    "plus the mean": (fold_with(lambda b, s, beta, m: beta + (b + m) * s), "mean_added"),
    "no mean": (fold_with(lambda b, s, beta, m: beta + b * s), "mean_forgotten"),
    "shift scaled": (fold_with(lambda b, s, beta, m: (beta + b - m) * s), "shift_scaled_too"),
    "no shift": (fold_with(lambda b, s, beta, m: (b - m) * s), "shift_forgotten"),
    "old bias": (fold_with(lambda b, *_: b), "bias_left_as_it_was"),
    "shift alone": (fold_with(lambda b, s, beta, m: beta), ""),
    "usual eps": (lambda *a, eps=1e-5: questions.fold.reference(*a), "ignores_eps"),
    "no scale": (
        lambda k, b, g, *rest, **o: questions.fold.reference(k, b, 0 * g + 1, *rest, **o), "",
    ),
    "scale along the width": (
        lambda k, b, g, beta, m, v, *, eps=1e-5: (
            k * (g / np.sqrt(v + eps)), questions.fold.reference(k, b, g, beta, m, v, eps=eps)[1]
        ),
        "scale_along_the_width",
    ),
    "scale of shape (C, 1, 1)": (
        lambda k, b, g, beta, m, v, *, eps=1e-5: (
            k * beside(g / np.sqrt(v + eps)), questions.fold.reference(k, b, g, beta, m, v, eps=eps)[1]
        ),
        "scale_on_the_input_channels",
    ),
    "scale of input channels": (
        lambda k, b, g, beta, m, v, *, eps=1e-5: put_in(
            questions.fold.reference(k, b, g, beta, m, v, eps=eps), 0,
            k * (g / np.sqrt(v + eps))[None, :, None, None] if len(k) == k.shape[1]
            else questions.fold.reference(k, b, g, beta, m, v, eps=eps)[0],
        ),
        "",
    ),
    "exchanged": (of("fold")(lambda r: r[::-1]), ""),
    "kernels alone": (of("fold")(lambda r: r[0]), ""),
    "positive": (of("fold", 0)(lambda a: abs(a) + (a.min() >= 0)), ""),
    **in_all("fold", 0, SOME[:3]),
    **flat("fold", {1: "bias"}),
    **regional("fold", 0, [several_filters, one_filter, square, higher, single], lambda a: a + 1),
    **regional("fold", 1, [zero_bias, with_eps], lambda a: a + 1),
}  # fmt: skip

# The layer


def in_training(*_, training, **__):
    return training


def in_evaluation(*_, training, **__):
    return not training


def two_images_in_training(x, *_, training, **__):
    return training and len(x) > 1


def faulty(code, **faults):
    return questions.faulty(**faults), code


LAYER = {
    "as it was": faulty("still_broken", from_batch=True, reversed_momentum=True, images_apart=True),
    "batch": faulty("batch_still_used_in_evaluation", from_batch=True),
    "reversed": faulty("momentum_still_reversed", reversed_momentum=True),
    "apart": faulty("images_still_apart", images_apart=True),
    "mode": faulty("only_the_mode_mended", reversed_momentum=True, images_apart=True),
    "momentum": faulty("only_the_momentum_mended", from_batch=True, images_apart=True),
    "axes": faulty("only_the_axes_mended", from_batch=True, reversed_momentum=True),
    "usual momentum": (
        lambda *a, momentum=0.1, **o: questions.norm_layer.reference(*a, **o), "ignores_momentum",
    ),
    "usual eps": (lambda *a, eps=1e-5, **o: questions.norm_layer.reference(*a, **o), "ignores_eps"),
    "always training": (
        lambda *a, training, **o: questions.norm_layer.reference(*a, training=True, **o), "",
    ),
    "never training": (
        lambda *a, training, **o: questions.norm_layer.reference(*a, training=False, **o), "",
    ),
    "modes exchanged": (
        lambda *a, training, **o: questions.norm_layer.reference(*a, training=not training, **o), "",
    ),
    "output alone": (of("norm_layer")(lambda r: r[0]), ""),
    **in_all("norm_layer", 0, SOME[:3]),
    **flat("norm_layer", {2: "variance"}, in_training),
    **regional(
        "norm_layer", 0,
        [in_training, in_evaluation, two_images_in_training, several_images, higher, single, with_momentum],
        lambda a: a + 1,
    ),
    **regional("norm_layer", 1, [one_image, one_channel], lambda a: a + 1),
}  # fmt: skip


def as_it_is(answer):
    return answer


WRONG = {
    name: (as_it_is, answers)
    for name, answers in {
        "batch_norm_eval": EVAL,
        "batch_norm_train": TRAIN,
        "company": COMPANY,
        "batch_norm_backward": BACKWARD,
        "fold": FOLD,
        "norm_layer": LAYER,
    }.items()
}
