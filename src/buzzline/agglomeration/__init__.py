"""How concentrated is it, and would chance do the same?"""

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
    income_content,
    reflections,
)
from buzzline.agglomeration.concentration import Concentration, concentration
from buzzline.agglomeration.concentration_measures import (
    concentration_measures,
    krugman_against_others,
)
from buzzline.agglomeration.degree_null import against_degrees, against_ubiquity
from buzzline.agglomeration.density import relatedness_density
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
from buzzline.agglomeration.hot_spots import HotSpots, hot_spots
from buzzline.agglomeration.inequality import Inequality, inequality
from buzzline.agglomeration.m_curves import MCurves
from buzzline.agglomeration.m_function import m_density, m_function
from buzzline.agglomeration.proximity import (
    co_occurrence,
    correlation_proximity,
    proximity,
    proximity_interval,
    relatedness_of,
)
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
from buzzline.agglomeration.ripley_curves import RipleyCurves, ripley
from buzzline.agglomeration.theil import nested_theil, theil

__all__ = [
    "Coagglomeration",
    "Complexity",
    "Concentration",
    "EllisonGlaeser",
    "EmploymentMatrix",
    "HotSpots",
    "IndustryEntry",
    "Inequality",
    "MCurves",
    "Plants",
    "Relatedness",
    "RipleyCurves",
    "against_degrees",
    "against_ubiquity",
    "besag_l",
    "by_cluster",
    "co_occurrence",
    "coagglomeration",
    "complexity",
    "concentration",
    "concentration_measures",
    "correlation_proximity",
    "cross_k",
    "dartboard_gammas",
    "diggle_chetwynd_d",
    "economic_complexity",
    "economic_fitness",
    "ellison_glaeser",
    "employment_matrix",
    "group_coagglomeration",
    "grouped_herfindahl",
    "hot_spots",
    "in_common",
    "income_content",
    "industry_entry",
    "inequality",
    "inhomogeneous_k",
    "krugman_against_others",
    "lang_m",
    "local_m",
    "m_density",
    "m_function",
    "marcon_puech_m",
    "mark_weighted_k",
    "nested_theil",
    "pair_correlation",
    "pairwise_coagglomeration",
    "plants_of",
    "proximity",
    "proximity_interval",
    "reflections",
    "relatedness",
    "relatedness_density",
    "relatedness_of",
    "ripley",
    "ripley_k",
    "theil",
    "vintage_gap",
]
