"""Which of five kinds of nearness go with ties, when all others are held equal?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.econometrics.tie_rows import FEWEST_TIES, Asked, layer_rows
from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages.proximities import check_layers
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Count, Draws, Share
from buzzline.randomness import Seed, seed_of
from buzzline.tables.study import Study

SCHEMA = {
    "layer": pl.String, "dimension": pl.String, "measured_by": pl.String,
    "verdict": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "level": pl.Float64, "odds": pl.Float64, "p": pl.Float64, "p_dealt": pl.Float64,
    "mean_of_ties": pl.Float64, "mean_of_others": pl.Float64, "n": pl.Int64,
    "n_pairs": pl.Int64, "n_organisations": pl.Int64, "among": pl.String,
    "covered": pl.Float64,
    "design_effect": pl.Float64, "n_needed": pl.Int64, "reason": pl.String,
}  # fmt: skip
LAYERS_TAKEN = 6


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TieFormation:
    """How much likelier organisations tie that are near in one way or another.

    Attributes
    ----------
    rows : DataFrame
        One row a layer and kind of nearness: `layer`, `dimension`, `measured_by`, `verdict`
        ("the nearer tie more", "the farther tie more", for size "the larger ..." and "the
        smaller ...", for activity "the better known ..." and "the less known ...", "cannot
        tell", "not testable"), `value` (log odds of a tie by one unit of
        nearness, all others equal), `low`, `high`, `level`, `odds` (ratio), `p` (pairs that
        share an organisation or record vary together), `p_dealt` (organisations dealt at
        random), `mean_of_ties`, `mean_of_others` (nearness of ties and of all pairs that are
        none), `n` (ties), `n_pairs`, `n_organisations` (that could be tied), `among` (who they
        are, and what is not known of how many others), `covered` (of those with ties),
        `design_effect`, `n_needed` (ties that would show odds twice as high), `reason`.
    level : share
    draws : int
    notes : tuple[str, ...]     what a reader must know
    """

    rows: pl.DataFrame
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a layer and kind of nearness."""
        return self.rows

    def __str__(self) -> str:
        told_of = [
            f"{layer.replace('_', ' ')}: {_said(part)}"
            for (layer,), part in self.rows.group_by("layer", maintain_order=True)
        ]
        return " ".join(["What goes with ties, all else equal. " + "; ".join(told_of) + ".",
                         *self.notes])  # fmt: skip

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.rows.head(20)._repr_html_()}"


def _said(part: pl.DataFrame) -> str:
    clear = part.filter(pl.col("verdict").str.contains(" tie more"))
    if clear.height:
        return ", ".join(
            f"{row['measured_by']} (odds {row['odds']:.2g}, p = {row['p_dealt']:.2g})"
            for row in clear.iter_rows(named=True)
        )
    if part["value"].drop_nulls().len():
        return "nothing that can be told from chance"
    return f"not testable ({part['reason'].drop_nulls().head(1).to_list()[0]})"


@analysis("econometrics", "Which kinds of nearness go with ties: in space, in what one knows?")
def tie_formation(
    study: Study,
    *,
    layers: Sequence[str] | None = None,
    most_ties: Count = 5000,
    level: Share = 0.95,
    draws: Draws = 199,
    rng: Seed = None,
    progress: Progress = silent,
) -> TieFormation:
    """Return how much likelier organisations tie that are near in each of five ways.

    Answers which of the five proximities [1]_ go with a tie when all others are held equal:
    geographic, cognitive, organisational, social, institutional. Not why: ties also make
    partners alike.

    Parameters
    ----------
    study : Study
        Needs `linkages`, and `organisations` with coordinates, industry, country, kind;
        `owner_id`, `jobs`, `knowledge_items` and layers of acquaintance where they are there.
    layers : names of layers, or None
        Each by itself; None: the six with most ties.
    most_ties : count
        Of a layer; beyond, a random sample.
    level : share
    draws : draws
        Deals of organisations at random.
    rng : Generator, int or None

    Returns
    -------
    TieFormation

    Raises
    ------
    InvalidArgument
        A layer without linkages; a `level` of 0 or 1.
    TooFew
        No linkages.

    Notes
    -----
    Logit of being tied on all kinds of nearness at once, over ties and a sample of other pairs
    of all organisations (of a survey, those who answered), also those without ties; how pairs
    were taken enters as a known constant [2]_. Jobs and acquaintances of both stand beside
    nearness: who knows many is not near all of them. Intervals let all pairs that share an
    organisation or a record vary together [3]_. p of dealing is by double semi-partialling
    [4]_: what is particular to one kind of nearness is given to other organisations; ties stay
    as they are, hubs and consortia included. A verdict needs both. Unit of geographic nearness:
    one halving of the distance.

    References
    ----------
    .. [1] Boschma, R. (2005). Proximity and innovation: a critical assessment. Regional Studies
       39(1). doi:10.1080/0034340052000320887
    .. [2] King, G., Zeng, L. (2001). Logistic regression in rare events data. Political
       Analysis 9(2). doi:10.1093/oxfordjournals.pan.a004868
    .. [3] Aronow, P., Samii, C., Assenova, V. (2015). Cluster-robust variance estimation for
       dyadic data. Political Analysis 23(4). doi:10.1093/pan/mpv018
    .. [4] Dekker, D., Krackhardt, D., Snijders, T. (2007). Sensitivity of MRQAP tests to
       collinearity and autocorrelation conditions. Psychometrika 72(4).
       doi:10.1007/s11336-007-9016-1

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=400, clusters=2, rng=1).study
    >>> found = tie_formation(study, layers=["supply"], draws=19, rng=1)
    >>> found.rows["verdict"][0]
    'the nearer tie more'
    """
    if not 0 < level < 1:
        raise InvalidArgument(f"tie_formation: `level` must be between 0 and 1, got {level:g}")
    if not study.linkages.height:
        raise TooFew("tie_formation: the study has no linkages")
    check_layers(study, None if layers is None else tuple(layers), "linkages")
    counts = study.linkages.group_by("layer").len().sort(["len", "layer"],
                                                         descending=[True, False])  # fmt: skip
    chosen = tuple(layers) if layers else tuple(counts["layer"].head(LAYERS_TAKEN))
    asked = Asked(level, draws, most_ties, seed_of(rng))
    found = []
    for layer in told(progress, "nearness and ties by layer", chosen):
        found += layer_rows(study, layer, asked)
    rows = pl.DataFrame(
        {name: [row.get(name) for row in found] for name in SCHEMA}, schema=SCHEMA, strict=False
    )
    return TieFormation(rows.fill_nan(None), level, draws, _notes(rows, counts, chosen))


def _notes(
    rows: pl.DataFrame, counts: pl.DataFrame, chosen: tuple[str, ...]
) -> tuple[str, ...]:
    notes = []
    if counts.height > len(chosen) and len(chosen) == LAYERS_TAKEN:
        notes.append(f"The {LAYERS_TAKEN} layers with most ties of {counts.height}.")
    part = rows.filter(pl.col("covered") < 0.9).unique("layer", maintain_order=True)
    for row in part.iter_rows(named=True):
        layer = row["layer"].replace("_", " ")
        notes.append(f"Of {row['covered']:.0%} of those with ties of {layer} all is known "
                     f"({row['among']}).")  # fmt: skip
    return tuple(notes)


__all__ = ["FEWEST_TIES", "TieFormation", "tie_formation"]
