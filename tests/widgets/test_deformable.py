"""The deformable sampler: in Python, its computation in JavaScript, and in the browser."""

import re

import numpy as np
import pytest
from explorer_checks import assert_drawn_within, assert_written
from explorer_equations import FORMULAS, assert_true
from explorer_page import change, drag, now, press, status, swipe
from letters import TOUCHING

from cnnbook.functional import deform_conv2d, deform_conv2d_backward, deform_conv2d_direct_backward
from cnnbook.functional.deform_conv2d import bilinear, bilinear_backward
from cnnbook.widgets import DeformableSampler
from cnnbook.widgets._explorer import SettingError
from cnnbook.widgets.deformable import ALONE, INPUT, REACH, TURNED, WEIGHT

START = {"input": INPUT, "weight": WEIGHT, "offsets": TURNED, "tap": 1, "row": 2, "column": 2, "nine": True}
ALONE_START = START | {"offsets": ALONE, "tap": 7, "nine": False}
GRID = ((0, 0),) * 9
CLOSE = {"rtol": 1e-9, "atol": 1e-9}


def reachable():
    """Every way of a point, with its steps of 0.1, from each place of the window: nine ways a setting."""
    ways = [(down / 10, right / 10) for down in range(-20, 21) for right in range(-20, 21)]
    ways += ways[: -len(ways) % 9]
    for window, (row, column) in enumerate(np.ndindex(5, 5)):
        turned = ways[window:] + ways[:window]  # no point keeps to the same ways
        for first in range(0, len(ways), 9):
            yield START | {"offsets": turned[first : first + 9], "row": row, "column": column}


def drawn():
    """Random settings, with points on pixels, between them, on their rows, and outside of small and large images."""
    rng = np.random.default_rng(0)
    for case in range(300):
        H, W = rng.integers(3, 9, 2)
        kind = rng.integers(0, 3, (9, 2))
        choices = rng.uniform(-2, 2, (9, 2)), rng.integers(-2, 3, (9, 2)).astype(float), rng.integers(-8, 9, (9, 2)) / 4
        yield {
            "input": rng.integers(-9, 10, (H, W)).tolist(), "weight": rng.normal(size=(3, 3)).tolist(),
            "offsets": np.choose(kind, choices).tolist(), "tap": case % 9,
            "row": int(rng.integers(H - 2)), "column": int(rng.integers(W - 2)),
        }  # fmt: skip


def expected(cases):
    """Output, values and slopes of settings with inputs of one shape: three arrays, from cnnbook.functional."""
    x = np.array([case["input"] for case in cases], float)[:, None]
    N, _, H, W = x.shape
    offset, chosen = np.zeros((N, 18, H - 2, W - 2)), np.zeros((N, 9, H - 2, W - 2))
    for n, case in enumerate(cases):
        offset[n, :, case["row"], case["column"]] = np.ravel(case["offsets"])
        chosen[n, :, case["row"], case["column"]] = 1
    each = np.eye(9).reshape(9, 1, 3, 3)  # one filter for each point
    values = (deform_conv2d(x, offset, each) * chosen).sum((2, 3))
    slopes = deform_conv2d_backward(chosen, x, offset, each)[1].sum((2, 3)).reshape(N, 9, 2)
    outputs = []
    for n, case in enumerate(cases):
        weight = np.array(case["weight"], float)[None, None]
        outputs.append(deform_conv2d(x[n : n + 1], offset[n : n + 1], weight)[0, 0, case["row"], case["column"]])
    return np.array(outputs), values, slopes


# In Python


def test_numbers_are_those_of_functional():
    for case in drawn():
        sampler = DeformableSampler(**case)
        (output,), (values,), (slopes,) = expected([case])
        np.testing.assert_allclose(sampler.output, output, **CLOSE)
        np.testing.assert_allclose(sampler.values.ravel(), values, **CLOSE)
        np.testing.assert_allclose(sampler.slope, slopes[case["tap"]], **CLOSE)
        x, place = np.array(case["input"], float), sampler.place
        np.testing.assert_allclose(sampler.value, bilinear(x, *place), **CLOSE)
        shares, *slope = bilinear_backward(1.0, x, *place)
        np.testing.assert_allclose(sampler.slope, slope, **CLOSE)
        padded, (top, left) = np.pad(shares, 4), np.floor(place).astype(int) + 4
        inside = np.pad(np.ones_like(x), 4)[top : top + 2, left : left + 2]
        np.testing.assert_allclose(sampler.shares * inside, padded[top : top + 2, left : left + 2], **CLOSE)
        assert sampler.shares.sum() == pytest.approx(1)


