"""The windows of a layer, drawn with letters, as in the text of the exercises."""

from ..arithmetic import output_size

_WIDEST, _LONGEST = 36, 12  # pixels a row, rows


def draw_windows(size, kernel, *, stride=1, padding=0, dilation=1, ceil_mode=False):
    """Draw where a kernel stands along one axis: under the numbers of the pixels a row for each position.

    Parameters
    ----------
    size, kernel, stride, dilation, ceil_mode
        As in :func:`cnnbook.arithmetic.output_size`.
    padding : int or (int, int)
        Pixels on each side, or before and after.

    Returns
    -------
    list of str
        Rows: ``p`` is a pixel of the padding, ``x`` a tap. Empty for what is too wide to read; of many positions the
        first ones and the last one are drawn. There are no words in it, so that it suits every language.

    Examples
    --------
    >>> for row in draw_windows(9, 2, stride=5, padding=1):
    ...     print("|", row)
    |    p 0 1 2 3 4 5 6 7 8 p
    | 0  x x
    | 1            x x
    """
    before, after = padding if isinstance(padding, tuple) else (padding, padding)
    span = dilation * (kernel - 1) + 1
    positions = (size + before + after - span) // stride + 1
    if ceil_mode:
        positions = output_size(size, kernel, stride=stride, padding=before, dilation=dilation, ceil_mode=True)
    pixels = ["p"] * before + [str(pixel) for pixel in range(size)] + ["p"] * after
    if len(pixels) > _WIDEST or positions < 1:
        return []
    width = len(str(size - 1)) + 1
    rows = [("", "".join(pixel.ljust(width) for pixel in pixels))]
    for position in range(positions):
        places = {position * stride + dilation * tap for tap in range(kernel)}
        row = "".join(("x" if place in places else "").ljust(width) for place in range(max(places) + 1))
        rows.append((str(position), row))
    if len(rows) > _LONGEST:
        rows = [*rows[: _LONGEST - 2], ("...", ""), rows[-1]]
    first = max(len(label) for label, _ in rows) + 2
    return [f"{label.ljust(first)}{row}".rstrip() for label, row in rows]
