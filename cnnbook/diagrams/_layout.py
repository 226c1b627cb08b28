"""Boxes, one after the other and side by side, with arrows between them: laid out, drawn as SVG, and put into words.

Every element knows its `width`, its `height`, and how far its `axis` (where arrows enter and leave) is from its left
edge; `draw(x, y)` yields SVG with the axis at x and the top at y; `words()` says the same in a sentence.
"""

import json
from dataclasses import dataclass
from html import escape
from importlib.resources import files

_GAP = 22  # between boxes, pixels: room for an arrow
_SIDE = 18  # between branches
_LETTER = 7.3  # width of a letter, on average and generously


@dataclass(frozen=True)
class Box:
    """A rectangle with one or two lines of text, in the colours of a role of the palette."""

    text: str
    role: str
    note: str = ""  # second line, smaller

    @property
    def width(self):
        return round(max(76, 20 + _LETTER * max(len(self.text), 0.9 * len(self.note))))

    @property
    def height(self):
        return 44 if self.note else 28

    @property
    def axis(self):
        return self.width / 2

    def draw(self, x, y):
        corner = f'x="{x - self.axis:g}" y="{y:g}" width="{self.width}" height="{self.height}"'
        yield f'<rect class="box {self.role}" {corner} rx="5"/>'
        yield f'<text x="{x:g}" y="{y + 18.5:g}">{escape(self.text)}</text>'
        if self.note:
            yield f'<text class="note" x="{x:g}" y="{y + 35:g}">{escape(self.note)}</text>'

    def words(self):
        return self.text + (f" ({self.note})" if self.note else "")


@dataclass(frozen=True)
class Column:
    """Elements from top to bottom, an arrow from each to the next."""

    parts: tuple

    @property
    def axis(self):
        return max((part.axis for part in self.parts), default=0)

    @property
    def width(self):
        return self.axis + max((part.width - part.axis for part in self.parts), default=0)

    @property
    def height(self):
        return sum(part.height for part in self.parts) + _GAP * max(0, len(self.parts) - 1)

    def draw(self, x, y):
        for number, part in enumerate(self.parts):
            if number:  # no head in front of something that begins by splitting the line
                yield _line((x, y), (x, y + _GAP)) if hasattr(part, "splits") else _arrow(x, y, x, y + _GAP)
                y += _GAP
            yield from part.draw(x, y)
            y += part.height

    def words(self):
        return ", then ".join(part.words() for part in self.parts)


@dataclass(frozen=True)
class Fork:
    """Branches side by side; what comes in goes into each, and what comes out is brought together."""

    branches: tuple
    splits = True

    @property
    def width(self):
        return sum(branch.width for branch in self.branches) + _SIDE * (len(self.branches) - 1)

    @property
    def axis(self):
        return self.width / 2

    @property
    def height(self):
        return max(branch.height for branch in self.branches) + 2 * _GAP

    def draw(self, x, y):
        left, bottom = x - self.axis, y + self.height
        for branch in self.branches:
            here = left + branch.axis
            yield _line((x, y), (x, y + _GAP / 2), (here, y + _GAP / 2))
            yield _arrow(here, y + _GAP / 2, here, y + _GAP)
            yield from branch.draw(here, y + _GAP)
            end = y + _GAP + branch.height
            yield _line((here, end), (here, bottom - _GAP / 2), (x, bottom - _GAP / 2), (x, bottom))
            left += branch.width + _SIDE

    def words(self):
        each = "; ".join(f"({number}) {branch.words()}" for number, branch in enumerate(self.branches, start=1))
        return f"{len(self.branches)} branches side by side, {each}"


@dataclass(frozen=True)
class Residual:
    """A body, and a shortcut around it on the right; both meet in a plus sign."""

    body: Column
    shortcut: Box | None  # None: the input itself
    splits = True

    @property
    def axis(self):
        return self.body.axis

    @property
    def _shortcut_axis(self):
        """From the axis of the body to that of the shortcut."""
        half = self.shortcut.axis if self.shortcut else 10
        return self.body.width - self.body.axis + _SIDE + half

    @property
    def width(self):
        return self.axis + self._shortcut_axis + (self.shortcut.axis if self.shortcut else 44)

    @property
    def height(self):
        return _GAP / 2 + self.body.height + _GAP + _GAP

    def draw(self, x, y):
        side, top = x + self._shortcut_axis, y + _GAP / 2
        plus = top + self.body.height + _GAP + 11
        yield _arrow(x, y, x, top)
        yield from self.body.draw(x, top)
        yield _arrow(x, plus - 11 - _GAP, x, plus - 11)
        middle = (top + plus) / 2
        if self.shortcut:
            start = middle - self.shortcut.height / 2
            yield _line((x, y), (side, y))
            yield _arrow(side, y, side, start)
            yield from self.shortcut.draw(side, start)
            yield _line((side, start + self.shortcut.height), (side, plus))
        else:
            yield _line((x, y), (side, y), (side, plus))
            yield f'<text class="note left" x="{side + 6:g}" y="{middle:g}">as it is</text>'
        yield _arrow(side, plus, x + 11, plus)
        yield f'<circle class="box output" cx="{x:g}" cy="{plus:g}" r="11"/>'
        yield f'<path class="arrow" d="M{x - 5:g} {plus:g}h10M{x:g} {plus - 5:g}v10"/>'

    def words(self):
        around = f"a shortcut through {self.shortcut.words()}" if self.shortcut else "the input itself, on a shortcut"
        return f"{self.body.words()}; {around}, is added to that"


