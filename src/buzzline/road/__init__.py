"""All of it, in order, resumable.

`run_road` leads from tables to a folder of results; what is finished is kept, so that an
interrupted run goes on where it stopped.
"""

from __future__ import annotations

from buzzline.road.opening import Kind, settings_of
from buzzline.road.running import Road, run_road

__all__ = ["Kind", "Road", "run_road", "settings_of"]
