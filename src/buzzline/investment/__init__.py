"""Which clusters invest in which?"""

from buzzline.investment.direction import InvestmentDirection, investment_direction

__all__ = [
    "InvestmentDirection",
    "investment_direction",
]
