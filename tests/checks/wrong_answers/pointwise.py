"""Plausible wrong answers to the questions on 1x1 convolutions, and which known mistake each may be called.

Half of them are right but for one region: ``where`` makes an answer wrong in a part of the cases alone.
"""

import numpy as np


def put(array, place, value):
    array = array.copy()
    array[place] = value
    return array


def more(array, place):
    return put(array, place, array[place] + 1)


def as_it_is(answer):
    return answer


# Mistakes in an answer, of which each may be made in some cases alone

CHANGES = {
    "the first entry is one more": lambda a: more(a, (0,) * a.ndim),
    "the first row is one more": lambda a: more(a, (..., 0, slice(None))),
    "the last column is one more": lambda a: more(a, (..., -1)),
    "the first column is missing": lambda a: a[..., 1:],
    "rows the wrong way round": lambda a: a[..., ::-1, :] + (a.shape[-2] == 1),
    "columns the wrong way round": lambda a: a[..., ::-1] + (a.shape[-1] == 1),
    "cut at one": lambda a: np.minimum(a, 1) + (a.max() <= 1),
    "an axis too many": lambda a: a[None],
}
COUNTS = {
    "one more": lambda n: n + 1,
    "one less": lambda n: n - 1,
    "three times": lambda n: 3 * n + 1,
    "negative": lambda n: -n - 1,
    "as text": str,
    "nothing": lambda n: None,
}


def changed(right, changes, where=None, part=None):
    """Wrong answers of all these mistakes: everywhere or where a condition holds, in the answer or in one output."""

    def making(change):
        def answer(*args, **options):
            found = right(*args, **options)
            if where is not None and not where(*args, **options):
                return found
            return change(found) if part is None else (*found[:part], change(found[part]), *found[part + 1 :])

        return answer

    suffix = "" if where is None else f", {where.__name__.replace('_', ' ')}"
    return {f"{name}{suffix}{'' if part is None else f' in {part}'}": (making(f), "") for name, f in changes.items()}


def for_several_images(x, *others, **options):
    return len(x) > 1


def for_high_images(x, *others, **options):
    return x.shape[-2] > 2


# One matrix at every pixel


def as_columns(x):
    return x.reshape(*x.shape[:2], -1)


def conv(x, w, b):
    return np.einsum("oc,nchw->nohw", w, x) + b[:, None, None]


POINTWISE_CONV = changed(conv, CHANGES) | changed(conv, CHANGES, for_several_images) | {
    "no bias": (lambda x, w, b: conv(x, w, 0 * b), "bias_forgotten"),
    "bias taken away": (lambda x, w, b: conv(x, w, -b), ""),
    "the first bias for all": (lambda x, w, b: conv(x, w, 0 * b + b[0]), ""),
    "the mean bias": (lambda x, w, b: conv(x, w, 0 * b + b.mean()), ""),
    "bias the wrong way round": (lambda x, w, b: conv(x, w, b[::-1]), ""),
    "bias for the first pixel alone": (
        lambda x, w, b: conv(x, w, 0 * b) + b[:, None, None] * (np.arange(x.shape[3]) == 0), "",
    ),
    "bias for the first image alone": (
        lambda x, w, b: conv(x, w, 0 * b) + b[:, None, None] * (np.arange(len(x)) == 0)[:, None, None, None], "",
    ),
    "bias along the columns": (lambda x, w, b: conv(x, w, 0 * b) + b, "bias_along_the_columns"),
    "filters the wrong way round": (lambda x, w, b: conv(x, w[::-1], b), ""),
    "channels the wrong way round": (lambda x, w, b: conv(x[:, ::-1], w, b), ""),
    "transposed where it is square": (lambda x, w, b: conv(x, w.T if len(w) == w.shape[1] else w, b), ""),
    "no ReLU needed": (lambda x, w, b: np.maximum(conv(x, w, b), 0), "relu_behind_it"),
    "absolute": (lambda x, w, b: abs(conv(x, w, b)), ""),
    "the first image for all": (lambda x, w, b: conv(0 * x + x[:1], w, b), ""),
    "the first channel alone": (lambda x, w, b: conv(x[:, :1], w[:, :1], b), ""),
    "first channel twice": (lambda x, w, b: conv(x, w, b) + conv(x[:, :1], w[:, :1], 0 * b), ""),
    "mean over channels": (lambda x, w, b: conv(x, w / w.shape[1], b), "mean_over_channels"),
    "maximum for sum": (
        lambda x, w, b: (w[None, :, :, None, None] * x[:, None]).max(2) + b[:, None, None], "",
    ),
    "transposed": (lambda x, w, b: (w.T @ as_columns(x) + b[:, None]).reshape(len(x), -1, *x.shape[2:]),
                   "matrix_transposed"),
    "bias along the pixels": (
        lambda x, w, b: (w @ as_columns(x) + b).reshape(len(x), -1, *x.shape[2:]), "bias_along_the_pixels",
    ),
    "channels last": (lambda x, w, b: np.moveaxis(x, 1, -1) @ w.T + b, "channels_last"),
    "mixed up": (
        lambda x, w, b: (w @ x.reshape(x.shape[1], -1) + b[:, None]).reshape(len(x), -1, *x.shape[2:]),
        "images_mixed_with_channels",
    ),
    "mixed on the way out": (
        lambda x, w, b: conv(x, w, b).swapaxes(0, 1).reshape(len(x), -1, *x.shape[2:]), "output_not_brought_back",
    ),
}  # fmt: skip


