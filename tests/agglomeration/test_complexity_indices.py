import json

import numpy as np
import polars as pl
import pytest

from buzzline.agglomeration import (
    economic_complexity,
    economic_fitness,
    income_content,
    reflections,
)
from buzzline.agglomeration.complexity_indices import complexity_sign
from buzzline.errors import InvalidArgument

FILES = "EconGeo_cbp19_metro_mfg4_"


def standardised(values):
    return (values - values.mean()) / values.std()


def numbers(shared_data, name):
    path = shared_data.parent / "reference" / "reference_values" / f"{FILES}{name}.csv"
    frame = pl.read_csv(path, null_values="NA", infer_schema_length=None)
    return frame.drop(frame.columns[0]).to_numpy()


def present(jobs):
    share = jobs / jobs.sum(axis=1, keepdims=True)
    return share >= jobs.sum(axis=0) / jobs.sum() * (1 - 1e-12)


@pytest.fixture(scope="module")
def econgeo(shared_data):
    path = shared_data.parent / "reference" / "measurement" / "econgeo.json"
    return json.loads(path.read_text())["items"]


@pytest.fixture(scope="module")
def peers(project_root):
    path = project_root / "tests" / "references" / "relatedness_peers.json"
    return {name: np.array(value) for name, value in json.loads(path.read_text()).items()}


def flags_of(item):
    matrix = np.array(item["input"]["mat"], dtype=float)
    return present(matrix) if item["input"]["RCA"] else matrix.astype(bool)


def some_flags(seed=0, places=70, industries=50):
    rng = np.random.default_rng(seed)
    steps = np.subtract.outer(np.linspace(0, 4, places), np.linspace(0, 4, industries))
    return rng.random((places, industries)) < 1 / (1 + np.exp(-steps))


def test_another_package_econgeo_examples_of_kci_and_tci(econgeo):
    items = [item for item in econgeo if item["fn"] in ("KCI", "TCI")]
    assert len(items) == 6
    for item in items:
        found = economic_complexity(flags_of(item))
        ours = found.eci if item["fn"] == "KCI" else found.pci
        theirs = standardised(np.array(item["value"]))
        # EconGeo fixes no sign; it rounds before the eigenvectors, hence the tolerance
        assert min(np.abs(ours - theirs).max(), np.abs(ours + theirs).max()) < 1e-3


def test_another_package_econgeo_on_manufacturing_of_383_metros(shared_data):
    flags = numbers(shared_data, "rca_bin").astype(bool)
    found = economic_complexity(flags)
    kci = standardised(numbers(shared_data, "KCI")[:, -1].astype(float))
    tci = standardised(numbers(shared_data, "TCI")[:, 0].astype(float))
    # Rounded to four decimals before eigenvectors: city entries are about 0.003, industry 0.01
    assert np.corrcoef(found.eci, kci)[0, 1] > 0.9999
    assert np.abs(found.eci - kci).max() < 0.025
    assert np.corrcoef(found.pci, tci)[0, 1] > 0.99999


def test_another_package_econgeo_reflections(econgeo, shared_data):
    checked = 0
    for item in econgeo:
        if not item["fn"].startswith("MOR"):
            continue
        steps = int(item["fn"].removesuffix(")").split("=")[1])
        found = reflections(flags_of(item), steps)[0 if item["fn"][3] == "c" else 1]
        if steps >= 3:  # EconGeo then stretches to 0..100
            found = 100 * (found - found.min()) / np.ptp(found)
        assert found == pytest.approx(np.array(item["value"], dtype=float), abs=1e-9)
        checked += 1
    assert checked == 24
    places = reflections(numbers(shared_data, "rca_bin").astype(bool), 20)[0]
    stretched = 100 * (places - places.min()) / np.ptp(places)
    theirs = numbers(shared_data, "MORc20")[:, 0].astype(float)
    assert stretched == pytest.approx(theirs, abs=1e-5)  # differences shrink by 0.25^10 first


