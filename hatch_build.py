"""Run by hatchling: the README that goes with the package, in which links to files lead to the repository."""

import re
from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Readme(MetadataHookInterface):
    """PyPI shows the README away from its files, so their links need an address."""

    def update(self, metadata):
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        files = metadata["urls"]["Repository"] + "/blob/main/"
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": re.sub(r"\]\((?!https?:|#)", f"]({files}", text),
        }
