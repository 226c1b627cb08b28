import pytest

from cnnbook import checks
from cnnbook.arithmetic import output_size
from cnnbook.checks._windows import draw_windows
from cnnbook.widgets import ArithmeticExplorer


def test_every_window_is_drawn_under_its_pixels():
    drawn = draw_windows(7, 3, stride=2, padding=(0, 2), dilation=2)
    assert drawn == [
        "   0 1 2 3 4 5 6 p p",
        "0  x   x   x",
        "1      x   x   x",
        "2          x   x   x",
    ]


def test_a_window_may_hang_over_the_end_where_sizes_are_rounded_up():
    assert draw_windows(5, 2, stride=2, ceil_mode=True)[-1] == "2          x x"
    assert len(draw_windows(3, 2, stride=2, padding=1, ceil_mode=True)) == 3


def test_many_windows_are_shortened_and_wide_ones_left_out():
    drawn = draw_windows(30, 3)
    assert (len(drawn), drawn[-2], drawn[-1][:2]) == (12, "...", "27")
    assert draw_windows(40, 3) == draw_windows(2, 5) == []


@pytest.mark.parametrize("name", [*checks.in_chapter("arithmetic")])
def test_what_is_drawn_and_explored_is_the_case(name):
    """The explorer takes the settings, and both have the number of windows that the case has."""
    question, explored, drawn = getattr(checks.arithmetic, name), 0, 0
    for case in question.draw():
        found = {finding.code: finding.slots for finding in question.seen(case)}
        arguments = dict(question.collection.arguments(case))
        asked = arguments.pop("output", None)
        if "explorer" in found:
            settings = eval(f"dict({found['explorer']['settings']})")
            explorer, explored = ArithmeticExplorer(**settings), explored + 1
            assert explorer.output_size == output_size(**settings)
            assert all(getattr(explorer, option) == value for option, value in arguments.items() if option != "extra")
            if asked:
                assert explorer.output_size == asked
        if "drawing" in found and found["drawing"]["lines"][-2] != "...":
            windows, drawn = len(found["drawing"]["lines"]) - 1, drawn + 1
            if name in ("output_size", "ceil_output_size"):
                assert windows == question.answer(case)
            elif asked:
                assert windows == asked
    assert explored >= 10
    assert drawn >= 50
