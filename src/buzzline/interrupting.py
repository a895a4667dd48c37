"""A clean end on Ctrl-C while the program is still being loaded.

Loading takes a second or two, in which no command is at work yet that could end cleanly. Where
this process is the program `buzzline`, and nowhere else, Ctrl-C ends it with a message until
`hand_over` gives the signal back.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence
from itertools import pairwise
from pathlib import PurePath
from types import FrameType

PROGRAM = "buzzline"
CODE = 130
WORDS = b"Interrupted. Nothing was written.\n"


def is_program(words: Sequence[str], typed: Sequence[str]) -> bool:
    """Tell whether a process is the program, not a script or notebook that uses the library.

    Parameters
    ----------
    words : sequence of str
        `sys.argv`; its first is "-m" while `python -m buzzline` loads the package.
    typed : sequence of str
        `sys.orig_argv`.

    Examples
    --------
    >>> is_program(["/usr/bin/buzzline", "run"], []), is_program(["study.py"], [])
    (True, False)
    >>> is_program(["-m", "run"], ["python", "-m", "buzzline", "run"])
    True
    """
    first = words[0] if words else ""
    if first != "-m":
        return PurePath(first).stem == PROGRAM
    return ("-m", PROGRAM) in pairwise(typed)


def hand_over() -> None:
    """Give Ctrl-C back to Python, where it was taken: commands end in their own way."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(number: int, frame: FrameType | None) -> None:  # what a handler gets
    os.write(2, WORDS)
    os._exit(CODE)


def _take() -> None:
    """Take Ctrl-C, unless somebody else has."""
    is_main = threading.current_thread() is threading.main_thread()
    if is_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


if is_program(sys.argv, sys.orig_argv):
    _take()
