"""Whole or not at all."""

import errno

import pytest

from buzzline.errors import UnwritableOutput
from buzzline.tables.reading import read_study
from buzzline.tables.worlds import make_world
from buzzline.tables.writing import atomically, write_study


def test_by_hand_a_file_appears_only_when_complete(tmp_path):
    target = tmp_path / "new" / "a.csv"
    with atomically(target) as unfinished:
        unfinished.write_text("x")
        assert not target.exists()
    assert target.read_text() == "x"
    assert [path.name for path in target.parent.iterdir()] == ["a.csv"]


def _half_write(target, error):
    with atomically(target) as unfinished:
        unfinished.write_text("half")
        raise error


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()]
)
def test_invariant_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, error):
    target = tmp_path / "a.csv"
    target.write_text("old")
    expected = UnwritableOutput if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        _half_write(target, error)
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_full_disk_is_said_with_a_remedy(tmp_path):
    with (
        pytest.raises(UnwritableOutput, match=r"(?s)a\.csv.*No space left.*Free some room"),
        atomically(tmp_path / "a.csv"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_file_where_a_folder_should_be_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(UnwritableOutput, match="cannot be written"),
        atomically(tmp_path / "file" / "a.csv"),
    ):
        pass


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_recovers_the_truth_a_study_written_is_read_back_equal(tmp_path, form):
    study = make_world(organisations=300, clusters=2, rng=1).study
    files = write_study(study, tmp_path, format=form)
    assert files[-1].name == "study.toml"
    again = read_study(tmp_path)
    assert again.fingerprint == study.fingerprint
    assert again.about.title == study.about.title
    assert again.about.quality.n_set_aside == 0


def test_invariant_the_same_study_gives_the_same_bytes(tmp_path):
    study = make_world(organisations=100, clusters=2, rng=1).study
    first, second = (write_study(study, tmp_path / name, format="parquet") for name in "ab")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
