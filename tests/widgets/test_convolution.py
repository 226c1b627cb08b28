"""The convolution stepper: in Python, its computation in JavaScript, and in the browser."""

import itertools
import random
import re

import numpy as np
import pytest
from explorer_checks import assert_drawn_within, assert_written, plain
from explorer_page import change, drag, has_focus, now, part, press, side, status, swipe

from cnnbook.datasets import load
from cnnbook.functional import conv2d
from cnnbook.widgets import ConvolutionStepper
from cnnbook.widgets._explorer import SettingError
from cnnbook.widgets._traits import LIMIT
from cnnbook.widgets.convolution import DIGIT, INPUT, PRESETS

EDGE = ((10, 10, 10, 0, 0, 0),) * 6
START = {"input": INPUT, "image": DIGIT, "picture": False, "kernel": PRESETS["vertical"], "preset": "vertical"}
START |= {"flip": False, "row": 0, "column": 0}


def convolved(settings):
    """The output by `cnnbook.functional`."""
    x = np.array(settings["image" if settings["picture"] else "input"], float)
    kernel = np.array(settings["kernel"], float)
    return conv2d(x[None, None], (np.rot90(kernel, 2) if settings["flip"] else kernel)[None, None])[0, 0]


def reachable():
    """All settings that the lists and the check box can reach."""
    inputs = [{"input": INPUT}, {"input": EDGE}, {"picture": True}]
    every = itertools.product(inputs, PRESETS.items(), (False, True))
    return [START | x | {"preset": name, "kernel": kernel, "flip": flip} for x, (name, kernel), flip in every]


def random_settings(rng, count):
    """Settings that typing and Python can reach: all sizes, numbers with decimals."""

    def matrix(H, W):
        return [[round(rng.uniform(-LIMIT, LIMIT), rng.randint(0, 2)) for _ in range(W)] for _ in range(H)]

    def one(kH, kW):
        x = matrix(rng.randint(kH, 10), rng.randint(kW, 10))
        return START | {"input": x, "kernel": matrix(kH, kW), "preset": "custom", "flip": rng.random() < 0.5}

    return [one(rng.randint(1, 5), rng.randint(1, 5)) for _ in range(count)]


# In Python


def test_the_example_that_courses_share():
    # Worked by hand: the first sum is 3 - 1 + 1 - 8 + 2 - 2.
    expected = [[-5, -4, 0, 8], [-10, -2, 2, 3], [0, -2, -4, -7], [-3, -2, -3, -16]]
    np.testing.assert_array_equal(ConvolutionStepper().output, expected)


def test_the_digit_is_a_real_one():
    data = load("mnist_sample", "train")
    small = data.images[4, 0].astype(float).reshape(14, 2, 14, 2).mean((1, 3))
    assert data.labels[4] == 4
    np.testing.assert_array_equal(np.round(small * 9 / 255), DIGIT)


def test_the_output_follows_every_trait():
    for settings in [*random.Random(0).sample(reachable(), 12), *random_settings(random.Random(1), 12)]:
        options = {name: value for name, value in settings.items() if name != "preset"}
        stepper = ConvolutionStepper(**options)
        np.testing.assert_allclose(stepper.output, convolved(settings), rtol=1e-12, atol=1e-9)
        assert stepper.preset == settings["preset"]


def test_an_array_is_kept_as_numbers_that_nobody_can_change():
    stepper = ConvolutionStepper(image=np.full((5, 7), 200, np.uint8), kernel=np.ones((3, 2)))
    assert stepper.picture
    assert stepper.image == ((200,) * 7,) * 5
    assert repr(stepper.kernel) == "((1, 1), (1, 1), (1, 1))"
    np.testing.assert_array_equal(stepper.output, np.full((3, 6), 1200))
    again = eval(repr(stepper), {"ConvolutionStepper": ConvolutionStepper})
    assert (again.image, again.picture, repr(again)) == (stepper.image, True, repr(stepper))


