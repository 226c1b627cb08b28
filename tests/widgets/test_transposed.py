"""The transposed stepper: in Python, its computation in JavaScript, and in the browser."""

import itertools
import random
import re

import numpy as np
import pytest
from explorer_checks import assert_drawn_within, assert_written, limits, plain, reach
from explorer_equations import EVERY, assert_true
from explorer_page import change, drag, now, press, side, status, swipe
from letters import TOUCHING

from cnnbook.arithmetic import transposed_output_size
from cnnbook.functional import conv2d, conv_transpose2d
from cnnbook.widgets import TransposedStepper
from cnnbook.widgets._explorer import SettingError

INPUT, KERNEL = ((1, 2, 0), (3, 1, 2), (0, 2, 4)), ((1, 2, 1), (0, 3, 2), (1, 0, 1))
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
        ({"input": [[5]], "kernel": [[1, 1], [1, 1]], "padding": 1}, ValueError, "padding 1 leaves nothing of"),
        ({"kernel": np.zeros((5, 2))}, ValueError, "kernel of 5 x 2 is too large to draw: use 4 x 4 at most"),
        ({"input": [["1"]]}, TypeError, "input must hold numbers, got '1' (str)"),
        ({"view": "scatter", "row": 3}, ValueError, "row 3 is not in the input of 3: use row <= 2"),
        ({"column": 7}, ValueError, "column 7 is not in the output of 7: use column <= 6"),
        ({"stride": 2.0}, TypeError, "stride must be an integer, got 2.0 (float)"),
        ({"language": "xx"}, ValueError, "language 'xx' is unknown"),
    ],
)  # fmt: skip
def test_bad_settings_are_refused(options, error, told):
    with pytest.raises(error, match=re.escape(told)):
        TransposedStepper(**options)


def test_the_frame_stays_in_its_grid_and_errors_change_nothing():
    stepper = TransposedStepper(row=4, column=3)
    stepper.view = "scatter"
    assert (stepper.row, stepper.column) == (2, 2)
    with pytest.raises(SettingError):
        stepper.padding = 3
    assert stepper.padding == 0


# In JavaScript


def plain_list(value):
    return [list(row) for row in value] if isinstance(value, tuple) else value


def test_the_controls_reach_what_the_traits_allow(run_module):
    sizes = {"kernel_size": (1, TransposedStepper.class_traits()["kernel"].largest)}
    assert reach(run_module("transposed", "m.SETTINGS", None)) == sizes | limits(TransposedStepper, OPTIONS)


def test_presets_are_possible_and_the_first_is_the_start(run_module):
    presets, first = run_module("transposed", "m.PRESETS", None), TransposedStepper()
    assert next(iter(presets.values())) == {name: plain_list(getattr(first, name)) for name in presets["numbers"]}
    assert presets["numbers"] == {name: plain_list(START[name]) for name in ("input", "kernel")} | USUAL
    np.testing.assert_array_equal(first.output, first.overlaps)
    assert set(np.unique(first.output[2:-2, 2:-2])) == {1, 2, 4}
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
        const [rows, columns] = all.stretched;
        const line = (i) => Array.from({ length: columns }, (_, j) => all.source(i, j) ?? null);
        const places = Array.from({ length: rows }, (_, i) => line(i));
        return { output: all.output, overlaps: all.overlaps, places, full: all.full, why: m.sizes(all, t) };
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
        assert tuple(full - 2 * options["padding"] for full in answer["full"]) == stepper.output_size
        # The other view is an ordinary convolution with the flipped kernel, on the numbers of the input and zeros.
        places, flipped = np.array(answer["places"], float), np.array(kernel, float)[::-1, ::-1]
        is_zero = np.isnan(places)
        stretched = np.where(is_zero, 0.0, np.ravel(x)[np.where(is_zero, 0, places).astype(int)])
        np.testing.assert_allclose(conv2d(stretched[None, None], flipped[None, None].copy())[0, 0], output, atol=1e-12)
        np.testing.assert_array_equal(places[~is_zero], range(np.size(x)))
        isSquare = len(x) == len(x[0]) and len(kernel) == len(kernel[0])
        sizes = [int(line.rsplit("= ", 1)[1]) for line in answer["why"].split("\n")]
        assert sizes == list(stepper.output_size)[: 1 if isSquare else 2]
    assert possible > 200


