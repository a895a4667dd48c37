"""Words that are a choice, wholes given as jobs, and what a table cannot tell."""

from __future__ import annotations

import numpy as np
import pytest

from buzzline.agglomeration import (
    against_degrees,
    diversity,
    economic_fitness,
    hachman,
    input_output_relatedness,
    labour_flow_relatedness,
    occupational_relatedness,
    relatedness_density,
    relatedness_of,
    specialisation_coefficient,
)
from buzzline.errors import InvalidArgument

JOBS = np.array([[10.0, 20], [30, 5], [5, 5]])
NESTED = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 0, 0], [0, 1, 0, 1]], bool)


@pytest.mark.parametrize("measure", [hachman, specialisation_coefficient, diversity])
def test_invariant_a_whole_of_jobs_is_the_whole_of_shares(measure):
    total = JOBS.sum(axis=0)
    np.testing.assert_allclose(measure(JOBS, total), measure(JOBS, total / total.sum()))
    np.testing.assert_allclose(measure(JOBS, total), measure(JOBS))


def test_by_hand_an_industry_the_whole_lacks_leaves_nothing_in_common():
    assert hachman(np.array([[1.0, 2, 3]]), np.array([0.5, 0.5, 0])).tolist() == [0.0]


@pytest.mark.parametrize(
    ("measure", "word"),
    [
        (occupational_relatedness, "pearson"),
        (input_output_relatedness, "max"),
        (labour_flow_relatedness, "size"),
    ],
)
def test_bad_input_a_word_that_is_no_choice_is_refused(measure, word):
    name = {"pearson": "likeness", "max": "combined", "size": "expected"}[word]
    with pytest.raises(InvalidArgument, match=f"`{name}` must be one of .*; got '{word}'"):
        measure(np.ones((3, 3)), **{name: word})


def test_bad_input_conditional_probability_needs_the_diagonal():
    with pytest.raises(InvalidArgument, match="the diagonal must hold"):
        relatedness_of(np.array([[0.0, 2], [2, 0]]), "conditional")


def test_bad_input_no_nearest_industry_is_refused():
    with pytest.raises(InvalidArgument, match="`nearest` must be at least 1"):
        relatedness_density(np.eye(3, dtype=bool), np.ones((3, 3)), nearest=0)


def test_by_hand_industries_alone_in_their_place_share_none():
    found = against_degrees(np.eye(3, dtype=bool))
    apart = ~np.eye(3, dtype=bool)
    assert np.all(np.isnan(found.p[apart]) | (found.p[apart] == 1))


def test_by_hand_fitness_after_a_fixed_number_of_steps():
    # one step: fitness is diversity, complexity one over ubiquity, each over its mean
    found = economic_fitness(NESTED, steps=1, tolerance=0)
    diverse = NESTED.sum(axis=1)
    np.testing.assert_allclose(found.fitness, diverse / diverse.mean())
    rare = 1 / NESTED.sum(axis=0)
    np.testing.assert_allclose(found.complexity, rare / rare.mean())
    assert found.n_steps == 1
    assert np.isfinite(economic_fitness(NESTED, steps=20, tolerance=0).fitness).all()
    assert np.isnan(economic_fitness(NESTED, steps=20).fitness).any()
