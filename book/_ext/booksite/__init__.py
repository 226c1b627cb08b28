"""What is peculiar to this book's site: maths set at build time, light pages, one palette, explorers without a kernel.

Each module does one thing and can be read on its own. Everything a page loads comes from the site itself.
"""

import functools
import gc
import hashlib
import os
from pathlib import Path

import pybtex.plugin

from . import (
    binder,
    commit,
    exercises,
    feedback,
    icons,
    later,
    ledger,
    maths,
    pages,
    palette,
    pictures,
    proven,
    publish,
    reference,
    search,
    strip,
    styles,
    terms,
    widgets,
)

MAKES_PAGES = ("book/_assets", "book/_ext", "book/_templates", "cnnbook/palette.json", "cnnbook/widgets")
MAKES_PAGES += ("pyproject.toml",)  # the version
MOST_PROCESSES = 4  # each takes a third of a gigabyte


def digest(root):
    """Fingerprint of the files, other than pages, that the site is made from."""
    found = hashlib.sha256()
    for name in MAKES_PAGES:
        for path in sorted(path for path in [root / name, *(root / name).rglob("*")] if path.is_file()):
            if path.suffix != ".pyc":
                found.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return found.hexdigest()


def share_work(app):
    """Sphinx's builder-inited hook: let processes side by side read and write the pages.

    Two extensions of Jupyter Book do not say whether they bear it. They do: the one numbers sections once all pages
    are read, the other is for LaTeX.
    """
    app.parallel = min((os.cpu_count() or 1) + 1, MOST_PROCESSES)  # one more: each waits for another now and then
    for name in {"sphinx_multitoc_numbering", "sphinx_jupyterbook_latex"} & app.extensions.keys():
        app.extensions[name].parallel_read_safe = True


def setup(app):
    """Register every part with Sphinx. Where one of their files has changed, the whole book is built anew."""
    # Looking through all trees of pages for what is no longer needed took a fifth of the build, and freed little.
    gc.disable()
    # For each citation it looks through all packages that are installed.
    pybtex.plugin.entry_points = functools.cache(pybtex.plugin.entry_points)
    app.add_config_value("booksite_digest", digest(Path(app.srcdir)), rebuild="env", types=str)
    for part in (
        palette,
        icons,
        styles,
        maths,
        pictures,
        search,
        widgets,
        later,
        reference,
        commit,
        exercises,
        strip,
        proven,
        ledger,
        terms,
        binder,
        feedback,
        publish,
        pages,
    ):
        part.setup(app)
    app.connect("builder-inited", share_work)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
