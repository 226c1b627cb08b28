"""Labelled cells of notebooks: what stands in their stored outputs, as text."""

import json
import re
from html.parser import HTMLParser
from typing import NamedTuple

LABEL = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Cell(NamedTuple):
    """A code cell with a label: the page that it is on, its place there, its code and what its outputs say."""

    document: str
    place: int
    code: str
    output: str


class _Text(HTMLParser):
    """The text of HTML, one line for each row of a table."""

    def __init__(self):
        super().__init__()
        self.parts, self.hidden = [], False

    def handle_starttag(self, tag, attrs):
        self.hidden = tag in ("style", "script")
        self.parts.append("\n" if tag in ("tr", "p", "div", "br", "li", "pre") else "\t" if tag in ("td", "th") else "")

    def handle_endtag(self, tag):
        self.hidden = False

    def handle_data(self, data):
        if not self.hidden:
            self.parts.append(re.sub(r"\s+", " ", data))  # a line of the source is none of the page


def text_of_html(html):
    """The words and numbers of HTML, a row of a table on a line of its own."""
    parser = _Text()
    parser.feed(html)
    return "".join(parser.parts)


def text_of_output(output):
    """What one output of a notebook's cell says. The text of a picture is its size, so it does not count."""
    if output["output_type"] == "error":
        return output["evalue"]
    data = output.get("data", {"text/plain": output.get("text", "")})
    picture = any(mime.startswith(("image/", "application/vnd.jupyter.widget")) for mime in data)
    texts = {mime: "".join(data[mime]) for mime in ("text/html", "text/markdown", "text/latex") if mime in data}
    if not picture and not texts:
        texts["text/plain"] = "".join(data.get("text/plain", ""))
    return "\n".join(text_of_html(text) if mime == "text/html" else text for mime, text in texts.items())


def cells_of(path, document):
    """Yield (label, cell) of the labelled code cells of a notebook."""
    if path.suffix == ".ipynb":
        for place, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"], start=1):
            if cell["cell_type"] == "code" and "label" in cell["metadata"]:
                output = "\n".join(map(text_of_output, cell["outputs"]))
                yield cell["metadata"]["label"], Cell(document, place, "".join(cell["source"]), output)
