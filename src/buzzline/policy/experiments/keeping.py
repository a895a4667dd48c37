"""Outcomes of a case in a file, so that an interrupted experiment goes on where it was."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from buzzline.arrays import Floats, as_floats
from buzzline.policy.experiments.design import Case, Player, Playing
from buzzline.policy.experiments.telling import digest_of
from buzzline.simulation.shards import code_digest, read_shard, shard_name, write_shard

CODE = ("buzzline.policy",)


def kept_or_played(case: Case, how: Playing, *, play: Player) -> dict[str, Floats]:
    """Return the outcomes of a case: as kept in the folder, or played now and kept.

    Raises
    ------
    UnwritableOutput
        No room or no permission; cases that are kept already stay.
    """
    if how.work.folder is None:
        return dict(play(case, how))
    depends_on = (
        case, how.size, how.seed, how.model, how.drawn, how.outcomes, how.work.every, play,
    )  # fmt: skip
    path = path_of(how.work.folder, case.name, depends_on)
    frame = read_shard(path)
    if frame is not None:
        return {name: as_floats(frame[name].to_numpy()) for name in frame.columns}
    found = dict(play(case, how))
    write_shard(pl.DataFrame(found), path)
    return found


def path_of(folder: str, name: str, depends_on: object) -> Path:
    """Return where a case is kept: under all that its numbers depend on, and this code."""
    return Path(folder) / shard_name(name, digest_of(depends_on), code_digest(CODE))
