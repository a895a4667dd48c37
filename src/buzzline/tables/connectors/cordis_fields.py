"""Fields of research across the framework programmes, as one vocabulary.

The programmes cut their parts differently; here the parts of FP7, Horizon 2020 and Horizon
Europe are brought to the fields of Horizon Europe, by the longest prefix of the legal basis
and, where it is missing, of the topic.
"""

from __future__ import annotations

import polars as pl

TITLES = {
    "health": "Health",
    "culture_society": "Culture, creativity and inclusive society",
    "security": "Civil security for society",
    "digital_industry_space": "Digital, industry and space",
    "climate_energy_mobility": "Climate, energy and mobility",
    "food_environment": "Food, bioeconomy, natural resources and environment",
    "frontier_research": "Frontier research and future technologies",
    "people": "Training and mobility of researchers (Marie Skłodowska-Curie)",
    "research_infrastructures": "Research infrastructures",
    "innovation": "Innovation council, ecosystems and finance",
    "widening": "Widening participation and reforming the research area",
    "nuclear": "Nuclear research (Euratom)",
}

LEGAL_BASES = {
    "HORIZON.1.1": "frontier_research", "HORIZON.1.2": "people",
    "HORIZON.1.3": "research_infrastructures", "HORIZON.2.1": "health",
    "HORIZON.2.2": "culture_society", "HORIZON.2.3": "security",
    "HORIZON.2.4": "digital_industry_space", "HORIZON.2.5": "climate_energy_mobility",
    "HORIZON.2.6": "food_environment", "HORIZON.3": "innovation", "HORIZON.4": "widening",
    "EURATOM": "nuclear", "H2020-Euratom": "nuclear", "FP7-EURATOM": "nuclear",
    "H2020-EU.1.1": "frontier_research", "H2020-EU.1.2": "frontier_research",
    "H2020-EU.1.3": "people", "H2020-EU.1.4": "research_infrastructures",
    "H2020-EU.2.1": "digital_industry_space", "H2020-EU.2.1.4": "food_environment",
    "H2020-EU.2.2": "innovation", "H2020-EU.2.3": "innovation", "H2020-EU.3.1": "health",
    "H2020-EU.3.2": "food_environment", "H2020-EU.3.3": "climate_energy_mobility",
    "H2020-EU.3.4": "climate_energy_mobility", "H2020-EU.3.5": "food_environment",
    "H2020-EU.3.6": "culture_society", "H2020-EU.3.7": "security", "H2020-EU.4": "widening",
    "H2020-EU.5": "culture_society", "FP7-HEALTH": "health", "FP7-KBBE": "food_environment",
    "FP7-ICT": "digital_industry_space", "FP7-NMP": "digital_industry_space",
    "FP7-SPACE": "digital_industry_space", "FP7-JTI": "digital_industry_space",
    "FP7-ENERGY": "climate_energy_mobility", "FP7-TRANSPORT": "climate_energy_mobility",
    "FP7-ENVIRONMENT": "food_environment", "FP7-SSH": "culture_society",
    "FP7-SIS": "culture_society", "FP7-SECURITY": "security", "FP7-PEOPLE": "people",
    "FP7-IDEAS": "frontier_research", "FP7-INFRASTRUCTURES": "research_infrastructures",
    "FP7-SME": "innovation", "FP7-REGIONS": "widening", "FP7-REGPOT": "widening",
    "FP7-COH": "widening", "FP7-INCO": "widening",
}  # fmt: skip

TOPICS = {
    "HORIZON-HLTH": "health", "HORIZON-CL2": "culture_society", "HORIZON-CL3": "security",
    "HORIZON-CL4": "digital_industry_space", "HORIZON-CL5": "climate_energy_mobility",
    "HORIZON-CL6": "food_environment", "HORIZON-WIDERA": "widening",
    "HORIZON-INFRA": "research_infrastructures", "HORIZON-MSCA": "people",
    "HORIZON-EIC": "innovation", "HORIZON-EIE": "innovation", "ERC": "frontier_research",
    "HORIZON-EUSPA": "digital_industry_space", "HORIZON-KDT": "digital_industry_space",
    "HORIZON-JU-CHIPS": "digital_industry_space", "MSCA": "people",
    "ECSEL": "digital_industry_space", "SP1-JTI-ENIAC": "digital_industry_space",
    "SP1-JTI-ARTEMIS": "digital_industry_space", "ICT": "digital_industry_space",
    "IOT": "digital_industry_space", "NMP": "digital_industry_space",
    "NMBP": "digital_industry_space", "FOF": "digital_industry_space",
    "SPACE": "digital_industry_space", "GV": "climate_energy_mobility",
    "MG": "climate_energy_mobility", "ART": "climate_energy_mobility",
    "LCE": "climate_energy_mobility", "EE": "climate_energy_mobility",
    "S2R": "climate_energy_mobility", "INFRA": "research_infrastructures",
    "FET": "frontier_research", "SGA-FET": "frontier_research", "PHC": "health",
    "SC1": "health", "SFS": "food_environment", "SC5": "food_environment",
    "DRS": "security", "FCT": "security", "SMEINST": "innovation", "EIC": "innovation",
}  # fmt: skip


def fields_of(projects: pl.DataFrame) -> pl.Series:
    """Return the field of each project; null where neither legal basis nor topic tells.

    Parameters
    ----------
    projects : DataFrame
        `legal_basis` and `topics`, texts.

    Examples
    --------
    >>> fields_of(pl.DataFrame({"legal_basis": ["H2020-EU.3.4.", None, "?"],
    ...                         "topics": ["", "ECSEL-2016-1", None]})).to_list()
    ['climate_energy_mobility', 'digital_industry_space', None]
    """
    expression = pl.coalesce(
        _by_prefix("legal_basis", LEGAL_BASES), _by_prefix("topics", TOPICS)
    )
    return projects.select(expression.alias("field")).to_series()


def _by_prefix(column: str, prefixes: dict[str, str]) -> pl.Expr:
    text = pl.col(column).str.to_uppercase()
    longest_first = sorted(prefixes, key=len, reverse=True)
    return pl.coalesce(
        pl.when(text.str.starts_with(prefix.upper())).then(pl.lit(prefixes[prefix]))
        for prefix in longest_first
    )


def industry_table() -> pl.DataFrame:
    """Return the fields as rows of the table `industries`."""
    return pl.DataFrame({"industry": list(TITLES), "title": list(TITLES.values())})
