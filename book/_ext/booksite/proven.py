"""Proven numbers: `[34,848](#alexnet-conv1)` is a number of the prose with a link to the cell that computes it.

The cell has the label in its metadata. The page's part is book/_assets/proven.js: it shows code and output where the
reader points. `[224](#given)` marks a premise: a setting that the text chooses, or a number that a cited source states.

The build warns, with page and line, of a number that does not stand in the output of its cell, of a link to a cell
without a number, and of a number without a link that belongs to none of the kinds in `kinds.py`. It reads the pages as
they will be shown, and so in every language.
"""

import json
import re
from collections import Counter
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util.logging import getLogger
from sphinx.util.parallel import ParallelTasks, SerialTasks, parallel_available

from . import cells, commit, exercises, kinds, numerals
from .words import table

LOGGER = getLogger(__name__)
GIVEN = "given"
CODE = (nodes.literal_block, nodes.math_block, nodes.raw, nodes.comment)
NOT_PROSE = (*CODE, nodes.citation, nodes.label, addnodes.toctree)
ASKED = (commit.choice_title,)  # a choice may be wrong; of the right one, its reason states the numbers
ABSENT = "{number!r} of [{text}](#{label}) does not stand in the output of that cell: {output}"
UNLINKED = (
    "no link on {names} in {around!r}: write [{first}](#label) with the label of the cell that computes it, or "
    "[{first}](#given) where the text chooses it or a cited source states it"
)
RESULT = re.compile(r"\d[^=≈]*(?:=|≈|\\approx)\s*([-−]?[\d.,{}]+)\W*$")  # a formula of numbers, and what comes out


class Label(SphinxTransform):
    """Make each label of a cell the name of its place; take the premises out of the links."""

    default_priority = 30  # after a translation is put in, before MyST resolves #links

    def apply(self):
        for cell in self.document.findall(is_cell):
            if label := cell["cell_metadata"].get("label"):
                if not cells.LABEL.fullmatch(label):
                    warn(cell, f"the label {label!r} of this cell is not like alexnet-conv1: lower-case words, hyphens")
                    continue
                cell["names"].append(label)
                self.document.note_explicit_target(cell)
                if label not in cell["ids"]:
                    warn(cell, f"the label {label!r} is taken on this page, by a heading or a cell: choose another")
        for link in list(self.document.findall(nodes.reference)):
            if link.get("refuri") == f"#{GIVEN}":
                link.replace_self(given_node(link.children))


def is_cell(node):
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def given_node(children):
    return nodes.inline("", "", *children, classes=[GIVEN])


def given_role(name, rawtext, text, lineno, inliner, options=None, content=None):
    """The role {given}`224`: the same as [224](#given)."""
    return [given_node([nodes.Text(text)])], []


def place_of(node):
    """Where a node stands: the page, and of a notebook the cell, counted from one, and its line."""
    while node.parent is not None and not (node.line and node.source):
        node = node.parent
    if node.source and node.source.endswith(".ipynb") and node.line and node.line >= 10_000:
        cell, line = divmod(node.line, 10_000)
        return f"{node.source}: cell {cell}, line {max(line - 1, 1)}"
    return f"{node.source}:{node.line}"


def warn(node, message):
    LOGGER.warning(message, location=place_of(node), type="booksite", subtype="proven")


def target_of(node):
    """The label that a link names, None where it is no link to a label."""
    if isinstance(node, nodes.reference):
        return node.get("refid")
    if isinstance(node, addnodes.pending_xref) and node.get("reftype") == "myst":
        return node["reftarget"]
    return None


class Block:
    """One paragraph, heading or caption: its plain text, its links to cells, its premises and its formulas."""

    def __init__(self, node, labels):
        self.node, self.links, self.given, self.formulas = node, [], [], []
        self.text = "".join(self._read(child, labels) for child in node.children)

    def _read(self, node, labels):
        if isinstance(node, nodes.Text):
            return node.astext()
        if target_of(node) in labels:
            self.links.append(node)
        elif GIVEN in node.get("classes", ()):
            self.given.append(node)
        elif isinstance(node, nodes.math):
            self.formulas.append(node.astext())
        elif isinstance(node, (nodes.emphasis, nodes.strong, nodes.inline, nodes.generated)):
            return "".join(self._read(child, labels) for child in node.children)
        return numerals.HOLE

    def values(self, language):
        """What its links and premises state."""
        texts = [numerals.plain(node.astext()) for node in self.links + self.given]
        return {number.readings[0].value for text in texts for number in numerals.numbers(text, language)}


def blocks_of(doctree, labels):
    """The blocks of a page, in order; captions of cells among them, their outputs not."""

    def blocks(node):
        if isinstance(node, NOT_PROSE) or "made-from-data" in node.get("classes", ()):
            return
        if isinstance(node, ASKED) or "commit-asks" in node.get("classes", ()):
            return
        if isinstance(node, nodes.TextElement):
            yield Block(node, labels)
        elif is_cell(node):
            yield from (Block(caption, labels) for caption in node.findall(nodes.caption))
        else:
            for child in node.children:
                if isinstance(child, nodes.Element):
                    yield from blocks(child)

    yield from blocks(doctree)


def cell_around(node):
    while node is not None and not is_cell(node):
        node = node.parent
    return node