def test_another_package_ecomplexity_and_econcomplex(peers):
    found = economic_complexity(present(peers["jobs"]))
    assert found.eci == pytest.approx(peers["econcomplex_eci"], abs=1e-9)
    assert found.eci == pytest.approx(standardised(peers["ecomplexity_eci"]), abs=1e-9)
    assert found.pci == pytest.approx(standardised(peers["ecomplexity_pci"]), abs=1e-9)


def test_industries_point_the_same_way_as_places_where_econcomplex_turns_them(peers):
    flags = present(peers["jobs"])
    found = economic_complexity(flags)
    mean_of_industries = (flags @ found.pci) / flags.sum(axis=1)
    assert np.corrcoef(found.eci, mean_of_industries)[0, 1] == pytest.approx(1)
    theirs = (flags @ peers["econcomplex_pci"]) / flags.sum(axis=1)
    assert np.corrcoef(peers["econcomplex_eci"], theirs)[0, 1] == pytest.approx(-1)


def test_another_package_econcomplex_fitness(peers):
    found = economic_fitness(present(peers["jobs"]))
    assert found.has_settled
    assert found.fitness == pytest.approx(peers["econcomplex_fitness"], rel=1e-6)
    assert found.complexity == pytest.approx(peers["econcomplex_complexity"], rel=1e-6)


@pytest.mark.parametrize("shape", [(70, 50), (40, 90), (30, 12)])
def test_brute_force_all_eigenvectors_of_the_unsymmetric_matrix(shape):
    flags = some_flags(1, *shape)
    flags = flags[flags.any(axis=1)][:, flags.any(axis=0)]
    found = economic_complexity(flags)
    near = flags.astype(float)
    steps = (near / near.sum(axis=1, keepdims=True)) @ (near / near.sum(axis=0)).T
    values, vectors = np.linalg.eig(steps)
    second = np.argsort(-values.real)[1]
    theirs = standardised(vectors[:, second].real)
    assert found.eigenvalue == pytest.approx(values[second].real, abs=1e-9)
    assert np.abs(np.corrcoef(found.eci, theirs)[0, 1]) == pytest.approx(1, abs=1e-9)


def test_invariant_places_and_industries_may_come_in_any_order():
    flags = some_flags()
    rng = np.random.default_rng(1)
    rows, columns = rng.permutation(flags.shape[0]), rng.permutation(flags.shape[1])
    one, other = economic_complexity(flags), economic_complexity(flags[np.ix_(rows, columns)])
    assert other.eci == pytest.approx(one.eci[rows], abs=1e-8)
    assert other.pci == pytest.approx(one.pci[columns], abs=1e-8)


