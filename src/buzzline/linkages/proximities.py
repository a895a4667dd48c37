"""How near are two organisations? Five kinds of nearness for any pairs of them.

Each is a number of a pair, larger for nearer, in a unit that can be said aloud:

geographic: halvings of the distance; cognitive: cosine of what they know, else whether they are
of one industry; organisational: whether they have one ultimate owner; social: whether they are
tied in a layer of acquaintance other than the one in question; institutional: whether they are
in one country, and whether they are the same kind of organisation. Their joint size, and how
many acquaintances they have, are kept beside them: large and sociable organisations have more
ties of any kind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_flags, as_floats
from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages.knowledge_profiles import knowledge_profiles
from buzzline.linkages.knowledge_space import KnowledgeSpace, knowledge_space
from buzzline.linkages.tied_pairs import tied_pairs
from buzzline.space.globe import distance_km, unit_vectors
from buzzline.tables.connectors.consortia import FIELD_OF_PROJECTS
from buzzline.tables.study import Study

ACQUAINTANCE = (
    "social", "board", "labour_move", "association", "co_attendance", "spin_off", "advice",
)  # fmt: skip
DIMENSIONS = ("geographic", "cognitive", "organisational", "social", "institutional")
SIZE, ACTIVITY = "size", "activity"
NEAREST_KM = 1.0  # nearer than addresses are exact
COVERED = 0.5  # share of organisations with knowledge items that makes them the measure
SIZED = 0.95  # share with jobs that makes size a control
PUBLIC = (
    "university",
    "laboratory",
    "school",
    "agency",
    "public",
    "association",
    "ngo",
    "union",
)


@dataclass(frozen=True, slots=True)
class Measure:
    """One kind of nearness, and what it is measured by.

    Attributes
    ----------
    dimension : str     one of the five, "size" or "activity"
    measured_by : str   in words, with its unit
    reason : str        why it is not measured; empty where it is
    """

    dimension: str
    measured_by: str
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Proximities:
    """What nearness is read off, organisation by organisation.

    Attributes
    ----------
    xyz : (n, 3) float64            unit vectors; NaN without coordinates
    country, kind, owner, industry : (n,) int32     -1 unknown
    space : KnowledgeSpace or None
    social : (n, n) csr of bool or None
    log_jobs : (n,) float64 or None
    log_partners : (n,) float64 or None     ln(1 + acquaintances)
    measures : tuple of Measure     also those that are not measured
    complete : (n,) bool            organisations of which every measure is known
    lacking : tuple of str          what is not known of how many
    """

    xyz: Floats
    country: Codes
    kind: Codes
    owner: Codes
    industry: Codes
    space: KnowledgeSpace | None
    social: sparse.csr_array | None
    log_jobs: Floats | None
    log_partners: Floats | None
    measures: tuple[Measure, ...]
    complete: Flags
    lacking: tuple[str, ...]

    @property
    def measured(self) -> tuple[Measure, ...]:
        """The columns of `of`, in order."""
        return tuple(measure for measure in self.measures if not measure.reason)

    def of(self, one: Indices, other: Indices) -> Floats:
        """Return the nearness of pairs of complete organisations, (k, measures)."""
        if not one.size or not self.measured:
            return np.empty((one.size, len(self.measured)))
        columns = [self._column(measure, one, other) for measure in self.measured]
        return np.column_stack(columns)

    def _column(self, measure: Measure, one: Indices, other: Indices) -> Floats:
        match measure.dimension:
            case "geographic":
                km = distance_km(self.xyz[one], self.xyz[other])
                return as_floats(-np.log2(np.maximum(km, NEAREST_KM)))
            case "cognitive" if self.space is not None:
                return 1 - self.space.distances(one, other)
            case "social":
                assert self.social is not None
                return as_floats(self.social[one, other])
            case "size":
                assert self.log_jobs is not None
                return self.log_jobs[one] + self.log_jobs[other]
            case "activity":
                assert self.log_partners is not None
                return self.log_partners[one] + self.log_partners[other]
        code = {
            "cognitive": self.industry, "organisational": self.owner,
            SAME_COUNTRY: self.country, SAME_KIND: self.kind,
        }  # fmt: skip
        by = measure.dimension if measure.dimension in code else measure.measured_by
        return as_floats(code[by][one] == code[by][other])


SAME_COUNTRY = "in one country"
SAME_KIND = "both public, or both businesses"


def proximities(study: Study, layer: str) -> Proximities:
    """Return what the nearness of organisations is read off, to explain ties of one layer.

    Parameters
    ----------
    study : Study
    layer : str
        The layer that is to be explained: it does not count as acquaintance.
    """
    frame = study.organisations
    located = frame["longitude"].is_not_null() & frame["latitude"].is_not_null()
    xyz = unit_vectors(
        frame["longitude"].fill_null(np.nan).to_numpy(),
        frame["latitude"].fill_null(np.nan).to_numpy(),
    )
    country, industry = _codes(frame["country"]), _codes(frame["industry"])
    owner = _codes(frame["owner_id"].fill_null(frame["org_id"]))
    kind = _kinds(frame["kind"])
    space, known = _space(study)
    social, from_layers = _acquaintance(study, layer)
    jobs = frame["jobs"].fill_null(0).to_numpy()
    sized = as_flags(jobs > 0)
    circular = layer == "research" and FIELD_OF_PROJECTS in study.about.notes
    has = {
        "geographic": located.to_numpy(), "country": country >= 0,
        "cognitive": known if space is not None else (industry >= 0) & (not circular),
        "kind": kind >= 0, "size": sized,
    }  # fmt: skip
    measures = _measures(
        has, "of one industry" if space is None else "alike in what they know (cosine)",
        owners=bool(frame["owner_id"].drop_nulls().len()), acquainted=from_layers,
        no_industry=CIRCULAR if circular else "no industry is known",
    )  # fmt: skip
    needed = {name: flags for name, flags in has.items() if flags.any()}
    has_size = bool(sized.mean() >= SIZED) if sized.size else False
    if not has_size:
        needed.pop("size", None)
    return Proximities(
        xyz, country, kind, owner, industry, space, social,
        as_floats(np.log(np.maximum(jobs, 1e-9))) if has_size else None,
        None if social is None else as_floats(np.log1p(np.diff(social.indptr))), measures,
        as_flags(np.all([np.ones(frame.height, np.bool_), *needed.values()], axis=0)),
        tuple(f"{CALLED[name]} of {int((~flags).sum()):,}" for name, flags in needed.items()
              if not flags.all()),
    )  # fmt: skip


CALLED = {
    "geographic": "coordinates", "country": "country", "cognitive": "knowledge or industry",
    "kind": "kind", "size": "jobs",
}  # fmt: skip
CIRCULAR = (
    "the industry is the field of the very projects that are the ties: partners are of one "
    "because they are partners"
)


def _measures(
    has: dict[str, Flags], cognitive: str, *, owners: bool, acquainted: str, no_industry: str
) -> tuple[Measure, ...]:
    by = f"tied in {acquainted}" if acquainted else "tied in another layer"
    none = "" if acquainted else "no other layer of acquaintance has ties"
    sized = has["size"].size and has["size"].mean() >= SIZED
    return (
        _measure("geographic", "halvings of the distance", has["geographic"],
                 "no organisation has coordinates"),
        _measure("cognitive", cognitive, has["cognitive"], no_industry),
        Measure("organisational", "of one ultimate owner",
                "" if owners else "no owner is known"),
        Measure("social", by, none),
        _measure("institutional", SAME_COUNTRY, has["country"], "no country is known"),
        _measure("institutional", SAME_KIND, has["kind"], "no kind of organisation is known"),
        Measure(SIZE, "jobs of both (log)", "" if sized else "jobs are not known of most"),
        Measure(ACTIVITY, "acquaintances of both (log)", none),
    )  # fmt: skip


def _measure(dimension: str, by: str, known: Flags, reason: str) -> Measure:
    return Measure(dimension, by, "" if known.any() else reason)


def _codes(names: pl.Series) -> Codes:
    return as_codes(names.rank("dense").cast(pl.Int32).fill_null(0).to_numpy() - 1)


def _kinds(kinds: pl.Series) -> Codes:
    is_public = kinds.is_in(list(PUBLIC)).cast(pl.Int32)
    return as_codes(is_public.set(kinds.is_null() | (kinds == "other"), -1).to_numpy())


def _space(study: Study) -> tuple[KnowledgeSpace | None, Flags]:
    try:
        profiles = knowledge_profiles(study)
    except TooFew:
        return None, np.zeros(study.organisations.height, np.bool_)
    if profiles.known.mean() < COVERED:
        return None, profiles.known
    return knowledge_space(profiles.matrix()), profiles.known


def _acquaintance(study: Study, layer: str) -> tuple[sparse.csr_array | None, str]:
    present = set(study.linkages["layer"].unique())
    layers = [name for name in ACQUAINTANCE if name in present and name != layer]
    said = " or ".join(layers).replace("_", " ")
    if not layers:
        return None, ""
    pairs = tied_pairs(study, layers)
    n = study.organisations.height
    ends = np.concatenate([pairs.one, pairs.other]), np.concatenate([pairs.other, pairs.one])
    return sparse.coo_array((np.ones(ends[0].size), ends), shape=(n, n)).tocsr(), said


def check_layers(study: Study, layers: tuple[str, ...] | None, where: str) -> None:
    """Refuse layers without linkages."""
    present = study.linkages["layer"].unique().sort().to_list()
    for name in layers or ():
        if name not in present:
            raise InvalidArgument(
                f"{where}: no linkage has the layer {name!r}; layers are {', '.join(present)}"
            )
