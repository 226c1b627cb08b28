import matplotlib.pyplot as plt
import numpy as np
import pytest

from cnnbook.plotting import influence_maps

ROW = np.array([1, 2, 3, 2, 1])
MAP = np.outer(ROW, ROW)


def test_one_panel_a_map_and_every_square_on_each():
    figure = influence_maps({"a": MAP, "b": MAP.T}, squares=[1, 3])
    assert [axes.get_title() for axes in figure.axes] == ["a", "b"]
    for axes in figure.axes:
        assert (axes.images[0].get_array() == MAP).all()
        assert [(square.get_x(), square.get_y(), square.get_width()) for square in axes.patches] == [
            (1.5, 1.5, 1),
            (0.5, 0.5, 3),
        ]
    assert plt.get_fignums() == []


def test_a_square_is_in_the_middle_of_an_even_map():
    (axes,) = influence_maps({"a": np.ones((4, 4))}, squares=[2]).axes
    assert axes.patches[0].get_xy() == (0.5, 0.5)


@pytest.mark.parametrize(
    ("maps", "squares", "message"),
    [
        ({"a": np.ones((5, 7))}, [], "map 'a' is no square matrix"),
        ({"a": -MAP}, [], "map 'a' is no square matrix"),
        ({"a": MAP * np.nan}, [], "map 'a' is no square matrix"),
        ({"a": MAP * 0}, [], "map 'a' is no square matrix"),
        ({"a": MAP}, [7], "square 7 is larger than map 'a' of side 5: use <= 5"),
        ({"a": MAP}, [0], "squares 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(maps, squares, message):
    with pytest.raises(ValueError, match=message):
        influence_maps(maps, squares=squares)
