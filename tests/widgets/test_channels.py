"""The channels explorer: in Python, its computation in JavaScript, and in the browser."""

import itertools
import random
import re

import numpy as np
import pytest
from explorer_checks import assert_drawn_within, assert_grey_where_it_ends, assert_written, limits, reach
from explorer_page import change, drag, has_focus, middle, now, press, status, swipe, way

from cnnbook.arithmetic import conv_macs, conv_parameters
from cnnbook.functional import conv2d, conv2d_backward
from cnnbook.widgets import ChannelsExplorer
from cnnbook.widgets._explorer import SettingError
from cnnbook.widgets.channels import _SIZE

NAMES = ("c_in", "c_out", "kernel", "groups")
START = {"c_in": 4, "c_out": 6, "kernel": 3, "groups": 2, "channel": 4, "row": 1, "column": 2}


def reachable():
    """All settings that the controls can reach."""
    every = [range(low, high + 1) for low, high in limits(ChannelsExplorer, NAMES).values()]
    return [dict(zip(NAMES, values, strict=True)) for values in itertools.product(*every)]


def message_of(settings):
    """Why the arithmetic refuses these settings; None where it takes them."""
    try:
        conv_parameters(**settings)
    except ValueError as error:
        return str(error)
    return None


def seen_by_gradient(settings, channel, row, column):
    """Where the gradient of one output number with respect to the input is not zero: an array (C_in, H, W) of bool."""
    weight = np.ones(
        (settings["c_out"], settings["c_in"] // settings["groups"], settings["kernel"], settings["kernel"])
    )
    x = np.ones((1, settings["c_in"], _SIZE, _SIZE))
    gradient = np.zeros_like(conv2d(x, weight, groups=settings["groups"]))
    gradient[0, channel, row, column] = 1
    return conv2d_backward(gradient, x, weight, groups=settings["groups"])[0][0] != 0


def possible(count, seed):
    """Some of the settings that are possible, each with an output cell."""
    rng = random.Random(seed)
    found = rng.sample([settings for settings in reachable() if message_of(settings) is None], count)
    for settings in found:
        output = _SIZE - settings["kernel"] + 1
        yield settings, [rng.randrange(settings["c_out"]), rng.randrange(output), rng.randrange(output)]


# In Python


def test_numbers_are_those_of_the_arithmetic_and_seen_is_where_the_gradient_is_not_zero():
    for settings, cell in possible(80, 0):
        explorer = ChannelsExplorer(**settings, **dict(zip(("channel", "row", "column"), cell, strict=True)))
        assert explorer.output_size == _SIZE - settings["kernel"] + 1
        assert explorer.weights == conv_parameters(**settings, bias=False)
        assert explorer.macs == conv_macs(**settings, output=explorer.output_size)
        seen = np.zeros((settings["c_in"], _SIZE, _SIZE), bool)
        seen[explorer.seen] = True
        assert (seen == seen_by_gradient(settings, *cell)).all(), (settings, cell)


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"c_in": 9}, ValueError, "c_in 9 is too large to draw: use c_in <= 8"),
        ({"kernel": 0}, ValueError, "kernel 0 is too small: use kernel >= 1"),
        ({"kernel": (3, 2)}, TypeError, "kernel must be an integer, got (3, 2) (tuple)"),
        ({"groups": 2.0}, TypeError, "groups must be an integer, got 2.0 (float): use 2"),
        ({"groups": 3}, ValueError, "groups 3 does not divide c_in 4: use a divisor of 4"),
        ({"groups": 4}, ValueError, "groups 4 does not divide c_out 6: use a divisor of 6"),
        ({"channel": 6}, ValueError, "channel 6 is not in the output of 6: use channel <= 5"),
        ({"row": 4}, ValueError, "row 4 is not in the output of 4: use row <= 3"),
        ({"column": -1}, ValueError, "column -1 is too small: use column >= 0"),
    ],
)
def test_bad_settings_are_refused(options, error, told):
    with pytest.raises(error, match=re.escape(told)):
        ChannelsExplorer(**options)


def test_an_impossible_change_leaves_everything_as_it_was():
    explorer = ChannelsExplorer(**START)
    with pytest.raises(SettingError, match="groups 2 does not divide c_in 5"):
        explorer.set_state({"c_in": 5, "kernel": 1})
    assert repr(explorer) == repr(ChannelsExplorer(**START))


def test_the_cell_stays_in_the_output():
    explorer = ChannelsExplorer(4, 6, 1, channel=5, row=5, column=2)
    explorer.kernel = 3
    explorer.c_out = 4
    assert (explorer.channel, explorer.row, explorer.column) == (3, 3, 2)


# In JavaScript


def test_the_controls_reach_what_the_traits_allow(run_module):
    settings, size = run_module("channels", "[m.SETTINGS, m.SIZE]", None)
    assert reach(settings) == limits(ChannelsExplorer, NAMES)
    assert size == _SIZE


def test_the_presets_are_possible(run_module):
    presets = run_module("channels", "m.PRESETS", None)
    assert {name: conv_parameters(**preset, bias=False) for name, preset in presets.items()} == {
        "ordinary": 216, "rgb": 216, "pointwise": 24, "grouped": 108, "depthwise": 54, "multiplier": 72,
    }  # fmt: skip