def test_kernel_and_preset_name_each_other():
    stepper = ConvolutionStepper(preset="blur", row=1, column=2)
    assert stepper.kernel == PRESETS["blur"]
    assert stepper.summary() == "Output row 1, column 2 is 4.4: the sum of 9 products."
    stepper.kernel = [[1, 2], [3, 4]]
    assert stepper.preset == "custom"
    stepper.preset = "sobel_vertical"
    assert stepper.kernel == PRESETS["sobel_vertical"]
    stepper.set_state({"kernel": [list(row) for row in PRESETS["identity"]], "preset": "identity"})
    np.testing.assert_array_equal(stepper.output, np.array(INPUT)[1:-1, 1:-1])


def test_the_window_stays_in_the_output():
    stepper = ConvolutionStepper(row=3, column=3)
    stepper.input = [[1] * 5] * 4
    assert (stepper.output.shape, stepper.row, stepper.column) == ((2, 3), 1, 2)


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"kernel": "abc"}, TypeError, "kernel must be a matrix of numbers, got str: use a list of rows"),
        ({"kernel": [1, 2]}, TypeError, "kernel must be a matrix of numbers, got list"),
        ({"kernel": np.ones((1, 1, 3, 3))}, TypeError, "kernel must hold numbers, got [[1.0"),
        ({"kernel": [[1, 2], [3]]}, ValueError, "kernel has rows of [1, 2] numbers: give all rows one length"),
        ({"input": []}, ValueError, "input has rows of [] numbers"),
        ({"input": [[]]}, ValueError, "input has rows of [0] numbers"),
        ({"input": np.ones((11, 3))}, ValueError, "input of 11 x 3 is too large to draw: use 10 x 10 at most"),
        ({"image": np.ones((28, 29))}, ValueError, "image of 28 x 29 is too large to draw: use 28 x 28 at most"),
        ({"kernel": [[float("nan")]]}, ValueError, "kernel holds nan: use numbers from -999 to 999"),
        ({"kernel": [[1000]]}, ValueError, "kernel holds 1000"),
        ({"kernel": [["1"]]}, TypeError, "kernel must hold numbers, got '1' (str): use int or float"),
        ({"kernel": [[True]]}, TypeError, "kernel must hold numbers, got True (bool)"),
        ({"input": [[1, 2], [3, 4]]}, ValueError, "kernel 3 x 3 does not fit in input 2 x 2: use a smaller kernel"),
        ({"preset": "sobel"}, ValueError, "preset 'sobel' is unknown: use vertical, horizontal, sobel_vertical"),
        ({"preset": "custom"}, ValueError, "preset 'custom' is unknown"),
        ({"preset": "blur", "kernel": [[1]]}, ValueError, "preset 'blur' and a kernel cannot both be given"),
        ({"flip": 1}, TypeError, "flip must be True or False, got 1 (int)"),
        ({"row": 4}, ValueError, "row 4 is not in the output of 4: use row <= 3"),
        ({"column": -1}, ValueError, "column -1 is too small"),
    ],
)
def test_bad_settings_are_refused(options, error, told):
    with pytest.raises(error, match=re.escape(told)):
        ConvolutionStepper(**options)


def test_an_impossible_change_leaves_everything_as_it_was():
    stepper = ConvolutionStepper(np.ones((2, 7)), [[1, 2]], row=1)
    before = repr(stepper)
    for name, value in [("preset", "blur"), ("preset", "custom?"), ("kernel", [[1]] * 3), ("input", [[1]]), ("row", 2)]:
        with pytest.raises(SettingError):
            setattr(stepper, name, value)
        assert repr(stepper) == before
        assert stepper.preset == "custom"


# In JavaScript


def test_both_languages_have_the_same_samples_and_kernels(run_module):
    samples, limit, kernels = run_module("convolution", "[m.SAMPLES, m.LIMIT, m.KERNELS]", None)
    inputs = [samples[name]["input"] for name in ("notes", "edge")]
    assert (inputs, limit) == ([[list(row) for row in x] for x in (INPUT, EDGE)], LIMIT)
    assert kernels == {name: [list(row) for row in kernel] for name, kernel in PRESETS.items()}