def test_invariant_a_warm_start_gives_the_same_answer():
    flags = some_flags(0, 80, 60)
    found = economic_complexity(flags)
    again = economic_complexity(some_flags(0, 80, 60), start=economic_complexity(flags).pci)
    assert again.eci == pytest.approx(found.eci, abs=1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_invariant_without_sizes_complexity_goes_with_diversity(seed):
    flags = np.random.default_rng(seed).random((40, 15)) < 0.4
    found = economic_complexity(flags)
    assert found.decided_by == "diversity"
    assert np.corrcoef(found.eci, flags.sum(axis=1))[0, 1] > 0


def test_special_case_many_reflections_order_places_as_complexity_does():
    flags = some_flags(3)
    places = reflections(flags, 20)[0]  # an even number keeps the sign of diversity
    found = economic_complexity(flags).eci
    assert np.corrcoef(places, found)[0, 1] > 0.999
    # what is left of the third vector after 20 steps: (0.0633 / 0.0693)^10 of it
    assert np.corrcoef(reflections(flags, 6)[0], found)[0, 1] < np.corrcoef(places, found)[0, 1]


def metropolis():
    """Towns share everyday industries; the largest place has few and rare ones, as London."""
    rng = np.random.default_rng(1)
    flags = np.zeros((60, 40), dtype=bool)
    rarity = np.linspace(0, 1, 40)
    for k, rank in enumerate(np.linspace(0, 1, 60)):
        # the more central, the rarer and the fewer the industries that stand out
        flags[k] = rng.random(40) < 0.65 * np.exp(-(((rarity - rank) / 0.3) ** 2)) * (
            1 - 0.5 * rank
        )
    flags = flags & flags.any(axis=1, keepdims=True)
    size = np.exp(3 + 5 * np.linspace(0, 1, 60))
    return flags, size


def test_recovers_the_truth_a_large_specialised_metropolis_does_not_come_out_last():
    flags, size = metropolis()
    by_size = economic_complexity(flags, size)
    by_diversity = economic_complexity(flags)
    assert by_size.decided_by == "size"
    assert np.nanmax(by_size.eci[-5:]) > 1
    assert np.nanmin(by_diversity.eci[-5:]) < -1  # where the usual rule puts it


def test_by_hand_sign_rules_in_their_order():
    eci, diversity = np.array([2.0, -1, -1]), np.array([1.0, 5, 6])
    assert complexity_sign(eci, diversity) == (-1, "diversity")
    assert complexity_sign(eci, diversity, np.array([100.0, 1, 1])) == (1, "size")
    assert complexity_sign(eci, diversity, np.array([7.0, 7, 7])) == (-1, "diversity")
    assert complexity_sign(eci, np.ones(3), np.full(3, np.nan)) == (1, "nothing")


def test_special_case_parts_that_share_nothing_leave_the_smaller_unmeasured():
    flags = np.zeros((30, 18), dtype=bool)
    flags[:24, :14] = some_flags(2, 24, 14)
    flags[24:29, 14:17] = True
    found = economic_complexity(flags)
    assert np.isnan(found.eci[24:]).all()
    assert np.isnan(found.pci[14:]).all()
    inside = economic_complexity(flags[:24, :14])
    assert found.eci[:24] == pytest.approx(inside.eci, nan_ok=True)
    assert not found.place_connected[24:].any()


def test_special_case_equal_eigenvalues_tell_no_line_apart():
    flags = np.array([np.roll([1, 1, 0, 0, 0], k) for k in range(5)], dtype=bool)
    found = economic_complexity(flags)  # places round a circle: no end is more complex
    assert np.isnan(found.eci).all()
    assert found.gap == pytest.approx(0, abs=1e-9)


def test_special_case_too_few_connected_places():
    found = economic_complexity(np.eye(4, dtype=bool))
    assert np.isnan(found.eci).all()
    assert np.isnan(found.gap)


def test_by_hand_nested_places_get_fitter_step_by_step():
    fitness = economic_fitness(some_flags(5, 30, 30)).fitness
    assert np.nanmean(fitness) == pytest.approx(1)
    nested = economic_fitness(np.tri(3, dtype=bool), steps=50)
    # the least diverse place falls for ever: it is not settled, and said so
    assert not nested.has_settled
    assert np.isnan(nested.fitness[0])


def test_fitness_of_nothing_is_not_measured():
    found = economic_fitness(np.zeros((3, 2), dtype=bool))
    assert np.isnan(found.fitness).all()
    assert not found.has_settled


def test_another_package_econgeo_prody_and_expy_but_for_its_rounding(econgeo):
    items = {item["fn"]: item for item in econgeo}
    jobs = np.array(items["prody"]["input"]["mat"], dtype=float)
    income = np.array(items["prody"]["input"]["vec"], dtype=float)
    prody, expy = income_content(jobs, income)
    assert prody == pytest.approx(np.array(items["prody"]["value"][0]), abs=0.1)
    assert expy == pytest.approx(np.array(items["expy"]["value"][0]), abs=0.1)
    # with location quotients rounded to two decimals, as EconGeo does, every digit agrees
    share = jobs / jobs.sum(axis=1, keepdims=True)
    rounded = np.round(share / (jobs.sum(axis=0) / jobs.sum()), 2)
    theirs = (rounded.T @ income) / rounded.sum(axis=0)
    assert theirs == pytest.approx(np.array(items["prody"]["value"][0]), abs=1e-12)


def test_incomes_must_be_one_a_place():
    with pytest.raises(InvalidArgument, match="1 incomes for 2 places"):
        income_content(np.ones((2, 2)), np.ones(1))
