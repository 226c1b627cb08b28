"""Folders that a reader names: they must be there, and whole; what is in them is compared with what was published."""

import hashlib
import os
from dataclasses import replace

import pytest

from cnnbook.datasets import SPLITS, available, download, load, places, sources

from .conftest import archive, cifar_files, mnist_files, write

quiet = pytest.mark.filterwarnings("ignore:.*differ from the published files")
CIFAR = "cifar-10-batches-py"
ALL = ("mnist", "fashion_mnist", "cifar10", "cifar100")


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Nothing here may fall through to a download."""

    def fetch(urls, path, md5):
        raise AssertionError(f"downloads {path}")

    monkeypatch.setattr("cnnbook.datasets.idx.fetch", fetch)
    monkeypatch.setattr("cnnbook.datasets.cifar.fetch", fetch)


@pytest.mark.parametrize("function", [lambda name, root: load(name, "train", root=root), lambda name, root: available(
    name, root=root)], ids=["load", "available"])  # fmt: skip
@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    ("root", "told"),
    [("{}/nowhere", "root {}/nowhere does not exist: correct it, or leave it out"),
     ("{}/file", "root {}/file is a file, no folder: name the folder that it is in"),
     ("", "root '' names no folder: give a path"), (" ", "root ' ' names no folder"),
     ("~nobody-is-called-so/data", "cannot be found|does not exist"), ("{}/" + "x" * 300, "does not exist")],
)  # fmt: skip
def test_a_root_that_is_not_there_is_an_error(home, function, name, root, told):
    (home / "file").write_text("no folder")
    with pytest.raises(FileNotFoundError, match=told.format(home)):
        function(name, root.format(home))


@pytest.mark.parametrize("name", ALL)
def test_a_root_without_the_files_is_an_error(home, name):
    (home / "data").mkdir()
    first = "cifar" if name.startswith("cifar") else "train-images-idx3-ubyte"
    with pytest.raises(FileNotFoundError, match=f"has no file of {name}'s train split .*, or leave root out") as caught:
        load(name, "train", root=home / "data")
    assert str(home / "data") in str(caught.value)
    assert first in str(caught.value)
    assert not available(name, root=home / "data")


@pytest.mark.parametrize("root", [5, 1.5, True, ["data"], b"data", {}])
def test_a_root_that_is_no_path_is_an_error(home, root):
    with pytest.raises(TypeError, match="root must be a folder, got"):
        load("mnist", "train", root=root)


@pytest.mark.parametrize("name", ["shapes", "digits", "mnist_sample"])
def test_a_root_for_a_set_that_needs_none_is_an_error(home, name):
    with pytest.raises(ValueError, match=f"is of no use: {name} .*; leave root out"):
        load(name, "train", root=home)


@quiet
@pytest.mark.parametrize("variable", [False, True])
@pytest.mark.parametrize(
    ("name", "folder", "files", "missing"),
    [("mnist", "MNIST/raw", mnist_files(), "train-labels-idx1-ubyte.gz"),
     ("mnist", ".", mnist_files(end=""), "train-images-idx3-ubyte"),
     ("fashion_mnist", "FashionMNIST/raw", mnist_files(), "train-images-idx3-ubyte.gz"),
     ("cifar10", CIFAR, cifar_files("cifar10"), "data_batch_3"),
     ("cifar100", "cifar-100-python", cifar_files("cifar100"), "meta")],
)  # fmt: skip
def test_half_of_the_files_is_an_error(home, monkeypatch, variable, name, folder, files, missing):
    files = dict(files)
    del files[missing]
    write(home / "data" / folder, files)
    if variable:
        monkeypatch.setenv("CNNBOOK_DATA", str(home / "data"))
    told = f"has a part of {name}'s train split only: {missing.removesuffix('.gz')}"
    for function in (lambda root: load(name, "train", root=root), lambda root: available(name, root=root)):
        with pytest.raises(FileNotFoundError, match=told) as caught:
            function(None if variable else home / "data")
        assert str((home / "data" / folder).resolve()) in str(caught.value)
        assert ("unset CNNBOOK_DATA" if variable else "leave root out") in str(caught.value)


@quiet
def test_a_folder_in_the_place_of_a_file_is_told(home):
    write(home / CIFAR, cifar_files("cifar10"))
    (home / CIFAR / "data_batch_2").unlink()
    (home / CIFAR / "data_batch_2").mkdir()
    with pytest.raises(FileNotFoundError, match=r"data_batch_2 \(a folder has its name\) missing"):
        load("cifar10", "train", root=home)


def test_a_variable_that_names_no_folder_is_an_error_and_an_empty_one_is_none(home, monkeypatch):
    monkeypatch.setenv("CNNBOOK_DATA", str(home / "nowhere"))
    with pytest.raises(FileNotFoundError, match=r"CNNBOOK_DATA .*nowhere does not exist"):
        load("mnist", "train")
    for value in ("", str(home)):  # a folder for other data sets
        monkeypatch.setenv("CNNBOOK_DATA", value)
        with pytest.raises(AssertionError, match="downloads"):
            load("mnist", "train")


@quiet
def test_a_whole_set_beside_half_of_one_is_used(home):
    half = cifar_files("cifar10")
    del half["test_batch"]
    write(home / CIFAR, half)
    write(home, {"cifar-10-python.tar.gz": archive(CIFAR, cifar_files("cifar10"))})
    assert len(load("cifar10", "test", root=home)) == 4


def test_one_split_from_a_folder_and_the_other_from_the_cache_is_available(home, monkeypatch):
    files = mnist_files()
    write(home / "data", {file: content for file, content in files.items() if file.startswith("train")})
    write(places.cache() / "MNIST" / "raw", {file: b"" for file in files if file.startswith("t10k")})
    monkeypatch.setenv("CNNBOOK_DATA", str(home / "data"))
    assert available("mnist")


def sums(files):
    return {file: hashlib.md5(content).hexdigest() for file, content in files.items()}


def declare(monkeypatch, name, **known):
    """Let these be the sums of the published files."""
    monkeypatch.setitem(sources.SOURCES, name, replace(sources.SOURCES[name], **known))


@pytest.mark.parametrize("end", ["", ".gz"])
def test_the_published_files_say_nothing_and_others_are_told_to_differ(home, monkeypatch, end):
    write(home, mnist_files(end=end))
    plain = mnist_files(end="")
    declare(monkeypatch, "mnist", contents=sums(plain))  # gzipped anew: another sum, the same numbers
    for split in SPLITS:
        load("mnist", split, root=home)
    declare(monkeypatch, "mnist", contents=sums(plain | {"t10k-images-idx3-ubyte": b""}))
    load("mnist", "train", root=home)
    with pytest.warns(
        UserWarning, match=f"^{home}: t10k-images-idx3-ubyte differ from the published files of mnist .*"
    ):
        load("mnist", "test", root=home)


def test_files_that_cannot_be_compared_are_told(home, monkeypatch):
    """Fashion-MNIST's sums are of the .gz files."""
    folder = write(home / "FashionMNIST", mnist_files())
    declare(monkeypatch, "fashion_mnist", files=sums(mnist_files()))
    load("fashion_mnist", "train", root=folder)
    for file in mnist_files():
        (folder / file).unlink()
    write(folder, mnist_files(end=""))
    with pytest.warns(UserWarning, match=r"cannot be compared with the published .* of the \.gz files: put these"):
        load("fashion_mnist", "train", root=folder)


