"""The colours hold what they promise, computed here from their definition."""

from itertools import combinations

import numpy as np
import pytest

from buzzline.charts.palette import PAPER, QUIET_INK, SCALE_COLOUR, VERDICT_COLOUR
from buzzline.space.scales import SCALES

# Machado, Oliveira, Fernandes (2009), severity 1. doi:10.1109/TVCG.2009.113
SIGHT = {
    "normal": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
}  # fmt: skip
LMS = np.array([[0.4122214708, 0.5363325363, 0.0514459929],
                [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005]])  # fmt: skip
OKLAB = np.array([[0.2104542553, 0.7936177850, -0.0040720468],
                  [1.9779984951, -2.4285922050, 0.4505937099],
                  [0.0259040371, 0.7827717662, -0.8086757660]])  # fmt: skip


def linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def seen(colour: str, sight: str) -> np.ndarray:
    return OKLAB @ np.cbrt(LMS @ np.clip(SIGHT[sight] @ linear(colour), 0, 1))


def contrast(colour: str, ground: str) -> float:
    light = [linear(c) @ np.array([0.2126, 0.7152, 0.0722]) for c in (colour, ground)]
    return (max(light) + 0.05) / (min(light) + 0.05)


@pytest.mark.parametrize("sight", SIGHT)
def test_scales_are_told_apart_by_every_eye(sight):
    for first, second in combinations(SCALES, 2):
        apart = seen(SCALE_COLOUR[first], sight) - seen(SCALE_COLOUR[second], sight)
        assert np.linalg.norm(apart) > 0.16, (first, second)


def test_marks_stand_out_from_paper_and_words_can_be_read():
    assert min(contrast(SCALE_COLOUR[scale], PAPER) for scale in SCALES) >= 3
    assert min(contrast(colour, PAPER) for colour in VERDICT_COLOUR.values()) >= 4.5
    assert contrast(QUIET_INK, PAPER) >= 4.5
