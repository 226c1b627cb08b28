"""Plausible wrong answers to the questions on arithmetic, and which known mistake each may be called: none, mostly.

Half of them are right but for one region. A check must reject them all, and accuse nobody of a mistake that is not
theirs.
"""

import math


def span(kernel, dilation=1):
    return dilation * (kernel - 1) + 1


def room(size, kernel, padding=0, dilation=1, **_):
    return size + 2 * padding - span(kernel, dilation)


# The wrong answers: of short names for size, kernel, stride, padding, dilation, output and extra


def of_layer(answer):
    return lambda size, kernel, *, stride=1, padding=0, dilation=1: answer(size, kernel, stride, padding, dilation)


def of_same(answer):
    return lambda size, kernel, *, stride=1, dilation=1, extra="after": answer(size, kernel, stride, dilation, extra)


def of_find(answer):
    return lambda size, kernel, output, *, stride=1, dilation=1: answer(size, kernel, output, stride, dilation)


def of_inverse(answer):
    return lambda output, kernel, *, stride=1, padding=0, dilation=1: answer(output, kernel, stride, padding, dilation)


def of_pooling(answer):
    return lambda size, kernel, *, stride=1, padding=0: answer(size, kernel, stride, padding)


def out(n, k, s, p, d):
    return room(n, k, p, d) // s + 1