@pytest.mark.parametrize("packed", [False, True])
def test_a_stand_in_for_cifar_is_used_with_a_word(home, monkeypatch, packed):
    files = cifar_files("cifar10")
    if packed:
        write(home, {"cifar-10-python.tar.gz": archive(CIFAR, files)})
    else:
        write(home / CIFAR, files)
    declare(monkeypatch, "cifar10", contents=sums(files))
    assert len(load("cifar10", "test", root=home)) == 4
    declare(monkeypatch, "cifar10", contents=sums(files) | {"test_batch": "another"})
    with pytest.warns(
        UserWarning, match=r"cifar-10.*: test_batch differ from .*: numbers measured on them are not those"
    ):
        images = load("cifar10", "test", root=home)
    assert len(images) == 4


def test_the_warning_points_at_the_line_that_loads(home):
    write(home, mnist_files())
    with pytest.warns(UserWarning, match="differ from the published") as told:
        load("mnist", "train", root=home)
    assert [warning.filename for warning in told] == [__file__]


@pytest.mark.parametrize("name", ALL)
def test_every_file_of_a_source_has_a_sum(name):
    """Of Fashion-MNIST, those of the .gz files only."""
    source = sources.SOURCES[name]
    every = [*source.files.values(), *source.contents.values()]
    assert len(set(every)) == len(every) == {"mnist": 8, "fashion_mnist": 4, "cifar10": 8, "cifar100": 4}[name]
    assert all(len(md5) == 32 and int(md5, 16) >= 0 for md5 in every)


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_a_file_that_cannot_be_read_is_named(home, monkeypatch, name):
    write(home / ("MNIST" if name == "mnist" else CIFAR), mnist_files() if name == "mnist" else cifar_files("cifar10"))

    def read_bytes(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(places.Path, "read_bytes", read_bytes)
    with pytest.raises(OSError, match=rf"^{home}.* cannot be read \(Permission denied\): make it readable, or use"):
        load(name, "train", root=home)


def test_a_cache_that_cannot_be_written_is_named(home, monkeypatch):
    (home / "cache").write_text("a file where the folder should be")
    with pytest.raises(download.Unwritable, match=rf"^{home}/cache/cnnbook cannot be written .*set XDG_CACHE_HOME to"):
        download.fetch(["http://127.0.0.1:1/x"], places.cache() / "x", "")


@pytest.mark.skipif("not os.path.exists('/dev/full')", reason="the system has no disk that is always full")
def test_a_full_disk_is_told_at_once(home, server):
    server.files["/file.bin"] = b"?" * 100_000
    (home / "file.bin.part").symlink_to("/dev/full")
    with pytest.raises(download.Unwritable, match=r"cannot be written \(No space left on device\): free space there"):
        download.fetch([f"{server.url}file.bin", f"{server.url}again/file.bin"], home / "file.bin", "")
    assert [path for path, _ in server.requests] == ["/file.bin"]  # the next mirror would not help
    assert not (home / "file.bin").exists()


def test_no_home_is_told(monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)

    def nowhere():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(places.Path, "home", nowhere)
    with pytest.raises(FileNotFoundError, match="there is no home folder to keep downloads in: set XDG_CACHE_HOME to"):
        places.cache()


@pytest.mark.parametrize("name", [None, 3, b"mnist", ["mnist"], {}, object(), "mnist ", "", "MNIST"])
@pytest.mark.parametrize("split", ["train", None, 3, ["train"], "Train"])
@pytest.mark.parametrize("root", [None, 3, os.devnull])
def test_wrong_kinds_never_end_in_anything_but_a_sentence(home, name, split, root):
    with pytest.raises((ValueError, TypeError, OSError), match=r": \w|no data set"):
        load(name, split, root=root)
