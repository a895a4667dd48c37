"""Made-up studies with a known truth, to try every later stage against."""

from buzzline.tables.worlds.geography import Geography, great_circle_km
from buzzline.tables.worlds.gravity import Gravity
from buzzline.tables.worlds.making import make_world, null_world
from buzzline.tables.worlds.messy import Mess, messy_copy
from buzzline.tables.worlds.truth import Truth, World

__all__ = [
    "Geography",
    "Gravity",
    "Mess",
    "Truth",
    "World",
    "great_circle_km",
    "make_world",
    "messy_copy",
    "null_world",
]
