"""Each number that an explorer says is what `cnnbook` computes, in random states with every option.

Who reads what is told by gradients: one output gets the gradient 1, and what comes back is not 0 where it reads.
Channels and receptive fields are tested so in their own files; what LeNet, the architectures, the table of networks and
the residual stack say is compared there with Python as a whole.
"""

import random
import re
from contextlib import suppress
from fractions import Fraction

import numpy as np
import pytest

from cnnbook import functional as F
from cnnbook import widgets
from cnnbook.arithmetic import output_size, receptive_field
from cnnbook.widgets._bundle import words
from cnnbook.widgets.batch_norm import _REACH

NUMBER = r"(−?\d+(?:[./]\d+)?(?: · 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?)"  # a fraction or a power of ten too
NOT_IN_PYTHON = ("picture", "chosen", "climbs")  # or not a setting there
RATES = (0.05, 0.02, 0.01, 0.005, 0.002)  # of a step along the gradient
PLAIN = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")
SAID = {}
# The text of a state, and the names of its sentences.
LINE = """d.map((s) => {
    const heard = [], hears = (key, values) => heard.push(key) && t(key, values);
    const step = s.climbs ? m.climb(s) : undefined, now = { ...s, ...(step && { offsets: step.offsets }) };
    return [m.describe(now, m.compute(now), hears, step), heard];
})"""


def said(*notes, states=60):
    """Declare what is said: a function draws a state and returns it with the numbers of each sentence, by its name.

    `notes` are the names of all sentences that may be said or not.
    """

    def declare(function):
        SAID[function.__name__] = function, notes, states
        return function

    return declare


def pattern(sentence, values):
    """A sentence as a regular expression: texts are filled in, numbers to be read. Returns the numbers' names too."""
    names, parts = [], re.split(r"\{(\w+)\}", sentence)
    for at in range(1, len(parts), 2):
        name, parts[at] = parts[at], NUMBER
        if isinstance(values.get(name, 0), str):
            parts[at] = re.escape(values[name])
        else:
            names.append(name)
    parts[::2] = map(re.escape, parts[::2])
    return "".join(parts), names


def assert_says(text, sentence, values):
    """The text has the sentence with these numbers, each rounded to the digits that are shown, two at least."""
    regex, names = pattern(sentence, values)
    found = re.search(regex, text)
    assert found, f"{sentence!r} is not in {text!r}"
    for name, shown in zip(names, found.groups(), strict=True):
        number, _, power = shown.translate(PLAIN).partition(" · 10")
        digits = 9 if "/" in number else max(len(number.partition(".")[2]), 1 if power else 2)
        unit = 10.0 ** int(power or 0)
        error = abs(float(Fraction(number)) * unit - values[name])
        assert error <= (0.5 * 10**-digits + 1e-9) * unit, f"{name} is {values[name]}, but {text!r}"


def one(shape, *place):
    """The gradient 1 for one output."""
    grad = np.zeros(shape)
    grad[place] = 1
    return grad


def spots(flags):
    return [int(at) for at in np.flatnonzero(flags)]


def span(places, word):
    """Places next to each other, or at one distance, in the words of an explorer."""
    steps = set(np.diff(places).tolist()) or {0}
    assert len(steps) == 1
    first, last, step = (str(number).replace("-", "−") for number in (places[0], places[-1], steps.pop()))
    key = "range_steps" if int(step) > 1 else "range"
    return first if step == "0" else word[key].format(first=first, last=last, step=step)


def matrix(rng, most=7, least=3):
    rows, columns = rng.randint(least, most), rng.randint(least, most)
    return [[rng.randint(-9, 9) for _ in range(columns)] for _ in range(rows)]


def place(rng, shape):
    rows, columns = shape[-2:]
    return {"row": rng.randrange(rows), "column": rng.randrange(columns)}


NOTES = ("fits", "dropped", "dropped_padding", "overhang", "skipped", "left_out", "left_out_exact", "behind")


