"""Fixed effects without the bias of short panels: twice the whole less the mean of its halves.

Taking an organisation's mean out of a few years ties each year to the later ones, which biases
whatever answers to the past, such as the effect of last year's pipelines on this year's. Half
as many years have twice the bias, so it cancels [1]_.

.. [1] Dhaene, G., Jochmans, K. (2015). Split-panel jackknife estimation of fixed-effect models.
   Review of Economic Studies 82(3). doi:10.1093/restud/rdv007
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.econometrics.panel import Family, Panel, PanelFit, fit_panel
from buzzline.errors import TooFew

FEWEST_PERIODS = 6  # three years in each half


def half_panel(panel: Panel, family: Family = "linear") -> PanelFit:
    """Return coefficients net of organisations and years, without the bias of few years.

    Parameters
    ----------
    panel : Panel
        With six years or more; an odd number is cut at both years around its middle.
    family : "linear" or "poisson"

    Raises
    ------
    TooFew
        Fewer than six years, or halves that cannot be fitted.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> from buzzline.arrays import as_codes
    >>> unit, period = np.repeat(np.arange(300), 6), np.tile(np.arange(6), 300)
    >>> x = rng.normal(size=(1800, 1))
    >>> panel = Panel(x[:, 0] + rng.normal(size=1800), x, as_codes(unit), as_codes(period),
    ...               as_codes(unit // 10), ("x",))
    >>> abs(half_panel(panel).beta[0] - 1) < 0.1
    True
    """
    years = np.unique(panel.period)
    n = years.size
    if n < FEWEST_PERIODS:
        raise TooFew(f"half_panel: {n} years, and at least {FEWEST_PERIODS} are needed")
    whole = fit_panel(panel, family)
    cuts = sorted({n // 2, n - n // 2})
    betas, left_out = [], []
    for cut in cuts:
        early = panel.period < years[cut]
        parts = [(cut / n, panel.chosen(early)), ((n - cut) / n, panel.chosen(~early))]
        fits = [(share, fit_panel(part, family)) for share, part in parts]
        betas.append(2 * whole.beta - sum(share * fit.beta for share, fit in fits))
        aligned = sum(share * _for_groups(fit, whole) for share, fit in fits)
        left_out.append(2 * whole.left_out - aligned)
    beta, without = as_floats(np.mean(betas, axis=0)), as_floats(np.mean(left_out, axis=0))
    return replace(whole, beta=beta, left_out=without)


def _for_groups(fit: PanelFit, whole: PanelFit) -> Floats:
    """Return what a half gives without each group of the whole; as it is where it has none."""
    place = np.searchsorted(fit.group, whole.group)
    place = np.minimum(place, fit.group.size - 1)
    there = fit.group[place] == whole.group
    return as_floats(np.where(there[:, None], fit.left_out[place], fit.beta))
