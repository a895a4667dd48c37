"""Deals: who bought, founded or invested in whom, from which cluster into which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.clusters.records import bundling
from buzzline.errors import InvalidArgument, TooFew
from buzzline.investment.control import control_at
from buzzline.investment.holdings import CONTROL_LAYERS, HALF, LATEST, holdings_of, stake_of_tie
from buzzline.space.globe import distance_km, unit_vectors
from buzzline.tables.study import Study
from buzzline.wording import plural

DEAL_LAYERS = ("acquisition", "investment", "ownership", "affiliate")
Across = Literal["all", "borders"]
NOW = LATEST - 1  # the day of deals without a date: whatever lasts has begun
COLUMNS = (
    "deal", "source", "target", "group", "mode", "function", "year", "amount", "unit",
    "source_industry", "target_industry", "origin", "destination", "origin_country",
    "destination_country", "across_borders", "source_longitude", "source_latitude",
    "target_longitude", "target_latitude", "distance_km", "record",
    "origin_known", "destination_known",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Deals:
    """Deals between organisations, each with the clusters at its ends.

    Attributes
    ----------
    deals : DataFrame
        One row a usable deal: `deal` (row of `study.linkages`), `source`, `target` (org_id),
        `group` (ultimate owner of the source on the day of the deal, else the source), `mode`
        (its layer), `function` (of the target's establishments; null where unknown or
        several), `year`, `amount`, `unit`, `source_industry`, `target_industry`, `origin`,
        `destination` (strongest cluster its end is a member of; null: none), `origin_country`,
        `destination_country`, `across_borders` (null: a country is not known),
        `source_longitude`, `source_latitude`, `target_longitude`, `target_latitude`,
        `distance_km`, `record` (project or contract that bundles several deals; mostly null),
        `origin_known`, `destination_known` (false: the end has no coordinates or no industry,
        so that nobody can tell whether it is in a cluster. Of clusters that were declared, not
        looked for, who is a member is known of everybody).
    belongs : DataFrame
        One row a deal, end and cluster: `deal`, `end` ("origin" or "destination"),
        `cluster_id`, `rank` (0: strongest).
    left_out : DataFrame
        `reason`, `n`.
    layers : tuple of str
        Those that were read.
    """

    deals: pl.DataFrame
    belongs: pl.DataFrame
    left_out: pl.DataFrame
    layers: tuple[str, ...]

    @property
    def n(self) -> int:
        """Usable deals."""
        return self.deals.height

    @property
    def n_groups(self) -> int:
        """Groups behind them: deals of one group are not independent."""
        return self.deals["group"].n_unique()

    def largest_share(self) -> float:
        """Return the share of all deals that the most active group made; 0 without deals."""
        if not self.n:
            return 0.0
        return float(self.deals.group_by("group").len()["len"].max() or 0) / self.n  # type: ignore[arg-type]

    def __str__(self) -> str:
        aside = int(self.left_out["n"].sum())
        said = "; ".join(f"{n:,} {reason}" for reason, n in self.left_out.iter_rows())
        return (
            f"{plural(self.n, 'deal')} of {plural(self.n_groups, 'group')} "
            f"({', '.join(self.layers)})" + (f"; {aside:,} set aside: {said}" if aside else "")
        )

    def __repr__(self) -> str:
        return str(self)


def deals_of(
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    years: tuple[int, int] | None = None,
    across: Across = "all",
) -> Deals:
    """Return who bought, founded or invested in whom, from which cluster into which.

    Parameters
    ----------
    study : Study
    clustering : Clustering
    layers : names of layers, or None
        None: those of acquisition, investment and affiliate that are there; ownership, which
        tells who holds whom rather than that somebody invested, where there is none of them.
    years : (first, last), optional
        Both included; deals whose year is not known are then set aside.
    across : "all" or "borders"
        "borders": only deals between two countries; where one is not known, set aside.

    Raises
    ------
    TooFew
        There is no such tie in the study.
    InvalidArgument
        A layer that is none of deals, or years in the wrong order.

    Notes
    -----
    Set aside, with the reason: deals with oneself, inside one group (source and target had one
    ultimate owner the day before) and ties that tell of a holding once more (an acquisition
    that is also listed as ownership or affiliate: the earliest stands, but no minority holding
    before what gave control). Rounds of investment are deals each. An ownership tie without a
    date does not show that a purchase was inside a group: it may have come from it.

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=300, clusters=2, layers=("investment",), rng=1).study
    >>> found = candidate_clusters(study, draws=99, rng=1)
    >>> deals_of(study, found).layers
    ('investment',)
    """
    _check_years(years)
    present = _layers(study, layers)
    ties = (
        study.linkages.with_row_index("deal")
        .filter(pl.col("layer").is_in(present))
        .with_columns(pl.col("deal").cast(pl.Int64), year=pl.col("start").dt.year())
    )
    ties = ties.with_columns(record=bundling(ties.rename({"observed_by": "record"})))
    ends = _with_ends(ties, study)
    ends = _with_groups(ends, study)
    usable, left_out = _sifted(ends, years, across)
    belongs = _belongs(usable, clustering)
    first = belongs.filter(pl.col("rank") == 0)
    for end in ("origin", "destination"):
        own = first.filter(pl.col("end") == end).select("deal", pl.col("cluster_id").alias(end))
        usable = usable.join(own, on="deal", how="left", validate="1:1", maintain_order="left")
    usable = _with_known_ends(usable, study, clustering)
    return Deals(usable.select(COLUMNS), belongs, left_out, present)


def _check_years(years: tuple[int, int] | None) -> None:
    if years is not None and years[0] > years[1]:
        raise InvalidArgument(
            f"deals: years run from {years[0]} to {years[1]}; turn them round"
        )


def _layers(study: Study, layers: Sequence[str] | None) -> tuple[str, ...]:
    asked = DEAL_LAYERS if layers is None else tuple(layers)
    for layer in asked:
        if layer not in DEAL_LAYERS:
            raise InvalidArgument(
                f"deals: {layer!r} is no layer of deals; they are {', '.join(DEAL_LAYERS)}"
            )
    there = set(study.linkages["layer"].unique())
    present = tuple(layer for layer in asked if layer in there)
    if layers is None and set(present) - {"ownership"}:
        present = tuple(layer for layer in present if layer != "ownership")
    if not present:
        raise TooFew(
            f"deals: the study has no ties in {', '.join(asked)}. Add them to `linkages` "
            "(source: who buys, founds or invests; target: in whom)."
        )
    return present


def _with_ends(ties: pl.DataFrame, study: Study) -> pl.DataFrame:
    """Add industry, country and coordinates of both ends, and the target's function."""
    known = study.organisations.select(
        "org_id", pl.col("industry", "country").replace("", None), "longitude", "latitude"
    )
    for end, there in (("source", "origin"), ("target", "destination")):
        own = known.rename({
            "org_id": end, "industry": f"{end}_industry", "country": f"{there}_country",
            "longitude": f"{end}_longitude", "latitude": f"{end}_latitude",
        })  # fmt: skip
        ties = ties.join(own, on=end, how="left", validate="m:1", maintain_order="left")
    functions = (
        study.establishments.drop_nulls("function").group_by("org_id")
        .agg(function=pl.col("function").first(), n=pl.col("function").n_unique())
        .filter(pl.col("n") == 1).select(target="org_id", function="function")
    )  # fmt: skip
    ties = ties.join(functions, on="target", how="left", validate="m:1", maintain_order="left")
    at = [
        unit_vectors(*(ties[f"{end}_{name}"].cast(pl.Float64).fill_null(np.nan).to_numpy()
                       for name in ("longitude", "latitude")))
        for end in ("source", "target")
    ]  # fmt: skip
    return ties.with_columns(
        pl.Series("distance_km", distance_km(at[0], at[1])).fill_nan(None),
        across_borders=pl.col("origin_country") != pl.col("destination_country"),
        amount=pl.col("weight"),
    )


