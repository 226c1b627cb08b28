"""`make preview`: the picture that is shown with a link to the book: its title beside a convolution, computed."""

import json
from pathlib import Path

import numpy as np
import yaml
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from cnnbook.functional import conv2d

ROOT = Path(__file__).parents[2]
OUT = ROOT / "book" / "_assets" / "preview.png"
SIZE = 1200, 630  # pixels: what messengers show whole
CELL = 72
IMAGE = np.array([[0, 0, 1, 2, 1], [0, 1, 2, 1, 0], [1, 2, 1, 0, 0], [2, 1, 0, 0, 1], [1, 0, 0, 1, 2]], float)
KERNEL = np.array([[0, 1, 0], [1, -1, 1], [0, 1, 0]], float)
ROW, COLUMN = 1, 2  # of the output that is shown being computed


def square(axes, x, y, cells=1, **look):
    axes.add_patch(Rectangle((x, y), cells * CELL, cells * CELL, **look))


def grid(axes, values, left, top, colour):
    """Draw a matrix: its numbers, each in a square."""
    for (row, column), value in np.ndenumerate(values):
        x, y = left + column * CELL, top + row * CELL
        square(axes, x, y, fc="none", ec="#c4c9cf", lw=1.5)
        text = f"{value:.0f}".replace("-", "\N{MINUS SIGN}")
        axes.text(x + CELL / 2, y + CELL / 2 + 1, text, ha="center", va="center", size=28, color=colour["line"])


def draw(title):
    """The picture, a matplotlib figure."""
    colours = json.loads((ROOT / "cnnbook" / "palette.json").read_text(encoding="utf-8"))["light"]
    output = conv2d(IMAGE[None, None], KERNEL[None, None])[0, 0]
    figure = Figure(figsize=(SIZE[0] / 100, SIZE[1] / 100), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, SIZE[0]), ylim=(SIZE[1], 0))
    axes.axis("off")
    first, second = title.split(", ")
    left, top, ink = 60, 232, colours["page"]["line"]
    for y, line, colour in ((84, f"{first},", ink), (154, second, colours["kernel"]["line"])):
        axes.text(left, y, line, size=44, weight="bold", va="center", color=colour)
    middle = top + 2.5 * CELL
    above, window, at = middle - 1.5 * CELL, (left + COLUMN * CELL, top + ROW * CELL), left + 12 * CELL
    number = (at + COLUMN * CELL, above + ROW * CELL)
    for place, cells, role in ((window, 3, "kernel"), (number, 1, "output")):
        square(axes, *place, cells, fc=colours[role]["fill"], ec="none")
    grid(axes, IMAGE, left, top, colours["input"])
    grid(axes, KERNEL, left + 7 * CELL, above, colours["kernel"])
    grid(axes, output, at, above, colours["output"])
    for place, cells, role in ((window, 3, "kernel"), (number, 1, "output")):
        square(axes, *place, cells, fc="none", ec=colours[role]["line"], lw=6)
    for x, sign in ((6, "\N{ASTERISK OPERATOR}"), (11, "=")):
        axes.text(left + x * CELL, middle, sign, ha="center", va="center", size=44, color=ink)
    return figure


def main():
    title = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["title"]
    draw(title).savefig(OUT)
    Image.open(OUT).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(OUT, optimize=True)
    print(f"{OUT.relative_to(ROOT)}: {OUT.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main()
