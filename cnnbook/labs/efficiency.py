"""How far can separable convolutions be pushed? One network with separable and with ordinary convolutions, by width."""

from copy import deepcopy
from dataclasses import replace
from functools import partial

import torch
from torch.nn.utils.fusion import fuse_conv_bn_eval

from cnnbook.models._blocks import Network, conv_norm, global_classifier, stack
from cnnbook.models.mobilenet import V1_TABLE_1
from cnnbook.training import Config

from ._clock import clock
from ._lab import Lab, Scale, at_rates
from ._run import on_threads

# The same for all; the best one on the validation images counts, for each network by itself. A pilot set the range:
# 4,000 images, judged on 1,000 validation images, where rates of 0.01 and 0.8 were worse than those between.
RATES = (0.03, 0.1, 0.3)
BATCHES = {1: 20, 64: 4}  # images that are classified at once -> turns in a race
LAYERS = V1_TABLE_1[:5]  # of MobileNet v1: a smaller image has no use for the others


def mobile(separable, width, *, num_classes, in_channels):
    """The first layers of MobileNet v1, or the same with ordinary convolutions; `width` multiplies all channels.

    >>> build = partial(mobile, width=0.25, num_classes=10, in_channels=3)
    >>> build(True).features.layer2.depthwise.conv
    Conv2d(16, 16, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), groups=16, bias=False)
    >>> build(True).features.layer2.pointwise.conv
    Conv2d(16, 32, kernel_size=(1, 1), stride=(1, 1), bias=False)
    >>> build(False).features.layer2.conv
    Conv2d(16, 32, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), bias=False)
    """
    c_in = int(32 * width)
    layers = {"conv1": conv_norm(in_channels, c_in, 3, stride=2)}
    for number, row in enumerate(LAYERS, start=1):
        c_out = int(row.channels * width)
        if separable:
            depthwise = conv_norm(c_in, c_in, 3, stride=row.stride, groups=c_in)
            layers[f"layer{number}"] = stack({"depthwise": depthwise, "pointwise": conv_norm(c_in, c_out, 1)})
        else:
            layers[f"layer{number}"] = conv_norm(c_in, c_out, 3, stride=row.stride)
        c_in = c_out
    name = f"{'separable' if separable else 'ordinary'} {width}"
    classifier = global_classifier(c_in, num_classes)
    return Network(name, layers, classifier, in_channels=in_channels, num_classes=num_classes)


# Twice the width is about four times the MACs; half the width makes up for most of what an ordinary layer costs more
WIDTHS = {"separable": (0.25, 0.5, 1, 1.5), "ordinary": (0.125, 0.25, 0.5, 0.75)}
BUILDS = {
    f"{kind} {width}": partial(mobile, kind == "separable", width)
    for kind, widths in WIDTHS.items()
    for width in widths
}
# So thin that they hardly multiply: what is left of their time is what their layers cost by being there
BARE = {f"{kind}, bare": partial(mobile, kind == "separable", 1 / 32) for kind in WIDTHS}
RACERS = (*BUILDS, *BARE)


def deployed(network):
    """A copy as one would use it: batch norm folded into the convolution before it, which changes no output.

    >>> network = BUILDS["separable 0.25"](num_classes=10, in_channels=3).eval()
    >>> x = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    >>> torch.allclose(deployed(network)(x), network(x), atol=1e-5)
    True
    """
    network = deepcopy(network).eval().to(memory_format=torch.channels_last)  # the faster layout, for both kinds
    for module in list(network.modules()):
        if hasattr(module, "norm"):
            module.conv = fuse_conv_bn_eval(module.conv, module.norm)
            del module.norm
    return network


@torch.inference_mode()
def race(calls, device, rounds):
    """The shortest time of each call in milliseconds. They take turns, so that all meet the same disturbances."""
    times = [float("inf")] * len(calls)
    for _ in range(rounds):
        for number, (function, x) in enumerate(calls):
            function(x)  # brings weights and maps near
            start = clock(device)
            function(x)
            times[number] = min(times[number], 1000 * (clock(device) - start))
    return times


def latency(network, train, test):
    """Milliseconds that a batch of 1 or of 64 images takes: on one thread of the CPU, and on the GPU that trains."""
    devices = dict.fromkeys([torch.device("cpu"), next(network.parameters()).device])
    return {name: times for device in devices for name, times in latency_on(device, network, train).items()}


def latency_on(device, network, train):
    """The same on one device.

    `cpu_1`, `cpu_64`: all RACERS by turns, with fresh weights. `layers_cpu_1`, ...: each convolution of this network.
    """
    C, H, W = train.images.shape[1:]
    shape = {"num_classes": len(train.classes), "in_channels": C}
    networks = [deployed(build(**shape)).to(device) for build in (BUILDS | BARE).values()]
    trained, measures = deployed(network[1]).to(device), {}
    for batch, rounds in BATCHES.items():
        x = torch.randn(batch, C, H, W).to(device, memory_format=torch.channels_last)
        with on_threads(1):
            measures[f"{device.type}_{batch}"] = race([(racer, x) for racer in networks], device, rounds)
            measures[f"layers_{device.type}_{batch}"] = race(steps(trained, x), device, rounds)
    return measures


@torch.inference_mode()
def steps(network, x):
    """Each convolution of a network, with its activation, and what goes into it."""
    calls = []
    for module in network.features.modules():
        if hasattr(module, "conv"):
            calls.append((module, x))
            x = module(x)
    return calls


CONFIG = Config(epochs=1, batch_size=32, learning_rate=0.1, channels_last=True)

LAB = Lab(
    name="efficiency",
    question="How far can separable convolutions be pushed?",
    scales={
        "smoke": Scale(
            "shapes", CONFIG, seeds=1, images=1000, validation=500,
            variants=tuple(f"{name}, rate 0.1" for name in ("separable 0.25", "separable 0.5", "ordinary 0.25")),
        ),
        "laptop": Scale("cifar10", CONFIG, seeds=2, images=12_000, validation=5000),
        "full": Scale(
            "cifar10", replace(CONFIG, epochs=10, batch_size=128, flip=True, graph=True), seeds=3, validation=5000
        ),
    },
    variants=at_rates(BUILDS, RATES),
    mistakes=False,
    times=latency,
)  # fmt: skip
