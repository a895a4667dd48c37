"""What a world of co-located clusters is asked to hold: its parks and the ties between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Literal, get_args

import numpy as np

from buzzline.arrays import Floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count, Kilometres, Ratio, Share
from buzzline.tables.vocabularies import LAYERS

Relation = Literal["collaborating", "competing", "both", "neither"]
RELATIONS: tuple[str, ...] = get_args(Relation)
MOST_SIBLINGS = 6  # as many as there are functions to tell their work apart by


@dataclass(frozen=True, slots=True)
class Odds:
    """How much likelier a tie of a member is than size and distance give.

    Attributes
    ----------
    within : ratio     to a member of the same cluster
    between : ratio    to a member of a sibling, a cluster of the same city-region
    beyond : ratio     to anybody else
    """

    within: Ratio = 1.0
    between: Ratio = 1.0
    beyond: Ratio = 1.0

    def __post_init__(self) -> None:
        if min(self.within, self.between, self.beyond) < 0:
            raise InvalidArgument(f"Odds: none may be negative, got {self}")

    @property
    def log_odds_ratio(self) -> float:
        """Return ln(within² / between²): what two separate siblings show net of distance."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(2 * (np.log(self.within) - np.log(self.between)))


@dataclass(frozen=True, slots=True)
class Parks:
    """Where the clusters of a city-region lie and who is in them.

    Attributes
    ----------
    siblings : count         clusters of one industry in each city-region, 1 to 6
    apart_km : km            distance between the centres of neighbouring parks, where distinct
    spread_km : km           half of a park's organisations lie within 1.15 of it, all within 3
    region_km : km           no organisation of a city-region outside the parks lies further out
    members : share          of all organisations: members of a cluster, remote ones included
    remote : share           of each cluster's members: far away, and tied as if they were near
    outsiders : share        to a cluster's members: in its park and its industry, and not tied
    elsewhere : share        of all organisations: in far towns, where remote members are too
    owners : int             in each city-region, owners with one site in every park
    industries : count       the one of the clusters and those of all other organisations
    paper : int              declared clusters with nothing behind them
    """

    siblings: Count = 2
    apart_km: Kilometres = 12.0
    spread_km: Kilometres = 1.5
    region_km: Kilometres = 20.0
    members: Share = 0.25
    remote: Share = 0.05
    outsiders: Share = 0.1
    elsewhere: Share = 0.15
    owners: int = 0
    industries: Count = 7
    paper: int = 0

    def __post_init__(self) -> None:
        _between("Parks", self, siblings=(1, MOST_SIBLINGS), members=(0, 1), remote=(0, 1),
                 outsiders=(0, 1), elsewhere=(0, 1), owners=(0, 10_000), paper=(0, 10_000),
                 apart_km=(0, 200), spread_km=(0.001, 50), region_km=(0.1, 100))  # fmt: skip
        if self.industries < self.siblings + 2:
            raise InvalidArgument(
                f"Parks: {self.siblings} siblings need at least {self.siblings + 2} "
                "industries, one of their own, one each to draw on and one that they share, "
                f"got {self.industries}"
            )
        if self.members * (1 + self.outsiders) + self.elsewhere > 1:
            raise InvalidArgument(
                "Parks: members, local outsiders and organisations elsewhere are more than all "
                f"organisations: {self.members * (1 + self.outsiders) + self.elsewhere:.2f}"
            )


