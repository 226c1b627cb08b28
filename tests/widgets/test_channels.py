"""The channels explorer: in Python, its computation in JavaScript, and in the browser."""

import itertools
import random
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from cnnbook.arithmetic import conv_macs, conv_parameters
from cnnbook.functional import conv2d, conv2d_backward
from cnnbook.widgets import ChannelsExplorer
from cnnbook.widgets._explorer import SettingError
from cnnbook.widgets.channels import _SIZE

NAMES = ("c_in", "c_out", "kernel", "groups")
START = {"c_in": 4, "c_out": 6, "kernel": 3, "groups": 2, "channel": 4, "row": 1, "column": 2}


def reachable():
    """All settings that the controls can reach."""
    traits = ChannelsExplorer.class_traits()
    limits = [range(traits[name].low, traits[name].high + 1) for name in NAMES]
    return [dict(zip(NAMES, values, strict=True)) for values in itertools.product(*limits)]


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
    traits = ChannelsExplorer.class_traits()
    limits = {name: (traits[name].low, traits[name].high) for name in NAMES}
    assert {name: (setting["min"], setting["max"]) for name, setting in settings.items()} == limits
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
        return { ...r, seen, text: m.describe(state, r, cell, t) };
    })"""
    for settings, answer in zip(cases, run_module("channels", line, cases), strict=True):
        message = message_of(settings)
        both = [n for n in range(1, 9) if settings["c_in"] % n == 0 and settings["c_out"] % n == 0]
        assert answer["choices"] == both
        assert answer["possible"] == (message is None), settings
        assert not re.search(r"[{}]|undefined|NaN|null", answer["text"])
        if message is not None:
            assert answer["text"].lower().startswith(message.lower().partition(": use")[0]), settings
            assert answer["text"].endswith(f"{', '.join(map(str, both))}.")
            assert not any(answer["seen"])
            continue
        output = _SIZE - settings["kernel"] + 1
        assert answer["weights"] == conv_parameters(**settings, bias=False)
        assert answer["macs"] == conv_macs(**settings, output=output)
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


@pytest.fixture
def explorer(open_explorer, context):
    """The page with an explorer in its first state; it must have asked no other host and made no error."""
    yield open_explorer(context, "channels", **START)
    assert (context.blocked, context.errors) == ([], [])


def now(page):
    return page.evaluate("window.saved")


def cell_of(page):
    return [now(page)[name] for name in ("channel", "row", "column")]


def text(page):
    return page.locator("[role=status]").first.inner_text()


def cell(page, plane, row, column):
    return page.locator(f"[data-plane='{plane}'] .cnnx-cell[data-row='{row}'][data-column='{column}']").first


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, start, end):
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=8)
    page.mouse.up()


@pytest.mark.browser
class TestMouse:
    def test_an_output_cell_shows_what_it_sees_and_a_press_keeps_it(self, explorer):
        point = middle(cell(explorer, "output 1", 3, 0))
        explorer.mouse.move(*point)
        told = "Output channel 1, row 3, column 0 sees input channels 0 to 1, rows 3 to 5 and columns 0 to 2: "
        assert text(explorer).startswith(f"{told}2 × 3 × 3 = 18 products.")
        first = explorer.locator(".cnnx").first
        assert first.locator(".cnnx-strong").count() == 2 * 2  # through two slices of the filter
        assert cell_of(explorer) == [4, 1, 2]
        explorer.mouse.down()
        explorer.mouse.up()
        assert cell_of(explorer) == [1, 3, 0]

    def test_drag_a_window_and_press_on_a_channel_of_the_other_group(self, explorer):
        drag(explorer, middle(cell(explorer, "input 3", 2, 3)), middle(cell(explorer, "input 3", 4, 1)))
        assert cell_of(explorer) == [4, 3, 0]
        explorer.mouse.click(*middle(cell(explorer, "input 0", 1, 1)))
        assert cell_of(explorer) == [0, 0, 0]

    def test_drag_along_an_output_channel(self, explorer):
        drag(explorer, middle(cell(explorer, "output 5", 0, 0)), middle(cell(explorer, "output 5", 2, 3)))
        assert cell_of(explorer) == [5, 2, 3]

    def test_a_row_of_the_matrix_chooses_a_channel(self, explorer):
        explorer.mouse.click(*middle(explorer.locator("[data-plane^=matrix] [data-row='2']").first))
        assert cell_of(explorer) == [2, 1, 2]

    def test_handles_change_the_channels(self, explorer):
        handle = explorer.locator("[data-grip=c_in] .cnnx-target").first
        step = middle(cell(explorer, "input 1", 0, 0))[1] - middle(cell(explorer, "input 0", 0, 0))[1]
        x, y = middle(handle)
        drag(explorer, (x, y), (x, y + 2 * step))
        assert now(explorer)["c_in"] == 6
        assert explorer.locator(".cnnx").first.locator("[data-plane^='input']").count() == 6 + 3  # and three windows
        assert "6 · (6) / 2 · 3 · 3 = 162" in explorer.locator(".cnnx-formula").first.get_attribute("aria-label")

    def test_presets(self, explorer):
        preset = explorer.get_by_role("combobox", name="Preset").first
        assert preset.input_value() == "grouped"
        preset.select_option("depthwise")
        assert [now(explorer)[name] for name in NAMES] == [6, 6, 3, 6]
        assert "Depthwise: each output channel sees one input channel." in text(explorer)
        preset.select_option("pointwise")
        assert "sees input channels 0 to 3 at the same place: 4 × 1 × 1 = 4 products." in text(explorer)


@pytest.mark.browser
def test_keyboard_does_all_of_it(explorer):
    for index, (name, key) in enumerate({"c_in": "End", "c_out": "End", "groups": "End", "kernel": "Home"}.items()):
        slider = explorer.locator("input[type=range]").nth(index)
        slider.focus()
        explorer.keyboard.press(key)
        assert slider.evaluate("(e) => e === document.activeElement"), name
    assert [now(explorer)[name] for name in NAMES] == [8, 8, 1, 8]
    explorer.locator("input[type=range]").last.focus()
    pane = explorer.locator(".cnnx-window").first
    pane.focus()
    assert pane.get_attribute("data-lm-suppress-shortcuts") == "true"
    for key in ("PageDown", "PageDown", "PageUp", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft"):
        explorer.keyboard.press(key)
    assert cell_of(explorer) == [5, 2, 2]
    assert pane.evaluate("(e) => e === document.activeElement")
    explorer.keyboard.press("ArrowLeft")
    assert cell_of(explorer) == [5, 2, 1]


@pytest.mark.browser
def test_touch_drags_windows_and_handles(new_context, open_explorer):
    context = new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = open_explorer(context, "channels", **START)
    session = context.new_cdp_session(page)

    def swipe(locator, right, down):
        locator.scroll_into_view_if_needed()
        x, y = middle(locator)
        session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for part in range(1, 6):
            point = {"x": x + right * part / 5, "y": y + down * part / 5}
            session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    (x0, y0), (x1, y1) = middle(cell(page, "input 2", 2, 3)), middle(cell(page, "input 2", 3, 1))
    swipe(cell(page, "input 2", 2, 3), x1 - x0, y1 - y0)
    assert cell_of(page) == [4, 2, 0]
    page.touchscreen.tap(*middle(cell(page, "output 1", 1, 1)))
    assert cell_of(page) == [1, 1, 1]
    step = middle(cell(page, "output 1", 0, 0))[1] - middle(cell(page, "output 0", 0, 0))[1]
    swipe(page.locator("[data-grip=c_out] .cnnx-target").first, 0, -2 * step)
    assert now(page)["c_out"] == 4
    assert (context.blocked, context.errors) == ([], [])


@pytest.mark.browser
def test_impossible_groups_are_explained_and_not_handed_on(explorer):
    explorer.get_by_role("button", name="Groups: one more").first.click()
    why = "Groups 3 does not divide C_in 4: use one that divides C_in 4 and C_out 6: 1, 2."
    assert text(explorer) == why
    first = explorer.locator(".cnnx").first
    assert explorer.locator(".cnnx-problem").count() == 1  # the other view has not heard of it
    assert first.locator(".cnnx-thread, .cnnx-frame, .cnnx-kernel.cnnx-cell").count() == 0
    assert now(explorer)["groups"] == 2
    explorer.get_by_role("button", name="Groups: one more").first.click()
    assert text(explorer) == "Groups 4 does not divide C_out 6: use one that divides C_in 4 and C_out 6: 1, 2."
    explorer.get_by_role("button", name="Out channels: one more").first.click()
    explorer.get_by_role("button", name="Out channels: one more").first.click()
    assert (now(explorer)["c_out"], now(explorer)["groups"]) == (8, 4)
    assert explorer.locator(".cnnx-problem").count() == 0


@pytest.mark.browser
def test_it_follows_the_model_and_lets_go(explorer):
    explorer.evaluate("window.model.set('channel', 0)")
    assert text(explorer).startswith("Output channel 0, row 1, column 2 sees input channels 0 to 1, ")
    assert explorer.locator(".cnnx").nth(1).locator("[role=status]").inner_text() == text(explorer)
    assert explorer.locator(".cnnx [id]").count() == 0  # so no two explorers can share one
    explorer.evaluate("window.leave.forEach((end) => end())")
    explorer.evaluate("window.model.set('channel', 5)")
    assert text(explorer).startswith("Output channel 0, ")


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_every_kind_of_setting_is_drawn_within_the_page(new_context, open_explorer, width):
    context = new_context(viewport={"width": width, "height": 900})
    page = open_explorer(context, "channels", **START)
    largest = {"c_in": 8, "c_out": 8, "kernel": 1, "groups": 8}
    for settings in [largest, *random.Random(2).sample(reachable(), 40)]:
        page.evaluate("(all) => Object.entries(all).forEach((pair) => window.model.set(...pair))", settings)
        shown = page.locator(".cnnx").first.evaluate("(e) => e.outerHTML")
        assert not re.search("NaN|undefined|Infinity|null", shown), settings
        assert page.evaluate("document.documentElement.scrollWidth") <= width, settings
    sizes = "(all) => all.map((e) => e.getBoundingClientRect()).map((box) => Math.min(box.width, box.height))"
    for target in ("button", "select", "input[type=range]", ".cnnx-grip .cnnx-target"):
        assert min(page.locator(target).evaluate_all(sizes)) >= 24, target
    assert context.errors == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(explorer, scheme):
    explorer.emulate_media(color_scheme=scheme)
    explorer.add_style_tag(content="html { color-scheme: light dark; }")
    for groups in (2, 3):  # possible, impossible
        explorer.evaluate(f"window.model.set('groups', {groups})")
        results = Axe().run(explorer).response
        assert [(v["id"], v["nodes"][0]["html"]) for v in results["violations"]] == []
