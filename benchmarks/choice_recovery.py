"""Is the odds multiplier of cluster origin recovered, and how often does it err?

    python -m benchmarks.choice_recovery                 as in the documentation
    python -m benchmarks.choice_recovery --share 0.1     quicker
    python -m benchmarks.choice_recovery errors          one of the trials

"errors": choices among 60 places as arrays. Three industries that cluster at both ends (as in
the example of Mantel-Haenszel), groups that differ in their taste for similar clusters, places
that all like for reasons not seen. "worlds": the whole analysis, from organisations to odds.
Writes its tables into docs/explanation/location-choice.md.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.choice_worlds import chosen_places
from benchmarks.recovering import Row, Trial, put_into, rows_of, share_of, table
from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.econometrics.choice import fit_choices
from buzzline.econometrics.choice_cases import choices_of
from buzzline.econometrics.choice_errors import destination_errors
from buzzline.econometrics.location_choice import location_choice
from buzzline.errors import BuzzlineError

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "location-choice.md"
KEPT = Path(__file__).parents[1] / ".cache" / "choice-recovery"
PLACES, DEALS = 60, 600
FROM, PULL, HOSTS = (0.9, 0.4, 0.1), (1.5, 0.5, -0.5), (12, 9, 6)
KINDS = ("alone", "by group", "by group and place")
ERRORS = [
    {"effect": effect, "taste": taste, "shock": shock, "groups": groups, "giants": giants}
    for effect, taste, shock, groups, giants in (
        (0.0, 0.0, 0.0, 200, 0), (0.0, 0.7, 0.0, 200, 0), (0.0, 0.7, 0.7, 200, 0),
        (0.0, 0.7, 0.7, 200, 2), (0.0, 0.7, 0.7, 15, 0),
        (1.1, 0.0, 0.0, 200, 0), (1.1, 0.3, 0.3, 200, 0), (1.1, 0.3, 0.3, 200, 2),
    )
]  # fmt: skip
WORLDS = [
    {"times": times, "confounded": confounded, "giants": giants, "taste": 0.5}
    for times, confounded, giants in (
        (1.0, False, 0), (1.0, True, 0), (1.0, True, 2), (3.0, True, 0), (3.0, True, 2)
    )
]  # fmt: skip


def choices(rng: np.random.Generator, *, effect, taste, shock, groups, giants):
    """Return the rows of deals among places, their groups and places."""
    industry = rng.integers(0, 3, groups)
    is_inside = rng.random(groups) < np.array(FROM)[industry]
    weight = np.ones(groups)
    if giants:
        weight[:giants] = (groups - giants) / giants  # half of all deals
    group = rng.choice(groups, DEALS, p=weight / weight.sum())
    hosts = np.zeros((3, PLACES))
    for number, n in enumerate(HOSTS):
        hosts[number, rng.choice(PLACES, n, replace=False)] = 1
    size = rng.normal(size=PLACES)
    likes = size + shock * rng.normal(size=PLACES)
    tastes = rng.normal(size=groups) * taste
    own = hosts[industry[group]]
    pull = np.array(PULL)[industry[group]] + effect * is_inside[group] + tastes[group]
    worth = likes + own * pull[:, None] + rng.gumbel(size=(DEALS, PLACES))
    columns = [np.broadcast_to(size, own.shape), own * is_inside[group][:, None]]
    columns += [own * (industry[group] == one)[:, None] for one in range(3)]
    x = np.stack(columns, axis=2).reshape(-1, 5)
    is_chosen = worth == worth.max(axis=1, keepdims=True)
    rows = choices_of(x, np.repeat(np.arange(DEALS), PLACES), is_chosen.ravel())
    return rows, group, np.tile(np.arange(PLACES), DEALS)


def measure_errors(setting: Row, seed: int) -> list[Row]:
    rows, group, place = choices(np.random.default_rng([seed, 1]), **setting)
    try:
        fit = fit_choices(rows)
    except BuzzlineError:
        return [{"kind": kind, "value": None, "covers": None, "width": None} for kind in KINDS]
    found = []
    both = destination_errors(rows, fit, groups=group, alternative=place)
    for kind, errors in zip(KINDS, (fit.errors(), fit.errors(group), both), strict=True):
        low, high = (float(end[1]) for end in errors.interval(fit.beta))
        found.append({
            "kind": kind, "value": float(fit.beta[1]),
            "covers": bool(low <= setting["effect"] <= high), "width": high - low,
        })  # fmt: skip
    return found


def told_errors(rows: pl.DataFrame) -> str:
    lines = []
    keys = ("effect", "taste", "shock", "groups", "giants")
    for key, part in rows.group_by(*keys, maintain_order=True):
        cover = [
            share_of(part.filter(pl.col("kind") == kind), pl.col("covers")) for kind in KINDS
        ]
        last = part.filter(pl.col("kind") == KINDS[-1])
        effect, taste, shock, groups, giants = key
        lines.append([
            f"{effect:g}", f"{taste:g}", f"{shock:g}", f"{groups:,}", f"{giants}",
            f"{last['value'].mean():.2f}", *cover, f"{last['width'].median():.2f}",
        ])  # fmt: skip
    head = ["planted", "tastes differ", "places unlike", "groups", "with half of the deals",
            "mean found", *(f"covers, {kind}" for kind in KINDS), "median width"]  # fmt: skip
    n = rows["seed"].n_unique()
    return f"{n:,} worlds a row, {DEALS} deals among {PLACES} places.\n\n" + table(
        head, lines, words=5
    )


def measure_worlds(setting: Row, seed: int) -> list[Row]:
    study, _ = chosen_places(seed, **setting)
    found = candidate_clusters(study, draws=19, rng=seed)
    try:
        rows = location_choice(study, found, layers=["investment"], rng=seed).rows
    except BuzzlineError:
        return []
    out = []
    for model in ("pooled", "by industry"):
        row = rows.filter(pl.col("model") == model).row(0, named=True)
        truth = float(np.log(setting["times"]))
        has = row["low"] is not None
        out.append({
            "model": model, "value": row["value"], "verdict": row["verdict"],
            "covers": bool(row["low"] <= truth <= row["high"]) if has else None,
        })  # fmt: skip
    return out


def told_worlds(rows: pl.DataFrame) -> str:
    lines = []
    for key, part in rows.group_by(
        "times", "confounded", "giants", "model", maintain_order=True
    ):
        times, confounded, giants, model = key
        lines.append([
            model, f"{times:g}", "yes" if confounded else "no", f"{giants}",
            f"{np.exp(part['value'].drop_nulls().median()):.2f}",
            share_of(part, pl.col("covers")),
            share_of(part, pl.col("verdict").is_in(["likelier", "less likely"])),
            share_of(part, pl.col("value").is_null()),
        ])  # fmt: skip
    head = ["model", "odds planted", "industries cluster at both ends",
            "with half of the deals", "median odds", "interval covers", "verdict",
            "not testable"]  # fmt: skip
    n = rows["seed"].n_unique()
    return f"{n:,} worlds a row.\n\n" + table(head, lines, words=4)


TRIALS = {
    "errors": Trial(
        "errors", measure_errors, ERRORS, 400,
        ("buzzline.econometrics.choice_errors",), told_errors,
    ),
    "worlds": Trial(
        "worlds", measure_worlds, WORLDS, 50,
        ("buzzline.econometrics.location_choice",),
        told_worlds,
    ),
}  # fmt: skip


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("trials", nargs="*", help=f"of {', '.join(TRIALS)}; none: all")
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--page", type=Path, default=PAGE)
    chosen = parser.parse_args(arguments)
    for name in chosen.trials or TRIALS:
        trial = TRIALS[name]
        rows = rows_of(trial, KEPT, share=chosen.share, processes=chosen.processes)
        text = trial.told(rows)
        print(f"\n{name}\n\n{text}", flush=True)
        put_into(chosen.page, name, text)


if __name__ == "__main__":
    main(sys.argv[1:])
