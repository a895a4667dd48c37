"""Where does a cluster begin and end?"""

from buzzline.agreement import adjusted_rand
from buzzline.clusters.clustering import FIRST_TEST_ONLY, Clustering
from buzzline.clusters.delineation import CoreRule, candidate_clusters

__all__ = ["FIRST_TEST_ONLY", "Clustering", "CoreRule", "adjusted_rand", "candidate_clusters"]
