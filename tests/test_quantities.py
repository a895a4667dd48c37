import math

from buzzline.quantities import Quantity


def test_bounds_are_closed_and_nan_is_outside():
    share = Quantity("share", 0, 1)
    assert share.holds(0)
    assert share.holds(1)
    assert not share.holds(1.01)
    assert not share.holds(math.nan)
    assert str(share) == "between 0 and 1 share"
