"""What the null G2 knows of two zones beside their distance: borders, language, industries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Floats, as_codes, as_floats
from buzzline.linkages.parties import Ground, Parties
from buzzline.space.languages import share_a_language
from buzzline.tables.study import Study

FEWEST_KNOWN = 0.9  # of the organisations with coordinates, for a covariate to be used
KINDS = ("input_output", "skill", "co_occurrence", "patents")  # of relatedness, best first
COVARIATE_MEANING: Mapping[str, str] = {
    "distance": "ln of the distance",
    "border": "1 across a country border",
    "region": "1 across a border between regions of one country",
    "language": "1 across a country border with an official language in common",
    "relatedness": "relatedness of the industries here and there, in standard deviations",
}


@dataclass(frozen=True, slots=True, eq=False)
class _Mixed:
    """A covariate that is a mean over pairs of organisations: mix_a' table mix_b.

    Attributes
    ----------
    code : (n,) int32           of each organisation, -1 unknown
    table : (m, m) float64      covariate between two codes
    mix : (z, m) float64        share of each code among those known in a zone
    fallback : (m,) float64     mix of a group of which nothing is known
    """

    code: Codes
    table: Floats
    mix: Floats
    fallback: Floats

    def mix_of(self, groups: tuple[np.ndarray, ...]) -> Floats:
        return _mix(self.code, groups, self.table.shape[0], self.fallback)


@dataclass(frozen=True, slots=True, eq=False)
class Beyond:
    """What lies between zones beside distance.

    Attributes
    ----------
    names : tuple of str
        "border" always; of "region", "language", "relatedness" what is known and varies.
    between : (k, z, z) float64
    left_out : name -> reason
    """

    names: tuple[str, ...]
    between: Floats
    left_out: Mapping[str, str]
    mixed: Mapping[str, _Mixed]

    def without(self, name: str, reason: str) -> Beyond:
        """Return the same without one covariate."""
        kept = [k for k, other in enumerate(self.names) if other != name]
        return Beyond(
            tuple(self.names[k] for k in kept), as_floats(self.between[kept]),
            {**self.left_out, name: reason}, self.mixed,
        )  # fmt: skip

    def seen_from(self, parties: Parties) -> tuple[Floats, Floats]:
        """Return covariates from members to zones (k, o, z) and among members (k, o, o)."""
        outer = self.between[:, parties.zone].copy()
        inner = np.ascontiguousarray(outer[:, :, parties.zone])
        for k, name in enumerate(self.names):
            mixed = self.mixed.get(name)
            if mixed is None:
                continue
            mine = mixed.mix_of(parties.members)
            theirs = mixed.mix.copy()
            theirs[parties.zone] = mixed.mix_of(parties.outsiders)
            outer[k] = mine @ mixed.table @ theirs.T
            inner[k] = mine @ mixed.table @ mine.T
        return as_floats(outer), as_floats(inner)


def beyond_distance(study: Study, ground: Ground) -> Beyond:
    """Return what is known between zones beside distance."""
    nation = ground.zones.nation
    border = (nation[:, None] != nation).astype(np.float64)
    found: dict[str, Floats] = {"border": border}
    left_out: dict[str, str] = {}
    mixed: dict[str, _Mixed] = {}
    for name, answer in (
        ("region", _regions(study, ground)),
        ("language", _languages(study, ground)),
        ("relatedness", _relatedness(study, ground)),
    ):
        if isinstance(answer, str):
            left_out[name] = answer
            continue
        if isinstance(answer, _Mixed):
            mixed[name] = answer
            answer = as_floats(answer.mix @ answer.table @ answer.mix.T)
        if np.ptp(answer) < 1e-9:
            left_out[name] = "the same between all zones"
        else:
            found[name] = answer
    return Beyond(tuple(found), as_floats(np.stack(list(found.values()))), left_out, mixed)


def _regions(study: Study, ground: Ground) -> _Mixed | str:
    known = study.organisations.select("region", "country")
    short = _too_few(known["region"], ground, "region")
    if short:
        return short
    named = known.select(pl.struct("country", "region")).to_series()
    code = as_codes(named.rank("dense").to_numpy() - 1)
    code[known["region"].is_null().to_numpy()] = -1
    nations = known["country"].rank("dense").fill_null(0).to_numpy()
    nation = np.zeros(int(code.max(initial=-1)) + 1)
    nation[code[code >= 0]] = nations[code >= 0]
    other = (nation[:, None] == nation) & ~np.eye(nation.size, dtype=bool)
    return _mixed(ground, code, as_floats(other))


def _languages(study: Study, ground: Ground) -> Floats | str:
    countries = study.organisations["country"]
    names: dict[int, str | None] = {0: None}
    codes = ground.zones.organisation_nation
    for code, first in zip(*np.unique(codes, return_index=True), strict=True):
        names[int(code)] = countries[int(first)] if code else None
    used, number = np.unique(ground.zones.nation, return_inverse=True)
    table = np.array(
        [[float(a != b and share_a_language(names[a], names[b])) for b in used.tolist()]
         for a in used.tolist()]
    )  # fmt: skip
    if not table.any():
        return "no two countries of the study have an official language in common"
    return as_floats(table[np.ix_(number, number)])


def _relatedness(study: Study, ground: Ground) -> _Mixed | str:
    rows = study.relatedness
    kinds = [kind for kind in KINDS if rows.height and kind in rows["kind"].unique().to_list()]
    if not kinds:
        return "the study has no table `relatedness`"
    industry = study.organisations["industry"]
    short = _too_few(industry, ground, "industry")
    if short:
        return short
    pairs = rows.filter(pl.col("kind") == kinds[0])
    codes = pl.concat([pairs["industry"], pairs["other"]]).unique().sort()
    number = {name: k for k, name in enumerate(codes)}
    code = as_codes([number.get(name, -1) for name in industry])
    if (code[ground.rows] >= 0).mean() < FEWEST_KNOWN:
        return (
            "the table `relatedness` does not hold the industries of nine in ten organisations"
        )
    table = np.full((codes.len(), codes.len()), np.nan)
    one, other = ([number[name] for name in pairs[end]] for end in ("industry", "other"))
    value = pairs["value"].to_numpy()
    table[one, other] = value
    table = np.where(np.isnan(table), table.T, table)
    table = (table + np.where(np.isnan(table.T), table, table.T)) / 2  # ties have no direction
    own = np.isnan(table) & np.eye(codes.len(), dtype=bool)
    table[own] = np.nanmax(table)  # where nothing is said, an industry is closest to itself
    table[np.isnan(table)] = np.nanmin(table)
    spread = table.std()
    return _mixed(ground, code, as_floats(table / spread if spread else table * 0))


def _too_few(values: pl.Series, ground: Ground, name: str) -> str:
    share = float(values.is_not_null().to_numpy()[ground.rows].mean()) if ground.n else 0.0
    if share >= FEWEST_KNOWN:
        return ""
    return f"the {name} of {share:.0%} of the organisations is known, 90% are needed"


def _mixed(ground: Ground, code: Codes, table: Floats) -> _Mixed:
    groups = tuple(np.split(ground.rows, ground.start[1:-1]))
    all_ = np.bincount(code[ground.rows][code[ground.rows] >= 0], minlength=table.shape[0])
    fallback = as_floats(all_ / max(all_.sum(), 1))
    return _Mixed(code, table, _mix(code, groups, table.shape[0], fallback), fallback)


def _mix(code: Codes, groups: tuple[np.ndarray, ...], n_codes: int, fallback: Floats) -> Floats:
    out = np.empty((len(groups), n_codes))
    for number, rows in enumerate(groups):
        known = code[rows][code[rows] >= 0]
        counts = np.bincount(known, minlength=n_codes)
        out[number] = counts / known.size if known.size else fallback
    return as_floats(out)
