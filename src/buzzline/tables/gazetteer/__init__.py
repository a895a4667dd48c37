"""City and country to coordinates, offline, with the quality of each match; and back again."""

from buzzline.tables.gazetteer.countries import country_codes, folded
from buzzline.tables.gazetteer.labelling import places_near
from buzzline.tables.gazetteer.locating import METHODS, Located, locate

__all__ = ["METHODS", "Located", "country_codes", "folded", "locate", "places_near"]