def test_the_gradient_of_the_offsets_is_that_of_the_loops():
    for case in list(drawn())[::10]:
        sampler, x = DeformableSampler(**case), np.array(case["input"], float)[None, None]
        offset, grad = np.zeros((1, 18, *sampler._output_shape)), np.zeros((1, 1, *sampler._output_shape))
        offset[0, :, case["row"], case["column"]] = np.ravel(case["offsets"])
        grad[0, 0, case["row"], case["column"]] = 1
        weight = np.array(case["weight"])[None, None]
        found = deform_conv2d_direct_backward(grad, x, offset, weight)[1][0, :, case["row"], case["column"]]
        np.testing.assert_allclose(sampler.grad_offsets.ravel(), found, **CLOSE)


def test_on_a_pixel_the_slope_is_that_of_a_move_down_or_right():
    sampler = DeformableSampler([[1, 2, 4], [8, 16, 32], [64, 128, 256]], offsets=GRID, tap=4)
    assert sampler.value == 16
    np.testing.assert_array_equal(sampler.slope, [128 - 16, 32 - 16])
    sampler.tap = 8  # below and right of the last pixel there are zeros
    np.testing.assert_array_equal(sampler.slope, [-256, -256])


def test_without_offsets_it_is_a_convolution_and_turned_it_finds_the_bar():
    assert DeformableSampler(offsets=GRID).output == sum(
        INPUT[2 + a][2 + b] * WEIGHT[a][b] for a in range(3) for b in range(3)
    )
    assert DeformableSampler(offsets=TURNED).output > 2 * abs(DeformableSampler(offsets=GRID).output)


def test_it_starts_with_one_point_that_no_gradient_moves():
    sampler = DeformableSampler()
    assert (sampler.nine, sampler.value, sampler.grad_offsets[7].tolist()) == (False, 0, [0, 0])
    assert [tap for tap, way in enumerate(sampler.offsets) if any(way)] == [sampler.tap]


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"input": [[1, 2, 3]] * 2}, ValueError, "kernel 3 x 3 does not fit in input 2 x 3: use an input of 3 x 3"),
        ({"input": np.zeros((9, 3))}, ValueError, "input of 9 x 3 is too large to draw: use 8 x 8 at most"),
        ({"weight": [[1, 2], [3, 4]]}, ValueError, "weight is 2 x 2: use 3 x 3 numbers"),
        ({"offsets": np.zeros((8, 2))}, ValueError, "offsets is 8 x 2: use 9 x 2 numbers"),
        ({"offsets": [(0, 2.5)] * 9}, ValueError, "offsets hold 2.5: use numbers from -2 to 2"),
        ({"offsets": [(0, float("nan"))] * 9}, ValueError, "offsets holds nan"),
        ({"offsets": 1}, TypeError, "offsets must be a matrix of numbers, got int"),
        ({"tap": 9}, ValueError, "tap 9 is too large to draw: use tap <= 8"),
        ({"row": 5}, ValueError, "row 5 is not in the output of 5: use row <= 4"),
    ],
)
def test_bad_settings_are_refused(options, error, told):
    with pytest.raises(error, match=re.escape(told)):
        DeformableSampler(**options)


def test_the_window_stays_in_the_output_and_errors_change_nothing():
    sampler = DeformableSampler(row=4, column=0)
    sampler.input = np.ones((4, 5))
    assert (sampler.row, sampler.column) == (1, 0)
    with pytest.raises(SettingError):
        sampler.offsets = [(3, 0)] * 9
    assert sampler.offsets == ALONE
    assert DeformableSampler(np.ones((3, 8))).column == 3  # the middle one


# In JavaScript


