"""Members of a declared cluster, found again among the participants of research projects."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from buzzline import read_cordis
from buzzline.tables.study import Study

CLUSTER = "minalogic"
NO_NAMES = {"sa", "sas", "sasu", "sarl", "group", "groupe", "de", "du", "la", "le", "et", "of"}
IDENTIFIERS = ("organisationID", "pic")
MOST_BEARERS = 6  # a word that more organisations of a list bear tells nobody apart


def study_of(projects: Path, directory: Path) -> Study:
    """Return participants of projects and members of the cluster as one study.

    Parameters
    ----------
    projects : Path
        Folder of the research projects.
    directory : Path
        Folder with `members.parquet`: `name`, `city`, `joined`, `lat`, `lon`.
    """
    research = read_cordis(projects)
    members = pl.read_parquet(directory / "members.parquet").drop_nulls("name")
    french = research.organisations.filter(country="FR")
    rows = pl.read_parquet(projects / "participations.parquet")
    spelt = rows.group_by(next(name for name in IDENTIFIERS if name in rows.columns))
    known = {
        str(org_id): tuple(set(filter(None, [*names, *short])))
        for org_id, names, short in spelt.agg("name", "shortName").iter_rows()
    }
    spellings = [known[org_id] for org_id in french["org_id"]]
    found = same_organisation(members["name"].to_list(), spellings)
    ids = french["org_id"].to_list()
    members = members.with_columns(org_id=pl.Series([
        ids[found[n]] if n in found else f"member-{n}" for n in range(members.height)
    ]))  # fmt: skip
    return _joined(research, members)


def same_organisation(
    names: Sequence[str], spellings: Sequence[tuple[str, ...]]
) -> dict[int, int]:
    """Return which organisation each name is, where it can be told.

    Names of the same words are the same; else all words of the shorter must stand in the
    longer, and one of them must be a word that hardly any other organisation bears.
    """
    here = [_words(name) for name in names]
    there = [[_words(each) for each in either] for either in spellings]
    bearers = Counter(word for words in here for word in words)
    bearers.update(word for either in there for word in set().union(*either))
    found = {}
    for n, words in enumerate(here):
        for at, either in enumerate(there):
            shared = [min(words, other, key=len) for other in either
                      if words <= other or other <= words]  # fmt: skip
            rare = any(bearers[word] <= MOST_BEARERS for each in shared for word in each)
            if rare or words in either:
                found.setdefault(n, at)
    return found


def _words(name: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return set(re.findall(r"[a-z0-9]+", plain)) - NO_NAMES


def _joined(research: Study, members: pl.DataFrame) -> Study:
    new = members.filter(pl.col("org_id").str.starts_with("member-")).select(
        "org_id", "name", "city", country=pl.lit("FR"), latitude=pl.col("lat"),
        longitude=pl.col("lon"),
        precision=pl.when(pl.col("lat").is_not_null()).then(pl.lit("city")),
    )  # fmt: skip
    joined = members.select(
        "org_id", cluster_id=pl.lit(CLUSTER), start=pl.col("joined").cast(pl.Date)
    )
    organisations = pl.concat([research.organisations, new], how="diagonal_relaxed")
    declared = pl.DataFrame({"cluster_id": [CLUSTER], "name": ["Minalogic"]})
    return (
        research.with_table("organisations", organisations)
        .with_table("declared_clusters", declared)
        .with_table("memberships", joined.unique("org_id", keep="first", maintain_order=True))
    )
