"""What changes with several devices? Networks trained by one process and by two, and what two must tell each other."""

from dataclasses import replace
from functools import partial
from time import perf_counter

import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

from cnnbook.training import Config
from cnnbook.training.devices import is_first, total

from ._lab import Lab, Scale, Variant

SIZES = tuple(4**power for power in range(5, 12))  # float32 numbers in an all-reduce: 4 KB to 16 MB
LOCAL = (8, 16, 32, 64)  # images a step and process, where steps are timed
WATCHED = 64  # weights that are put down after each epoch


class SumOverAll(torch.autograd.Function):
    """The sum of a tensor over all processes; on the way back, the sum of its gradients."""

    @staticmethod
    def forward(ctx, x):
        return total(x)

    @staticmethod
    def backward(ctx, gradient):
        return total(gradient)


class BatchNormOverAll(nn.BatchNorm2d):
    """Mean and variance of a channel are those over all processes' images.

    So does PyTorch's ``nn.SyncBatchNorm``, which is the one to use, on GPUs: it refuses to work on CPUs.
    """

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        wide = x.double()  # the variance is a small difference of two sums
        sums = torch.stack([torch.ones_like(wide).sum((0, 2, 3)), wide.sum((0, 2, 3)), wide.square().sum((0, 2, 3))])
        count, first, second = SumOverAll.apply(sums)
        mean = first / count
        variance = second / count - mean.square()
        mean, variance, count = mean.float(), variance.float(), count.float()
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * count / (count - 1), self.momentum)
            self.num_batches_tracked += 1
        scale = self.weight / (variance + self.eps).sqrt()
        return x * scale[:, None, None] + (self.bias - mean * scale)[:, None, None]


def small(norm, *, num_classes, in_channels):
    """Four convolutions of 3x3, each with stride 2, from 32 x 32 pixels to 2 x 2; `norm` stands behind each.

    >>> small(nn.BatchNorm2d, num_classes=10, in_channels=3)[:-3](torch.zeros(1, 3, 32, 32)).shape
    torch.Size([1, 64, 2, 2])
    """
    layers, c_in = [], in_channels
    for c_out in (16, 32, 64, 64):
        layers += [nn.Conv2d(c_in, c_out, 3, stride=2, padding=1), norm(c_out), nn.ReLU()]
        c_in = c_out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c_in, num_classes))


@torch.no_grad()
def nudged(**shape):
    """The network with batch norm, one first weight of which is the next larger number: how much is rounding worth?"""
    network = small(nn.BatchNorm2d, **shape)
    first = network[0].weight[0, 0]
    first[0, 0] = torch.nextafter(first[0, 0], torch.tensor(1.0))
    return network


def no_norm(channels):
    """In the place of batch norm: nothing."""
    return nn.Identity()


def watched(network, train, test):
    """Some of the weights, from all layers: how far apart two networks are shows in them."""
    weights = torch.cat([parameter.detach().flatten() for parameter in network.parameters()])
    return {"watched": weights[torch.linspace(0, len(weights) - 1, WATCHED).long()].double()}


def times(network, train, test):
    """Seconds of an all-reduce of each of SIZES, and of a step with LOCAL images a process: one round of each."""
    device = next(network.parameters()).device
    measures = {
        "all_reduce": [_seconds(partial(dist.all_reduce, torch.ones(size, device=device)), device) for size in SIZES]
    }
    alone = small(no_norm, num_classes=10, in_channels=train.images.shape[1]).to(device)
    joined = DistributedDataParallel(alone)
    for name, stepping in (("step_alone", alone), ("step_apart", alone), ("step_joined", joined)):
        works = name != "step_alone" or is_first()
        measures[name] = [_seconds(partial(_step, stepping, count, train, device), device, works) for count in LOCAL]
    return measures


def _step(network, count, train, device):
    images = torch.from_numpy(train.images[:count]).to(device).float()
    F.cross_entropy(network(images), torch.from_numpy(train.labels[:count]).to(device)).backward()


def _seconds(work, device, works=True):
    """The fastest of five times, all processes beginning together: other work on the machine only ever adds."""
    seconds = []
    for _ in range(5):
        dist.barrier()
        started = perf_counter()
        if works:
            work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        seconds.append(perf_counter() - started)
    return min(seconds)


BUILDS = {
    "no norm": partial(small, no_norm),
    "batch norm": partial(small, nn.BatchNorm2d),
    "one digit changed": nudged,
    "synchronised": partial(small, BatchNormOverAll),
}
CONFIG = Config(epochs=2, batch_size=64, learning_rate=0.1, device="cpu")


def _variant(norm, batch, count):
    """Name and variant; the learning rate is proportional to the images of a step."""
    rate = CONFIG.learning_rate * batch / CONFIG.batch_size
    knobs = {"batch_size": batch, "learning_rate": rate, "alone": count == 1}
    return f"{norm}, batch {batch}, {count} process{'es' * (count > 1)}", Variant(BUILDS[norm], knobs)


LAB = Lab(
    name="many_gpus",
    question="What changes with several devices?",
    scales={
        "smoke": Scale(
            "shapes", replace(CONFIG, epochs=1), seeds=1, images=98,
            variants=(
                "no norm, batch 16, 1 process", "no norm, batch 16, 2 processes", "batch norm, batch 4, 1 process",
                "batch norm, batch 4, 2 processes", "synchronised, batch 4, 2 processes",
            ),
        ),
        "laptop": Scale("cifar10", CONFIG, seeds=3, images=1500),
        "full": Scale("cifar10", replace(CONFIG, epochs=4, device="auto"), seeds=3, images=10_000),
    },
    variants=dict(
        [_variant("no norm", 16, count) for count in (1, 2)]
        + [_variant(*row) for batch in (64, 4) for row in (
            ("batch norm", batch, 1), ("one digit changed", batch, 1),
            ("batch norm", batch, 2), ("synchronised", batch, 2),
        )]
    ),
    processes=2,
    mistakes=False,
    trials=("rates",),  # three learning rates, in one process
    each_epoch=watched,
    at_end=times,
)  # fmt: skip
