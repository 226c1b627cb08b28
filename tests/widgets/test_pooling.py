"""The pooling explorer: in Python, its computation in JavaScript, and in the browser."""

import itertools
import random
import re

import numpy as np
import pytest
from explorer_checks import assert_drawn_within, assert_written, limits, plain, reach
from explorer_page import drag, has_focus, now, press, side, status, swipe

from cnnbook.functional import avg_pool2d, avg_pool2d_backward, max_pool2d, max_pool2d_backward
from cnnbook.widgets import PoolingExplorer
from cnnbook.widgets._explorer import SettingError
from cnnbook.widgets.pooling import INPUT

OPTIONS = {"kernel": 2, "stride": 2, "padding": 0, "ceil_mode": False}
START = {"input": INPUT, "kind": "max", **OPTIONS, "shift": 0, "row": 0, "column": 0}
POOLS = {"max": (max_pool2d, max_pool2d_backward), "average": (avg_pool2d, avg_pool2d_backward)}


def reachable():
    """All settings that the controls can reach, but for the numbers."""
    values = itertools.product(("max", "average"), range(1, 5), range(1, 5), range(3), (False, True))
    return [dict(zip(("kind", *OPTIONS), chosen, strict=True)) for chosen in values]


def inputs():
    """Small inputs of many shapes, with ties and negative numbers; the usual one first."""
    rng = np.random.default_rng(0)
    shapes = [(1, 1), (1, 5), (3, 2), (5, 7), (8, 8), (4, 3)]
    return [np.array(INPUT, float), *(rng.integers(-4, 5, shape).astype(float) for shape in shapes)]


def expected(settings, x):
    """Output and gradient of the input; the error where there is none."""
    forward, backward = POOLS[settings["kind"]]
    options = {name: settings[name] for name in OPTIONS}
    try:
        output = forward(x[None, None], **options)
    except ValueError as error:
        return None, str(error)
    return output[0, 0], backward(np.ones_like(output), x[None, None], **options)[0][0, 0]


# In Python


def test_output_and_gradient_are_those_of_functional():
    for settings in random.Random(0).sample(reachable(), 40):
        x = random.Random(1).choice(inputs())
        output, gradient = expected(settings, x)
        if output is None:
            with pytest.raises(ValueError, match=re.escape(gradient)):
                PoolingExplorer(x, **settings)
            continue
        explorer = PoolingExplorer(x, **settings)
        np.testing.assert_array_equal(explorer.output, output)
        np.testing.assert_array_equal(explorer.grad_input, gradient)


def test_a_shift_rolls_the_input():
    for kind, padding in [("max", 0), ("average", 1)]:
        explorer = PoolingExplorer(kind=kind, padding=padding, shift=4)
        output, gradient = expected(
            {"kind": kind, **OPTIONS, "padding": padding}, np.roll(np.array(INPUT, float), 4, axis=1)
        )
        np.testing.assert_array_equal(explorer.output, output)
        np.testing.assert_array_equal(explorer.grad_input, gradient)
        assert f"{output[0, 0]:g}" in explorer.summary()
    assert ", padding=1, shift=4, " in repr(explorer)
    assert "shift" not in repr(PoolingExplorer())
    with pytest.raises(ValueError, match="shift 8 is too large to draw: use shift <= 7"):
        PoolingExplorer(shift=8)


def test_windows_do_not_overlap_by_default():
    assert PoolingExplorer(kernel=3).stride == 3


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"kind": "mean"}, ValueError, "kind 'mean' is unknown: use one of max, average"),
        ({"kernel": 5}, ValueError, "kernel 5 is too large to draw: use kernel <= 4"),
        ({"padding": 2, "kernel": 3}, ValueError, "padding 2 is more than half of kernel 3"),
        ({"input": [[1, 2]], "kernel": 2}, ValueError, "kernel 2 does not fit in padded input 1"),
        ({"input": np.zeros((9, 2))}, ValueError, "input of 9 x 2 is too large to draw: use 8 x 8 at most"),
        ({"input": [["1"]]}, TypeError, "input must hold numbers, got '1' (str)"),
        ({"row": 3}, ValueError, "row 3 is not in the output of 3: use row <= 2"),
        ({"ceil_mode": 1}, TypeError, "ceil_mode must be True or False, got 1"),
    ],
)
def test_bad_settings_are_refused(options, error, told):
    with pytest.raises(error, match=re.escape(told)):
        PoolingExplorer(**options)


