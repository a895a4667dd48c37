"""What does it mean for this cluster?"""

from buzzline.diagnosis.cases import CASES, case_named
from buzzline.diagnosis.claims import Case, Claim, Dispute, Evidence
from buzzline.diagnosis.diagnosis import ClusterDiagnosis, cluster_diagnosis
from buzzline.diagnosis.dimensions import FiveDimensions, five_dimensions
from buzzline.diagnosis.evidence import DISPUTES, contested_evidence

__all__ = [
    "CASES",
    "DISPUTES",
    "Case",
    "Claim",
    "ClusterDiagnosis",
    "Dispute",
    "Evidence",
    "FiveDimensions",
    "case_named",
    "cluster_diagnosis",
    "contested_evidence",
    "five_dimensions",
]
