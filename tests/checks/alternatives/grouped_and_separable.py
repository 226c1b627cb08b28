"""Right answers to the questions on groups that go other ways than the reference."""

import numpy as np


def cost_by_listing(c_in, c_out, kernel, output, *, groups=1):
    """Each weight listed, and each place."""
    seen = [range(g * c_in // groups, (g + 1) * c_in // groups) for g in range(groups)]
    weights = sum(len(seen[c * groups // c_out]) for c in range(c_out)) * kernel * kernel
    return [weights, weights * output * output]


def cost_by_one_group(c_in, c_out, kernel, output, *, groups=1):
    one = (c_in // groups) * (c_out // groups) * kernel**2
    return one * groups, one * groups * output**2


def cost_in_numpy(c_in, c_out, kernel, output, *, groups=1):
    weights = np.prod([c_out, c_in // groups, kernel, kernel])
    return weights, weights * np.int64(output) ** 2


def by_concatenation(x, weight):
    groups = len(x) // weight.shape[1]
    parts = zip(np.split(x, groups), np.split(weight, groups), strict=True)
    return np.concatenate([_dense(part, filters) for part, filters in parts])


def by_zeros(x, weight):
    """An ordinary convolution, whose weights are zero beside the blocks."""
    groups = len(x) // weight.shape[1]
    C_out, C_group, kH, kW = weight.shape
    full = np.zeros((C_out, len(x), kH, kW))
    for c in range(C_out):
        start = c // (C_out // groups) * C_group
        full[c, start : start + C_group] = weight[c]
    return _dense(x, full)


def by_shifts(x, weight):
    """One shifted image for each tap."""
    groups = len(x) // weight.shape[1]
    (_, H, W), (C_out, C_group, kH, kW) = x.shape, weight.shape
    out = np.zeros((groups, C_out // groups, H - kH + 1, W - kW + 1))
    blocks = x.reshape(groups, C_group, H, W)
    filters = weight.reshape(groups, -1, C_group, kH, kW)
    for a in range(kH):
        for b in range(kW):
            moved = blocks[:, :, a : a + H - kH + 1, b : b + W - kW + 1]
            out += np.einsum("goc,gcij->goij", filters[..., a, b], moved)
    return out.reshape(C_out, H - kH + 1, W - kW + 1)


def by_numbers(x, weight):
    """Seven loops."""
    groups = len(x) // weight.shape[1]
    (_, H, W), (C_out, C_group, kH, kW) = x.shape, weight.shape
    out = [[[0.0] * (W - kW + 1) for _ in range(H - kH + 1)] for _ in range(C_out)]
    for c, g, i, j, a, b in np.ndindex(C_out, C_group, H - kH + 1, W - kW + 1, kH, kW):
        channel = c * groups // C_out * C_group + g
        out[c][i][j] += float(x[channel, i + a, j + b] * weight[c, g, a, b])
    return np.array(out)


def _dense(x, weight):
    (_, H, W), (C_out, _, kH, kW) = x.shape, weight.shape
    out = np.empty((C_out, H - kH + 1, W - kW + 1))
    for i, j in np.ndindex(out.shape[1:]):
        out[:, i, j] = weight.reshape(C_out, -1) @ x[:, i : i + kH, j : j + kW].ravel()
    return out


def shuffle_by_index(x, groups):
    size = len(x) // groups
    return x[[group * size + place for place in range(size) for group in range(groups)]]


def shuffle_by_strides(x, groups):
    return np.concatenate([x[place :: len(x) // groups] for place in range(len(x) // groups)])


def shuffle_by_places(x, groups):
    out = np.empty_like(x)
    for c in range(len(x)):
        group, place = divmod(c, len(x) // groups)
        out[place * groups + group] = x[c]
    return out


def shuffle_by_matrix(x, groups):
    order = np.arange(len(x)).reshape(groups, -1).T.ravel()
    return np.einsum("oc,chw->ohw", np.eye(len(x))[order], x)


def separable_with(grouped):
    def answer(x, depthwise, pointwise):
        return grouped(grouped(x, depthwise), pointwise[:, :, None, None])

    return answer


def separable_by_one_kernel(x, depthwise, pointwise):
    """As the one ordinary convolution that both together are."""
    kernels = depthwise[:, 0].reshape(len(x), -1, *depthwise.shape[2:])
    mixed = pointwise.reshape(len(pointwise), len(x), -1)
    return _dense(x, np.einsum("oim,imkl->oikl", mixed, kernels))


def separable_output_by_output(x, depthwise, pointwise):
    between = by_zeros(x, depthwise)
    return np.array([sum(w * b for w, b in zip(row, between, strict=True)) for row in pointwise])


def depthwise_by_channel(x, weight):
    out = []
    for channel, kernels in zip(x, np.split(weight, len(x)), strict=True):
        out += [_dense(channel[None], kernel[None])[0] for kernel in kernels]
    return np.stack(out)


def depthwise_by_repeating(x, weight):
    repeated = np.repeat(x, len(weight) // len(x), axis=0)
    return np.stack([_dense(r[None], w[None])[0] for r, w in zip(repeated, weight, strict=True)])


WAYS = [by_concatenation, by_zeros, by_shifts, by_numbers]
ALTERNATIVES = {
    "grouped_cost": [cost_by_listing, cost_by_one_group, cost_in_numpy],
    "grouped_conv": WAYS,
    "shuffle_channels": [shuffle_by_index, shuffle_by_strides, shuffle_by_places, shuffle_by_matrix],
    "separable_conv": [*map(separable_with, WAYS), separable_by_one_kernel, separable_output_by_output],
    "depthwise_conv": [*WAYS, depthwise_by_channel, depthwise_by_repeating],
}
