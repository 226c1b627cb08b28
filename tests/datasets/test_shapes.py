import numpy as np

from cnnbook.datasets import available, load


def test_they_are_the_same_everywhere():
    assert load("shapes", "train").sha256().startswith("96abf2100e740354")
    assert load("shapes", "test").sha256().startswith("5a357409302a3c1b")


def test_classes_are_balanced():
    shapes = load("shapes", "train")
    assert shapes.images.shape == (4000, 3, 32, 32)
    assert np.bincount(shapes.labels).tolist() == [800] * 5
    assert available("shapes")


def test_every_shape_stands_out_from_its_ground():
    images = load("shapes", "test").images.astype(int)
    corner, middle = images[:, :, :4, :4].mean((2, 3)), images[:, :, 10:22, 10:22]
    contrast = np.abs(middle - corner[:, :, None, None]).max(axis=(1, 2, 3))
    assert contrast.min() > 60
