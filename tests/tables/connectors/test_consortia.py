"""Participations become ties and fields."""

import polars as pl

from buzzline.tables.connectors.consortia import activities, selection, ties
from buzzline.tables.connectors.cordis_fields import LEGAL_BASES, TITLES, TOPICS, fields_of


def _partners(*rows):
    frame = pl.DataFrame(
        rows, schema=["project", "org_id", "field"], orient="row",
        schema_overrides={"field": pl.String},
    )  # fmt: skip
    return frame.with_columns(
        pl.lit("f").alias("file"), pl.lit("2020-01-01").alias("start"),
        pl.lit("2021-01-01").alias("end"),
    ).with_row_index("row", offset=2)  # fmt: skip


def test_by_hand_three_partners_make_three_ties_of_one_half():
    made = ties(
        _partners(("p", "a", None), ("p", "b", None), ("p", "a", None), ("p", "c", None))
    )
    assert made.select("source", "target", "weight").rows() == [
        ("a", "b", 0.5), ("a", "c", 0.5), ("b", "c", 0.5),
    ]  # fmt: skip


def test_special_case_a_single_partner_and_no_project_make_no_tie():
    assert ties(_partners(("p", "a", None), (None, "b", None), (None, "c", None))).height == 0


def test_by_hand_the_main_field_comes_first_and_shares_add_up():
    made = activities(_partners(("p", "a", "health"), ("q", "a", "security"),
                                ("r", "a", "security"), ("s", "b", None)))  # fmt: skip
    assert made.select("org_id", "industry", "share").rows() == [
        ("a", "security", 2 / 3), ("a", "health", 1 / 3),
    ]  # fmt: skip


def test_selection_names_the_countries_that_are_absent():
    few = _partners(("p", "a", None), ("p", "b", None))
    assert "makes 100% of all ties" in selection(pl.Series(["DE"]), few, ties(few))[0]


def test_by_hand_fields_by_longest_prefix():
    bases = ["HORIZON.2.5", "H2020-EU.2.1.4.", "H2020-EU.2.1.1.", "FP7-JTI", None, None]
    topics = ["", "", "", "", "IoT-03-2017", "nothing known"]
    found = fields_of(pl.DataFrame({"legal_basis": bases, "topics": topics})).to_list()
    assert found == [
        "climate_energy_mobility", "food_environment", "digital_industry_space",
        "digital_industry_space", "digital_industry_space", None,
    ]  # fmt: skip


def test_every_field_has_a_title():
    assert set(LEGAL_BASES.values()) | set(TOPICS.values()) <= set(TITLES)


def test_real_projects_have_a_field(shared_data):
    for source, id_column in (
        ("horizon_europe_hopon", "id"),
        ("cordis_semiconductor_ev", "id"),
    ):
        projects = pl.read_parquet(shared_data / source / "projects.parquet")
        found = fields_of(projects.select("topics", legal_basis="legalBasis"))
        assert found.null_count() == 0, projects.filter(found.is_null())[id_column].to_list()