def test_javascript_computes_what_conv2d_does(run_module):
    cases = reachable() + random_settings(random.Random(2), 300)
    assert len(cases) == 3 * 9 * 2 + 300
    products = "r.output.map((line, i) => line.map((_, j) => r.products(i, j)))"
    line = f"d.map((state) => m.compute(state)).map((r) => [r, {products}])"
    answers = run_module("convolution", line, cases)
    for settings, (answer, products) in zip(cases, answers, strict=True):
        expected = convolved(settings)
        assert answer["possible"]
        assert (answer["rows"], answer["columns"]) == expected.shape
        np.testing.assert_allclose(answer["output"], expected, rtol=1e-12, atol=1e-9)
        np.testing.assert_allclose(np.sum(products, axis=2), expected, rtol=1e-12, atol=1e-9)
        kernel = np.array(settings["kernel"])
        if answer["turning"] != "turned":  # what is said of flipping is so
            sign = {"turned_same": 1, "turned_negative": -1}[answer["turning"]]
            np.testing.assert_array_equal(np.rot90(kernel, 2), sign * kernel)


def test_every_setting_is_described_and_the_impossible_one_as_python_does(run_module):
    cases = [settings | {"row": 2, "column": 1} for settings in reachable()]
    impossible = START | {"input": [[1, 2], [3, 4]]}
    line = "d.map((state) => m.describe(state, m.compute(state), t))"
    *told, why = run_module("convolution", line, [*cases, impossible])
    for settings, text in zip(cases, told, strict=True):
        assert_written(text)
        value = str(round(float(convolved(settings)[2, 1]), 2)).removesuffix(".0").replace("-", "−")
        assert text.startswith(f"Output row 2, column 1 is {value}: the sum of 9 products.")
    with pytest.raises(SettingError) as refusal:
        ConvolutionStepper(impossible["input"])
    assert plain(why) == str(refusal.value)


def test_a_stroke_is_a_line_of_the_other_colour(run_module):
    image = [[0, 0, 9], [9, 0, 0]]
    assert run_module("convolution", "d.map((at) => m.ink(...at))", [(image, (0, 0)), (image, (1, 0))]) == [9, 0]
    assert run_module("convolution", "d.map((at) => m.ink(...at))", [([[0, 0]], (0, 1)), ([[7, 7]], (0, 1))]) == [9, 0]
    line = run_module("convolution", "m.painted(...d)", (image, (1, 0), (0, 2), 5))
    assert line == [[0, 0, 5], [5, 5, 0]]
    assert run_module("convolution", "m.painted(...d)", (image, (0, 1), (0, 1), 5)) == [[0, 5, 9], [9, 0, 0]]


def test_a_kernel_is_blind_only_where_all_sums_are_zero_and_products_are_not(run_module):
    rng = np.random.default_rng(0)
    lines = [
        np.outer(rng.integers(-9, 9, 7), np.ones(5)),
        np.outer(np.ones(7), rng.integers(-9, 9, 5)),
        np.zeros((7, 5)),
    ]
    cases = [
        START | {"input": x.tolist(), "kernel": kernel, "flip": flip}
        for x in (*lines, lines[0] + lines[1]) for kernel in [*PRESETS.values(), ((0, 0),)] for flip in (False, True)
    ]  # fmt: skip
    found = run_module("convolution", "d.map((state) => m.discover(state, m.compute(state)))", cases)
    for case, values in zip(cases, found, strict=True):
        x, output = np.array(case["input"]), convolved(case)
        is_blind = x.min() < x.max() and np.any(case["kernel"]) and abs(output).max() < 1e-9
        assert values == ({"low": x.min(), "high": x.max(), "all": output.size} if is_blind else None), case
    assert sum(values is not None for values in found) == 2 * 2 * 3  # three kernels for each direction, flipped or not


# In the browser


def chosen(page, name):
    """The list of this name."""
    return page.get_by_role("combobox", name=name, exact=True).first


def output(page):
    """Texts of the output cells, "" for the blank ones."""
    cells = "(all) => all.map((e) => e.nextSibling?.tagName === 'text' ? e.nextSibling.textContent : '')"
    return page.locator(".cnnx").first.locator("[data-row]").evaluate_all(cells)


def use_player(page, press):
    """Press each button of the player, by the function `press`."""
    for name, place in {"last place": (3, 3), "place back": (3, 2), "first": (0, 0), "place on": (0, 1)}.items():
        press(page.get_by_role("button", name=name).first)
        assert now(page, "row", "column") == place, name
    press(page.get_by_role("button", name="Play").first)
    page.wait_for_function("window.saved.column === 2")
    press(page.get_by_role("button", name="Pause").first)
    assert page.get_by_role("button", name="Play").count() == 2


