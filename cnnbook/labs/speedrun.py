"""How fast can CIFAR-10 be learned? A small residual network, and what each trick of the fast ones is worth."""

from dataclasses import replace
from functools import partial

from torch import nn

from cnnbook.training import Config

from ._lab import Lab, Scale, Variant

TRICKS = {
    # what it does, and what stands there without it
    "falling rate": ({"schedule": "one_cycle"}, {"schedule": "constant"}),
    "smooth labels": ({"label_smoothing": 0.2}, {"label_smoothing": 0.0}),
    "flip": ({"flip": True}, {"flip": False}),
    "shift": ({"shift": 2}, {"shift": 0}),
    "cutout": ({"cutout": 8}, {"cutout": 0}),
    "lookahead": ({"lookahead": 5}, {"lookahead": 0}),
}
MACHINE = {  # change the seconds, and the accuracy by rounding alone
    "channels-last": ({"channels_last": True}, {"channels_last": False}),
    "bfloat16": ({"bfloat16": True}, {"bfloat16": False}),
}


def knobs(tricks, on):
    """The knobs of these tricks, those in `on` switched on and the others off.

    >>> knobs(MACHINE, {"bfloat16"})
    {'channels_last': False, 'bfloat16': True}
    """
    chosen = [with_it if name in on else without for name, (with_it, without) in tricks.items()]
    return {knob: value for changes in chosen for knob, value in changes.items()}


class Residual(nn.Module):
    """x + f(x), where f is two convolutions."""

    def __init__(self, channels):
        super().__init__()
        self.branch = nn.Sequential(conv(channels, channels), conv(channels, channels))

    def forward(self, x):
        return x + self.branch(x)


def conv(channels_in, channels, *, stride=1, pool=False):
    """Convolution of 3x3, batch norm, ReLU; with `pool` the side is halved."""
    layers = [nn.Conv2d(channels_in, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels)]
    return nn.Sequential(*layers, nn.ReLU(), *[nn.MaxPool2d(2)] * pool)


class Scaled(nn.Module):
    """The input times a number."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return self.factor * x

    def extra_repr(self):
        return f"{self.factor}"


def resnet9(*, num_classes, in_channels, width=64, stride=1, factor=1.0):
    """Eight convolutions and a linear layer, after https://github.com/davidcpage/cifar10-fast.

    For a CPU it is made narrow, and begins with a stride of 2. For a GPU it is wide, and a factor makes its logits
    small: of many large features the linear layer makes large logits, and each step changes them by a lot.

    >>> network = resnet9(num_classes=10, in_channels=3, width=8, stride=2)
    >>> sum(parameter.numel() for parameter in network.parameters())
    103954
    """
    w = width  # maps and sides for images of 32 x 32 and a stride of 1:
    return nn.Sequential(
        conv(in_channels, w, stride=stride),  # w      32
        conv(w, 2 * w, pool=True),  # 2 w    16
        Residual(2 * w),
        conv(2 * w, 4 * w, pool=True),  # 4 w     8
        conv(4 * w, 8 * w, pool=True),  # 8 w     4
        Residual(8 * w),
        nn.AdaptiveMaxPool2d(1),  # 8 w     1
        nn.Flatten(),
        nn.Linear(8 * w, num_classes),
        *[Scaled(factor)] * (factor != 1),
    )


def switches():
    """What is compared -> its knobs: all tricks, all but one, none, only one; then what is there for the machine."""
    every, machine = set(TRICKS), set(MACHINE)
    return {
        "everything": {},
        **{f"without {name}": knobs(TRICKS, every - {name}) for name in TRICKS},
        "nothing": knobs(TRICKS, set()),
        **{f"only {name}": knobs(TRICKS, {name}) for name in TRICKS},
        **{f"without {name}": knobs(MACHINE, machine - {name}) for name in MACHINE},
        "without both": knobs(MACHINE, set()),
    }


def lengths(*epochs):
    """All tricks, and none, in another number of epochs; the schedule is stretched with it."""
    return {
        f"{name}, {count} epochs": switches()[name] | {"epochs": count}
        for name in ("everything", "nothing")
        for count in epochs
    }


narrow = partial(resnet9, width=8, stride=2)  # for a CPU
wide = partial(resnet9, factor=1 / 8)  # for a GPU
NARROW = {name: Variant(narrow, changes) for name, changes in (switches() | lengths(3, 12)).items()}
WIDE = {f"{name}, wide": Variant(wide, changes) for name, changes in (switches() | lengths(10, 15)).items()}
CONFIG = Config(
    epochs=6, batch_size=64, learning_rate=0.1, warmup=0.2, weight_decay=5e-4,
    **knobs(TRICKS | MACHINE, set(TRICKS | MACHINE)),
)  # fmt: skip
# Parts of the validation images; those of laptop were set before the record, after a trial with another seed.
TARGETS = {"smoke": (0.2, 0.3), "laptop": (0.45, 0.5), "full": (0.9, 0.94)}


def epochs_to(record, variant, target):
    """Epochs until the accuracy on the validation images reaches the target, one a seed; None where it never does."""
    series = record.measured(variant, "validation")
    return [next((n for n, accuracy in enumerate(of_seed, 1) if accuracy >= target), None) for of_seed in series]


LAB = Lab(
    name="speedrun",
    question="How fast can CIFAR-10 be learned?",
    scales={
        "smoke": Scale(
            "shapes", replace(CONFIG, epochs=2), seeds=1, images=1000, validation=500,
            variants=("everything", "nothing"),
        ),
        "laptop": Scale("cifar10", CONFIG, seeds=3, images=6000, validation=2000, variants=tuple(NARROW)),
        "full": Scale(
            "cifar10", replace(CONFIG, epochs=20, batch_size=512, learning_rate=0.4, graph=True), seeds=10,
            validation=5000,
            variants=tuple(name for name in WIDE if not name.startswith("only ")),
        ),
    },
    variants=NARROW | WIDE,
    mistakes=False,
    validate_each_epoch=True,
    # three learning rates; a part of full on a GPU, a fault; its cause on a CPU; the part, mended
    trials=("rates", "no-factor", "pilot", "trial"),
)  # fmt: skip
