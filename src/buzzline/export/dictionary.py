"""What every column of every result table means, gathered from the families of results.

The workbook's first sheet, the report, the documentation and the tests read it here. The table
of an analysis of agglomeration is named as the analysis; its further frames are named
`<analysis>_<frame>`.
"""

from __future__ import annotations

import polars as pl

from buzzline.export.meanings import (
    agreement,
    buzz,
    calibration,
    city_threshold,
    classics,
    cluster_investments,
    cluster_network,
    clusters,
    colocated,
    concentration,
    delineation,
    diagnosis,
    dimensions,
    direction,
    distance,
    distinctness,
    flows,
    gatekeepers,
    income,
    industry_groups,
    investment_gravity,
    investment_odds,
    lifecycle,
    linkages,
    location,
    membership,
    ownership,
    patterns,
    policies,
    policy,
    portfolio,
    proximity,
    quality,
    redundancy,
    relatedness,
    separation,
    simulation,
    specialisation,
    stylised_facts,
    switches,
    temporary_clusters,
    yardsticks,
)
from buzzline.export.meanings.columns import Meaning

FAMILIES = (
    clusters,
    linkages,
    quality,
    classics,
    stylised_facts,
    switches,
    cluster_network,
    policy,
    policies,
    yardsticks,
    specialisation,
    temporary_clusters,
    concentration,
    relatedness,
    industry_groups,
    distance,
    separation,
    redundancy,
    distinctness,
    delineation,
    membership,
    diagnosis,
    agreement,
    city_threshold,
    colocated,
    buzz,
    calibration,
    flows,
    lifecycle,
    patterns,
    proximity,
    dimensions,
    direction,
    location,
    gatekeepers,
    income,
    investment_gravity,
    investment_odds,
    ownership,
    cluster_investments,
    portfolio,
    simulation,
)

TABLE_MEANING: dict[str, str] = {
    table: meaning for family in FAMILIES for table, meaning in family.TABLE_MEANING.items()
}
COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    table: columns for family in FAMILIES for table, columns in family.COLUMN_MEANING.items()
}


def data_dictionary() -> pl.DataFrame:
    """Return what every column of every result table means.

    Returns
    -------
    DataFrame
        One row a column, in the order of the tables: `table`, `column`, `unit`, `meaning`.

    Examples
    --------
    >>> data_dictionary().row(0)
    ('clusters', 'cluster_id', '', 'Identifier of the cluster, the same in all tables.')
    """
    rows = [
        (table, *meaning) for table, columns in COLUMN_MEANING.items() for meaning in columns
    ]
    schema = dict.fromkeys(("table", "column", "unit", "meaning"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")
