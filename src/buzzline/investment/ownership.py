"""Who owns whom: parents, subsidiaries and ultimate owners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.errors import TooFew
from buzzline.investment.holdings import Holdings, holdings_of
from buzzline.investment.ownership_changes import changes_of
from buzzline.investment.ownership_rows import (
    NO_DATE,
    group_rows,
    holding_rows,
    organisation_rows,
    snapshot,
)
from buzzline.quantities import Years
from buzzline.tables.study import Study
from buzzline.wording import plural, verb

EPOCH = date(1970, 1, 1)
ONLY_RECORDED = (
    "These are counts of what is recorded, without an interval: nothing was sampled. An "
    "organisation without a recorded owner may have one."
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Ownership:
    """Who owns whom, on the last day of a year.

    Attributes
    ----------
    groups : DataFrame
        One row an ultimate owner, largest group first: `group` (org_id), `name`, `country`,
        `value` (organisations it controls), `n_direct` (those it controls without others in
        between), `n_countries`, `n_industries`, `n_steps` (longest chain), `abroad` (share of
        what it controls that is abroad, of known countries), `abroad_low`, `abroad_high` (were
        those of unknown country all at home, or all abroad).
    organisations : DataFrame
        One row an organisation that holds or is held: `org_id`, `name`, `country`, `parent`
        (who controls it), `parent_stake`, `basis` (by what), `group` (ultimate owner; null in
        a circle), `owner_country`, `is_abroad`, `n_steps` (of control up to there),
        `group_stake` (what the ultimate owner owns of it through all chains whose stakes are
        known), `n_holders`, `total_stake`, `n_controlled` (by it, directly), `status`.
    holdings : DataFrame
        One row a holding: `holder`, `held`, `stake`, `owned` (through all chains), `kind`
        ("majority", "minority", "not known"), `controls`, `is_mutual` (each holds some of the
        other), `since`, `until`.
    changes : DataFrame
        One row an organisation and year in which its ultimate owner changed: `year`, `org_id`,
        `before`, `after`, `what`.
    left_out : DataFrame
        `reason`, `n`: ties that say nothing about who holds whom.
    year : int or None
        None: as of the last that is known.
    notes : tuple of str
    """

    groups: pl.DataFrame
    organisations: pl.DataFrame
    holdings: pl.DataFrame
    changes: pl.DataFrame
    left_out: pl.DataFrame
    year: int | None
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a group, the largest first."""
        return self.groups

    def __str__(self) -> str:
        when = "" if self.year is None else f" at the end of {self.year}"
        if not self.groups.height:
            text = f"Nobody is known to control another organisation{when}."
            return " ".join([text, *self.notes, ONLY_RECORDED])
        first = self.groups.row(0, named=True)
        held = int(self.groups["value"].sum())
        text = (
            f"{plural(held, 'organisation')} {verb(held, 'is', 'are')} controlled by "
            f"{plural(self.groups.height, 'ultimate owner')}{when}; "
            f"{first['name'] or first['group']} controls most ({first['value']:,}"
        )
        if first["abroad"] is not None and first["country"] is not None:
            text += f", {_abroad(first)} outside {first['country']}"
        return " ".join([f"{text}).", *self.notes, ONLY_RECORDED])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.groups.head(20)._repr_html_()}"


