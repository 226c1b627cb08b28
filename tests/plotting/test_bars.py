import re

import pytest

from cnnbook.plotting import stacked_bars
from cnnbook.plotting.style import WIDTH


def test_parts_follow_one_another_and_show_their_numbers():
    (axes,) = stacked_bars({"a": [3, 0, 4], "b": [1, 2, 0.2]}, ["x", "y", "z"], xlabel="m").axes
    spans = [(bar.get_y() + bar.get_height() / 2, bar.get_x(), bar.get_width()) for bar in axes.patches]
    for span, expected in zip(spans, [(0, 0, 3), (0, 3, 4), (1, 0, 1), (1, 1, 2), (1, 3, 0.2)], strict=True):
        assert span == pytest.approx(expected)
    assert [text.get_text() for text in axes.texts] == ["3", "4", "1", "2"]  # 0.2 has no room
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]


def test_a_part_has_one_colour_and_one_entry_in_the_legend():
    figure = stacked_bars({"a": [1, 0], "b": [2, 3]}, ["x", "y"], xlabel="m")
    first, second, third = figure.axes[0].patches
    assert first.get_facecolor() == second.get_facecolor() != third.get_facecolor()
    assert [text.get_text() for text in figure.legends[0].texts] == ["x", "y"]
    assert figure.get_figwidth() <= WIDTH


def test_one_part_more_than_the_palette_has_still_gets_a_colour():
    assert len(stacked_bars({"a": [1] * 7}, "abcdefg", xlabel="m").axes[0].patches) == 7


@pytest.mark.parametrize("values", [[1], [1, -1], [1, float("nan")]])
def test_bad_bars_are_refused(values):
    with pytest.raises(ValueError, match=re.escape("bar 'a' holds")):
        stacked_bars({"a": values}, ["x", "y"], xlabel="m")
