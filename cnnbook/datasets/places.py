"""Folders to look in: the caller's, the environment's, and the user's cache."""

import os
import sys
from pathlib import Path


def user_folders(root):
    """Folders that the user named: their files are used as they are."""
    named = (root, os.environ.get("CNNBOOK_DATA"))
    return [Path(folder).expanduser() for folder in named if folder]


def cache():
    """The folder in which downloads are kept, where this system keeps such things."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "cnnbook"
