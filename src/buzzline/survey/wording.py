"""The texts of the questionnaire: one row a text, one column a language."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path

import polars as pl

from buzzline.errors import InvalidArgument, MissingFile

KEY = "key"
FIRST_LANGUAGE = "en"


def texts_table(path: Path | str | None = None) -> pl.DataFrame:
    """Return the table of texts: `key`, and one column a language by its ISO 639 code.

    Parameters
    ----------
    path : path, optional
        A table of one's own (CSV, UTF-8), with all keys in a column for each language.

    Raises
    ------
    MissingFile
    InvalidArgument
        Keys or texts are missing, or a place for a number was lost in translation.

    Examples
    --------
    >>> texts_table().columns
    ['key', 'en', 'de', 'es', 'fr']
    """
    with as_file(files("buzzline.survey") / "texts.csv") as own:
        ours = pl.read_csv(own, infer_schema_length=0)
    if path is None:
        return ours
    if not Path(path).is_file():
        raise MissingFile(f"{path}: the table of texts is not there.")
    theirs = pl.read_csv(path, infer_schema_length=0)
    _check(theirs, ours, path)
    return theirs


def _check(theirs: pl.DataFrame, ours: pl.DataFrame, path: Path | str) -> None:
    if KEY not in theirs.columns or theirs.width < 2:
        raise InvalidArgument(f"{path}: needs a column `{KEY}` and one for each language.")
    english = dict(ours.select(KEY, FIRST_LANGUAGE).iter_rows())
    lacking = set(english) - set(theirs[KEY])
    if lacking:
        raise InvalidArgument(f"{path}: texts are missing: {', '.join(sorted(lacking))}")
    for language in (name for name in theirs.columns if name != KEY):
        for key, text in theirs.select(KEY, language).iter_rows():
            wanted = {
                place for place in ("{minutes}", "{most}") if place in english.get(key, "")
            }
            if not text or not all(place in text for place in wanted):
                must = f" with {', '.join(sorted(wanted))} in it" if wanted else ""
                raise InvalidArgument(f"{path}: `{language}` needs a text for {key!r}{must}")


def languages(path: Path | str | None = None) -> tuple[str, ...]:
    """Return the languages there are texts in, by their ISO 639 codes.

    Examples
    --------
    >>> languages()
    ('en', 'de', 'es', 'fr')
    """
    return tuple(name for name in texts_table(path).columns if name != KEY)


def words_of(language: str, path: Path | str | None = None) -> Mapping[str, str]:
    """Return all texts in one language, by key.

    Raises
    ------
    InvalidArgument
        There are no texts in it.

    Examples
    --------
    >>> words_of("de")["country"]
    'Land'
    """
    table = texts_table(path)
    if language not in table.columns or language == KEY:
        raise InvalidArgument(
            f"survey: there are no texts in {language!r}, only in "
            f"{', '.join(languages(path))}. Add a column to a table of texts."
        )
    return dict(table.select(KEY, language).iter_rows())
