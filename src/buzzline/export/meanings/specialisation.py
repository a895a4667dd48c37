"""Tables of specialisation, strong clusters, regional mix, shift-share and variety."""

from __future__ import annotations

from buzzline.export.meanings.columns import Meaning

TABLE_MEANING: dict[str, str] = {}

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {}
