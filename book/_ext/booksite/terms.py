"""Links to the glossary: the first use of each of its words on a page becomes one, without a mark in the source.

{term}`stride` says so explicitly, and is then the only one on its page. Headings, links, code and formulas stay as they
are. The words are those of the page's language, since the glossary's entries are.
"""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.util.nodes import make_refnode

SKIPPED = (
    nodes.title, nodes.rubric, nodes.term, nodes.caption, nodes.table, nodes.reference, addnodes.pending_xref,
    nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw,
)  # fmt: skip
PLACES = ("strip", "made-from-data", "commit", "cell")  # classes inside which no word becomes a link


def glossary(env):
    """Page and anchor of each word of the glossary."""
    objects = env.get_domain("std").get_objects()
    return {name: (document, anchor) for name, _, kind, document, anchor, _ in objects if kind == "term"}


def pattern(words):
    """Any of the words, the longest first; of English ones also the plural, and with a capital letter."""
    ordered = sorted(words, key=len, reverse=True)
    latin = [re.escape(word) for word in ordered if word.isascii()]
    other = [re.escape(word) for word in ordered if not word.isascii()]
    parts = [rf"(?<![\w-])(?P<latin>{'|'.join(latin)})(?:e?s)?(?![\w-])"] * bool(latin) + other
    return re.compile("|".join(parts), re.IGNORECASE)


def texts(node):
    """The pieces of plain text in which a word may become a link."""
    for child in node.children:
        if isinstance(child, nodes.Text):
            yield child
        elif not isinstance(child, SKIPPED) and not set(PLACES) & set(child.get("classes", ())):
            yield from texts(child)


def link_first_uses(doctree, entries, known, make_link):
    """Turn the first use of each word into a link.

    Parameters
    ----------
    doctree : nodes.document
        The page, changed in place.
    entries : dict
        The words.
    known : set
        Words, in lower case, that already have a link; those that get one are added.
    make_link : callable
        Gives the node for a word of the glossary and the text that stands on the page.
    """
    if not entries:
        return
    names, find = {name.lower(): name for name in entries}, pattern(entries)
    for text in list(texts(doctree)):
        parts, end, string = [], 0, text.astext()
        for match in find.finditer(string):
            name = (match["latin"] if "latin" in find.groupindex and match["latin"] else match[0]).lower()
            if name not in known:
                known.add(name)
                parts += [nodes.Text(string[end : match.start()]), make_link(names[name], match[0])]
                end = match.end()
        if parts:
            text.parent.replace(text, [part for part in [*parts, nodes.Text(string[end:])] if part.astext()])


def link(app, doctree, document):
    """Sphinx's doctree-resolved hook: after translation, and after explicit links are made."""
    entries = glossary(app.env)
    if document in {page for page, _ in entries.values()} or document == app.config.root_doc:
        return
    anchors = {anchor: name.lower() for name, (_, anchor) in entries.items()}
    links = [node.get("refuri", "").rpartition("#")[2] for node in doctree.findall(nodes.reference)]
    known = {anchors[anchor] for anchor in links if anchor in anchors}

    def make_link(name, text):
        page, anchor = entries[name]
        reference = make_refnode(app.builder, document, page, anchor, nodes.inline("", text))
        reference["classes"].append("glossary-link")
        return reference

    link_first_uses(doctree, entries, known, make_link)


def setup(app):
    app.connect("doctree-resolved", link)
