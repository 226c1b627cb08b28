"""Exercises on the site: which belongs to a chapter, where the sidebar lists it, its points, the name of its download.

Chapter and exercise have the same file name in the project; in a reader's folder of downloads they must not.
"""

import json
from pathlib import PurePosixPath

from sphinx import addnodes

from .words import table

FOLDER = "exercises/"


def exercise_of(document):
    """The page of the exercise that belongs to a chapter: the same name, in exercises/. A lab of that name has none.

    >>> exercise_of("book/layers/activations"), exercise_of("book/labs/activations")
    ('exercises/activations', None)
    """
    document = PurePosixPath(document)
    return None if document.parent.name == "labs" else FOLDER + document.name


def points_of(path):
    """All points that an exercise gives, from nbgrader's metadata."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return sum(cell["metadata"].get("nbgrader", {}).get("points", 0) for cell in cells)


def download_name(path):
    """The name under which a file is downloaded.

    Examples
    --------
    >>> download_name("exercises/arithmetic.ipynb"), download_name("book/convolution/arithmetic.ipynb")
    ('exercises/exercise-arithmetic.ipynb', 'book/convolution/arithmetic.ipynb')
    """
    path = PurePosixPath(path)
    return str(path.with_name(f"exercise-{path.name}") if path.parts[0] == FOLDER.rstrip("/") else path)


def name_source(app, pagename, templatename, context, doctree):
    """Name the notebook behind the download button of an exercise's page."""
    if context.get("sourcename"):
        context["sourcename"] = download_name(context["sourcename"])


def name_downloads(app, env):
    """Name the exercises that {download} links to; Sphinx keeps each file in a folder of its own."""
    for path, (pages, target) in env.dlfiles.items():
        env.dlfiles[path] = (pages, str(PurePosixPath(target).with_name(PurePosixPath(download_name(path)).name)))


def link_downloads(app, doctree, document):
    targets = {PurePosixPath(target).parent.name: target for _, target in app.env.dlfiles.values()}
    for link in doctree.findall(addnodes.download_reference):
        if "filename" in link:
            link["filename"] = targets[PurePosixPath(link["filename"]).parent.name]


def contents(env):
    """What the sidebar lists: the parts of the book, each as its caption and its pages, with the pages below these."""

    def listed(document):
        for toc in env.tocs[document].findall(addnodes.toctree):
            yield toc.get("caption"), [name for _, name in toc["entries"]]

    def page(name):
        below = [page(other) for _, names in listed(name) for other in names]
        return {"name": name, "title": env.titles[name].astext(), "below": below}

    return [(caption, [page(name) for name in names]) for caption, names in listed(env.config.root_doc)]


def read_contents(app, env):
    app.booksite_contents = {"parts": contents(env), "toggle": table("exercises", app.config.language)["toggle"]}


def add_contents(app, pagename, templatename, context, doctree):
    context["contents"] = app.booksite_contents


def setup(app):
    app.connect("env-updated", read_contents)
    app.connect("html-page-context", add_contents, priority=100)  # before the theme looks which templates are empty
    app.connect("html-page-context", name_source, priority=100)  # before the theme makes its buttons
    app.connect("env-updated", name_downloads)
    app.connect("doctree-resolved", link_downloads)
