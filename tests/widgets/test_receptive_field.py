"""The receptive-field explorer: in Python, its computation in JavaScript, and in the browser."""

import itertools
import random
import re

import numpy as np
import pytest
from explorer_checks import assert_drawn_within, assert_written, limits, plain, reach
from explorer_page import drag, has_focus, now, press, status, swipe

from cnnbook.arithmetic import output_size, receptive_field
from cnnbook.functional import conv1d, conv1d_backward
from cnnbook.widgets import ReceptiveFieldExplorer
from cnnbook.widgets._explorer import SettingError
from cnnbook.widgets.receptive_field import _rows

LIMITS = {"kernel": (1, 11), "stride": (1, 4), "padding": (0, 5), "dilation": (1, 4)}
THREE = [[3, 1, 1, 1]] * 3
START = {"layers": THREE, "size": 15, "layer": 3, "row": 7, "column": 7}


def random_stacks(count, seed):
    """Settings that the controls can reach, half of them with kernels that rarely fit."""
    rng = random.Random(seed)
    found = []
    for _ in range(count):
        most = rng.choice([3, 11])
        layers = [
            [rng.randint(1, most), rng.choice([1, 1, 1, 2, 2, 3, 4]), rng.randint(0, rng.choice([1, 5])), dilation]
            for dilation in rng.choices(range(1, 5), k=rng.randint(1, 8))
        ]
        found.append({"layers": layers, "size": rng.randint(1, 64)})
    return found


def message_of(settings):
    """Why Python refuses these settings; None where it takes them. (Making a widget takes far longer.)"""
    try:
        _rows(**settings)
    except ValueError as error:
        return str(error)
    return None


def gradients(layers, size, unit):
    """Ways from the units of each row, input first, to a unit of the last layer: its gradient where weights are 1."""
    options = [{"stride": stride, "padding": padding, "dilation": dilation} for _, stride, padding, dilation in layers]
    rows = [np.ones((1, 1, size))]
    weights = [np.ones((1, 1, kernel)) for kernel, *_ in layers]
    for weight, option in zip(weights, options, strict=True):
        rows.append(np.ones_like(conv1d(rows[-1], weight, **option)))
    gradient = np.zeros_like(rows[-1])
    gradient[0, 0, unit] = 1
    found = [gradient]
    for x, weight, option in zip(rows[-2::-1], weights[::-1], options[::-1], strict=True):
        found.insert(0, conv1d_backward(found[0], x, weight, **option)[0])
    return [each.ravel() for each in found]


def seen_by_gradient(layers, size, unit):
    """Units of each row, input first, on which a unit of the last layer depends: where the gradient is not zero."""
    return [np.flatnonzero(each).tolist() for each in gradients(layers, size, unit)]


def possible_stacks(count, seed):
    return [settings for settings in random_stacks(count, seed) if message_of(settings) is None]


# In Python


def test_field_and_output_size_are_those_of_the_arithmetic():
    for settings in possible_stacks(60, 0):
        explorer = ReceptiveFieldExplorer(**settings)
        size = settings["size"]
        for kernel, stride, padding, dilation in settings["layers"]:
            size = output_size(size, kernel, stride=stride, padding=padding, dilation=dilation)
        assert explorer.output_size == size
        assert explorer.field == receptive_field(settings["layers"])


