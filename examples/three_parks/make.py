"""A made-up mega-city with three parks of one industry: which of them are clusters?

    python examples/three_parks/make.py OUT

Writes the tables of the study into OUT/data, runs the whole road on them into OUT, and prints
what was found beside what was planted. Two parks are clusters of their own; the third is a site
of the second: distinct in space, but tied as one. Pictures go beside this file.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from buzzline import Road, chart, run_road
from buzzline.charts import further_charts
from buzzline.export.places import member_types
from buzzline.randomness import child
from buzzline.tables.study import About, Study
from buzzline.tables.study_file import RunSettings
from buzzline.tables.worlds import Parks, SiblingWorld, make_sibling_world
from buzzline.tables.worlds.fields import Field, draw_pairs
from buzzline.tables.worlds.sibling_tables import spell_rows, tie_rows
from buzzline.tables.writing import write_study

HERE = Path(__file__).parent
SEED = 12
CITY, INDUSTRY = "Deltastadt", "biomedicine"
PARKS = ("Northgate", "Riverside", "Airport")
SECOND, SITE = 1, 2  # the Airport park is a site of the Riverside cluster
DECLARED = (*(f"{park} Park" for park in PARKS), "Biomedicine Valley")  # the last has nothing
TIES = 6_000  # in each layer
ABOUT = About(
    "Three parks of one industry in one city", "CC0",
    notes=("Made up: places, organisations, persons and ties are invented.",),
)  # fmt: skip
SETTINGS = RunSettings(seed=1)
PICTURES = (
    "delineation", "distinctness", "separation", "membership", "declared_clusters",
    "colocated_clusters",
)  # fmt: skip


class City(NamedTuple):
    """The study, and what was planted in it."""

    study: Study
    planted: pl.DataFrame  # org_id, park (its cluster's, "" for none), role


def made(organisations: int = 1500) -> City:
    """Return the city with its three parks."""
    parks = Parks(siblings=3, paper=1, members=0.3)
    world = make_sibling_world(organisations=organisations, parks=parks, rng=SEED)
    study, truth = _renamed(world), world.truth
    planted = study.organisations.select(
        "org_id", park=_park(truth.cluster, ""), role=truth.role
    )
    return City(_tied(study, world), planted)


def as_one(field: Field) -> Field:
    """Return who is tied to whom where the third park belongs to the second, socially."""
    cluster = np.where(field.cluster == SITE, SECOND, field.cluster)
    return replace(field, cluster=cluster.astype(np.int32))


def _tied(study: Study, world: SiblingWorld) -> Study:
    """Draw the ties anew, with the third park and the second as one cluster."""
    field, org_id = as_one(world.truth.field), study.organisations["org_id"]
    ties = pl.concat([
        tie_rows(
            org_id, draw_pairs(field, affinity, n=TIES, rng=child(SEED, "ties", layer)),
            layer=layer, rng=child(SEED, "rows", layer),
        )
        for layer, affinity in world.truth.affinities.items()
    ])  # fmt: skip
    moves = ties.filter(pl.col("layer") == "labour_move")
    spells = spell_rows(moves, rng=child(SEED, "spells"))
    return study.with_table("linkages", ties).with_table("spells", spells)


def _renamed(world: SiblingWorld) -> Study:
    """Give the city, its parks and the industry names a person remembers."""
    study, truth = world.study, world.truth
    city, industry = truth.clusters["city"][0], truth.clusters["industry"][0]
    said = pl.col("industry").replace({industry: INDUSTRY})
    in_park = _park(truth.inside, None)
    organisations = study.organisations.with_columns(
        said, region=pl.col("region").replace({city: CITY}),
        city=pl.coalesce(in_park, pl.col("city").replace({city: CITY})),
    )  # fmt: skip
    return Study.of(
        about=ABOUT,
        organisations=organisations,
        places=study.places.with_columns(pl.col("name").str.replace(city, CITY, literal=True)),
        declared_clusters=study.declared_clusters.with_columns(said, name=pl.Series(DECLARED)),
        memberships=study.memberships,
    )


def _park(code: np.ndarray, otherwise: str | None) -> pl.Series:
    names = [*PARKS, otherwise]
    return pl.Series("park", [names[one] for one in code.tolist()], dtype=pl.String)


def walked(out: Path, settings: RunSettings = SETTINGS) -> tuple[City, Road]:
    """Write the tables into OUT/data, and run the road on them into OUT."""
    city = made()
    write_study(city.study, out / "data")
    return city, run_road(out / "data", out, settings=settings)


def draw(road: Road, pictures: Path = HERE) -> None:
    """Save the pictures of the page."""
    found = results(road)
    for name in PICTURES:
        chart(found[name]).save(pictures / f"three_parks_{name}.svg")
    merges = further_charts(found["delineation"])["merges"]
    merges.save(pictures / "three_parks_merges.svg")


def told(city: City, road: Road) -> dict[str, str]:
    """Return what each analysis says, and what organisations of each role were found to be."""
    said = {name: str(result) for name, result in results(road).items()}
    return said | {"kinds of members": str(confusion(city, road))}


def results(road: Road) -> dict[str, object]:
    """Return the results of a run by the name of their analysis."""
    return {one.provenance.analysis: one for one in road.results if one.provenance}


def confusion(city: City, road: Road) -> pl.DataFrame:
    """Return how many organisations of each planted role were found to be what."""
    found = member_types(results(road)["membership"])
    return (
        city.planted.join(found, on="org_id", how="left", maintain_order="left")
        .with_columns(pl.col("member_type").fill_null("in no cluster"))
        .group_by("role", "member_type")
        .len("n")
        .sort("role", "n", descending=[False, True])
    )


if __name__ == "__main__":
    walk = walked(Path(sys.argv[1]))
    draw(walk[1])
    with pl.Config(tbl_rows=20, tbl_hide_dataframe_shape=True):
        for name, text in told(*walk).items():
            sys.stdout.write(f"\n## {name}\n{text}\n")
