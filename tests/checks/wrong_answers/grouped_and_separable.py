"""Plausible wrong answers to the questions on groups, and which known mistake each may be called.

Half of them are right but for one region: ``changed(right, where)`` makes an answer wrong in a part of the cases alone.
"""

import numpy as np
from array_mistakes import changed

# What it costs: of short names for channels in and out, kernel, output and groups


def cost(i, o, k, n, g):
    return o * (i // g) * k * k, o * (i // g) * k * k * n * n


def where(condition, weights=None, macs=None):
    """Wrong in a part of the cases: other weights, with the MACs that follow, or other MACs alone."""

    def answer(i, o, k, n, g):
        right = cost(i, o, k, n, g)
        if not condition(i, o, k, n, g):
            return right
        found = weights(i, o, k, n, g) if weights else right[0]
        return found, macs(i, o, k, n, g) if macs else found * n * n

    return answer


def full(i, o, k, n, g):
    return i * o * k * k


GROUPED_COST = {
    "no groups": (where(lambda i, o, k, n, g: True, full), "groups_forgotten"),
    "no groups where depthwise": (where(lambda i, o, k, n, g: i == g > 1, full), ""),
    "no groups but where depthwise": (where(lambda i, o, k, n, g: i != g, full), ""),
    "no groups above 2": (where(lambda i, o, k, n, g: g > 2, full), ""),
    "no groups for 1x1": (where(lambda i, o, k, n, g: k == 1, full), ""),
    "no groups where more come out": (where(lambda i, o, k, n, g: o > i, full), ""),
    "both divided": (where(lambda *_: True, lambda i, o, k, n, g: (o // g) * (i // g) * k * k), "divided_twice"),
    "both divided where depthwise": (
        where(lambda i, o, k, n, g: i == g > 1, lambda i, o, k, n, g: (o // g) * (i // g) * k * k), "",
    ),
    "out divided": (where(lambda *_: True, lambda i, o, k, n, g: i * max(1, o // g) * k * k + (g > 1)), ""),
    "multiplied": (where(lambda *_: True, lambda i, o, k, n, g: i * o * k * k * g), "multiplied_by_groups"),
    "one side of the kernel": (where(lambda *_: True, lambda i, o, k, n, g: o * (i // g) * k), "kernel_not_squared"),
    "one side of kernels above 2": (where(lambda i, o, k, n, g: k > 2, lambda i, o, k, n, g: o * (i // g) * k), ""),
    "twice the kernel": (where(lambda *_: True, lambda i, o, k, n, g: o * (i // g) * 2 * k), ""),
    "with biases": (where(lambda *_: True, lambda i, o, k, n, g: o * (i // g) * k * k + o), ""),
    "with biases in the weights": (
        where(lambda *_: True, lambda i, o, k, n, g: o * (i // g) * k * k + o, lambda *a: cost(*a)[1]), "bias_counted",
    ),
    "one bias": (where(lambda *_: True, lambda i, o, k, n, g: o * (i // g) * k * k + 1), ""),
    "one side of the output": (where(lambda *_: True, None, lambda *a: cost(*a)[0] * a[3]), "places_not_squared"),
    "no places": (where(lambda *_: True, None, lambda *a: cost(*a)[0]), "places_forgotten"),
    "FLOPs": (where(lambda *_: True, None, lambda *a: 2 * cost(*a)[1]), ""),
    "one place too few": (where(lambda *_: True, None, lambda *a: cost(*a)[0] * (a[3] ** 2 - 1)), ""),
    "the input's places": (
        where(lambda *_: True, None, lambda *a: cost(*a)[0] * (a[3] + a[2] - 1) ** 2), "places_of_the_input",
    ),
    "the input's places for 3x3": (
        where(lambda i, o, k, n, g: k == 3, None, lambda *a: cost(*a)[0] * (a[3] + 2) ** 2), "",
    ),
    "MACs of one group": (where(lambda *_: True, None, lambda *a: cost(*a)[1] // a[4]), ""),
    "MACs without groups": (where(lambda *_: True, None, lambda *a: full(*a) * a[3] ** 2), ""),
    "the two exchanged": (lambda *a: cost(*a)[::-1], "weights_and_macs_exchanged"),
    "kernels up to 5": (lambda i, o, k, n, g: cost(i, o, min(k, 5), n, g), ""),
    "weights alone": (lambda *a: cost(*a)[0], ""),
    "floats": (lambda i, o, k, n, g: (o * i / g * k * k, o * i / g * k * k * n * n), ""),
    "kernel and output exchanged": (
        lambda i, o, k, n, g: (cost(i, o, n, k, g)[0], cost(i, o, n, k, g)[1]), "output_and_kernel_exchanged",
    ),
    "in and out exchanged": (
        where(lambda *_: True, lambda i, o, k, n, g: i * max(1, o // g) * k * k + (g > 1) * (o != i)), "",
    ),
    "at least one channel a group, of ten": (
        where(lambda i, o, k, n, g: g > 4, lambda i, o, k, n, g: o * max(2, i // g) * k * k + 1), "",
    ),
    "nothing": (lambda *a: None, ""),
}  # fmt: skip


def of_cost(answer):
    return lambda c_in, c_out, kernel, output, *, groups=1: answer(c_in, c_out, kernel, output, groups)


# In groups


def windows(x, kH, kW):
    return np.lib.stride_tricks.sliding_window_view(x, (kH, kW), axis=(1, 2))


def conv(x, weight, *, belongs=None, order=None):
    """By a loop over outputs; `belongs` says which group an output has, `order` permutes inputs."""
    C_out, C_group, kH, kW = weight.shape
    groups = len(x) // C_group
    x, out = x if order is None else x[order], []
    for c in range(C_out):
        group = c // (C_out // groups) if belongs is None else belongs(c, C_out, groups)
        seen = windows(x[group * C_group : (group + 1) * C_group], kH, kW)
        out.append(np.einsum("cijkl,ckl->ij", seen, weight[c]))
    return np.stack(out)


def several(x, weight):
    return len(x) > weight.shape[1]


def dealt(x, weight):
    return np.arange(len(x)).reshape(weight.shape[1], -1).T.ravel()


def dealing(x, weight):
    return conv(x, weight, order=dealt(x, weight))


def by_turns(x, weight):
    return conv(x, weight, belongs=lambda c, C_out, groups: c % groups)


def added(x, weight):
    found, groups = conv(x, weight), len(x) // weight.shape[1]
    return np.tile(found.reshape(groups, -1, *found.shape[1:]).sum(0), (groups, 1, 1))


GROUPED_CONV = changed(conv) | changed(conv, several) | {
    "inputs dealt out": (dealing, "inputs_dealt_out"),
    "inputs dealt out to three groups": (
        lambda x, w: (dealing if len(x) == 3 * w.shape[1] else conv)(x, w), "",
    ),
    "outputs by turns": (by_turns, ""),
    "outputs by turns where all is dealt out": (
        lambda x, w: conv(
            x, w, order=dealt(x, w),
            belongs=lambda c, C_out, groups: c % groups,
        ), "",
    ),
    "always the first group": (
        lambda x, w: conv(x, w, belongs=lambda *_: 0), "first_group_for_all",
    ),
    "always the last group": (lambda x, w: conv(x, w, belongs=lambda c, o, g: g - 1), ""),
    "last group first": (
        lambda x, w: conv(x, w, belongs=lambda c, o, g: g - 1 - c // (o // g)),
        "groups_in_reverse",
    ),
    "two groups at most": (
        lambda x, w: conv(x, w, belongs=lambda c, o, g: min(1, c // (o // g))), "",
    ),
    "groups added": (added, "groups_added"),
    "one group": (lambda x, w: conv(x, w)[: len(w) * w.shape[1] // len(x)], "first_group_alone"),
    "turned": (lambda x, w: conv(x, w[..., ::-1, ::-1]), "kernel_turned"),
    "mirrored": (lambda x, w: conv(x, w[..., ::-1]), ""),
    "mean over channels": (lambda x, w: conv(x, w) / w.shape[1], "channels_not_added"),
    "mean over the window": (lambda x, w: conv(x, w) / w[0].size, ""),
    "first channel of each group": (
        lambda x, w: conv(x, w * (np.arange(w.shape[1]) < 1)[:, None, None]), "",
    ),
    "kernels up to 3": (lambda x, w: conv(x, w * (np.arange(w.shape[3]) < 3)), ""),
    "padded": (
        lambda x, w: conv(
            np.pad(x, ((0, 0), (0, w.shape[2] - 1), (0, w.shape[3] - 1))), w
        ), "",
    ),
}  # fmt: skip


# A shuffle


def shuffle(x, groups):
    return x.reshape(groups, -1, *x.shape[1:]).swapaxes(0, 1).reshape(x.shape)


def back(x, groups):
    return x.reshape(-1, groups, *x.shape[1:]).swapaxes(0, 1).reshape(x.shape)


def several_groups(x, groups):
    return groups > 1


SHUFFLE_CHANNELS = changed(shuffle) | changed(shuffle, several_groups) | {
    "back": (back, "shuffled_back"),
    "back where groups are fewer than channels in one": (
        lambda x, groups: (back if groups**2 < len(x) else shuffle)(x, groups), "",
    ),
    "back where groups are more than channels in one": (
        lambda x, groups: (back if groups**2 > len(x) else shuffle)(x, groups), "",
    ),
    "as they are": (lambda x, groups: x, "not_shuffled"),
    "as they are, for two groups": (lambda x, groups: x if groups == 2 else shuffle(x, groups), ""),
    "reversed": (lambda x, groups: x[::-1], "channels_reversed"),
    "groups reversed": (
        lambda x, groups: x.reshape(groups, -1, *x.shape[1:])[::-1].reshape(x.shape), "groups_reversed",
    ),
    "one group on": (lambda x, groups: np.roll(x, len(x) // groups, 0), "moved_by_one_group"),
    "one channel on": (lambda x, groups: np.roll(x, 1, 0), ""),
    "pixels too": (lambda x, groups: x.reshape(groups, -1).T.reshape(x.shape), "pixels_shuffled_too"),
    "always two groups": (lambda x, groups: shuffle(x, 2) if len(x) % 2 == 0 else x, ""),
    "twice": (lambda x, groups: shuffle(shuffle(x, groups), groups), ""),
}


# Depthwise, then pointwise


def depthwise(x, weight, *, belongs=lambda c, m, c_in: c // m, kernel=lambda c, m, c_in: c):
    m = len(weight) // len(x)
    kH, kW = weight.shape[2:]
    seen = windows(x, kH, kW)
    return np.stack([
        np.einsum("ijkl,kl->ij", seen[belongs(c, m, len(x))], weight[kernel(c, m, len(x)), 0])
        for c in range(len(weight))
    ])  # fmt: skip


def separable(x, weight, pointwise, between=lambda array: array, **options):
    return np.tensordot(pointwise, between(depthwise(x, weight, **options)), axes=1)


def multiplied(x, weight, *_):
    return len(weight) > len(x)


def interleaved(x, weight, pointwise):
    order = np.arange(len(weight)).reshape(len(x), -1).T.ravel()
    return separable(x, weight, pointwise, lambda array: array[order])


SEPARABLE_CONV = changed(separable) | changed(separable, multiplied) | {
    "interleaved": (interleaved, "outputs_interleaved"),
    "interleaved where m is 2": (lambda x, d, p: (interleaved if len(d) == 2 * len(x) else separable)(x, d, p), ""),
    "channels by turns": (
        lambda x, d, p: separable(x, d, p, belongs=lambda c, m, c_in: c % c_in), "channels_taken_by_turns",
    ),
    "ReLU": (lambda x, d, p: separable(x, d, p, lambda array: np.maximum(array, 0)), "relu_in_between"),
    "ReLU at the end": (lambda x, d, p: np.maximum(separable(x, d, p), 0), ""),
    "absolute values in between": (lambda x, d, p: separable(x, d, p, abs), ""),
    "one kernel a channel": (
        lambda x, d, p: separable(x, d[:: len(d) // len(x)], p[:, :: len(d) // len(x)]), "multiplier_forgotten",
    ),
    "the first kernels": (lambda x, d, p: separable(x, d[: len(x)], p[:, : len(x)]), ""),
    "the first channels in between": (
        lambda x, d, p: np.tensordot(p[:, : len(x)], depthwise(x, d)[: len(x)], axes=1), "first_channels_between_alone",
    ),
    "depthwise alone": (lambda x, d, p: depthwise(x, d), "not_mixed"),
    "all added": (lambda x, d, p: separable(x, d, np.ones_like(p)), "channels_added_without_weights"),
    "pointwise transposed where square": (
        lambda x, d, p: separable(x, d, p.T if p.shape[0] == p.shape[1] > 1 else p + (p.shape[0] > 9)), "",
    ),
    "turned": (lambda x, d, p: separable(x, d[..., ::-1, ::-1], p), "kernel_turned"),
    "mean over channels": (lambda x, d, p: separable(x, d, p) / len(d), ""),
    "pointwise by rows reversed": (lambda x, d, p: separable(x, d, p[:, ::-1]), ""),
}


# The broken one


DEPTHWISE_CONV = changed(depthwise) | changed(depthwise, multiplied) | {
    "as it was": (
        lambda x, w: depthwise(x, w, belongs=lambda c, m, c_in: c % c_in, kernel=lambda c, m, c_in: c % c_in),
        "still_broken",
    ),
    "channel by turns": (lambda x, w: depthwise(x, w, belongs=lambda c, m, c_in: c % c_in), "kernel_mended_alone"),
    "kernel of the channel": (lambda x, w: depthwise(x, w, kernel=lambda c, m, c_in: c // m), "channel_mended_alone"),
    "kernel by turns": (lambda x, w: depthwise(x, w, kernel=lambda c, m, c_in: c % c_in), ""),
    "kernels interleaved": (lambda x, w: depthwise(x, w, kernel=lambda c, m, c_in: c % m * c_in + c // m), ""),
    "first kernel of each channel": (
        lambda x, w: depthwise(x, w, kernel=lambda c, m, c_in: c // m * m), "first_kernel_of_each_channel",
    ),
    "the first channel for all": (lambda x, w: depthwise(x, w, belongs=lambda c, m, c_in: 0), ""),
    "mean": (lambda x, w: depthwise(x, w) / w[0].size, "mean_for_sum"),
    "interleaved": (
        lambda x, w: depthwise(x, w)[np.arange(len(w)).reshape(len(x), -1).T.ravel()], "outputs_interleaved",
    ),
    "turned": (lambda x, w: depthwise(x, w[..., ::-1, ::-1]), ""),
    "all added": (lambda x, w: depthwise(x, w).sum(0), ""),
}


def as_it_is(answer):
    return answer


WRONG = {
    "grouped_cost": (of_cost, GROUPED_COST),
    "grouped_conv": (as_it_is, GROUPED_CONV),
    "shuffle_channels": (as_it_is, SHUFFLE_CHANNELS),
    "separable_conv": (as_it_is, SEPARABLE_CONV),
    "depthwise_conv": (as_it_is, DEPTHWISE_CONV),
}
