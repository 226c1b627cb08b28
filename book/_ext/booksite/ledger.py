"""The ledger: claims of the source notes, of papers and of other books, and what the cells of this book find.

`book/ledger.yml` holds them. `{ledger}` makes the appendix's page of all, chapter by chapter; `{claims} id id` shows a
few in a chapter. A computed value is a proven number, so the build warns where it does not stand in the output of its
cell; it also warns where claimed value, computed value and verdict do not fit together.
"""

import functools
import re
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.util.docutils import SphinxDirective
from sphinx.util.logging import getLogger

from . import cells, numerals, strip
from .words import table

LOGGER = getLogger(__name__)
FILE = "book/ledger.yml"
KEYS = {"claim", "source", "says", "finds", "cell", "verdict", "why"}
VERDICTS = ("right", "condition", "wrong", "paper")


def read(path):
    """The claims by id, each with the line of the file where it begins."""
    return _claims(path.read_text(encoding="utf-8"))


@functools.cache  # each directive reads all of them
def _claims(text):
    claims = yaml.safe_load(text)
    for name, claim in claims.items():
        claim["line"] = text[: re.search(rf"^{re.escape(name)}:", text, re.M).start()].count("\n") + 1
    return claims


def wrong_with(claim):
    """What does not fit together in a claim of the file, None where all does.

    Examples
    --------
    >>> claim = {"claim": "2 + 2 is 4", "source": ["notes", "1"], "says": "4", "finds": "5", "cell": "sum"}
    >>> wrong_with(claim | {"verdict": "right"})
    'it is called right, but 4 is not 5'
    """
    verdict, says, finds = claim.get("verdict"), claim.get("says"), claim.get("finds")
    if unknown := claim.keys() - KEYS - {"line"}:
        return f"it has {min(unknown)!r}: it may have {', '.join(sorted(KEYS))}"
    if verdict not in VERDICTS:
        return f"its verdict is {verdict!r}: use one of {', '.join(VERDICTS)}"
    if not isinstance(claim.get("source"), list) or len(claim["source"]) != 2 or "claim" not in claim:
        return "it needs a claim, and a source: [notes or the key of a paper, the place there]"
    if (verdict == "paper") != ("cell" not in claim) or ("cell" in claim) != (finds is not None):
        return "a cell and what it finds belong together; only what stands in a paper has none"
    if verdict not in ("right", "paper") and "why" not in claim:
        return f"its verdict is {verdict}: say why"
    agree = says is None or finds is None or not numerals.missing(str(says), str(finds))
    if verdict == "right" and not agree:
        return f"it is called right, but {says} is not {finds}"
    if verdict == "wrong" and says is not None and agree:
        return f"it is called wrong, but {says} is {finds}"
    return None


class Claims(SphinxDirective):
    """``{claims} alexnet-sizes same-padding``: these claims as a table."""

    required_arguments = 1
    optional_arguments = 99

    def run(self):
        self.load()
        if unknown := [name for name in self.arguments if name not in self.claims]:
            raise self.error(f"{{claims}}: {FILE} has no claim {unknown[0]!r}")
        return [self.table(self.arguments)]

    def load(self):
        path = Path(self.env.srcdir, FILE)
        self.env.note_dependency(str(path))
        self.path, self.claims, self.words = str(path), read(path), table("ledger", self.config.language)

    def table(self, names):
        head = [[self.paragraph(self.words[key], 1, translatable=False)] for key in ("claim", "computed", "verdict")]
        body = nodes.tbody("", *(row(self.entries(self.claims[name])) for name in names))
        columns = [nodes.colspec(colwidth=width) for width in (45, 15, 40)]
        group = nodes.tgroup("", *columns, nodes.thead("", row(head)), body, cols=3)
        return nodes.table("", group, classes=["claims"])

    def entries(self, claim):
        """What stands in the three places of a row."""
        line, (source, place) = claim["line"], claim["source"]
        says = self.paragraph(claim["claim"], line, classes=["quoted"])
        where = self.words["notes"].format(place=place) if source == "notes" else f"{{cite}}`{source}`, {place}"
        stands = self.paragraph(where, line, classes=["quoted", "where"], translatable=source != "notes")
        found = [self.paragraph(f"[{claim['finds']}](#{claim['cell']})", line)] if "cell" in claim else []
        verdict = [self.paragraph(f"**{self.words[claim['verdict']]}**", line, translatable=False)]
        why = [self.paragraph(claim["why"], line)] if "why" in claim else []
        computed, judged = (  # a phone shows the cells below each other, each with its word
            self.paragraph(self.words[key], line, classes=["column-name"], translatable=False)
            for key in ("computed", "verdict")
        )
        return [says, stands], [computed, *found] if found else [], [judged, *verdict, *why]

    def paragraph(self, text, line, **attributes):
        """A paragraph of Markdown, with its place in the file, so that it is translated, and its faults are found."""
        children, messages = self.state.inline_text(text, self.lineno)
        paragraph = nodes.paragraph(text, "", *children, *messages, **attributes)
        for node in (paragraph, *paragraph.findall(nodes.Element)):
            node.source, node.line = self.path, line
        return paragraph


def row(entries):
    return nodes.row("", *(nodes.entry("", *paragraphs) for paragraphs in entries))


class Ledger(Claims):
    """``{ledger}``: all claims, under the chapters whose cells settle them, in the order of the book."""

    required_arguments = optional_arguments = 0

    def run(self):
        self.load()
        for name, claim in self.claims.items():
            if wrong := wrong_with(claim):
                LOGGER.warning(f"claim {name!r}: {wrong}", location=f"{self.path}:{claim['line']}")
        found, site = [], self.env.external_site_map
        for document in strip.pages_in_order(site):
            path = Path(self.env.doc2path(document))
            labels = dict(cells.cells_of(path, document))
            if names := [name for name, claim in self.claims.items() if claim.get("cell") in labels]:
                self.env.note_dependency(str(path))
                found += [self.paragraph(f"{{doc}}`/{document}`", 1, classes=["ledger-chapter"]), self.table(names)]
        if names := [name for name, claim in self.claims.items() if claim.get("verdict") == "paper"]:
            found += [self.paragraph(self.words["papers"], 1, classes=["ledger-chapter"]), self.table(names)]
        return found


def check_cells(app, env):
    """Warn of a claim whose cell is on no page."""
    path = Path(app.srcdir, FILE)
    for name, claim in read(path).items():
        if claim.get("cell", "") not in {"", *env.booksite_labels}:
            LOGGER.warning(f"claim {name!r}: no page has a cell {claim['cell']!r}", location=f"{path}:{claim['line']}")


def setup(app):
    app.add_directive("claims", Claims)
    app.add_directive("ledger", Ledger)
    app.connect("env-updated", check_cells, priority=600)  # after proven.py has read the labels
