"""What a reader has under the hand stays there, on a phone and with large letters too; a change is said once."""

import re
from io import BytesIO

import numpy as np
import pytest
from explorer_checks import assert_grey_where_it_ends
from explorer_page import change, middle, status, touch
from PIL import Image

from cnnbook.widgets._bundle import _HERE, stems

PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
# What is dragged in each explorer: a part, how far, and the number of its state that then only grows or only shrinks;
# where it is not there at first, also the settings that show it.
DRAGS = {
    "activations": [("[data-grip=x] .cnnx-target", -150, 0, "x")],
    "arithmetic": [("[data-grip=size] .cnnx-target", 120, 0, "size"), (".cnnx-frame", 120, 60, "column")],
    "batch_norm": [(".cnnx-handle .cnnx-disc", 150, 0, "values.0"), ("[data-grip=beta] .cnnx-target", 60, 0, "beta")],
    "channels": [("[data-grip=c_out] .cnnx-target", 0, -90, "c_out"), ("[data-plane='output 0']", 60, 0, "column")],
    "convolution": [(".cnnx-frame", 90, 120, "row")],
    "deformable": [
        (".cnnx-point >> nth=7 >> .cnnx-target", 90, 90, "offsets.7.1"),
        (".cnnx-point >> nth=8 >> .cnnx-target", 90, 90, "offsets.8.1", {"nine": True}),
        (".cnnx-point >> nth=2 >> .cnnx-target", -60, 40, "offsets.2.0", {"nine": True}),
        ("[data-grip=zoom] rect", -60, 60, "offsets.7.1"),
    ],
    "dilated": [
        ("[data-grip=output] rect", -120, 60, "column"),
        ("[data-grip='layer 0'] .cnnx-dot", -60, 0, "dilations.0"),
    ],
    "im2col": [(".cnnx-matrix rect >> nth=0", 30, 90, "row"), (".cnnx-reach rect", 60, 60, "row")],
    "pooling": [(".cnnx-frame", 120, 120, "row")],
    "receptive_field": [("[data-grip=unit] rect", -160, 0, "column"), ("[data-grip^=size]", 90, 0, "size")],
    "residual": [(".cnnx-gain .cnnx-target", 0, -60, "gain"), ("[data-column='15']", -200, 0, "block")],
    "transposed": [(".cnnx-frame", 120, 120, "row")],
}
NUMBER_AND_PLACE = """(picture, path) => {
  const { left, top } = picture.getBoundingClientRect();
  const number = path.split(".").reduce((value, part) => value[part], window.saved);
  return [number, [left, top, scrollX, scrollY].map(Math.round)];
}"""
# Whether a finger takes hold at once of what it presses, and so may not scroll: a small part, or a sheet to draw on.
# The browser says what is pressed: a finger is wide, and may press what it only comes near to.
HEAR_PRESSES = """() => addEventListener("pointerdown", ({ target }) => {
  const { width, height } = (target.closest("[data-grip], [tabindex]") ?? document.body).getBoundingClientRect();
  window.isHandle = Math.max(width, height) <= 48 || !!target.closest(".cnnx-pad");
}, true)"""


def is_monotone(values):
    values = list(values)
    return values == sorted(values) or values == sorted(values, reverse=True)


def with_drags():
    return [pytest.param(stem, drag, id=f"{stem}-{drag[3]}") for stem, drags in DRAGS.items() for drag in drags]


def test_every_explorer_that_is_dragged_is_tried():
    assert set(DRAGS) == {stem for stem in stems() if "  drag(" in (_HERE / f"{stem}.js").read_text(encoding="utf-8")}


