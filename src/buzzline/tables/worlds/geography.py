"""Where a made-up world lies: towns of unequal size in neighbouring countries of Europe.

Countries are boxes that lie on land inside the real country, so a made-up town falls into the
country it says; towns, regions and their names are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from buzzline.arrays import Codes, Floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count, Kilometres, Share

EARTH_RADIUS_KM = 6371.0088  # mean radius of the reference ellipsoid
KM_A_DEGREE = EARTH_RADIUS_KM * np.pi / 180
LARGEST_TOWN = 2_000_000  # inhabitants; the k-th town has this divided by k (Zipf)

# country: boxes (west, east, south, north), all on land inside the country
BOXES: dict[str, tuple[tuple[float, float, float, float], ...]] = {
    "FR": ((0.2, 5.8, 44.2, 48.8),),
    "DE": ((8.0, 11.8, 48.0, 53.2),),
    "IT": ((8.0, 11.8, 44.6, 45.8), (11.0, 12.3, 42.9, 43.9)),
    "ES": ((-5.5, -1.2, 38.5, 42.3),),
    "PL": ((16.4, 22.5, 50.8, 53.6),),
    "CZ": ((13.6, 17.2, 49.1, 50.0),),
    "AT": ((13.4, 16.2, 47.0, 48.2),),
    "CH": ((7.2, 8.6, 46.6, 47.3),),
    "BE": ((3.7, 5.5, 50.6, 51.1),),
    "HU": ((18.2, 20.8, 46.4, 47.5),),
    "RO": ((23.2, 27.0, 44.5, 47.0),),
    "GB": ((-2.6, -0.3, 51.3, 53.4),),
}

# fmt: off
ENDINGS = {
    "FR": ("ville", "ac", "ières"), "DE": ("burg", "heim", "dorf"), "IT": ("ano", "ello"),
    "ES": ("ada", "uela", "ños"), "PL": ("owice", "sko", "nów"), "CZ": ("ice", "ov", "něv"),
    "AT": ("kirchen", "eck", "tal"), "CH": ("ikon", "wil", "ach"), "BE": ("gem", "hout"),
    "HU": ("háza", "vár", "falva"), "RO": ("ești", "oara", "eni"), "GB": ("ford", "wick"),
}
# fmt: on

_ONSETS = (
    "b",
    "br",
    "c",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "st",
    "t",
    "v",
)
_VOWELS = ("a", "e", "i", "o", "u", "au", "ei")
_CODAS = ("", "l", "m", "n", "r", "s", "rn", "ll", "nd")


@dataclass(frozen=True, slots=True)
class Geography:
    """What the map of a made-up world looks like.

    Attributes
    ----------
    places : count            towns, with sizes after Zipf
    countries : count         neighbouring countries they lie in, 1 to 12
    coordinates : "exact" or "city"
        Scattered around each town, or all of a town's organisations on one identical point.
    share_clustered : share   organisations that sit in a planted cluster
    cluster_km : km           radius of a planted cluster, give or take a half
    """

    places: Count = 40
    countries: Count = 3
    coordinates: Literal["exact", "city"] = "exact"
    share_clustered: Share = 0.35
    cluster_km: Kilometres = 4.0

    def __post_init__(self) -> None:
        if not 1 <= self.countries <= len(BOXES):
            raise InvalidArgument(
                f"Geography: `countries` must lie between 1 and {len(BOXES)}, "
                f"got {self.countries}"
            )
        if self.places < self.countries:
            raise InvalidArgument(
                f"Geography: {self.countries} countries need at least as many places, "
                f"got {self.places}"
            )
        if not 0 <= self.share_clustered <= 1:
            raise InvalidArgument(
                "Geography: `share_clustered` must lie between 0 and 1, "
                f"got {self.share_clustered}"
            )
        if self.coordinates not in ("exact", "city"):
            raise InvalidArgument(
                f"Geography: `coordinates` must be 'exact' or 'city', got {self.coordinates!r}"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Towns:
    """The towns of a world: arrays of length `places`, largest first.

    Attributes
    ----------
    longitude, latitude : (p,) float64 [degree]
    population : (p,) float64 [persons]
    reach_km : (p,) float64 [km]     no organisation of the town lies further from its centre
    country : (p,) int32             position in `codes`
    region : (p,) int32              position in `regions`
    codes, names, regions : tuple[str, ...]
    region_country : (r,) int32
    """

    longitude: Floats
    latitude: Floats
    population: Floats
    reach_km: Floats
    country: Codes
    region: Codes
    codes: tuple[str, ...]
    names: tuple[str, ...]
    regions: tuple[str, ...]
    region_country: Codes


def found_towns(geography: Geography, rng: np.random.Generator) -> Towns:
    """Scatter towns over the countries; each country gets at least one."""
    codes = tuple(BOXES)[: geography.countries]
    boxes = np.array([(k, *box) for k, code in enumerate(codes) for box in BOXES[code]])
    area = (boxes[:, 2] - boxes[:, 1]) * (boxes[:, 4] - boxes[:, 3])
    of_country = [int(np.flatnonzero(boxes[:, 0] == k)[0]) for k in range(len(codes))]
    rest = rng.choice(len(boxes), size=geography.places - len(codes), p=area / area.sum())
    box = boxes[rng.permutation(np.concatenate([of_country, rest]).astype(np.int64))]
    longitude = rng.uniform(box[:, 1], box[:, 2])
    latitude = rng.uniform(box[:, 3], box[:, 4])
    country = box[:, 0].astype(np.int32)
    population = LARGEST_TOWN / np.arange(1, geography.places + 1)
    north = (latitude > (box[:, 3] + box[:, 4]) / 2).astype(np.int32)
    names = _names(rng, [ENDINGS[codes[k]] for k in country])
    return Towns(
        longitude, latitude, population,
        reach_km=2.0 + 10.0 * np.sqrt(population / LARGEST_TOWN),
        country=country,
        region=(2 * country + north).astype(np.int32),
        codes=codes,
        names=names,
        regions=tuple(
            f"{half} {word}" for word in _names(rng, [("ia", "and")] * len(codes))
            for half in ("Lower", "Upper")
        ),
        region_country=np.repeat(np.arange(len(codes), dtype=np.int32), 2),
    )  # fmt: skip


def words(rng: np.random.Generator, n: int) -> list[str]:
    """Return `n` different pronounceable invented words."""
    return list(_names(rng, [("a", "is", "on", "ex", "ro", "en")] * n))


def _names(rng: np.random.Generator, endings: list[tuple[str, ...]]) -> tuple[str, ...]:
    taken: dict[str, None] = {}
    for choice in endings:
        word = _word(rng, choice)
        while word in taken:
            word = _word(rng, (_syllable(rng) + choice[0],))
        taken[word] = None
    return tuple(taken)


def _word(rng: np.random.Generator, endings: tuple[str, ...]) -> str:
    stem = "".join(_syllable(rng) for _ in range(int(rng.integers(1, 3))))
    return (stem + endings[int(rng.integers(len(endings)))]).capitalize()


def _syllable(rng: np.random.Generator) -> str:
    parts = (_ONSETS, _VOWELS, _CODAS)
    return "".join(part[int(rng.integers(len(part)))] for part in parts)


def scatter(
    longitude: Floats, latitude: Floats, reach_km: Floats, *, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return points around the given centres, dense in the middle and never beyond the reach.

    Distances follow a Rayleigh law with half the reach as its scale, cut off at the reach.
    """
    share = rng.random(longitude.size) * (1 - np.exp(-2.0))
    away = 0.5 * reach_km * np.sqrt(-2 * np.log1p(-share))
    angle = rng.uniform(0, 2 * np.pi, longitude.size)
    north = away * np.sin(angle) / KM_A_DEGREE
    east = away * np.cos(angle) / (KM_A_DEGREE * np.cos(np.radians(latitude)))
    return longitude + east, latitude + north


def great_circle_km(
    longitude: ArrayLike, latitude: ArrayLike, to_longitude: ArrayLike, to_latitude: ArrayLike
) -> Floats:
    """Return great-circle distances on a sphere, by the haversine formula.

    Parameters
    ----------
    longitude, latitude, to_longitude, to_latitude : array_like [degree]
        Shapes broadcast.

    Returns
    -------
    float64 [km]

    Examples
    --------
    >>> float(great_circle_km(0, 0, 180, 0).round())
    20015.0
    """
    here, there = np.radians(latitude), np.radians(to_latitude)
    turn = np.radians(np.asarray(to_longitude) - np.asarray(longitude))
    half = (
        np.sin((there - here) / 2) ** 2 + np.cos(here) * np.cos(there) * np.sin(turn / 2) ** 2
    )
    distance: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return distance
