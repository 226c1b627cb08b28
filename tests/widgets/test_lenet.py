"""The LeNet explorer: its weights in the page, what it computes in JavaScript, and in the browser."""

import json
import re
from base64 import b64decode, b64encode

import numpy as np
import pytest
import torch
from explorer_checks import assert_drawn_within, assert_written
from explorer_page import change, drag, has_focus, now, press, status, swipe
from letters import TOUCHING

from cnnbook import datasets, labs
from cnnbook.models import lenet5
from cnnbook.profile import profile
from cnnbook.training.records import record_path
from cnnbook.widgets import LeNetExplorer
from cnnbook.widgets._bundle import words
from cnnbook.widgets.lenet import LAYERS, digits, network, pack

NAMES = ("network", "digits", "drawing", "gradient", "layer", "channel", "row", "column")
START = {name: getattr(LeNetExplorer(), name) for name in NAMES}
BLANK = b64encode(bytes(784)).decode()
HARD = {"hard_zero": 0, "hard_six": 6, "hard_eight": 8, "hard_nine": 9}


def stored():
    with np.load(record_path("lenet_mnist", suffix=".npz")) as file:
        return {name.removeprefix("1."): file[name] for name in file.files}


def drawings():
    """The ready-made digits, real ones, random lines of the pen's thickness, noise, and the extremes."""
    random = np.random.default_rng(0)
    lines = np.zeros((12, 28, 28), np.uint8)
    for image in lines:
        for _ in range(3):
            (y0, x0), (y1, x1) = random.uniform(3, 25, (2, 2))
            for along in np.linspace(0, 1, 60):
                y, x = int(y0 + along * (y1 - y0)), int(x0 + along * (x1 - x0))
                image[y : y + 2, x : x + 2] = random.integers(120, 256)
    real = datasets.load("mnist_sample", "test").images[:40, 0]
    noise = random.integers(0, 256, (12, 28, 28), dtype=np.uint8)
    extremes = [np.full((28, 28), byte, np.uint8) for byte in (0, 255)]
    return np.stack([*digits().values(), *real, *lines, *noise, *extremes])


def text(image):
    return b64encode(image.tobytes()).decode()


# In Python


def test_the_page_holds_the_weights_of_the_record_without_loss(run_module):
    sent, kept = START["network"], stored()
    line = """Object.fromEntries(Object.entries(m.prepare(d).layers).filter(([, { weights }]) => weights)
      .map(([name, { weight, bias }]) => [name, [[...weight], [...bias]]]))"""
    answer = run_module("lenet", line, sent)
    assert set(answer) == {"C1", "C3", "C5", "F6", "output"}
    for name, arrays in answer.items():
        for numbers, part in zip(arrays, ("weight", "bias"), strict=True):
            assert np.array_equal(numbers, kept[f"{name}.{part}"].ravel().astype(float)), (name, part)
    assert (sent["mean"], sent["std"]) == (float(kept["0.mean"].item()), float(kept["0.std"].item()))


def test_the_weights_weigh_less_than_150_kilobytes():
    assert len(json.dumps(START["network"]).encode()) < 150_000


def test_all_kinds_of_float16_come_through(run_module):
    numbers = np.array([0, -0.0, 1, -1.5, 6e-8, -6e-5, 6.2e-5, 65504, 0.1, 0.1, 0.1], np.float16)
    assert run_module("lenet", "[...m.unpack(d)]", pack(numbers)) == numbers.astype(float).tolist()
    assert run_module("lenet", "[...m.unpack(d)]", pack(np.full((2, 3), -0.3, np.float16))) == [-0.300048828125] * 6


def test_units_see_what_the_profile_says():
    rows = {row.name.rpartition(".")[2]: row for row in profile(lenet5(), (1, 32, 32))}
    for layer in LAYERS.values():
        row = rows[layer.module]
        assert row.output_shape == ((layer.maps, layer.side, layer.side) if layer.module[0] in "CS" else (layer.maps,))
        if row.receptive_field is not None:  # C5 sees everything; from the flattened maps on nothing has a position
            assert row.receptive_field == layer.field, row.name


def test_a_change_outside_of_what_a_unit_sees_changes_nothing():
    """And each of the four edges of the square counts."""
    random, image = np.random.default_rng(1), np.full((28, 28), 90, np.uint8)
    standardise, lenet = network()
    for name in ("C1", "S2", "C3", "S4"):
        layer = LAYERS[name]
        at = tuple(random.integers(1, layer.side - 1, 2)) if layer.side > 5 else (2, 1)
        x = standardise(torch.from_numpy(image)[None, None]).requires_grad_()
        found = x
        for module_name, module in lenet.named_children():
            found = module(found)
            if module_name == layer.module:
                break
        found[0, :, at[0], at[1]].square().sum().backward()
        rows, columns = (np.flatnonzero(x.grad[0, 0].abs().sum(axis).numpy()) for axis in (1, 0))
        for seen, place in ((rows, at[0]), (columns, at[1])):
            start = place * layer.jump
            assert (seen[0], seen[-1]) == (start, start + layer.field - 1), name


