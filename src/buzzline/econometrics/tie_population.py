"""Which organisations could have been tied in a layer: not only those that are."""

from __future__ import annotations

import numpy as np
import polars as pl

from buzzline.arrays import Flags, as_flags
from buzzline.linkages.proximities import Proximities
from buzzline.linkages.response_gate import answers_of
from buzzline.tables.study import Study

MOSTLY = 0.9  # of the ties told by one of their ends: a survey
FEWEST_RESPONDENTS = 20  # fewer name sources of data


def could_tie(study: Study, layer: str, near: Proximities) -> tuple[Flags, str]:
    """Return the organisations that could be tied in a layer, and who they are in words.

    All of which everything is known; of a survey, in which respondents told of their ties,
    those who answered (`answered` in `outcomes`, else those who told of a tie). Whoever has no
    tie counts as well: leaving them out would choose by what is to be explained.

    Parameters
    ----------
    study : Study
    layer : str
    near : Proximities

    Returns
    -------
    (n,) bool
    str
    """
    answered = _respondents(study, layer)
    asked = np.ones(near.complete.size, np.bool_) if answered is None else answered
    among = as_flags(asked & near.complete)
    whose = "organisations" if answered is None else "organisations that answered"
    said = f"{int(among.sum()):,} of {int(asked.sum()):,} {whose}"
    if near.lacking:
        said += f"; not known: {', '.join(near.lacking)}"
    return among, said


def _respondents(study: Study, layer: str) -> Flags | None:
    """Return who answered, where ties of the layer are told by one of their ends."""
    ties = study.linkages.filter(pl.col("layer") == layer)
    by = pl.col("observed_by")
    own = ties.filter((by == pl.col("source")) | (by == pl.col("target")))
    told = own["observed_by"].unique()
    if own.height < MOSTLY * ties.height or told.len() < FEWEST_RESPONDENTS:
        return None
    listed = answers_of(study, (layer,)).filter(pl.col("answered"))["org_id"]
    ids = study.organisations["org_id"]
    return as_flags(ids.is_in(pl.concat([told, listed]).unique().implode()).to_numpy())


__all__ = ["could_tie"]
