"""What was answered: rows of sheets to ties, indicators and practices, mistakes noted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from buzzline.survey.questionnaire import Questionnaire
from buzzline.survey.sheets import Line, Mistakes
from buzzline.survey.workbook import entry
from buzzline.tables.gazetteer.countries import country_codes
from buzzline.tables.study import Study
from buzzline.tables.vocabularies import ORGANISATION_KINDS

YES = {"yes", "y", "1", "1.0", "true", "ja", "sí", "si", "oui", "x"}
NO = {"no", "n", "0", "0.0", "false", "nein", "non", ""}
INDICATORS = {  # of `outcomes`, with what it is divided by
    "degrees_percent": ("skills", 100.0, "share", 0, 100),
    "experience_years": ("experience", 1.0, "years", 0, 60),
    "rd_percent": ("rd_intensity", 100.0, "share", 0, 100),
}
TIE = {
    "source": pl.String, "target": pl.String, "layer": pl.String, "directed": pl.Boolean,
    "weight": pl.Float64, "unit": pl.String, "observed_by": pl.String, "content": pl.String,
    "trust": pl.Float64,
}  # fmt: skip
OUTCOME = {
    "unit_id": pl.String, "indicator": pl.String, "year": pl.Int64, "value": pl.Float64,
    "unit": pl.String,
}  # fmt: skip
ITEM = {
    "item_id": pl.String, "org_id": pl.String, "kind": pl.String, "classes": pl.String,
    "date": pl.Date,
}  # fmt: skip
ORGANISATION = {
    "org_id": pl.String, "name": pl.String, "kind": pl.String, "city": pl.String,
    "country": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Tables made from answers, as they are added to a study."""

    answered: frozenset[str]
    advice: pl.DataFrame
    external: pl.DataFrame
    trust: pl.DataFrame
    organisations: pl.DataFrame
    outcomes: pl.DataFrame
    practices: pl.DataFrame

    def linkages(self) -> pl.DataFrame:
        """Return all ties: advice inside and from outside, and trust."""
        return pl.concat([self.advice, self.external, self.trust])


