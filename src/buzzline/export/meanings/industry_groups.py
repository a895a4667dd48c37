"""Tables of relatedness between industries and groups of related industries."""

from __future__ import annotations

from buzzline.export.meanings.columns import Meaning

TABLE_MEANING: dict[str, str] = {}

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {}