@pytest.mark.parametrize(("stem", "dragged"), with_drags())
def test_a_drag_goes_one_way_and_the_picture_stays(show_first, stem, dragged):
    page, (target, right, down, path, *settings) = show_first(stem, width=640, height=1400), dragged
    for setting in settings:
        change(page, setting)
    x, y = middle(page.locator(target).first)
    picture = page.locator(".cnnx-picture").first
    page.mouse.move(x, y)
    page.mouse.down()
    seen, steps = [picture.evaluate(NUMBER_AND_PLACE, path)], 40
    for step in range(1, steps + 1):
        page.mouse.move(x + right * step / steps, y + down * step / steps)
        seen.append(picture.evaluate(NUMBER_AND_PLACE, path))
    page.mouse.up()
    values, places = zip(*seen, strict=True)
    assert [place for place in places if place != places[0]] == []
    assert len(set(values)) > 1
    assert is_monotone(values), values


@pytest.mark.hands
@pytest.mark.parametrize("stem", stems())
def test_the_buttons_of_sliders_are_grey_where_they_end(show_first, stem):
    assert_grey_where_it_ends(show_first(stem))


@pytest.mark.hands
@pytest.mark.parametrize("stem", stems())
def test_what_is_pressed_stays_under_the_pointer(show_first, stem):
    """Sliders from end to end, buttons pressed again: the picture may grow above them, and texts wrap."""
    page = show_first(stem, width=640, height=700)
    first = page.locator(".cnnx").first
    for slider in first.locator("input[type=range]:visible").all():
        slider.evaluate("(e) => e.scrollIntoView({ block: 'center' })")
        box = slider.bounding_box()
        page.mouse.move(box["x"] + 4, box["y"] + box["height"] / 2)
        page.mouse.down()
        values = []
        for step in range(11):
            page.mouse.move(box["x"] + 4 + (box["width"] - 8) * step / 10, box["y"] + box["height"] / 2)
            values.append(float(slider.input_value()))
            assert slider.bounding_box()["y"] == pytest.approx(box["y"], abs=1.5)
        page.mouse.up()
        assert is_monotone(values), values
        assert len(set(values)) > 1
    for button in first.locator(".cnnx-controls button:visible, .cnnx-tools button:visible").all():
        button.evaluate("(e) => e.scrollIntoView({ block: 'center' })")
        x, y = middle(button)
        for _ in range(3):
            page.mouse.click(x, y)
            assert middle(button)[1] == pytest.approx(y, abs=1.5)


@pytest.mark.hands
@pytest.mark.parametrize("stem", stems())
def test_a_finger_that_swipes_up_scrolls_the_page(show_first, stem):
    page = show_first(stem, **PHONE)
    page.evaluate("document.body.style.padding = '100vh 0'")
    page.evaluate(HEAR_PRESSES)
    page.evaluate("window.setTimeout = () => 0")  # a slow machine must not take the swipe for a finger that rests
    box = page.locator(".cnnx").first.bounding_box()
    top, height = box["y"] + page.evaluate("scrollY"), box["height"]
    before, handles, trapped = page.evaluate("JSON.stringify(window.saved)"), 0, []
    for down in range(5):
        for x in (40, 200, 350):
            at = top + height * (down + 0.5) / 5
            page.evaluate(f"scrollTo({{ top: {at - 420}, behavior: 'instant' }})")
            page.wait_for_timeout(100)  # for what the last swipe set in motion
            start = page.evaluate("scrollY")
            touch(page, x, 420, 0, -150)
            page.wait_for_timeout(60)
            scrolled, after = page.evaluate("scrollY") - start, page.evaluate("JSON.stringify(window.saved)")
            if page.evaluate("window.isHandle"):
                handles += 1
            elif scrolled < 60 or after != before:
                trapped.append((x, down, scrolled, after != before))
            before = after
    assert trapped == []
    assert handles <= (3 if stem != "lenet" else 9)