def test_stamps_add_up_one_after_another(run_module):
    """What is drawn after each step: the transposed convolution of the input cells so far, the rim included."""
    line = """d.map((s) => {
        const { terms, full } = m.compute(s);
        return Array.from({ length: full[0] }, (_, y) => Array.from({ length: full[1] }, (_, x) => terms(y, x)
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
    even, uneven = f"the number of stamps in a cell is {most} everywhere", f"{few} to {most} stamps meet in a cell"
    assert (even if few == most else uneven) in text


def test_every_printed_equation_is_true(run_module):
    """At each output cell of the presets, of random decimals, and of the largest and the smallest numbers."""
    presets, rng = run_module("transposed", "m.PRESETS", None), np.random.default_rng(2)
    cases = [*presets.values(), {"input": [[-999] * 4] * 4, "kernel": [[999] * 4] * 4, **USUAL, "stride": 1}]
    for digits, size in itertools.product((1, 2, 4), (0.01, 1, 300)):
        drawn = [rng.uniform(-size, size, shape).round(digits).tolist() for shape in ((4, 3), (3, 4))]
        cases.append(dict(zip(("input", "kernel"), drawn, strict=True)) | USUAL | {"stride": 1})
    cases.append({"input": [[1 / 3, 2 / 7]], "kernel": [[1e-5, 1 / 9]], **USUAL, "padding": 0, "stride": 1})
    places = [case | {"view": "zeros", "row": i, "column": j} for case in cases
              for i, j in np.ndindex(TransposedStepper(**case).output_size)]  # fmt: skip
    told = run_module("transposed", "d.map((state) => m.describe(state, m.compute(state), t))", places)
    signs = set()
    for case, text in zip(places, told, strict=True):
        ((left, sign, right),) = EVERY.findall(text)
        assert_true(left, sign, right)
        signs.add(sign)
        assert text.startswith(TransposedStepper(**case).summary())
    assert signs == {"=", "≈"}
    assert "0 · 0.5625 + 4 · 0.1875 + 4 · 0.1875 + 8 · 0.0625 = 2." in "".join(told)


@pytest.mark.parametrize(
    ("settings", "reached"),
    [({}, False), ({"kernel": [[1] * 4] * 4}, True), ({"kernel": [[1] * 2] * 2}, True),
     ({"kernel": [[1] * 2] * 3}, False), ({"stride": 3}, False)],
)  # fmt: skip
def test_the_goal_is_an_even_number_of_stamps_at_stride_2(run_module, settings, reached):
    state = START | {"padding": 0} | settings
    assert bool(run_module("transposed", "m.isReached(m.compute(d))", state)) == reached
    if reached:
        assert len(np.unique(TransposedStepper(**state).overlaps[2:-2, 2:-2])) == 1


# In the browser


def output(page):
    """The texts in the output cells, rim included."""
    read = """(grid) => [...grid.querySelectorAll("rect")]
        .map((cell) => cell.nextSibling?.tagName === "text" ? cell.nextSibling.textContent : "")"""
    return page.locator(".cnnx").first.locator(".cnnx-numbers").nth(2).evaluate(read)


def cell(page, view, row, column):
    return page.locator(f"[data-view={view}][data-row='{row}'][data-column='{column}']").first


def lit(page):
    """What is lit in the three grids: input cells, output cells, numbers among the zeros."""
    read = "(all) => all.map((e) => [+e.dataset.row, +e.dataset.column])"
    grids = [page.locator(".cnnx").first.locator(".cnnx-numbers").nth(index) for index in (0, 2, 3)]
    return [grid.locator("[data-view].cnnx-now").evaluate_all(read) for grid in grids]


def test_mouse(explorer):
    cell(explorer, "scatter", 2, 1).click()
    assert now(explorer, "view", "row", "column") == ("scatter", 2, 1)
    told = "Input row 2, column 1 is 2: 2 times the kernel is added to the output, from row 3, column 1 on."
    assert status(explorer).startswith(told)
    cell(explorer, "scatter", 1, 2).hover()
    assert status(explorer).startswith("Input row 1, column 2 is 2")
    assert now(explorer, "row", "column") == (2, 1)
    cell(explorer, "zeros", 2, 2).click()  # under the stamp
    assert now(explorer, "view", "row", "column") == ("zeros", 2, 2)
    step = side(explorer)
    drag(explorer, explorer.locator(".cnnx-frame").first, step, 2 * step)
    assert now(explorer, "view", "row", "column") == ("zeros", 4, 3)
    assert status(explorer).startswith("Output row 4, column 3: 2 · 2 + 4 · 0 = 4. Stamps that meet there: 2.")
    assert "Input numbers in its window: the same 2, beside 7 zeros." in status(explorer)
    explorer.get_by_role("combobox", name="Example").first.select_option("checkerboard")
    assert now(explorer, "stride", "padding", "kernel") == (2, 0, [[1, 1, 1]] * 3)
    explorer.get_by_role("button", name="Kernel size: one more").first.click()
    assert "is a multiple of stride 2" in status(explorer)
    explorer.get_by_role("button", name="Output padding: one more").first.click()
    assert now(explorer, "output_padding") == 1
    assert "+ 4 − 2·0 + 1 = 9" in explorer.locator(".cnnx-formula").first.inner_text()


def test_pointing_at_an_output_cell_shows_what_it_is_made_of_in_both_views(explorer):
    (width,) = {len(line) for line in START["input"]}
    for row, column in [(1, 1), (0, 0), (2, 3), (4, 4)]:
        cell(explorer, "zeros", row, column).hover()
        stepper = TransposedStepper(**START | {"view": "zeros", "row": row, "column": column})
        count = int(stepper.overlaps[row, column])
        inputs, outputs, among_zeros = lit(explorer)
        assert (len(inputs), outputs) == (count, [[row, column]])
        assert inputs == among_zeros
        assert all(0 <= j < width for _, j in inputs)
        first = explorer.locator(".cnnx").first
        assert first.locator(".cnnx-stamp").count() == count
        assert status(explorer).startswith(stepper.summary())
        # Both views multiply the same numbers: the weights beside the inputs are those of the window.
        weights = first.locator(".cnnx-links .cnnx-weight").all_text_contents()
        window = first.locator(".cnnx-window .cnnx-weight").all_text_contents()
        assert weights == [window[3 * (2 * i - row + 1) + 2 * j - column + 1] for i, j in inputs]
    cell(explorer, "scatter", 1, 2).hover()
    assert lit(explorer) == [[[1, 2]], [], [[1, 2]]]


def test_the_goal_is_reached_with_a_larger_kernel(explorer):
    aim = explorer.locator(".cnnx-aim").first
    assert "cnnx-reached" not in aim.get_attribute("class")
    explorer.get_by_role("button", name="Kernel size: one more").first.click()
    assert "cnnx-reached" in aim.get_attribute("class")
    assert "Discovered: kernel 4 is a multiple of stride 2. Stamps in each inner cell: 4." in aim.inner_text()


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
    cell(explorer, "scatter", 1, 0).click()  # the reader takes over
    assert explorer.get_by_role("button", name="Play").count() == 2
    explorer.get_by_role("button", name="Play").first.click()
    explorer.evaluate("window.leave.forEach((end) => end())")
    place = now(explorer, "row", "column")
    explorer.wait_for_timeout(1200)
    assert now(explorer, "row", "column") == place


def test_the_output_is_filled_in_window_by_window(explorer):
    explorer.get_by_role("combobox", name="Step through").first.select_option("zeros")
    assert "" not in output(explorer)
    explorer.get_by_label("To the first place").first.click()
    explorer.get_by_label("One place on").first.click()
    assert [text for text in output(explorer) if text] == ["3", "2"]  # the rim, which no window makes, is blank too
    assert "Steps so far: 2 of 25." in status(explorer)
    cell(explorer, "zeros", 4, 4).click()
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
    explorer.get_by_role("combobox", name="Step through").first.focus()
    explorer.keyboard.press("ArrowUp")
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
    cell(phone, "scatter", 2, 0).tap()
    assert now(phone, "view", "row", "column") == ("scatter", 2, 0)
    cell(phone, "zeros", 1, 1).tap()
    assert now(phone, "view", "row", "column") == ("zeros", 1, 1)
    swipe(phone, phone.locator(".cnnx-frame").first, side(phone))
    assert now(phone, "row", "column") == (1, 2)


def test_every_kind_of_setting_is_drawn_within_the_page(screen):
    wide = {"input": [[99.25] * 4] * 4, "kernel": [[-9.5] * 4] * 4, "stride": 3, "padding": 0, "output_padding": 2}
    states = [START | wide | {"view": view} for view in ("scatter", "zeros")]
    states += [START | {"view": view} | {name: s[name] for name in OPTIONS} for view in ("scatter", "zeros")
               for s in random.Random(5).sample(reachable(), 10)]  # fmt: skip
    parts = ("button", "select", "input[type=range]", "input[type=number]", "[data-row]")
    assert_drawn_within(screen, [*states, START], [f"{name}:visible" for name in parts])


def test_no_text_lies_over_another(screen):
    """With the longest numbers, the largest grids, and the smallest ones."""
    screen.emulate_media(reduced_motion="reduce")  # the frame is where it belongs at once
    long = {"input": [[-123.4375] * 4] * 4, "kernel": [[0.0625] * 4] * 4}
    bilinear = {"input": [[0, 4, 8], [4, 8, 4], [8, 4, 0]], "kernel": [[0.0625, 0.1875, 0.1875, 0.0625]] * 4}
    presets, extremes = [bilinear, long, {}], [{"stride": 3, "output_padding": 2}, {"stride": 1}, {"padding": 2}]
    tiny = {"input": [[5]], "kernel": [[1]], "stride": 1, "padding": 0}
    for numbers, sizes in [*itertools.product(presets, extremes), (tiny, {}), ({}, {"padding": 0})]:
        for view in ("scatter", "zeros"):
            change(screen, START | {"padding": 0} | numbers | sizes | {"view": view})
            assert screen.evaluate(TOUCHING) == [], (numbers, sizes, view)


@pytest.mark.parametrize("width", [320, 290])  # in the book, a phone of 320 pixels leaves the stepper fewer
def test_nothing_sticks_out_of_a_narrow_phone(show_own, width):
    page = show_own(width=width, height=640, has_touch=True, is_mobile=True)
    page.emulate_media(reduced_motion="reduce")  # all stands where it belongs at once
    for state in [START, START | {"kernel": [[1] * 4] * 4, "input": [[1] * 4] * 4, "stride": 3, "output_padding": 2}]:
        change(page, state)
        assert page.evaluate(TOUCHING) == [], state
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state
        assert side(page, "svg .cnnx-cell.cnnx-output") >= 12, state
