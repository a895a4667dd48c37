"""One file a public source: its files as published, to a study."""

from buzzline.tables.connectors.bea import read_bea_flows
from buzzline.tables.connectors.cbp import read_cbp
from buzzline.tables.connectors.cordis import read_cordis
from buzzline.tables.connectors.crunchbase import read_crunchbase
from buzzline.tables.connectors.exhibitors import read_exhibitors
from buzzline.tables.connectors.uscmp import read_uscmp

__all__ = [
    "read_bea_flows",
    "read_cbp",
    "read_cordis",
    "read_crunchbase",
    "read_exhibitors",
    "read_uscmp",
]
