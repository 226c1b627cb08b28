"""Fetch a file once: go on where a cut-off download stopped, believe nothing but the checksum, replace in one step."""

import hashlib
import http.client
import os
import sys
from contextlib import contextmanager, suppress
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from .places import elsewhere

TIMEOUT = 20  # seconds without a byte before a server counts as silent
BLOCK = 1 << 16  # bytes read at a time


class Unreachable(ConnectionError):
    """No mirror delivered the file; the message says what each of them did."""


class Unwritable(OSError):
    """The file cannot be put where it belongs."""


def fetch(urls, path, md5):
    """Return `path` once it holds the file with this checksum, downloading what is missing.

    Parameters
    ----------
    urls : sequence of str
        Mirrors of the same file, tried in order.
    path : pathlib.Path
        Where the file belongs. Until it is whole, its bytes are in ``path`` + ``.part``, also after an interruption.
    md5 : str
        Checksum in hexadecimal. A file at `path` that does not have it is fetched again.

    Returns
    -------
    pathlib.Path
        `path`.

    Raises
    ------
    Unreachable
        Where no mirror delivers.
    Unwritable
        Where the folder cannot be written, or is full.
    """
    with _writing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    problems = []
    with _alone(path.parent):
        with _writing(path):
            if path.exists() and checksum(path) == md5:
                return path
        for url in urls:
            try:
                _complete(url, part, md5)
            except Unwritable:
                raise
            except (OSError, http.client.HTTPException, ValueError) as error:
                problems.append(f"{urlsplit(url).netloc}: {error}")
            else:
                with _writing(path):
                    os.replace(part, path)
                return path
    raise Unreachable("; ".join(problems))


def checksum(path):
    """MD5 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _complete(url, part, md5):
    """Fill `part` from one mirror, or raise what went wrong."""
    for _ in range(2):  # a second time from the start, because the first may have continued wrong bytes
        whole, size = False, -1
        while not whole and _size(part) > size:  # a cut connection is worth another try as long as bytes arrive
            size = _size(part)
            whole = _continue(url, part)
        if not whole:
            raise ConnectionError(f"the connection was cut after {_size(part):,} bytes")
        with _writing(part):
            if checksum(part) == md5:
                return
            part.unlink()
    raise ConnectionError("what arrived is not the file (wrong checksum)")


def _continue(url, part):
    """Ask for the bytes that `part` lacks, write what comes, and return whether it is all there."""
    start = _size(part)
    request = Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        response = urlopen(request, timeout=TIMEOUT)
    except HTTPError as error:
        if error.code == 416:  # nothing comes after what we have: the checksum will tell
            return True
        raise
    with response:
        resumes = response.status == 206  # a server may ignore the range and send everything
        position = start if resumes else 0
        length = response.headers.get("Content-Length")
        total = position + int(length) if length else None
        with _opened(part, "ab" if resumes else "wb") as write, _progress(url, position, total) as advance:
            while True:
                try:
                    block = response.read(BLOCK)
                except (TimeoutError, ConnectionError, http.client.IncompleteRead):
                    return False
                if not block:
                    break
                write(block)
                position += len(block)
                advance(len(block))
    return total is None or position >= total


@contextmanager
def _writing(path):
    """Say where something cannot be written, and what to do; a full disk is no reason to try the next mirror."""
    try:
        yield
    except OSError as error:
        raise Unwritable(
            f"{path} cannot be written ({error.strerror}): free space there, make it writable, or {elsewhere()}"
        ) from None


@contextmanager
def _opened(path, mode):
    """Yield a function that writes bytes to a file at once, so that a full disk is told where it happens."""
    with _writing(path):
        file = open(path, mode, buffering=0)  # noqa: SIM115
    try:

        def write(block):
            with _writing(path):
                while block:
                    block = block[file.write(block) :]

        yield write
    finally:
        file.close()


@contextmanager
def _alone(folder):
    """Wait until no other process downloads into the folder, where the system has such locks."""
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows: two downloads at once may spoil each other, and the checksum will tell
        yield
        return
    with _writing(folder):
        descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems have no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)  # gives up the lock; so does a crash


def _size(path):
    with _writing(path):
        return path.stat().st_size if path.exists() else 0


@contextmanager
def _progress(url, position, total):
    """Yield a function that counts bytes: a bar where tqdm is installed, else one line. Both on stderr."""
    name, host = url.rsplit("/", 1)[-1], urlsplit(url).netloc
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        size = f", {total / 1e6:.1f} MB" if total else ""
        print(f"cnnbook: downloading {name} from {host}{size}", file=sys.stderr)
        yield lambda count: None
    else:
        with tqdm(desc=name, initial=position, total=total, unit="B", unit_scale=True, file=sys.stderr) as bar:
            yield bar.update