def stated_near(block, blocks, language):
    """What a block's own links state; of a heading those of its section, of a title or caption also its neighbours'."""
    if not isinstance(block.node, (nodes.title, nodes.rubric, nodes.caption, nodes.term)):
        return block.values(language)
    section = block.node.parent
    if isinstance(block.node, nodes.caption):
        section = cell_around(block.node).parent if cell_around(block.node) else section.parent
    inside = set(map(id, section.findall(nodes.TextElement)))
    stated = set().union(*(other.values(language) for other in blocks if id(other.node) in inside))
    if cell := cell_around(block.node):  # a caption may also say what its own cell says
        text = "\n".join(part.astext() for part in cell.findall(nodes.literal_block))
        stated |= {number.readings[0].value for number in numerals.numbers(text, language)}
    return stated


def check_links(block, labels, language):
    """Yield what is wrong with the links and the premises of a block."""
    for link in block.links:
        label, text = target_of(link), link.astext()
        output = labels[label].output
        if not numerals.numbers(numerals.plain(text), language):
            yield link, f"the link [{text}](#{label}) to a cell holds no number: put the number that the cell computes"
        for number in numerals.missing(text, output, language):
            shown = re.sub(r"\s+", " ", output).strip() or "it has none"
            shown = shown if len(shown) < 120 else f"{shown[:120]} …"
            yield link, ABSENT.format(number=number.text, text=text, label=label, output=shown)
    for premise in block.given:
        if not numerals.numbers(premise.astext(), language):
            yield premise, f"{premise.astext()!r} is marked as given, but holds no number"


def check_unlinked(block, blocks, language):
    """Yield the numbers of a block that need a link and have none, all in one message."""
    found = [] if "quoted" in block.node["classes"] else kinds.unproven(block.text, language)
    if found:
        stated = stated_near(block, blocks, language)
        found = [number for number in found if number.readings[0].value not in stated]
    if found:
        first, last = found[0].start, found[-1].end
        around = block.text[max(0, first - 25) : first + 60 if last > first + 60 else last + 25]
        around = re.sub(r"\s+", " ", around.replace(numerals.HOLE, "…"))
        names = ", ".join(dict.fromkeys(number.text for number in found))
        yield block.node, UNLINKED.format(names=names, first=found[0].text, around=around)
    for formula in block.formulas:
        yield from check_formula(formula, block.node, block.values(language), language)


def check_formula(latex, node, stated, language):
    """Yield the result of a formula of numbers where no link beside it states it."""
    latex = re.sub(r"_(\{[^{}]*\}|\w)", "", numerals.plain(latex))
    found = RESULT.search(latex)
    for result in numerals.numbers(found[1], language)[:1] if found else ():
        if result.readings[0].value not in stated:
            yield node, f"the formula {latex!r} has the result {result.text}: link it beside the formula"


def check_page(doctree, labels, language):
    """Yield (node, message) of all that is unproven on a page."""
    blocks = list(blocks_of(doctree, labels))
    for block in blocks:
        yield from check_links(block, labels, language)
        yield from check_unlinked(block, blocks, language)
    for right in doctree.findall(lambda node: isinstance(node, commit.choice) and node["right"]):
        inside = set(map(id, right.findall(nodes.TextElement)))
        stated = set().union(*(block.values(language) for block in blocks if id(block.node) in inside))
        for number in kinds.unproven(Block(right[0], labels).text, language):
            if number.readings[0].value not in stated:
                yield (
                    right[0],
                    f"{number.text!r} is in the right choice: its reason needs a link to a cell that computes it",
                )
    for formula in doctree.findall(nodes.math_block):
        around = formula.parent.children
        at = around.index(formula)
        near = {id(text) for node in around[max(0, at - 1) : at + 2] for text in node.findall(nodes.TextElement)}
        stated = set().union(*(block.values(language) for block in blocks if id(block.node) in near))
        yield from check_formula(formula.astext(), formula, stated, language)


def check(app, env):
    """Sphinx's env-updated hook, in every build: read the labelled cells of the book, then check each page."""
    labels = env.booksite_labels = all_labels(env)
    documents = sorted(name for name in env.found_docs if not name.startswith(exercises.FOLDER))  # checks prove those

    def check_pages(documents):
        for document in documents:
            for node, message in check_page(env.get_doctree(document), labels, env.config.language):
                warn(node, message)

    shares = max(app.parallel, 1)
    tasks = ParallelTasks(shares) if parallel_available and shares > 1 else SerialTasks()
    for first in range(shares):
        tasks.add_task(check_pages, documents[first::shares])
    tasks.join()


def all_labels(env):
    """The labelled cells of all pages, by label; a label must be the only one of its name."""
    found = [
        pair for document in sorted(env.found_docs) for pair in cells.cells_of(Path(env.doc2path(document)), document)
    ]
    for label, times in Counter(label for label, _ in found).items():
        if times > 1 or label == GIVEN:
            LOGGER.warning(f"the label {label!r} stands on {times} cells: each cell needs its own", type="booksite")
    return dict(found)


def mark(app, doctree, document):
    """Make the links to cells known to the page: a class, and for a cell of another page the page's title."""
    for link in doctree.findall(nodes.reference):
        page, _, anchor = link.get("refuri", "").rpartition("#")
        cell = app.env.booksite_labels.get(link.get("refid") or anchor)
        if cell and (link.get("internal") or "refid" in link):
            link["classes"].append("proven")
            if page:
                link["reftitle"] = app.env.titles[cell.document].astext()


def add_script(app, pagename, templatename, context, doctree):
    if re.search(r'<a class="[^"]*\bproven\b', context.get("body", "")):
        words = json.dumps(table("proven", app.config.language))
        app.add_js_file(None, body=words, type="application/json", id="proven-words")
        app.add_js_file("proven.js", loading_method="defer")


def setup(app):
    app.add_role(GIVEN, given_role)
    app.add_transform(Label)
    app.connect("env-updated", check)
    app.connect("doctree-resolved", mark)
    app.connect("html-page-context", add_script)
