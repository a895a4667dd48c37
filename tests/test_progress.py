"""Progress tells faces how far work is; by default nobody listens."""

from __future__ import annotations

from buzzline.progress import Progress, silent


def test_special_case_nobody_listens():
    assert silent("counting", 1, 2) is None


def test_by_hand_a_face_hears_every_step():
    heard = []
    listen: Progress = lambda what, done, total: heard.append((what, done, total))  # noqa: E731
    for step in range(3):
        listen("counting", step, 3)
    assert heard == [("counting", 0, 3), ("counting", 1, 3), ("counting", 2, 3)]