def test_the_window_stays_in_the_output_and_errors_change_nothing():
    explorer = PoolingExplorer(kernel=2, stride=1, row=4, column=1)
    explorer.stride = 2
    assert (explorer.row, explorer.column) == (2, 1)
    with pytest.raises(SettingError):
        explorer.padding = 2
    assert explorer.padding == 0


# In JavaScript


def test_the_controls_reach_what_the_traits_allow(run_module):
    settings = run_module("pooling", "m.SETTINGS", None)
    assert reach(settings) == limits(PoolingExplorer, ("kernel", "stride", "padding", "shift"))


def test_javascript_computes_what_functional_does(run_module):
    """Every setting of the controls, on inputs of seven shapes."""
    cases = [(settings, x) for x in inputs() for settings in reachable()]
    data = [settings | {"input": x.tolist()} for settings, x in cases]
    answers = run_module("pooling", "d.map((state) => m.compute(state))", data)
    texts = run_module("pooling", "d.map((s) => m.describe({ ...s, row: 0, column: 0 }, m.compute(s), t))", data)
    possible = 0
    for (settings, x), answer, text in zip(cases, answers, texts, strict=True):
        output, gradient = expected(settings, x)
        assert answer["possible"] == (output is not None), settings
        assert_written(text)
        if output is None:  # explained in the words of Python
            assert plain(text) == gradient.lower()
            continue
        possible += 1
        np.testing.assert_allclose(answer["output"], output, rtol=1e-12, atol=1e-12, err_msg=str(settings))
        np.testing.assert_allclose(answer["gradient"], gradient, rtol=1e-12, atol=1e-12, err_msg=str(settings))
        assert answer["idle"] == (gradient == 0).sum(), settings
    assert possible > 700


def test_each_window_sends_its_gradient_where_functional_does(run_module):
    """One output with a gradient, all others with none: what comes back is the route of that window."""
    line = """d.map((s) => {
        const all = m.compute(s);
        return s.places.map(([row, column]) => all.look(row, column));
    })"""
    settings = random.Random(3).sample(reachable(), 30)
    cases = [(s, x) for x in inputs() for s in settings if expected(s, x)[0] is not None]
    data = []
    for settings, x in cases:
        places = list(np.ndindex(expected(settings, x)[0].shape))[::3]
        data.append(settings | {"input": x.tolist(), "places": places})
    for (settings, x), item, windows in zip(cases, data, run_module("pooling", line, data), strict=True):
        forward, backward = POOLS[settings["kind"]]
        options = {name: settings[name] for name in OPTIONS}
        output = forward(x[None, None], **options)
        for place, window in zip(item["places"], windows, strict=True):
            one = np.zeros_like(output)
            one[0, 0][place] = 1
            sent = np.zeros_like(x)
            for i, j in window["receivers"]:
                sent[i, j] += window["share"]
            (expect,) = backward(one, x[None, None], **options)
            np.testing.assert_allclose(sent, expect[0, 0], rtol=1e-12, err_msg=f"{settings} {place}")
            told = PoolingExplorer(x, **settings, row=place[0], column=place[1])
            assert [list(place) for place in itertools.product(*told._receivers[:2])] == window["receivers"]


def test_the_browser_says_what_python_says(run_module):
    options = [{}, {"kind": "average"}, {"kind": "average", "kernel": 3, "padding": 1, "ceil_mode": True, "row": 3}]
    cases = [START | option for option in options]
    told = run_module("pooling", "d.map((state) => m.describe(state, m.compute(state), t))", cases)
    for case, text in zip(cases, told, strict=True):
        assert text.startswith(PoolingExplorer(**case).summary())


def test_a_shift_moves_the_output_only_by_multiples_of_the_stride(run_module):
    cases = [
        {"input": x.tolist(), **settings, "shift": shift}
        for x in inputs() for settings in reachable()[::3] for shift in range(8)
    ]  # fmt: skip
    line = "d.map((s) => [m.discover(s, m.compute(s)), m.compute(s).output ?? null])"
    reached = 0
    for case, (found, output) in zip(cases, run_module("pooling", line, cases), strict=True):
        x = np.array(case["input"])
        before, after, now = (expected(case, np.roll(x, shift, axis=1))[0] for shift in (0, 1, case["shift"]))
        if now is not None:
            np.testing.assert_allclose(output, now, atol=1e-12)
        if found is None:
            continue
        reached += 1
        by = found["by"]
        assert by * case["stride"] == case["shift"] > 1
        np.testing.assert_allclose(now[:, by:], before[:, :-by], atol=1e-12)
        assert (found["changed"], found["all"]) == ((abs(before - after) > 1e-12).sum(), before.size)
    assert reached > 30


