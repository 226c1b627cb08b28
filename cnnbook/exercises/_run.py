"""A notebook, run in a kernel of its own, that ends whatever its code does."""

import asyncio
import atexit
import contextlib
import importlib.util
import os
import signal
import subprocess
import sys

_GRACE = 2.0  # seconds after an interrupt, then the kernel is killed


def run(notebook, *, folder, seconds):
    """Run every code cell in order and store the outputs in the notebook. An error in a cell does not stop the run.

    The kernel is this Python, whatever kernels are registered here, and what runs in it counts as no try.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Its outputs are replaced.
    folder : path
        Where its code runs.
    seconds : float
        Time limit of each cell: then it is interrupted, and where it ignores that, its kernel killed.

    Returns
    -------
    dict of int to str
        By the index of a cell what befell it: "slow" where it was interrupted; "killed" where its kernel was killed,
        "died" where its kernel ended by itself. After these two no cell ran.

    Raises
    ------
    ModuleNotFoundError, OSError
        Where no kernel is installed, or none starts.
    KeyboardInterrupt
        Where the user presses Ctrl-C: the kernel is shut down then.
    """
    from jupyter_core.utils import run_sync

    if importlib.util.find_spec("ipykernel") is None:
        raise ModuleNotFoundError("no module ipykernel", name="ipykernel")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    try:
        return run_sync(_run)(notebook, folder, seconds)
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def _run(notebook, folder, seconds):
    client = _client(notebook, folder)
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    ends = {}
    async with contextlib.AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(
                client.async_setup_kernel(env=os.environ | {"CNNBOOK_PROGRESS": ""}, **silent)
            )
        except RuntimeError as error:  # of nbclient, where the kernel does not answer
            atexit.unregister(client._cleanup_kernel)  # it has cleaned up, and would try again when Python ends
            with contextlib.suppress(NotImplementedError, RuntimeError):
                for number in (signal.SIGINT, signal.SIGTERM):  # else a Ctrl-C would stop the next run of this loop
                    asyncio.get_running_loop().remove_signal_handler(number)
            raise OSError(
                "no kernel starts here: pip install --force-reinstall ipykernel, then run this again"
            ) from error
        with contextlib.suppress(NotImplementedError, RuntimeError):  # Windows; not the main thread
            interrupted = asyncio.current_task().cancel  # so that the kernel is shut down; nbclient would lose it
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupted)
        for index, cell in enumerate(notebook.cells):
            end = await _run_cell(client, cell, index, seconds)
            if end:
                ends[index] = end
            if end in ("killed", "died"):
                break
    return ends


def _client(notebook, folder):
    from jupyter_client import AsyncKernelManager
    from jupyter_client.kernelspec import KernelSpec
    from nbclient import NotebookClient

    class ThisPython(AsyncKernelManager):
        kernel_spec = KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"], language="python"
        )

    place = {"metadata": {"path": str(folder)}}
    options = {"timeout": None, "allow_errors": True, "shutdown_kernel": "immediate", "resources": place}
    return NotebookClient(notebook, kernel_manager_class=ThisPython, **options)


async def _run_cell(client, cell, index, seconds):
    from nbclient.exceptions import DeadKernelError

    task = asyncio.ensure_future(client.async_execute_cell(cell, index))
    task.add_done_callback(lambda task: task.cancelled() or task.exception())  # asked for, so that asyncio is silent
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
        slow = not done
        if slow:
            await client.km.interrupt_kernel()
            done, _ = await asyncio.wait({task}, timeout=_GRACE)
        if not done:
            await client.km.shutdown_kernel(now=True)
            await asyncio.wait({task})  # nbclient sees within a second that the kernel is gone
            return "killed"
        task.result()
    except DeadKernelError:
        return "died"
    finally:
        task.cancel()
    return "slow" if slow else ""
