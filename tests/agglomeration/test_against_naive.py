"""Every measure once more, from its published formula, on inputs nobody chose.

Written from the papers and the docstrings without reading the code: loops and dense matrices,
nothing shared with the package but the functions under test.
"""

from itertools import combinations

import numpy as np
import pytest

import buzzline.agglomeration as measured
from buzzline.agglomeration.quotient_errors import Totals
from buzzline.space.globe import EARTH_RADIUS_KM
from buzzline.space.points import on_plane, on_sphere
from buzzline.space.windows import rectangle

SHAPES = ((3, 2), (7, 5), (12, 12), (40, 9))


def close(found, wanted, tolerance=1e-9):
    """Equal but for rounding; the same numbers are not known."""
    np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)


@pytest.fixture(params=range(len(SHAPES)))
def rng(request):
    return np.random.default_rng(100 + request.param)


@pytest.fixture
def jobs(request, rng):
    """Places by industries, a third of the cells empty, with ties; none is all empty."""
    shape = SHAPES[request.node.callspec.params["rng"]]
    cells = rng.integers(0, 40, shape) * (rng.random(shape) < 0.7)
    cells[0] += 1
    cells[:, 0] += 1
    return cells.astype(float)


def apart(values, weight):
    """Gini as the mean absolute difference of all pairs."""
    share, base = values / values.sum(), weight / weight.sum()
    return abs(np.outer(share, base) - np.outer(base, share)).sum() / 2


def test_concentration_independently(jobs, rng):
    size, people = rng.random(jobs.shape[1]) * 0.3, rng.random(len(jobs)) + 0.1
    for given in (None, people):
        found = measured.concentration_measures(jobs, area_share=given, herfindahl=size)
        x = jobs.sum(axis=1) if given is None else given
        x = x / x.sum()
        for k, (s, h) in enumerate(zip((jobs / jobs.sum(axis=0)).T, size, strict=True)):
            raw = sum((s - x) ** 2) / (1 - sum(x**2))
            large = (sum(s**2) - sum(x**2)) / (1 - sum(x**2))
            held = s[s > 0]
            wanted = {
                "ellison_glaeser": (raw - h) / (1 - h),
                "maurel_sedillot": (large - h) / (1 - h),
                "gini_lorenz": apart(s, x),
                "gini_krugman": apart(s, x) / 2,
                "gini_of_quotients": apart(s / x, np.ones(x.size)),
                "hoover": sum(abs(s - x)) / 2,
                "krugman": sum(abs(s - x)),
                "theil": sum(held * np.log(held / x[s > 0])),
                "herfindahl": sum(s**2),
                "entropy": -sum(held * np.log2(held)),
            }
            close([found[name][k] for name in wanted], list(wanted.values()))


def test_spatial_gini_independently(jobs, rng):
    near = np.triu(rng.random((len(jobs), len(jobs))) < 0.3, 1)
    near |= near.T
    start = np.concatenate([[0], np.cumsum(near.sum(axis=1))]).astype(np.int64)
    to = np.nonzero(near)[1].astype(np.int32)
    found = measured.concentration_measures(jobs, neighbours=(start, to))["spatial_gini"]
    quotient = measured.location_quotients(jobs)
    for k, column in enumerate(quotient.T):
        gap = abs(np.subtract.outer(column, column))
        close(found[k], (gap * ~near).sum() / gap.sum())


def test_mix_of_places_independently(jobs):
    share, whole = jobs / jobs.sum(axis=1, keepdims=True), jobs.sum(axis=0) / jobs.sum()
    quotient = share / whole
    close(measured.location_quotients(jobs), quotient)
    close(measured.hachman(jobs), 1 / (share * quotient).sum(axis=1))
    close(measured.diversity(jobs), (quotient >= 1 - 1e-12).sum(axis=1))
    close(measured.gini_specialisation(jobs), [apart(q, np.ones(q.size)) for q in quotient])
    close(measured.specialisation_coefficient(jobs), abs(share - whole).sum(axis=1) / 2)
    for against in ("whole", "others", "mean_of_others"):
        found = measured.krugman_specialisation(jobs, against=against)
        for place, own in enumerate(share):
            rest = np.delete(jobs, place, axis=0)
            other = {
                "whole": whole,
                "others": rest.sum(axis=0) / rest.sum(),
                "mean_of_others": np.delete(share, place, axis=0).mean(axis=0),
            }
            close(found[place], abs(own - other[against]).sum())


