"""The dilated explorer: in Python, its computation in JavaScript, and in the browser."""

import itertools
import math
import random
import re

import numpy as np
import pytest
from explorer_checks import assert_drawn_within, assert_written
from explorer_page import drag, has_focus, now, press, side, status, swipe

from cnnbook.arithmetic import receptive_field
from cnnbook.functional import conv2d, conv2d_backward
from cnnbook.widgets import DilatedExplorer
from cnnbook.widgets._explorer import SettingError

START = {"dilations": (1, 2, 4), "size": 19, "row": 9, "column": 9}


def stacks():
    """All stacks that the controls can reach."""
    return [stack for count in range(1, 5) for stack in itertools.product(range(1, 5), repeat=count)]


def expected_ways(dilations, size, row, column):
    """Gradient of the output pixel with respect to the input, through convolutions of ones."""
    gradient, x, weight = np.zeros((1, 1, size, size)), np.zeros((1, 1, size, size)), np.ones((1, 1, 3, 3))
    gradient[0, 0, row, column] = 1
    for dilation in reversed(dilations):
        gradient = conv2d_backward(gradient, x, weight, padding=dilation, dilation=dilation)[0]
    return gradient[0, 0]


def cases():
    """Each stack, with a size and an output pixel drawn for it; the border and the middle in turn."""
    draw = random.Random(0)
    found = []
    for number, dilations in enumerate(stacks()):
        size = draw.randint(9, 33)
        row, column = ((size - 1) // 2, size // 2) if number % 3 else (draw.randrange(size), draw.randrange(size))
        found.append({"dilations": dilations, "size": size, "row": row, "column": column})
    return found


# In Python


def test_ways_are_the_influence_of_a_pixel_on_the_output():
    """Change one input pixel by 1: the output changes by the number of ways."""
    explorer = DilatedExplorer([1, 3], size=11, row=2, column=8)

    def output(x):
        for dilation in explorer.dilations:
            x = conv2d(x, np.ones((1, 1, 3, 3)), padding=dilation, dilation=dilation)
        return x[0, 0, 2, 8]

    for place in np.ndindex(11, 11):
        x = np.zeros((1, 1, 11, 11))
        x[0, 0][place] = 1
        assert output(x) == explorer.ways[place]


def test_field_is_that_of_arithmetic_and_bounds_the_ways():
    for dilations in stacks():
        explorer = DilatedExplorer(dilations, size=33)
        field = receptive_field([(3, 1, dilation, dilation) for dilation in dilations])
        assert explorer.field == field
        rows = np.flatnonzero(explorer.ways.any(axis=1))
        assert (rows[0], rows[-1]) == (16 + field.start, 16 + field.start + field.size - 1)


@pytest.mark.parametrize(
    ("dilations", "seen", "size"),
    [((1,), 9, 3), ((1, 2), 49, 7), ((1, 2, 4), 225, 15), ((1, 2, 3), 169, 13), ((2, 2, 2), 49, 13), ((4, 1), 81, 11)],
)
def test_the_stacks_that_the_chapter_names(dilations, seen, size):
    explorer = DilatedExplorer(dilations)
    assert (int((explorer.ways > 0).sum()), explorer.field.size) == (seen, size)
    assert ("gridding" in explorer.summary()) == (seen < size**2)


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"dilations": []}, ValueError, "dilations has 0 layers: use 1 to 4"),
        ({"dilations": [1] * 5}, ValueError, "dilations has 5 layers: use 1 to 4"),
        ({"dilations": [1, 5]}, ValueError, "dilation 5 is too large to draw: use dilation <= 4"),
        ({"dilations": [0]}, ValueError, "dilation 0 is too small: use dilation >= 1"),
        ({"dilations": [1.5]}, TypeError, "dilation must be an integer, got 1.5 (float)"),
        ({"dilations": 2}, TypeError, "dilations must be a list, got 2 (int): use one int a layer"),
        ({"size": 8}, ValueError, "size 8 is too small: use size >= 9"),
        ({"size": 34}, ValueError, "size 34 is too large to draw: use size <= 33"),
        ({"size": "9"}, TypeError, "size must be an integer, got '9' (str)"),
        ({"row": 19}, ValueError, "row 19 is not in the output of 19: use row <= 18"),
        ({"language": "xx"}, ValueError, "language 'xx' is unknown"),
    ],
)
def test_bad_settings_are_refused(options, error, told):
    with pytest.raises(error, match=re.escape(told)):
        DilatedExplorer(**options)


def test_the_pixel_stays_in_the_output_and_errors_change_nothing():
    explorer = DilatedExplorer(size=21, row=20)
    explorer.size = 10
    assert (explorer.row, explorer.column) == (9, 9)
    with pytest.raises(SettingError):
        explorer.dilations = [1, 9]
    assert repr(explorer) == "DilatedExplorer(dilations=(1, 2, 4), size=10, row=9, column=9)"


