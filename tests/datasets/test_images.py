import numpy as np
import pytest

from cnnbook.datasets import Images

IMAGES = np.zeros((3, 1, 5, 7), np.uint8)
LABELS = np.array([0, 1, 1])


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (IMAGES / 255, LABELS, r"images are float64 of shape \(3, 1, 5, 7\): use uint8"),
        (IMAGES[:, 0], LABELS, r"images are uint8 of shape \(3, 5, 7\)"),
        (IMAGES, LABELS[:2], r"labels are int64 of shape \(2,\): use int64 of shape \(3,\)"),
        (IMAGES, LABELS.astype(np.uint8), "labels are uint8"),
        (IMAGES, LABELS + 1, "labels run from 1 to 2: use 0 to 1"),
        (IMAGES, LABELS - 1, "labels run from -1 to 0"),
    ],
)
def test_parts_that_do_not_fit_are_refused(images, labels, message):
    with pytest.raises(ValueError, match=message):
        Images(images, labels, ("no", "yes"))


def test_length_parts_and_repr():
    data = Images(IMAGES, LABELS, ("no", "yes"))
    images, labels, classes = data
    assert images is IMAGES
    assert labels is LABELS
    assert classes == ("no", "yes")
    assert len(data) == 3
    assert repr(Images(IMAGES, LABELS, tuple(map(str, range(100))))) == (
        "Images(3 images of 1 x 5 x 7, classes: 100 of them)"
    )


@pytest.mark.parametrize("which", [slice(1, None), [1, 2], np.array([False, True, True])])
def test_some_of_them(which):
    some = Images(IMAGES, LABELS, ("no", "yes"))[which]
    assert np.array_equal(some.images, IMAGES[1:])
    assert np.array_equal(some.labels, LABELS[1:])
    assert some.classes == ("no", "yes")


def test_one_image_is_asked_for_as_a_part():
    with pytest.raises(TypeError, match=r"index 2 is one image: use a slice, \[2:3\], indices or a mask"):
        Images(IMAGES, LABELS, ("no", "yes"))[2]


def test_the_checksum_sees_pixels_labels_and_shape():
    changed = IMAGES.copy()
    changed[2, 0, 4, 6] = 1
    sums = {
        Images(images, labels, ("no", "yes")).sha256()
        for images, labels in (
            (IMAGES, LABELS), (changed, LABELS), (IMAGES, LABELS[::-1]), (IMAGES.reshape(3, 1, 7, 5), LABELS),
        )
    }  # fmt: skip
    assert len(sums) == 4
    assert Images(np.asfortranarray(IMAGES), LABELS, ("no", "yes")).sha256() in sums