def test_hard_digits_are_misread_and_the_others_are_not():
    images, labels = labs.load("lenet_mnist").record().hard_images()
    known = {image.tobytes(): label for image, (label, _) in zip(images, labels, strict=True)}
    assert list(LeNetExplorer().digits) == ["three", "four", "seven", *HARD]
    for name, label in HARD.items():
        explorer = LeNetExplorer(name)
        assert known[explorer.image.tobytes()] == label
        assert explorer.answer != label, name
    for name, label in {"three": 3, "four": 4, "seven": 7}.items():
        assert LeNetExplorer(name).answer == label
    assert set(START["digits"]) <= set(words("lenet"))


def test_a_drawing_of_ones_own():
    image = datasets.load("mnist_sample", "test").images[6, 0]
    explorer = LeNetExplorer(image)
    assert explorer.digit == image.tolist()
    assert explorer.answer == 6
    assert repr(eval(repr(explorer))) == repr(explorer)
    explorer.digit = "seven"
    assert explorer.digit == "seven"
    assert np.array_equal(explorer.image, digits()["seven"])
    explorer.layer, explorer.channel = "C5", 119
    explorer.layer = "S2"  # of six maps
    assert (explorer.channel, explorer.row, explorer.column) == (5, 0, 0)


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"digit": "eleven"}, ValueError, "digit 'eleven' is unknown: use one of three, four, seven, hard_zero"),
        ({"digit": [[0] * 28] * 27}, ValueError, "digit has the shape (27, 28): use (28, 28), or one of three"),
        ({"digit": [[0] * 28, [0]]}, ValueError, "digit has the shape list: use (28, 28)"),
        ({"digit": None}, ValueError, "digit has the shape (): use (28, 28)"),
        ({"digit": np.zeros((28, 28))}, TypeError, "digit must hold whole numbers, got float64: use numbers from 0 to"),
        ({"digit": np.full((28, 28), 256)}, ValueError, "digit holds 256 to 256: use numbers from 0, paper, to 255"),
        ({"digit": np.full((28, 28), -1)}, ValueError, "digit holds -1 to -1: use numbers from 0"),
        ({"layer": "C2"}, ValueError, "layer 'C2' is unknown: use one of C1, S2, C3, S4, C5, F6, output"),
        ({"channel": 16}, ValueError, "channel 16 is not in the layer of 16: use channel <= 15"),
        ({"row": 10}, ValueError, "row 10 is not in the map of 10: use row <= 9"),
        ({"layer": "F6", "column": 1}, ValueError, "column 1 is not in the map of 1: use column <= 0"),
        ({"channel": 1.0}, TypeError, "channel must be an integer, got 1.0"),
    ],
)
def test_bad_settings_are_refused(options, error, told):
    with pytest.raises(error, match=re.escape(told)):
        LeNetExplorer(**options)


@pytest.mark.parametrize("value", ["", "AAAA", "no base64", 7, None, BLANK + "AAAA"])
def test_a_drawing_of_another_size_is_refused(value):
    explorer = LeNetExplorer()
    with pytest.raises(ValueError, match=r"drawing must be 784 bytes in base64, got .*: set `digit` instead"):
        explorer.drawing = value
    assert explorer.drawing == START["drawing"]


# In JavaScript


def test_javascript_computes_what_the_package_computes(run_module):
    """All units of all layers, within float32: PyTorch adds in float32, JavaScript in float64."""
    images = drawings()
    line = """d.drawings.map((text) => {
      const found = m.read(m.decode(text), m.prepare(d.network));
      return Object.keys(m.LAYERS).map((layer) => [...found[layer]]).concat([[...found.chances]]);
    })"""
    answers = run_module("lenet", line, {"network": START["network"], "drawings": [text(image) for image in images]})
    read_as = set()
    for image, answer in zip(images, answers, strict=True):
        expected = LeNetExplorer(image).maps
        *layers, chances = answer
        for (name, maps), values in zip(expected.items(), layers, strict=True):
            np.testing.assert_allclose(values, maps.ravel(), rtol=2e-5, atol=2e-5, err_msg=name)
        softmax = torch.softmax(torch.from_numpy(expected["output"]).double(), 0).numpy()
        np.testing.assert_allclose(chances, softmax, rtol=1e-4, atol=1e-6)
        assert np.argmax(chances) == expected["output"].argmax()
        read_as.add(int(np.argmax(chances)))
    assert read_as == set(range(10))


