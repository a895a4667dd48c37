"""Whole or not at all."""

import errno

import pytest

from buzzline.errors import UnwritableOutput
from buzzline.tables.writing import atomically


def test_by_hand_a_file_appears_only_when_complete(tmp_path):
    target = tmp_path / "new" / "a.csv"
    with atomically(target) as unfinished:
        unfinished.write_text("x")
        assert not target.exists()
    assert target.read_text() == "x"
    assert [path.name for path in target.parent.iterdir()] == ["a.csv"]


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()]
)
def test_invariant_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, error):
    target = tmp_path / "a.csv"
    target.write_text("old")
    expected = UnwritableOutput if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected), atomically(target) as unfinished:
        unfinished.write_text("half")
        raise error
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
