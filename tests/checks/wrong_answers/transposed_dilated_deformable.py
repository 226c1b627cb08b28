"""Plausible wrong answers on transposed, dilated and deformable kernels, and which known mistake each may be called.

Half of them are right but for one region: ``where`` makes an answer wrong in a part of the cases alone.
"""

import numpy as np
from answering import through
from array_mistakes import changed


def pad(array, before, after):
    return np.pad(array, (before, after))


def is_in(wrong, right, where):
    """Wrong where a condition on the arguments holds, and right elsewhere."""
    return lambda *args: (wrong if where(*args) else right)(*args)


# How large? Of short names: numbers, kernel, stride, padding, output padding, dilation


def size(n, k, s, p, a, d):
    return s * (n - 1) + d * (k - 1) + 1 - 2 * p + a


def sized(wrong, where=None):
    return wrong if where is None else is_in(wrong, size, where)


def convolved(n, k, s, p, a, d):
    return (n + 2 * p - d * (k - 1) - 1) // s + 1 + a


TRANSPOSED_SIZE = {
    "that of the convolution": (sized(convolved), "size_of_the_convolution"),
    "that of the convolution at stride 1": (sized(convolved, lambda n, k, s, p, a, d: s == 1), ""),
    "padding added": (sized(lambda *g: size(*g) + 4 * g[3]), "padding_added"),
    "padding added where there is dilation": (sized(lambda *g: size(*g) + 4 * g[3], lambda *g: g[5] > 1), ""),
    "padding once": (sized(lambda *g: size(*g) + g[3]), "padding_on_one_side"),
    "padding once for even kernels": (sized(lambda *g: size(*g) + g[3], lambda *g: g[1] % 2 == 0), ""),
    "padding times stride": (sized(lambda n, k, s, p, a, d: size(n, k, s, p * s, a, d)), ""),
    "padding times dilation": (sized(lambda n, k, s, p, a, d: size(n, k, s, p * d, a, d)), ""),
    "padding of one at most": (sized(lambda n, k, s, p, a, d: size(n, k, s, min(p, 1), a, d)), ""),
    "stride times all": (sized(lambda *g: size(*g) + g[2]), "one_step_too_many"),
    "stride times all but the first for one tap": (sized(lambda *g: size(*g) + g[2], lambda *g: g[1] == 1), ""),
    "stride times size": (sized(lambda n, k, s, p, a, d: s * n - 2 * p + a), "stride_times_size"),
    "stride times size for kernels as wide": (
        sized(lambda n, k, s, p, a, d: s * n - 2 * p + a + 1, lambda n, k, s, p, a, d: k == s), "",
    ),
    "just stride times size": (sized(lambda n, k, s, p, a, d: s * n), ""),
    "zeros between": (sized(lambda n, k, s, p, a, d: size(n, k, s + 1, p, a, d)), "stride_for_zeros_between"),
    "zeros between, from stride 2": (
        sized(lambda n, k, s, p, a, d: size(n, k, s + (s > 1), p, a, d)), "",
    ),
    "zeros in the kernel": (
        sized(lambda n, k, s, p, a, d: n - 1 + s * d * (k - 1) + 1 - 2 * p + a), "zeros_into_the_kernel",
    ),
    "zeros in the kernel, undilated": (
        sized(lambda n, k, s, p, a, d: n - 1 + s * (k - 1) + 1 - 2 * p + a), "",
    ),
    "output padding twice": (sized(lambda *g: size(*g) + g[4]), "output_padding_on_both_sides"),
    "output padding twice at stride 2": (sized(lambda *g: size(*g) + g[4], lambda *g: g[2] == 2), ""),
    "output padding taken away": (sized(lambda *g: size(*g) - 2 * g[4]), ""),
    "output padding of one at most": (sized(lambda n, k, s, p, a, d: size(n, k, s, p, min(a, 1), d)), ""),
    "output padding before the stride": (sized(lambda n, k, s, p, a, d: size(n + a, k, s, p, 0, d)), ""),
    "no output padding": (sized(lambda n, k, s, p, a, d: size(n, k, s, p, 0, d)), "ignores_output_padding"),
    "no dilation": (sized(lambda n, k, s, p, a, d: size(n, k, s, p, a, 1)), "ignores_dilation"),
    "no dilation of 2": (sized(lambda n, k, s, p, a, d: size(n, k, s, p, a, 1 if d == 2 else d)), ""),
    "dilation for zeros": (sized(lambda n, k, s, p, a, d: size(n, k, s, p, a, d + 1)), "dilation_for_zeros_between"),
    "dilation times kernel": (sized(lambda n, k, s, p, a, d: s * (n - 1) + d * k - 2 * p + a), ""),
    "no stride": (sized(lambda n, k, s, p, a, d: size(n, k, 1, p, a, d)), "ignores_stride"),
    "one too few": (sized(lambda *g: size(*g) - 1), ""),
    "one too few of one number": (sized(lambda *g: size(*g) - 1, lambda *g: g[0] == 1), ""),
    "at least as many": (sized(lambda *g: max(g[0], size(*g))), ""),
    "at least the kernel": (sized(lambda *g: max(g[1], size(*g))), ""),
    "a float": (sized(lambda *g: float(size(*g))), ""),
    "nothing": (sized(lambda *g: None), ""),
}  # fmt: skip