# In JavaScript


def test_the_controls_reach_what_the_traits_allow(run_module):
    size = DilatedExplorer.class_traits()["size"]
    settings, most, presets = run_module("dilated", "[m.SETTINGS, m.MOST, m.PRESETS]", None)
    assert (settings["size"]["min"], settings["size"]["max"]) == (size.low, size.high)
    DilatedExplorer([most["dilation"]] * most["layers"])
    for beyond in ([most["dilation"] + 1], [1] * (most["layers"] + 1)):
        with pytest.raises(SettingError):
            DilatedExplorer(beyond)
    assert [preset["dilations"] for preset in presets.values()] == [[1], [1, 2], [1, 2, 4], [2, 2, 2], [1, 2, 3]]


def test_javascript_counts_as_functional_does(run_module):
    """Every stack of the controls."""
    data = cases()
    for case, answer in zip(data, run_module("dilated", "d.map((state) => m.compute(state))", data), strict=True):
        ways, field = expected_ways(**case), receptive_field([(3, 1, d, d) for d in case["dilations"]])
        np.testing.assert_array_equal(answer["counts"], ways, err_msg=str(case))
        assert answer["field"] == field.size
        assert answer["seen"] == (ways > 0).sum()
        spans = [range(case[name] + field.start, case[name] + field.start + field.size) for name in ("row", "column")]
        inside = [sum(0 <= at < case["size"] for at in span) for span in spans]
        assert answer["seen"] + answer["unseen"] == answer["all"] == inside[0] * inside[1]
        assert answer["outside"] == field.size**2 - answer["all"]
        assert (answer["least"], answer["most"]) == (ways[ways > 0].min(), ways.max())


def test_what_lies_between_is_never_seen(run_module):
    data, line = cases(), "d.map((s) => m.discover(s, m.compute(s)))"
    for case, found in zip(data, run_module("dilated", line, data), strict=True):
        ways, explorer = expected_ways(**case), DilatedExplorer(**case)
        step, (seen, size) = math.gcd(*case["dilations"]), ((ways > 0).sum(), explorer.field.size)
        reach = size // 2
        inside = all(reach <= case[name] < case["size"] - reach for name in ("row", "column"))
        assert (found is not None) == (inside and step > 1 and 3 * seen < size**2), case
        if found:
            assert found == {"step": step, "seen": seen, "all": size**2}
            rows, columns = np.nonzero(ways)
            assert not ((rows - case["row"]) % step).any()
            assert not ((columns - case["column"]) % step).any()
    assert run_module("dilated", line, [START | {"dilations": d} for d in ([2, 2, 2], [3], [1, 4])])[2] is None


def test_traced_ways_are_as_many_as_counted_and_each_is_a_way(run_module):
    line = "d.map((s) => m.trace(s, [s.row, s.column], s.to))"
    draw = random.Random(2)
    data = [case | {"to": [draw.randrange(case["size"]) for _ in "ij"]} for case in draw.sample(cases(), 60)]
    data += [case | {"to": [case["row"], case["column"]]} for case in draw.sample(cases(), 40)]
    for case, found in zip(data, run_module("dilated", line, data), strict=True):
        assert len(found) == expected_ways(**{name: case[name] for name in START})[tuple(case["to"])]
        assert len({str(path) for path in found}) == len(found)
        for path in found:
            assert (path[0], path[-1]) == ([case["row"], case["column"]], case["to"])
            assert all(0 <= at < case["size"] for place in path for at in place)
            for (start, end), dilation in zip(itertools.pairwise(path), reversed(case["dilations"]), strict=True):
                assert {abs(b - a) for a, b in zip(start, end, strict=True)} <= {0, dilation}


def test_the_browser_says_what_python_says(run_module):
    data = cases()[::4]
    line = "d.map((s) => [m.describe(s, m.compute(s), t), m.why(s, m.compute(s), t)])"
    for case, (text, why) in zip(data, run_module("dilated", line, data), strict=True):
        explorer = DilatedExplorer(**case)
        assert text.startswith(explorer.summary()), case
        assert_written(text + why)
        formula, size = why.split(" = ")
        assert eval(formula.replace("·", "*")) == int(size) == explorer.field.size


# In the browser


def kernel(page, layer):
    return page.get_by_role("slider", name=f"Dilation of layer {layer}").first


