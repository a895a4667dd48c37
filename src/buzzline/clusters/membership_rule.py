"""What membership of a cluster is held to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from buzzline.errors import InvalidArgument
from buzzline.quantities import Count, Kilometres, Quantity, Ratio, Share
from buzzline.tables.vocabularies import LAYERS

KINDS = ("labour", "trade", "knowledge")
Kinds = Annotated[int, Quantity("count", 1, len(KINDS))]


@dataclass(frozen=True, slots=True)
class MembershipRule:
    """When an organisation counts as a member, and from which layers that is read.

    Attributes
    ----------
    kinds : count
        Kinds of relation (labour, trade, knowledge) in which an organisation must be tied to
        the members beyond chance to be a member itself.
    smallest_ratio : ratio
        Odds of a tie with a member, to what size and distance give, from which an organisation
        is tied to them, and below whose inverse it is apart; above 1.
    fade_km : km
        Distance at which nearness has fallen to 37 %.
    restart : share
        How often the random walks of the affinity start anew at the core of the cluster.
    max_clusters : count
        The strongest clusters that are looked at.
    labour, trade, knowledge : names of layers
        Layers that are read as this kind of relation; each counts in one only.
    """

    kinds: Kinds = 2
    smallest_ratio: Ratio = 2.0
    fade_km: Kilometres = 10.0
    restart: Share = 0.15
    max_clusters: Count = 100
    labour: tuple[str, ...] = ("labour_move", "commute", "spin_off")
    trade: tuple[str, ...] = ("supply", "subcontract")
    knowledge: tuple[str, ...] = (
        "research", "coinvention", "coauthor", "citation", "licence", "advice", "monitor",
        "joint_action",
    )  # fmt: skip

    def __post_init__(self) -> None:
        if not 1 <= self.kinds <= len(KINDS):
            raise InvalidArgument(
                f"MembershipRule: `kinds` is {self.kinds}; there are {len(KINDS)} kinds of "
                f"relation ({', '.join(KINDS)}): take 1 to {len(KINDS)}"
            )
        if not self.smallest_ratio > 1:
            raise InvalidArgument(
                f"MembershipRule: `smallest_ratio` is {self.smallest_ratio:g}, and who has no "
                "more ties than size and distance give is not tied: take a number above 1"
            )
        self._check_layers()

    def _check_layers(self) -> None:
        counts_for: dict[str, str] = {}
        for kind in KINDS:
            for layer in getattr(self, kind):
                if layer not in LAYERS:
                    raise InvalidArgument(
                        f"MembershipRule: `{kind}` names {layer!r}, which is no layer; layers "
                        f"are {', '.join(LAYERS)}"
                    )
                if layer in counts_for:
                    raise InvalidArgument(
                        f"MembershipRule: {layer!r} is named in `{counts_for[layer]}` and "
                        f"`{kind}`; its ties would count twice: name it once"
                    )
                counts_for[layer] = kind
