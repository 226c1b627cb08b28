"""The arithmetic explorer: in Python, its computation in JavaScript, and in the browser."""

import itertools
import random
import re

import pytest
from explorer_checks import assert_drawn_within, assert_written, limits, plain, reach
from explorer_page import drag, has_focus, now, press, side, status, swipe

from cnnbook.arithmetic import output_size
from cnnbook.widgets import ArithmeticExplorer
from cnnbook.widgets._explorer import SettingError

NAMES = ("size", "kernel", "stride", "padding", "dilation", "ceil_mode")
START = {"size": 7, "kernel": 3, "stride": 1, "padding": 0, "dilation": 1, "ceil_mode": False, "row": 0, "column": 0}


def reachable():
    """All settings that the controls can reach."""
    every = [range(low, high + 1) for low, high in limits(ArithmeticExplorer, NAMES[:-1]).values()]
    return [dict(zip(NAMES, values, strict=True)) for values in itertools.product(*every, (False, True))]


def expected(settings):
    """The output size; None and the message where there is none."""
    try:
        return output_size(**settings), None
    except ValueError as error:
        return None, str(error)


def unread(settings, output):
    """Places of the padded input, one axis, that no tap reads."""
    starts = range(0, output * settings["stride"], settings["stride"])
    taps = range(0, settings["kernel"] * settings["dilation"], settings["dilation"])
    return set(range(settings["size"] + 2 * settings["padding"])) - {s + t for s in starts for t in taps}


# In Python


def test_output_size_is_that_of_the_arithmetic():
    for settings in random.Random(0).sample(reachable(), 200):
        size, message = expected(settings)
        if message is None:
            assert ArithmeticExplorer(**settings).output_size == size
        else:
            with pytest.raises(ValueError, match=re.escape(message)):
                ArithmeticExplorer(**settings)


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"size": 300}, ValueError, "size 300 is too large to draw: use size <= 12"),
        ({"stride": 0}, ValueError, "stride 0 is too small: use stride >= 1"),
        ({"kernel": 3.0}, TypeError, "kernel must be an integer, got 3.0 (float): use 3"),
        ({"padding": None}, TypeError, "padding must be an integer, got None"),
        ({"size": True}, TypeError, "size must be an integer, got True"),
        ({"ceil_mode": 1}, TypeError, "ceil_mode must be True or False, got 1 (int)"),
        ({"row": 3}, ValueError, "row 3 is not in the output of 3: use row <= 2"),
        ({"column": -1}, ValueError, "column -1 is too small: use column >= 0"),
        ({"sise": 7}, TypeError, "unexpected keyword argument 'sise'"),
    ],
)
def test_bad_settings_are_refused(options, error, told):
    with pytest.raises(error, match=re.escape(told)):
        ArithmeticExplorer(**options)


def test_an_impossible_change_leaves_everything_as_it_was():
    explorer = ArithmeticExplorer(9, 3, stride=1, row=4)
    with pytest.raises(SettingError, match="kernel 7 does not fit in padded input 3"):
        explorer.set_state({"size": 3, "kernel": 7})
    with pytest.raises(SettingError, match="row 8 is not in the output of 7"):
        explorer.row = 8
    assert explorer.output_size == 7
    assert repr(explorer) == repr(ArithmeticExplorer(9, 3, stride=1, row=4))


def test_the_window_stays_in_the_output():
    explorer = ArithmeticExplorer(9, 3, stride=1, row=6, column=1)
    explorer.stride = 2
    assert (explorer.output_size, explorer.row, explorer.column) == (4, 3, 1)


# In JavaScript


def test_the_controls_reach_what_the_traits_allow(run_module):
    assert reach(run_module("arithmetic", "m.SETTINGS", None)) == limits(ArithmeticExplorer, NAMES[:-1])


def test_javascript_computes_what_the_arithmetic_does(run_module):
    rng = random.Random(1)
    limits = {"size": (1, 300), "kernel": (1, 12), "stride": (1, 9), "padding": (0, 9), "dilation": (1, 5)}
    others = [
        {name: rng.randint(*limit) for name, limit in limits.items()} | {"ceil_mode": rng.random() < 0.5}
        for _ in range(2000)
    ]
    cases = reachable() + others
    assert len(cases) == 12 * 7 * 5 * 4 * 3 * 2 + 2000
    answers = run_module("arithmetic", "d.map((state) => m.compute(state))", cases)
    for settings, answer in zip(cases, answers, strict=True):
        size, _ = expected(settings)
        assert answer["possible"] == (size is not None), settings
        assert answer["output"] == (size or 0), settings
        if size is None:
            fits = settings | {"padding": answer["needed"]}
            assert output_size(**fits) >= 1, settings
            continue
        first, last = settings["padding"], settings["padding"] + settings["size"] - 1
        lost = unread(settings, size)
        end = answer["end"]
        assert set(answer["unread"]) == lost, settings
        assert answer["dropped"] == sum(first <= place <= last and place >= end for place in lost), settings
        assert answer["skipped"] == sum(first <= place <= last and place < end for place in lost), settings
        assert answer["droppedPadding"] == sum(not first <= place <= last and place >= end for place in lost), settings


