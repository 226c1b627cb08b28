"""What a student's function makes of a real image, as pictures: drawn with NumPy alone, beside the input."""

import base64
import html
import struct
import zlib

import numpy as np

from ._tensors import is_tensor, numbers

_WIDTH, _CHANNELS = 168, 4  # pixels of a picture on the page, and how many channels are drawn
_LARGEST = 512  # rows or columns that are drawn


class Pictures:
    """Pictures side by side, each with its name; where there is nothing to see, a sentence.

    Parameters
    ----------
    images : dict of str to array
        Name and numbers, of shape (H, W), or (3, H, W) for colours, from 0 to 1 or to 255.
    told : str
        What is said below them.

    Examples
    --------
    >>> Pictures({"image": np.eye(3)})
    image: array of shape (3, 3)
    """

    def __init__(self, images, told=""):
        self.images, self.told = images, told

    def __repr__(self):
        lines = [f"{name}: array of shape {image.shape}" for name, image in self.images.items()]
        return "\n".join([*lines, *([self.told] if self.told else [])])

    def _repr_html_(self):
        style = f"width: {_WIDTH}px; image-rendering: pixelated; display: block"
        drawn = "".join(
            f'<figure style="margin: 0 12px 8px 0">'
            f'<img style="{style}" alt="{html.escape(name)}" src="{address(image)}">'
            f"<figcaption>{html.escape(name)}</figcaption></figure>"
            for name, image in self.images.items()
        )
        told = f"<p>{html.escape(self.told)}</p>" if self.told else ""
        return f'<div style="display: flex; flex-wrap: wrap">{drawn}</div>{told}'


def drawable(name, value):
    """The pictures of an array by name: one for its last two axes, and for three channels
    that are mostly positive, as colours; of more axes, some channels of the first image.

    >>> [*drawable("x", np.zeros((2, 3, 5, 7)))], [*drawable("bias", np.zeros(3))]
    (['x[0, 0]', 'x[0, 1]', 'x[0, 2]'], [])
    """
    array = numbers(value) if is_tensor(value) else value
    if (
        not isinstance(array, np.ndarray)
        or array.dtype.kind not in "biuf"
        or array.ndim < 2
        or min(array.shape[-2:]) < 2
    ):
        return {}
    array = np.nan_to_num(array.astype(float), posinf=0, neginf=0)
    if array.ndim == 2 or (array.ndim == 3 and len(array) == 3 and -2 * array.min() <= array.max()):
        return {name: array}
    first = (0,) * (array.ndim - 3)
    places = [(*first, channel) for channel in range(min(_CHANNELS, array.shape[-3]))]
    return {f"{name}[{', '.join(map(str, place))}]": array[place] for place in places}


def address(image):
    """A picture as a ``data:`` address. In grey, black is the smallest number; where some are negative, 0 is grey.

    >>> address(np.eye(2))[:22]
    'data:image/png;base64,'
    """
    colour = 2 if image.ndim == 3 else 0  # as PNG numbers them
    if colour:
        largest = 1 if image.max() <= 1 else 255
        pixels = np.clip(255 / largest * image, 0, 255).transpose(1, 2, 0)
    else:
        low, high = float(image.min()), float(image.max())
        high = max(-low, high) if low < 0 else high
        low = -high if low < 0 else 0.0
        pixels = 255 * (image - low) / ((high - low) or 1)
    pixels = pixels.round(6).round()  # a half goes the same way on every processor
    H, W = pixels.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in pixels.astype(np.uint8))  # 0: no filter
    head = struct.pack(">IIBBBBB", W, H, 8, colour, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    file = b"\x89PNG\r\n\x1a\n"
    for kind, data in parts:
        file += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return f"data:image/png;base64,{base64.b64encode(file).decode()}"


def pictures(question, case, outcome):
    """The inputs of a case, and what came of a call with them, each by its name."""
    images = dict(question.collection.arguments(case))
    if question.outputs and isinstance(outcome.value, tuple | list):
        images |= zip(question.outputs, outcome.value, strict=False)
    else:
        images[f"{question.name}({', '.join(images)})"] = outcome.value
    return {title: drawn for name, value in images.items() for title, drawn in drawable(name, value).items()}