# In the browser


def test_mouse(explorer):
    frame = explorer.locator(".cnnx-frame").first
    drag(explorer, frame, side(explorer, ".cnnx-frame"), 2 * side(explorer, ".cnnx-frame"))
    assert now(explorer, "row", "column") == (2, 1)
    assert status(explorer).startswith("Output row 2, column 1 is 4, the largest number in its window. "
                                     "Its gradient goes to input row 4, column 3 alone.")  # fmt: skip
    cell = explorer.locator("[data-row='1'][data-column='2']").first
    cell.hover()
    assert status(explorer).startswith("Output row 1, column 2 is 6")
    assert now(explorer, "row", "column") == (2, 1)
    cell.click()
    assert now(explorer, "row", "column") == (1, 2)
    explorer.get_by_role("combobox", name="Pooling").first.select_option("average")
    assert "Each of its 4 input numbers gets 0.25 of the gradient." in status(explorer)
    explorer.get_by_role("button", name="Kernel size: one more").first.click()
    explorer.get_by_role("button", name="Padding: one more").first.click()
    explorer.get_by_role("checkbox", name="Round up").first.check()
    assert now(explorer, "kind", "kernel", "padding", "ceil_mode") == ("average", 3, 1, True)


def test_a_press_on_a_number_opens_its_field(explorer):
    box = explorer.locator(".cnnx-frame").first.bounding_box()
    explorer.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"])
    field = explorer.get_by_label("Number in the window, row 0, column 1").first
    assert has_focus(field)
    explorer.keyboard.type("9")
    assert now(explorer, "input")[0][:2] == [1, 9]
    assert status(explorer).startswith("Output row 0, column 0 is 9")
    assert "input row 0, column 1 alone" in status(explorer)
    field.fill("")
    assert status(explorer).startswith("Type a number")
    assert now(explorer, "input")[0][:2] == [1, 9]


def test_a_number_typed_in_a_shifted_input_is_kept_in_its_place(explorer):
    explorer.evaluate("window.model.set('shift', 2)")
    explorer.locator("[data-tap]").nth(1).fill("8")  # column 1, where column 5 of the given numbers stands
    assert now(explorer, "input") == [[*INPUT[0][:5], 8], *map(list, INPUT[1:])]


def test_keyboard(explorer):
    window = explorer.locator(".cnnx-window").first
    window.focus()
    press(explorer, "ArrowDown", "End", "ArrowLeft")
    assert now(explorer, "row", "column") == (1, 1)
    assert window.get_attribute("data-lm-suppress-shortcuts") == "true"
    press(explorer, "Home", "ArrowUp", "ArrowRight")
    assert now(explorer, "row", "column") == (0, 1)
    explorer.get_by_role("slider", name="Stride").first.focus()
    explorer.keyboard.press("Home")
    assert now(explorer, "stride") == 1
    explorer.get_by_role("combobox", name="Pooling").first.focus()
    explorer.keyboard.press("ArrowDown")
    assert now(explorer, "kind") == "average"


def test_an_impossible_setting_is_explained_and_not_handed_on(explorer):
    slider = explorer.get_by_role("slider", name="Padding").first
    slider.focus()
    explorer.keyboard.press("End")
    told = "Padding 2 is more than half of kernel 2: use padding ≤ 1"
    assert status(explorer).startswith(told)
    assert now(explorer, "padding") == 0
    assert explorer.locator(".cnnx").first.locator(".cnnx-output:visible, .cnnx-gradient:visible").count() == 0
    explorer.get_by_role("slider", name="Kernel size").first.focus()
    explorer.keyboard.press("End")
    assert now(explorer, "kernel", "padding") == (4, 2)
    assert explorer.locator(".cnnx-problem").count() == 0


def test_touch(phone):
    swipe(phone, phone.locator(".cnnx-frame").first, side(phone, ".cnnx-frame"))
    assert now(phone, "row", "column") == (0, 1)
    phone.locator("[data-row='2'][data-column='0']").first.tap()
    assert now(phone, "row", "column") == (2, 0)


def test_every_kind_of_setting_is_drawn_within_the_page(screen):
    states = [START | {"kernel": 4, "stride": 1, "padding": 2}, *random.Random(5).sample(reachable(), 25), START]
    parts = ("button", "select", "input[type=range]", "input[type=number]", ".cnnx-toggle")
    assert_drawn_within(screen, states, [f"{name}:visible" for name in parts])
