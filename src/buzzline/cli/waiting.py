"""How far long work is: bars with the remaining time on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import (
    Progress as Bars,
)

from buzzline.cli.printing import Screen, messages
from buzzline.progress import Progress, silent

SECONDS_BETWEEN_LINES = 20.0


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[Progress]:
    """Yield a callable that shows on stderr how far the work is.

    Parameters
    ----------
    quiet : bool
        Show nothing.
    """
    screen = messages()
    if quiet:
        yield silent
    elif screen.is_terminal:
        with _bars(screen) as bars:
            yield _on_bars(bars)
    else:
        yield _in_lines(screen)


def _bars(screen: Screen) -> Bars:
    return Bars(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(compact=True),
        console=screen,
    )


def _on_bars(bars: Bars) -> Progress:
    tasks: dict[str, TaskID] = {}

    def tell(what: str, done: int, total: int) -> None:
        if what not in tasks:
            for task in bars.tasks:  # what comes next has begun, so these are done
                bars.update(task.id, completed=task.total)
            tasks[what] = bars.add_task(what, total=max(total, 1))
        bars.update(tasks[what], completed=min(done, total) if total else 1)

    return tell


def _in_lines(screen: Screen) -> Progress:
    last: dict[str, float] = {}
    began: dict[str, tuple[float, int]] = {}
    ended: set[str] = set()

    def tell(what: str, done: int, total: int) -> None:
        now = time.monotonic()
        first, finished = what not in last, done >= total
        if finished and what not in ended:
            ended.add(what)
            screen.print(f"{what}: done")
        elif first or (now - last[what] > SECONDS_BETWEEN_LINES and not finished):
            since, done_then = began.setdefault(what, (now, done))
            left = remaining(now - since, done - done_then, total - done)
            screen.print(f"{what}: {done:,} of {total:,}{left}" if done else f"{what} …")
        else:
            return
        last[what] = now

    return tell


def remaining(seconds: float, done: int, left: int) -> str:
    """Return how long the rest will take, at the speed so far; nothing before any is done.

    Examples
    --------
    >>> remaining(30, 10, 60), remaining(30, 10, 10), remaining(5, 0, 10)
    (', about 3 min left', ', about 30 s left', '')
    """
    if done < 1 or seconds <= 0:
        return ""
    rest = seconds / done * left
    if rest < 60:
        return f", about {rest:.0f} s left"
    hours = rest / 3600
    return f", about {rest / 60:.0f} min left" if hours < 1 else f", about {hours:.1f} h left"