def test_the_text_is_that_of_python(run_module):
    places = [("C1", 5, 0, 27), ("S2", 2, 13, 0), ("C3", 15, 9, 9), ("C3", 8, 4, 5), ("S4", 0, 0, 0)]
    places += [("C5", 119, 0, 0), ("F6", 83, 0, 0), ("output", 4, 0, 0)]
    explorers = [
        LeNetExplorer(digit, layer=layer, channel=channel, row=row, column=column)
        for digit in START["digits"]
        for layer, channel, row, column in places
    ]
    explorers += [LeNetExplorer(image, gradient=True) for image in drawings()[::9]]
    states = [{name: getattr(one, name) for name in NAMES[2:]} for one in explorers]
    line = """d.states.map((state) => {
      const [pixels, net] = [m.decode(state.drawing), (d.net ??= m.prepare(d.network))], found = m.read(pixels, net);
      const lead = state.gradient ? ` ${m.describeLead(pixels, found, m.gradient(found, net), t)}` : "";
      return m.describe(state, found, t) + lead;
    })"""
    told = run_module("lenet", line, {"network": START["network"], "states": states})
    assert told == [one.summary() for one in explorers]
    for one in told:
        assert_written(one)


def inputs_of(explorer, layer):
    """Maps that a layer reads, of shape (C, H, W), and its module of PyTorch; float64, since JavaScript adds so too."""
    names = ["input", *LAYERS]
    source = names[names.index(layer) - 1]
    if source == "input":
        standardise, _ = network()
        return standardise(torch.from_numpy(explorer.image.copy())[None, None])[0].double(), network()[1].C1
    maps = torch.from_numpy(explorer.maps[source]).double()
    return maps.reshape(LAYERS[source].maps, LAYERS[source].side, -1), getattr(network()[1], layer)


UNITS = [
    *[("C1", 5, 0, 27), ("C1", 1, 14, 9), ("S2", 3, 13, 0), ("S2", 0, 7, 7), ("C3", 15, 9, 9), ("C3", 8, 4, 5)],
    *[("S4", 0, 0, 0), ("S4", 11, 2, 3), ("C5", 119, 0, 0), ("C5", 7, 0, 0), ("F6", 83, 0, 0), ("output", 4, 0, 0)],
]


def used_by(run_module, explorers):
    """What JavaScript says of the UNITS: what they read, their weights, their sums; and the sentence."""
    line = """d.drawings.map((drawing) => {
      const net = (d.net ??= m.prepare(d.network)), found = m.read(m.decode(drawing), net);
      return d.units.map(([layer, channel, row, column]) => {
        const unit = { layer, channel, row, column }, used = m.uses(unit, found, net);
        const shades = used.shown.map(({ taps }) => taps.map(([input]) => used.share(input)));
        return { ...used, shades, told: m.describeUses(unit, used, t) };
      });
    })"""
    given = {"network": START["network"], "drawings": [one.drawing for one in explorers], "units": UNITS}
    return run_module("lenet", line, given)


def test_a_unit_multiplies_what_pytorch_multiplies(run_module):
    explorers = [LeNetExplorer(image) for image in drawings()[[0, 3, 20, -1]]]
    for explorer, answers in zip(explorers, used_by(run_module, explorers), strict=True):
        for (layer, channel, row, column), found in zip(UNITS, answers, strict=True):
            maps, module = inputs_of(explorer, layer)
            if layer[0] == "S":
                products = maps[channel, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2][None] / 4
                weights, bias, numbers = torch.full((1, 2, 2), 0.25), 0, [channel]
            else:
                weight = module.weight.detach().double()
                weights = weight[channel].reshape(len(maps), -1, weight.shape[-1] if weight.dim() == 4 else 1)
                window = maps[:, row : row + weights.shape[1], column : column + weights.shape[2]]
                products, bias, numbers = window * weights, module.bias[channel].item(), range(len(maps))
            sums = products.sum((1, 2))
            assert found["count"] == products.numel()
            assert found["sum"] == pytest.approx(sums.sum().item(), abs=3e-5)
            assert found["bias"] == pytest.approx(bias, abs=1e-9)
            value = explorer.maps[layer].reshape(-1, LAYERS[layer].side, LAYERS[layer].side)[channel, row, column]
            together = found["sum"] + found["bias"]
            squashes = layer in ("C1", "C3", "C5", "F6")
            assert (np.tanh(together) if squashes else together) == pytest.approx(value, abs=3e-5)
            shown = [part["map"] for part in found["shown"]]
            if layer in ("F6", "output"):  # the eight that count most
                assert shown == sums.abs().argsort(descending=True)[:8].tolist()
            else:
                assert shown == [*numbers]
            for part in found["shown"]:
                place = part["map"] if len(weights) > 1 else 0
                assert part["sum"] == pytest.approx(sums[place].item(), abs=3e-5)
                assert [weight for _, weight in part["taps"]] == weights[place].ravel().tolist()
                taken = [value * weight for value, weight in part["taps"]]
                np.testing.assert_allclose(taken, products[place].ravel(), rtol=2e-5, atol=2e-5)
            shades = np.array(found["shades"])
            assert (shades >= 0).all()
            assert (shades <= 1).all()
            if layer == "C1":  # the pixels, of which those in the padding are paper
                field = np.pad(explorer.image, 2)[row : row + 5, column : column + 5]
                np.testing.assert_allclose(shades.reshape(5, 5), field / 255, atol=1e-6)


