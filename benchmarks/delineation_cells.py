"""Two tests, four outcomes: worlds of all four cells, and the two tests by themselves."""

import numpy as np
import polars as pl
from tests.clusters.planted import cut_in_two, planted, scattered

from benchmarks.recovering import Row, Trial, rate, share_of, table
from buzzline.clusters import (
    Clustering,
    candidate_clusters,
    delineation,
    distinctness,
    separation,
)
from buzzline.tables.worlds import Bonds, Parks, SiblingWorld, make_sibling_world

SIZES = (300, 600, 1200)
CELLS = [
    {"distinct": distinct, "separate": separate}
    for distinct in (True, False) for separate in (True, False)
]  # fmt: skip
CLEAR = {"grade": "clear", "apart_km": 12.0, "odds": 6.0, "ties": 4.0}
FAINT = {"grade": "faint", "apart_km": 8.0, "odds": 2.0, "ties": 2.0}
OUTCOMES = ("multiple clusters", "one cluster, several sites",
            "overlapping communities in one place", "one cluster", "not testable")  # fmt: skip
DRAWS = 99
FEW_DRAWS = 49
TIE_DRAWS = 39
BOTH = ("buzzline.clusters.delineation", "buzzline.clusters.distinctness",
        "buzzline.clusters.separation", "buzzline.tables.worlds.siblings")  # fmt: skip


def world_of(setting: Row, seed: int) -> SiblingWorld:
    return make_sibling_world(
        distinct=setting.get("distinct", True), separate=setting.get("separate", True),
        organisations=setting["organisations"], rng=seed,
        parks=Parks(apart_km=setting["apart_km"]),
        bonds=Bonds(separation=setting["odds"], ties_each=setting["ties"]),
    )  # fmt: skip


def both_tests(world: SiblingWorld, clusters: Clustering, seed: int) -> tuple:
    """Return distinctness, separation and delineation of some clusters."""
    distinct = distinctness(world.study, clusters, draws=FEW_DRAWS, rng=seed)
    separate = separation(world.study, clusters, draws=TIE_DRAWS, rng=seed)
    return distinct, separate, delineation(world.study, clusters, distinct, separate)


# ── planted candidates ────────────────────────────────────────────────────────────────────


def cells(setting: Row, seed: int) -> list[Row]:
    """Return one row a layer, with the outcome of the pair."""
    world = world_of(setting, seed)
    distinct, separate, both = both_tests(world, planted(world), seed)
    space, pair = distinct.pairs.row(0, named=True), both.pairs.row(0, named=True)
    known = {"outcome": pair["outcome"], "valley_p": space["p"], "valley": space["verdict"]}
    true = dict(world.truth.odds.select("layer", "log_odds_ratio").iter_rows())
    return [
        known | {
            "layer": row["layer"], "verdict": row["verdict"], "p": row["p"], "n": row["n"],
            "low": row["low"], "high": row["high"], "true": true[row["layer"]],
            "modularity_p": row["modularity_p"],
        }
        for row in separate.pairs.rows(named=True)
    ]  # fmt: skip


def truth() -> pl.Expr:
    return (
        pl.when(pl.col("distinct"))
        .then(pl.when(pl.col("separate")).then(0).otherwise(1))
        .otherwise(pl.when(pl.col("separate")).then(2).otherwise(3))
        .alias("truth")
    )


def confusion(
    found: pl.DataFrame, outcomes: tuple[str, ...] = OUTCOMES, right: tuple[str, ...] = OUTCOMES
) -> str:
    """Return what was found of each cell and size, in worlds of 100; `right` is what should."""
    worlds = found.unique(["organisations", "distinct", "separate", "seed"]).with_columns(
        truth()
    )
    rows = []
    for cell in range(4):
        for n in sorted(worlds["organisations"].unique()):
            part = worlds.filter(truth=cell, organisations=n)
            told = [
                f"{100 * part.filter(outcome=name).height / part.height:.4g}"
                for name in outcomes
            ]
            at = outcomes.index(right[cell])
            told[at] = f"**{told[at]}**"
            hits = part.filter(outcome=right[cell]).height
            rows.append([OUTCOMES[cell], f"{n:,}", part.height, *told, rate(hits, part.height)])
    head = ["planted", "organisations", "worlds", *outcomes, "recovered (95 %)"]
    return table(head, rows)


