"""Watching: exposure by brute force, planted channels, placebos, bad input."""

from datetime import date

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from scipy import sparse
from tests.linkages.planted_nearness import clustering_in

from buzzline.errors import InvalidArgument
from buzzline.linkages.adoption_exposure import Adoption, RiskSet, Watching, risk_set
from buzzline.linkages.adoption_hazard import Groups, hazard_rows, judged
from buzzline.linkages.monitoring import adoptions_of, monitoring
from buzzline.tables.schema import KNOWLEDGE_ITEMS
from buzzline.tables.study import Study
from buzzline.tables.worlds import WatchingPlan, make_world, plant_watching


def watching_of(rng, n=50, classes=6):
    cluster = rng.integers(-1, 4, n).astype(np.int32)
    industry = rng.integers(-1, 3, n).astype(np.int32)
    tied = np.triu(rng.random((n, n)) < 0.1, 1)
    ties = sparse.csr_array((tied | tied.T).astype(float))
    v = (
        rng.random((n, classes)) * (rng.random((n, classes)) < 0.5)
        + np.eye(classes)[rng.integers(0, classes, n)]
    )
    unit = sparse.csr_array(v / np.linalg.norm(v, axis=1)[:, None])
    return Watching(cluster, industry, ties, unit)


def test_exposure_equals_looking_at_every_pair():
    rng = np.random.default_rng(1)
    seen = watching_of(rng)
    adopters = rng.choice(50, 15, replace=False)
    rows = np.setdiff1d(np.arange(50), adopters)
    found = seen.exposure(rows, adopters)
    alike = (seen.unit @ seen.unit.T).toarray()
    tied = seen.ties.toarray() > 0
    expected = np.zeros((rows.size, 4))
    for k, i in enumerate(rows):
        for j in adopters:
            if seen.cluster[i] >= 0 and seen.cluster[i] == seen.cluster[j]:
                channel = 0
            elif tied[i, j]:
                channel = 1
            elif seen.industry[i] >= 0 and seen.industry[i] == seen.industry[j]:
                channel = 2
            else:
                channel = 3
            expected[k, channel] += alike[i, j]
    assert found == pytest.approx(expected, abs=1e-7)


def test_who_is_at_risk_by_hand():
    n = 6
    adoption = Adoption(
        np.zeros(4, np.int32), np.array([0, 1, 2, 3]), np.array([2000, 2001, 2003, 2003]),
        ("lean",),
    )  # fmt: skip
    seen = Watching(
        np.zeros(n, np.int32), np.zeros(n, np.int32), sparse.csr_array((n, n)),
        sparse.csr_array(np.ones((n, 1))),
    )  # fmt: skip
    found = risk_set(
        adoption, seen, np.ones(n, bool), visible_after=2, rng=np.random.default_rng(1)
    )
    first = found.stratum == 0  # 2001: 1 takes it up, 2 to 5 do not
    assert found.organisation[first].tolist() == [1, 2, 3, 4, 5]
    assert found.adopted[first].tolist() == [1, 0, 0, 0, 0]
    assert (found.visible[first] == 0).all()
    assert (found.recent[first][:, 0] == 1).all()  # 0 only just began
    second = found.stratum == 1  # 2003: of 0 and 1 the outcome is visible
    assert found.organisation[second].tolist() == [2, 3, 4, 5]
    assert (found.visible[second][:, 0] == 2).all()
    assert (found.recent[second] == 0).all()


def test_coefficients_agree_with_statsmodels():
    rng = np.random.default_rng(2)
    m = 3000
    stratum = np.repeat(np.arange(10), 300)
    visible = np.column_stack([rng.poisson(2, m), rng.poisson(1, m), rng.poisson(3, m),
                               np.zeros(m)]).astype(float)  # fmt: skip
    recent = np.zeros((m, 4))
    recent[:, 0] = rng.poisson(1, m)
    odds = -3 + 0.5 * np.log2(1 + visible[:, 0]) + 0.1 * stratum
    adopted = (rng.random(m) < 1 / (1 + np.exp(-odds))).astype(float)
    found = RiskSet(np.arange(m), stratum, adopted, visible, recent)
    rows = hazard_rows(
        found, Groups(np.full(m, -1, np.int32), np.full(m, -1, np.int32)),
        likeness="x", level=0.95,
    )  # fmt: skip
    x = np.log2(1 + np.column_stack([visible[:, :3], recent[:, :1]]))
    dummies = (stratum[:, None] == np.arange(10)).astype(float)
    design = np.column_stack([x, dummies])
    theirs = sm.Logit(adopted, design).fit(disp=0, cov_type="HC0")
    rows = [row for row in rows if row["seen"] != "difference"]
    value = [row["value"] for row in rows if row.get("value") is not None]
    assert value[:4] == pytest.approx(theirs.params[:4], abs=1e-6)
    # everybody alone: errors are those of single rows
    width = [(row["high"] - row["low"]) / 3.92 for row in rows if row.get("value") is not None]
    assert width[:4] == pytest.approx(theirs.bse[:4], rel=0.02)


