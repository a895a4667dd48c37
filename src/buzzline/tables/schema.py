"""Every table and column buzzline understands, as data.

From `TABLES` come the checks, `buzzline schema`, the reference page, the templates and the
made-up worlds; nothing about a column is said twice. Entities and relations follow the data of
the field: actors go beyond firms, ties are typed, dated and kept in layers that are never
merged on input, and place, cluster and membership are different things.
"""

from __future__ import annotations

from buzzline.tables.columns import FLOAT, INT, Column, Table, date, flag, number, text
from buzzline.tables.vocabularies import (
    CONTENTS,
    FUNCTIONS,
    LAYERS,
    ORGANISATION_KINDS,
    PRECISIONS,
)

_LONGITUDE = number("longitude", "degree", "East of Greenwich, WGS 84.", low=-180, high=180)
_LATITUDE = number("latitude", "degree", "North of the equator, WGS 84.", low=-90, high=90)
_ORG = "organisations.org_id"
_PLACE = "places.place_id"

ORGANISATIONS = Table(
    "organisations",
    "Whoever can hold a tie: firms, universities, agencies, associations, investors.",
    (
        text("org_id", "Identifier used in every other table.", required=True),
        text("name", "Name a person recognises."),
        text("kind", "What sort of organisation.", values=ORGANISATION_KINDS),
        text("industry", "Main industry, in the classification of the study."),
        _LONGITUDE,
        _LATITUDE,
        text("precision", "How exact the coordinates are.", values=PRECISIONS),
        text("city", "City or municipality."),
        text("region", "Region (state, county, province, metro area)."),
        text("country", "Country, ISO 3166 alpha-2 where known."),
        text("place_id", "Place it belongs to.", refers_to=_PLACE),
        date("opened", "First day of activity."),
        date("closed", "Last day of activity; empty while active."),
        Column("jobs", FLOAT, "jobs", "Employees, full-time equivalents.", low=0),
        number("revenue_musd", "million USD", "Yearly revenue.", low=0),
        text("owner_id", "Ultimate owner.", refers_to=_ORG),
    ),
    key=("org_id",),
)

ACTIVITIES = Table(
    "activities",
    "Industries an organisation is active in, when there can be several.",
    (
        text("org_id", "The organisation.", required=True, refers_to=_ORG),
        text("industry", "Industry, in the classification of the study.", required=True),
        number("share", "share", "Share of its activity; empty when unknown.", low=0, high=1),
    ),
    key=("org_id", "industry"),
)

ESTABLISHMENTS = Table(
    "establishments",
    "Sites of an organisation, each at one address with one main function.",
    (
        text("establishment_id", "Identifier of the site.", required=True),
        text("org_id", "Organisation it belongs to.", required=True, refers_to=_ORG),
        text("industry", "Main industry of the site."),
        _LONGITUDE,
        _LATITUDE,
        text("precision", "How exact the coordinates are.", values=PRECISIONS),
        text("city", "City or municipality."),
        text("country", "Country, ISO 3166 alpha-2."),
        text("place_id", "Place it belongs to.", refers_to=_PLACE),
        text("function", "What is done there.", values=FUNCTIONS),
        date("opened", "First day of activity."),
        date("closed", "Last day of activity."),
        Column("jobs", FLOAT, "jobs", "Employees at the site.", low=0),
    ),
    key=("establishment_id",),
)

PLACES = Table(
    "places",
    "Municipalities, labour-market areas, regions and countries, each with its parent.",
    (
        text("place_id", "Identifier of the place.", required=True),
        text("name", "Name a person recognises."),
        text("level", "Rung of the ladder.",
              values=("grid", "municipality", "labour_market", "region", "country")),
        text("parent_id", "The place it lies in.", refers_to=_PLACE),
        text("country", "Country, ISO 3166 alpha-2."),
        _LONGITUDE,
        _LATITUDE,
        Column("population", FLOAT, "persons", "Inhabitants.", low=0),
        text("urban_rural", "Degree of urbanisation.", values=("city", "town", "rural")),
        number("area_km2", "km2", "Area.", low=0),
        text("vintage", "Year of the boundaries."),
    ),
    key=("place_id",),
)  # fmt: skip