@pytest.mark.parametrize("stem", stems())
def test_nothing_sticks_out_on_a_phone(show_first, stem):
    page = show_first(stem, **PHONE)
    said = page.locator(".cnnx-live").first.evaluate("(e) => e.getBoundingClientRect().bottom")
    for target, *_, last in DRAGS.get(stem, []):
        if isinstance(last, str):  # it is there at first: it and what is said of it are on one screen
            top = page.locator(target).first.evaluate("(e) => e.getBoundingClientRect().top")
            assert said - top < PHONE["height"], (target, said - top)
    page.evaluate("document.querySelectorAll('.cnnx details').forEach((e) => (e.open = true))")
    for width in (320, 360, 390):
        page.set_viewport_size({**page.viewport_size, "width": width})
        for size, pixels in [("100%", 15), ("200%", 30)]:
            page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
            page.wait_for_timeout(150)
            assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('.cnnx')).fontSize)") == pixels
            assert page.evaluate(OUTSIDE) == [], (width, size)
        assert page.evaluate(OVERLAPS) == [], width


# Controls, texts and formulas that go beyond the screen, or beyond their box.
OUTSIDE = """[...document.querySelectorAll(
    ".cnnx :is(button, input, select, label, p, .cnnx-name, .cnnx-formula > span, strong)")]
  .filter((e) => e.checkVisibility() && !e.matches(".cnnx-heard, .visually-hidden"))
  .map((e) => [e.className || e.tagName, e.textContent, Math.round(e.getBoundingClientRect().right)])
  .filter(([, , right]) => right > innerWidth)"""
# Pairs of them that cover each other.
OVERLAPS = """(() => {
  const root = document.querySelector(".cnnx");
  root.classList.remove("cnnx-seen"); // controls that stick to the foot of the screen cover the picture
  const parts = [...root.querySelectorAll(":scope > p, .cnnx-name, .cnnx-toggle, .cnnx-formula > span," +
    ":is(.cnnx-controls, .cnnx-tools) :is(button, input, select)")]
    .filter((e) => e.checkVisibility() && !e.matches(".cnnx-heard, .visually-hidden"));
  const boxes = parts.map((e) => e.getBoundingClientRect());
  const shared = (a, b, from, to) => Math.min(a[to], b[to]) - Math.max(a[from], b[from]) > 1;
  const over = (a, b) => shared(a, b, "left", "right") && shared(a, b, "top", "bottom");
  return parts.flatMap((a, i) => parts.slice(i + 1).flatMap((b, j) =>
    over(boxes[i], boxes[i + 1 + j]) && !a.contains(b) ? [[a.outerHTML.slice(0, 80), b.outerHTML.slice(0, 80)]] : []));
})()"""


@pytest.mark.parametrize("stem", stems())
def test_the_picture_comes_first_and_the_controls_after_it(show_first, stem):
    page = show_first(stem)
    kinds = page.locator(".cnnx").first.evaluate("(e) => [...e.children].map((part) => part.className)")
    order = ["picture", "tools|choice", "controls", "grids|sums", "formula", "live", "heard"]
    found = [next((i for i, kind in enumerate(order) if re.search(f"cnnx-({kind})", one)), len(order)) for one in kinds]
    assert found == sorted(found), kinds
    assert found[0] == 0


@pytest.mark.parametrize("stem", stems())
def test_a_change_is_said_once(show_first, stem):
    """Also one that takes many steps, as a drag does. What is shown is never behind."""
    page = show_first(stem)
    first = page.locator(".cnnx").first
    regions = first.locator("[role=status], [role=alert], [role=log], [aria-live]:not([aria-live=off]), output")
    assert regions.count() == 1
    page.evaluate("""() => {
      const region = document.querySelector(".cnnx [role=status]");
      window.heard = [];
      const hear = new MutationObserver(() => heard.push(region.textContent));
      hear.observe(region, { childList: true, characterData: true, subtree: true });
    }""")
    steps, before = SAID.get(stem) or [{"row": 1}, {"row": 2}], status(page)
    for step in steps:
        change(page, step)
    shown = first.locator(".cnnx-live").inner_text()
    assert shown != before, "put two changes that it says into SAID"
    page.wait_for_function("window.heard.length")
    page.wait_for_timeout(700)
    assert [re.sub(r"\s+", " ", said) for said in page.evaluate("window.heard")] == [re.sub(r"\s+", " ", shown)]


