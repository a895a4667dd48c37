"""Every table and column buzzline understands, as data.

From `TABLES` come the checks, `buzzline schema`, the reference page, the templates and the
made-up worlds; nothing about a column is said twice. Entities and relations follow the data of
the field: actors go beyond firms, ties are typed, dated and kept in layers that are never
merged on input, and place, cluster and membership are different things.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import polars as pl

from buzzline.tables.vocabularies import (
    CONTENTS,
    FUNCTIONS,
    LAYERS,
    ORGANISATION_KINDS,
    PRECISIONS,
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type, unit, meaning and bounds.

    Attributes
    ----------
    name : str                  the unit is its suffix: `revenue_musd`
    dtype : polars data type
    unit : str                  empty for texts
    meaning : str               one sentence a newcomer understands
    required : bool
    values : tuple[str, ...]    closed vocabulary; empty means any
    refers_to : str             "organisations.org_id": the value must be found there
    low, high : float           closed bounds of a number
    """

    name: str
    dtype: pl.DataType
    unit: str
    meaning: str
    required: bool = False
    values: tuple[str, ...] = ()
    refers_to: str = ""
    low: float = -inf
    high: float = inf


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns and the columns that identify a row.

    An empty `key` means that rows have no identity of their own (linkages may repeat).
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Return the column called `name`; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def empty(self) -> pl.DataFrame:
        """Return the table without rows."""
        return pl.DataFrame(schema={column.name: column.dtype for column in self.columns})


_TEXT, _FLOAT, _INT, _DATE, _FLAG = (
    pl.String(),
    pl.Float64(),
    pl.Int64(),
    pl.Date(),
    pl.Boolean(),
)


def _text(name: str, meaning: str, *, required: bool = False,
          values: tuple[str, ...] = (), refers_to: str = "") -> Column:  # fmt: skip
    return Column(name, _TEXT, "", meaning, required, values, refers_to)


def _number(name: str, unit: str, meaning: str, *, low: float = -inf, high: float = inf,
            required: bool = False) -> Column:  # fmt: skip
    return Column(name, _FLOAT, unit, meaning, required, low=low, high=high)


def _date(name: str, meaning: str) -> Column:
    return Column(name, _DATE, "date", meaning)


def _flag(name: str, meaning: str) -> Column:
    return Column(name, _FLAG, "", meaning)


_LONGITUDE = _number("longitude", "degree", "East of Greenwich, WGS 84.", low=-180, high=180)
_LATITUDE = _number("latitude", "degree", "North of the equator, WGS 84.", low=-90, high=90)
_ORG = "organisations.org_id"
_PLACE = "places.place_id"

ORGANISATIONS = Table(
    "organisations",
    "Whoever can hold a tie: firms, universities, agencies, associations, investors.",
    (
        _text("org_id", "Identifier used in every other table.", required=True),
        _text("name", "Name a person recognises."),
        _text("kind", "What sort of organisation.", values=ORGANISATION_KINDS),
        _text("industry", "Main industry, in the classification of the study."),
        _LONGITUDE,
        _LATITUDE,
        _text("precision", "How exact the coordinates are.", values=PRECISIONS),
        _text("city", "City or municipality."),
        _text("region", "Region (state, county, province, metro area)."),
        _text("country", "Country, ISO 3166 alpha-2 where known."),
        _text("place_id", "Place it belongs to.", refers_to=_PLACE),
        _date("opened", "First day of activity."),
        _date("closed", "Last day of activity; empty while active."),
        Column("jobs", _FLOAT, "jobs", "Employees, full-time equivalents.", low=0),
        _number("revenue_musd", "million USD", "Yearly revenue.", low=0),
        _text("owner_id", "Ultimate owner.", refers_to=_ORG),
    ),
    key=("org_id",),
)

ACTIVITIES = Table(
    "activities",
    "Industries an organisation is active in, when there can be several.",
    (
        _text("org_id", "The organisation.", required=True, refers_to=_ORG),
        _text("industry", "Industry, in the classification of the study.", required=True),
        _number("share", "share", "Share of its activity; empty when unknown.", low=0, high=1),
    ),
    key=("org_id", "industry"),
)

