"""Plausible wrong answers to the questions on channels, and which known mistake each may be called: none, mostly.

Half of them are right but for one region. A check must reject them all, and accuse nobody of a mistake that is not
theirs.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def sums(x, weight):
    """All filters at all places: (C_out, places ...)."""
    axes = weight.ndim - 2
    out = 0
    sizes = [n - k + 1 for n, k in zip(x.shape[1:], weight.shape[2:], strict=True)]
    for tap in np.ndindex(weight.shape[2:]):
        part = x[(slice(None), *[slice(t, t + size) for t, size in zip(tap, sizes, strict=True)])]
        out = out + np.tensordot(weight[(slice(None), slice(None), *tap)], part, axes=1)
    assert out.ndim == 1 + axes
    return out


def where(right, condition, wrong):
    """Wrong where the condition holds, right elsewhere."""
    return lambda *arguments: (wrong if condition(*arguments) else right)(*arguments)


def partly(right, **regions):
    """Wrong answers by what goes wrong where; each region has a condition and what is answered there."""
    return {name.replace("_", " "): (where(right, *region), "") for name, region in regions.items()}


# What does it cost?


def of_cost(answer):
    return lambda c_in, c_out, image, kernel, *, bias=True: answer(c_in, c_out, *image, *kernel, bias)


def cost(i, o, H, W, h, w, b):
    return o * i * h * w + o * b, o * i * h * w * (H - h + 1) * (W - w + 1)


def no_macs(i, o, H, W, h, w, b):
    return cost(i, o, H, W, h, w, b)[0], 0


def one_more(i, o, H, W, h, w, b):
    return cost(i, o, H, W, h, w, b)[0] + 1, cost(i, o, H, W, h, w, b)[1]


def at_each_pixel(i, o, H, W, h, w, b):
    return cost(i, o, H, W, h, w, b)[0], o * i * h * w * H * W


def no_bias(i, o, H, W, h, w, b):
    return cost(i, o, H, W, h, w, False)


def places(i, o, H, W, h, w, b):
    return (H - h + 1) * (W - w + 1)


LAYER_COST = {
    "one kernel": (lambda i, o, *r: cost(1, o, *r), "one_kernel_for_all_inputs"),
    "one filter": (lambda i, o, *r: cost(i, 1, *r), "one_filter_for_all_outputs"),
    "a bias for each kernel": (lambda *r: (no_bias(*r)[0] + r[0] * r[1] * r[-1], cost(*r)[1]), "bias_for_each_kernel"),
    "a bias for each input": (lambda *r: (no_bias(*r)[0] + r[0] * r[-1], cost(*r)[1]), "bias_for_each_input"),
    "one bias": (lambda *r: (no_bias(*r)[0] + r[-1], cost(*r)[1]), "one_bias_for_the_layer"),
    "input size": (at_each_pixel, "input_size_for_output"),
    "no bias": (no_bias, "bias_never"),
    "always a bias": (lambda *r: cost(*r[:-1], True), "ignores_bias"),
    "bias the other way round": (lambda *r: cost(*r[:-1], not r[-1]), ""),
    "bias among MACs": (lambda *r: (cost(*r)[0], cost(*r)[0] * places(*r)), "bias_among_macs"),
    "weights at each place": (lambda *r: (cost(*r)[1] + r[1] * r[-1], cost(*r)[1]), "weights_for_each_place"),
    "square kernels": (lambda i, o, H, W, h, w, b: cost(i, o, H, W, h, min(h, W), b), ""),
    "square images": (lambda i, o, H, W, h, w, b: cost(i, o, H, max(H, w), h, w, b), ""),
    "stops without the first": (lambda i, o, H, W, *r: cost(i, o, H - 1, W - 1, *r), "first_place_forgotten"),
    "two slips at once": (lambda *r: (no_bias(*r)[0] + r[-1], at_each_pixel(*r)[1]), ""),
    "FLOPs": (lambda *r: (cost(*r)[0], 2 * cost(*r)[1]), "operations_for_macs"),
    "sides added": (lambda i, o, H, W, h, w, b: (o * (i * h * w + b), o * i * h * w * (H - h + W - w + 2)), ""),
    "sides of the kernel added": (lambda *r: (r[1] * (r[0] * (r[4] + r[5]) + r[6]), cost(*r)[1]), ""),
    "exchanged": (lambda *r: cost(*r)[::-1], "parameters_and_macs_exchanged"),
    **partly(
        cost,
        no_MACs_for_one_pixel=(lambda i, o, H, W, h, w, b: h * w == 1, no_macs),
        no_MACs_where_the_kernel_covers_the_image=(lambda i, o, H, W, h, w, b: (h, w) == (H, W), no_macs),
        each_pixel_for_square_images=(lambda i, o, H, W, h, w, b: H == W, at_each_pixel),
        each_pixel_for_square_kernels=(lambda i, o, H, W, h, w, b: h == w, at_each_pixel),
        each_pixel_for_wide_kernels=(lambda i, o, H, W, h, w, b: w > h, at_each_pixel),
        one_more_for_one_input=(lambda i, *r: i == 1, one_more),
        one_more_for_one_output=(lambda i, o, *r: o == 1, one_more),
        one_more_for_as_many=(lambda i, o, *r: i == o, one_more),
        one_more_for_more_outputs=(lambda i, o, *r: o > i, one_more),
        no_bias_for_one_output=(lambda i, o, *r: o == 1, no_bias),
        no_bias_for_one_input=(lambda i, *r: i == 1, no_bias),
        no_bias_for_as_many=(lambda i, o, *r: i == o, no_bias),
        no_bias_for_square_kernels=(lambda i, o, H, W, h, w, b: h == w, no_bias),
        one_more_for_large_kernels=(lambda i, o, H, W, h, w, b: h * w > 9, one_more),
        one_more_without_bias=(lambda *r: not r[-1], one_more),
    ),
}  # fmt: skip


# One filter


def of_filter(answer):
    return lambda x, weight, *, bias=0.0: answer(x, weight, bias)


def one(x, w, b):
    return sums(x, w[None])[0] + b


def first_channel(x, w, b):
    return one(x[:1], w[:1], b)


def flipped(x, w, b):
    return one(x, w[:, ::-1, ::-1], b)


def mean(x, w, b):
    return one(x, w, 0) / len(x) + b


def without_bias(x, w, b):
    return one(x, w, 0)


ONE_FILTER = {
    "not summed": (lambda x, w, b: np.stack([one(x[[c]], w[[c]], b) for c in range(len(x))]), "channels_not_summed"),
    "first channel": (first_channel, "first_channel_only"),
    "last channel": (lambda x, w, b: one(x[-1:], w[-1:], b), "last_channel_only"),
    "mean": (mean, "channels_averaged"),
    "mean with the bias": (lambda x, w, b: one(x, w, b) / len(x), ""),
    "first kernel": (lambda x, w, b: one(x, w[:1] + 0 * w, b), "one_kernel_for_all_inputs"),
    "last kernel": (lambda x, w, b: one(x, w[-1:] + 0 * w, b), ""),
    "kernels added": (lambda x, w, b: one(x[:1], w.sum(0)[None], b), ""),
    "all with all": (lambda x, w, b: one(x.sum(0)[None], w.sum(0)[None], b), ""),
    "bias for each channel": (lambda x, w, b: one(x, w, len(x) * b), "bias_for_each_input"),
    "bias for each tap": (lambda x, w, b: one(x, w, w.size * b), ""),
    "no bias": (without_bias, "ignores_bias"),
    "bias taken away": (lambda x, w, b: one(x, w, -b), ""),
    "flipped": (flipped, "kernel_flipped"),
    "channels reversed": (lambda x, w, b: one(x, w[::-1], b), ""),
    "flipped along rows": (lambda x, w, b: one(x, w[:, ::-1], b), ""),
    "flipped along columns": (lambda x, w, b: one(x, w[:, :, ::-1], b), ""),
    "windows added": (lambda x, w, b: one(x, np.ones_like(w), b), ""),
    "maximum": (
        lambda x, w, b: (sliding_window_view(x, w.shape[1:], (1, 2)) * w[:, None, None]).max((0, 3, 4)) + b, "",
    ),
    "transposed": (lambda x, w, b: one(x, w, b).T, ""),
    "an axis for the output": (lambda x, w, b: one(x, w, b)[None], ""),
    "ReLU": (lambda x, w, b: np.maximum(one(x, w, b), 0), "activation_too_early"),
    "a row short": (lambda x, w, b: one(x, w, b)[:-1], ""),
    "a row and a column short": (lambda x, w, b: one(x, w, b)[:-1, :-1], "last_places_forgotten"),
    **partly(
        one,
        flipped_for_one_channel=(lambda x, w, b: len(x) == 1, flipped),
        flipped_for_many_channels=(lambda x, w, b: len(x) > 2, flipped),
        flipped_for_square_kernels=(lambda x, w, b: w.shape[1] == w.shape[2], flipped),
        flipped_where_the_kernel_covers_the_image=(lambda x, w, b: x.shape == w.shape, flipped),
        mean_with_bias=(lambda x, w, b: b != 0, mean),
        mean_for_kernels_of_one_pixel=(lambda x, w, b: w[0].size == 1, mean),
        mean_for_wide_kernels=(lambda x, w, b: w.shape[2] > w.shape[1], mean),
        two_channels_at_most=(lambda x, w, b: len(x) > 2, lambda x, w, b: one(x[:2], w[:2], b)),
        three_channels_at_most=(lambda x, w, b: len(x) > 3, lambda x, w, b: one(x[:3], w[:3], b)),
        no_negative_bias=(lambda x, w, b: b < 0, without_bias),
        no_bias_for_one_channel=(lambda x, w, b: len(x) == 1, without_bias),
        no_bias_for_kernels_of_one_pixel=(lambda x, w, b: w[0].size == 1, without_bias),
        no_bias_where_the_kernel_covers_the_image=(lambda x, w, b: x.shape == w.shape, without_bias),
        first_channel_for_square_kernels=(lambda x, w, b: w.shape[1] == w.shape[2], first_channel),
        first_channel_for_wide_images=(lambda x, w, b: x.shape[2] > x.shape[1], first_channel),
    ),
}  # fmt: skip


# A layer


def of_arrays(answer):
    return lambda x, weight, bias: answer(x, weight, bias)


def before(x, w, b):
    return sums(x, w) + b[:, None, None]


def layer(x, w, b):
    return np.maximum(before(x, w, b), 0)


def first_filter(x, w, b):
    return layer(x, w[:1] + 0 * w, b)


def first_bias(x, w, b):
    return layer(x, w, b[0] + 0 * b)


CONV_LAYER = {
    "no ReLU": (before, "activation_forgotten"),
    "bias after ReLU": (lambda x, w, b: np.maximum(sums(x, w), 0) + b[:, None, None], "bias_after_activation"),
    "no bias": (lambda x, w, b: layer(x, w, 0 * b), "bias_forgotten"),
    "first bias": (first_bias, "one_bias_for_the_layer"),
    "last bias": (lambda x, w, b: layer(x, w, b[-1] + 0 * b), ""),
    "all biases": (lambda x, w, b: layer(x, w, b.sum() + 0 * b), ""),
    "bias for each input": (lambda x, w, b: layer(x, w, len(x) * b), "bias_for_each_input"),
    "first filter": (first_filter, "one_filter_for_all_outputs"),
    "last filter": (lambda x, w, b: layer(x, w[-1:] + 0 * w, b), ""),
    "filters reversed": (lambda x, w, b: layer(x, w[::-1], b), ""),
    "filters and biases reversed": (lambda x, w, b: layer(x, w, b)[::-1], ""),
    "outputs summed": (lambda x, w, b: layer(x, w, b).sum(0), "outputs_summed"),
    "outputs summed before ReLU": (lambda x, w, b: np.maximum(before(x, w, b).sum(0), 0), ""),
    "absolute": (lambda x, w, b: np.abs(before(x, w, b)), "absolute_value"),
    "channels last": (lambda x, w, b: layer(x, w, b).transpose(1, 2, 0), "channels_last"),
    "rows and columns exchanged": (lambda x, w, b: layer(x, w, b).transpose(0, 2, 1), ""),
    "first channel": (lambda x, w, b: layer(x[:1], w[:, :1], b), ""),
    "mean of channels": (lambda x, w, b: layer(x, w / len(x), b), ""),
    "flipped": (lambda x, w, b: layer(x, w[..., ::-1, ::-1], b), ""),
    "minimum": (lambda x, w, b: np.minimum(before(x, w, b), 0), ""),
    "leaky": (lambda x, w, b: np.where(before(x, w, b) > 0, before(x, w, b), before(x, w, b) / 8), ""),
    "one where positive": (lambda x, w, b: 1.0 * (before(x, w, b) > 0), ""),
    "a batch of one": (lambda x, w, b: layer(x, w, b)[None], ""),
    "ReLU on the input": (lambda x, w, b: before(np.maximum(x, 0), w, b), ""),
    **partly(
        layer,
        no_ReLU_for_one_output=(lambda x, w, b: len(w) == 1, before),
        no_ReLU_for_one_input=(lambda x, w, b: len(x) == 1, before),
        no_ReLU_for_square_kernels=(lambda x, w, b: w.shape[2] == w.shape[3], before),
        no_ReLU_where_all_is_negative=(lambda x, w, b: before(x, w, b).max() < 0, before),
        first_filter_for_as_many=(lambda x, w, b: len(x) == len(w) > 1, first_filter),
        first_filter_for_more_outputs=(lambda x, w, b: len(w) > len(x), first_filter),
        first_filter_for_kernels_of_one_pixel=(lambda x, w, b: w[0, 0].size == 1, first_filter),
        first_filter_for_wide_images=(lambda x, w, b: x.shape[2] > x.shape[1], first_filter),
        first_filter_for_one_input=(lambda x, w, b: len(x) == 1, first_filter),
        first_bias_for_two_outputs=(lambda x, w, b: len(w) == 2, first_bias),
        first_bias_for_one_input=(lambda x, w, b: len(x) == 1, first_bias),
        first_bias_where_the_kernel_covers_the_image=(lambda x, w, b: x.shape[1:] == w.shape[2:], first_bias),
        first_bias_for_square_kernels=(lambda x, w, b: w.shape[2] == w.shape[3], first_bias),
        first_bias_where_nothing_is_cut_off=(lambda x, w, b: layer(x, w, b).min() > 0, first_bias),
        first_bias_for_many_outputs=(lambda x, w, b: len(w) > 3, first_bias),
    ),
}  # fmt: skip


# A video


def of_video(answer):
    return lambda x, weight: answer(x, weight)


def backwards(x, w):
    return sums(x, w[:, :, ::-1])


def standing(x, w):
    right = sums(x, w)
    return right[:, :1] + 0 * right


def same_filter(x, w):
    return sums(x, w[:1] + 0 * w)


def long_enough(x, w):
    """As many frames of the video as the output has."""
    return x[:, : x.shape[1] - w.shape[2] + 1]


def ends(kD):
    """1 for the first frame of a kernel and for the last one, 0 between them."""
    return np.isin(np.arange(kD), [0, kD - 1])[:, None, None]


CONV_VIDEO = {
    "frames of the kernel reversed": (backwards, "kernel_frames_reversed"),
    "flipped": (lambda x, w: sums(x, w[..., ::-1, ::-1, ::-1]), "kernel_flipped"),
    "flipped in the frame": (lambda x, w: sums(x, w[..., ::-1, ::-1]), ""),
    "flipped along rows": (lambda x, w: sums(x, w[..., ::-1, :]), ""),
    "first frame of the kernel": (lambda x, w: sums(long_enough(x, w), w[:, :, :1]), "first_frame_of_kernel_only"),
    "last frame of the kernel": (lambda x, w: sums(x[:, w.shape[2] - 1 :], w[:, :, -1:]), ""),
    "kernel on one frame": (lambda x, w: sums(long_enough(x, w), w.sum(2, keepdims=True)), "kernel_frames_added"),
    "mean of the frames": (lambda x, w: sums(x, w) / w.shape[2], "kernel_frames_averaged"),
    "first and last frame of the kernel": (lambda x, w: sums(x, w * ends(w.shape[2])), ""),
    "first two frames of the kernel": (
        lambda x, w: sums(x[:, : x.shape[1] - max(0, w.shape[2] - 2)], w[:, :, :2]), "first_two_frames_only",
    ),
    "first stop": (lambda x, w: sums(x, w)[:, :1], "first_stop_only"),
    "last stop": (lambda x, w: sums(x, w)[:, -1:], ""),
    "first stop, without its axis": (lambda x, w: sums(x, w)[:, 0], ""),
    "no move": (standing, "kernel_does_not_move"),
    "frames added": (lambda x, w: sums(x, w).sum(1), "frames_added"),
    "first channel": (lambda x, w: sums(x[:1], w[:, :1]), "first_channel_only"),
    "last channel": (lambda x, w: sums(x[-1:], w[:, -1:]), ""),
    "mean of channels": (lambda x, w: sums(x, w) / len(x), ""),
    "same filter": (same_filter, "one_filter_for_all_outputs"),
    "filters reversed": (lambda x, w: sums(x, w[::-1]), ""),
    "outputs summed": (lambda x, w: sums(x, w).sum(0), ""),
    "frames first": (lambda x, w: sums(x, w).swapaxes(0, 1), "frames_first"),
    "frames last": (lambda x, w: np.moveaxis(sums(x, w), 1, -1), ""),
    "output backwards": (lambda x, w: sums(x, w)[:, ::-1], ""),
    "a frame short": (lambda x, w: sums(x, w)[:, :-1], "last_stop_forgotten"),
    "a frame, a row and a column short": (lambda x, w: sums(x, w)[:, :-1, :-1, :-1], "last_places_forgotten"),
    "ReLU": (lambda x, w: np.maximum(sums(x, w), 0), ""),
    **partly(
        sums,
        backwards_for_one_channel=(lambda x, w: len(x) == 1, backwards),
        backwards_for_several_channels=(lambda x, w: len(x) > 1, backwards),
        backwards_for_one_output=(lambda x, w: len(w) == 1, backwards),
        backwards_where_the_kernel_is_as_long_as_the_video=(lambda x, w: x.shape[1] == w.shape[2], backwards),
        backwards_for_kernels_of_one_pixel=(lambda x, w: w[0, 0, 0].size == 1, backwards),
        backwards_for_long_videos=(lambda x, w: x.shape[1] > 3, backwards),
        standing_for_kernels_of_one_frame=(lambda x, w: w.shape[2] == 1, standing),
        standing_for_kernels_of_several_frames=(lambda x, w: w.shape[2] > 1, standing),
        standing_for_one_output=(lambda x, w: len(w) == 1, standing),
        standing_for_one_channel=(lambda x, w: len(x) == 1, standing),
        same_filter_for_kernels_of_one_frame=(lambda x, w: w.shape[2] == 1, same_filter),
        same_filter_for_one_channel=(lambda x, w: len(x) == 1, same_filter),
        same_filter_for_two_outputs=(lambda x, w: len(w) == 2, same_filter),
        same_filter_for_three_outputs=(lambda x, w: len(w) == 3, same_filter),
        same_filter_where_the_kernel_covers_a_frame=(lambda x, w: x.shape[2:] == w.shape[3:], same_filter),
    ),
}  # fmt: skip


# Channels last


def of_weights(answer):
    return lambda weight: answer(weight)


def order(w):
    return w.transpose(2, 3, 1, 0)


def cut_anew(w):
    return w.reshape(order(w).shape)


def columns_first(w):
    return w.transpose(3, 2, 1, 0)


def outputs_before(w):
    return w.transpose(2, 3, 0, 1)


TO_TENSORFLOW = {
    "reshape": (cut_anew, "reshaped"),
    "all reversed": (columns_first, "all_axes_reversed"),
    "like images": (lambda w: w.transpose(0, 2, 3, 1), "weights_like_images"),
    "outputs before inputs": (outputs_before, "inputs_and_outputs_exchanged"),
    "the way back": (lambda w: w.transpose(3, 2, 0, 1), "the_way_back"),
    "left": (lambda w: w, ""),
    "inputs first": (lambda w: w.transpose(1, 2, 3, 0), ""),
    "inputs and outputs exchanged": (lambda w: w.swapaxes(0, 1), ""),
    "rows and columns exchanged": (lambda w: w.swapaxes(2, 3), ""),
    "outputs moved to the end": (lambda w: np.moveaxis(w, 0, -1), ""),
    "columns first": (lambda w: w.transpose(3, 0, 1, 2), ""),
    "flipped": (lambda w: order(w[..., ::-1, ::-1]), ""),
    "filters reversed": (lambda w: order(w[::-1]), ""),
    "channels reversed": (lambda w: order(w[:, ::-1]), ""),
    "an axis more": (lambda w: order(w)[None], ""),
    "as a matrix": (lambda w: order(w).reshape(-1, len(w)), ""),
    "as a list of filters": (lambda w: order(w).ravel(), ""),
    "Fortran's reshape": (lambda w: w.reshape(order(w).shape, order="F"), ""),
    **partly(
        order,
        reshape_for_as_many=(lambda w: w.shape[0] == w.shape[1] > 1, cut_anew),
        reshape_for_square_kernels=(lambda w: w.shape[2] == w.shape[3], cut_anew),
        reshape_for_one_input=(lambda w: w.shape[1] == 1, cut_anew),
        reshape_for_one_output=(lambda w: w.shape[0] == 1, cut_anew),
        reshape_for_many_outputs=(lambda w: w.shape[0] > 3, cut_anew),
        reversed_for_square_kernels=(lambda w: w.shape[2] == w.shape[3], columns_first),
        reversed_for_wide_kernels=(lambda w: w.shape[3] > w.shape[2], columns_first),
        reversed_for_high_kernels=(lambda w: w.shape[3] < w.shape[2], columns_first),
        reversed_for_one_output=(lambda w: w.shape[0] == 1, columns_first),
        reversed_for_one_input=(lambda w: w.shape[1] == 1, columns_first),
        outputs_before_for_as_many=(lambda w: w.shape[0] == w.shape[1], outputs_before),
        outputs_before_for_more_outputs=(lambda w: w.shape[0] > w.shape[1], outputs_before),
        outputs_before_for_fewer_outputs=(lambda w: w.shape[0] < w.shape[1], outputs_before),
        outputs_before_for_square_kernels=(lambda w: w.shape[2] == w.shape[3], outputs_before),
        outputs_before_for_kernels_of_one_row=(lambda w: w.shape[2] == 1, outputs_before),
    ),
}  # fmt: skip


# A broken layer


def nhwc(x, w, b):
    out = np.stack([sums(image.transpose(2, 0, 1), w.transpose(3, 2, 0, 1)) for image in x])
    return out.transpose(0, 2, 3, 1) + b


def first_kernel(x, w, b):
    return nhwc(x, w[:, :, :1] + 0 * w, b)


def bias_again(x, w, b):
    return nhwc(x, w, b * x.shape[3])


def broken(x, w, b):
    return first_kernel(x, w, b * x.shape[3])


CONV_NHWC = {
    "still broken": (broken, "still_broken"),
    "bias mended": (first_kernel, "only_the_bias_mended"),
    "kernel mended": (bias_again, "only_the_kernel_mended"),
    "last kernel": (lambda x, w, b: nhwc(x, w[:, :, -1:] + 0 * w, b), ""),
    "last kernel and the bias again": (lambda x, w, b: nhwc(x, w[:, :, -1:] + 0 * w, b * x.shape[3]), ""),
    "no bias": (lambda x, w, b: nhwc(x, w, 0 * b), "bias_taken_out"),
    "no bias, first kernel": (lambda x, w, b: first_kernel(x, w, 0 * b), ""),
    "bias for every tap": (lambda x, w, b: nhwc(x, w, b * w[..., 0].size), "bias_for_every_tap"),
    "bias for every row and column": (lambda x, w, b: nhwc(x, w, b * w[..., 0, 0].size), ""),
    "bias twice": (lambda x, w, b: nhwc(x, w, 2 * b), ""),
    "first bias": (lambda x, w, b: nhwc(x, w, b[0]), ""),
    "biases reversed": (lambda x, w, b: nhwc(x, w, b[::-1]), ""),
    "channels first": (lambda x, w, b: nhwc(x, w, b).transpose(0, 3, 1, 2), "channels_first"),
    "rows and columns exchanged": (lambda x, w, b: nhwc(x, w, b).swapaxes(1, 2), ""),
    "first image": (lambda x, w, b: nhwc(x, w, b)[:1], "first_image_only"),
    "images added": (lambda x, w, b: nhwc(x, w, b).sum(0), ""),
    "first channel": (lambda x, w, b: nhwc(x[..., :1], w[:, :, :1], b), ""),
    "mean of channels": (lambda x, w, b: nhwc(x, w / x.shape[3], b), ""),
    "flipped": (lambda x, w, b: nhwc(x, w[::-1, ::-1], b), ""),
    "channels of the kernel reversed": (lambda x, w, b: nhwc(x, w[:, :, ::-1], b), ""),
    "first filter": (lambda x, w, b: nhwc(x, w[..., :1] + 0 * w, b), ""),
    "outputs summed": (lambda x, w, b: nhwc(x, w, b).sum(3, keepdims=True), ""),
    "ReLU": (lambda x, w, b: np.maximum(nhwc(x, w, b), 0), ""),
    **partly(
        nhwc,
        broken_for_two_channels=(lambda x, w, b: x.shape[3] == 2, broken),
        broken_for_three_channels=(lambda x, w, b: x.shape[3] > 2, broken),
        broken_for_one_image=(lambda x, w, b: len(x) == 1, broken),
        broken_for_several_images=(lambda x, w, b: len(x) > 1, broken),
        broken_for_one_output=(lambda x, w, b: len(b) == 1, broken),
        broken_for_square_kernels=(lambda x, w, b: w.shape[0] == w.shape[1], broken),
        first_kernel_for_square_kernels=(lambda x, w, b: w.shape[0] == w.shape[1], first_kernel),
        first_kernel_for_kernels_of_one_pixel=(lambda x, w, b: w[..., 0, 0].size == 1, first_kernel),
        first_kernel_where_the_kernel_covers_the_image=(lambda x, w, b: x.shape[1:3] == w.shape[:2], first_kernel),
        first_kernel_for_one_output=(lambda x, w, b: len(b) == 1, first_kernel),
        first_kernel_for_several_outputs=(lambda x, w, b: len(b) > 1, first_kernel),
        bias_again_for_one_output=(lambda x, w, b: len(b) == 1, bias_again),
        bias_again_for_one_image=(lambda x, w, b: len(x) == 1, bias_again),
        bias_again_for_two_channels=(lambda x, w, b: x.shape[3] == 2, bias_again),
        bias_again_for_kernels_of_one_pixel=(lambda x, w, b: w[..., 0, 0].size == 1, bias_again),
    ),
}  # fmt: skip

WRONG = {
    "layer_cost": (of_cost, LAYER_COST),
    "one_filter": (of_filter, ONE_FILTER),
    "conv_layer": (of_arrays, CONV_LAYER),
    "conv_video": (of_video, CONV_VIDEO),
    "to_tensorflow": (of_weights, TO_TENSORFLOW),
    "conv_nhwc": (of_arrays, CONV_NHWC),
}
