"""Draw owners anew, delineate again, and see what became of each cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.agreement import adjusted_rand
from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.groupings import Labels, cluster_labels
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws
from buzzline.randomness import Seed, child, seed_of
from buzzline.space.threads import spread
from buzzline.tables.study import Study

Again = Callable[[Study], Clustering | None]

FATES = ("found", "in_a_larger_one", "in_pieces", "gone")
FOUND, LARGER, PIECES, GONE = range(4)
SAME = 0.5  # Jaccard overlap above which two clusters are the same one


@dataclass(frozen=True, slots=True, eq=False)
class Refound:
    """What became of clusters in resamples.

    Attributes
    ----------
    clusters : tuple of dict           `cluster_id`, `label`, `industry`, `n_members`
    overlap : (draws, k) float64       best Jaccard overlap among organisations drawn
    fate : (draws, k) int64            number in `FATES`
    n_drawn : (draws, k) int64         members drawn
    industries : tuple of (name, number of clusters)
    number : (draws, i) float64        clusters found again or anew
    rand : (draws, i) float64          adjusted Rand index, those in none a group
    """

    clusters: tuple[dict[str, object], ...]
    overlap: Floats
    fate: Indices
    n_drawn: Indices
    industries: tuple[tuple[str, int], ...]
    number: Floats
    rand: Floats

    def n_members(self, k: int) -> int:
        """Return the members of a cluster in the whole study."""
        n = self.clusters[k]["n_members"]
        assert isinstance(n, int)
        return n


def found_again(
    study: Study,
    clustering: Clustering,
    again: Again,
    *,
    draws: Draws = 49,
    rng: Seed = None,
    progress: Progress = silent,
) -> Refound:
    """Draw owners anew and see what becomes of each cluster.

    Parameters
    ----------
    study : Study
    clustering : Clustering
    again : callable
        Takes a study with some of the organisations (and their activities, without other
        tables) and returns its clusters, or None where there can be none.
    draws : draws
    rng : Generator, int or None
    progress : Progress
    """
    seed = seed_of(rng)
    labels = cluster_labels(study, clustering)
    draws = draws if labels else 0
    row = study.organisations.select("org_id").with_row_index("row")
    ids = pl.coalesce(pl.col("owner_id"), pl.col("org_id"))
    owner = study.organisations.select(ids.rank("dense").cast(pl.Int32) - 1).to_series()
    of_owner = as_codes(owner.to_numpy())

    def one(draw: int) -> _Draw:
        drawn = _drawn(of_owner, child(seed, "owners", draw))
        found = again(_sample(study, drawn))
        there = _codes(found, row["org_id"]) if found is not None else {}
        return _compared(labels, there, drawn)

    done = spread(one, range(draws))
    parts = [next(done) for _ in told(progress, "clusters of resampled owners", range(draws))]
    industries = tuple((name, len(mine.ids)) for name, mine in labels.items())
    k, i = sum(n for _, n in industries), len(industries)
    return Refound(
        _named(labels),
        as_floats(_stacked([part.overlap for part in parts], k)),
        as_indices(_stacked([part.fate for part in parts], k)),
        as_indices(_stacked([part.n_drawn for part in parts], k)),
        industries,
        as_floats(_stacked([part.number for part in parts], i)),
        as_floats(_stacked([part.rand for part in parts], i)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Draw:
    overlap: Floats
    fate: Indices
    n_drawn: Indices
    number: Floats
    rand: Floats


def _stacked(rows: Sequence[np.ndarray], width: int) -> np.ndarray:
    return np.reshape(np.concatenate(rows) if rows else np.empty(0), (len(rows), width))


def _named(labels: Mapping[str, Labels]) -> tuple[dict[str, object], ...]:
    rows: list[dict[str, object]] = []
    for name, mine in labels.items():
        n_members = np.bincount(mine.code[mine.code >= 0], minlength=len(mine.ids))
        rows += [
            {"cluster_id": key, "label": called, "industry": name, "n_members": int(n)}
            for key, called, n in zip(mine.ids, mine.names, n_members, strict=True)
        ]
    return tuple(rows)


def _drawn(owner: Codes, rng: np.random.Generator) -> Flags:
    """Draw as many owners with replacement; tell which organisations are of one drawn."""
    n_owners = int(owner.max(initial=-1)) + 1
    taken = np.zeros(n_owners, np.bool_)
    taken[rng.integers(n_owners, size=n_owners)] = True
    return np.asarray(taken[owner])


def _sample(study: Study, drawn: Flags) -> Study:
    organisations = study.organisations.filter(pl.Series(drawn)).with_columns(
        owner_id=pl.lit(None, pl.String), place_id=pl.lit(None, pl.String)
    )
    known = organisations.select("org_id")
    activities = study.activities.join(known, on="org_id", how="semi", maintain_order="left")
    return Study(
        organisations=organisations, activities=activities, industries=study.industries
    )


def _codes(found: Clustering, org_id: pl.Series) -> dict[str, Codes]:
    """Return the cluster of each organisation of the whole study, industry by industry."""
    number = found.clusters.select(
        "cluster_id", "industry", number=pl.int_range(pl.len(), dtype=pl.Int32)
    )
    row = pl.DataFrame({"org_id": org_id}).with_row_index("row")
    members = found.members.join(number, on="cluster_id", how="inner").join(row, on="org_id")
    out = {}
    for key, part in members.partition_by("industry", as_dict=True).items():
        kept = part.sort("row", "number").unique("row", keep="first")
        code = np.full(org_id.len(), -1, np.int32)
        code[kept["row"].to_numpy()] = kept["number"].to_numpy()
        out[str(key[0])] = as_codes(code)
    return out


def _compared(labels: Mapping[str, Labels], there: Mapping[str, Codes], drawn: Flags) -> _Draw:
    parts = []
    for name, mine in labels.items():
        one = mine.code[drawn]
        other = there[name][drawn] if name in there else np.full_like(one, -1)
        number = np.unique(other[other >= 0]).size
        rand = adjusted_rand(one, other)
        parts.append((*fates(one, other, len(mine.ids)), number, rand))
    overlap, fate, n_drawn, number_, rand_ = zip(*parts, strict=True) if parts else 5 * ((),)
    return _Draw(
        as_floats(np.concatenate([*overlap, np.empty(0)])),
        as_indices(np.concatenate([*fate, np.empty(0)])),
        as_indices(np.concatenate([*n_drawn, np.empty(0)])),
        as_floats(number_), as_floats(rand_),
    )  # fmt: skip


def fates(label: Codes, other: Codes, n: int) -> tuple[Floats, Indices, Indices]:
    """Return what became of each of n clusters in another delineation of the same things.

    Parameters
    ----------
    label, other : (m,) int32     cluster of each, -1 for none
    n : int                       clusters of the first, with or without a member here

    Returns
    -------
    overlap : (n,) float64        largest Jaccard overlap with a cluster of the other
    fate : (n,) int64             number in `FATES`
    size : (n,) int64

    Examples
    --------
    >>> overlap, fate, _ = fates(np.array([0, 0, 0, 1, 1]), np.array([0, 0, -1, 0, 0]), 2)
    >>> overlap.round(2).tolist(), [FATES[k] for k in fate]
    ([0.4, 0.5], ['in_a_larger_one', 'in_a_larger_one'])
    """
    size = np.bincount(label[label >= 0], minlength=n)
    there = np.bincount(other[other >= 0], minlength=1)
    both = (label >= 0) & (other >= 0)
    pair, common = np.unique(
        label[both].astype(np.int64) * there.size + other[both], return_counts=True
    )
    one, two = pair // there.size, pair % there.size
    overlap, largest, held = np.zeros(n), np.zeros(n), np.zeros(n)
    np.maximum.at(overlap, one, common / (size[one] + there[two] - common))
    np.maximum.at(largest, one, np.where(there[two] > size[one], common, 0))
    np.add.at(held, one, common)
    fate = np.where(2 * held >= size, PIECES, GONE)
    fate = np.where(2 * largest >= size, LARGER, fate)
    fate = np.where(overlap > SAME, FOUND, np.where(held == 0, GONE, fate))
    return as_floats(overlap), as_indices(fate), as_indices(size)