ESTABLISHMENTS = Table(
    "establishments",
    "Sites of an organisation, each at one address with one main function.",
    (
        _text("establishment_id", "Identifier of the site.", required=True),
        _text("org_id", "Organisation it belongs to.", required=True, refers_to=_ORG),
        _text("industry", "Main industry of the site."),
        _LONGITUDE,
        _LATITUDE,
        _text("precision", "How exact the coordinates are.", values=PRECISIONS),
        _text("city", "City or municipality."),
        _text("country", "Country, ISO 3166 alpha-2."),
        _text("place_id", "Place it belongs to.", refers_to=_PLACE),
        _text("function", "What is done there.", values=FUNCTIONS),
        _date("opened", "First day of activity."),
        _date("closed", "Last day of activity."),
        Column("jobs", _FLOAT, "jobs", "Employees at the site.", low=0),
    ),
    key=("establishment_id",),
)

PLACES = Table(
    "places",
    "Municipalities, labour-market areas, regions and countries, each with its parent.",
    (
        _text("place_id", "Identifier of the place.", required=True),
        _text("name", "Name a person recognises."),
        _text("level", "Rung of the ladder.",
              values=("grid", "municipality", "labour_market", "region", "country")),
        _text("parent_id", "The place it lies in.", refers_to=_PLACE),
        _text("country", "Country, ISO 3166 alpha-2."),
        _LONGITUDE,
        _LATITUDE,
        Column("population", _FLOAT, "persons", "Inhabitants.", low=0),
        _text("urban_rural", "Degree of urbanisation.", values=("city", "town", "rural")),
        _number("area_km2", "km2", "Area.", low=0),
        _text("vintage", "Year of the boundaries."),
    ),
    key=("place_id",),
)  # fmt: skip

LINKAGES = Table(
    "linkages",
    "Recorded relations between two organisations; every layer is kept apart.",
    (
        _text("source", "Organisation the tie starts from.", required=True, refers_to=_ORG),
        _text("target", "Organisation the tie leads to.", required=True, refers_to=_ORG),
        _text("layer", "What kind of relation.", required=True, values=LAYERS),
        _flag("directed", "False when the two ends can be exchanged."),
        _number("weight", "see unit", "Strength of the tie; empty counts as one tie.", low=0),
        _text("unit", "Unit of `weight` (ties, musd, persons, ...)."),
        _date("start", "First day of the tie."),
        _date("end", "Last day; empty while it lasts."),
        _text("observed_by", "Record it stands in: a source, project, contract or respondent."),
        _number("confidence", "share", "How sure the record is.", low=0, high=1),
        _text("content", "What passes along the tie.", values=CONTENTS),
        _flag("initiated_copresent", "True when it began face to face."),
        Column("repeat_n", _INT, "count", "How often it was repeated.", low=0),
        _flag("formal", "True when there is a contract."),
    ),
)

SPELLS = Table(
    "spells",
    "Who worked where and when; pseudonymous, and never part of any output.",
    (
        _text("person_id", "Pseudonym of the person.", required=True),
        _text("org_id", "Employer.", required=True, refers_to=_ORG),
        _date("start", "First day."),
        _date("end", "Last day; empty while it lasts."),
        _text("occupation", "Occupation, in the classification of the study."),
    ),
)

INDUSTRIES = Table(
    "industries",
    "The classification of the study: codes, titles, levels.",
    (
        _text("industry", "Code as used in other tables.", required=True),
        _text("title", "Title a person recognises."),
        Column("level", _INT, "digits", "Depth of the code.", low=1, high=12),
        _text("parent", "Code one level up.", refers_to="industries.industry"),
        _text("cluster", "Group of related industries it belongs to."),
        _flag("traded", "True when it sells beyond its region."),
    ),
    key=("industry",),
)

RELATEDNESS = Table(
    "relatedness",
    "How related two industries are; each kind of relatedness is stored separately.",
    (
        _text("industry", "One industry.", required=True),
        _text("other", "Another industry.", required=True),
        _text("kind", "Which relatedness.", required=True,
              values=("co_occurrence", "skill", "input_output", "patents")),
        _number("value", "see kind", "Its value.", required=True),
    ),
    key=("industry", "other", "kind"),
)  # fmt: skip

DECLARED_CLUSTERS = Table(
    "declared_clusters",
    "Clusters as somebody declared them: initiatives, official lists, earlier delineations.",
    (
        _text("cluster_id", "Identifier.", required=True),
        _text("name", "Name."),
        _text("rule", "By which rule or list it was declared."),
        _text("industry", "Industry or group of industries."),
        _date("start", "Valid from."),
        _date("end", "Valid until."),
    ),
    key=("cluster_id",),
)

