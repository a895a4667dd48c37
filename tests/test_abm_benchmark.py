"""The race with frameworks: same numbers, and peers that are not there are told."""

import sys

import numpy as np
import pytest
from benchmarks import abm_peers


def test_ours_ends_where_numpy_does():
    ours = theirs = abm_peers.knowledge_at_start()[:1000]
    for step in range(3):
        watched = abm_peers.watched_at(step, 1000)
        theirs = abm_peers.in_numpy(theirs, watched, step)
        ours = abm_peers.in_buzzline(ours, watched, step)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_a_framework_that_is_not_there_is_told(tmp_path):
    nowhere = tmp_path / "python"
    nowhere.write_text("#!/bin/sh\necho not installed\n")
    nowhere.chmod(0o755)
    assert abm_peers.in_peer("mesa", 1, str(nowhere)) == {"why": "not installed"}


@pytest.mark.parametrize("peer", abm_peers.PEERS)
def test_this_python_says_whether_it_has_the_framework(peer):
    found = abm_peers.in_peer(peer, 1, sys.executable)
    assert found == {"why": "not installed"} or found["rate"] > 0
