"""The questions of the chapter on im2col: the windows of an image as the rows of a matrix, and the way back.

But for the first, they are about one image. Numbers of the cases are whole, as floats, so that every way to sum them up
gives the same.
"""

from math import prod

import numpy as np

from ._cases import Case
from ._question import question
from ._rows import (
    GRADIENT,
    NUMBERED,
    SMALL,
    WEIGHT,
    added,
    bytes_with,
    case_of_rows,
    digit,
    draw_image,
    draw_sizes,
    flat,
    gradients,
    in_rows,
    loops,
    misread,
    of_chw,
    of_hwc,
    one_pixel_short,
    one_window_short,
    padded_by,
    product_with,
    windows,
    with_strides,
)  # fmt: skip

SHAPES = {
    "one_channel": lambda C: C == 1,
    "higher_image": lambda H, W: H > W,
    "square_kernel": lambda kernel: kernel[0] == kernel[1],
    "several_columns_in_kernel": lambda kernel: kernel[1] > 1,
}
OVERLAPS = {"windows_overlap": lambda kernel, stride: stride < max(kernel)}


# How many bytes?


@question(points=1, minutes=10, difficulty=1, count=100)
def column_bytes(shape, kernel, *, stride=1, padding=0, itemsize=4):
    """How many bytes does the matrix of all windows of N images take? The kernel fits into the image."""
    (N, C, H, W), (kH, kW) = shape, kernel
    H_out, W_out = (H + 2 * padding - kH) // stride + 1, (W + 2 * padding - kW) // stride + 1
    return N * H_out * W_out * C * kH * kW * itemsize


column_bytes.cases(
    Case((1, 2, 4, 4), (2, 2), stride=2),  # the notes' example
    Case((1, 2, 4, 4), (2, 2)),
    Case((1, 2, 5, 7), (3, 2)),
    Case((1, 2, 5, 7), (2, 2)),
    Case((2, 3, 5, 7), (3, 2), padding=1),
    Case((2, 3, 5, 7), (3, 2), padding=1, itemsize=8),
    Case((2, 3, 6, 7), (3, 2), padding=1),
    Case((1, 2, 5, 7), (3, 2), padding=1),
    Case((1, 3, 5, 7), (1, 1)),
    Case((64, 64, 224, 224), (3, 3), padding=1),  # VGG-16, a batch of 64
    Case((1, 3, 224, 224), (7, 7), stride=2, padding=3),  # ResNet
)


@column_bytes.draws
def _(rng):
    C, H, W, kH, kW, stride = draw_sizes(rng)
    options = {"padding": int(rng.integers(3)), "itemsize": int(rng.choice([4, 4, 2, 8]))}
    return {"shape": (int(rng.integers(1, 5)), C, H, W), "kernel": (kH, kW), "stride": stride} | options


