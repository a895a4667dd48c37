"""An organisation's code and its members learn from each other (March 1991)."""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.luck import four_uniforms

# Which draws a purpose takes: the first block of each, in a step and of an individual.
_COINS, _LEARNING, _FRESH, _GOING = 0, 4096, 8192, 12288
ACTIONS, BELIEFS, LITERAL = 0, 1, 2  # how the rules of 1991 are read


@kernel
def draw_row(key, stream, step, birth, first, out):
    """Fill out (m,) with numbers in (0, 1): draws 4 * first onwards of an individual."""
    for d in range(0, out.size, 4):
        four = four_uniforms(key, stream, step, np.uint64(birth), first + d // 4)
        for k in range(min(4, out.size - d)):
            out[d + k] = four[k]


@kernel
def fresh_beliefs(key, stream, step, birth, out, draws):
    """Fill out (m,) int8 with beliefs of one who joins: -1, 0 or 1, equally likely."""
    draw_row(key, stream, step, birth, _FRESH, draws)
    for d in range(out.size):
        out[d] = np.int8(int(draws[d] * 3) - 1)


@kernel
def acted(key, stream, step, birth, belief, action, draws):
    """Fill action (m,) int8: what is believed, or a fair coin where nothing is."""
    unsure = False
    for d in range(belief.size):
        unsure |= belief[d] == 0
    if not unsure:
        action[:] = belief
        return
    draw_row(key, stream, step, birth, _COINS, draws)
    # One store, no branch: numba 0.68 gets a conditional int8 store of 32 and more wrong.
    for d in range(belief.size):
        held = np.int64(belief[d])
        coin = np.int64(1) if draws[d] < 0.5 else np.int64(-1)
        action[d] = np.int8(held + (1 - held * held) * coin)


@kernel
def socialised(key, stream, step, birth, belief, code, chance, direct, draws):
    """Move a belief (m,) towards the code where they differ: one step, or all the way."""
    differs = False
    for d in range(belief.size):
        differs |= code[d] != 0 and belief[d] != code[d]
    if not differs:
        return
    draw_row(key, stream, step, birth, _LEARNING, draws)
    for d in range(belief.size):
        if code[d] != 0 and belief[d] != code[d] and draws[d] < chance:
            belief[d] = code[d] if direct or belief[d] == 0 else 0


@kernel
def score(belief, reality, rules):
    """Return how well beliefs (m,) fit: right less wrong, or how many are right (LITERAL)."""
    found = 0
    for d in range(belief.size):
        if rules == LITERAL:
            found += belief[d] == reality[d]
        else:
            found += belief[d] * reality[d]
    return found


@kernel
def code_learned(key, stream, step, lead, code, chance, gradual, draws):
    """Move the code (m,) to the majority of those who did better.

    lead : (m,) int64, those for +1 less those for -1. chance : of not learning, of one vote.
    """
    draw_row(key, stream, step, 1 << 30, _LEARNING, draws)
    for d in range(code.size):
        votes = abs(lead[d])
        majority = 1 if lead[d] > 0 else -1
        if votes > 0 and majority != code[d] and draws[d] < 1 - (1 - chance) ** votes:
            code[d] = 0 if gradual and code[d] == -majority else majority


@kernel
def settled(beliefs, code, reality, best, rules):
    """Tell whether nothing can change any more in a closed organisation."""
    for i in range(beliefs.shape[0]):
        possible = score(beliefs[i], reality, rules)
        for d in range(code.size):
            if code[d] != 0 and beliefs[i, d] != code[d]:
                return False
            if rules == ACTIONS:
                possible += beliefs[i, d] == 0
        if possible > best:
            return False
    return True


@kernel
def share_right(beliefs, reality, first, after):
    """Return the share of beliefs of individuals first to after - 1 that are right."""
    right = 0
    for i in range(first, after):
        for d in range(reality.size):
            right += beliefs[i, d] == reality[d]
    return right / max((after - first) * reality.size, 1)


@kernel
def renewed(key, stream, step, beliefs, reality, leaving, flipping, draws):
    """Replace individuals with chance `leaving`, and turn reality with chance `flipping`."""
    n = beliefs.shape[0]
    if leaving > 0:
        going = np.empty(n)
        draw_row(key, stream, step, 1 << 30, _GOING, going)
        for i in range(n):
            if going[i] < leaving:
                fresh_beliefs(key, stream, step, i, beliefs[i], draws)
    if flipping > 0:
        draw_row(key, stream, step, (1 << 30) + 1, _GOING, draws)
        for d in range(reality.size):
            if draws[d] < flipping:
                reality[d] = -reality[d]


@kernel
def began(key, stream, n, m):
    """Return beliefs (n, m) and reality (m,) at the start, both int8."""
    draws = np.empty(m)
    beliefs, reality = np.empty((n, m), np.int8), np.empty(m, np.int8)
    draw_row(key, stream, 0, (1 << 30) + 1, _GOING, draws)
    for d in range(m):
        reality[d] = 1 if draws[d] < 0.5 else -1
    for i in range(n):
        fresh_beliefs(key, stream, 0, i, beliefs[i], draws)
    return beliefs, reality


@kernel
def learn_mutually(key, stream, chances, m, code_chance, leaving, flipping, rules, n_fast, out):
    """Run one organisation and return after how many steps it was settled.

    chances : (n,) float64, each individual's chance to learn from the code on a dimension.
    out : (steps + 1, 3) float64: the code's score [share of m], and the share of right beliefs
    of the first n_fast individuals and of the others; filled on with the last once settled.
    O(steps x n x m) time.
    """
    n, most = chances.size, out.shape[0] - 1
    beliefs, reality = began(key, stream, n, m)
    code, action = np.zeros(m, np.int8), np.empty(m, np.int8)
    draws, lead = np.empty(m), np.empty(m, np.int64)
    open_system = leaving > 0 or flipping > 0
    out[0, 0] = 0.0
    out[0, 1] = share_right(beliefs, reality, 0, n_fast)
    out[0, 2] = share_right(beliefs, reality, n_fast, n)
    for step in range(1, most + 1):
        renewed(key, stream, step, beliefs, reality, leaving, flipping, draws)
        best = score(code, reality, rules)
        lead[:] = 0
        for i in range(n):
            action[:] = beliefs[i]
            if rules == ACTIONS:
                acted(key, stream, step, i, beliefs[i], action, draws)
            if score(action, reality, rules) > best:
                for d in range(m):
                    lead[d] += action[d]
            socialised(
                key, stream, step, i, beliefs[i], code, chances[i], rules == LITERAL, draws
            )
        code_learned(key, stream, step, lead, code, code_chance, rules == BELIEFS, draws)
        best = score(code, reality, rules)
        right = 0
        for d in range(m):
            right += code[d] * reality[d]
        out[step, 0] = right / m
        out[step, 1] = share_right(beliefs, reality, 0, n_fast)
        out[step, 2] = share_right(beliefs, reality, n_fast, n)
        if not open_system and settled(beliefs, code, reality, best, rules):
            for after in range(step + 1, most + 1):
                out[after] = out[step]
            return step
    return most
