"""Which table and which column does a name mean?

Used to recognise files and columns by name; every recognition is shown to the person, never
silent. Names are compared without accents, capitals, spaces and signs (`cells.plain`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from buzzline.tables.cells import nearest, plain
from buzzline.tables.schema import TABLES, table_named
from buzzline.tables.vocabularies import LAYERS
from buzzline.tables.wordlists import (
    COLUMN_WORDS,
    EXCEPTIONS,
    LAYER_WORDS,
    MAYBE_EMPLOYMENT,
    MAYBE_LINKAGES,
    SAYS_LITTLE,
    TABLE_WORDS,
)

BOUGHT = {"target", "bought", "acquired", "acquiree", "bought_id", "target_id", "acquired_id"}
UNIT = re.compile(r"\([^)]*\)|\[[^]]*\]")  # such as `(Anzahl)` behind the name of a column


def table_called(name: str) -> str:
    """Return the table a file or sheet of this name holds, or an empty text.

    Examples
    --------
    >>> table_called("Firmen 2024"), table_called("firm_links"), table_called("notes")
    ('organisations', 'linkages', '')
    """
    whole = plain(name)
    if whole in {table.name for table in TABLES}:
        return whole
    for table, words in TABLE_WORDS.items():
        if whole in words.split():
            return table
    tokens = set(whole.split("_")) - {""}
    for table, words in TABLE_WORDS.items():
        if tokens & set(words.split()) or (tokens & set(LAYERS) and table == "linkages"):
            return table
    return ""


def table_seen(name: str, columns: Sequence[str]) -> str:
    """Return the table by its name, when its columns do not speak against it.

    Examples
    --------
    >>> table_seen("projects", ["Partner A", "Partner B"]), table_seen("projects", ["title"])
    ('linkages', '')
    """
    table = table_called(name)
    if table in MAYBE_EMPLOYMENT and employs(columns):
        return "employment"
    if table in ("", "organisations"):
        return table
    found = set(columns_called(table, columns))
    if table == "linkages":
        maybe = MAYBE_LINKAGES & set(plain(name).split("_"))
        return "" if maybe and not {"source", "target"} <= found else table
    required = {column.name for column in table_named(table).columns if column.required}
    if table == "employment" and "place_id" not in found:
        return "organisations" if placed(columns) else ""
    if "org_id" in required - found and placed(columns):
        return "organisations"  # a list of members or exhibitors with their places
    return table if required & found else ""


def employs(columns: Sequence[str]) -> bool:
    """Tell whether columns are those of employment by place and industry, not of businesses.

    Examples
    --------
    >>> employs(["area_fips", "industry_code", "year", "annual_avg_emplvl"])
    True
    >>> employs(["id", "region", "industry", "jobs", "name"])
    False
    """
    found = columns_called("employment", columns)
    rest = [name for name in columns if name not in found.values()]
    about = {"org_id", "name", "city", "longitude", "latitude"}
    counted = {"jobs", "establishments"} & set(found)
    dated = "year" in found or len(counted) == len(("jobs", "establishments"))
    return (
        {"place_id", "industry"} <= set(found)
        and bool(counted)
        and dated
        and not about & set(columns_called("organisations", rest))
    )


def placed(columns: Iterable[str]) -> bool:
    """Tell whether columns are those of organisations and of where they are.

    Examples
    --------
    >>> placed(["Firma", "Ort"]), placed(["lon", "lat"]), placed(["name", "year"])
    (True, True, False)
    """
    found = set(columns_called("organisations", columns))
    return {"longitude", "latitude"} <= found or "city" in found or {"name", "country"} <= found


def layer_called(names: Iterable[str]) -> str:
    """Return the layer that the names of a file and its columns speak of, or an empty text.

    Examples
    --------
    >>> layer_called(["links.csv", "acquirer", "target"])
    'acquisition'
    """
    tokens = [token for name in names for token in (plain(name), *plain(name).split("_"))]
    for layer in LAYERS:
        if layer in tokens:
            return layer
    counts = {layer: sum(token in words.split() for token in tokens)
              for layer, words in LAYER_WORDS.items()}  # fmt: skip
    best = max(counts, key=lambda layer: counts[layer])
    return best if counts[best] else ""


def columns_called(table: str, names: Iterable[str]) -> dict[str, str]:
    """Return column of the schema → column of the file, for names that leave no doubt.

    A column called as in the schema comes first, then the words above in their order.
    """
    theirs: dict[str, str] = {}
    names = list(names)
    for name in names:
        theirs.setdefault(plain(name), name)
    for name in names if table == "employment" else ():
        theirs.setdefault(plain(UNIT.sub("", name)), name)
    found: dict[str, str] = {}
    columns = [column.name for column in table_named(table).columns]
    for column in columns:
        if column in theirs:
            found[column] = theirs[column]
    if table == "linkages" and "buyer" in theirs and BOUGHT & set(theirs):
        found.setdefault("source", theirs["buyer"])  # elsewhere a buyer is who is supplied
    for column in columns:
        taken = set(found.values())
        free = (theirs[word] for word in _words(table, column) if word in theirs)
        name = next((name for name in free if name not in taken), "")
        if column not in found and name:
            found[column] = name
    return found


def likely_column(table: str, column: str, names: Iterable[str]) -> str:
    """Return the name that is most likely meant by a column of the schema, or an empty text."""
    names = list(names)
    known = columns_called(table, names)
    if column in known:
        return known[column]
    words = {word for word in _words(table, column) if len(word) > 2} - SAYS_LITTLE
    if column.endswith("_id"):
        words.add("id")
    partial = [name for name in names if words & set(plain(name).split("_"))]
    return partial[0] if partial else nearest(column, names)


def _words(table: str, column: str) -> list[str]:
    return EXCEPTIONS.get((table, column), COLUMN_WORDS.get(column, "")).split()
