"""Which clusters a survey of ties says too little of, for analyses of whole networks."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from buzzline.linkages.response_gate import answers_of, is_asked, response_of, told_by
from buzzline.tables.study import Study
from buzzline.wording import plural


def refusals(
    study: Study, layers: tuple[str, ...], members: pl.DataFrame
) -> tuple[Mapping[str, str], str]:
    """Return why clusters cannot be measured by ties that organisations were asked for.

    Parameters
    ----------
    study : Study
    layers : tuple of str
        Whose ties are taken together.
    members : DataFrame
        `cluster_id`, `org_id`.

    Returns
    -------
    mapping of cluster_id to reason
        Clusters of which fewer than 70 % answered. None where some of the layers stand in
        registers, of which nobody's answer is missing.
    str
        What a reader must know then; empty where there is nothing.
    """
    asked = tuple(layer for layer in layers if is_asked(study, (layer,)))
    answers = answers_of(study, asked)
    if not answers.height:
        return {}, ""
    end = told_by(study, asked)
    found = {
        str(cluster_id): response_of(own["org_id"], answers, end=end, rate=None).refusal()
        for (cluster_id,), own in members.group_by(["cluster_id"], maintain_order=True)
    }
    refused = {cluster_id: why for cluster_id, why in found.items() if why}
    if set(asked) == set(layers):
        return refused, ""
    if not refused:
        return {}, ""
    named = " and ".join(asked).replace("_", " ")
    return {}, (
        f"In {plural(len(refused), 'cluster')} fewer than 70 % answered, or nobody was asked, "
        f"who has ties of {named}: there such ties are missing, and count as not there."
    )