# What a bottleneck costs


def macs(n, i, o, w, *, kernel=3):
    return n * n * (i * w + kernel * kernel * w * w + w * o)


def for_more_out_than_in(n, i, o, w, *, kernel=3):
    return o > i


def for_even_kernels(n, i, o, w, *, kernel=3):
    return kernel % 2 == 0


def counts(formula):
    return lambda n, i, o, w, *, kernel=3: n * n * formula(i, o, w, kernel)


BOTTLENECK_MACS = changed(macs, COUNTS) | changed(macs, COUNTS, for_more_out_than_in) | changed(
    macs, COUNTS, for_even_kernels
) | {
    "no way down": (counts(lambda i, o, w, k: k * k * w * w + w * o), "reduction_forgotten"),
    "no way up": (counts(lambda i, o, w, k: i * w + k * k * w * w), "widening_forgotten"),
    "the middle": (counts(lambda i, o, w, k: k * k * w * w), "only_the_middle"),
    "the 1x1": (counts(lambda i, o, w, k: i * w + w * o), "only_the_1x1"),
    "a plain convolution": (counts(lambda i, o, w, k: k * k * i * o), ""),
    "all three of the kernel": (counts(lambda i, o, w, k: k * k * (i * w + w * w + w * o)), ""),
    "up as wide as down": (counts(lambda i, o, w, k: 2 * i * w + k * k * w * w), ""),
    "down as wide as up": (counts(lambda i, o, w, k: 2 * o * w + k * k * w * w), ""),
    "depthwise in the middle": (counts(lambda i, o, w, k: i * w + k * k * w + w * o), "width_not_squared"),
    "k in the middle": (counts(lambda i, o, w, k: i * w + k * w * w + w * o), "kernel_not_squared"),
    "k doubled": (counts(lambda i, o, w, k: i * w + 2 * k * w * w + w * o), ""),
    "always 3x3": (counts(lambda i, o, w, k: i * w + 9 * w * w + w * o), "ignores_kernel"),
    "always 5x5": (counts(lambda i, o, w, k: i * w + 25 * w * w + w * o), ""),
    "no padding": (
        lambda n, i, o, w, *, kernel=3: n * n * i * w + max(0, n - kernel + 1) ** 2 * (kernel**2 * w * w + w * o), "",
    ),
    "one pixel": (lambda n, i, o, w, *, kernel=3: macs(1, i, o, w, kernel=kernel), "weights_counted"),
    "one row": (lambda n, i, o, w, *, kernel=3: n * macs(1, i, o, w, kernel=kernel), "one_axis_alone"),
    "FLOPs": (lambda n, i, o, w, *, kernel=3: 2 * macs(n, i, o, w, kernel=kernel), "flops_counted"),
    "the middle reads i": (counts(lambda i, o, w, k: i * w + k * k * i * w + w * o), "middle_reads_the_input"),
    "the middle makes o": (counts(lambda i, o, w, k: i * w + k * k * o * w + w * o), "middle_writes_the_output"),
}  # fmt: skip


