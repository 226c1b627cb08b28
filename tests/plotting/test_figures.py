import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba

from cnnbook.plotting import confusion_matrix, image_grid, learning_curves, number_grids, palette
from cnnbook.plotting.style import WIDTH


@pytest.fixture(autouse=True)
def nothing_stays_open():
    yield
    assert plt.get_fignums() == []  # a notebook would show it a second time


def saved(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


@pytest.mark.parametrize("channels", [1, 3])
def test_image_grid_shows_each_image(channels):
    images = np.arange(7 * channels * 4 * 5, dtype=np.uint8).reshape(7, channels, 4, 5)
    figure = image_grid(images, titles=[f"t{n}" for n in range(7)], columns=3)
    assert len(figure.axes) == 7
    shown = np.asarray(figure.axes[4].images[0].get_array())
    assert np.array_equal(shown, images[4, 0] if channels == 1 else images[4].transpose(1, 2, 0))
    assert figure.axes[4].get_title() == "t4"
    assert saved(figure).startswith(b"\x89PNG")


def test_one_scale_of_greys_for_all_images():
    figure = image_grid(np.array([[[[0, 9]]], [[[0, 3]]]], np.uint8))
    assert {axes.images[0].get_clim() for axes in figure.axes} == {(0, 9)}


def test_signed_numbers_have_white_in_the_middle():
    figure = image_grid(np.array([[[[-3.0, 0, 1.5]]], [[[0.0, 0, 0]]]]), signed=True)
    picture = figure.axes[0].images[0]
    assert picture.get_clim() == (-3, 3)
    assert picture.cmap(picture.norm(0.0)) == pytest.approx(to_rgba(palette()["page"]["fill"]), abs=0.01)
    assert picture.cmap(picture.norm(-3.0)) == to_rgba(palette()["input"]["line"])
    assert figure.axes[1].images[0].get_clim() == (-1, 1)


@pytest.mark.parametrize("shape", [(2, 4, 5), (2, 2, 4, 5), (0, 1, 4, 5)])
def test_image_grid_refuses_other_shapes(shape):
    with pytest.raises(ValueError, match=r"use \(N, C, H, W\) with N >= 1 and C 1 or 3"):
        image_grid(np.zeros(shape))


def test_image_grid_refuses_titles_that_do_not_fit():
    with pytest.raises(ValueError, match="there are 3 titles for 2 images"):
        image_grid(np.zeros((2, 1, 4, 5)), titles="abc")


def test_learning_curves_show_mean_and_range():
    figure = learning_curves({"a": [[1, 2, 3], [3, 2, 5]], "b": [4, 4, 4]}, ylabel="loss (nats)", logarithmic=True)
    (axes,) = figure.axes
    assert [line.get_ydata().tolist() for line in axes.lines] == [[2, 2, 4], [4, 4, 4]]
    assert axes.lines[0].get_xdata().tolist() == [1, 2, 3]
    assert axes.lines[0].get_linestyle() != axes.lines[1].get_linestyle()
    (band,) = axes.collections
    assert band.get_paths()[0].vertices[:, 1].min() == 1
    assert band.get_paths()[0].vertices[:, 1].max() == 5
    assert (axes.get_yscale(), axes.get_ylabel()) == ("log", "loss (nats)")
    assert [text.get_text() for text in axes.figure.legends[0].get_texts()] == ["a", "b"]
    saved(figure)


def test_learning_curves_refuse_other_shapes():
    with pytest.raises(ValueError, match=r"curve 'a' has shape \(1, 1, 2\): use \(epochs,\) or \(seeds, epochs\)"):
        learning_curves({"a": [[[1, 2]]]}, ylabel="loss")


def test_confusion_matrix_puts_labels_in_rows():
    figure = confusion_matrix(np.array([[50, 7], [0, 60]]), ["cat", "dog"])
    (axes,) = figure.axes
    where = {text.get_text(): text.get_position() for text in axes.texts}
    assert where == {"50": (0, 0), "7": (1, 0), "60": (1, 1)}  # (column, row); nothing is written for 0
    assert np.asarray(axes.images[0].get_array()).tolist() == [[0, 7], [0, 0]]  # the diagonal takes no shade
    assert {patch.get_facecolor() for patch in axes.patches} == {to_rgba(palette()["output"]["fill"])}
    assert axes.get_ylabel() == "label"
    saved(figure)


def test_confusion_matrix_without_mistakes():
    saved(confusion_matrix(np.diag([3, 4, 5]), ["a", "b", "a long name"]))


def test_confusion_matrix_refuses_other_shapes():
    with pytest.raises(ValueError, match=r"matrix has shape \(2, 3\) for 2 classes: use \(2, 2\)"):
        confusion_matrix(np.zeros((2, 3)), "ab")


def test_colours_from_0_to_255_are_the_same_as_floats_and_as_bytes():
    """Matplotlib would take floats above 1 for white."""
    pixels = np.arange(105, dtype=np.uint8).reshape(1, 3, 5, 7)
    shown = [image_grid(kind).axes[0].images[0].get_array() for kind in (pixels, pixels.astype(float))]
    assert np.array_equal(*shown)
    assert shown[0].max() == 104


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: image_grid(np.full((1, 3, 5, 7), 300)), "something else than numbers from 0 to 255: scale"),
        (lambda: image_grid(np.full((1, 3, 5, 7), -1.0)), "something else than numbers from 0 to 255: scale"),
        (lambda: image_grid(np.full((1, 1, 5, 7), np.nan)), "something else than numbers, no NaN or infinity"),
        (lambda: image_grid(np.zeros((1, 1, 0, 7))), "something else than numbers"),
        (lambda: learning_curves({"a": [1, 0]}, ylabel="loss", logarithmic=True), "'a' goes down to 0: a log"),
        (lambda: learning_curves({}, ylabel="loss"), "curves must be a dict from names to numbers"),
        (lambda: learning_curves({"a": []}, ylabel="loss"), r"curve 'a' has shape \(1, 0\)"),
        (lambda: confusion_matrix([[0.5, 0.5], [0, 1]], "ab"), "matrix holds float64 down to 0.0: use counts"),
        (lambda: confusion_matrix([[-1, 2], [0, 1]], "ab"), "matrix holds int64 down to -1: use counts"),
        (lambda: number_grids({}), "grids must be a dict"),
    ],
)
def test_what_a_figure_would_show_wrongly_is_refused(call, told):
    with pytest.raises((TypeError, ValueError), match=told):
        call()


def test_infinity_in_a_grid_leaves_the_other_colours():
    figure = number_grids({"padded": np.array([[-np.inf, 1.0], [2.0, -np.inf]])})
    assert figure.axes[0].collections[0].get_clim() == (0, 2)


def test_no_figure_is_wider_than_a_page():
    images, counts = np.zeros((20, 1, 4, 4)), np.eye(10, dtype=int)
    figures = [image_grid(images), learning_curves({"a": [1, 2]}, ylabel="b"), confusion_matrix(counts, "0123456789")]
    assert [figure for figure in figures if figure.get_figwidth() > WIDTH] == []
