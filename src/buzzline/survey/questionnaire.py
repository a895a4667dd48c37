"""What is asked of the members of a cluster, and how long it takes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil

import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument, TooFew
from buzzline.quantities import Minutes, Years
from buzzline.tables.study import Study
from buzzline.wording import plural

LONGEST: Minutes = 15.0
# Seconds a person needs: a short closed question about 8, a number to be looked up 25, a name
# to be remembered and written 20, a line of a list to be read past 2.5.
OPENING, NUMBER, LINE, TICK, NAME, PRACTICE = 45.0, 25.0, 2.5, 8.0, 20.0, 10.0
USUALLY_TICKED = 8  # advisers that members of clusters usually name from a list
BACKGROUND = ("degrees_percent", "experience_years", "rd_percent")
EXTERNAL, FEWER_EXTERNAL = 8, 4
TRUSTED, FEWER_TRUSTED = 8, 4
RECALLED = 10
FEWEST_MEMBERS = 4
FEWEST_PRACTICES, MOST_PRACTICES = 3, 12


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Questionnaire:
    """What is asked, of whom.

    Attributes
    ----------
    cluster_id, label : str
    members : DataFrame             `org_id`, `name`: of whom it is asked, and the roster
    year : int                      answers are stored under
    background : tuple of str       questions about the organisation itself
    has_roster : bool               False: advisers are named from memory
    most_trusted : int              advisers whose trust is asked
    most_external : int             sources outside that can be named
    practices : tuple of str
    cut : tuple of str              what was left out, and what that costs
    """

    cluster_id: str
    label: str
    members: pl.DataFrame
    year: Years
    background: tuple[str, ...]
    has_roster: bool
    most_trusted: int
    most_external: int
    practices: tuple[str, ...]
    cut: tuple[str, ...] = ()

    @property
    def minutes(self) -> float:
        """How long it takes, as estimated."""
        k = self.members.height
        ticked = min(USUALLY_TICKED, k - 1)
        named = ticked * TICK + (k - 1) * LINE
        advice = named if self.has_roster else min(RECALLED, ticked) * (NAME + TICK)
        parts = (
            OPENING, len(self.background) * NUMBER, advice,
            min(self.most_trusted, ticked) * TICK, self.most_external * NAME,
            len(self.practices) * PRACTICE,
        )  # fmt: skip
        return sum(parts) / 60

    def table(self) -> pl.DataFrame:
        """Return whom it is asked of."""
        return self.members

    def __str__(self) -> str:
        text = (
            f"Questionnaire for {plural(self.members.height, 'member')} of {self.label}: about "
            f"{ceil(self.minutes)} minutes each."
        )
        return " ".join([text, *(f"Cut: {what}." for what in self.cut)])

    def __repr__(self) -> str:
        return str(self)


def questionnaire(
    study: Study, clustering: Clustering, *, cluster: str, year: Years,
    practices: Sequence[str] | None = None, longest: Minutes = LONGEST,
) -> Questionnaire:  # fmt: skip
    """Return what to ask the members of one cluster, within so many minutes.

    Parameters
    ----------
    study : Study
    clustering : Clustering
    cluster : str
        Identifier or label of the cluster.
    year : year
        Answers are stored under it.
    practices : sequence of str, optional
        Practices whose adoption is asked; None: those in `knowledge_items`.
    longest : minutes
        What does not fit is cut: practices first, the roster last.

    Raises
    ------
    InvalidArgument
        There is no such cluster, or several of that name.
    TooFew
        Fewer than four members, or not even the shortest questionnaire fits.

    Examples
    --------
    >>> from buzzline.clusters.declared_as_clusters import declared_as_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=400, clusters=2, rng=1).study
    >>> declared = declared_as_clusters(study)
    >>> name = declared.clusters["cluster_id"][0]
    >>> questionnaire(study, declared, cluster=name, year=2025).has_roster
    True
    """
    row = _one_cluster(clustering, cluster)
    members = _members(study, clustering, row["cluster_id"])
    if members.height < FEWEST_MEMBERS:
        raise TooFew(
            f"survey: {row['label']} has {plural(members.height, 'member')}; who advises whom "
            f"is worth asking from {FEWEST_MEMBERS} on. Talk to them instead."
        )
    asked = practices if practices is not None else _practices_of(study)
    whole = Questionnaire(
        row["cluster_id"], row["label"], members, year, BACKGROUND, True, TRUSTED, EXTERNAL,
        tuple(dict.fromkeys(asked)),
    )  # fmt: skip
    return _within(whole, longest)


def _members(study: Study, clustering: Clustering, cluster_id: str) -> pl.DataFrame:
    """Return `org_id` and `name`, by name; names that several have are told apart by id."""
    ids = clustering.members.filter(pl.col("cluster_id") == cluster_id).select("org_id")
    named = ids.unique(maintain_order=True).join(
        study.organisations.select("org_id", name=pl.coalesce("name", "org_id")), on="org_id",
        how="left", validate="1:1", maintain_order="left",
    )  # fmt: skip
    shared = pl.col("name").str.strip_chars().str.to_lowercase().is_duplicated()
    apart = pl.when(shared).then(pl.format("{} ({})", "name", "org_id")).otherwise("name")
    return named.with_columns(name=apart).sort("name", "org_id")


def _one_cluster(clustering: Clustering, wanted: str) -> dict[str, str]:
    clusters = clustering.clusters.select("cluster_id", "label")
    for column in ("cluster_id", "label"):
        found = clusters.filter(pl.col(column) == wanted).to_dicts()
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(row["cluster_id"] for row in found)
            raise InvalidArgument(f"survey: {wanted!r} is the label of {names}; name one.")
    known = ", ".join(repr(name) for name in clusters["cluster_id"].head(12))
    more = ", ..." if clusters.height > 12 else ""
    raise InvalidArgument(
        f"survey: there is no cluster {wanted!r}; clusters are {known}{more}"
        if clusters.height
        else "survey: there are no clusters to ask members of."
    )


def _practices_of(study: Study) -> list[str]:
    items = study.knowledge_items.filter(pl.col("kind") == "practice")
    named = items["classes"].drop_nulls().str.split("|").explode().drop_nulls()
    counted = named.value_counts(sort=True, name="n").sort(
        ["n", named.name], descending=[True, False]
    )
    return counted[named.name].head(MOST_PRACTICES).to_list()


Cut = Callable[[Questionnaire], Questionnaire]


def _within(whole: Questionnaire, longest: float) -> Questionnaire:
    """Cut what costs the analysis least until it fits.

    Practices go one by one down to three, then sources outside, background, trust and the rest
    of the practices. Last of all the roster goes, and what fits instead comes back.
    """
    kept = _shortened(whole, longest)
    if kept.minutes > longest:
        kept = _shortened(replace(whole, has_roster=False), longest)
    if kept.minutes > longest:
        raise TooFew(
            f"survey: even the shortest questionnaire takes {kept.minutes:.1f} minutes, more "
            f"than {longest:g}. Allow more time."
        )
    return replace(kept, cut=tuple(_said(whole, kept)))


def _shortened(whole: Questionnaire, longest: float) -> Questionnaire:
    kept = whole
    while kept.minutes > longest and len(kept.practices) > FEWEST_PRACTICES:
        kept = replace(kept, practices=kept.practices[:-1])
    steps: tuple[Cut, ...] = (
        lambda q: replace(q, most_external=FEWER_EXTERNAL),
        lambda q: replace(q, background=BACKGROUND[:1]),
        lambda q: replace(q, most_trusted=FEWER_TRUSTED),
        lambda q: replace(q, practices=()),
    )
    for step in steps:
        if kept.minutes > longest:
            kept = step(kept)
    return kept


def _said(whole: Questionnaire, kept: Questionnaire) -> list[str]:
    """Say what was cut and what cannot be told without it."""
    said = []
    n = len(whole.practices) - len(kept.practices)
    if n:
        rest = f"{len(kept.practices)} are left" if kept.practices else "none is left"
        said.append(f"{plural(n, 'practice')}; {rest}, so adoption along ties is seen less")
    if kept.most_external < whole.most_external:
        said.append(
            f"sources outside beyond {kept.most_external}, so openness is cut off there"
        )
    if kept.background != whole.background:
        said.append("experience and research, so absorptive capacity is seen from degrees only")
    if kept.most_trusted < whole.most_trusted:
        said.append(f"trust in more than {kept.most_trusted} advisers")
    if not kept.has_roster:
        said.append(
            f"the list of {whole.members.height:,} members; up to {RECALLED} advisers named "
            "from memory, which forgets weak ties: density and the ties of those who have many "
            "come out too low"
        )
    return said
