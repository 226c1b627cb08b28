import matplotlib as mpl
from matplotlib.colors import to_rgb

from cnnbook.plotting import palette, rc, style
from cnnbook.plotting.style import SERIES


def test_settings_hold_inside_the_block_only():
    before = dict(mpl.rcParams)
    with style():
        assert mpl.rcParams["axes.prop_cycle"].by_key()["color"][0] == palette()["input"]["line"]
    assert dict(mpl.rcParams) == before


def test_every_setting_is_one_that_matplotlib_knows():
    assert set(rc()) <= set(mpl.rcParams)


def test_lines_can_be_told_from_their_ground():
    def luminance(colour):
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in to_rgb(colour)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    ground = luminance(palette()["page"]["fill"]) + 0.05
    for role in SERIES:
        assert ground / (luminance(palette()[role]["line"]) + 0.05) >= 4.5  # WCAG AA for text
