"""What a public record says: the sentences of the whole one, without who may not be named.

A record makes its sentence from its frames. In frames that were cut it would count what is
left, and say something else: so the sentence is made before the cut, and kept.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

import polars as pl

from buzzline.analysis import Answer
from buzzline.tables.privacy import WITHHELD

Record = TypeVar("Record", bound=Answer)
PSEUDONYM = rf"{WITHHELD}[a-z]*-?\d+"
ONE = "one that may not be named"
TOO_FEW = "(A sentence is withheld: it tells of too few.)"
SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9(])")
# Columns whose values a sentence may call somebody or something by.
CALLED = frozenset({
    "label", "name", "title", "industry", "stratum", "host", "region", "foremost",
    "organisation", "other", "sibling", "partner", "group",
})  # fmt: skip
SHORTEST = 3  # shorter ones are found in any sentence
Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Cut:
    """What sentences may not tell.

    Attributes
    ----------
    names : sequence of str
        What rows were about that are no more.
    pairs : set of (first, second)
        Of names, in the order in which they may not be told together.
    unbroken : set of str
        Names with a full stop in them.
    """

    names: Sequence[str] = ()
    pairs: Collection[tuple[str, str]] = ()
    unbroken: Collection[str] = ()


def frames_in(result: Answer) -> dict[str, pl.DataFrame]:
    """Return the frames of a record by the name of the field."""
    values = {item.name: getattr(result, item.name) for item in fields(result)}  # type: ignore[arg-type]  # every result is a record
    return {name: frame for name, frame in values.items() if isinstance(frame, pl.DataFrame)}


def with_frames(result: Record, shown: Frames, *, dropped: Collection[str] = ()) -> Record:
    """Return a record with other frames that still says what it said.

    Names of the withheld are replaced. A sentence goes that names something whose row was cut:
    it would tell what the row told.

    Parameters
    ----------
    result : record of an analysis
    shown : mapping of field to DataFrame
    dropped : fields
        Left out for what sums of them tell, not for whom their rows are about.
    """
    whole = frames_in(result)
    apart = {name: frame for name, frame in whole.items() if name not in dropped}
    cut = Cut(
        sorted(_gone(apart, shown), key=len, reverse=True), _pairs_gone(whole, shown),
        {one for frame in whole.values() for one in _values(frame) if ". " in one},
    )  # fmt: skip
    names = [item.name for item in fields(result)]  # type: ignore[arg-type]  # every result is a record
    texts = {name: _public(getattr(result, name), cut) for name in names if name not in whole}
    return _saying(
        replace(result, **shown, **texts),  # type: ignore[type-var]
        public_text(str(result), cut),
    )


def public_text(text: str, cut: Cut) -> str:
    """Return sentences without pseudonyms, and without those that name somebody cut.

    Examples
    --------
    >>> public_text("withheld-12 has 9 of 20. Most in Lyon, 2.", Cut(["Lyon"]))
    'One that may not be named has 9 of 20. (A sentence is withheld: it tells of too few.)'
    """
    gone = [name for name in cut.names if name in text]
    pairs = [pair for pair in cut.pairs if pair[0] in text and pair[1] in text]
    whole = {*gone, *(end for pair in pairs for end in pair), *cut.unbroken}
    for name in sorted(whole, key=len, reverse=True):
        text = text.replace(name, _joined(name))  # a name does not end a sentence
    said: list[str] = []
    for sentence in SENTENCE_ENDS.split(text):
        tells = any(_at(sentence, name) >= 0 for name in gone) or any(
            0 <= _at(sentence, first) < _at(sentence, second) for first, second in pairs
        )
        if not tells:
            said.append(sentence)
        elif not said or said[-1] != TOO_FEW:
            said.append(TOO_FEW)
    told = re.sub(PSEUDONYM, ONE, " ".join(said).replace("\0", " "))
    return re.sub(rf"(^|[.!?] ){ONE}", lambda at: f"{at[1]}{ONE.capitalize()}", told)


def _public(value: object, cut: Cut) -> object:
    if isinstance(value, str):
        is_sentence = value.endswith((".", "!", "?"))
        return public_text(value, cut if is_sentence else Cut())
    if type(value) is tuple and value and all(isinstance(one, str) for one in value):
        return tuple(_public(one, cut) for one in value)
    return value


def _joined(name: str) -> str:
    return name.replace(" ", "\0")


def _at(sentence: str, name: str) -> int:
    """Return where a sentence names something, as a word of its own; -1 where it does not."""
    found = re.search(rf"(?<!\w){re.escape(_joined(name))}(?!\w)", sentence)
    return found.start() if found else -1


def _gone(whole: Frames, shown: Frames) -> set[str]:
    """Return what the rows of some frame were about, and are no more."""
    found: set[str] = set()
    for name, frame in whole.items():
        for column in _called(frame):
            left = set(shown[name][column])
            found |= {one for one in frame[column].drop_nulls().unique() if one not in left}
    return {one for one in found if len(one) >= SHORTEST and not re.fullmatch(PSEUDONYM, one)}


def _pairs_gone(whole: Frames, shown: Frames) -> set[tuple[str, str]]:
    """Return pairs of clusters that were cut while both still stand elsewhere."""
    found: set[tuple[str, str]] = set()
    for name, frame in whole.items():
        ends = [column for column in _called(frame) if column.endswith("label")]
        if len(ends) == 2:
            pairs = set(frame.select(ends).drop_nulls().iter_rows())
            found |= pairs - set(shown[name].select(ends).iter_rows())
    return {(first, second) for first, second in found if first != second}


def _values(frame: pl.DataFrame) -> set[str]:
    return {one for name in _called(frame) for one in frame[name].drop_nulls().unique()}


def _called(frame: pl.DataFrame) -> Iterator[str]:
    for name, dtype in frame.schema.items():
        is_name = name in CALLED or name.endswith(("_label", "_name", "_id", "_industry"))
        if dtype == pl.String and is_name:
            yield name


def _saying(result: Record, text: str) -> Record:
    """Return a record that says a text, whatever is in its frames.

    It is of the same kind, for charts and everything else that goes by the kind.
    """
    kind = type(result)
    told = type(kind.__name__, (kind,), {
        "__slots__": (), "__doc__": kind.__doc__, "__module__": kind.__module__,
        "__str__": lambda _: text,
    })  # fmt: skip
    values = {item.name: getattr(result, item.name) for item in fields(result)}  # type: ignore[arg-type]  # every result is a record
    return told(**values)  # type: ignore[no-any-return]
