"""The convolution stepper: a window slides over a small input; its products with the kernel add up to the output."""

from __future__ import annotations

from typing import Any

import traitlets

from .._types import ArrayLike, NDArray
from ._explorer import Explorer, Flag, SettingError, Whole, within
from ._printed import told
from ._traits import Numbers

# The worked example that many courses share: 6 x 6 numbers, a detector of vertical edges, 4 x 4 results.
INPUT = (
    (3, 0, 1, 2, 7, 4),
    (1, 5, 8, 9, 3, 1),
    (2, 7, 2, 5, 1, 3),
    (0, 1, 3, 1, 7, 8),
    (4, 2, 1, 6, 2, 8),
    (2, 4, 5, 2, 3, 9),
)

# The fifth training image of mnist_sample, a four, at half its size: means of 2 x 2 pixels, from 0 to 9.
DIGIT = tuple(
    tuple(int(pixel) for pixel in row)
    for row in (
        "00000000000000", "00000000000000", "00000000003000", "00400000006100", "00700000027000", "01700000045000",
        "03600000283000", "03744666490000", "00333100280000", "00000000350000", "00000000360000", "00000000370000",
        "00000000140000", "00000000000000",
    )
)  # fmt: skip

PRESETS = {
    "vertical": ((1, 0, -1), (1, 0, -1), (1, 0, -1)),
    "horizontal": ((1, 1, 1), (0, 0, 0), (-1, -1, -1)),
    "sobel_vertical": ((1, 0, -1), (2, 0, -2), (1, 0, -1)),
    "sobel_horizontal": ((1, 2, 1), (0, 0, 0), (-1, -2, -1)),
    "scharr_vertical": ((3, 0, -3), (10, 0, -10), (3, 0, -3)),
    "scharr_horizontal": ((3, 10, 3), (0, 0, 0), (-3, -10, -3)),
    "blur": ((0.1, 0.1, 0.1), (0.1, 0.2, 0.1), (0.1, 0.1, 0.1)),
    "sharpen": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    "identity": ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
}


