"""What could happen: localised learning, simulated on the user's own network."""

from buzzline.simulation.classics import (
    cowan_jonard,
    many_small_or_one_large,
    march_learning,
    march_mixed_learning,
    march_turbulence,
    two_clusters_with_pipelines,
)
from buzzline.simulation.sensitivity import sensitivity_morris
from buzzline.simulation.sensitivity_shares import sensitivity_sobol

__all__ = [
    "cowan_jonard",
    "many_small_or_one_large",
    "march_learning",
    "march_mixed_learning",
    "march_turbulence",
    "sensitivity_morris",
    "sensitivity_sobol",
    "two_clusters_with_pipelines",
]
