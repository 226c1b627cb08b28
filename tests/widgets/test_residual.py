"""The residual explorer: in Python, its computation in JavaScript, and in the browser."""

import itertools
import re

import numpy as np
import pytest
from explorer_checks import assert_drawn_within, assert_written, limits, reach
from explorer_page import drag, middle, now, press, status, swipe, way

from cnnbook.functional import batch_norm, batch_norm_backward, linear, linear_backward, relu, relu_backward
from cnnbook.nn import Residual
from cnnbook.widgets import ResidualExplorer
from cnnbook.widgets._explorer import SettingError
from cnnbook.widgets.residual import Sizes, _size, _start, _text

START = {"depth": 30, "gain": 0.6, "normalise": False, "block": 15, "cut": []}
CLOSE = {"rtol": 1e-8, "atol": 0}


def cases():
    """Each depth and every fifth gain of the sliders with and without batch norm; what is left open is random."""
    rng = np.random.default_rng(0)
    depths = [(depth, int(rng.integers(10, 201))) for depth in range(2, 51)]
    gains = [(int(rng.integers(2, 25)), gain) for gain in range(10, 201, 5)]
    for number, (depth, gain) in enumerate(depths * 2 + gains * 2):
        cut = np.flatnonzero(rng.random(depth) < rng.choice([0, 0, 0.1, 1])) + 1
        block = int(rng.integers(1, depth + 1))
        normalise = number % 2 == 1
        yield {"depth": depth, "gain": gain / 100, "normalise": normalise, "block": block, "cut": cut.tolist()}


def expected(settings, *, shortcut):
    """The sizes by cnnbook.functional, one operation at a time."""
    x, grad, weights = _start()
    zero, one, inputs = np.zeros(16), np.ones(16), []
    signals, gradients, added, brought = [_size(x)], [_size(grad)], [], []
    for block in range(1, settings["depth"] + 1):
        norm = (x, zero, one, one, zero)
        h = batch_norm(*norm, training=True)[0] if settings["normalise"] else x
        inputs.append((norm, h))
        f = settings["gain"] * linear(relu(h), weights[block - 1]) * (block not in settings["cut"])
        x = x + f if shortcut else f
        signals.append(_size(x))
        added.append(_size(f))
    for block in range(settings["depth"], 0, -1):
        norm, h = inputs[block - 1]
        (back, *_) = linear_backward(grad * settings["gain"], relu(h), weights[block - 1])
        (back,) = relu_backward(back, h)
        if settings["normalise"]:
            back = batch_norm_backward(back, *norm, training=True)[0]
        back = back * (block not in settings["cut"])
        grad = grad + back if shortcut else back
        gradients.append(_size(grad))
        brought.append(_size(back))
    return Sizes(signals, gradients[::-1], added, brought[::-1])


# In Python


def test_sizes_are_those_of_the_operations():
    for settings in list(cases())[::6]:
        explorer = ResidualExplorer(**settings)
        for shortcut, sizes in ((False, explorer.plain), (True, explorer.residual)):
            for found, wanted in zip(sizes, expected(settings, shortcut=shortcut), strict=True):
                np.testing.assert_allclose(found, wanted, **CLOSE, err_msg=str(settings))


def test_the_residual_network_is_one_of_nn_residual_blocks():
    explorer = ResidualExplorer(7, 0.9, normalise=True, cut=[3])
    x, grad, weights = _start()
    blocks = [Residual(explorer._branch(block, weights[block - 1])) for block in range(1, 8)]
    for place, block in enumerate(blocks, 1):
        x = block.forward(x, training=True)
        assert explorer.residual.signal[place] == pytest.approx(_size(x), rel=1e-12)
    for place, block in reversed(list(enumerate(blocks))):
        grad = block.backward(grad)
        assert explorer.residual.gradient[place] == pytest.approx(_size(grad), rel=1e-12)


