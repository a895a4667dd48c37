"""Reads the reference numbers of the classics, which stand beside the project."""

import polars as pl


def reference(shared_data, name):
    """Return a table of ../shared/reference/learning."""
    return pl.read_csv(shared_data.parent / "reference" / "learning" / f"{name}.csv")


def apart(value, low, high, other, half_95):
    """Return by how many joint standard errors two means differ."""
    ours, theirs = (high - low) / (2 * 1.96), half_95 / 1.96
    return abs(value - other) / (ours**2 + theirs**2) ** 0.5
