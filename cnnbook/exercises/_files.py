"""Writing several files: all of them, or none."""

import os
from contextlib import suppress


def write_all(texts):
    """Write files, each whole. Where one cannot be written, none is changed.

    Parameters
    ----------
    texts : dict of Path to str

    Raises
    ------
    OSError
        Names the file and why it cannot be written.
    """
    drafts = {}
    try:
        for path, text in texts.items():
            try:
                if path.is_dir():
                    raise IsADirectoryError(0, "it is a folder")
                path.parent.mkdir(parents=True, exist_ok=True)
                drafts[path] = path.with_name(f".{path.name}.draft")
                drafts[path].write_text(text, encoding="utf-8", newline="\n")
            except OSError as error:
                why = error.strerror or type(error).__name__
                raise OSError(
                    f"{path} cannot be written ({why}): make room for it there, or name another folder "
                    "(nothing was changed)"
                ) from error
        for path, draft in drafts.items():
            os.replace(draft, path)
    finally:
        for draft in drafts.values():
            with suppress(OSError):
                draft.unlink()
