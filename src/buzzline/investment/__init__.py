"""Which clusters invest in which?"""

from buzzline.investment.deals import Deals, deals_of
from buzzline.investment.direction import InvestmentDirection, investment_direction
from buzzline.investment.ownership import Ownership, ownership

__all__ = [
    "Deals",
    "InvestmentDirection",
    "Ownership",
    "deals_of",
    "investment_direction",
    "ownership",
]