def notes(size, kernel, stride, padding, dilation, ceil_mode):
    """What is said beside the size, from a count of the windows: they are put down one after the other."""
    span, padded, end_of_input = dilation * (kernel - 1) + 1, size + 2 * padding, padding + size
    starts = [start for start in range(0, padded, stride) if start + span <= padded]
    rounds = ceil_mode and (not starts or starts[-1] + span < padded)  # the next one would hang over
    if rounds:
        starts.append(starts[-1] + stride if starts else 0)
    left_out = ceil_mode and starts[-1] >= end_of_input
    if left_out:
        starts.pop()
    read = {start + tap * dilation for start in starts for tap in range(kernel)}
    end = starts[-1] + span
    lost = [place for place in range(padded) if place not in read]
    pixels = [place for place in lost if padding <= place < end_of_input]
    dropped, skipped = (sum(place >= end for place in pixels), sum(place < end for place in pixels))
    unreached = sum(place >= end for place in lost) - dropped
    behind = sum(start >= end_of_input for start in starts) if left_out else 0
    said = {
        f"Dropped at the end of each row and column: {dropped} px.": dropped,
        f"Padding not reached at the end: {unreached} px.": unreached,
        f"The last window hangs over the end by {end - padded} px.": end > padded,
        "The last window ends at the edge.": end == padded,
        f"Never read, between the windows or their taps: {skipped} px of each row and column.": skipped,
        "Rounding up gives one window more; it would start behind the input, so it is left out.": left_out and rounds,
        "Nothing is left to round up, but the last window would start behind the input: ceil mode leaves it out.":
            left_out and not rounds,
        f"Windows before it that start behind the input too, and stay: {behind}.": behind,
    }  # fmt: skip
    return len(starts), " ".join(text for text, holds in said.items() if holds)


def test_every_setting_is_described_and_the_impossible_ones_as_python_does(run_module):
    cases = [settings | {"row": 0, "column": 0} for settings in reachable()]
    told = run_module("arithmetic", "d.map((state) => m.describe(state, m.compute(state), t))", cases)
    for settings, text in zip(cases, told, strict=True):
        settings = {name: settings[name] for name in NAMES}
        size, message = expected(settings)
        assert_written(text)
        if message is None:
            count, said = notes(**settings)
            assert count == size
            assert text.startswith(f"Output size {size}. {said} Output row 0, column 0 reads "), settings
        else:
            assert plain(text) == message.lower()


def test_an_image_without_the_dropped_pixels_gives_the_same_output(run_module):
    states = reachable()
    found = run_module("arithmetic", "d.map((state) => m.discover(state, m.compute(state)))", states)
    reached = [(state, values) for state, values in zip(states, found, strict=True) if values]
    assert len(reached) > 100
    for state, values in reached:
        read = state["size"] ** 2 - values["unread"]
        assert values["smaller"] == state["size"] - 3
        assert output_size(**state) == output_size(**state | {"size": values["smaller"]}) == values["output"], state
        pixels = set(range(state["padding"], state["padding"] + state["size"]))
        assert len(pixels - unread(state, values["output"])) ** 2 == read, state


# In the browser


