"""Results filled in by hand after their docstrings, for the tests of charts and exports."""

from datetime import date
from math import exp, log

import polars as pl

from buzzline.analysis import Provenance
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.tabulating import (
    CLUSTER_SCHEMA,
    COVERAGE_SCHEMA,
    MEMBER_SCHEMA,
    TREE_SCHEMA,
)
from buzzline.linkages.balance import (
    BALANCE_SCHEMA,
    FIT_SCHEMA,
    MODELS,
    UNTESTED_SCHEMA,
    ScaleBalance,
)
from buzzline.linkages.profile import ScaleProfile
from buzzline.space.scales import SCALES, UNKNOWN_SCALE, Cutoffs
from buzzline.tables.quality import ColumnCount, Finding, Quality, TableCount
from buzzline.tables.study import About, Study

AWKWARD = (
    'Prato, "tessile" & <moda>', "São Paulo 🏭", "=HYPERLINK(1)", "two\nlines", "北京 Zhōng",
    "A very long name of a place that nobody would ever put on a map, with its suburbs",
)  # fmt: skip
VERDICTS = ("missing", "excess", "as expected", "not enough links")
PROVENANCE = Provenance("by_hand", {"level": 0.95}, "0123456789abcdef", 7, "0.1.0", 1.25)


def clustering(n: int = 3, *, n_members: int = 4, industries: int = 2) -> Clustering:
    """Return `n` clusters with names that are awkward to write."""
    rows = [_cluster(number, n_members, industries) for number in range(n)]
    members = [
        (row["cluster_id"], f"o{number * n_members + i}", i == 0)
        for number, row in enumerate(rows)
        for i in range(n_members)
    ]
    shared = ("label", "industry", "scale_km", "n_members", "n_core", "n_background",
              "expected", "strength", "p", "cluster_id")  # fmt: skip
    tree = [
        {"candidate_id": f"t{i}", "parent_id": None if i == 0 else "t0"}
        | {name: row[name] for name in shared}
        for i, row in enumerate(rows)
    ]
    coverage = [
        (f"industry {s}", scale, 100, 90, 5 * s, s, "examined" if s < 3 else "too few")
        for s in range(industries)
        for scale in (5.0, 20.0, 80.0)
    ]
    return Clustering(
        clusters=pl.DataFrame(rows, schema=CLUSTER_SCHEMA, orient="row"),
        members=pl.DataFrame(members, schema=MEMBER_SCHEMA, orient="row"),
        tree=pl.DataFrame(tree, schema=TREE_SCHEMA, orient="row"),
        coverage=pl.DataFrame(coverage, schema=COVERAGE_SCHEMA, orient="row"),
        level=0.95,
        false_discovery_rate=0.05,
        draws=199,
        provenance=PROVENANCE,
    )


def _cluster(number: int, n_members: int, industries: int) -> dict:
    ratio = 30.0 / (number + 1)
    return {
        "cluster_id": f"c{number}", "label": AWKWARD[number % len(AWKWARD)],
        "industry": f"industry {number % industries}", "scale_km": 20.0, "n_members": n_members,
        "n_core": 1, "n_background": 10 * n_members, "expected": n_members / ratio,
        "ratio": ratio, "low": ratio / 2, "high": ratio * 2, "level": 0.95,
        "strength": 100.0 - number, "p": 0.005, "q": 0.01, "longitude": 11.1 + number,
        "latitude": 43.9, "radius_km": 12.0, "country": "IT", "places": "Prato, Carpi",
    }  # fmt: skip


def profile(*layers: str) -> ScaleProfile:
    """Return shares of 10, 20, 30 and 40 per cent in each layer, and 7 ties not placed."""
    rows = []
    for number, layer in enumerate(layers):
        n_known = 1000 * (number + 1)
        for scale, share in zip(SCALES, (0.1, 0.2, 0.3, 0.4), strict=True):
            n = round(share * n_known)
            rows.append((layer, scale, n, share, share - 0.03, share + 0.03, 0.95, n_known))
        rows.append((layer, UNKNOWN_SCALE, 7, float("nan"), float("nan"), None, 0.95, n_known))
    schema = {"layer": pl.String, "scale": pl.String, "n": pl.Int64, "share": pl.Float64,
              "low": pl.Float64, "high": pl.Float64, "level": pl.Float64,
              "n_known": pl.Int64}  # fmt: skip
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return ScaleProfile(frame, Cutoffs(), 0.95, PROVENANCE)


