"""Tables of concentration, co-agglomeration and inequality."""

from __future__ import annotations

from buzzline.export.meanings.columns import Meaning

TABLE_MEANING: dict[str, str] = {}

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {}