@analysis("investment", "Who owns whom, and who is the ultimate owner?")
def ownership(study: Study, *, year: Years | None = None) -> Ownership:
    """Return parents, subsidiaries and ultimate owners.

    Parameters
    ----------
    study : Study
        Needs linkages of ownership, affiliate or acquisition, or `organisations.owner_id`.
        Stakes are the `weight` of ties whose `unit` is a share or per cent.
    year : years or None
        As on its last day; None: as of the last that is known.

    Returns
    -------
    Ownership

    Raises
    ------
    TooFew
        Nothing tells who owns whom.

    Notes
    -----
    An organisation is controlled by who holds more than half of it; else, where a stake is not
    known, by the latest to have bought it or to call it an affiliate, by the only one known to
    hold part of it, or by the owner that is named; else by the ultimate owner whose
    organisations hold more than half of it together. An acquisition ends what went before.
    Ultimate owners stand at the end of the chain of control; organisations that control each
    other in a circle have none.

    `owned` and `group_stake` multiply stakes along chains and add chains up:
    (I - A)⁻¹[i, j] / (I - A)⁻¹[i, i], A being the matrix of stakes [1]_. So 60 % of 60 % is
    control, and 36 % of what there is to own. Circles of which nobody outside holds
    anything (largest eigenvalue 1) have no such share. Where a stake on the way is not known,
    `group_stake` is the part that is, and `status` says so.

    These are counts of recorded ties. No interval can be given for ties nobody recorded.

    References
    ----------
    .. [1] Brioschi, F., Buzzacchi, L., Colombo, M. G. (1989). Risk capital financing and the
       separation of ownership and control in business groups. Journal of Banking & Finance
       13(4-5). doi:10.1016/0378-4266(89)90040-X

    Examples
    --------
    >>> study = Study.of(
    ...     organisations=pl.DataFrame({"org_id": ["a", "b", "c"]}),
    ...     linkages=pl.DataFrame({"source": ["a", "b"], "target": ["b", "c"],
    ...                            "layer": "ownership", "weight": 60.0, "unit": "percent"}))
    >>> ownership(study).organisations.select("org_id", "group", "group_stake").rows()
    [('a', 'a', None), ('b', 'a', 0.6), ('c', 'a', 0.36)]
    """
    holdings = holdings_of(study)
    if not holdings.frame.height:
        raise TooFew(
            "ownership: nothing tells who owns whom. Add linkages of the layers ownership, "
            "affiliate or acquisition (source: who holds), or `organisations.owner_id`."
        )
    day = NO_DATE if year is None else (date(year, 12, 31) - EPOCH).days
    scene = snapshot(study, holdings, day)
    organisations = organisation_rows(scene)
    changes = changes_of(study, holdings)
    return Ownership(
        group_rows(scene, organisations), organisations, holding_rows(scene), changes,
        holdings.left_out, year, _notes(study, holdings, organisations, changes),
    )  # fmt: skip


def _abroad(first: dict[str, object]) -> str:
    low, high = float(str(first["abroad_low"])), float(str(first["abroad_high"]))
    if high - low < 0.005:
        return f"{first['abroad']:.0%}"
    return f"{low:.0%} to {high:.0%}"


def _notes(
    study: Study, holdings: Holdings, organisations: pl.DataFrame, changes: pl.DataFrame
) -> tuple[str, ...]:
    circles = int(organisations["status"].str.starts_with("in a circle").sum())
    unknown = int((organisations["basis"] == "bought or affiliate; stake not known").sum())
    beyond = int((organisations["total_stake"] > 1.005).sum())
    cannot = int(organisations["status"].str.starts_with("cannot tell").sum())
    aside = int(holdings.left_out["n"].sum())
    named = organisations.join(
        study.organisations.select("org_id", "owner_id"), on="org_id", validate="1:1"
    ).filter(pl.col("owner_id").is_not_null() & (pl.col("owner_id") != pl.col("group")))
    said = (
        (circles, f"{plural(circles, 'organisation')} in or under a circle of owners "
         f"{verb(circles, 'has', 'have')} no ultimate owner."),
        (unknown, f"Of {plural(unknown, 'organisation')} the stake is not known; whoever "
         "bought it or calls it an affiliate is taken to control it."),
        (cannot, f"Of {plural(cannot, 'organisation')} it cannot be told who controls it."),
        (beyond, f"Stakes in {plural(beyond, 'organisation')} add up to more than the whole "
         "and were scaled down to it."),
        (named.height, f"The owner that is named differs from what ties tell for "
         f"{plural(named.height, 'organisation')}; ties were followed."),
        (changes.height, f"{plural(changes.height, 'change')} of ultimate owner on record."),
        (aside, f"{plural(aside, 'tie')} set aside ("
         + "; ".join(f"{reason} {n:,}" for reason, n in holdings.left_out.iter_rows()) + ")."),
    )  # fmt: skip
    return tuple(text for n, text in said if n)
