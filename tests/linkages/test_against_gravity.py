import numpy as np
import polars as pl

from buzzline.linkages.against_gravity import Comparison, compared_with_nulls, layer_of
from buzzline.linkages.borders import beyond_distance
from buzzline.linkages.parties import ground_of
from buzzline.linkages.tie_ends import squared_limits, tie_ends
from buzzline.network import ties_by_scale
from buzzline.space.scales import Cutoffs
from buzzline.space.sites import sites_of
from buzzline.space.zones import zones_of
from buzzline.tables.worlds import make_world


def layer(study, name):
    limits = squared_limits([Cutoffs()])
    ground = ground_of(zones_of(study.organisations, sites_of(study.organisations)), limits)
    ends = tie_ends(study, ground.zones, name, limits=limits)
    return layer_of(
        ends,
        ground,
        beyond_distance(study, ground),
        degree=np.full(ends.owner.size, -1, np.int32),
    )


def compared(study, members, name="supply"):
    found = compared_with_nulls(
        layer(study, name), members, level=0.95, draws=9, rng=np.random.default_rng(1)
    )
    assert isinstance(found, Comparison)
    return found


def repeated(world, members, times):
    """The study with every tie between members that many times."""
    study = world.study
    inside = study.organisations["org_id"].to_numpy()[members].tolist()
    inner = study.linkages.filter(
        pl.col("source").is_in(inside), pl.col("target").is_in(inside), layer="supply"
    )
    return study.with_table("linkages", pl.concat([study.linkages, *[inner] * (times - 1)]))


def test_a_clusters_own_ties_do_not_move_the_fit_of_its_yardstick():
    world = make_world(organisations=800, clusters=3, rng=1)
    members = world.truth.cluster == 0
    once, thrice = (
        compared(repeated(world, members, times), members).models["G2"] for times in (1, 3)
    )
    assert np.allclose(once.gravity.theta, thrice.gravity.theta, atol=1e-6)
    known = np.isfinite(once.gravity.size)
    assert np.allclose(once.gravity.size[known], thrice.gravity.size[known], atol=1e-5)


def test_an_excess_of_local_ties_is_understated_not_overstated():
    """More local ties make a cluster larger, of which more local ties are expected."""
    world = make_world(organisations=800, clusters=3, rng=1)
    members = world.truth.cluster == 0
    answers = [
        compared(repeated(world, members, times), members).models["G2"].compared[0]
        for times in (1, 3)
    ]
    shares = [answer.expected / answer.expected.sum() for answer in answers]
    assert shares[0][0] < shares[1][0]
    assert (answers[1].log_ratio[1:] < answers[0].log_ratio[1:]).all()


def test_ties_bundled_by_project_count_for_less():
    """The same ties, once each on its own and once in consortia that differ from each other."""
    world = make_world(organisations=800, clusters=3, rng=1)
    members = world.truth.cluster == 0
    scale = ties_by_scale(
        world.study.linkages, world.study.organisations, Cutoffs()
    ).collect().to_polars()  # fmt: skip
    consortia = pl.format("{} {}", scale["scale"], pl.int_range(scale.height) // 400)
    effects = []
    for record in (pl.lit("register"), consortia):
        ties = scale.select(world.study.linkages.columns).with_columns(observed_by=record)
        study = world.study.with_table("linkages", ties)
        effects.append(compared(study, members, "research").counted.design_effect)
    assert effects[1] > 3 * effects[0]


def test_a_consortium_of_ten_is_one_observation():
    """Complete consortia, each at one scale: as many facts as consortia."""
    world = make_world(organisations=800, clusters=3, rng=1)
    members = world.truth.cluster == 0
    scale = ties_by_scale(
        world.study.linkages.filter(layer="supply"), world.study.organisations, Cutoffs()
    ).collect().to_polars()  # fmt: skip
    ties = scale.with_columns(
        observed_by=pl.format("{} {}", "scale", pl.int_range(pl.len()) % 9)
    )
    study = world.study.with_table("linkages", ties.select(world.study.linkages.columns))
    found = compared(study, members)
    assert found.counted.effective <= 4 * 9 + 1e-6 < found.n


def test_ties_of_one_owner_count_for_less_where_owners_differ():
    """Members in order of how local they are, once on their own and once with five owners."""
    world = make_world(organisations=800, clusters=3, rng=1)
    members = world.truth.cluster == 0
    ends = layer(world.study, "supply").ends
    local = np.bincount(ends.here, weights=ends.scale[0] == 0, minlength=800)
    order = np.argsort(local / np.maximum(np.diff(ends.here_start), 1))
    rank = np.empty(800, int)
    rank[order] = np.arange(800)
    owner = np.where(members, order[rank // 160 * 160], np.arange(800))
    ids = world.study.organisations["org_id"].to_numpy()
    owned = world.study.organisations.with_columns(owner_id=pl.Series(ids[owner]))
    study = world.study.with_table("organisations", owned)
    apart, together = (compared(each, members).counted for each in (world.study, study))
    assert together.effective < apart.effective / 2