def took_up(study, luck, rng, practices=6, years=10, base=4.0):
    """A study in which nobody watches: a lasting readiness of each, drawn per practice."""
    parts = []
    for number in range(practices):
        when = rng.geometric(1 / (1 + np.exp(base - luck())))
        rows = np.flatnonzero(when <= years)
        parts.append(pl.DataFrame({
            "item_id": [f"i{number}-{row}" for row in rows],
            "org_id": study.organisations["org_id"].gather(rows),
            "kind": ["practice"] * rows.size, "classes": [f"p{number}"] * rows.size,
            "date": [date(2009 + int(year), 1, 1) for year in when[rows]],
        }))  # fmt: skip
    items = pl.concat(parts).select(
        pl.col(c.name) if c.name in parts[0].columns else pl.lit(None).alias(c.name)
        for c in KNOWLEDGE_ITEMS.columns
    )
    return study.with_table("knowledge_items", items.cast(study.knowledge_items.schema))


@pytest.mark.parametrize(
    ("shared", "channel"), [("cluster", "local"), ("industry", "systemic")]
)
def test_lasting_readiness_is_not_called_monitoring(shared, channel):
    said, worlds = [], 16
    for seed in range(worlds):
        world = make_world(organisations=400, clusters=12, rng=seed)
        rng = np.random.default_rng(seed)
        industry = world.study.organisations["industry"].rank("dense").fill_null(0).to_numpy()
        group = world.truth.cluster if shared == "cluster" else industry.astype(int)
        group = np.where(group < 0, group.max() + 1 + np.arange(group.size), group)

        def luck(group=group, rng=rng):
            return rng.normal(0, 1.2, group.max() + 1)[group]

        study = took_up(world.study, luck, rng)
        terms = monitoring(study, clustering_in(world, study), rng=seed).terms
        said += terms.filter(
            (pl.col("seen") == "outcome visible") & (pl.col("channel") == channel)
        )["verdict"].to_list()
    assert said.count("monitoring") <= worlds * 0.05 + 3 * np.sqrt(worlds * 0.05 * 0.95)
    assert said.count("cannot tell from shared luck") > said.count("monitoring")


def test_a_verdict_needs_the_difference_and_no_failed_placebo():
    above, around = {"low": 0.1, "high": 0.5, "p": 0.01}, {"low": -0.1, "high": 0.1, "p": 0.9}
    wide = {"low": -0.1, "high": 0.6, "p": 0.2}

    def said(channel, recent, difference, unseen=around):
        rows = [{"channel": channel, "seen": "outcome visible"} | above,
                {"channel": channel, "seen": "not yet visible"} | recent,
                {"channel": "unseen", "seen": "outcome visible"} | unseen,
                {"channel": channel, "seen": "difference"} | difference]  # fmt: skip
        return [row["verdict"] for row in judged(rows, 0.95)]

    luck = "cannot tell from shared luck"
    assert said("local", around, above)[:2] == ["monitoring", "placebo passed"]
    assert said("local", wide, above)[:2] == ["monitoring", "placebo cannot tell"]
    assert said("systemic", wide, above)[0] == luck
    assert said("local", above, above)[:2] == [luck, "placebo failed"]
    assert said("local", around, around)[0] == luck
    assert said("local", around, above, unseen=above)[0] == luck


