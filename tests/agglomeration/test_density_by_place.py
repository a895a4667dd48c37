import numpy as np
import polars as pl
import pytest

from buzzline.agglomeration import co_occurrence, relatedness_density_by_place
from buzzline.agglomeration.density import densities_without_own
from buzzline.agglomeration.density_by_place import ABOVE, NOTHING_RELATED, density_by_chance
from buzzline.kernels.degree_swaps import swap_events
from buzzline.tables.study import Study

ANY = 0.001  # so small a cut that an industry is present where it has any job


def study_of(has):
    row, column = np.nonzero(has)
    return Study.of(employment=pl.DataFrame({
        "place_id": [f"P{k:03d}" for k in row], "industry": [f"I{k:03d}" for k in column],
        "jobs": [10.0] * row.size, "year": [2020] * row.size,
    }))  # fmt: skip


def unequal_world(rng, places, industries):
    odds = np.outer(np.exp(rng.normal(size=places)), np.exp(rng.normal(size=industries) - 0.5))
    return rng.random(odds.shape) < odds / (1 + odds)


def test_collapses_to_the_array_function():
    has = unequal_world(np.random.default_rng(1), 40, 10)
    has = has[has.any(axis=1)]
    found = relatedness_density_by_place(study_of(has), side="all", cut=ANY).densities
    expected = densities_without_own(has, co_occurrence(has))
    by_cell = found.sort("place_id", "industry")["value"].to_numpy().reshape(has.shape)
    assert by_cell == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("side", ["internal", "external"])
def test_sides_are_the_industries_a_place_has_and_those_it_lacks(side):
    has = unequal_world(np.random.default_rng(1), 40, 10)
    has = has[has.any(axis=1)]
    found = relatedness_density_by_place(study_of(has), side=side, cut=ANY).densities
    assert found.height == (has.sum() if side == "internal" else (~has).sum())
    assert found["is_present"].all() == (side == "internal")


def test_recovers_the_truth_z_is_standard_normal_when_only_degrees_matter():
    rng = np.random.default_rng(1)
    z = []
    for _ in range(4):
        has = unequal_world(rng, 300, 40)
        together = co_occurrence(has)
        expected, spread = density_by_chance(has, together)
        with np.errstate(invalid="ignore"):
            z.append((densities_without_own(has, together) - expected) / spread)
    z = np.concatenate([part[np.isfinite(part)] for part in z])
    assert z.mean() == pytest.approx(0, abs=0.08)
    assert z.std() == pytest.approx(1, abs=0.06)
    assert np.mean(z > 1.645) == pytest.approx(0.05, abs=0.01)
    assert np.mean(z > 2.576) == pytest.approx(0.005, abs=0.003)


def test_brute_force_mean_and_spread_are_those_of_one_place_dealt_anew():
    rng = np.random.default_rng(2)
    has = unequal_world(rng, 120, 12)
    together = co_occurrence(has)
    expected, spread = density_by_chance(has, together)
    place = int(np.argmin(np.abs(has.sum(axis=1) - 6)))
    row, column = np.nonzero(has)
    dealt, anywhere = has.copy(), np.ones_like(has)
    values = []
    for _ in range(1_500):
        first, second = rng.integers(row.size, size=(2, 4 * row.size))
        swap_events(row, column, dealt, anywhere, first, second)
        other = has.copy()
        other[place] = dealt[place]  # the proximities of the other places stay
        density = densities_without_own(other, co_occurrence(other))[place]
        values.append(np.where(dealt[place], np.nan, density))
    lacks = ~has[place]  # compared with draws in which the place lacks the industry too
    drawn = np.array(values)[:, lacks]
    off = (np.nanmean(drawn, axis=0) - expected[place, lacks]) / spread[place, lacks]
    assert np.abs(off).max() < 0.35
    ratio = np.nanstd(drawn, axis=0) / spread[place, lacks]
    assert ratio.mean() == pytest.approx(1, abs=0.1)


def test_recovers_the_truth_a_place_is_near_to_the_rest_of_its_family():
    rng = np.random.default_rng(3)
    family = np.arange(12) // 4
    taste = rng.integers(3, size=200)
    has = rng.random((200, 12)) < np.where(family == taste[:, None], 0.6, 0.05)
    has = has[has.any(axis=1)]
    found = relatedness_density_by_place(study_of(has), cut=ANY).densities
    above = found.filter(pl.col("status") == ABOVE)
    assert above.height > 30
    own = {f"P{k:03d}": set(np.unique(family[flags])) for k, flags in enumerate(has)}
    inside = [
        int(industry[1:]) // 4 in own[place]
        for place, industry in above.select("place_id", "industry").iter_rows()
    ]
    assert np.mean(inside) > 0.95


def test_an_industry_that_is_only_here_is_near_to_nothing():
    has = np.zeros((6, 4), dtype=bool)
    has[:, :3] = np.random.default_rng(1).random((6, 3)) < 0.6
    has[:, 0] = True
    has[0, 3] = True
    found = relatedness_density_by_place(study_of(has), side="internal", cut=ANY).densities
    alone = found.filter(pl.col("industry") == "I003")
    assert alone["status"].to_list() == [NOTHING_RELATED]
    assert alone["value"].null_count() == 1


def test_text_names_the_surest_pair():
    rng = np.random.default_rng(3)
    family = np.arange(12) // 4
    taste = rng.integers(3, size=100)
    has = rng.random((100, 12)) < np.where(family == taste[:, None], 0.8, 0.1)
    text = str(relatedness_density_by_place(study_of(has), cut=ANY))
    assert "that the place lacks" in text
    assert "is expected" in text
