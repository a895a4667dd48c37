"""The experiments there are, in the order of their numbers: one file each."""

from __future__ import annotations

from buzzline.policy.experiments.copies import COPIES
from buzzline.policy.experiments.costa_rica import COSTA_RICA
from buzzline.policy.experiments.design import Experiment
from buzzline.policy.experiments.futures import FUTURES_AHEAD
from buzzline.policy.experiments.medellin import MEDELLIN

EXPERIMENTS: tuple[Experiment, ...] = (COPIES, MEDELLIN, COSTA_RICA, FUTURES_AHEAD)
