"""The strip under a chapter's title: what it needs, how long it takes, its exercise with the points, what comes next.

It is made from data: the metadata of the notebook, or the front matter of a Markdown page,

    cnnbook: {needs: [../convolution/arithmetic], minutes: 45}

the points in the exercise of the same name, and the order in _toc.yml. A page without `minutes` has no strip.
"""

import json
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.util import docname_join
from sphinx.util.logging import getLogger

from . import exercises
from .words import table

LOGGER = getLogger(__name__)


def pages_in_order(site_map):
    """The pages of the book as the reader meets them, without exercises."""

    def below(document):
        yield document
        for name in site_map[document].child_files():
            yield from below(name)

    return [name for name in below(site_map.root.docname) if not name.startswith(exercises.FOLDER)]


class Strip:
    """The strip of one page; each of its nodes carries the place of the title."""

    def __init__(self, env, title):
        self.env, self.title, self.words = env, title, table("strip", env.config.language)

    def node(self, settings):
        strip = nodes.definition_list(classes=["strip", "made-from-data"])
        strip.extend(self.items(settings))
        return strip

    def items(self, settings):
        words, here = self.words, self.env.docname
        needs = [docname_join(here, name) for name in settings.get("needs", [])]
        yield self.item("needs", *map(self.link, needs)) if needs else self.item("needs", words["needs_nothing"])
        yield self.item("time", words["minutes"].format(minutes=settings["minutes"]))
        exercise = exercises.exercise_of(here)
        if exercise in self.env.external_site_map:
            path = Path(self.env.srcdir, f"{exercise}.ipynb")
            self.env.note_dependency(str(path))
            yield self.item("exercise", self.link(exercise), words["points"].format(points=exercises.points_of(path)))
        order = pages_in_order(self.env.external_site_map)
        if here in order[:-1]:
            yield self.item("next", self.link(order[order.index(here) + 1]))

    def item(self, key, *parts):
        """A term and what it says; the parts each on a line of their own."""
        term = nodes.term("", self.words[key], translatable=False)
        lines = [nodes.paragraph("", "", part if isinstance(part, nodes.Node) else nodes.Text(part)) for part in parts]
        for node in (term, *lines):
            node.source, node.line, node["translatable"] = self.title.source, self.title.line, False
        return nodes.definition_list_item("", term, nodes.definition("", *lines))

    def link(self, document):
        """A link to a page that shows its title; Sphinx warns where there is no such page."""
        reference = addnodes.pending_xref(
            "", nodes.inline(), reftype="doc", refdomain="std", reftarget=f"/{document}", refdoc=self.env.docname,
            refexplicit=False, refwarn=True,
        )  # fmt: skip
        reference.source, reference.line = self.title.source, self.title.line
        return reference


def add(app, doctree):
    """Sphinx's doctree-read hook: put the strip behind the title of a page that states its minutes."""
    settings = app.env.metadata[app.env.docname].get("cnnbook")
    title = next(doctree.findall(nodes.title), None)
    if not settings or title is None:
        return
    settings = json.loads(settings) if isinstance(settings, str) else settings
    if settings.keys() | {"needs"} != {"needs", "minutes"}:
        LOGGER.warning(f"the page's data, cnnbook: {settings}, must have minutes and may have needs", location=title)
        return
    title.parent.insert(title.parent.index(title) + 1, Strip(app.env, title).node(settings))


def setup(app):
    app.connect("doctree-read", add)
