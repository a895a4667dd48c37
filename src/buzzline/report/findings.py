"""What was found, in sentences with numbers, one a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log

import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.diagnosis.balance_signs import YARDSTICKS, signs_of_balance
from buzzline.diagnosis.findings import beyond_chance
from buzzline.diagnosis.signs import Sign
from buzzline.linkages.balance import ScaleBalance
from buzzline.linkages.profile import ScaleProfile
from buzzline.report.tables import PageTable
from buzzline.report.wording import decimal, interval, listed, percent, plural, stated
from buzzline.space.scales import SCALES, UNKNOWN_SCALE
from buzzline.tables.study import Study

READ = {
    "low": "fewer than expected", "high": "more than expected", "middle": "as expected",
    "open": "without enough known to tell",
}  # fmt: skip
MOST_NAMED = 3


def findings(
    study: Study,
    profile: ScaleProfile,
    clustering: Clustering,
    balance: ScaleBalance,
    *,
    of_clusters: Sequence[str] = (),
) -> list[str]:
    """Return sentences: what was read, where clusters are, how far ties reach, what is odd.

    Parameters
    ----------
    of_clusters : sequence of str
        What further analyses say of the clusters, to stand after where they are.
    """
    if not has_organisations(study):
        return [_read(study)]
    sentences = [
        _read(study), _clusters(clustering), *of_clusters, *_scales(profile),
        *_balance(balance),
    ]  # fmt: skip
    return [sentence for sentence in sentences if sentence]


def has_organisations(study: Study) -> bool:
    """Tell whether there is anybody who could be in a cluster or hold a tie."""
    return bool(study.organisations.height)


def facts(study: Study, clusters: PageTable) -> list[str]:
    """Return what the study holds, in a few words each, for the head of the page."""
    if not has_organisations(study):
        return _employment(study)
    shown = " shown" if clusters.note else ""
    return [
        plural(study.organisations.height, "organisation"),
        plural(study.linkages.height, "tie"),
        plural(len(clusters.rows), "candidate cluster") + shown,
    ]


def _employment(study: Study) -> list[str]:
    table = study.employment
    if not table.height:
        return ["no organisations and no employment"]
    years = table["year"].drop_nulls().unique().sort().to_list()
    said = [
        plural(table["industry"].n_unique(), "industry", "industries"),
        plural(table["place_id"].n_unique(), "place"),
    ]
    return [*said, listed([str(year) for year in years])] if years else said


def _read(study: Study) -> str:
    layers = study.linkages["layer"].n_unique()
    aside = study.about.quality.n_set_aside
    lost = f"; {plural(aside, 'row')} had to be set aside" if aside else ""
    if not has_organisations(study):
        return (
            f"The study holds employment ({', '.join(_employment(study))}) and no "
            f"organisations{lost}: there is no map, and nothing is said about clusters of "
            "organisations or their ties."
        )
    return (
        f"The study holds {plural(study.organisations.height, 'organisation')} and "
        f"{plural(study.linkages.height, 'tie')} in {plural(layers, 'layer')}{lost}."
    )


def _clusters(clustering: Clustering) -> str:
    clusters = clustering.clusters
    looked = clustering.coverage.filter(pl.col("status") == "examined").height
    if not looked:
        return "No cluster could be looked for; the section on limits says why."
    if not clusters.height:
        return "No candidate cluster stands out from chance in the industries examined."
    first = clusters.row(0, named=True)
    industries = clusters["industry"].n_unique()
    odds = f", {stated(first['p'])}" if first["p"] is not None else ""
    stand = "stands" if clusters.height == 1 else "stand"
    return (
        f"{plural(clusters.height, 'candidate cluster')} in "
        f"{plural(industries, 'industry', 'industries')} {stand} out from chance, "
        f"at a false-discovery rate of {percent(clustering.false_discovery_rate)}; "
        f"the strongest is {first['label']} "
        f"({first['industry']}) with {first['n_members']:,} of the {first['n_background']:,} "
        f"organisations there, {decimal(first['ratio'], 2)} times what all organisations "
        f"together would give ({interval(first['low'], first['high'], 2)}{odds})."
    )


def _scales(profile: ScaleProfile) -> list[str]:
    """One sentence for each of the two layers with most ties."""
    if not profile.profile.height:
        return ["There are no ties to class by scale."]
    known = profile.profile.filter(pl.col("scale") != UNKNOWN_SCALE)
    sizes = known.group_by("layer").agg(pl.col("n").sum()).sort(
        ["n", "layer"], descending=[True, False]
    )  # fmt: skip
    if not known["n"].sum():
        return ["No tie has a known scale; the section on limits says why."]
    sentences = []
    for layer, n in sizes.filter(pl.col("n") > 0).head(2).iter_rows():
        rows = {row["scale"]: row for row in known.filter(pl.col("layer") == layer).to_dicts()}
        shares = [f"{percent(rows[s]['share'])} are {s}" for s in SCALES if s in rows]
        kind = str(layer).replace("_", " ")
        sentences.append(f"Of the {n:,} {kind} ties with a known scale, {listed(shares)}.")
    return sentences


def _balance(balance: ScaleBalance) -> list[str]:
    """Say what the diagnosis reads off the balance, held against the same yardstick."""
    every = beyond_chance(signs_of_balance(balance), level=balance.level)
    held = [sign for sign in every if sign.about.endswith(tuple(YARDSTICKS))]
    if not held:
        reasons = dict.fromkeys(sign.reason.rstrip(".") for sign in every if sign.reason)
        why = f" ({next(iter(reasons))})" if reasons else ""
        return [f"No cluster has ties that could be held against size and distance{why}."]
    sentences = [
        sentence
        for model, words in YARDSTICKS.items()
        if (those := [sign for sign in held if sign.about.endswith(model)])
        for sentence in [_counted(those, words)]
    ]
    return [*sentences, *_standing_out(held)]


def _counted(signs: Sequence[Sign], yardstick: str) -> str:
    readings = Counter[str](sign.reading for sign in signs)
    told = [
        f"{readings[reading]:,} {words}" for reading, words in READ.items() if readings[reading]
    ]
    n_clusters = len({sign.cluster_id for sign in signs})
    return (
        f"Held against {yardstick}, {plural(len(signs), 'comparison')} of "
        f"{plural(n_clusters, 'cluster')} by layer and scale came out as {listed(told)}."
    )


def _standing_out(signs: Sequence[Sign]) -> list[str]:
    """Name the surest departures, one a cluster: those chance gives least, then the largest."""
    stable = [sign for sign in signs if sign.reading in ("low", "high") and sign.is_stable]
    ranked = sorted(stable, key=lambda sign: (sign.p or 0.0, -_surely_off(sign)))
    first = {sign.cluster_id: sign for sign in reversed(ranked)}
    firm = [sign for sign in ranked if first[sign.cluster_id] is sign][:MOST_NAMED]
    if not firm:
        return ["No departure holds when the cut-offs are moved by a third."]
    named = [
        f"{sign.label} ({sign.industry}) has {decimal(sign.value, 2)} times the {sign.theme} "
        f"of the layer {sign.about.partition(',')[0]} that "
        f"{YARDSTICKS[sign.about.rpartition(', ')[2]].removeprefix('what ')} "
        f"({interval(sign.low, sign.high, 2)})"
        for sign in firm
    ]
    return [f"Most firmly, and whether the cut-offs are moved or not, {listed(named)}."]


def _surely_off(sign: Sign) -> float:
    """Return how far the nearer end of an interval of a ratio is from 1, as a log."""
    end = sign.high if sign.reading == "low" else sign.low
    return abs(log(end)) if end else 0.0