def test_printed_sums_are_true(run_module):
    explorers = [LeNetExplorer(image) for image in drawings()[::4]]
    for answers in used_by(run_module, explorers):
        for (layer, *_), found in zip(UNITS, answers, strict=True):
            assert_written(found["told"])
            left, sign, right = re.search(r"(?:: )(.+) ([=≈]) (.+)\.$", found["told"]).groups()
            value = eval(left.replace("−", "-"), {"tanh": np.tanh})
            places = len(right.partition(".")[2])
            assert abs(value - float(right.replace("−", "-"))) <= (0.5000001 * 10**-places if sign == "≈" else 1e-9)
            assert ("tanh" in left) == (layer in ("C1", "C3", "C5", "F6"))


def test_the_gradient_is_that_of_autograd(run_module):
    explorers = [LeNetExplorer(image) for image in drawings()[::4]]
    line = """d.drawings.map((text) => {
      const net = (d.net ??= m.prepare(d.network));
      return [...m.gradient(m.read(m.decode(text), net), net)];
    })"""
    found = run_module("lenet", line, {"network": START["network"], "drawings": [one.drawing for one in explorers]})
    for explorer, slopes in zip(explorers, found, strict=True):
        expected = explorer.slopes
        assert np.abs(expected).max() > 1e-3
        np.testing.assert_allclose(np.reshape(slopes, (28, 28)), expected, rtol=1e-3, atol=2e-5)


def test_a_small_step_changes_the_lead_as_the_gradient_says():
    explorer = LeNetExplorer("four")
    slopes, before = explorer.slopes, np.sort(explorer.maps["output"])
    row, column = np.unravel_index(slopes.argmax(), slopes.shape)
    image = explorer.image.copy()
    image[row, column] = min(255, image[row, column] + 4)
    after = np.sort(LeNetExplorer(image).maps["output"])
    step = (int(image[row, column]) - int(explorer.image[row, column])) / 255
    assert step > 0
    assert (after[-1] - after[-2]) - (before[-1] - before[-2]) == pytest.approx(step * slopes[row, column], rel=0.2)


def answers(images):
    """What PyTorch reads, one digit an image."""
    with torch.no_grad():
        return network()(torch.from_numpy(np.stack(images))[:, None]).argmax(1).tolist()


def erased(image):
    """The drawings on the way: pixel after pixel goes where the gradient of PyTorch says."""
    way, answer = [], answers([image])[0]
    while answers([image])[0] == answer:
        ink = torch.tensor(image / 255, dtype=torch.float32, requires_grad=True)
        first, second = network()(255 * ink[None, None])[0].topk(2).values
        falls = (torch.autograd.grad(first - second, ink)[0] * ink).detach()
        if falls.max() <= 0:
            break
        image = image.copy()
        image.flat[int(falls.argmax())] = 0
        way.append(image)
    return way


def test_ink_is_erased_where_autograd_says(run_module):
    images = [digits()["three"], digits()["hard_eight"], drawings()[12], np.zeros((28, 28), np.uint8)]
    line = """d.drawings.map((text) =>
      [...m.erasures(m.decode(text), (d.net ??= m.prepare(d.network)))].map((one) => [...one]))"""
    ways = run_module("lenet", line, {"network": START["network"], "drawings": [text(image) for image in images]})
    for image, way in zip(images, ways, strict=True):
        expected = erased(image)
        assert np.array_equal(np.reshape(way, (-1, 28, 28)), np.reshape(expected, (-1, 28, 28)))
        assert answers([image])[0] not in answers(expected[-1:] or [255 - image])  # paper has no ink to erase
    assert 0 < len(ways[0]) < 20  # of the 182 pixels of the 3
    assert ways[-1] == []