def of_size(answer):
    return through(answer, stride=1, padding=0, output_padding=0, dilation=1)


# Stamps


def stamps(x, kernel, stride=1, *, put=None, apart=None):
    """Added up, unless `put` says what becomes of what is there; `apart` says how far the stamps are."""
    (H, W), (kH, kW) = x.shape, kernel.shape
    down, right = apart or (stride, stride)
    output = np.zeros((down * (H - 1) + kH, right * (W - 1) + kW))
    if put is None:
        for a, b in np.ndindex(kH, kW):
            output[a : a + down * H : down, b : b + right * W : right][:H, :W] += x * kernel[a, b]
        return output
    for i, j in np.ndindex(H, W):
        place = np.s_[i * down : i * down + kH, j * right : j * right + kW]
        output[place] = put(output[place], x[i, j] * kernel)
    return output


def spread(array, step):
    wide = np.zeros(step * np.subtract(array.shape, 1) + 1)
    wide[::step, ::step] = array
    return wide


def stamp(x, kernel, *, stride=1):
    return stamps(x, kernel, stride)


def for_high_kernels(image, kernel, **options):
    return kernel.shape[0] > 2


def with_options(image, kernel, **options):
    return bool(options)


def counted(x, k, s):
    return np.maximum(1, stamps(np.ones_like(x), np.ones_like(k), s))


