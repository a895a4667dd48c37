"""`chart(result)`: one verb for every result, one registration for each kind of result."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from buzzline.charts.rows import laid_out, row, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.errors import InvalidArgument


@singledispatch
def chart(result: Any, *, width: int = WIDTH) -> Spec:
    """Return the chart of a result.

    Parameters
    ----------
    result : ScaleProfile, ScaleBalance, Clustering or Quality
    width : int [px]
        Of the whole picture; below 520 px labels stand above the marks, for phones.

    Returns
    -------
    Spec

    Raises
    ------
    InvalidArgument
        There is no chart for such a thing, or the width is below 280 px.

    Examples
    --------
    >>> from buzzline.tables.quality import Quality, TableCount
    >>> chart(Quality(tables=(TableCount("linkages", "ties.csv", 10, 9, 1),)))
    Spec('Rows kept and set aside')
    """
    known = ", ".join(sorted(kind.__name__ for kind in chart.registry if kind is not object))
    raise InvalidArgument(
        f"chart: there is no chart of a {type(result).__name__}; there is one of {known}"
    )


@singledispatch
def further_charts(result: Any, *, width: int = WIDTH) -> dict[str, Spec]:
    """Return what else there is to see of a result, by name; nothing for most.

    Parameters
    ----------
    result : any result of an analysis
    width : int [px]

    Returns
    -------
    dict of Spec
        Such as `industry_space` of how related industries are.

    Examples
    --------
    >>> from buzzline.tables.quality import Quality
    >>> further_charts(Quality())
    {}
    """
    return {}


class NothingDrawn(Spec):
    """A chart that is empty and says in words why."""

    __slots__ = ()


def charts_of(name: str, result: Any, *, width: int = WIDTH) -> dict[str, Spec]:
    """Return all charts of a result: `name`, then `name.<what>` for each further one.

    Further ones with nothing to draw are left out.

    Parameters
    ----------
    name : str
        Of the result, as of its files.
    result : any result of an analysis
    width : int [px]

    Examples
    --------
    >>> from buzzline.tables.quality import Quality
    >>> list(charts_of("quality", Quality()))
    ['quality']
    """
    rest = further_charts(result, width=width)
    return {name: chart(result, width=width)} | {
        f"{name}.{what}": spec
        for what, spec in rest.items()
        if not isinstance(spec, NothingDrawn)
    }


def nothing_to_draw(title: str, reason: str, width: int) -> Spec:
    """Return a chart that says in words why it is empty."""
    body = stacked([row("")], [], axis=None, layout=laid_out([], width))
    alt = f"{title}. {reason}"
    made = picture(body, title=title, subtitle=[reason], alt=alt, width=width)
    return NothingDrawn(made.spec, made.title, made.alt)