def test_a_goal_is_reached_by_ink_beside_a_hard_digit(run_module):
    """In JavaScript as in Python: strokes of all kinds, those that touch the digit among them."""
    random, cases = np.random.default_rng(1), []
    for name in digits():
        for _ in range(60):
            strokes = [random.uniform(0, 28, 2) for _ in range(2)]
            cases.append((name, [point.tolist() for point in strokes]))
        cases.append((name, [[-5, -5], [-5, -5]]))  # nothing changes
    line = """d.cases.map(([name, [from, to]]) => {
      const net = (d.net ??= m.prepare(d.network)), bases = Object.values(d.digits).map(m.decode);
      const pixels = m.stroke(m.decode(d.digits[name]), from, to, false), found = m.read(pixels, net);
      return [[...pixels], m.discover(pixels, found, bases, net)];
    })"""
    given = {"network": START["network"], "digits": START["digits"], "cases": cases}
    told, reached = run_module("lenet", line, given), set()
    images = [np.array(pixels, np.uint8).reshape(28, 28) for pixels, _ in told]
    befores = dict(zip(digits(), answers([*digits().values()]), strict=True))
    for (name, _), (_, found), image, after in zip(cases, told, images, answers(images), strict=True):
        base, before = digits()[name], befores[name]
        ink = np.pad(base > 0, 1)
        near = np.any([ink[i : i + 28, j : j + 28] for i in range(3) for j in range(3)], axis=0)
        changed = image != base
        if (changed & near).any() or before == after:
            assert found is None, name
        else:
            assert found == {"before": before, "first": after, "count": changed.sum()}
            reached.add(name)
    assert {"hard_zero", "hard_eight"} <= reached


def test_what_is_drawn_in_python_and_in_the_page_is_one_layer_table(run_module):
    found = run_module("lenet", "Object.entries(m.LAYERS)", None)
    assert [name for name, _ in found] == list(LAYERS)
    for name, layer in found:
        told = (layer["maps"], layer["side"], layer["field"], layer["jump"])
        assert told == (LAYERS[name].maps, LAYERS[name].side, LAYERS[name].field, LAYERS[name].jump)


def test_the_pen_leaves_ink_along_a_line_and_the_eraser_takes_it(run_module):
    line = """(() => {
      const drawn = m.stroke(new Uint8Array(784), [5.5, 10.5], [20.5, 10.5], false);
      const more = m.stroke(drawn, [5.5, 10.5], [5.5, 10.5], false);
      const less = m.stroke(drawn, [12.5, 10.5], [12.5, 10.5], true);
      const dot = m.stroke(new Uint8Array(784), [-2, -2], [-2, -2], false);
      return [drawn, more, less, dot].map((one) => [...one]);
    })()"""
    drawn, more, less, dot = (np.array(one).reshape(28, 28) for one in run_module("lenet", line, None))
    assert (drawn[10, 5:21] == 255).all()
    assert (drawn[[9, 11], 5:21] == 179).all()  # a pixel from the middle, of a pen of 1.7: 255 * 0.7
    assert drawn[:9].sum() == drawn[12:].sum() == drawn[:, :4].sum() == drawn[:, 22:].sum() == 0
    assert np.array_equal(more, drawn)
    assert less[10, 9:13].tolist() == [255, 76, 0, 0]  # the eraser is a pixel wider: 255 * 0.3
    assert dot.sum() == 0  # in the padding


# In the browser


def pad(page):
    return page.locator(".cnnx-pad").first


def pixels(page):
    return np.frombuffer(b64decode(now(page, "drawing")), np.uint8).reshape(28, 28)


def inked(page, layer):
    """The bytes of a canvas: what is seen of it."""
    return page.locator(f".cnnx canvas[data-layer={layer}]").first.evaluate("(e) => e.toDataURL()")


def unit_at(page, layer, x, y):
    """A place on a layer's canvas, in units of its maps' pixels."""
    box = page.locator(f".cnnx canvas[data-layer={layer}]").first
    scale = box.evaluate("(e) => e.getBoundingClientRect().width / e.width")
    return box, {"x": (x + 0.5) * scale, "y": (y + 0.5) * scale}


def test_a_mouse_draws_and_everything_follows(explorer):
    explorer.get_by_role("button", name="Clear").first.click()
    assert now(explorer, "drawing") == BLANK
    assert explorer.get_by_role("combobox", name="Digit").first.input_value() == "own"
    before = [inked(explorer, layer) for layer in ("C1", "S2", "C3", "S4", "C5", "F6")]
    side = pad(explorer).bounding_box()["width"]
    drag(explorer, pad(explorer), 0, side / 3)
    drawn = pixels(explorer)
    assert (drawn[14:24, 13:15] > 200).all()
    assert drawn[:12].sum() == 0
    after = [inked(explorer, layer) for layer in ("C1", "S2", "C3", "S4", "C5", "F6")]
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert status(explorer).startswith(LeNetExplorer(drawn).summary().partition(".")[0])
    explorer.get_by_role("checkbox", name="Erase").first.check()
    drag(explorer, pad(explorer), 0, side / 3)
    assert now(explorer, "drawing") == BLANK


