"""Shift-share errors written out as in the papers, with loops."""

import numpy as np


def residual(columns, controls):
    projection = controls @ np.linalg.pinv(controls)
    return columns - projection @ columns


def by_exposure(y, x, exposure, push, controls, years):
    """Effect and AKM error: exposure (n, k) and push (n, k) of every row."""
    z = residual((exposure * push).sum(axis=1), controls)
    y, x = residual(y, controls), residual(x, controls)
    beta = (z @ y) / (z @ x)
    off = y - beta * x
    total = 0.0
    coefficient = {}
    for year in set(years):
        rows = years == year
        w = exposure[rows]
        coefficient[year] = np.linalg.inv(w.T @ w) @ w.T @ z[rows]
    for cell in range(exposure.shape[1]):
        held = 0.0
        for row in range(y.size):
            held += coefficient[years[row]][cell] * exposure[row, cell] * off[row]
        total += held**2
    return beta, np.sqrt(total) / abs(z @ x)


def is_in_akm0(effect, y, x, exposure, push, controls, years, reach):
    """Tell whether an effect is within the AKM0 set, by testing that effect alone."""
    z = residual((exposure * push).sum(axis=1), controls)
    y, x = residual(y, controls), residual(x, controls)
    off = y - effect * x
    total = 0.0
    for cell in range(exposure.shape[1]):
        held = 0.0
        for year in set(years):
            rows = years == year
            w = exposure[rows]
            held += (np.linalg.inv(w.T @ w) @ w.T @ z[rows])[cell] * (w[:, cell] @ off[rows])
        total += held**2
    return abs(z @ off) <= reach * np.sqrt(total)


def of_cells(y, x, exposure, push, controls):
    """Borusyak, Hull and Jaravel: a regression over cells gives the same effect."""
    y, x = residual(y, controls), residual(x, controls)
    weight = exposure.sum(axis=0)
    means = [(exposure * column[:, None]).sum(axis=0) / weight for column in (y, x)]
    return (weight * push * means[0]).sum() / (weight * push * means[1]).sum()