def told_errors(found: pl.DataFrame) -> str:
    """Return error rates of the second test, and whether intervals hold the truth."""
    shown = found.filter(pl.col("p").is_not_null())
    rows = []
    for (grade, separate, n), part in sorted(
        shown.group_by("grade", "separate", "organisations"), key=lambda item: item[0]
    ):
        covered = (pl.col("low") <= pl.col("true")) & (pl.col("true") <= pl.col("high"))
        false = "-" if separate else share_of(part, pl.col("verdict") == "separate")
        agree = "-" if separate else share_of(part, pl.col("modularity_p") <= 0.05)
        less = "-" if separate else share_of(part, pl.col("p") <= 0.05)
        rows.append([
            grade, "yes" if separate else "no", f"{n:,}", f"{part['n'].median():,.0f}",
            part.height, less, false, agree, share_of(part, covered),
        ])  # fmt: skip
    return table(
        ["worlds", "separate", "organisations", "ties of a pair, median", "layers tested",
         "*p* ≤ 0.05 (nominal 5 %)", "called separate (nominal 2.5 %)",
         "modularity *p* ≤ 0.05 (nominal 5 %)", "interval holds the truth (nominal 95 %)"],
        rows, words=2,
    )  # fmt: skip


# ── one agglomeration, cut in two ─────────────────────────────────────────────────────────

SHAPES = {
    "flat": lambda x, y: np.ones_like(x),
    "a ridge": lambda x, y: np.exp(-(y**2) / 18),
    "a peak": lambda x, y: np.exp(-(x**2 + y**2) / 50),
    "a narrow band": lambda x, y: np.where(np.abs(y) < 2, 1.0, 0.05) + 0 * x,
}


def one_cut(setting: Row, seed: int) -> list[Row]:
    rng = np.random.default_rng([seed, setting["organisations"]])
    n = setting["organisations"]
    study = scattered(rng, n, round(0.25 * n), SHAPES[setting["shape"]])
    row = distinctness(study, cut_in_two(study), draws=DRAWS, rng=seed).pairs.row(0, named=True)
    return [{"p": row["p"], "verdict": row["verdict"]}]


def told_one_cut(found: pl.DataFrame) -> str:
    rows = []
    for shape in SHAPES:
        for n in SIZES:
            part = found.filter(shape=shape, organisations=n)
            rows.append([
                shape, f"{n:,}", part.height,
                *(share_of(part, pl.col("p") <= limit) for limit in (0.05, 0.2, 0.5)),
                share_of(part, pl.col("verdict") == "distinct"),
                share_of(part, pl.col("verdict") == "not testable"),
            ])  # fmt: skip
    return table(
        ["one agglomeration", "organisations", "worlds", "*p* ≤ 0.05", "*p* ≤ 0.2",
         "*p* ≤ 0.5", "called distinct", "not testable"], rows,
    )  # fmt: skip


# ── power ─────────────────────────────────────────────────────────────────────────────────

APART = (3.0, 4.5, 6.0, 7.5, 9.0, 12.0)
ODDS = (1.0, 1.25, 1.5, 2.0, 3.0, 4.0)
TIES_EACH = (0.25, 0.5, 1.0, 2.0, 4.0)


def valley(setting: Row, seed: int) -> list[Row]:
    world = world_of(setting | {"odds": 1.0, "ties": 0.0}, seed)
    row = distinctness(world.study, planted(world), draws=DRAWS, rng=seed).pairs.row(
        0, named=True
    )
    return [{"value": row["value"], "p": row["p"], "verdict": row["verdict"]}]


def told_valley(found: pl.DataFrame) -> str:
    rows = []
    for km in APART:
        part = found.filter(apart_km=km)
        cells = [share_of(part.filter(organisations=n), pl.col("verdict") == "distinct")
                 for n in SIZES]  # fmt: skip
        alone = [share_of(part.filter(organisations=n), pl.col("p") <= 0.05) for n in SIZES]
        rows.append([f"{km:g} km ({km / 1.5:g} spreads)", *cells, *alone])
    return table(
        ["distance", *(f"distinct, {n:,}" for n in SIZES),
         *(f"*p* ≤ 0.05, {n:,}" for n in SIZES)], rows,
    )  # fmt: skip