class ConvolutionStepper(Explorer):
    """What does a kernel do at each place of an input?

    The window can be dragged, stepped and played; numbers of input and kernel can be typed. "Convolution" is
    cross-correlation here, as everywhere in deep learning; `flip` shows what mathematics calls convolution.

    Parameters
    ----------
    input : matrix of numbers, optional
        Up to 10 x 10, as an array or a list of rows.
    kernel : matrix of numbers, optional
        Up to 5 x 5. Default: the kernel that `preset` names.
    preset : str, optional
        Name of a kernel: "vertical", "horizontal", "sobel_vertical", "sobel_horizontal", "scharr_vertical",
        "scharr_horizontal", "blur", "sharpen", "identity". The attribute is "custom" where the kernel is none of them.
    flip : bool
        Rotate the kernel by 180 degrees before it is used: true convolution.
    image : matrix of numbers, optional
        The picture, up to 28 x 28, shown in greys from its smallest number to its largest. Default: a small digit.
    picture : bool, optional
        Convolve `image`, not `input`. Default: where an `image` is given.
    row, column : int
        The output cell whose window is shown.
    language : str
        Language of the words on screen; left out, the one that is set.

    Raises
    ------
    TypeError, ValueError
        For anything but such matrices, for a kernel larger than the input, and for places outside the output.

    Examples
    --------
    >>> stepper = ConvolutionStepper()
    >>> stepper.output
    array([[ -5.,  -4.,   0.,   8.],
           [-10.,  -2.,   2.,   3.],
           [  0.,  -2.,  -4.,  -7.],
           [ -3.,  -2.,  -3., -16.]])
    >>> stepper = ConvolutionStepper([[0, 0, 9, 9, 9, 0, 0]] * 5, [[1, -1], [1, -1], [1, -1]])
    >>> stepper.output[0]                               # five rows, seven columns, a kernel of 3 x 2
    array([  0., -27.,   0.,   0.,  27.,   0.])
    >>> stepper.flip = True
    >>> stepper.output[0]
    array([  0.,  27.,   0.,   0., -27.,   0.])
    >>> stepper.preset
    'custom'
    """


    input = Numbers(INPUT, 10)
    kernel = Numbers(PRESETS["vertical"], 5)
    preset = traitlets.Unicode("vertical").tag(sync=True)
    flip = Flag(False)
    image = Numbers(DIGIT, 28)
    picture = Flag(False)
    row = Whole(0, 0)
    column = Whole(0, 0)

    def __init__(
        self, input: ArrayLike | None = None, kernel: ArrayLike | None = None,
        *, preset: str | None = None, flip: bool = False, image: ArrayLike | None = None, picture: bool | None = None,
        row: int = 0, column: int = 0, language: str | None = None,
    ) -> None:  # fmt: skip
        if kernel is not None and preset is not None:
            raise ValueError(f"preset {preset!r} and a kernel cannot both be given: use one of them")
        if kernel is None:
            kernel = PRESETS[_known("vertical" if preset is None else preset)]
        super().__init__(
            input=INPUT if input is None else input, kernel=kernel, flip=flip,
            image=DIGIT if image is None else image, picture=image is not None if picture is None else picture,
            row=row, column=column, language=language,
        )  # fmt: skip

    @property
    def settings(self) -> tuple[str, ...]:
        """Names of the traits that ``repr`` shows: the picture only where it is not the usual one."""
        own = () if self.image == DIGIT else ("image",)
        return ("input", "kernel", "flip", *own, "picture", "row", "column")

    @property
    def output(self) -> NDArray[Any]:
        """Output of the convolution, an ndarray of shape (H_out, W_out)."""
        import numpy as np

        from ..functional import conv2d

        x, kernel = (np.array(grid, float)[None, None] for grid in (self._x, self.kernel))
        return conv2d(x, kernel[..., ::-1, ::-1] if self.flip else kernel)[0, 0]

    @property
    def _x(self):
        return self.image if self.picture else self.input

    @property
    def _output_shape(self):
        return _shape(self._x, self.kernel)

    @traitlets.validate("input", "kernel", "image", "picture")
    def _fits(self, proposal):
        now = {name: getattr(self, name) for name in ("input", "kernel", "image", "picture")}
        now[proposal["trait"].name] = proposal["value"]
        _shape(now["image"] if now["picture"] else now["input"], now["kernel"])
        return proposal["value"]

    @traitlets.validate("preset")
    def _is_known(self, proposal):
        name = proposal["value"]
        if name == "custom" == _name(self.kernel):
            return name
        _shape(self._x, PRESETS[_known(name)])
        return name

    @traitlets.validate("row", "column")
    def _exists(self, proposal):
        return within(self._output_shape[proposal["trait"].name == "column"], proposal)

    @traitlets.observe("input", "kernel", "image", "picture")
    def _keep_window(self, change):
        rows, columns = self._output_shape
        self.row, self.column = min(self.row, rows - 1), min(self.column, columns - 1)

    @traitlets.observe("kernel")
    def _keep_preset(self, change):
        self.preset = _name(self.kernel)

    @traitlets.observe("preset")
    def _use_preset(self, change):
        self.kernel = PRESETS.get(self.preset, self.kernel)

    def summary(self) -> str:
        word = self._words["result"]
        value = told(self.output[self.row, self.column])
        count = len(self.kernel) * len(self.kernel[0])
        return word.format(row=self.row, column=self.column, value=value, count=count)


def _shape(x, kernel):
    """Rows and columns of the output; a kernel that does not fit is refused."""
    (H, W), (kH, kW) = ((len(grid), len(grid[0])) for grid in (x, kernel))
    if kH > H or kW > W:
        remedy = "use a smaller kernel or a larger input"
        raise SettingError(f"kernel {kH} x {kW} does not fit in input {H} x {W}: {remedy}")
    return H - kH + 1, W - kW + 1


def _name(kernel):
    """Name of a kernel, "custom" where it has none."""
    return next((name for name, preset in PRESETS.items() if preset == kernel), "custom")


def _known(preset):
    if preset not in PRESETS:
        raise SettingError(f"preset {preset!r} is unknown: use {', '.join(PRESETS)}, or set kernel")
    return preset
