"""Which clusters invest in which?"""

from buzzline.investment.cluster_investments import ClusterInvestments, cluster_investments
from buzzline.investment.deals import Deals, deals_of
from buzzline.investment.direction import InvestmentDirection, investment_direction
from buzzline.investment.ownership import Ownership, ownership

__all__ = [
    "ClusterInvestments",
    "Deals",
    "InvestmentDirection",
    "Ownership",
    "cluster_investments",
    "deals_of",
    "investment_direction",
    "ownership",
]
