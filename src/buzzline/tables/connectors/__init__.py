"""One file a public source: its files as published, to a study."""

from buzzline.tables.connectors.cordis import read_cordis
from buzzline.tables.connectors.crunchbase import read_crunchbase

__all__ = ["read_cordis", "read_crunchbase"]
