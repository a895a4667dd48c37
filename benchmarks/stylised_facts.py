"""Which stylised facts the simulation brings forth: writes the table of the documentation.

    python -m benchmarks.stylised_facts               30 paired runs of each fact
    python -m benchmarks.stylised_facts --runs 4      quicker

Writes its table into docs/explanation/stylised-facts.md, between the marks.
"""

import argparse
from pathlib import Path

from benchmarks.recovering import put_into
from buzzline.simulation import stylised_facts
from buzzline.simulation.running import Work
from buzzline.simulation.stylised_facts import StylisedFacts, bounds_said

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "stylised-facts.md"
SEED, RUNS = 1, 30
HEAD = "| | fact | measured | simulated | target | verdict |\n|---|---|---|---|---|---|\n"


def table(found: StylisedFacts) -> str:
    """Return one line a part of a fact, and one a fact that is not in the model."""
    lines = []
    for fact in found.facts.to_dicts():
        verdict = f"**{fact['verdict']}**"
        note = f"{verdict}; fitted: {fact['fitted']}" if fact["fitted"] else verdict
        parts = found.parts.filter(number=fact["number"]).to_dicts()
        if not parts:
            lines.append(f"| {fact['number']} | {fact['fact']} | {fact['how']} |  | "
                         f"{fact['target']} | {note} |")  # fmt: skip
        for at, part in enumerate(parts):
            told = f"{part['value']:.3g} [{part['low']:.3g}, {part['high']:.3g}]"
            own = part["verdict"] if len(parts) > 1 else ""
            first = (fact["number"], fact["fact"]) if at == 0 else ("", "")
            verdict = "; ".join(one for one in (note if at == 0 else "", own) if one)
            lines.append(
                f"| {first[0]} | {first[1]} | {part['part']} [{part['unit']}] | {told} | "
                f"{bounds_said(part['target_low'], part['target_high'])} | {verdict} |"
            )
    return HEAD + "\n".join(lines)


def how_measured(found: StylisedFacts) -> str:
    """Return one line a fact: how it is measured, what of it is not, and who found it."""
    lines = [
        f"| {fact['number']} | {fact['how']} | {fact['beyond']} | {fact['source']} |"
        for fact in found.facts.to_dicts()
    ]
    head = "| | how it is measured | what is not | source |\n|---|---|---|---|\n"
    return head + "\n".join(lines)


def main() -> None:
    """Measure, print, and write the tables into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    found = stylised_facts(runs=given.runs, rng=SEED, work=Work(workers=given.workers))
    print(found)
    for name, text in (("facts", table(found)), ("how", how_measured(found))):
        print(text)
        put_into(PAGE, name, text)
    put_into(PAGE, "said", f"{found}\n")


if __name__ == "__main__":
    main()
