"""The transposed stepper: in Python, its computation in JavaScript, and in the browser."""

import itertools
import random
import re

import numpy as np
import pytest
from explorer_checks import assert_drawn_within, assert_written, limits, plain, reach
from explorer_page import drag, now, press, side, status, swipe

from cnnbook.arithmetic import transposed_output_size
from cnnbook.functional import conv2d, conv_transpose2d
from cnnbook.widgets import TransposedStepper
from cnnbook.widgets._explorer import SettingError
from cnnbook.widgets.transposed import INPUT, KERNEL

OPTIONS = ("stride", "padding", "output_padding")
USUAL = {"stride": 2, "padding": 1, "output_padding": 0}
START = {"input": INPUT, "kernel": KERNEL, **USUAL, "view": "scatter", "row": 0, "column": 0}


def spread(x, kernel, **options):
    return conv_transpose2d(np.array(x, float)[None, None], np.array(kernel, float)[None, None], **options)[0, 0]


def grids():
    """Inputs and kernels of many shapes, negative numbers and fractions among them; each pair as two lists."""
    rng = np.random.default_rng(0)
    shapes = [(1, 1), (1, 4), (3, 2), (2, 3), (4, 4)], [(1, 1), (2, 3), (4, 2), (3, 3), (4, 4)]
    random_ones = [[rng.integers(-8, 9, shape) / 2 for shape in some] for some in shapes]
    return [(INPUT, KERNEL), *((x.tolist(), kernel.tolist()) for x, kernel in itertools.product(*random_ones))]


def reachable():
    """All settings of the sliders, for the input and the kernel sizes of the presets."""
    values = itertools.product(range(1, 5), range(1, 4), range(4), range(3))
    return [dict(zip(("size", *OPTIONS), chosen, strict=True)) for chosen in values]


def outcome(x, kernel, **options):
    """The output, or the reason why there is none."""
    try:
        stepper = TransposedStepper(x, kernel, **options)
    except ValueError as error:
        return None, str(error)
    return spread(x, kernel, **options), stepper


# In Python


def test_output_size_and_overlaps_are_those_of_the_package():
    for x, kernel in grids():
        for options in random.Random(0).sample(reachable(), 12):
            options = {name: options[name] for name in OPTIONS}
            output, stepper = outcome(x, kernel, **options)
            if output is None:
                continue
            np.testing.assert_array_equal(stepper.output, output)
            assert stepper.output_size == transposed_output_size(np.shape(x), np.shape(kernel), **options)
            np.testing.assert_array_equal(stepper.overlaps, spread(np.ones_like(x), np.ones_like(kernel), **options))


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"view": "gather"}, ValueError, "view 'gather' is unknown: use one of scatter, zeros"),
        ({"stride": 4}, ValueError, "stride 4 is too large to draw: use stride <= 3"),
        ({"padding": 3}, ValueError, "padding 3 is too large for kernel 3: use padding < 3 or a larger kernel"),
        ({"output_padding": 2}, ValueError, "output_padding 2 is too large: use less than stride 2"),
        ({"input": [[5]], "kernel": [[1, 1], [1, 1]]}, ValueError, "padding 1 leaves nothing of output 2"),
        ({"kernel": np.zeros((5, 2))}, ValueError, "kernel of 5 x 2 is too large to draw: use 4 x 4 at most"),
        ({"input": [["1"]]}, TypeError, "input must hold numbers, got '1' (str)"),
        ({"row": 3}, ValueError, "row 3 is not in the input of 3: use row <= 2"),
        ({"view": "zeros", "column": 5}, ValueError, "column 5 is not in the output of 5: use column <= 4"),
        ({"stride": 2.0}, TypeError, "stride must be an integer, got 2.0 (float)"),
        ({"language": "xx"}, ValueError, "language 'xx' is unknown"),
    ],
)  # fmt: skip
def test_bad_settings_are_refused(options, error, told):
    with pytest.raises(error, match=re.escape(told)):
        TransposedStepper(**options)


def test_the_frame_stays_in_its_grid_and_errors_change_nothing():
    stepper = TransposedStepper(view="zeros", row=4, column=3)
    stepper.view = "scatter"
    assert (stepper.row, stepper.column) == (2, 2)
    with pytest.raises(SettingError):
        stepper.padding = 3
    assert stepper.padding == 1


# In JavaScript


def test_the_controls_reach_what_the_traits_allow(run_module):
    sizes = {"kernel_size": (1, TransposedStepper.class_traits()["kernel"].largest)}
    assert reach(run_module("transposed", "m.SETTINGS", None)) == sizes | limits(TransposedStepper, OPTIONS)