def test_the_browser_starts_from_the_same_points(run_module):
    presets, reach, limit = run_module("deformable", "[m.PRESETS, m.REACH, m.LIMIT]", None)
    assert (reach, limit) == (REACH, 999)
    np.testing.assert_array_equal(presets["turned"]["offsets"], TURNED)
    np.testing.assert_array_equal(presets["regular"]["offsets"], GRID)
    for preset in presets.values():
        DeformableSampler(**preset)
    taps = [(a - 1, b - 1) for a in range(3) for b in range(3)]
    np.testing.assert_array_equal(presets["dilated"]["offsets"], taps)
    turned = np.array([(a + b, b - a) for a, b in taps]) / np.sqrt(2)  # clockwise by 45 degrees
    np.testing.assert_allclose(np.array(taps) + TURNED, turned, atol=0.05)


def compare(cases, answers):
    outputs, values, slopes = expected(cases)
    np.testing.assert_allclose([answer["output"] for answer in answers], outputs, **CLOSE)
    np.testing.assert_allclose([[s["value"] for s in answer["samples"]] for answer in answers], values, **CLOSE)
    np.testing.assert_allclose([[s["slope"] for s in answer["samples"]] for answer in answers], slopes, **CLOSE)


SHORT = """d.map((state) => {
    const { output, samples } = m.compute(state);
    const look = ({ value, slope, shares, outside, y, x }) => ({ value, slope, shares, outside, y, x });
    return { output, samples: samples.map(look), text: m.describe(state, { output, samples }, t) };
})"""


def test_javascript_computes_what_functional_does_on_every_way_of_a_point(run_module):
    cases = list(reachable())
    assert len({(w % 9, tuple(way)) for case in cases for w, way in enumerate(case["offsets"])}) > 9 * 1600
    answers = run_module("deformable", SHORT, cases)
    compare(cases, answers)
    for answer in answers:
        assert_written(answer["text"])


def test_javascript_computes_what_functional_does_on_random_settings(run_module):
    cases = list(drawn())
    for case, answer in zip(cases, run_module("deformable", SHORT, cases), strict=True):
        compare([case], [answer])
        sampler, sample = DeformableSampler(**case), answer["samples"][case["tap"]]
        np.testing.assert_allclose(sample["shares"], sampler.shares.ravel(), **CLOSE)
        np.testing.assert_allclose((sample["y"], sample["x"]), sampler.place, **CLOSE)
        H, W = len(case["input"]), len(case["input"][0])
        near = np.floor(sampler.place)[:, None] + [[0, 0, 1, 1], [0, 1, 0, 1]]
        outside = (near < 0).any(0) | (near[0] >= H) | (near[1] >= W)
        assert sample["outside"] == outside.tolist()
        top, left = near[:, 0].astype(int) + 4  # an image in zeros
        is_flat = np.ptp(np.pad(np.array(case["input"], float), 4)[top : top + 2, left : left + 2]) == 0
        assert ("On a grid line" in answer["text"]) == (min(np.mod(sampler.place, 1)) == 0 and not is_flat)
        assert ("pixels are equal" in answer["text"]) == is_flat
        count = re.search(r"count as 0: (\d) of the four", answer["text"])
        assert int(count[1] if count else 0) == outside.sum()


def test_the_browser_says_what_python_says(run_module):
    cases = [START, START | {"tap": 0, "row": 0}, START | {"offsets": GRID, "tap": 8, "weight": [[0.5, 1, -2.25]] * 3}]
    for case, answer in zip(cases, run_module("deformable", SHORT, cases), strict=True):
        assert answer["text"].startswith(DeformableSampler(**case).summary())


def test_a_step_follows_the_gradient_of_the_package_and_the_output_grows(run_module):
    """Offsets move by a rate times what deform_conv2d_backward gives, in hundredths, and no farther than REACH."""
    cases = [case | {"nine": bool(index % 2)} for index, case in enumerate(drawn())]
    cases += [ALONE_START, ALONE_START | {"offsets": [(0.6, 0.4) if tap == 7 else (0, 0) for tap in range(9)]}]
    steps, rates = run_module("deformable", "[d.map(m.climb), m.RATES]", cases)
    assert sum(step is None for step in steps) > 3
    for case, step in zip(cases, steps, strict=True):
        sampler = DeformableSampler(**case)
        moved = np.ones((9, 1)) if case["nine"] else np.eye(9)[case["tap"]][:, None]
        for rate in rates:
            change = rate * moved * sampler.grad_offsets
            offsets = np.clip(np.array(case["offsets"]) + change, -REACH, REACH)
            rounded = np.where(change, np.floor(offsets * 100 + 0.5) / 100, case["offsets"])
            if step and step["rate"] == rate:
                np.testing.assert_allclose(step["offsets"], np.clip(rounded, -REACH, REACH), atol=1e-9)
                after = DeformableSampler(**case | {"offsets": step["offsets"]}).output
                assert (step["before"], step["after"]) == pytest.approx((sampler.output, after))
                assert after > sampler.output
                break
            assert DeformableSampler(**case | {"offsets": rounded.tolist()}).output <= sampler.output + 1e-6
        else:
            assert step is None