SAID = {
    "activations": [{"x": 0.5}, {"x": 1.5}, {"x": 2.5}],
    "architecture": [{"layers": ["conv1", "conv1"]}, {"layers": ["conv2", "conv2"]}],
    "batch_norm": [{"gamma": 2}, {"gamma": 3}],
    "deformable": [{"tap": 4}, {"tap": 5}],
    "lenet": [{"digit": "hard_eight"}, {"layer": "F6"}],
    "networks": [{"chosen": "vgg16"}, {"family": "vgg"}],
    "receptive_field": [{"row": 3}, {"row": 4}],
    "residual": [{"block": 4}, {"block": 5}],
    "transposed": [{"row": 1}, {"row": 3}],
}
SPOKEN = {  # how the formula begins; commas stand where one takes a breath
    "activations": "f, open bracket, 1, close bracket, equals 1 over, open bracket, 1 plus e to the minus 1, close ",
    "arithmetic": "output equals round down, open bracket, open bracket, n plus 2 p minus d, open bracket, k minus 1, ",
    "batch_norm": "y equals γ times, open bracket, x minus μ, close bracket, over, open bracket, the root of, open ",
    "channels": "weights equals C out times, open bracket, C in, close bracket, over g times k times k equals 6 ",
    "dilated": "1 plus 2 times, open bracket, 1 plus 2 plus 4, close bracket, equals 15",
}


@pytest.mark.parametrize("stem", SPOKEN)
def test_a_formula_is_read_in_words(show_first, stem):
    page = show_first(stem)
    sum_ = page.locator(".cnnx-formula").first
    assert sum_.get_attribute("role") == "img"
    assert sum_.get_attribute("aria-label").startswith(SPOKEN[stem])


@pytest.mark.parametrize("stem", stems())
def test_no_sign_is_left_to_the_screen_reader(show_first, stem):
    for label in show_first(stem).locator(".cnnx-formula").evaluate_all("(all) => all.map((e) => e.ariaLabel)"):
        assert re.search(r"[+−·×=/()<>≤≥√′]", label) is None, label


def brightness(colour):
    return sum(map(int, re.findall(r"\d+", colour)[:3]))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_keep_tracks_and_labels(show_first, scheme):
    page = show_first("arithmetic", forced_colors="active", color_scheme=scheme)
    slider = page.locator("input[type=range]").first
    pixels = np.asarray(Image.open(BytesIO(slider.screenshot())).convert("L")).astype(int)
    middle_row, paper = pixels[len(pixels) // 2], pixels[1, 1]
    assert (abs(middle_row - paper) > 60).mean() > 0.8  # the track, from end to end
    ink, paper = page.evaluate("""() => [[".cnnx-start", "fill"], [".cnnx-picture", "background-color"]].map(
      ([part, name]) => getComputedStyle(document.querySelector(`.cnnx ${part}`)).getPropertyValue(name))""")
    assert abs(brightness(ink) - brightness(paper)) > 400


def test_dark_prints_light_and_whole(show_first):
    page = show_first("arithmetic", color_scheme="dark")
    names = "['background-color', 'break-inside']"
    look = f"{names}.map((name) => getComputedStyle(document.querySelector('.cnnx')).getPropertyValue(name))"
    assert page.evaluate(look) == ["rgb(20, 24, 30)", "auto"]
    for theme in ("", "document.documentElement.dataset.theme = 'dark'"):
        page.evaluate(theme or "0")
        page.emulate_media(media="print")
        assert page.evaluate(look) == ["rgb(255, 255, 255)", "avoid"]
        page.emulate_media(media="screen")
