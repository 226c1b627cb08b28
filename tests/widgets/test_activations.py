"""The activation explorer: in Python, its computation in JavaScript, and in the browser."""

import itertools
import random
import re

import numpy as np
import pytest
from explorer_checks import assert_drawn_within, limits, reach
from explorer_equations import EVERY, FORMULAS, assert_true
from explorer_page import change, middle, now, press, side, status, swipe
from letters import TOUCHING

from cnnbook import functional
from cnnbook.widgets import ActivationExplorer
from cnnbook.widgets.activations import FUNCTIONS

START = {"function": "sigmoid", "x": 1.0, "negative_slope": 0.1, "alpha": 1.0, "threshold": 0.05, "layers": 10}
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
        ({"layers": 11}, ValueError, "layers 11 is too large to draw: use layers <= 10"),
        ({"threshold": 0}, ValueError, "threshold 0 is out of range: use threshold from 0.01 to 0.25"),
    ],
)
def test_bad_settings_are_refused(options, error, told):
    with pytest.raises(error, match=re.escape(told)):
        ActivationExplorer(**options)


def backwards(settings):
    """A gradient of 1 before each layer, from the package's own backward, layer by layer."""
    name, inputs = settings["function"], [np.array([settings["x"]], float)]
    options = {PARAMETERS[name]: settings[PARAMETERS[name]]} if name in PARAMETERS else {}
    for _ in range(settings["layers"] - 1):
        inputs.append(getattr(functional, name)(inputs[-1], **options))
    gradients = [np.ones(1)]
    for x in inputs[::-1]:
        gradients[:0] = getattr(functional, f"{name}_backward")(gradients[0], x, **options)
    return [gradient.item() for gradient in gradients]


def stacks():
    """Settings of each function, with the ends of its parameter, some inputs, and stacks of several heights."""
    for name, x, layers in itertools.product(FUNCTIONS, (-5, -0.35, 0, 0.05, 1, 1.3, 5), (1, 2, 5, 10)):
        for value in {"leaky_relu": (0, 0.13, 0.4), "elu": (0, 0.7, 2)}.get(name, (0,)):
            own = {PARAMETERS[name]: value} if name in PARAMETERS else {}
            yield START | own | {"function": name, "x": x, "layers": layers}


def test_the_gradient_is_that_of_the_layers_one_after_another(run_module):
    cases = list(stacks())
    answers = run_module("activations", "d.map((state) => m.compute(state).gradients)", cases)
    for case, answer in zip(cases, answers, strict=True):
        explorer, expected = ActivationExplorer(**case), backwards(case)
        np.testing.assert_allclose(answer, expected, rtol=1e-11, atol=0, err_msg=str(case))
        assert explorer.gradient == pytest.approx(expected[0], rel=1e-11, abs=0)
        assert explorer.slopes.shape == (case["layers"],)


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
    cases += stacks()
    told = run_module("activations", "d.map((state) => m.describe(state, m.compute(state), t))", cases)
    assert told == [ActivationExplorer(**case).summary() for case in cases]


def test_the_goal_is_half_of_the_gradient_through_ten_layers(run_module):
    cases = [START | {"function": name, "x": x / 20} for name in FUNCTIONS for x in range(-100, 101)]
    reached = run_module("activations", "d.map((state) => m.isReached(state, m.compute(state)))", cases)
    found = {name: [case["x"] for case, is_reached in zip(cases, reached, strict=True) if is_reached
                    and case["function"] == name] for name in FUNCTIONS}  # fmt: skip
    assert found["sigmoid"] == []
    assert max(backwards(case)[0] for case in cases if case["function"] == "sigmoid") < 1e-6  # as the explorer says
    assert (min(found["tanh"]), max(found["tanh"])) == (-0.25, 0.25)
    assert min(found["relu"]) == 0.05
    assert not run_module("activations", "m.isReached(d, m.compute(d))", START | {"function": "relu", "layers": 9})


# In the browser


# All states, one after the other: formulas, and the values that stand in the picture.
READ = f"""(states) => states.map((state) => {{
  for (const pair of Object.entries(state)) window.model.set(...pair);
  const explorer = document.querySelector(".cnnx");
  return [({FORMULAS})(explorer), [...explorer.querySelectorAll(".cnnx-marks .cnnx-label:not(.cnnx-small)")]
    .map((text) => text.textContent.split(/[=≈]/)[1].trim())];
}})"""


def test_every_printed_equation_is_true_and_the_picture_says_the_same(explorer):
    """At every input that the handle reaches, and at the ends of all parameters and stacks."""
    drawn = itertools.product(FUNCTIONS, GRID)
    cases = [START | {"function": name, "x": x, "layers": 1 + int(20 * abs(x)) % 10} for name, x in drawn]
    cases += [*stacks(), START | {"x": 1 / 3}, START | {"function": "elu", "x": -0.12345, "alpha": 1 / 7}]
    counted = 0
    for case, (parts, drawn) in zip(cases, explorer.evaluate(READ, cases), strict=True):
        lines, chain = parts[:2], "".join(parts[3:])
        assert [re.split("[=≈] ", line)[-1] for line in lines] == drawn
        for line in [*lines, *([chain] if case["layers"] > 1 else [])]:
            *steps, sign, answer = re.split(" ?([=≈]) ", line)
            if re.match("f", line):
                assert steps[0].startswith(("f(", "f′("))
                steps = steps[2:]
            if steps:
                assert_true(steps[-1], sign, answer)
                counted += 1
    assert counted > 2500
    assert EVERY.search("0.1966 · 0.2194 ≈ 4.3 · 10⁻²")[3] == "4.3 · 10⁻²"
    with pytest.raises(AssertionError, match="but it is"):
        assert_true("0.9933 · (1 − 0.9933)", "≈", "0.0066")


def test_the_goal_is_reached_and_stays_reached(explorer):
    aim = explorer.locator(".cnnx-aim").first
    assert "cnnx-reached" not in aim.get_attribute("class")
    explorer.get_by_role("combobox", name="Function").first.select_option("relu")
    assert "Discovered: with ReLU at x = 1 the gradient comes back as 1." in aim.inner_text()
    explorer.get_by_role("combobox", name="Function").first.select_option("sigmoid")
    assert "cnnx-reached" in aim.get_attribute("class")


def test_no_text_lies_over_another(screen):
    for name, x in itertools.product(FUNCTIONS, (-5, -4.1, -2.5, -1, -0.05, 0, 0.05, 0.5, 1.4, 2.5, 4, 4.65, 5)):
        change(screen, START | {"function": name, "x": x, "alpha": 2, "layers": 1 + int(5 * abs(x)) % 10})
        assert screen.evaluate(TOUCHING) == [], (name, x)


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
    assert explorer.locator(".cnnx").first.locator(".cnnx-slider:visible").count() == 3


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
    assert status(explorer).startswith("tanh at x = −5: value −0.9999, slope 0.00018. Saturated")
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


def test_nothing_sticks_out_of_a_narrow_phone(show_own):
    page = show_own(width=320, height=640, has_touch=True, is_mobile=True)
    for state in [START | {"function": name, "x": x} for name in FUNCTIONS for x in (-5, 1)]:
        change(page, state)
        assert page.evaluate(TOUCHING) == [], state
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, state
