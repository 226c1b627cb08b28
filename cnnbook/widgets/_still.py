"""The still image of an explorer, for PDF, EPUB, GitHub and untrusted notebooks.

It draws in matplotlib what ``_core.js`` draws in SVG; coordinates count cells, and y grows downwards. It is imported
when a still is drawn, not before.
"""

from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from ._figure import _PALETTE, png

_INCHES = 0.3  # a cell


class Still:
    """A drawing in the book's colours.

    Examples
    --------
    >>> still = Still()
    >>> still.cells(0, 0, 5, 7, lambda row, column: "input")
    >>> still.window(2, 1, range(3))
    >>> still.png(7, 5).startswith("iVBORw0KGgo")       # the signature of PNG, in base64
    True
    """

    def __init__(self):
        self._figure = Figure(dpi=144, facecolor=_PALETTE["page"]["fill"])
        self._axes = self._figure.add_axes((0, 0, 1, 1), aspect="equal")

    def cells(self, x, y, rows, columns, role_of):
        """Unit squares with the corner of the first at (x, y), each in the colours of its role in the palette."""
        for row in range(rows):
            for column in range(columns):
                role = role_of(row, column)
                dashed = {"ls": (0, (3, 2))} if role == "padding" else {}
                self._box(x + column, y + row, 1, 1, role, **dashed)
                if role == "padding":
                    self.text(x + column + 0.5, y + row + 0.5, "0", size=7)

    def stripes(self, x, y, width, height):
        """Hatching, over what no window reads."""
        style = {"fill": False, "hatch": "////", "lw": 0, "ec": _PALETTE["page"]["line"], "alpha": 0.4}
        self._axes.add_patch(Rectangle((x, y), width, height, **style))

    def window(self, x, y, taps):
        """A kernel with its corner at (x, y): a square and a dot for each tap, and a frame around all."""
        for row in taps:
            for column in taps:
                self._box(x + column + 0.06, y + row + 0.06, 0.88, 0.88, "kernel")
                self._axes.add_patch(Circle((x + column + 0.5, y + row + 0.5), 0.08, fc=_PALETTE["kernel"]["line"]))
        self._box(x, y, taps[-1] + 1, taps[-1] + 1, "kernel", fill=False, lw=2.2)

    def bracket(self, x, y, taps, text, *, now):
        """A window seen from the side, and the output cell that it makes; `now` marks the one that is shown."""
        self._line((x + 0.5, x + taps[-1] + 0.5), (y, y), "kernel", zorder=0)
        fill = _PALETTE["kernel"]["line" if now else "fill"]
        for tap in taps:
            self._box(x + tap + 0.06, y - 0.15, 0.88, 0.3, "kernel", fc=fill)
        self.text(x + taps[-1] + 1.35, y, text, role="output", weight="bold" if now else "normal")

    def measure(self, x0, x1, y, text, role, *, above=False):
        """A line with a tick at each end and a text, as in a technical drawing."""
        self._line((x0, x1), (y, y), role, marker="|", ms=6)
        self.text((x0 + x1) / 2, y - 0.35 if above else y + 0.35, text, role=role)

    def lines(self, *pairs):
        """Dashed lines, each from one (x, y) to another: they join a window and its output cell."""
        for (x0, y0), (x1, y1) in pairs:
            self._line((x0, x1), (y0, y1), "output", ls=(0, (5, 4)))

    def text(self, x, y, text, *, role="page", size=9, align="center", weight="normal"):
        """Text around the point (x, y)."""
        halo = {"facecolor": _PALETTE["page"]["fill"], "edgecolor": "none", "pad": 0.5, "alpha": 0.8}
        colour = _PALETTE[role]["line"]
        self._axes.text(x, y, text, color=colour, size=size, ha=align, va="center", weight=weight, bbox=halo)

    def now(self, x, y):
        """The output cell that the window makes."""
        self._box(x, y, 1, 1, "output", fc=_PALETTE["output"]["line"])

    def png(self, width, height):
        """The drawing as PNG, in base64: `width` and `height` cells, and what stands around them."""
        self._axes.set(xlim=(0, width), ylim=(height, 0))
        self._axes.axis("off")
        self._figure.set_size_inches(width * _INCHES, height * _INCHES)
        return png(self._figure, bbox_inches="tight")

    def numbers(self, x, y, grid, role):
        """A matrix in cells of a role, the corner of the first at (x, y): at most two decimals.

        A function for `role` gives the role of the cell at (row, column); padding is a zero without being told.
        """
        role_of = role if callable(role) else lambda row, column: role
        self.cells(x, y, len(grid), len(grid[0]), role_of)
        for row, line in enumerate(grid):
            for column, value in enumerate(line):
                if role_of(row, column) == "padding":
                    continue
                text = f"{round(value, 2):g}".replace("-", "−")
                style = {"color": _PALETTE["page"]["line"], "ha": "center", "va": "center"}
                self._axes.text(x + column + 0.5, y + row + 0.5, text, size=9 - len(text) / 2, **style)

    def squares(self, x, y, grid, role):
        """A matrix as squares, the first cell's corner at (x, y): the area is the size, hollow ones are negative."""
        self._box(x, y, len(grid[0]), len(grid), role)
        largest = max(abs(value) for line in grid for value in line) or 1
        for row, line in enumerate(grid):
            for column, value in enumerate(line):
                side = 0.9 * (abs(value) / largest) ** 0.5
                corner, fill = (1 - side) / 2, {} if value < 0 else {"fc": _PALETTE[role]["line"]}
                self._box(x + column + corner, y + row + corner, side, side, role, lw=0.5, **fill)

    def outline(self, x, y, width, height, role):
        """A heavy frame, around a window or the cell of now."""
        self._box(x, y, width, height, role, fill=False, lw=2.2)

    def _box(self, x, y, width, height, role, **style):
        colours = {"fc": _PALETTE[role]["fill"], "ec": _PALETTE[role]["line"], "lw": 1}
        self._axes.add_patch(Rectangle((x, y), width, height, **(colours | style), clip_on=False))

    def _line(self, x, y, role, **style):
        self._axes.plot(x, y, color=_PALETTE[role]["line"], lw=1, clip_on=False, **style)
