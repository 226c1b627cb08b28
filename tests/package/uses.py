"""The package as a reader uses it. `make types` proves that a type checker accepts each line; test_types.py runs it."""

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import nn

import cnnbook
from cnnbook import arithmetic, checks, datasets, diagrams, environment, exercises, functional, labs, models, plotting
from cnnbook.nn import SGD, Conv2d, Flatten, Linear, ReLU, Sequential, accuracy, train_epoch
from cnnbook.profile import profile
from cnnbook.training import Config, Epoch, MissingRecord, evaluate, fit, load_record
from cnnbook.widgets import ArchitectureExplorer, ConvolutionStepper, PoolingExplorer


def sizes() -> None:
    side: int = arithmetic.output_size(224, 7, stride=2, padding=3)
    other: int = cnnbook.arithmetic.transposed_output_size(side, 2, stride=2)
    height, width = arithmetic.output_size((5, 7), (3, 2), padding=arithmetic.same_padding((5, 7), (3, 2)))
    sequence: int = arithmetic.output_size(9, 3, padding=(0, 1))
    before, after = arithmetic.same_padding(8, 3, stride=2)
    macs: int = arithmetic.conv_macs(3, 4, (3, 2), (height, width)) + arithmetic.conv_parameters(3, 4, 3, bias=False)
    seen = arithmetic.receptive_field([(3,), (3, 1, (0, 1)), ((3, 2), 2)])
    print(other, sequence, before + after, macs, seen.size, seen.centre, arithmetic.Geometry(7, 3, dilation=2).span)


def operations() -> None:
    rng = np.random.default_rng(0)
    x, weight = np.ones((2, 3, 5, 7), np.float32), np.ones((4, 3, 3, 2), np.float32)
    out: NDArray[np.float32] = functional.conv2d(x, weight, padding=((1, 1), (0, 1)), stride=(1, 2))
    grad_x, grad_weight, grad_bias = functional.conv2d_backward(out, x, weight, padding=((1, 1), (0, 1)), stride=(1, 2))
    pooled = functional.max_pool2d(functional.relu(out), 2, stride=1, ceil_mode=True)
    dropped, mask = functional.dropout(pooled, p=0.5, training=True, rng=rng)
    zeros, ones = np.zeros(4, np.float32), np.ones(4, np.float32)
    normal, mean, variance = functional.batch_norm(out, zeros, ones, ones, zeros, training=True)
    double: NDArray[np.float64] = functional.log_softmax(rng.standard_normal((2, 10)))
    loss = functional.cross_entropy(double, np.array([1, 9]))
    columns = functional.im2col(x, (3, 2), layout="NCHW")
    image = functional.col2im(columns, x.shape, (3, 2))
    print(grad_x.shape, grad_weight.mean(), grad_bias is None, dropped * mask, normal, mean + variance)
    print(float(loss), image.ndim)


def numpy_network() -> None:
    rng = np.random.default_rng(0)
    network = Sequential(Conv2d(1, 4, (3, 2), rng=rng), ReLU(), Flatten(), Linear(4 * 3 * 6, 10, rng=rng))
    images, labels = np.ones((2, 1, 5, 7), np.float32), np.array([0, 9])
    loss: float = train_epoch(network, SGD(network, lr=0.1), images, labels, batch_size=2, rng=rng)
    names = [name.upper() for name in network.parameters]
    print(loss + accuracy(network, images, labels), names, network.forward(images, training=False).argmax(axis=1))


def networks() -> None:
    with torch.device("meta"):
        network: nn.Module = models.vgg16(batch_norm=True, num_classes=10)
        small = models.build("cifar_resnet20", in_channels=1)
    table = profile(network, (3, 224, 224))
    counted = {row.name: row.macs for row in table if row.parameters > 0}
    print(len(table), counted, table.totals.parameters, profile(small, [(1, 32, 32)]).stages(), models.list_models()[0])
    print(models.lenet5()(torch.zeros(1, 1, 32, 32)).shape, table.to_pandas(), diagrams.draw("vgg").svg[:9])


def training() -> None:
    train, test = datasets.load("shapes", "train")[:64], datasets.load("shapes", "test")[:32]
    images, labels, classes = test
    network = nn.Sequential(cnnbook.training.Standardise(train), models.lenet5(in_channels=3))
    epochs: list[Epoch] = []
    config = Config(epochs=1, batch_size=32, learning_rate=0.01, schedule="step", drops=(0.5,), device="cpu")
    history = fit(network, train, test, config, on_epoch=lambda network, epoch: epochs.append(epoch))
    judged = evaluate(network, test, batch_size=16)
    wrong: int = int((judged.predictions != test.labels).sum())
    print(history[-1].test_accuracy, history.column("test_loss"), wrong, len(classes), images.shape, labels.dtype)


def records() -> None:
    lab = labs.load("lenet_mnist")
    record = lab.record()
    if record:
        print(record.table()[0], record.test_errors(record.variants()[0]), record.provenance())
    absent = load_record("no_such_lab")
    print(isinstance(absent, MissingRecord), lab.at("smoke").config.epochs, labs.names(), lab.scale)


def pictures() -> None:
    figure: Figure = plotting.learning_curves({"plain": [2.0, 1.0], "residual": np.array([2.0, 0.5])}, ylabel="loss")
    print(plotting.image_grid(np.zeros((3, 1, 5, 7)), titles=["a", "b", "c"]), plotting.palette()["input"]["line"])
    print(figure.get_size_inches())
    with plotting.style():
        print(plotting.volumes(3, 4, (5, 7), (3, 2)))


def explorers() -> None:
    stepper = ConvolutionStepper([[0, 0, 9], [0, 9, 9], [9, 9, 9]], np.eye(2), row=1)
    stepper.flip = True
    print(stepper.output.max(), stepper.summary(), PoolingExplorer(kernel=3, kind="average").output.shape)
    print(ArchitectureExplorer("resnet", shown=("resnet34", "resnet50"), quantity="macs"))


def answers() -> None:
    def output_size(size: int, kernel: int, *, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
        return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1

    checks.convolution.output_size(output_size)
    checks.arithmetic.output_size(output_size, fresh=True, seed=3)
    status: str = checks.questions()["arithmetic-output_size"].run(output_size, seed=2026, cases=100).status
    environment.require("0.1")
    print(status, environment.report(), exercises.derive is not None)
