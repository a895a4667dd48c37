"""Labels a person recognises: the commonest city of a cluster's members."""

from __future__ import annotations

import re
import unicodedata

import polars as pl

LONGEST_ABBREVIATION = 3  # longer names in capitals are shouted, not abbreviated


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
