import polars as pl

from buzzline.clusters.industries import industries_of
from buzzline.tables.study import Study


def study():
    organisations = pl.DataFrame(
        {"org_id": [str(k) for k in range(50)], "industry": ["big"] * 30 + ["small"] * 20}
    )
    activities = pl.DataFrame({"org_id": ["0", "49"], "industry": ["rare", "big"]})
    return Study.of(organisations=organisations, activities=activities)


def test_by_default_the_most_numerous_first():
    found = industries_of(study(), None)
    assert [industry.name for industry in found] == ["big", "small"]
    assert found[0].active.sum() == 31  # one more by its second activity


def test_an_organisation_of_a_group_counts_once():
    (found,) = industries_of(study(), {"all": ("big", "small", "rare")})
    assert found.active.sum() == 50


def test_the_title_of_an_industry_is_its_name():
    titled = study().with_table(
        "industries",
        pl.DataFrame(
            {"industry": ["big", "small", "rare"], "title": ["Big ships", None, None]}
        ),
    )
    assert [industry.name for industry in industries_of(titled, ["big", "small"])] == [
        "Big ships", "small"
    ]  # fmt: skip
