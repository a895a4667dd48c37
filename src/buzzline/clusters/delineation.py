"""Where does one cluster end and the next begin? Both tests together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.delineation_merged import cluster_rows, clustering_after, members_of
from buzzline.clusters.delineation_merging import merged_sites
from buzzline.clusters.delineation_pairs import Key, Met, Verdict, met_in, verdicts
from buzzline.clusters.delineation_rows import pair_rows, sensitivity_rows
from buzzline.clusters.delineation_rule import MERGED, Held, Needs, TwoTestRule
from buzzline.clusters.delineation_words import headline, sentence
from buzzline.clusters.distinctness import BANDWIDTHS, Distinctness
from buzzline.clusters.separation import Separation
from buzzline.errors import InvalidArgument
from buzzline.quantities import Share
from buzzline.resampling import too_few_draws
from buzzline.tables.study import Study

AUTONOMIES = (0.3, 0.4, 0.5, 0.6, 0.7)
STABILITIES = (0.7, 0.8, 0.9)
SMALLEST_RATIOS = (1.5, 2.0, 3.0)
LEVELS = (0.9, 0.95, 0.99)
LAYER_SHARES = {0.0: "any layer of linkages", 0.5: "most layers", 0.999: "every layer"}
NEEDS: dict[Needs, str] = {"both": "labour market and linkages", "labour": "labour market",
         "linkages": "linkages"}  # fmt: skip
BOTH_TESTS = (
    "Two tests were made, distinct in space and socially separate; clusters found to be one "
    "were merged, those not testable were not."
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Delineation:
    """What two tests make of the candidate clusters of an industry.

    Attributes
    ----------
    pairs : DataFrame
        One row a pair of siblings, "multiple clusters" first: `industry`, `cluster_id`,
        `label`, `sibling_id`, `sibling`, `km`, `outcome` ("multiple clusters", "one cluster,
        several sites", "overlapping communities in one place", "one cluster" or "not
        testable"), `robustness` (share of other readings with the same outcome), `possible`
        (outcomes that the tests made leave open), `distinct`, `valley` (Dsp), `valley_p`,
        `stability`, `separate`, `layer` (the one the second test turns on), `value` (its log
        odds ratio net of size and distance), `low`, `high`, `level`, `p`, `modularity`,
        `modularity_p`, `n` (its ties), `labour`, `linkages` ("separate", "not separate", "not
        testable"), `autonomy` (of the less autonomous of the two known), `autonomy_low`,
        `autonomy_high`, `separate_in`, `not_separate_in`, `untested` (layers), `needed_in`,
        `n_needed` (ties that would do, in the layer nearest to it), `reason`.
    sensitivity : DataFrame
        One row a pair and reading: `cluster_id`, `sibling_id`, `choice`, `setting`, `outcome`,
        `is_same` (as in `pairs`).
    clusters : DataFrame
        One row a cluster after merging: `cluster_id` (of its strongest site), `label`,
        `industry`, `verdict` (an outcome, "not testable" or "no sibling"), `n_sites`, `sites`,
        `site_ids`, `n_members`, `n_siblings`, `n_multiple`, `n_overlapping`, `n_one`,
        `n_untested` (siblings by outcome), `reason`.
    members : DataFrame
        `cluster_id` (after merging), `site_id`, `org_id`, `is_core`.
    merges : DataFrame
        Which sites become one, the least separate first, then merges not made: `step`,
        `industry`, `cluster_id`, `other_id` (strongest site of either), `height` (log odds
        ratio net of size and distance, or that of an earlier merge where higher), `n_sites`,
        `is_made`, `outcome`.
    rule : TwoTestRule
    level : share
    notes : tuple[str, ...]     what a reader must know
    """

    pairs: pl.DataFrame
    sensitivity: pl.DataFrame
    clusters: pl.DataFrame
    members: pl.DataFrame
    merges: pl.DataFrame
    rule: TwoTestRule
    level: Share
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a pair of siblings, "multiple clusters" first."""
        return self.pairs

    def clustering(self, sites: Clustering) -> Clustering:
        """Return the clusters after merging, for every later analysis.

        Parameters
        ----------
        sites : Clustering
            The one that was delineated. Of a cluster of several sites, members and expected
            members are summed, and the rest is that of its strongest site.
        """
        return clustering_after(sites, self.clusters, self.members, note=BOTH_TESTS)

    def __str__(self) -> str:
        if not self.pairs.height:
            return " ".join(["No two clusters to tell apart.", *self.notes])
        said = (headline(self.pairs, self.members),
                sentence(self.pairs, self.clusters, self.rule))  # fmt: skip
        return " ".join([*said, *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.pairs.head(20)._repr_html_()}"


@analysis("clusters", "Are these several clusters, one with several sites, or simply one?")
def delineation(
    study: Study,
    clustering: Clustering,
    distinct: Distinctness,
    separate: Separation,
    *,
    rule: TwoTestRule = TwoTestRule(),  # noqa: B008  # frozen
) -> Delineation:
    """Hold both tests together: distinct in space, and socially separate.

    Two agglomerations of an industry are two clusters when there is a valley between them, and
    each has a labour market and linkages of its own and could do without the other. One of the
    two is not enough. Where a test could not be made, the outcome is not testable, and it is
    said what the other test leaves open.

    Parameters
    ----------
    study : Study
        The one the clusters are of.
    clustering : Clustering
        Candidate clusters, as from `candidate_clusters`.
    distinct : Distinctness
        First test, as from `distinctness`.
    separate : Separation
        Second test, as from `separation`.
    rule : TwoTestRule
        How autonomous, in how many layers, and whether labour market, linkages or both.

    Returns
    -------
    Delineation

    Raises
    ------
    InvalidArgument
        The tests are of other clusters, or at a level of 0 or 1.

    Notes
    -----
    Separate [1]_: labour market (moves, commuting) and linkages (all other layers but
    competition) separate, and the autonomy of both at least that of the rule. A layer is
    separate when the interval of its log odds ratio lies above 0 and, where measured,
    corrected modularity has p <= 1 - level. Linkages are separate when more than
    `share_of_layers` of the layers tested are: then the interval of the layer at that rank lies
    above 0. Of labour market and linkages the weaker one is shown (`layer`, `value`). One part
    that fails decides; one that is not testable leaves it open. Clusters that the first test
    compared neither with each other nor over others between are not testable. Pairs that are
    one are merged, the least separate first, unless sites of the two were found apart.

    References
    ----------
    .. [1] Bathelt, H., Zhao, J. (2016). Conceptualizing multiple clusters in mega-city regions:
       the case of the biomedical industry in Beijing. Geoforum 75.

    Examples
    --------
    >>> from buzzline.clusters import candidate_clusters, distinctness, separation
    >>> from buzzline.tables.worlds import make_sibling_world
    >>> study = make_sibling_world(organisations=800, rng=1).study
    >>> found = candidate_clusters(study, industries=["optics"], draws=99, rng=1)
    >>> tests = (distinctness(study, found, draws=99, rng=1),
    ...          separation(study, found, draws=99, rng=1))
    >>> delineation(study, found, *tests).pairs["outcome"].to_list()
    ['multiple clusters']
    """
    for name, level in (("distinct", distinct.level), ("separate", separate.level)):
        if not 0 < level < 1:
            raise InvalidArgument(
                f"delineation: `{name}` was made at a level of {level:g}; make it with one "
                "between 0 and 1"
            )
    met = met_in(clustering, distinct, separate)
    held = Held(rule, separate.rule.smallest_ratio,
                reads_modularity=not too_few_draws(separate.draws, separate.level))  # fmt: skip
    found = verdicts(met, held)
    other = sensitivity_readings(held, distinct, separate)
    sensitivity, robust = sensitivity_rows(met, found, other)
    pairs = pair_rows(met, found, robust, held=held)
    groups, merges = merged_sites(met.order, pairs)
    members = members_of(clustering, groups)
    return Delineation(
        pairs, sensitivity,
        cluster_rows(
            clustering, groups, pairs, members=members,
            looked_at=set(separate.clusters["cluster_id"]),
        ),
        members, merges,
        rule, separate.level,
        (*_notes(met, separate, merges, held), *_uncompared(found, distinct, separate)),
    )  # fmt: skip


def sensitivity_readings(
    held: Held, distinct: Distinctness, separate: Separation
) -> list[tuple[str, str, Held]]:
    """Return the readings at other thresholds that the draws can make, one changed at a time.

    Parameters
    ----------
    held : Held
    distinct : Distinctness
    separate : Separation

    Returns
    -------
    list of (choice, setting, Held)
    """
    rule = held.rule
    readings = [
        ("autonomy", f"{least:g}", replace(held, rule=replace(rule, autonomy=least)))
        for least in AUTONOMIES if least != rule.autonomy
    ]  # fmt: skip
    readings += [
        ("needs", said, replace(held, rule=replace(rule, needs=needs)))
        for needs, said in NEEDS.items() if needs != rule.needs
    ]  # fmt: skip
    readings += [
        ("layers", said, replace(held, rule=replace(rule, share_of_layers=share)))
        for share, said in LAYER_SHARES.items() if share != rule.share_of_layers
    ]  # fmt: skip
    readings += _readings_of_valleys(held, distinct)
    if held.reads_modularity:
        unread = replace(held, reads_modularity=False)
        readings.append(("modularity", "need not agree", unread))
    readings += [
        ("smallest ratio", f"{ratio:g}", replace(held, read_ratio=ratio))
        for ratio in SMALLEST_RATIOS if held.ratio not in (0, 1, ratio)
    ]  # fmt: skip
    return readings + [
        ("level of separation", f"{level:g}", replace(held, tie_level=level))
        for level in LEVELS if level != separate.level
        and not (held.reads_modularity and too_few_draws(separate.draws, level))
    ]  # fmt: skip


def _readings_of_valleys(held: Held, distinct: Distinctness) -> list[tuple[str, str, Held]]:
    readings = [
        ("level of the valley", f"{level:g}", replace(held, valley_level=level))
        for level in LEVELS
        if level != distinct.level and not too_few_draws(distinct.draws, level)
    ]
    if too_few_draws(distinct.draws, distinct.level):
        return readings
    readings.append(("open country", "does not count", replace(held, reads_open=False)))
    readings += [
        ("bandwidth of the valley", f"{times:g} times", replace(held, bandwidth=which))
        for which, times in BANDWIDTHS.items() if which
    ]  # fmt: skip
    return readings + [
        ("stability", f"{share:g}", replace(held, stability=share))
        for share in STABILITIES if share != held.stability
    ]  # fmt: skip


def _uncompared(
    found: Mapping[Key, Verdict], distinct: Distinctness, separate: Separation
) -> list[str]:
    n = sum(not verdict.is_compared for verdict in found.values())
    if not n or distinct.within_km >= separate.rule.reach_km:
        return []
    return [
        f"{n:,} pair{'' if n == 1 else 's'} of siblings, up to {separate.rule.reach_km:g} km "
        f"apart, were never compared in space: distinctness looked at neighbours within "
        f"{distinct.within_km:g} km. Give it a larger `within_km`."
    ]


def _notes(met: Met, separate: Separation, merges: pl.DataFrame, held: Held) -> tuple[str, ...]:
    notes = list(separate.notes)
    further = [key for key in met.valleys if key not in met.ties]
    if further:
        notes.append(
            f"{len(further):,} pair{'' if len(further) == 1 else 's'} of neighbours are more "
            f"than {separate.rule.reach_km:g} km apart, or not among the strongest clusters, "
            "and were not held against each other."
        )
    if met.ties and not held.reads_modularity:
        notes.append("Corrected modularity was not read: too few draws.")
    left = merges.filter(~pl.col("is_made") & pl.col("outcome").is_in(MERGED)).height
    if left:
        notes.append(
            f"{left:,} merge{'' if left == 1 else 's'} of clusters found to be one "
            f"{'was' if left == 1 else 'were'} not made: some of their sites are apart."
        )
    return tuple(notes)