column_bytes.regions(
    several_images=lambda shape: shape[0] > 1,
    one_channel=lambda shape: shape[1] == 1,
    higher_image=lambda shape: shape[2] > shape[3],
    square_kernel=lambda kernel: kernel[0] == kernel[1],
    one_tap=lambda kernel: kernel == (1, 1),
    pixels_left_over=lambda shape, kernel, stride, padding: any(
        (shape[2 + axis] + 2 * padding - kernel[axis]) % stride for axis in (0, 1)
    ),
    no_overlap=lambda kernel, stride: stride >= max(kernel),
)
column_bytes.misconceptions(
    numbers_for_bytes=bytes_with(itemsize=lambda known: 1),
    bits_for_bytes=bytes_with(itemsize=lambda known: 8 * known["itemsize"]),
    one_image_alone=bytes_with(N=lambda known: 1),
    one_channel_alone=bytes_with(C=lambda known: 1),
    input_for_matrix=lambda shape, itemsize: prod(shape) * itemsize,
    a_window_at_every_pixel=bytes_with(places=lambda known: known["pixels"]),
    padding_on_one_side=bytes_with(
        places=lambda known: prod((room - known["padding"]) // known["stride"] + 1 for room in known["room"])
    ),
    first_window_forgotten=bytes_with(places=lambda known: prod(room // known["stride"] for room in known["room"])),
    steps_rounded_up=bytes_with(places=lambda known: prod(-(-room // known["stride"]) + 1 for room in known["room"])),
)  # fmt: skip


# Rows of HWC


@question(points=2, minutes=25, difficulty=1, count=120, axes={"image": "H W C", "answer": "places contents"})
def im2col_hwc(image, kernel, *, stride=1):
    """The windows of an image (H, W, C) as rows, in the order of memory: kH, kW, C."""
    return in_rows(windows(image.transpose(2, 0, 1), kernel, stride), (1, 2, 3, 4, 0))


im2col_hwc.cases(
    Case(NUMBERED.transpose(1, 2, 0), (2, 2), stride=2),
    Case(NUMBERED.transpose(1, 2, 0), (2, 2)),
    Case(NUMBERED.transpose(1, 2, 0), (2, 3)),
    Case(SMALL.transpose(1, 2, 0), (2, 3)),
    Case(SMALL.transpose(1, 2, 0)[::-1], (2, 3)),
    Case(np.arange(35.0).reshape(5, 7, 1), (3, 2)),
    Case(np.arange(70.0).reshape(5, 7, 2), (3, 2), stride=2),
    Case(np.arange(10.0).reshape(2, 5, 1), (1, 3)),
    Case(np.arange(30.0).reshape(5, 3, 2), (3, 2)),
    Case(np.arange(36.0).reshape(3, 4, 3), (2, 2)),
)


@im2col_hwc.draws
def _(rng):
    C, H, W, kH, kW, stride = draw_sizes(rng, large=0.1)
    return {"image": draw_image(rng, H, W, C), "kernel": (kH, kW), "stride": stride}


im2col_hwc.regions(
    **SHAPES, **OVERLAPS,
    pixels_left_over=lambda H, W, kernel, stride: (H - kernel[0]) % stride > 0 or (W - kernel[1]) % stride > 0,
    one_place=lambda answer: len(answer) == 1,
)  # fmt: skip
im2col_hwc.misconceptions(
    channels_first_in_a_row=of_hwc(in_rows),
    windows_as_columns=lambda answer: answer.T,
    window_column_by_column=of_hwc(lambda seen: in_rows(seen, (1, 2, 4, 3, 0))),
    places_column_by_column=of_hwc(lambda seen: in_rows(seen, (2, 1, 3, 4, 0))),
    reshaped_before_the_axes_are_in_order=of_hwc(
        lambda seen: seen.transpose(3, 4, 0, 1, 2).reshape(seen.shape[1] * seen.shape[2], -1)
    ),
    last_window_forgotten=loops(one_window_short, channels_last=True),
    loop_ends_a_pixel_early=loops(one_pixel_short, channels_last=True),
    windows_turned=of_hwc(lambda seen: in_rows(seen[..., ::-1, ::-1], (1, 2, 3, 4, 0))),
    a_row_for_each_channel=of_hwc(lambda seen: seen.transpose(1, 2, 0, 3, 4).reshape(-1, seen[0, 0, 0].size)),
)


# Rows of CHW


@question(points=2, minutes=20, difficulty=2, axes={"image": "C H W", "answer": "places contents"})
def im2col_chw(image, kernel, *, stride=1, padding=0):
    """The windows of an image (C, H, W) with zeros around it as rows, in the order of memory: C, kH, kW."""
    return in_rows(windows(image, kernel, stride, padding))


im2col_chw.cases(
    Case(NUMBERED, (2, 2), stride=2),
    Case(NUMBERED, (2, 2)),
    Case(NUMBERED, (2, 2), padding=1),
    Case(NUMBERED[:, :2, :3], (1, 2), stride=3, padding=2),
    Case(NUMBERED, (2, 3)),
    Case(SMALL, (2, 3)),
    Case(SMALL[:, ::-1], (2, 3)),
    Case(SMALL, (3, 2), stride=2, padding=1),
    Case(np.arange(35.0).reshape(1, 5, 7), (3, 2)),
)


def draw_padded(rng, **options):
    C, H, W, kH, kW, stride = draw_sizes(rng, **options)
    return {
        "image": draw_image(rng, C, H, W), "kernel": (kH, kW), "stride": stride,
        "padding": int(rng.integers(3)),
    }  # fmt: skip


@im2col_chw.draws
def _(rng):
    drawn = draw_padded(rng, large=0.1)
    return drawn | {"padding": 3} if rng.random() < 0.05 else drawn


im2col_chw.regions(
    **SHAPES, **OVERLAPS,
    pixels_left_over=lambda H, W, kernel, stride, padding: any(
        (size + 2 * padding - k) % stride for size, k in zip((H, W), kernel, strict=True)
    ),
    two_rings=lambda padding: padding > 1,
)  # fmt: skip
im2col_chw.misconceptions(
    channels_last_in_a_row=of_chw(lambda seen: seen, (1, 2, 3, 4, 0)),
    windows_as_columns=lambda answer: answer.T,
    window_column_by_column=of_chw(lambda seen: seen, (1, 2, 0, 4, 3)),
    places_column_by_column=of_chw(lambda seen: seen, (2, 1, 0, 3, 4)),
    reshaped_before_the_axes_are_in_order=lambda image, kernel, stride, padding: (
        seen := windows(image, kernel, stride, padding)
    ).reshape(seen.shape[1] * seen.shape[2], -1),
    last_window_forgotten=loops(one_window_short),
    loop_ends_a_pixel_early=loops(one_pixel_short),
    a_row_for_each_channel=lambda image, kernel, stride, padding: (
        (seen := windows(image, kernel, stride, padding)).transpose(1, 2, 0, 3, 4).reshape(-1, seen[0, 0, 0].size)
    ),
    channels_padded_too=padded_by([(1, 1)] * 3),
    padding_at_the_end_alone=padded_by([(0, 0), (0, 1), (0, 1)]),
    edge_repeated_for_zeros=padded_by([(0, 0), (1, 1), (1, 1)], "edge"),
)


# A convolution through it


@question(
    points=2, minutes=25, difficulty=2, count=100, uses=("im2col_chw",),
    axes={"image": "C H W", "weight": "C_out C kH kW", "answer": "C_out H_out W_out"},
)  # fmt: skip
def conv_by_im2col(image, weight, *, stride=1, padding=0):
    """The convolution (cross-correlation) of an image (C, H, W) with filters, an array (C_out, H_out, W_out)."""
    return np.einsum("chwij,ocij->ohw", windows(image, weight.shape[2:], stride, padding), weight)


conv_by_im2col.cases(
    Case(NUMBERED, np.arange(16.0).reshape(2, 2, 2, 2), stride=2),
    Case(SMALL, WEIGHT),
    Case(SMALL, WEIGHT, stride=2),
    Case(SMALL, WEIGHT, padding=1),
    Case(SMALL, WEIGHT[:, ::-1]),
    Case(SMALL[:, ::-1], WEIGHT),
    Case(np.arange(70.0).reshape(2, 5, 7), np.arange(36.0).reshape(3, 2, 3, 2)),
)


@conv_by_im2col.draws
def _(rng):
    drawn = draw_padded(rng)
    C_out = int(rng.integers(1, 4))
    return drawn | {"weight": draw_image(rng, C_out, len(drawn["image"]), *drawn.pop("kernel"))}


@conv_by_im2col.example
def _():
    """A digit, and a filter that finds vertical edges."""
    return Case(digit(), np.array([[[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]]], float), padding=1)


conv_by_im2col.regions(
    one_channel=lambda C: C == 1,
    one_filter=lambda C_out: C_out == 1,
    more_filters_than_channels=lambda C, C_out: C_out > C,
    higher_image=lambda H, W: H > W,
    square_kernel=lambda kH, kW: kH == kW,
    square_output=lambda answer: answer.shape[1] == answer.shape[2],
    windows_overlap=lambda kH, kW, stride: stride < max(kH, kW),
)
conv_by_im2col.misconceptions(
    output_reshaped_not_transposed=product_with(flat, lambda product, shape: product.reshape(-1, *shape)),
    channels_last=lambda answer: np.moveaxis(answer, 0, -1),
    places_left_in_one_axis=lambda answer: answer.reshape(len(answer), -1),
    weights_in_the_order_of_hwc=product_with(lambda weight: flat(weight.transpose(0, 2, 3, 1))),
    weights_reshaped_not_transposed=product_with(lambda weight: weight.reshape(-1, len(weight))),
    kernel_turned=product_with(lambda weight: flat(weight[..., ::-1, ::-1])),
    first_filter_alone=product_with(lambda weight: flat(0 * weight + weight[:1])),
    mean_over_channels=lambda answer, C: answer / C,
    rows_and_columns_exchanged=lambda answer: answer.swapaxes(1, 2),
)


# The way back: a broken one


@question(
    points=3, minutes=30, difficulty=3, axes={"columns": "places contents", "answer": "C H W"},
)  # fmt: skip
def col2im(columns, shape, kernel, *, stride=1, padding=0):
    """Each row added to the place of the image that its window came from; what falls on the padding is left out."""
    return added(columns, shape, kernel, stride, padding)


def faulty(**faults):
    """The function with some of its faults."""

    def answer(columns, shape, kernel, stride=1, padding=0):
        return added(columns, shape, kernel, stride, padding, **faults)

    return answer


ROWS = np.arange(36.0)
col2im.cases(
    case_of_rows(NUMBERED, (2, 2), stride=2),
    case_of_rows(SMALL, (2, 3)),
    Case(in_rows(windows(SMALL, (2, 3)))[::-1], SMALL.shape, (2, 3)),
    case_of_rows(SMALL, (3, 2), padding=1),
    Case(ROWS.reshape(6, 6), (1, 4, 4), (2, 3)),
    Case(ROWS.reshape(6, 6), (1, 4, 4), (3, 2)),
    Case(ROWS.reshape(9, 4), (1, 4, 4), (2, 2)),
    Case(ROWS.reshape(9, 4), (1, 4, 4), (2, 2), stride=2, padding=1),
    Case(ROWS.reshape(9, 4), (1, 5, 4), (2, 2), stride=2, padding=1),
    Case(ROWS[:16].reshape(4, 4), (1, 5, 5), (2, 2), stride=2),
    Case(ROWS[:16].reshape(4, 4), (1, 5, 5), (2, 2), stride=3),
    Case(ROWS[:16].reshape(4, 4), (1, 5, 5), (2, 2), stride=3, padding=1),
)


@col2im.draws
def _(rng):
    drawn = draw_padded(rng)
    image, kernel, stride, padding = drawn.values()
    rows = in_rows(windows(image, kernel, stride, padding))
    return {"columns": draw_image(rng, *rows.shape), "shape": image.shape} | {
        "kernel": kernel, "stride": stride, "padding": padding
    }  # fmt: skip


@col2im.example
def _():
    """A digit in nine windows of 14 by 14 pixels, each seven pixels further."""
    return case_of_rows(digit(), (14, 14), stride=7)


col2im.broken(faulty(overwrite=True, channels_last=True, at_the_end=True))
col2im.regions(
    one_channel=lambda shape: shape[0] == 1,
    higher_image=lambda shape: shape[1] > shape[2],
    square_kernel=lambda kernel: kernel[0] == kernel[1],
    windows_overlap=lambda kernel, stride: stride < max(kernel),
    two_rings=lambda padding: padding > 1,
    one_row_of_places=lambda shape, kernel, stride, padding: (shape[1] + 2 * padding - kernel[0]) // stride == 0,
)
col2im.misconceptions(
    overlaps_still_overwritten=faulty(overwrite=True),
    channels_still_last=faulty(channels_last=True),
    frame_still_cut_at_the_end=faulty(at_the_end=True),
    only_the_overlaps_mended=faulty(channels_last=True, at_the_end=True),
    only_the_channels_mended=faulty(overwrite=True, at_the_end=True),
    only_the_frame_mended=faulty(overwrite=True, channels_last=True),
    mean_for_sum=lambda columns, shape, kernel, stride, padding, answer: (
        answer / np.maximum(added(np.ones_like(columns), shape, kernel, stride, padding), 1)
    ),
)


# Backward


@question(
    points=3, minutes=30, difficulty=3, count=100, uses=("im2col_chw", "col2im"), outputs=("grad_image", "grad_weight"),
    axes={
        "grad_output": "C_out H_out W_out", "image": "C H W", "weight": "C_out C kH kW",
        "grad_image": "C H W", "grad_weight": "C_out C kH kW",
    },
)  # fmt: skip
def conv_gradients(grad_output, image, weight, *, stride=1):
    """The gradients of a convolution by image and weight, from the gradient by its output."""
    return gradients(grad_output, image, weight, stride)


def draw_gradients(rng):
    C, H, W, kH, kW, stride = draw_sizes(rng)
    C_out = int(rng.integers(1, 4))
    H_out, W_out = ((size - k) // stride + 1 for size, k in ((H, kH), (W, kW)))
    arrays = draw_image(rng, C_out, H_out, W_out), draw_image(rng, C, H, W), draw_image(rng, C_out, C, kH, kW)
    return dict(zip(("grad_output", "image", "weight"), arrays, strict=True)) | {"stride": stride}


conv_gradients.cases(
    Case(GRADIENT, SMALL, WEIGHT),
    Case(GRADIENT[::-1], SMALL, WEIGHT),
    Case(GRADIENT, SMALL[::-1], WEIGHT),
    Case(GRADIENT, SMALL, WEIGHT[::-1]),
    Case(GRADIENT, np.arange(50.0).reshape(2, 5, 5), WEIGHT[..., :2], stride=2),
    Case(GRADIENT, np.arange(50.0).reshape(2, 5, 5), WEIGHT[..., :2], stride=3),
    Case(GRADIENT[:1, :1, :1], SMALL[:1, :2, :2], WEIGHT[:1, :1, :, :2]),
    Case(GRADIENT, NUMBERED, np.arange(16.0).reshape(2, 2, 2, 2), stride=2),
)
conv_gradients.draws(draw_gradients)
conv_gradients.regions(
    one_channel=lambda C: C == 1,
    one_filter=lambda C_out: C_out == 1,
    one_output=lambda H_out, W_out: H_out * W_out == 1,
    higher_image=lambda H, W: H > W,
    square_kernel=lambda kH, kW: kH == kW,
    windows_overlap=lambda kH, kW, stride: stride < max(kH, kW),
    pixels_left_over=lambda H, W, kH, kW, stride: (H - kH) % stride > 0 or (W - kW) % stride > 0,
)


conv_gradients.misconceptions(
    gradients_exchanged=lambda answer: answer[::-1],
    stride_forgotten_in_col2im=with_strides(True, False),
    stride_forgotten_in_im2col=with_strides(False, True),
    overlaps_overwritten=lambda grad_output, image, weight, stride: gradients(
        grad_output, image, weight, stride, overwrite=True
    ),
    output_gradient_reshaped_not_transposed=misread,
    mean_over_places=lambda answer, H_out, W_out: (answer[0], answer[1] / (H_out * W_out)),
    kernel_turned=lambda grad_output, image, weight, stride, answer: (
        gradients(grad_output, image, weight[..., ::-1, ::-1], stride)[0], answer[1]
    ),
    weight_gradient_left_flat=lambda answer: (answer[0], answer[1].reshape(len(answer[1]), -1)),
    weight_gradient_transposed=lambda answer: (answer[0], answer[1].swapaxes(0, 1)),
    sign_of_a_step=lambda answer: (-answer[0], -answer[1]),
    ones_for_the_gradient=lambda grad_output, image, weight, stride: gradients(
        np.ones_like(grad_output), image, weight, stride
    ),
)  # fmt: skip
