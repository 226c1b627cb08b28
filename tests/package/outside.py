"""Install the wheel in an environment of its own and run the package's tests there, outside the repository.

`make lower-bounds` calls this with the oldest versions that pyproject.toml allows, `make colab` with those of Colab.
What travels: the package's doctests, which the wheel carries, and the tests of its parts. What stays: tests of the site
and of stored notebooks, and the checks of the checks, which take long and depend on NumPy alone. The folder of the run
has everything of the repository but `cnnbook/`, so that the wheel is all there is to import.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
NUMPY_ONLY = [
    "tests/arithmetic",
    "tests/datasets",
    "tests/functional",
    "tests/nn",
    "tests/plotting",
    "tests/test_renamed.py",
]
NUMPY_ONLY += [
    f"cnnbook.{part}" for part in ("_renamed", "arithmetic", "functional", "nn", "datasets", "checks", "plotting")
]
WITH_TORCH = ["tests/models", "tests/profile", "tests/training", "tests/test_environment.py"]
WITH_TORCH += [f"cnnbook.{part}" for part in ("environment", "models", "profile", "training")]
ASKS_FOR_TORCH = re.compile(r"^ *(import|from) (torch|cnnbook\.(models|profile|training|labs)|models)\b", re.MULTILINE)
TOOLS = ("pytest", "pytest-rerunfailures", "hypothesis", "packaging", "pyyaml")


def main(arguments=None):
    """Build, install, run; the exit status is that of pytest."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--python", default="3.11", help="version of Python, or a path to one")
    parser.add_argument("--lowest", action="store_true", help="the oldest versions that pyproject.toml allows")
    parser.add_argument("--pins", type=Path, help="a file of versions that must not change")
    parser.add_argument(
        "--torch", default="", help="'' for the version found, 'none', or one version where no other can be fetched"
    )
    parser.add_argument("tests", nargs="*", help="files or folders instead of all that travel")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        wheel = build(folder)
        python = install(wheel, folder, options)
        copy_all_but_the_package(folder / "outside")
        return run(python, folder / "outside", options)


def build(folder):
    """The wheel, made from the repository."""
    uv("build", "--wheel", "--out-dir", folder, ROOT)
    return next(folder.glob("*.whl"))


def install(wheel, folder, options):
    """An environment with the wheel and its extras; say which versions it got."""
    extra = "notebooks" if options.torch == "none" else "labs"
    resolution = ["--resolution", "lowest-direct"] if options.lowest else []
    pins = options.pins.read_text(encoding="utf-8") if options.pins else ""
    if options.torch not in ("", "none"):
        (folder / "torch.txt").write_text(f"torch=={options.torch}\n")
        resolution += ["--overrides", folder / "torch.txt"]
        pins = re.sub(r"(?m)^torch==.*\n", "", pins)
    (folder / "pins.txt").write_text(pins, encoding="utf-8")
    resolution += ["--constraints", folder / "pins.txt"]
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE))
    tools = [*TOOLS, "torchinfo" if extra == "labs" else "tqdm"]
    pinned = {name.lower(): version for name, version in pinned.items()}
    (folder / "tools.in").write_text("".join(f"{name}=={pinned[name]}\n" for name in tools))
    environment = folder / "environment"
    uv("venv", "--python", options.python, environment)
    python = environment / "bin" / "python"
    # From pyproject.toml rather than from the wheel: only there do the extras count as direct, and get their lowest.
    uv("pip", "compile", "--python", python, "--only-binary", ":all:", "--extra", extra, *resolution, "--no-header",
       "--no-annotate", ROOT / "pyproject.toml", folder / "tools.in", "-o", folder / "resolved.txt")  # fmt: skip
    uv("pip", "install", "--python", python, "-r", folder / "resolved.txt")
    changes = uv("pip", "install", "--python", python, "--dry-run", f"cnnbook[{extra}] @ {wheel.as_uri()}")
    changed = re.findall(r"^ [-+~] (\S+)", changes, re.MULTILINE)
    if changed != ["cnnbook"]:
        sys.exit(f"installing the wheel changes more than itself:\n{changes}")
    uv("pip", "install", "--python", python, wheel)
    uv("pip", "check", "--python", python)
    direct = bounds(extra)
    print(
        "With",
        ", ".join(line for line in (folder / "resolved.txt").read_text().split() if line.partition("==")[0] in direct),
    )
    return python


def bounds(extra):
    """The packages that pyproject.toml names for an extra, each with its lower bound."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    listed = [*project["dependencies"], *extras["notebooks"], *(extras["labs"] if extra == "labs" else [])]
    return dict(line.split(">=") for line in listed if ">=" in line)


def copy_all_but_the_package(target):
    """The tracked files, without those that the wheel must bring."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, names.split("\0")):
        if not name.startswith("cnnbook/") and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes((ROOT / name).read_bytes())


def run(python, folder, options):
    """The tests, with the installed package; old packages may warn, so warnings are no errors here."""
    where = [python, "-c", "import cnnbook; print(cnnbook.__file__)"]
    found = subprocess.run(where, cwd=folder, capture_output=True, text=True, check=True).stdout
    if "site-packages" not in found:
        sys.exit(f"the tests would import {found.strip()}, not the wheel")
    chosen = options.tests or [*NUMPY_ONLY, *([] if options.torch == "none" else WITH_TORCH)]
    if options.torch == "none":
        chosen = [name for place in chosen for name in without_torch(place, folder)]
    settings = ["-o", "filterwarnings=", "-o", "addopts=--import-mode=importlib --doctest-modules --tb=short --pyargs"]
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not browser", *settings, *chosen]
    return subprocess.run(command, cwd=folder, env=os.environ | {"OMP_NUM_THREADS": "1"}, check=False).returncode


def without_torch(place, folder):
    """The test files of a place that need no PyTorch; the package's own parts as they are."""
    if place.startswith("cnnbook"):
        return [place]
    files = sorted((folder / place).glob("test_*.py")) if (folder / place).is_dir() else [folder / place]
    return [str(path) for path in files if not ASKS_FOR_TORCH.search(path.read_text(encoding="utf-8"))]


def uv(*arguments):
    """Run uv of this environment and return what it says; where it fails, so do we."""
    command = [sys.executable, "-m", "uv", *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{done.stderr}\nthis failed: uv {' '.join(map(str, arguments))}")
    return done.stderr


if __name__ == "__main__":
    sys.exit(main())
