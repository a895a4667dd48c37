"""Which clusters invest in which?"""

from buzzline.investment.cluster_investments import ClusterInvestments, cluster_investments
from buzzline.investment.cluster_network import ClusterNetwork, cluster_network
from buzzline.investment.co_investment import CoInvestment, co_investment
from buzzline.investment.deals import Deals, deals_of
from buzzline.investment.direction import InvestmentDirection, investment_direction
from buzzline.investment.group_hierarchy import GroupHierarchy, group_hierarchy
from buzzline.investment.hotspots import Hotspots, hotspots
from buzzline.investment.odds import InvestmentOdds, investment_odds
from buzzline.investment.ownership import Ownership, ownership
from buzzline.investment.portfolio import InsiderPortfolio, insider_portfolio
from buzzline.investment.quotient_clusters import clusters_by_quotient

__all__ = [
    "ClusterInvestments",
    "ClusterNetwork",
    "CoInvestment",
    "Deals",
    "GroupHierarchy",
    "Hotspots",
    "InsiderPortfolio",
    "InvestmentDirection",
    "InvestmentOdds",
    "Ownership",
    "cluster_investments",
    "cluster_network",
    "clusters_by_quotient",
    "co_investment",
    "deals_of",
    "group_hierarchy",
    "hotspots",
    "insider_portfolio",
    "investment_direction",
    "investment_odds",
    "ownership",
]