@pytest.mark.parametrize("shortcut", [False, True])
def test_the_gradient_is_that_of_finite_differences(shortcut):
    """Along one direction: the loss is the sum of the last signal times the last gradient."""
    explorer = ResidualExplorer(5, 0.8)
    x, grad, weights = _start()

    def loss(x):
        for block in range(1, 6):
            out = explorer._branch(block, weights[block - 1]).forward(x, training=True)
            x = x + out if shortcut else out
        return (x * grad).sum()

    numeric = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[place] = 1e-6
        numeric[place] = (loss(x + step) - loss(x - step)) / 2e-6
    sizes = explorer.residual if shortcut else explorer.plain
    assert sizes.gradient[0] == pytest.approx(_size(numeric), rel=1e-6)


def test_what_the_text_says_of_the_model_holds():
    x, grad, weights = _start()
    assert (_size(x), _size(grad)) == (pytest.approx(1), pytest.approx(1))
    assert weights.var() == pytest.approx(2 / 16, rel=0.02)  # He's
    assert 0.1 < min(ResidualExplorer(50, 1.0).plain.signal) < 2  # the draw that was chosen
    alone = ResidualExplorer(12, 1.0, cut=range(1, 13)).residual  # the path along the shortcuts alone
    np.testing.assert_allclose(alone.gradient, 1)
    explorer = ResidualExplorer(20, 0.7, cut=[9])
    assert explorer.plain.signal[9:].max() == 0 == explorer.plain.gradient[:19].max()
    assert explorer.residual.signal[9] == explorer.residual.signal[8]


def test_the_gradient_is_the_sum_over_all_paths(run_module):
    """Each path goes through some of the branches and past the others."""
    explorer = ResidualExplorer(4, 1.0, block=1)
    x, grad, weights = _start()
    branches = [explorer._branch(block, weights[block - 1]) for block in range(1, 5)]
    paths = []
    for taken in itertools.product((False, True), repeat=4):
        at = x
        for branch in branches:  # a pass forward allows one pass backward
            at = at + branch.forward(at, training=True)
        paths.append(grad)
        for branch, through in zip(reversed(branches), taken, strict=True):
            paths[-1] = branch.backward(paths[-1]) if through else paths[-1]
    assert explorer.residual.gradient[0] == pytest.approx(_size(sum(paths)), rel=1e-12)
    assert _size(paths[0]) == pytest.approx(1)
    state = START | {"depth": 4, "gain": 1, "block": 1}
    assert "a sum over 2⁴ paths" in run_module("residual", "m.describe(d, m.compute(d), t)", state)
    assert len(paths) == 2**4


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"depth": 51}, ValueError, "depth 51 is too large to draw: use depth <= 50"),
        ({"gain": 3}, ValueError, "gain 3 is out of range: use gain from 0.1 to 2"),
        ({"normalise": 1}, TypeError, "normalise must be True or False, got 1"),
        ({"block": 31}, ValueError, "block 31 is not in a network of 30 blocks: use block <= 30"),
        ({"cut": [2, 31]}, ValueError, "cut 31 is not in a network of 30 blocks: use cut <= 30"),
        ({"cut": [0]}, ValueError, "cut 0 is too small"),
        ({"cut": 3}, TypeError, "cut must be a list of blocks, got int: use a list of integers"),
        ({"cut": [1.5]}, TypeError, "cut must be an integer, got 1.5"),
    ],
)
def test_bad_settings_are_refused(options, error, told):
    with pytest.raises(error, match=re.escape(told)):
        ResidualExplorer(**options)


def test_blocks_stay_in_the_network_and_errors_change_nothing():
    explorer = ResidualExplorer(cut={30, 2, 11})
    assert (explorer.block, explorer.cut) == (15, (2, 11, 30))
    explorer.depth = 11
    assert (explorer.block, explorer.cut) == (11, (2, 11))
    with pytest.raises(SettingError):
        explorer.cut = [12]
    assert explorer.cut == (2, 11)


# In JavaScript


def test_the_controls_reach_what_the_traits_allow(run_module):
    settings = run_module("residual", "m.SETTINGS", None)
    assert reach(settings) == limits(ResidualExplorer, settings)


