"""The commands: one an analysis, and `run` for the whole road.

A command parses, shows progress and prints; everything else happens in the stages. Parameters,
units and help texts are read off the catalogue and never written twice.
"""

from __future__ import annotations

from buzzline.cli.starting import main

__all__ = ["main"]