class TestMouse:
    def test_drag_the_window_and_press_beside_it(self, explorer):
        drag(explorer, explorer.locator(".cnnx-frame").first, 2 * side(explorer), side(explorer))
        assert now(explorer, "row", "column") == (1, 2)
        assert status(explorer) == "Output row 1, column 2 is 2: the sum of 9 products."
        assert explorer.locator(".cnnx-formula").first.text_content() == "8+ 0− 3+ 2+ 0− 1+ 3+ 0− 7=2"
        drag(explorer, explorer.locator(".cnnx-frame").first, 900, 900)  # past the end
        assert now(explorer, "row", "column") == (3, 3)
        box = explorer.locator(".cnnx-cell").first.bounding_box()
        explorer.mouse.click(box["x"] + 2.5 * box["width"], box["y"] + 1.5 * box["width"])  # beside the window
        assert now(explorer, "row", "column") == (0, 1)

    def test_an_output_cell_shows_its_window_and_a_press_keeps_it(self, explorer):
        cell = explorer.locator("[data-row='3'][data-column='3']").first
        cell.hover()
        numbers = explorer.locator(".cnnx-grid").first.locator("input")
        assert [field.input_value() for field in numbers.all()] == list("178628239")
        assert now(explorer, "row") == 0
        cell.click()
        assert now(explorer, "row", "column") == (3, 3)
        assert status(explorer).startswith("Output row 3, column 3 is −16")

    def test_pointing_at_a_number_lights_it_wherever_it_stands(self, explorer):
        explorer.locator(".cnnx-hit[data-tap='5']").first.hover()
        lit = explorer.locator(".cnnx").first.locator(".cnnx-now[data-tap]")
        assert [part.get_attribute("data-tap") for part in lit.all()] == ["5"] * 5  # frame, 3 grids, sum

    def test_numbers_of_the_window_and_of_the_kernel_can_be_typed(self, explorer):
        drag(explorer, explorer.locator(".cnnx-frame").first, side(explorer))
        box = explorer.locator(".cnnx-frame").first.bounding_box()
        explorer.mouse.click(box["x"] + 0.5 * side(explorer), box["y"] + 1.5 * side(explorer))  # input row 1, column 1
        explorer.keyboard.type("-7.5")
        assert now(explorer, "input")[1] == [1, -7.5, 8, 9, 3, 1]
        assert output(explorer)[:2] == ["−5", "−16.5"]
        assert chosen(explorer, "Input").input_value() == "own"
        explorer.get_by_label("Kernel, row 2, column 0").first.click()
        explorer.keyboard.type("0.5")
        assert now(explorer, "kernel") == [[1, 0, -1], [1, 0, -1], [0.5, 0, -1]]
        assert chosen(explorer, "Kernel").input_value() == "own"

    def test_choose_input_kernel_and_flip(self, explorer):
        chosen(explorer, "Input").select_option(label="an edge")
        chosen(explorer, "Kernel").select_option(label="Sobel, vertical edges")
        assert output(explorer) == ["0", "40", "40", "0"] * 4
        explorer.get_by_label("Flip the kernel").first.check()
        assert output(explorer) == ["0", "−40", "−40", "0"] * 4
        assert "here only changes its signs" in status(explorer)
        chosen(explorer, "Kernel").select_option(label="sharpen")
        assert "this one stays the same" in status(explorer)
        assert now(explorer, "preset") == "sharpen"
        chosen(explorer, "Kernel").select_option(label="own numbers")  # none have been typed
        assert chosen(explorer, "Kernel").input_value() == "sharpen"

    def test_a_picture_is_grey_and_its_output_signed(self, explorer):
        chosen(explorer, "Input").select_option(label="picture")
        assert now(explorer, "picture") is True
        expected = convolved(START | {"picture": True})
        assert explorer.locator(".cnnx").first.locator(".cnnx-pixel").count() == 14 * 14
        for kind, wanted in [("plus", (expected > 0).sum()), ("minus", (expected < 0).sum())]:
            path = explorer.locator(f".cnnx-{kind}").first.get_attribute("d")
            assert path.count("M") == wanted
        explorer.locator("[data-row='8'][data-column='7']").first.click()
        assert status(explorer).startswith(f"Output row 8, column 7 is {expected[8, 7]:g}".replace("-", "−"))