def test_what_a_unit_sees_is_where_its_gradient_is_not_zero():
    rng = random.Random(1)
    for settings in possible_stacks(100, 2):
        explorer = ReceptiveFieldExplorer(**settings)
        explorer.row, explorer.column = rng.randrange(explorer.output_size), rng.randrange(explorer.output_size)
        for place, seen in zip((explorer.row, explorer.column), explorer.seen, strict=True):
            assert list(seen) == seen_by_gradient(settings["layers"], settings["size"], place)[0], (settings, place)


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"layers": 3}, TypeError, "layers must be a list, got 3 (int): use a list of tuples"),
        ({"layers": []}, ValueError, "layers has 0 layers: use 1 to 8"),
        ({"layers": [(1,)] * 9}, ValueError, "layers has 9 layers: use 1 to 8"),
        ({"layers": [(3,), 3]}, TypeError, "layer 2 is 3: use a tuple (kernel, stride, padding, dilation)"),
        ({"layers": [(3, 1, 1, 1, 1)]}, TypeError, "layer 1 is (3, 1, 1, 1, 1): use a tuple"),
        ({"layers": [((3, 2),)]}, TypeError, "layer 1: kernel must be an integer, got (3, 2) (tuple)"),
        ({"layers": [(3, 0)]}, ValueError, "layer 1: stride 0 is too small: use stride >= 1"),
        ({"layers": [(3,), (13,)]}, ValueError, "layer 2: kernel 13 is too large to draw: use kernel <= 11"),
        ({"layers": [(3,), (7,)], "size": 8}, ValueError, "layer 2: kernel 7 does not fit in padded input 6 (size 6"),
        (
            {"layers": [(9, 4, 5)] * 4, "size": 64},
            ValueError,
            "layer 3: the stack spans 253 px, more than 160 cannot be drawn",
        ),
        ({"size": 65}, ValueError, "size 65 is too large to draw: use size <= 64"),
        ({"layer": 4}, ValueError, "layer 4 is not in a stack of 3: use layer <= 3"),
        ({"layer": 0}, ValueError, "layer 0 is too small: use layer >= 1"),
        ({"row": 15}, ValueError, "row 15 is not in layer 3, which has 15: use row <= 14"),
        ({"column": -1}, ValueError, "column -1 is too small: use column >= 0"),
    ],
)
def test_bad_settings_are_refused(options, error, told):
    with pytest.raises(error, match=re.escape(told)):
        ReceptiveFieldExplorer(**options)


def test_an_impossible_change_leaves_everything_as_it_was():
    explorer = ReceptiveFieldExplorer()
    before = repr(explorer)
    with pytest.raises(SettingError, match="layer 2: kernel 5 does not fit in padded input 3"):
        explorer.set_state({"layers": [[3, 1, 0, 1], [5, 1, 0, 1]], "size": 5})
    with pytest.raises(SettingError, match="layer 4 is not in a stack of 3"):
        explorer.layer = 4
    assert repr(explorer) == before


def test_a_unit_stays_in_its_layer_and_a_layer_in_its_stack():
    explorer = ReceptiveFieldExplorer(THREE, 15, row=14, column=2)
    explorer.layers = [(3, 2), (3, 2, 1)]
    assert (explorer.layer, explorer.output_size, explorer.row, explorer.column) == (2, 4, 3, 2)
    explorer.layer = 1
    explorer.row = 6
    explorer.size = 9
    assert (explorer.layer, explorer.row) == (1, 3)


# In JavaScript


def test_the_controls_reach_what_the_traits_allow(run_module):
    settings, most = run_module("receptive_field", "[m.SETTINGS, m.MOST]", None)
    assert reach(settings) == limits(ReceptiveFieldExplorer, ["size"]) | LIMITS
    full = [[1, 1, 0, 1]] * most["layers"]
    assert ReceptiveFieldExplorer(full).output_size == 15
    with pytest.raises(ValueError, match="use 1 to 8"):
        ReceptiveFieldExplorer([*full, [1, 1, 0, 1]])


def test_the_presets_are_possible_and_see_what_is_known_of_them(run_module):
    presets = run_module("receptive_field", "m.PRESETS", None)
    fields = {name: ReceptiveFieldExplorer(**preset).field for name, preset in presets.items()}
    assert {name: (field.size, field.jump) for name, field in fields.items()} == {
        "three_3x3": (7, 1), "one_7x7": (7, 1), "dilated": (15, 1), "gridding": (13, 1), "strided": (31, 16),
        "lenet": (32, 4), "vgg": (16, 4), "resnet": (19, 4),
    }  # fmt: skip
    assert ReceptiveFieldExplorer(**presets["lenet"]).output_size == 1


