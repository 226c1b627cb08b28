"""A time limit that holds in every thread and on every system, and a page that stays clean meanwhile.

A student's code runs in a thread of its own, so that whoever asks can stop waiting, whatever the code does: a loop with
``except:`` in it, a call into C that never comes back. Where the time is over, the thread is shot at: an exception is
raised in it from outside (``PyThreadState_SetAsyncExc``), again and again until it ends, since ``except:`` and
``finally:`` may catch one. Some loops may catch many before one meets them elsewhere; nobody waits for that.
"""

import contextlib
import contextvars
import ctypes
import io
import queue
import sys
import threading
import time

_GRACE = 1.0  # seconds to wait for a thread that was told to end
_PAUSE = 0.01  # seconds between two shots
_SLICE = 0.1  # seconds between two looks for Ctrl-C, which Windows lets wait
_PRINTED = 2_000  # characters that are kept
_STACK = 16 * 2**20  # bytes: as deep a recursion as in the main thread, on every system
_STREAMS = ("stdin", "stdout", "stderr")

_idle = []  # threads that wait for a job
_kept = {}  # what threads print, by their ident
_lock = threading.Lock()


class TooSlow(Exception):
    """Raised where the time was over.

    Attributes
    ----------
    printed : str
        What had been printed until then.
    """

    def __init__(self, printed):
        super().__init__()
        self.printed = printed


def limited(function, seconds):
    """Call a function, and stop waiting for it after some time.

    Parameters
    ----------
    function : callable
        Takes no argument.
    seconds : float
        The limit.

    Returns
    -------
    value : object
        What it returned.
    printed : str
        What it printed meanwhile, errors and warnings included; the beginning, where it is much.

    Raises
    ------
    TooSlow
        And what the function raises.

    Examples
    --------
    >>> limited(lambda: print("here") or 3, seconds=1)
    (3, 'here\\n')
    """
    job, printed = _Job(function), _Printed()
    worker = _find_worker()
    streams = _watch(worker.ident, printed)
    try:
        worker.jobs.put(job)
        in_time = job.wait(seconds)
    except BaseException:  # the user interrupts
        worker.end(printed)
        raise
    finally:
        for name, stream in streams.items():  # the function may have put others there
            setattr(sys, name, stream)
    if not in_time:
        until_now = printed.text
        worker.end(printed)
        raise TooSlow(until_now)
    _release(worker.ident, printed)
    _idle.append(worker)
    if job.error:
        raise job.error
    return job.value, printed.text


class _Job:
    def __init__(self, function):
        self.function, self.context, self.done = function, contextvars.copy_context(), threading.Lock()
        self.value = self.error = None
        self.done.acquire()

    def run(self):
        try:
            self.value = self.context.run(self.function)
        except BaseException as error:
            self.error = error
        self.done.release()

    def wait(self, seconds):
        """Whether it was done within so many seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self.done.acquire(timeout=min(_SLICE, left)):
                return True
        return False


class _TimeUp(SystemExit):
    """Ends a thread. A student's ``except Exception`` lets it by, and a thread that ends with it says nothing."""


class _Worker(threading.Thread):
    """Runs one job after the other, until it is told to end."""

    def __init__(self):
        super().__init__(name="cnnbook check", daemon=True)
        self.jobs, self.ending = queue.SimpleQueue(), False
        with _lock:  # no shot is on its way to the ident that this thread may inherit
            default = threading.stack_size(_STACK)
            try:
                self.start()
            finally:
                threading.stack_size(default)

    def run(self):
        _mute_displays()
        try:
            while not self.ending and (job := self.jobs.get()):
                job.run()
                del job  # not to keep a student's objects alive until the next one
        except _TimeUp:
            pass

    def end(self, printed):
        """Leave the thread alone, ending or not: it is not used again."""
        self.ending = True
        self.jobs.put(None)
        threading.Thread(target=self._shoot, args=(printed,), name="cnnbook check: end", daemon=True).start()
        self.join(_GRACE)

    def _shoot(self, printed):
        while self._hit():
            self.join(_PAUSE)
        _release(self.ident, printed)

    def _hit(self):
        """Whether the thread was still there to be shot at."""
        with _lock:
            if alive := self.is_alive():
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident), ctypes.py_object(_TimeUp))
        return alive


def _find_worker():
    while _idle:
        with contextlib.suppress(IndexError):  # another thread was faster
            if (worker := _idle.pop()).is_alive():  # it is not in a process that was forked from this one
                return worker
    return _Worker()


class _Printed(io.TextIOBase):
    """Keeps the beginning of what is written; there is nothing to read."""

    def __init__(self):
        self.text = ""

    def write(self, text):
        if len(self.text) < _PRINTED:
            self.text += text[: _PRINTED - len(self.text)]
        return len(text)


class _Switch:
    """Stands for ``sys.stdout``: a thread that is watched meets what keeps its words, any other the stream itself."""

    def __init__(self, stream):
        self._stream = stream

    def __getattr__(self, name):
        return getattr(_kept.get(threading.get_ident(), self._stream), name)


def _watch(ident, printed):
    with _lock:
        _kept[ident] = printed
        for name in _STREAMS:
            if not isinstance(getattr(sys, name), _Switch):
                setattr(sys, name, _Switch(getattr(sys, name)))
        return {name: getattr(sys, name) for name in _STREAMS}


def _release(ident, printed):
    with _lock:
        if _kept.get(ident) is printed:  # a new thread may have the ident of one that ended
            del _kept[ident]
        for name in _STREAMS if not _kept else ():
            if isinstance(getattr(sys, name), _Switch):
                setattr(sys, name, getattr(sys, name)._stream)


def _mute_displays():
    """In a notebook, what a function displays stays off the page, as what it prints does."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if hook := getattr(getattr(shell, "display_pub", None), "register_hook", None):
        hook(lambda message: None)  # of this thread alone