def test_the_random_numbers_are_the_same(run_module):
    line = "(({ x, grad, weights }) => [x, grad, ...weights].map((a) => [...a]))(m.start())"
    x, grad, *weights = run_module("residual", line, None)
    for found, wanted in zip((x, grad, weights), _start(), strict=True):
        np.testing.assert_allclose(np.reshape(found, wanted.shape), wanted, rtol=1e-14)


def test_javascript_computes_what_python_does(run_module):
    data = list(cases())
    line = "d.map((s) => [s, m.compute(s)]).map(([s, now]) => [now, m.describe(s, now, t)])"
    for settings, (result, text) in zip(data, run_module("residual", line, data), strict=True):
        explorer = ResidualExplorer(**settings)
        networks = explorer.plain, explorer.residual  # computed when asked for
        for found, wanted in zip((result["plain"], result["residual"]), networks, strict=True):
            for name in Sizes._fields:
                np.testing.assert_allclose(found[name], getattr(wanted, name), **CLOSE, err_msg=f"{name} {settings}")
        assert_written(text)
        plain, residual = (sizes.gradient[0] / sizes.gradient[-1] for sizes in networks)
        fates = [fate(plain, f"All {explorer.depth} blocks of the plain network make the gradient")]
        fates.append(fate(residual, "In the residual network they make it"))
        assert text.startswith(explorer.summary())
        assert " ".join(fates) in text, settings


def fate(ratio, they):
    """What is said of a gradient that has `ratio` of its size at the end."""
    if not ratio:
        return f"{they.replace('make', 'leave nothing of')}."
    if f"{max(ratio, 1 / ratio):.1e}" == "1.0e+00":
        return f"{they.replace('make', 'keep').replace('keep the', 'keep the size of the')}."
    times, power = float(f"{max(ratio, 1 / ratio):.1e}"), f"{max(ratio, 1 / ratio):.1e}".partition("e+")[2]
    written = f"{times:,.10g}" if times < 1e9 else f"{times / 10 ** int(power):.3g}·10{raised(power)}"
    return f"{they} {written} times {'smaller' if ratio < 1 else 'larger'}."


def raised(power):
    return str(int(power)).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def test_a_plain_network_can_keep_its_gradient_but_not_with_shortcuts(run_module):
    settings = {9: [100], 10: range(82, 134), 30: range(92, 111)}
    data = [START | {"block": 1, "depth": depth, "gain": gain / 100} for depth in settings for gain in settings[depth]]
    line = "d.map((s) => m.discover(s, m.compute(s)))"
    reached = {}
    for settings, found in zip(data, run_module("residual", line, data), strict=True):
        explorer = ResidualExplorer(**settings)
        keeps = settings["depth"] > 9 and 0.1 <= explorer.plain.gradient[0] <= 10
        assert (found is not None) == keeps, settings
        if keeps:
            reached.setdefault((settings["depth"], found["low"], found["high"]), []).append(settings["gain"])
            larger = explorer.residual.gradient[0]
            assert larger > 10
            assert found["times"] == fate(larger, "").split()[0]
            assert found["plain"] == _text(explorer.plain.gradient[0])
    assert [depth for depth, *_ in reached] == [10, 30]
    assert all(gains[0] == low and gains[-1] == high for (_, low, high), gains in reached.items())
    settings = itertools.product((10, 30, 50), range(1, 21))
    kept = [ResidualExplorer(depth=depth, gain=gain / 10).residual.gradient for depth, gain in settings]
    assert min(map(min, kept)) > 0.999  # at no gain does it fade
    assert min(map(len, reached.values())) >= 15  # of 191 places of the slider: a hand that moves it meets one


def test_sizes_are_written_alike(run_module):
    sizes = [0, 1, 0.01, 0.00999, 0.009996, 0.5, 12.34, 123.4, 1234.0, 9994, 9996, 1e4, 2.5e-17, 6.02e23, 1e-100]
    told = run_module("residual", "d.map(m.written)", sizes)
    assert told == [_text(size) for size in sizes]
    assert told[2:5] + told[8:11] == ["0.01", "9.99·10⁻³", "0.01", "1230", "9990", "1·10⁴"]