def test_nested_theil_independently(jobs, rng):
    income, people = jobs[:, 0] * rng.random(len(jobs)), rng.random(len(jobs)) + 0.1
    income[-1] = 0
    country = rng.integers(0, 2, len(jobs))
    region = 3 * country + rng.integers(0, 3, len(jobs))

    def inequality(area):
        total, mean = 0.0, (people @ income) / people.sum()
        for one in set(area.tolist()):
            weight = people[area == one].sum()
            level = (people @ (income * (area == one))) / weight / mean
            total += weight / people.sum() * level * np.log(level) if level > 0 else 0
        return total

    found = measured.nested_theil(income, people, areas=[country, region])
    at = [inequality(area) for area in (country, region, np.arange(len(jobs)))]
    close([*found.between, found.within], np.diff([0, *at]))
    close(found.total, measured.theil(income, people))


def test_coagglomeration_independently(jobs, rng):
    share, x = jobs / jobs.sum(axis=0), rng.random(len(jobs)) + 0.1
    x = x / x.sum()
    pairs = (share - x[:, None]).T @ (share - x[:, None]) / (1 - sum(x**2))
    close(measured.pairwise_coagglomeration(jobs, area_share=x), pairs)
    # the published formula, with any sizes of plants whatever: they cancel
    h, w = rng.random(jobs.shape[1]), jobs.sum(axis=0) / jobs.sum()
    gamma = (pairs.diagonal() - h) / (1 - h)
    raw = sum((jobs.sum(axis=1) / jobs.sum() - x) ** 2) / (1 - sum(x**2))
    wanted = (raw - sum(w**2 * h) - sum(gamma * w**2 * (1 - h))) / (1 - sum(w**2))
    close(measured.group_coagglomeration(jobs, area_share=x), wanted)


def test_plants_independently(rng):
    n = 150
    size, place, industry = rng.lognormal(2, 1, n), rng.integers(0, 9, n), np.arange(n) % 4
    size[:5] = 0
    x = rng.random(9) + 0.1
    found = measured.ellison_glaeser(size, place, industry, area_share=x)
    x = x / x.sum()
    for k in range(4):
        z = size[industry == k] / size[industry == k].sum()
        s = np.array([sum(z[place[industry == k] == area]) for area in range(9)])
        x2, x3, h = sum(x**2), sum(x**3), sum(z**2)
        raw = sum((s - x) ** 2)
        close(found.gamma[k], (raw - (1 - x2) * h) / ((1 - x2) * (1 - h)))
        close(found.maurel_sedillot[k], ((sum(s**2) - x2) / (1 - x2) - h) / (1 - h))
        variance = 2 * h**2 * (x2 - 2 * x3 + x2**2) - 2 * sum(z**4) * (x2 - 4 * x3 + 3 * x2**2)
        close(found.z[k], (raw - (1 - x2) * h) / np.sqrt(variance))


def test_shift_share_and_variety_independently(jobs, rng):
    later = np.maximum(jobs + rng.integers(-5, 15, jobs.shape), 0)
    parts = measured.shift_parts(jobs, later)
    all_grow = later.sum() / jobs.sum() - 1
    group = np.arange(jobs.shape[1], dtype=np.int32) % 2
    unrelated, related = measured.related_variety(jobs, group)
    for r, place in enumerate(jobs):
        share, homothetic = place / place.sum(), place.sum() * jobs.sum(axis=0) / jobs.sum()
        for i, before in enumerate(place):
            grow = later[:, i].sum() / jobs[:, i].sum() - 1
            close(parts.national[r, i], before * all_grow)
            close(parts.mix[r, i], before * (grow - all_grow))
            close(parts.regional[r, i], later[r, i] - before * (1 + grow))
            if before > 0:
                own = later[r, i] / before - 1
                close(parts.competitive[r, i], homothetic[i] * (own - grow))
                close(parts.allocation[r, i], (before - homothetic[i]) * (own - grow))
        of_groups = np.array([share[group == g].sum() for g in (0, 1)])
        bits = [-sum(p[p > 0] * np.log2(p[p > 0])) for p in (of_groups, share)]
        close([unrelated[r], related[r]], [bits[0], bits[1] - bits[0]])


@pytest.fixture
def presence(jobs, rng):
    flags = jobs > np.median(jobs)
    flags[0] = flags[:, 0] = True
    return flags


def test_proximity_independently(presence):
    s = presence.shape[1]
    met = np.array(
        [[(presence[:, i] & presence[:, j]).sum() for j in range(s)] for i in range(s)]
    )
    alone, met = met.diagonal(), met * (1.0 - np.eye(s))
    sums, total = met.sum(axis=0), met.sum()
    for i, j in combinations(range(s), 2):
        if met[i, j] == 0:
            continue
        chance = sums[i] / total * sums[j] / (total - sums[i])
        chance += sums[j] / total * sums[i] / (total - sums[j])
        wanted = {
            "conditional": met[i, j] / max(alone[i], alone[j]),
            "association": met[i, j] * total / (sums[i] * sums[j]),
            "probability": met[i, j] / (chance * total / 2),
            "cosine": met[i, j] / np.sqrt(sums[i] * sums[j]),
            "jaccard": met[i, j] / (sums[i] + sums[j] - met[i, j]),
        }
        found = [measured.proximity(presence, kind)[i, j] for kind in wanted]
        close(found, list(wanted.values()))