STAMP = changed(stamp, for_high_kernels) | {
    "overwritten": (lambda x, k, *, stride=1: stamps(x, k, stride, put=lambda _, new: new), "stamps_overwritten"),
    "overwritten at stride 1": (
        lambda x, k, *, stride=1: stamps(x, k, stride, put=lambda old, new: new + old * (stride > 1)), "",
    ),
    "the larger one": (lambda x, k, *, stride=1: stamps(x, k, stride, put=np.maximum), ""),
    "averaged": (lambda x, k, *, stride=1: stamps(x, k, stride) / counted(x, k, stride), "overlaps_averaged"),
    "zeros in the kernel": (lambda x, k, *, stride=1: stamps(x, spread(k, stride)), "zeros_into_the_kernel"),
    "zeros in both": (lambda x, k, *, stride=1: stamps(x, spread(k, stride), stride), ""),
    "turned": (lambda x, k, *, stride=1: stamps(x, k[::-1, ::-1], stride), "kernel_turned"),
    "upside down": (lambda x, k, *, stride=1: stamps(x, k[::-1], stride), ""),
    "transposed where square": (
        lambda x, k, *, stride=1: stamps(x, k.T if k.shape[0] == k.shape[1] else k, stride), "",
    ),
    "every stride-th place": (
        lambda x, k, *, stride=1: stamps(x, k)[::stride, ::stride], "convolved_for_transposed",
    ),
    "every stride-th number": (lambda x, k, *, stride=1: stamps(x[::stride, ::stride], k), ""),
    "one more apart": (lambda x, k, *, stride=1: stamps(x, k, stride + 1), "stride_for_zeros_between"),
    "side by side": (lambda x, k, *, stride=1: np.kron(x, k), "one_stamp_beside_the_other"),
    "at least side by side": (
        lambda x, k, *, stride=1: stamps(x, k, apart=tuple(max(stride, n) for n in k.shape)), "",
    ),
    "room for one more": (
        lambda x, k, *, stride=1: pad(stamps(x, k, stride), 0, stride), "room_for_one_step_more",
    ),
    "stride times as large": (
        lambda x, k, *, stride=1: pad(stamps(x, k, stride), 0, stride)[: stride * len(x), : stride * x.shape[1]],
        "output_as_large_as_stride_times_input",
    ),
    "as large as the input": (lambda x, k, *, stride=1: stamps(x, k, stride)[: len(x), : x.shape[1]], ""),
    "no stride": (lambda x, k, *, stride=1: stamps(x, k), "ignores_stride"),
    "stride down alone": (lambda x, k, *, stride=1: stamps(x, k, apart=(stride, 1)), ""),
    "stride across alone": (lambda x, k, *, stride=1: stamps(x, k, apart=(1, stride)), ""),
    "two at most": (lambda x, k, *, stride=1: stamps(x, k, min(2, stride)), ""),
}  # fmt: skip


# Dilated


def correlate(image, kernel, steps=1):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel)[::steps, ::steps]


def dilated(image, kernel, *, dilation=1):
    return correlate(image, spread(kernel, dilation))


def roomy(image, kernel):
    """Zeros below and to the right, where the kernel would not fit."""
    more = [(0, max(0, k - size)) for k, size in zip(kernel.shape, image.shape, strict=True)]
    return correlate(np.pad(image, more), kernel)


def one_way(kernel, dilation, axis):
    wide = spread(kernel, dilation)
    return wide[:, ::dilation] if axis == 0 else wide[::dilation]



DILATED_CORRELATE = changed(dilated, with_options) | {
    "zeros between": (
        lambda x, k, *, dilation=1: roomy(x, spread(k, dilation + 1)), "dilation_for_zeros_between",
    ),
    "zeros between, where it fits": (
        lambda x, k, *, dilation=1: (
            correlate(x, spread(k, dilation + 1))
            if (np.subtract(x.shape, (dilation + 1) * np.subtract(k.shape, 1)) > 0).all()
            else dilated(x, k, dilation=dilation)
        ), "",
    ),
    "zeros in the image": (lambda x, k, *, dilation=1: correlate(spread(x, dilation), k), "zeros_into_the_image"),
    "a stride": (lambda x, k, *, dilation=1: correlate(x, k, dilation), "stride_for_dilation"),
    "a stride too": (lambda x, k, *, dilation=1: correlate(x, spread(k, dilation), dilation), "steps_dilated_too"),
    "rows alone": (lambda x, k, *, dilation=1: correlate(x, one_way(k, dilation, 0)), "rows_alone"),
    "columns alone": (lambda x, k, *, dilation=1: correlate(x, one_way(k, dilation, 1)), "columns_alone"),
    "turned": (lambda x, k, *, dilation=1: dilated(x, k[::-1, ::-1], dilation=dilation), "kernel_turned"),
    "turned where dilated": (
        lambda x, k, *, dilation=1: dilated(x, k[::-1, ::-1] if dilation > 1 else k, dilation=dilation), "",
    ),
    "mirrored": (lambda x, k, *, dilation=1: dilated(x, k[:, ::-1], dilation=dilation), ""),
    "zeros after the last": (
        lambda x, k, *, dilation=1: dilated(x, k, dilation=dilation)[
            : max(0, len(x) - dilation * len(k) + 1), : max(0, x.shape[1] - dilation * k.shape[1] + 1)
        ], "zeros_after_the_last_tap",
    ),
    "no dilation": (lambda x, k, *, dilation=1: correlate(x, k), "ignores_dilation"),
    "two at most": (lambda x, k, *, dilation=1: dilated(x, k, dilation=min(2, dilation)), ""),
    "no dilation, but the right shape": (
        lambda x, k, *, dilation=1: correlate(x, k)[
            : len(x) - dilation * (len(k) - 1), : x.shape[1] - dilation * (k.shape[1] - 1)
        ], "",
    ),
    "padded to the image": (
        lambda x, k, *, dilation=1: dilated(
            np.pad(x, [(0, dilation * (n - 1)) for n in k.shape]), k, dilation=dilation
        ), "",
    ),
}  # fmt: skip


