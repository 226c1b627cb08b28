"""The foot of a page: its version and date, and links to edit it and to report an error in it.

A report opens as a new issue that says already which page it is about. From the popup of a proven number
(book/_assets/proven.js) it also says which number, and which cell computes it.
"""

import functools
import tomllib
from pathlib import Path
from urllib.parse import urlencode

from .exercises import FOLDER
from .history import changed
from .words import table

TEMPLATE = "error.md"  # in .github/ISSUE_TEMPLATE


@functools.cache
def version(root):
    """The version of package and book, as pyproject.toml has it."""
    return tomllib.loads((Path(root) / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def source_of(path):
    """The file to edit: of an exercise the solution that it is derived from.

    >>> source_of("exercises/lenet.ipynb"), source_of("book/layers/pooling.ipynb")
    ('solutions/lenet.ipynb', 'book/layers/pooling.ipynb')
    """
    return f"solutions/{path.removeprefix(FOLDER)}" if path.startswith(FOLDER) else path


def report(repository, words, **about):
    """The address of a new issue about a page."""
    asked = {
        "template": TEMPLATE,
        "title": words["issue_title"].format(**about),
        "body": words["issue"].format(**about),
    }
    return f"{repository}/issues/new?{urlencode(asked)}"


def add_feedback(app, pagename, templatename, context, doctree):
    if doctree is None:
        return
    words, options = table("feedback", app.config.language), app.config.html_theme_options
    path = Path(app.env.doc2path(pagename)).relative_to(app.srcdir).as_posix()
    here, repository = version(app.srcdir), options["repository_url"]
    day, title = changed(app.srcdir, path), app.env.titles[pagename].astext()
    said = words["dated" if day else "undated"].format(version=here, day=day)
    context["feedback"] = {
        "said": said,
        "edit": f"{repository}/edit/{options['repository_branch']}/{source_of(path)}",
        "report": report(repository, words, page=path, title=title, version=said),
        "words": words,
    }


def setup(app):
    app.connect("html-page-context", add_feedback)