class TestPlayer:
    def test_steps_fill_the_output_in(self, explorer):
        explorer.get_by_label("To the first place").first.click()
        assert output(explorer) == ["−5"] + [""] * 15
        explorer.get_by_label("One place on").first.click()
        assert output(explorer) == ["−5", "−4"] + [""] * 14
        assert status(explorer).endswith("2 of 16 output cells are filled in.")
        drag(explorer, explorer.locator(".cnnx-frame").first, -side(explorer), side(explorer))
        assert output(explorer) == ["−5", "−4", "0", "8", "−10"] + [""] * 11
        explorer.get_by_label("One place back").first.click()
        assert output(explorer)[3:] == ["8"] + [""] * 12
        explorer.get_by_label("To the last place").first.click()
        assert "" not in output(explorer)

    def test_what_would_do_nothing_is_grey(self, explorer):
        names = ["To the first place", "One place back", "One place on", "To the last place"]
        first, back, forward, last = [explorer.get_by_label(name).first for name in names]
        grey = lambda: [each.get_attribute("aria-disabled") == "true" for each in (first, back, forward, last)]  # noqa: E731
        assert grey() == [False, True, False, False]  # the way to the first place takes away the other outputs
        first.click()
        assert grey() == [True, True, False, False]
        forward.click()
        assert grey() == [False] * 4
        last.click()
        assert grey() == [False, False, True, True]

    def test_play_goes_through_all_places_and_can_be_paused(self, explorer):
        chosen(explorer, "Input").select_option(label="picture")
        assert explorer.get_by_role("button", name="Play").count() == 2  # two views, neither plays by itself
        explorer.get_by_role("button", name="Play").first.click()
        explorer.wait_for_function("window.saved.row >= 1")
        assert status(explorer) == "Playing."
        explorer.get_by_role("button", name="Pause").first.click()
        place = now(explorer, "row", "column")
        assert status(explorer).startswith(f"Output row {place[0]}, column {place[1]}")
        explorer.wait_for_timeout(300)
        assert place == now(explorer, "row", "column")
        explorer.get_by_role("button", name="Play").first.click()
        explorer.wait_for_function("window.saved.row === 11 && window.saved.column === 11", timeout=20_000)
        assert status(explorer).startswith("Output row 11, column 11")
        assert explorer.get_by_role("button", name="Pause").count() == 0

    def test_taking_the_window_stops_it_and_it_ends_with_the_explorer(self, explorer):
        explorer.get_by_role("button", name="Play").first.click()
        explorer.locator("[data-row='2'][data-column='2']").first.click()
        assert explorer.get_by_role("button", name="Play").count() == 2
        assert now(explorer, "row", "column") == (2, 2)
        explorer.get_by_role("button", name="Play").first.click()
        explorer.evaluate("window.leave.forEach((end) => end())")
        place = now(explorer, "column")
        explorer.wait_for_timeout(1200)
        assert now(explorer, "column") == place


def test_the_tab_key_reaches_every_control(explorer):
    name = "(e) => e.getAttribute('aria-label') ?? e.closest('label, button').innerText"
    reached = []
    for _ in range(9 + 9 + 9):
        explorer.keyboard.press("Tab")
        reached.append(explorer.locator(":focus").evaluate(name).split("\n")[0].split(".")[0])
    player = ["To the first place", "One place back", "Play", "One place on", "To the last place"]
    fields = [f"{grid}, row {i}, column {j}" for grid in ("Window", "Kernel") for i in range(3) for j in range(3)]
    assert reached == ["Window", "Input", "Kernel", "Flip the kernel (true convolution)", *player, *fields]


