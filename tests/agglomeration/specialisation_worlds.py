"""Worlds of plants with a known truth, and reference numbers, for the tests of specialisation."""

import csv
import json

import numpy as np
import polars as pl

from buzzline.agglomeration import location_quotients
from buzzline.agglomeration.quotient_errors import (
    effective_plants,
    quotient_interval,
    size_dispersion,
    totals_of,
)
from buzzline.tables.study import Study


def references(shared_data):
    return shared_data.parent / "reference"


def econgeo_items(shared_data, function):
    """Return the inputs and values of one function of EconGeo."""
    found = json.loads((references(shared_data) / "measurement" / "econgeo.json").read_text())
    return [item for item in found["items"] if item["fn"] == function]


def reat_items(shared_data, function):
    found = json.loads((references(shared_data) / "measurement" / "reat.json").read_text())
    return [item for item in found["items"] if item["fn"] == function]


def table_of(path):
    """Return row names, column names and numbers of a CSV table; empty and NA are NaN."""
    rows = list(csv.reader(path.read_text().splitlines()))
    numbers = [
        [float(x) if x not in {"", "NA"} else np.nan for x in row[1:]] for row in rows[1:]
    ]
    return [row[0] for row in rows[1:]], rows[0][1:], np.array(numbers)


def german_regions(shared_data, column):
    """Return regions, industries and one column of the German regions of 2015, (r, s)."""
    path = references(shared_data) / "measurement" / "reat_G_regions_industries.csv"
    frame = pl.read_csv(path)
    wide = frame.pivot(on="ind_code", index="region_code", values=column)
    return wide["region_code"].to_list(), wide.columns[1:], wide.drop("region_code").to_numpy()


def metros(shared_data):
    """Return four-digit manufacturing of US metros in 2019, (383, 86), as EconGeo saw it."""
    path = references(shared_data) / "reference_values" / "input_cbp19_metro_mfg4.csv"
    return table_of(path)[2]


def intensities(rng, places=40, industries=30, *, plants=6.0, spread=0.6):
    """Return expected plants of each cell (r, s) and jobs of a plant of each industry (s,)."""
    size = rng.dirichlet(np.ones(places))
    industry = rng.lognormal(0, 1, industries)
    leaning = rng.lognormal(0, spread, (places, industries))
    shares = size[:, None] * industry / industry.sum() * leaning
    return plants * shares * places * industries, rng.lognormal(3, 0.8, industries)


def settled(rng, expected, mean_size, *, skew):
    """Return jobs and plants (r, s): Poisson plants of lognormal size; skew 0 counts them."""
    plants = rng.poisson(expected)
    cell = np.repeat(np.arange(plants.size), plants.ravel())
    typical = np.broadcast_to(mean_size, expected.shape).ravel()[cell]
    sizes = typical * rng.lognormal(-(skew**2) / 2, skew, cell.size) if skew else typical
    jobs = np.bincount(cell, sizes, minlength=plants.size).reshape(plants.shape)
    return jobs, plants.astype(float)


def interval_coverage(*, skew, years, bins, seed=1, **world):
    """Return how often intervals hold the truth, by expected plants of a cell."""
    rng = np.random.default_rng(seed)
    expected, mean_size = intensities(rng, **world)
    if not skew:
        mean_size = np.ones_like(mean_size)
    truth = location_quotients(expected * mean_size)
    hits, tries = np.zeros(len(bins) - 1), np.zeros(len(bins) - 1)
    for _ in range(years):
        jobs, plants = settled(rng, expected, mean_size, skew=skew)
        dispersion = size_dispersion(jobs, plants) if skew else np.zeros(len(mean_size))
        found = effective_plants(plants, dispersion)
        low, high = quotient_interval(jobs, found, totals_of(jobs))
        held = (low <= truth * (1 + 1e-12)) & (truth <= high * (1 + 1e-12))
        where = np.digitize(expected, bins) - 1
        for at in range(len(bins) - 1):
            cells = (where == at) & np.isfinite(low)
            hits[at] += held[cells].sum()
            tries[at] += cells.sum()
    return hits, tries


def study_of(cells, *, industries=None, places=None):
    """Return a study from rows of (place, industry, year, jobs, establishments)."""
    names = ["place_id", "industry", "year", "jobs", "establishments"]
    schema = dict(
        zip(names, (pl.String, pl.String, pl.Int64, pl.Float64, pl.Float64), strict=True)
    )
    tables = {"employment": pl.DataFrame(cells, schema=schema, orient="row")}
    if industries is not None:
        tables["industries"] = pl.DataFrame(industries)
    if places is not None:
        tables["places"] = pl.DataFrame(places)
    return Study.of(**tables)
