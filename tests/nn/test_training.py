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


def scores(*rows):
    """Images whose pixels are the logits of nn.Flatten()."""
    return np.array(rows, np.float32)[:, None, None, :]


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        (np.array([[0], [1], [1]]), ValueError, r"labels have shape \(3, 1\), .*use labels.reshape\(-1\)"),
        (np.eye(2, dtype=int)[[0, 1, 1]], ValueError, r"use labels.argmax\(axis=1\) if they are one-hot"),
        (np.array(1), ValueError, r"labels have shape \(\)"),
        (np.ma.masked_array([0, 1, 1], [0, 0, 1]), TypeError, "labels must be a NumPy array, got MaskedArray"),
        (np.array(["0", "1", "1"]), TypeError, r"labels have dtype <U1, but need integers: use labels.astype"),
        (np.array([0.0, 1, 1]), TypeError, "labels have dtype float64"),
        (np.array([np.nan, 1, 1]), TypeError, "labels have dtype float64"),
        (np.array([False, True, True]), TypeError, "labels have dtype bool"),
        (np.array([0, 1, None]), TypeError, "labels have dtype object"),
        ([0, 1, 1], TypeError, "labels must be a NumPy array, got list"),
        ("011", TypeError, "labels must be a NumPy array, got str"),
        (None, TypeError, "labels must be a NumPy array, got NoneType"),
        (np.array([0, 1, 2]), ValueError, r"labels\[2\] is 2, but classes go from 0 to 1: use labels from 0 to 1"),
        (np.array([0, -1, 1]), ValueError, r"labels\[1\] is -1"),
        (np.array([0, 1]), ValueError, "have 2 labels, but 3 images: give one label an image"),
    ],
)
def test_labels_that_are_none_are_refused_before_anything_is_trained(labels, error, message):
    images = scores([2, 1], [0, 3], [0, 1])
    linear = nn.Linear(2, 2, rng=rng())
    network, before = nn.Sequential(nn.Flatten(), linear), linear.parameters["weight"].copy()
    with pytest.raises(error, match=message):
        nn.accuracy(network, images, labels, batch_size=2)
    with pytest.raises(error, match=message):
        nn.train_epoch(network, nn.SGD(network, lr=0.1), images, labels, batch_size=1, rng=rng())
    np.testing.assert_array_equal(linear.parameters["weight"], before)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.uint64])
def test_labels_of_any_integer_type_count(dtype):
    assert nn.accuracy(nn.Flatten(), scores([2, 1], [0, 3], [3, 1], [1, 0]), np.array([0, 1, 1, 0], dtype)) == 0.75


def test_logits_that_are_nan_have_no_accuracy():
    with pytest.raises(ValueError, match=r"logits hold NaN, .* train with a smaller lr"):
        nn.accuracy(nn.Flatten(), scores([2, 1], [np.nan, 3]), np.array([0, 1]))


def test_logits_of_the_wrong_shape_are_refused():
    images, labels = np.ones((2, 3, 2, 2), np.float32), np.array([0, 1])
    with pytest.raises(ValueError, match=r"logits has shape \(2, 3, 2, 2\), 4 axes, but needs 2 \(N, classes\)"):
        nn.accuracy(nn.ReLU(), images, labels)


def test_an_optimiser_of_another_network_is_refused():
    one, other = (nn.Sequential(nn.Flatten(), nn.Linear(4, 3, rng=rng())) for _ in range(2))
    with pytest.raises(ValueError, match="optimiser moves another network: use an SGD of this one"):
        nn.train_epoch(one, nn.SGD(other, lr=1), np.ones((2, 1, 2, 2)), np.array([0, 1]), batch_size=2, rng=rng())


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