def _with_groups(ties: pl.DataFrame, study: Study) -> pl.DataFrame:
    """Add the ultimate owner of the source, and whether the target was its already."""
    holdings = holdings_of(study)
    number = study.organisations.select("org_id").with_row_index("number")
    code = [
        ties.select(org_id=end).join(
            number, on="org_id", how="left", maintain_order="left", validate="m:1"
        )["number"].cast(pl.Int64).to_numpy()
        for end in ("source", "target")
    ]  # fmt: skip
    day = ties["start"].cast(pl.Int32).cast(pl.Int64).fill_null(NOW).to_numpy()
    buys = ties["layer"].is_in(CONTROL_LAYERS).to_numpy()
    # The day before, by dated ties alone where control itself is bought.
    before, dated = day - 1, holdings.frame.filter(pl.col("start") > -LATEST)
    every = control_at(
        holdings.frame, np.concatenate([code[0], code[0], code[1]]),
        np.concatenate([day, before, before]),
    )  # fmt: skip
    told = control_at(
        dated, np.concatenate([code[0], code[1]]), np.concatenate([before, before])
    )
    same = [
        control.owners(code[0], before) == control.owners(code[1], before)
        for control in (every, told)
    ]
    inside = np.where(buys, same[1] & (day != NOW), same[0])
    return ties.with_columns(
        group=study.organisations["org_id"].gather(every.owners(code[0], day)),
        inside=pl.Series(inside),
    )


