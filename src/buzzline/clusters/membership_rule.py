"""What membership of a cluster is held to."""

from __future__ import annotations

from dataclasses import dataclass

from buzzline.errors import InvalidArgument
from buzzline.quantities import Count, Kilometres, Ratio, Share
from buzzline.tables.vocabularies import LAYERS

KINDS = ("labour", "trade", "knowledge")


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
        is tied to them, and below whose inverse it is apart.
    fade_km : km
        Distance at which nearness has fallen to 37 %.
    restart : share
        How often the random walks of the affinity start anew at the core of the cluster.
    max_clusters : count
        The strongest clusters that are looked at.
    labour, trade, knowledge : names of layers
        Layers that are read as this kind of relation.
    """

    kinds: Count = 2
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
        for kind in KINDS:
            for layer in getattr(self, kind):
                if layer not in LAYERS:
                    raise InvalidArgument(
                        f"MembershipRule: `{kind}` names {layer!r}, which is no layer; layers "
                        f"are {', '.join(LAYERS)}"
                    )