def answers_from(
    lines: Mapping[str, list[Line]], asked: Questionnaire, study: Study, *, mistakes: Mistakes
) -> Answers:
    """Return what was answered; rows that cannot be used are noted and left out.

    Parameters
    ----------
    lines : mapping of sheet to rows
    asked : Questionnaire
    study : Study
    mistakes : Mistakes             what is wrong is added to it
    """
    reading = _Reading(_members(asked), asked, mistakes)
    answered, outcomes = _respondents(lines["respondents"], reading)
    advice, trust, told = _advice(lines["advice"], reading)
    external, organisations, more = _external(lines["external"], reading, study)
    practices, did = _practices(lines["practices"], reading)
    _say_silent(told | more | did, answered, lines, reading)
    answered |= told | more | did
    year = asked.year
    outcomes += [
        (org_id, "answered", year, float(org_id in answered), "share")
        for org_id in asked.members["org_id"]
    ]
    return Answers(
        frozenset(answered), _frame(advice, TIE), _frame(external, TIE), _frame(trust, TIE),
        _frame(organisations, ORGANISATION), _frame(outcomes, OUTCOME), _frame(practices, ITEM),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """What rows are held against."""

    members: Mapping[str, str]  # however a member is written, small letters, to its id
    asked: Questionnaire
    mistakes: Mistakes

    def member(self, line: Line, column: str) -> str | None:
        """Return the member a cell names; None, noted, where it names none."""
        found = self.members.get(line.text(column).casefold())
        if found is None:
            what = "empty" if not line.text(column) else "not a member that was asked"
            self.mistakes.note(
                line, column, what, remedy="Choose the name from the list in the cell."
            )
        return found


def _members(asked: Questionnaire) -> dict[str, str]:
    """Return every way to write a member: as listed, its id, its name if only one has it."""
    names = asked.members["name"].str.strip_chars().str.to_lowercase()
    several = set(names.filter(names.is_duplicated()))
    known = {}
    for org_id, name in asked.members.iter_rows():
        if name.strip().lower() not in several:
            known[name.strip().casefold()] = org_id
    for org_id, name in asked.members.iter_rows():
        known[org_id.casefold()] = org_id
        known[entry(name, org_id).strip().casefold()] = org_id
    return known


Outcome = tuple[str, str, int, float, str]
Tie = tuple[str, str, str, bool, float | None, str, str, str | None, float | None]


def _respondents(lines: list[Line], reading: _Reading) -> tuple[set[str], list[Outcome]]:
    answered: set[str] = set()
    refused: set[str] = set()
    said: dict[tuple[str, str], Outcome] = {}
    for line in lines:
        who = reading.member(line, "respondent")
        if who is None:
            continue
        _marked(line, who, (answered, refused), reading)
        for column, (name, by, unit, low, high) in INDICATORS.items():
            value = reading.mistakes.number(line, column, (low, high))
            if value is None:
                continue
            if (who, name) in said:
                reading.mistakes.note(
                    line, column, "answered twice", remedy="The first answer is used.",
                    is_kept=True,
                )  # fmt: skip
                continue
            said[who, name] = (who, name, reading.asked.year, value / by, unit)
    return answered, list(said.values())


def _marked(line: Line, who: str, marks: tuple[set[str], set[str]], reading: _Reading) -> None:
    """Put a member among those who answered, or did not; note what does not fit."""
    answered, refused = marks
    word, what = line.text("answered").casefold(), ""
    told = any(line.text(column) for column in INDICATORS)
    if word not in YES | NO:
        what = "neither yes nor no"
    elif (word in YES and who in refused) or (word in NO - {""} and who in answered):
        what = "yes in one place and no in another; taken as yes"
    elif told and word not in YES:
        what = "has answers but is not marked as answered; taken as answered"
    if what:
        reading.mistakes.note(line, "answered", what, remedy="Write yes or no.", is_kept=True)
    if word in YES or told:
        answered.add(who)
    elif word:
        refused.add(who)


def _advice(lines: list[Line], reading: _Reading) -> tuple[list[Tie], list[Tie], set[str]]:
    seen: set[tuple[str, str]] = set()
    advice: list[Tie] = []
    trust: list[Tie] = []
    for line in lines:
        who, adviser = reading.member(line, "respondent"), reading.member(line, "adviser")
        if who is None or adviser is None or not _is_new(line, (who, adviser), seen, reading):
            continue
        often = reading.mistakes.number(line, "how_often", (1, 3))
        advice.append(_advised(adviser, who, often))
        sure = reading.mistakes.number(line, "trust", (0, 10))
        if sure is not None:
            trust.append((who, adviser, "social", True, None, "ties", who, None, sure / 10))
    return advice, trust, {who for _, who in seen}


def _is_new(
    line: Line, pair: tuple[str, str], seen: set[tuple[str, str]], reading: _Reading
) -> bool:
    who, adviser = pair
    if who == adviser:
        reading.mistakes.note(
            line, "adviser", "advises itself", remedy="Name another organisation."
        )
        return False
    if (adviser, who) in seen:
        reading.mistakes.note(
            line, "adviser", "named twice by the same organisation", remedy="Keep one row."
        )
        return False
    seen.add((adviser, who))
    return True


def _advised(source: str, target: str, often: float | None) -> Tie:
    return (source, target, "advice", True, often, "frequency 1 to 3", target,
            "technical_tacit", None)  # fmt: skip


def _external(
    lines: list[Line], reading: _Reading, study: Study
) -> tuple[list[Tie], list[tuple[str | None, ...]], set[str]]:
    known, places = _names_of(study), _places_of(study)
    taken = set(study.organisations["org_id"])
    new: dict[tuple[str, str, str], tuple[str | None, ...]] = {}
    seen: set[tuple[str, str]] = set()
    ties: list[Tie] = []
    for line in lines:
        who = reading.member(line, "respondent")
        name = line.text("name")
        if who is None:
            continue
        if not name:
            reading.mistakes.note(line, "name", "empty", remedy="Write who advised.")
            continue
        if name.casefold() in reading.members:
            reading.mistakes.note(
                line, "name", "a member of the cluster", remedy="Move it to the sheet advice."
            )
            continue
        org_id = _known(line, known, places)
        if org_id is None:
            place = _country(line).casefold(), line.text("city").casefold()
            key = (name.casefold(), *place)
            if key not in new:
                new[key] = _organisation(line, taken, reading)
            org_id = str(new[key][0])
        if _is_new(line, (who, org_id), seen, reading):
            often = reading.mistakes.number(line, "how_often", (1, 3))
            ties.append(_advised(org_id, who, often))
    used = {tie[0] for tie in ties}
    kept = [row for row in new.values() if row[0] in used]
    return ties, kept, {who for _, who in seen}


def _names_of(study: Study) -> dict[str, str]:
    """Return organisations by name, where only one has it, and by id."""
    table = study.organisations.select("org_id", "name").drop_nulls("name")
    alone = table.filter(pl.col("name").str.to_lowercase().is_duplicated().not_())
    known = {name.strip().casefold(): org_id for org_id, name in alone.iter_rows()}
    return known | {org_id.casefold(): org_id for org_id in study.organisations["org_id"]}


def _places_of(study: Study) -> dict[str, tuple[str, str]]:
    """Return city and country of organisations, small letters; empty where not known."""
    table = study.organisations.select("org_id", "city", "country").fill_null("")
    return {
        org_id: (city.casefold(), country.casefold())
        for org_id, city, country in table.iter_rows()
    }


def _known(
    line: Line, known: Mapping[str, str], places: Mapping[str, tuple[str, str]]
) -> str | None:
    """Return the organisation a line names, where nothing written speaks against it."""
    org_id = known.get(line.text("name").casefold())
    if org_id is None:
        return None
    written = line.text("city").casefold(), _country(line).casefold()
    at = places[org_id]
    differs = any(
        one and other and one != other for one, other in zip(written, at, strict=True)
    )
    return None if differs else org_id


def _country(line: Line) -> str:
    """Return the code of the country written, or what is written where it has none."""
    written = line.text("country")
    return country_codes(pl.Series([written]))[0] or written


def _organisation(line: Line, taken: set[str], reading: _Reading) -> tuple[str | None, ...]:
    kind = line.text("kind").lower() or None
    if kind is not None and kind not in ORGANISATION_KINDS:
        reading.mistakes.note(
            line, "kind", "not a kind of organisation",
            remedy=f"One of {', '.join(ORGANISATION_KINDS)}, or nothing.", is_kept=True,
        )  # fmt: skip
        kind = None
    number = 1
    while f"survey-{number}" in taken:
        number += 1
    taken.add(f"survey-{number}")
    place = line.text("city") or None, _country(line) or None
    return (f"survey-{number}", line.text("name"), kind, *place)


def _practices(
    lines: list[Line], reading: _Reading
) -> tuple[list[tuple[str, str, str, str, date | None]], set[str]]:
    asked = {name.casefold(): name for name in reading.asked.practices}
    items: dict[str, tuple[str, str, str, str, date | None]] = {}
    did: set[str] = set()
    for line in lines:
        who = reading.member(line, "respondent")
        practice = asked.get(line.text("practice").casefold())
        if who is None:
            continue
        if practice is None:
            reading.mistakes.note(
                line, "practice", "not a practice that was asked",
                remedy="Choose it from the list in the cell.",
            )  # fmt: skip
            continue
        item_id = f"survey {who} {practice}"
        if item_id in items:
            reading.mistakes.note(
                line, "practice", "answered twice", remedy="The first is used."
            )
            continue
        since = reading.mistakes.number(line, "year", (1500, reading.asked.year))
        day = date(int(since), 1, 1) if since is not None else None
        items[item_id] = (item_id, who, "practice", practice, day)
        did.add(who)
    return list(items.values()), did


def _say_silent(
    told: set[str], answered: set[str], lines: Mapping[str, list[Line]], reading: _Reading
) -> None:
    """Note members with answers that are not marked as having answered."""
    for line in _first_lines(lines, reading.members):
        who = reading.members[line.text("respondent").casefold()]
        if who in told - answered:
            reading.mistakes.note(
                line, "respondent", "has answers but is not marked as answered",
                remedy="Taken as answered; write yes in the sheet respondents.", is_kept=True,
            )  # fmt: skip


def _first_lines(lines: Mapping[str, list[Line]], members: Mapping[str, str]) -> Iterator[Line]:
    seen: set[str] = set()
    for name in ("advice", "external", "practices"):
        for line in lines[name]:
            who = members.get(line.text("respondent").casefold())
            if who is not None and who not in seen:
                seen.add(who)
                yield line


def _frame(rows: Sequence[tuple[object, ...]], schema: Mapping[str, type]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(schema), orient="row")
