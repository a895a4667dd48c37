"""Where each deal comes from and lands: in a cluster of the investor's industry, or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from buzzline.agglomeration.relatedness import Relatedness
from buzzline.analysis import NotMade
from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.investment.codes import are_names
from buzzline.investment.deals import Deals, is_declared
from buzzline.investment.similar import Similar, clusters_at, similar_clusters
from buzzline.tables.study import Study
from buzzline.wording import plural

DIGITS = (4, 3, 2)
QUANTILES = (0.95, 0.9, 0.75)
KNOWN_ENOUGH = 0.8  # of the deals must have an answer at the digits chosen by default
SIZES = ((10, "1-9"), (50, "10-49"), (250, "50-249"), (np.inf, "250+"))
NOT_KNOWN = "not known"
HELD = {
    "nothing": (),
    "industry": ("industry",),
    "industry and year": ("industry", "year"),
    "industry and country": ("industry", "country"),
    "industry, country and year": ("industry", "country", "year"),
    "industry, country, year and size": ("industry", "country", "year", "size"),
}
NO_INDUSTRY = "of investors whose industry is not known"
NOT_EXAMINED = "of investors in whose industry clusters were not looked for"
NO_ORIGIN = (
    "of investors of whom it is not known whether they are in a cluster of their industry"
)
NO_LANDING = "of which it is not known whether they land in a similar cluster"
WITHIN = "that stay in the cluster they come from"
LOCAL_KM = 50.0  # what is nearer stays in a cluster or outside all, whoever invests
LOCAL = f"within {LOCAL_KM:.0f} km"


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """Deals of which both ends are known, under the first rule.

    Attributes
    ----------
    deals : DataFrame          `deal`; `group`, `industry`, `country`, `year`, `size` of the
                               investor, as text
    from_cluster : (n,) bool   the investor is in a cluster of its own industry
    lands : dict of (n,) float64
        By rule, the main one first: 1 in a cluster similar to the investor's industry, 0 not,
        NaN not known (never under the main rule).
    left_out : DataFrame       `reason`, `n`
    notes : tuple of str
    own : dict of (n,) bool
        Of investors in the same cluster, which of the deals land within 50 km of it; those who
        come from there are `origin` with its number. Empty where no deal can: across borders.
    origin : (n,) int32        -1: from no cluster
    """

    deals: pl.DataFrame
    from_cluster: Flags
    lands: dict[str, Floats]
    left_out: pl.DataFrame
    notes: tuple[str, ...]
    own: dict[int, Flags]
    origin: Codes

    def strata(self, held: str) -> Codes:
        """Return the stratum of each deal when something is held. (n,) int32."""
        columns = HELD[held]
        if not columns:
            return np.zeros(self.deals.height, np.int32)
        number = self.deals.select(pl.struct(columns).rank("dense")).to_series()
        return as_codes(number.to_numpy().astype(np.int64) - 1)

    def compared(self, held: str, known: Flags) -> tuple[Indices, Codes]:
        """Return which deals are compared, and in which stratum: rows and codes. (m,) each.

        Investors from a cluster cannot land in it, so that deals landing within 50 km of it are
        compared with nobody's: every cluster of origin has a stratum of its own, in which
        others can be again.
        """
        strata, rows = self.strata(held), np.flatnonzero(known)
        if not self.own:
            return as_indices(rows), as_codes(strata[rows])
        found, codes = [], []
        for number, lands_there in self.own.items():
            inside = known & (self.origin == number) & ~lands_there
            others = known & ~self.from_cluster & ~lands_there
            others &= np.isin(strata, np.unique(strata[inside]))
            both = np.flatnonzero(inside | others)
            found.append(both)
            codes.append(strata[both].astype(np.int64) * len(self.own) + number)
        dense = np.unique(np.concatenate(codes), return_inverse=True)[1]
        return as_indices(np.concatenate(found)), as_codes(dense.ravel())

    def varying(self) -> tuple[str, ...]:
        """Return what is not the same for all deals, of what can be held."""
        finest = list(HELD.values())[-1]
        return tuple(name for name in finest if self.deals[name].n_unique() > 1)

    def held(self) -> tuple[str, ...]:
        """Return what can be held, leaving out what would hold nothing more."""
        varies, seen, out = self.varying(), set(), []
        for name, columns in HELD.items():
            told = tuple(column for column in columns if column in varies)
            if told not in seen:
                seen.add(told)
                out.append(name)
        return tuple(out)


def ends_of(
    study: Study,
    clustering: Clustering,
    deals: Deals,
    *,
    digits: int | None,
    related: Relatedness | NotMade,
) -> Ends:
    """Tell of each deal whether it comes from a cluster and lands in a similar one.

    Parameters
    ----------
    study : Study
    clustering : Clustering
    deals : Deals
    digits : int or None
        The main rule; None: the finest of 4, 3 and 2 at which four in five deals are known.
    related : Relatedness or NotMade
        For rules by relatedness where the study has no table of it.
    """
    rules, refused = _rules(study, clustering, digits, related)
    frame = deals.deals
    at = {end: _clusters_of(study, clustering, deals, end) for end in ("source", "target")}
    lands = {
        similar.rule: _inside(frame, at["target"], clustering, similar, "target")
        for similar in rules
    }
    main = _main(rules, lands, digits)
    lands = {main.rule: lands[main.rule]} | lands
    origin = _inside(frame, at["source"], clustering, main, "source")
    told = (_examined(frame, clustering, main), origin, _stays(frame, at, clustering, main))
    reason = _reasons(frame, told, lands[main.rule])
    home = _with_similarity(frame, at["source"], clustering, main).filter(
        pl.col("similar") == 1
    )  # fmt: skip
    scale = pl.max_horizontal("scale_km", pl.lit(LOCAL_KM))
    wider = replace(clustering, clusters=clustering.clusters.with_columns(scale_km=scale))
    kept = np.flatnonzero(reason.is_null().to_numpy())
    left = pl.DataFrame({"reason": reason}).drop_nulls()
    counted = left.group_by("reason").agg(n=pl.len().cast(pl.Int64))
    left_out = pl.concat([deals.left_out.cast({"n": pl.Int64}), counted]).sort(
        "n", "reason", descending=[True, False]
    )
    return Ends(
        _held(frame, study)[kept.tolist()], origin[kept] == 1,
        {rule: some[kept] for rule, some in lands.items()}, left_out,
        tuple(dict.fromkeys((*(note for one in rules for note in one.notes), *refused))),
        *_own(frame, home, _clusters_of(study, wider, deals, "target"), kept),
    )  # fmt: skip


def _reasons(
    frame: pl.DataFrame, told: tuple[Flags, Floats, Flags], lands: Floats
) -> pl.Series:
    """Return why each deal is left out, null where it is not."""
    examined, origin, stays = told
    return pl.select(
        pl.when(frame["source_industry"].is_null()).then(pl.lit(NO_INDUSTRY))
        .when(~pl.Series(examined)).then(pl.lit(NOT_EXAMINED))
        .when(pl.Series(np.isnan(origin))).then(pl.lit(NO_ORIGIN))
        .when(pl.Series(stays)).then(pl.lit(WITHIN))
        .when(frame["distance_km"] <= LOCAL_KM).then(pl.lit(LOCAL))
        .when(pl.Series(np.isnan(lands))).then(pl.lit(NO_LANDING))
        .alias("reason")
    )["reason"]  # fmt: skip


def _rules(
    study: Study, clustering: Clustering, digits: int | None, related: Relatedness | NotMade
) -> tuple[list[Similar], tuple[str, ...]]:
    """Return the rules of what is similar, and what is to be said of those by relatedness."""
    names = are_names(set(study.industries_of()["industry"].drop_nulls()))
    wanted = (digits or 2,) if names else tuple(dict.fromkeys((digits or DIGITS[0], *DIGITS)))
    rules = [similar_clusters(clustering, study, digits=some) for some in wanted]
    pairs = _pairs(study, related)
    by_pairs = [
        similar_clusters(clustering, study, related=pairs, quantile=quantile)
        for quantile in QUANTILES if pairs is not None
    ]  # fmt: skip
    rules += [one for one in by_pairs if np.isfinite(one.cut)]
    own = [
        one for k, one in enumerate(rules)
        if not any(np.array_equal(one.matrix, other.matrix, equal_nan=True)
                   for other in rules[:k])
    ]  # fmt: skip
    return own, _said(by_pairs)


def _said(by_pairs: Sequence[Similar]) -> tuple[str, ...]:
    """Return from which value on pairs are related, or that it cannot be told: one sentence."""
    begins: dict[float, str] = {}
    tied = []
    for quantile, one in zip(QUANTILES, by_pairs, strict=bool(by_pairs)):
        if np.isfinite(one.cut):
            begins.setdefault(one.cut, f"{one.cut:.3g} (first {1 - quantile:.0%})")
        else:
            tied.append(f"{1 - quantile:.0%}")
    parts = [f"related pairs begin at {', '.join(begins.values())}"] if begins else []
    if tied:
        which = ", ".join(tied)
        parts.append(f"which pairs are the first {which} cannot be told, as too many tie")
    said = "; ".join(parts)
    return (f"{said[0].upper()}{said[1:]}.",) if said else ()


def _pairs(study: Study, related: Relatedness | NotMade) -> pl.DataFrame | None:
    """Return the relatedness of pairs: the commonest kind of the table, else what is given."""
    if study.relatedness.height:
        kinds = study.relatedness.group_by("kind").len().sort("len", "kind", descending=True)
        return study.relatedness.filter(pl.col("kind") == kinds["kind"][0])
    if isinstance(related, NotMade):
        return None
    pairs = related.pairs.select("industry", "other", "value").drop_nulls()
    return pairs if pairs.height else None


def _main(rules: Sequence[Similar], lands: dict[str, Floats], digits: int | None) -> Similar:
    if digits is not None:
        return rules[0]
    by_digits = [similar for similar in rules if not similar.rule.startswith("related")]
    shares = [np.isfinite(lands[similar.rule]).mean() if lands[similar.rule].size else 1.0
              for similar in by_digits]  # fmt: skip
    enough = [k for k, share in enumerate(shares) if share >= KNOWN_ENOUGH]
    return by_digits[enough[0] if enough else int(np.argmax(shares))]


def _clusters_of(study: Study, clustering: Clustering, deals: Deals, end: str) -> pl.DataFrame:
    """Return in which clusters an end of each deal lies: `point`, `cluster_id`."""
    there = {"source": "origin", "target": "destination"}[end]
    frame = deals.deals
    at = [frame[f"{end}_{name}"].cast(pl.Float64).fill_null(np.nan).to_numpy()
          for name in ("longitude", "latitude")]  # fmt: skip
    near = clusters_at(clustering, study, longitude=at[0], latitude=at[1]).select(
        "point", "cluster_id"
    )
    points = frame.select("deal", point=pl.int_range(pl.len(), dtype=pl.Int64))
    members = deals.belongs.filter(pl.col("end") == there).join(points, on="deal")
    return pl.concat([near, members.select("point", "cluster_id")]).unique(maintain_order=True)


def _inside(
    frame: pl.DataFrame, at: pl.DataFrame, clustering: Clustering, similar: Similar, end: str
) -> Floats:
    """Tell of each deal if an end lies in a cluster similar to the investor's industry.

    Whether that is known does not hang on the answer: not where an end could not be looked at.
    """
    located = frame.select(
        pl.col(f"{end}_longitude").is_not_null() & pl.col(f"{end}_latitude").is_not_null()
    ).to_series()
    looked_at = located.to_numpy() | is_declared(clustering)
    out = np.where(looked_at, 0.0, np.nan)
    each = _with_similarity(frame, at, clustering, similar).group_by("point").agg(
        yes=(pl.col("similar") == 1).any(), unknown=pl.col("similar").is_nan().any()
    )  # fmt: skip
    rows = each["point"].to_numpy()
    answer = np.where(each["unknown"].to_numpy(), np.nan, out[rows])
    out[rows] = np.where(each["yes"].to_numpy() & looked_at[rows], 1.0, answer)
    out[frame["source_industry"].is_null().to_numpy()] = np.nan
    return as_floats(out)


def _with_similarity(
    frame: pl.DataFrame, at: pl.DataFrame, clustering: Clustering, similar: Similar
) -> pl.DataFrame:
    of = clustering.clusters.select("cluster_id", pl.col("industry").alias("of_cluster"))
    pairs = at.join(of, on="cluster_id", how="inner", maintain_order="left")
    own = frame["source_industry"].gather(pairs["point"]).to_list()
    return pairs.with_columns(
        similar=pl.Series(similar.between(own, pairs["of_cluster"].to_list()))
    )


def _stays(
    frame: pl.DataFrame, at: dict[str, pl.DataFrame], clustering: Clustering, main: Similar
) -> Flags:
    """Tell which deals land in the very cluster they come from, similar to their industry."""
    both = at["target"].join(at["source"], on=["point", "cluster_id"], how="semi")
    own = _with_similarity(frame, both, clustering, main).filter(pl.col("similar") == 1)
    out = np.zeros(frame.height, np.bool_)
    out[own["point"].to_numpy()] = True
    return out


def _own(
    frame: pl.DataFrame, at: pl.DataFrame, near: pl.DataFrame, kept: Indices
) -> tuple[dict[int, Flags], Codes]:
    """Return, of each set of clusters investors come from, which deals land near; and who."""
    each = at.group_by("point").agg(pl.col("cluster_id").sort().str.join("\n"))
    each = each.filter(pl.col("point").is_in(kept.tolist()))
    origin = np.full(frame.height, -1, np.int32)
    origin[each["point"].to_numpy()] = each["cluster_id"].rank("dense").to_numpy() - 1
    if frame["across_borders"].fill_null(value=False).all():
        return {}, as_codes(origin[kept])
    own = {}
    for number, names in enumerate(each["cluster_id"].unique().sort()):
        there = near.filter(pl.col("cluster_id").is_in(names.split("\n")))
        flags = np.zeros(frame.height, np.bool_)
        flags[there["point"].to_numpy()] = True
        own[number] = flags[kept]
    return own, as_codes(origin[kept])


def _examined(frame: pl.DataFrame, clustering: Clustering, main: Similar) -> Flags:
    """Tell of which deals clusters were looked for in an industry similar to the investor's."""
    looked = clustering.coverage
    if not looked.height or "industry" not in looked.columns:
        return np.ones(frame.height, np.bool_)
    names = set(looked.filter(pl.col("status") == "examined")["industry"])
    if not names:  # clusters that were declared, not looked for
        return np.ones(frame.height, np.bool_)
    return main.to_any(frame["source_industry"].to_list(), names)


def _held(frame: pl.DataFrame, study: Study) -> pl.DataFrame:
    """Return what is held constant: of the investor industry, country, size; and year."""
    jobs = study.organisations.select(source="org_id", jobs="jobs")
    size = pl.lit(NOT_KNOWN)
    for below, name in reversed(SIZES):
        size = pl.when(pl.col("jobs") < below).then(pl.lit(name)).otherwise(size)
    return frame.join(
        jobs, on="source", how="left", validate="m:1", maintain_order="left"
    ).select(
        "deal", "group", pl.col("source_industry").alias("industry"),
        pl.col("origin_country").fill_null(NOT_KNOWN).alias("country"),
        pl.col("year").cast(pl.String).fill_null(NOT_KNOWN), size.alias("size"),
    )  # fmt: skip


def left_out_text(left_out: pl.DataFrame) -> str:
    """Return how many deals are left out, and why, most first."""
    if not left_out.height:
        return ""
    said = "; ".join(f"{n:,} {reason}" for reason, n in left_out.head(3).iter_rows())
    return f"{plural(int(left_out['n'].sum()), 'deal')} set aside ({said})."
