"""Nodes and edges of a study as text for XML: what GraphML and GEXF have in common.

Nodes are all organisations, also those without ties. Edges are all linkages, parallel ones
included. Both formats keep a graph either directed or undirected: it is undirected when every
tie is, and `directed` says what each tie is. Characters XML does not allow are removed and
counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.clusters.membership import Membership
from buzzline.export.places import organisations_with_clusters
from buzzline.export.written import Written, one_file
from buzzline.linkages.gatekeepers import Gatekeepers
from buzzline.network.ties import ties_by_scale
from buzzline.space.scales import Cutoffs
from buzzline.tables.study import Study
from buzzline.tables.vocabularies import UNDIRECTED_LAYERS
from buzzline.tables.writing import atomically

AT_ONCE = 100_000  # rows turned into text at a time, to bound memory
NOT_XML = r"[^\t\n\r\x20-\x{D7FF}\x{E000}-\x{FFFD}\x{10000}-\x{10FFFF}]"
_ESCAPES = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;",
    "\t": "&#9;", "\n": "&#10;", "\r": "&#13;",
}  # fmt: skip
NODE_ATTRIBUTES = {
    "name": "string", "industry": "string", "country": "string", "longitude": "double",
    "latitude": "double", "cluster": "string", "clusters": "string",
}  # fmt: skip
MEMBER_ATTRIBUTES = {"member_of": "string", "member_type": "string"}
ROLE_ATTRIBUTES = {"role": "string", "gatekeeper": "double"}
EDGE_ATTRIBUTES = {
    "layer": "string", "weight": "double", "start": "string", "end": "string",
    "scale": "string", "directed": "boolean",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A study as nodes and edges, every text escaped for XML.

    Attributes
    ----------
    nodes : DataFrame
        `id` and the columns of `node_attributes`.
    edges : DataFrame
        `number` (from 0, as in the study), `source`, `target` and those of `EDGE_ATTRIBUTES`;
        all as text, null where nothing is known.
    node_attributes : mapping of name to kind
    is_directed : bool
    title : str
    n_removed : int
        Characters that XML does not allow, and that were removed.
    """

    nodes: pl.DataFrame
    edges: pl.DataFrame
    node_attributes: Mapping[str, str]
    is_directed: bool
    title: str
    n_removed: int

    @property
    def note(self) -> str:
        """What was changed, or nothing."""
        n = self.n_removed
        return f"characters removed because XML does not allow them: {n:,}" if n else ""


def graph_of(
    study: Study,
    clustering: Clustering | None = None,
    *,
    membership: Membership | None = None,
    roles: Gatekeepers | None = None,
    cutoffs: Cutoffs | None = None,
) -> Graph:
    """Return the organisations of a study and their ties, ready to be written as XML.

    Parameters
    ----------
    study : Study
    clustering : Clustering or None
        Gives each node its clusters.
    membership : Membership or None
        Tells of each node what it is to the cluster it belongs to most.
    roles : Gatekeepers or None
        Tells of each node its role, and how likely it is a gatekeeper.
    cutoffs : Cutoffs or None
        Where local and regional end; None is the default ladder.
    """
    nodes = organisations_with_clusters(study, clustering, membership, roles=roles)
    attributes = NODE_ATTRIBUTES | (MEMBER_ATTRIBUTES if membership else {})
    attributes |= ROLE_ATTRIBUTES if roles else {}
    edges = _edges(study, cutoffs or Cutoffs())
    ids = _ids(nodes["org_id"])
    removed = _n_removed(nodes.select("org_id", *_texts(nodes))) + _n_removed(
        edges.select("layer")
    )
    named = nodes.select("org_id").with_columns(ids.alias("id"))
    for end in ("source", "target"):
        renamed = named.rename({"org_id": end, "id": f"{end}_id"})
        edges = edges.join(renamed, on=end, how="left", validate="m:1", maintain_order="left")
    return Graph(
        nodes=nodes.select(ids.alias("id"), *(_as_text(nodes, name) for name in attributes)),
        edges=edges.select(
            pl.col("number").cast(pl.String),
            pl.col("source_id").alias("source"),
            pl.col("target_id").alias("target"),
            *(_as_text(edges, name) for name in EDGE_ATTRIBUTES),
        ),
        node_attributes=attributes,
        is_directed=bool(edges["directed"].any()),
        title=_escaped(pl.Series([study.about.title]))[0],
        n_removed=removed,
    )


def _edges(study: Study, cutoffs: Cutoffs) -> pl.DataFrame:
    numbered = study.linkages.with_row_index("number")
    scaled = ties_by_scale(numbered, study.organisations, cutoffs).collect(backend="polars")
    undirected = pl.col("layer").is_in(sorted(UNDIRECTED_LAYERS))
    return scaled.to_polars().sort("number").with_columns(
        pl.col("directed").fill_null(~undirected)
    )  # fmt: skip


def _texts(frame: pl.DataFrame) -> list[str]:
    return [
        name
        for name in NODE_ATTRIBUTES | MEMBER_ATTRIBUTES | ROLE_ATTRIBUTES
        if frame.schema.get(name) == pl.String
    ]


def _n_removed(frame: pl.DataFrame) -> int:
    return sum(int(column.str.count_matches(NOT_XML).sum()) for column in frame.iter_columns())


def _ids(org_id: pl.Series) -> pl.Series:
    """Return ids fit for XML, still distinct: those that became equal get their row number."""
    clean = _escaped(org_id)
    raw = _escaped(org_id, keep=True)
    clashing = clean.is_duplicated() & (clean != raw)
    frame = pl.DataFrame({"clean": clean, "clashing": clashing}).with_row_index("row", offset=2)
    numbered = pl.concat_str("clean", pl.lit("~"), pl.col("row"))
    return frame.select(pl.when("clashing").then(numbered).otherwise("clean")).to_series()


def _escaped(texts: pl.Series, *, keep: bool = False) -> pl.Series:
    allowed = texts if keep else texts.str.replace_all(NOT_XML, "")
    return allowed.str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))


def _as_text(frame: pl.DataFrame, name: str) -> pl.Series:
    column = frame[name]
    if column.dtype == pl.String:
        escaped = _escaped(column)
        return escaped.set(escaped == "", None)
    if column.dtype.is_float():
        column = column.set(~column.is_finite(), None)
    return column.cast(pl.String)


def element_per_row(frame: pl.DataFrame, element: pl.Expr) -> Iterator[str]:
    """Return the text of `element` for every row, a hundred thousand rows at a time."""
    for part in frame.iter_slices(AT_ONCE):
        yield "\n".join(part.select(element).to_series().to_list())


def optional(before: str, name: str, after: str) -> pl.Expr:
    """Return `before` + value + `after`, or nothing where the column is null."""
    return pl.concat_str(pl.lit(before), pl.col(name), pl.lit(after)).fill_null("")


def write_document(path: Path | str, parts: Iterator[str], *, note: str) -> Written:
    """Write a document part by part, whole or not at all.

    Raises
    ------
    UnwritableOutput
        No room on the disk, or no permission; what was there before is left as it was.
    """
    with (
        atomically(path) as unfinished,
        unfinished.open("w", encoding="utf-8", newline="\n") as out,
    ):
        for part in parts:
            if part:
                out.write(f"{part}\n")
    return one_file(Path(path), note)