# Between pixels


def pixel(image, i, j):
    return image[i, j] if 0 <= i < len(image) and 0 <= j < image.shape[1] else 0.0


def clamped(image, i, j):
    return image[np.clip(i, 0, len(image) - 1), np.clip(j, 0, image.shape[1] - 1)]


def wrapped(image, i, j):
    return image[i % len(image), j % image.shape[1]]


def as_python_counts(image, i, j):
    return image[i, j] if -len(image) <= i < len(image) and -image.shape[1] <= j < image.shape[1] else 0.0


def mix(near, y, x):
    (a, b), (c, d) = near
    down = (1 - x) * (c - a) + x * (d - b)
    return (1 - y) * ((1 - x) * a + x * b) + y * ((1 - x) * c + x * d), down, (1 - y) * (b - a) + y * (d - c)


def cell(image, down, right, pixel=pixel, floor=np.floor):
    top, left = int(floor(down)), int(floor(right))
    near = [[pixel(image, i, j) for j in (left, left + 1)] for i in (top, top + 1)]
    return near, down - top, right - left


def read(image, down, right, **ways):
    return mix(*cell(image, down, right, **ways))


def another(change):
    """Another value or slope, from the right ones, the four pixels and the place in their cell."""

    def answer(image, down, right):
        near, y, x = cell(image, down, right)
        return change(*mix(near, y, x), near, y, x)

    return answer


def only(change, where):
    return is_in(change, read, where)


def outside(image, down, right):
    return not (0 <= down <= len(image) - 1 and 0 <= right <= image.shape[1] - 1)


def exchanged(image, down, right):
    return read(image, right, down)


def nearest(image, down, right):
    return pixel(image, int(np.floor(down + 0.5)), int(np.floor(right + 0.5))), 0.0, 0.0


def silent(image, down, right):
    return 0.0, 0.0, 0.0


