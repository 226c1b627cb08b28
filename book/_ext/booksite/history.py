"""When each page last changed: the dates of its commits, and of an environment variable where there are none.

The date of a commit is the same on every machine, so two builds of one state agree.
"""

import functools
import os
import subprocess
from datetime import UTC, datetime


@functools.cache
def commit_dates(root):
    """The day of the last commit of each file of the book, by its path; none where this is no checkout."""
    command = [
        "git",
        "-c",
        "core.quotepath=off",
        "log",
        "--format=%x00%cs",
        "--name-only",
        "--relative",
        "--",
        "book",
        "exercises",
    ]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return {}
    dates = {}
    for entry in done.stdout.split("\0")[1:]:
        day, *names = entry.split("\n")
        for name in filter(None, names):
            dates.setdefault(name, day)  # the newest comes first
    return dates


def changed(root, path):
    """The day on which a file last changed, "2026-11-20"; that of $SOURCE_DATE_EPOCH, or "", where nobody knows."""
    if day := commit_dates(root).get(path):
        return day
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC).date().isoformat() if epoch.isdigit() else ""
