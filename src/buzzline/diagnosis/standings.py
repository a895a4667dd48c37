"""From indicators to where clusters stand on a dimension."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.diagnosis.openness import EXTERNAL
from buzzline.diagnosis.scores import Indicator

HORIZONTAL, VERTICAL = "horizontal", "vertical"
INSTITUTIONAL, POWER = "institutional", "power"
DIMENSIONS = (HORIZONTAL, VERTICAL, INSTITUTIONAL, EXTERNAL, POWER)
FEWEST_OTHERS = 5  # clusters to stand among

# Values and standard errors of clusters, NaN where not measured.
Measured = Mapping[Indicator, tuple[Floats, Floats]]


def comparable(parts: Measured, one: int) -> dict[Indicator, tuple[Floats, Floats]]:
    """Return the indicators of one cluster that enough others have all of.

    The one that the fewest others have is left out until at least five have all.
    """
    kept = {name: part for name, part in parts.items() if not np.isnan(part[0][one])}
    while len(kept) > 1:
        has = {name: ~np.isnan(part[0]) for name, part in kept.items()}
        if np.all(list(has.values()), axis=0).sum() > FEWEST_OTHERS:
            break
        del kept[min(kept, key=lambda name: int(has[name].sum()))]
    return kept


def together(parts: Measured) -> tuple[Floats, Floats] | None:
    """Return the mean of standardised indicators and its error, or None without any.

    Errors of indicators read off one source are added; those of different sources are taken
    for independent.
    """
    if not parts:
        return None
    values, errors = [], dict[str, Floats]()
    for indicator, part in parts.items():
        value, error = standardised(*part)
        values.append(value)
        errors[indicator.source] = errors.get(indicator.source, np.zeros(error.size)) + error
    spread = np.sqrt(np.sum([error**2 for error in errors.values()], axis=0)) / len(parts)
    return as_floats(np.mean(values, axis=0)), as_floats(spread)


def standardised(value: Floats, error: Floats) -> tuple[Floats, Floats]:
    """Return values less their mean over their spread, and errors over the same.

    NaN stays NaN. The spread is at least the root mean square of the errors, which estimates
    differ by even where the truth is the same; zeros where all are the same without error.

    Examples
    --------
    >>> standardised(np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.5, 0.5]))[0].tolist()
    [-1.0, 0.0, 1.0]
    """
    is_known = ~np.isnan(value)
    known = value[is_known]
    spread = float(known.std(ddof=1)) if known.size > 1 else 0.0
    if known.size:
        spread = max(spread, float(np.sqrt(np.mean(error[is_known] ** 2))))
    if not spread:
        return as_floats(value * 0.0), as_floats(error * 0.0)
    return as_floats((value - known.mean()) / spread), as_floats(error / spread)


def standing_of(known: Measured, dimension: str, *, besides: frozenset[str]) -> Floats | None:
    """Return where clusters stand by indicators that nearly all have, some sources left out.

    Parameters
    ----------
    known : dict of Indicator to value and error
    dimension : str
    besides : set of str      sources that do not count
    """
    parts = {
        one: part for one, part in known.items()
        if one.dimension == dimension and one.source not in besides
        and (~np.isnan(part[0])).sum() >= max(0.8 * part[0].size, 2)
    }  # fmt: skip
    found = together(parts)
    return None if found is None else found[0]


def sources_of(known: Measured, dimension: str) -> frozenset[str]:
    """Return the data that a dimension is read off."""
    return frozenset(
        one.source for one, part in known.items()
        if one.dimension == dimension and (~np.isnan(part[0])).any()
    )  # fmt: skip