LINKAGES = Table(
    "linkages",
    "Recorded relations between two organisations; every layer is kept apart.",
    (
        text("source", "Organisation the tie starts from.", required=True, refers_to=_ORG),
        text("target", "Organisation the tie leads to.", required=True, refers_to=_ORG),
        text("layer", "What kind of relation.", required=True, values=LAYERS),
        flag("directed", "False when the two ends can be exchanged."),
        number("weight", "see unit", "Strength of the tie; empty counts as one tie.", low=0),
        text("unit", "Unit of `weight` (ties, musd, persons, ...)."),
        date("start", "First day of the tie."),
        date("end", "Last day; empty while it lasts."),
        text("observed_by", "Record it stands in: a source, project, contract or respondent."),
        number("confidence", "share", "How sure the record is.", low=0, high=1),
        text("content", "What passes along the tie.", values=CONTENTS),
        flag("initiated_copresent", "True when it began face to face."),
        Column("repeat_n", INT, "count", "How often it was repeated.", low=0),
        flag("formal", "True when there is a contract."),
        number("trust", "share", "How far the source trusts the target; empty: not asked.",
               low=0, high=1),
    ),
)  # fmt: skip

SPELLS = Table(
    "spells",
    "Who worked where and when; pseudonymous, and never part of any output.",
    (
        text("person_id", "Pseudonym of the person.", required=True),
        text("org_id", "Employer.", required=True, refers_to=_ORG),
        date("start", "First day."),
        date("end", "Last day; empty while it lasts."),
        text("occupation", "Occupation, in the classification of the study."),
    ),
)

INDUSTRIES = Table(
    "industries",
    "The classification of the study: codes, titles, levels.",
    (
        text("industry", "Code as used in other tables.", required=True),
        text("title", "Title a person recognises."),
        Column("level", INT, "digits", "Depth of the code.", low=1, high=12),
        text("parent", "Code one level up.", refers_to="industries.industry"),
        text("cluster", "Group of related industries it belongs to."),
        flag("traded", "True when it sells beyond its region."),
    ),
    key=("industry",),
)

RELATEDNESS = Table(
    "relatedness",
    "How related two industries are; each kind of relatedness is stored separately.",
    (
        text("industry", "One industry.", required=True),
        text("other", "Another industry.", required=True),
        text("kind", "Which relatedness.", required=True,
              values=("co_occurrence", "skill", "input_output", "patents")),
        number("value", "see kind", "Its value.", required=True),
    ),
    key=("industry", "other", "kind"),
)  # fmt: skip

EMPLOYMENT = Table(
    "employment",
    "Jobs and establishments by place and industry, as statistical offices publish them.",
    (
        text("place_id", "The place.", required=True, refers_to=_PLACE),
        text("industry", "The industry; the code of all industries holds published totals.",
             required=True),
        Column("year", INT, "year", "Calendar year.", low=1500, high=2200),
        text("size_class", "Establishments with that many jobs (`10-49`, `250+`); empty: all."),
        number("jobs", "jobs", "Jobs; empty when suppressed or not known.", low=0),
        number("establishments", "count", "Establishments.", low=0),
        flag("suppressed", "True when jobs are withheld, or replaced by an estimate."),
    ),
    key=("place_id", "industry", "year", "size_class"),
)  # fmt: skip

INDUSTRY_FLOWS = Table(
    "industry_flows",
    "What flows from one industry to another: goods and services, or persons.",
    (
        text("industry", "The industry it comes from.", required=True),
        text("other", "The industry it goes to.", required=True),
        text("kind", "Sales and purchases (`input_output`), or persons who change (`labour`).",
             required=True, values=("input_output", "labour")),
        number("value", "see unit", "How much.", low=0, required=True),
        text("unit", "Unit of `value` (musd, persons, ...)."),
        Column("year", INT, "year", "Calendar year.", low=1500, high=2200),
    ),
    key=("industry", "other", "kind", "year"),
)  # fmt: skip

OCCUPATIONS = Table(
    "occupations",
    "Jobs of each occupation in each industry.",
    (
        text("industry", "The industry.", required=True),
        text("occupation", "The occupation, in the classification of the study.",
             required=True),
        number("jobs", "jobs", "Jobs; empty when not known.", low=0),
    ),
    key=("industry", "occupation"),
)  # fmt: skip

DECLARED_CLUSTERS = Table(
    "declared_clusters",
    "Clusters as somebody declared them: initiatives, official lists, earlier delineations.",
    (
        text("cluster_id", "Identifier.", required=True),
        text("name", "Name."),
        text("rule", "By which rule or list it was declared."),
        text("industry", "Industry or group of industries."),
        date("start", "Valid from."),
        date("end", "Valid until."),
    ),
    key=("cluster_id",),
)

MEMBERSHIPS = Table(
    "memberships",
    "Who belongs to which declared cluster, to what degree and when.",
    (
        text("cluster_id", "The declared cluster.", required=True,
              refers_to="declared_clusters.cluster_id"),
        text("org_id", "The member.", required=True, refers_to=_ORG),
        number("degree", "share", "Degree of membership.", low=0, high=1),
        date("start", "Joined."),
        date("end", "Left."),
    ),
    key=("cluster_id", "org_id", "start"),
)  # fmt: skip

