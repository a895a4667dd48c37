"""Clusters by quotient: by hand, unknown is not no, the clusters that were planted."""

import numpy as np
import polars as pl
from tests.investment.planted_odds import dealt, table_of

from buzzline.investment.odds import investment_odds
from buzzline.investment.quotient_clusters import clusters_by_quotient, presence_by_quotient
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world


def test_three_conditions_by_hand():
    jobs = np.array([[90.0, 10.0, 0.5], [10.0, 90.0, 0.0], [100.0, 100.0, 99.5]])
    many = np.full((3, 3), 10.0)
    found = presence_by_quotient(jobs, many)
    # quotients on the diagonal: .896 / .4 = 2.24, .9 / .4 = 2.25, .332 / .2 = 1.66
    assert found.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert presence_by_quotient(jobs, many - 1).sum() == 0
    assert presence_by_quotient(jobs, many, quotient=2.3).sum() == 0
    assert presence_by_quotient(jobs, many, share=0.9).tolist()[2] == [0, 0, 1]


def test_unknown_is_unknown_unless_something_known_fails():
    jobs = np.array([[90.0, 10.0], [10.0, 90.0]])
    few = np.array([[np.nan, np.nan], [12.0, 12.0]])
    found = presence_by_quotient(jobs, few)
    assert np.isnan(found[0, 0])
    assert found[0, 1] == 0


def test_clusters_are_places_of_an_industry_and_odds_take_them():
    world = make_world(
        organisations=1500, clusters=4, industries=3, layers=("investment",), rng=1
    )
    study = world.study
    found = clusters_by_quotient(study, fewest=5)
    assert found.clusters.height > 0
    place = dict(study.organisations.select("org_id", "place_id").iter_rows())
    for _, members in found.members.group_by("cluster_id"):
        assert len({place[org] for org in members["org_id"]}) == 1
    assert set(found.coverage["status"]) == {"examined"}
    assert found.coverage.height == 3
    odds = investment_odds(study, found, across="all", draws=19, rng=1)
    assert odds.n > 0


def test_codes_of_organisations_are_read_at_the_digits_of_the_table():
    deals = table_of(12, 12, 2, 2)
    study, _ = dealt(deals)
    where = pl.when(pl.col("longitude") == -80).then(pl.lit("home")).otherwise(pl.lit("away"))
    study = study.with_table("organisations", study.organisations.with_columns(place_id=where))
    jobs = pl.DataFrame({"place_id": ["home", "away", "home", "away"],
                         "industry": ["33", "33", "99", "99"],
                         "jobs": [90.0, 10.0, 10.0, 90.0], "establishments": [20.0] * 4})  # fmt: skip
    places = pl.DataFrame({"place_id": ["home", "away"]})
    study = Study.of(organisations=study.organisations, linkages=study.linkages, places=places,
                     employment=jobs)  # fmt: skip
    found = clusters_by_quotient(study)
    assert set(found.clusters["cluster_id"]) == {"33@home", "99@away"}
    assert found.members.filter(cluster_id="33@home").height == 24 + 4 * 1
