"""CIFAR-10 and CIFAR-100: pickled batches, in a folder or in the published archive."""

import io
import pickle
import tarfile
import zlib

import numpy as np

from .download import fetch
from .images import Images
from .places import cache, user_folders
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
    place = find_cifar(name, split, root) or fetch(
        [mirror + archive for mirror in source.mirrors], cache() / archive, md5
    )
    *batches, meta = _read(place, folder, [*splits[split], meta_file])
    try:
        pixels = np.concatenate([batch["data"] for batch in batches])
        labels = np.concatenate([batch[labels_key] for batch in batches])
        classes = tuple(text.decode() if isinstance(text, bytes) else text for text in meta[names_key])
    except KeyError as key:
        raise ValueError(f"{place} has no {key} in one of its files, so it is not {name}: replace it") from None
    if pixels.dtype != np.uint8 or pixels.shape != (len(labels), 3 * 32 * 32):
        told = f"{place} holds pixels {pixels.dtype} of shape {pixels.shape} for {len(labels)} labels"
        raise ValueError(f"{told}: use uint8 of shape ({len(labels)}, 3072)")
    return Images(pixels.reshape(-1, 3, 32, 32), labels.astype(np.int64), classes)


def find_cifar(name, split, root):
    """Return the folder or archive that holds the split, among the folders that the user named, or None."""
    _, splits, _, (meta_file, _) = LAYOUT[name]
    (archive,) = SOURCES[name].files
    for base in user_folders(root):
        for folder in SOURCES[name].folders:
            if all((base / folder / file).is_file() for file in (*splits[split], meta_file)):
                return base / folder
        if (base / archive).is_file():
            return base / archive
    return None


def _read(place, folder, files):
    """Unpickle files of a folder or archive, in this order."""
    try:
        if place.is_dir():
            contents = [(place / file).read_bytes() for file in files]
        else:
            with tarfile.open(place) as archive:
                contents = [archive.extractfile(f"{folder}/{file}").read() for file in files]
        return [_unpickle(content) for content in contents]
    except (EOFError, KeyError, AttributeError, tarfile.TarError, zlib.error, pickle.UnpicklingError) as error:
        raise ValueError(f"{place} is cut off or damaged ({error}): replace it, or delete it") from None


def _unpickle(content):
    """Unpickle a batch. Keys come as bytes from Python 2, as str from elsewhere; they leave as str."""
    batch = _ArraysOnly(io.BytesIO(content), encoding="bytes").load()
    return {key.decode() if isinstance(key, bytes) else key: value for key, value in batch.items()}


class _ArraysOnly(pickle.Unpickler):
    """An unpickler that can make arrays, and calls nothing else: a pickle from elsewhere could run any program."""

    def find_class(self, module, name):
        module = module.replace("numpy.core", "numpy._core")  # its name before NumPy 2
        if (module, name) in KNOWN:
            return KNOWN[module, name]
        raise pickle.UnpicklingError(f"it asks for {module}.{name}, which has no place in a file of images")
