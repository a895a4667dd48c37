"""What array functions accept: jobs, presence, square tables, groups; one door for each.

A door takes lists as well as arrays and returns an array of fixed type. What it cannot take it
refuses with the name of the function, of the argument, how many cells are wrong, one of them,
and what to do: no function answers with a number that was made from such cells.
"""

from __future__ import annotations

from typing import NoReturn, get_args

import numpy as np
from numpy.typing import ArrayLike

from buzzline.arrays import Codes, Flags, Floats, as_codes, as_flags, as_floats
from buzzline.errors import InvalidArgument

AXES = {1: "one number each", 2: "places by industries", 3: "years by places by industries"}


def as_numbers(values: ArrayLike, where: str, name: str = "jobs", *, axes: int = 0) -> Floats:
    """Return numbers as an array; NaN is not known.

    Parameters
    ----------
    values : array or nested lists of numbers
    where, name : str
        Function and argument, for the message.
    axes : int
        How many there must be; 0 for any.

    Raises
    ------
    InvalidArgument
        Texts, lists of unequal length, another number of axes, or infinite values.
    """
    try:
        found = as_floats(values)
    except (TypeError, ValueError) as error:
        raise InvalidArgument(
            f"{where}: `{name}` must be numbers in rows of equal length. Give an array, with "
            "NaN for what is not known."
        ) from error
    if axes and np.ndim(values) != axes:
        raise InvalidArgument(
            f"{where}: `{name}` must be {AXES[axes]} ({axes} ax{'i' if axes == 1 else 'e'}s), "
            f"got shape {np.shape(values)}"
        )
    if found.size and not np.isfinite(np.nanmax(np.abs(found), initial=0.0)):
        _refuse(found, np.isinf(found), where, f"`{name}` are infinite",
                "Mark what is not known with NaN")  # fmt: skip
    return found


def as_jobs(
    values: ArrayLike,
    where: str,
    name: str = "jobs",
    *,
    axes: int = 2,
    known: bool = False,
    n: int | None = None,
) -> Floats:
    """Return amounts of at least 0 (jobs, establishments, shares, quotients).

    Parameters
    ----------
    values : array or nested lists
        Of at least 0; NaN is not known.
    where, name : str
        Function and argument, for the message.
    axes : int
        How many there must be: 2 is places by industries; 0 for any.
    known : bool
        Refuse NaN.
    n : int, optional
        How long the first axis must be.

    Raises
    ------
    InvalidArgument
        As `as_numbers`, or a cell is negative, or NaN where all must be known.
    """
    found = as_numbers(values, where, name, axes=axes)
    if n is not None and len(found) != n:
        raise InvalidArgument(f"{where}: `{name}` needs {n:,} entries, got {len(found):,}")
    least = float(found.min(initial=0.0))  # NaN when any is
    if least != 0 and np.nanmin(found, initial=0.0) < 0:
        _refuse(found, found < 0, where, f"`{name}` are negative",
                "They are at least 0; mark what is not known with NaN")  # fmt: skip
    if known and np.isnan(least):
        _refuse(found, np.isnan(found), where, f"`{name}` are not known",
                "Fill in what is known, or leave those rows out and say how many")  # fmt: skip
    return found


def as_presence(values: ArrayLike, where: str) -> Flags:
    """Return which industries are present in which places, from booleans or zeros and ones.

    Raises
    ------
    InvalidArgument
        Another number of axes, or counts, jobs or missing values instead of presence.
    """
    if isinstance(values, np.ndarray) and values.dtype == np.bool_:
        given = values
    else:
        given = as_numbers(values, where, "presence", axes=2)
        odd = (given != 0) & (given != 1)  # NaN is neither
        if odd.any():
            _refuse(given, odd, where, "`presence` are neither 0 nor 1",
                    "Decide first what counts as present, e.g. "
                    "`location_quotients(jobs) >= 1`")  # fmt: skip
    if given.ndim != 2:
        raise InvalidArgument(
            f"{where}: `presence` must be places by industries (2 axes), got shape "
            f"{given.shape}"
        )
    return as_flags(given)


def as_square(values: ArrayLike, where: str, name: str, *, what: str = "industries") -> Floats:
    """Return a table of pairs, square; NaN is not known.

    Raises
    ------
    InvalidArgument
        As `as_numbers`, or not square.
    """
    found = as_numbers(values, where, name)
    if np.ndim(values) != 2 or found.shape[0] != found.shape[1]:
        raise InvalidArgument(
            f"{where}: `{name}` must be {what} by {what}, got shape {np.shape(values)}"
        )
    return found


def as_groups(values: ArrayLike, where: str, name: str, *, n: int, least: int = 0) -> Codes:
    """Return the code of the group of each of `n`, whole numbers from `least` on.

    Raises
    ------
    InvalidArgument
        Not one code each, not whole, or below `least`.
    """
    found = as_numbers(values, where, name)
    if np.shape(values) != (n,):
        raise InvalidArgument(
            f"{where}: `{name}` needs {n:,} codes, one each, got shape {np.shape(values)}"
        )
    if n and not (found.min() >= least and np.array_equal(found, np.round(found))):
        odd = ~((found >= least) & (found == np.round(found)))
        _refuse(found, odd, where, f"`{name}` are no codes",
                f"Number the groups {least}, {least + 1}, ...")  # fmt: skip
    return as_codes(found)


def same_shape(where: str, **tables: Floats) -> None:
    """Hold tables to one shape.

    Raises
    ------
    InvalidArgument
        They differ; names each with its shape.
    """
    if len({table.shape for table in tables.values()}) > 1:
        shapes = ", ".join(f"`{name}` {table.shape}" for name, table in tables.items())
        raise InvalidArgument(
            f"{where}: all need the same places and industries in the same order, got {shapes}"
        )


def one_each(
    values: ArrayLike, where: str, name: str, *, n: int, above: bool = False
) -> Floats:
    """Return `n` known numbers of at least 0, not all 0; `above` 0 all of them.

    Raises
    ------
    InvalidArgument
        Another length, or such a number is negative, not known or infinite.
    """
    found = as_jobs(values, where, name, axes=1, known=True, n=n)
    if above and not (found > 0).all():
        _refuse(found, found <= 0, where, f"`{name}` are 0", "Leave those places out")
    if n and not found.sum() > 0:
        raise InvalidArgument(f"{where}: `{name}` are all 0, so that nothing can be shared")
    return found


def one_of(value: object, choices: object, *, where: str, name: str) -> None:
    """Refuse a word that is none of a `Literal`'s.

    Parameters
    ----------
    value : object
    choices : Literal
    where, name : str
        Function and argument, for the message.

    Raises
    ------
    InvalidArgument
    """
    if value not in get_args(choices):
        allowed = ", ".join(repr(choice) for choice in get_args(choices))
        raise InvalidArgument(f"{where}: `{name}` must be one of {allowed}; got {value!r}")


def _refuse(values: Floats, wrong: Flags, where: str, what: str, remedy: str) -> NoReturn:
    n, example = int(wrong.sum()), float(values[wrong].flat[0])
    raise InvalidArgument(
        f"{where}: {n:,} of {values.size:,} cells of {what} (e.g. {example:g}). {remedy}."
    )
