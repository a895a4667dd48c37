"""What does every column of every result table mean? One file a family of results."""

from buzzline.export.meanings import (
    agreement,
    city_threshold,
    clusters,
    colocated,
    concentration,
    delineation,
    distance,
    distinctness,
    industry_groups,
    lifecycle,
    linkages,
    membership,
    quality,
    relatedness,
    separation,
    specialisation,
)

__all__ = [
    "agreement",
    "city_threshold",
    "clusters",
    "colocated",
    "concentration",
    "delineation",
    "distance",
    "distinctness",
    "industry_groups",
    "lifecycle",
    "linkages",
    "membership",
    "quality",
    "relatedness",
    "separation",
    "specialisation",
]
