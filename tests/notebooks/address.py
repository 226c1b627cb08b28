"""Give the book another address: `make address URL=https://github.com/owner/name`.

pyproject.toml has the address. From there it is copied, as text that others read, into the set-up cells, the links to
Colab and _config.yml; that of the site follows from it when the pages are built.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOST = "https://github.com/"


def main(new, root=ROOT):
    """Write the address `new` wherever that of pyproject.toml stands, and return the names of the files."""
    if not re.fullmatch(rf"{re.escape(HOST)}[\w-]+/[\w.-]*[\w-]", new) or new.endswith(".git"):
        sys.exit(f"URL {new!r} is no address of a repository: use one such as {HOST}owner/name")
    old = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]["Repository"]
    old, new = old.removeprefix(HOST), new.removeprefix(HOST)
    # Not inside another name: github.com/owner/name-of-another, nor behind another owner.
    where = re.compile(rf"(github\.com/|/github/){re.escape(old)}(?![\w-])")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True).stdout
    changed = []
    for name in filter(None, tracked.split("\0")):
        path = root / name
        if path.suffix in {".toml", ".yml", ".ipynb", ".md"} and not name.startswith("exercises/"):
            text = path.read_text(encoding="utf-8")
            if (moved := where.sub(rf"\g<1>{new}", text)) != text:
                path.write_text(moved, encoding="utf-8")
                changed.append(name)
    return changed


if __name__ == "__main__":
    print(*main(*sys.argv[1:2] or [""]), sep="\n")
