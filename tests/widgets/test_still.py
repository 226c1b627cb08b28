from base64 import b64decode

import pytest

from cnnbook.widgets._still import _PALETTE, Still


def pixels(still, width, height):
    from io import BytesIO

    from matplotlib.colors import to_hex
    from matplotlib.image import imread

    image = imread(BytesIO(b64decode(still.png(width, height))))
    shades = image[::4, ::4, :3].reshape(-1, 3)
    return {to_hex(shade) for shade in shades}


@pytest.mark.parametrize("role", ["input", "output", "padding"])
def test_cells_have_the_colours_of_their_role(role):
    still = Still()
    still.cells(0, 0, 2, 3, lambda row, column: role)
    assert _PALETTE[role]["fill"] in pixels(still, 3, 2)


def test_the_window_of_now_is_darker_than_the_others():
    found = []
    for now in (False, True):
        still = Still()
        still.bracket(0, 0.5, range(3), "0", now=now)
        found.append(_PALETTE["kernel"]["fill"] in pixels(still, 4, 1))
    assert found == [True, False]


def test_the_same_picture_is_the_same_bytes():
    def draw():
        still = Still()
        still.window(0, 0, range(0, 6, 2))
        still.measure(0, 5, 5.5, "k = 3", "kernel")
        still.lines(((0, 0), (5, 5)))
        still.stripes(1, 1, 2, 1)
        still.now(5, 5)
        return still.png(6, 6)

    assert draw() == draw()
