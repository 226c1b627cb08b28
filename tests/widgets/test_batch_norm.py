"""The batch-norm explorer: in Python, its computation in JavaScript, and in the browser."""

import re

import numpy as np
import pytest
from explorer_checks import assert_drawn_within, assert_written, limits, reach
from explorer_page import drag, now, press, side, status, swipe

from cnnbook.functional import batch_norm
from cnnbook.widgets import BatchNormExplorer
from cnnbook.widgets._explorer import SettingError
from cnnbook.widgets.batch_norm import BATCH

START = {
    "values": BATCH, "gamma": 1.0, "beta": 0.0, "training": True, "momentum": 0.1, "running_mean": 0.0,
    "running_var": 1.0,
}  # fmt: skip


def expected(settings, *, training=None, gamma=None, beta=None):
    """Output and running statistics of cnnbook.functional."""
    x = np.array(settings["values"], float)[:, None]
    weight = settings["gamma"] if gamma is None else gamma
    bias = settings["beta"] if beta is None else beta
    arrays = (np.array([float(a)]) for a in (settings["running_mean"], settings["running_var"], weight, bias))
    mode = settings["training"] if training is None else training
    output, mean, variance = batch_norm(x, *arrays, training=mode, momentum=settings["momentum"])
    return output[:, 0], mean[0], variance[0]


def cases():
    """Each value of each control, in both modes and with every batch size; what it does not name is random."""
    rng = np.random.default_rng(0)
    values = {"gamma": range(-30, 31), "beta": range(-40, 41), "momentum": range(0, 101, 5)}
    for training in (True, False):
        for size in range(1, 9):
            for name, steps in values.items():
                for step in steps:
                    random = {key: int(rng.choice(others)) for key, others in values.items()} | {name: step}
                    yield {
                        "values": (rng.integers(-80, 81, size) / 10).tolist(), "training": training,
                        "gamma": random["gamma"] / 10, "beta": random["beta"] / 10,
                        "momentum": random["momentum"] / 100,
                        "running_mean": rng.uniform(-8, 8), "running_var": rng.choice([0, rng.uniform(0, 130)]),
                    }  # fmt: skip
    for same in (0, 0.1, -7.3):
        yield START | {"values": [same] * 3}


# In Python


def test_output_and_running_statistics_are_those_of_functional():
    for settings in list(cases())[::40]:
        if settings["training"] and len(settings["values"]) == 1:
            with pytest.raises(ValueError, match="values holds one number, and one number has no variance"):
                BatchNormExplorer(**settings)
            continue
        explorer = BatchNormExplorer(**settings)
        np.testing.assert_array_equal(explorer.output, expected(settings)[0])
        np.testing.assert_array_equal(explorer.normalised, expected(settings, gamma=1, beta=0)[0])
        if len(settings["values"]) > 1:
            explorer.training_step()
            assert (explorer.running_mean, explorer.running_var) == expected(settings, training=True)[1:]


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"values": []}, ValueError, "values holds 0 numbers: use 1 to 8"),
        ({"values": range(9)}, TypeError, "values must be a list of numbers, got range: use a list"),
        ({"values": [1, 9]}, ValueError, "values[1] 9 is out of range: use values[1] from -8 to 8"),
        ({"values": [1, None]}, TypeError, "values[1] must be a number, got None"),
        ({"gamma": 4}, ValueError, "gamma 4 is out of range: use gamma from -3 to 3"),
        ({"momentum": 1.5}, ValueError, "momentum 1.5 is out of range: use momentum from 0 to 1"),
        ({"running_var": -1}, ValueError, "running_var -1 is out of range"),
        ({"training": 1}, TypeError, "training must be True or False, got 1"),
    ],
)
def test_bad_settings_are_refused(options, error, told):
    with pytest.raises(error, match=re.escape(told)):
        BatchNormExplorer(**options)