def is_declared(clustering: Clustering) -> bool:
    """Tell whether members were given rather than looked for at some scale."""
    looked = clustering.coverage
    if clustering.draws or "scale_km" not in looked.columns:
        return False
    return bool(looked["scale_km"].is_null().all())


def _with_known_ends(deals: pl.DataFrame, study: Study, clustering: Clustering) -> pl.DataFrame:
    """Tell at which ends somebody can tell whether they are in a cluster.

    Whether that is known must not hang on the answer: an end that could not be looked at is
    not known, member or not.
    """
    if is_declared(clustering):
        return deals.with_columns(origin_known=pl.lit(True), destination_known=pl.lit(True))
    active = study.industries_of().filter(pl.col("industry") != "")["org_id"].implode()
    return deals.with_columns(
        (
            pl.col(end).is_in(active) & pl.col(f"{end}_longitude").is_not_null()
            & pl.col(f"{end}_latitude").is_not_null()
        ).alias(f"{there}_known")
        for end, there in (("source", "origin"), ("target", "destination"))
    )  # fmt: skip


def _sifted(
    ties: pl.DataFrame, years: tuple[int, int] | None, across: Across
) -> tuple[pl.DataFrame, pl.DataFrame]:
    order = pl.col("layer").replace_strict(
        {layer: k for k, layer in enumerate((*CONTROL_LAYERS, "investment"))}
    )
    is_minor = (stake_of_tie() <= HALF).fill_null(value=False).alias("is_minor")
    ties = ties.with_columns(
        is_minor, order=order, is_held=pl.col("layer").is_in(CONTROL_LAYERS)
    )
    nth = (
        pl.struct("is_minor", pl.col("start").fill_null(pl.date(2999, 1, 1)), "order", "deal")
        .rank("ordinal").over("source", "target", "is_held")
    )  # fmt: skip
    reason = (
        pl.when(pl.col("source") == pl.col("target")).then(pl.lit("with oneself"))
        .when(pl.col("directed").eq(other=False).fill_null(value=False))
        .then(pl.lit("without a direction"))
        .when(pl.col("is_held") & (nth > 1)).then(pl.lit("telling of a holding once more"))
        .when("inside").then(pl.lit("inside one group"))
    )  # fmt: skip
    if years is not None:
        reason = (
            reason.when(pl.col("year").is_null()).then(pl.lit("of an unknown year"))
            .when(~pl.col("year").is_between(*years)).then(pl.lit("of other years"))
        )  # fmt: skip
    if across == "borders":
        reason = (
            reason.when(pl.col("across_borders").is_null())
            .then(pl.lit("between countries not both known"))
            .when(~pl.col("across_borders")).then(pl.lit("within one country"))
        )  # fmt: skip
    told = ties.with_columns(reason=reason)
    left_out = (
        told.drop_nulls("reason").group_by("reason").agg(n=pl.len().cast(pl.Int64))
        .sort("n", "reason", descending=[True, False])
    )  # fmt: skip
    usable = told.filter(pl.col("reason").is_null()).rename({"layer": "mode"})
    return usable.sort("deal"), left_out


def _belongs(deals: pl.DataFrame, clustering: Clustering) -> pl.DataFrame:
    """Return the clusters at both ends of every deal, the strongest of each end first."""
    strength = clustering.clusters.select("cluster_id").with_row_index("order")
    members = clustering.members.select("cluster_id", "org_id").unique().join(
        strength, on="cluster_id", validate="m:1"
    )  # fmt: skip
    parts = [
        deals.select("deal", pl.col(end).alias("org_id"))
        .join(members, on="org_id")
        .select("deal", pl.lit(there).alias("end"), "cluster_id", "order")
        for end, there in (("source", "origin"), ("target", "destination"))
    ]
    rank = pl.col("order").rank("ordinal").over("deal", "end").cast(pl.Int64) - 1
    return pl.concat(parts).with_columns(rank=rank).drop("order").sort("deal", "end", "rank")
