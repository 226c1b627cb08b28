import matplotlib.pyplot as plt
import pytest

from cnnbook.arithmetic import output_size
from cnnbook.plotting import palette, windows
from cnnbook.plotting.style import WIDTH

LAYERS = [
    {"size": 7, "kernel": 3},
    {"size": 8, "kernel": 3, "stride": 2},
    {"size": 7, "kernel": 3, "padding": 1, "dilation": 2},
    {"size": 8, "kernel": 3, "stride": 2, "ceil_mode": True},
    {"size": 9, "kernel": 2, "stride": 5, "padding": 1},
]


def cells(axes, role, **marks):
    """Column and row of each drawn cell of a role."""
    colour = plt.matplotlib.colors.to_rgba(palette()[role]["line"])
    boxes = [box for box in axes.patches if isinstance(box, plt.Rectangle) and box.get_edgecolor() == colour]
    kept = [box for box in boxes if all(getattr(box, f"get_{name}")() == value for name, value in marks.items())]
    return [(round(box.get_x() + 0.45), round(box.get_y() + 0.45)) for box in kept]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_window_and_every_output_is_drawn(layer):
    (axes,) = windows(layer).axes
    count = output_size(**layer)
    assert len(cells(axes, "output")) == count
    assert len(cells(axes, "kernel")) == count * layer["kernel"]
    assert [column for column, _ in cells(axes, "input")] == list(range(layer["size"]))


@pytest.mark.parametrize(("layer", "unread"), [(LAYERS[0], []), (LAYERS[1], [7]), (LAYERS[4], [1, 2, 3, 6, 7, 8])])
def test_what_no_window_reads_is_hatched(layer, unread):
    (axes,) = windows(layer).axes
    assert [column for column, _ in cells(axes, "input", hatch="////")] == unread


def test_what_hangs_over_the_end_is_dotted():
    (axes,) = windows(LAYERS[3]).axes
    assert [column for column, _ in cells(axes, "kernel", linestyle="dotted")] == [8]
    (axes,) = windows(LAYERS[1]).axes
    assert cells(axes, "kernel", linestyle="dotted") == []


def test_all_cells_have_one_size_and_nothing_is_cut():
    figure = windows(*LAYERS, columns=2)
    sizes = set()
    for axes in figure.axes:
        box = axes.transData.transform([(0, 0), (1, 1)])
        sizes.add(tuple((box[1] - box[0]).round(3)))
        (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
        for cell in axes.patches:
            assert left < cell.get_x() < cell.get_x() + cell.get_width() < right
            assert bottom < cell.get_y() < cell.get_y() + cell.get_height() < top
    ((width, height),) = sizes
    assert width == height
    assert plt.get_fignums() == []


def test_what_does_not_fit_beside_the_others_stands_below():
    places = [axes.get_position() for axes in windows({"size": 5, "kernel": 3}, {"size": 3, "kernel": 3}).axes]
    assert places[0].y1 == places[1].y1
    figure = windows({"size": 9, "kernel": 3}, {"size": 8, "kernel": 3})
    assert figure.get_figwidth() <= WIDTH
    first, second = (axes.get_position() for axes in figure.axes)
    assert second.y1 <= first.y0


def test_a_kernel_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="kernel 5 does not fit"):
        windows({"size": 3, "kernel": 5})