def test_keyboard_does_all_of_it(explorer):
    chosen(explorer, "Input").press("ArrowDown")
    assert now(explorer, "input") == [list(row) for row in EDGE]
    chosen(explorer, "Kernel").press("ArrowDown")
    assert now(explorer, "preset") == "horizontal"
    explorer.get_by_label("Flip the kernel").first.press("Space")
    assert now(explorer, "flip") is True
    use_player(explorer, lambda button: button.press("Enter"))
    window = explorer.locator(".cnnx-window").first
    window.press("Home")
    assert window.get_attribute("data-lm-suppress-shortcuts") == "true"
    press(explorer, "ArrowDown", "ArrowDown", "End", "ArrowLeft", "ArrowUp")
    assert now(explorer, "row", "column") == (1, 2)
    window.press("Home")
    assert now(explorer, "column") == 0
    explorer.get_by_label("Window, row 0, column 0").first.focus()
    explorer.keyboard.type("4")
    explorer.keyboard.press("ArrowUp")  # fields of numbers count on their own
    assert now(explorer, "input")[1][0] == 5
    kernel = explorer.get_by_label("Kernel, row 2, column 1").first
    kernel.press("9")
    assert now(explorer, "kernel") == [[1, 9, 1], [0, 0, 0], [-1, -1, -1]]  # flipped: row 2 shows the kernel's row 0
    assert now(explorer, "preset") == "custom"
    assert has_focus(kernel)


def test_what_is_no_number_is_explained_and_the_old_one_counts(explorer):
    field = explorer.get_by_label("Kernel, row 0, column 0").first
    for typed, first in {"": "−5", "-": "−5", "--3": "−5", "1000": "292"}.items():  # of 1000, 100 is a number
        field.press("Control+A")
        field.press("Delete")
        explorer.keyboard.type(typed)
        assert field.get_attribute("aria-invalid") == "true", typed
        assert status(explorer) == "Type a number from −999 to 999. Until then the old one counts."
        assert output(explorer)[0] == first
        field.blur()
        assert field.input_value() == ("100" if typed == "1000" else "1")
        assert field.get_attribute("aria-invalid") is None, typed
    assert status(explorer).startswith("Output row 0, column 0")


def test_touch_does_all_of_it(phone):
    swipe(phone, phone.locator(".cnnx-frame").first, 2 * side(phone))
    assert now(phone, "column") == 2
    swipe(phone, phone.locator(".cnnx-frame").first)
    assert has_focus(phone.get_by_label("Window, row 1, column 1").first)
    phone.locator("[data-row='2'][data-column='1']").first.tap()
    assert now(phone, "row", "column") == (2, 1)
    use_player(phone, lambda button: button.tap())
    phone.get_by_label("Flip the kernel").first.tap()
    phone.get_by_label("Kernel, row 0, column 0").first.tap()
    phone.keyboard.type("7")
    assert now(phone, "kernel") == [[1, 0, -1], [1, 0, -1], [1, 0, 7]]  # shown flipped
    for name in ("Input", "Kernel"):  # what a list opens is the system's
        chosen(phone, name).tap()
        assert has_focus(chosen(phone, name))
        phone.keyboard.press("Escape")


def test_an_impossible_choice_is_explained_and_not_handed_on(show):
    page = show("convolution", START | {"input": [[1, 2]], "kernel": [[1, 1]], "preset": "custom"})
    chosen(page, "Kernel").select_option(label="blur (mean)")
    assert status(page) == "Kernel 3 × 3 does not fit in input 1 × 2: use a smaller kernel or a larger input."
    assert page.locator(".cnnx-problem").count() == 1
    assert not page.locator(".cnnx-window").first.is_visible()
    assert now(page, "preset") == "custom"
    chosen(page, "Input").select_option(label="numbers")
    assert status(page).startswith("Output row 0, column 0 is 3.4")
    assert now(page, "preset") == "blur"


def test_the_grids_follow_a_kernel_of_another_size(explorer):
    change(explorer, {"row": 3})
    assert status(explorer).startswith("Output row 3, column 0 is −3")
    change(explorer, {"kernel": [[1, 2]]})
    assert explorer.locator(".cnnx").first.locator(".cnnx-grid input").count() == 4
    assert status(explorer) == "Output row 3, column 0 is 2: the sum of 2 products."


