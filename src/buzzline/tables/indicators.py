"""Which indicators of `outcomes` say how somebody does, and which say something else."""

from __future__ import annotations

from collections.abc import Iterable

# What was seen or asked, and what somebody can do: no outcome of ties.
NO_PERFORMANCE = frozenset({"answered", "sighted", "experience", "skills", "rd_intensity"})
NORMS = "norm"  # how indicators of a survey on norms begin


def of_performance(names: Iterable[str]) -> list[str]:
    """Return the indicators that may be taken for performance unless one is named.

    Parameters
    ----------
    names : iterable of str

    Examples
    --------
    >>> of_performance(["answered", "norm_help", "patents", "sighted"])
    ['patents']
    """
    return [name for name in names if name not in NO_PERFORMANCE and not name.startswith(NORMS)]