BILINEAR = {
    "exchanged": (exchanged, "down_and_right_exchanged"),
    "exchanged in high images": (only(exchanged, lambda image, *_: len(image) > image.shape[1]), ""),
    "exchanged, slopes put back": (lambda *a: tuple(exchanged(*a)[k] for k in (0, 2, 1)), ""),
    "slopes exchanged": (another(lambda v, d, r, *_: (v, r, d)), "slopes_exchanged"),
    "shares exchanged": (another(lambda v, d, r, near, y, x: mix(near, 1 - y, 1 - x)), "shares_exchanged"),
    "shares exchanged down": (another(lambda v, d, r, near, y, x: mix(near, 1 - y, x)), ""),
    "shares exchanged across": (another(lambda v, d, r, near, y, x: mix(near, y, 1 - x)), ""),
    "edge repeated": (lambda *a: read(*a, pixel=clamped), "edge_repeated"),
    "edge repeated above": (only(lambda *a: read(*a, pixel=clamped), lambda image, down, right: down < 0), ""),
    "edge repeated at the right": (
        only(lambda *a: read(*a, pixel=clamped), lambda image, down, right: right > image.shape[1] - 1), "",
    ),
    "around": (lambda *a: read(*a, pixel=wrapped), ""),
    "index below 0": (lambda *a: read(*a, pixel=as_python_counts), "counted_from_the_end"),
    "row below 0": (
        lambda *a: read(*a, pixel=lambda image, i, j: pixel(image, i + len(image) * (i == -1), j)), "",
    ),
    "cut towards 0": (lambda *a: read(*a, floor=np.trunc), "cut_towards_zero"),
    "rounded": (lambda *a: read(*a, floor=np.round), ""),
    "ceiling": (lambda *a: read(*a, floor=lambda n: np.ceil(n) - 1), ""),
    "nearest": (nearest, "nearest_pixel"),
    "nearest with slopes": (lambda *a: (nearest(*a)[0], *read(*a)[1:]), ""),
    "upper left slopes": (
        another(lambda v, d, r, near, y, x: (v, near[1][0] - near[0][0], near[0][1] - near[0][0])),
        "slopes_of_the_upper_left",
    ),
    "lower slope": (another(lambda v, d, r, near, y, x: (v, d, near[1][1] - near[1][0])), ""),
    "slope mixed the other way": (
        another(lambda v, d, r, near, y, x: (v, mix(near, y, 1 - x)[1], mix(near, 1 - y, x)[2])), "",
    ),
    "opposite slopes": (another(lambda v, d, r, *_: (v, -d, -r)), "slopes_negative"),
    "opposite slope down": (another(lambda v, d, r, *_: (v, -d, r)), ""),
    "opposite slope to the right": (another(lambda v, d, r, *_: (v, d, -r)), ""),
    "steepness": (another(lambda v, d, r, *_: (v, abs(d), abs(r))), ""),
    "half the slopes": (another(lambda v, d, r, *_: (v, d / 2, r / 2)), ""),
    "nothing outside": (only(silent, outside), "points_outside_read_nothing"),
    "nothing above and left": (only(silent, lambda image, down, right: down < 0 or right < 0), ""),
    "no slopes outside": (only(another(lambda v, d, r, *_: (v, 0, 0)), outside), ""),
    "no slopes on a pixel": (
        only(another(lambda v, d, r, *_: (v, 0, 0)), lambda image, down, right: down % 1 == right % 1 == 0), "",
    ),
    "no slope down on a row": (
        only(another(lambda v, d, r, *_: (v, 0, r)), lambda image, down, right: down % 1 == 0), "",
    ),
    "the last pixel belongs to nobody": (only(silent, lambda image, down, right: down == len(image) - 1), ""),
    "mean of four": (another(lambda v, d, r, near, *_: (float(np.mean(near)), d, r)), ""),
    "no negative value": (another(lambda v, d, r, *_: (max(v, 0), d, r)), ""),
    "whole numbers": (another(lambda v, d, r, *_: (round(v), d, r)), ""),
    "the value alone": (lambda *a: read(*a)[0], ""),
    "an array": (lambda *a: np.array(read(*a)), ""),
    "nothing": (lambda *a: None, ""),
}  # fmt: skip


# By inserted zeros


def transposed(x, kernel, *, stride=1, padding=0):
    H, W = (stride * (n - 1) + k for n, k in zip(x.shape, kernel.shape, strict=True))
    return stamps(x, kernel, stride)[padding : H - padding, padding : W - padding]


def faulty(x, kernel, stride, padding, *, kept=False, after=False, one=False):
    """As the broken function, with some of its faults."""
    more, (kH, kW) = (stride - 1) * after, kernel.shape
    wide = np.pad(spread(x, stride), ((kH - 1, kH - 1 + more), (kW - 1, kW - 1 + more)))
    output = correlate(wide, kernel if kept else kernel[::-1, ::-1])
    end = [size - (0 if one else padding) for size in output.shape]
    return output[padding : end[0], padding : end[1]]


