"""Which industries are examined, and how many of their organisations stand at each site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Flags
from buzzline.errors import InvalidArgument
from buzzline.tables.study import Study

Industries = Sequence[str] | Mapping[str, Sequence[str]] | None

DEFAULT_INDUSTRIES = 12  # as many as a report shows on one screen
FEWEST_ORGANISATIONS = 20  # below, a cluster of the whole industry would be noise


@dataclass(frozen=True, slots=True, eq=False)
class Industry:
    """An industry, or a group of industries, and the organisations active in it.

    Attributes
    ----------
    name : str              title of the industry where the study gives one, else its code
    active : (n,) bool      organisations of the study, in its order
    """

    name: str
    active: Flags


def industries_of(study: Study, wanted: Industries) -> tuple[Industry, ...]:
    """Return the industries asked for; by default the most numerous ones of the study.

    Parameters
    ----------
    wanted : names, mapping of group name to industries, or None
        A mapping gives groups: an organisation belongs when it is active in any of them.

    Raises
    ------
    InvalidArgument
        An industry that no organisation has; the message names similar ones.
    """
    pairs = study.industries_of()
    groups = _groups(pairs, wanted)
    row = study.organisations.select("org_id").with_row_index("row")
    titles = dict(study.industries.select("industry", "title").drop_nulls().iter_rows())
    found = []
    for name, members in groups.items():
        ids = pairs.filter(pl.col("industry").is_in(list(members))).select("org_id").unique()
        rows = row.join(ids, on="org_id", how="semi")["row"].to_numpy()
        active = np.zeros(row.height, np.bool_)
        active[rows] = True
        found.append(Industry(titles.get(name, name), active))
    return tuple(found)


def groups_of(study: Study, wanted: Industries) -> dict[str, tuple[str, ...]]:
    """Return the industries of each group asked for, as `industries_of` takes them."""
    return _groups(study.industries_of(), wanted)


def _groups(pairs: pl.DataFrame, wanted: Industries) -> dict[str, tuple[str, ...]]:
    counts = (
        pairs.group_by("industry").len().sort(["len", "industry"], descending=[True, False])
    )
    if wanted is None:
        large = counts.filter(pl.col("len") >= FEWEST_ORGANISATIONS)["industry"]
        return {name: (name,) for name in large.head(DEFAULT_INDUSTRIES)}
    groups: dict[str, tuple[str, ...]]
    if isinstance(wanted, Mapping):
        groups = {name: tuple(members) for name, members in wanted.items()}
    else:
        groups = {name: (name,) for name in wanted}
    known = set(counts["industry"])
    for name in (member for members in groups.values() for member in members):
        if name not in known:
            raise InvalidArgument(
                f"organisations: no organisation has the industry {name!r}. "
                f"{_nearest(name, counts)} Correct the industries asked for."
            )
    return groups


def _nearest(name: str, counts: pl.DataFrame) -> str:
    alike = counts.filter(
        pl.col("industry").str.to_lowercase().str.contains(name.lower(), literal=True)
    )
    shown = (alike if alike.height else counts)["industry"].head(8).to_list()
    which = "Similar ones are" if alike.height else "The most numerous are"
    return f"{which}: {', '.join(shown)}." if shown else "The study names no industry at all."