class TestMouse:
    def test_drag_the_window(self, explorer):
        drag(explorer, explorer.locator(".cnnx-frame").first, 2 * side(explorer), side(explorer))
        assert now(explorer, "row", "column") == (1, 2)
        assert "Output row 1, column 2 reads input rows 1 to 3 and columns 2 to 4." in status(explorer)
        drag(explorer, explorer.locator(".cnnx-frame").first, 900, 900)  # past the end
        assert now(explorer, "row", "column") == (4, 4)

    def test_press_beside_the_window(self, explorer):
        box = explorer.locator(".cnnx-cell").first.bounding_box()
        explorer.mouse.click(box["x"] + 6.5 * box["width"], box["y"] + 6.5 * box["width"])
        assert now(explorer, "row", "column") == (4, 4)

    def test_drag_the_edges_of_kernel_and_input(self, explorer):
        width = side(explorer)
        drag(explorer, explorer.locator("[data-grip=kernel] circle").first, 2 * width)
        assert now(explorer, "kernel") == 5
        assert status(explorer).startswith("Output size 3.")
        drag(explorer, explorer.locator("[data-grip=size] circle").first, 2 * width)
        assert now(explorer, "size") == 9
        assert status(explorer).startswith("Output size 5.")

    def test_an_output_cell_lights_its_window_and_a_press_keeps_it(self, explorer):
        cell = explorer.locator("[data-row='3'][data-column='2']").first
        before = explorer.locator(".cnnx-window").first.evaluate("(e) => e.style.transform")
        cell.hover()
        assert explorer.locator(".cnnx-window").first.evaluate("(e) => e.style.transform") != before
        lit = explorer.locator(".cnnx").first.locator(".cnnx-now")
        assert [part.get_attribute("data-column") for part in lit.all()] == ["2", "2"]  # the cell and its bracket
        assert "Output row 3, column 2 reads input rows 3 to 5 and columns 2 to 4." in status(explorer)
        assert now(explorer, "row") == 0
        cell.click()
        assert now(explorer, "row", "column") == (3, 2)

    def test_a_bracket_moves_the_window(self, explorer):
        explorer.locator(".cnnx-bracket").nth(4).click()
        assert now(explorer, "column") == 4

    def test_buttons_and_check_box(self, explorer):
        explorer.get_by_role("button", name="Stride: one more").first.click()
        explorer.get_by_role("button", name="Input size: one more").first.click()
        assert "Dropped at the end of each row and column: 1 px." in status(explorer)
        explorer.get_by_role("checkbox", name="Round up").first.check()
        assert status(explorer).startswith("Output size 4. The last window hangs over the end by 1 px.")
        explorer.get_by_role("button", name="Dilation: one less").first.click(force=True)  # at its end
        assert now(explorer, "dilation") == 1


def test_keyboard_does_all_of_it(explorer):
    window = explorer.locator(".cnnx-window").first
    explorer.keyboard.press("Tab")  # the picture comes first
    assert has_focus(window)
    keys = {"size": "ArrowRight", "kernel": "End", "padding": "ArrowUp", "stride": "ArrowRight", "dilation": "Home"}
    for index, (name, key) in enumerate(keys.items()):
        slider = explorer.locator("input[type=range]").nth(index)
        slider.focus()
        explorer.keyboard.press(key)
        assert has_focus(slider), name
    assert now(explorer, *keys) == (8, 7, 1, 2, 1)
    explorer.locator("input[type=range]").nth(1).focus()
    for _ in range(4):
        explorer.keyboard.press("ArrowLeft")
    explorer.locator("input[type=checkbox]").first.focus()
    explorer.keyboard.press("Space")
    assert now(explorer, "ceil_mode") is True
    window.focus()
    assert window.get_attribute("data-lm-suppress-shortcuts") == "true"
    press(explorer, "ArrowDown", "ArrowDown", "End", "ArrowLeft", "ArrowUp")
    assert now(explorer, "row", "column") == (1, 3)
    explorer.keyboard.press("Home")
    assert now(explorer, "column") == 0


def test_touch_drags_window_and_handle(phone):
    width = side(phone)
    swipe(phone, phone.locator(".cnnx-frame").first, 3 * width)
    assert now(phone, "column") == 3
    swipe(phone, phone.locator("[data-grip=size] circle").first, -width)
    assert now(phone, "size") == 6
    phone.locator("[data-row='2'][data-column='1']").first.tap()
    assert now(phone, "row", "column") == (2, 1)


def test_an_impossible_setting_is_explained_and_not_handed_on(explorer):
    size = explorer.get_by_role("slider", name="Input size n").first
    size.focus()
    explorer.keyboard.press("Home")
    why = "Kernel 3 does not fit in padded input 1 (size 1 + 2 × 0): use padding ≥ 1 or a smaller kernel."
    assert status(explorer) == why
    assert explorer.locator(".cnnx-problem").count() == 1  # the other view has not heard of it
    assert explorer.locator(".cnnx").first.locator(".cnnx-misfit").count() > 0
    assert explorer.locator(".cnnx").first.locator(".cnnx-cell.cnnx-output").count() == 0
    assert now(explorer, "size") == 7
    explorer.get_by_role("button", name="Padding: one more").first.click()
    assert status(explorer).startswith("Output size 1.")
    assert now(explorer, "size", "padding") == (1, 1)
    assert explorer.locator(".cnnx-problem").count() == 0


def test_every_kind_of_setting_is_drawn_within_the_page(screen):
    states = [START | {"size": 12, "padding": 3, "kernel": 1}, *random.Random(2).sample(reachable(), 40)]
    assert_drawn_within(screen, states, ("button", "input[type=range]", ".cnnx-toggle", ".cnnx-grip .cnnx-target"))