@pytest.mark.parametrize("way", ["right", "down"])
def test_a_finger_draws(phone, way):
    phone.get_by_role("button", name="Clear").first.tap()
    swipe(phone, pad(phone), **{way: 60})
    drawn = pixels(phone) if way == "right" else pixels(phone).T
    assert (drawn[14, 14:19] > 200).all()
    assert drawn[:11].sum() == 0


def test_a_pen_draws(explorer):
    explorer.get_by_role("button", name="Clear").first.click()
    pad(explorer).scroll_into_view_if_needed()
    box, session = pad(explorer).bounding_box(), explorer.context.new_cdp_session(explorer)
    for kind, moved in [("mousePressed", 0), ("mouseMoved", 40), ("mouseReleased", 40)]:
        session.send("Input.dispatchMouseEvent", {
            "type": kind, "pointerType": "pen", "button": "left", "buttons": 1, "clickCount": 1, "force": 0.5,
            "x": box["x"] + box["width"] / 2 + moved, "y": box["y"] + box["height"] / 2,
        })  # fmt: skip
    assert (pixels(explorer)[14, 14:18] > 200).all()


def test_the_keyboard_draws(explorer):
    explorer.get_by_role("button", name="Clear").first.click()
    sheet = explorer.get_by_role("application", name="Drawing").first
    sheet.focus()
    assert sheet.get_attribute("data-lm-suppress-shortcuts") == "true"
    press(explorer, "ArrowUp", "ArrowUp")
    assert now(explorer, "drawing") == BLANK
    assert status(explorer).startswith("Pen up at row 12, column 14. It reads a ")
    press(explorer, " ", "ArrowRight", "ArrowRight", "ArrowRight", " ", "ArrowDown", "ArrowDown")
    drawn = pixels(explorer)
    assert (drawn[12, 14:18] == 255).all()
    assert drawn[15:].sum() == 0
    assert has_focus(sheet)
    press(explorer, "Delete")
    assert now(explorer, "drawing") == BLANK


def test_a_preset_is_drawn_and_read(explorer):
    listed = explorer.get_by_role("combobox", name="Digit").first
    for name in START["digits"]:
        listed.select_option(name)
        assert now(explorer, "drawing") == START["digits"][name]
        bars = explorer.locator(".cnnx-outputs").first.locator(".cnnx-row")
        told = bars.evaluate_all("(all) => all.findIndex((e) => e.classList.contains('cnnx-first'))")
        assert told == LeNetExplorer(name).answer


def test_pointing_at_a_unit_shows_its_square_and_a_click_keeps_it(explorer):
    told = explorer.locator(".cnnx-told").first
    canvas, place = unit_at(explorer, "C1", 29 + 7, 4)  # the second map
    canvas.hover(position=place)
    assert "C1, map 1, row 4, column 7 is " in told.inner_text()
    assert "It sees rows 2 to 6, columns 5 to 9 of the drawing. 25 products with the drawing make " in told.inner_text()
    square = explorer.locator(".cnnx-sees").first
    assert [square.get_attribute(name) for name in ("x", "y", "width")] == ["7", "4", "5"]  # in the field with padding
    assert now(explorer, "layer") == "C3"
    canvas.click(position=place)
    assert now(explorer, "layer", "channel", "row", "column") == ("C1", 1, 4, 7)
    pad(explorer).hover()
    assert "C1, map 1, row 4, column 7 is " in told.inner_text()
    canvas, place = unit_at(explorer, "C1", 28, 4)  # between two maps
    canvas.hover(position=place)
    assert "C1, map 1, row 4, column 7 is " in told.inner_text()
    canvas, place = unit_at(explorer, "F6", 20, 3)
    canvas.click(position=place)
    assert now(explorer, "layer", "channel", "row", "column") == ("F6", 83, 0, 0)
    explorer.locator(".cnnx-row").nth(8).click()
    assert now(explorer, "layer", "channel") == ("output", 8)
    assert "It sees the whole drawing. 84 products with F6 make " in told.inner_text()


def seen(page, kind):
    """Whether a path of the first explorer draws something."""
    return bool(page.locator(f".{kind}").first.get_attribute("d"))


