"""A record in the making: what is finished so far, in a folder beside the place where the record will be."""

import os
import shutil
from contextlib import contextmanager

from cnnbook.training.records import load_record, read_record, record_name, refuse_to_replace, results_folder


def finished(folder, lab, scale):
    """The record of the folder, or else the book's; false where there is none. No folder is made."""
    return (folder and load_record(lab, scale, folder=folder)) or load_record(lab, scale)


class Draft:
    """Files of a run of a lab that is not over.

    Each finished run is in ``record.json``; a file of its own has the network that is being trained, after its last
    epoch. All are written in one step each, so a kill at any moment loses one epoch at most.
    """

    def __init__(self, folder, lab, scale):
        self.name, self.scale, self.place = lab, scale, folder
        self.target = results_folder(folder) / record_name(lab, scale)
        self.folder = self.target.with_suffix(".unfinished")
        self.record, self.weights = self.folder / "record.json", self.folder / "weights.npz"

    @property
    def before(self):
        """The record that is finished; false where there is none."""
        return finished(self.place, self.name, self.scale)

    def check(self, seeds, *, resume, overwrite):
        """Refuse what could not be finished; better before the networks train."""
        if not overwrite:
            refuse_to_replace(self.target, seeds)
        if self.begun() and not resume:
            raise FileExistsError(
                f"{self.folder} has a run that is not over: go on with --resume, or delete the folder"
            )
        if resume and not self.record.is_file():
            if not self.before:
                raise FileNotFoundError(f"{self.folder} has no run to go on with: leave out --resume")
            if self.before.seeds >= seeds:
                told = f"the record has {self.before.seeds} and the run that is to go on asks for {seeds}"
                raise ValueError(f"no seeds are left, {told}: ask for more (--seeds), or leave out --resume")

    @contextmanager
    def alone(self):
        """Make the folder, and refuse a second process in it, where the system has such locks."""
        self.folder.mkdir(exist_ok=True)
        try:
            import fcntl
        except ModuleNotFoundError:  # Windows
            yield
            return
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            told = f"{self.folder} is in use by another run: wait for it, or name another --folder"
            raise BlockingIOError(told) from None
        else:
            yield
        finally:
            os.close(descriptor)  # gives up the lock; so does a crash

    def begun(self):
        """Whether something is there that would be lost."""
        return self.record.is_file() and bool(self.read().runs or list(self.folder.glob("*.pt")))

    def read(self):
        """The record so far: of a run that is not over, or one that is and has too few seeds."""
        return read_record(self.record) if self.record.is_file() else self.before

    def write(self, record):
        """Keep the record so far."""
        record.write(self.record)

    def checkpoint(self, variant, seed):
        """The file of a network that is being trained; `variant` is its number."""
        return self.folder / f"{variant}-{seed}.pt"

    def trained(self, variant, seed):
        """The file of a trained network that others go on from."""
        return self.folder / f"{variant}-{seed}.trained"

    def finish(self, record, *, overwrite):
        """Put the record, and the weights with it, where they belong; return its path."""
        if not overwrite:
            refuse_to_replace(self.target, record.seeds)  # it may have come while the networks trained
        if self.weights.is_file():
            os.replace(self.weights, self.target.with_suffix(".npz"))
        os.replace(self.record, self.target)
        shutil.rmtree(self.folder)
        return self.target