# In the browser


def box(page, block):
    return page.locator(".cnnx").first.locator(".cnnx-handle .cnnx-box").nth(block - 1)


def column(page, block):
    return page.locator(".cnnx").first.locator(f"[data-column='{block}']")


def test_mouse(explorer):
    explorer.mouse.move(*middle(column(explorer, 8)))
    assert status(explorer).startswith("Block 8 of 30, gain 0.6:")
    assert now(explorer, "block") == 15
    (x, y), (x_to, _) = middle(box(explorer, 20)), middle(box(explorer, 24))
    explorer.mouse.click(x, y)
    assert now(explorer, "block", "cut") == (20, [20])
    assert "This block is cut out: the shortcut alone brings" in status(explorer)
    assert "size 0 in the plain network" in status(explorer)
    assert explorer.locator(".cnnx").first.locator(".cnnx-handle .cnnx-cut").count() == 1
    explorer.mouse.move(x, y - 100)  # the band, in the picture of the signal
    explorer.mouse.down()
    explorer.mouse.move(x_to, y - 120, steps=6)
    explorer.mouse.up()
    assert now(explorer, "block", "cut") == (24, [20])
    explorer.get_by_role("button", name="Put all back").first.click()
    assert now(explorer, "cut") == []
    explorer.get_by_role("button", name="Cut out block 24").first.click()
    assert now(explorer, "cut") == [24]
    explorer.get_by_role("checkbox", name="Batch norm").first.check()
    assert now(explorer, "normalise") is True


def test_the_end_of_the_plain_curve_follows_the_mouse(explorer):
    knob = explorer.locator("[data-grip=gain]").first
    (x, y), up = middle(knob), 66  # 66 of the 176 pixels that 16 powers of ten take: 6 of them
    explorer.mouse.move(x, y)
    explorer.mouse.down()
    explorer.mouse.move(x, y - up, steps=8)
    assert middle(knob)[1] == pytest.approx(y - up, abs=2)
    explorer.mouse.up()
    assert now(explorer, "gain") == pytest.approx(0.6 * 10 ** (6 / 30), abs=0.006)
    drag(explorer, knob, 0, 900)
    assert now(explorer, "gain") == 0.1  # as far as it goes


def test_keyboard(explorer):
    row = explorer.get_by_role("slider", name="Block.").first
    row.focus()
    press(explorer, "ArrowRight", "PageDown", "ArrowLeft", "Enter", "ArrowRight", "Space")
    assert now(explorer, "block", "cut") == (11, [10, 11])
    assert row.get_attribute("aria-valuetext") == "block 11, cut out"
    assert row.get_attribute("data-lm-suppress-shortcuts") == "true"
    assert status(explorer).startswith("Block 11 of 30")
    explorer.keyboard.press("Space")
    assert now(explorer, "cut") == [10]
    explorer.keyboard.press("End")
    assert now(explorer, "block") == 30
    depth = explorer.get_by_role("slider", name="Blocks L").first
    depth.focus()
    explorer.keyboard.press("Home")
    assert now(explorer, "depth", "block", "cut") == (2, 2, [])
    assert row.get_attribute("aria-valuemax") == "2"
    explorer.get_by_role("slider", name="Gain").first.focus()
    explorer.keyboard.press("ArrowRight")
    assert now(explorer, "gain") == 0.61


def test_touch(phone):
    swipe(phone, box(phone, 15), *way(box(phone, 15), box(phone, 9)))
    assert now(phone, "block", "cut") == (9, [])
    swipe(phone, box(phone, 9))
    assert now(phone, "block", "cut") == (9, [9])


def test_every_kind_of_setting_is_drawn_within_the_page(screen):
    targets = ("button", "input[type=range]", ".cnnx-toggle", ".cnnx-grip .cnnx-target")
    assert_drawn_within(screen, [*list(cases())[:97:12], START], targets)
