"""The im2col explorer: in Python, its computation in JavaScript, and in the browser."""

import itertools
import random
import re

import numpy as np
import pytest
from explorer_checks import assert_drawn_within, assert_written, limits, plain, reach
from explorer_page import drag, has_focus, now, press, status, swipe

from cnnbook.arithmetic import output_size
from cnnbook.functional import conv2d, im2col
from cnnbook.widgets import Im2colExplorer
from cnnbook.widgets._explorer import SettingError
from cnnbook.widgets.im2col import LAYOUTS

SIZES = ("size", "kernel", "stride", "padding")
START = {
    "size": 4, "kernel": 2, "stride": 2, "padding": 0, "channels": 2, "order": "NHWC", "row": 0, "column": 0,
}  # fmt: skip

# The worked example of the source notes, row for row.
NOTES = [
    [1, 17, 2, 18, 5, 21, 6, 22],
    [3, 19, 4, 20, 7, 23, 8, 24],
    [9, 25, 10, 26, 13, 29, 14, 30],
    [11, 27, 12, 28, 15, 31, 16, 32],
]


def reachable():
    """All settings that the controls can reach."""
    names = (*SIZES, "channels")
    sizes = [range(low, high + 1) for low, high in limits(Im2colExplorer, names).values()]
    every = itertools.product(*sizes, LAYOUTS)
    return [dict(zip((*names, "order"), values, strict=True)) | {"row": 0, "column": 0} for values in every]


def refusal(settings):
    """Why Python refuses the settings, or None."""
    try:
        output_size(**{name: settings[name] for name in SIZES})
    except ValueError as error:
        return str(error)
    return None


def possible():
    return [settings for settings in reachable() if refusal(settings) is None]


def number_image(settings):
    """1, 2, 3, ... channel by channel, (1, C, H, W)."""
    C, n = settings["channels"], settings["size"]
    return np.arange(1.0, C * n * n + 1).reshape(1, C, n, n)


def expected(settings):
    """The matrix and the product, by `cnnbook.functional`."""
    x = number_image(settings)
    options = {"stride": settings["stride"], "padding": settings["padding"]}
    stored = x.transpose(0, 2, 3, 1) if settings["order"] == "NHWC" else x
    matrix = im2col(stored, settings["kernel"], layout=settings["order"], **options)
    k = settings["kernel"]
    weight = np.resize([1.0, 0.0, -1.0], settings["channels"] * k * k).reshape(1, settings["channels"], k, k)
    return matrix, conv2d(x, weight, **options)[0, 0]


# In Python


def test_the_example_of_the_notes_number_for_number():
    explorer = Im2colExplorer()
    assert explorer.columns.tolist() == NOTES
    assert explorer.input.shape == (1, 4, 4, 2)
    # Stored with the last axis first: the two channels of a pixel are neighbours.
    assert explorer.input.ravel()[:6].tolist() == [1, 17, 2, 18, 3, 19]
    assert explorer.duplication == 1


def test_matrix_and_output_are_those_of_the_functions():
    for settings in random.Random(0).sample(possible(), 60):
        explorer = Im2colExplorer(**settings)
        matrix, output = expected(settings)
        np.testing.assert_array_equal(explorer.columns, matrix)
        np.testing.assert_array_equal(explorer.output, output)
        assert explorer.duplication == matrix.size / number_image(settings).size


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"size": 6}, ValueError, "size 6 is too large to draw: use size <= 5"),
        ({"channels": 3}, ValueError, "channels 3 is too large to draw: use channels <= 2"),
        ({"kernel": 2.0}, TypeError, "kernel must be an integer, got 2.0 (float): use 2"),
        ({"order": "NWHC"}, ValueError, "order 'NWHC' is unknown: use one of NCHW, NHWC"),
        ({"size": 1, "kernel": 2}, ValueError, "kernel 2 does not fit in padded input 1"),
        ({"row": 4}, ValueError, "row 4 is not in the matrix with 4 rows: use row <= 3"),
        ({"column": 8}, ValueError, "column 8 is not in the matrix with 8 columns: use column <= 7"),
    ],
)
def test_bad_settings_are_refused(options, error, told):
    with pytest.raises(error, match=re.escape(told)):
        Im2colExplorer(**options)


