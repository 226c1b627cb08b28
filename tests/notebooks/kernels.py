"""Kernels that start at once: each is a fork of one process that has imported what takes seconds to import.

A notebook gets a process of its own all the same, with the directory, environment and streams that it would have.
Not imported before: what looks whether it is in a notebook (pandas), and what is under test (cnnbook).
"""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

NAME = "forked"
END = b"\n"


@contextmanager
def forked_kernels(folder):
    """Yield the environment in which Jupyter finds the kernel `NAME`, as long as its process lives."""
    address, spec = folder / "socket", folder / "kernels" / NAME / "kernel.json"
    spec.parent.mkdir(parents=True)
    argv = [sys.executable, "-I", "-S", __file__, "ask", str(address), "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": NAME, "language": "python"}))
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "JUPYTER_PATH": str(folder)}
    inline = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}  # as ipykernel says to its kernels
    command = [sys.executable, __file__, "serve", str(address)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment | inline) as server:
        try:
            assert server.stdout.readline() == b"ready\n"
            yield environment
        finally:
            server.terminate()


def serve(address):
    """Import, then fork for each who asks."""
    import matplotlib.pyplot  # noqa: F401
    import numpy as np
    import torch
    from ipykernel import kernelapp

    with torch.device("meta"):  # where the first operation imports hundreds of modules
        torch.nn.BatchNorm1d(1)(torch.ones(2, 1))

    server = socket.socket(socket.AF_UNIX)
    server.bind(address)
    server.listen()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    print("ready", flush=True)
    while True:
        connection, _ = server.accept()
        if os.fork():
            connection.close()
            continue
        server.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        connection.sendall(os.getpid().to_bytes(8))
        asked, streams, *_ = socket.recv_fds(connection, 1 << 16, 3)
        while not asked.endswith(END):
            asked += connection.recv(1 << 16)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        asked = json.loads(asked)
        Thread(target=end_with, args=[connection], daemon=True).start()
        os.environ.clear()
        os.environ.update(asked["environment"])
        os.chdir(asked["directory"])
        sys.path.remove(str(Path(__file__).parent))
        np.random.seed()  # noqa: NPY002  as if it were imported now
        sys.argv = ["ipykernel_launcher", "-f", asked["connection_file"]]
        kernelapp.launch_new_instance()
        os._exit(0)


def end_with(connection):
    """Nobody who asks says anything more; where the connection ends, so did he, killed perhaps."""
    connection.recv(1)
    os._exit(0)


def ask(address, connection_file):
    """Be the process that Jupyter started: pass on what it gave and its signals, and end with the kernel."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(address)
    kernel = int.from_bytes(connection.recv(8))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: os.kill(kernel, number))
    told = {"connection_file": connection_file, "directory": os.getcwd(), "environment": dict(os.environ)}
    told = json.dumps(told).encode() + END
    sent = socket.send_fds(connection, [told], [0, 1, 2])
    connection.sendall(told[sent:])
    connection.recv(1)  # nothing comes, until the kernel ends


if __name__ == "__main__":
    {"serve": serve, "ask": ask}[sys.argv[1]](*sys.argv[2:])
