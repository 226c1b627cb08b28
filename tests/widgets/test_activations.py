"""The activation explorer: in Python, its computation in JavaScript, and in the browser."""

import random
import re

import numpy as np
import pytest
from explorer_checks import assert_drawn_within, limits, reach
from explorer_page import middle, now, press, side, status, swipe

from cnnbook import functional
from cnnbook.widgets import ActivationExplorer
from cnnbook.widgets.activations import FUNCTIONS

START = {"function": "sigmoid", "x": 1.0, "negative_slope": 0.1, "alpha": 1.0, "threshold": 0.05}
PARAMETERS = {"leaky_relu": "negative_slope", "elu": "alpha"}
GRID = np.arange(-100, 101) / 20  # all inputs that the reader can reach


def expected(settings, x):
    """Values and slopes, from cnnbook.functional."""
    name = settings["function"]
    options = {PARAMETERS[name]: settings[PARAMETERS[name]]} if name in PARAMETERS else {}
    (slope,) = getattr(functional, f"{name}_backward")(np.ones_like(x), x, **options)
    return getattr(functional, name)(x, **options), slope


def reachable():
    """All settings that the controls can reach, but for the input."""
    for name in FUNCTIONS:
        steps = {"leaky_relu": range(41), "elu": range(21)}.get(name, [0])
        for step in steps:
            own = {"leaky_relu": {"negative_slope": step / 100}, "elu": {"alpha": step / 10}}.get(name, {})
            for threshold in range(1, 26):
                yield START | own | {"function": name, "threshold": threshold / 100}


# In Python


def test_value_and_slope_are_those_of_functional():
    for settings in random.Random(0).sample(list(reachable()), 30):
        explorer = ActivationExplorer(**settings | {"x": -1.25})
        value, slope = expected(settings, np.array([-1.25]))
        assert (explorer.value, explorer.slope) == (value[0], slope[0])
        assert explorer.saturated == (slope[0] < settings["threshold"])


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"function": "swish"}, ValueError, "function 'swish' is unknown: use one of sigmoid, tanh, relu"),
        ({"x": 5.5}, ValueError, "x 5.5 is out of range: use x from -5 to 5"),
        ({"x": "1"}, TypeError, "x must be a number, got '1' (str)"),
        ({"alpha": -1}, ValueError, "alpha -1 is out of range: use alpha from 0 to 2"),
        ({"negative_slope": None}, TypeError, "negative_slope must be a number, got None"),
        ({"threshold": 0}, ValueError, "threshold 0 is out of range: use threshold from 0.01 to 0.25"),
    ],
)
def test_bad_settings_are_refused(options, error, told):
    with pytest.raises(error, match=re.escape(told)):
        ActivationExplorer(**options)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_has_a_text(name):
    explorer = ActivationExplorer(name, x=-4.5, alpha=1.5)
    word = {"relu": "no gradient comes back", "leaky_relu": "A gradient of 1 comes back as 0.1"}
    assert word.get(name, "Saturated") in explorer.summary()


# In JavaScript


def test_the_controls_reach_what_the_traits_allow(run_module):
    settings, most, names = run_module("activations", "[m.SETTINGS, m.REACH, Object.keys(m.FUNCTIONS)]", None)
    assert reach(settings) == limits(ActivationExplorer, settings)
    assert limits(ActivationExplorer, ["x"]) == {"x": (-most, most)}
    assert tuple(names) == FUNCTIONS


def test_javascript_computes_what_functional_does(run_module):
    """Every function, parameter and threshold of the controls, each at every input they reach."""
    rng = np.random.default_rng(0)
    cases = [(settings, GRID) for settings in reachable()]
    cases += [(case | {"threshold": rng.uniform(0.01, 0.25)}, rng.uniform(-40, 40, 50)) for case, _ in cases[::9]]
    line = """d.map(([state, xs]) => {
        const all = xs.map((x) => m.compute({ ...state, x }));
        return [all.map((a) => a.value), all.map((a) => a.slope), all.map((a) => a.saturated), all[0].flat];
    })"""
    answers = run_module("activations", line, [(settings, xs.tolist()) for settings, xs in cases])
    for (settings, xs), (values, slopes, saturated, flat) in zip(cases, answers, strict=True):
        value, slope = expected(settings, xs)
        np.testing.assert_allclose(values, value, rtol=1e-12, atol=1e-15, err_msg=str(settings))
        np.testing.assert_allclose(slopes, slope, rtol=1e-12, atol=1e-15, err_msg=str(settings))
        clear = abs(slope - settings["threshold"]) > 1e-9
        assert (np.array(saturated) == (slope < settings["threshold"]))[clear].all(), settings
        striped = np.zeros(len(xs), bool)
        for first, last in flat:
            assert -5 <= first <= last <= 5, settings
            striped |= (first <= xs) & (xs <= last)
        shown = clear & (abs(xs) < 5)
        assert (striped == np.array(saturated))[shown].all(), settings


