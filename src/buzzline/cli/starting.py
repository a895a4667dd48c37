"""main: from the words of the command line to an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial

from buzzline.cli.analysing import with_study
from buzzline.cli.application import application
from buzzline.cli.leaving import (
    DONE,
    FAILED,
    INTERRUPTED,
    close_pipe,
    explain_mistake,
    interruptible,
    last_words_of,
)
from buzzline.cli.printing import say
from buzzline.errors import BuzzlineError
from buzzline.interrupting import hand_over


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after `buzzline`; those of the process when not given.

    Returns
    -------
    int
        0 done, 1 something is wrong with the input or the disk (the message says what to do),
        2 the command was not understood, 130 interrupted.

    Examples
    --------
    >>> main(["--version"])
    0.1.0
    0
    """
    code = _ended(arguments)
    if code == INTERRUPTED and arguments is None:
        sys.stderr.flush()
        os._exit(code)  # threads may still be at work; nobody waits for their answer
    return code


def _ended(arguments: Sequence[str] | None) -> int:
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        with interruptible(partial(last_words_of, words)):
            hand_over()
            app = application()
            code = app(with_study(app, words))
            sys.stdout.flush()
    except BuzzlineError as error:
        say(f"Error: {error}")
        return FAILED
    except BrokenPipeError:
        close_pipe()
        return DONE
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else FAILED
    except MemoryError:
        say(
            "Error: there is not enough memory. Close other programs, ask for fewer "
            'industries, or set engine = "duckdb" in the section [run] of study.toml.'
        )
        return FAILED
    except Exception:  # a mistake of ours must not end in a traceback
        say(explain_mistake())
        return FAILED
    return code if isinstance(code, int) else DONE