def ties_within(setting: Row, seed: int) -> list[Row]:
    world = world_of(setting | {"separate": setting["odds"] != 1}, seed)
    found = separation(world.study, planted(world), draws=0, rng=seed).pairs
    return found.select("verdict", "p", "n", "value").to_dicts()


def told_odds(found: pl.DataFrame) -> str:
    return _power(found, "odds", "ties within to between")


def told_ties(found: pl.DataFrame) -> str:
    return _power(found, "ties", "ties an organisation and layer")


def _power(found: pl.DataFrame, by: str, said: str) -> str:
    rows = []
    for (value,), part in sorted(found.group_by(by), key=lambda item: item[0]):
        sizes = [part.filter(organisations=n) for n in SIZES]
        rows.append([
            f"{value:g}", *(f"{one['n'].median():,.0f}" for one in sizes),
            *(share_of(one, pl.col("verdict") == "separate") for one in sizes),
            *(share_of(one, pl.col("verdict") == "not testable") for one in sizes),
        ])  # fmt: skip
    return table(
        [said, *(f"ties of a pair, {n:,}" for n in SIZES),
         *(f"separate, {n:,}" for n in SIZES), *(f"not testable, {n:,}" for n in SIZES)], rows,
    )  # fmt: skip


# ── candidates that were found ────────────────────────────────────────────────────────────

FOUND = (*OUTCOMES, "one candidate", "none")


def found_cells(setting: Row, seed: int) -> list[Row]:
    """Return the outcome where candidates have to be found first."""
    world = world_of(setting, seed)
    industry = world.truth.clusters["industry"][0]
    found = candidate_clusters(world.study, industries=[industry], draws=DRAWS, rng=seed)
    if found.clusters.height < 2:
        said = ("none", "one candidate")[found.clusters.height]
        return [{"outcome": said, "candidates": found.clusters.height, "clusters": None}]
    _, _, both = both_tests(world, found, seed)
    pair = _main_pair(both.pairs, found)
    return [{
        "outcome": pair, "candidates": found.clusters.height, "clusters": both.clusters.height,
    }]  # fmt: skip


def _main_pair(pairs: pl.DataFrame, found: Clustering) -> str:
    """Return the outcome of the two largest candidates."""
    size = found.members.group_by("cluster_id").len().sort("len", descending=True)
    two = set(size["cluster_id"].head(2))
    rows = pairs.filter(pl.col("cluster_id").is_in(two) & pl.col("sibling_id").is_in(two))
    return rows["outcome"][0] if rows.height else "not testable"


def told_found(found: pl.DataFrame) -> str:
    return confusion(found, FOUND, (*OUTCOMES[:3], "one candidate"))


WORLDS = "buzzline.tables.worlds.siblings"
SPACE, TIES = (
    ("buzzline.clusters.distinctness", WORLDS),
    ("buzzline.clusters.separation", WORLDS),
)


def _at_sizes(*settings: Row) -> list[Row]:
    return [setting | {"organisations": n} for n in SIZES for setting in settings]


TRIALS = (
    Trial("cells-clear", cells, _at_sizes(*(cell | CLEAR for cell in CELLS)), 200, BOTH,
          confusion),
    Trial("cells-faint", cells, _at_sizes(*(cell | FAINT for cell in CELLS)), 100, BOTH,
          confusion),
    Trial("one-cut", one_cut, _at_sizes(*({"shape": shape} for shape in SHAPES)), 200, SPACE,
          told_one_cut),
    Trial("valley", valley, _at_sizes(*({"apart_km": km} for km in APART)), 100, SPACE,
          told_valley),
    Trial("odds", ties_within,
          _at_sizes(*({"odds": odds, "ties": 2.0, "apart_km": 12.0} for odds in ODDS)), 50,
          TIES, told_odds),
    Trial("ties", ties_within,
          _at_sizes(*({"odds": 2.0, "ties": ties, "apart_km": 12.0} for ties in TIES_EACH)), 50,
          TIES, told_ties),
    Trial("found", found_cells, _at_sizes(*(cell | CLEAR for cell in CELLS)), 50,
          (*BOTH, "buzzline.clusters.candidate_clusters"), told_found),
)  # fmt: skip