def with_faults(**faults):
    return lambda x, k, *, stride=1, padding=0: faulty(x, k, stride, padding, **faults)


TRANSPOSED_CONV = changed(transposed, for_high_kernels) | {
    "as it was": (with_faults(kept=True, after=True, one=True), "still_broken"),
    "kernel": (with_faults(kept=True), "kernel_still_not_turned"),
    "zeros": (with_faults(after=True), "zeros_still_after_the_last"),
    "cut": (with_faults(one=True), "end_still_not_cut"),
    "zeros and cut": (with_faults(after=True, one=True), "only_the_kernel_mended"),
    "kernel and cut": (with_faults(kept=True, one=True), "only_the_zeros_mended"),
    "kernel and zeros": (with_faults(kept=True, after=True), "only_the_cut_mended"),
    "upside down": (
        lambda x, k, *, stride=1, padding=0: faulty(x, k[:, ::-1], stride, padding), "kernel_turned_upside_down_alone",
    ),
    "mirrored": (lambda x, k, *, stride=1, padding=0: faulty(x, k[::-1], stride, padding), ""),
    "cut at the end alone": (
        lambda x, k, *, stride=1, padding=0: stamps(x, k, stride)[
            : stride * (len(x) - 1) + len(k) - padding, : stride * (x.shape[1] - 1) + k.shape[1] - padding
        ], "",
    ),
    "a slice that is empty without padding": (
        lambda x, k, *, stride=1, padding=0: stamps(x, k, stride)[padding:-padding, padding:-padding], "",
    ),
    "padding put around": (lambda x, k, *, stride=1, padding=0: pad(stamps(x, k, stride), padding, padding), ""),
    "no padding": (lambda x, k, *, stride=1, padding=0: stamps(x, k, stride), "ignores_padding"),
    "no stride": (
        lambda x, k, *, stride=1, padding=0: stamps(x, k)[
            padding : len(x) - 1 + len(k) - padding, padding : x.shape[1] - 1 + k.shape[1] - padding
        ], "ignores_stride",
    ),
    "overwritten": (
        lambda x, k, *, stride=1, padding=0: stamps(x, k, stride, put=lambda _, new: new)[
            padding : stride * (len(x) - 1) + len(k) - padding,
            padding : stride * (x.shape[1] - 1) + k.shape[1] - padding,
        ], "",
    ),
}  # fmt: skip


# Large again

THREE, FOUR, TWO = np.ones((3, 3)) / 4, np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 16, np.ones((2, 2))


def enlarged(three=THREE, four=FOUR, two=TWO, ends=(0, 1, 1, 1), *, repeat=None):
    """The three images, by other kernels, cut at other ends, or repeated in another way."""

    def answer(image):
        flat, smooth = (stamps(image, kernel, 2) for kernel in (three, four))
        a, b, c, d = ends
        flat, smooth = (
            array[start : array.shape[0] - end, start : array.shape[1] - end]
            for array, start, end in ((flat, a, b), (smooth, c, d))
        )
        return flat, smooth, stamps(image, two, 2) if repeat is None else repeat(image)

    return answer


def in_part(place, change, where=lambda image: True):
    def answer(image):
        right = enlarged()(image)
        return (*right[:place], change(right[place]), *right[place + 1 :]) if where(image) else right

    return answer


def higher(image):
    return image.shape[0] > image.shape[1]


def one_row(image):
    return len(image) == 1


