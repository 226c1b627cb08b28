"""Which drawings there are. Each takes its numbers from the table that builds the network."""

import difflib

import torch

from ..models.googlenet import TABLE_1 as GOOGLENET
from ..models.googlenet import module as googlenet_module
from ..models.inception_resnet import V1, Stage
from ..models.inception_v2 import FIGURE_5
from ..models.inception_v2 import module as inception_v2_module
from ..models.inception_v3 import TABLE_1 as INCEPTION_V3
from ..models.inception_v4 import FIGURE_9
from ..models.lenet import lenet5
from ..models.mobilenet import V1_TABLE_1, V2_TABLE_2
from ..models.nin import CIFAR
from ..models.resnet import CHANNELS, EXPANSION
from ..models.vgg import CHANNELS as VGG_CHANNELS
from ..models.vgg import HIDDEN
from ..models.vgg import TABLE_1 as VGG
from ..models.xception import FIGURE_5 as XCEPTION
from ._layout import Box, Column, Drawing, Fork, Residual, Row

_NORM_RELU = Box("batch norm, ReLU", "padding")
_NORM = Box("batch norm", "padding")
_RELU = Box("ReLU", "padding")
_GOOGLENET = {row: googlenet_module(row) for row in GOOGLENET}


def draw(name: str) -> Drawing:
    """Draw a block or a network.

    Parameters
    ----------
    name : str
        One of :func:`list_drawings`.

    Returns
    -------
    Drawing
        Shown by a notebook as it is; `svg` is its source, and `description` says it in words.

    Raises
    ------
    ValueError
        For a name that is not in the list.

    Examples
    --------
    >>> draw("inception_reduced").description[:71]
    'Inception module 3a of GoogLeNet: input (192 channels), then 4 branches'
    """
    if not isinstance(name, str) or name not in _DRAWINGS:
        near = difflib.get_close_matches(str(name), _DRAWINGS, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ValueError(f"there is no drawing {name!r}: {hint}list_drawings() names all {len(_DRAWINGS)}")
    return _DRAWINGS[name]()


def list_drawings() -> list[str]:
    """Names of all drawings, in the order of the book.

    >>> list_drawings()[:2]
    ['lenet', 'vgg']
    """
    return list(_DRAWINGS)


# parts


def _times(kernel):
    return "×".join(map(str, (kernel, kernel) if isinstance(kernel, int) else kernel))


def _conv(channels, kernel, options=None, *, kind="conv"):
    stride = (options or {}).get("stride", 1)
    return Box(f"{_times(kernel)} {kind}", "kernel", f"{channels}, stride {stride}" if stride > 1 else f"{channels}")


def _map(name, channels, role="input"):
    return Box(name, role, f"{channels} channels")


def _pool(make):
    """A pool, from what makes it: a class, or one with its options."""
    kind = getattr(make, "func", make).__name__
    name = "average pool" if kind.startswith("Avg") else "max pool"
    halves = kind == "MaxPoolSame" or make.keywords["stride"] == 2
    return Box(f"3×3 {name}", "padding", "stride 2" if halves else "stride 1")


def _chain(c_in, layers):
    """A branch of a table as a column, and its channels."""
    parts, channels = [], c_in
    for layer in layers:
        if isinstance(layer, dict):
            fork, channels = _fork(channels, layer)
            parts.append(fork)
        elif callable(layer):
            parts.append(_pool(layer))
        else:
            parts.append(_conv(*layer))
            channels = layer[0]
    return Column(tuple(parts)), channels


def _fork(c_in, table):
    """A table as branches side by side, and the channels of all together."""
    columns, channels = zip(*(_chain(c_in, layers) for layers in table.values()), strict=True)
    return Fork(columns), sum(channels)


def _module(title, c_in, table):
    fork, c_out = _fork(c_in, table)
    return Drawing(title, Column((_map("input", c_in), fork, _map("concatenate", c_out, "output"))))


def _channels_before(name, tables, c_in):
    """Channels that go into the module called `name` of a network."""
    for other, table in tables.items():
        if other == name:
            return c_in
        c_in = _fork(c_in, table)[1]
    raise ValueError(f"there is no module {name!r}")


# drawings


_LENET = {
    "RequireSize": ("", "input"), "Conv2d": ("5×5 conv", "kernel"), "TableConv2d": ("5×5 by table", "kernel"),
    "Tanh": ("tanh", "padding"), "ScaledTanh": ("scaled tanh", "padding"), "AvgPool2d": ("average", "padding"),
    "Subsample": ("learned sum", "padding"), "Linear": ("linear", "kernel"),
}  # fmt: skip


def _lenet():
    def column(original):
        with torch.device("meta"):  # shapes and no numbers
            network, x = lenet5(original=original), torch.empty(1, 1, 32, 32)
        parts = []
        for name, layer in network.named_children():
            x = layer(x)
            what, role = _LENET.get(type(layer).__name__, ("", None))
            maps, *sides = x.shape[1:]
            note = f"{maps}, {_times(sides)}" if sides else f"{maps}"
            if name.endswith("_squash"):
                parts.append(Box(what, role))
            elif role:
                parts.append(Box(f"{name}: {what}" if what else name, "output" if name == "output" else role, note))
        return Column(tuple(parts))

    pair = (("as taught", column(False)), ("as published", column(True)))
    return Drawing("LeNet-5, its output learned", Row(pair))


def _vgg():
    columns = []
    for column, (name, depths) in zip("ABDE", VGG.items(), strict=True):
        parts = [Box("input", "input", "3 channels, 224×224")]
        for depth, channels in zip(depths, VGG_CHANNELS, strict=True):
            count = f"{depth} × " if depth > 1 else ""
            parts += [Box(f"{count}3×3 conv", "kernel", f"{channels}"), Box("2×2 max pool", "padding")]
        parts += [Box("linear", "kernel", f"{HIDDEN}")] * 2 + [Box("linear", "output", "1000")]
        columns.append((f"VGG-{name[3:]} ({column})", Column(tuple(parts))))
    return Drawing("The columns of VGG's Table 1", Row(tuple(columns)))


def _mlpconv():
    row = CIFAR[0]
    convolutions = zip(row.channels, (row.kernel, 1, 1), strict=True)
    parts = [box for channels, kernel in convolutions for box in (_conv(channels, kernel), _RELU)]
    return Drawing("Network in Network: mlpconv block", Column((_map("input", 3), *parts)))


def _inception_naive(number):
    row = GOOGLENET[number]
    table = {name: layers[-1:] if name != "pool" else layers[:1] for name, layers in googlenet_module(row).items()}
    title = f"Inception module {row.name} without its reductions, the naive version"
    return _module(title, _channels_before(row, _GOOGLENET, 192), table)


def _inception_reduced(number):
    row = GOOGLENET[number]
    return _module(f"Inception module {row.name} of GoogLeNet", _channels_before(row, _GOOGLENET, 192), _GOOGLENET[row])


def _inception_v2(number):
    c_in = {0: 192, 2: 320}[number]
    row = FIGURE_5[number]
    return _module(f"Inception v2: module {row.name}", c_in, inception_v2_module(row))


def _inception_v3(name, title):
    return _module(f"Inception v3: {title}", _channels_before(name, INCEPTION_V3, 192), INCEPTION_V3[name])


def _inception_v4(name, title):
    return _module(f"Inception v4: {title}", _channels_before(name, FIGURE_9, 64), FIGURE_9[name])


def _inception_resnet(name):
    c_in = 192
    for other, row in V1.items():
        if other == name:
            break
        c_in = c_in if isinstance(row, Stage) else _fork(c_in, row)[1]
    stage = V1[name]
    fork, channels = _fork(c_in, stage.branches)
    expand = (Box("1×1 conv, linear", "kernel", f"{c_in}"), Box(f"times {stage.scale:g}", "padding"))
    body = Column((fork, _map("concatenate", channels, "output"), *expand))
    column = Column((_map("input", c_in), Residual(body, None), _RELU, _map("output", c_in, "output")))
    return Drawing(f"Inception-ResNet v1: block {name}", column)


def _residual(kind, title):
    def block(c_in, middle, stride):
        c_out = middle * EXPANSION[kind]
        first = {"stride": stride}
        if kind == "basic":
            body = (_conv(middle, 3, first), _NORM_RELU, _conv(c_out, 3), _NORM)
        else:
            body = (_conv(middle, 1), _NORM_RELU, _conv(middle, 3, first), _NORM_RELU, _conv(c_out, 1), _NORM)
        around = None if c_in == c_out else _conv(c_out, 1, first)
        parts = (_map("input", c_in), Residual(Column(body), around), _RELU, _map("output", c_out, "output"))
        return Column(parts)

    narrow, wide = CHANNELS[:2]
    wide_in = narrow * EXPANSION[kind]
    pair = (("identity shortcut", block(wide_in, narrow, 1)), ("projection, half the size", block(wide_in, wide, 2)))
    return Drawing(f"ResNet: {title}", Row(pair))


def _mobilenet_v1():
    before, row = V1_TABLE_1[5], V1_TABLE_1[6]
    standard = (_map("input", before.channels), _conv(row.channels, 3), _NORM_RELU)
    separable = (
        _map("input", before.channels),
        Box("3×3 depthwise", "kernel", f"{before.channels}, each on its own"), _NORM_RELU,
        _conv(row.channels, 1), _NORM_RELU,
    )  # fmt: skip
    pair = (("standard convolution", Column(standard)), ("depthwise separable", Column(separable)))
    return Drawing("MobileNet v1: one layer, and what it becomes", Row(pair))


def _mobilenet_v2():
    row, after = V2_TABLE_2[1], V2_TABLE_2[2]

    def block(c_in, c_out, expansion, stride):
        wide = c_in * expansion
        activation = Box("batch norm, ReLU6", "padding")
        depthwise = Box("3×3 depthwise", "kernel", f"{wide}, stride {stride}" if stride > 1 else f"{wide}")
        linear = Box("batch norm, linear", "padding")
        body = (_conv(wide, 1), activation, depthwise, activation, _conv(c_out, 1), linear)
        inside = (Residual(Column(body), None),) if stride == 1 else body
        return Column((_map("input", c_in), *inside, _map("output", c_out, "output")))

    same = block(row.channels, row.channels, row.expansion, 1)
    halved = block(row.channels, after.channels, after.expansion, after.stride)
    return Drawing("MobileNet v2: inverted residual blocks", Row((("stride 1", same), ("stride 2", halved))))


def _xception():
    row = next(row for row in XCEPTION if row.name == "middle1")
    body = []
    for channels in row.channels:
        body += [_RELU, Box("3×3 depthwise", "kernel", f"{channels}"), _conv(channels, 1), _NORM]
    c_in = row.channels[-1]
    parts = (_map("input", c_in), Residual(Column(tuple(body)), None), _map("output", c_in, "output"))
    return Drawing("Xception: block of the middle flow", Column(parts))


_DRAWINGS = {
    "lenet": _lenet,
    "vgg": _vgg,
    "mlpconv": _mlpconv,
    "inception_naive": lambda: _inception_naive(0),
    "inception_reduced": lambda: _inception_reduced(0),
    "inception_naive_3b": lambda: _inception_naive(1),
    "inception_reduced_3b": lambda: _inception_reduced(1),
    "inception_v2": lambda: _inception_v2(0),
    "inception_v2_reduction": lambda: _inception_v2(2),
    "inception_v3_a": lambda: _inception_v3("5b", "module A, two 3×3 for a 5×5"),
    "inception_v3_b": lambda: _inception_v3("6b", "module B, 7×7 as 1×7 and 7×1"),
    "inception_v3_c": lambda: _inception_v3("7b", "module C, 3×3 as 1×3 beside 3×1"),
    "inception_v3_reduction_a": lambda: _inception_v3("6a", "reduction from 35×35 to 17×17"),
    "inception_v3_reduction_b": lambda: _inception_v3("7a", "reduction from 17×17 to 8×8"),
    "inception_v4_a": lambda: _inception_v4("A1", "module A"),
    "inception_v4_b": lambda: _inception_v4("B1", "module B"),
    "inception_v4_c": lambda: _inception_v4("C1", "module C"),
    "inception_v4_reduction_a": lambda: _inception_v4("reduction_a", "reduction A"),
    "inception_v4_reduction_b": lambda: _inception_v4("reduction_b", "reduction B"),
    "inception_resnet_a": lambda: _inception_resnet("A"),
    "inception_resnet_b": lambda: _inception_resnet("B"),
    "inception_resnet_c": lambda: _inception_resnet("C"),
    "resnet_basic": lambda: _residual("basic", "basic block"),
    "resnet_bottleneck": lambda: _residual("bottleneck", "bottleneck block"),
    "xception": _xception,
    "mobilenet_v1": _mobilenet_v1,
    "mobilenet_v2": _mobilenet_v2,
}
