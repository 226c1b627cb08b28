import re

import matplotlib as mpl
import pytest

from cnnbook.arithmetic import conv_parameters
from cnnbook.plotting import palette, volumes
from cnnbook.plotting.style import WIDTH

LAYER = {"c_in": 3, "c_out": 2, "size": (5, 7), "kernel": (3, 2)}


def boxes(axes, role, shade=None):
    """The cells of a role; with a shade, those of this colour."""
    line = mpl.colors.to_rgba(palette()[role]["line"])
    kept = [box for box in axes.patches if box.get_edgecolor() == line and box.get_fill() and box.get_width() == 1]
    return [box for box in kept if shade is None or box.get_facecolor() == mpl.colors.to_rgba(shade)]


def test_every_number_is_a_cell():
    (axes,) = volumes(**LAYER).axes
    assert len(boxes(axes, "input")) == 3 * 5 * 7
    assert len(boxes(axes, "kernel")) == conv_parameters(3, 2, (3, 2), bias=False)
    assert len(boxes(axes, "output")) == 2 * 3 * 6


@pytest.mark.parametrize("place", [(0, 0), (1, 4), (2, 5)])
def test_one_output_number_sees_its_window_in_every_channel(place):
    (axes,) = volumes(**LAYER, place=place).axes
    assert len(boxes(axes, "input", palette()["kernel"]["fill"])) == 3 * 3 * 2
    (now,) = boxes(axes, "output", palette()["output"]["line"])
    first = boxes(axes, "output")[-3 * 6 :]  # the first channel is in front, so drawn last
    assert first.index(now) == place[0] * 6 + place[1]
    frames = [box for box in axes.patches if not box.get_fill()]
    assert sorted((box.get_height(), box.get_width()) for box in frames) == [(1, 1)] + [(3, 2)] * (3 + 3)


def test_it_is_no_wider_than_a_page_and_nothing_lies_outside():
    figure = volumes(8, 6, (9, 12), (3, 3))
    (axes,) = figure.axes
    assert figure.get_figwidth() <= WIDTH
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    assert all(left <= box.get_x() and box.get_x() + box.get_width() <= right for box in axes.patches)
    assert all(bottom <= box.get_y() and box.get_y() + box.get_height() <= top for box in axes.patches)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"place": (3, 0)}, "place (3, 0) is not in the output: use a tuple (row, column) below (3, 6)"),
     ({"place": 1}, "place 1 is not in the output: use a tuple (row, column) below (3, 6)"),
     ({"c_out": 0}, "c_out 0 is too small: use c_out >= 1"),
     ({"size": 600}, "the layer has 1796440 cells: use fewer channels or smaller sizes, at most 3000 cells"),
     ({"kernel": (6, 2)}, "kernel 6 does not fit in padded input 5")],
)  # fmt: skip
def test_layers_that_do_not_exist_are_refused(wrong, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        volumes(**LAYER | wrong)
