"""`{commit}`: a question that asks for an answer before it shows one.

```
:::{commit}
A layer with kernel 5, stride 2 and padding 2 reads 32 pixels. How large is its output?

- [ ] 15 pixels

  No. These are the steps; the stop where the window starts counts too.
- [x] 16 pixels

  Right. Fifteen steps and the first stop.
:::
```

The first paragraph asks. A list of tasks gives the choices, each with its reason under it; the right one is ticked.
What stands behind the list opens with any choice. Without a list the reader types an answer, and the rest opens. The
page's part is book/_assets/commit.js; without a script, the reasons unfold one by one. In JupyterLab and
on GitHub this reads as a list.

With the option ``:hides: full-run mistakes`` the sections of this page with these labels are folded under their
headings until the reader has answered, or asks to see them without an answer. A link that leads inside unfolds its
section. On paper, for the search and without a script they stand open.
"""

import hashlib
import json
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective
from sphinx.util.logging import getLogger

from .words import table

LOGGER = getLogger(__name__)


class question(nodes.Element):
    """The whole box; ``key`` is its name in the browser's storage, ``hides`` the ids of the sections that it folds."""


class choice(nodes.Element):
    """A choice with its reason: a title, then the reason. Also the answer behind a typed guess."""


class choice_title(nodes.TextElement):
    """What one can choose."""


class Commit(SphinxDirective):
    has_content = True
    option_spec: ClassVar = {"hides": directives.unchanged_required}

    def run(self):
        box = question(classes=["commit"], hides=self.options.get("hides", "").split())
        self.set_source_info(box)
        parsed = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, parsed)
        asks, *rest = parsed.children
        if not isinstance(asks, nodes.paragraph) or not rest:
            raise self.error("{commit} needs a paragraph that asks, and behind it choices or an answer")
        asks["classes"].append("commit-asks")
        box["key"] = hashlib.sha256(asks.astext().encode()).hexdigest()[:10]
        box += asks
        if isinstance(rest[0], nodes.bullet_list):
            choices = [self.choice(item) for item in rest.pop(0)]
            if sum(one["right"] for one in choices) != 1:
                raise self.error("{commit}: tick one choice, the right one: - [x]")
            box.extend(choices)
        else:
            box["classes"].append("commit-types")
        if rest:
            box += self.answer(rest)
        return [box]

    def choice(self, item):
        """A list item as a choice."""
        boxes = [raw for raw in item[0].findall(nodes.raw) if "checkbox" in raw.astext()]
        if not boxes or len(item) < 2:
            raise self.error(f"{{commit}}: {item.astext()[:40]!r} needs [ ] or [x] in front, and a reason below it")
        right = "checked" in boxes[0].astext()
        boxes[0].parent.remove(boxes[0])
        text = item[0].rawsource.removeprefix("[x]").removeprefix("[ ]").strip()
        title = choice_title(text, "", *item[0].children)
        title.source, title.line = item[0].source, item[0].line
        if isinstance(title.children[0], nodes.Text):
            title.replace(title.children[0], nodes.Text(title.children[0].lstrip()))
        return choice("", title, *item.children[1:], right=right, classes=["right"] if right else [])

    def answer(self, children):
        """What opens with any choice, or behind a typed guess."""
        words = table("commit", self.config.language)["answer"]
        title = choice_title(words, words, translatable=False)
        return choice("", title, *children, right=False, classes=["commit-answer"])


def find_sections(app, doctree):
    """Sphinx's doctree-read hook: put the ids of the sections that a question hides in place of their labels."""
    sections = {name: section for section in doctree.findall(nodes.section) for name in section["ids"]}
    for box in doctree.findall(question):
        around = list(section_of(box))
        for label in box["hides"]:
            if label not in sections:
                LOGGER.warning(f"{{commit}}: no section of this page has the label {label!r}", location=box)
            elif sections[label] in around:
                LOGGER.warning(f"{{commit}}: the question stands in the section {label!r} that it hides", location=box)
        box["hides"] = [sections[label]["ids"][0] for label in box["hides"] if label in sections]


def section_of(node):
    """The sections around a node, the nearest first."""
    while node := node.parent:
        if isinstance(node, nodes.section):
            yield node


def visit_question(translator, node):
    hides = {"data-hides": " ".join(node["hides"])} if node["hides"] else {}
    translator.body.append(translator.starttag(node, "div", **{"data-key": node["key"]}, **hides))


def depart_question(translator, node):
    translator.body.append("</div>\n")


def visit_choice(translator, node):
    translator.body.append(translator.starttag(node, "details"))


def depart_choice(translator, node):
    translator.body.append("</details>\n")


def visit_title(translator, node):
    translator.body.append("<summary><span>")  # one item of a row, whatever is in it


def depart_title(translator, node):
    translator.body.append("</span></summary>\n")


def add_script(app, pagename, templatename, context, doctree):
    """Give a page with boxes, or with goals to tick, their script and its words."""
    if doctree is not None and (any(doctree.findall(question)) or "goals admonition" in context.get("body", "")):
        words = json.dumps(table("commit", app.config.language))
        app.add_js_file(None, body=words, type="application/json", id="commit-words")
        app.add_js_file("commit.js", loading_method="defer")


def setup(app):
    app.add_directive("commit", Commit)
    app.add_node(question, html=(visit_question, depart_question))
    app.add_node(choice, html=(visit_choice, depart_choice))
    app.add_node(choice_title, html=(visit_title, depart_title))
    app.connect("doctree-read", find_sections)
    app.connect("html-page-context", add_script)