def test_density_of_one_sided_relatedness_independently(presence, rng):
    near = rng.random((presence.shape[1], presence.shape[1]))
    densities = {
        side: measured.relatedness_density(presence, near, side=side)
        for side in ("all", "internal", "external")
    }
    for (place, i), has in np.ndenumerate(presence):
        weight = np.delete(near[:, i], i)
        wanted = (weight @ np.delete(presence[place], i)) / weight.sum()
        close(densities["all"][place, i], wanted)
        close(densities["internal"][place, i], wanted if has else np.nan)
        close(densities["external"][place, i], np.nan if has else wanted)


def test_complexity_independently():
    for seed in range(4):
        flags = np.random.default_rng(seed).random((30, 11)) < 0.4
        flags[0] = flags[:, 0] = True
        table = flags.astype(float)
        diversity, ubiquity = table.sum(axis=1), table.sum(axis=0)
        found = measured.economic_complexity(flags)
        for matrix, got in (
            ((table / diversity[:, None]) @ (table / ubiquity).T, found.eci),
            ((table / ubiquity).T @ (table / diversity[:, None]), found.pci),
        ):
            values, vectors = np.linalg.eig(matrix)
            second = vectors[:, np.argsort(-values.real)[1]].real
            second = (second - second.mean()) / second.std()
            close(got, second * np.sign(second @ got), 1e-7)
        places, industries = diversity, ubiquity
        for _ in range(5):
            places, industries = table @ industries / diversity, table.T @ places / ubiquity
        close(np.concatenate(measured.reflections(flags, 5)), [*places, *industries])
        fit, hard = np.ones(30), np.ones(11)
        for _ in range(500):
            fit, hard = table @ hard, 1 / (table.T @ (1 / fit))
            fit, hard = fit / fit.mean(), hard / hard.mean()
        close(measured.economic_fitness(flags).fitness, fit, 1e-8)


def test_flows_between_industries_independently(rng):
    flows = rng.integers(1, 9, (6, 6)).astype(float)
    moves = flows * (1 - np.eye(6))
    largest, mean = (
        measured.input_output_relatedness(flows, how) for how in ("largest", "mean")
    )
    labour = measured.labour_flow_relatedness(flows)
    for i, j in combinations(range(6), 2):
        four = [flows[i, j] / flows[:, j].sum(), flows[j, i] / flows[:, i].sum()]
        four += [flows[i, j] / flows[i].sum(), flows[j, i] / flows[j].sum()]
        close([largest[i, j], mean[i, j]], [max(four), sum(four) / 4])
        expected = moves[i].sum() * moves[:, j].sum() + moves[j].sum() * moves[:, i].sum()
        ratio = (moves[i, j] + moves[j, i]) * moves.sum() / expected
        close(labour[i, j], (ratio - 1) / (ratio + 1))


def test_clusters_without_the_industry_independently(jobs):
    cluster = np.arange(jobs.shape[1], dtype=np.int32) % 2
    totals = Totals(jobs.sum(axis=1), jobs.sum(axis=0), jobs.sum())
    found = measured.outside_quotients(jobs, cluster, totals)
    for (r, i), _ in np.ndenumerate(jobs):
        others = (cluster == cluster[i]) & (np.arange(cluster.size) != i)
        here, all_over = (
            jobs[r, others].sum() / jobs[r].sum(),
            jobs[:, others].sum() / jobs.sum(),
        )
        close(found[r, i], here / all_over if others.any() else np.nan)


def arcs(longitude, latitude):
    """Great circles by the haversine formula. (n, n) float64 [km]."""
    east, north = np.radians(longitude), np.radians(latitude)
    squares = (
        np.sin(np.subtract.outer(north, north) / 2) ** 2
        + np.outer(np.cos(north), np.cos(north))
        * np.sin(np.subtract.outer(east, east) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(squares, 0, 1)))