def test_pointing_at_a_unit_shows_what_it_reads_and_its_weights(explorer):
    parts = explorer.locator(".cnnx-parts").first
    canvas, place = unit_at(explorer, "C3", 11 * 2 + 3, 4)  # the third map
    canvas.hover(position=place)
    assert seen(explorer, "cnnx-veil")
    assert parts.locator("text").all_text_contents()[::2] == ["0", "1", "2", "3", "4", "5"]
    assert parts.locator(".cnnx-tone").count() == 6 * 25
    squares = parts.locator(".cnnx-plus, .cnnx-minus").evaluate_all(
        "(all) => all.map((e) => e.getAttribute('d').split('z').length - 1)"
    )
    assert 100 < sum(squares) <= 150
    frames = explorer.locator("canvas[data-layer=S2] + svg .cnnx-read").first.get_attribute("d")
    assert re.findall(r"M(\d+) (\d+)h5v5h-5z", frames) == [(str(15 * map + 3), "4") for map in range(6)]
    canvas, place = unit_at(explorer, "F6", 4, 2)
    canvas.hover(position=place)
    assert parts.locator(".cnnx-tone").count() == 8
    canvas, place = unit_at(explorer, "S2", 3, 2)
    canvas.hover(position=place)
    assert parts.locator(".cnnx-tone").count() == 4
    frames = explorer.locator("canvas[data-layer=C1] + svg .cnnx-read").first.get_attribute("d")
    assert frames == "M6 4h2v2h-2z"
    explorer.get_by_role("combobox", name="Digit").first.hover()
    assert not seen(explorer, "cnnx-veil")
    explorer.get_by_role("application", name="Units of the layer").first.focus()
    assert seen(explorer, "cnnx-veil")  # a keyboard points too


def test_it_shows_what_would_change_its_mind(explorer):
    told = explorer.locator(".cnnx-lead").first
    assert (seen(explorer, "cnnx-erase"), seen(explorer, "cnnx-ink"), told.inner_text()) == (False, False, "")
    explorer.get_by_role("checkbox", name="What would change its mind?").first.check()
    assert now(explorer, "gradient") is True
    assert seen(explorer, "cnnx-erase")
    assert seen(explorer, "cnnx-ink")
    expected = LeNetExplorer(gradient=True).summary()
    assert told.inner_text() in expected
    assert status(explorer) == expected
    before = explorer.locator(".cnnx-ink").first.get_attribute("d")
    explorer.get_by_role("combobox", name="Digit").first.select_option("seven")
    assert explorer.locator(".cnnx-ink").first.get_attribute("d") != before
    assert told.inner_text() in LeNetExplorer("seven", gradient=True).summary()


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_it_erases_until_the_answer_changes_and_puts_it_back(show_own, motion):
    page = show_own(reduced_motion=motion)
    told, way = page.locator(".cnnx-lead").first, erased(digits()["three"])
    page.get_by_role("button", name="Erase until it does").first.click()
    page.get_by_role("button", name="Put it back").first.wait_for()
    page.wait_for_function("document.querySelector('.cnnx-lead').textContent.includes('Now')")
    assert told.inner_text() == f"Pixels erased: {len(way)}. Now it reads a {answers(way[-1:])[0]}."
    assert np.array_equal(pixels(page), way[-1])
    assert status(page).endswith(told.inner_text())
    page.get_by_role("button", name="Put it back").first.click()
    assert now(page, "drawing") == START["drawing"]
    assert told.inner_text() == ""
    assert page.get_by_role("button", name="Erase until it does").first.is_visible()


def test_it_stops_erasing_when_the_reader_draws(explorer):
    explorer.get_by_role("combobox", name="Digit").first.select_option("four")
    explorer.evaluate("""() => {
      document.querySelector(".cnnx-mind button").click();
      model.set("drawing", model.get("digits").seven);
    }""")
    explorer.wait_for_timeout(300)
    assert explorer.evaluate("model.get('drawing')") == START["digits"]["seven"]
    assert explorer.locator(".cnnx-lead").first.inner_text() == ""


def test_where_nothing_can_be_erased_it_says_so(explorer):
    explorer.get_by_role("button", name="Clear").first.click()
    explorer.get_by_role("button", name="Erase until it does").first.click()
    told = "Pixels erased: 0. No other would change its mind: it still reads a 1."
    assert explorer.locator(".cnnx-lead").first.inner_text() == told


