"""What deals across borders would do to inequality between regions, were they its cause."""

from __future__ import annotations

import numpy as np

from buzzline.agglomeration.theil import theil
from buzzline.arrays import Floats, as_floats
from buzzline.econometrics.income_panel import WAYS, IncomePanel
from buzzline.econometrics.ladder_rows import Chance, Row
from buzzline.errors import TooFew

GRID = 41  # values of the effect between the ends of its interval
MEASURED = "measured"


def theil_without(income: Floats, people: Floats, gain: Floats) -> float:
    """Return Theil's index between regions without a gain that is known.

    Parameters
    ----------
    income, people : (n,) float64
    gain : (n,) float64         logarithm of what income was multiplied by

    Examples
    --------
    >>> rich_by_deals = np.array([1.0, 2.0])
    >>> theil_without(rich_by_deals, np.ones(2), np.array([0.0, np.log(2.0)]))
    0.0
    """
    return float(theil(income * np.exp(-gain), people))


def theil_rows(panel: IncomePanel, default: list[Row], chance: Chance) -> list[Row]:
    """Return, for each way, inequality in the year of step 1, and less the association.

    Parameters
    ----------
    panel : IncomePanel
    default : rows of specification 4
    chance : Chance

    Notes
    -----
    `value` is Theil's index between regions by inhabitants as it stands less what it would be
    with income divided by exp(effect x deals). Its interval holds what every effect within the
    interval of the effect gives. An association is treated as if it were a cause.

    Raises
    ------
    TooFew
        The outcome is not above 0, or no year has everything.
    """
    if not panel.is_log:
        raise TooFew("income_ladder: the outcome is not above 0 everywhere")
    stock = panel.stock()
    known = np.isfinite(panel.value) & np.isfinite(stock).all(axis=2)
    last = panel.year_of_cross_section()
    rows = known[:, last]
    income = as_floats(panel.value[rows, last])
    people = as_floats(panel.regions["population"].to_numpy()[rows])
    now = float(theil(income, people))
    found: list[Row] = []
    for k, way in enumerate(WAYS):
        told = next((row for row in default if row["term"] == way), {})
        row: Row = {"term": way, "year": panel.years[last], "theil": now, "n": int(rows.sum()),
                    "level": chance.level}  # fmt: skip
        if not isinstance(told.get("value"), float):
            found.append(row | {"status": str(told.get("status", "not testable"))})
            continue
        deals = as_floats(stock[rows, last, k])
        low, high, value = (float(told[name]) for name in ("low", "high", "value"))  # type: ignore[arg-type]
        grid = np.linspace(low, high, GRID)
        all_of_them = [now - theil_without(income, people, deals * beta) for beta in grid]
        change = now - theil_without(income, people, deals * value)
        found.append(row | {
            "without": now - change, "value": change, "low": min(all_of_them),
            "high": max(all_of_them), "share": change / now if now else None,
            "status": MEASURED,
        })  # fmt: skip
    return found