def test_presets_are_possible_and_the_first_is_the_usual_setting(run_module):
    presets = run_module("transposed", "m.PRESETS", None)
    assert presets["numbers"] == {name: [list(row) for row in START[name]] for name in ("input", "kernel")} | USUAL
    overlaps = {name: TransposedStepper(**options).overlaps for name, options in presets.items()}
    assert set(np.unique(overlaps["checkerboard"][2:-2, 2:-2])) == {1, 2, 4}
    assert set(np.unique(overlaps["even"][1:-1, 1:-1])) == {4}
    bilinear = TransposedStepper(**presets["bilinear"] | {"input": np.ones((4, 4))}).output
    np.testing.assert_array_equal(bilinear[1:-1, 1:-1], 1)  # flat where nothing is cut off


def test_javascript_computes_what_the_package_does(run_module):
    """Every setting of the sliders on the usual numbers, and random numbers of many shapes."""
    kernels = {size: np.arange(size * size).reshape(size, size).tolist() for size in range(1, 5)}
    cases = [(INPUT, kernels[s["size"]], s) for s in reachable()]
    cases += [([[1] * 4] * 4, kernels[s["size"]], s) for s in reachable()]
    cases += [(*pair, s) for pair in grids() for s in random.Random(1).sample(reachable(), 12)]
    data = [{"input": x, "kernel": k, "view": "zeros"} | {name: s[name] for name in OPTIONS} for x, k, s in cases]
    line = """d.map((s) => {
        const all = m.compute(s);
        if (!all.possible) return { text: m.describe({ ...s, row: 0, column: 0 }, all, t) };
        const stretched = Array.from({ length: all.from[0] }, (_, i) =>
            Array.from({ length: all.from[1] }, (_, j) => all.source(i, j) ?? 0));
        const isZero = stretched.map((line, i) => line.map((_, j) => all.source(i, j) === undefined));
        const [{ output, overlaps, to }, why] = [all, m.sizes(all, t)];
        return { output, overlaps, stretched, isZero, to, full: m.compute({ ...s, view: "scatter" }).to, why };
    })"""
    possible = 0
    for item, answer in zip(data, run_module("transposed", line, data), strict=True):
        x, kernel, options = item["input"], item["kernel"], {name: item[name] for name in OPTIONS}
        output, stepper = outcome(x, kernel, **options)
        if output is None:  # explained in the words of Python
            expected = stepper.replace("output_padding", "output padding").lower()
            assert plain(answer["text"]) == re.sub(r" or dilation 1, so at most \d| \(.*\)", "", expected)
            continue
        possible += 1
        np.testing.assert_allclose(answer["output"], output, rtol=1e-12, atol=1e-12, err_msg=str(item))
        assert answer["overlaps"] == stepper.overlaps.tolist(), item
        assert tuple(answer["to"]) == stepper.output_size
        assert [full - 2 * options["padding"] for full in answer["full"]] == answer["to"]
        # The other view is an ordinary convolution with the flipped kernel, on the numbers of the input and zeros.
        stretched, flipped = np.array(answer["stretched"], float), np.array(kernel, float)[::-1, ::-1]
        np.testing.assert_allclose(conv2d(stretched[None, None], flipped[None, None].copy())[0, 0], output, atol=1e-12)
        np.testing.assert_array_equal(stretched[~np.array(answer["isZero"])], np.ravel(x))
        isSquare = len(x) == len(x[0]) and len(kernel) == len(kernel[0])
        sizes = [int(line.rsplit("= ", 1)[1]) for line in answer["why"].split("\n")]
        assert sizes == list(stepper.output_size)[: 1 if isSquare else 2]
    assert possible > 200


def test_stamps_add_up_one_after_another(run_module):
    """What is drawn after each step: the transposed convolution of the input cells so far, the rim included."""
    line = """d.map((s) => {
        const { terms, to } = m.compute(s);
        return Array.from({ length: to[0] }, (_, y) => Array.from({ length: to[1] }, (_, x) => terms(y, x)
            .filter(({ place }) => place <= s.upTo).reduce((sum, { value, weight }) => sum + value * weight, 0)));
    })"""
    cases = []
    for x, kernel in grids()[::3]:
        stride = random.Random(str(kernel)).randint(1, 3)
        for place in range(np.size(x)):
            options = {"stride": stride, "padding": 0, "output_padding": stride - 1}
            cases.append({"input": x, "kernel": kernel, **options, "view": "scatter", "upTo": place})
    for case, sums in zip(cases, run_module("transposed", line, cases), strict=True):
        so_far = np.where(np.arange(np.size(case["input"])) <= case["upTo"], np.ravel(case["input"]), 0)
        options = {name: case[name] for name in OPTIONS}
        expected = spread(so_far.reshape(np.shape(case["input"])), case["kernel"], **options)
        np.testing.assert_allclose(sums, expected, atol=1e-12, err_msg=str(case))


