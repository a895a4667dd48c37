"""Do the published models of learning come out as published?"""

from buzzline.simulation.classics.barter import BarterRules, Rest, barter
from buzzline.simulation.classics.best_of_many import best_of, visible_needed
from buzzline.simulation.classics.cowan_jonard import CowanJonard, cowan_jonard
from buzzline.simulation.classics.groups import ManySmallGroups, many_small_groups
from buzzline.simulation.classics.many_small import (
    ManySmallOrOneLarge,
    many_small_or_one_large,
)
from buzzline.simulation.classics.march import (
    MarchLearning,
    MarchRules,
    learning_history,
    march_learning,
)
from buzzline.simulation.classics.march_mixed import MarchMixedLearning, march_mixed_learning
from buzzline.simulation.classics.march_turbulence import MarchTurbulence, march_turbulence
from buzzline.simulation.classics.two_clusters import TwoClusters, two_clusters_with_pipelines

__all__ = [
    "BarterRules",
    "CowanJonard",
    "ManySmallGroups",
    "ManySmallOrOneLarge",
    "MarchLearning",
    "MarchMixedLearning",
    "MarchRules",
    "MarchTurbulence",
    "Rest",
    "TwoClusters",
    "barter",
    "best_of",
    "cowan_jonard",
    "learning_history",
    "many_small_groups",
    "many_small_or_one_large",
    "march_learning",
    "march_mixed_learning",
    "march_turbulence",
    "two_clusters_with_pipelines",
    "visible_needed",
]