def test_one_number_can_be_evaluated_and_nothing_else():
    explorer = BatchNormExplorer(np.array([3.0]), training=False, running_mean=1.0, running_var=4.0)
    assert round(explorer.output[0], 4) == 1
    with pytest.raises(SettingError, match="one number has no variance"):
        explorer.training = True
    with pytest.raises(SettingError, match="one number has no variance"):
        explorer.training_step()
    assert (explorer.training, explorer.running_mean) == (False, 1.0)


# In JavaScript


def test_the_controls_reach_what_the_traits_allow(run_module):
    settings, *others = run_module("batch_norm", "[m.SETTINGS, m.REACH, m.MOST, m.EPS]", None)
    assert reach(settings) == limits(BatchNormExplorer, settings)
    assert others == [8, 8, 1e-5]


def test_javascript_computes_what_functional_does(run_module):
    data = list(cases())
    answers = run_module("batch_norm", "d.map((state) => m.compute(state))", data)
    texts = run_module("batch_norm", "d.map((s) => m.describe({ ...s, chosen: 0 }, m.compute(s), t))", data)
    for settings, answer, text in zip(data, answers, texts, strict=True):
        assert_written(text)
        one = len(settings["values"]) == 1
        assert answer["possible"] == (not (one and settings["training"]))
        if not answer["possible"]:
            assert text.startswith("A batch of one number has no variance")
            continue
        close = {"rtol": 1e-9, "atol": 1e-9, "err_msg": str(settings)}
        np.testing.assert_allclose(answer["output"], expected(settings)[0], **close)
        np.testing.assert_allclose(answer["hat"], expected(settings, gamma=1, beta=0)[0], **close)
        if one:
            assert answer["next"] is None
            continue
        _, mean, variance = expected(settings, training=True)
        np.testing.assert_allclose([answer["next"]["mean"], answer["next"]["var"]], [mean, variance], **close)


def test_the_browser_says_what_python_says(run_module):
    options = [{}, {"training": False}, {"gamma": -1.5, "beta": 2.0}]
    data = [START | option for option in options]
    told = run_module("batch_norm", "d.map((s) => m.describe({ ...s, chosen: 1 }, m.compute(s), t))", data)
    for settings, text in zip(data, told, strict=True):
        assert text.startswith(BatchNormExplorer(**settings).summary() + " Number b: 2 is normalised to ")


def test_what_all_numbers_share_is_lost_in_training(run_module):
    data = [(settings, float(by)) for settings in cases() for by in (-1, 0, 0.5)]
    pairs = [(settings | {"values": [value + by for value in settings["values"]]}, settings) for settings, by in data]
    line = "d.map(([now, old]) => m.discover(now, m.compute(now), old.values))"
    for (settings, by), (moved, _), found in zip(data, pairs, run_module("batch_norm", line, pairs), strict=True):
        if by == 0 or not settings["training"] or not settings["gamma"] or len(settings["values"]) == 1:
            assert found is None
            continue
        evaluated = [expected(case, training=False)[0][0] for case in (moved, settings)]
        assert found == pytest.approx({"by": by, "evaluated": evaluated[0] - evaluated[1]})
    one = START | {"values": [1, 2, 3, 4, 6]}
    assert run_module("batch_norm", "m.discover(d, m.compute(d), [0, 2, 3, 4, 6])", one) is None


# In the browser


def unit(page):
    """Pixels between 0 and 1 on the line."""
    return side(page, ".cnnx-rail") / 16


