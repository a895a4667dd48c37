"""Where is it?"""

from buzzline.space.globe import distance_km, unit_vectors
from buzzline.space.scales import SCALES, Cutoffs, Scale
from buzzline.space.sites import Sites, sites_of
from buzzline.space.zones import Zones, zones_of

__all__ = [
    "SCALES",
    "Cutoffs",
    "Scale",
    "Sites",
    "Zones",
    "distance_km",
    "sites_of",
    "unit_vectors",
    "zones_of",
]