def test_the_browser_says_what_python_says_at_every_place(run_module):
    cases = []
    for view, (x, kernel), stride in itertools.product(("scatter", "zeros"), grids()[::4], (1, 2, 3)):
        settings = {"input": x, "kernel": kernel, "stride": stride, "padding": 0, "output_padding": stride - 1}
        settings |= {"view": view}
        places = np.ndindex(np.shape(x) if view == "scatter" else TransposedStepper(**settings).output_size)
        cases += [settings | {"row": row, "column": column} for row, column in places]
    told = run_module("transposed", "d.map((state) => m.describe(state, m.compute(state), t))", cases)
    for case, text in zip(cases, told, strict=True):
        assert text.startswith(TransposedStepper(**case).summary()), case
        assert_written(text)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_the_checkerboard_that_it_announces_is_there(run_module, size, stride):
    """Far from the border, in the output of a large input of ones, there are as many stamps as it says."""
    state = START | {"kernel": [[1] * size] * size, "stride": stride, "padding": 0}
    text = run_module("transposed", "m.describe(d, m.compute(d), t)", state)
    inside = slice(4 * stride, 6 * stride)
    overlaps = spread(np.ones((9, 9)), np.ones((size, size)), stride=stride)[inside, inside]
    few, most = int(overlaps.min()), int(overlaps.max())
    expected = f"{most} stamps meet in each cell" if few == most else f"{few} to {most} stamps meet in a cell"
    assert expected in text


# In the browser


def output(page):
    """The texts in the output cells, rim included."""
    read = """(grid) => [...grid.querySelectorAll("rect")]
        .map((cell) => cell.nextSibling?.tagName === "text" ? cell.nextSibling.textContent : "")"""
    return page.locator(".cnnx").first.locator(".cnnx-numbers").nth(1).evaluate(read)


def test_mouse(explorer):
    frame = explorer.locator(".cnnx-frame").first
    drag(explorer, frame, 2 * side(explorer), 4 * side(explorer))  # a stamp is two cells from the next
    assert now(explorer, "row", "column") == (2, 1)
    told = "Input row 2, column 1 is 2: 2 times the kernel is added to the output, from row 3, column 1 on."
    assert status(explorer).startswith(told)
    cell = explorer.locator("[data-row='1'][data-column='2']").first
    cell.hover()
    assert status(explorer).startswith("Input row 1, column 2 is 2")
    assert now(explorer, "row", "column") == (2, 1)
    cell.click()
    assert now(explorer, "row", "column") == (1, 2)
    explorer.get_by_role("combobox", name="Shown as").first.select_option("zeros")
    drag(explorer, frame, side(explorer), 3 * side(explorer))
    assert now(explorer, "view", "row", "column") == ("zeros", 4, 3)
    told = "Output row 4, column 3: 2 · 2 + 4 · 0 = 4. Its window holds 2 input numbers and 7 zeros."
    assert status(explorer).startswith(told)
    explorer.get_by_role("combobox", name="Example").first.select_option("checkerboard")
    assert now(explorer, "stride", "padding", "kernel") == (2, 0, [[1, 1, 1]] * 3)
    explorer.get_by_role("button", name="Kernel size: one more").first.click()
    assert "is a multiple of stride 2" in status(explorer)
    explorer.get_by_role("button", name="Output padding: one more").first.click()
    assert now(explorer, "output_padding") == 1
    assert "+ 4 − 2·0 + 1 = 11" in explorer.locator(".cnnx-formula").first.inner_text()


def test_the_output_grows_stamp_by_stamp(explorer):
    explorer.get_by_label("To the first place").first.click()
    full = output(explorer)
    assert [row[:4] for row in (full[:7], full[7:14], full[14:21], full[21:28])] == [
        ["1", "2", "1", ""], ["0", "3", "2", ""], ["1", "0", "1", ""], ["", "", "", ""]
    ]  # fmt: skip
    assert "Steps so far: 1 of 9." in status(explorer)
    explorer.get_by_label("One place on").first.click()
    assert output(explorer)[:7] == ["1", "2", "3", "4", "2", "", ""]
    explorer.get_by_label("To the last place").first.click()
    assert "" not in output(explorer)
    assert "Steps so far" not in status(explorer)
    explorer.get_by_role("button", name="Play").first.click()
    explorer.wait_for_function("window.saved.row === 0 && window.saved.column === 1")
    assert status(explorer) == "Playing."
    explorer.get_by_role("button", name="Pause").first.click()
    assert now(explorer, "row") == 0
    explorer.get_by_role("button", name="Play").first.click()
    explorer.locator("[data-row='1'][data-column='0']").first.click()  # the reader takes over
    assert explorer.get_by_role("button", name="Play").count() == 2
    explorer.get_by_role("button", name="Play").first.click()
    explorer.evaluate("window.leave.forEach((end) => end())")
    place = now(explorer, "row", "column")
    explorer.wait_for_timeout(1200)
    assert now(explorer, "row", "column") == place


