"""What both tests say, in plain words."""

from __future__ import annotations

from collections import Counter

import polars as pl

from buzzline.clusters.delineation_rule import (
    MULTIPLE,
    OUTCOMES,
    OVERLAPPING,
    SITES,
    TwoTestRule,
)
from buzzline.clusters.distinctness import NOT_TESTABLE
from buzzline.clusters.names import short_names
from buzzline.wording import plural, verb

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
           "eleven", "twelve")  # fmt: skip
GROUPS_SAID = 3
WEAKER = (
    'Held to linkages alone (needs="linkages"), the weaker claim: whether each has a labour '
    "market of its own is left open."
)
LABOUR_ALONE = (
    'Held to the labour market alone (needs="labour"): whether each has linkages of its own is '
    "left open."
)


def headline(pairs: pl.DataFrame, members: pl.DataFrame) -> str:
    """Return the verdict in plain words, city-regions with most clusters first.

    Parameters
    ----------
    pairs : DataFrame
        Of a `Delineation`: `industry`, `cluster_id`, `label`, `sibling_id`, `sibling`,
        `outcome`.
    members : DataFrame
        Of it: `cluster_id` (after merging), `site_id`.
    """
    if not pairs.height:
        return "No two clusters to tell apart."
    merged = dict(members.select("site_id", "cluster_id").unique().iter_rows())
    said = [_group(group, merged) for group in _groups(pairs)]
    more = len(said) - GROUPS_SAID
    further = [f"{plural(more, 'further city-region')} in the table"] if more > 0 else []
    return "; ".join([*said[:GROUPS_SAID], *further]) + "."


def sentence(pairs: pl.DataFrame, clusters: pl.DataFrame, rule: TwoTestRule) -> str:
    """Return counts of outcomes, and of what could not be tested what it needs.

    Parameters
    ----------
    pairs, clusters : DataFrame
        Of a `Delineation`.
    rule : TwoTestRule
    """
    counts = dict(pairs.group_by("outcome").len().iter_rows())
    tested = [f"{counts[name]:,} {name}" for name in OUTCOMES if name in counts]
    untested = pairs.filter(pl.col("outcome") == NOT_TESTABLE)
    said = []
    if untested.height < pairs.height:
        said.append(f"{plural(pairs.height, 'pair')} of sibling clusters: {'; '.join(tested)}.")
        n_sites = int(clusters["n_sites"].sum())
        said.append(f"{plural(n_sites, 'candidate')} {verb(n_sites, 'makes', 'make')} "
                    f"{plural(clusters.height, 'cluster')}.")  # fmt: skip
    if untested.height:
        said.append(_untested(untested))
    if rule.needs != "both":
        said.append(WEAKER if rule.needs == "linkages" else LABOUR_ALONE)
    elif weaker := _told_by_linkages(untested):
        said.append(weaker)
    return " ".join(said)


def _untested(untested: pl.DataFrame) -> str:
    """Return which candidates are kept apart untested, what it needs, and what is possible."""
    n = len({*untested["cluster_id"], *untested["sibling_id"]})
    text = f"{plural(n, 'candidate')}, kept apart because not testable"
    needed = untested.drop_nulls("n_needed").sort("n_needed", "needed_in")
    if needed.height:
        first = needed.row(0, named=True)
        layer = str(first["needed_in"]).replace("_", " ")
        text += f"; it needs about {first['n_needed']:,} ties of {layer}"
    elif (untested["labour"] == NOT_TESTABLE).all():
        text += "; it needs a layer of labour (labour_move or commute)"
    possible = list(dict.fromkeys(
        outcome for row in untested["possible"] if row for outcome in row.split("; ")
    ))  # fmt: skip
    return f"{text}; possible: {', '.join(possible)}." if possible else f"{text}."


def _told_by_linkages(untested: pl.DataFrame) -> str:
    """Return how many pairs lack nothing but labour, and the weaker way."""
    lacking = untested.filter(
        pl.col("labour") == NOT_TESTABLE, pl.col("linkages") != NOT_TESTABLE,
        pl.col("distinct") != NOT_TESTABLE,
    ).height  # fmt: skip
    if not lacking:
        return ""
    return (
        f'In {plural(lacking, "pair")} only labour is missing: needs="linkages" holds them to '
        "linkages alone, which is a weaker claim."
    )


def _groups(pairs: pl.DataFrame) -> list[pl.DataFrame]:
    """Return pairs by groups of siblings that hang together, the largest first."""
    group_of: dict[str, str] = {}
    for one, other in pairs.select("cluster_id", "sibling_id").iter_rows():
        first, second = group_of.setdefault(one, one), group_of.setdefault(other, other)
        if first != second:
            group_of |= {key: first for key, at in group_of.items() if at == second}
    named = pairs.with_columns(group=pl.col("cluster_id").replace_strict(group_of))
    parts = named.partition_by("group", maintain_order=True)
    return sorted(parts, key=lambda part: (-part.height, part["industry"][0], part["label"][0]))


def _group(pairs: pl.DataFrame, merged: dict[str, str]) -> str:
    ends = [*pairs.select("cluster_id", "label").iter_rows(),
            *pairs.select("sibling_id", "sibling").iter_rows()]  # fmt: skip
    labels = dict(ends)
    outcomes = Counter(pairs["outcome"])
    n, n_after = len(labels), len({merged.get(site, site) for site in labels})
    where = f"{pairs['industry'][0]} around {_around(list(labels.values()))}"
    return f"{where}: {_verdict(outcomes, n, n_after)}"


def _verdict(outcomes: Counter[str], n: int, n_after: int) -> str:
    """Return what a group of candidates is.

    Examples
    --------
    >>> _verdict(Counter({"multiple clusters": 3}), 3, 3)
    'three clusters, not one'
    >>> _verdict(Counter({"one cluster, several sites": 1}), 2, 1)
    'one cluster with two sites'
    >>> _verdict(Counter({"not testable": 3}), 3, 3)
    'not testable whether the three candidates are several clusters or one'
    """
    if set(outcomes) == {NOT_TESTABLE}:
        return f"not testable whether the {_number(n)} candidates are several clusters or one"
    if n_after == 1:
        is_sites = bool(outcomes[SITES])
        return f"one cluster with {_number(n)} sites" if is_sites else (
            f"one cluster, not {_number(n)}"
        )  # fmt: skip
    if set(outcomes) == {MULTIPLE}:
        return f"{_number(n)} clusters, not one"
    if set(outcomes) == {OVERLAPPING}:
        return f"{_number(n)} overlapping communities in one place"
    open_ones = f", {plural(outcomes[NOT_TESTABLE], 'pair')} of them not testable"
    return f"{_number(n)} candidates make {_number(n_after)} clusters" + (
        open_ones if outcomes[NOT_TESTABLE] else ""
    )


def _around(labels: list[str]) -> str:
    """Return what names share, else the first two.

    Examples
    --------
    >>> _around(["Nillon north, RO", "Nillon east, RO"])
    'Nillon'
    >>> _around(["Prato, IT", "Carpi, IT", "Lucca, IT"])
    'Prato, Carpi and 1 more'
    """
    names = list(dict.fromkeys(short_names(labels)))
    words = [name.split() for name in names]
    shared = []
    for column in zip(*words, strict=False):
        if len(set(column)) > 1:
            break
        shared.append(column[0])
    if shared:
        return " ".join(shared)
    if len(names) == 2:
        return " and ".join(names)
    return f"{names[0]}, {names[1]} and {len(names) - 2} more"


def _number(n: int) -> str:
    return NUMBERS[n] if n < len(NUMBERS) else f"{n:,}"
