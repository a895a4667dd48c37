"""How concentrated is it, and would chance do the same?"""

from buzzline.agglomeration.areas import near_places
from buzzline.agglomeration.cluster_rules import (
    StrongRule,
    cluster_stars,
    expected_howard_index,
    howard_index,
    litzenberger_sternberg,
    strong_cells,
)
from buzzline.agglomeration.cluster_strength import ClusterStrength, cluster_strength
from buzzline.agglomeration.coagglomeration import (
    Coagglomeration,
    coagglomeration,
    group_coagglomeration,
    pairwise_coagglomeration,
)
from buzzline.agglomeration.complexity import Complexity, complexity
from buzzline.agglomeration.complexity_indices import (
    economic_complexity,
    economic_fitness,
    reflections,
)
from buzzline.agglomeration.concentration import Concentration, concentration
from buzzline.agglomeration.concentration_measures import (
    concentration_measures,
    krugman_against_others,
)
from buzzline.agglomeration.curve_tests import CurveAgainstChance
from buzzline.agglomeration.degree_null import against_degrees, against_ubiquity
from buzzline.agglomeration.density import relatedness_density
from buzzline.agglomeration.density_by_place import (
    DensityByPlace,
    relatedness_density_by_place,
)
from buzzline.agglomeration.dispersion import (
    atkinson,
    coefficient_of_variation,
    coulter_index,
    dalton_index,
    equivalent_number,
    normalised_herfindahl,
    relative_diversity,
    williamson_index,
)
from buzzline.agglomeration.ellison_glaeser import (
    EllisonGlaeser,
    dartboard_gammas,
    ellison_glaeser,
)
from buzzline.agglomeration.employment import (
    EmploymentMatrix,
    Plants,
    by_cluster,
    employment_matrix,
    in_common,
    plants_of,
    vintage_gap,
)
from buzzline.agglomeration.entry import IndustryEntry, industry_entry
from buzzline.agglomeration.grouped_plants import grouped_herfindahl
from buzzline.agglomeration.growth_regression import growth_regression
from buzzline.agglomeration.hot_spots import HotSpots, hot_spots
from buzzline.agglomeration.hot_spots_of_points import (
    LocalAgainstChance,
    local_m_against_chance,
)
from buzzline.agglomeration.income_content import income_content
from buzzline.agglomeration.industry_flows import Flows, flows_of
from buzzline.agglomeration.industry_groups import IndustryGroups, industry_groups
from buzzline.agglomeration.industry_search import GroupSearch
from buzzline.agglomeration.inequality import Inequality, inequality
from buzzline.agglomeration.inter_industry import (
    correlation_interval,
    input_output_relatedness,
    locational_correlation,
    occupational_relatedness,
)
from buzzline.agglomeration.kdensity import KDensity, kdensity
from buzzline.agglomeration.labour_flows import (
    labour_flow_relatedness,
    move_interval,
    move_p_values,
)
from buzzline.agglomeration.m_curves import MCurves
from buzzline.agglomeration.m_function import m_density, m_function
from buzzline.agglomeration.mix_indices import (
    diversity,
    gini_specialisation,
    hachman,
    krugman_specialisation,
    specialisation_coefficient,
)
from buzzline.agglomeration.points_against_chance import (
    kdensity_against_chance,
    m_against_chance,
    m_density_against_chance,
)
from buzzline.agglomeration.proximity import (
    co_occurrence,
    correlation_proximity,
    proximity,
    proximity_interval,
    relatedness_of,
)
from buzzline.agglomeration.quotient_errors import evenness_p, quotient_interval
from buzzline.agglomeration.regional_mix import Specialisation, specialisation
from buzzline.agglomeration.relatedness import Relatedness, relatedness
from buzzline.agglomeration.relative import lang_m, local_m, marcon_puech_m
from buzzline.agglomeration.ripley import (
    besag_l,
    cross_k,
    diggle_chetwynd_d,
    inhomogeneous_k,
    mark_weighted_k,
    pair_correlation,
    ripley_k,
)
from buzzline.agglomeration.ripley_against_chance import Seen, ripley_against_chance
from buzzline.agglomeration.ripley_curves import RipleyCurves, ripley
from buzzline.agglomeration.sampling import Sampling
from buzzline.agglomeration.shares import entropy, gini, herfindahl
from buzzline.agglomeration.shift_parts import ShiftShare, dynamic_shift_parts, shift_parts
from buzzline.agglomeration.shift_share import ShiftShares, shift_share
from buzzline.agglomeration.smoothing import kdensity_at, kdensity_bandwidth_km
from buzzline.agglomeration.specialisation import (
    LocationQuotients,
    location_quotients,
    location_quotients_by_place,
)
from buzzline.agglomeration.strength_measures import (
    neighbour_strength,
    outside_quotients,
    related_clusters,
    related_strength,
)
from buzzline.agglomeration.strong_clusters import StrongClusters, strong_clusters
from buzzline.agglomeration.theil import nested_theil, theil
from buzzline.agglomeration.validation_scores import Scores, validation_scores
from buzzline.agglomeration.variety import Variety, related_variety, variety
from buzzline.space.points import Points, on_plane, on_sphere
from buzzline.space.windows import Window, polygon, rectangle