MEMBERSHIPS = Table(
    "memberships",
    "Who belongs to which declared cluster, to what degree and when.",
    (
        _text("cluster_id", "The declared cluster.", required=True,
              refers_to="declared_clusters.cluster_id"),
        _text("org_id", "The member.", required=True, refers_to=_ORG),
        _number("degree", "share", "Degree of membership.", low=0, high=1),
        _date("start", "Joined."),
        _date("end", "Left."),
    ),
    key=("cluster_id", "org_id", "start"),
)  # fmt: skip

KNOWLEDGE_ITEMS = Table(
    "knowledge_items",
    "Patents, publications, products, standards and practices, with their dates and classes.",
    (
        _text("item_id", "Identifier.", required=True),
        _text("org_id", "Who holds or made it.", refers_to=_ORG),
        _text("kind", "What it is.",
              values=("patent", "publication", "product", "standard", "practice")),
        _text("classes", "Technology or subject classes, separated by `|`."),
        _date("date", "Priority, publication or adoption date."),
    ),
    key=("item_id",),
)  # fmt: skip

GATHERINGS = Table(
    "gatherings",
    "Fairs, conferences, missions: temporary clusters.",
    (
        _text("gathering_id", "Identifier.", required=True),
        _text("name", "Name."),
        _text("kind", "What it is.", values=("fair", "conference", "mission", "other")),
        _text("place_id", "Where.", refers_to=_PLACE),
        _date("start", "First day."),
        _date("end", "Last day."),
        _text("edition", "Which edition."),
        _flag("cancelled", "True when it was planned and did not take place."),
    ),
    key=("gathering_id",),
)

ATTENDANCE = Table(
    "attendance",
    "Who took part in which gathering.",
    (
        _text("gathering_id", "The gathering.", required=True,
              refers_to="gatherings.gathering_id"),
        _text("org_id", "Who took part.", required=True, refers_to=_ORG),
        _text("role", "As what.", values=("exhibitor", "visitor", "speaker", "organiser")),
    ),
    key=("gathering_id", "org_id", "role"),
)  # fmt: skip

INSTITUTIONS = Table(
    "institutions",
    "Rules, standards, conventions and services, with where and for whom they hold.",
    (
        _text("institution_id", "Identifier.", required=True),
        _text("name", "Name."),
        _text("kind", "What it is.",
              values=("law", "rule", "standard", "convention", "service")),
        _text("place_id", "Where it holds.", refers_to=_PLACE),
        _text("industry", "For which industry."),
        _number("fit", "share", "How well it fits the industry.", low=0, high=1),
        _flag("formal", "True when it is written down."),
        _date("start", "In force since."),
    ),
    key=("institution_id",),
)  # fmt: skip

INITIATIVES = Table(
    "initiatives",
    "Policies and programmes: what for, for whom, at what cost, when.",
    (
        _text("initiative_id", "Identifier.", required=True),
        _text("name", "Name."),
        _text("aim", "Aim.", values=("economic", "social", "both")),
        _text("instrument", "What is done."),
        _text("target", "Who or what it addresses."),
        _number("cost_musd", "million USD", "Public cost.", low=0),
        _date("start", "First day."),
        _date("end", "Last day."),
        _text("place_id", "Where.", refers_to=_PLACE),
    ),
    key=("initiative_id",),
)

OUTCOMES = Table(
    "outcomes",
    "Indicators of places, clusters or organisations over time.",
    (
        _text("unit_id", "Place, declared cluster or organisation.", required=True),
        _text("indicator", "Which indicator.", required=True),
        Column("year", _INT, "year", "Calendar year.", required=True, low=1500, high=2200),
        _number("value", "see unit", "Its value.", required=True),
        _number("margin", "see unit", "Half-width of its 95 % interval.", low=0),
        _text("unit", "Unit of `value`."),
    ),
    key=("unit_id", "indicator", "year"),
)

CLAIMS = Table(
    "claims",
    "What somebody claims about a cluster, with the evidence for and against.",
    (
        _text("claim_id", "Identifier.", required=True),
        _text("text", "The claim.", required=True),
        _text("holder", "Who holds it."),
        _text("source", "Where it is written."),
        _text("evidence_for", "Evidence for, with its design and effect."),
        _text("evidence_against", "Evidence against, with its design and effect."),
    ),
    key=("claim_id",),
)

TABLES: tuple[Table, ...] = (
    ORGANISATIONS, LINKAGES, ACTIVITIES, ESTABLISHMENTS, PLACES, INDUSTRIES, RELATEDNESS,
    DECLARED_CLUSTERS, MEMBERSHIPS, SPELLS, KNOWLEDGE_ITEMS, GATHERINGS, ATTENDANCE,
    INSTITUTIONS, INITIATIVES, OUTCOMES, CLAIMS,
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
