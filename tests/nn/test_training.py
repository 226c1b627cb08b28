import numpy as np
import pytest

from cnnbook import nn
from cnnbook.functional import cross_entropy


def rng(seed=0):
    return np.random.default_rng(seed)


def sixteen_samples(size):
    """Random images with random labels: there is nothing to learn but the samples themselves."""
    return rng(1).standard_normal((16, 1, size, size)).astype(np.float32), rng(2).integers(0, 10, 16)


@pytest.mark.parametrize(
    ("network", "size", "lr"),
    [(nn.lenet5(rng=rng()), 32, 0.05), (nn.small_resnet(rng=rng(), widths=(4, 8)), 12, 0.1)],
    ids=["lenet5", "small_resnet"],
)
def test_a_network_overfits_sixteen_samples(network, size, lr):
    images, labels = sixteen_samples(size)
    sgd, generator = nn.SGD(network, lr=lr, momentum=0.9), rng(3)
    losses = [nn.train_epoch(network, sgd, images, labels, batch_size=16, rng=generator) for _ in range(60)]
    assert losses[0] > 1.5
    assert losses[-1] < 0.1
    assert nn.accuracy(network, images, labels) == 1.0


def test_an_epoch_visits_every_image_once_in_an_order_that_the_generator_decides():
    seen = []

    class Spy(nn.Flatten):
        def forward(self, x, *, training):
            seen.append(x[:, 0, 0, 0].tolist())
            return super().forward(x, training=training)

    network = nn.Sequential(Spy(), nn.Linear(4, 3, rng=rng()))
    images = np.zeros((7, 1, 2, 2), np.float32)
    images[:, 0, 0, 0] = np.arange(7)
    labels = np.array([0, 1, 2, 0, 1, 2, 0])
    nn.train_epoch(network, nn.SGD(network, lr=0.1), images, labels, batch_size=3, rng=rng(5))
    assert [len(batch) for batch in seen] == [3, 3, 1]
    order = [number for batch in seen for number in batch]
    assert order == rng(5).permutation(7).tolist() != list(range(7))


def test_the_loss_is_the_mean_over_images_and_not_over_batches():
    network = nn.Sequential(nn.Flatten(), nn.Linear(4, 3, rng=rng()))
    images, labels = rng(1).standard_normal((5, 1, 2, 2)).astype(np.float32), np.array([0, 1, 2, 0, 1])
    expected = cross_entropy(network.forward(images, training=True), labels)
    loss = nn.train_epoch(network, nn.SGD(network, lr=0.0), images, labels, batch_size=3, rng=rng())
    np.testing.assert_allclose(loss, expected, rtol=1e-6)


def test_accuracy_by_hand_whatever_the_batch_size():
    network = nn.Sequential(nn.Flatten())  # its logits are the pixels
    images = np.array([[3, 1], [1, 3], [3, 1], [1, 3], [3, 1]], np.float32).reshape(5, 1, 1, 2)
    labels = np.array([0, 1, 1, 1, 0])
    assert nn.accuracy(network, images, labels) == nn.accuracy(network, images, labels, batch_size=2) == 0.8


def test_bad_input_is_refused():
    network = nn.Sequential(nn.Flatten(), nn.Linear(4, 3, rng=rng()))
    sgd, images = nn.SGD(network, lr=0.1), np.zeros((2, 1, 2, 2), np.float32)
    with pytest.raises(ValueError, match="batch_size 0 is too small"):
        nn.train_epoch(network, sgd, images, np.array([0, 1]), batch_size=0, rng=rng())
    with pytest.raises(ValueError, match="have 3 labels, but 2 images"):
        nn.train_epoch(network, sgd, images, np.array([0, 1, 2]), batch_size=2, rng=rng())
    with pytest.raises(ValueError, match="have 1 labels, but 2 images"):
        nn.accuracy(network, images, np.array([0]))
    with pytest.raises(ValueError, match="no images"):
        nn.accuracy(network, images[:0], np.array([], int))
