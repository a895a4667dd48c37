"""March's organisation, slowly: lists and loops, the same draws."""

import numpy as np

from buzzline.kernels.luck import uniform

COINS, LEARNING, FRESH, GOING = (4 * 4096 * k for k in range(4))
EVERYBODY, WORLD = 1 << 30, (1 << 30) + 1


def history(key, chances, m, code_chance, leaving, flipping, rules, steps):  # noqa: C901
    """Scores of the code after every step, until nothing can change."""

    def draw(step, birth, first, d):
        return uniform(key, 31, step, np.uint64(birth), first + d)

    def newcomer(step, i):
        return [int(draw(step, i, FRESH, d) * 3) - 1 for d in range(m)]

    def points(belief):
        if rules == 2:
            return sum(b == r for b, r in zip(belief, reality, strict=True))
        return sum(b * r for b, r in zip(belief, reality, strict=True))

    n = len(chances)
    reality = [1 if draw(0, WORLD, GOING, d) < 0.5 else -1 for d in range(m)]
    beliefs = [newcomer(0, i) for i in range(n)]
    code, scores = [0] * m, [0.0]
    for step in range(1, steps + 1):
        for i in range(n):
            if leaving > 0 and draw(step, EVERYBODY, GOING, i) < leaving:
                beliefs[i] = newcomer(step, i)
        for d in range(m):
            if flipping > 0 and draw(step, WORLD, GOING, d) < flipping:
                reality[d] = -reality[d]
        shown = [
            [b or (1 if draw(step, i, COINS, d) < 0.5 else -1) for d, b in enumerate(own)]
            if rules == 0 else list(own)
            for i, own in enumerate(beliefs)
        ]  # fmt: skip
        better = [own for own in shown if points(own) > points(code)]
        for i, own in enumerate(beliefs):
            for d in range(m):
                differs = code[d] != 0 and own[d] != code[d]
                if differs and draw(step, i, LEARNING, d) < chances[i]:
                    own[d] = code[d] if rules == 2 or own[d] == 0 else 0
        for d in range(m):
            votes = sum(own[d] for own in better)
            majority = 1 if votes > 0 else -1
            learns = draw(step, EVERYBODY, LEARNING, d) < 1 - (1 - code_chance) ** abs(votes)
            if votes and majority != code[d] and learns:
                code[d] = 0 if rules == 1 and code[d] == -majority else majority
        scores.append(sum(c * r for c, r in zip(code, reality, strict=True)) / m)
        still = leaving == flipping == 0 and all(
            c == 0 or b == c for own in beliefs for b, c in zip(own, code, strict=True)
        )
        might = [points(own) + (own.count(0) if rules == 0 else 0) for own in beliefs]
        if still and max(might) <= points(code):
            break
    return scores