def test_javascript_computes_every_setting_as_the_arithmetic_does(run_module):
    cases = reachable()
    assert len(cases) == 8 * 8 * 8 * 5
    line = """d.map((state) => {
        const r = m.compute(state), cell = { channel: state.c_out - 1, row: 0, column: 0 };
        const seen = Array.from({ length: state.c_out }, (_, channel) => r.sees(channel));
        const snapped = [0, 1, 8, 9].map((from) => m.snap(from, state.groups, r));
        return { ...r, seen, text: m.describe(state, r, cell, t), found: m.discover(state, r), snapped };
    })"""
    for settings, answer in zip(cases, run_module("channels", line, cases), strict=True):
        message = message_of(settings)
        both = [n for n in range(1, 9) if settings["c_in"] % n == 0 and settings["c_out"] % n == 0]
        assert answer["choices"] == both
        up = min([n for n in both if n >= settings["groups"]], default=both[-1])
        down = max(n for n in both if n <= settings["groups"])
        assert answer["snapped"] == [up, up if settings["groups"] > 1 else down, down, down], settings
        assert answer["possible"] == (message is None), settings
        assert_written(answer["text"])
        if message is not None:
            assert answer["text"].lower().startswith(message.lower().partition(": use")[0]), settings
            assert answer["text"].endswith(f"{', '.join(map(str, both))}.")
            assert not any(answer["seen"])
            assert answer["found"] is None
            continue
        output = _SIZE - settings["kernel"] + 1
        assert answer["weights"] == conv_parameters(**settings, bias=False)
        assert answer["macs"] == conv_macs(**settings, output=output)
        found = answer["found"]
        assert (found is None) == (settings["groups"] < 4), settings
        if found:
            ordinary = conv_parameters(**settings | {"groups": 1}, bias=False)
            assert found["weights"] == answer["weights"] <= found["ordinary"] / 4 == ordinary / 4
            assert found["all"] - found["cut"] == sum(map(len, answer["seen"]))
            assert found["all"] == settings["c_in"] * settings["c_out"]
        depth, share = settings["c_in"] // settings["groups"], settings["c_out"] // settings["groups"]
        groups = [list(range(first, first + depth)) for first in range(0, settings["c_in"], depth)]
        assert answer["seen"] == [groups[channel // share] for channel in range(settings["c_out"])], settings
        assert f" = {depth * settings['kernel'] ** 2} products." in answer["text"]


def test_javascript_tells_what_has_a_gradient(run_module):
    cases = list(possible(150, 1))
    line = """d.map(([state, [channel, row, column]]) => {
        const r = m.compute(state);
        return [r.sees(channel), m.describe(state, r, { channel, row, column }, t)];
    })"""
    for (settings, cell), (channels, text) in zip(cases, run_module("channels", line, cases), strict=True):
        seen = seen_by_gradient(settings, *cell)
        assert channels == np.flatnonzero(seen.any(axis=(1, 2))).tolist(), settings
        rows, columns = (np.flatnonzero(seen.any(axis=axes)) for axes in ((0, 2), (0, 1)))
        if settings["kernel"] > 1:
            told = f"rows {rows[0]} to {rows[-1]} and columns {columns[0]} to {columns[-1]}: "
            assert told in text, (settings, cell)
        else:
            assert (rows.tolist(), columns.tolist()) == ([cell[1]], [cell[2]])
            assert "at the same place" in text
        assert f" = {seen.sum()} products." in text


# In the browser


def cell_of(page):
    return now(page, "channel", "row", "column")


def cell(page, plane, row, column):
    return page.locator(f"[data-plane='{plane}'] .cnnx-cell[data-row='{row}'][data-column='{column}']").first


class TestMouse:
    def test_an_output_cell_shows_what_it_sees_and_a_press_keeps_it(self, explorer):
        point = middle(cell(explorer, "output 1", 3, 0))
        explorer.mouse.move(*point)
        told = "Output channel 1, row 3, column 0 sees input channels 0 to 1, rows 3 to 5 and columns 0 to 2: "
        assert status(explorer).startswith(f"{told}2 × 3 × 3 = 18 products.")
        first = explorer.locator(".cnnx").first
        assert first.locator(".cnnx-strong").count() == 2 * 2  # through two slices of the filter
        assert cell_of(explorer) == (4, 1, 2)
        explorer.mouse.down()
        explorer.mouse.up()
        assert cell_of(explorer) == (1, 3, 0)

    def test_drag_a_window_and_press_on_a_channel_of_the_other_group(self, explorer):
        start = cell(explorer, "input 3", 2, 3)
        drag(explorer, start, *way(start, cell(explorer, "input 3", 4, 1)))
        assert cell_of(explorer) == (4, 3, 0)
        explorer.mouse.click(*middle(cell(explorer, "input 0", 1, 1)))
        assert cell_of(explorer) == (0, 0, 0)

    def test_drag_along_an_output_channel(self, explorer):
        start = cell(explorer, "output 5", 0, 0)
        drag(explorer, start, *way(start, cell(explorer, "output 5", 2, 3)))
        assert cell_of(explorer) == (5, 2, 3)

    def test_a_row_of_the_matrix_chooses_a_channel(self, explorer):
        explorer.mouse.click(*middle(explorer.locator("[data-plane^=matrix] [data-row='2']").first))
        assert cell_of(explorer) == (2, 1, 2)

    def test_handles_change_the_channels(self, explorer):
        _, step = way(cell(explorer, "input 0", 0, 0), cell(explorer, "input 1", 0, 0))
        drag(explorer, explorer.locator("[data-grip=c_in] .cnnx-target").first, 0, 2 * step)
        assert now(explorer, "c_in") == 6
        assert explorer.locator(".cnnx").first.locator("[data-plane^='input']").count() == 6 + 3  # and three windows
        assert "6 · (6) / 2 · 3 · 3 = 162" in explorer.locator(".cnnx-formula").first.text_content()

    def test_presets(self, explorer):
        preset = explorer.get_by_role("combobox", name="Preset").first
        assert preset.input_value() == "grouped"
        preset.select_option("depthwise")
        assert now(explorer, *NAMES) == (6, 6, 3, 6)
        assert "Depthwise: each output channel sees one input channel." in status(explorer)
        preset.select_option("pointwise")
        assert "sees input channels 0 to 3 at the same place: 4 × 1 × 1 = 4 products." in status(explorer)


def test_keyboard_does_all_of_it(explorer):
    for index, (name, key) in enumerate({"c_in": "End", "c_out": "End", "groups": "End", "kernel": "Home"}.items()):
        slider = explorer.locator("input[type=range]").nth(index)
        slider.focus()
        explorer.keyboard.press(key)
        assert has_focus(slider), name
    assert now(explorer, *NAMES) == (8, 8, 1, 8)
    explorer.locator("input[type=range]").last.focus()
    pane = explorer.locator(".cnnx-window").first
    pane.focus()
    assert pane.get_attribute("data-lm-suppress-shortcuts") == "true"
    press(explorer, "PageDown", "PageDown", "PageUp", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft")
    assert cell_of(explorer) == (5, 2, 2)
    assert has_focus(pane)
    explorer.keyboard.press("ArrowLeft")
    assert cell_of(explorer) == (5, 2, 1)


def test_touch_drags_windows_and_handles(phone):
    start = cell(phone, "input 2", 2, 3)
    swipe(phone, start, *way(start, cell(phone, "input 2", 3, 1)))
    assert cell_of(phone) == (4, 2, 0)
    phone.touchscreen.tap(*middle(cell(phone, "output 1", 1, 1)))
    assert cell_of(phone) == (1, 1, 1)
    _, step = way(cell(phone, "output 0", 0, 0), cell(phone, "output 1", 0, 0))
    swipe(phone, phone.locator("[data-grip=c_out] .cnnx-target").first, 0, -2 * step)
    assert now(phone, "c_out") == 4


def test_the_groups_snap_to_divisors_of_both_counts(explorer):
    groups = explorer.get_by_role("slider", name="Groups").first
    for keys, reached in [(["ArrowRight"], 2), (["Home"], 1), (["ArrowRight"], 2), (["End"], 2)]:
        groups.focus()
        press(explorer, *keys)
        assert (now(explorer, "groups"), groups.input_value()) == (reached, str(reached)), keys
    change(explorer, {"c_in": 8, "c_out": 8})
    press(explorer, "ArrowRight", "ArrowRight")
    assert now(explorer, "groups") == 8
    press(explorer, "ArrowLeft")
    assert (now(explorer, "groups"), groups.input_value()) == (4, "4")
    assert_grey_where_it_ends(explorer)  # with one channel in, one group is all


def test_impossible_groups_are_explained_and_not_handed_on(explorer):
    explorer.get_by_role("button", name="In channels: one more").first.click()
    why = "Groups 2 does not divide C_in 5: use one that divides C_in 5 and C_out 6: 1."
    assert status(explorer) == why
    first = explorer.locator(".cnnx").first
    assert explorer.locator(".cnnx-problem").count() == 1  # the other view has not heard of it
    assert first.locator(".cnnx-thread, .cnnx-frame, .cnnx-kernel.cnnx-cell").count() == 0
    assert now(explorer, "c_in") == 4
    explorer.get_by_role("button", name="In channels: one less").first.click()
    explorer.get_by_role("button", name="Out channels: one more").first.click()
    assert status(explorer) == "Groups 2 does not divide C_out 7: use one that divides C_in 4 and C_out 7: 1."
    explorer.get_by_role("button", name="Groups: one less").first.click()
    assert now(explorer, "c_out", "groups") == (7, 1)
    assert explorer.locator(".cnnx-problem").count() == 0


def test_every_kind_of_setting_is_drawn_within_the_page(screen):
    largest = {"c_in": 8, "c_out": 8, "kernel": 1, "groups": 8}
    states = [largest, *random.Random(2).sample(reachable(), 40)]
    assert_drawn_within(screen, states, ("button", "select", "input[type=range]", ".cnnx-grip .cnnx-target"))
