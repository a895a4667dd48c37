"""The experiments there are, in the order of their numbers: one file each."""

from __future__ import annotations

from buzzline.policy.experiments.copies import COPIES
from buzzline.policy.experiments.costa_rica import COSTA_RICA
from buzzline.policy.experiments.design import Experiment
from buzzline.policy.experiments.effort import EFFORT
from buzzline.policy.experiments.emergence import EMERGENCE
from buzzline.policy.experiments.fairs import FAIRS
from buzzline.policy.experiments.futures import FUTURES_AHEAD
from buzzline.policy.experiments.medellin import MEDELLIN
from buzzline.policy.experiments.parks import PARKS_OF_CITY
from buzzline.policy.experiments.portfolio import PORTFOLIO
from buzzline.policy.experiments.region_pairs import REDUCING_INEQUALITY
from buzzline.policy.experiments.replacing import REPLACING
from buzzline.policy.experiments.rewiring import REWIRING
from buzzline.policy.experiments.through import FOR_OR_THROUGH
from buzzline.policy.experiments.variety_mixes import SPECIALISE_OR_DIVERSIFY
from buzzline.policy.experiments.winners import PICKING

EXPERIMENTS: tuple[Experiment, ...] = (
    REWIRING, REDUCING_INEQUALITY, COPIES, MEDELLIN, COSTA_RICA, EFFORT,
    SPECIALISE_OR_DIVERSIFY, FAIRS, FOR_OR_THROUGH, PARKS_OF_CITY, PORTFOLIO, REPLACING,
    PICKING, FUTURES_AHEAD, EMERGENCE,
)  # fmt: skip
