"""Who is who over the years: suppliers and plants of lists that spell them anew every year."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process, utils
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

LEGAL_FORMS = re.compile(
    r"\b(incorporated|inc|corporation|corp|company|co|limited|ltd|llc|plc|ag|gmbh|sa|nv|bv|oyj|"
    r"ab|se|kk|pte|public|holdings?|aktiengesellschaft)\b"
)
WAYS = {
    "rd": "road", "st": "street", "ave": "avenue", "blvd": "boulevard", "bldg": "building",
    "pkwy": "parkway", "usa": "united states",
}  # fmt: skip
SAME_NAME = 92.0  # of 100, of the letters of two names without their legal forms
SAME_PLANT = 80.0  # of 100, of the words of two addresses


def suppliers(names: pl.Series) -> pl.Series:
    """Return one spelling, the shortest, for each supplier.

    Names are the same when they are without legal form and punctuation, or nearly.
    """
    spelt = names.unique().sort().to_list()
    bare = [_bare(name) for name in spelt]
    alike = process.cdist(bare, bare, scorer=fuzz.ratio, dtype=np.float32) >= SAME_NAME
    _, group = connected_components(csr_array(alike), directed=False)
    first: dict[int, str] = {}
    for name, number in sorted(zip(spelt, group.tolist(), strict=True), key=_by_length):
        first.setdefault(number, name.replace("\n", " "))
    chosen = {name: first[number] for name, number in zip(spelt, group.tolist(), strict=True)}
    return names.replace_strict(chosen, return_dtype=pl.String)


def plants(sightings: pl.DataFrame) -> pl.DataFrame:
    """Add `plant`: one number for a plant however its address and owner are spelt.

    Addresses are matched from year to year within a country, each to one other at most, so that
    what they share is most in all; a plant that is missing for one year is found again. Between
    different suppliers the whole address must agree, so plants sold, suppliers renamed and
    lists with names beside the wrong addresses are followed too.

    Parameters
    ----------
    sightings : DataFrame
        `year`, `supplier`, `country`, `supplier_address`.
    """
    rows = sightings.with_row_index("row").with_columns(
        address=pl.col("supplier_address").map_elements(_address, return_dtype=pl.String)
    )
    years = sorted(rows["year"].unique().to_list())
    links = [
        link
        for _, own in rows.group_by("country", maintain_order=True)
        for one, other in [*pairwise(years), *zip(years, years[2:], strict=False)]
        for link in _matched(own.filter(year=one), own.filter(year=other))
    ]
    return sightings.with_columns(pl.Series("plant", _chains(rows["year"].to_numpy(), links)))


def _matched(before: pl.DataFrame, after: pl.DataFrame) -> list[tuple[float, int, int]]:
    if not before.height or not after.height:
        return []
    here, there = before["address"].to_list(), after["address"].to_list()
    whole = process.cdist(here, there, scorer=fuzz.token_sort_ratio)
    part = process.cdist(here, there, scorer=fuzz.token_set_ratio)
    same = before["supplier"].to_numpy()[:, None] == after["supplier"].to_numpy()
    score = np.where(same, np.maximum(whole, part), whole)
    pairs = zip(*linear_sum_assignment(score, maximize=True), strict=True)
    ids, others = before["row"].to_list(), after["row"].to_list()
    return [
        (float(score[i, j]), ids[i], others[j]) for i, j in pairs if score[i, j] >= SAME_PLANT
    ]


def _chains(year: np.ndarray, links: list[tuple[float, int, int]]) -> np.ndarray:
    """Join the surest links first; a plant stands once in a year."""
    chain = np.arange(year.size)
    for _, one, other in sorted(links, key=lambda link: (-link[0], link[1:])):
        a, b = np.flatnonzero(chain == chain[one]), np.flatnonzero(chain == chain[other])
        if chain[one] != chain[other] and not np.isin(year[a], year[b]).any():
            chain[b] = chain[one]
    return np.unique(chain, return_inverse=True)[1]


def _bare(name: str) -> str:
    words = LEGAL_FORMS.sub(" ", utils.default_process(name.replace("\n", " ")))
    return " ".join(words.split()) or name


def _address(address: str) -> str:
    words = utils.default_process(address).split()
    return " ".join(WAYS.get(word, word) for word in words)


def _by_length(item: tuple[str, int]) -> tuple[int, str]:
    return len(item[0]), item[0]
