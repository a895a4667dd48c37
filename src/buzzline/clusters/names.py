"""Labels a person recognises: the commonest city of a cluster's members."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, radians

import polars as pl

LONGEST_ABBREVIATION = 3  # longer names in capitals are shouted, not abbreviated
WINDS = ("east", "north-east", "north", "north-west", "west", "south-west", "south",
         "south-east")  # fmt: skip
KM_A_DEGREE = 111.2
NEAREST_KM = 0.1  # nearer to the middle than this, a direction says nothing
CENTRE = 0.25  # of the way to the furthest: still in the middle


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cluster is, in words and in degrees.

    Attributes
    ----------
    label : str            as from `place_label`
    within : str           district or municipality of most members; "" where there is none
    longitude, latitude : float [degrees]
    """

    label: str
    within: str
    longitude: float
    latitude: float


def place_label(members: pl.DataFrame) -> tuple[str, str, str]:
    """Return the label, the country and the list of commonest cities of a group.

    Parameters
    ----------
    members : DataFrame
        Organisations with `city`, `region`, `country`, `longitude`, `latitude`.

    Returns
    -------
    tuple of str
        The region is named too when most members share one that is not called like the city.

    Examples
    --------
    >>> members = pl.DataFrame({"city": ["Prato", "Prato", "Carmignano"], "country": ["IT"] * 3,
    ...                         "region": ["Toscana"] * 3, "longitude": [11.1] * 3,
    ...                         "latitude": [43.9] * 3})
    >>> place_label(members)
    ('Prato (Toscana), IT', 'IT', 'Prato (2), Carmignano (1)')
    """
    country = _commonest(members["country"])
    cities = (
        members.drop_nulls("city").with_columns(_not_shouted("city")).group_by("city").len()
        .sort(["len", "city"], descending=[True, False]).head(4)
    )  # fmt: skip
    listed = ", ".join(f"{city} ({n})" for city, n in cities.iter_rows())
    if cities.height:
        city = str(cities["city"][0]) + _region(members["region"], str(cities["city"][0]))
        return (f"{city}, {country}" if country else city), country, listed
    mean = members.select(pl.col("longitude", "latitude").mean()).row(0)
    return degrees_label(*mean), country, listed


def place_of_most(members: pl.DataFrame, places: pl.DataFrame) -> str:
    """Return the name of the place that most members are recorded in; "" without one.

    Parameters
    ----------
    members : DataFrame
        Organisations with `place_id`.
    places : DataFrame
        `place_id`, `name`.

    Examples
    --------
    >>> places = pl.DataFrame({"place_id": ["a", "b"], "name": ["Haidian", "Yizhuang"]})
    >>> place_of_most(pl.DataFrame({"place_id": ["a", "b", "a"]}), places)
    'Haidian'
    """
    if "place_id" not in members.columns or not places.height:
        return ""
    found = members.select("place_id").join(
        places.select("place_id", "name").unique("place_id", keep="first"),
        on="place_id", how="left",
    )["name"]  # fmt: skip
    name = _commonest(found)
    return name if name and (found == name).sum() > found.len() / 2 else ""


def told_apart(places: Sequence[Place]) -> list[str]:
    """Return labels of which no two are the same: what tells places apart is added.

    Places of one label get the district most of their members are in, where each has another
    one; else the direction from their middle; else a number, in the order given.

    Parameters
    ----------
    places : sequence of Place

    Examples
    --------
    >>> told_apart([Place("Prato, IT", "", 11.1, 43.95), Place("Prato, IT", "", 11.1, 43.85)])
    ['Prato north, IT', 'Prato south, IT']
    >>> told_apart([Place("Prato, IT", "", 11.1, 43.9), Place("Prato, IT", "", 11.1, 43.9)])
    ['Prato, IT', 'Prato 2, IT']
    """
    labels = [place.label for place in places]
    for label in [label for label, n in Counter(labels).items() if n > 1]:
        rows = [row for row, place in enumerate(places) if place.label == label]
        others = {name for row, name in enumerate(labels) if row not in rows}
        alike = [places[row] for row in rows]
        for words in (_districts(alike), *_directions(alike), _numbers(len(alike))):
            named = [_with_word(label, word) for word in words]
            if len(set(named)) == len(rows) and not others & set(named):
                for row, name in zip(rows, named, strict=True):
                    labels[row] = name
                break
    return labels


