"""From results to one page."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from buzzline.analysis import Answer, Provenance, result_names
from buzzline.charts import chart, palette
from buzzline.charts.outlines import RESOLUTIONS, packed_outlines
from buzzline.clusters.clustering import FIRST_TEST_ONLY, Clustering
from buzzline.clusters.membership import Membership
from buzzline.linkages.balance import MODEL_MEANING, ScaleBalance
from buzzline.linkages.profile import ScaleProfile
from buzzline.report.balance import balance_view
from buzzline.report.clusters import cluster_table
from buzzline.report.diagnosis import diagnosis_view
from buzzline.report.drawings import drawing
from buzzline.report.findings import facts, findings, has_organisations
from buzzline.report.html import Html
from buzzline.report.limits import limits
from buzzline.report.map import map_figure
from buzzline.report.measures import (
    first_verdict,
    is_tested_twice,
    measure_findings,
    measure_limits,
    measure_methods,
    not_asked_limit,
)
from buzzline.report.methods import glossary, methods
from buzzline.report.network import network_figure
from buzzline.report.provenance import provenance_tables, source_names
from buzzline.report.quality import quality_view
from buzzline.report.sections import sections
from buzzline.report.ties import scaled_ties
from buzzline.report.wording import count, listed, percent, plural
from buzzline.space.scales import SCALES, UNKNOWN_SCALE
from buzzline.tables.study import Study

LANGUAGE = "en-GB"
NOTHING: Mapping[str, str] = MappingProxyType({})
VENDORED = ("d3-array", "d3-geo", "topojson-client")
SCRIPTS = (
    "frame", "saving", "outlines", "gathering", "map", "network", "tables", "start",
)  # fmt: skip
STAGES_TOLD = ("linkages", "investment", "econometrics", "agglomeration")  # after the clusters


def report(
    study: Study,
    profile: ScaleProfile,
    clustering: Clustering,
    balance: ScaleBalance,
    *,
    measures: Sequence[Answer] = (),
    not_measured: Mapping[str, str] = NOTHING,
    not_asked: Sequence[str] = (),
    title: str | None = None,
) -> Html:
    """Write the results as one HTML page that opens without a network.

    Equal results give an equal page, byte for byte: nothing in it comes from a clock, and the
    content policy of the page forbids every request.

    Parameters
    ----------
    study : Study
    profile : ScaleProfile
    clustering : Clustering
    balance : ScaleBalance
    measures : sequence of results
        Of further analyses: each becomes a part of the section of its stage.
    not_measured : mapping of analysis to reason
        Analyses that could not be made; they are listed among the limits.
    not_asked : sequence of analyses
        Those there are besides; they are listed there too.
    title : str, optional
        The title of the study when not given.

    Returns
    -------
    Html
        `.text`, `.save(path)`; shows itself in a notebook.

    Examples
    --------
    >>> from buzzline import candidate_clusters, make_world, scale_balance, scale_profile
    >>> study = make_world(organisations=300, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=19, rng=1)
    >>> balance = scale_balance(study, found, draws=49, rng=1)
    >>> report(study, scale_profile(study), found, balance).title
    'Made-up world'
    """
    heading = title or study.about.title
    clustering = clustering.tested_beside() if is_tested_twice(measures) else clustering
    parts = balance_view(profile, clustering, balance)
    clusters = cluster_table(clustering, {part.cluster_id for part in parts.parts})
    text = _environment().get_template("report.html.j2").render(
        title=heading, language=LANGUAGE, has_organisations=has_organisations(study),
        facts=facts(study, clusters), quality=quality_view(study),
        findings=[
            *first_verdict(measures),
            *findings(study, profile, clustering, balance,
                      of_clusters=measure_findings(measures, "clusters")),
            *(said for stage in STAGES_TOLD for said in measure_findings(measures, stage)),
        ],
        **_pictures(study, profile, clustering, _membership(measures)),
        sections=sections(measures), clusters=clusters, diagnosis=diagnosis_view(measures),
        first_test_only="" if is_tested_twice(measures) else FIRST_TEST_ONLY,
        balance=parts, cutoffs=profile.cutoffs, models=MODEL_MEANING,
        limits=[*limits(study, profile, clustering, balance, second=is_tested_twice(measures)),
                *measure_limits(measures, not_measured),
                *filter(None, [not_asked_limit(not_asked)])],
        methods=[*methods(study, clustering, balance), *measure_methods(measures)],
        glossary=glossary(study, measures),
        provenance=provenance_tables(
            study, _stamps(study, (profile, clustering, balance), measures)),
        settings=_settings(heading, study), assets=_assets(),
    )  # fmt: skip
    return Html(text, heading)


def _stamps(
    study: Study,
    results: tuple[ScaleProfile, Clustering, ScaleBalance],
    measures: Sequence[Answer],
) -> list[tuple[str, Provenance | None]]:
    words = ("scale profile", "candidate clusters", "scale balance")
    of_ties = zip(words, results, strict=True) if has_organisations(study) else ()
    further = zip(result_names(measures), measures, strict=True)
    return [(name, result.provenance) for name, result in (*of_ties, *further)]


def _membership(measures: Sequence[Answer]) -> Membership | None:
    return next((result for result in measures if isinstance(result, Membership)), None)


def _pictures(
    study: Study, profile: ScaleProfile, clustering: Clustering, membership: Membership | None
) -> dict[str, Any]:
    ties = scaled_ties(study, profile.cutoffs)
    map_ = map_figure(study, clustering, ties, membership=membership)
    network = network_figure(study, clustering, ties)
    totals = {"clusters": network.n_clusters, "shown": network.n_shown, "ties": network.n_ties}
    industries = clustering.clusters["industry"].unique(maintain_order=True).to_list()
    return {
        "map": map_,
        "map_meta": {**map_.meta, "columns": map_.data.columns},
        "network": network,
        "network_meta": {**network.meta, "totals": totals},
        "cluster_industries": industries,
        "strongest": drawing(lambda width: chart(clustering, width=width), "strongest"),
    }


def _settings(title: str, study: Study) -> dict[str, Any]:
    """Return what the scripts must know: colours come from Python and nowhere else."""
    source = listed(source_names(study)) or study.about.title
    return {
        "title": title,
        "source": source,
        "scales": [*SCALES, UNKNOWN_SCALE],
        "palette": {
            "scale": palette.SCALE_COLOUR, "ink": palette.INK, "quiet": palette.QUIET_INK,
            "paper": palette.PAPER, "sea": palette.SEA, "land": palette.LAND,
            "border": palette.BORDER, "accent": palette.ACCENT, "other": palette.OTHER_COLOUR,
        },
    }  # fmt: skip


def as_json(value: object) -> Markup:
    """Return JSON that cannot end the script element it stands in."""
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for sign in "<>&\u2028\u2029":
        plain = plain.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(plain)


@lru_cache(maxsize=1)
def _assets() -> dict[str, Any]:
    """Return style, scripts and outlines, ready to stand in the page."""
    folder = files("buzzline.report") / "assets"
    own = "\n".join((folder / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    vendored = [(folder / "vendor" / f"{name}.min.js").read_text("utf-8") for name in VENDORED]
    return {
        "style": Markup((folder / "style.css").read_text("utf-8")),
        "vendored": [Markup(_closed(script)) for script in vendored],
        "script": Markup(f'(() => {{\n"use strict";\n{_closed(own)}\n}})();'),
        "outlines": {name: _encoded(packed_outlines(name)) for name in RESOLUTIONS},
    }


def _closed(script: str) -> str:
    return script.replace("</script", "<\\/script")


def _encoded(gzipped: bytes) -> str:
    return base64.b64encode(gzipped).decode("ascii")


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("buzzline.report"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(count=count, percent=percent, as_json=as_json)
    environment.globals.update(
        plural=plural, palette=palette, layer_word=lambda name: name.replace("_", " ")
    )
    return environment