def balance(n: int = 3, *layers: str) -> ScaleBalance:
    """Return the four verdicts, one a scale, for `n` clusters under each model."""
    rows = [
        _balance_row(number, layer, model, s)
        for number in range(n)
        for layer in layers or ("supply",)
        for model in MODELS
        for s in range(4)
    ]
    fits = [
        {"cluster_id": f"c{number}", "label": AWKWARD[number % len(AWKWARD)], "layer": "supply",
         "model": model, "n": 40, "distance_elasticity": -0.8, "elasticity_low": -1.0,
         "elasticity_high": -0.6, "border": -0.5, "dispersion": 1.1, "g2": 12.0, "p": 0.01,
         "kl": 0.1, "js": 0.05, "status": "fitted"}
        for number in range(n)
        for model in MODELS
    ]  # fmt: skip
    untested = [("c9", "Carpi", None, "research", "no ties")]
    return ScaleBalance(
        balance=pl.DataFrame(rows, schema=BALANCE_SCHEMA, orient="row"),
        fits=pl.DataFrame(fits, schema=FIT_SCHEMA, orient="row"),
        untested=pl.DataFrame(untested, schema=UNTESTED_SCHEMA, orient="row"),
        cutoffs=Cutoffs(),
        level=0.95,
        draws=199,
        provenance=PROVENANCE,
    )


def _balance_row(number: int, layer: str, model: str, s: int) -> dict:
    log_ratio = (log(0.4), log(3.0), 0.02, 6.0)[s]
    expected = 20.0
    return {
        "cluster_id": f"c{number}", "label": AWKWARD[number % len(AWKWARD)], "layer": layer,
        "model": model, "scale": SCALES[s],
        "observed": float(round((expected + 0.5) * exp(log_ratio))),
        "expected": expected, "share": 0.1 * (s + 1), "expected_share": 0.25,
        "log_ratio": log_ratio, "low": log_ratio - 0.3 if s < 3 else float("-inf"),
        "high": log_ratio + 0.3 if s < 3 else float("inf"), "level": 0.95, "n": 40,
        "n_needed": None if s == 3 else 231, "verdict": VERDICTS[s],
        "verdict_smaller": VERDICTS[s], "verdict_larger": VERDICTS[s],
        "is_stable": s != 1,
    }  # fmt: skip


def quality() -> Quality:
    """Return a report in which one row of linkages was set aside."""
    finding = Finding("linkages", "target", "unknown organisation", "set aside", 1, (5,),
                      ("x",), "Add the organisation.")  # fmt: skip
    return Quality(
        tables=(
            TableCount("organisations", "orgs.csv", 12, 12, 0),
            TableCount("linkages", "ties.csv", 9, 8, 1),
            TableCount("activities", "activities.csv", 0, 0, 0),
        ),
        columns=(ColumnCount("linkages", "target", "to", 8, 0, 0),),
        findings=(finding,),
        set_aside={
            "linkages": pl.DataFrame(
                {"from": ["=1+1"], "to": ["x"], "row": [5], "reason": ["?"]}
            ),
            "spells": pl.DataFrame({"person_id": ["p1"], "row": [2], "reason": ["?"]}),
        },
        ignored_columns={"linkages": ("remark",)},
    )


def study(n: int = 12) -> Study:
    """Return `n` organisations in Tuscany and eight ties, awkward names among them."""
    names = [AWKWARD[i % len(AWKWARD)] if i < 6 else f"Ditta {i}\x07" for i in range(n)]
    organisations = pl.DataFrame({
        "org_id": [f"o{i}" for i in range(n)],
        "name": names,
        "industry": [f"industry {i % 2}" for i in range(n)],
        "longitude": [None if i == 11 else 11.0 + i % 5 * 0.01 for i in range(n)],
        "latitude": [None if i == 11 else 43.9 + i // 5 * 0.01 for i in range(n)],
        "country": [None if i == 3 else "IT" for i in range(n)],
        "opened": [date(2001, 2, 3)] * n,
    })  # fmt: skip
    linkages = pl.DataFrame({
        "source": ["o0", "o0", "o1", "o2", "o3", "o4", "o5", "o0"],
        "target": ["o1", "o1", "o0", "o3", "o4", "o5", "o11", "o9"],
        "layer": ["supply", "research", *["supply"] * 6],
        "weight": [1.5, None, 2.0, 0.0, 1e-7, 3.0, 1.0, 1.0],
        "start": [date(2010, 1, 1), None, date(2011, 5, 6), None, None, None, None, None],
        "end": [date(2012, 12, 31), None, None, None, None, None, None, date(2020, 1, 1)],
    })  # fmt: skip
    about = About(title="Tuscany <by hand>", licence="CC0", sources=("orgs.csv",),
                  notes=("Made up.",), quality=quality())  # fmt: skip
    return Study.of(organisations=organisations, linkages=linkages, about=about)