@dataclass(frozen=True)
class Row:
    """Drawings side by side, each with a heading, and nothing between them."""

    parts: tuple  # (heading, element)

    @property
    def width(self):
        return sum(self._widths()) + 2 * _SIDE * (len(self.parts) - 1)

    @property
    def axis(self):
        return self.width / 2

    @property
    def height(self):
        return 30 + max(element.height for _, element in self.parts)

    def _widths(self):
        return [max(element.width, _LETTER * len(heading)) for heading, element in self.parts]

    def draw(self, x, y):
        left = x - self.axis
        for (heading, element), width in zip(self.parts, self._widths(), strict=True):
            at = left + (width - element.width) / 2 + element.axis
            yield f'<text class="heading" x="{at:g}" y="{y + 12:g}">{escape(heading)}</text>'
            yield from element.draw(at, y + 30)
            left += width + 2 * _SIDE

    def words(self):
        return ". ".join(f"{heading}: {element.words()}" for heading, element in self.parts)


@dataclass(frozen=True)
class Drawing:
    """A drawing with a title. A notebook shows it; in the book it follows the page's light or dark colours.

    >>> drawing = Drawing("Two layers", Column((Box("3x3 conv", "kernel", "64"), Box("ReLU", "padding"))))
    >>> drawing.description
    'Two layers: 3x3 conv (64), then ReLU.'
    >>> drawing.svg[:44]
    '<svg xmlns="http://www.w3.org/2000/svg" clas'
    """

    title: str
    element: object

    @property
    def description(self) -> str:
        """The drawing in words, for those who do not see it."""
        return f"{self.title}: {self.element.words()}."

    @property
    def svg(self) -> str:
        """The drawing as SVG, complete in itself."""
        width, height = round(self.element.width) + 24, round(self.element.height) + 24
        body = "".join(self.element.draw(12 + self.element.axis, 12))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="cnnd" role="img" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" style="max-width:100%;height:auto">'
            f"<title>{escape(self.title)}</title><desc>{escape(self.description)}</desc>"
            f'<style>{_style()}</style><rect class="ground" width="{width}" height="{height}"/>{body}</svg>'
        )

    def _repr_mimebundle_(self, include=None, exclude=None):
        # As HTML the drawing becomes part of the page and can follow its colours; the other two are for viewers
        # that show no HTML.
        return {"text/html": self.svg, "image/svg+xml": self.svg, "text/plain": self.description}


def _line(*points):
    return f'<path class="line" d="M{"L".join(f"{x:g} {y:g}" for x, y in points)}"/>'


def _arrow(x0, y0, x1, y1):
    """A straight line down or sideways, with a head at its end."""
    (dx, dy) = (0, 4) if x0 == x1 else (4 if x1 > x0 else -4, 0)
    head = f"M{x1 - 1.5 * dx - dy:g} {y1 - 1.5 * dy - dx:g}L{x1:g} {y1:g}L{x1 - 1.5 * dx + dy:g} {y1 - 1.5 * dy + dx:g}"
    return f'<path class="line" d="M{x0:g} {y0:g}L{x1:g} {y1:g}{head}"/>'


def _style():
    """Colours: the page's variables where the drawing is part of a page of the book, else the palette's own."""
    palette = json.loads((files("cnnbook") / "palette.json").read_text(encoding="utf-8"))

    def variables(theme):
        return "".join(
            f"--{role}-{part}:var(--c-{role}{'-fill' if part == 'fill' else ''},{colour});"
            for role, colours in palette[theme].items()
            for part, colour in colours.items()
        )

    rules = [
        f".cnnd{{{variables('light')}}}",
        f"@media (prefers-color-scheme:dark){{.cnnd{{{variables('dark')}}}}}",
        ".cnnd .ground{fill:var(--page-fill)}",
        ".cnnd text{font:600 13px system-ui,'Segoe UI','Liberation Sans',sans-serif;text-anchor:middle;"
        "fill:var(--page-line)}",
        ".cnnd .note{font-weight:400;font-size:12px}.cnnd .left{text-anchor:start}",
        ".cnnd .heading{font-size:14px}",
        ".cnnd .line,.cnnd .arrow{fill:none;stroke:var(--page-line);stroke-width:1.4}",
        ".cnnd .box{stroke-width:1.5}",
    ]
    roles = [role for role in palette["light"] if role != "page"]
    rules += [f".cnnd .{role}{{fill:var(--{role}-fill);stroke:var(--{role}-line)}}" for role in roles]
    return "".join(rules)