@said(*NOTES, states=400)
def arithmetic(rng):
    options = {"stride": rng.randint(1, 4), "padding": rng.randint(0, 3), "dilation": rng.randint(1, 3)}
    size, kernel, up = rng.randint(1, 12), rng.randint(1, 5), rng.random() < 0.5
    output = output_size(size, kernel, **options, ceil_mode=up)
    stride, padding, dilation = options.values()
    over = stride + dilation * kernel  # what a window that hangs over may read
    line = np.zeros((1, 1, size + 2 * padding + over))
    weight = np.ones((1, 1, kernel))
    steps = F.conv1d(line, weight, stride=stride, dilation=dilation).shape

    def reads(*outputs):
        grad = one(steps, 0, 0, list(outputs))
        return spots(F.conv1d_backward(grad, line, weight, stride=stride, dilation=dilation)[0])

    state = {"size": size, "kernel": kernel, **options, "ceil_mode": up, **place(rng, (output, output))}
    word, read = words("arithmetic"), reads(*range(output))
    rows, columns = ([at - padding for at in reads(state[axis])] for axis in ("row", "column"))
    end, pixels = read[-1] + 1, range(padding, padding + size)
    unread = sorted(set(range(size + 2 * padding)) - set(read))
    found = {
        "dropped": sum(at in pixels and at >= end for at in unread),
        "dropped_padding": sum(at not in pixels and at >= end for at in unread),
        "overhang": max(end - size - 2 * padding, 0),
        "skipped": sum(at in pixels and at < end for at in unread),
    }
    told = {name: {"count": count} for name, count in found.items() if count}
    if not any(found[name] for name in ("dropped", "dropped_padding", "overhang")):
        told["fits"] = {}
    # Of the windows that rounding up counts, the last would start behind the input. Others that do, in padding, stay.
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    if up and -(-room // stride) == output:
        told["left_out" if room % stride else "left_out_exact"] = {}
        behind = sum(reads(index)[0] >= padding + size for index in range(output))
        told |= {"behind": {"count": behind}} if behind else {}
    position = {
        "row": state["row"],
        "column": state["column"],
        "rows": span(rows, word),
        "columns": span(columns, word),
    }
    return state, {"result": {"output": output}, "position": position, **told}


@said("tie", "padding_never_wins", "zeros_count", "beyond", "idle", "result_max", "result_average", states=200)
def pooling(rng):
    x, kernel, kind = np.array(matrix(rng), float), rng.randint(1, 4), rng.choice(["max", "average"])
    options = {"stride": rng.randint(1, 4), "padding": rng.randint(0, kernel // 2), "ceil_mode": rng.random() < 0.5}
    state = {"input": x.tolist(), "kernel": kernel, "kind": kind, "shift": rng.randint(0, 7), **options}
    x = np.roll(x, state["shift"], axis=1)
    image, name = x[None, None], {"max": "max", "average": "avg"}[kind]
    output = getattr(F, f"{name}_pool2d")(image, kernel, **options)
    state |= place(rng, output.shape)
    here = (0, 0, state["row"], state["column"])
    shares = F.avg_pool2d_backward(one(output.shape, *here), image, kernel, **options)[0][0, 0]
    window, counted = x[shares > 0], round(1 / shares.max())
    backward = getattr(F, f"{name}_pool2d_backward")
    idle = (backward(np.ones_like(output), image, kernel, **options)[0] == 0).sum()
    [i, j], *_ = np.argwhere(backward(one(output.shape, *here), image, kernel, **options)[0][0, 0])
    cell = {"row": state["row"], "column": state["column"], "value": output[here]}
    ties, zeros = (window == window.max()).sum(), counted - window.size
    if kind == "max":
        told = {"result_max": {**cell, "i": i, "j": j}, "tie": {"ties": ties} if ties > 1 else None}
        told["padding_never_wins"] = {} if zeros else None
    else:
        told = {"result_average": {**cell, "count": counted, "numbers": window.size, "share": shares.max()}}
        told["zeros_count"] = {"zeros": zeros} if zeros else None
    told["beyond"] = {"beyond": kernel**2 - counted} if counted < kernel**2 else None
    told["idle"] = {"idle": idle, "all": x.size} if idle else None
    return state, {key: values for key, values in told.items() if values is not None}


@said("turned", "turned_same", "turned_negative")
def convolution(rng):
    x, weight, flip = matrix(rng), matrix(rng, 3, 1), rng.random() < 0.5
    if rng.random() < 0.3:  # kernels that a turn leaves alone, or negates
        half, sign = np.array(weight), rng.choice([1, -1])
        weight = (half + sign * half[::-1, ::-1]).tolist()
    turned = np.array(weight)[::-1, ::-1]
    used = turned if flip else np.array(weight)
    output = F.conv2d(np.array(x, float)[None, None], used[None, None].astype(float))[0, 0]
    state = {"input": x, "kernel": weight, "flip": flip, "picture": False, **place(rng, output.shape)}
    same, negative = (turned == weight).all(), (turned == -np.array(weight)).all()
    note = {"turned_same" if same else "turned_negative" if negative else "turned": {}} if flip else {}
    at = state["row"], state["column"]
    cell = {"row": at[0], "column": at[1], "value": output[at], "count": used.size}
    return state, {"result": cell, **note}


@said("result_scatter", "result_zeros", "flat", "uneven", states=150)
def transposed(rng):
    x, kernel, view = matrix(rng, 4, 2), matrix(rng, 4, 1), rng.choice(["scatter", "zeros"])
    (kH, kW), stride = np.shape(kernel), rng.randint(1, 3)
    options = {"stride": stride, "padding": rng.randrange(min(kH, kW)), "output_padding": rng.randrange(stride)}
    image, weight, ones = np.array(x, float)[None, None], np.array(kernel, float)[None, None], np.ones((1, 1, kH, kW))
    output = F.conv_transpose2d(image, weight, **options)
    state = {"input": x, "kernel": kernel, **options, "view": view}
    state |= place(rng, image.shape if view == "scatter" else output.shape)
    here = (0, 0, state["row"], state["column"])
    cell = {"row": here[2], "column": here[3]}
    middle = F.conv_transpose2d(np.ones((1, 1, 12, 12)), ones, stride=stride)[0, 0]
    middle = middle[4 * stride : 5 * stride, 4 * stride : 5 * stride]
    stamps = {"kH": kH, "kW": kW, "stride": stride, "few": middle.min(), "most": middle.max()}
    told = {"flat" if middle.min() == middle.max() else "uneven": stamps}
    if view == "scatter":
        stamp = F.conv_transpose2d(one(image.shape, *here), ones, stride=stride)[0, 0]
        top, left = np.argwhere(stamp)[0] - options["padding"]
        return state, {**told, "result_scatter": {**cell, "value": image[here], "top": top, "left": left}}
    seen = F.conv_transpose2d_backward(one(output.shape, *here), image, ones, **options)[0]
    counted = (seen > 0).sum()
    numbers = {"counted": counted, "zeros": kH * kW - counted}
    made = f"{products(image, weight, here, options) or '0'} = {output[here]:g}".replace("-", "−")
    told["result_zeros"] = cell | numbers | {"sum": made}
    return state, told


def products(image, weight, here, options):
    """What is summed: each input number times the weight whose gradient it is."""
    terms = []
    for at in np.ndindex(*image.shape[2:]):
        alone = np.zeros_like(image)
        alone[0, 0][at] = 1
        grad = one(F.conv_transpose2d(image, weight, **options).shape, *here)
        used = F.conv_transpose2d_backward(grad, alone, weight, **options)[1]
        if used.any():
            terms.append(f"{image[0, 0][at]:g} · {weight[used > 0].item():g}")
    return " + ".join(terms)


@said("kink", "outside", "flat", "gradient", "stepped", "top", states=400)
def deformable(rng):
    x, weight = np.array(matrix(rng, 8, 4), float), [[rng.randint(-3, 3) for _ in range(3)] for _ in range(3)]
    if rng.random() < 0.5:
        x %= 2  # so that pixels are often equal, four or three of them
    climbs, nine = rng.random() < 0.5, rng.random() < 0.5
    offsets = [[rng.choice([-1, 0, rng.randint(-20, 20) / 10]) for _ in range(2)] for _ in range(9)]
    if climbs:  # not from tenths: a step would often end halfway between two hundredths
        offsets = [[rng.uniform(-2, 2) for _ in range(2)] for _ in range(9)]
    image, kernel, tap = x[None, None], np.array(weight, float)[None, None], rng.randrange(9)
    shape = (1, 18, x.shape[0] - 2, x.shape[1] - 2)
    state = {"input": x.tolist(), "weight": weight, "offsets": offsets, "tap": tap, "nine": nine, "climbs": climbs}
    state |= place(rng, shape)
    here = (0, 0, state["row"], state["column"])

    def run(offsets, weights=kernel):
        """The output, and the gradient of all offsets."""
        offset = np.broadcast_to(np.ravel(offsets)[None, :, None, None], shape).copy()
        output = F.deform_conv2d(image, offset, weights)
        grad = F.deform_conv2d_backward(one(output.shape, *here), image, offset, weights)[1]
        return output[here], grad[0, :, *here[2:]].reshape(9, 2)

    told, (output, grad) = {}, run(offsets)
    if climbs:
        moved = grad * (np.ones(9) if nine else np.eye(9)[tap])[:, None]
        for rate in RATES:
            stepped = np.where(moved, np.floor((offsets + rate * moved) * 100 + 0.5) / 100, offsets).clip(-2, 2)
            if run(stepped)[0] > output + 1e-9:
                told["stepped"] = {"rate": rate, "before": output, "after": run(stepped)[0]}
                offsets, (output, grad) = stepped, run(stepped)
                break
    y, x_ = (np.round(at, 9) for at in (here[2:] + np.array([tap // 3, tap % 3]) + offsets[tap]))
    corners = np.floor((y, x_)) + np.array([(0, 0), (0, 1), (1, 0), (1, 1)])
    inside = ((corners >= 0) & (corners < x.shape)).all(axis=1)
    pixels = {x[*map(int, at)] if held else 0 for at, held in zip(corners, inside, strict=True)}
    told["result"] = {"row": here[2], "column": here[3], "output": output, "a": tap // 3, "b": tap % 3, "y": y, "x": x_,
                      "value": run(offsets, one((1, 1, 3, 3), 0, 0, tap // 3, tap % 3))[0]}  # fmt: skip
    if not inside.all():
        told["outside"] = {"count": (~inside).sum()}
    if len(pixels) == 1:
        assert not grad[tap].any()
        return state, told | {"flat": {}}
    told["gradient"] = {"down": grad[tap][0], "right": grad[tap][1]}
    if y % 1 == 0 or x_ % 1 == 0:
        told["kink"] = {}
    if climbs and "stepped" not in told:
        told["top"] = {}
    return state, told


@said("equal", "unequal", "unseen", "complete", "outside")
def dilated(rng):
    size, dilations = rng.randint(9, 21), [rng.randint(1, 4) for _ in range(rng.randint(1, 4))]
    state = {"size": size, "dilations": dilations, **place(rng, (size, size))}
    ones, ways = np.ones((1, 1, 3, 3)), one((1, 1, size, size), 0, 0, state["row"], state["column"])
    for dilation in reversed(dilations):
        options = {"padding": dilation, "dilation": dilation}
        ways = F.conv2d_backward(ways, np.zeros((1, 1, size, size)), ones, **options)[0]
    ways, field = ways[0, 0], receptive_field([(3, 1, dilation, dilation) for dilation in dilations])
    rows, columns = ({*range(state[axis] + field.start, state[axis] + field.start + field.size)} & {*range(size)}
                     for axis in ("row", "column"))  # fmt: skip
    seen, everything = ways[ways > 0], len(rows) * len(columns)
    told = {"row": state["row"], "column": state["column"], "field": field.size, "weights": ones.size * len(dilations)}
    told = {"result": {**told, "seen": seen.size, "all": everything}}
    told["unequal" if seen.max() > seen.min() else "equal"] = {"least": seen.min(), "most": seen.max()}
    told["unseen" if seen.size < everything else "complete"] = {"unseen": everything - seen.size}
    return state, told | ({"outside": {}} if everything < field.size**2 else {})


@said("pixel", "zero", "run", "runs", states=150)
def im2col(rng):
    state = {"size": rng.randint(2, 5), "kernel": rng.randint(1, 3), "stride": rng.randint(1, 3)}
    state |= {"padding": rng.randint(0, 1), "channels": rng.randint(1, 3), "order": rng.choice(["NCHW", "NHWC"])}
    explorer = widgets.Im2colExplorer(**state)
    x = explorer.input if state["order"] == "NCHW" else explorer.input.transpose(0, 3, 1, 2)
    options = {"stride": state["stride"], "padding": state["padding"]}
    ordered = explorer.input if state["order"] == "NHWC" else x
    columns = F.im2col(ordered, state["kernel"], **options, layout=state["order"])
    columns = columns.reshape(-1, explorer.weight.size)
    output = F.conv2d(x, explorer.weight, **options)[0, 0]
    state |= {"row": rng.randrange(len(columns)), "column": rng.randrange(columns.shape[1])}
    i, j = divmod(state["row"], output.shape[1])
    value = columns[state["row"], state["column"]]
    told = {"result": {"row": state["row"], "i": i, "j": j, "product": output[i, j]}}
    if value:  # all numbers of the input differ, and none is 0
        [[_, c, r, k]] = np.argwhere(x == value)
        copies = (columns == value).any(axis=1).sum()
        found = {"value": value, "c": c, "r": r, "k": k, "copies": copies, "rows": len(columns)}
        told["pixel"] = {"column": state["column"], **found}
    else:
        told["zero"] = {"column": state["column"]}
    here = np.isin(ordered.ravel(), columns[state["row"]])
    count = (np.diff(here.astype(int), prepend=0) == 1).sum()
    return state, told | ({"runs" if count > 1 else "run": {"count": count}} if count else {})


@said("result_training", "result_evaluation", "next", "off")
def batch_norm(rng):
    values = [rng.randint(-80, 80) / 10 for _ in range(rng.randint(1, 8))]
    gamma, beta, momentum = (rng.randint(-30, 30) / 10, rng.randint(-30, 30) / 10, rng.randint(0, 20) / 20)
    mean, var, training = rng.randint(-20, 20) / 10, rng.randint(1, 50) / 10, len(values) > 1 and rng.random() < 0.5
    x, running = np.array(values)[:, None], (np.array([mean]), np.array([var]))

    def norm(scale, shift, training):
        options = {"training": training, "momentum": momentum}
        return F.batch_norm(x, *running, np.array([scale]), np.array([shift]), **options)

    hat, output = norm(1.0, 0.0, training)[0][:, 0], norm(gamma, beta, training)[0][:, 0]
    chosen = rng.randrange(len(values))
    state = {"values": values, "gamma": gamma, "beta": beta, "training": training, "momentum": momentum}
    state |= {"running_mean": mean, "running_var": var, "chosen": chosen}
    used = (x.mean(), x.var()) if training else (mean, var)
    found = {"mean": used[0], "variance": used[1], "out_mean": output.mean(), "out_sd": output.std()}
    told = {"result_training" if training else "result_evaluation": found}
    told["followed"] = {"letter": "abcdefgh"[chosen], "x": values[chosen], "hat": hat[chosen], "y": output[chosen]}
    if len(values) > 1:
        _, new_mean, new_var = norm(gamma, beta, True)
        told["next"] = {"mean": new_mean[0], "variance": new_var[0]}
    outside = (abs(output) > _REACH).sum()
    return state, told | ({"off": {"count": outside}} if outside else {})


@said("passes", "saturated", "dead", "stack", states=150)
def activations(rng):
    name = rng.choice(["sigmoid", "tanh", "relu", "leaky_relu", "elu"])
    x, threshold = rng.randint(-50, 50) / 10, rng.randint(1, 20) / 100
    state = {"function": name, "x": x, "threshold": threshold}
    state |= {"negative_slope": rng.randint(0, 8) / 20, "alpha": rng.randint(1, 20) / 10, "layers": rng.randint(1, 10)}
    options = {key: state[key] for key in {"leaky_relu": ["negative_slope"], "elu": ["alpha"]}.get(name, [])}
    at, slopes, values = np.array([x]), [], []
    for _ in range(state["layers"]):
        slopes += [getattr(F, f"{name}_backward")(np.ones(1), at, **options)[0].item()]
        values += [at := getattr(F, name)(at, **options)]
    slope = slopes[0]
    note = "dead" if slope == 0 else "saturated" if slope < threshold else "passes"
    told = {"result": {"name": words("activations")[name], "x": x, "value": values[0].item(), "slope": slope}}
    if state["layers"] > 1:
        told["stack"] = {"layers": state["layers"], "gradient": np.prod(slopes)}
    return state, told | {note: {"slope": slope, "threshold": threshold}}


def possible(draw, rng):
    """A state that Python does not refuse."""
    while True:
        with suppress(ValueError):
            return draw(rng)


@pytest.mark.parametrize("stem", SAID)
def test_each_number_that_is_said_is_what_the_package_computes(stem, run_module):
    draw, notes, count = SAID[stem]
    rng, word = random.Random(stem), words(stem)
    cases = [possible(draw, rng) for _ in range(count)]
    heard = set()
    for (state, told), (text, keys) in zip(cases, run_module(stem, LINE, [state for state, _ in cases]), strict=True):
        assert {key for key in keys if "." in word[key]} == set(told), f"{state}: {text}"
        for key, values in told.items():
            assert_says(text, word[key], values)
        heard |= set(told)
    assert heard >= set(notes), "each sentence is heard in some state"


@pytest.mark.parametrize("stem", SAID)
def test_the_line_in_python_has_the_same_numbers(stem):
    """Those of its result."""
    draw, word, rng, heard = SAID[stem][0], words(stem), random.Random(stem), 0
    cls = next(getattr(widgets, name) for name, home in widgets._HOMES.items() if home == stem)
    while heard < 20:
        state, told = possible(draw, rng)
        if state.get("climbs"):
            continue
        text = cls(**{name: value for name, value in state.items() if name not in NOT_IN_PYTHON}).summary()
        for key in (key for key in told if key.startswith("result")):
            assert_says(text, word[key], told[key])
            heard += 1