def test_members_of_an_industry_vary_together_in_systemic_exposure():
    rng = np.random.default_rng(3)
    m, industry = 2000, rng.integers(0, 20, 2000).astype(np.int32)
    visible, recent = np.zeros((m, 4)), np.zeros((m, 4))
    visible[:, 0], visible[:, 2] = rng.poisson(2, m), rng.poisson(5, 20)[industry]
    luck = rng.normal(0, 1, 20)[industry]
    adopted = (rng.random(m) < 1 / (1 + np.exp(2 - luck))).astype(float)
    found = RiskSet(np.arange(m), np.arange(m) % 4, adopted, visible, recent)
    alone = np.full(m, -1, np.int32)
    rows = hazard_rows(found, Groups(alone, industry), likeness="", level=0.95)
    effect = {row["channel"]: row["design_effect"] for row in rows if "design_effect" in row}
    assert effect["systemic"] > 5
    assert effect["local"] == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("seed", [1, 2])
def test_planted_watching_is_found_in_its_channel(seed):
    world = make_world(organisations=800, clusters=14, rng=seed)
    plan = WatchingPlan(local=0.8, network=0.0, start=-4.5)
    study, truth = plant_watching(world.study, world.truth.cluster, plan=plan, rng=seed)
    found = monitoring(study, clustering_in(world, study), rng=seed)
    rows = {(row["channel"], row["seen"]): row for row in found.terms.iter_rows(named=True)}
    local = rows["local", "outcome visible"]
    assert local["verdict"] == "monitoring"
    assert abs(local["value"] - plan.local) < 1.5 * (local["high"] - local["low"]) / 2
    assert rows["systemic", "outcome visible"]["low"] < 0.1
    assert local["n"] <= truth.n_adoptions


def test_imitation_is_told_from_watching():
    world = make_world(organisations=800, clusters=14, rng=3)
    plan = WatchingPlan(local=0.0, network=0.0, imitation=1.2, start=-4.5)
    study, _ = plant_watching(world.study, world.truth.cluster, plan=plan, rng=3)
    found = monitoring(study, clustering_in(world, study), rng=3).terms
    local = found.filter(pl.col("channel") == "local")
    verdict = dict(zip(local["seen"], local["verdict"], strict=True))
    assert verdict["not yet visible"] == "placebo failed"
    assert verdict["difference"] == "no sign of it"
    assert verdict["outcome visible"] in ("no sign of it", "cannot tell from shared luck")
    assert "placebo failed" in str(monitoring(study, clustering_in(world, study), rng=3))


def test_what_members_could_see_is_counted():
    world = make_world(organisations=300, clusters=4, rng=4)
    study, _ = plant_watching(world.study, world.truth.cluster, rng=4)
    found = monitoring(study, clustering_in(world, study), rng=4).exposure
    seen = found.filter(pl.col("channel") != "unseen").group_by("cluster_id").agg(
        pl.col("share").sum()
    )  # fmt: skip
    assert seen["share"].to_list() == pytest.approx([1.0] * 4)
    assert found["n"].sum() == 4 * int((world.truth.cluster >= 0).sum())


def test_practices_taken_up_twice_and_without_a_date():
    items = pl.DataFrame({
        "item_id": list("1234"), "org_id": ["a", "a", "b", "b"], "kind": ["practice"] * 4,
        "classes": ["lean", "lean", "lean", "kaizen"],
        "date": pl.Series(["2005-01-01", "2003-01-01", "2004-01-01", None]).str.to_date(),
    })  # fmt: skip
    study = Study.of(organisations=pl.DataFrame({"org_id": ["a", "b"]}), knowledge_items=items)
    found = adoptions_of(study)
    assert found.names == ("lean",)
    assert found.year.tolist() == [2003, 2004]


def test_no_practices_no_clusters_and_bad_arguments():
    world = make_world(organisations=150, clusters=1, rng=1)
    clustering = clustering_in(world, world.study)
    found = monitoring(world.study, clustering, rng=1)
    assert set(found.terms["verdict"]) == {"not testable"}
    assert "not testable" in str(found)
    assert found.exposure["reason"].null_count() == 0
    with pytest.raises(InvalidArgument, match="has the layer"):
        monitoring(world.study, clustering, layers=["nonsense"])
    with pytest.raises(InvalidArgument, match="between 0 and 1"):
        monitoring(world.study, clustering, level=0.0)
    nobody = clustering_in(world, world.study).members.clear()
    assert nobody.height == 0
