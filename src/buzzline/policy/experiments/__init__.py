"""Experiments: questions of the literature, put to the simulation; one file each.

An experiment is data: cases that share their luck, outcomes, and contrasts between cases with
what a source claims of them. A new one is a file with an `Experiment` and a row in
`registry.py`; the command, the chart and the tables are there.
"""

from buzzline.policy.experiments.design import Case, Contrast, Experiment, Outcome, Size

__all__ = ["Case", "Contrast", "Experiment", "Outcome", "Size"]
