import gzip

import numpy as np
import pytest

from cnnbook.datasets import available, load
from cnnbook.datasets.idx import read_idx

from .conftest import idx, mnist_files, write

pytestmark = pytest.mark.filterwarnings("ignore:.*differ from the published files", "ignore:.*cannot be compared with")


@pytest.mark.parametrize("end", ["", ".gz"])
@pytest.mark.parametrize("folder", [".", "MNIST/raw", "mnist"])
def test_files_in_a_root_are_used_as_they_are(home, folder, end):
    write(home / "data" / folder, mnist_files(6, end=end))
    train, test = (load("mnist", split, root=home / "data") for split in ("train", "test"))
    assert train.images.shape == (6, 1, 5, 7)
    assert train.images[1, 0, 0].tolist() == list(range(35, 42))
    assert train.labels.tolist() == [0, 1, 2, 3, 4, 5]
    assert train.labels.dtype == np.int64
    assert len(test) == 3
    assert available("mnist", root=str(home / "data"))


def test_the_root_comes_before_the_environment_and_the_environment_before_the_network(home, monkeypatch, server):
    write(home / "first", mnist_files(start=1))
    write(home / "second", mnist_files(start=2))
    monkeypatch.setenv("CNNBOOK_DATA", str(home / "second"))
    assert load("mnist", "train", root=home / "first").images[0, 0, 0, 0] == 1
    assert load("mnist", "train").images[0, 0, 0, 0] == 2
    assert server.requests == []


def test_mnist_and_fashion_mnist_are_not_taken_for_each_other(home):
    write(home / "data", mnist_files(start=1))
    write(home / "data" / "FashionMNIST" / "raw", mnist_files(start=2))
    assert load("mnist", "train", root=home / "data").images[0, 0, 0, 0] == 1
    clothes = load("fashion_mnist", "train", root=home / "data")
    assert clothes.images[0, 0, 0, 0] == 2
    assert clothes.classes[9] == "Ankle boot"
    assert load("fashion_mnist", "train", root=home / "data" / "FashionMNIST" / "raw").images[0, 0, 0, 0] == 2
    assert not available("mnist", root=home / "data" / "FashionMNIST")


def test_a_download_is_kept_and_not_repeated(home, publish, server):
    publish("mnist", mnist_files(6))
    assert not available("mnist")
    assert len(load("mnist", "train")) == len(load("mnist", "train")) == 6
    assert [path for path, _ in server.requests] == ["/train-images-idx3-ubyte.gz", "/train-labels-idx1-ubyte.gz"]
    load("mnist", "test")
    assert available("mnist")


def test_a_cut_off_file_in_the_cache_is_fetched_again(home, publish, server):
    publish("mnist", mnist_files(6))
    load("mnist", "train")
    (cached,) = home.glob("cache/**/train-images*")
    cached.write_bytes(cached.read_bytes()[:-3])
    assert len(load("mnist", "train")) == 6
    assert len(server.requests) == 3


def test_offline_the_error_names_what_needs_no_network(home, publish, server):
    publish("mnist", mnist_files(6))
    server.status = 503
    message = r"mnist is not on this machine .*503.*use load\('mnist_sample', 'test'\), which needs no download"
    with pytest.raises(ConnectionError, match=message):
        load("mnist", "test")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no IDX file"),
        (b"<html>", "no IDX file"),
        (idx(np.zeros((2, 5, 7), np.uint8))[:6], "no IDX file"),
        (idx(np.zeros((2, 5, 7), np.uint8))[:-1], "69 bytes, its header promises 70"),
        (idx(np.zeros((2, 5, 7), np.uint8)) + b"?", "71 bytes, its header promises 70"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, content, message):
    path = tmp_path / "images-ubyte"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        read_idx(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("damage", [lambda c: c[:-9], lambda c: b"PK" + c[2:], lambda c: c[:-8] + b"12345678"])
def test_a_damaged_gzip_file_is_named(tmp_path, damage):
    path = tmp_path / "images-ubyte.gz"
    path.write_bytes(damage(gzip.compress(idx(np.arange(70, dtype=np.uint8).reshape(2, 5, 7)))))
    with pytest.raises(ValueError, match=r"images-ubyte\.gz is cut off or damaged"):
        read_idx(path)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.arange(4, dtype=np.uint8), r"shape \(4,\): use files with shapes"),
        (np.full(6, 10, np.uint8), "train-labels-idx1-ubyte holds labels up to 10: mnist has 0 to 9"),
        (np.zeros((6, 1), np.uint8), "use files with shapes"),
    ],
)
def test_labels_that_do_not_fit_are_refused(home, labels, message):
    files = mnist_files(6, end="") | {"train-labels-idx1-ubyte": idx(labels)}
    write(home / "data", files)
    with pytest.raises(ValueError, match=message):
        load("mnist", "train", root=home / "data")
