"""Linkages → Network: some layers, one period, ties counted or weighed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import polars as pl

from buzzline.arrays import as_codes, as_floats, as_indices
from buzzline.errors import InvalidArgument, TooFew
from buzzline.network.network import Network, network_of
from buzzline.quantities import Years
from buzzline.tables.study import Study
from buzzline.tables.vocabularies import UNDIRECTED_LAYERS

Weighing = Literal["ties", "weight"]


def build_network(
    study: Study,
    layers: str | Sequence[str] | None = None,
    *,
    year: Years | None = None,
    weighing: Weighing = "ties",
    directed: bool = True,
) -> Network:
    """Return the ties of some layers as one network of all organisations.

    Parameters
    ----------
    study : Study
    layers : name or names of layers, or None for all
        Ties of several layers between the same two are added; keep layers apart wherever what
        flows in them differs.
    year : year, optional
        Only ties that last in that year; ties without dates count as lasting.
    weighing : "ties" or "weight"
        Count every linkage as one, or add the column `weight`.
    directed : bool
        False joins both ways. With True, linkages without direction stand both ways.

    Returns
    -------
    Network
        Row i is row i of `study.organisations`.

    Raises
    ------
    TooFew
        No linkage is left.
    InvalidArgument
        A layer without linkages; weights that are missing, or of several units.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=300, clusters=2, rng=1).study
    >>> build_network(study, directed=False).is_directed
    False
    """
    rows = linkages_of(study, layers, year)
    names = tuple(rows["layer"].unique().sort())
    weight, unit = weights_of(rows, weighing)
    both = ~rows["directed"].fill_null(~rows["layer"].is_in(list(UNDIRECTED_LAYERS))).to_numpy()
    ids = study.organisations["org_id"]
    number = pl.DataFrame({"org_id": ids}).with_row_index("row")
    source, to = (rows_of(rows, end, number) for end in ("source", "target"))
    keep = (source != to) & (weight > 0)
    source, to, weight, both = source[keep], to[keep], weight[keep], both[keep]
    is_directed = directed and not bool(both.all())
    again = both if is_directed else np.ones(both.size, np.bool_)
    empty = Network(
        ids, as_indices(np.zeros(ids.len() + 1)), as_codes([]), as_floats([]), names, unit,
        is_directed,
    )  # fmt: skip
    ends = np.concatenate([source, to[again]]), np.concatenate([to, source[again]])
    return network_of(ids, ends, np.concatenate([weight, weight[again]]), like=empty)


def linkages_of(
    study: Study, layers: str | Sequence[str] | None, year: Years | None
) -> pl.DataFrame:
    """Return the linkages of some layers and one year; parameters as of `build_network`."""
    wanted = [layers] if isinstance(layers, str) else layers
    rows = study.linkages
    if not rows.height:
        raise TooFew(
            "build_network: the study has no linkages. Add a table of linkages with `source`, "
            "`target` and `layer`."
        )
    present = rows["layer"].unique().sort().to_list()
    for name in wanted or ():
        if name not in present:
            raise InvalidArgument(
                f"linkages: no linkage has the layer {name!r}; layers are {', '.join(present)}"
            )
    if wanted is not None:
        rows = rows.filter(pl.col("layer").is_in(list(wanted)))
    if year is not None:
        begun = pl.col("start").dt.year().fill_null(year) <= year
        rows = rows.filter(begun & (pl.col("end").dt.year().fill_null(year) >= year))
    if not rows.height:
        raise TooFew(f"build_network: no linkage of {wanted or 'any layer'} lasts in {year}.")
    return rows


def weights_of(rows: pl.DataFrame, weighing: Weighing) -> tuple[np.ndarray, str]:
    """Return what each linkage weighs, and in which unit."""
    if weighing == "ties":
        return np.ones(rows.height), "ties"
    missing = rows["weight"].null_count()
    units = rows["unit"].drop_nulls().unique().sort().to_list()
    if missing:
        raise InvalidArgument(
            f"linkages: {missing:,} of {rows.height:,} ties have no `weight`. Give them one, "
            'or count ties with weighing="ties".'
        )
    if len(units) > 1:
        raise InvalidArgument(
            f"linkages: weights are in several units ({', '.join(units)}) and cannot be added. "
            'Take one layer at a time, or count ties with weighing="ties".'
        )
    return rows["weight"].to_numpy(), units[0] if units else "weight"


def rows_of(rows: pl.DataFrame, end: str, number: pl.DataFrame) -> np.ndarray:
    """Return the row of the organisation at one end of each linkage, from `org_id`, `row`."""
    found = rows.select(org_id=pl.col(end)).join(
        number, on="org_id", how="left", validate="m:1", maintain_order="left"
    )
    return found["row"].to_numpy()
