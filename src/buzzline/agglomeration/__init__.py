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
from buzzline.agglomeration.inequality import Inequality, inequality
from buzzline.agglomeration.proximity import (
    co_occurrence,
    correlation_proximity,
    proximity,
    proximity_interval,
    relatedness_of,
)
from buzzline.agglomeration.relatedness import Relatedness, relatedness
from buzzline.agglomeration.theil import nested_theil, theil

__all__ = [
    "Coagglomeration",
    "Complexity",
    "Concentration",
    "EllisonGlaeser",
    "EmploymentMatrix",
    "IndustryEntry",
    "Inequality",
    "Plants",
    "Relatedness",
    "against_degrees",
    "against_ubiquity",
    "by_cluster",
    "co_occurrence",
    "coagglomeration",
    "complexity",
    "concentration",
    "correlation_proximity",
    "dartboard_gammas",
    "economic_complexity",
    "economic_fitness",
    "ellison_glaeser",
    "employment_matrix",
    "group_coagglomeration",
    "grouped_herfindahl",
    "in_common",
    "income_content",
    "industry_entry",
    "inequality",
    "nested_theil",
    "pairwise_coagglomeration",
    "plants_of",
    "proximity",
    "proximity_interval",
    "reflections",
    "relatedness",
    "relatedness_density",
    "relatedness_of",
    "theil",
    "vintage_gap",
]