def test_the_goal_can_be_reached_from_beside_the_bar_and_not_from_the_start(run_module):
    line = """d.map((state) => {
        const outputs = [m.compute(state).output];
        for (let step = m.climb(state); step; step = m.climb(state)) {
            state = { ...state, offsets: step.offsets };
            outputs.push(step.after);
        }
        return [outputs, m.compute(state).samples[state.tap].value, m.HIGH];
    })"""
    beside = [ALONE_START | {"offsets": [(y / 10, x / 10) if tap == 7 else (0, 0) for tap in range(9)]}
              for y in range(1, 10, 2) for x in range(1, 10, 2)]  # fmt: skip
    (outputs, value, high), *others = run_module("deformable", line, [ALONE_START, *beside])
    assert (len(outputs), value) == (1, 0)
    for outputs, value, _ in others:
        assert value > high, outputs
        assert 1 < len(outputs) < 25
        assert outputs == sorted(outputs)


# In the browser


def point(page, tap):
    return page.locator(".cnnx").first.locator(".cnnx-point").nth(tap)


def side(page):
    """Width of a pixel of the image: a third of the window's frame."""
    return float(page.locator(".cnnx-frame").first.get_attribute("width")) / 3


def test_mouse(explorer):
    unit = side(explorer)
    drag(explorer, point(explorer, 8), 0.5 * unit, 1.5 * unit)
    tap, offsets = now(explorer, "tap", "offsets")
    assert tap == 8
    assert offsets[8] == pytest.approx([1.9, -0.5], abs=0.101)
    assert offsets[:8] == [list(pair) for pair in TURNED[:8]]
    assert "The point of kernel row 2, column 2 looks at row" in status(explorer)
    drag(explorer, point(explorer, 8), 20 * unit, -20 * unit)  # as far as it goes
    assert now(explorer, "offsets")[8] == [-2, 2]
    assert "looks at row 2, column 6 and reads 0." in status(explorer)
    zoom = explorer.locator(".cnnx-zoom").first
    drag(explorer, zoom.locator(".cnnx-target"), -40, 60)  # finer: more than 100 pixels an image pixel
    assert now(explorer, "offsets")[8] == pytest.approx([-2 + 60 / 200, 2 - 40 / 200], abs=0.15)
    box = explorer.locator(".cnnx-frame").first.bounding_box()
    explorer.mouse.move(box["x"] + 4, box["y"] + 4)  # in a corner: no point is near
    explorer.mouse.down()
    explorer.mouse.move(box["x"] + 4 + unit, box["y"] + 4 - 2 * unit, steps=6)
    explorer.mouse.up()
    assert now(explorer, "row", "column") == (0, 3)
    explorer.get_by_role("combobox", name="Points").first.select_option("dilated")
    assert now(explorer, "offsets") == [[a, b] for a in (-1, 0, 1) for b in (-1, 0, 1)]
    point(explorer, 4).focus()
    assert "On a grid line the slope can jump" in status(explorer)


