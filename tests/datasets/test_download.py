import hashlib
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from cnnbook.datasets import download

CONTENT = bytes(range(256)) * 2000  # half a megabyte
MD5 = hashlib.md5(CONTENT).hexdigest()


@pytest.fixture
def get(server, tmp_path):
    """Fetch the file from the server, to where the result is checked."""
    server.files["/file.bin"] = CONTENT
    path = tmp_path / "cache" / "file.bin"

    def get(*more_urls):
        download.fetch([*more_urls, f"{server.url}file.bin"], path, MD5)
        assert path.read_bytes() == CONTENT
        assert [entry.name for entry in path.parent.iterdir()] == ["file.bin"]

    get.path = path
    return get


def part(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_name(path.name + ".part").write_bytes(content)


def test_a_file_is_fetched_once(server, get):
    get()
    get()
    assert server.requests == [("/file.bin", None)]


def test_a_damaged_file_is_fetched_again(server, get):
    get.path.parent.mkdir()
    get.path.write_bytes(CONTENT[:-1] + b"?")
    get()
    assert len(server.requests) == 1


def test_an_interrupted_download_goes_on_where_it_stopped(server, get):
    part(get.path, CONTENT[:1000])
    get()
    assert server.requests == [("/file.bin", "bytes=1000-")]


def test_a_connection_that_is_cut_again_and_again_is_taken_up_again(server, get):
    server.cut_after = 200_000
    get()
    assert [header for _, header in server.requests] == [None, "bytes=200000-", "bytes=400000-"]


def test_a_server_without_ranges_starts_over(server, get):
    server.ranges = False
    part(get.path, CONTENT[:1000])
    get()
    assert server.requests == [("/file.bin", "bytes=1000-")]


def test_a_server_without_ranges_that_cuts_is_given_up(server, get):
    server.ranges, server.cut_after = False, 200_000
    with pytest.raises(download.Unreachable, match="the connection was cut after 200,000 bytes"):
        get()
    assert not get.path.exists()


def test_a_server_that_does_not_tell_the_length(server, get):
    server.tells_length = False
    get()


def test_several_at_once_wait_for_the_first(server, get):
    server.cut_after = 100_000  # six requests for the file
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: download.fetch([f"{server.url}file.bin"], get.path, MD5), range(4)))
    assert len(server.requests) == 6
    get()


def test_spoilt_bytes_are_fetched_again(server, get):
    server.spoil = 1
    get()
    assert server.requests == [("/file.bin", None)] * 2


def test_a_spoilt_beginning_is_not_built_upon(server, get):
    part(get.path, b"?" * 1000)
    get()
    assert server.requests == [("/file.bin", "bytes=1000-"), ("/file.bin", None)]


@pytest.mark.parametrize("length", [len(CONTENT), len(CONTENT) + 5])
def test_a_beginning_that_is_as_long_as_the_file_or_longer(server, get, length):
    part(get.path, (CONTENT + b"extra")[:length])
    get()


def test_always_spoilt_bytes_are_refused_and_not_kept(server, get):
    server.spoil = 99
    with pytest.raises(download.Unreachable, match="wrong checksum"):
        get()
    assert list(get.path.parent.iterdir()) == []


def test_the_next_mirror_is_tried_and_finishes_what_the_first_began(server, get):
    server.files["/cut/file.bin"] = CONTENT[:3000]  # answers whole, but the file is too short: wrong checksum
    get(f"{server.url}missing/file.bin", "http://127.0.0.1:1/file.bin", f"{server.url}cut/file.bin")
    assert server.requests[-1] == ("/file.bin", None)


def test_every_mirrors_reason_is_told(server, tmp_path):
    urls = [f"{server.url}missing.bin", "http://127.0.0.1:1/file.bin"]
    with pytest.raises(download.Unreachable, match=r"Not Found; 127\.0\.0\.1:1: .*refused"):
        download.fetch(urls, tmp_path / "file.bin", MD5)


def test_a_silent_server_is_given_up(server, get, monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        get(f"http://127.0.0.1:{silent.getsockname()[1]}/file.bin")
    assert len(server.requests) == 1


def test_progress_goes_to_stderr_with_and_without_tqdm(server, get, capsys, monkeypatch):
    get()
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "file.bin: 100%" in shown.err
    get.path.unlink()
    monkeypatch.setitem(sys.modules, "tqdm", None)
    get()
    assert capsys.readouterr().err.startswith("cnnbook: downloading file.bin from 127.0.0.1")


def test_ctrl_c_leaves_no_half_file_and_the_next_time_goes_on(server, get, monkeypatch):
    server.cut_after = 200_000

    class Bar:
        """Progress that somebody stops at the first cut."""

        def __enter__(self):
            if len(server.requests) == 2:
                raise KeyboardInterrupt
            return lambda count: None

        def __exit__(self, *_):
            pass

    with monkeypatch.context() as patched:
        patched.setattr(download, "_progress", lambda *_: Bar())
        with pytest.raises(KeyboardInterrupt):
            get()
    assert [entry.name for entry in get.path.parent.iterdir()] == ["file.bin.part"]
    get()
    assert server.requests[-1] == ("/file.bin", "bytes=400000-")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")
def test_two_processes_at_once_wait_for_the_first(server, get):
    server.cut_after = 100_000  # six requests for the file
    program = (
        "import sys, pathlib; from cnnbook.datasets import download; "
        "download.fetch([sys.argv[1]], pathlib.Path(sys.argv[2]), sys.argv[3])"
    )
    command = [sys.executable, "-c", program, f"{server.url}file.bin", str(get.path), MD5]
    both = [subprocess.Popen(command, stderr=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert len(server.requests) == 6
    get()