def test_an_impossible_change_leaves_everything_as_it_was():
    explorer = Im2colExplorer(2, 2, row=0, column=7)
    before = repr(explorer)
    for name, value in [("size", 1), ("kernel", 3), ("row", 1), ("order", "CHWN")]:
        with pytest.raises(SettingError):
            setattr(explorer, name, value)
        assert repr(explorer) == before


def test_the_place_stays_in_the_matrix():
    explorer = Im2colExplorer(5, 2, stride=1, row=15, column=7)
    explorer.channels = 1
    explorer.stride = 2
    assert (explorer.columns.shape, explorer.row, explorer.column) == ((4, 4), 3, 3)


# In JavaScript


def test_the_controls_reach_what_the_traits_allow(run_module):
    settings, layouts, examples = run_module("im2col", "[m.SETTINGS, m.LAYOUTS, m.EXAMPLES]", None)
    assert reach(settings) == limits(Im2colExplorer, (*SIZES, "channels"))
    assert tuple(layouts) == LAYOUTS
    assert Im2colExplorer(**examples["notes"]).columns.tolist() == NOTES
    overlap, same = (Im2colExplorer(**examples[name]) for name in ("overlap", "same"))
    assert (overlap.duplication, same.output.shape) == (2.25, (3, 3))


def test_javascript_computes_what_im2col_does(run_module):
    cases = reachable()
    assert len(cases) == 5 * 3 * 3 * 2 * 2 * 2
    for settings, answer in zip(cases, run_module("im2col", "d.map((state) => m.compute(state))", cases), strict=True):
        assert answer["possible"] == (refusal(settings) is None), settings
        if not answer["possible"]:
            fits = settings | {"padding": answer["needed"]}
            assert refusal(fits) is None, settings
            continue
        matrix, output = expected(settings)
        np.testing.assert_array_equal(answer["matrix"], matrix)
        np.testing.assert_array_equal(answer["product"], output.ravel())
        x = np.pad(number_image(settings)[0], ((0, 0), *[(settings["padding"],) * 2] * 2))
        for sources, numbers in zip(answer["sources"], answer["matrix"], strict=True):
            assert [x[tuple(source)] for source in sources] == numbers
        stored = number_image(settings)
        in_memory = stored.transpose(0, 2, 3, 1) if settings["order"] == "NHWC" else stored
        assert [x[tuple(place)] for place in answer["memory"]] == in_memory.ravel().tolist()


def test_pieces_of_memory(run_module):
    # Kernel 2 on two channels: NHWC holds 2 rows of 2 x 2 neighbours, NCHW 2 x 2 rows of 2.
    line = "d.map((state) => m.pieces(0, m.compute(state)))"
    wide = START | {"kernel": 1, "size": 1}
    cases = [START, START | {"order": "NCHW"}, START | {"size": 2}, wide, START | {"padding": 1, "kernel": 1}]
    assert run_module("im2col", line, cases) == [2, 4, 1, 1, 0]


