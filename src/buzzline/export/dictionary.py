"""What every column of every result table means, said once.

The workbook's first sheet, the documentation and the tests read it here.
"""

from __future__ import annotations

import polars as pl

Meaning = tuple[str, str, str]  # column, unit, meaning

TABLE_MEANING: dict[str, str] = {
    "clusters": "Candidate clusters, strongest first.",
    "members": "Which organisation belongs to which cluster.",
    "candidates": "Every candidate at every radius, with the candidate that holds it.",
    "coverage": "Which industries were examined at which radius, and which were not and why.",
    "scale_profile": "Ties at each scale, a layer at a time.",
    "scale_balance": "Observed against expected ties of each cluster at each scale.",
    "model_fits": "How the models behind the expected ties were fitted.",
    "not_tested": "Clusters whose ties were not compared, and why.",
    "quality_tables": "Rows read, kept and set aside.",
    "quality_columns": "Cells filled, missing and repaired among the rows kept.",
    "quality_findings": "What each rule found, and what to do about it.",
}

_CLUSTER_ID = ("cluster_id", "", "Identifier of the cluster, the same in all tables.")
_LABEL = ("label", "", "Place a person recognises the cluster by.")
_INDUSTRY = ("industry", "", "Industry or group of industries.")
_SCALE_KM = ("scale_km", "km", "Radius within which neighbours were counted.")
_MEMBERS = ("n_members", "organisations", "Organisations of the industry in the cluster.")
_CORE = ("n_core", "organisations", "Members in whose surroundings the industry is dense.")
_BACKGROUND = ("n_background", "organisations", "All organisations in the footprint.")
_EXPECTED_MEMBERS = (
    "expected", "organisations",
    "Members there would be if the industry were spread like all organisations.",
)  # fmt: skip
_STRENGTH = (
    "strength",
    "nats",
    "Log-likelihood ratio against the spread of all organisations.",
)
_P = ("p", "probability", "How often relabelled maps hold something as strong anywhere.")
_LEVEL = ("level", "share", "Confidence level of `low` and `high`.")
_LAYER = ("layer", "", "Kind of tie.")
_MODEL = (
    "model", "",
    "What is expected from: G0 size; G1 size and distance; G2 size, distance and borders.",
)  # fmt: skip
_SCALE = (
    "scale",
    "",
    "Local, regional, national or global; unknown when an end is not placed.",
)
_STATUS = ("status", "", "What was done, or why not.")

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "clusters": (
        _CLUSTER_ID, _LABEL, _INDUSTRY, _SCALE_KM, _MEMBERS, _CORE, _BACKGROUND,
        _EXPECTED_MEMBERS,
        ("ratio", "ratio", "Members divided by members expected."),
        ("low", "ratio", "Lower end of the interval of `ratio`."),
        ("high", "ratio", "Upper end of the interval of `ratio`."),
        _LEVEL, _STRENGTH,
        _P,
        ("q", "share", "False-discovery rate over clusters and industries."),
        ("longitude", "degree", "Densest site, east of Greenwich, WGS 84."),
        ("latitude", "degree", "Densest site, north of the equator, WGS 84."),
        ("radius_km", "km", "From the densest site to the furthest member."),
        ("country", "", "Country most members are in."),
        ("places", "", "The commonest cities of the members."),
    ),
    "members": (
        _CLUSTER_ID,
        ("org_id", "", "Identifier of the organisation, as in the tables read."),
        ("is_core", "", "True where the industry is dense around the organisation itself."),
    ),
    "candidates": (
        ("candidate_id", "", "Identifier of the candidate."),
        ("parent_id", "", "The larger candidate that holds it; empty at the top."),
        _INDUSTRY, _SCALE_KM, _MEMBERS, _CORE, _BACKGROUND, _EXPECTED_MEMBERS, _STRENGTH, _P,
        ("cluster_id", "", "The cluster it became; empty unless chosen."),
        _LABEL,
    ),
    "coverage": (
        _INDUSTRY, _SCALE_KM,
        ("n_organisations", "organisations", "Organisations of the industry."),
        ("n_located", "organisations", "Those with coordinates."),
        ("n_core", "organisations", "Those around which the industry is dense."),
        ("n_candidates", "candidates", "Candidate clusters found at this radius."),
        _STATUS,
    ),
    "scale_profile": (
        _LAYER, _SCALE,
        ("n", "ties", "Ties of the layer at the scale."),
        ("share", "share", "Of the layer's ties with a known scale."),
        ("low", "share", "Lower end of the interval of `share`."),
        ("high", "share", "Upper end of the interval of `share`."),
        _LEVEL,
        ("n_known", "ties", "Ties of the layer with a known scale."),
    ),
    "scale_balance": (
        _CLUSTER_ID, _LABEL, _LAYER, _MODEL, _SCALE,
        ("observed", "ties", "Ties of the cluster at the scale."),
        ("expected", "ties", "Ties the model would give."),
        ("share", "share", "Observed, of all ties of the cluster."),
        ("expected_share", "share", "Expected, of all ties of the cluster."),
        ("log_ratio", "nats", "ln((observed + 1/2) / (expected + 1/2)); 0.69 is double."),
        ("low", "nats", "Lower end of the interval of `log_ratio`."),
        ("high", "nats", "Upper end of the interval of `log_ratio`."),
        _LEVEL,
        ("n", "ties", "Ties of the cluster in the layer."),
        ("n_needed", "ties", "Ties that would show a halving; empty when no number would."),
        ("verdict", "", "Missing, excess, as expected, or not enough links."),
        ("verdict_smaller", "", "The verdict with cut-offs a third smaller."),
        ("verdict_larger", "", "The verdict with cut-offs a third larger."),
        ("is_stable", "", "True when the three verdicts agree."),
    ),
    "model_fits": (
        _CLUSTER_ID, _LABEL, _LAYER, _MODEL,
        ("n", "ties", "Ties of the cluster in the layer."),
        ("distance_elasticity", "ratio", "Per cent more ties for one per cent more distance."),
        ("elasticity_low", "ratio", "Lower end of its interval."),
        ("elasticity_high", "ratio", "Upper end of its interval."),
        ("border", "nats", "Log factor of crossing a country border."),
        ("dispersion", "ratio", "Variance of ties over their mean; 1 is Poisson."),
        ("g2", "nats", "Distance between observed and expected, over the four scales."),
        ("p", "probability", "How often ties drawn from the model lie as far away."),
        ("kl", "nats", "Divergence of observed from expected shares, a tie."),
        ("js", "bits", "The same, symmetric, between 0 and 1."),
        _STATUS,
    ),
    "not_tested": (
        _CLUSTER_ID, _LABEL, _LAYER,
        ("reason", "", "Why observed and expected ties were not compared."),
    ),
    "quality_tables": (
        ("table", "", "Table of the schema."),
        ("source", "", "File or table it was read from."),
        ("read", "rows", "Rows read."),
        ("kept", "rows", "Rows used."),
        ("set_aside", "rows", "Rows not used; kept and set aside together are the rows read."),
    ),
    "quality_columns": (
        ("table", "", "Table of the schema."),
        ("column", "", "Column of the schema."),
        ("source_column", "", "Column of the file it was read from."),
        ("filled", "cells", "With a value, among the rows kept."),
        ("missing", "cells", "Without a value, among the rows kept."),
        ("repaired", "cells", "Whose value was changed."),
    ),
    "quality_findings": (
        ("table", "", "Table of the schema."),
        ("column", "", "Column of the schema."),
        ("rule", "", "Name of the rule."),
        ("severity", "", "Note, repaired, set aside or fatal."),
        ("n", "rows", "Rows concerned."),
        ("rows", "", "First row numbers as in the file; its header is row 1."),
        ("examples", "", "A few of the values concerned."),
        ("remedy", "", "What to do."),
    ),
}  # fmt: skip


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