def _districts(alike: Sequence[Place]) -> list[str]:
    """Return the district of each; none where one has none."""
    words = [place.within for place in alike]
    return words if all(words) else []


def _directions(alike: Sequence[Place]) -> list[list[str]]:
    """Return directions from the middle of all: by four winds, then by eight."""
    x0 = sum(place.longitude for place in alike) / len(alike)
    y0 = sum(place.latitude for place in alike) / len(alike)
    narrow = KM_A_DEGREE * cos(radians(y0))
    away = [((place.longitude - x0) * narrow, (place.latitude - y0) * KM_A_DEGREE)
            for place in alike]  # fmt: skip
    furthest = max(hypot(*at) for at in away)
    if not furthest > NEAREST_KM:
        return []
    return [
        ["centre" if hypot(*at) < CENTRE * furthest else _wind(*at, step=step) for at in away]
        for step in (2, 1)
    ]


def _wind(x: float, y: float, *, step: int) -> str:
    eighths = round(degrees(atan2(y, x)) / (45 * step)) * step
    return WINDS[eighths % len(WINDS)]


def _numbers(n: int) -> list[str]:
    return ["", *(str(number) for number in range(2, n + 1))]


def _with_word(label: str, word: str) -> str:
    """Put a word behind the city of a label, or in its place where it names the city too."""
    at = label.find(" (")
    at = at if at > 0 else label.rfind(", ")
    city, rest = (label[:at], label[at:]) if at > 0 else (label, "")
    if not word or word.lower() == city.lower():
        return label
    return (word if word.lower().startswith(city.lower()) else f"{city} {word}") + rest


def short_names(labels: Sequence[str]) -> list[str]:
    """Return labels without region and country, where they stay as many different ones.

    Examples
    --------
    >>> short_names(["Prato north (Toscana), IT", "Carpi, IT"])
    ['Prato north', 'Carpi']
    >>> short_names(["Boston, US", "Boston, GB"])
    ['Boston, US', 'Boston, GB']
    """
    short = [label.split(" (")[0].split(",")[0] for label in labels]
    return short if len(set(short)) == len(set(labels)) else list(labels)


def pair_name(one: str, other: str) -> str:
    """Return a short name of two, the city said once.

    Examples
    --------
    >>> pair_name("Nillon north, RO", "Nillon east, RO")
    'Nillon north · east'
    >>> pair_name("Prato, IT", "Carpi, IT")
    'Prato · Carpi'
    """
    first, second = short_names([one, other])
    words, said = second.split(), first.split()
    shared = 0
    while words[shared : shared + 1] == said[shared : shared + 1] != []:
        shared += 1
    return f"{first} · {' '.join(words[shared:]) or second}"


def degrees_label(longitude: float, latitude: float) -> str:
    """Return a point as text.

    Examples
    --------
    >>> degrees_label(-70.66, -33.45)
    '33.5°S 70.7°W'
    """
    north_south = "N" if latitude >= 0 else "S"
    east_west = "E" if longitude >= 0 else "W"
    return f"{abs(latitude):.1f}°{north_south} {abs(longitude):.1f}°{east_west}"


def slug(text: str) -> str:
    """Return a text as an identifier.

    Examples
    --------
    >>> slug("São Paulo, BR")
    'sao-paulo-br'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "x"


def unique(names: list[str]) -> list[str]:
    """Number repeated names: the second becomes "name 2".

    Examples
    --------
    >>> unique(["Prato", "Carpi", "Prato"])
    ['Prato', 'Carpi', 'Prato 2']
    """
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return out


def _commonest(values: pl.Series) -> str:
    counts = values.drop_nulls().value_counts(sort=False)
    if not counts.height:
        return ""
    ranked = counts.sort(["count", values.name], descending=[True, False])
    return str(ranked[values.name][0])


def _region(regions: pl.Series, city: str) -> str:
    region = _commonest(regions)
    most = region and (regions == region).sum() > regions.len() / 2
    return f" ({region})" if most and region.lower() not in city.lower() else ""


def _not_shouted(column: str) -> pl.Expr:
    """Write names in capitals as other names are written."""
    shouted = (pl.col(column) == pl.col(column).str.to_uppercase()) & (
        pl.col(column).str.len_chars() > LONGEST_ABBREVIATION
    )
    return pl.when(shouted).then(pl.col(column).str.to_titlecase()).otherwise(pl.col(column))