def test_the_browser_says_what_python_says(run_module):
    cases = [START | {"function": name, "x": x} for name in FUNCTIONS for x in (-4.95, -1, 0, 0.05, 3)]
    told = run_module("activations", "d.map((state) => m.describe(state, m.compute(state), t))", cases)
    assert told == [ActivationExplorer(**case).summary() for case in cases]


# In the browser


def unit(page):
    """Pixels between x = 0 and x = 1: the two views are equally wide."""
    return side(page, ".cnnx-axis") / 10


def test_mouse(explorer):
    x, y = middle(explorer.locator("[data-grip=x] .cnnx-target").first)
    explorer.mouse.move(x, y)
    explorer.mouse.down()
    explorer.mouse.move(x + 2 * unit(explorer), y, steps=5)
    assert now(explorer, "x") == 3
    told = "sigmoid at x = 3: value 0.9526, slope 0.0452. Saturated: the slope is below 0.05"
    assert status(explorer).startswith(told)
    explorer.mouse.move(x - 900, y, steps=5)  # past the end
    explorer.mouse.up()
    assert now(explorer, "x") == -5
    picture = explorer.locator(".cnnx svg").first.bounding_box()
    explorer.mouse.click(picture["x"] + picture["width"] / 2 + 100, picture["y"] + picture["height"] - 30)
    assert now(explorer, "x") > 0
    leaky = explorer.locator("[data-curve=leaky_relu] .cnnx-line").first
    at = "(e) => { const p = e.getPointAtLength(9), m = e.getScreenCTM(); return [p.x + m.e, p.y + m.f]; }"
    start = leaky.evaluate(at)
    explorer.mouse.click(*start)
    assert now(explorer, "function") == "leaky_relu"
    explorer.mouse.click(start[0] + 8 * unit(explorer), start[1] - 3.5 * 46)  # where ReLU and ELU are the same line
    assert (now(explorer, "function"), now(explorer, "x") > 2) == ("leaky_relu", True)
    explorer.get_by_role("combobox", name="Function").first.select_option("leaky_relu")
    explorer.get_by_role("button", name="Left slope: one more").first.click()
    assert now(explorer, "negative_slope") == 0.11
    assert explorer.locator(".cnnx").first.locator(".cnnx-slider:visible").count() == 2


def test_keyboard(explorer):
    explorer.get_by_role("combobox", name="Function").first.focus()
    explorer.keyboard.press("ArrowDown")
    assert now(explorer, "function") == "tanh"
    explorer.keyboard.press("Tab")
    handle = explorer.get_by_role("slider", name="Input x").first
    handle.focus()
    press(explorer, "ArrowRight", "ArrowUp", "PageDown", "ArrowLeft")
    assert now(explorer, "x") == 0.55
    assert handle.get_attribute("aria-valuetext") == "0.55"
    assert handle.get_attribute("data-lm-suppress-shortcuts") == "true"
    explorer.keyboard.press("Home")
    assert status(explorer).startswith("tanh at x = −5: value −0.9999, slope 0.0002. Saturated")
    slider = explorer.get_by_role("slider", name="Threshold").first
    slider.focus()
    explorer.keyboard.press("End")
    assert now(explorer, "threshold") == 0.25
    assert slider.get_attribute("aria-valuetext") == "0.25"


def test_touch(phone):
    swipe(phone, phone.locator("[data-grip=x] .cnnx-target").first, -2 * unit(phone))
    assert abs(now(phone, "x") + 1) < 0.051  # two units to the left of 1


def test_every_function_is_drawn_within_the_page(screen):
    states = [START | {"function": name, "x": x, "alpha": 2} for name in FUNCTIONS for x in (-5, 0, 5)]
    targets = ("button:visible", "input[type=range]:visible", "select:visible", ".cnnx-grip .cnnx-target:visible")
    assert_drawn_within(screen, states, targets)
