"""What an income ladder has to say beside its tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from buzzline.econometrics.border_deals import NO_COUNTRY, NO_DATE, NO_PLACE
from buzzline.econometrics.income_panel import MOST_REGIONS, OUTWARD, IncomePanel
from buzzline.econometrics.ladder_rows import DEFAULT, Chance, linear_rows
from buzzline.errors import TooFew

GIANT = 0.2  # share of deals of one investor from which results without it are told


def told_interval(row: Mapping[str, Any]) -> str:
    """Say a value with its interval."""
    if row["low"] is None:
        return f"{row['value']:.2g}"
    return f"{row['value']:.2g} [{row['low']:.2g}, {row['high']:.2g}]"


def largest_investor(panel: IncomePanel, chance: Chance) -> list[str]:
    """Say what is left of the default where one investor makes many of the deals."""
    who, share = panel.largest_investor()
    if share < GIANT:
        return []
    said = f"One investor makes {share:.0%} of the deals across borders"
    try:
        rows = linear_rows(panel.without(who), DEFAULT, chance)
    except TooFew:
        rows = []
    row = next((row for row in rows if row["term"] == OUTWARD), None)
    if row is None:
        return [f"{said}, and without it nothing is left to tell from."]
    return [f"{said}; without it {OUTWARD} deals go with {told_interval(row)}."]


def unknown_deals(panel: IncomePanel) -> list[str]:
    """Say how many deals nobody can tell of whether they count."""
    told = dict(panel.deals.left_out.iter_rows())
    said = (NO_PLACE, NO_COUNTRY, NO_DATE)
    parts = [f"{told[name]:,} ({name})" for name in said if name in told]
    if not parts:
        return []
    return [f"Deals not used because it is not known whether they count: {', '.join(parts)}."]


def lost_rows(panel: IncomePanel) -> list[str]:
    """Say which regions and years go to controls, or are not in the cross-section."""
    known = np.isfinite(panel.value) & np.isfinite(panel.stock()).all(axis=2)
    whole = known & np.isfinite(panel.controls).all(axis=2)
    notes = []
    if lost := int(known.sum() - whole.sum()):
        notes.append(
            f"{lost:,} of {int(known.sum()):,} regions by years are not used because a control "
            "is not known."
        )
    if not whole.any():
        return notes
    at = panel.year_of_cross_section()
    here, n = int(whole[:, at].sum()), panel.regions.height
    if here < MOST_REGIONS * n:
        notes.append(
            f"The cross-section has {here:,} of {n:,} regions: no year ({panel.years[at]} is "
            "the fullest) has nine in ten."
        )
    elif whole[:, at + 1 :].any():
        notes.append(
            f"The cross-section is of {panel.years[at]}: later years lack more than a tenth of "
            "the regions."
        )
    return notes
