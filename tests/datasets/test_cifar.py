import os
import pickle

import numpy as np
import pytest

from cnnbook.datasets import available, load

from .conftest import archive, cifar_files, write

pytestmark = pytest.mark.filterwarnings("ignore:.*differ from the published files")

FOLDERS = {"cifar10": "cifar-10-batches-py", "cifar100": "cifar-100-python"}
CLASSES = {"cifar10": ("plane", "car"), "cifar100": ("apple", "fish")}


def same(one, other):
    return np.array_equal(one.images, other.images) and np.array_equal(one.labels, other.labels)


@pytest.mark.parametrize("name", FOLDERS)
def test_folder_archive_and_download_give_the_same(name, home, publish, server):
    files = cifar_files(name)
    packed = archive(FOLDERS[name], files)
    publish(name, {f"{FOLDERS[name][:-11] if name == 'cifar10' else 'cifar-100'}-python.tar.gz": packed})
    write(home / "a" / FOLDERS[name], files)
    write(home / "b", {next(iter(server.files))[1:]: packed})
    for split, count in (("train", 20 if name == "cifar10" else 4), ("test", 4)):
        images = load(name, split, root=home / "a")
        assert images.images.shape == (count, 3, 32, 32)
        assert images.classes == CLASSES[name]
        assert images.labels[:4].tolist() == [0, 1, 0, 1]
        assert same(images, load(name, split, root=home / "a" / FOLDERS[name]))
        assert same(images, load(name, split, root=home / "b"))
        assert server.requests == []
    assert same(images, load(name, "test"))
    assert len(server.requests) == 1
    assert available(name)


def test_pixels_keep_their_order(home):
    files = cifar_files("cifar10")
    write(home / FOLDERS["cifar10"], files)
    pixels = pickle.loads(files["test_batch"], encoding="bytes")[b"data"]
    image = load("cifar10", "test", root=home).images[1]
    assert np.array_equal(image, pixels[1].reshape(3, 32, 32))  # red, green, blue; row after row


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("text", [True, False])
def test_files_that_python_3_wrote(home, protocol, text):
    files = cifar_files("cifar100")
    for file, content in files.items():
        batch = pickle.loads(content, encoding="bytes")
        if text:
            batch = {key.decode(): value for key, value in batch.items()}
        files[file] = pickle.dumps(batch, protocol=protocol)
    write(home / FOLDERS["cifar100"], files)
    assert len(load("cifar100", "train", root=home)) == 4


class Evil:
    """A pickle of this object runs a program when it is read the usual way."""

    def __reduce__(self):
        return os.mkdir, (self.target,)


def test_a_pickle_that_runs_something_is_refused(home):
    evil = Evil()
    evil.target = str(home / "owned")
    files = cifar_files("cifar10") | {"test_batch": pickle.dumps({b"data": evil})}
    write(home / FOLDERS["cifar10"], files)
    with pytest.raises(ValueError, match=r"it asks for \w+\.mkdir, which has no place in a file of images"):
        load("cifar10", "test", root=home)
    assert not (home / "owned").exists()


PIXELS = np.zeros((2, 3072), np.uint8)


