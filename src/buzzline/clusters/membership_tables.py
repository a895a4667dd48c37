"""Membership written out as tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Floats
from buzzline.clusters.membership_evidence import Candidates, Fields
from buzzline.clusters.membership_rule import KINDS, MembershipRule
from buzzline.clusters.membership_types import (
    ASSOCIATE,
    CORE,
    NOT_TESTABLE,
    REMOTE,
    TYPES,
    Typed,
    expected_number,
)
from buzzline.quantities import Draws, Share
from buzzline.randomness import child
from buzzline.tables.study import Study

P_COLUMNS = ("p_core", "p_remote", "p_outsider", "p_associate", "p_none")
CLUSTER_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "type": pl.String,
    "n": pl.Int64, "n_beyond": pl.Int64, "value": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "level": pl.Float64, "within_km": pl.Float64,
    "declared_as": pl.String, "status": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What was found of each candidate: evidence, type and affinity along and against ties."""

    found: Candidates
    types: Typed
    inward: Floats
    outward: Floats


def member_rows(
    study: Study,
    clusters: pl.DataFrame,
    measured: Measured,
    *,
    fields: Fields,
    rule: MembershipRule,
) -> pl.DataFrame:
    """Return one row an organisation and cluster, in the order of clusters and types."""
    found, types = measured.found, measured.types
    names = pl.Series((*TYPES, NOT_TESTABLE), dtype=pl.String)
    code = np.where(types.type < 0, len(TYPES), types.type)
    with np.errstate(invalid="ignore"):
        affinity = np.sqrt(measured.inward * measured.outward)
        larger = np.maximum(measured.inward, measured.outward)
        mutual = np.minimum(measured.inward, measured.outward) / np.where(larger > 0, larger, 1)
    at = {name: clusters[name].cast(pl.String).gather(found.cluster)
          for name in ("cluster_id", "label")}  # fmt: skip
    own = study.organisations.select("org_id", "name", "longitude", "latitude")[found.who]
    frame = pl.DataFrame({
        **at, "org_id": own["org_id"], "name": own["name"].fill_null(own["org_id"]),
        "type": names.gather(code),
        **{name: types.probability[:, k] for k, name in enumerate(P_COLUMNS)},
        "km": found.km, "geographic": np.exp(-found.km / max(rule.fade_km, 1e-9)),
        "geographic_cut": np.exp(-found.within_km / max(rule.fade_km, 1e-9))[found.cluster],
        **_relations(found, types), "n_beyond": types.n_beyond,
        "identity": found.degree, "affinity": affinity, "in_affinity": measured.inward,
        "out_affinity": measured.outward, "reciprocity": mutual,
        "evidence": types.evidence, "declared_only": found.is_declared & (types.n_beyond == 0),
        "is_listed": found.is_listed, "of_industry": found.of_industry,
        "longitude": own["longitude"], "latitude": own["latitude"],
    })  # fmt: skip
    best = np.nan_to_num(types.probability, nan=0.0).max(axis=1, initial=0.0)
    order = np.lexsort((-best, code, found.cluster))
    return (
        frame.with_columns(pl.col(pl.Float64).fill_nan(None))
        .with_columns(reason=_reasons(measured, fields, rule))[order]
    )  # fmt: skip


def _relations(found: Candidates, types: Typed) -> dict[str, Floats]:
    columns: dict[str, Floats] = {}
    for c, kind in enumerate(KINDS):
        columns |= {
            kind: types.share[:, c], f"{kind}_expected": found.chance[:, c],
            f"{kind}_cut": types.cut[:, c], f"{kind}_n": found.number[:, c],
        }  # fmt: skip
    return columns


def _reasons(measured: Measured, fields: Fields, rule: MembershipRule) -> pl.Series:
    found, types = measured.found, measured.types
    code, few = types.type, len(fields.kinds) < rule.kinds
    member, declared = np.isin(code, (CORE, REMOTE)), found.is_declared
    no_ties = "no ties with coordinates that can be held against chance"
    others = "no other organisation of the core with coordinates"
    placed = np.isfinite(fields.ground.xyz[found.who, 0])
    cases = [
        (~types.is_testable & ~placed, "no coordinates"),
        (~types.is_testable & np.isnan(found.km), others),
        (~types.is_testable, no_ties),
        (code < 0, "its own ties are too few to tell, whatever the likes of it are"),
        (member & (types.n_beyond < rule.kinds),
         f"beyond chance in fewer than {rule.kinds} kinds by its own ties alone"),
        (declared & ~member & (types.n_beyond == 0), "declared, no relations beyond chance"),
        ((code == ASSOCIATE) & found.is_near & (types.n_beyond == 0),
         "near, and tied to members as size and distance give"),
        ((code == ASSOCIATE) & few, f"fewer than {rule.kinds} kinds of relation can be tested"),
        ((code == ASSOCIATE), f"tied beyond chance in fewer than {rule.kinds} kinds"),
    ]  # fmt: skip
    said = np.select([flag for flag, _ in cases], range(len(cases)), default=len(cases))
    return pl.Series([*(text for _, text in cases), ""], dtype=pl.String).gather(said)


def cluster_rows(
    clusters: pl.DataFrame,
    measured: Measured,
    *,
    rule: MembershipRule,
    draws: Draws,
    level: Share,
    seed: int,
) -> pl.DataFrame:
    """Return one row a cluster and type: how many organisations, with intervals."""
    found, types = measured.found, measured.types
    rows = []
    for c, cluster in enumerate(clusters.iter_rows(named=True)):
        here = np.flatnonzero(found.cluster == c)
        code = types.type[here]
        tested = code >= 0
        own = types.n_beyond[here] >= rule.kinds
        within = float(found.within_km[c])
        named = {name: cluster[name] for name in ("cluster_id", "label", "industry")}
        named |= {"level": level, "within_km": within if np.isfinite(within) else None,
                  "declared_as": found.declared_names[c]}  # fmt: skip
        for k, name in enumerate(TYPES):
            rng = child(seed, "membership", str(cluster["cluster_id"]), name)
            value, low, high = expected_number(
                types.probability[here[tested], k], draws=draws, level=level, rng=rng
            )
            beyond = int((own & (code == k)).sum()) if k in (CORE, REMOTE) else None
            counted = {"n": int((code == k).sum()), "n_beyond": beyond}
            measured_cells = {"value": value, "low": low, "high": high} if tested.any() else {}
            status = "measured" if tested.any() else "not testable"
            rows.append(named | {"type": name, "status": status} | counted | measured_cells)
        rows.append(named | {"type": NOT_TESTABLE, "n": int((code < 0).sum()),
                             "status": "not testable"})  # fmt: skip
    columns = {name: [row.get(name) for row in rows] for name in CLUSTER_SCHEMA}
    return pl.DataFrame(columns, schema=CLUSTER_SCHEMA, strict=False, nan_to_null=True)
