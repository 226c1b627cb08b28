"""CIFAR-10 and CIFAR-100: pickled batches, in a folder or in the published archive."""

import hashlib
import io
import pickle
import tarfile
import zlib

import numpy as np

from .download import fetch
from .images import Images
from .places import cache, compare, find, read
from .sources import SOURCES

# data set -> folder in the archive; batches of each split; key of the labels; file and key of the class names
LAYOUT = {
    "cifar10": (
        "cifar-10-batches-py",
        {"train": [f"data_batch_{k}" for k in range(1, 6)], "test": ["test_batch"]},
        "labels",
        ("batches.meta", "label_names"),
    ),
    "cifar100": (
        "cifar-100-python",
        {"train": ["train"], "test": ["test"]},
        "fine_labels",
        ("meta", "fine_label_names"),
    ),
}

# All that a pickle of arrays may call. (Python 3 writes bytes as text to be encoded, where Python 2 is to read them.)
KNOWN = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy._core.multiarray", "_reconstruct"): np._core.multiarray._reconstruct,
    ("_codecs", "encode"): lambda text, encoding: text.encode("latin1"),
}


def load_cifar(name, split, root):
    """Return one split of `name`, downloading the archive where it is in none of the usual places."""
    source = SOURCES[name]
    folder, splits, labels_key, (meta_file, names_key) = LAYOUT[name]
    ((archive, md5),) = source.files.items()
    own = find_cifar(name, split, root)
    place = own or fetch([mirror + archive for mirror in source.mirrors], cache() / archive, md5)
    contents = _read(place, folder, [*splits[split], meta_file])
    *batches, meta = (_unpickle(content, place / file) for file, content in contents.items())
    parts = [_batch(batch, labels_key, place / file) for file, batch in zip(splits[split], batches, strict=True)]
    pixels, labels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    classes = _classes(meta, names_key, place / meta_file)
    if len(labels) and not 0 <= labels.min() <= labels.max() < len(classes):
        told = f"{place} holds labels from {labels.min()} to {labels.max()} and names of {len(classes)} classes"
        raise ValueError(f"{told}: it is damaged; replace it, or delete it")
    if own:
        sums = {file: hashlib.md5(content, usedforsecurity=False).hexdigest() for file, content in contents.items()}
        compare(name, place, sums, source.contents)
    return Images(pixels.reshape(-1, 3, 32, 32), labels, classes)


def find_cifar(name, split, root):
    """Return the folder or archive that holds the split, among the folders that the user named, or None."""
    _, splits, _, (meta_file, _) = LAYOUT[name]
    (archive,) = SOURCES[name].files

    def alternatives(base):
        folders = [[[base / folder / file] for file in (*splits[split], meta_file)] for folder in SOURCES[name].folders]
        return [*folders, [[base / archive]]]

    paths = find(name, split, alternatives, root)
    return paths and (paths[0] if paths[0].name == archive else paths[0].parent)


def _read(place, folder, files):
    """The bytes of files in a folder or archive, by name."""
    if place.is_dir():
        return {file: read(place / file) for file in files}
    try:
        with tarfile.open(fileobj=io.BytesIO(read(place))) as archive:
            return {file: archive.extractfile(f"{folder}/{file}").read() for file in files}
    except (EOFError, KeyError, AttributeError, OSError, tarfile.TarError, zlib.error) as error:
        raise ValueError(f"{place} is cut off or damaged ({error}): replace it, or delete it") from None


def _unpickle(content, path):
    """Unpickle a batch. Keys come as bytes from Python 2, as str from elsewhere; they leave as str."""
    try:
        batch = _ArraysOnly(io.BytesIO(content), encoding="bytes").load()
        return {key.decode() if isinstance(key, bytes) else key: value for key, value in batch.items()}
    except Exception as error:  # there is no end to what a damaged pickle raises
        raise ValueError(f"{path} is cut off or damaged ({error}): replace it, or delete it") from None


def _batch(batch, labels_key, path):
    """Pixels (N, 3072) and labels (N,) of one file."""
    pixels, labels = (_part(batch, key, path) for key in ("data", labels_key))
    try:
        labels = np.array(labels)
    except ValueError:  # lists of different lengths
        labels = np.array(None)
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        raise ValueError(f"{path} has {labels_key!r} that are no list of whole numbers: replace it, or delete it")
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.shape != (len(labels), 3 * 32 * 32):
        held = f"{pixels.dtype} of shape {pixels.shape}" if isinstance(pixels, np.ndarray) else type(pixels).__name__
        told = f"{path} holds pixels {held} for {len(labels)} labels"
        raise ValueError(f"{told}: use uint8 of shape ({len(labels)}, 3072)")
    return pixels, labels.astype(np.int64)


def _classes(meta, key, path):
    names = _part(meta, key, path)
    if not isinstance(names, list) or not all(isinstance(name, str | bytes) for name in names):
        raise ValueError(f"{path} has {key!r} that are no list of names: replace it, or delete it")
    return tuple(name.decode("utf-8", "replace") if isinstance(name, bytes) else name for name in names)


def _part(batch, key, path):
    if key not in batch:
        raise ValueError(f"{path} has no {key!r}, so it is none of the published files: replace it, or delete it")
    return batch[key]


class _ArraysOnly(pickle.Unpickler):
    """An unpickler that can make arrays, and calls nothing else: a pickle from elsewhere could run any program."""

    def find_class(self, module, name):
        module = module.replace("numpy.core", "numpy._core")  # its name before NumPy 2
        if (module, name) in KNOWN:
            return KNOWN[module, name]
        raise pickle.UnpicklingError(f"it asks for {module}.{name}, which has no place in a file of images")
