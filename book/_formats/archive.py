"""`make archive`: one zip of site, notebooks and wheel, for where there is no network."""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import one

OUT = one.ROOT / "_build" / "archive" / "convolutional-networks.zip"
TOP = "convolutional-networks"
README = """# Convolutional Networks, Number by Number: the book without a network

1. Read: open `site/index.html` in a browser. Figures answer, formulas are set, the search finds pages.
2. Fetch, where there is a network, with the same system and Python (3.11 or later), and bring the folder `wheels` here:

       pip download -d wheels -c constraints.txt "./{wheel}[labs]" jupyterlab

   These are about 350 MB. On Linux PyTorch adds 3 GB for GPUs; where there is none, leave them out with
   `--extra-index-url https://download.pytorch.org/whl/cpu`.
3. Install (on Windows, `.venv\\Scripts` stands for `.venv/bin`, here and below):

       python3 -m venv .venv
       .venv/bin/pip install --no-index --find-links wheels "./{wheel}[labs]" jupyterlab

4. Do: `.venv/bin/jupyter lab`, then open a notebook of `exercises`, or a lab of `book/labs`. From a terminal,
   `.venv/bin/cnnbook check exercises/pooling.ipynb` checks your answers, and `.venv/bin/cnnbook lab lenet_mnist` tries
   a lab. Samples of data are there: digits, a part of MNIST, drawn shapes. `CNNBOOK_DATA` names a folder of whole sets.
5. Ask `.venv/bin/cnnbook doctor` where something is missing.
"""


def wheel(folder):
    """Build the package's wheel, without a network, and return its path."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(command, cwd=one.ROOT, check=True, capture_output=True)
    return next(Path(folder).glob("*.whl"))


def files(site=one.SITE):
    """Yield (name in the zip, path) of what is on the disk already: pages, notebooks, licences."""
    if not (site / "index.html").exists():
        raise SystemExit(f"index.html is not in {site}: run make book")
    for path in sorted(path for path in site.rglob("*") if path.is_file() and "_sources" not in path.parts):
        yield f"site/{path.relative_to(site).as_posix()}", path
    for folder in ("book", "exercises"):
        for path in sorted((one.ROOT / folder).rglob("*.ipynb")):
            if ".ipynb_checkpoints" not in path.parts:
                yield path.relative_to(one.ROOT).as_posix(), path
    for name in ("LICENSE", "LICENSE-TEXT.md"):
        yield name, one.ROOT / name


def pins():
    """Versions of all packages; PyTorch's alone stands in requirements.txt."""
    lines = (one.ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines(keepends=True)
    torch = next(line for line in lines if line.startswith("torch=="))
    return (one.ROOT / "constraints.txt").read_text(encoding="utf-8") + torch


def make(site=one.SITE, out=OUT):
    """Write the zip, and return its path."""
    out.parent.mkdir(parents=True, exist_ok=True)
    time = (*map(int, one.last_change().split("-")), 0, 0, 0)  # of each file: the same book is the same bytes
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(name, content):
            entry = zipfile.ZipInfo(f"{TOP}/{name}", time)
            entry.external_attr = 0o644 << 16  # all accounts of a machine may read it
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)

        built = wheel(folder)
        put("README.md", README.format(wheel=built.name))
        put("constraints.txt", pins())
        for name, path in files(site):
            put(name, path.read_bytes())
        put(built.name, built.read_bytes())
    return out


if __name__ == "__main__":
    written = make()
    print(f"{written.relative_to(one.ROOT)}: {written.stat().st_size / 1e6:.1f} MB")