def test_javascript_computes_every_single_layer_as_the_arithmetic_does(run_module):
    layers = list(itertools.product(*(range(low, high + 1) for low, high in LIMITS.values())))
    line = """d.flatMap((layer) => Array.from({ length: 64 }, (_, index) => {
        const { rows, problem } = m.compute({ size: index + 1, layers: [layer] });
        return [problem ? 0 : rows[1].count, rows[1]?.size, rows[1]?.jump, rows[1]?.start];
    }))"""
    answers = run_module("receptive_field", line, layers)
    assert len(answers) == 64 * 11 * 4 * 6 * 4
    for index, (kernel, stride, padding, dilation) in enumerate(layers):
        field = receptive_field([(kernel, stride, padding, dilation)])
        fits = dilation * (kernel - 1) + 1 - 2 * padding
        for size, (count, *found) in enumerate(answers[64 * index : 64 * (index + 1)], 1):
            if size < fits:
                assert count == 0, (size, kernel, padding, dilation)
            else:
                assert count == output_size(size, kernel, stride=stride, padding=padding, dilation=dilation)
                assert tuple(found) == field


def test_javascript_computes_stacks_as_python_does_and_says_what_is_impossible(run_module):
    cases = random_stacks(3000, 3)
    line = "d.map((s) => { const r = m.compute(s); return [r.rows, r.problem && m.describe(s, r, {}, t)]; })"
    refused = 0
    for settings, (rows, problem) in zip(cases, run_module("receptive_field", line, cases), strict=True):
        message = message_of(settings)
        refused += message is not None
        if message is None:
            assert problem is None, settings
            assert [row["count"] for row in rows] == [count for count, _ in _rows(**settings)]
        else:
            assert plain(problem) == message.lower(), settings
        for level, row in enumerate(rows):
            field = receptive_field(settings["layers"][:level])
            assert (row["size"], row["jump"], row["start"]) == field, settings
    assert 500 < refused < 2500


def expand(words):
    """Places that words such as "0, 2 to 4" or "1 to 9 in steps of 2" name."""
    found = []
    for part in words.split(", "):
        first, last, step = re.fullmatch(r"(\d+)(?: to (\d+))?(?: in steps of (\d+))?", part).groups()
        found += range(int(first), int(last or first) + 1, int(step or 1))
    return found


def test_javascript_sees_what_has_a_gradient_and_says_so(run_module):
    rng = random.Random(4)
    cases = []
    for settings in possible_stacks(600, 5):
        count = _rows(**settings)[-1][0]
        unit = {"layer": len(settings["layers"]), "row": rng.randrange(count), "column": rng.randrange(count)}
        cases.append(settings | unit)
    line = """d.map((s) => {
        const r = m.compute(s);
        const levels = m.see(s.layers, r.rows, s.layer, s.column);
        return [levels.map((units, at) => units.filter((u) => u >= 0 && u < r.rows[at].count)), m.describe(s, r, s, t)];
    })"""
    blind = 0
    for case, (levels, text) in zip(cases, run_module("receptive_field", line, cases), strict=True):
        rows, columns = (seen_by_gradient(case["layers"], case["size"], case[axis]) for axis in ("row", "column"))
        assert levels == columns, case
        assert_written(text)
        size, jump, start = receptive_field(case["layers"])
        told = "Layer {layer}, row {row}, column {column}: ".format(**case)
        told += f"field {size} × {size} px, jump {jump}, start {start}."
        assert text.startswith(told.replace("-", "−")), case
        if not rows[0] or not columns[0]:
            blind += 1
            assert text.endswith("It sees nothing but padding."), case
            continue
        seen = re.search(r"It sees input rows (.*?) and columns (.*?)\.", text)
        assert [expand(words) for words in seen.groups()] == [rows[0], columns[0]], case
        for columns_of, level in re.findall(r"(?:way: |; )([^;.]*) of layer (\d+)", text):
            assert expand(columns_of) == columns[int(level)], case
        first = start + case["column"] * jump
        field = set(range(first, first + size))
        inside = field & set(range(case["size"]))
        counts = dict(re.findall(r"(Outside|Skipped)[a-z ]*: (\d+)", text))
        assert int(counts.get("Outside", 0)) == len(field - inside), case
        assert int(counts.get("Skipped", 0)) == len(inside - set(columns[0])), case
    assert 0 < blind < len(cases) / 4


