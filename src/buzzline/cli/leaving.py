"""How a command ends: exit codes, messages without traceback, and a prompt Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from buzzline.analysis import VERSION
from buzzline.cli.printing import say

KEEPS = "--folder"  # names where finished runs are kept
DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130
GRACE_SECONDS = 1.2  # for threads to finish what they are at before the process just ends


def nothing_was_written() -> str:
    """Return the last words of a command that leaves nothing behind."""
    return "Interrupted. Nothing was written."


def last_words_of(words: Sequence[str]) -> str:
    """Return the last words of a command: what it left behind, if anything.

    Examples
    --------
    >>> last_words_of(["simulate", "my-region", "--folder", "kept"])
    'Interrupted. Finished runs are in kept; the same command goes on from there.'
    """
    for option, value in pairwise(words):
        if option == KEEPS:
            kept = f"Finished runs are in {value}"
            return f"Interrupted. {kept}; the same command goes on from there."
    return nothing_was_written()


@contextmanager
def interruptible(last_words: Callable[[], str]) -> Iterator[None]:
    """End the process within two seconds of a Ctrl-C, whatever the threads are doing.

    Python acts on a signal only between two of its own steps, and a compiled loop is one step.
    So the signal is also written to a socket, which a waiting thread reads even while a loop
    runs. Files are written whole or not at all, so ending at any moment leaves nothing
    half-written.

    Parameters
    ----------
    last_words : callable
        Gives the message, when it comes to that.

    Raises
    ------
    SystemExit
        With code 130, after a Ctrl-C.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    watched, written = socket.socketpair()
    written.setblocking(False)
    before = signal.set_wakeup_fd(written.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(watched, last_words), daemon=True).start()
    try:
        yield
    except KeyboardInterrupt:
        say(last_words())
        raise SystemExit(INTERRUPTED) from None
    finally:
        signal.set_wakeup_fd(before)
        written.close()


def _watch(watched: socket.socket, last_words: Callable[[], str]) -> None:
    with watched:
        while byte := watched.recv(1):
            if byte[0] == signal.SIGINT:
                break
        else:
            return
        watched.settimeout(GRACE_SECONDS)
        try:
            again = watched.recv(1)
        except TimeoutError:
            again = b"late"
    if again:  # still at work after the grace, or asked a second time
        say(last_words())
        sys.stderr.flush()
        os._exit(INTERRUPTED)


def explain_mistake() -> str:
    """Write the current traceback to a log, and return what to tell the user."""
    what = traceback.format_exc()
    last = what.strip().splitlines()[-1]
    sorry = (
        f"buzzline stopped because of a mistake in buzzline itself, not in your data ({last})."
    )
    try:
        handle, name = tempfile.mkstemp(prefix="buzzline-error-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8") as log:
            log.write(f"buzzline {VERSION}, Python {sys.version}\n{sys.argv}\n\n{what}")
    except OSError:
        return f"{sorry} The details could not be written: no temporary folder is writable."
    return f"{sorry} The details are in {Path(name)}; please send them to the maintainers."


def close_pipe() -> None:
    """Point stdout nowhere, after its reader has left, so that nothing complains at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
