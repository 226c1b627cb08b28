import re

import numpy as np
import pytest

from cnnbook.plotting import number_grids
from cnnbook.plotting.style import WIDTH


def test_every_number_stands_in_its_cell():
    grid = np.arange(-6, 6).reshape(3, 4)
    (axes,) = number_grids({"a": grid}).axes
    assert {(t.get_position(), t.get_text()) for t in axes.texts} == {
        ((j + 0.5, i + 0.5), str(value)) for (i, j), value in np.ndenumerate(grid)
    }


def test_grids_share_one_scale_of_colour():
    left, right = number_grids({"a": [[1, 9]], "b": [[9, 0.5]]}, role="output").axes
    colours = [axes.collections[0].to_rgba(axes.collections[0].get_array()).reshape(2, 4) for axes in (left, right)]
    assert np.array_equal(colours[0][1], colours[1][0])
    assert right.texts[1].get_text() == "0.5"


@pytest.mark.parametrize(
    ("grids", "role", "message"),
    [({"a": [1, 2]}, "input", "grid 'a' has shape (2,): use a matrix, (H, W)"),
     ({"a": [[1]]}, "inputs", "role 'inputs' is not in the palette: use input, kernel")],
)  # fmt: skip
def test_bad_grids_are_refused(grids, role, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        number_grids(grids, role=role)


def test_a_row_is_no_wider_than_a_page():
    figure = number_grids({"a": np.ones((6, 6)), "b": np.ones((6, 6)), "c": np.ones((3, 9))})
    assert figure.get_figwidth() <= WIDTH
    figure.canvas.draw()
    left, right, _ = (axes.get_position() for axes in figure.axes)
    assert left.x1 < right.x0
    assert left.y0 == pytest.approx(right.y0)
    assert figure.subfigs[1].bbox.y1 <= figure.subfigs[0].bbox.y0 + 1e-6  # pixels