def test_mouse(explorer):
    cell = side(explorer, ".cnnx-numbers .cnnx-cell")
    drag(explorer, explorer.locator(".cnnx-here").first, 3 * cell, -2 * cell)
    assert now(explorer, "row", "column") == (7, 12)
    assert status(explorer).startswith("Output row 7, column 12: field 15 × 15, from 27 weights.")
    small = side(explorer, "[data-grip='layer 0'] .cnnx-cell")
    drag(explorer, kernel(explorer, 1), 0, 3 * small)
    assert now(explorer, "dilations") == [3, 2, 4]
    drag(explorer, kernel(explorer, 3), -1.2 * small, 0.2 * small)
    assert now(explorer, "dilations") == [3, 2, 1]
    explorer.get_by_role("combobox", name="Dilations").first.select_option("gridding")
    assert now(explorer, "dilations") == [2, 2, 2]
    assert "It sees 49 of 169 pixels, each in 1 to 49 ways. The other 120 are never seen: gridding." in status(explorer)
    assert explorer.locator(".cnnx").first.locator(".cnnx-stripes").count() == 120
    explorer.get_by_role("button", name="Add a layer").first.click()
    assert now(explorer, "dilations") == [2, 2, 2, 1]
    assert explorer.locator(".cnnx").first.locator(".cnnx-stripes").count() == 0
    explorer.get_by_role("button", name="Add a layer").first.click(force=True)  # there are four
    assert now(explorer, "dilations") == [2, 2, 2, 1]
    for _ in range(5):  # the first stays
        explorer.get_by_role("button", name="Remove the last").first.click(force=True)
    assert now(explorer, "dilations") == [2]
    assert explorer.locator(".cnnx-formula").first.inner_text() == "1 + 2·(2) = 5"


def test_a_pixel_pointed_at_shows_its_ways(explorer):
    ray = explorer.locator(".cnnx-ray").first
    explorer.locator("[data-row='6'][data-column='8']").first.hover()
    assert status(explorer).endswith("Input row 6, column 8: 9 ways.")
    assert ray.get_attribute("d").count("M") == expected_ways(**START)[6, 8] == 9
    explorer.locator("[data-row='0'][data-column='0']").first.hover()
    assert status(explorer).endswith("Input row 0, column 0: no way.")
    assert ray.get_attribute("d") == ""
    explorer.locator("[data-row='2'][data-column='2']").first.click()
    explorer.mouse.move(2, 2)
    assert status(explorer).endswith("Input row 2, column 2: 1 way.")  # what was pressed stays
    assert ray.get_attribute("d").count("M") == 1
    assert now(explorer, "row", "column") == (9, 9)


def test_keyboard(explorer):
    layer = kernel(explorer, 2)
    layer.focus()
    assert layer.get_attribute("data-lm-suppress-shortcuts") == "true"
    for key, dilation in [("ArrowRight", 3), ("ArrowUp", 4), ("ArrowUp", 4), ("ArrowLeft", 3), ("Home", 1), ("End", 4)]:
        explorer.keyboard.press(key)
        assert now(explorer, "dilations") == [1, dilation, 4]
        assert layer.get_attribute("aria-valuenow") == str(dilation)
    press(explorer, "ArrowDown", "Tab")
    assert has_focus(kernel(explorer, 3))
    explorer.keyboard.press("Tab")  # the fourth layer is not there
    press(explorer, "ArrowUp", "ArrowRight", "End", "ArrowLeft")
    assert now(explorer, "row", "column") == (8, 17)
    explorer.keyboard.press("Home")
    assert now(explorer, "row", "column") == (8, 0)
    explorer.keyboard.press("Tab")
    press(explorer, "ArrowDown", "ArrowRight")
    assert now(explorer, "row", "column") == (8, 0)
    assert "Input row 9, column 1: " in status(explorer)
    explorer.get_by_role("slider", name="Input size").first.focus()
    explorer.keyboard.press("End")
    assert now(explorer, "size") == 33
    explorer.keyboard.press("Home")
    assert now(explorer, "size", "row") == (9, 8)


def test_touch(phone):
    swipe(phone, kernel(phone, 2), 0, 3 * side(phone, "[data-grip='layer 0'] .cnnx-cell"), rest=True)
    assert now(phone, "dilations") == [1, 3, 4]
    cell = side(phone, ".cnnx-numbers .cnnx-cell")
    swipe(phone, phone.locator(".cnnx-here").first, -4 * cell, cell)
    assert now(phone, "row", "column") == (10, 5)
    phone.locator("[data-row='12'][data-column='9']").first.tap()
    assert "Input row 12, column 9: " in status(phone)


def test_every_kind_of_stack_is_drawn_within_the_page(screen):
    states = [START | {"dilations": [4] * 4, "size": 33}, START | {"dilations": [1] * 4, "size": 9}, *cases()[::25]]
    kernels = "g:not(.cnnx-window)[data-grip^=layer]"
    targets = [f"{name}:visible" for name in ("button", "select", "input[type=range]", kernels, ".cnnx-target")]
    assert_drawn_within(screen, states, targets)