def test_mouse(explorer):
    drag(explorer, explorer.locator(".cnnx-handle .cnnx-disc").nth(4), -1.5 * unit(explorer))
    assert now(explorer, "values") == [0, 2, 3, 4, 4.5]
    assert status(explorer).startswith("Training: normalised with the batch's own mean 2.7 and variance 2.56.")
    assert "Number e: 4.5 is normalised to 1.125, then scaled and shifted to 1.125." in status(explorer)
    drag(explorer, explorer.locator("[data-grip=gamma] .cnnx-target").first, -2.5 * unit(explorer))
    drag(explorer, explorer.locator("[data-grip=beta] .cnnx-target").first, 1.5 * unit(explorer))
    assert now(explorer, "gamma", "beta") == (-1.5, 1.5)
    explorer.get_by_role("button", name="One training step").first.click()
    assert now(explorer, "running_mean") == pytest.approx(0.27)
    assert now(explorer, "running_var") == pytest.approx(0.9 + 0.1 * 2.56 * 5 / 4)
    explorer.get_by_role("checkbox", name="Training").first.uncheck()
    assert status(explorer).startswith("Evaluation: normalised with the running mean 0.27 and variance 1.22.")
    explorer.get_by_role("button", name="Reset").first.click()
    assert now(explorer, "running_mean", "running_var") == (0, 1)
    explorer.locator(".cnnx-rail").first.click(position={"x": 5, "y": 2}, force=True)  # beside everything
    explorer.evaluate("document.activeElement.blur()")
    explorer.locator(".cnnx-art .cnnx-output[data-column='1'] .cnnx-disc").first.hover()
    assert "Number b: 2 is normalised to 2, then scaled and shifted to −1.5." in status(explorer)


def test_keyboard_and_a_batch_of_one(explorer):
    ball = explorer.get_by_role("slider", name="Number b of the batch").first
    ball.focus()
    press(explorer, "ArrowRight", "PageUp", "ArrowDown", "ArrowDown")
    assert now(explorer, "values") == [0, 2.9, 3, 4, 6]
    assert ball.get_attribute("aria-valuetext") == "2.9"
    assert ball.get_attribute("data-lm-suppress-shortcuts") == "true"
    explorer.keyboard.press("End")
    assert now(explorer, "values")[1] == 8
    assert "Number b: 8 is normalised to" in status(explorer)
    explorer.get_by_role("slider", name="Scale").first.focus()
    explorer.keyboard.press("ArrowRight")
    assert now(explorer, "gamma") == 1.1
    explorer.get_by_role("slider", name="Batch size").first.focus()
    explorer.keyboard.press("Home")
    assert status(explorer).startswith("A batch of one number has no variance")
    assert explorer.locator(".cnnx").first.locator(".cnnx-ball").count() == 1
    assert len(now(explorer, "values")) == 5
    explorer.get_by_role("checkbox", name="Training").first.focus()
    explorer.keyboard.press("Space")
    assert now(explorer, "training", "values") == (False, [0])
    explorer.get_by_role("button", name="One training step").first.click(force=True)
    assert now(explorer, "running_mean") == 0  # one number has no variance to learn from


def test_all_numbers_move_together_and_a_pointer_snaps_to_halves(explorer):
    less, more = (explorer.get_by_role("button", name=f"All {sign} 1").first for sign in "−+")
    for _ in range(2):
        more.click()
    assert more.get_attribute("aria-disabled") == "true"  # the line ends
    more.click(force=True)
    assert now(explorer, "values") == [2, 4, 5, 6, 8]
    less.click()
    assert now(explorer, "values") == [1, 3, 4, 5, 7]
    drag(explorer, explorer.locator(".cnnx-handle .cnnx-disc").first, 1.7 * unit(explorer))
    assert now(explorer, "values")[0] == 2.5


def test_touch(phone):
    swipe(phone, phone.locator(".cnnx-handle .cnnx-disc").first, -4 * unit(phone))
    assert abs(now(phone, "values")[0] + 4) < 0.11  # a finger is rounded to whole pixels


def test_extreme_settings_are_drawn_within_the_page(screen):
    extreme = {"gamma": 3, "beta": 4, "running_var": 0, "training": False, "values": [-8] * 8}
    states = [START | {"gamma": -3, "beta": -4}, START | extreme, START]
    assert_drawn_within(screen, states, ("button", "input[type=range]", ".cnnx-toggle", ".cnnx-target"))
