"""What changes while a world is run: arrays with one row an organisation, and one a place.

Rows of organisations that are no more, or not yet, are `alive == False`. A birth id is never
used twice; it, and not the row, is what luck hangs on. Rules change arrays in place.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from buzzline.arrays import Codes, Flags, Floats
from buzzline.simulation.world import World

N_TIES = 12  # slots an organisation has for ties of all scales
N_CONVENTIONS = 4
NOBODY = -1


@dataclass(slots=True, eq=False)
class State:
    """A world in one step.

    Attributes
    ----------
    world : World                      what it started from
    step : int
    alive : (n,) bool
    birth : (n,) uint64                permanent id
    born : (n,) int32                  step of birth; 0 for those there at the start
    place, industry : (n,) int32
    cell : (n,) int32                  place * n_groups + group of coverage; into `Rates`
    origin : (n,) int32                row of `World.ids` it is, or -1 for who came later
    parent : (n,) uint64               birth id of the parent; 0 none
    owner : (n,) int32                 place of the owner; -1 own place
    is_university, is_service, keeps_pipelines : (n,) bool
    knowledge : (n, k) float32         units of knowledge, at least 0
    market : (n, j) float32 [share]    how well each distant market is known
    conventions : (n, 4) float32
    vision : (n, k) float32 [share]    where it searches; rows add up to 1
    absorption : (n,) float32          1 is usual
    standing : (n,) float32 [share]    its lot in its place; those below
                                       `gatekeepers` keep pipelines
    size : (n,) float32 [jobs]
    cash, profit, output : (n,) float32
    openness : (n,) float32 [share]
    embedded : (n,) float32 [steps]    steps it has supplied an embedded affiliate
    partner : (n, 12) int32            row of the partner; -1 empty
    tie_trust : (n, 12) float32 [share]
    tie_age : (n, 12) int16 [steps]
    tie_scale, tie_layer : (n, 12) uint8    codes of `SCALES`, `LAYERS`
    tie_copresent : (n, 12) bool       begun while both were in one place
    meetings : (n, 4) uint8            meetings of this step by scale (rule K1)
    contact_start : (n + 1,) int64; contact : (m,) int32; contact_slot : (m,) int8
        Whom row i meets in this step: contact[contact_start[i]:contact_start[i + 1]], each by
        its tie in `contact_slot`, or -1 where chance brought them together in one place.
    value : (k,) float32               what each category of knowledge is worth; mean 1
    start : (r + 1,) int64; member : (n_alive,) int32
        Rows of place r are member[start[r]:start[r + 1]], by industry, then birth.
    industry_start : (r * s + 1,) int64
        Rows of industry q in place r are those of `member` from industry_start[r * s + q] on.
        Both are kept by `members.sort_members`.
    by_place : dict of (r,) float64
        What places are: `wage`, `rent`, `commons` (trust), `identity`, `infrastructure`,
        `coded` (codified practice), `population`, `skilled`, `jobs`, `income`, `services` ...;
        `search`, against the usual, by cell
    institutions : (r, 4) float32
    entries, exits, spin_offs, moves : (r,) float64        counts of this step
    """

    world: World
    step: int
    alive: Flags
    birth: np.ndarray
    born: Codes
    place: Codes
    industry: Codes
    cell: Codes
    origin: Codes
    parent: np.ndarray
    owner: Codes
    is_university: Flags
    is_service: Flags
    keeps_pipelines: Flags
    knowledge: Floats
    market: Floats
    conventions: Floats
    vision: Floats
    absorption: Floats
    standing: Floats
    size: Floats
    cash: Floats
    profit: Floats
    output: Floats
    openness: Floats
    embedded: Floats
    partner: Codes
    tie_trust: Floats
    tie_age: np.ndarray
    tie_scale: np.ndarray
    tie_layer: np.ndarray
    tie_copresent: Flags
    meetings: np.ndarray
    contact_start: np.ndarray
    contact: Codes
    contact_slot: np.ndarray
    value: Floats
    start: np.ndarray
    member: Codes
    industry_start: np.ndarray
    by_place: dict[str, Floats] = field(default_factory=dict)
    institutions: Floats = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    entries: Floats = field(default_factory=lambda: np.zeros(0))
    exits: Floats = field(default_factory=lambda: np.zeros(0))
    spin_offs: Floats = field(default_factory=lambda: np.zeros(0))
    moves: Floats = field(default_factory=lambda: np.zeros(0))
