"""Local buzz or global pipelines?"""

from buzzline.linkages.balance import ScaleBalance, scale_balance
from buzzline.linkages.brokerage import Brokerage, brokerage
from buzzline.linkages.buzz import buzz_exposure
from buzzline.linkages.buzz_and_pipelines import BuzzAndPipelines, buzz_and_pipelines
from buzzline.linkages.city_gravity import log_ratio
from buzzline.linkages.cognitive_distance import CognitiveDistance, cognitive_distance
from buzzline.linkages.collaboration import Combined, combined
from buzzline.linkages.colocated import Colocated, colocated_clusters
from buzzline.linkages.colocated_rows import ColocatedRule
from buzzline.linkages.complementarity import input_output_fit
from buzzline.linkages.event_study import Response, response
from buzzline.linkages.external_reach import ExternalReach, external_reach
from buzzline.linkages.flows import ClusterFlows, cluster_flows
from buzzline.linkages.gatekeepers import Gatekeepers, gatekeepers
from buzzline.linkages.knowledge_space import jaffe_distance, optimal_distance
from buzzline.linkages.monitoring import Monitoring, monitoring
from buzzline.linkages.pattern_rule import PatternRule
from buzzline.linkages.patterns import MissingLinkPatterns, missing_link_patterns
from buzzline.linkages.profile import ScaleProfile, scale_profile
from buzzline.linkages.redundancy import Redundancy, redundancy
from buzzline.linkages.redundancy_rows import RedundancyRule
from buzzline.linkages.removal_curves import RemovalCurves, removal_curves
from buzzline.linkages.rivalry import morisita_horn
from buzzline.linkages.small_samples import jeffreys_interval, stratified_exact_p
from buzzline.linkages.social_capital import SocialCapital, social_capital
from buzzline.linkages.temporary_clusters import TemporaryClusters, temporary_clusters
from buzzline.linkages.weakest_link import WeakestLinkTest, weakest_link_test
from buzzline.linkages.yardsticks import Yardsticks, yardsticks

__all__ = [
    "Brokerage",
    "BuzzAndPipelines",
    "ClusterFlows",
    "CognitiveDistance",
    "Colocated",
    "ColocatedRule",
    "Combined",
    "ExternalReach",
    "Gatekeepers",
    "MissingLinkPatterns",
    "Monitoring",
    "PatternRule",
    "Redundancy",
    "RedundancyRule",
    "RemovalCurves",
    "Response",
    "ScaleBalance",
    "ScaleProfile",
    "SocialCapital",
    "TemporaryClusters",
    "WeakestLinkTest",
    "Yardsticks",
    "brokerage",
    "buzz_and_pipelines",
    "buzz_exposure",
    "cluster_flows",
    "cognitive_distance",
    "colocated_clusters",
    "combined",
    "external_reach",
    "gatekeepers",
    "input_output_fit",
    "jaffe_distance",
    "jeffreys_interval",
    "log_ratio",
    "missing_link_patterns",
    "monitoring",
    "morisita_horn",
    "optimal_distance",
    "redundancy",
    "removal_curves",
    "response",
    "scale_balance",
    "scale_profile",
    "social_capital",
    "stratified_exact_p",
    "temporary_clusters",
    "weakest_link_test",
    "yardsticks",
]
