import re

import numpy as np
import pytest

from cnnbook.plotting import weight_matrices
from cnnbook.plotting.style import WIDTH

BAND = np.array([[1, 2, 0, 0], [0, 1, 2, 0], [0, 0, 1, 2]])


def test_every_weight_has_its_name_and_nothing_else_has_one():
    (axes,) = weight_matrices({"convolution": BAND}).axes
    names = {(int(x), int(y)): text.get_text() for text in axes.texts for x, y in [text.get_position()]}
    assert names == {(column, row): str(BAND[row, column]) for row, column in np.argwhere(BAND)}
    assert axes.get_title(loc="left") == "convolution"


def test_one_weight_has_one_colour_and_no_weight_has_that_of_the_page():
    (axes,) = weight_matrices({"a": BAND}).axes
    mesh = axes.collections[0]
    colours = mesh.to_rgba(mesh.get_array()).reshape(3, 4, 4)
    assert np.array_equal(colours[0, 0], colours[1, 1])
    assert not np.array_equal(colours[0, 0], colours[0, 1])
    assert colours[0, 3].tolist() == [1, 1, 1, 1]


def test_a_matrix_without_sharing_and_one_of_a_single_weight_are_drawn():
    full, single = weight_matrices({"full": np.arange(1, 13).reshape(3, 4), "single": [[1]]}).axes
    assert [text.get_text() for text in full.texts] == [str(number) for number in range(1, 13)]
    assert single.texts[0].get_text() == "1"


def test_matrices_stand_below_each_other_within_a_page_and_share_their_cells():
    figure = weight_matrices({"a": np.ones((8, 20), int), "b": BAND}, blocks=None)
    assert figure.get_figwidth() <= WIDTH
    above, below = (axes.get_window_extent() for axes in figure.axes)
    assert below.y1 < above.y0
    assert above.width / 20 == pytest.approx(below.width / 4)
    assert above.width / 20 == pytest.approx(above.height / 8)
    assert below.height / 3 == pytest.approx(above.height / 8)


def test_lines_stand_where_blocks_end():
    (axes,) = weight_matrices({"a": np.ones((8, 20), int)}, blocks=(4, 5)).axes
    across, down = ([segment[0] for segment in lines.get_segments()] for lines in axes.collections[1:])
    assert [int(y) for _, y in across] == [0, 4, 8]
    assert [int(x) for x, _ in down] == [0, 5, 10, 15, 20]


@pytest.mark.parametrize(
    ("matrix", "blocks", "message"),
    [([1, 2], None, "matrix 'a' has shape (2,): use (outputs, inputs)"),
     ([[1, -2]], None, "matrix 'a' holds int64, not whole numbers from 0 on: number its weights"),
     ([[0.5]], None, "matrix 'a' holds float64, not whole numbers from 0 on: number its weights"),
     (BAND, (2, 2), "blocks (2, 2) do not divide matrix 'a' of shape (3, 4): use divisors")],
)  # fmt: skip
def test_bad_matrices_are_refused(matrix, blocks, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        weight_matrices({"a": matrix}, blocks=blocks)


def test_words_are_refused():
    with pytest.raises(TypeError, match="holds no plain numbers"):
        weight_matrices({"a": [["b"]]})
