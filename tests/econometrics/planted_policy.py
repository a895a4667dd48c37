"""Made-up policies for tests and the recovery study; the study beneath is made once."""

from functools import cache

from buzzline.tables.study import Study
from buzzline.tables.worlds import PolicyPlan, make_world, plant_policy

PROGRAMME = "programme"


@cache
def bare(organisations: int = 300) -> Study:
    return make_world(organisations=organisations, clusters=2, rng=1).study


def planted(rng: int = 1, organisations: int = 300, **plan):
    """Return a study with a policy, and its truth."""
    return plant_policy(bare(organisations), PolicyPlan(**plan), rng=rng)
