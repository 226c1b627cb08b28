import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from cnnbook import models, nn


def rng(seed=0):
    return np.random.default_rng(seed)


def test_parameters_are_those_of_the_table():
    sizes = {name: array.size for name, array in nn.lenet5(rng=rng()).parameters.items() if name.endswith("weight")}
    assert list(sizes.values()) == [150, 2400, 48000, 10080, 840]
    assert sum(array.size for array in nn.lenet5(rng=rng()).parameters.values()) == 61706


def test_every_size_is_that_of_the_paper():
    network, x = nn.lenet5(rng=rng()), np.zeros((1, 1, 32, 32), np.float32)
    shapes = {}
    for name, layer in network.layers.items():
        x = layer.forward(x, training=False)
        shapes[name] = x.shape[1:]
    names = ("C1", "S2", "C3", "S4", "C5", "F6", "output")
    expected = (6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (120, 1, 1), (84,), (10,)
    assert tuple(shapes[name] for name in names) == expected
    assert x.dtype == np.float32


def test_gradients():
    network = nn.lenet5(rng=rng(), num_classes=3, in_channels=2, dtype=np.float64)
    errors = nn.gradient_check(network, rng(1).standard_normal((2, 2, 32, 32)), rng=rng(2), samples=5)
    assert max(errors.values()) < 1e-6


@pytest.mark.torch
def test_training_steps_are_pytorchs():
    """Ten steps of LeNet-5 from the same weights on the same images: the same weights come out."""
    ours, theirs = nn.lenet5(rng=rng(), dtype=np.float64), models.lenet5().double()
    theirs.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in ours.parameters.items()})
    images, labels = rng(1).standard_normal((40, 1, 32, 32)), rng(2).integers(0, 10, 40)
    options = {"lr": 0.05, "momentum": 0.9, "weight_decay": 1e-3}
    nn.train_epoch(ours, nn.SGD(ours, **options), images, labels, batch_size=4, rng=rng(3))

    sgd = torch.optim.SGD(theirs.parameters(), **options)
    for batch in np.split(rng(3).permutation(40), 10):
        sgd.zero_grad()
        cross_entropy(theirs(torch.from_numpy(images[batch])), torch.from_numpy(labels[batch])).backward()
        sgd.step()
    for name, tensor in theirs.state_dict().items():
        np.testing.assert_allclose(ours.parameters[name], tensor.numpy(), rtol=1e-9, atol=1e-9)