def test_numbers_can_be_typed(explorer):
    explorer.locator("summary").first.click()
    explorer.get_by_label("Pixel b").first.fill("5")  # row 2, column 4
    assert now(explorer, "input")[2] == [0, 0, 1, 7, 5, 3, 0]
    assert "and reads 5.57." in status(explorer)
    field = explorer.get_by_label("Kernel, row 2, column 0").first
    field.focus()
    assert now(explorer, "tap") == 6
    field.fill("-3")
    assert now(explorer, "weight")[2] == [-3, 2, -1]
    assert "= −3 · " in explorer.locator(".cnnx-reads").first.inner_text()
    field.fill("")
    assert status(explorer).startswith("Type a number")
    assert now(explorer, "weight")[2] == [-3, 2, -1]
    explorer.evaluate("window.model.set('row', 0)")
    point(explorer, 0).focus()
    assert explorer.get_by_label("Pixel a").first.get_attribute("readonly") is not None  # outside: a zero
    assert explorer.get_by_label("Pixel c").first.get_attribute("readonly") is None
    explorer.locator(".cnnx").first.locator(".cnnx-grids").nth(1).locator("span[data-tap='5']").first.click()
    assert now(explorer, "tap") == 5


def test_one_point_then_nine(show):
    page = show("deformable", ALONE_START)
    first = page.locator(".cnnx").first
    assert first.locator(".cnnx-point:visible").count() == 1
    assert not first.locator("details").evaluate("(e) => e.open")
    assert not page.get_by_role("combobox", name="Points").first.is_visible()
    up = page.get_by_role("button", name="Step along the gradient").first
    up.click()
    assert "a step along it moves nothing" in status(page)
    assert now(page, "offsets") == [list(way) for way in ALONE]
    unit = side(page)
    drag(page, point(page, 7), -0.8 * unit, -0.8 * unit)
    aim = first.locator(".cnnx-aim")
    for _ in range(25):
        assert "cnnx-reached" not in aim.get_attribute("class")
        before = now(page, "offsets")[7]
        up.click()
        assert "the output grew from" in status(page)
        assert now(page, "offsets")[7] != before
        if "Discovered" in aim.inner_text():
            break
    assert "cnnx-reached" in aim.get_attribute("class")
    page.get_by_role("button", name="Show all nine points").first.click()
    assert first.locator(".cnnx-point:visible").count() == 9
    assert now(page, "nine") is True
    assert "the output grew from" not in status(page)
    page.get_by_role("combobox", name="Points").first.select_option("turned")
    up.click()  # all nine at once
    assert sum(old != list(new) for old, new in zip(now(page, "offsets"), TURNED, strict=True)) > 5
    page.get_by_role("button", name="Show one point").first.click()
    assert first.locator(".cnnx-point:visible").count() == 1


# All states, one after the other: formulas, and the gradient that stands in the picture.
READ = f"""(states) => states.map((state) => {{
  for (const pair of Object.entries(state)) window.model.set(...pair);
  const explorer = document.querySelector(".cnnx");
  return [({FORMULAS})(explorer).join(" "), [...explorer.querySelectorAll(".cnnx-zoom .cnnx-title")]
    .map((text) => text.textContent.split("= ")[1])];
}})"""


@pytest.mark.hands
def test_every_printed_equation_is_true_and_the_gradient_is_that_of_the_package(explorer):
    presets = [START | {"offsets": offsets, "tap": tap} for offsets in (TURNED, GRID, ALONE) for tap in range(9)]
    hundredths = [START | {"offsets": [(y / 100, -y / 70) for y in range(-20, 70, 10)], "tap": tap} for tap in range(9)]
    thirds = START | {"input": [[1 / 3, -2 / 7, 5]] * 3, "weight": [[0.1, 1 / 3, -1e-5]] * 3, "row": 0, "column": 0}
    large = START | {"input": [[-999, 999, 0.0625]] * 3, "weight": [[-999] * 3] * 3, "row": 0, "column": 0}
    cases = [*presets, *hundredths, thirds, large, *drawn()]
    for case, (text, drawn_gradient) in zip(cases, explorer.evaluate(READ, cases), strict=True):
        parts = re.split(r"(?:^| )(?:v|∂v/∂y|∂output/∂y|∂v/∂x|∂output/∂x) = ", text)[1:]
        assert len(parts) == 5, text
        products = r"(?<=\d)  (?=\S)|(?<=\d) (?=−?[\d.]+ [+−])"  # nine of them follow
        parts[4:] = re.split(products, parts[4], maxsplit=1)
        printed = []
        for part in parts:
            left, sign, right = re.split(" ([=≈]) ", part.strip())
            assert_true(re.sub(r"\s+", " ", left), sign, right.strip())
            printed.append(right.strip())
        sampler = DeformableSampler(**{"nine": True} | case)
        slope, gradient = sampler.slope, sampler.grad_offsets[case["tap"]]
        told = [sampler.value, slope[0], gradient[0], slope[1], gradient[1], sampler.output]
        for value, words in [*zip(told, printed, strict=True), *zip(gradient, drawn_gradient, strict=True)]:
            digits = len(words.partition(".")[2])
            assert float(words.replace("−", "-")) == pytest.approx(value, abs=0.51 * 10**-digits), (case, text)


