"""What of a run goes into its files: everything, or what may be shown to everybody."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from buzzline.analysis import Answer, result_names
from buzzline.clusters.clustering import Clustering
from buzzline.export.publishing import NOTHING_LEFT, publisher
from buzzline.linkages.balance import ScaleBalance
from buzzline.linkages.profile import ScaleProfile
from buzzline.tables.privacy import PublicRule, blurred, only_named
from buzzline.tables.study import Study
from buzzline.tables.study_file import RunSettings


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """The study and the results that files are made of.

    Attributes
    ----------
    tables : Study
        Whose organisations and ties are written one by one.
    page : Study
        Whose organisations and ties are drawn and counted.
    profile : ScaleProfile
    clustering : Clustering
        For tables.
    drawn : Clustering
        For pictures, which need to know where members are.
    balance : ScaleBalance
    measures : tuple of results
    not_measured : dict of analysis to reason
    """

    tables: Study
    page: Study
    profile: ScaleProfile
    clustering: Clustering
    drawn: Clustering
    balance: ScaleBalance
    measures: tuple[Answer, ...]
    not_measured: dict[str, str]


def rule_of(settings: RunSettings) -> PublicRule:
    """Return who may be named in public, as the settings say."""
    return PublicRule(settings.smallest_group, settings.named_from_jobs)


def public_edition(whole: Edition, settings: RunSettings) -> Edition:
    """Return what may be shown to everybody of the results of a pseudonymous study.

    Parameters
    ----------
    whole : Edition
    settings : RunSettings
    """
    study, rule = whole.page, rule_of(settings)
    cutter = publisher(study, whole.clustering, rule)
    shown, reasons = dict[str, Answer](), dict[str, str]()
    for name, result in zip(result_names(whole.measures), whole.measures, strict=True):
        why = cutter.why_not(name)
        if not why:
            shown[name] = cutter.record(result, name)
            why = "" if shown[name].table().height else NOTHING_LEFT
        if why:
            reasons[name] = why
    measures = tuple(result for name, result in shown.items() if name not in reasons)
    profile = cutter.record(whole.profile, "scale_profile")
    clustering = cutter.record(whole.clustering, "clusters")
    balance = cutter.record(whole.balance, "scale_balance")
    large = pl.col("cluster_id").is_in(clustering.clusters["cluster_id"].implode())
    drawn = replace(clustering, members=whole.clustering.members.filter(large))
    about = replace(study.about, notes=(*study.about.notes, _note(rule), str(cutter.cut)))
    page = replace(blurred(study, rule, drawn.members), about=about)
    tables = replace(only_named(study), about=about)
    return Edition(
        tables, page, profile, clustering, drawn, balance, measures,
        whole.not_measured | reasons,
    )  # fmt: skip


def _note(rule: PublicRule) -> str:
    return (
        "Public edition: organisations are named from "
        f"{rule.named_from_jobs:,.0f} jobs on, or when they are public by kind (universities, "
        "agencies, associations). All others have no name, and on maps stand in the middle of "
        f"an area with at least {rule.smallest_group} of them."
    )
