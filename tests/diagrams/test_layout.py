"""Boxes and arrows: they fit, nothing overlaps, and the words say what is drawn."""

import json
import re
from importlib.resources import files
from xml.etree import ElementTree

import pytest

from cnnbook.diagrams import draw, list_drawings
from cnnbook.diagrams._layout import Box, Column, Drawing, Fork, Residual, Row

SVG = "{http://www.w3.org/2000/svg}"


def boxes(drawing):
    """(x, y, width, height) of every rectangle but the ground."""
    found = ElementTree.fromstring(drawing.svg).iter(f"{SVG}rect")
    return [tuple(float(box.get(key)) for key in ("x", "y", "width", "height")) for box in found if box.get("x")]


def texts(drawing):
    return [text.text for text in ElementTree.fromstring(drawing.svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", list_drawings())
def test_boxes_fit_and_do_not_overlap(name):
    drawing = draw(name)
    root = ElementTree.fromstring(drawing.svg)
    width, height = float(root.get("width")), float(root.get("height"))
    found = boxes(drawing)
    assert found
    for x, y, w, h in found:
        assert x >= 4
        assert y >= 4
        assert x + w <= width - 4
        assert y + h <= height - 4
    for number, (x, y, w, h) in enumerate(found):
        for other_x, other_y, other_w, other_h in found[number + 1 :]:
            apart = x + w <= other_x or other_x + other_w <= x or y + h <= other_y or other_y + other_h <= y
            assert apart


@pytest.mark.parametrize("name", list_drawings())
def test_lines_stay_inside(name):
    root = ElementTree.fromstring(draw(name).svg)
    width, height = float(root.get("width")), float(root.get("height"))
    for path in root.iter(f"{SVG}path"):
        points = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path.get("d"))
        assert points
        assert all(0 <= float(x) <= width and 0 <= float(y) <= height for x, y in points)


@pytest.mark.parametrize("name", list_drawings())
def test_words_for_those_who_do_not_see_it(name):
    drawing = draw(name)
    root = ElementTree.fromstring(drawing.svg)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == drawing.title
    assert root.find(f"{SVG}desc").text == drawing.description
    assert all(text in drawing.description for text in texts(drawing) if text != "as it is")


def test_both_themes_come_from_the_palette():
    """The page's own variables go first; the palette's colours are for where there is no page of the book."""
    style = ElementTree.fromstring(draw("vgg").svg).find(f"{SVG}style").text
    palette = json.loads((files("cnnbook") / "palette.json").read_text(encoding="utf-8"))
    light, dark = style.split("@media (prefers-color-scheme:dark)")
    for theme, text in (("light", light), ("dark", dark)):
        for role, colours in palette[theme].items():
            assert f"--{role}-line:var(--c-{role},{colours['line']});" in text
            assert f"--{role}-fill:var(--c-{role}-fill,{colours['fill']});" in text


def test_elements_measure_themselves():
    """A residual block of two layers and a fork of two, by hand."""
    box = Box("3×3", "kernel")
    assert (box.width, box.height, box.axis) == (76, 28, 38)
    column = Column((box, box))
    assert (column.width, column.height) == (76, 28 + 22 + 28)
    fork = Fork((column, Column((box,))))
    assert (fork.width, fork.height) == (76 + 18 + 76, column.height + 44)
    residual = Residual(column, None)
    assert residual.height == 11 + column.height + 22 + 22
    assert residual.width == 38 + (38 + 18 + 10) + 44
    row = Row((("a", box), ("b", column)))
    assert (row.width, row.height) == (76 + 36 + 76, 30 + column.height)


def test_words():
    box, pool = Box("3×3 conv", "kernel", "64"), Box("pool", "padding")
    assert Column((box, pool)).words() == "3×3 conv (64), then pool"
    assert Fork((Column((box,)), Column((pool,)))).words() == "2 branches side by side, (1) 3×3 conv (64); (2) pool"
    assert Residual(Column((box,)), None).words().endswith("the input itself, on a shortcut, is added to that")
    assert Residual(Column((box,)), pool).words().endswith("a shortcut through pool, is added to that")


def test_text_is_escaped():
    drawing = Drawing("a < b", Box("x & y", "kernel"))
    assert texts(drawing) == ["x & y"]
    assert ElementTree.fromstring(drawing.svg).find(f"{SVG}title").text == "a < b"


def test_a_notebook_can_show_it():
    bundle = draw("mlpconv")._repr_mimebundle_()
    assert bundle["text/html"] == bundle["image/svg+xml"] == draw("mlpconv").svg
    assert bundle["text/plain"].startswith("Network in Network: mlpconv block: input (3 channels), then 5×5 conv (192)")
