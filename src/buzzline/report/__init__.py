"""What can be sent on? One HTML file that opens without a network."""

from __future__ import annotations

from buzzline.report.html import Html
from buzzline.report.writing import report

__all__ = ["Html", "report"]