__all__ = [
    "ClusterStrength",
    "Coagglomeration",
    "Complexity",
    "Concentration",
    "CurveAgainstChance",
    "DensityByPlace",
    "EllisonGlaeser",
    "EmploymentMatrix",
    "Flows",
    "GroupSearch",
    "HotSpots",
    "IndustryEntry",
    "IndustryGroups",
    "Inequality",
    "KDensity",
    "LocalAgainstChance",
    "LocationQuotients",
    "MCurves",
    "Plants",
    "Points",
    "Relatedness",
    "RipleyCurves",
    "Sampling",
    "Scores",
    "Seen",
    "ShiftShare",
    "ShiftShares",
    "Specialisation",
    "StrongClusters",
    "StrongRule",
    "Variety",
    "Window",
    "against_degrees",
    "against_ubiquity",
    "atkinson",
    "besag_l",
    "by_cluster",
    "cluster_stars",
    "cluster_strength",
    "co_occurrence",
    "coagglomeration",
    "coefficient_of_variation",
    "complexity",
    "concentration",
    "concentration_measures",
    "correlation_interval",
    "correlation_proximity",
    "coulter_index",
    "cross_k",
    "dalton_index",
    "dartboard_gammas",
    "diggle_chetwynd_d",
    "diversity",
    "dynamic_shift_parts",
    "economic_complexity",
    "economic_fitness",
    "ellison_glaeser",
    "employment_matrix",
    "entropy",
    "equivalent_number",
    "evenness_p",
    "expected_howard_index",
    "flows_of",
    "gini",
    "gini_specialisation",
    "group_coagglomeration",
    "grouped_herfindahl",
    "growth_regression",
    "hachman",
    "herfindahl",
    "hot_spots",
    "howard_index",
    "in_common",
    "income_content",
    "industry_entry",
    "industry_groups",
    "inequality",
    "inhomogeneous_k",
    "input_output_relatedness",
    "kdensity",
    "kdensity_against_chance",
    "kdensity_at",
    "kdensity_bandwidth_km",
    "krugman_against_others",
    "krugman_specialisation",
    "labour_flow_relatedness",
    "lang_m",
    "litzenberger_sternberg",
    "local_m",
    "local_m_against_chance",
    "location_quotients",
    "location_quotients_by_place",
    "locational_correlation",
    "m_against_chance",
    "m_density",
    "m_density_against_chance",
    "m_function",
    "marcon_puech_m",
    "mark_weighted_k",
    "move_interval",
    "move_p_values",
    "near_places",
    "neighbour_strength",
    "nested_theil",
    "normalised_herfindahl",
    "occupational_relatedness",
    "on_plane",
    "on_sphere",
    "outside_quotients",
    "pair_correlation",
    "pairwise_coagglomeration",
    "plants_of",
    "polygon",
    "proximity",
    "proximity_interval",
    "quotient_interval",
    "rectangle",
    "reflections",
    "related_clusters",
    "related_strength",
    "related_variety",
    "relatedness",
    "relatedness_density",
    "relatedness_density_by_place",
    "relatedness_of",
    "relative_diversity",
    "ripley",
    "ripley_against_chance",
    "ripley_k",
    "shift_parts",
    "shift_share",
    "specialisation",
    "specialisation_coefficient",
    "strong_cells",
    "strong_clusters",
    "theil",
    "validation_scores",
    "variety",
    "vintage_gap",
    "williamson_index",
]
