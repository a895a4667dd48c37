"""Small worlds with planted nearness and watching, and their clusters."""

from buzzline.clusters.declared_as_clusters import clustering_of_labels
from buzzline.tables.worlds import make_world, plant_knowledge


def knowing_world(seed, organisations=300, clusters=4, plan=None):
    world = make_world(organisations=organisations, clusters=clusters, rng=seed)
    study, truth = plant_knowledge(world.study, world.truth.cluster, plan=plan, rng=seed)
    return world, study, truth


def clustering_in(world, study):
    names = [None if k < 0 else f"cluster {k}" for k in world.truth.cluster]
    return clustering_of_labels(study, names)
