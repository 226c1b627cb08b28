"""One name, one data set: from the disk where it is there, from the network where it is not."""

from difflib import get_close_matches
from reprlib import repr as shortened

from .._types import AnyPath, Split
from .cifar import LAYOUT, find_cifar, load_cifar
from .download import Unreachable
from .embedded import SHIPPED, load_shipped, shipped_path
from .idx import PREFIX, find_idx, load_idx
from .images import Images
from .places import Absent, cache
from .shapes import load_shapes
from .sources import SOURCES

SPLITS = ("train", "test")


def names() -> tuple[str, ...]:
    """Names that :func:`load` knows, those that need no network last.

    >>> names()
    ('mnist', 'fashion_mnist', 'cifar10', 'cifar100', 'mnist_sample', 'digits', 'shapes')
    """
    return (*SOURCES, *SHIPPED, "shapes")


def load(name: str, split: Split, *, root: AnyPath | None = None) -> Images:
    """Return one split of a data set.

    The published files are looked for in `root`; without it, in the folder that the environment variable
    ``CNNBOOK_DATA`` names, and in the user's cache (``~/.cache/cnnbook``, or where the system keeps caches); then they
    are downloaded into the cache. A folder of yours has ``MNIST/raw/train-images-idx3-ubyte`` and the like, gzipped or
    not, and ``cifar-10-batches-py/`` or the published archive. MNIST and Fashion-MNIST have files of the same names:
    those in a folder with "fashion" in its name count as Fashion-MNIST, all others as MNIST. Files of yours that are
    not the published ones are used, with a warning.

    Parameters
    ----------
    name : str
        One of :func:`names`.
    split : {"train", "test"}
        Which part.
    root : str or path, optional
        The folder that has the files. Nothing is looked up elsewhere then.

    Returns
    -------
    Images
        ``images`` uint8 (N, C, H, W), ``labels`` int64 (N,), ``classes``.

    Raises
    ------
    ValueError
        For an unknown name or split, for a file that is damaged, and for a `root` where none is needed.
    FileNotFoundError
        For a folder that is not there or lacks files; the message names them.
    OSError
        Where a file cannot be read or the cache not be written.
    ConnectionError
        Where a download fails; the message names a data set that needs none.
    ModuleNotFoundError
        Where the package is missing that ships ``mnist_sample`` or ``digits``.

    Examples
    --------
    >>> digits = load("digits", "train")
    >>> digits.images.shape, digits.labels[:12]
    ((1437, 1, 8, 8), array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]))
    """
    _check(name, split, root)
    if name == "shapes":
        return load_shapes(split)
    if name in SHIPPED:
        return load_shipped(name, split)
    try:
        return (load_cifar if name in LAYOUT else load_idx)(name, split, root)
    except Unreachable as problem:
        source = SOURCES[name]
        raise ConnectionError(
            f"{name} is not on this machine and cannot be downloaded ({problem}): use load({source.offline!r}, "
            f"{split!r}), which needs no download, or name a folder with {source.folders[0]} in it: root=... or the "
            "environment variable CNNBOOK_DATA"
        ) from None


def available(name: str, *, root: AnyPath | None = None) -> bool:
    """Whether :func:`load` finds both splits without a download.

    >>> available("shapes")
    True
    """
    _check(name, "train", root)
    if name == "shapes":
        return True
    if name in SHIPPED:
        return shipped_path(name) is not None
    source = SOURCES[name]
    find = find_cifar if name in LAYOUT else find_idx
    try:
        missing = [split for split in SPLITS if not find(name, split, root)]
    except Absent:
        return False
    in_cache = cache() / ("." if name in LAYOUT else source.folders[0])
    needed = [file for file in source.files if name in LAYOUT or any(file.startswith(PREFIX[s]) for s in missing)]
    return not missing or all((in_cache / file).is_file() for file in needed)


def _check(name, split, root):
    if not isinstance(name, str) or name not in names():
        close = get_close_matches(str(name), names(), n=1)
        meant = f"did you mean {close[0]!r}? " if close else ""
        raise ValueError(f"name {shortened(name)} is no data set: {meant}use one of {', '.join(names())}")
    if root is not None and name not in SOURCES:
        comes = f"comes with {SHIPPED[name][0]}" if name in SHIPPED else "is drawn by this package"
        raise ValueError(f"root {str(root)!r} is of no use: {name} {comes}; leave root out")
    if not isinstance(split, str) or split not in SPLITS:
        raise ValueError(f'split {shortened(split)} is not known: use "train" or "test"')
