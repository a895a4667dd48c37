"""Where a simulation starts: from a few settings, or from the user's own study.

A world from settings has the organisations, industries and places that are asked for and no
ties; its knowledge and its ties are drawn at the start of each run.

A world from a study has its organisations where they stand, its industries, and its ties with
the trust they are told to have. What the study does not tell is assumed; `World.notes` say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Floats, as_codes, as_flags, as_floats
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count, Years
from buzzline.randomness import Seed, child, seed_of
from buzzline.simulation.made_places import MOST_NATIONS, made_places
from buzzline.simulation.settings import Settings
from buzzline.simulation.study_industries import sorted_by_industry
from buzzline.simulation.study_knowledge import knowledge_of
from buzzline.simulation.study_places import settled
from buzzline.simulation.study_ties import tied
from buzzline.simulation.world import Places, World
from buzzline.tables.study import Study
from buzzline.tables.worlds.organisations import industry_codes

JOBS_AT_MEDIAN = 12.0
MOST_MARKETS = 8
UNIVERSITIES = ("university", "laboratory")


def world_of_settings(
    n_places: Count = 8,
    organisations: int | Sequence[int] = 24,
    industries: Count = 1,
    *,
    nations: int | None = None,
    n_categories: Count = 10,
    settings: Settings | None = None,
    focal: tuple[int, ...] = (),
    rng: Seed = None,
) -> World:
    """Make a world from a few lines of settings.

    Parameters
    ----------
    n_places : count
    organisations : int or sequence of int
        In each place, or one number a place; a place may be empty.
    industries : count
        Dealt evenly among the organisations of each place; neighbours in the list are related.
    nations : int or None
        None: a nation for each place as long as there are enough (12).
    n_categories : count
        Of knowledge.
    settings : Settings or None
        Values other than the defaults.
    focal : tuple of int
        Places that are asked about; () is all.
    rng : Generator, int or None
        Where the places lie and how large the organisations are.

    Raises
    ------
    InvalidArgument
        No place, no organisation, as many numbers as there are no places, or a focal place
        that there is not.

    Examples
    --------
    >>> world = world_of_settings(3, [10, 5, 0], rng=1)
    >>> print(world)
    World of settings: 15 organisations of 1 industry in 3 places
    """
    n_here = _numbers(organisations, n_places, industries)
    _check_focal(focal, n_places)
    seed = seed_of(rng)
    places = made_places(
        n_places,
        min(n_places, MOST_NATIONS) if nations is None else nations,
        child(seed, "places"),
    )
    place = as_codes(np.repeat(np.arange(n_places), n_here))
    n = place.size
    jobs = np.ceil(JOBS_AT_MEDIAN * child(seed, "jobs").lognormal(0, 1, n))
    return World(
        places=places,
        industries=industry_codes(industries),
        ids=tuple(f"O{k:0{len(str(n))}d}" for k in range(n)),
        place=place,
        industry=_dealt(n_here, industries),
        jobs=as_floats(jobs),
        is_university=np.zeros(n, np.bool_),
        owner=np.full(n, -1, np.int32),
        related=chain_of_industries(industries),
        n_categories=n_categories,
        n_markets=min(MOST_MARKETS, max(1, len(set(places.countries)) - 1)),
        settings=settings or Settings(),
        focal=focal,
        title="World of settings",
    )


def _numbers(organisations: int | Sequence[int], n_places: int, industries: int) -> Codes:
    if isinstance(organisations, int | np.integer):
        numbers = np.full(max(n_places, 0), organisations)
    else:
        numbers = np.asarray(organisations, dtype=np.int64)
    if numbers.size != n_places:
        raise InvalidArgument(
            f"world_of_settings: `organisations` has {numbers.size} numbers for {n_places} "
            "places; give one a place, or one for all"
        )
    if numbers.size and (numbers.min() < 0 or numbers.sum() < 1):
        raise InvalidArgument(
            "world_of_settings: `organisations` must be 0 or more in each place and 1 or more "
            f"in all, got {numbers.tolist()[:5]}"
        )
    if industries < 1:
        raise InvalidArgument(
            f"world_of_settings: `industries` must be at least 1, got {industries}"
        )
    return as_codes(numbers)


def _check_focal(focal: tuple[int, ...], n_places: int) -> None:
    for place in focal:
        if not 0 <= place < n_places:
            raise InvalidArgument(
                f"world_of_settings: `focal` names place {place}; places are 0 to "
                f"{n_places - 1}"
            )


def _dealt(n_here: Codes, industries: int) -> Codes:
    """Return industries in turn within each place."""
    first = np.repeat(np.cumsum(n_here) - n_here, n_here)
    return as_codes((np.arange(first.size) - first) % industries)


def chain_of_industries(n: int) -> Floats:
    """Return relatedness that halves with each step along the list; (n, n) float64."""
    steps = np.abs(np.arange(n)[:, None] - np.arange(n)[None, :])
    return as_floats(0.5**steps)


def world_of_study(
    study: Study,
    clustering: Clustering | None = None,
    *,
    year: Years | None = None,
    focal: Sequence[str] = (),
    most_industries: Count = 12,
    most_places: Count = 300,
    n_categories: Count = 10,
    settings: Settings | None = None,
) -> World:
    """Make a world of the organisations, ties and industries of a study.

    Parameters
    ----------
    study : Study
    clustering : Clustering or None
        Clusters whose places are asked about, unless `focal` names others.
    year : year or None
        As things stood on its first day; None: all organisations and ties, whenever they were
        there.
    focal : sequence of str
        Names or ids of the places that are asked about.
    most_industries : count
        The largest are kept; the rest are one industry, "other".
    most_places : count
        Where the study names no places: most neighbourhoods that are kept apart.
    n_categories : count
        Of knowledge.
    settings : Settings or None

    Returns
    -------
    World
        `notes` say what the study did not tell and what was assumed instead.

    Raises
    ------
    TooFew
        No organisation has coordinates.
    InvalidArgument
        A focal place that there is not.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> world = world_of_study(make_world(organisations=200, rng=1).study)
    >>> world.n, world.places.n, len(world.ties["source"])
    (200, 32, 1494)
    """
    there = study if year is None else standing_on(study, date(year, 1, 1))
    settings = settings or Settings()
    standing = settled(there, at_most=most_places)
    placed, places = standing.organisations, standing.places
    kinds = sorted_by_industry(there, placed, at_most=most_industries)
    linked = tied(there, placed, places, settings=settings)
    knowledge, known = knowledge_of(there, placed, kinds.industry, n_categories=n_categories)
    jobs, counted = _jobs(placed["jobs"])
    return World(
        places=places,
        industries=kinds.industries,
        ids=tuple(placed["org_id"].to_list()),
        place=as_codes(placed["place"].to_numpy()),
        industry=kinds.industry,
        jobs=jobs,
        is_university=as_flags(placed["kind"].is_in(UNIVERSITIES).fill_null(False).to_numpy()),
        owner=_owner_place(placed),
        related=kinds.related,
        knowledge=knowledge,
        ties=linked.ties,
        n_categories=n_categories,
        n_markets=min(MOST_MARKETS, max(1, len(set(places.countries)) - 1)),
        settings=settings,
        focal=_focal(places, focal, placed, clustering),
        title=study.about.title,
        longitude=as_floats(placed["longitude"].to_numpy()),
        latitude=as_floats(placed["latitude"].to_numpy()),
        notes=(*standing.notes, *kinds.notes, *counted, *linked.notes, *known),
    )


def standing_on(study: Study, day: date) -> Study:
    """Return the organisations and ties of a study that were there on a day."""
    opened, closed = study.organisations["opened"], study.organisations["closed"]
    alive = (opened.is_null() | (opened <= day)) & (closed.is_null() | (closed >= day))
    some = study.among(as_flags(alive.fill_null(True).to_numpy()))
    begun = pl.col("start").is_null() | (pl.col("start") <= day)
    lasting = pl.col("end").is_null() | (pl.col("end") >= day)
    known = pl.col("date").is_null() | (pl.col("date") < day)
    items = some.knowledge_items.filter(known)
    ties = some.linkages.filter(begun & lasting)
    return some.with_table("linkages", ties).with_table("knowledge_items", items)


def place_named(places: Places, name: str) -> int:
    """Return the row of a place by its id or its name.

    Raises
    ------
    InvalidArgument
        No such place; the message names places that sound alike.
    """
    for known in (places.ids, places.names):
        if name in known:
            return known.index(name)
    near = [known for known in places.names if name.lower() in known.lower()]
    if len(near) == 1:
        return places.names.index(near[0])
    hint = f"Did you mean {' or '.join(repr(one) for one in near[:3])}?" if near else (
        f"Places are {', '.join(repr(one) for one in places.names[:5])}, ..."
    )  # fmt: skip
    raise InvalidArgument(f"world_of_study: there is no one place called {name!r}. {hint}")


def _focal(
    places: Places, names: Sequence[str], placed: pl.DataFrame, clustering: Clustering | None
) -> tuple[int, ...]:
    if names:
        return tuple(place_named(places, name) for name in names)
    if clustering is None:
        return ()
    members = clustering.members.join(
        placed.select("org_id", "place"), on="org_id", how="inner", validate="m:1"
    )
    most = (
        members.group_by("cluster_id", "place").len()
        .sort(["cluster_id", "len", "place"], descending=[False, True, False])
        .unique("cluster_id", keep="first", maintain_order=True)
    )  # fmt: skip
    return tuple(sorted(set(most["place"].to_list())))


def _jobs(told: pl.Series) -> tuple[Floats, tuple[str, ...]]:
    unknown = told.is_null() | (told <= 0)
    if not unknown.any():
        return as_floats(told.to_numpy()), ()
    median = told.filter(~unknown).median()
    usual = JOBS_AT_MEDIAN if median is None else float(median)  # type: ignore[arg-type]
    whose = "as nothing is known" if median is None else "the median of the others"
    note = (
        f"Jobs of {int(unknown.sum()):,} of {told.len():,} organisations are not known; taken "
        f"as {usual:g} each ({whose})."
    )
    jobs = np.where(unknown.fill_null(True).to_numpy(), usual, told.fill_null(0).to_numpy())
    return as_floats(jobs), (note,)


def _owner_place(placed: pl.DataFrame) -> Codes:
    """Return the place of the owner where it is another; -1 otherwise."""
    owner = placed.select("owner_id", "place").join(
        placed.select(owner_id="org_id", theirs="place"), on="owner_id", how="left",
        validate="m:1", maintain_order="left",
    )  # fmt: skip
    elsewhere = pl.when(pl.col("theirs") != pl.col("place")).then("theirs").otherwise(-1)
    return as_codes(owner.select(elsewhere.fill_null(-1)).to_series().to_numpy())