KNOWLEDGE_ITEMS = Table(
    "knowledge_items",
    "Patents, publications, products, standards and practices, with their dates and classes.",
    (
        text("item_id", "Identifier.", required=True),
        text("org_id", "Who holds or made it.", refers_to=_ORG),
        text("kind", "What it is.",
              values=("patent", "publication", "product", "standard", "practice")),
        text("classes", "Technology or subject classes, separated by `|`."),
        date("date", "Priority, publication or adoption date."),
    ),
    key=("item_id",),
)  # fmt: skip

GATHERINGS = Table(
    "gatherings",
    "Fairs, conferences, missions: temporary clusters.",
    (
        text("gathering_id", "Identifier.", required=True),
        text("name", "Name."),
        text("kind", "What it is.", values=("fair", "conference", "mission", "other")),
        text("place_id", "Where.", refers_to=_PLACE),
        date("start", "First day."),
        date("end", "Last day."),
        text("edition", "Which edition."),
        flag("cancelled", "True when it was planned and did not take place."),
    ),
    key=("gathering_id",),
)

ATTENDANCE = Table(
    "attendance",
    "Who took part in which gathering.",
    (
        text("gathering_id", "The gathering.", required=True,
              refers_to="gatherings.gathering_id"),
        text("org_id", "Who took part.", required=True, refers_to=_ORG),
        text("role", "As what.", values=("exhibitor", "visitor", "speaker", "organiser")),
    ),
    key=("gathering_id", "org_id", "role"),
)  # fmt: skip

INSTITUTIONS = Table(
    "institutions",
    "Rules, standards, conventions and services, with where and for whom they hold.",
    (
        text("institution_id", "Identifier.", required=True),
        text("name", "Name."),
        text("kind", "What it is.",
              values=("law", "rule", "standard", "convention", "service")),
        text("place_id", "Where it holds.", refers_to=_PLACE),
        text("industry", "For which industry."),
        number("fit", "share", "How well it fits the industry.", low=0, high=1),
        flag("formal", "True when it is written down."),
        date("start", "In force since."),
    ),
    key=("institution_id",),
)  # fmt: skip

INITIATIVES = Table(
    "initiatives",
    "Policies and programmes: what for, for whom, at what cost, when.",
    (
        text("initiative_id", "Identifier.", required=True),
        text("name", "Name."),
        text("aim", "Aim.", values=("economic", "social", "both")),
        text("instrument", "What is done."),
        text("target", "Who or what it addresses."),
        number("cost_musd", "million USD", "Public cost.", low=0),
        date("start", "First day."),
        date("end", "Last day."),
        text("place_id", "Where.", refers_to=_PLACE),
    ),
    key=("initiative_id",),
)

OUTCOMES = Table(
    "outcomes",
    "Indicators of places, clusters or organisations over time.",
    (
        text("unit_id", "Place, declared cluster or organisation.", required=True),
        text(
            "indicator",
            "Which indicator; `sighted`: the organisation was seen that year.",
            required=True,
        ),
        Column("year", INT, "year", "Calendar year.", required=True, low=1500, high=2200),
        number("value", "see unit", "Its value.", required=True),
        number("margin", "see unit", "Half-width of its 95 % interval.", low=0),
        text("unit", "Unit of `value`."),
    ),
    key=("unit_id", "indicator", "year"),
)

CLAIMS = Table(
    "claims",
    "What somebody claims about a cluster, with the evidence for and against.",
    (
        text("claim_id", "Identifier.", required=True),
        text("text", "The claim.", required=True),
        text("holder", "Who holds it."),
        text("source", "Where it is written."),
        text("evidence_for", "Evidence for, with its design and effect."),
        text("evidence_against", "Evidence against, with its design and effect."),
    ),
    key=("claim_id",),
)

TABLES: tuple[Table, ...] = (
    ORGANISATIONS, LINKAGES, ACTIVITIES, ESTABLISHMENTS, PLACES, INDUSTRIES, EMPLOYMENT,
    RELATEDNESS, INDUSTRY_FLOWS, OCCUPATIONS, DECLARED_CLUSTERS, MEMBERSHIPS, SPELLS,
    KNOWLEDGE_ITEMS, GATHERINGS, ATTENDANCE, INSTITUTIONS, INITIATIVES, OUTCOMES, CLAIMS,
)  # fmt: skip


def table_named(name: str) -> Table:
    """Return the table called `name`; KeyError when there is none.

    Examples
    --------
    >>> table_named("linkages").column("weight").unit
    'see unit'
    """
    for table in TABLES:
        if table.name == name:
            return table
    raise KeyError(name)
