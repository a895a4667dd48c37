"""How sure are effects on choices where deals of a group, and looks at a place, share luck?

Each group is left out in turn, and what that moves the effects by is added up: a jackknife over
groups, one Newton step each [1]_. Groups that hold much of the data pull the fit towards
themselves, so that sums of their scores look too small; with two groups that make half of the
deals intervals of 95 % then cover 85 %.

.. [1] MacKinnon, J., Nielsen, M., Webb, M. (2023). Fast and reliable jackknife and bootstrap
   methods for cluster-robust inference. Journal of Applied Econometrics 38(5).
   doi:10.1002/jae.2969
"""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Floats, as_flags, as_floats, as_indices
from buzzline.econometrics.choice import ChoiceFit, choice_probabilities, scores_of_rows
from buzzline.econometrics.choice_cases import Choices
from buzzline.errors import TooFew
from buzzline.kernels.conditional_logit import group_information
from buzzline.sandwiches import Groups, Sandwich, group_codes, group_sums

SINGULAR = 1e-10  # of the information that is left without a group: it holds all there is


def destination_errors(
    choices: Choices, fit: ChoiceFit, *, groups: Groups, alternative: Groups
) -> Sandwich:
    """Return errors where cases of one group and rows of one alternative share luck.

    Parameters
    ----------
    choices : Choices
    fit : ChoiceFit                 of these choices
    groups : (cases,) any           such as the ultimate owner
    alternative : (rows,) any       such as the place, about which all know what we do not

    Raises
    ------
    TooFew
        All of one group, or of one alternative.

    Notes
    -----
    Every row adds (chosen - probability) (x - mean of its case): the score of a Poisson
    regression with one effect a case, whose coefficients are those of the logit [1]_. Products
    of what leaving out each group moves effects by, times (G - 1) / G, and of the scores of
    alternatives, times R / (R - 1), less those of rows that share both; never below independent
    cases. Degrees of freedom: what groups are worth, (sum h)^2 / sum h^2 - 1 with h their part
    of the information. What only one group tells of does not move the rest without it.

    References
    ----------
    .. [1] Guimaraes, P., Figueiredo, O., Woodward, D. (2003). A tractable approach to the firm
       location decision problem. Review of Economics and Statistics 85(1).
       doi:10.1162/003465303762687811
    """
    ways = (as_indices(group_codes(groups)[choices.case]), group_codes(alternative))
    share = choice_probabilities(choices, fit.beta)
    scores = scores_of_rows(choices, fit.beta)
    sizes = tuple(int(code.max(initial=-1)) + 1 for code in ways)
    if min(sizes) < 2:
        raise TooFew("conditional logit: all are of one group or place: errors are not known")
    own = group_information(choices.x, choices.start, choices.weight, share, ways[0], sizes[0])
    moves = _left_out(fit, own, group_sums(scores, ways[0]))
    by_group = as_floats((sizes[0] - 1) / sizes[0] * (moves.T @ moves))
    place = group_sums(scores, ways[1]) @ fit.bread
    both = group_sums(scores, as_indices(ways[0] * sizes[1] + ways[1])) @ fit.bread
    place_beyond = as_floats(sizes[1] / (sizes[1] - 1) * (place.T @ place) - both.T @ both)
    alone = fit.scores @ fit.bread
    least = np.einsum("ij,ij->j", alone, alone)
    degrees = as_floats(_worth(own, fit.bread) - 1)
    return _whole(as_floats(by_group + place_beyond), as_floats(least), sizes, degrees)


def _left_out(fit: ChoiceFit, own: Floats, sums: Floats) -> Floats:
    """Return what leaving each group out moves the effects by, in one step. (groups, k)."""
    whole = np.linalg.inv(fit.bread)
    scale = np.sqrt(np.diag(whole))
    left = (whole - own) / np.outer(scale, scale)
    values, vectors = np.linalg.eigh((left + left.transpose(0, 2, 1)) / 2)
    # what only one group tells of does not move the others
    inverse = np.where(values > SINGULAR, 1 / np.maximum(values, SINGULAR), 0.0)
    turned = np.einsum("gba,gb->ga", vectors, sums / scale) * inverse
    return as_floats(np.einsum("gab,gb->ga", vectors, turned) / scale)


def _worth(own: Floats, bread: Floats) -> Floats:
    """Return how many equal groups the groups are worth, effect by effect."""
    held = np.einsum("ka,gab,bk->gk", bread, own, bread)
    return as_floats(held.sum(axis=0) ** 2 / np.maximum((held**2).sum(axis=0), 1e-300))


def _whole(both: Floats, least: Floats, sizes: tuple[int, ...], degrees: Floats) -> Sandwich:
    """Mend a sum that is no variance; none falls below that of independent cases."""
    values, vectors = np.linalg.eigh(both)
    is_mended = bool(values[0] < -1e-12 * max(abs(values[-1]), 1e-300))
    if is_mended:
        both = (vectors * np.maximum(values, 0.0)) @ vectors.T
    have = np.diag(both)
    by = np.sqrt(np.maximum(have, least) / np.maximum(have, 1e-300))
    return Sandwich(
        as_floats(both * np.outer(by, by)), degrees, sizes, 1.0, is_mended,
        as_flags(have < least * (1 - 1e-12)), "by group, each left out in turn, and by place",
    )  # fmt: skip
