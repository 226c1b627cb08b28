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
2. Install: `pip install --no-index --find-links FOLDER cnnbook-*.whl -r requirements.txt`, where FOLDER holds the
   wheels that `requirements.txt` pins (`pip download -r requirements.txt -d FOLDER` on a machine with a network).
3. Do: start JupyterLab in `exercises`, and run the labs in `book/labs`.
4. Samples of data come with these wheels: digits, a part of MNIST, drawn shapes. `CNNBOOK_DATA` names a folder of
   whole sets.
5. Ask `cnnbook doctor` where something is missing.
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

        put("README.md", README)
        for name, path in files(site):
            put(name, path.read_bytes())
        built = wheel(folder)
        put(built.name, built.read_bytes())
    return out


if __name__ == "__main__":
    written = make()
    print(f"{written.relative_to(one.ROOT)}: {written.stat().st_size / 1e6:.1f} MB")
