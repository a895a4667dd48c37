from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from buzzline import scale_balance, scale_profile
from buzzline.analysis import (
    CATALOGUE,
    NOT_ASKED,
    VERSION,
    NotMade,
    Provenance,
    analysis,
    maker_of,
    optional_things_of,
    result_names,
    things_of,
)
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument
from buzzline.quantities import Share
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world


@dataclass(frozen=True)
class Doubled:
    value: float
    provenance: Provenance | None = None


@pytest.fixture
def doubled():
    @analysis("tests", "How much is twice a share?")
    def twice(x: float, *, level: Share = 0.5, rng: int | None = None) -> Doubled:
        return Doubled(2 * level * x)

    yield twice
    del CATALOGUE["twice"]


def test_by_hand_what_an_analysis_takes_is_told_from_its_choices(doubled):
    assert things_of(CATALOGUE["twice"]) == {"x": float}
    assert things_of(CATALOGUE["scale_balance"]) == {"study": Study, "clustering": Clustering}
    assert maker_of(Doubled) is CATALOGUE["twice"]
    assert maker_of(Clustering) is CATALOGUE["candidate_clusters"]
    assert maker_of(Study) is None


@pytest.fixture
def summed(doubled):
    @analysis("tests", "How much is both together?")
    def both(x: float, *, other: Doubled | NotMade = NOT_ASKED, times: Share = 1.0) -> Doubled:
        return Doubled(x + (0 if isinstance(other, NotMade) else times * other.value))

    yield both
    del CATALOGUE["both"]


def test_by_hand_a_result_that_may_be_missing_is_no_choice(doubled, summed):
    item = CATALOGUE["both"]
    assert optional_things_of(item) == {"other": Doubled}
    assert list(item.choices) == ["times"]
    assert things_of(item) == {"x": float}
    assert summed(1.0).value == 1.0
    assert summed(1.0, other=doubled(3.0)).value == 4.0
    without = summed(1.0, other=NotMade("there is no tie"))
    assert without.provenance.arguments["other"] == "not made: there is no tie"
    with pytest.raises(InvalidArgument, match="`other` must be a Doubled, got float"):
        summed(1.0, other=2.0)


def test_bounds_are_checked_and_named_with_their_unit(doubled):
    with pytest.raises(InvalidArgument, match="`level` must lie between 0 and 1 share, got 95"):
        doubled(1.0, level=95)


def test_provenance_carries_arguments_and_a_seed_that_reproduces(doubled):
    stamp = doubled(3.0).provenance
    assert stamp.arguments["level"] == 0.5
    assert isinstance(stamp.seed, int)
    assert doubled(3.0, rng=stamp.seed).provenance.seed == stamp.seed


def test_the_bare_function_stays_reachable(doubled):
    assert doubled.__wrapped__(3.0, level=0.5).value == 3.0
    assert CATALOGUE["twice"].quantities["level"].unit == "share"


def test_by_hand_a_path_is_no_study_and_it_is_said_what_makes_one():
    for item in CATALOGUE.values():
        if item.stage != "agglomeration":
            continue
        with pytest.raises(InvalidArgument, match="Use `read_study` first") as raised:
            item.function("my-region")
        assert "`study` must be a Study, got str 'my-region'" in str(raised.value)


def test_by_hand_a_study_is_no_clustering_and_it_is_said_what_makes_one():
    study = make_world(organisations=50, clusters=1, rng=1).study
    with pytest.raises(InvalidArgument, match="Use `candidate_clusters` first"):
        scale_balance(study, study)


def test_by_hand_a_record_of_another_kind_is_refused():
    study = make_world(organisations=50, clusters=1, rng=1).study
    with pytest.raises(InvalidArgument, match="`cutoffs` must be a Cutoffs, got tuple"):
        scale_profile(study, cutoffs=(50, 200))


def test_by_hand_answers_are_named_after_their_analysis_and_numbered(toy_answer):
    first, second, other = (
        toy_answer("kdensity"),
        toy_answer("kdensity"),
        toy_answer("ripley"),
    )
    assert result_names([first, other, second]) == ["kdensity", "ripley", "kdensity_2"]
    assert result_names([]) == []


def test_special_case_an_answer_made_by_hand_has_no_name(toy_answer):
    with pytest.raises(InvalidArgument, match="does not say which analysis made it"):
        result_names([toy_answer(None)])


@pytest.fixture
def toy_answer():
    def made(name):
        stamp = Provenance(name, {}, "", None, VERSION, 0.0) if name else None
        return SimpleNamespace(provenance=stamp)

    return made
