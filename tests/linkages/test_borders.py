import numpy as np
import polars as pl
import pytest

from buzzline.linkages.borders import beyond_distance
from buzzline.linkages.parties import ground_of, parties_of
from buzzline.linkages.tie_ends import squared_limits
from buzzline.space.scales import Cutoffs
from buzzline.space.sites import sites_of
from buzzline.space.zones import zones_of
from buzzline.tables.study import Study


def study_of(**tables):
    n = 8
    organisations = pl.DataFrame(
        {"org_id": list("abcdefgh"), "longitude": [float(k // 2) for k in range(n)],
         "latitude": [45.0] * n, "country": ["AT"] * 4 + ["DE"] * 2 + ["FR"] * 2,
         "region": ["r1", "r1", "r2", "r2", "r1", "r1", "r3", "r3"],
         "industry": ["x", "y"] * 4, "precision": ["address"] * n}
    )  # fmt: skip
    return Study.of(organisations=organisations, **tables)


def known(study):
    zones = zones_of(study.organisations, sites_of(study.organisations))
    ground = ground_of(zones, squared_limits([Cutoffs()]))
    return ground, beyond_distance(study, ground)


def between(study, name, one, other):
    """Covariate between the zones of two organisations, by their names."""
    ground, beyond = known(study)
    rows = dict(zip("abcdefgh", range(8), strict=True))
    a, b = (int(ground.zones.zone[rows[org]]) for org in (one, other))
    return float(beyond.between[beyond.names.index(name), a, b])


def test_borders_regions_and_languages_by_hand():
    study = study_of()
    assert [between(study, "border", *pair) for pair in ("ac", "ae", "eg")] == [0, 1, 1]
    # of one country and another region; a region of the same name abroad is another matter
    assert [between(study, "region", *pair) for pair in ("ab", "ac", "ae")] == [0, 1, 0]
    # Austria and Germany share German across a border, France nothing
    assert [between(study, "language", *pair) for pair in ("ac", "ae", "ag")] == [0, 1, 0]


def test_what_is_not_known_or_does_not_vary_is_named():
    bare = study_of()
    home = bare.organisations.with_columns(
        country=pl.lit("AT"), region=pl.lit(None, dtype=pl.String)
    )
    _, beyond = known(bare.with_table("organisations", home))
    assert beyond.names == ("border",)
    assert "0% of the organisations" in beyond.left_out["region"]
    assert "no two countries" in beyond.left_out["language"]
    assert "no table `relatedness`" in beyond.left_out["relatedness"]


def test_relatedness_is_a_mean_over_pairs_and_seen_from_the_members():
    relatedness = pl.DataFrame(
        {"industry": ["x", "x", "y"], "other": ["x", "y", "y"], "kind": ["skill"] * 3,
         "value": [4.0, 1.0, 2.0]}
    )  # fmt: skip
    ground, beyond = known(study_of(relatedness=relatedness))
    table = np.array([[4.0, 1.0], [1.0, 2.0]])
    table /= table.std()
    assert "relatedness" in beyond.left_out  # one of x and one of y everywhere: no variation
    mixed = beyond.mixed["relatedness"]
    assert mixed.table == pytest.approx(table)
    assert mixed.mix == pytest.approx(np.full((ground.n, 2), 0.5))
    members = np.arange(8) % 2 == 0  # those of x
    parties = parties_of(ground, members, np.ones(8), power=-1.0)
    outer, inner = beyond.seen_from(parties)
    assert outer.shape == (len(beyond.names), parties.zone.size, ground.n)
    assert inner.shape == (len(beyond.names), parties.zone.size, parties.zone.size)
    assert mixed.mix_of(parties.members) == pytest.approx(np.tile([1.0, 0.0], (4, 1)))
