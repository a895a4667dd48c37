from dataclasses import dataclass

import pytest

from buzzline.analysis import CATALOGUE, Provenance, analysis
from buzzline.errors import InvalidArgument
from buzzline.quantities import Share


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
