"""The book, built once for all workers into a temporary folder, and a server that gives it out as a host would."""

import fcntl
import functools
import http.server
import os
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def build(folder):
    """Build the book as `make book` does, with warnings as errors, and return the folder of its pages."""
    program = Path(sys.executable).with_name("jupyter-book")
    command = [program, "build", ROOT, "--path-output", folder, "-W", "--keep-going", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "_build" / "html"


@pytest.fixture(scope="session")
def build_book():
    return build


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Folder of the built pages; the worker that comes first builds them, the others wait."""
    top = tmp_path_factory.getbasetemp()
    top = top.parent if "PYTEST_XDIST_WORKER" in os.environ else top
    with open(top / "book.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        pages = top / "book" / "_build" / "html"
        if not (built := top / "book.built").exists():
            build(top / "book")
            built.touch()
        return pages


class _Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/favicon.ico":  # a browser asks for it where a page names no icon, and not for the page
            self.send_response_only(204)
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def address(site, tmp_path_factory):
    """Where the book starts: a function of how it is reached, as a file, from a server or under a /REPO/ path."""
    folder = tmp_path_factory.mktemp("host")
    (folder / "REPO").symlink_to(site)
    starts = {"file": site.as_uri()}
    with ExitStack() as servers:
        for how, top, path in (("server", site, ""), ("subpath", folder, "/REPO")):
            handler = functools.partial(_Quiet, directory=top)
            server = servers.enter_context(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler))
            threading.Thread(target=server.serve_forever, daemon=True).start()
            servers.callback(server.shutdown)
            starts[how] = f"http://127.0.0.1:{server.server_port}{path}"
        yield starts.__getitem__
