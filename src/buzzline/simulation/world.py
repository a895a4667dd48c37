"""A world as it is at the start: places, organisations, ties. Frozen; every run begins here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from buzzline.arrays import Codes, Flags, Floats
from buzzline.simulation.settings import Settings
from buzzline.wording import plural

SCALES = ("local", "regional", "national", "global")  # codes 0 to 3 of a tie
LAYERS = ("community", "supply", "research", "ownership")  # codes 0 to 3 of a tie


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where organisations are.

    Attributes
    ----------
    ids, names : tuple of str
    longitude, latitude : (r,) float64 [degrees]
    distance_km : (r, r) float32 [km]
    region, nation, language : (r,) int32
        Codes; places of one code are in the same region (and so on).
    population : (r,) float64 [people]
    skilled_share : (r,) float64 [share]
    diaspora : (r, r) float32 [share]          how much people of one place come from another
    institutions : (r, 4) float32              a way of doing things, as a point
    countries, regions : tuple of str
        ISO code of the country and name of the region of each place; () where not known.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    longitude: Floats
    latitude: Floats
    distance_km: Floats
    region: Codes
    nation: Codes
    language: Codes
    population: Floats
    skilled_share: Floats
    diaspora: Floats
    institutions: Floats
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Number of places."""
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """What a simulation starts from.

    Attributes
    ----------
    places : Places
    industries : tuple of str
    ids : tuple of str                     of organisations, in the order of the arrays
    place, industry : (n,) int32           rows are sorted by place
    jobs : (n,) float64 [jobs]
    is_university : (n,) bool
    owner : (n,) int32                     place of the owner; -1: its own place
    related : (s, s) float64 [share]       relatedness of industries
    knowledge : (n, k) float32 or None     None: drawn at the start of each run
    ties : dict
        `source`, `target` (row numbers, int32), `scale`, `layer` (uint8), `trust` (float32),
        `copresent` (bool); (m,) each. And `one_sided` (bool), where only the source learns
        along the tie; absent: nowhere.
    n_categories : int                     of knowledge, 10
    n_markets : int                        distant markets: other nations, at most 8
    room : float                           capacity for entrants, as a multiple of organisations
    settings : Settings
    focal : tuple of int                   places the user asks about; () is all
    title : str
    longitude, latitude : (n,) float64 or None [degrees]
        Of each organisation; None: around the middle of its place.
    notes : tuple of str                   what was not known, and what was put in its place
    """

    places: Places
    industries: tuple[str, ...]
    ids: tuple[str, ...]
    place: Codes
    industry: Codes
    jobs: Floats
    is_university: Flags
    owner: Codes
    related: Floats
    knowledge: Floats | None = None
    ties: Mapping[str, object] = field(default_factory=dict)
    n_categories: int = 10
    n_markets: int = 4
    room: float = 1.5
    settings: Settings = field(default_factory=Settings)
    focal: tuple[int, ...] = ()
    title: str = ""
    longitude: Floats | None = None
    latitude: Floats | None = None
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Number of organisations at the start."""
        return len(self.place)

    def __str__(self) -> str:
        return (
            f"{self.title or 'World'}: {plural(self.n, 'organisation')} of "
            f"{plural(len(self.industries), 'industry', 'industries')} in "
            f"{plural(self.places.n, 'place')}"
        )