def test_no_text_lies_over_another(screen):
    screen.emulate_media(reduced_motion="reduce")
    long = {"input": [[-123.4375] * 8] * 8, "weight": [[-99.25] * 3] * 3}
    ways = [GRID, TURNED, [(2, 2)] * 9, [(-2, -2)] * 9, [(1 - a, 1 - b) for a in range(3) for b in range(3)]]
    for case in [{}, long]:
        for offsets in ways:
            for row, column in [(0, 0), (2, 2), (4, 4)]:
                change(screen, START | case | {"offsets": offsets, "row": row, "column": column, "tap": row + column})
                assert screen.evaluate(TOUCHING) == [], (case, offsets, row)


def test_keyboard(explorer):
    handle = point(explorer, 3)
    handle.focus()
    assert now(explorer, "tap") == 3
    press(explorer, "ArrowUp", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp")
    assert now(explorer, "offsets")[3] == [-0.8, 0.4]
    assert "looks at row 2.2, column 2.4" in status(explorer)
    assert handle.get_attribute("data-lm-suppress-shortcuts") == "true"
    explorer.keyboard.press("Home")
    assert now(explorer, "offsets")[3] == [0, 0]
    for _ in range(25):
        explorer.keyboard.press("ArrowLeft")
    assert now(explorer, "offsets")[3] == [0, -2]
    explorer.locator(".cnnx-window").first.focus()
    press(explorer, "ArrowDown", "End", "ArrowLeft")
    assert now(explorer, "row", "column") == (3, 3)
    explorer.get_by_role("combobox", name="Points").first.focus()
    explorer.keyboard.press("Home")
    assert now(explorer, "offsets") == [[0, 0]] * 9


def test_areas_are_drawn_to_scale(explorer):
    """Each area, in the order of the pixels, is its share of the square."""
    for tap, shares in ((1, (0.21, 0.49, 0.09, 0.21)), (5, (0.09, 0.21, 0.21, 0.49))):
        explorer.evaluate(f"window.model.set('tap', {tap})")
        sizes = "(all) => all.map((e) => e.getAttribute('width') * e.getAttribute('height'))"
        areas = np.array(explorer.locator(".cnnx-zoom").first.locator(".cnnx-area").evaluate_all(sizes))
        np.testing.assert_allclose(areas / areas.sum(), shares, atol=1e-9)


def test_touch(phone):
    swipe(phone, point(phone, 4), side(phone), -side(phone) / 2)
    assert now(phone, "tap") == 4
    assert now(phone, "offsets")[4] == pytest.approx([-0.5, 1], abs=0.101)


def test_large_numbers_and_far_points_are_drawn_within_the_page(screen):
    large = {"input": [[-123.456] * 8] * 8, "weight": [[-99.25] * 3] * 3, "row": 5, "column": 5}
    states = [START | large, START | {"offsets": [[2, 2]] * 9, "tap": 8, "row": 4, "column": 4}, START]
    screen.locator("summary").first.click()
    assert_drawn_within(screen, states, ("select:visible", "input[type=number]:visible", ".cnnx-target:visible"))


@pytest.mark.parametrize("width", [320, 290])  # in the book, a phone of 320 pixels leaves the explorer fewer
def test_nothing_sticks_out_of_a_narrow_phone(show_own, width):
    page = show_own(width=width, height=640, has_touch=True, is_mobile=True)
    for state in [START, ALONE_START, START | {"input": [[-123.456] * 8] * 8, "row": 5, "column": 5}]:
        change(page, state)
        assert page.evaluate(TOUCHING) == [], state
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state
        picture, square = [page.locator(name).first.bounding_box() for name in ("svg", ".cnnx-zoom")]
        assert square["x"] + square["width"] <= picture["x"] + picture["width"], state
