"""A script for each explorer: what is done by keyboard, mouse and touch, what comes of it, and what is done in Python.

They are played in a live JupyterLab (test_jupyterlab.py) and in the built book (tests/book/test_explorers.py).
"""

from base64 import b64encode
from typing import NamedTuple

WINDOW, FRAME = ("application", "Window"), ("application", "Frame")


class Script(NamedTuple):
    """What is done to an explorer as it is made without arguments; parts are a role and a name, or a CSS selector."""

    keyboard: tuple  # a part that gets the focus, and a key
    mouse: tuple  # a part that is dragged, and how far: pixels to the right, and down
    touch: tuple | str  # a part that is tapped
    traits: dict  # what they have become in Python
    then: dict  # traits that are set in Python
    shown: str  # in the line of text, after that


SCRIPTS = {
    "ActivationExplorer": Script(
        keyboard=(("combobox", "Function"), "ArrowDown"),
        mouse=("[data-grip=x] .cnnx-target", -900, 0),
        touch=("button", "Threshold: one more"),
        traits={"function": "tanh", "x": -5.0, "threshold": 0.06},
        then={"function": "relu", "x": 2.5},
        shown="ReLU at x = 2.5: value 2.5, slope 1.",
    ),
    "ArchitectureExplorer": Script(
        keyboard=(("slider", "Layers of AlexNet, two groups"), "ArrowRight"),
        mouse=(".cnnx-network >> nth=1 >> [data-column='3']", 0, 0),  # a click on conv2; the other network follows
        touch=(".cnnx-network >> nth=1 >> [data-column='3']"),  # again: it opens
        traits={"layers": ("conv2.conv", "conv2.conv"), "opened": "conv2"},
        then={"opened": "", "quantity": "macs", "layers": ("conv2", "fc7")},
        shown="AlexNet, two groups, conv2: output 256 × 27 × 27, 307,456 parameters, 223,948,800 MACs",
    ),
    "ArithmeticExplorer": Script(
        keyboard=(WINDOW, "ArrowDown"),
        mouse=(".cnnx-frame", 900, 0),
        touch=("checkbox", "Round up"),
        traits={"row": 1, "column": 2, "ceil_mode": True},
        then={"stride": 3, "padding": 1},
        shown="Output size 3.",
    ),
    "BatchNormExplorer": Script(
        keyboard=(("slider", "Number b of the batch"), "End"),
        mouse=(".cnnx-handle .cnnx-disc", -900, 0),
        touch=("checkbox", "Training"),
        traits={"values": (-8, 8, 3, 4, 6), "training": False},
        then={"training": True, "gamma": 2.0, "beta": 1.0},
        shown="The outputs have mean 1 and standard deviation 2.",
    ),
    "ChannelsExplorer": Script(
        keyboard=(("application", "Output cell"), "PageDown"),
        mouse=("[data-grip=c_out] .cnnx-target", 0, 900),
        touch=("button", "Kernel size: one less"),
        traits={"channel": 1, "c_out": 8, "kernel": 2},
        then={"groups": 4},
        shown="Depthwise: each output channel sees one input channel.",
    ),
    "ConvolutionStepper": Script(
        keyboard=(WINDOW, "ArrowDown"),
        mouse=(".cnnx-frame", 900, 0),
        touch=("checkbox", "Flip the kernel"),
        traits={"row": 1, "column": 3, "flip": True, "preset": "vertical"},
        then={"input": [[1, 2, 3]] * 3, "kernel": [[1, 10]], "row": 2},
        shown="Output row 2, column 0 is 12: the sum of 2 products.",  # 1 * 10 + 2 * 1: it is flipped
    ),
    "DeformableSampler": Script(
        keyboard=(WINDOW, "ArrowUp"),
        mouse=(".cnnx-point:not(.cnnx-gone)", 900, 0),
        touch=("button", "Show all nine points"),
        traits={"row": 1, "nine": True, "offsets": (*((0, 0),) * 7, (1.3, 2), (0, 0))},
        then={"offsets": [(0, 0)] * 9, "tap": 4, "row": 2},
        shown="The point of kernel row 1, column 1 looks at row 3, column 3 and reads 9.",
    ),
    "DilatedExplorer": Script(
        keyboard=(("application", "Output pixel"), "ArrowUp"),
        mouse=("[data-grip=output]", 900, 0),
        touch=("button", "Add a layer"),
        traits={"row": 8, "column": 18, "dilations": (1, 2, 4, 1)},
        then={"dilations": [2, 2, 2], "row": 9, "column": 9},
        shown="It sees 49 of 169 pixels,",
    ),
    "Im2colExplorer": Script(
        keyboard=(("combobox", "Memory layout"), "ArrowUp"),
        mouse=(".cnnx-reach rect", 900, 900),
        touch=("button", "Padding: one more"),
        traits={"row": 3, "order": "NCHW", "padding": 1},
        then={"padding": 0, "order": "NHWC", "row": 2, "column": 1},
        shown="Its column 1 holds 25: channel 1, row 2, column 0 of the input",
    ),
    "LeNetExplorer": Script(
        keyboard=(("application", "Drawing"), "Space"),
        mouse=("[data-digit='8']", 0, 0),  # a click on an output
        touch=("button", "Clear"),
        traits={"drawing": b64encode(bytes(784)).decode(), "layer": "output", "channel": 8, "row": 0, "column": 0},
        then={"digit": "hard_eight", "layer": "F6", "channel": 3},
        shown="It reads a 2 (98.4%); next comes 3 (0.8%). F6, unit 3 is ",
    ),
    "NetworksExplorer": Script(
        keyboard=(("combobox", "Across"), "ArrowUp"),
        mouse=("circle[data-name=vgg16]", 0, 0),  # a click
        touch=("button", "ms"),
        traits={"x": "parameters", "chosen": "vgg16", "sort": "ms", "descending": True},
        then={"family": "vgg", "y": "depth", "chosen": "vgg19"},
        shown="4 networks. Rank correlation of parameters and layers: 1. vgg19: parameters 143,667,240, MACs",
    ),
    "PoolingExplorer": Script(
        keyboard=(WINDOW, "ArrowDown"),
        mouse=(".cnnx-frame", 900, 0),
        touch=("checkbox", "Round up"),
        traits={"row": 1, "column": 2, "ceil_mode": True},
        then={"input": [[1, 2], [3, 4]], "kind": "average"},
        shown="Output row 0, column 0 is 2.5: the sum of its window over 4.",
    ),
    "ReceptiveFieldExplorer": Script(
        keyboard=(("combobox", "Preset"), "ArrowDown"),
        mouse=("[data-grip=unit] rect", 900, 0),
        touch=("button", "Add a layer"),
        traits={"layers": ((7, 1, 3, 1), (3, 1, 1, 1)), "column": 14},
        then={"layers": [(3, 2, 1, 1)] * 2, "layer": 2, "row": 0, "column": 0},
        shown="Layer 2, row 0, column 0: field 7 × 7 px, jump 4, start −3.",
    ),
    "ResidualExplorer": Script(
        keyboard=(("slider", "Block. The arrow keys"), "ArrowRight"),
        mouse=(".cnnx-gain .cnnx-target", 0, -900),
        touch=("checkbox", "Batch norm in each block"),
        traits={"block": 16, "gain": 2.0, "normalise": True},
        then={"cut": [12], "block": 12},
        shown="Block 12 of 30, gain 2: after it the signal has size 0 in the plain network",
    ),
    "TransposedStepper": Script(
        keyboard=(FRAME, "ArrowDown"),
        mouse=(".cnnx-frame", 900, 0),
        touch=("button", "Stride: one more"),
        traits={"row": 3, "column": 6, "stride": 3},
        then={"stride": 1, "row": 0, "column": 0},
        shown="Input numbers in its window: the same 1, beside 8 zeros.",
    ),
}
