import os
import pickle

import numpy as np
import pytest

from cnnbook.datasets import available, load

from .conftest import archive, cifar_files, write

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


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", pickle.dumps({b"labels": [0]}), pickle.dumps([1, 2]), cifar_files("cifar10")["test_batch"][:-200]],
)
def test_a_damaged_batch_is_named(home, content):
    write(home / FOLDERS["cifar10"], cifar_files("cifar10") | {"test_batch": content})
    with pytest.raises(ValueError, match=r"cifar-10-batches-py.* (is cut off or damaged|has no 'data')"):
        load("cifar10", "test", root=home)


def test_a_damaged_archive_is_named(home):
    packed = archive(FOLDERS["cifar10"], cifar_files("cifar10"))
    write(home, {"cifar-10-python.tar.gz": packed[: len(packed) // 2]})
    with pytest.raises(ValueError, match=r"tar\.gz is cut off or damaged"):
        load("cifar10", "train", root=home)


def test_pixels_that_do_not_fit_are_refused(home):
    batch = pickle.dumps({b"data": np.zeros((2, 3072), np.uint8), b"labels": [0, 1, 0]}, protocol=2)
    write(home / FOLDERS["cifar10"], cifar_files("cifar10") | {"test_batch": batch})
    with pytest.raises(ValueError, match=r"shape \(2, 3072\) for 3 labels"):
        load("cifar10", "test", root=home)
