"""Are deeper networks better? Plain and residual networks of growing depth, and their error on the training images."""

from dataclasses import replace
from functools import partial

import torch
from torch import nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from cnnbook import models
from cnnbook.models.cifar_resnet import cifar_network
from cnnbook.models.resnet import BasicBlock
from cnnbook.training import Config, evaluate
from cnnbook.training.images import to_device

from ._lab import Lab, Scale, Variant, at_rates

DEPTHS = (8, 20, 56)  # of the narrow networks, which a laptop can train
RATES = (0.02, 0.1, 0.5)  # the same for all: the best one on the validation images counts
WIDTH = 8  # channels of the first stage; 16 as published
PUBLISHED = (20, 32, 44, 56)
IMAGES = 500  # training images on which gradients and branches are measured


def narrow(depth, *, residual, num_classes, in_channels):
    """Half as many channels as published, on images of half the size.

    >>> narrow(8, residual=True, num_classes=10, in_channels=3)[1].features(torch.zeros(1, 3, 16, 16)).shape
    torch.Size([1, 32, 4, 4])
    """
    shape = {"num_classes": num_classes, "in_channels": in_channels}
    return nn.Sequential(nn.AvgPool2d(2), cifar_network(depth, residual=residual, width=WIDTH, **shape))


def of_kind(network, kind):
    """The layers of one kind, in order.

    >>> len(of_kind(narrow(20, residual=True, num_classes=10, in_channels=3), nn.Conv2d))
    19
    """
    return [layer for layer in network.modules() if isinstance(layer, kind)]


@torch.no_grad()
def deepened(shallow, depth):
    """A plain network of this depth that computes what a shallower plain one does, in evaluation mode.

    The blocks that are added pass on what they get: a kernel with a single one keeps every pixel, the batch norm gives
    back what it takes, and no ReLU touches what is not negative.

    >>> shallow = cifar_network(8, residual=False, width=4).eval()
    >>> images = torch.randn(5, 3, 16, 16)
    >>> torch.allclose(deepened(shallow, 20)(images), shallow(images), atol=1e-5)
    True
    """
    convs = of_kind(shallow, nn.Conv2d)
    shape = {"num_classes": shallow.num_classes, "in_channels": shallow.in_channels}
    deep = cifar_network(depth, residual=False, width=convs[0].out_channels, **shape)
    for conv in of_kind(deep.features, nn.Conv2d)[1:]:
        if conv.stride == (1, 1):
            nn.init.dirac_(conv.weight)
    for norm in of_kind(deep.features, nn.BatchNorm2d):
        norm.running_var.fill_(1 - norm.eps)  # is added to the variance before the division
    deep.load_state_dict(shallow.state_dict(), strict=False)  # the first blocks of each stage
    return deep.eval()


def branches(network, images):
    """How much the residual branch of each block adds: its root mean square over that of the shortcut."""
    sizes = []

    def measure(block, inputs, _):
        (x,) = inputs
        sizes.append(block.conv2(block.conv1(x)).norm() / block.shortcut(x).norm())

    hooks = [block.register_forward_hook(measure) for block in of_kind(network, BasicBlock) if block.shortcut]
    with torch.no_grad():
        network(images)
    for hook in hooks:
        hook.remove()
    return sizes


def gradients(network, images, labels):
    """Gradient of the mean loss for the kernels of each convolution."""
    weights = [conv.weight for conv in of_kind(network, nn.Conv2d)]
    return torch.autograd.grad(F.cross_entropy(network(images), labels), weights)


def rounded(x, digits):
    """The nearest number of so many binary digits.

    >>> rounded(torch.tensor([1 + 2**-7, 1 + 2**-8, -12345.0]), 8).tolist()  # as bfloat16
    [1.0078125, 1.0, -12352.0]
    """
    part, exponent = torch.frexp(x)
    return torch.ldexp(torch.round(part * 2**digits), exponent - digits)


class _Round(torch.autograd.Function):
    """Round what goes there, and the gradient that comes back."""

    @staticmethod
    def forward(ctx, x, there, back):
        ctx.back = back
        return rounded(x, there)

    @staticmethod
    def backward(ctx, gradient):
        return rounded(gradient, ctx.back), None, None


