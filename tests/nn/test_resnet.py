import numpy as np
import pytest

from cnnbook import nn


def rng(seed=0):
    return np.random.default_rng(seed)


def test_parameters_by_hand():
    network = nn.small_resnet(rng=rng(), widths=(8, 16), num_classes=10)
    total = sum(array.size for array in network.parameters.values())
    stem = 1 * 8 * 9 + 16
    first = 2 * (8 * 8 * 9 + 16)
    second = 8 * 16 * 9 + 32 + 16 * 16 * 9 + 32 + 8 * 16 + 32  # the last two: the shortcut
    assert total == stem + first + second + 16 * 10 + 10


@pytest.mark.parametrize("widths", [(3,), (3, 5), (4, 4, 4)])
@pytest.mark.parametrize("training", [True, False])
def test_gradients(widths, training):
    network = nn.small_resnet(rng=rng(), widths=widths, num_classes=3, in_channels=2, dtype=np.float64)
    errors = nn.gradient_check(network, rng(1).standard_normal((3, 2, 7, 6)), rng=rng(2), training=training, samples=5)
    assert max(errors.values()) < 1e-6


def test_each_block_but_the_first_halves_the_image_and_float32_stays():
    network = nn.small_resnet(rng=rng(), widths=(2, 3, 4))
    x = np.ones((2, 1, 9, 13), np.float32)
    shapes = []
    for layer in network.layers.values():
        x = layer.forward(x, training=True)
        if isinstance(layer, nn.Residual):
            shapes.append(x.shape[1:])
    assert shapes == [(2, 9, 13), (3, 5, 7), (4, 3, 4)]
    assert x.dtype == np.float32
