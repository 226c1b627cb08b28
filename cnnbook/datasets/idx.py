"""MNIST and Fashion-MNIST: the IDX files, plain or gzipped."""

import gzip
import hashlib
import zlib
from math import prod

import numpy as np

from .download import fetch
from .images import Images
from .places import cache, compare, find, read
from .sources import SOURCES

PREFIX = {"train": "train", "test": "t10k"}


def load_idx(name, split, root):
    """Return one split of `name`, downloading its two files where they are in none of the usual places."""
    source = SOURCES[name]
    own = find_idx(name, split, root)
    paths = own or [
        fetch([mirror + file for mirror in source.mirrors], cache() / source.folders[0] / file, source.files[file])
        for file in (f"{stem}.gz" for stem in _stems(split))
    ]
    images, labels = (read_idx(path) for path in paths)
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        told = f"{paths[0]} holds an array of shape {images.shape}, {paths[1]} one of shape {labels.shape}"
        raise ValueError(f"{told}: use files with shapes (N, H, W) and (N,)")
    if len(labels) and labels.max() >= len(source.classes):
        told = f"{paths[1]} holds labels up to {labels.max()}"
        raise ValueError(f"{told}: {name} has 0 to {len(source.classes) - 1}; replace it, or delete it")
    if own:
        sums = {path.name: hashlib.md5(read(path), usedforsecurity=False).hexdigest() for path in paths}
        if any(source.files.get(file) != md5 for file, md5 in sums.items()):  # packed anew, or not packed
            sums = {path.name.removesuffix(".gz"): hashlib.md5(_unpacked(path), usedforsecurity=False).hexdigest()
                    for path in paths}  # fmt: skip
            compare(name, paths[0].parent, sums, source.contents)
    return Images(images[:, None], labels.astype(np.int64), source.classes)


def find_idx(name, split, root):
    """Return the paths of images and labels in a folder that the user named, or None."""

    def alternatives(base):
        folders = [folder for folder in SOURCES[name].folders
                   if folder != "." or _is_fashion(base) == (name == "fashion_mnist")]  # fmt: skip
        return [[[base / folder / f"{stem}{end}" for end in (".gz", "")] for stem in _stems(split)]
                for folder in folders]  # fmt: skip

    return find(name, split, alternatives, root)


def read_idx(path):
    """Return the array of unsigned bytes in an IDX file.

    The format: two zero bytes, 8 for "unsigned byte", the number of axes, one big-endian 32-bit integer an axis, data.

    Raises
    ------
    ValueError
        Where the file is cut off, damaged or something else.
    """
    content = _unpacked(path)
    axes = content[3] if content[:3] == b"\0\0\x08" and len(content) > 3 else 0
    start = 4 + 4 * axes
    if not 1 <= axes <= 3 or len(content) < start:
        raise ValueError(f"{path} begins with {content[:4]!r}: that is no IDX file of bytes; replace it, or delete it")
    shape = tuple(int(size) for size in np.frombuffer(content, ">i4", count=axes, offset=4))
    if len(content) - start != prod(shape):
        told = f"{path} holds {len(content) - start:,} bytes, its header promises {prod(shape):,}"
        raise ValueError(f"{told}: it is cut off or damaged; replace it, or delete it")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape).copy()


def _unpacked(path):
    """The bytes of a file, unzipped where its name says that it is zipped."""
    content = read(path)
    try:
        return gzip.decompress(content) if path.suffix == ".gz" else content
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{path} is cut off or damaged ({error}): replace it, or delete it") from None


def _stems(split):
    return f"{PREFIX[split]}-images-idx3-ubyte", f"{PREFIX[split]}-labels-idx1-ubyte"


def _is_fashion(folder):
    """Tell by its name what a folder holds: both data sets have files of the same names."""
    folder = folder.absolute()
    return "fashion" in (folder.parent if folder.name == "raw" else folder).name.lower()