def test_the_ways_are_the_gradient_and_half_of_them_start_in_few_pixels(run_module):
    rng, cases = random.Random(6), []
    deep = [
        {"layers": [[3, 1, d, d] for d in rng.choices((1, 1, 2), k=n)], "size": 24} for n in range(3, 9) for _ in "ab"
    ]
    for settings in possible_stacks(300, 7) + deep:
        count = _rows(**settings)[-1][0]
        unit = {"layer": len(settings["layers"]), "row": rng.randrange(count), "column": rng.randrange(count)}
        cases.append(settings | unit)
    line = "d.map((s) => [s, m.compute(s)]).map(([s, r]) => [m.use(s, r, s), m.discover(s, r), m.describe(s, r, s, t)])"
    reached = 0
    for case, (use, found, text) in zip(cases, run_module("receptive_field", line, cases), strict=True):
        down, across = (gradients(case["layers"], case["size"], case[axis])[0] for axis in ("row", "column"))
        ways = np.sort(np.outer(down, across)[np.ix_(down > 0, across > 0)].ravel())[::-1]
        if not ways.size:
            assert found is None
            continue
        half = int(np.searchsorted(np.cumsum(ways), ways.sum() / 2)) + 1
        told = {"most": ways[0], "least": ways[-1], "half": half, "all": ways.size}
        assert {name: use[name] for name in told} == told, case
        assert found == (told if ways[0] > 100 * ways[-1] else None), case
        assert f"Ways to it from one pixel: {ways[-1]:.0f} to {ways[0]:.0f}." in text
        reached += found is not None
    assert 8 < reached < 50


# In the browser


def unit(page, layer, place):
    return page.locator(f"[data-row='{layer}'][data-column='{place}']").first


def side(page):
    return unit(page, 0, 0).bounding_box()["width"]


class TestMouse:
    def test_a_unit_shows_what_it_sees_and_a_press_keeps_it(self, explorer):
        unit(explorer, 2, 3).hover()
        assert status(explorer).startswith("Layer 2, row 7, column 3: field 5 × 5 px, jump 1, start −2.")
        assert "It sees input rows 5 to 9 and columns 1 to 5." in status(explorer)
        assert explorer.locator(".cnnx").first.locator(".cnnx-now.cnnx-output").count() == 1 + 3
        assert now(explorer, "layer", "column") == (3, 7)
        unit(explorer, 2, 3).click()
        assert now(explorer, "layer", "row", "column") == (2, 7, 3)

    def test_a_pixel_chooses_the_unit_of_the_layer_above_it(self, explorer):
        unit(explorer, 0, 2).click()
        assert now(explorer, "layer", "column") == (3, 2)
        assert "Outside the input: 1 of 7 columns." in status(explorer)

    def test_drag_across_units_and_rows(self, explorer):
        rows = unit(explorer, 1, 0).bounding_box()["y"] - unit(explorer, 2, 0).bounding_box()["y"]
        drag(explorer, unit(explorer, 3, 4), 3 * side(explorer), rows)
        assert now(explorer, "layer", "column") == (2, 7)

    def test_drag_the_field_on_the_square(self, explorer):
        square = explorer.locator("[data-grip=place]").first
        step = square.bounding_box()["width"] / 15
        drag(explorer, square, 2 * step, -3 * step)
        assert now(explorer, "row", "column") == (4, 9)

    def test_drag_the_values_of_a_layer_and_the_input_size(self, explorer):
        drag(explorer, explorer.locator("[data-grip='stride 1']").first, 14)
        assert now(explorer, "layers") == [[3, 2, 1, 1], *THREE[1:]]
        assert now(explorer, "layer", "column") == (1, 7)
        assert status(explorer).startswith("Layer 1, row 7, column 7: field 3 × 3 px, jump 2, start −1.")
        drag(explorer, explorer.locator("[data-grip^=size]").first, -3 * 12)
        assert now(explorer, "size") == 12

    def test_presets_and_buttons_build_stacks(self, explorer):
        preset = explorer.get_by_role("combobox", name="Preset").first
        assert preset.input_value() == "three_3x3"
        preset.select_option("gridding")
        assert now(explorer, "layers") == [[3, 1, 2, 2]] * 3
        assert "Skipped: 6 columns." in status(explorer)
        explorer.get_by_role("button", name="Remove layer 3").first.click()
        explorer.get_by_role("button", name="Remove layer 2").first.click()
        remove = explorer.get_by_role("button", name="Remove layer 1").first
        assert remove.get_attribute("aria-disabled") == "true"
        remove.click(force=True)
        assert now(explorer, "layers") == [[3, 1, 2, 2]]
        assert preset.input_value() == "own"
        for _ in range(8):
            explorer.get_by_role("button", name="Add a layer").first.click(force=True)
        assert now(explorer, "layers") == [[3, 1, 2, 2], *[[3, 1, 1, 1]] * 7]
        assert now(explorer, "layer") == 8


