"""Does installing the package change what Colab has? Resolve it against Colab's versions, on Colab's Python.

Only the index is asked, nothing is installed. The list of changes must be empty: each pin of constraints.txt that the
package needs, by itself or through others, is the version that it would get.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PINS = ROOT / "tests" / "colab" / "constraints.txt"
PYTHON = "3.13"  # of Colab, on the date that constraints.txt names


def versions(text):
    """The lines `name==version`, as a dict, names as the index spells them."""
    return {name.replace("_", "-").lower(): found for name, found in re.findall(r"(?m)^([\w.-]+)==(\S+)$", text)}


def main():
    """Print what would change; the exit status is 1 where something would, or nothing fits."""
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "compile",
        "--python-version",
        PYTHON,
        "--extra",
        "labs",
        "--no-header",
    ]
    command += ["--no-annotate", "--constraints", str(PINS), str(ROOT / "pyproject.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"cnnbook[labs] does not fit to what Colab has:\n{done.stderr}")
        return 1
    pins, resolved = versions(PINS.read_text(encoding="utf-8")), versions(done.stdout)
    changes = [f"{name} {pins[name]} -> {resolved.get(name)}" for name in pins if resolved.get(name) != pins[name]]
    print("\n".join(changes) or f"Of {len(pins)} packages of Colab, installing cnnbook[labs] changes none")
    return int(bool(changes))


if __name__ == "__main__":
    sys.exit(main())