class Rounded(TorchFunctionMode):
    """Within it convolutions multiply factors of so many binary digits, in the backward pass too; sums keep all 24.

    So do GPUs: bfloat16 has 8 digits, TF32 11, float32 24.

    >>> x, kernel = torch.full((1, 1, 1, 1), 1 + 2**-9), torch.ones(1, 1, 1, 1)
    >>> with Rounded(8):
    ...     F.conv2d(x, kernel).item()
    1.0
    """

    def __init__(self, digits):
        super().__init__()
        self.digits = digits

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function is not F.conv2d:
            return function(*args, **(kwargs or {}))
        x, kernels, *rest = args
        x, kernels = _Round.apply(x, self.digits, 24), _Round.apply(kernels, self.digits, 24)
        return _Round.apply(function(x, kernels, *rest, **(kwargs or {})), 24, self.digits)


def kept(network, images, labels, formats):
    """What rounded factors leave of the gradient: its cosine with that of float64, the mean over the convolutions.

    One number for each of the formats, which are counts of binary digits. One: rounding does not matter. Zero: there
    is nothing left but rounding. In training mode.
    """
    right = gradients(network.train().double(), images, labels)
    network.float()

    def cosine(digits):
        with Rounded(digits):
            found = gradients(network, images, labels)
        return torch.stack([F.cosine_similarity(a, b.double(), 0) for a, b in _flat(right, found)]).mean().item()

    return [cosine(digits) for digits in formats]


def before_training(network, train, test):
    """What reaches each convolution before the first step, and what each branch adds.

    `gradient`: its norm over that of the weights, with the batch norm at work, as in training. `without_norm`: the same
    in evaluation mode, where a batch norm that has seen nothing changes nothing. `agreement`: cosine between the
    gradients of two halves of the images, with the batch norm at work.
    """
    images, labels = _few(train, network)
    half = len(images) // 2
    without_norm = gradients(network.eval(), images, labels)
    network.train()
    one, other = (gradients(network, images[part], labels[part]) for part in (slice(half), slice(half, None)))
    weights = [conv.weight.detach().norm() for conv in of_kind(network, nn.Conv2d)]
    return {
        "first_gradient": [(a + b).norm() / 2 / w for a, b, w in zip(one, other, weights, strict=True)],
        "first_without_norm": [gradient.norm() / w for gradient, w in zip(without_norm, weights, strict=True)],
        "first_agreement": [F.cosine_similarity(a, b, 0) for a, b in _flat(one, other)],
        "first_branch": branches(network, images),
    }


def after_training(network, train, test):
    """The error on the images that it learned, with the weights that it has now; and what each branch adds."""
    result = evaluate(network, train)
    images, _ = _few(train, network)
    return {"train_error": 1 - result.accuracy, "train_loss": result.loss, "branch": branches(network, images)}


def _few(train, network):
    return to_device(train[:IMAGES], next(network.parameters()).device)


def _flat(one, other):
    return [(a.flatten(), b.flatten()) for a, b in zip(one, other, strict=True)]


KINDS = {"plain": False, "ResNet": True}
NARROW = at_rates(
    {
        f"narrow {kind}-{depth}": partial(narrow, depth, residual=residual)
        for kind, residual in KINDS.items()
        for depth in DEPTHS
    },
    RATES,
)
# 45,000 images in batches of 128 are 352 steps an epoch: 182 epochs are the 64,000 steps of the paper
PAPER = Config(
    epochs=182, batch_size=128, learning_rate=0.1, warmup=0, schedule="step", drops=(0.5, 0.75), weight_decay=1e-4,
    shift=4, flip=True, exact=True, channels_last=True, graph=True,
)  # fmt: skip
AS_PUBLISHED = {
    f"{kind}-{depth}{told}": Variant(getattr(models, f"cifar_{kind.lower()}{depth}"), {"epochs": epochs})
    for told, epochs in ((", 13,000 steps", 37), ("", PAPER.epochs))
    for kind in KINDS
    for depth in PUBLISHED
}
CONFIG = Config(epochs=5, batch_size=64, learning_rate=0.1, weight_decay=1e-4, channels_last=True)

LAB = Lab(
    name="degradation",
    question="Are deeper networks better?",
    scales={
        "smoke": Scale(
            "shapes", replace(CONFIG, epochs=1), seeds=1, images=IMAGES,
            variants=tuple(f"narrow {name}, rate 0.1" for name in ("plain-8", "plain-56", "ResNet-56")),
        ),
        "laptop": Scale("cifar10", CONFIG, seeds=3, images=6000, validation=5000, variants=tuple(NARROW)),
        "full": Scale(
            "cifar10", PAPER, seeds=3, validation=5000,
            variants=tuple(f"{kind}-{depth}, 13,000 steps" for kind in KINDS for depth in (20, 56)),
        ),
    },
    variants=NARROW | AS_PUBLISHED,
    mistakes=False,
    trials=("trial",),  # the shallow half of the full scale
    at_start=before_training,
    at_end=after_training,
)  # fmt: skip