def test_keyboard_does_all_of_it(explorer):
    preset = explorer.get_by_role("combobox", name="Preset").first
    preset.focus()
    explorer.keyboard.press("ArrowDown")
    assert now(explorer, "layers") == [[7, 1, 3, 1]]
    press(explorer, "Tab", "Enter", "Tab", "Tab")
    keys = {"size": "ArrowRight", "kernel": "ArrowRight", "stride": "ArrowRight", "padding": "Home", "dilation": "Home"}
    for index, (name, key) in enumerate(keys.items()):
        slider = explorer.locator("input[type=range]").nth(index)
        slider.focus()
        explorer.keyboard.press(key)
        assert has_focus(slider), name
    assert now(explorer, "layers") == [[7, 1, 3, 1], [4, 2, 0, 1]]
    assert now(explorer, "size") == 16
    panes = explorer.locator(".cnnx-window")
    panes.first.focus()
    assert panes.first.get_attribute("data-lm-suppress-shortcuts") == "true"
    explorer.keyboard.press("Home")
    assert now(explorer, "layer", "column") == (2, 0)
    press(explorer, "ArrowRight", "ArrowRight", "ArrowLeft")
    assert now(explorer, "column") == 1
    explorer.keyboard.press("ArrowDown")
    assert now(explorer, "layer") == 1
    explorer.keyboard.press("End")
    assert now(explorer, "column") == 15
    explorer.keyboard.press("ArrowUp")
    assert now(explorer, "layer", "column") == (2, 6)
    explorer.keyboard.press("Tab")
    before = now(explorer, "row")
    press(explorer, "ArrowUp", "ArrowLeft")
    assert now(explorer, "row", "column") == (before - 1, 5)


def test_touch_drags_units_values_and_the_square(phone):
    swipe(phone, unit(phone, 3, 7), 3 * side(phone))
    assert now(phone, "column") == 10
    swipe(phone, phone.locator("[data-grip='dilation 2']").first, 13)
    assert now(phone, "layers")[1] == [3, 1, 1, 2]
    square = phone.locator("[data-grip=place]").first
    swipe(phone, square, 0, 2 * square.bounding_box()["height"] / 13, rest=True)
    assert now(phone, "row") > now(phone, "column")
    swipe(phone, phone.locator("[data-grip^=size]").first, -2 * 12)
    assert now(phone, "size") == 13


def test_an_impossible_stack_is_explained_and_not_handed_on(explorer):
    explorer.get_by_role("slider", name="Kernel size k").first.focus()
    explorer.keyboard.press("End")
    explorer.get_by_role("slider", name="Dilation d").first.focus()
    explorer.keyboard.press("End")
    why = "Layer 3: kernel 11 with dilation 4 spans 41 and does not fit in padded input 17 (size 15 + 2 × 1): "
    assert status(explorer) == why + "use padding ≥ 13 or a smaller kernel or dilation."
    first = explorer.locator(".cnnx").first
    assert explorer.locator(".cnnx-problem").count() == 1  # the other view has not heard of it
    assert first.locator("[data-row='3']").count() == 0
    assert first.locator("[data-row='2']").count() > 0
    assert now(explorer, "layers")[2] == [11, 1, 1, 1]
    explorer.keyboard.press("Home")
    assert status(explorer).startswith("Layer 3, ")
    assert now(explorer, "layers")[2] == [11, 1, 1, 1]
    assert explorer.locator(".cnnx-problem").count() == 0


def test_every_kind_of_stack_is_drawn_within_the_page(screen):
    wide = {"size": 64, "layers": [[11, 1, 5, 1]] * 8}
    impossible = {"size": 1, "layers": [[11, 4, 0, 4], [3, 1, 1, 1]]}
    states = [wide, impossible, *random_stacks(15, 6)]
    assert_drawn_within(screen, states, ("button", "select", "input[type=range]", ".cnnx-chip"))