def test_the_output_is_filled_in_window_by_window(explorer):
    explorer.get_by_role("combobox", name="Shown as").first.select_option("zeros")
    assert "" not in output(explorer)
    explorer.get_by_label("To the first place").first.click()
    explorer.get_by_label("One place on").first.click()
    assert output(explorer) == ["3", "2"] + [""] * 23
    assert "Steps so far: 2 of 25." in status(explorer)
    explorer.locator("[data-row='4'][data-column='4']").first.click()
    assert "" not in output(explorer)


def test_keyboard(explorer):
    frame = explorer.locator(".cnnx-window").first
    frame.focus()
    assert frame.get_attribute("data-lm-suppress-shortcuts") == "true"
    press(explorer, "ArrowDown", "End", "ArrowLeft")
    assert now(explorer, "row", "column") == (1, 1)
    press(explorer, "Home", "ArrowUp", "ArrowRight")
    assert now(explorer, "row", "column") == (0, 1)
    explorer.get_by_role("slider", name="Stride").first.focus()
    explorer.keyboard.press("End")
    assert now(explorer, "stride") == 3
    explorer.get_by_role("slider", name="Kernel size").first.focus()
    explorer.keyboard.press("ArrowRight")
    assert now(explorer, "kernel") == [[1, 2, 1, 1], [0, 3, 2, 1], [1, 0, 1, 1], [1, 1, 1, 1]]
    explorer.get_by_role("combobox", name="Shown as").first.focus()
    explorer.keyboard.press("ArrowDown")
    assert now(explorer, "view") == "zeros"


def test_numbers_can_be_typed(explorer):
    explorer.get_by_label("Input, row 0, column 0").first.focus()
    explorer.keyboard.type("-7.5")
    assert now(explorer, "input") == [[-7.5, 2, 0], [3, 1, 2], [0, 2, 4]]
    assert status(explorer).startswith("Input row 0, column 0 is −7.5")
    field = explorer.get_by_label("Kernel, row 1, column 1").first
    field.fill("4")
    assert now(explorer, "kernel") == [[1, 2, 1], [0, 4, 2], [1, 0, 1]]
    assert output(explorer)[8] == "−30"
    field.fill("")
    assert status(explorer) == "Type a number from −999 to 999. Until then the old one counts."
    assert now(explorer, "kernel") == [[1, 2, 1], [0, 4, 2], [1, 0, 1]]
    field.blur()
    assert field.input_value() == "4"
    assert explorer.get_by_role("combobox", name="Example").first.input_value() == "own"


def test_an_impossible_setting_is_explained_and_not_handed_on(explorer):
    slider = explorer.get_by_role("slider", name="Padding p").first
    slider.focus()
    explorer.keyboard.press("End")
    assert status(explorer) == "Padding 3 is too large for kernel 3: use padding < 3 or a larger kernel."
    assert now(explorer, "padding") == 1
    first = explorer.locator(".cnnx").first
    assert first.locator("svg").is_hidden()
    explorer.get_by_label("One place on").first.click()
    assert now(explorer, "row", "column") == (0, 0)
    explorer.keyboard.press("Tab")
    explorer.get_by_role("slider", name="Kernel size").first.focus()
    explorer.keyboard.press("End")
    assert now(explorer, "padding") == 3
    assert first.locator("svg").is_visible()
    explorer.get_by_role("slider", name="Stride").first.focus()
    explorer.keyboard.press("Home")
    assert status(explorer) == "Padding 3 leaves nothing of output 6: use padding ≤ 2."
    assert explorer.locator(".cnnx-problem").count() == 1


def test_touch(phone):
    swipe(phone, phone.locator(".cnnx-frame").first, side(phone, ".cnnx-frame") * 2 / 3)
    assert now(phone, "row", "column") == (0, 1)
    phone.locator("[data-row='2'][data-column='0']").first.tap()
    assert now(phone, "row", "column") == (2, 0)


def test_every_kind_of_setting_is_drawn_within_the_page(screen):
    wide = {"input": [[99.25] * 4] * 4, "kernel": [[-9.5] * 4] * 4, "stride": 3, "padding": 0, "output_padding": 2}
    states = [START | wide | {"view": view} for view in ("scatter", "zeros")]
    states += [START | {"view": view} | {name: s[name] for name in OPTIONS} for view in ("scatter", "zeros")
               for s in random.Random(5).sample(reachable(), 10)]  # fmt: skip
    parts = ("button", "select", "input[type=range]", "input[type=number]", "[data-row]")
    assert_drawn_within(screen, [*states, START], [f"{name}:visible" for name in parts])
