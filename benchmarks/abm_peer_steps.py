"""What Mesa or AgentPy takes for the toy of abm_peers, with one object an organisation.

    python abm_peer_steps.py mesa|agentpy FOLDER

Uses nothing of buzzline, so that it runs with any Python that has the peer. Whom everybody
watches is in the folder, a table a step.
"""

import json
import math
import sys
import time
from pathlib import Path

import numpy as np

FURTHEST, RATE = 3.0, 0.1


class Watching:
    """What an organisation does in either framework, in plain Python."""

    def look(self):
        best, at = 0.0, -1
        mine = self.knowledge
        for other in self.watched:
            square, lead, category = 0.0, -9.0, 0
            for k, (a, b) in enumerate(zip(mine, other.knowledge, strict=True)):
                ahead = b - a
                square += ahead * ahead
                if ahead > lead:
                    lead, category = ahead, k
            x = math.sqrt(square) / FURTHEST
            if x < 1 and 4 * x * (1 - x) * lead > best:
                best, at = 4 * x * (1 - x) * lead, category
        self.found = (at, best)

    def learn(self):
        at, best = self.found
        if at >= 0:
            self.knowledge[at] += RATE * best


def in_mesa():
    import mesa

    class Organisation(Watching, mesa.Agent):
        pass

    model = mesa.Model()
    everybody = [Organisation(model) for _ in range(len(KNOWLEDGE))]

    def step():
        model.agents.do("look")
        model.agents.do("learn")

    return everybody, step, mesa.__version__


def in_agentpy():
    import agentpy

    class Organisation(Watching, agentpy.Agent):
        pass

    everybody = agentpy.AgentList(agentpy.Model(), len(KNOWLEDGE), Organisation)

    def step():
        everybody.look()
        everybody.learn()

    return list(everybody), step, agentpy.__version__


def main(name):
    try:
        everybody, step, version = {"mesa": in_mesa, "agentpy": in_agentpy}[name]()
    except ImportError:
        print("not installed")
        return 0
    for one, own in zip(everybody, KNOWLEDGE, strict=True):
        one.knowledge = own.tolist()
    taken = []
    for watched in WATCHED:
        for one, rows in zip(everybody, watched, strict=True):
            one.watched = [everybody[row] for row in rows]
        began = time.process_time()
        step()
        taken.append(time.process_time() - began)
    total = math.fsum(sum(one.knowledge) for one in everybody)
    rate = len(everybody) / min(taken)
    print(json.dumps({"version": version, "rate": rate, "sum": total}))
    return 0


if __name__ == "__main__":
    KNOWLEDGE = np.load(Path(sys.argv[2]) / "knowledge.npy")
    WATCHED = np.load(Path(sys.argv[2]) / "watched.npy")
    sys.exit(main(sys.argv[1]))
