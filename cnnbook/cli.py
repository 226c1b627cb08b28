"""The command `cnnbook`: one function a sub-command. Each imports what it needs when it runs."""

import argparse
import os
import sys
import warnings
from contextlib import suppress

import cnnbook

STOPPED, NO_READER = 130, 141  # what shells report of a program that Ctrl-C ended, and of one whose reader has gone
DATA_SETS = "mnist, fashion_mnist, cifar10, cifar100, mnist_sample, digits or shapes"
PACKAGES = {"sklearn": "scikit-learn", "PIL": "pillow"}  # those that are imported under another name


def main(arguments=None):
    """Run a command line and return its exit status: 0 fine, 1 a check failed, 2 it could not be done, 130 stopped.

    Parameters
    ----------
    arguments : list of str, optional
        The words after ``cnnbook``; those of the process where left out.

    Returns
    -------
    int

    Examples
    --------
    >>> main(["check", "missing.ipynb"])
    2
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a sign ends no command
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _warn
            try:
                return _run(_parser().parse_args(arguments))
            finally:
                sys.stdout.flush()  # here, where what goes wrong can be told
    except KeyboardInterrupt as stop:  # a lab says how to go on
        print(f"cnnbook: {str(stop) or 'stopped'}", file=sys.stderr)
        return STOPPED
    except OSError as error:  # nobody reads the output any more, or it goes to a full disk
        with suppress(OSError, ValueError):  # or Python would try again at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO_READER if isinstance(error, BrokenPipeError) else _complain(f"output: {error.strerror}")


def _run(options):
    try:
        return options.run(options)
    except BrokenPipeError:
        raise
    except ModuleNotFoundError as error:
        if error.name is None:  # one of our own, which says it all
            return _complain(error)
        module = error.name.partition(".")[0]
        package = PACKAGES.get(module, module)
        return _complain(f"this command needs {package}, which is not installed: pip install {package}")
    except OSError as error:
        return _complain(f"{error.filename or 'output'}: {error.strerror}" if error.strerror else error)
    except (ImportError, ValueError) as error:
        return _complain(error)


def check(options):
    """Run the checks of a notebook and print how each went."""
    from cnnbook.exercises import check_notebook

    report = check_notebook(options.notebook, seconds=options.seconds)
    print(report)
    return 0 if report.passed else 1


def build_exercises(options):
    """Derive the exercises from their solutions."""
    from cnnbook.exercises import build

    for path in build(options.solutions, options.exercises):
        print(path)
    return 0


def write_course(options):
    """Write a course for nbgrader."""
    from cnnbook.exercises import course

    for path in course(options.folder, solutions=options.solutions):
        print(path)
    print(f"Next: cd {options.folder} and run nbgrader generate_assignment with a name from source/")
    return 0


def data(options):
    """Fetch a data set, or say where it is."""
    from cnnbook import datasets

    for split in ("train", "test"):
        print(f"{options.name} {split}: {datasets.load(options.name, split, root=options.root)}")
    return 0


def lab(options):
    """Run a lab, list the labs, or run those that are missing; what is measured is kept as a record."""
    from cnnbook.labs import _command

    if sum([bool(options.name), options.list, options.missing]) != 1:
        raise ValueError("lab needs one of a NAME, --list and --missing")
    if options.times and (not options.name or options.seeds or options.minutes or options.resume):
        raise ValueError("lab --times needs a NAME and trains nothing: leave out --seeds, --minutes and --resume")
    if options.list:
        return _command.list_all(folder=options.folder)
    settings = {
        name: getattr(options, name)
        for name in ("scale", "seeds", "root", "threads", "folder", "note", "minutes", "overwrite", "resume")
        if getattr(options, name) is not None
    }
    if options.times:
        del settings["resume"]
        return _command.time_one(options.name, **settings)
    if options.missing:
        del settings["resume"]  # it does so by itself
        return _command.run_missing(**settings)
    return _command.run_one(options.name, **settings)


def doctor(options):
    """Say what is installed of what cnnbook needs."""
    from cnnbook import environment

    print(environment.report())
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="cnnbook", description="Companion of a book on convolutional neural networks."
    )
    parser.add_argument("--version", action="version", version=f"cnnbook {cnnbook.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    command = commands.add_parser(
        "check",
        help="run the checks of an exercise",
        description="Run a notebook and print how each of its checks went. Its code runs with all your rights: "
        "this is for your own notebooks.",
    )
    command.add_argument("notebook", metavar="NOTEBOOK", help="an exercise, filled in")
    command.add_argument("--seconds", type=float, default=60, help="time limit of a cell (default: %(default)s)")
    command.set_defaults(run=check)

    command = commands.add_parser(
        "data",
        help="fetch a data set",
        description="Fetch a data set into the cache, unless it is there, and say what is in it.",
    )
    command.add_argument("name", metavar="NAME", help=DATA_SETS)
    command.add_argument("--root", metavar="FOLDER", help="use the files in this folder, which must have them")
    command.set_defaults(run=data)

    command = commands.add_parser("doctor", help="say what is installed of what cnnbook needs")
    command.set_defaults(run=doctor)

    command = commands.add_parser("exercises", help="work on the exercises of the book")
    actions = command.add_subparsers(title="actions", metavar="ACTION", required=True)
    action = actions.add_parser(
        "build",
        help="derive the exercises from their solutions",
        description="Write one notebook without answers for each solution. "
        "Run it in the root of a clone of the repository.",
    )
    action.add_argument("--solutions", metavar="FOLDER", default="solutions", help="from here (default: %(default)s)")
    action.add_argument("--exercises", metavar="FOLDER", default="exercises", help="to here (default: %(default)s)")
    action.set_defaults(run=build_exercises)
    action = actions.add_parser(
        "course",
        help="write a course for nbgrader",
        description="Write a folder for nbgrader: its configuration, and an assignment for each solution, whose "
        "hidden tests draw cases that nobody has seen. Run it in the root of a clone of the repository.",
    )
    action.add_argument("folder", metavar="FOLDER", help="a new folder")
    action.add_argument("--solutions", metavar="FOLDER", default="solutions", help="from here (default: %(default)s)")
    action.set_defaults(run=write_course)

    command = commands.add_parser(
        "lab",
        help="train what a lab compares",
        description="Train every network of a lab. What a laptop or full run measures is kept as a record, which the "
        "book shows. Ctrl-C stops a run, and --resume goes on with it.",
    )
    command.add_argument("name", metavar="NAME", nargs="?", help="such as lenet_mnist")
    command.add_argument("--list", action="store_true", help="show all labs, and what is on record of them")
    command.add_argument("--missing", action="store_true", help="run all labs without a record at this scale")
    command.add_argument("--times", action="store_true", help="only measure how long the networks take here, untrained")
    command.add_argument(
        "--scale", choices=["smoke", "laptop", "full"],
        help="how much of everything (default: smoke; with --missing: full)",
    )  # fmt: skip
    command.add_argument("--seeds", type=int, help="runs a network (default: what the lab says)")
    command.add_argument("--minutes", type=float, help="stop after so many, as with Ctrl-C")
    command.add_argument("--threads", type=int, help="of the CPU (default: the fastest; with --times: one)")
    command.add_argument("--root", metavar="FOLDER", help="use the data set in this folder, which must have it")
    command.add_argument("--folder", help="keep the record there (default: beside the lab's page)")
    command.add_argument("--note", metavar="TEXT", help="what else a reader of the record should know")
    command.add_argument("--resume", action="store_true", help="go on with a stopped run, or a record of fewer seeds")
    command.add_argument("--overwrite", action="store_true", help="replace a record of more seeds, or times")
    command.set_defaults(run=lab)
    return parser


def _warn(message, *_):
    """Say a warning as everything else is said."""
    print(f"cnnbook: note: {message}", file=sys.stderr)


def _complain(problem):
    print(f"cnnbook: {problem}", file=sys.stderr)
    return 2
