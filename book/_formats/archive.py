"""`make archive`: one zip of site, notebooks and wheel, for where there is no network."""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import one

OUT = one.ROOT / "_build" / "archive" / "convolutional-networks.zip"
TOP = "convolutional-networks"
TIME = (1980, 1, 1, 0, 0, 0)  # of each file, so that the same book is the same bytes
README = """# Convolutional Networks, Number by Number: the book without a network

1. Read: open `site/index.html` in a browser; figures answer, formulas are set, the search works.
2. Fetch, where there is a network, with the same system and Python: `pip download -d wheels -c requirements.txt
   "./{wheel}[notebooks,labs]" jupyterlab` (about 400 MB), and bring the folder `wheels` here.
3. Install: `python3 -m venv .venv`, then
   `.venv/bin/pip install --no-index --find-links wheels "./{wheel}[notebooks,labs]" jupyterlab`.
4. Do: `.venv/bin/jupyter lab`, then open a notebook of `exercises`, or a lab of `book/labs`. Samples of data are there:
   digits, a part of MNIST, drawn shapes. `CNNBOOK_DATA` names a folder of whole sets.
5. Ask `.venv/bin/cnnbook doctor` where something is missing.
"""


def wheel(folder):
    """Build the package's wheel, without a network, and return its path."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(command, cwd=one.ROOT, check=True, capture_output=True)
    return next(Path(folder).glob("*.whl"))


def files(site=one.SITE):
    """Yield (name in the zip, path) of what is on the disk already: pages, notebooks, pins."""
    if not (site / "index.html").exists():
        raise SystemExit(f"index.html is not in {site}: run make book")
    for path in sorted(path for path in site.rglob("*") if path.is_file() and "_sources" not in path.parts):
        yield f"site/{path.relative_to(site).as_posix()}", path
    for folder in ("book", "exercises"):
        for path in sorted((one.ROOT / folder).rglob("*.ipynb")):
            if ".ipynb_checkpoints" not in path.parts:
                yield path.relative_to(one.ROOT).as_posix(), path
    for name in ("requirements.txt", "constraints.txt", "book/requirements.txt", "LICENSE", "LICENSE-TEXT.md"):
        yield name, one.ROOT / name


def make(site=one.SITE, out=OUT):
    """Write the zip, and return its path."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(name, content):
            archive.writestr(zipfile.ZipInfo(f"{TOP}/{name}", TIME), content, zipfile.ZIP_DEFLATED)

        built = wheel(folder)
        put("README.md", README.format(wheel=built.name))
        for name, path in files(site):
            put(name, path.read_bytes())
        put(built.name, built.read_bytes())
    return out


if __name__ == "__main__":
    written = make()
    print(f"{written.relative_to(one.ROOT)}: {written.stat().st_size / 1e6:.1f} MB")
