"""What every test may ask for."""

from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# Scripts that made stored references: they need the packages whose numbers these are.
collect_ignore_glob = ["references/make_*"]

# The first example of a kernel compiles it, which takes seconds: no deadline an example.
settings.register_profile("buzzline", deadline=None)
settings.load_profile("buzzline")


@pytest.fixture(scope="session")
def project_root() -> Path:
    """Folder that holds README.md and pyproject.toml."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real data sets, which stand beside the project and are never committed."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.fail(
            f"the real data sets are not there: expected the folder {folder} with one "
            "sub-folder a source (each with its SOURCE.md)"
        )
    return folder
