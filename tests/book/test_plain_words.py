"""Prose for readers whose first language is another one: no idioms, no filler, no hype."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("book/*.md"), *ROOT.glob("book/*/*.md"), *ROOT.glob("book/*/*.ipynb"), *ROOT.glob("solutions/*.ipynb")]
)

# A reader stumbled on it, or a dictionary explains it word by word and wrongly -> what to write.
STUMBLES = {
    r"read(s|ing)? over": "overlook",
    r"by heart": "memorise",
    r"earns? (its|their) place": "still help",
    r"go(es)? astray|went astray": "is wrong",
    r"under the hood": "inside",
    r"out of the box": "without settings",
    r"from the ground up": "from the beginning",
    r"rule of thumb": "a rough rule",
    r"in a nutshell|boils? down to": "in short",
    r"pays? off|paid off": "is worth it",
    r"no free lunch|heavy lifting|in the wild|low-hanging": "say what happens",
    r"hands? you|hand you": "gives you",
    r"at (the|a) price of": "costs",
    r"by and large|let alone|all in all": "leave it out",
    r"tricky|trickery|magic(al)?|amazing|powerful": "say what it does",
    r"elegant(ly)?|state-of-the-art|cutting-edge|seamless(ly)?": "say what it does",
    r"simply|obviously|clearly|basically|actually|of course|needless to say|as we all know": "leave it out",
    r"it should be noted|note that|it is worth noting": "say it",
    r"in order to": "to",
    r"utili[sz]e[sd]?|leverage[sd]?": "use",
    r"delve[sd]?|dive into|deep dive": "read, look at",
}


def prose(path):
    """The Markdown of a page, without code and formulas."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return re.sub(r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|<!--.*?-->|\]\([^)]*\)", " ", text, flags=re.DOTALL)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_plain_words(path):
    text = prose(path)
    found = {
        match[0]: f"write: {better}"
        for pattern, better in STUMBLES.items()
        for match in re.finditer(rf"\b({pattern})\b", text, flags=re.IGNORECASE)
    }
    assert not found
