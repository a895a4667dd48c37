"""What could happen: localised learning, simulated on the user's own network."""

from buzzline.simulation.calibration import calibrate
from buzzline.simulation.classics import (
    cowan_jonard,
    many_small_groups,
    many_small_or_one_large,
    march_learning,
    march_mixed_learning,
    march_turbulence,
    two_clusters_with_pipelines,
)
from buzzline.simulation.deciding_worlds import deciding_worlds
from buzzline.simulation.gallery import world_of_gallery
from buzzline.simulation.observing import observed_world
from buzzline.simulation.sensitivity import sensitivity_morris
from buzzline.simulation.sensitivity_shares import sensitivity_sobol
from buzzline.simulation.simulate import simulate
from buzzline.simulation.starting import world_of_settings, world_of_study
from buzzline.simulation.stylised_facts import stylised_facts
from buzzline.simulation.surface import response_surface
from buzzline.simulation.switch_factorial import switch_factorial

__all__ = [
    "calibrate",
    "cowan_jonard",
    "deciding_worlds",
    "many_small_groups",
    "many_small_or_one_large",
    "march_learning",
    "march_mixed_learning",
    "march_turbulence",
    "observed_world",
    "response_surface",
    "sensitivity_morris",
    "sensitivity_sobol",
    "simulate",
    "stylised_facts",
    "switch_factorial",
    "two_clusters_with_pipelines",
    "world_of_gallery",
    "world_of_settings",
    "world_of_study",
]