OUTPUT_SIZE = {
    "nothing where the kernel exceeds the input": (lambda n, k, s, p, d: 0 if k > n else out(n, k, s, p, d), ""),
    "nothing where the span exceeds the input": (lambda n, k, s, p, d: 0 if span(k, d) > n else out(n, k, s, p, d), ""),
    "one where the kernel exceeds the input": (lambda n, k, s, p, d: 1 if k > n else out(n, k, s, p, d), ""),
    "never more than the input": (lambda n, k, s, p, d: min(n, out(n, k, s, p, d)), ""),
    "at least two": (lambda n, k, s, p, d: max(2, out(n, k, s, p, d)), ""),
    "padding limited to half a kernel": (lambda n, k, s, p, d: out(n, k, s, min(p, k // 2), d), ""),
    "padding limited to 3": (lambda n, k, s, p, d: out(n, k, s, min(p, 3), d), ""),
    "padding only for odd kernels": (lambda n, k, s, p, d: out(n, k, s, p if k % 2 else 0, d), ""),
    "stride limited to the kernel": (lambda n, k, s, p, d: out(n, k, min(s, k), p, d), ""),
    "stride 1 or 2 only": (lambda n, k, s, p, d: out(n, k, min(s, 2), p, d), ""),
    "dilation up to 2 only": (lambda n, k, s, p, d: out(n, k, s, p, min(d, 2)), ""),
    "dilation and stride not together": (lambda n, k, s, p, d: out(n, k, s, p, d if s == 1 else 1), ""),
    "padding and dilation not together": (lambda n, k, s, p, d: out(n, k, s, p if d == 1 else 0, d), ""),
    "even kernels count one tap less": (lambda n, k, s, p, d: out(n, k - (k % 2 == 0), s, p, d), ""),
    "a dilated kernel of one tap": (lambda n, k, s, p, d: out(n, d, s, p, 1) if k == 1 else out(n, k, s, p, d), ""),
    "one pixel gives one": (lambda n, k, s, p, d: 1 if n == 1 else out(n, k, s, p, d), ""),
    "ceil for even strides": (
        lambda n, k, s, p, d: (-(-room(n, k, p, d) // s) if s % 2 == 0 else room(n, k, p, d) // s) + 1, "",
    ),
    "ceil": (lambda n, k, s, p, d: math.ceil(room(n, k, p, d) / s) + 1, "ceil_for_floor"),
    "round": (lambda n, k, s, p, d: round(room(n, k, p, d) / s) + 1, "rounded_to_the_nearest"),
    "half up": (lambda n, k, s, p, d: math.floor(room(n, k, p, d) / s + 0.5) + 1, ""),
    "padding once": (lambda n, k, s, p, d: (n + p - span(k, d)) // s + 1, "padding_on_one_side"),
    "dilation up to 8": (lambda n, k, s, p, d: out(n, k, s, p, min(d, 8)), ""),
    "stride up to 12": (lambda n, k, s, p, d: out(n, k, min(s, 12), p, d), ""),
    "300 positions at most": (lambda n, k, s, p, d: min(300, out(n, k, s, p, d)), ""),
    "padding four times": (lambda n, k, s, p, d: (n + 4 * p - span(k, d)) // s + 1, ""),
    "no padding": (lambda n, k, s, p, d: out(n, k, s, 0, d), "ignores_padding"),
    "no dilation": (lambda n, k, s, p, d: out(n, k, s, p, 1), "ignores_dilation"),
    "no stride, no padding": (lambda n, k, s, p, d: out(n, k, 1, 0, d), "ignores_stride_and_padding"),
    "no options": (lambda n, k, s, p, d: n - k + 1, "ignores_stride_and_padding_and_dilation"),
    "size over stride": (lambda n, k, s, p, d: n // s, ""),
    "size over stride, rounded up": (lambda n, k, s, p, d: -(-n // s), ""),
    "d * k": (lambda n, k, s, p, d: (n + 2 * p - d * k) // s + 1, "taps_counted_for_gaps"),
    "k + d": (lambda n, k, s, p, d: (n + 2 * p - (k + d - 1)) // s + 1, ""),
    "plus one inside": (lambda n, k, s, p, d: (room(n, k, p, d) + 1) // s, "one_added_before_the_division"),
    "no plus one": (lambda n, k, s, p, d: room(n, k, p, d) // s, "first_window_forgotten"),
    "two more": (lambda n, k, s, p, d: room(n, k, p, d) // s + 2, ""),
    "stride on the size alone": (lambda n, k, s, p, d: (n + 2 * p) // s - span(k, d) + 1, ""),
    "always three": (lambda n, k, s, p, d: 3, ""),
}


def drop(n, k, s, p, d):
    return max(0, room(n, k, p, d) % s - p)


DROPPED_PIXELS = {
    "gaps counted": (
        lambda n, k, s, p, d: (
            max(0, room(n, k, p, d) % s - p) + room(n, k, p, d) // s * max(0, s - span(k, d))
        ), "gaps_counted",
    ),
    "5 at most": (lambda n, k, s, p, d: min(5, max(0, room(n, k, p, d) % s - p)), ""),
    "all that is left over": (lambda n, k, s, p, d: room(n, k, p, d) % s, "padding_counted"),
    "less both paddings": (lambda n, k, s, p, d: max(0, room(n, k, p, d) % s - 2 * p), ""),
    "negative": (lambda n, k, s, p, d: room(n, k, p, d) % s - p, "fewer_than_none"),
    "absolute": (lambda n, k, s, p, d: abs(room(n, k, p, d) % s - p), ""),
    "missing": (lambda n, k, s, p, d: max(0, -room(n, k, p, d) % s - p), "pixels_missing_for_pixels_left"),
    "size % stride": (lambda n, k, s, p, d: n % s, "size_divided_by_stride"),
    "size less kernel % stride": (lambda n, k, s, p, d: (n - k) % s, "ignores_padding_and_dilation"),
    "padding on one side": (lambda n, k, s, p, d: max(0, (room(n, k, p, d) - p) % s - p), ""),
    "padding before only": (lambda n, k, s, p, d: (n + p - span(k, d)) % s, ""),
    "no padding": (lambda n, k, s, p, d: drop(n, k, s, 0, d), "ignores_padding"),
    "no dilation": (lambda n, k, s, p, d: drop(n, k, s, p, 1), "ignores_dilation"),
    "none": (lambda n, k, s, p, d: 0, "ignores_stride"),
    "d * k": (lambda n, k, s, p, d: max(0, (n + 2 * p - d * k) % s - p), ""),
    "dilation for the pixels between": (lambda n, k, s, p, d: drop(n, k, s, p, d + 1), ""),
    "one more": (lambda n, k, s, p, d: max(0, (room(n, k, p, d) + 1) % s - p), ""),
    "one less": (lambda n, k, s, p, d: max(0, (room(n, k, p, d) - 1) % s - p), ""),
    "at most one": (lambda n, k, s, p, d: min(1, drop(n, k, s, p, d)), ""),
    "at most two": (lambda n, k, s, p, d: min(2, drop(n, k, s, p, d)), ""),
    "none with padding": (lambda n, k, s, p, d: 0 if p else drop(n, k, s, p, d), ""),
    "none where the stride exceeds the kernel": (lambda n, k, s, p, d: 0 if s > k else drop(n, k, s, p, d), ""),
    "none where the kernel exceeds the input": (lambda n, k, s, p, d: 0 if k >= n else drop(n, k, s, p, d), ""),
    "all where there is one window": (lambda n, k, s, p, d: n - k if room(n, k, p, d) < s else drop(n, k, s, p, d), ""),
    "minus one at stride 1": (lambda n, k, s, p, d: -p if s == 1 else drop(n, k, s, p, d), ""),
    "one at stride 1": (lambda n, k, s, p, d: 1 if s == 1 else drop(n, k, s, p, d), ""),
    "no padding for even kernels": (lambda n, k, s, p, d: drop(n, k, s, p if k % 2 else 0, d), ""),
    "dilation for strides of 1 and 2 only": (lambda n, k, s, p, d: drop(n, k, s, p, d if s < 3 else 1), ""),
    "no dilation with padding": (lambda n, k, s, p, d: drop(n, k, s, p, 1 if p else d), ""),
    "a dilated kernel of one tap": (lambda n, k, s, p, d: drop(n, d, s, p, 1) if k == 1 else drop(n, k, s, p, d), ""),
    "a remainder of one is forgotten": (lambda n, k, s, p, d: (drop(n, k, s, p, d) > 1) * drop(n, k, s, p, d), ""),
    "padding 1 only": (lambda n, k, s, p, d: drop(n, k, s, min(p, 1), d), ""),
    "the stride for all of it": (lambda n, k, s, p, d: room(n, k, p, d) % s and s - 1, ""),
}


def total(n, k, s, d):
    return max(0, (-(-n // s) - 1) * s + span(k, d) - n)


def split(t, extra):
    return (t // 2, t - t // 2) if extra == "after" else (t - t // 2, t // 2)


def same(n, k, s, d, extra):
    return split(total(n, k, s, d), extra)


SAME_PADDING = {
    "an odd total before is (1, 0)": (
        lambda n, k, s, d, e: (1, 0) if e == "before" and total(n, k, s, d) % 2 else same(n, k, s, d, e), "",
    ),
    "an odd total after is (0, 1)": (
        lambda n, k, s, d, e: (0, 1) if e == "after" and total(n, k, s, d) % 2 else same(n, k, s, d, e), "",
    ),
    "floor on both sides": (lambda n, k, s, d, e: (total(n, k, s, d) // 2,) * 2, "rounded_down_on_both_sides"),
    "ceil on both sides": (lambda n, k, s, d, e: (math.ceil(total(n, k, s, d) / 2),) * 2, "rounded_up_on_both_sides"),
    "round on both sides": (lambda n, k, s, d, e: (round(total(n, k, s, d) / 2),) * 2, ""),
    "round, the rest on the other side": (
        lambda n, k, s, d, e: (
            (h := round(total(n, k, s, d) / 2), total(n, k, s, d) - h)[:: 1 if e == "after" else -1]
        ), "rounded_to_even",
    ),
    "the other side": (lambda n, k, s, d, e: same(n, k, s, d, e)[::-1], "extra_pixel_on_the_wrong_side"),
    "always after": (lambda n, k, s, d, e: same(n, k, s, d, "after"), "ignores_extra"),
    "always before": (lambda n, k, s, d, e: same(n, k, s, d, "before"), "extra_pixel_always_before"),
    "half a kernel": (lambda n, k, s, d, e: (span(k, d) // 2,) * 2, "half_a_kernel"),
    "half a kernel, no dilation": (lambda n, k, s, d, e: (k // 2,) * 2, ""),
    "(k - 1) / 2": (lambda n, k, s, d, e: ((k - 1) // 2,) * 2, ""),
    "no stride": (lambda n, k, s, d, e: same(n, k, 1, d, e), "ignores_stride"),
    "no dilation": (lambda n, k, s, d, e: same(n, k, s, 1, e), "ignores_dilation"),
    "no stride, no dilation": (lambda n, k, s, d, e: same(n, k, 1, 1, e), "ignores_stride_and_dilation"),
    "negative": (
        lambda n, k, s, d, e: split((-(-n // s) - 1) * s + span(k, d) - n, e), "negative_padding",
    ),
    "output rounded down": (
        lambda n, k, s, d, e: split(max(0, (n // s - 1) * s + span(k, d) - n), e), "output_rounded_down",
    ),
    "as large as the input": (
        lambda n, k, s, d, e: split((n - 1) * s + span(k, d) - n, e), "output_as_large_as_the_input",
    ),
    "kernel less stride": (lambda n, k, s, d, e: split(max(0, span(k, d) - s), e), ""),
    "kernel less remainder, 0 for stride": (lambda n, k, s, d, e: split(max(0, span(k, d) - n % s), e), ""),
    "d * k": (lambda n, k, s, d, e: split(max(0, (-(-n // s) - 1) * s + d * k - n), e), ""),
    "a list that is one short": (lambda n, k, s, d, e: same(n, k, s, d, e)[:1], ""),
    "the total": (lambda n, k, s, d, e: total(n, k, s, d), ""),
    "total on both sides": (lambda n, k, s, d, e: (total(n, k, s, d),) * 2, ""),
    "all on one side": (
        lambda n, k, s, d, e: (0, total(n, k, s, d)) if e == "after" else (total(n, k, s, d), 0), "",
    ),
    "stride 1 for odd sizes": (lambda n, k, s, d, e: same(n, k, 1 if n % 2 else s, d, e), ""),
    "extra only with a stride": (lambda n, k, s, d, e: same(n, k, s, d, e if s > 1 else "after"), ""),
    "extra only for even kernels": (lambda n, k, s, d, e: same(n, k, s, d, e if k % 2 == 0 else "after"), ""),
    "symmetric for odd kernels": (lambda n, k, s, d, e: (k // 2,) * 2 if k % 2 else same(n, k, s, d, e), ""),
    "at most the input": (lambda n, k, s, d, e: tuple(min(n, side) for side in same(n, k, s, d, e)), ""),
    "dilation without stride only": (lambda n, k, s, d, e: same(n, k, s, d if s == 1 else 1, e), ""),
    "negative where one tap": (
        lambda n, k, s, d, e: split((-(-n // s) - 1) * s + 1 - n, e) if k == 1 else same(n, k, s, d, e), "",
    ),
    "nothing where the stride exceeds the input": (lambda n, k, s, d, e: (0, 0) if s > n else same(n, k, s, d, e), ""),
    "a dilated kernel of one tap": (lambda n, k, s, d, e: same(n, d, s, 1, e) if k == 1 else same(n, k, s, d, e), ""),
}


def need(n, k, o, s, d):
    return (o - 1) * s + span(k, d) - n


def find(n, k, o, s, d):
    p = max(0, -(-need(n, k, o, s, d) // 2))
    return p if out(n, k, s, p, d) == o else None


def search(n, k, o, s, d, paddings):
    return next((p for p in paddings if room(n, k, p, d) >= 0 and out(n, k, s, p, d) == o), None)


FIND_PADDING = {
    "a search up to 9": (lambda n, k, o, s, d: search(n, k, o, s, d, range(10)), ""),
    "a search up to 99": (lambda n, k, o, s, d: search(n, k, o, s, d, range(100)), ""),
    "none where the output exceeds the input": (lambda n, k, o, s, d: None if o > n else find(n, k, o, s, d), ""),
    "a search up to 3": (lambda n, k, o, s, d: search(n, k, o, s, d, range(4)), ""),
    "a search up to half a kernel": (lambda n, k, o, s, d: search(n, k, o, s, d, range(k // 2 + 1)), ""),
    "a search up to the kernel": (lambda n, k, o, s, d: search(n, k, o, s, d, range(k)), ""),
    "a search up to the size": (lambda n, k, o, s, d: search(n, k, o, s, d, range(n)), ""),
    "a search from 1": (lambda n, k, o, s, d: search(n, k, o, s, d, range(1, 400)), ""),
    "a search of even paddings": (lambda n, k, o, s, d: search(n, k, o, s, d, range(0, 400, 2)), ""),
    "a search without a stride": (lambda n, k, o, s, d: search(n, k, o, 1, d, range(400)), "ignores_stride"),
    "a search that takes no kernel beyond the input": (
        lambda n, k, o, s, d: None if k > n else search(n, k, o, s, d, range(400)), "",
    ),
    "rounded down": (lambda n, k, o, s, d: max(0, need(n, k, o, s, d) // 2), "rounded_down"),
    "rounded down, verified": (
        lambda n, k, o, s, d: (p := max(0, need(n, k, o, s, d) // 2), p if out(n, k, s, p, d) == o else None)[1], "",
    ),
    "never none": (lambda n, k, o, s, d: max(0, -(-need(n, k, o, s, d) // 2)), "never_impossible"),
    "formula only": (
        lambda n, k, o, s, d: (
            None if need(n, k, o, s, d) % 2 or need(n, k, o, s, d) < 0 else need(n, k, o, s, d) // 2
        ), "only_without_remainder",
    ),
    "formula, negative ones too": (
        lambda n, k, o, s, d: None if need(n, k, o, s, d) % 2 else need(n, k, o, s, d) // 2, "",
    ),
    "both sides together": (lambda n, k, o, s, d: max(0, need(n, k, o, s, d)), "padding_on_one_side"),
    "absolute": (lambda n, k, o, s, d: abs(need(n, k, o, s, d)) // 2, ""),
    "none below zero": (lambda n, k, o, s, d: None if need(n, k, o, s, d) < 0 else find(n, k, o, s, d), ""),
    "zero below zero": (lambda n, k, o, s, d: 0 if need(n, k, o, s, d) < 0 else find(n, k, o, s, d), ""),
    "none for odd totals": (lambda n, k, o, s, d: None if need(n, k, o, s, d) % 2 else find(n, k, o, s, d), ""),
    "none for even kernels": (lambda n, k, o, s, d: None if k % 2 == 0 else find(n, k, o, s, d), ""),
    "no dilation": (lambda n, k, o, s, d: find(n, k, o, s, 1), "ignores_dilation"),
    "no stride, no dilation": (lambda n, k, o, s, d: find(n, k, o, 1, 1), "ignores_stride_and_dilation"),
    "always none": (lambda n, k, o, s, d: None, ""),
    "always zero": (lambda n, k, o, s, d: 0, ""),
    "minus one for none": (lambda n, k, o, s, d: -1 if find(n, k, o, s, d) is None else find(n, k, o, s, d), ""),
    "zero for none": (lambda n, k, o, s, d: find(n, k, o, s, d) or 0, ""),
    "false for none": (lambda n, k, o, s, d: False if find(n, k, o, s, d) is None else find(n, k, o, s, d), ""),
    "half a kernel": (lambda n, k, o, s, d: k // 2, ""),
    "o * s": (lambda n, k, o, s, d: max(0, -(-(o * s + span(k, d) - n) // 2)), ""),
    "a pair": (lambda n, k, o, s, d: (find(n, k, o, s, d),) * 2, ""),
    "one more": (lambda n, k, o, s, d: None if find(n, k, o, s, d) is None else find(n, k, o, s, d) + 1, ""),
    "at most 4": (lambda n, k, o, s, d: None if find(n, k, o, s, d) is None else min(4, find(n, k, o, s, d)), ""),
    "none where one output is asked": (lambda n, k, o, s, d: None if o == 1 else find(n, k, o, s, d), ""),
}


def exact(o, k, s, p, d):
    return (o - 1) * s + span(k, d) - 2 * p


def sizes(o, k, s, p, d):
    return max(1, exact(o, k, s, p, d)), exact(o, k, s, p, d) + s - 1


INPUT_SIZES = {
    "300 pixels at most": (lambda o, k, s, p, d: tuple(min(300, size) for size in sizes(o, k, s, p, d)), ""),
    "(1, s - 1) where there is padding": (
        lambda o, k, s, p, d: (1, s - 1) if p and exact(o, k, s, p, d) < 1 else sizes(o, k, s, p, d), "",
    ),
    "the smallest clamped, then s - 1 more": (
        lambda o, k, s, p, d: (m := max(1, exact(o, k, s, p, d)), m + s - 1), "",
    ),
    "one size": (lambda o, k, s, p, d: (max(1, exact(o, k, s, p, d)),) * 2, "one_size_only"),
    "one size, not clamped": (lambda o, k, s, p, d: (exact(o, k, s, p, d),) * 2, ""),
    "stride more": (
        lambda o, k, s, p, d: (max(1, exact(o, k, s, p, d)), max(1, exact(o, k, s, p, d) + s)), "one_pixel_too_many",
    ),
    "not clamped": (lambda o, k, s, p, d: (exact(o, k, s, p, d), exact(o, k, s, p, d) + s - 1), "sizes_below_one"),
    "clamped to 0": (
        lambda o, k, s, p, d: (max(0, exact(o, k, s, p, d)), exact(o, k, s, p, d) + s - 1), "sizes_below_one",
    ),
    "clamped to 2": (lambda o, k, s, p, d: (max(2, exact(o, k, s, p, d)), exact(o, k, s, p, d) + s - 1), ""),
    "clamped to the kernel": (lambda o, k, s, p, d: (max(k, exact(o, k, s, p, d)), exact(o, k, s, p, d) + s - 1), ""),
    "absolute": (lambda o, k, s, p, d: tuple(map(abs, (exact(o, k, s, p, d), exact(o, k, s, p, d) + s - 1))), ""),
    "downwards": (
        lambda o, k, s, p, d: (max(1, exact(o, k, s, p, d) - s + 1), max(1, exact(o, k, s, p, d))),
        "remainder_on_the_wrong_side",
    ),
    "both ways": (
        lambda o, k, s, p, d: (max(1, exact(o, k, s, p, d) - s + 1), exact(o, k, s, p, d) + s - 1), "",
    ),
    "padding added": (lambda o, k, s, p, d: sizes(o, k, s, -p, d), "padding_added"),
    "padding once": (
        lambda o, k, s, p, d: (max(1, exact(o, k, s, p, d) + p), exact(o, k, s, p, d) + p + s - 1),
        "padding_on_one_side",
    ),
    "no padding": (lambda o, k, s, p, d: sizes(o, k, s, 0, d), "ignores_padding"),
    "no dilation": (lambda o, k, s, p, d: sizes(o, k, s, p, 1), "ignores_dilation"),
    "no stride": (lambda o, k, s, p, d: sizes(o, k, 1, p, d), "ignores_stride"),
    "o * s": (lambda o, k, s, p, d: sizes(o + 1, k, s, p, d), "steps_counted_for_windows"),
    "d * k": (
        lambda o, k, s, p, d: (max(1, exact(o, k, s, p, d) + d - 1), exact(o, k, s, p, d) + d - 1 + s - 1), "",
    ),
    "swapped": (lambda o, k, s, p, d: sizes(o, k, s, p, d)[::-1], "largest_first"),
    "the smallest alone": (lambda o, k, s, p, d: sizes(o, k, s, p, d)[0], ""),
    "all of them": (lambda o, k, s, p, d: list(range(sizes(o, k, s, p, d)[0], sizes(o, k, s, p, d)[1] + 1)), ""),
    "smallest and how many": (lambda o, k, s, p, d: (sizes(o, k, s, p, d)[0], s), ""),
    "one size for one output": (
        lambda o, k, s, p, d: (sizes(o, k, s, p, d)[0],) * 2 if o == 1 else sizes(o, k, s, p, d), "",
    ),
    "no padding for even kernels": (lambda o, k, s, p, d: sizes(o, k, s, p if k % 2 else 0, d), ""),
    "padding limited to half a kernel": (lambda o, k, s, p, d: sizes(o, k, s, min(p, k // 2), d), ""),
    "at least the output": (lambda o, k, s, p, d: tuple(max(o, size) for size in sizes(o, k, s, p, d)), ""),
    "dilation without stride only": (lambda o, k, s, p, d: sizes(o, k, s, p, d if s == 1 else 1), ""),
    "a dilated kernel of one tap": (
        lambda o, k, s, p, d: sizes(o, d, s, p, 1) if k == 1 else sizes(o, k, s, p, d), "",
    ),
    "stride limited to the kernel": (lambda o, k, s, p, d: sizes(o, k, min(s, k), p, d), ""),
    "a span of one tap less": (lambda o, k, s, p, d: sizes(o, k - 1, s, p, d), ""),
}


def steps(n, k, s, p):
    return -(-room(n, k, p) // s)


def behind(n, k, s, p):
    return steps(n, k, s, p) * s >= n + p


def ceiling(n, k, s, p):
    return steps(n, k, s, p) + (not behind(n, k, s, p))


CEIL_OUTPUT_SIZE = {
    "the exception with padding only": (
        lambda n, k, s, p: steps(n, k, s, p) + (not (p and behind(n, k, s, p))), "exception_with_padding_only",
    ),
    "the exception without padding only": (
        lambda n, k, s, p: steps(n, k, s, p) + 1 - (1 if not p and behind(n, k, s, p) else 0), "",
    ),
    "the exception for odd kernels only": (
        lambda n, k, s, p: steps(n, k, s, p) + 1 - (1 if k % 2 and behind(n, k, s, p) else 0), "",
    ),
    "no exception": (lambda n, k, s, p: steps(n, k, s, p) + 1, "window_behind_the_input"),
    "floor": (lambda n, k, s, p: room(n, k, p) // s + 1, "floor_for_ceil"),
    "one more": (lambda n, k, s, p: room(n, k, p) // s + 2, "one_more_in_any_case"),
    "one more, with the exception": (
        lambda n, k, s, p: (o := room(n, k, p) // s + 2, o - 1 if (o - 1) * s >= n + p else o)[1], "",
    ),
    "a start right behind is kept": (
        lambda n, k, s, p: steps(n, k, s, p) + (steps(n, k, s, p) * s <= n + p), "start_right_behind_the_input_kept",
    ),
    "a start on the last pixel is dropped": (
        lambda n, k, s, p: steps(n, k, s, p) + (steps(n, k, s, p) * s < n + p - 1), "",
    ),
    "counted from the first pixel": (
        lambda n, k, s, p: steps(n, k, s, p) + (steps(n, k, s, p) * s < n), "start_counted_from_the_first_pixel",
    ),
    "counted with both paddings": (
        lambda n, k, s, p: steps(n, k, s, p) + (steps(n, k, s, p) * s < n + 2 * p), "",
    ),
    "the exception where it hangs over": (
        lambda n, k, s, p: steps(n, k, s, p) + (steps(n, k, s, p) * s + k <= n + 2 * p), "floor_for_ceil",
    ),
    "padding once": (lambda n, k, s, p: -(-(n + p - k) // s) + 1, "padding_on_one_side"),
    "no padding": (lambda n, k, s, p: ceiling(n, k, s, 0), "ignores_padding"),
    "no stride": (lambda n, k, s, p: ceiling(n, k, 1, p), "ignores_stride"),
    "no options": (lambda n, k, s, p: ceiling(n, k, 1, 0), "ignores_stride_and_padding"),
    "round": (lambda n, k, s, p: round(room(n, k, p) / s) + 1, ""),
    "round, with the exception": (
        lambda n, k, s, p: (t := round(room(n, k, p) / s), t + (t * s < n + p))[1], "",
    ),
    "size over stride, rounded up": (lambda n, k, s, p: -(-n // s), ""),
    "ceil without the first window": (lambda n, k, s, p: steps(n, k, s, p), ""),
    "two windows dropped": (lambda n, k, s, p: steps(n, k, s, p) + 1 - 2 * behind(n, k, s, p), ""),
    "at least two": (lambda n, k, s, p: max(2, ceiling(n, k, s, p)), ""),
    "one where the kernel covers the input": (lambda n, k, s, p: 1 if k >= n else ceiling(n, k, s, p), ""),
    "at most the input": (lambda n, k, s, p: min(n, ceiling(n, k, s, p)), ""),
    "floor for two taps": (lambda n, k, s, p: room(n, k, p) // s + 1 if k == 2 else ceiling(n, k, s, p), ""),
    "ceil for one tap": (lambda n, k, s, p: steps(n, k, s, p) + 1 if k == 1 else ceiling(n, k, s, p), ""),
    "floor where the stride exceeds the kernel": (
        lambda n, k, s, p: room(n, k, p) // s + 1 if s > k else ceiling(n, k, s, p), "",
    ),
    "no exception where the stride exceeds the kernel": (
        lambda n, k, s, p: steps(n, k, s, p) + 1 if s > k else ceiling(n, k, s, p), "",
    ),
    "floor with padding": (lambda n, k, s, p: room(n, k, p) // s + 1 if p else ceiling(n, k, s, p), ""),
    "floor for stride 2": (lambda n, k, s, p: room(n, k, p) // s + 1 if s == 2 else ceiling(n, k, s, p), ""),
    "padding 1 only": (lambda n, k, s, p: ceiling(n, k, s, min(p, 1)), ""),
    "stride limited to the kernel": (lambda n, k, s, p: ceiling(n, k, min(s, k), p), ""),
}

WRONG = {
    "output_size": (of_layer, OUTPUT_SIZE),
    "dropped_pixels": (of_layer, DROPPED_PIXELS),
    "same_padding": (of_same, SAME_PADDING),
    "find_padding": (of_find, FIND_PADDING),
    "input_sizes": (of_inverse, INPUT_SIZES),
    "ceil_output_size": (of_pooling, CEIL_OUTPUT_SIZE),
}