# The widest one


def widest(n, i, o, budget, *, kernel=3, cost=macs):
    width = 0
    while cost(n, i, o, width + 1, kernel=kernel) <= budget:
        width += 1
    return width


def for_more_out(n, i, o, budget, *, kernel=3):
    return o > i


def for_large_budgets(n, i, o, budget, *, kernel=3):
    return budget > 500


def by(formula):
    return lambda n, i, o, budget, *, kernel=3: widest(n, i, o, budget, kernel=kernel, cost=counts(formula))


def then(change):
    return lambda n, i, o, budget, *, kernel=3: change(widest(n, i, o, budget, kernel=kernel), i, o)


WIDTHS = {name: change for name, change in COUNTS.items() if name != "one more"}
WIDEST_BOTTLENECK = changed(widest, WIDTHS) | changed(widest, COUNTS, for_more_out) | changed(
    widest, COUNTS, for_large_budgets
) | {
    "no way down": (by(lambda i, o, w, k: k * k * w * w + w * o), "reduction_forgotten"),
    "no way up": (by(lambda i, o, w, k: i * w + k * k * w * w), "widening_forgotten"),
    "the middle": (by(lambda i, o, w, k: k * k * w * w), "only_the_middle"),
    "the 1x1": (by(lambda i, o, w, k: i * w + w * o), ""),
    "always 3x3": (by(lambda i, o, w, k: i * w + 9 * w * w + w * o), "ignores_kernel"),
    "k in the middle": (by(lambda i, o, w, k: i * w + k * w * w + w * o), ""),
    "the middle makes o": (by(lambda i, o, w, k: i * w + k * k * o * w + w * o), ""),
    "one pixel": (lambda n, i, o, budget, *, kernel=3: widest(1, i, o, budget, kernel=kernel), "one_pixel_counted"),
    "one row": (lambda n, i, o, budget, *, kernel=3: widest(1, i, o, budget // n, kernel=kernel), ""),
    "not reached": (
        lambda n, i, o, budget, *, kernel=3: widest(n, i, o, budget - 1, kernel=kernel), "budget_not_to_be_reached",
    ),
    "one more": (then(lambda w, i, o: w + 1), "first_that_is_too_wide"),
    "even": (then(lambda w, i, o: w // 2 * 2), ""),
    "no wider than the output": (then(lambda w, i, o: min(w, o)), ""),
    "at most ten": (then(lambda w, i, o: min(w, 10)), ""),
    "at most eighty": (then(lambda w, i, o: min(w, 80)), ""),
    "at most two hundred": (then(lambda w, i, o: min(w, 200)), ""),
    "at most sixty-four": (then(lambda w, i, o: min(w, 64)), ""),
    "minus one for none": (then(lambda w, i, o: w or -1), ""),
    "at least one": (then(lambda w, i, o: w or 1), "at_least_one"),
}  # fmt: skip


# The backward pass


def backward(g, x, w):
    return np.einsum("oc,nohw->nchw", w, g), np.einsum("nohw,nchw->oc", g, x), g.sum((0, 2, 3))


PAIRS = {name: CHANGES[name] for name in list(CHANGES)[:9] if "round" not in name}
POINTWISE_BACKWARD = (
    changed(backward, CHANGES, None, 0)
    | changed(backward, PAIRS, for_several_images, 0)
    | changed(backward, PAIRS, for_high_images, 1)
    | changed(backward, {"one more": lambda a: a + 1, "the last one more": lambda a: more(a, -1)}, for_high_images, 2)
) | {
    "no sum of the bias over images": (
        lambda g, x, w: (*backward(g, x, w)[:2], g.sum((2, 3))), "bias_gradient_of_each_image",
    ),
    "no transpose": (
        lambda g, x, w: ((w @ as_columns(g)).reshape(x.shape), *backward(g, x, w)[1:]),
        "weight_in_the_place_of_its_transpose",
    ),
    "mean over the pixels": (
        lambda g, x, w: (backward(g, x, w)[0], *(a / g[0, 0].size for a in backward(g, x, w)[1:])), "mean_over_pixels",
    ),
    "mixed up": (
        lambda g, x, w: (
            (w.T @ g.reshape(len(w), -1)).reshape(x.shape),
            g.reshape(len(w), -1) @ x.reshape(w.shape[1], -1).T,
            g.reshape(len(w), -1).sum(1),
        ), "images_mixed_with_channels",
    ),
    "bias of the first image": (lambda g, x, w: (*backward(g, x, w)[:2], g[0].sum((1, 2))), ""),
    "bias of the first pixel": (lambda g, x, w: (*backward(g, x, w)[:2], g[:, :, 0, 0].sum(0)), ""),
    "weight of the first image": (
        lambda g, x, w: (backward(g, x, w)[0], backward(g[:1], x[:1], w)[1], g.sum((0, 2, 3))), "",
    ),
    "weight of the first pixel": (
        lambda g, x, w: (backward(g, x, w)[0], backward(g[..., :1], x[..., :1], w)[1], g.sum((0, 2, 3))), "",
    ),
    "weight transposed": (lambda g, x, w: (backward(g, x, w)[0], backward(g, x, w)[1].T, g.sum((0, 2, 3))),
                          "weight_gradient_transposed"),
    "step": (lambda g, x, w: tuple(-each for each in backward(g, x, w)), "sign_of_a_step"),
    "exchanged": (lambda g, x, w: backward(g, x, w)[::-1], ""),
    "two outputs": (lambda g, x, w: backward(g, x, w)[:2], ""),
    "mean over images": (
        lambda g, x, w: (backward(g, x, w)[0], *(each / len(x) for each in backward(g, x, w)[1:])), "mean_over_images",
    ),
    "all divided by the images": (lambda g, x, w: tuple(each / len(x) for each in backward(g, x, w)), ""),
    "gradient squared": (lambda g, x, w: backward(g * g, x, w), ""),
    "through a ReLU": (lambda g, x, w: (backward(g, x, w)[0] * (x > 0), *backward(g, x, w)[1:]), ""),
}  # fmt: skip


# The network at every pixel


def network(x, down, up):
    return np.einsum("om,nmhw->nohw", up, np.maximum(np.einsum("mc,nchw->nmhw", down, x), 0))


def linear(x, down, up):
    return np.einsum("oc,nchw->nohw", up @ down, x)


def mixed(x, down, up):
    flat = np.maximum(down @ x.reshape(x.shape[1], -1), 0)
    return (up @ flat).reshape(-1, len(x), *x.shape[2:]).swapaxes(0, 1)


PIXEL_NETWORK = changed(network, CHANGES) | changed(network, CHANGES, for_high_images) | {
    "no ReLU": (linear, "relu_left_out"),
    "ReLU behind": (lambda x, d, u: np.maximum(linear(x, d, u), 0), "relu_still_at_the_end"),
    "ReLU before": (lambda x, d, u: linear(np.maximum(x, 0), d, u), ""),
    "ReLU twice": (lambda x, d, u: np.maximum(network(x, d, u), 0), "relu_twice"),
    "minimum": (lambda x, d, u: -network(-x, d, u), ""),
    "leaky": (lambda x, d, u: 0.9 * network(x, d, u) + 0.1 * linear(x, d, u), ""),
    "way in": (mixed, "input_still_mixed"),
    "way out": (
        lambda x, d, u: network(x, d, u).swapaxes(0, 1).reshape(len(x), -1, *x.shape[2:]), "output_still_mixed",
    ),
    "first image": (lambda x, d, u: network(x, d, u)[:1], ""),
    "images the wrong way round": (lambda x, d, u: network(x[::-1], d, u), ""),
    "channels the wrong way round": (lambda x, d, u: network(x[:, ::-1], d, u), ""),
    "filters the wrong way round": (lambda x, d, u: network(x, d, u[::-1]), ""),
    "matrices of positive weights": (lambda x, d, u: network(x, np.maximum(d, 0), u), ""),
    "the second matrix of positive weights": (lambda x, d, u: network(x, d, np.maximum(u, 0)), ""),
    "mean over the channels between": (lambda x, d, u: network(x, d, u) / len(d), ""),
    "the first matrix alone": (lambda x, d, u: np.einsum("mc,nchw->nmhw", d, x), ""),
}  # fmt: skip


# Squeezing


def parts(image):
    mean = image.mean((1, 2), keepdims=True)
    pixels = (image - mean).reshape(len(image), -1)
    return mean, np.linalg.eigh(pixels @ pixels.T)[1]


def uncentred(image):
    pixels = image.reshape(len(image), -1)
    return np.linalg.eigh(pixels @ pixels.T)[1]


def kept(image, vectors, mean):
    return np.einsum("cd,dhw->chw", vectors @ vectors.T, image - mean) + mean


def squeeze(image, width):
    mean, vectors = parts(image)
    return kept(image, vectors[:, -width:], mean)


def for_several_channels(image, width):
    return width > 1


SQUEEZE = changed(squeeze, CHANGES) | changed(squeeze, CHANGES, for_several_channels) | {
    "the image": (lambda image, width: image.copy(), ""),
    "the mean": (lambda image, width: 0 * image + parts(image)[0], ""),
    "always one": (lambda image, width: squeeze(image, 1), ""),
    "always two": (lambda image, width: squeeze(image, min(2, len(image))), ""),
    "one less": (lambda image, width: squeeze(image, max(1, width - 1)), ""),
    "the worst": (lambda image, width: kept(image, parts(image)[1][:, :width], parts(image)[0]), "worst_channels_kept"),
    "grey": (lambda image, width: 0 * image + image.mean(0), ""),
    "cut at zero": (lambda image, width: np.maximum(squeeze(image, width), 0), ""),
    "first channels": (
        lambda image, width: kept(image, np.eye(len(image))[:, :width], parts(image)[0]), "first_channels_kept",
    ),
    "brightest channels": (
        lambda image, width: np.where(
            (np.argsort(np.argsort(-image.mean((1, 2)))) < width)[:, None, None], image, parts(image)[0]
        ), "",
    ),
    "twice": (lambda image, width: 2 * squeeze(image, width), ""),
    "transposed": (lambda image, width: squeeze(image.swapaxes(1, 2), width), ""),
    "not centred": (
        lambda image, width: kept(image, uncentred(image)[:, -width:], 0), "nothing_centred",
    ),
    "not centred, mean added": (
        lambda image, width: kept(image, uncentred(image)[:, -width:], 0) + parts(image)[0],
        "nothing_centred_mean_added",
    ),
    "directions not centred": (
        lambda image, width: kept(image, uncentred(image)[:, -width:], parts(image)[0]), "directions_not_centred",
    ),
    "mean added twice": (
        lambda image, width: kept(image, parts(image)[1][:, -width:], 0) + parts(image)[0],
        "mean_added_not_taken_away",
    ),
    "all but the best": (lambda image, width: image - squeeze(image, width) + parts(image)[0], ""),
    "channels the wrong way round": (lambda image, width: squeeze(image, width)[::-1], ""),
    "rounded": (lambda image, width: np.round(squeeze(image, width)), ""),
}  # fmt: skip

WRONG = {
    "pointwise_conv": (as_it_is, POINTWISE_CONV),
    "bottleneck_macs": (as_it_is, BOTTLENECK_MACS),
    "widest_bottleneck": (as_it_is, WIDEST_BOTTLENECK),
    "pointwise_backward": (as_it_is, POINTWISE_BACKWARD),
    "pixel_network": (as_it_is, PIXEL_NETWORK),
    "squeeze": (as_it_is, SQUEEZE),
}
