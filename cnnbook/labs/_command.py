"""What ``cnnbook lab`` does: run one lab, list all, or run what is missing."""

import _thread
import signal
from contextlib import contextmanager
from functools import partial
from threading import Event, Timer
from traceback import print_exc

from cnnbook._validate import number
from cnnbook.training import together
from cnnbook.training.devices import from_torchrun, is_first
from cnnbook.training.records import load_record, record_path

from . import load, names, take_times
from ._draft import Draft, finished
from ._reproduced import reproduced
from ._run import launcher, plural, run

_say = partial(print, flush=True)  # at once, through a pipe too


def run_one(name, *, scale="smoke", minutes=None, folder=None, **options):
    """Run a lab and show its record."""
    lab, known = load(name), load_record(name, scale)
    with together():
        with _limit(minutes if is_first() else None):
            record = run(lab, scale=scale, folder=folder, log=_say, **options)
        _say(record)
        if known:
            _say(reproduced(record, known))
        if folder or scale != "smoke":
            print(f"Next: git diff {record_path(name, scale, folder=folder)}")
    return 0


def time_one(name, *, folder=None, scale="smoke", **options):
    """Show how long the networks of a lab take here, untrained."""
    _say(take_times(load(name), scale=scale, folder=folder, **options))
    if folder or scale != "smoke":
        print(f"Next: git diff {record_path(name, 'times', folder=folder)}")
    return 0


def list_all(*, folder=None):
    """Print every lab, and what is on record of it."""
    for name in names():
        lab = load(name)
        print(f"{name}: {lab.question}")
        for scale in [scale for scale in lab.scales if scale != "smoke" or folder]:
            record = finished(folder, name, scale)
            print(f"  {scale:6}  {_summary(record, lab.at(scale).seeds) if record else 'not on record'}")
    return 0


def run_missing(*, scale="full", seeds=None, minutes=None, folder=None, **options):
    """Run what is not on record at this scale, as far as the time goes.

    First what has begun, then labs without a record, last those with fewer seeds than they ask for.
    """
    if from_torchrun():
        raise ValueError("lab --missing runs in one process: leave out torchrun, or name a lab")
    drafts = {name: Draft(folder, name, scale) for name in _missing(scale, seeds, folder)}
    begun = {name: draft.begun() for name, draft in drafts.items()}
    failed = False
    with _limit(minutes) as over:
        try:
            for name in sorted(drafts, key=lambda name: (not begun[name], bool(drafts[name].before))):
                try:
                    lab = load(name)
                    _say(f"{name}: {lab.question}")
                    if lab.processes > 1:
                        _say(f"It needs {lab.processes} processes: start it with {launcher(lab)} --scale {scale}")
                        continue
                    resume = begun[name] or bool(drafts[name].before)
                    _say(run(lab, scale=scale, seeds=seeds, folder=folder, resume=resume, log=_say, **options))
                except Exception:  # the others can run all the same, and time on a GPU is short
                    print_exc()
                    failed = True
        except KeyboardInterrupt as stop:
            if not over.is_set():
                raise
            _say(f"The time is over: {stop}" if str(stop) else "The time is over.")
    print(f"Missing at scale {scale}: {', '.join(_missing(scale, seeds, folder)) or 'none'}")
    return int(failed)


def _missing(scale, seeds, folder):
    """Labs that have no record, or one of fewer seeds than are asked for."""
    records = {name: finished(folder, name, scale) for name in names()}
    asked = {name: seeds or load(name).at(scale).seeds for name in records}
    return [name for name, record in records.items() if not record or record.seeds < asked[name]]


def _summary(record, asked):
    networks, env = len(record.variants()), record.environment
    seeds = f"{record.seeds} of {plural(asked, 'seed')}" if record.seeds < asked else plural(record.seeds, "seed")
    threads = f", {plural(env['threads'], 'thread')}" if env["device"].startswith("cpu") else ""
    return f"{networks} networks, {seeds}, {record.date}, {env['device']}{threads}"


@contextmanager
def _limit(minutes):
    """Stop what runs as Ctrl-C would, when the time is over; yields an event that tells the two apart."""
    over = Event()
    if minutes is None:
        yield over
        return
    seconds = 60 * number("minutes", minutes, 0)

    def stop():
        over.set()
        _thread.interrupt_main()

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have told it to ignore Ctrl-C
    timer = Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield over
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)