def batch(data=PIXELS, labels=(0, 1)):
    return pickle.dumps({b"data": data, b"labels": labels}, protocol=2)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is cut off or damaged"),
        (b"<html>", "is cut off or damaged"),
        (cifar_files("cifar10")["test_batch"][:-200], "is cut off or damaged"),
        (pickle.dumps([1, 2]), "is cut off or damaged"),
        (pickle.dumps({b"labels": [0]}), "has no 'data', so it is none of the published files"),
        (pickle.dumps({b"data": PIXELS}, protocol=2), "has no 'labels'"),
        (batch(labels=[0.5, 1.5]), "has 'labels' that are no list of whole numbers"),
        (batch(labels=["a", "b"]), "has 'labels' that are no list of whole numbers"),
        (batch(labels=[[0], [1, 2]]), "has 'labels' that are no list of whole numbers"),
        (batch(labels=[[0, 1]]), "has 'labels' that are no list of whole numbers"),
        (batch(labels=None), "has 'labels' that are no list of whole numbers"),
        (batch(labels=[0, 1, 0]), r"holds pixels uint8 of shape \(2, 3072\) for 3 labels"),
        (batch(data=PIXELS.astype(float)), "holds pixels float64 of shape"),
        (batch(data="pixels"), "holds pixels bytes for 2 labels|holds pixels str for 2 labels"),
        (batch(data=[[0] * 3072] * 2), "holds pixels list for 2 labels"),
        (batch(data=PIXELS.reshape(2, 3, 32, 32)), r"holds pixels uint8 of shape \(2, 3, 32, 32\) for 2 labels"),
    ],
)
def test_a_damaged_batch_is_named(home, content, told):
    write(home / FOLDERS["cifar10"], cifar_files("cifar10") | {"test_batch": content})
    with pytest.raises(ValueError, match=f"cifar-10-batches-py.test_batch ({told}).*: \\w"):
        load("cifar10", "test", root=home)


@pytest.mark.parametrize("labels", [[0, 2], [-1, 0]])
def test_labels_without_a_name_are_refused(home, labels):
    write(home / FOLDERS["cifar10"], cifar_files("cifar10") | {"test_batch": batch(labels=labels)})
    with pytest.raises(ValueError, match=f"cifar-10-batches-py holds labels from {min(labels)} to {max(labels)} and "):
        load("cifar10", "test", root=home)


@pytest.mark.parametrize("names", [None, "ab", [1, 2], [["a"], ["b"]]])
def test_names_of_classes_that_are_none_are_refused(home, names):
    meta = pickle.dumps({b"label_names": names}, protocol=2)
    write(home / FOLDERS["cifar10"], cifar_files("cifar10") | {"batches.meta": meta})
    with pytest.raises(ValueError, match=r"batches\.meta has 'label_names' that are no list of names"):
        load("cifar10", "test", root=home)


@pytest.mark.parametrize("seed", range(100))
def test_whatever_is_wrong_in_a_batch_the_error_is_one_sentence(home, seed):
    """Bytes cut off, put in, taken out and changed at random: read, or refused by name; never anything else."""
    rng = np.random.default_rng(seed)
    content = bytearray(cifar_files("cifar10", n=2)["test_batch"])
    places = [int(rng.integers(limit)) for limit in rng.choice([100, len(content)], 4)]
    for place in places:
        place, kind = min(place, len(content) - 1), rng.integers(4)
        if kind == 0:
            content[place] = int(rng.integers(256))
        elif kind == 1:
            content[place:place] = rng.bytes(int(rng.integers(1, 9)))
        elif kind == 2:
            del content[place : place + int(rng.integers(1, 9))]
        else:
            content = content[: len(content) - int(rng.integers(200))]
    write(home / FOLDERS["cifar10"], cifar_files("cifar10", n=2) | {"test_batch": bytes(content)})
    try:
        images = load("cifar10", "test", root=home)
    except ValueError as error:
        told = str(error)
    else:
        told = ""
        assert images.images.shape == (len(images.labels), 3, 32, 32)
        assert set(images.labels) <= {0, 1}
    assert not told or "cifar-10-batches-py" in told


def test_an_archive_without_its_files_is_named(home):
    files = cifar_files("cifar10")
    del files["test_batch"]
    write(home, {"cifar-10-python.tar.gz": archive(FOLDERS["cifar10"], files)})
    with pytest.raises(ValueError, match=r"cifar-10-python\.tar\.gz is cut off or damaged .*test_batch.*: replace it"):
        load("cifar10", "test", root=home)


def test_a_damaged_archive_is_named(home):
    packed = archive(FOLDERS["cifar10"], cifar_files("cifar10"))
    write(home, {"cifar-10-python.tar.gz": packed[: len(packed) // 2]})
    with pytest.raises(ValueError, match=r"tar\.gz is cut off or damaged"):
        load("cifar10", "train", root=home)