@pytest.fixture(params=["plane", "metres", "date line", "pole", "globe"])
def located(request):
    """Points, their distances by another formula, and where to look."""
    rng = np.random.default_rng(5)
    one, two = rng.random(60), rng.random(60)
    one[3:7], two[3:7] = one[3], two[3]  # at one place
    if request.param in ("plane", "metres"):
        far = {"plane": (100, 0), "metres": (1e5, 6.5e6)}[request.param]
        x, y = one * far[0] + far[1], two * far[0] + far[1]
        gaps = np.hypot(np.subtract.outer(x, x), np.subtract.outer(y, y))
        return on_plane(x, y), gaps, np.array([1, 10, 25, 60]) * far[0] / 100
    east, north, km = {
        "date line": ((178 + 4 * one + 180) % 360 - 180, 3 * two, [5, 50, 120, 300]),
        "pole": (360 * one, np.minimum(88 + 2.1 * two, 90), [5, 50, 120, 300]),
        "globe": (360 * one, np.degrees(np.arcsin(2 * two - 1)), [500, 3e3, 9e3, 20e3]),
    }[request.param]
    return on_sphere(east, north), arcs(east, north), np.array(km, dtype=float)


def m_by_loops(gaps, marks, radii, kernel):
    """M around each reference point, and over all of them, with any kernel of distance."""
    reference, sought, compared, weight = marks
    local = np.full((reference.sum(), radii.size), np.nan)
    whole = np.full(radii.size, np.nan)
    for k, radius in enumerate(radii):
        above = below = 0.0
        for row, i in enumerate(np.flatnonzero(reference)):
            counted = weight * kernel(gaps[i], radius)
            counted[i] = 0
            if (around := counted[compared].sum()) > 0:
                others = np.delete(np.arange(weight.size), i)
                overall = weight[others[sought[others]]].sum()
                overall /= weight[others[compared[others]]].sum()
                ratio = counted[sought].sum() / around
                local[row, k] = ratio / overall
                above, below = above + ratio, below + overall
        whole[k] = above / below if below else np.nan
    return whole, local


def test_m_of_two_industries_independently(located):
    points, gaps, radii = located
    rng = np.random.default_rng(6)
    a, b, controls = rng.random((3, 60)) < [[0.3], [0.4], [0.6]]
    weight = rng.lognormal(0, 1, 60) * (rng.random(60) < 0.9)
    everybody = np.ones(60, dtype=bool)
    for sought, compared in (
        (a, everybody),
        (b, everybody),
        (b & ~a, everybody),
        (b, controls),
    ):
        choice = {"neighbours": sought, "weight": weight}
        within, around = m_by_loops(
            gaps, (a, sought, compared, weight), radii, lambda gap, radius: gap <= radius
        )
        of = None if compared is everybody else compared
        close(measured.marcon_puech_m(points, a, radii, controls=of, **choice), within)
        close(measured.local_m(points, a, radii, controls=of, **choice), around)
        if of is None:
            width = radii[1]  # tails beyond seven bandwidths are not counted: 1e-11 of the peak
            smooth, _ = m_by_loops(
                gaps, (a, sought, compared, weight), radii,
                lambda gap, radius, width=width: np.exp(-(((gap - radius) / width) ** 2) / 2),
            )  # fmt: skip
            found = measured.lang_m(points, a, radii, bandwidth_km=width, **choice)
            close(found, smooth, 2e-6)


def test_k_and_k_density_independently(located):
    points, gaps, radii = located
    weight, width = np.random.default_rng(7).lognormal(0, 1, 60), radii[1]
    if points.is_sphere:
        within = [(gaps <= radius).sum() - 60 for radius in radii]
        area = 4 * np.pi * EARTH_RADIUS_KM**2
        close(measured.ripley_k(points, radii), area * np.array(within) / (60 * 59))
    for one in (np.ones(60), weight):
        i, j = np.triu_indices(60, 1)
        pair = one[i] * one[j]
        wanted = [
            sum(
                pair @ np.exp(-(((radius + sign * gaps[i, j]) / width) ** 2) / 2)
                for sign in (-1, 1)
            )
            / (np.sqrt(2 * np.pi) * width * pair.sum())
            for radius in radii
        ]
        found = measured.kdensity_at(points, radii, weights=one, bandwidth_km=width)
        np.testing.assert_allclose(found, wanted, atol=5e-4 * max(wanted))  # a grid, not a sum


def test_pair_correlation_independently():
    rng = np.random.default_rng(8)
    x, y, half, area = rng.random(40) * 10, rng.random(40) * 4, 0.3 * np.sqrt(5), 40.0
    gaps = np.hypot(np.subtract.outer(x, x), np.subtract.outer(y, y)) + np.diag(
        np.full(40, 99.0)
    )
    window, radii = rectangle((0, 10), (0, 4)), np.array([0.5, 1, 2])
    for divisor in ("r", "d"):
        found = measured.pair_correlation(
            on_plane(x, y), radii, window, correction="none", bandwidth_km=0.3, divisor=divisor
        )
        for radius, value in zip(radii, found, strict=True):
            kernel = np.maximum(0.75 / half * (1 - ((radius - gaps) / half) ** 2), 0)
            ring = 2 * np.pi * (radius if divisor == "r" else gaps)
            close(value, area * (kernel / ring).sum() / (40 * 39))