class TestPainting:
    BRUSH = ("application", "Brush")

    def test_a_pointer_paints_and_takes_away(self, explorer):
        explorer.get_by_label("Input").first.select_option("picture")
        explorer.get_by_label("Paint in the picture").first.check()
        pixels = explorer.locator(".cnnx").first.locator(".cnnx-pixel")
        drag(explorer, pixels.nth(0), 5 * side(explorer, ".cnnx-pixel"))
        assert now(explorer, "image")[0] == [9] * 6 + [0] * 8
        assert now(explorer, "row", "column") == (0, 0)  # the window stays
        drag(explorer, pixels.nth(2), 9 * side(explorer, ".cnnx-pixel"))  # it begins on a painted one
        assert now(explorer, "image") == [[9, 9] + [0] * 12, *map(list, DIGIT[1:])]
        explorer.get_by_label("Paint in the picture").first.uncheck()
        drag(explorer, pixels.nth(0), 5 * side(explorer, ".cnnx-pixel"))
        assert now(explorer, "column") == 5  # a window again

    def test_a_keyboard_paints_what_the_kernel_does_not_see(self, explorer):
        explorer.get_by_label("Input").first.select_option("picture")
        explorer.get_by_label("Paint in the picture").first.focus()
        press(explorer, "Space", "Tab", "Enter")
        assert now(explorer, "image") == [[0] * 14] * 14
        brush = part(explorer, self.BRUSH)
        brush.focus()
        press(explorer, "ArrowDown", "Space", *["ArrowRight", "Enter"] * 13)
        assert has_focus(brush)
        assert now(explorer, "image") == [[0] * 14, [9] * 14, *[[0] * 14] * 12]
        assert status(explorer).startswith("Brush at row 1, column 13: 9.")
        assert "Discovered: a kernel can be blind to an input." in explorer.locator(".cnnx-aim").first.inner_text()
        press(explorer, "Space")
        assert now(explorer, "image")[1] == [9] * 13 + [0]

    def test_all_changes_can_be_undone(self, explorer):
        explorer.get_by_label("Input").first.select_option("picture")
        undo = explorer.get_by_role("button", name="Undo all changes").first
        assert undo.get_attribute("aria-disabled") == "true"
        explorer.get_by_label("Window, row 0, column 0").first.fill("7")  # typed
        explorer.get_by_label("Paint in the picture").first.check()
        explorer.get_by_role("button", name="Clear the picture").first.click()
        drag(explorer, explorer.locator(".cnnx-pixel").first, 3 * side(explorer, ".cnnx-pixel"))
        assert now(explorer, "image") != [list(row) for row in DIGIT]
        undo.click()
        assert now(explorer, "image") == [list(row) for row in DIGIT]
        assert undo.get_attribute("aria-disabled") == "true"

    def test_a_finger_paints(self, phone):
        phone.get_by_label("Input").first.select_option("picture")
        phone.get_by_label("Paint in the picture").first.check()
        swipe(phone, phone.locator(".cnnx-pixel").nth(7 * 14), 4 * side(phone, ".cnnx-pixel"))
        assert now(phone, "image")[7] == [9] * 5 + list(DIGIT[7][5:])

    def test_numbers_are_not_painted(self, explorer):
        assert not explorer.get_by_label("Paint in the picture").first.is_visible()
        assert not part(explorer, self.BRUSH).is_visible()


def test_every_kind_of_setting_is_drawn_within_the_page(screen):
    wide = START | {"input": [[1] * 10] * 10, "kernel": [[100] * 5] * 5}
    large = START | {"image": [[255] * 28] * 28, "picture": True, "kernel": PRESETS["scharr_vertical"]}
    thin = START | {"input": [[3]], "kernel": [[-2]]}
    states = [wide, large, thin, *reachable()[::5], *random_settings(random.Random(3), 12)]
    assert_drawn_within(screen, states, ("button:visible", "select", ".cnnx-toggle:visible", ".cnnx-grid input"))


def test_motion_can_be_switched_off(explorer):
    moving = "document.getAnimations().filter((a) => !(a instanceof CSSTransition)).length"
    explorer.get_by_label("One place on").first.click()
    assert explorer.evaluate(moving) > 0  # products appear one by one
    explorer.emulate_media(reduced_motion="reduce")
    explorer.wait_for_function(f"{moving} === 0")
    explorer.get_by_label("One place on").first.click()
    explorer.get_by_label("Flip the kernel").first.check()
    assert explorer.evaluate(moving) == 0
    assert explorer.evaluate("getComputedStyle(document.querySelector('.cnnx-window')).transitionDuration") == "0s"
