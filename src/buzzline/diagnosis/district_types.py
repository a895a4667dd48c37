"""Which type of industrial district is a cluster most like?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.clusters.clustering import Clustering
from buzzline.diagnosis.dimension_scene import dimension_scene
from buzzline.diagnosis.district_signs import DISTRICTS, DistrictTypeRule, district_signs
from buzzline.errors import InvalidArgument
from buzzline.linkages.pattern_rule import OPEN, PatternShares, held, pattern_shares
from buzzline.linkages.pattern_signs import Sign
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, seed_of
from buzzline.space.scales import Cutoffs
from buzzline.tables.study import Study
from buzzline.wording import plural

CLEAR = 0.8

_NAMED = {"cluster_id": pl.String, "label": pl.String, "industry": pl.String}
TYPE_SCHEMA = {
    **_NAMED, "district": pl.String, "probability": pl.Float64, "possible": pl.Float64,
    "n_members": pl.Int64, "settled_by": pl.String, "case": pl.String, "reading": pl.String,
    "levers": pl.String,
}  # fmt: skip
SIGN_SCHEMA = {
    **_NAMED, "sign": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "level": pl.Float64, "n": pl.Int64, "yardstick": pl.Float64, "finding": pl.String,
    "reason": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DistrictTypes:
    """How likely each of Markusen's types of district is.

    Attributes
    ----------
    districts : DataFrame
        One row a cluster and type that is possible, the likeliest first: `cluster_id`,
        `label`, `industry`, `district` ("state-anchored", "hub-and-spoke", "satellite
        platform", "Italianate", "Marshallian", "none of these", "cannot be told"),
        `probability`, `possible`, `n_members`, `settled_by`, `case`, `reading`, `levers`.
    signs : DataFrame
        One row a cluster and sign: `sign`, `value`, `low`, `high`, `level`, `n`, `yardstick`,
        `finding`, `reason`.
    rule : DistrictTypeRule
    level : share
    draws : int
    """

    districts: pl.DataFrame
    signs: pl.DataFrame
    rule: DistrictTypeRule
    level: Share
    draws: int
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a cluster and type that is possible."""
        return self.districts

    def likeliest(self) -> pl.DataFrame:
        """Return the likeliest type of each cluster."""
        return self.districts.unique("cluster_id", keep="first", maintain_order=True)

    def __str__(self) -> str:
        first = self.likeliest()
        clear = first.filter(pl.col("probability") >= CLEAR)
        counts = clear.group_by("district").len().sort(["len", "district"], descending=True)
        said = ", ".join(f"{name} {n:,}" for name, n in counts.iter_rows())
        return (
            f"{plural(first.height, 'cluster')}: one answer holds in {CLEAR:.0%} of draws or "
            f"more for {clear.height:,}{f' ({said})' if said else ''}. Types are rules on "
            "measured shares; few districts are of one type alone."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.districts.head(20)._repr_html_()}"


@analysis("diagnosis", "Which type of industrial district is a cluster most like?")
def district_types(
    study: Study,
    clustering: Clustering,
    *,
    rule: DistrictTypeRule = DistrictTypeRule(),  # noqa: B008  # frozen
    cutoffs: Cutoffs = Cutoffs(),  # noqa: B008  # frozen
    level: Share = 0.95,
    draws: Draws = 999,
    rng: Seed = None,
    progress: Progress = silent,
) -> DistrictTypes:
    """Tell how likely each of Markusen's types of district is, by rules on measured shares.

    Answers whether a cluster is of small, locally owned organisations that trade with each
    other (Marshallian; Italianate when they act jointly and change persons, too), of a local
    leader and its suppliers (hub-and-spoke), of sites owned elsewhere (satellite platform), or
    carried by public employers (state-anchored); or whether that cannot be told.

    Parameters
    ----------
    study : Study
        Needs `organisations` with `jobs`, `owner_id` and `kind`; ties of supply, joint action
        and moves of persons where there are any.
    clustering : Clustering
    rule : DistrictTypeRule
    cutoffs : Cutoffs
    level : share
    draws : draws
    rng : Generator, int or None

    Returns
    -------
    DistrictTypes

    Raises
    ------
    InvalidArgument
        No draws, or a `level` of 0 or 1.

    Notes
    -----
    Shares of jobs are counted: members are all that there are, and only jobs, kinds and owners
    that are not known are drawn, like those that are. Shares of ties, of moves and of members
    that act jointly are drawn from a beta distribution with as many observations as they are
    worth. Each draw has one type, the first of which all signs hold, in the order of the table.
    A leader is from the place only where owners are known. Cut-offs are conventions of this
    program: the source describes types in words.

    References
    ----------
    .. [1] Markusen, A. (1996). Sticky places in slippery space: a typology of industrial
       districts. Economic Geography 72(3). doi:10.2307/144402

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> district_types(study, found, rng=1).signs["sign"].n_unique()
    8
    """
    if not draws or not 0 < level < 1:
        raise InvalidArgument(
            "district_types: `draws` must be at least 1 and `level` between 0 and 1, got "
            f"{draws} and {level:g}"
        )
    scene = dimension_scene(
        study, clustering, cutoffs=cutoffs, level=level, draws=draws, seed=seed_of(rng)
    )
    types, rows = list[tuple[object, ...]](), list[tuple[object, ...]]()
    for cluster in told(progress, "types of districts", scene.clusters):
        named = (cluster["cluster_id"], cluster["label"], cluster["industry"])
        n = int(scene.members(cluster).sum())
        if not n:
            continue
        signs = district_signs(scene, cluster, rule)
        rows += [_sign_row(named, sign, level) for sign in signs]
        types += _type_rows(named, n, _shares(signs, draws))
    return DistrictTypes(
        pl.DataFrame(types, TYPE_SCHEMA, orient="row"),
        pl.DataFrame(rows, SIGN_SCHEMA, orient="row").fill_nan(None), rule, level, draws,
    )  # fmt: skip


def _shares(signs: list[Sign], draws: int) -> PatternShares:
    truth = {sign.name: held(sign.draws, draws, above=sign.cut) for sign in signs}
    truth |= {f"not {sign.name}": held(sign.draws, draws, below=sign.cut) for sign in signs}
    return pattern_shares(truth, DISTRICTS)


def _sign_row(named: tuple[object, ...], sign: Sign, level: Share) -> tuple[object, ...]:
    return (
        *named, sign.name, sign.value, sign.low, sign.high, level, sign.n, sign.cut,
        sign.said(level), sign.reason or None,
    )  # fmt: skip


def _type_rows(
    named: tuple[object, ...], n: int, shares: PatternShares
) -> list[tuple[object, ...]]:
    texts = {one.name: (one.case or None, one.reading, one.levers) for one in DISTRICTS}
    wanted = {name: "; ".join(signs) or None for name, signs in shares.open_signs.items()}
    every = dict.fromkeys(sign for signs in shares.open_signs.values() for sign in signs)
    wanted[OPEN] = "; ".join(every) or None
    order = sorted(shares.probability, key=lambda name: -shares.probability[name])
    return [
        (
            *named, name, shares.probability[name], shares.possible[name], n,
            wanted.get(name), *texts.get(name, (None, None, None)),
        )
        for name in order
        if shares.probability[name] > 0 or (name in texts and shares.possible[name] > 0)
    ]  # fmt: skip
