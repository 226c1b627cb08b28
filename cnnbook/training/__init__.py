"""The one training loop that all labs share, and the records of their runs. Needs PyTorch.

A lab (see :mod:`cnnbook.labs`) trains a handful of networks with :func:`fit`, each for every seed, and writes down what
came of it as a :class:`RunRecord`. The pages of the book show records; they state no measured number of their own.
"""

from .config import Config
from .devices import together
from .images import Standardise, choose_device, random_shift
from .live import LiveCurves
from .loop import Diverged, Epoch, Evaluation, History, confusion_matrix, evaluate, fit
from .records import MissingRecord, Run, RunRecord, load_record
from .schedules import learning_rate

__all__ = [
    "Config",
    "Diverged",
    "Epoch",
    "Evaluation",
    "History",
    "LiveCurves",
    "MissingRecord",
    "Run",
    "RunRecord",
    "Standardise",
    "choose_device",
    "confusion_matrix",
    "evaluate",
    "fit",
    "learning_rate",
    "load_record",
    "random_shift",
    "together",
]
