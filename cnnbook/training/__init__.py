"""The training loop that all labs share, the labs, and the records of their runs. Needs PyTorch.

A lab trains a handful of networks with :func:`fit`, each for every seed, and :func:`run_lab` writes down what came of
it as a :class:`RunRecord`. The pages of the book show records; they state no measured number of their own.
"""

from .config import Config, learning_rate
from .images import Standardise, choose_device, random_shift
from .labs import LABS, Lab, Variant, estimate, lab_command, offer, run_lab
from .live import LiveCurves
from .loop import Epoch, Evaluation, History, confusion_matrix, evaluate, fit
from .records import MissingRecord, Run, RunRecord, load_record

__all__ = [
    "LABS",
    "Config",
    "Epoch",
    "Evaluation",
    "History",
    "Lab",
    "LiveCurves",
    "MissingRecord",
    "Run",
    "RunRecord",
    "Standardise",
    "Variant",
    "choose_device",
    "confusion_matrix",
    "estimate",
    "evaluate",
    "fit",
    "lab_command",
    "learning_rate",
    "load_record",
    "offer",
    "random_shift",
    "run_lab",
]
