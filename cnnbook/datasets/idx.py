"""MNIST and Fashion-MNIST: the IDX files, plain or gzipped."""

import gzip
import zlib
from math import prod

import numpy as np

from .download import fetch
from .images import Images
from .places import cache, user_folders
from .sources import SOURCES

PREFIX = {"train": "train", "test": "t10k"}


def load_idx(name, split, root):
    """Return one split of `name`, downloading its two files where they are in none of the usual places."""
    source = SOURCES[name]
    paths = find_idx(name, split, root) or [
        fetch([mirror + file for mirror in source.mirrors], cache() / source.folders[0] / file, source.files[file])
        for file in (f"{stem}.gz" for stem in _stems(split))
    ]
    images, labels = (read_idx(path) for path in paths)
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        told = f"{paths[0]} holds an array of shape {images.shape}, {paths[1]} one of shape {labels.shape}"
        raise ValueError(f"{told}: use files with shapes (N, H, W) and (N,)")
    return Images(images[:, None], labels.astype(np.int64), source.classes)


def find_idx(name, split, root):
    """Return the paths of images and labels in a folder that the user named, or None."""
    for base in user_folders(root):
        for folder in SOURCES[name].folders:
            if folder == "." and _is_fashion(base) != (name == "fashion_mnist"):
                continue
            candidates = [[base / folder / f"{stem}{end}" for end in ("", ".gz")] for stem in _stems(split)]
            paths = [next((path for path in pair if path.is_file()), None) for pair in candidates]
            if all(paths):
                return paths
    return None


def read_idx(path):
    """Return the array of unsigned bytes in an IDX file.

    The format: two zero bytes, 8 for "unsigned byte", the number of axes, one big-endian 32-bit integer an axis, data.

    Raises
    ------
    ValueError
        Where the file is cut off, damaged or something else.
    """
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{path} is cut off or damaged ({error}): replace it, or delete it") from None
    axes = content[3] if content[:3] == b"\0\0\x08" and len(content) > 3 else 0
    start = 4 + 4 * axes
    if not 1 <= axes <= 3 or len(content) < start:
        raise ValueError(f"{path} begins with {content[:4]!r}: that is no IDX file of bytes; replace it, or delete it")
    shape = tuple(int(size) for size in np.frombuffer(content, ">i4", count=axes, offset=4))
    if len(content) - start != prod(shape):
        told = f"{path} holds {len(content) - start:,} bytes, its header promises {prod(shape):,}"
        raise ValueError(f"{told}: it is cut off or damaged; replace it, or delete it")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape).copy()


def _stems(split):
    return f"{PREFIX[split]}-images-idx3-ubyte", f"{PREFIX[split]}-labels-idx1-ubyte"


def _is_fashion(folder):
    """Tell by its name what a folder holds: both data sets have files of the same names."""
    folder = folder.absolute()
    return "fashion" in (folder.parent if folder.name == "raw" else folder).name.lower()
