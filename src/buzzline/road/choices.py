"""From the section [run] of a study file to the arguments of each analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from typing import Any

from buzzline.analysis import CATALOGUE
from buzzline.clusters.candidate_clusters import CoreRule
from buzzline.clusters.industries import industries_of
from buzzline.errors import InvalidArgument
from buzzline.road.measuring import ALWAYS, measures_of
from buzzline.space.scales import Cutoffs
from buzzline.tables.study import Study
from buzzline.tables.study_file import RunSettings


def choices_of(name: str, settings: RunSettings) -> dict[str, Any]:
    """Return what the settings say about the choices of one analysis.

    Parameters
    ----------
    name : str
        Of the analysis, as in the catalogue.
    settings : RunSettings

    Returns
    -------
    dict
        Only choices the analysis has; what the settings leave open keeps its default.

    Examples
    --------
    >>> choices_of("scale_profile", RunSettings(local_km=30))["cutoffs"]
    Cutoffs(local_km=30.0, regional_km=200.0)
    """
    said: dict[str, Any] = {
        "industries": _industries(settings),
        "scales_km": settings.scales_km,
        "cutoffs": Cutoffs(settings.local_km, settings.regional_km),
        "rule": CoreRule(false_discovery_rate=settings.false_discovery_rate),
        "layers": settings.layers or None,
        "level": settings.level,
        "draws": settings.draws,
        "engine": settings.engine,
        "rng": settings.seed,
    }
    item = CATALOGUE[name]
    if name not in ALWAYS and "draws" not in settings.model_fields_set:
        del said["draws"]  # each measure knows how many it needs, and can afford
    has = item.choices
    return {
        key: value
        for key, value in said.items()
        if key in has and value is not None and _fits(value, has[key].default)
    }


def _fits(value: object, default: object) -> bool:
    """Tell whether a record is of the kind an analysis takes: its rule may be another one."""
    return not is_dataclass(value) or type(value) is type(default)


def hold_to(study: Study, settings: RunSettings) -> None:
    """Refuse settings that ask for an industry, layer or measure there is not.

    Raises
    ------
    InvalidArgument
        The message names what there is.
    """
    if study.organisations.height:
        industries_of(study, _industries(settings))
    measures_of(settings)
    present = study.linkages["layer"].unique().sort().to_list()
    absent = [name for name in settings.layers if present and name not in present]
    if absent:
        raise InvalidArgument(
            f"linkages: no linkage has the layer {absent[0]!r}; layers are "
            f"{', '.join(present)}. Correct `layers` in study.toml."
        )


def _industries(settings: RunSettings) -> Mapping[str, Sequence[str]] | Sequence[str] | None:
    if not settings.groups:
        return settings.industries or None
    return {name: (name,) for name in settings.industries} | settings.groups
