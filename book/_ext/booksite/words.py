"""Words that a reader sees come from tables beside the module: `<stem>.en.json`, and one for each other language."""

import functools
import json
from pathlib import Path


@functools.cache
def table(stem, language):
    """The words of a module in a language; where that has no table, or a key is missing there, in English."""
    folder = Path(__file__).parent
    words = json.loads((folder / f"{stem}.en.json").read_text(encoding="utf-8"))
    other = folder / f"{stem}.{language.partition('_')[0]}.json"
    return words | json.loads(other.read_text(encoding="utf-8")) if other.is_file() else words
