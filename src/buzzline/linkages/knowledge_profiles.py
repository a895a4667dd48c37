"""What does each organisation know? Its knowledge items by class, as rows of a matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from buzzline.arrays import (
    Codes,
    Flags,
    Floats,
    Indices,
    as_codes,
    as_flags,
    as_floats,
    as_indices,
)
from buzzline.errors import TooFew
from buzzline.tables.study import Study

ADOPTED = ("practice", "standard")  # taken over from others: behaviour, not knowledge


@dataclass(frozen=True, slots=True, eq=False)
class KnowledgeProfiles:
    """How many knowledge items of each class each organisation has.

    Attributes
    ----------
    holder : (k,) int32                 organisation of each item
    item, kind : (t,) int32             item and class, one entry a class of an item
    weight : (t,) float64 [items]       an item of three classes is a third of an item in each
    classes : tuple of str
    n_organisations : int
    """

    holder: Codes
    item: Codes
    kind: Codes
    weight: Floats
    classes: tuple[str, ...]
    n_organisations: int

    def matrix(self, holder: Codes | None = None) -> sparse.csr_array:
        """Return items by organisation (row) and class (column).

        Parameters
        ----------
        holder : (k,) int32, optional
            Other holders of the items, e.g. shuffled.
        """
        held = self.holder if holder is None else holder
        shape = (self.n_organisations, len(self.classes))
        return sparse.coo_array(
            (self.weight, (held[self.item], self.kind)), shape=shape
        ).tocsr()

    @property
    def known(self) -> Flags:
        """Organisations of which any item is known, (n,)."""
        found = np.zeros(self.n_organisations, np.bool_)
        found[self.holder] = True
        return as_flags(found)

    def dealt(self, stratum: Codes, rng: np.random.Generator) -> Indices:
        """Return whose portfolio each organisation gets, dealt anew within strata, (n,).

        Whole portfolios change hands: organisations stay as specialised as they are, and
        whether anything is known of one stays as it is.

        Parameters
        ----------
        stratum : (n,) int32
        rng : Generator
        """
        rows = np.flatnonzero(self.known)
        of = stratum[rows]
        found = np.arange(self.n_organisations)
        # the same places within strata, in the order given and in random order
        mixed = np.lexsort((rng.random(rows.size), of))
        found[rows[np.argsort(of, kind="stable")]] = rows[mixed]
        return as_indices(found)


def knowledge_profiles(study: Study) -> KnowledgeProfiles:
    """Return the classes of the knowledge items of each organisation.

    Practices and standards are left out: who follows them has taken them over.

    Raises
    ------
    TooFew
        No item has a class and an organisation.
    """
    kept = study.knowledge_items.filter(
        pl.col("org_id").is_not_null()
        & pl.col("classes").is_not_null()
        & ~pl.col("kind").fill_null("").is_in(list(ADOPTED))
    )
    tokens = (
        kept.select("item_id", "org_id", pl.col("classes").str.split("|"))
        .explode("classes", empty_as_null=True)
        .with_columns(pl.col("classes").str.strip_chars())
        .filter(pl.col("classes").str.len_chars() > 0)
        .unique(maintain_order=True)
        .with_columns(weight=1 / pl.len().over("item_id"))
    )
    number = study.organisations.select("org_id").with_row_index("row")
    tokens = tokens.join(number, on="org_id", how="inner", validate="m:1",
                         maintain_order="left")  # fmt: skip
    if not tokens.height:
        raise TooFew(
            "knowledge_profiles: no patent, publication or product has both `classes` and "
            "`org_id`. Add a table `knowledge_items`."
        )
    names = tokens["classes"].unique().sort()
    code = pl.DataFrame({"classes": names}).with_row_index("code")
    tokens = tokens.join(code, on="classes", how="inner", validate="m:1", maintain_order="left")
    tokens = tokens.with_columns(item=pl.col("item_id").rank("dense") - 1)
    items = tokens.select("item", "row").unique().sort("item")
    return KnowledgeProfiles(
        as_codes(items["row"].to_numpy()), as_codes(tokens["item"].to_numpy()),
        as_codes(tokens["code"].to_numpy()),
        as_floats(tokens["weight"].to_numpy()), tuple(names.to_list()),
        study.organisations.height,
    )  # fmt: skip
