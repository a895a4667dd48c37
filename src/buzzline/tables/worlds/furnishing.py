"""The other tables of a made-up world: a few rows each, so that every column occurs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl

from buzzline.tables.worlds.geography import Towns

SITES = 200  # organisations that get a second site, spells, knowledge items
FAIRS = 4
CLOSING_DAY = date(2022, 12, 31)  # of every twentieth second site
OPENING_DAY = date(2019, 3, 4)


def furnish(
    organisations: pl.DataFrame,
    towns: Towns,
    planted: pl.DataFrame,
    *,
    names: Sequence[str],
    rng: np.random.Generator,
) -> dict[str, pl.DataFrame]:
    """Return all tables besides places, organisations, linkages and those on employment."""
    some = organisations.head(SITES)
    return {
        "activities": organisations.select("org_id", "industry", share=pl.lit(1.0)),
        "establishments": _establishments(some),
        "industries": _industries(names),
        "relatedness": _relatedness(names, rng),
        **_declared(organisations, planted),
        "spells": _spells(some, rng),
        "knowledge_items": _knowledge(some, rng),
        **_fairs(some, towns),
        "institutions": _institutions(names),
        "initiatives": _initiatives(),
        "outcomes": _outcomes(towns, rng),
        "claims": _claims(names),
    }


def _establishments(some: pl.DataFrame) -> pl.DataFrame:
    at = (
        "org_id",
        "industry",
        "longitude",
        "latitude",
        "precision",
        "city",
        "country",
        "place_id",
    )
    head = some.select(
        pl.concat_str(pl.lit("E"), "org_id", pl.lit("a")).alias("establishment_id"), *at,
        pl.lit("headquarters").alias("function"), "opened", "closed", "jobs",
    )  # fmt: skip
    plant = head.with_columns(
        pl.col("establishment_id").str.replace("a$", "b"),
        pl.lit("production").alias("function"),
        (pl.col("jobs") / 2).floor(),
        closed=pl.when(pl.int_range(pl.len()) % 20 == 0).then(CLOSING_DAY).otherwise("closed"),
    )
    return pl.concat([head, plant])


def _industries(names: Sequence[str]) -> pl.DataFrame:
    codes = ["all", *names]
    return pl.DataFrame(
        {
            "industry": codes,
            "title": [
                "All industries",
                *(name.replace("_", " ").capitalize() for name in names),
            ],
            "level": [1, *[2] * len(names)],
            "parent": [None, *["all"] * len(names)],
            "cluster": ["all", *(f"group {k // 2 + 1}" for k in range(len(names)))],
            "traded": [True] * len(codes),
        }
    )


def _relatedness(names: Sequence[str], rng: np.random.Generator) -> pl.DataFrame:
    pairs = [(one, other) for one in names[:30] for other in names[:30]]
    value = rng.random(len(pairs)).round(4)
    return pl.DataFrame(
        {
            "industry": [one for one, _ in pairs],
            "other": [other for _, other in pairs],
            "kind": "co_occurrence",
            "value": value,
        }
    )


def _declared(organisations: pl.DataFrame, planted: pl.DataFrame) -> dict[str, pl.DataFrame]:
    declared = planted.select(
        pl.concat_str(pl.lit("D"), "cluster").alias("cluster_id"),
        (pl.col("place") + " " + pl.col("industry") + " initiative").alias("name"),
        pl.lit("declared by the regional agency").alias("rule"),
        "industry",
        pl.lit(date(2015, 1, 1)).alias("start"),
        pl.lit(date(2024, 12, 31)).alias("end"),
        "place_id",
    )
    members = organisations.join(
        declared.unique(["place_id", "industry"], keep="first", maintain_order=True),
        on=["place_id", "industry"], how="inner", validate="m:1", maintain_order="left",
    ).select(
        "cluster_id", "org_id", pl.lit(1.0).alias("degree"),
        pl.lit(date(2016, 1, 1)).alias("start"), pl.lit(date(2024, 12, 31)).alias("end"),
    )  # fmt: skip
    return {"declared_clusters": declared.drop("place_id"), "memberships": members}


def _spells(some: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    n = some.height
    moved = some["org_id"].gather(rng.integers(0, n, n))
    person = pl.Series([f"person-{k:04d}" for k in range(n)])
    first = pl.DataFrame({"person_id": person, "org_id": some["org_id"]}).with_columns(
        start=pl.lit(date(2012, 1, 1)),
        end=pl.lit(date(2017, 12, 31)),
        occupation=pl.lit("engineer"),
    )
    second = pl.DataFrame({"person_id": person, "org_id": moved}).with_columns(
        start=pl.lit(date(2018, 1, 1)),
        end=pl.lit(date(2023, 12, 31)),
        occupation=pl.lit("manager"),
    )
    return pl.concat([first, second])


def _knowledge(some: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    kinds = pl.Series(["patent", "publication", "product"])
    return some.select(
        pl.concat_str(pl.lit("K"), "org_id").alias("item_id"),
        "org_id",
        kinds.gather(rng.integers(0, kinds.len(), some.height)).alias("kind"),
        (pl.col("industry") + "|general").alias("classes"),
        pl.lit(date(2020, 6, 1)).alias("date"),
    )


def _fairs(some: pl.DataFrame, towns: Towns) -> dict[str, pl.DataFrame]:
    years = range(FAIRS)
    gatherings = pl.DataFrame(
        {
            "gathering_id": [f"G{k}" for k in years],
            "name": [f"{towns.names[0]} fair {2019 + k}" for k in years],
            "kind": "fair",
            "place_id": "P0000",
            "start": [OPENING_DAY + timedelta(days=364 * k) for k in years],
            "end": [OPENING_DAY + timedelta(days=364 * k + 3) for k in years],
            "edition": [str(k + 1) for k in years],
            "cancelled": [k == 1 for k in years],
        }
    )
    roles = ("exhibitor", "visitor", "speaker", "organiser")
    attendance = some.select(
        pl.lit("G0").alias("gathering_id"),
        "org_id",
        pl.Series([roles[min(k % 20, 3)] for k in range(some.height)]).alias("role"),
    )
    return {"gatherings": gatherings, "attendance": attendance}


def _institutions(names: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "institution_id": ["I0", "I1"],
            "name": ["Quality label", "Long credit among neighbours"],
            "kind": ["standard", "convention"],
            "place_id": "P0000",
            "industry": names[0],
            "fit": [0.9, 0.4],
            "formal": [True, False],
            "start": date(2005, 1, 1),
        }
    )


def _initiatives() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "initiative_id": ["V0"],
            "name": ["Fairs abroad"],
            "aim": ["economic"],
            "instrument": ["shared stands at fairs"],
            "target": ["organisations without ties abroad"],
            "cost_musd": [2.5],
            "start": [date(2020, 1, 1)],
            "end": [date(2022, 12, 31)],
            "place_id": ["P0000"],
        }
    )


def _outcomes(towns: Towns, rng: np.random.Generator) -> pl.DataFrame:
    n = min(20, towns.population.size)
    return pl.DataFrame(
        {
            "unit_id": [f"P{k:04d}" for k in range(n)],
            "indicator": "unemployment",
            "year": 2022,
            "value": rng.uniform(3, 12, n).round(1),
            "margin": 0.5,
            "unit": "percent",
        }
    )


def _claims(names: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "claim_id": ["claim-1"],
            "text": [f"Organisations in {names[0]} gain from being close."],
            "holder": ["regional agency"],
            "source": ["made-up report, 2021"],
            "evidence_for": ["interviews, n = 20"],
            "evidence_against": ["none recorded"],
        }
    )