def stretches(settings):
    """For each row of the matrix, in how many unbroken stretches of the input's memory its numbers lie."""
    matrix, _ = expected(settings)
    x = number_image(settings)
    memory = (x.transpose(0, 2, 3, 1) if settings["order"] == "NHWC" else x).ravel()
    return [int((np.diff(np.isin(memory, row), prepend=False, append=False)).sum()) // 2 for row in matrix]


def test_a_number_has_at_most_as_many_copies_as_the_kernel_has_places(run_module):
    reached = 0
    cases = possible()
    for settings, found in zip(
        cases, run_module("im2col", "d.map((s) => m.discover(s, m.compute(s)))", cases), strict=True
    ):
        matrix, _ = expected(settings)
        numbers, copies = np.unique(matrix[matrix > 0], return_counts=True)
        assert copies.max(initial=0) <= settings["kernel"] ** 2
        assert (found is not None) == (copies.max(initial=0) == 9), settings
        if found:
            reached += 1
            size = settings["channels"] * settings["size"] ** 2
            assert found == {"copies": 9, "rows": len(matrix), "entries": matrix.size, "numbers": size}
            assert (matrix == numbers[copies.argmax()]).any(axis=1).sum() == 9
    assert reached > 8


def test_every_setting_is_described_and_the_impossible_ones_as_python_does(run_module):
    rng, cases = random.Random(3), reachable()
    for settings in cases:
        if refusal(settings) is None:
            matrix, _ = expected(settings)
            settings |= {"row": rng.randrange(matrix.shape[0]), "column": rng.randrange(matrix.shape[1])}
    told = run_module("im2col", "d.map((state) => m.describe(state, m.compute(state), t))", cases)
    for settings, text in zip(cases, told, strict=True):
        assert_written(text)
        message = refusal(settings)
        if message is not None:
            assert plain(text) == message.lower()
            continue
        matrix, output = expected(settings)
        row, column = settings["row"], settings["column"]
        i, j = divmod(row, len(output))
        value, product = int(matrix[row, column]), f"{output[i, j]:g}".replace("-", "−")
        sentences = [f"Row {row} is the window at output row {i}, column {j}; times the weights it gives {product}."]
        if value:
            c, r, k = np.argwhere(number_image(settings)[0] == value)[0]
            copies = int((matrix == value).any(axis=1).sum())
            place = f"channel {c}, row {r}, column {k} of the input, in {copies} of {len(matrix)} rows."
            sentences.append(f"Its column {column} holds {value}: {place}")
        else:
            sentences.append(f"Its column {column} holds a 0 of the padding.")
        if count := stretches(settings)[row]:
            many = "one piece" if count == 1 else f"{count} pieces"
            sentences.append(f"In memory, the numbers of this window lie in {many}.")
        assert text == " ".join(sentences), settings


# In the browser


def cell(page, where, source):
    """The cell of a number, by its channel, row and column, among the channels or in the matrix."""
    return page.locator(f".cnnx-{where} [data-source='{source}']:not(.cnnx-mark)").first


def marks(page, where):
    return page.locator(".cnnx").first.locator(f".cnnx-{where} .cnnx-mark").count()


def lit(page):
    """Numbers of the matrix in full colour, and of the channels."""
    read = """(all) => all.filter((e) => e.style.getPropertyValue('--share') === '1')
      .map((e) => +e.nextSibling.textContent)"""
    view = page.locator(".cnnx").first
    return [
        view.locator(f".cnnx-{where} [data-source]:not(.cnnx-mark)").evaluate_all(read) for where in ("matrix", "reach")
    ]


class TestMouse:
    def test_the_matrix_of_the_notes_is_on_the_screen(self, explorer):
        numbers = "(all) => all.map((e) => +e.nextSibling.textContent)"
        matrix = explorer.locator(".cnnx").first.locator(".cnnx-matrix [data-source]:not(.cnnx-mark)")
        assert matrix.evaluate_all(numbers) == list(itertools.chain(*NOTES))
        assert "4 · 8) / 2 · 4 · 4 = (32) / 32 = 1" in explorer.locator(".cnnx-formula").first.text_content()

    def test_dragging_the_window_lights_its_row(self, explorer):
        width = cell(explorer, "reach", "0,0,0").bounding_box()["width"]
        drag(explorer, cell(explorer, "reach", "0,0,0"), 2 * width, 2 * width)
        assert now(explorer, "row") == 3
        matrix, channels = lit(explorer)
        assert (matrix, sorted(channels)) == (NOTES[3], sorted(NOTES[3]))
        drag(explorer, cell(explorer, "reach", "1,3,3"), -900, -900)  # by the other channel, past the end
        assert now(explorer, "row") == 0

    def test_a_row_lights_its_window_and_a_press_keeps_it(self, explorer):
        cell(explorer, "matrix", "1,2,1").hover()
        assert sorted(lit(explorer)[1]) == sorted(NOTES[2])
        assert marks(explorer, "matrix") == marks(explorer, "reach") == 1
        assert now(explorer, "row") == 0
        cell(explorer, "matrix", "1,2,1").click()
        assert now(explorer, "row", "column") == (2, 3)
        assert "Its column 3 holds 26: channel 1, row 2, column 1 of the input, in 1 of 4 rows." in status(explorer)

    def test_all_copies_of_a_number_light(self, explorer):
        explorer.get_by_role("combobox", name="Example").first.select_option(label="overlapping windows")
        assert {name: now(explorer, name) for name in (*SIZES, "channels", "order")} == {
            "size": 4, "kernel": 3, "stride": 1, "padding": 0, "channels": 1, "order": "NCHW",
        }  # fmt: skip
        cell(explorer, "reach", "0,1,1").hover()
        assert marks(explorer, "matrix") == 4  # the middle lies in all four windows
        assert explorer.locator(".cnnx").first.locator(".cnnx-matrix .cnnx-copy").count() == 3
        cell(explorer, "reach", "0,0,0").hover()
        assert marks(explorer, "matrix") == 1

    def test_press_a_number_in_the_window_beside_it_and_in_memory(self, explorer):
        cell(explorer, "reach", "1,1,0").click()
        assert now(explorer, "row", "column") == (0, 5)
        cell(explorer, "reach", "0,0,3").click()
        assert now(explorer, "row", "column") == (1, 2)
        explorer.locator("g:not(.cnnx-reach):not(.cnnx-matrix) > g.cnnx-numbers [data-source='1,3,2']").first.click()
        assert now(explorer, "row", "column") == (3, 5)

    def test_moving_along_the_matrix_and_its_product(self, explorer):
        width = cell(explorer, "matrix", "0,0,0").bounding_box()["width"]
        drag(explorer, cell(explorer, "matrix", "0,0,0"), 4 * width, width)
        assert now(explorer, "row", "column") == (1, 4)
        explorer.locator(".cnnx-matrix .cnnx-output[data-row='3']").first.click()
        assert now(explorer, "row", "column") == (3, 4)

    def test_the_layout_changes_the_order_and_not_the_product(self, explorer):
        products = "(all) => all.map((e) => e.nextSibling.textContent)"
        column = explorer.locator(".cnnx").first.locator(".cnnx-output[data-row]")
        before = column.evaluate_all(products)
        assert status(explorer).endswith("in 2 pieces.")
        explorer.get_by_role("combobox", name="Memory layout").first.select_option(label="NCHW: by channel")
        assert lit(explorer)[0] == [1, 2, 5, 6, 17, 18, 21, 22]
        assert column.evaluate_all(products) == before
        assert status(explorer).endswith("in 4 pieces.")

    def test_a_pixel_that_no_window_reads_is_no_row(self, explorer):
        explorer.get_by_role("button", name="Input size: one more").first.click()
        memory = explorer.locator("g.cnnx-numbers [data-source='0,4,4']").last
        memory.click()
        assert now(explorer, "row", "column") == (0, 0)


def test_the_tab_key_reaches_every_control(explorer):
    name = "(e) => e.getAttribute('aria-label') ?? e.closest('label').innerText"
    reached = []
    for _ in range(5 * 3 + 2 + 2):
        explorer.keyboard.press("Tab")
        reached.append(explorer.locator(":focus").evaluate(name).split("\n")[0].split(".")[0])
    sizes = {"Input size": "n", "Kernel size": "k", "Stride": "s", "Padding": "p", "Channels": "C"}
    sliders = [(f"{size}: one less", f"{size} {letter}", f"{size}: one more") for size, letter in sizes.items()]
    assert reached == ["Window", "Row of the matrix", *itertools.chain(*sliders), "Memory layout", "Example"]


@pytest.mark.parametrize("device", ["mouse", "touch", "keyboard"])
def test_every_slider_and_button_by_mouse_touch_and_keyboard(show, device):
    state = START | {"kernel": 1, "stride": 2, "channels": 1}
    page = show("im2col", state, width=390, height=844, has_touch=True)
    words = {"size": "Input size", "kernel": "Kernel size", "stride": "Stride", "padding": "Padding"}

    def use(control, where=None):
        if device == "keyboard":
            control.focus()
            return page.keyboard.press("End" if where else "Enter")
        return control.tap(position=where) if device == "touch" else control.click(position=where)

    for name, word in (words | {"channels": "Channels"}).items():
        slider = page.get_by_role("slider", name=word).first
        box, high = slider.bounding_box(), int(slider.get_attribute("max"))
        use(slider, {"x": box["width"] - 4, "y": box["height"] / 2})
        assert now(page, name) == high, name
        use(page.get_by_role("button", name=f"{word}: one less").first)
        assert now(page, name) == high - 1, name
        use(page.get_by_role("button", name=f"{word}: one more").first)
        assert now(page, name) == high, name
    for name in ("Memory layout", "Example"):  # what a list opens is the system's
        use(page.get_by_role("combobox", name=name).first)
        page.keyboard.press("Escape")
        assert has_focus(page.get_by_role("combobox", name=name).first)


def test_keyboard_does_all_of_it(explorer):
    focused = "(e) => e === document.activeElement"
    keys = {"size": "Home", "kernel": "Home", "stride": "Home", "padding": "End", "channels": "Home"}
    for index, (name, key) in enumerate(keys.items()):
        slider = explorer.locator("input[type=range]").nth(index)
        slider.focus()
        explorer.keyboard.press(key)
        assert slider.evaluate(focused), name
    assert now(explorer, *keys) == (1, 1, 1, 1, 1)
    press(explorer, "Tab", "Tab")
    explorer.keyboard.press("ArrowUp")
    assert now(explorer, "order") == "NCHW"
    press(explorer, "Tab", "Home")
    assert {name: now(explorer, name) for name in START if name not in ("row", "column")} == {
        name: value for name, value in START.items() if name not in ("row", "column")
    }
    window = explorer.locator(".cnnx-window").first
    window.focus()
    assert window.get_attribute("data-lm-suppress-shortcuts") == "true"
    for key, row in [("ArrowDown", 2), ("End", 3), ("ArrowUp", 1), ("ArrowLeft", 0), ("ArrowRight", 1), ("Home", 0)]:
        explorer.keyboard.press(key)
        assert now(explorer, "row") == row, key
    explorer.keyboard.press("Tab")
    press(explorer, "ArrowDown", "ArrowRight", "ArrowRight")
    assert now(explorer, "row", "column") == (1, 2)
    explorer.keyboard.press("End")
    assert now(explorer, "column") == 7


def test_touch_drags_the_window_and_moves_along_the_matrix(phone):
    width = cell(phone, "reach", "0,0,0").bounding_box()["width"]
    swipe(phone, cell(phone, "reach", "0,0,0"), 2 * width, 2 * width, rest=True)
    phone.wait_for_function("window.saved.row === 3")
    width = cell(phone, "matrix", "0,0,0").bounding_box()["width"]
    swipe(phone, cell(phone, "matrix", "0,0,0"), 3 * width, width)
    phone.wait_for_function("window.saved.row === 1 && window.saved.column === 3")
    cell(phone, "reach", "1,0,0").tap()
    phone.wait_for_function("window.saved.row === 0 && window.saved.column === 1")


def test_an_impossible_setting_is_explained_and_not_handed_on(explorer):
    explorer.get_by_role("slider", name="Input size n").first.focus()
    explorer.keyboard.press("Home")
    why = "Kernel 2 does not fit in padded input 1 (size 1 + 2 × 0): use padding ≥ 1 or a smaller kernel."
    assert status(explorer) == why
    assert explorer.locator(".cnnx-problem").count() == 1
    assert explorer.locator(".cnnx").first.locator(".cnnx-matrix").count() == 0
    assert not explorer.locator(".cnnx-window").first.is_visible()
    assert now(explorer, "size") == 4
    explorer.get_by_role("button", name="Padding: one more").first.click()
    assert status(explorer).startswith("Row 0 is the window")
    assert now(explorer, "size", "padding") == (1, 1)


def test_every_kind_of_setting_is_drawn_within_the_page(screen):
    largest = START | {"size": 5, "kernel": 3, "stride": 1, "padding": 1}
    states = [largest, largest | {"kernel": 1}, *random.Random(2).sample(reachable(), 40)]
    assert_drawn_within(screen, states, ("button", "select", "input[type=range]"))