ENLARGE = {
    "not cut": (enlarged(ends=(0, 0, 0, 0)), "not_cut"),
    "flat not cut": (enlarged(ends=(0, 0, 1, 1)), ""),
    "flat cut at the start": (enlarged(ends=(1, 0, 1, 1)), "flat_cut_at_the_start"),
    "smooth cut at the end": (enlarged(ends=(0, 1, 0, 2)), "smooth_cut_at_the_end"),
    "smooth cut at the start": (enlarged(ends=(0, 1, 2, 0)), "smooth_cut_at_the_start"),
    "smooth not cut": (enlarged(ends=(0, 1, 0, 0)), ""),
    "smooth over 4": (enlarged(four=FOUR * 4), "smooth_divided_by_four"),
    "smooth over 1": (enlarged(four=FOUR * 16), "smooth_not_divided"),
    "smooth over 64": (enlarged(four=FOUR / 4), ""),
    "flat over 1": (enlarged(three=THREE * 4), "flat_not_divided"),
    "flat over 9": (enlarged(three=THREE * 4 / 9), "flat_divided_by_nine"),
    "weights 1 2 2 1": (enlarged(four=np.outer([1, 2, 2, 1], [1, 2, 2, 1]) / 9), ""),
    "weights 1 3 3 1 across alone": (enlarged(four=np.outer([1, 1, 1, 1], [1, 3, 3, 1]) / 8), ""),
    "weights 3 1 1 3": (enlarged(four=np.outer([3, 1, 1, 3], [3, 1, 1, 3]) / 16), ""),
    "flat kernel of 4": (enlarged(four=np.ones((4, 4)) / 4), ""),
    "flat and smooth exchanged": (
        lambda image: tuple(enlarged()(image)[k] for k in (1, 0, 2)), "flat_and_smooth_exchanged",
    ),
    "in reverse": (lambda image: enlarged()(image)[::-1], ""),
    "tiled": (enlarged(repeat=lambda image: np.tile(image, (2, 2))), "tiled_for_repeated"),
    "zeros between": (enlarged(repeat=lambda image: pad(spread(image, 2), 0, 1)), "zeros_for_repeated"),
    "zeros between, not after": (enlarged(repeat=lambda image: spread(image, 2)), ""),
    "repeated down alone": (enlarged(repeat=lambda image: image.repeat(2, 0)), ""),
    "repeated three times": (enlarged(repeat=lambda image: np.kron(image, np.ones((3, 3)))), ""),
    "repeated pixels are quarters": (enlarged(two=TWO / 4), ""),
    "all transposed": (lambda image: tuple(part.T for part in enlarged()(image)), ""),
    "two of three": (lambda image: enlarged()(image)[:2], ""),
    "flat of a high image flipped": (in_part(0, lambda a: a[::-1] + 1, higher), ""),
    "smooth of a high image flipped": (in_part(1, lambda a: a[::-1] + 1, higher), ""),
    "repeated of a high image turned": (in_part(2, lambda a: a[::-1, ::-1] + 1, higher), ""),
    "flat of one row": (in_part(0, lambda a: a[:1], one_row), ""),
    "smooth of one row": (in_part(1, lambda a: a * 4 / 3 + 1, one_row), ""),
    "no negative": (in_part(1, lambda a: np.maximum(a, 0)), ""),
    "flat cut at one": (in_part(0, lambda a: np.minimum(a, 1)), ""),
    "smooth border": (in_part(1, lambda a: np.pad(a[1:-1, 1:-1], 1, mode="edge") if min(a.shape) > 2 else a), ""),
    "repeated to whole numbers": (in_part(2, lambda a: a.astype(int) + 1), ""),
    "lists": (lambda image: [part.tolist() for part in enlarged()(image)], ""),
    "nothing": (lambda image: None, ""),
}  # fmt: skip


def as_it_is(answer):
    return answer


WRONG = {
    "transposed_size": (of_size, TRANSPOSED_SIZE),
    "stamp": (as_it_is, STAMP),
    "dilated_correlate": (as_it_is, DILATED_CORRELATE),
    "bilinear": (as_it_is, BILINEAR),
    "transposed_conv": (as_it_is, TRANSPOSED_CONV),
    "enlarge": (as_it_is, ENLARGE),
}
