"""Are planted nearness, watching, norms and best distances found, and how often does each err?

    python -m benchmarks.proximity_recovery                 as in the documentation
    python -m benchmarks.proximity_recovery --share 0.1     a tenth of the worlds
    python -m benchmarks.proximity_recovery nearness        some of the trials

Made-up worlds with known truth. Writes its tables into docs/explanation/proximity.md, between
the marks. What was measured is kept under .cache/proximity-recovery and used again as long as
the source it depends on is the same.
"""

import argparse
import sys
from pathlib import Path

from benchmarks.proximity_trials import TRIALS
from benchmarks.recovering import put_into, rows_of

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explanation" / "proximity.md"
KEPT = ROOT / ".cache" / "proximity-recovery"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trials", nargs="*", help=f"of {', '.join(TRIALS)}; none: all")
    parser.add_argument("--share", type=float, default=1.0, help="of the worlds, 0 to 1")
    parser.add_argument("--processes", type=int, default=2)
    choice = parser.parse_args(arguments)
    for name in choice.trials or TRIALS:
        trial = TRIALS[name]
        found = rows_of(trial, KEPT, share=choice.share, processes=choice.processes)
        text = trial.told(found)
        print(f"\n{name}\n\n{text}", flush=True)
        put_into(PAGE, name, text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
