"""A web server on this machine that fails on demand, and small data sets in the published formats."""

import gzip
import hashlib
import io
import pickle
import struct
import tarfile
import threading
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from cnnbook.datasets import sources


@dataclass
class Server:
    """What the server does: serve `files`, but cut every answer after so many bytes, spoil the first few, or say no."""

    url: str = ""
    files: dict = field(default_factory=dict)
    cut_after: int | None = None
    spoil: int = 0
    ranges: bool = True
    tells_length: bool = True
    status: int = 200
    requests: list = field(default_factory=list)  # (path, Range header)


@pytest.fixture
def server():
    behaviour = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            behaviour.requests.append((self.path, self.headers.get("Range")))
            content = behaviour.files.get(self.path)
            if behaviour.status != 200 or content is None:
                return self.send_error(behaviour.status if content is not None else 404)
            start = 0
            if behaviour.ranges and self.headers.get("Range"):
                start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
                if start >= len(content):
                    return self.send_error(416)
            body = content[start:]
            if behaviour.spoil:
                behaviour.spoil -= 1
                body = bytes(255 - byte for byte in body)
            self.send_response(206 if start else 200)
            if behaviour.tells_length:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: behaviour.cut_after])
            return None

        def log_message(self, *arguments):
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    behaviour.url = f"http://127.0.0.1:{http.server_address[1]}/"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield behaviour
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A cache of its own, and no folder in the environment."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    monkeypatch.delenv("CNNBOOK_DATA", raising=False)
    return tmp_path


@pytest.fixture
def publish(server, home, monkeypatch):
    """Let the server be the only mirror of a data set that consists of these files."""

    def publish(name, files):
        server.files |= {f"/{file}": content for file, content in files.items()}
        sums = {file: hashlib.md5(content).hexdigest() for file, content in files.items()}
        monkeypatch.setitem(sources.SOURCES, name, replace(sources.SOURCES[name], mirrors=(server.url,), files=sums))

    return publish


def idx(array):
    """An array of bytes in the IDX format."""
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes() + array.tobytes()


def mnist_files(n=6, *, start=0, end=".gz"):
    """The four files of a small MNIST; pixels count up from `start`."""
    pixels = (start + np.arange(n * 5 * 7)).astype(np.uint8).reshape(n, 5, 7)
    labels = (np.arange(n) % 10).astype(np.uint8)
    pack = gzip.compress if end == ".gz" else bytes
    return {
        f"{prefix}-{part}-ubyte{end}": pack(idx(array[:count]))
        for prefix, count in (("train", n), ("t10k", n // 2))
        for part, array in (("images-idx3", pixels), ("labels-idx1", labels))
    }


class Python2Pickler(pickle._Pickler):
    """Writes text and bytes as Python 2 wrote its strings, as in the published files."""

    def save_string(self, value):
        value = value.encode("latin1") if isinstance(value, str) else value
        self.write(pickle.BINSTRING + struct.pack("<i", len(value)) + value)

    dispatch = pickle._Pickler.dispatch | {str: save_string, bytes: save_string}


def python2_pickle(value):
    buffer = io.BytesIO()
    Python2Pickler(buffer, protocol=2).dump(value)
    return buffer.getvalue().replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


def cifar_files(name, n=4):
    """The pickles of a small CIFAR, as Python 2 wrote them."""
    rng = np.random.default_rng(0)

    def batch(labels):
        pixels = rng.integers(0, 256, (len(labels), 3072), dtype=np.uint8)
        return python2_pickle({"data": pixels, "labels": labels, "fine_labels": labels})

    if name == "cifar10":
        batches = [*(f"data_batch_{k}" for k in range(1, 6)), "test_batch"]
        meta = ("batches.meta", {"label_names": ["plane", "car"]})
    else:
        batches, meta = ["train", "test"], ("meta", {"fine_label_names": ["apple", "fish"]})
    files = {file: batch([k % 2 for k in range(n)]) for file in batches}
    return files | {meta[0]: python2_pickle(meta[1])}


def archive(folder, files):
    """A gzipped tar archive of files in a folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for file, content in files.items():
            info = tarfile.TarInfo(f"{folder}/{file}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def write(folder, files):
    """Put files into a folder, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    return folder
