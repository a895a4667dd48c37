"""What happens in worlds besides outcomes: entry and exit, and places left empty."""

from __future__ import annotations

import numpy as np

from buzzline.policy.experiments.recorded import Recorded

EVENTS = ("n_organisations", "entries", "exits")


def is_same(with_it: Recorded, without: Recorded) -> bool:
    """Tell whether a policy changes nothing at all, in any run, place or step."""
    return np.array_equal(with_it.values, without.values, equal_nan=True)


def runs_with_other_events(with_it: Recorded, without: Recorded) -> int:
    """Return in how many runs organisations enter or leave otherwise than without a policy.

    Their number is compared in all steps recorded; what happens and is undone between two such
    steps is not seen.
    """
    columns = [with_it.quantities.index(name) for name in EVENTS]
    here, there = with_it.values[..., columns], without.values[..., columns]
    differs = (here != there) & ~(np.isnan(here) & np.isnan(there))
    return int(differs.any(axis=(1, 2, 3)).sum())


def emptied_runs(recorded: Recorded) -> int:
    """Return in how many runs a place asked about loses all its organisations."""
    n = recorded.values[:, :, list(recorded.focal), recorded.quantities.index(EVENTS[0])]
    return int(((n[:, -1] == 0) & (n[:, 0] > 0)).any(axis=1).sum())
