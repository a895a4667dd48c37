"""What does every column of every result table mean? One file a family of results."""

from buzzline.export.meanings import (
    clusters,
    concentration,
    delineation,
    distance,
    distinctness,
    industry_groups,
    linkages,
    quality,
    relatedness,
    separation,
    specialisation,
)

__all__ = [
    "clusters",
    "concentration",
    "delineation",
    "distance",
    "distinctness",
    "industry_groups",
    "linkages",
    "quality",
    "relatedness",
    "separation",
    "specialisation",
]
