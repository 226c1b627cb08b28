"""The labs: one file a lab, found by its name, with what it compares, at which scales, and what it measures.

A file here that does not begin with ``_`` is a lab and defines ``LAB``. There is no list of them to keep. They train
with the one loop of :mod:`cnnbook.training`, and so need PyTorch.

>>> lab = load("lenet_mnist")
>>> lab.question
'Does a 1998 network still read digits?'
"""

from importlib import import_module
from pkgutil import iter_modules

from . import _offer
from ._lab import SCALES, Lab, Scale, Variant
from ._run import offer, run
from ._times import Times, load_times, take_times

__all__ = [
    "SCALES",
    "Lab",
    "Scale",
    "Times",
    "Variant",
    "load",
    "load_times",
    "names",
    "offer",
    "run",
    "take_times",
]


def names() -> list[str]:
    """Names of all labs, in alphabetical order."""
    return sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_"))


def load(name: str) -> Lab:
    """Return the lab of this name. A notebook on a GPU says here what the full scale takes."""
    if name not in names():
        raise ValueError(f"name {name!r} is no lab: use one of {', '.join(names())}")
    lab = import_module(f"{__name__}.{name}").LAB
    if _offer.is_welcome():
        print(_offer.full_run(lab))
    return lab
