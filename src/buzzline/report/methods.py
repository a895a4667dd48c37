"""How it was computed, in plain words: method notes with sources, and a glossary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from buzzline.analysis import CATALOGUE, Answer, result_names
from buzzline.clusters.clustering import Clustering
from buzzline.linkages.balance import MODEL_MEANING, ScaleBalance
from buzzline.report.wording import percent
from buzzline.tables.study import Study


@dataclass(frozen=True, slots=True)
class Source:
    """A work the method rests on; `doi` is empty for those without."""

    citation: str
    doi: str = ""


@dataclass(frozen=True, slots=True)
class Method:
    """One step of the road: what was done, and after whom."""

    title: str
    text: str
    sources: tuple[Source, ...] = ()


BUZZ = Source(
    "Bathelt, H., Malmberg, A., Maskell, P. (2004). Clusters and knowledge: local buzz, global "
    "pipelines and the process of knowledge creation. Progress in Human Geography 28(1).",
    "10.1191/0309132504ph469oa",
)
LABS = Source(
    "Buzard, K., Carlino, G., Hunt, R., Carr, J., Smith, T. (2017). The agglomeration of "
    "American R&D labs. Journal of Urban Economics 101.",
    "10.1016/j.jue.2017.05.007",
)
SCAN = Source(
    "Kulldorff, M. (1997). A spatial scan statistic. Communications in Statistics: Theory and "
    "Methods 26(6).",
    "10.1080/03610929708831995",
)
DISCOVERIES = Source(
    "Benjamini, Y., Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the "
    "Royal Statistical Society B 57(1).",
    "10.1111/j.2517-6161.1995.tb02031.x",
)
TAILS = Source(
    "Abrams, A., Kleinman, K., Kulldorff, M. (2010). Gumbel based p-value approximations for "
    "spatial scan statistics. International Journal of Health Geographics 9.",
    "10.1186/1476-072X-9-61",
)
FAMILIES = Source(
    "Benjamini, Y., Bogomolov, M. (2014). Selective inference on multiple families of "
    "hypotheses. Journal of the Royal Statistical Society B 76(1).",
    "10.1111/rssb.12028",
)
GRAVITY = Source(
    "Santos Silva, J., Tenreyro, S. (2006). The log of gravity. Review of Economics and "
    "Statistics 88(4).",
    "10.1162/rest.88.4.641",
)
STRESS = Source(
    "Gansner, E., Koren, Y., North, S. (2005). Graph drawing by stress majorization. Graph "
    "Drawing, LNCS 3383.",
    "10.1007/978-3-540-31843-9_25",
)


PICTURES = Method(
    "Map and network",
    "On the map, ties are gathered between places that are closer than 30 pixels at the "
    "present zoom, each named after the town most of its organisations are in; coordinates "
    "are rounded to about ten metres. An organisation in several clusters is drawn with the "
    "strongest. The network is laid out by stress majorisation and turned so that west is "
    "left as far as it can be; distances in it are not kilometres. Country outlines: Natural "
    "Earth (public domain); they say nothing about anybody's claims.",
    (STRESS,),
)


def methods(study: Study, clustering: Clustering, balance: ScaleBalance) -> list[Method]:
    """Return the steps with the settings of this run; none without organisations."""
    if not study.organisations.height:
        return []
    return [_candidates(clustering), _scales(balance), _yardsticks(balance), PICTURES]


def _candidates(clustering: Clustering) -> Method:
    return Method(
        "Candidate clusters",
        "Around every organisation of an industry its neighbours within several radii are "
        "counted and compared with the number that would be there if the industry were spread "
        "like all organisations. Organisations with more neighbours than chance gives are "
        "cores; cores whose discs overlap form a candidate. Strength is the log-likelihood "
        "ratio of the candidate; p is the share of relabelled maps "
        f"({clustering.draws:,} draws) whose strongest candidate is at least as strong, and "
        "beyond all of them the tail of a Gumbel distribution fitted to them. False "
        f"discoveries are held to {percent(clustering.false_discovery_rate)} over core points, "
        "and again over clusters and industries. Beyond 20,000 addresses those within a "
        "sixteenth of a radius are taken together.",
        (LABS, SCAN, TAILS, DISCOVERIES, FAMILIES),
    )


def _scales(balance: ScaleBalance) -> Method:
    cutoffs = balance.cutoffs
    return Method(
        "Scale of a tie",
        f"Local up to {cutoffs.local_km:g} km, regional up to {cutoffs.regional_km:g} km, "
        "measured along the great circle and across borders too; further apart, national in "
        "one country and global between two. The cut-offs are conventions, so every verdict "
        "is run again with both a third smaller and a third larger.",
        (BUZZ,),
    )


def _yardsticks(balance: ScaleBalance) -> Method:
    models = "; ".join(f"{name}: {meaning}" for name, meaning in MODEL_MEANING.items())
    return Method(
        "Observed against expected",
        f"Three yardsticks answer three questions ({models}). Each is a gravity model fitted "
        "to the ties of everybody but the cluster's own members. Missing: the whole interval "
        "of observed over expected lies below four fifths; excess: above five quarters; not "
        "enough links: a halving would show in fewer than four of five such studies. "
        f"Intervals are at {percent(balance.level)}, from {balance.draws:,} draws of the "
        "parameters and of the true shares behind the ties counted (a Dirichlet distribution "
        "with Jeffreys' prior, with fewer ties where organisations or records bundle them). q "
        "holds false discoveries over clusters and scales of one layer and yardstick. Tie ends "
        "are counted: a tie between two members counts at both.",
        (GRAVITY, DISCOVERIES),
    )


def glossary(study: Study, measures: Sequence[Answer]) -> tuple[tuple[str, str], ...]:
    """Return the words the page uses, each with its meaning."""
    of_ties = OF_TIES if study.organisations.height else ()
    stages = {CATALOGUE[name].stage for name in map(_analysis, measures)}
    of_stages = [words for stage, words in OF_STAGE.items() if stage in stages]
    return (*of_ties, *chain(*of_stages), *OF_ERRORS)


def _analysis(result: Answer) -> str:
    return result_names([result])[0]


OF_TIES: tuple[tuple[str, str], ...] = (
    ("organisation", "Whoever can hold a tie: a firm, university, agency or association."),
    ("tie", "A recorded relation between two organisations, of one kind."),
    ("layer", "One kind of tie, such as supply or research. Tests never add layers up."),
    ("candidate cluster", "Where an industry is denser than all organisations together."),
    ("members", "Organisations of the industry inside the candidate cluster."),
    ("local, regional, national, global", "The rungs of the ladder of distance; see above."),
    ("G0, G1, G2", "Yardsticks: size; size and distance; size, distance and country borders."),
    ("missing, excess", "Clearly fewer, or clearly more, ties than the yardstick gives."),
    ("as expected", "Enough ties to see a halving, and no clear departure."),
    ("not enough links", "Too few ties to tell; the number that would be enough is given."),
    ("buzz, pipeline", "Local ties that come with being there; distant ties made on purpose."),
)  # fmt: skip
OF_DIAGNOSIS: tuple[tuple[str, str], ...] = (
    ("sign", "What one analysis says of one question about a cluster."),
    ("firm, likely", "All signs that can tell agree, and none changes, or one does, when the "
     "choices behind them are moved."),
    ("gatekeeper", "A member tied to many inside and outside, who hands on more than it gets."),
)  # fmt: skip
OF_MEASURES: tuple[tuple[str, str], ...] = (
    ("location quotient", "An industry's share in a place over its share everywhere; 1: even."),
    ("plant", "One establishment: the unit that chance deals out among places."),
    ("concentrated", "More in few places than plants dealt at random would be."),
    ("band", "What chance alone gives: the wide one a whole curve, the inner one a point."),
    ("suppressed", "Withheld by the statistical office so that nobody can be told: not zero."),
)  # fmt: skip
OF_SIBLINGS: tuple[tuple[str, str], ...] = (
    ("siblings", "Clusters of one industry near each other."),
    ("distinct in space", "With a valley between that one agglomeration hardly ever has."),
    ("socially separate", "Tied within more than between, beyond what size and distance give."),
    ("not testable", "Too few ties or organisations to tell; the number needed is given."),
    ("autonomy", "What of its incoming ties a cluster does not owe to its siblings."),
)  # fmt: skip
OF_STAGE = {
    "agglomeration": OF_MEASURES, "clusters": OF_SIBLINGS, "diagnosis": OF_DIAGNOSIS,
}  # fmt: skip
OF_ERRORS: tuple[tuple[str, str], ...] = (
    ("times expected", "Observed over expected; 1 is what the yardstick gives, 2 twice that."),
    ("interval", "The range that holds the true value in the stated share of such studies."),
    ("p", "How often chance alone would give a result at least as strong."),
    ("q", "The share of false discoveries to expect among all results at least this strong."),
)  # fmt: skip
