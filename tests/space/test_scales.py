import pytest

from buzzline.errors import InvalidArgument
from buzzline.space.scales import Cutoffs


def test_cutoffs_must_grow():
    with pytest.raises(InvalidArgument, match="smaller than regional_km"):
        Cutoffs(200, 50)


def test_a_third_smaller_and_larger():
    assert Cutoffs(30, 90).times(2) == Cutoffs(60, 180)