@dataclass(frozen=True, slots=True)
class Bonds:
    """How the organisations of a world of co-located clusters are tied.

    Attributes
    ----------
    layers : tuple of str
    ties_each : ties         per organisation and layer (and year, in a history)
    separation : ratio       ties within to ties between siblings net of size and distance,
                             where socially separate; 1 where not
    collaboration : ratio    ties between siblings to what size and distance give, where they
                             collaborate; its inverse where they do not
    rivalry : share          overlap (Morisita-Horn) of the industries that siblings draw on,
                             where they compete; the rest to 1 where they do not. Some of these
                             industries are for one sibling each, the rest for all siblings
    beyond : ratio           ties of members to others, to what size and distance give
    complementarity : share  1 minus the cosine of the functions of two siblings
    response : log points    of a sibling's jobs to a shock to the first one: up where they
                             collaborate, down where they compete
    owner_ties : ties        of each layer, among the sites of an owner with several
    distance_elasticity : -  the rate of ties falls with distance to this power
    nearest_km : km          shorter distances count as this
    odds : mapping of layer to Odds
        Layers that differ from what the choices above give.
    spells : bool            whether each move of labour is also written as spells of a person
    """

    layers: tuple[str, ...] = ("labour_move", "supply", "research", "advice")
    ties_each: float = 4.0
    separation: Ratio = 6.0
    collaboration: Ratio = 3.0
    rivalry: Share = 0.9
    beyond: Ratio = 1.0
    complementarity: Share = 0.0
    response: float = 0.2
    owner_ties: int = 3
    distance_elasticity: float = 0.9
    nearest_km: Kilometres = 1.0
    odds: Mapping[str, Odds] = field(default_factory=dict)
    spells: bool = True

    def __post_init__(self) -> None:
        _between("Bonds", self, ties_each=(0, 1e6), separation=(1e-6, 1e6),
                 collaboration=(1e-6, 1e6), rivalry=(0, 1), beyond=(0, 1e6),
                 complementarity=(0, 1), response=(-5, 5), owner_ties=(0, 1e6),
                 distance_elasticity=(0, 10), nearest_km=(1e-3, 100))  # fmt: skip
        for layer in (*self.layers, *self.odds):
            if layer not in LAYERS:
                raise InvalidArgument(
                    f"Bonds: {layer!r} is not a layer; layers are {', '.join(LAYERS)}"
                )
        if len(set(self.layers)) < len(self.layers) or not set(self.odds) <= set(self.layers):
            raise InvalidArgument(
                f"Bonds: name every layer once, and `odds` for these only; got {self.layers} "
                f"and {tuple(self.odds)}"
            )

    def odds_of(self, layer: str, *, separate: bool, relation: Relation | None) -> Odds:
        """Return the planted odds of a layer.

        Examples
        --------
        >>> Bonds().odds_of("supply", separate=True, relation="collaborating")
        Odds(within=18.0, between=3.0, beyond=1.0)
        """
        if layer in self.odds:
            return self.odds[layer]
        between = {"collaborating": self.collaboration, "both": self.collaboration}.get(
            relation or "", 1.0 if relation is None else 1 / self.collaboration
        )
        return Odds(between * (self.separation if separate else 1.0), between, self.beyond)

    def overlap_of(self, relation: Relation | None) -> float:
        """Return the planted overlap of what siblings draw on; 1 when no relation was asked."""
        if relation is None:
            return 1.0
        return self.rivalry if relation in ("competing", "both") else 1 - self.rivalry

    def response_of(self, relation: Relation | None) -> float:
        """Return the planted response of a sibling's log jobs to a shock to the first one."""
        sign = {"collaborating": 1.0, "competing": -1.0}.get(relation or "", 0.0)
        return sign * self.response


def shares_with_overlap(siblings: int, overlap: float) -> Floats:
    """Return how each sibling splits over as many pools so that any two overlap as asked.

    Parameters
    ----------
    siblings : count
    overlap : share
        Morisita-Horn overlap of any two rows; also their cosine, as all rows are as long.

    Returns
    -------
    (siblings, siblings) float64 [share]
        Row k: share a of its own pool k and b of each other one, a + (siblings - 1) b = 1,
        a >= b.

    Notes
    -----
    With t = b / a, the overlap (2 t + (s - 2) t²) / (1 + (s - 1) t²) is solved for t.

    Examples
    --------
    >>> shares_with_overlap(2, 0.8).round(6).tolist()
    [[0.666667, 0.333333], [0.333333, 0.666667]]
    """
    if siblings == 1:
        return np.ones((1, 1))
    square = (siblings - 2) - overlap * (siblings - 1)
    # the root that is 0 at no overlap and 1 at full overlap, in the form without cancellation
    ratio = overlap / (1 + sqrt(max(1 + overlap * square, 0.0)))
    own = 1 / (1 + (siblings - 1) * ratio)
    shares: Floats = np.full((siblings, siblings), own * ratio)
    np.fill_diagonal(shares, own)
    return shares


def sources_with_overlap(siblings: int, overlap: float) -> Floats:
    """Return how each sibling splits over its own pool and one that all siblings share.

    Others draw on all pools alike, so siblings that share much share more with each other than
    with anybody else.

    Parameters
    ----------
    siblings : count
    overlap : share
        Morisita-Horn overlap of any two rows.

    Returns
    -------
    (siblings, siblings + 1) float64 [share]
        Row k: share a of its own pool k and c of the last, a + c = 1; c² / (a² + c²) is the
        overlap.

    Examples
    --------
    >>> sources_with_overlap(2, 0.9).round(6).tolist()
    [[0.25, 0.0, 0.75], [0.0, 0.25, 0.75]]
    """
    common = sqrt(overlap) / (sqrt(overlap) + sqrt(1 - overlap))
    shares: Floats = np.zeros((siblings, siblings + 1))
    np.fill_diagonal(shares, 1 - common)
    shares[:, -1] = common
    return shares


def _between(name: str, choices: object, **bounds: tuple[float, float]) -> None:
    for key, (low, high) in bounds.items():
        value = getattr(choices, key)
        if not low <= value <= high:
            raise InvalidArgument(
                f"{name}: `{key}` must lie between {low:g} and {high:g}, got {value}"
            )