def test_a_keyboard_reaches_the_goal(explorer):
    aim = explorer.locator(".cnnx-aim").first
    explorer.get_by_role("combobox", name="Digit").first.select_option("hard_eight")
    assert "cnnx-reached" not in aim.get_attribute("class")
    explorer.get_by_role("application", name="Drawing").first.focus()
    press(explorer, *["ArrowRight"] * 8, *["ArrowUp"] * 5, " ", "ArrowUp", "ArrowUp")
    changed = (pixels(explorer) != digits()["hard_eight"]).sum()
    told = f"Discovered: {changed} pixels beside the digit turned 2 into 8. From C5 on, a unit sees the whole drawing."
    assert "cnnx-reached" in aim.get_attribute("class")
    assert told in aim.inner_text()
    assert told in status(explorer)


def test_the_keyboard_moves_among_units(explorer):
    units = explorer.get_by_role("application", name="Units of the layer").first
    units.focus()
    press(explorer, "ArrowUp", "ArrowLeft", "PageDown", "PageDown", "PageUp")
    assert now(explorer, "layer", "channel", "row", "column") == ("C3", 1, 4, 4)
    assert "C3, map 1, row 4, column 4 is " in status(explorer)
    press(explorer, "End")
    assert now(explorer, "column") == 9
    explorer.get_by_role("combobox", name="Layer").first.select_option("F6")
    units.focus()
    press(explorer, "Home", "ArrowDown", "ArrowRight")
    assert now(explorer, "layer", "channel", "row", "column") == ("F6", 22, 0, 0)
    press(explorer, "End")
    assert now(explorer, "channel") == 83


def test_a_swipe_over_the_maps_scrolls_the_page(phone):
    canvas = phone.locator("canvas[data-layer=C3]").first
    canvas.evaluate("(e) => e.scrollIntoView({ block: 'center' })")
    box, session = canvas.bounding_box(), phone.context.new_cdp_session(phone)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = phone.evaluate("scrollY")
    for kind, moved in [("touchStart", 0), *(("touchMove", -30 * step) for step in range(1, 7)), ("touchEnd", None)]:
        points = [] if moved is None else [{"x": x, "y": y + moved}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    phone.wait_for_timeout(300)
    assert phone.evaluate("scrollY") > before + 60
    assert now(phone, "layer", "channel") == ("C3", 0)


def test_the_picture_stays_still_while_it_is_drawn_on_and_pointed_at(screen):
    parts = ".cnnx:first-of-type :is(.cnnx-pad, canvas)"
    where = "(all) => all.map((e) => [e.getBoundingClientRect().y + scrollY, e.getBoundingClientRect().height])"
    before = screen.locator(parts).evaluate_all(where)
    for settings in [
        {"layer": "C1", "channel": 5, "row": 27, "column": 27},
        {"drawing": BLANK},
        {"layer": "F6", "channel": 83, "row": 0, "column": 0},
        {"drawing": START["digits"]["hard_zero"]},
        {"gradient": True},
        {"layer": "C5", "channel": 119},
        {"layer": "S2", "channel": 5, "row": 13, "column": 13},
    ]:
        change(screen, settings)
        assert screen.locator(parts).evaluate_all(where) == before, settings


@pytest.mark.parametrize("dark", [False, True])
def test_maps_have_the_colours_of_the_page(show_own, dark):
    page = show_own(color_scheme="light")
    if dark:
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        page.wait_for_timeout(50)
    ink = page.locator("canvas[data-layer=C1]").first.evaluate("""(e) => {
      const data = e.getContext("2d").getImageData(0, 0, e.width, e.height).data;
      const strong = data.findIndex((value, at) => at % 4 === 3 && value > 250) - 3;
      return [...data.slice(strong, strong + 3)];
    }""")
    line = {False: (0x00, 0x70, 0x4F), True: (0x5F, 0xD3, 0xA6)}[dark]
    assert max(abs(one - other) for one, other in zip(ink, line, strict=True)) <= 2


@pytest.mark.parametrize("width", [320, 360, 390, 1280])
def test_all_is_drawn_on_every_screen(show_own, width):
    page = show_own(width=width, height=844, has_touch=width < 500, is_mobile=width < 500)
    states = [{"drawing": drawing} for drawing in (*START["digits"].values(), BLANK)]
    states += [
        {"layer": name, "channel": layer.maps - 1, "row": layer.side - 1, "column": layer.side - 1}
        for name, layer in LAYERS.items()
    ]
    states += [{"gradient": True}]
    assert_drawn_within(page, states, ("button", "select", ".cnnx-row", ".cnnx-pad"))
    assert page.evaluate(TOUCHING) == []
    assert page.locator(".cnnx").first.bounding_box()["height"] <= 1586
    edges = "(all) => all.map((e) => e.getBoundingClientRect()).map((box) => [box.left, box.right])"
    for left, right in page.locator(".cnnx canvas").evaluate_all(edges):
        assert 0 <= left < right <= width
